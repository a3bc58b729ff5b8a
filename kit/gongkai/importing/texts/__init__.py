"""Read the text of a document: its parts, and its agency, period and contact."""
