"""The command `gongkai`, a module per subcommand: parse, call the library, print, exit.

The home of click and rich. The module of a subcommand is imported when it runs, and imports at the
top what it needs; inside a function what few runs need and takes long to load, such as nbformat,
and what an extra installs. `gongkai --help` loads none of them.
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
