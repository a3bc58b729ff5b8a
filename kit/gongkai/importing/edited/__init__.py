"""A document that was made of a report and edited: what somebody changed in it."""
