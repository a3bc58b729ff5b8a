"""What documents do to tables, many times over, and whether each figure is right or doubted.

`python tests/mutations.py [COUNT]` prints how many of the mutations ended how. A figure that is
neither the document's nor among the cells of a doubt with a place is wrong without a doubt;
of these there must be none.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import NamedTuple

from documents import (
    FORMATS,
    Box,
    Piece,
    Table,
    as_pdf,
    figures,
    pieces,
    placed,
    unmerged,
    without_row,
)
from gongkai.errors import KitError
from gongkai.forms import editions
from gongkai.forms.form import Form
from gongkai.importing.draft import read_draft
from gongkai.importing.formats.documents import read_document

SEED = 14
COUNT = 1_200
YEARS = {"2014": 2016, "2019": 2020, "2021": 2023}


class Case(NamedTuple):
    """A mutated report: what was done, its form and year, its content, the figures that it says."""

    name: str
    form: Form
    year: int
    content: list[Piece]
    values: dict[str, str]
    breaks: tuple[int, ...] = ()


Mutation = Callable[[Case, Random], Case]


def _tables(case: Case) -> list[int]:
    return [index for index, piece in enumerate(case.content) if isinstance(piece, Table)]


def _one(case: Case, random: Random) -> tuple[int, Table]:
    index = random.choice(_tables(case))
    table = case.content[index]
    assert isinstance(table, Table)
    return index, table.copy()


def _with(case: Case, index: int, *pieces: Piece) -> Case:
    content = [*case.content[:index], *pieces, *case.content[index + 1 :]]
    return case._replace(content=content)


def _labels(table: Table) -> list[tuple[int, int]]:
    """Return where the labels of rows stand: texts in rows that have figures."""
    return [
        (row, place)
        for row, boxes in enumerate(table.rows)
        for place, box in enumerate(boxes)
        if any(item.text.isdecimal() for item in boxes) and not box.text.isdecimal()
        and len(box.text) > 3
    ]  # fmt: skip


def _change(table: Table, at: tuple[int, int], text: str) -> Table:
    row, place = at
    table.rows[row][place] = replace(table.rows[row][place], text=text)
    return table


# --- what is done -----------------------------------------------------------------


def nothing(case: Case, random: Random) -> Case:
    return case


def page_break(case: Case, random: Random) -> Case:
    rows = sum(len(piece.rows) for piece in case.content if isinstance(piece, Table))
    return case._replace(breaks=(random.randrange(1, rows),))


def table_cut_in_two(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    free = [
        number
        for number in range(1, len(table.rows))
        if not any(row < number < row + box.rows for row, _, box in placed(table))
    ]
    if not free:
        return case
    cut = random.choice(free)
    return _with(case, index, Table(table.rows[:cut]), Table(table.rows[cut:]))


def row_cut_in_two(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    whole = unmerged(table, repeated=False)
    labels = _labels(whole)
    if not labels:
        return case
    row, place = random.choice(labels)
    text = whole.rows[row][place].text
    cut = random.randrange(1, len(text))
    first = [replace(box) for box in whole.rows[row]]
    second = [Box("") for _ in first]
    first[place], second[place] = Box(text[:cut]), Box(text[cut:])
    if random.random() < 0.5:
        for number, box in enumerate(first):
            if box.text.isdecimal():
                first[number], second[number] = Box(""), box
    upper = Table([*whole.rows[:row], first])
    return _with(case, index, upper, Table([second, *whole.rows[row + 1 :]]))


def label_broken(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    at = random.choice(_labels(table) or [(0, 0)])
    text = table.rows[at[0]][at[1]].text
    cut = random.randrange(1, max(len(text), 2))
    return _with(case, index, _change(table, at, f"{text[:cut]}\n{text[cut:]}"))


def label_shortened(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    at = random.choice(_labels(table) or [(0, 0)])
    text = table.rows[at[0]][at[1]].text
    return _with(
        case, index, _change(table, at, text[: max(2, len(text) * random.randint(3, 9) // 10)])
    )


def label_misspelt(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    at = random.choice(_labels(table) or [(0, 0)])
    letters = list(table.rows[at[0]][at[1]].text)
    for _ in range(random.randint(1, 3)):
        letters[random.randrange(len(letters))] = random.choice("之甲乙数的申请公开处理信息")
    return _with(case, index, _change(table, at, "".join(letters)))


def label_of_another_row(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    labels = _labels(table)
    if len(labels) < 2:
        return case
    one, other = random.sample(labels, 2)
    changed = _change(table, one, table.rows[other[0]][other[1]].text)
    lost = _codes_in(case, table.rows[one[0]]) + _codes_in(case, table.rows[other[0]])
    return _with(case, index, changed)._replace(values={**case.values, **dict.fromkeys(lost, "?")})


def label_gone(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    at = random.choice(_labels(table) or [(0, 0)])
    return _with(case, index, _change(table, at, ""))


def label_without_number(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    at = random.choice(_labels(table) or [(0, 0)])
    text = table.rows[at[0]][at[1]].text
    return _with(
        case, index, _change(table, at, text.lstrip("0123456789.一二三四五六七八九十、（）"))
    )


def header_gone(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    heads = [
        row
        for row, boxes in enumerate(table.rows)
        if not any(box.text.isdecimal() for box in boxes)
    ]
    if not heads:
        return case
    return _with(case, index, without_row(table, random.choice(heads)))


def header_misspelt(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    heads = [
        (row, place)
        for row, boxes in enumerate(table.rows)
        for place, box in enumerate(boxes)
        if not any(item.text.isdecimal() for item in boxes) and len(box.text) > 1
    ]
    at = random.choice(heads)
    letters = list(table.rows[at[0]][at[1]].text)
    letters[random.randrange(len(letters))] = random.choice("之甲乙数的")
    return _with(case, index, _change(table, at, "".join(letters)))


def columns_swapped(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    whole = unmerged(table, repeated=True)
    width = len(whole.rows[0])
    one, other = sorted(random.sample(range(width), 2))
    for row in whole.rows:
        row[one], row[other] = row[other], row[one]
    return _with(case, index, whole)


def totals_blank(case: Case, random: Random) -> Case:
    blank = [code for code in case.values if code.endswith("total") and random.random() < 0.7]
    return _blanked(case, blank, "")


def cells_blank(case: Case, random: Random) -> Case:
    return _blanked(case, random.sample(list(case.values), 20), random.choice(["", "/", "—", "　"]))


def _blanked(case: Case, codes: list[str], sign: str) -> Case:
    figures_ = {case.values[code] for code in codes}
    content = [
        Table(
            [
                [replace(box, text=sign) if box.text in figures_ else box for box in row]
                for row in piece.rows
            ]
        )
        if isinstance(piece, Table)
        else piece
        for piece in case.content
    ]
    return case._replace(
        content=content, values={**case.values, **dict.fromkeys(codes, sign.strip())}
    )


def _codes_in(case: Case, row: list[Box]) -> list[str]:
    texts = {box.text for box in row}
    return [code for code, value in case.values.items() if value in texts]


def row_missing(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    rows = [
        row for row, boxes in enumerate(table.rows) if any(box.text.isdecimal() for box in boxes)
    ]
    row = random.choice(rows)
    gone = _codes_in(case, table.rows[row])
    changed = without_row(table, row) if len(rows) > 1 else Table(table.rows[:row])
    return _with(case, index, changed)._replace(values={**case.values, **dict.fromkeys(gone, "")})


def row_twice(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    whole = unmerged(table, repeated=False)
    rows = [
        row for row, boxes in enumerate(whole.rows) if any(box.text.isdecimal() for box in boxes)
    ]
    row = random.choice(rows)
    again = list(whole.rows[row])
    if random.random() < 0.5:
        again = [
            replace(box, text=box.text[::-1]) if box.text.isdecimal() else box for box in again
        ]
    at = random.choice([row, row + 1])
    whole.rows.insert(at, again)
    return _with(case, index, whole)


def rows_swapped(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    whole = unmerged(table, repeated=True)
    rows = [
        row for row, boxes in enumerate(whole.rows) if any(box.text.isdecimal() for box in boxes)
    ]
    if len(rows) < 2:
        return case
    one, other = random.sample(rows, 2)
    if {box.text for box in whole.rows[one] if not box.text.isdecimal()} == {
        box.text for box in whole.rows[other] if not box.text.isdecimal()
    }:
        return case  # nobody could tell
    whole.rows[one], whole.rows[other] = whole.rows[other], whole.rows[one]
    return _with(case, index, whole)


def local_row(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    whole = unmerged(table, repeated=False)
    row = random.choice(
        [row for row, boxes in enumerate(whole.rows) if any(box.text.isdecimal() for box in boxes)]
    )
    extra = [Box("77") if box.text.isdecimal() else Box("") for box in whole.rows[row]]
    extra[0] = Box(random.choice(["其中：本级", "9.属于地方另行规定的事项", "小计"]))
    whole.rows.insert(row + random.randint(0, 1), extra)
    return _with(case, index, whole)


def column_inserted(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    whole = unmerged(table, repeated=True)
    at = random.randrange(1, len(whole.rows[0]) + 1)
    for row in whole.rows:
        figure = any(box.text.isdecimal() for box in row)
        row.insert(at, Box("88" if figure else random.choice(["备注", "本级", ""])))
    return _with(case, index, whole)


def unmerged_once(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    return _with(case, index, unmerged(table, repeated=False))


def unmerged_repeated(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    return _with(case, index, unmerged(table, repeated=True))


def figures_merged(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    rows = [
        row
        for row, boxes in enumerate(table.rows)
        if sum(box.text.isdecimal() for box in boxes) > 1
    ]
    if not rows:
        return case
    row = random.choice(rows)
    at = random.choice([i for i, box in enumerate(table.rows[row][:-1]) if box.text.isdecimal()])
    one, other = table.rows[row][at : at + 2]
    lost = [code for code, value in case.values.items() if value in (one.text, other.text)]
    kept = random.choice([one.text, other.text, f"{one.text} {other.text}"])
    table.rows[row][at : at + 2] = [Box(kept, 1, one.columns + other.columns)]
    return _with(case, index, table)._replace(values={**case.values, **dict.fromkeys(lost, "?")})


def spaces_in_figures(case: Case, random: Random) -> Case:
    return _every(
        case, lambda text: f"{text[0]} {text[1:]}" if random.random() < 0.2 else f" {text} "
    )


def full_width(case: Case, random: Random) -> Case:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    return _every(case, lambda text: text.translate(wide))


def thousands(case: Case, random: Random) -> Case:
    return _every(case, lambda text: f"{int(text):,}")


def units_typed(case: Case, random: Random) -> Case:
    return _every(case, lambda text: f"{text}件" if random.random() < 0.3 else text)


def remarks(case: Case, random: Random) -> Case:
    return _every(case, lambda text: f"{text}（其中上年1）" if random.random() < 0.2 else text)


def letters_for_digits(case: Case, random: Random) -> Case:
    return _every(case, lambda text: text.replace("0", "O").replace("1", "l"))


def _every(case: Case, change: Callable[[str], str]) -> Case:
    content = [
        Table(
            [
                [
                    replace(box, text=change(box.text)) if box.text.isdecimal() else box
                    for box in row
                ]
                for row in piece.rows
            ]
        )
        if isinstance(piece, Table)
        else piece
        for piece in case.content
    ]
    return case._replace(content=content)


def labels_spaced(case: Case, random: Random) -> Case:
    index, table = _one(case, random)
    for at in _labels(table):
        text = table.rows[at[0]][at[1]].text
        table = _change(table, at, " ".join(text) if random.random() < 0.3 else text)
    return _with(case, index, table)


def tables_swapped(case: Case, random: Random) -> Case:
    tables = _tables(case)
    if len(tables) < 2:
        return case
    one, other = random.sample(tables, 2)
    content = list(case.content)
    content[one], content[other] = content[other], content[one]
    return case._replace(content=content)


MUTATIONS: tuple[Mutation, ...] = (
    nothing, page_break, page_break, table_cut_in_two, row_cut_in_two, label_broken, label_shortened,
    label_misspelt, label_of_another_row, label_gone, label_without_number, header_gone, header_misspelt,
    columns_swapped, totals_blank, cells_blank, row_missing, row_twice, rows_swapped, local_row,
    column_inserted, unmerged_once, unmerged_repeated, figures_merged, spaces_in_figures, full_width,
    thousands, units_typed, remarks, letters_for_digits, labels_spaced, tables_swapped,
)  # fmt: skip


# --- how it ended -----------------------------------------------------------------


class Ended(NamedTuple):
    """How a mutation ended, in which format, and the cells that are wrong without a doubt."""

    mutation: str
    format: str
    edition: str
    outcome: str
    wrong: tuple[tuple[str, str, str], ...]


def run(count: int = COUNT, seed: int = SEED) -> Iterator[Ended]:
    """Yield how each of so many mutations ended; the same numbers give the same mutations."""
    with tempfile.TemporaryDirectory() as folder:
        for case, kind in cases(count, seed):
            path = Path(folder) / f"report.{kind}"
            path.write_bytes(written(case, kind))
            yield ended(case, path)


def cases(count: int, seed: int) -> Iterator[tuple[Case, str]]:
    """Yield mutated reports, each with the format that it is to be written in."""
    for number in range(count):
        random = Random(f"{seed}/{number}")  # noqa: S311
        mutation = MUTATIONS[number % len(MUTATIONS)]
        edition, kind = random.choice(list(YEARS)), random.choice(list(FORMATS))
        if mutation is figures_merged and kind == "txt":
            kind = "html"  # plain text has no merged cells
        form, year = editions.load_form(edition), YEARS[edition]
        values = figures(form, random)
        content = pieces(form, values, "云岫县司法局", year)
        yield mutation(Case(mutation.__name__, form, year, content, values), random), kind


def written(case: Case, kind: str) -> bytes:
    """Return a mutated report as a document."""
    if kind == "pdf":
        return as_pdf(case.content, breaks=case.breaks)
    return FORMATS[kind](case.content)


def ended(case: Case, path: Path) -> Ended:
    """Return how the document of a mutated report ended."""
    said = (case.name, path.suffix[1:], case.form.edition)
    try:
        draft = read_draft(read_document(path).source, case.year)
    except KitError:
        return Ended(*said, "refused", ())
    doubted = {code for doubt in draft.doubts if str(doubt.place) for code in doubt.codes}
    got = {code: found.text for code, found in draft.cells.items()}
    differ = [
        (code, value, got.get(code, ""))
        for code, value in case.values.items()
        if not same(got.get(code, ""), value)
    ]
    wrong = tuple(item for item in differ if item[0] not in doubted)
    outcome = "wrong" if wrong else "doubted" if differ or doubted else "right"
    if not differ and doubted:
        outcome = "right, doubted"
    return Ended(*said, outcome, wrong)


def same(read: str, said: str) -> bool:
    """Whether a figure that was read is the one that the document has."""
    plain = read.replace(",", "").translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    return plain == said or plain.partition("（")[0] == said


def main() -> None:
    """Print how the mutations ended, by kind and altogether."""
    logging.disable(logging.CRITICAL)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    tally: dict[str, Counter[str]] = {}
    for ended in run(count):
        tally.setdefault(ended.mutation, Counter())[ended.outcome] += 1
        if ended.wrong:
            print(ended.mutation, ended.format, ended.edition, *ended.wrong[:4], file=sys.stderr)
    columns = ("right", "right, doubted", "doubted", "refused", "wrong")
    print(f"{'mutation':24}" + "".join(f"{name:>16}" for name in columns))
    for name, found in tally.items():
        print(f"{name:24}" + "".join(f"{found[column]:>16}" for column in columns))
    whole = sum(tally.values(), Counter())
    print(f"{f'{count} mutations':24}" + "".join(f"{whole[column]:>16}" for column in columns))


if __name__ == "__main__":
    main()
