"""The command `gongkai`: a module a subcommand; each parses, calls, prints, and says how it ended.

The home of click and rich. Imports: errors, disk, manifest, project, text, forms, report,
importing, checks, engine, pipeline, compare, show. Most are loaded when they are needed:
`gongkai --help` answers at once.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command. Ctrl-C ends it with a sentence, also while it is being loaded."""
    try:
        from gongkai.cli.command import run

        run()
    except KeyboardInterrupt:
        from gongkai.errors import say

        sys.stderr.write(say("interrupted") + "\n")
        raise SystemExit(1) from None
