"""What the desk does that no other room does: take on history, and later imports and reports."""
