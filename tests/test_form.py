"""The forms are the official ones, and a wrong form is refused with every reason."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from gongkai.errors import KitError
from gongkai.forms.editions import FORMS, edition_for, editions, load_form, read_form
from gongkai.forms.tables import all_rows, printed_lines
from gongkai.report.provenance import inputs
from gongkai.text.agency_names import Names

PUBLISHED = Path(__file__).parent / "published"


def official(name: str) -> list[dict[str, str]]:
    """Return a published table, a dictionary a row."""
    with (PUBLISHED / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_form_of_2014_has_the_official_lines_in_print_order() -> None:
    """Codes, labels, units and indents are those of the published form."""
    rows = printed_lines(load_form("2014").tables[0].lines)
    found = [(row.line.code, row.line.label, row.line.unit, str(row.level)) for row in rows]
    expected = [
        (row["code"], row["label"], row["unit"], row["level"]) for row in official("form-2014.csv")
    ]
    assert found == expected


def test_the_form_of_2014_has_58_figures_and_7_headings() -> None:
    """What prints —— has no cell."""
    form = load_form("2014")
    assert (len(form.cells), len(form.entries)) == (58, 65)


def test_each_total_of_the_published_form_is_an_identity_of_its_addends() -> None:
    """No sum that the form prints goes unchecked."""
    rows = official("form-2014.csv")
    sums = {identity.left: identity.right for identity in load_form("2014").identities}
    for total in (row["code"] for row in rows if row["kind"] == "total"):
        addends = [
            row["code"] for row in rows if row["kind"] == "addend" and row["parent"] == total
        ]
        assert sums[(total,)] == tuple(addends)


@pytest.mark.parametrize("year", [2008, 2014, 2018])
def test_the_form_of_2014_is_in_force_up_to_2018(year: int) -> None:
    """A report year finds its form by itself."""
    assert edition_for(year).edition == "2014"


def test_a_year_without_a_form_is_refused() -> None:
    """Before the Regulation of 2008 there was no report."""
    with pytest.raises(KitError, match=r"^no form is known for the report year 2007$"):
        edition_for(2007)


def test_every_edition_reads_and_names_its_source() -> None:
    """A form without the document that prescribes it is an opinion."""
    for edition in editions():
        assert load_form(edition).source.document


def test_a_wrong_form_is_refused_with_every_reason(tmp_path: Path) -> None:
    """Unknown codes and parts are named with the line that speaks of them."""
    text = (FORMS / "2014.yaml").read_text("utf-8")
    text = text.replace("{left: [8.3],", "{left: [8.9],").replace(
        "part: proactive\n", "part: nowhere\n"
    )
    (tmp_path / "2014.yaml").write_text(text, "utf-8")
    with pytest.raises(KitError) as caught:
        read_form(tmp_path / "2014.yaml")
    lines = text.splitlines()
    identity = next(i for i, line in enumerate(lines, 1) if "[8.9]" in line)
    part = next(i for i, line in enumerate(lines, 1) if "nowhere" in line)
    assert str(caught.value).splitlines() == [
        f"{tmp_path}/2014.yaml:{identity}: the code 8.9 is not a figure of this form",
        f"{tmp_path}/2014.yaml:{part}: this form has no part nowhere",
    ]


def test_a_code_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """Which of two figures a code means nobody could say."""
    text = (FORMS / "2014.yaml").read_text("utf-8")
    (tmp_path / "2014.yaml").write_text(text.replace("code: 9.3\n", "code: 9.2\n"), "utf-8")
    with pytest.raises(KitError) as caught:
        read_form(tmp_path / "2014.yaml")
    said = str(caught.value).splitlines()
    assert said[0] == f"{tmp_path}/2014.yaml: the code 9.2 appears twice"


def test_a_part_without_a_heading_is_refused(tmp_path: Path) -> None:
    """No page has a part that is called nothing."""
    text = (FORMS / "2014.yaml").read_text("utf-8")
    (tmp_path / "2014.yaml").write_text(
        re.sub("heading: .*", 'heading: " "', text, count=1), "utf-8"
    )
    with pytest.raises(KitError, match="heading: must not be blank"):
        read_form(tmp_path / "2014.yaml")


@pytest.mark.parametrize(
    "heading",
    ["{nope}", "{0}", "{", "}", "{next_year:>900000000}", "{next_year.__class__}", "{{next_year}}"],
)
def test_a_heading_with_another_placeholder_is_refused_with_its_line(
    tmp_path: Path, heading: str
) -> None:
    """There is one placeholder; nothing else in braces is looked at, let alone run."""
    text = (FORMS / "2014.yaml").read_text("utf-8")
    text = text.replace("存在的主要问题及{next_year}年", f"存在的主要问题及{heading}年")
    (tmp_path / "2014.yaml").write_text(text, "utf-8")
    line = next(n for n, words in enumerate(text.splitlines(), 1) if f"问题及{heading}年" in words)
    with pytest.raises(KitError) as caught:
        read_form(tmp_path / "2014.yaml")
    assert str(caught.value) == (
        f"{tmp_path}/2014.yaml:{line}: the heading “八、存在的主要问题及{heading}年改进工作的思路措施” "
        "contains braces; only {next_year} is filled in, and braces may contain nothing else"
    )


def test_what_a_system_leaves_beside_the_forms_is_no_form(tmp_path: Path) -> None:
    """macOS writes ._2014.yaml beside 2014.yaml, an editor .hidden.yaml."""
    for name in ("._2014.yaml", ".hidden.yaml", "notes.txt", "2014.yaml~"):
        (tmp_path / name).write_bytes(b"\x00\x05\x16\x07")
    assert list(editions(tmp_path)) == ["2014", "2019", "2021"]
    found = inputs(tmp_path, "a", 2017, Names({}), forms=tmp_path)
    assert not [name for name in found if "hidden" in name]


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("收到{3.1", "cannot be read"),
        ("收到[{3.1}", "cannot be read"),
        ("收到{3.1}]", "cannot be read"),
        ("收到{3.1:rate}", "cannot be read"),
        ("收到{3.1.__class__}", "the code 3.1.__class__ is not a figure"),
        ("收到{3.1/9.9}", "the code 9.9 is not a figure"),
        ("收到{3.1}[，其中{9.9}]", "the code 9.9 is not a figure"),
    ],
)
def test_a_computed_sentence_that_cannot_be_filled_in_is_refused_with_its_line(
    tmp_path: Path, says: str, reason: str
) -> None:
    """Braces and brackets astray, and figures that there are not."""
    text = (FORMS / "2014.yaml").read_text("utf-8")
    line = next(n for n, words in enumerate(text.splitlines(), 1) if "says: 收到政府" in words)
    lines = text.splitlines()
    lines[line - 1] = f'    says: "{says}"'
    (tmp_path / "2014.yaml").write_text("\n".join(lines), "utf-8")
    with pytest.raises(KitError) as caught:
        read_form(tmp_path / "2014.yaml")
    assert str(caught.value).startswith(f"{tmp_path}/2014.yaml:{line}: ")
    assert reason in str(caught.value)


def test_as_many_labels_as_bars(tmp_path: Path) -> None:
    """A label too few would call a bar by the name of another."""
    text = (FORMS / "2021.yaml").read_text("utf-8")
    text = text.replace(
        "labels: [维持, 纠正, 其他结果, 尚未审结], whole: 行政复议",
        "labels: [维持], whole: 行政复议",
    )
    (tmp_path / "2021.yaml").write_text(text, "utf-8")
    with pytest.raises(KitError, match="1 label for 4 lines"):
        read_form(tmp_path / "2021.yaml")


def test_a_narrow_label_is_broken_into_its_own_words() -> None:
    """The pieces are the official label, letter for letter."""
    rows = [
        row
        for edition in editions()
        for table in load_form(edition).tables
        for block in table.blocks
        for row in all_rows(block.rows)
        if row.broken
    ]
    assert len(rows) == 2
    assert all("".join(row.broken) == row.label for row in rows)
