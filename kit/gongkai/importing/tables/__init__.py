"""Align the tables of a document with those of the form."""
