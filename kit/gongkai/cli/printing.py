"""What the command prints: lines in which nothing does anything but stand there."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from gongkai.engine import child
from gongkai.errors import Problem, first_of_each_file, json_line, printable, say

options = ""  # the folders that the running command was given, as the next one has to be
# A command that a message names, with nothing said of its folders; those left out here have none.
_COMMAND = re.compile(r"\bgongkai (?!demo\b|init\b)[a-z]+\b")


def echo(*lines: object, err: bool = False) -> None:
    """Print lines for a person; what stands in them can neither end one nor be a command.

    Of the problems of one file, the first hundred are printed, and how many more there are.
    """
    for line in first_of_each_file(lines):
        click.echo(printable_line(line), err=err)


def lines_of_doubts(doubts: Iterable[Problem], document: Path) -> list[str]:
    """Return the lines that say what is doubtful in a document, a hundred at most."""
    lines = (
        say("import-doubt", place=doubt.details["place"], text=doubt.text(), id=doubt.id)
        for doubt in doubts
    )
    return [str(line) for line in first_of_each_file(lines, document.as_posix())]


def echo_json(row: object) -> None:
    """Print a value as one line of JSON."""
    click.echo(json_line(row))


def echo_command(line: str) -> None:
    """Print a workflow command of GitHub; the words in it are escaped by whoever made it."""
    click.echo(printable(line))


def printable_line(line: object) -> str:
    """Return a line as it is shown: no control characters, and no command to GitHub.

    Commands of the kit in it get the `options`, so that they can be run as they stand.

    GitHub takes a line that begins with `::` for a command to it, and `##[` wherever it stands.
    """
    text = printable(line).replace("##[", r"\x23#[")
    if options and options not in text:
        text = _COMMAND.sub(lambda found: found[0] + options, text)
    bare = text.lstrip()
    return text.replace("::", r"\x3a:", 1) if bare.startswith("::") else text


def say_waiting(problem: Problem) -> None:
    """Say for whom this process waits; in a forked one, past what its notebook prints to."""
    if child.is_child():
        child.say(printable_line(problem))
    elif sys.stderr is not None:
        sys.stderr.write(f"{printable_line(problem)}\n")
        sys.stderr.flush()
