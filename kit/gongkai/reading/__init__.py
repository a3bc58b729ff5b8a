"""Read what each number in a narrative counts, and match it with figures of the form."""
