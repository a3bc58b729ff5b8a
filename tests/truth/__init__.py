"""Sentences with what is to be found in each, and the tally of what is found."""
