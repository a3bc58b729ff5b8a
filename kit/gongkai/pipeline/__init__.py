"""Reports are built: what is stale, one or many, on this machine or on others, and verified.

Imports: errors, disk, manifest, project, outputs, text, report, page, engine, export.
"""
