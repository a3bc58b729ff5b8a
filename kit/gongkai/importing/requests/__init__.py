"""A list of requests counted into the official table."""
