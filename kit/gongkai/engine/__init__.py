"""Running notebooks: `run` is what the kit calls, `forked` what papermill calls.

The home of papermill, nbclient and ipykernel.
"""
