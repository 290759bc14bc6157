"""Every message that leaves the house, and what became of it."""
