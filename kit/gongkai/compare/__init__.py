"""Two versions of a report, or two reports, beside each other.

Imports: errors, disk, manifest, project, text, forms, report, checks.
"""
