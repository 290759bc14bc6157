"""Keeping the installation itself: backups and their proof, and whether everything that runs by itself does."""
