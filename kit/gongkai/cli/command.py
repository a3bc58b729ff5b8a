"""The main command: in the user's language, and without tracebacks."""

from __future__ import annotations

import io
import os
import re
import sys
from importlib import import_module
from typing import Any

import click

from gongkai import locks
from gongkai.cli.options import FAILED, MISUSED, end, language_option
from gongkai.cli.printing import echo, say_waiting
from gongkai.cli.translation import translate_click
from gongkai.cli.usage_errors import format_usage_error
from gongkai.errors import KitError, fault, first_line, system_problem
from gongkai.kinds import KINDS
from gongkai.messages import LANGUAGES, catalogue, language, say

COMMANDS = (
    *("build", "check", "list", "status", "rollup", "new", "count", "import", "verify", "diff"),
    *("export", "index", "site", "lab", "watch", "notebook", "init", "doctor", "rap", "demo"),
)
_CLAUSE = re.compile("[，：；（(]")
MODULES = {"list": "list_", "import": "import_"}  # of names that mean something else in Python


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gongkai-kit")
@language_option
def cli() -> None:
    """Define the group of all commands."""


class Command(click.Command):
    """A command whose module is imported when it is to run."""

    def make_context(self, *words: Any, **settings: Any) -> click.Context:
        """Read the words after the command as its arguments and options."""
        return load(str(self.name)).make_context(*words, **settings)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return as much of the help's first sentence as fits in a number of columns.

        click breaks at blanks, which Chinese has not: of a long sentence it would leave nothing.
        """
        first, *_ = (self.help or "").partition("。")
        if language() != "zh":
            return super().get_short_help_str(limit)
        most = limit // 2  # characters of two columns
        clauses = [place.start() for place in _CLAUSE.finditer(first) if place.start() < most]
        return first if len(first) <= most else f"{first[: max(clauses, default=most)]}…"


for name in COMMANDS:
    cli.add_command(Command(name))


def load(name: str) -> click.Command:
    """Return a command with its options, in the user's language.

    Raises ImportError, also if there is not enough memory, or a file too many is open.
    """
    module = MODULES.get(name, name)
    try:
        command: click.Command = vars(import_module(f"gongkai.cli.{module}"))[module]
    except (ImportError, MemoryError, OSError, SystemError) as error:
        raise ImportError(first_line(error)) from None
    except KeyboardInterrupt:
        raise click.Abort from None  # for which click prints no empty line
    localise(command)
    return command


def run() -> None:
    """Run the command in the user's language. Raises KeyboardInterrupt if it is interrupted."""
    _prepare()
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as exit_:
        raise SystemExit(exit_.exit_code) from None
    except click.ClickException as error:
        echo(*format_usage_error(error).splitlines(), err=True)
        raise SystemExit(MISUSED) from None
    except KitError as error:
        end(error, FAILED)
    except (OSError, MemoryError) as error:  # such as an unreadable folder, or too many processes
        end(system_problem(error), FAILED)
    except click.Abort:  # click's name for Ctrl-C
        raise KeyboardInterrupt from None
    except (ImportError, SystemError):
        raise  # not enough memory, or too many open files, to import a module
    except Exception as error:
        end(fault(error), FAILED)


def _prepare() -> None:
    """Set up streams, environment and language for a command."""
    _open_closed_streams()
    _forget_git_hook()
    # A missing backend would stop matplotlib; the engine sets the backend of notebooks.
    os.environ.pop("MPLBACKEND", None)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # print what the encoding lacks as escapes
            stream.reconfigure(errors="backslashreplace")
    locks.when_waiting = say_waiting
    _choose_language(sys.argv[1:])
    localise(cli)
    for command in cli.commands.values():
        command.help = _help_of(command)
    translate_click()


def _open_closed_streams() -> None:
    """Connect standard streams that the shell has closed (`>&-`) to the null device.

    Otherwise the next file that is opened gets the descriptor of one of them, and anything
    printed, here or in a forked process, would be written into that file.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def _forget_git_hook() -> None:
    """Remove the variables that git sets for a hook.

    With them, git would treat any folder that it is run in as the top of the repository.
    """
    if "GIT_WORK_TREE" not in os.environ:
        for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX"):
            os.environ.pop(name, None)


def _choose_language(words: list[str]) -> None:
    """Apply --lang before anything is printed, and pass it on to the notebook's kernel."""
    for place, word in enumerate(words):
        option, _, value = word.partition("=")
        chosen = value or "".join(words[place + 1 : place + 2])
        if option == "--lang" and chosen in LANGUAGES:
            os.environ["GONGKAI_LANG"] = chosen


def _help_of(command: click.Command) -> str:
    return say(f"help-{'main' if command is cli else command.name}", kinds=list(KINDS))


def localise(command: click.Command) -> None:
    """Set the help texts of a command and its options in the user's language."""
    command.help = _help_of(command)
    shown = command.get_help_option(click.Context(command, **cli.context_settings))
    for option in (*command.params, shown):
        if isinstance(option, click.Option):
            name = max(option.opts, key=len).lstrip("-")  # click 8.2 does not keep their order
            # The second is for an option that has the name of a command.
            ids = (f"help-{command.name}-{name}", f"help-option-{name}", f"help-{name}")
            name = next(it for it in ids if it in catalogue(language()))
            option.help = say(name, kinds=list(KINDS))
