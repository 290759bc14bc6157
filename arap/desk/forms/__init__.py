"""What people fill in at the desk: files to take in, and the set-up of a company."""
