"""A document's text: its parts, and what it says of itself."""
