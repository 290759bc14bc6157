"""A sample company that behaves like a real one: made of a seed, written into the book like everything else."""
