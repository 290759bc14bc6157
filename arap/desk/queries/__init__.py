"""What the desk gathers from all rooms, for its pages."""
