"""Two versions of a report, or two reports, beside each other.

Imports: errors, project, manifest, text, forms, report, checks.
"""
