"""Invented reports are built, and what their pages say is imported and compared with them.

`python tests/round_trip.py [COUNT] [--docx] [--xlsx] [--pdf]` builds so many reports of all
editions (200), reads their HTML, and where asked their Word documents, workbooks and PDFs too, and
prints what differs, and the seconds for each. It is run by hand: a PDF takes Chromium some seconds.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from gongkai.compare.content import report_content
from gongkai.compare.reports import compare
from gongkai.errors import KitError
from gongkai.importing.run import Options, import_document
from gongkai.importing.write import written_aside
from gongkai.report.reader import load_report

COUNT = 200
UNPRINTED = {"facts", "breakdowns", "accepted", "period", "year_on_year"}


def differences(page: Path, params: Path) -> Iterator[str]:
    """Yield what a page says otherwise than the report that it was made of."""
    slug, year = page.parent.name, int(page.stem)
    try:
        imported = import_document(page, params, Options(slug))
        with written_aside(slug, imported.files, params) as folder:
            ours, theirs = (
                report_content(load_report(slug, year, where), ()) for where in (params, folder)
            )
    except KitError as error:
        yield from map(str, error.problems)
        return
    found = compare(ours, theirs)
    yield from (f"{item.code}: {item.before!r} → {item.after!r}" for item in found.figures)
    yield from (f"{item.part}: {item.before!r} → {item.after!r}" for item in found.text)
    lost = {item.name.partition(".")[0] for item in found.particulars}
    yield from sorted(lost - UNPRINTED)
    yield from [f"{len(imported.unplaced)} lines unplaced"] if imported.unplaced else []


def run(folder: Path, count: int, kinds: tuple[str, ...]) -> int:
    """Print what differs, and a line for each format; return how many reports differ."""
    places = ["--params", str(folder / "params"), "--outputs", str(folder / "outputs")]
    commands = [["demo", str(count), str(folder)], ["build", *places]]
    copies = ",".join(kind for kind in kinds if kind != "html")
    commands += [["export", "--to", copies, *places]] if copies else []
    for words in commands:
        subprocess.run([sys.executable, "-m", "gongkai", *words], check=True, stdout=sys.stderr)
    bad = 0
    for kind in kinds:
        started, differ = time.process_time(), 0
        pages = sorted((folder / "outputs").glob(f"*/[0-9][0-9][0-9][0-9].{kind}"))
        for page in pages:
            said = list(differences(page, folder / "params"))
            differ += bool(said)
            for line in said[:5]:
                print(f"{page.parent.name}/{page.name}: {line}", file=sys.stderr)
        spent = (time.process_time() - started) / max(len(pages), 1)
        print(f"{kind}: {len(pages)} came back, {differ} with differences, {spent:.2f} s each")
        bad += differ
    return bad


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    formats = ("html", *(kind for kind in ("docx", "xlsx", "pdf") if f"--{kind}" in sys.argv))
    with tempfile.TemporaryDirectory() as place:
        sys.exit(bool(run(Path(place), numbers[0] if numbers else COUNT, formats)))
