"""What of this room needs a second person: one module for each kind of act (arap/core/approvals.py)."""
