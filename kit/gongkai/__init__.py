"""Reproducible annual reports on government information disclosure: see docs/architecture.md."""
