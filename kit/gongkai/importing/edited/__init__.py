"""Find what somebody changed in a document that was exported from a report."""
