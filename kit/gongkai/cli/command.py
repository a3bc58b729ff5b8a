"""The main command: in the user's language, and without tracebacks."""

from __future__ import annotations

import io
import os
import sys

import click

from gongkai import locks
from gongkai.cli import (
    build,
    check,
    count,
    demo,
    diff,
    doctor,
    export,
    import_,
    index,
    init,
    lab,
    list_,
    new,
    notebook,
    rap,
    rollup,
    site,
    status,
    verify,
    watch,
)
from gongkai.cli.options import FAILED, MISUSED, end, language_option
from gongkai.cli.printing import echo, say_waiting
from gongkai.cli.translation import translate_click
from gongkai.cli.usage_errors import format_usage_error
from gongkai.errors import KitError, fault, system_problem
from gongkai.kinds import KINDS
from gongkai.messages import LANGUAGES, catalogue, language, say


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gongkai-kit")
@language_option
def cli() -> None:
    """Define the group of all commands."""


for command in (
    build.build,
    check.check,
    list_.list_reports,
    status.status,
    rollup.rollup,
    new.new,
    count.count,
    import_.import_,
    verify.verify,
    diff.diff,
    export.export,
    index.index,
    site.site,
    lab.lab,
    watch.watch,
    notebook.notebook,
    init.init,
    doctor.doctor,
    rap.rap,
    demo.demo,
):
    cli.add_command(command)


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
    localise_help(cli)
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


def localise_help(group: click.Group) -> None:
    """Set the help texts in the user's language."""
    kinds = list(KINDS)  # the kinds of copies, which two of the texts name
    for command in (group, *group.commands.values()):
        command.help = say(f"help-{'main' if command is group else command.name}", kinds=kinds)
        shown = command.get_help_option(click.Context(command, **group.context_settings))
        for option in (*command.params, shown):
            if isinstance(option, click.Option):
                name = max(option.opts, key=len).lstrip("-")  # click 8.2 does not keep their order
                # The second is for an option that has the name of a command.
                ids = (f"help-{command.name}-{name}", f"help-option-{name}", f"help-{name}")
                name = next(it for it in ids if it in catalogue(language()))
                option.help = say(name, kinds=kinds)
