"""What the checks make of all sentences of `tests/truth/`, each of which is read once."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from approval import approve
from conftest import Shared
from gongkai.reading.mentions import mentions
from truth.measure import WRITERS, Sentence, corpus, findings_of, report_with, tables

pytestmark = pytest.mark.slow


class Read(NamedTuple):
    """The ids of what is found in a sentence, what is said of it, and how its numbers are read."""

    ids: list[str]
    said: str
    readings: str


ReadBy = Callable[[str], dict[Sentence, Read]]


@pytest.fixture(scope="session")
def read_by(shared: Shared) -> ReadBy:
    """How the sentences of a writer are read; made once for all workers."""

    def of_writer(writer: str) -> dict[Sentence, Read]:
        own = [item for item in corpus() if item.writer == writer]
        name = f"sentences-{[*WRITERS].index(writer)}"
        rows = json.loads(
            (shared(name, lambda folder: _read(own, folder)) / "read.json").read_text()
        )
        return {item: Read(*row) for item, row in zip(own, rows, strict=True)}

    return of_writer


def _read(sentences: list[Sentence], folder: Path) -> None:
    """Write how sentences are read into a folder."""
    beside = tables()
    rows = []
    for sentence in sentences:
        report = report_with(sentence, beside[sentence.table])
        found = findings_of(report, beside[sentence.table])
        said = [f"{item.severity} {item.text('zh')} {item.text('en')}" for item in found]
        readings = [
            f"{item.quantity} {item.features} {[measure.codes for measure in item.measures]} "
            f"{item.change} {item.comparable} {item.counted.share}"
            for item in mentions(report)
        ]
        rows.append(Read([item.id for item in found], "\n".join(said), "\n".join(readings)))
    (folder / "read.json").write_text(json.dumps(rows))


@pytest.mark.parametrize("writer", [name for name, prefix in WRITERS.items() if prefix])
def test_of_what_a_reader_found_nine_tenths_are_found_and_nothing_that_is_right(
    read_by: ReadBy, writer: str
) -> None:
    """Of people who had not seen the code: what is known to be missed is marked, and nothing else.

    What is not found costs less than what is found where nothing is wrong. The first reader's
    sentences bear no marks: they were written before there were any.
    """
    found = {item: Counter(read.ids) for item, read in read_by(writer).items()}
    assert [item for item in found if found[item] - Counter(item.finds)] == []
    lost = [item for item in found if found[item] != Counter(item.finds)]
    there = sum(len(item.finds) for item in found)
    least = 0.6 if WRITERS[writer] == "wordings-" else 0.9  # these are as rare as they could be
    assert sum((found[item] & Counter(item.finds)).total() for item in found) >= least * there
    if WRITERS[writer] != "fresh-":
        assert lost == [item for item in found if item.missed]


def test_what_is_said_of_each_sentence(read_by: ReadBy) -> None:
    """Word for word, with its place."""
    approve("sentences", _by_digest(read_by, lambda read: read.said))


def test_what_each_number_of_a_sentence_is_read_as(read_by: ReadBy) -> None:
    """Which figures it may mean, or that it is of something else: as the review copy marks it."""
    approve("readings", _by_digest(read_by, lambda read: read.readings))


def _by_digest(read_by: ReadBy, what: Callable[[Read], str]) -> Mapping[str, bytes]:
    """Return what sentences are read as, by the beginning of each and a digest of the whole."""
    things = {}
    for writer in WRITERS:
        for sentence, read in read_by(writer).items():
            name = f"{sentence.table}: {sentence.text}"
            digest = hashlib.sha256(name.encode()).hexdigest()[:6]
            things[f"{digest} {' '.join(name[:24].split())}"] = what(read).encode()
    return things
