"""Backups: one file of the whole database that proves itself when it is restored."""
