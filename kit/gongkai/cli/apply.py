"""`gongkai import --against --apply`: what came back in Word goes into the report's files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gongkai.cli.options import FAILED, end
from gongkai.cli.printing import echo
from gongkai.errors import KitError, Problem, say, write_problem

if TYPE_CHECKING:
    from gongkai.compare.reports import Comparison
    from gongkai.importing.blocks import Place
    from gongkai.importing.edited import Edited
    from gongkai.importing.run import Imported
    from gongkai.project import Project, Target
    from gongkai.report.model import Report


class Pair(NamedTuple):
    """A report, and the document that is compared with it: as it was read, and as a report."""

    ours: Report
    theirs: Report
    imported: Imported


def apply_edits(project: Project, target: Target, file: Path, pair: Pair, *, dry_run: bool) -> None:
    """Print what a document says otherwise, write it into params/, and end with 0 or 1.

    What is a question is printed, and not written.
    """
    from gongkai.cli.diff_output import ComparedPair, lines_of
    from gongkai.importing.edited import edited, files_with

    edits = edited(pair.ours, pair.theirs, pair.imported)
    questions = [*edits.questions, *_elsewhere(project, target, file, pair)]
    try:
        files = files_with(edits, pair.ours)
        found = _changed(project, pair.ours, files, edits)
    except KitError as error:
        end(error, FAILED)
    if files:
        echo(*lines_of(ComparedPair(str(target), file.as_posix(), "compared", found), "text"))
    echo(*questions, err=True)
    _write(project.params / target.slug, files, dry_run=dry_run)
    counted = {"figures": len(edits.values), "texts": len(edits.texts), "asked": len(questions)}
    echo(say("apply-summary-dry" if dry_run else "apply-summary", **counted))
    if files or questions:
        raise SystemExit(FAILED)


def _write(folder: Path, files: dict[str, bytes], *, dry_run: bool) -> None:
    """Write all of a report's files that change, or none."""
    from gongkai.importing.write import write_files

    if dry_run or not files:
        return
    try:
        written = write_files(folder, files, force=True)
    except KitError as error:
        end(error, FAILED)
    except OSError as error:
        end(KitError(write_problem(folder, error)), FAILED)
    echo(*(say("new-written", file=path.as_posix()) for path in written))


def _changed(project: Project, ours: Report, files: dict[str, bytes], edits: Edited) -> Comparison:
    """Return what the report's files will say otherwise. Raises KitError where they cannot."""
    from gongkai.checks import check_in_context
    from gongkai.compare.reports import compare, content_of
    from gongkai.report.reader import load_past
    from gongkai.text.agency_names import agency_names

    past, names = load_past(ours), agency_names(project.params)
    with _with_files(ours, files, project) as new:
        read = {code: new.values[code].as_printed for code in edits.values}
        if read != dict(edits.values):
            raise KitError(
                Problem("import-apply-by-hand", ours.file("indicators"), 0, {"part": "—"})
            )
        return compare(
            *(content_of(item, check_in_context(item, past, names)) for item in (ours, new))
        )


@contextmanager
def _with_files(ours: Report, files: dict[str, bytes], project: Project) -> Iterator[Report]:
    """Yield a report as it is read with other files in the place of some of its own."""
    from gongkai.disk import read_file
    from gongkai.importing.write import written_aside
    from gongkai.report.reader import load_report

    beside = {name: read_file(ours.files["year"].parent / name) for name in ours.parameters.files}
    own = {path.name: read_file(path) for kind, path in ours.files.items() if kind != "agency"}
    whole = {**beside, **ours.pictures, **own, **files}
    with written_aside(ours.slug, whole, project.params) as folder:
        yield load_report(ours.slug, ours.year, folder, project.forms)


# --- what is no figure of the table, and no text of a part ------------------------


def _elsewhere(project: Project, target: Target, file: Path, pair: Pair) -> Iterator[Problem]:
    """Yield what else is not as it was in the document that was made of today's page.

    That is a title, an address, a chart, a signature: all that is computed, or stands in other
    keys. Of a document that was made of another page, only what is read of it.
    """
    from gongkai.compare.reports import compare, content_of
    from gongkai.disk import read_file
    from gongkai.importing.word import texts_beside
    from gongkai.office.copies import copy_of, page_of
    from gongkai.project import PUBLIC, WORD
    from gongkai.report.provenance import digest

    document, page = read_file(file), project.output(target, PUBLIC)
    if file.suffix == WORD and page.is_file() and page_of(document) == digest(read_file(page)):
        made = texts_beside(copy_of("docx", read_file(page)))
        yield from _other_words(made, texts_beside(document), pair)
        return
    echo(say("apply-other-page", page=page.as_posix()), err=True)
    found = compare(*(content_of(item, ()) for item in (pair.ours, pair.theirs)))
    for item in found.particulars:
        about = {"name": item.name, "ours": item.before or "—", "theirs": item.after or "—"}
        yield Problem("import-apply-particular", pair.ours.file("year"), 0, about)


Texts = Sequence[tuple[str, "Place"]]


def _other_words(made: Texts, there: Texts, pair: Pair) -> Iterator[Problem]:
    """Yield what a document has, or lacks, outside the parts, beside the one that was made."""
    from gongkai.text.markdown import MarkdownText, Piece

    known = Counter(text for text, _ in made)
    found = Counter(text for text, _ in there)
    parts = {_bare(item.text) for texts in pair.imported.paragraphs.values() for item in texts}
    for part in pair.ours.sections:
        parts |= {
            _bare(item) for item in MarkdownText([Piece(pair.ours.filled(part).text)]).blocks()
        }
    for message, texts, other in (
        ("import-apply-elsewhere", there, known),
        ("import-apply-elsewhere-gone", made, found),
    ):
        for text, place in texts:
            if other[text] == 0 and _bare(text) not in parts:
                about = {"place": place.said(), "text": text}
                yield Problem(message, pair.ours.file("year"), 0, about)


def _bare(text: str) -> str:
    return "".join(text.split())
