"""Reports that exist as documents become parameters, with a place for every cell.

Imports: errors, disk, text, forms, report.
"""
