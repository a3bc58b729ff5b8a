"""Reports are built: what is stale, one or many, on this machine or on others, and verified."""
