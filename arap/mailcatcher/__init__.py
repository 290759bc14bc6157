"""A mail server for trials: it sends nothing on, and shows in the browser what it took."""
