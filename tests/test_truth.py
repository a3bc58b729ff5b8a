"""What the checks make of each sentence of `tests/truth/`, and of wrong figures in real texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from conftest import ROOT
from gongkai.checks import check, check_in_context
from gongkai.checks.findings import Context
from gongkai.report.model import Past, Report
from gongkai.report.reader import load_report
from gongkai.text.agency_names import Names
from gongkai.text.placeholders import TypedText
from gongkai.text.quantities import half_width, quantities
from truth.measure import (
    Beside,
    Sentence,
    Wording,
    corpus,
    found_in,
    not_compared,
    tables,
    values_in,
    wordings,
)

CORPUS = [item for item in corpus() if not item.fresh]
STATED = [item for item in corpus() if item.values]
EXAMPLES = [
    ("shanghai-office", 2019),
    ("shanghai-office", 2025),
    ("shuyang-county", 2025),
    ("shuyang-ndrc", 2023),
    ("xixia-justice", 2017),
]


@pytest.fixture(scope="module")
def beside() -> dict[str, Beside]:
    """The tables that the sentences are read beside."""
    return tables()


@pytest.mark.parametrize("sentence", CORPUS, ids=lambda item: item.text[:40])
def test_each_sentence_has_the_findings_that_stand_beside_it_and_no_other(
    beside: dict[str, Beside], sentence: Sentence
) -> None:
    """Exactly: a sentence that was read otherwise before is a change that somebody must want."""
    assert found_in(sentence, beside[sentence.table]) == sorted(sentence.finds)


@pytest.mark.parametrize("wording", wordings(), ids=lambda item: item.text[:40])
def test_a_figure_in_other_words_is_compared_with_its_cell(
    beside: dict[str, Beside], wording: Wording
) -> None:
    """The right figures have no finding; each that is by 1 too large has one, but for known ones."""
    table = beside[wording.table]
    assert found_in(wording.beside(table), table) == []
    assert not_compared(wording, table) == list(wording.missed)


def test_a_report_is_checked_beside_one_of_another_edition(beside: dict[str, Beside]) -> None:
    """In the first year of a form, last year's report lacks most of its cells."""
    for last in ("t14", "t19"):
        found = check(beside["t21"].report, Context(beside[last].report))
        assert not any(item.severity == "error" for item in found)


@pytest.mark.parametrize(("written", "ids"), [(0, ["draft"]), (1, ["draft"]), (2, [])])
def test_a_report_is_a_draft_until_a_second_part_is_written(
    beside: dict[str, Beside], written: int, ids: list[str]
) -> None:
    """Two figures alone are hardly a report."""
    report = beside["one_table"].report
    texts = enumerate(report.sections.items())
    sections = {part: text if n < written else () for n, (part, text) in texts}
    found = check_in_context(replace(report, sections=sections), Past(), Names({}))
    assert [item.id for item in found if item.id == "draft"] == ids


@pytest.mark.parametrize("sentence", STATED, ids=lambda item: item.text[:40])
def test_a_finding_has_the_two_values_that_a_reader_would_name(
    beside: dict[str, Beside], sentence: Sentence
) -> None:
    """What stands in the text, and what it should be."""
    assert values_in(sentence, beside[sentence.table]) == sentence.values


def test_the_corpus_is_large_enough_to_mean_something_and_says_nothing_twice() -> None:
    """Three hundred sentences, half of which are right."""
    texts = [(item.table, item.text) for item in CORPUS]
    assert len(texts) == len(set(texts)) >= 300
    assert sum(not item.finds for item in CORPUS) >= 150


def as_typed(slug: str, year: int) -> Report:
    """Return an example with its figures typed into the text, and no breakdown declared."""
    report = load_report(slug, year, ROOT / "params")
    texts = {part: (TypedText(report.filled(part).text, 1),) for part in report.sections}
    return replace(report, sections=texts, breakdowns=())


def found(report: Report) -> set[tuple[str, object]]:
    """Return the kinds and quotes of what is found in a report that has no past."""
    findings = check_in_context(report, Past(), Names({}))
    return {(item.id, item.problem.details.get("quote")) for item in findings}


def slips(report: Report) -> Iterator[Report]:
    """Yield the report with one number of the text changed by one, where the table has it too."""
    stated = {value.number for value in report.values.values() if value.number}
    for part in report.sections:
        text = report.filled(part).text
        for item in quantities(half_width(text)):
            digits = re.search(r"[0-9]+", text[item.start : item.end])
            if not item.counts or not digits or not {item.value, item.value / 10_000} & stated:
                continue
            first, last = item.start + digits.start(), item.start + digits.end()
            changed = f"{text[:first]}{int(digits[0]) + 1}{text[last:]}"
            yield replace(report, sections={**report.sections, part: (TypedText(changed, 1),)})


def test_of_the_figures_that_are_typed_wrong_nine_in_ten_are_found() -> None:
    """In the five examples, each number that stands in the table, one more than it should be."""
    hits = tried = 0
    for slug, year in EXAMPLES:
        report = as_typed(slug, year)
        known = found(report)
        for slip in slips(report):
            tried += 1
            hits += bool(found(slip) - known)
    assert tried >= 25
    assert hits / tried >= 0.9


def test_an_example_with_its_figures_typed_has_no_finding_of_the_text_that_is_not_true() -> None:
    """What the tables of 2019 contradict, and nothing else."""
    narrative = [
        (slug, year, kind)
        for slug, year in EXAMPLES
        for kind, _ in sorted(found(as_typed(slug, year)), key=str)
        if kind.startswith(("narrative-", "leftover-", "placeholder", "other-body"))
    ]
    assert narrative == [
        ("shanghai-office", 2019, "narrative-claim"),
        ("shanghai-office", 2019, "narrative-contradicts-table"),
        ("shanghai-office", 2019, "narrative-contradicts-table"),
        ("shanghai-office", 2019, "narrative-share"),
    ]


def test_the_first_reports_own_sum_is_found_without_being_declared() -> None:
    """Seven categories come to 163, where the whole is 164."""
    report = load_report("xixia-justice", 2017, ROOT / "params")
    text = (
        "网站主动公开信息164条，其中部门文件34条、重点工作11条、人事信息4条、机构职能4条、"
        "财政预决算及三公经费1条、议案建议提案办理1条、部门动态108条。"
    )
    sections = {**report.sections, "proactive": (TypedText(text, 1),)}
    changed = replace(report, sections=sections, breakdowns=())
    assert ("narrative-sum", "网站主动公开信息164条") in found(changed)


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("共计三千五百零二件", ("3502", "3502", "3502")),
        ("1,234,567条", ("1234567", "1234567", "1234567")),
        ("1200余件", ("1200", "1200", "1299")),
        ("14万余人", ("140000", "135000", "149999")),
        ("百分之七十", ("70", "70", "70")),
        ("七成五", ("75", "74", "76")),
        ("3至5次", ("5", "3", "5")),
        ("不足100件", ("100", "0", "100")),
        ("251000元", ("251000", "251000", "251000")),
        ("翻一番", ("2", "2", "2")),
    ],
)
def test_a_number_phrase_is_read_with_its_bounds(text: str, stated: tuple[str, str, str]) -> None:
    """Digits, Chinese numerals, 万, 余, 百分之, 成, ranges."""
    (item,) = quantities(half_width(text))
    assert tuple(f"{number:f}" for number in (item.value, item.low, item.high)) == stated


@pytest.mark.parametrize(
    "text",
    [
        "国办公开办函〔2019〕60号",
        "第二十条第（一）项",
        "电话0951-2078858",
        "拨打12345热线",
        "A4纸和5G消息",
        "“七五”普法",
        "2017年12月31日",
        "二〇二二年",
        "1.加强管理",
        "www.example.gov.cn/1/2件",
    ],
)
def test_a_name_a_date_and_the_number_of_a_document_are_no_counts(text: str) -> None:
    """Nothing of them is compared with a table."""
    assert not any(item.counts for item in quantities(half_width(text)))


def test_sentences_that_were_cut_and_joined_anyhow_stop_no_check(
    beside: dict[str, Beside],
) -> None:
    """As drafts are: halves of two sentences, clauses in another order, characters that lack."""
    random = Random(11)  # noqa: S311
    for first, second in zip(random.sample(CORPUS, 400), random.sample(CORPUS, 400), strict=True):
        clauses = re.findall("[^，。；：、]+[，。；：、]*", first.text)
        random.shuffle(clauses)
        at, other = (random.randrange(len(item.text) + 1) for item in (first, second))
        lost = random.randrange(len(first.text))
        for text in (
            first.text[:at] + second.text[other:],
            "".join(clauses),
            first.text[:lost] + first.text[lost + 1 :],
        ):
            found_in(first._replace(text=text), beside[first.table])
