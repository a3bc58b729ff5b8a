"""Write the result of an import: a report's files, and a file with the source of everything."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from gongkai import disk
from gongkai.errors import KitError, Problem
from gongkai.importing.blocks import Paragraph
from gongkai.importing.draft import Draft
from gongkai.importing.texts.particulars import date_of
from gongkai.importing.texts.prose import Prose
from gongkai.project import refuse_link_out
from gongkai.report.csv_file import csv_of_cells
from gongkai.report.provenance import SOURCE

VERSION = 1  # of the importer: raised when it reads documents differently
AGENCY_KEYS = (
    "name", "short_name", "office", "address", "postcode", "telephone", "email", "website",
    "website_name",
)  # fmt: skip
KEPT = ("agency.yaml",)  # not overwritten if it exists
_PLAIN = re.compile(r"[\w\u4e00-\u9fff（）《》、.-]+")


class Origin(NamedTuple):
    """The document that was read: file name, SHA-256 and format."""

    file: str
    digest: str
    format: str


def report_files(draft: Draft, agency: Mapping[str, str], origin: Origin) -> dict[str, str]:
    """Return the text of each file by its name, including `agency.yaml`."""
    year, texts = draft.year, {code: found.text for code, found in draft.cells.items()}
    return {
        "agency.yaml": "".join(f"{name}: {scalar(agency.get(name, ''))}\n" for name in AGENCY_KEYS),
        f"{year}.yaml": "".join(_year_yaml(draft)),
        f"{year}.csv": csv_of_cells(draft.form.cells.values(), texts),
        f"{year}{SOURCE}": "".join(_source(draft, origin)),
    }


def scalar(text: object) -> str:
    """Return a value as a YAML scalar that reads back as the same text."""
    words = str(text)
    if not words or (_PLAIN.fullmatch(words) and words[0] not in "-.:"):
        return words
    return json.dumps(words, ensure_ascii=False)


# --- the year's file --------------------------------------------------------------


def _year_yaml(draft: Draft) -> Iterator[str]:
    prose, whole_year = draft.prose, (f"{draft.year}-01-01", f"{draft.year}-12-31")
    yield f"year: {draft.year}\n"
    if draft.edition:
        yield f"edition: {scalar(draft.edition)}\n"
    yield f"signed: {prose.signed or ''}\n"
    first, last = map(str, prose.period or whole_year)
    if (first, last) != whole_year:
        yield f"period: {{from: {first}, to: {last}}}\n"
    if prose.basis:
        yield "basis:\n" + "".join(f"  - {scalar(name)}\n" for name in prose.basis)
    yield from _signatures(prose)
    yield from _sections(draft)


def _signatures(prose: Prose) -> Iterator[str]:
    if not any(prose.signatories.values()):
        return
    yield "\nsignatures:\n"
    for name, value in prose.signatories.items():
        said = date_of(value) or "" if name == "date" else value
        yield f"  {name}: {scalar(said)}\n"


def _sections(draft: Draft) -> Iterator[str]:
    yield "\nsections:\n"
    for part, text in draft.texts.items():
        lines = (f"    {line}\n" if line else "\n" for line in text.split("\n"))
        yield f"  {part}: |\n" + "".join(lines) if text else f"  {part}:\n"


# --- the source file --------------------------------------------------------------


def _source(draft: Draft, origin: Origin) -> Iterator[str]:
    """Yield the source file: the place of each cell and part, and all doubts."""
    yield f"source: {scalar(origin.file)}\nsha256: {origin.digest}\nformat: {origin.format}\n"
    yield f"importer: {VERSION}\nedition: {draft.form.edition}\n\ncells:\n"
    for code in draft.form.cells:
        found = draft.cells[code]
        fields = {"place": str(found.place), "value": found.text}
        if found.printed != found.text:
            fields["printed"] = found.printed
        yield f"  {scalar(code)}: {json.dumps(fields, ensure_ascii=False)}\n"
    yield "\nparts:\n"
    for part, texts in draft.prose.parts.items():
        if texts:
            yield f"  {part}: {json.dumps(_span_of(texts))}\n"
    yield "\ndoubts:" + ("\n" if draft.doubts else " []\n")
    for doubt in draft.doubts:
        row = {"id": doubt.id, "place": str(doubt.place), "codes": list(doubt.codes)}
        said = {lang: doubt.problem().text(lang) for lang in ("zh", "en")}
        yield f"  - {json.dumps({**row, **said}, ensure_ascii=False)}\n"
    yield from _left_over(draft)


def _span_of(texts: Sequence[Paragraph]) -> str:
    """Return the place of paragraphs, from the first to the last."""
    first, last = str(texts[0].place), str(texts[-1].place)
    return first if first == last else f"{first} – {last}"


def _left_over(draft: Draft) -> Iterator[str]:
    """Yield the rows that the form does not have, and the text that belongs to no part."""
    if draft.extra:
        yield "\n# Rows that the form does not have; agency.yaml can declare them as extra_lines.\n"
        yield "extra_lines:\n"
        for extra in draft.extra:
            row = {**extra._asdict(), "place": str(extra.place)}
            yield f"  - {json.dumps(row, ensure_ascii=False)}\n"
    if draft.prose.unplaced:
        yield "\n# Text that belongs to no part, such as a site's navigation.\nunplaced:\n"
        for text in draft.prose.unplaced:
            row = {"place": str(text.place), "text": text.text}
            yield f"  - {json.dumps(row, ensure_ascii=False)}\n"


# --- on the disk ------------------------------------------------------------------

Text = str | bytes  # the content of a file; a str is written as UTF-8


def _bytes(text: Text) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


@contextmanager
def written_aside(slug: str, files: Mapping[str, Text], params: Path) -> Iterator[Path]:
    """Yield a temporary folder of parameters that contains only these files of a report.

    An existing agency.yaml in `params` replaces the one among the files. Raises OSError
    if nothing can be written, or that file cannot be read.
    """
    with disk.scratch() as folder:
        own = folder / slug
        own.mkdir()
        for name, text in files.items():
            (own / name).write_bytes(_bytes(text))
        there = params / slug / "agency.yaml"
        if there.exists():
            (own / "agency.yaml").write_bytes(disk.read_file(there))
        yield folder


def files_to_write(
    folder: Path, files: Mapping[str, Text], kept: Collection[str], *, force: bool
) -> dict[str, Text]:
    """Return the files of a report that are to be written: existing ones in `kept` are not.

    Raises KitError if one of the others exists and `force` is not given, or if
    the folder is a link that leads out of the folder of parameters; OSError if one is no file.
    """
    refuse_link_out(folder, folder.parent)
    wanted = {
        name: text
        for name, text in files.items()
        if name not in kept or not os.path.lexists(folder / name)
    }
    there = [folder / name for name in wanted if os.path.lexists(folder / name)]
    if there and not force:
        raise KitError(*(Problem("import-exists", path.as_posix()) for path in there))
    for path in there:
        disk.refuse_other_than_file(path)
    return wanted


def write_files(
    folder: Path, files: Mapping[str, Text], kept: Collection[str] = KEPT, *, force: bool = False
) -> list[Path]:
    """Write the files of a report that `files_to_write` returns, all or none; return the paths.

    Raises KitError as it does, and OSError if nothing can be written.
    """
    wanted = files_to_write(folder, files, kept, force=force)
    params = folder.parent
    params.mkdir(parents=True, exist_ok=True)
    disk.remove_abandoned_staging(params)
    with disk.staging_folder(params) as aside:
        staged = aside / folder.name
        staged.mkdir()
        for name, text in wanted.items():
            (staged / name).write_bytes(_bytes(text))
        with disk.uninterrupted():
            if folder.exists():
                _replace(staged, folder, list(wanted), aside)
            else:
                staged.rename(folder)
    return [folder / name for name in wanted]


def _replace(staged: Path, folder: Path, names: Sequence[str], aside: Path) -> None:
    """Move files into a folder; if one fails, restore the folder and raise OSError."""
    before = aside / "before"
    before.mkdir()
    begun: list[str] = []
    try:
        for name in names:
            begun.append(name)
            if os.path.lexists(folder / name):
                os.replace(folder / name, before / name)
            os.replace(staged / name, folder / name)
    except OSError:
        for name in begun:
            if os.path.lexists(before / name):
                os.replace(before / name, folder / name)
            elif not os.path.lexists(staged / name):
                (folder / name).unlink()
        raise
