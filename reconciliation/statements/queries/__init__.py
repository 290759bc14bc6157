"""Reads of the room: what a statement says, who receives it, what became of a run."""
