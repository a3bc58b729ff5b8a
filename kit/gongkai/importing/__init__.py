"""Convert existing documents to parameters, and record where each cell was found."""
