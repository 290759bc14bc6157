"""What stands in the way of payment or of asking for it: facts, no policy."""
