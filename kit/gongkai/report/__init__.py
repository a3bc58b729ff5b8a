"""A report: what it says, how its files are read, its past, and what it was made from."""
