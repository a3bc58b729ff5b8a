"""Comparison of two versions of a report, or of two reports."""
