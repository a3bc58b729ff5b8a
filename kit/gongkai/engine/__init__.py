"""Running notebooks: `run` is the kit's interface, `forked` is papermill's.

The home of papermill, nbclient and ipykernel.
"""
