"""`gongkai export`: copies of the public pages for Word, Excel, paper and other programs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from string import Formatter

import click

from gongkai.cli.forms import write_forms
from gongkai.cli.options import (
    FAILED,
    MISUSED,
    PATH,
    KindsType,
    as_misuse,
    chosen_targets,
    cores,
    end,
    folder_options,
    named_browser,
    targets_argument,
)
from gongkai.cli.printing import echo
from gongkai.cli.progress import Progress
from gongkai.cli.project_problems import say_unread
from gongkai.disk import read_file, write_whole
from gongkai.errors import Problem, reason_of
from gongkai.kinds import CSV, EXCEL, KINDS, WORD
from gongkai.locks import locked
from gongkai.manifest import read_manifest
from gongkai.messages import say
from gongkai.office.copies import has_mark
from gongkai.office.seal import is_edited
from gongkai.pipeline.stale import state_of
from gongkai.project import OUTPUTS_LOCK, TABLE, TABLE_FILES, Project, Target
from gongkai.show.copies import Copy, Wish, made
from gongkai.show.pdf import has_fangsong
from gongkai.text.agency_names import Names, kept_names

NAME = "{name}{year}年政府信息公开工作年度报告.{ext}"
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]|^[\s-]|[\s.]$")  # on Windows, or in a shell
FIELDS = {"name", "year", "slug", "ext"}


@click.command()
@targets_argument
@click.option("--to", "kinds", type=KindsType(), required=True)
@click.option("--force", is_flag=True)
@click.option("--jobs", type=click.IntRange(min=1), default=cores)
@click.option("--form", "as_form", is_flag=True)
@click.option("--into", type=PATH)
@click.option("--name", "pattern", default=NAME, show_default=True)
@click.option("--review", is_flag=True)
@folder_options
def export(  # noqa: PLR0913, PLR0917 - one for each option
    project: Project,
    targets: tuple[str, ...],
    kinds: tuple[str, ...],
    force: bool,
    jobs: int,
    as_form: bool,
    into: Path | None,
    pattern: str,
    review: bool,
) -> None:
    """Write copies of reports, or forms to fill in."""
    _refuse_folder(project, into)
    if review and (as_form or kinds != (WORD.name,)):
        end(Problem("export-review"), MISUSED)
    _refuse_pattern(pattern)
    if as_form:
        if kinds != (EXCEL.name,):
            end(Problem("export-form-kind"), MISUSED)
        write_forms(project, targets, into, pattern, force=force)
    else:
        wish = Wish(kinds, force, jobs, named_browser(), review)
        _write_copies(project, targets, wish, into, pattern)


def _write_copies(
    project: Project, targets: tuple[str, ...], wish: Wish, into: Path | None, pattern: str
) -> None:
    chosen = chosen_targets(project, targets)
    copies: dict[Target, list[Copy]] = {}
    with (
        as_misuse(),  # no copy can be made, for lack of a browser or a library
        kept_names(project.params) as names,
        Progress(len(chosen), "export-running") as progress,
    ):
        for target, made_of_it in made(project, chosen, wish, partial(echo, err=True)):
            copies[target] = made_of_it
            lines = _described(project, target, names, made_of_it)
            progress.advance(lines, failed=not all(copy.is_there for copy in made_of_it))
    failed = _summarise([copy for made_of_it in copies.values() for copy in made_of_it])
    if CSV.name in wish.kinds and not targets:
        failed |= _write_dataset(project, copies, into, force=wish.force)
    if into is not None:
        failed |= _collect(project, copies, into, pattern, force=wish.force)
    if say_unread(project, targets) or failed:
        raise SystemExit(FAILED)


# --- messages ---------------------------------------------------------------------


def _described(
    project: Project, target: Target, names: Names, made: Iterable[Copy]
) -> Iterator[str]:
    """Yield a line for each copy, and below it the problems to know before signing it."""
    statuses = set()
    for item in made:
        if item.status not in ("missing", "blocked") or item.status not in statuses:
            status = "written-pdf" if item.status == "written" and item.pages else item.status
            yield say(f"export-{status}", target=str(target), file=item.file, pages=item.pages)
        statuses.add(item.status)
        yield from (f"  {problem}" for problem in item.problems)
    if statuses & {"written", "fresh"} and state_of(project, target, names).reasons:
        yield "  " + say("export-page-stale", target=str(target))


def _summarise(copies: Sequence[Copy]) -> bool:
    """Print the number of copies by status, and their fonts; return whether any is missing."""
    statuses = [copy.status for copy in copies]
    counted = {name: statuses.count(name) for name in ("written", "fresh")}
    counted["failed"] = statuses.count("failed") + statuses.count("edited")
    without = statuses.count("missing") + statuses.count("blocked")
    echo(say("export-summary", missing=without, **counted))
    fonts = tuple(sorted({name for copy in copies for name in copy.fonts}))
    if fonts:
        echo(say("pdf-fonts" if has_fangsong(fonts) else "pdf-substitutes", fonts=fonts))
    return not all(copy.is_there for copy in copies)


# --- data over all reports --------------------------------------------------------


def _write_dataset(
    project: Project, copies: Mapping[Target, Iterable[Copy]], into: Path | None, *, force: bool
) -> bool:
    """Write the figures of all reports as one table, next to the pages and into a folder.

    Return whether other files are in its place in either, which are only replaced if forced.
    """
    from gongkai.office.dataset import is_own, sources_of, write_dataset

    files = {
        target: Path(copy.file)
        for target, own in copies.items()
        for copy in own
        if copy.kind == CSV.name and copy.is_there
    }
    folders = [project.outputs, *filter(None, (into,))]
    taken = [folder for folder in folders if not force and not is_own(folder)]
    for folder in folders:
        if folder in taken:
            problem = Problem("export-table-taken", folder.as_posix(), names=TABLE_FILES)
            echo(problem, err=True)
            continue
        folder.mkdir(parents=True, exist_ok=True)
        with locked(project.outputs / OUTPUTS_LOCK):
            written = write_dataset(folder, sources_of(project, files))
        about = {"file": (folder / TABLE).as_posix(), "reports": written.reports}
        echo(say("dataset-written", rows=written.rows, **about))
    return bool(taken)


# --- file names for people --------------------------------------------------------


def _refuse_pattern(pattern: str) -> None:
    """End the command if a file name pattern has unknown fields, or leads into other folders."""
    try:
        fields = {field for _, field, _, _ in Formatter().parse(pattern) if field is not None}
        plain = all(not spec and not how for _, _, spec, how in Formatter().parse(pattern))
    except ValueError:
        fields, plain = {pattern}, False
    if not plain or fields - FIELDS or "ext" not in fields or _NOT_IN_NAMES.search(pattern):
        end(Problem("export-name", pattern=pattern, fields=sorted(FIELDS)), MISUSED)


def _refuse_folder(project: Project, into: Path | None) -> None:
    """End the command if copies would be put among parameters or outputs, and replace them."""
    if into is None:
        return
    for folder in (project.params, project.outputs):
        if Path(os.path.realpath(into)).is_relative_to(os.path.realpath(folder)):
            end(Problem("export-into", into=into.as_posix(), folder=folder.as_posix()), MISUSED)


def _collect(
    project: Project, copies: dict[Target, list[Copy]], into: Path, pattern: str, *, force: bool
) -> bool:
    """Put each copy into a folder under a readable name; return whether one is missing there."""
    files: dict[str, list[str]] = {}
    lacking: set[str] = set()
    for target, copy in ((target, copy) for target, own in copies.items() for copy in own):
        name = _name_of(project, target, copy.kind, pattern)
        if copy.is_there:
            files.setdefault(name, []).append(copy.file)
        else:
            lacking.add(name)
    _say_left_over(into, lacking - files.keys())
    kinds = {copy.kind for own in copies.values() for copy in own}
    _say_of_other_names(project, into, files.keys() | lacking, kinds, pattern)
    twice = {name: sources for name, sources in files.items() if len(sources) > 1}
    for name, sources in twice.items():
        echo(Problem("export-name-twice", name=name, files=sources), err=True)
    once = {name: source for name, (source, *_) in files.items() if name not in twice}
    failed = list(_not_copied(once, into, force=force))
    echo(*failed, err=True)
    echo(say("export-collected", count=len(once) - len(failed), folder=into.as_posix()))
    return bool(twice or failed)


def _not_copied(files: Mapping[str, str], into: Path, *, force: bool) -> Iterator[Problem]:
    """Copy files into a folder under these names; yield a problem for each that is not written.

    A name may be too long, or somebody has saved the file there since; the others are copied all
    the same.
    """
    into.mkdir(parents=True, exist_ok=True)
    for name, source in files.items():
        try:
            if not force and is_edited(into / name):
                yield Problem("export-collected-edited", (into / name).as_posix())
            else:
                write_whole(into / name, read_file(Path(source)))
        except OSError as error:
            place = (into / name).as_posix()
            yield Problem("export-not-collected", place, reason=reason_of(error))


def _say_left_over(into: Path, names: set[str]) -> None:
    """Print the copies of earlier runs whose pages are no longer public; they are kept."""
    for path in (into / name for name in sorted(names)):
        if path.exists():
            echo(Problem("export-left-over", path.as_posix()), err=True)


def _say_of_other_names(
    project: Project, into: Path, names: set[str], kinds: set[str], pattern: str
) -> None:
    """Print the copies in a folder, besides these names, that no report of the project has.

    For example, a body was removed, or has another name now. They do not fail the command: the
    folder may be shared with another project.
    """
    found = [
        path
        for kind in sorted(kinds)
        for path in sorted(into.glob(f"*.{kind}"))
        if path.name not in {*names, *TABLE_FILES} and has_mark(path, KINDS[kind])
    ]
    if not found:
        return
    everything = chosen_targets(project, ())
    own = {_name_of(project, target, kind, pattern) for target in everything for kind in kinds}
    for path in found:
        if path.name not in own:
            echo(Problem("export-of-other-name", path.as_posix()), err=True)


def _name_of(project: Project, target: Target, kind: str, pattern: str) -> str:
    manifest = read_manifest(project.outputs, target)
    name = (manifest.name if manifest else target.slug).replace("/", "／")
    return pattern.format(name=name, year=target.year, slug=target.slug, ext=kind)
