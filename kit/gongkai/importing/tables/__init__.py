"""The tables of a document aligned to those of the form."""
