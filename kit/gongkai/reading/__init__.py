"""The numbers of a narrative: what each of them counts, and which figures of the form that is."""
