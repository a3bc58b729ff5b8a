"""Count an office's list of requests into the official table."""
