"""Reproducible annual reports on government information disclosure: docs/design.md has the map."""
