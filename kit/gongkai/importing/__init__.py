"""Reports that exist as documents become parameters, with a place for every cell."""
