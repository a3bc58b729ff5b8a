"""Two versions of a report, or two reports, beside each other."""
