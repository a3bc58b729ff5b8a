"""`gongkai diff`: compare two years, versions or builds, as lines, as JSON or as a page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from gongkai.cli.diff_output import LONGEST_MARK, ComparedPair, is_result, lines_of, page_of
from gongkai.cli.options import (
    FAILED,
    MISUSED,
    PATH,
    as_misuse,
    end,
    folder_options,
    format_option,
    refuse_parameters,
)
from gongkai.cli.printing import echo, echo_for_programs, put
from gongkai.cli.project_problems import say_any
from gongkai.compare.content import VersionContent, built_content, checked_content, with_links
from gongkai.compare.reports import compare
from gongkai.compare.versions import Version, find_pair
from gongkai.disk import read_file, scratch, write_whole
from gongkai.errors import KitError, Problem, write_problem
from gongkai.manifest import read_manifest
from gongkai.messages import say
from gongkai.project import Project, Target
from gongkai.report import provenance
from gongkai.report.reader import load_past, load_report


@click.command()
@click.argument("left")
@click.argument("right")
@format_option(["text", "json", "html"])
@click.option("-o", "--output", type=PATH)
@click.option("--force", is_flag=True)
@folder_options
def diff(
    project: Project, left: str, right: str, style: str, output: Path | None, force: bool
) -> None:
    """Compare reports."""
    if output is not None:
        _refuse(output, project.params, force=force)
    found = []
    with scratch() as drafts:
        with as_misuse():
            ours, theirs = find_pair(left, right, project.params, drafts)
        problems = {str(it): it for version in (ours, theirs) for it in version.problems}
        unread = say_any(problems.values())
        for item in _compared(ours, theirs, project.forms):
            found.append(item)
            if style != "html" and output is None:  # print each comparison as soon as it is made
                (echo_for_programs if style == "json" else echo)(*lines_of(item, style))
    if style == "html":
        _write(page_of(found, left, right), output)
    elif output is not None:
        _write("".join(f"{line}\n" for item in found for line in lines_of(item, style)), output)
    differ = sum(item.differs for item in found)
    echo(say("diff-summary", same=len(found) - differ, differ=differ), err=True)
    if differ or unread:
        raise SystemExit(FAILED)


def _refuse(output: Path, params: Path, *, force: bool) -> None:
    """End the command if its output would replace parameters, or a file that it did not make.

    An earlier result is recognised by its beginning; text has no such mark.
    """
    refuse_parameters(output, params)
    if force or not os.path.isfile(output):
        return
    try:
        head = read_file(output)[:LONGEST_MARK]
    except OSError as error:
        end(write_problem(output, error), MISUSED)
    if head and not is_result(head):
        end(Problem("diff-exists", output.as_posix()), MISUSED)


def _write(text: str, output: Path | None) -> None:
    """Write the result to a file, whole or not at all, or to standard output if there is none."""
    if output is None:
        put(text)
        return
    try:
        write_whole(output, text)
    except OSError as error:
        end(write_problem(output, error), MISUSED)


def _compared(left: Version, right: Version, forms: Path | None) -> Iterator[ComparedPair]:
    """Yield each pair of reports, including those on one side only and unreadable ones."""
    if left.target and right.target:
        yield _pair((left, left.target), (right, right.target), forms)
        return
    ours, theirs = set(left.targets()), set(right.targets())
    for target in sorted(ours | theirs):
        names = (left.label(target), right.label(target))
        if left.unread(target) or right.unread(target):
            yield ComparedPair(*names, "unreadable")
        elif target not in ours or target not in theirs:
            yield ComparedPair(*names, "new" if target in theirs else "removed")
        elif _inputs(left, target, forms) == _inputs(right, target, forms):
            yield ComparedPair(*names, "same")
        else:
            yield _pair((left, target), (right, target), forms)


_Side = tuple["Version", "Target"]


def _pair(left: _Side, right: _Side, forms: Path | None) -> ComparedPair:
    """Compare two reports; what cannot be read is reported on standard error."""
    contents = []
    for version, target in (left, right):
        try:
            contents.append(_content(version, target, forms))
        except KitError as error:
            echo(*version.named(error).problems, err=True)
    names = (left[0].label(left[1]), right[0].label(right[1]))
    if len(contents) < 2:
        return ComparedPair(*names, "unreadable")
    return ComparedPair(*names, "compared", compare(*contents))


def _content(version: Version, target: Target, forms: Path | None) -> VersionContent:
    """Return the content of a report. Raises KitError if it cannot be read."""
    if version.built:
        return built_content(version.folder, target, forms)

    report = load_report(*target, version.folder, forms)
    return with_links(checked_content(report, load_past(report), version.names), report)


def _inputs(version: Version, target: Target, forms: Path | None) -> object:
    """Return what a report's bytes depend on: if it is equal, so are the reports."""
    if version.built:
        return read_manifest(version.folder, target) or object()  # damaged: equal to nothing else

    found = provenance.inputs(version.folder, *target, version.names, forms=forms)
    return {name.partition("/")[2]: digest for name, digest in found.items()}
