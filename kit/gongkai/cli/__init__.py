"""The command `gongkai`, a module per subcommand: parse, call the library, print, exit.

The home of click and rich. `disk`, `errors`, `kinds`, `locks`, `messages` and `project` load fast.
A subcommand imports the rest of the package only when it runs, so `gongkai --help` answers at once.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command. Ctrl-C ends it with a message, even while it is loading.

    So does a lack of memory or of file handles while loading.
    """
    try:
        from gongkai.cli.command import run
        from gongkai.cli.deferred import defer_grammar

        defer_grammar()
        run()
    except KeyboardInterrupt:
        from gongkai.messages import say

        sys.stderr.write(say("interrupted") + "\n")
    except (ImportError, MemoryError, OSError, SystemError) as error:
        sys.stderr.write(_not_loaded(error) + "\n")
    else:
        return
    raise SystemExit(1) from None


def _not_loaded(error: Exception) -> str:
    """Return in one line why the command could not be loaded, in whatever memory is left."""
    try:
        from gongkai.errors import first_line
        from gongkai.messages import printable, say

        return printable(say("not-loaded", reason=first_line(error)))
    except (ImportError, MemoryError, OSError, SystemError):
        return "gongkai: not enough memory, or too few open files allowed, to load it"
