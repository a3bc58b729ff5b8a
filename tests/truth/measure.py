"""Reads every sentence of this folder beside its table, and counts what the checks make of it.

`make truth` prints how many problems were found (recall) and how many findings are right
(precision), by kind. The sentences were written for this project; what they expect is exact.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from gongkai.checks import check_in_context
from gongkai.checks.findings import COMPARISONS, Finding
from gongkai.forms.editions import load_form
from gongkai.report.model import Past, Report
from gongkai.report.parameters import Period
from gongkai.report.reader import load_past, load_report
from gongkai.text.agency_names import Names
from gongkai.text.placeholders import TypedText

FOLDER = Path(__file__).parent
# Who wrote the files: those of the readers had not seen the code of the checks.
WRITERS = {
    "随代码写的句子": "",
    "没有看过代码的人写的句子": "fresh-",
    "第二个没有看过代码的人写的句子": "second-reader",
    "第三个没有看过代码的人写的句子": "third-reader",
    "第四个没有看过代码的人写的句子": "fourth-reader",
    "第五个没有看过代码的人写的句子": "fifth-reader",
    "第六个没有看过代码的人写的句子": "sixth-reader",
    "第七个没有看过代码的人写的句子": "seventh-reader",
    "第八个没有看过代码的人写的句子": "eighth-reader",
    "第九个没有看过代码的人写的句子": "ninth-reader",
    "第十个没有看过代码的人写的句子": "tenth-reader",
    "第十一个没有看过代码的人写的句子": "eleventh-reader",
    "第十二个没有看过代码的人写的句子": "twelfth-reader",
    "第十三个没有看过代码的人写的句子": "thirteenth-reader",
    "第十四个没有看过代码的人写的句子": "fourteenth-reader",
    "第十五个没有看过代码的人写的句子": "fifteenth-reader",
    "第十六个没有看过代码的人写的句子": "sixteenth-reader",
    "第十七个没有看过代码的人写的句子": "seventeenth-reader",
    "第十八个没有看过代码的人写的句子": "eighteenth-reader",
    "第十九个没有看过代码的人写的句子": "nineteenth-reader",
    "第二十个没有看过代码的人写的句子": "twentieth-reader",
    "第二十一个没有看过代码的人写的句子": "twenty-first-reader",
    "第二十二个没有看过代码的人写的句子": "twenty-second-reader",
    "第二十三个没有看过代码的人写的句子": "twenty-third-reader",
    "第二十四个没有看过代码的人写的句子": "twenty-fourth-reader",
    "第二十五个没有看过代码的人写的句子": "twenty-fifth-reader",
    "第二十六个没有看过代码的人写的句子": "twenty-sixth-reader",
    "第二十七个没有看过代码的人写的句子": "twenty-seventh-reader",
    "第二十八个没有看过代码的人写的句子": "twenty-eighth-reader",
    "第二十九个没有看过代码的人写的句子": "twenty-ninth-reader",
    "第三十个没有看过代码的人写的句子": "thirtieth-reader",
    "第三十一个没有看过代码的人写的句子": "thirty-first-reader",
    "第三十二个没有看过代码的人写的句子": "thirty-second-reader",
    "第三十三个没有看过代码的人写的句子": "thirty-third-reader",
    "第三十四个没有看过代码的人写的句子": "thirty-fourth-reader",
    "第三十五个没有看过代码的人写的句子": "thirty-fifth-reader",
    "第三十六个没有看过代码的人写的句子": "thirty-sixth-reader",
    "第三十七个没有看过代码的人写的句子": "thirty-seventh-reader",
    "第三十八个没有看过代码的人写的句子": "thirty-eighth-reader",
    "第三十九个没有看过代码的人写的句子": "thirty-ninth-reader",
    "第四十个没有看过代码的人写的句子": "fortieth-reader",
    "没有看过代码的人写的各种说法": "wordings-",
}
# Findings that are about a table or a part as a whole: every invented report here has them.
NOT_OF_A_SENTENCE = {
    "blank-cells",
    "channels-do-not-overlap",
    "channel-not-in-narrative",
    "repeated-text",
    "jump",
}

_CODES = re.compile(r"\{([^{}]+)\}")
_ZERO = Decimal(0)
BEFORE = "本单位高度重视此项工作。\n\n"


class Sentence(NamedTuple):
    """A sentence, the table it is read beside, and the ids of what is wrong with it.

    `values` are the values of the findings, where they are stated; `missed` means that what is
    wrong is known not to be found. `writer` is a key of WRITERS.
    """

    kind: str
    table: str
    text: str
    finds: tuple[str, ...]
    writer: str
    values: str = ""
    missed: bool = False

    @property
    def fresh(self) -> bool:
        """Whether it was written by somebody who had not seen the code."""
        return WRITERS[self.writer] != ""


def corpus() -> list[Sentence]:
    """Return every sentence of the folder, the fresh ones last."""
    found = [item for path in sorted(FOLDER.glob("*.yaml")) for item in _sentences(path)]
    return sorted(found, key=lambda item: [*WRITERS].index(item.writer))


def _sentences(path: Path) -> Iterator[Sentence]:
    document = _yaml(path)
    writer = [name for name, prefix in WRITERS.items() if path.name.startswith(prefix)][-1]
    for chosen in document.get("sets", ()):
        kind, table = chosen.get("kind") or document["kind"], chosen["table"]
        for ids, texts in chosen.get("wrong", {}).items():
            for item in texts:
                given = item if isinstance(item, dict) else {"text": item}
                text, values = given["text"], given.get("values", "")
                finds = tuple(ids.split())
                yield Sentence(kind, table, text, finds, writer, values, "missed" in given)
        yield from (Sentence(kind, table, text, (), writer) for text in chosen.get("right", ()))


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - texts only


class Beside(NamedTuple):
    """An invented report without a narrative, and its past."""

    report: Report
    past: Past


def tables() -> dict[str, Beside]:
    """Return an invented report for each table of `tables.yaml`."""
    with tempfile.TemporaryDirectory() as folder:
        return {
            name: _report(Path(folder) / name, table)
            for name, table in _yaml(FOLDER / "tables.yaml").items()
        }


def _report(params: Path, table: dict[str, Any]) -> Beside:
    folder = params / "case"
    folder.mkdir(parents=True)
    agency = dict.fromkeys(("office", "address", "telephone"), "甲")
    agency["website"] = "www.example.gov.cn"
    name = table.get("agency", "某市某局")
    (folder / "agency.yaml").write_text(json.dumps({"name": name, **agency}), "utf-8")
    year = int(table["year"])
    others = table.get("others", "0")
    _write_year(folder, table["edition"], year, table["figures"], others)
    if "previous" in table:
        _write_year(folder, table["edition"], year - 1, table["previous"])
    report = load_report("case", year, params)
    if "period" in table:
        period = Period.model_validate(table["period"])
        parameters = report.parameters.model_copy(update={"period": period})
        report = replace(report, parameters=parameters)
    return Beside(report, load_past(report))


def _write_year(
    folder: Path, edition: str, year: int, figures: dict[str, str], others: str = "0"
) -> None:
    form = load_form(edition)
    with (folder / f"{year}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "indicator", "unit", "value"])
        for code, cell in form.cells.items():
            writer.writerow([code, cell.label, cell.unit, figures.get(code, others)])
    names = dict.fromkeys(("head", "reviewer", "compiler", "telephone"), "甲")
    date = f"{year + 1}-01-20"
    sections = {part.id: f"{year}年这一部分的内容。没有收取信息处理费。" for part in form.parts}
    parameters = {
        "year": year,
        "edition": edition,
        "signed": date,
        "signatures": {**names, "date": date},
        "sections": sections,
    }
    (folder / f"{year}.yaml").write_text(json.dumps(parameters), "utf-8")


def found_in(sentence: Sentence, beside: Beside) -> list[str]:
    """Return the ids of what the checks find in a sentence, in the order of the alphabet."""
    return sorted(item.id for item in findings_in(sentence, beside))


def values_in(sentence: Sentence, beside: Beside) -> str:
    """Return the values of what the checks find in a sentence, as `values` states them."""
    found = [item for item in findings_in(sentence, beside) if item.values]
    return " ".join(("≠" if item.id in COMPARISONS else "、").join(item.values) for item in found)


def report_with(sentence: Sentence, beside: Beside) -> Report:
    """Return a sentence as the text of a report."""
    first = beside.report.form.parts[0].id
    sections = {**beside.report.sections, first: (TypedText(BEFORE + sentence.text, 1),)}
    return replace(beside.report, sections=sections)


def findings_in(sentence: Sentence, beside: Beside) -> list[Finding]:
    """Return what the checks find in a sentence, the gravest first.

    Another paragraph stands before it: a place in the sentence is not one in the text.
    """
    return findings_of(report_with(sentence, beside), beside)


def findings_of(report: Report, beside: Beside) -> list[Finding]:
    """Return what the checks find in the sentence that is the text of a report."""
    first = report.form.parts[0].id
    findings = check_in_context(report, beside.past, Names({}))
    own = [item for item in findings if item.part == first or not item.part]
    return [item for item in own if item.id not in NOT_OF_A_SENTENCE]


class Wording(NamedTuple):
    """How the figures of a table are put in words: a sentence with codes in place of numbers.

    {3.1.total} is a figure, {3.1.total+3.2.total} a sum. `missed` are the codes whose numbers are
    known not to be compared.
    """

    table: str
    text: str
    missed: tuple[str, ...] = ()

    @property
    def codes(self) -> list[str]:
        """The codes in their order."""
        return _CODES.findall(self.text)

    def beside(self, beside: Beside, wrong: int | None = None) -> Sentence:
        """Return it with the figures of its table, that at the place `wrong` by 1 too large."""
        numbers = (self._number(code, beside) for code in self.codes)
        stated = (str(number + (place == wrong)) for place, number in enumerate(numbers))
        text = _CODES.sub(lambda _: next(stated), self.text)
        return Sentence("", self.table, text, (), next(iter(WRITERS)))

    @staticmethod
    def _number(codes: str, beside: Beside) -> Decimal:
        return beside.report.figure(tuple(codes.split("+"))) or _ZERO


def wordings() -> list[Wording]:
    """Return the sentences of `words/`, by people who had not seen the code."""
    return [
        Wording(chosen["table"], item)
        if isinstance(item, str)
        else Wording(chosen["table"], **item)
        for path in sorted((FOLDER / "words").glob("*.yaml"))
        for chosen in _yaml(path)["sets"]
        for item in chosen["sentences"]
    ]


def not_compared(wording: Wording, beside: Beside) -> list[str]:
    """Return the codes whose numbers may be wrong in a sentence without a finding."""
    right = Counter(found_in(wording.beside(beside), beside))
    return [
        code
        for place, code in enumerate(wording.codes)
        if not Counter(found_in(wording.beside(beside, place), beside)) - right
    ]


class Tally(NamedTuple):
    """Of a kind: problems there are, those found, and findings that are no problem."""

    there: int
    found: int
    wrong: int

    @property
    def text(self) -> str:
        """The three numbers, with recall and precision in per cent."""
        recall = 100 * self.found / self.there if self.there else 100
        said = self.found + self.wrong
        precision = 100 * self.found / said if said else 100
        return (
            f"应有{self.there}，找到{self.found}（召回{recall:.1f}%），"
            f"误报{self.wrong}（精确{precision:.1f}%）"
        )


def tallied(sentences: list[Sentence]) -> dict[str, Tally]:
    """Return a tally a kind, and of all."""
    beside = tables()
    tallies: dict[str, Tally] = {}
    for item in sentences:
        expected, found = Counter(item.finds), Counter(found_in(item, beside[item.table]))
        hits = (expected & found).total()
        for kind in (item.kind, "全部"):
            there, right, wrong = tallies.get(kind, Tally(0, 0, 0))
            tallies[kind] = Tally(
                there + expected.total(), right + hits, wrong + found.total() - hits
            )
    return tallies


def main() -> None:
    """Print the tally; with a word after the command, also each sentence that was misread."""
    sentences = corpus()
    beside = tables()
    for item in sentences if len(sys.argv) > 1 else ():
        found = found_in(item, beside[item.table])
        if found != sorted(item.finds):
            print(f"{item.kind}：{item.text}\n  应有 {sorted(item.finds)}，实有 {found}")
    for writer in WRITERS:
        own = [item for item in sentences if item.writer == writer]
        print(f"{writer}：{len(own)}句")
        for kind, tally in sorted(tallied(own).items()):
            print(f"  {kind}：{tally.text}")
    words = wordings()
    numbers = sum(len(item.codes) for item in words)
    missed = sum(len(not_compared(item, beside[item.table])) for item in words)
    print(f"表中数字的各种说法：{len(words)}句，{numbers}个数字各改一次，找到{numbers - missed}")


if __name__ == "__main__":
    main()
