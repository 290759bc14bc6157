"""Pages of money in: the list, the new receipt, the screen of one, and its acts."""
