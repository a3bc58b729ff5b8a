"""Print lines without control characters and without commands to GitHub."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from subprocess import list2cmdline

import click
from click.core import ParameterSource

from gongkai.engine import child
from gongkai.errors import Problem, first_of_each_file
from gongkai.messages import json_line, printable, say

# A command that a message suggests; `demo` and `init` take no such options.
_COMMAND = re.compile(r"\bgongkai (?!demo\b|init\b)[a-z]+\b")
_FOLDERS = ("params", "outputs", "notebook", "forms")


def echo(*lines: object, err: bool = False) -> None:
    """Print lines for a person; see `printable_line`.

    For each file, the first hundred problems are printed, then how many more there are.
    """
    for line in first_of_each_file(lines):
        click.echo(printable_line(line), err=err)


def lines_of_doubts(doubts: Iterable[Problem], document: Path) -> list[str]:
    """Return a line for each doubt about a document, a hundred at most."""
    lines = (
        say("import-doubt", place=doubt.details["place"], text=doubt.text(), id=doubt.id)
        for doubt in doubts
    )
    return [str(line) for line in first_of_each_file(lines, document.as_posix())]


def echo_json(row: object) -> None:
    """Print a value as one line of JSON."""
    put(json_line(row) + "\n")


def echo_for_programs(*lines: str) -> None:
    """Print XML, JSON or GitHub workflow commands; the caller has escaped the words in them."""
    for line in lines:
        put(printable(line) + "\n")


def put(text: str) -> None:
    """Print a text for programs: in UTF-8, as they expect, whatever encoding the locale has.

    A terminal gets its own.
    """
    is_shown = sys.stdout.isatty()
    click.echo(text if is_shown else text.encode("utf-8", "backslashreplace"), nl=False)


def printable_line(line: object) -> str:
    """Return a line as it is shown, without control characters and without commands to GitHub.

    GitHub takes a line for a command if it begins with `::`, or contains `##[` anywhere. The
    kit's commands that a line suggests get the folder options of the running command, so that
    they can be copied and run.
    """
    text = printable(line).replace("##[", r"\x23#[")
    options = _folder_options()
    if options not in text:
        text = _COMMAND.sub(lambda found: found[0] + options, text)
    bare = text.lstrip()
    return text.replace("::", r"\x3a:", 1) if bare.startswith("::") else text


def _folder_options() -> str:
    """Return the folder options that the running command was given, as they are typed."""
    context = click.get_current_context(silent=True)
    if context is None:
        return ""
    return "".join(
        f" --{name} {_quoted(str(context.params[name]))}"
        for name in _FOLDERS
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    )


def _quoted(word: str) -> str:
    return list2cmdline([word]) if os.name == "nt" else shlex.quote(word)


def say_waiting(problem: Problem) -> None:
    """Print what this process waits for; a forked one leaves it to its parent.

    Anything that a forked process prints itself becomes output of its notebook.
    """
    if child.is_child():
        child.say(printable_line(problem))
    elif sys.stderr is not None:
        sys.stderr.write(f"{printable_line(problem)}\n")
        sys.stderr.flush()
