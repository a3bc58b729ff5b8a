"""Reproducible annual reports on government information disclosure.

The modules form a ladder, and each imports only from the rungs below it::

    errors < files, markup < form < report < frames
           < checks, narrative, tables, charts < page
    errors < engine, export
    everything but page < scaffold, build < cli
"""
