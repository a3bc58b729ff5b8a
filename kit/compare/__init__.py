"""Two versions of a report, or two reports, beside each other.

Imports: errors, text, forms, report, checks, pipeline.
"""
