"""Reproducible annual reports on government information disclosure.

The modules form a ladder, and each imports only from the rungs below it::

    errors, numbers, provenance
    files, markup, engine, export
    form < editions, local
    report < reader, history, mentions, findings, narrative, tables, scaffold
    frames < charts        checks
    page                   build < cli
"""
