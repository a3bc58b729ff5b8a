"""Build and verify reports: singly, in batches, or on a cluster."""
