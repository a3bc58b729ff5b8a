"""The model of a report: its figures and texts, its files, its past and its provenance."""
