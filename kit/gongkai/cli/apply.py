"""`gongkai import --against --apply`: merge edits made in Word into the report's files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from gongkai.cli.diff_output import ComparedPair, lines_of
from gongkai.cli.documents import read_document
from gongkai.cli.options import FAILED
from gongkai.cli.printing import echo
from gongkai.compare.content import checked_content, report_content
from gongkai.compare.reports import Comparison, compare
from gongkai.disk import read_file, scratch
from gongkai.errors import KitError, Problem, first_of_each_file, writing_to
from gongkai.importing.edited.changes import Edited, Read, edited, files_with, refuse_changed
from gongkai.importing.write import write_files, written_aside
from gongkai.kinds import WORD
from gongkai.messages import say
from gongkai.office.copies import copy_of, page_of
from gongkai.project import PUBLIC, Project, Target
from gongkai.report.model import INTRODUCTION, Report
from gongkai.report.places import Place
from gongkai.report.provenance import digest
from gongkai.report.reader import load_past, load_report
from gongkai.text.agency_names import agency_names

MOST_LINES = 8  # of a paragraph, when it is compared
OF_ANOTHER = ("import-year-differs", "import-name-differs", "import-cover-differs")


class Applying(NamedTuple):
    """Whether edits are only printed, and whether those of a document of an earlier page count."""

    dry_run: bool = False
    force: bool = False


def apply_edits(
    project: Project,
    ours: Report,
    document: Read,
    file: Path,
    *,
    hashes: Mapping[Path, str],
    how: Applying,
) -> None:
    """Print how a document differs, write that into params/, and exit with status 0 or 1.

    Anything ambiguous is printed as a question, and not written. `hashes` are those of
    the report's files from before it was read; if one was changed since, nothing is written. Nor
    is it without `how.force` if the document was exported from an earlier page: what was corrected
    since, as from the copy of another reviewer, would be undone.
    """
    target = Target(ours.slug, ours.year)
    original = _document_as_made(project, target, file)
    if original is None:
        if any(doubt.id in OF_ANOTHER for doubt in document.imported.doubts):
            raise KitError(Problem("import-apply-other", file.as_posix(), target=str(target)))
        made, others = None, [*_particulars(ours, document)]
    else:
        made = _read_again(original, project, target)
        compared = (file, original, document, made)
        others = [*_elsewhere(*compared), *_other_changes(*compared)]
    edits = edited(ours, document, made)
    questions = [*edits.questions, *others]
    refuse_changed(hashes)
    files = files_with(edits, ours)
    found = _changed(project, ours, files, edits)
    if files:
        echo(*lines_of(ComparedPair(str(target), file.as_posix(), "compared", found), "text"))
    echo(*first_of_each_file(questions, file.as_posix()), err=True)
    earlier = files and original is None and not how.force and _is_of_earlier_page(file)
    if earlier:
        echo(say("apply-earlier-page"), err=True)
    dry_run = how.dry_run or bool(earlier)
    if files and not dry_run:
        _write(project.params / ours.slug, files, hashes)
    counted = {"figures": len(edits.values), "texts": len(edits.texts), "asked": len(questions)}
    echo(say("apply-summary-dry" if dry_run else "apply-summary", **counted))
    if files or questions:
        raise SystemExit(FAILED)


def _write(folder: Path, files: dict[str, bytes], hashes: Mapping[Path, str]) -> None:
    """Write all changed files of a report, or none."""
    refuse_changed(hashes)
    with writing_to(folder):
        written = write_files(folder, files, force=True)
    echo(*(say("new-written", file=path.as_posix()) for path in written))


def _changed(project: Project, ours: Report, files: dict[str, bytes], edits: Edited) -> Comparison:
    """Return how the report will differ. Raises KitError if the figures cannot be written."""
    past, names = load_past(ours), agency_names(project.params)
    with read_with(ours, files, project) as new:
        read = {code: new.values[code].as_printed for code in edits.values}
        if read != dict(edits.values):
            raise KitError(Problem("import-apply-by-hand", ours.file("indicators"), part="—"))
        return compare(*(checked_content(item, past, names) for item in (ours, new)))


@contextmanager
def read_with(ours: Report, files: dict[str, bytes], project: Project) -> Iterator[Report]:
    """Yield a report as read with `files` instead of some of its own files."""
    beside = {name: read_file(ours.files["year"].parent / name) for name in ours.parameters.files}
    own = {path.name: read_file(path) for kind, path in ours.files.items() if kind != "agency"}
    whole = {**beside, **ours.pictures, **own, **files}
    with written_aside(ours.slug, whole, project.params) as folder:
        yield load_report(ours.slug, ours.year, folder, project.forms)


# --- the document as it was made --------------------------------------------------


def _document_as_made(project: Project, target: Target, file: Path) -> bytes | None:
    """Return the Word document as it was before it was edited; None if that is not known."""
    page = project.output(target, PUBLIC)
    if file.suffix == WORD.suffix and page.is_file():
        data = read_file(page)
        if page_of(read_file(file)) == digest(data):
            return copy_of(WORD.name, data)
    echo(say("apply-other-page", page=page.as_posix()), err=True)
    return None


def _is_of_earlier_page(file: Path) -> bool:
    """Whether a document that is not of the current page was exported from another one."""
    return file.suffix == WORD.suffix and page_of(read_file(file)) != ""


def _read_again(document: bytes, project: Project, target: Target) -> Read:
    """Read a document that the kit made."""
    with scratch() as folder:
        file = folder / f"{target.year}{WORD.suffix}"
        file.write_bytes(document)
        return read_document(project, target, file)


# --- neither a figure of the table nor the text of a part -------------------------


def _particulars(ours: Report, document: Read) -> Iterator[Problem]:
    """Yield other differences between the document and the report, such as the name or a date."""
    found = compare(*(report_content(item, ()) for item in (ours, document.report)))
    for item in found.particulars:
        about = {"name": item.name, "ours": item.before or "—", "theirs": item.after or "—"}
        yield Problem("import-apply-particular", ours.file("year"), **about)


def _elsewhere(file: Path, made: bytes, document: Read, before: Read) -> Iterator[Problem]:
    """Yield text added or removed outside the parts: a title, an address, a chart."""
    from gongkai.importing.formats.word import texts_beside

    there, known = texts_beside(read_file(file)), texts_beside(made)
    parts = {
        "".join(lines)
        for read in (document, before)
        for part, texts in read.imported.paragraphs.items()
        for lines in _runs(
            [_bare(item.text) for item in texts], 1 if part == INTRODUCTION else MOST_LINES
        )
    }
    for message, texts, other in (
        ("import-apply-elsewhere", there, known),
        ("import-apply-elsewhere-removed", known, there),
    ):
        said = {text for text, _ in other}
        for text, place in texts:
            if text not in said and _bare(text) not in parts:
                yield Problem(message, file.as_posix(), place=place.said(), text=text)


def _other_changes(file: Path, made: bytes, document: Read, before: Read) -> Iterator[Problem]:
    """Yield changes to the text's own tables, and to links and pictures."""
    from gongkai.importing.formats.word import links_and_pictures

    data = read_file(file)
    there, known = _own_tables(data, document), _own_tables(made, before)
    for words, place in there.items():
        if words not in known:
            yield Problem("import-apply-own-table", file.as_posix(), place=place.said())
    if len(there) < len(known):
        yield Problem("import-apply-own-table-removed", file.as_posix())
    if links_and_pictures(data) != links_and_pictures(made):
        yield Problem("import-apply-link-or-picture", file.as_posix())


def _own_tables(data: bytes, read: Read) -> dict[tuple[str, ...], Place]:
    """Return the tables of a document that are not of the form: cell texts and place."""
    from gongkai.importing.formats.word import read_word

    of_form = {place.table for place in read.imported.places.values()}
    return {
        tuple(cell.text for cell in grid.cells): grid.place
        for grid in read_word(data).grids
        if grid.place.table not in of_form
    }


def _runs(lines: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """Yield every run of up to `most` lines, since each line of a paragraph is separate here."""
    for first in range(len(lines)):
        for end in range(first + 1, min(first + most, len(lines)) + 1):
            yield lines[first:end]


def _bare(text: str) -> str:
    return "".join(text.split())
