"""Web pages as programs make them: what their styles raise, strike, hide or turn around."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Ran
from documents import (
    Piece,
    Table,
    as_html,
    as_text,
    as_word,
)
from import_helpers import (
    doubts,
    drafted,
    report,
    texts,
)

SHEET = """
.hidden { display: none } table td > .pale { color: #FFFFFF } .content .tiny { font: 1px/1 serif }
.far { position: absolute; left: -9999px } .old { text-decoration: line-through red }
.reader { position: absolute; width: 1px; height: 1px; overflow: hidden; clip: rect(0, 0, 0, 0) }
.note { vertical-align: super } .nine::before { content: "9" } .icon::after { content: "▶" } @media print { .printed, td { display: none } }
@layer utilities { .layered { display: none } } @supports (display: grid) { .supported { display: none } }
table { & .nested { display: none } .inner { display: none } @layer x { .deep { display: none } } }
"""


@pytest.mark.parametrize(
    ("new", "doubt"),
    [
        ("<sup>1</sup>", "import-raised"),
        ("<sub>1</sub>", "import-raised"),
        ("<ruby><rp>(</rp><rt>5</rt><rp>)</rp></ruby>", "import-guide"),
        ("<b style='vertical-align: sub'>1</b>", "import-raised"),
        ("<del>5</del>", "import-struck-through"),
        ("<b class='hidden'>5</b>", "import-hidden"),
        ("<b hidden>5</b>", "import-hidden"),
        ("<b class='layered'>5</b>", "import-hidden"),
        ("<b class='supported'>5</b>", "import-hidden"),
        ("<b class='nested'>5</b>", "import-hidden"),
        ("<b class='inner'>5</b>", "import-hidden"),
        ("<b class='deep'>5</b>", "import-hidden"),
        ("<b style='display: none'>5</b>", "import-hidden"),
        ("<b class='pale'>5</b>", "import-invisible"),
        ("<b class='tiny'>5</b>", "import-invisible"),
        ("<b class='far'>5</b>", "import-invisible"),
        ("<b class='reader'>5</b>", "import-invisible"),
        ("<b class='old'>5</b>", "import-struck-through"),
        ("<b class='note'>5</b>", "import-raised"),
        ("<i class='nine'></i>", "import-added-by-style"),
        ("<i class='icon'></i>", ""),
        ("<i class='pale' style='color: black'></i>", ""),
        ("<b class='printed'></b>", ""),
        ("<b style='font-size: 0'>5</b>", "import-invisible"),
        ("<b style='FONT: 1px serif'>5</b>", "import-invisible"),
        ("<b style='color: #fff'>5</b>", "import-invisible"),
        ("<b style='color: rgba(9, 9, 9, 0)'>5</b>", "import-invisible"),
        ("<b style='opacity:0.0'>5</b>", "import-invisible"),
        ("<b style='transform: rotate(9deg) scale(1, 0.0)'>5</b>", "import-invisible"),
        ("<b style='scale: 0'>5</b>", "import-invisible"),
        ("<b style='transform: scale(0.5)'></b>", ""),
        ("<details><summary></summary>5<b>6</b>7</details>", "import-hidden"),
        ("<font color='white'>5</font>", "import-invisible"),
        ("<b style='background: #eee; color: #eeeeee'>5</b>", "import-invisible"),
    ],
)
def test_what_is_raised_struck_or_hidden_does_not_join_a_figure_of_a_page(
    tmp_path: Path, new: str, doubt: str
) -> None:
    """It is left out, and doubted."""
    content, values = report("2021")
    page = as_html(content).decode()
    figure = values["3.1.total"]
    page = page.replace("<body>", f"<style>{SHEET}</style><body>", 1)
    page = page.replace(f">{figure}<", f">{figure}{new}<", 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    assert texts(draft) == values
    assert [item.id for item in draft.doubts] == ([doubt] if doubt else [])


def test_a_cell_that_spans_no_column_takes_one_as_in_a_browser(tmp_path: Path) -> None:
    """Its figure is read, and those to the right of it stay where they are."""
    content, values = report("2021")
    page = as_html(content).decode().replace('colspan="1"', 'colspan="0"')
    assert 'colspan="0"' in page
    assert texts(drafted(tmp_path, "x.html", page.encode(), 2023)) == values


def test_what_another_site_s_page_describes_a_figure_with_is_no_remark(tmp_path: Path) -> None:
    """Only the kit's own pages print remarks there; elsewhere it may be any help for readers."""
    content, values = report("2021")
    page = as_html(content, foot='<p id="help">说明：以网站为准</p>').decode()
    figure = f">{values['3.1.total']}<"
    page = page.replace(figure, f' aria-describedby="help"{figure}', 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    assert texts(draft) == values
    assert doubts(draft) == []


def test_raised_words_that_refer_to_no_note_stay_in_the_text(tmp_path: Path) -> None:
    """Though they begin with a number, as a note's would."""
    page = as_html(report("2021")[0]).decode().replace("这是第1部分", "这是<sup>1月</sup>的部分", 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    assert draft.prose.sections["overview"][0].text.startswith("这是1月的部分的文字")
    assert doubts(draft) == []


@pytest.mark.parametrize(
    "sheet",
    [
        "".join(f".c{number} p {{ display: none }}" for number in range(40_000)),
        "".join(f"* *:not(.c{number}) {{ color: red }}" for number in range(6_000)),
        "td" + ":not(" * 3000 + "a" + ")" * 3000 + "{ display: none }",
        "td" + " ~ td" * 300 + "{ display: none }",
        f"td {{ font-size: {'9' * 5000}px }}",
        "td { color: " + "(" * 5000 + "}",
        "",
    ],
    ids=["many", "slow", "deep", "long", "digits", "brackets", "of an element"],
)
def test_style_sheets_that_are_too_much_are_doubted(tmp_path: Path, sheet: str) -> None:
    """The figures are read all the same, as if all of them were shown."""
    content, values = report("2021")
    page = as_html(content).decode().replace("<body>", f"<style>{sheet}</style><body>", 1)
    if not sheet:
        page = page.replace("<td", f"<td style='font-size: {'9' * 5000}px'", 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    assert texts(draft) == values
    assert [item.id for item in draft.doubts] == ["import-looks-unread"]


def test_a_long_line_of_coloured_words_takes_linear_time(
    gongkai: Callable[..., Ran], tmp_path: Path
) -> None:
    """As PDFs are turned into pages: each word once took a look at all others, some minutes."""
    content, _ = report("2021")
    words = "".join(f"<i style='color: #fff'>{number}</i>" for number in range(30_000))
    lines = "".join(f"<p hidden>公开{number}。</p>" for number in range(10_000))
    more = f"<div class='x'>{words}</div>{lines}</body>"
    page = as_html(content).decode().replace("</body>", more)
    (tmp_path / "x.html").write_text(page)
    ran = gongkai(
        "import", str(tmp_path / "x.html"), "--agency", "x", "--year", "2023", "--dry-run"
    )
    assert ran.status == 0


@pytest.mark.parametrize(
    "look",
    ["style='color: white'", "style='visibility: hidden'", "class='pale'", "style='font-size: 0'"],
)
@pytest.mark.parametrize("tag", ["td", "tr"])
def test_a_cell_or_row_that_cannot_be_seen_moves_no_other(
    tmp_path: Path, tag: str, look: str
) -> None:
    """Its figures are left out, and doubted; those beside and below it are read."""
    content, values = report("2021")
    page = as_html(content).decode().replace("<body>", "<style>.pale { color: #fff }</style><body>")
    begin, end = page.split(f">{values['3.1.total']}<", 1)[0].rsplit(f"<{tag}", 1)
    page = page.replace(f"{begin}<{tag}{end}", f"{begin}<{tag} {look}{end}", 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    lost = {code for code, text in texts(draft).items() if text != values[code]}
    assert lost == {code for code in values if code.startswith("3.1.")} & (
        {"3.1.total"} if tag == "td" else set(values)
    )
    assert all(texts(draft)[code] == "" for code in lost)
    assert {item.id for item in draft.doubts} >= {"import-invisible"}
    assert lost <= {code for item in draft.doubts for code in item.codes}


@pytest.mark.parametrize(("name", "make"), [("x.html", as_html), ("x.docx", as_word)])
def test_a_figure_that_is_shown_turned_around_is_not_read(
    tmp_path: Path, name: str, make: Callable[[list[Piece]], bytes]
) -> None:
    """U+202E has 743 shown as 347: which of them was meant is doubted, and the cell is blank."""
    content, values = report("2021")
    tables = [piece for piece in content if isinstance(piece, Table)]
    boxes = [box for table in tables for row in table.rows for box in row]
    box = next(box for box in boxes if box.text == values["3.1.total"])
    object.__setattr__(box, "text", f"\u202e{box.text}")
    draft = drafted(tmp_path, name, make(content), 2023)
    assert texts(draft) == {**values, "3.1.total": ""}
    assert [item.id for item in draft.doubts] == ["import-not-a-figure"]


@pytest.mark.parametrize(
    ("before", "inside", "doubt"),
    [
        ("", "\u200b", ""),
        ("", "\u00ad", ""),
        ("\u200e", "", ""),
        ("\u2067", "\u2069", ""),
        ("", "\u00a0", "import-spaces-in-figure"),
        ("\u202e", "", "import-not-a-figure"),
    ],
)
def test_invisible_characters_in_a_figure_of_a_text_move_no_other_figure(
    tmp_path: Path, before: str, inside: str, doubt: str
) -> None:
    """As text that was copied from a page has them: the figure is that of its own line."""
    content, values = report("2014")
    text, figure = as_text(content).decode(), values["1.1"]
    assert text.count(f" {figure}\n") == 1
    text = text.replace(f" {figure}\n", f" {before}{figure[0]}{inside}{figure[1:]}\n")
    draft = drafted(tmp_path, "x.txt", text.encode(), 2016)
    assert texts(draft) == {**values, "1.1": "" if doubt == "import-not-a-figure" else figure}
    assert [item.id for item in draft.doubts] == ([doubt] if doubt else [])


@pytest.mark.parametrize(
    "new",
    [
        "<bdo dir='RTL'>{}</bdo>",
        "<span style='direction: rtl; unicode-bidi: bidi-override'>{}</span>",
        "<span class='turned'>{}</span>",
    ],
)
def test_a_figure_that_a_page_turns_around_is_not_read(tmp_path: Path, new: str) -> None:
    """By an element, by its style, by the page's own style sheet."""
    content, values = report("2021")
    sheet = "<style>.turned { unicode-bidi: isolate-override; direction: rtl }</style><body>"
    figure = values["3.1.total"]
    page = as_html(content).decode().replace("<body>", sheet, 1)
    page = page.replace(f">{figure}<", f">{new.format(figure)}<", 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    assert texts(draft) == {**values, "3.1.total": ""}
    assert [item.id for item in draft.doubts] == ["import-not-a-figure"]


NOT_IN_A_PAGE = ["<img src='x.png'>", "<input value='37'>", "<math><mn>37</mn></math>"]


@pytest.mark.parametrize("shown", NOT_IN_A_PAGE)
def test_a_figure_of_a_page_that_is_no_text_is_doubted_with_its_cell(
    tmp_path: Path, shown: str
) -> None:
    """A picture, a field to fill in, an equation: the cell is blank, and named."""
    content, values = report("2021")
    page = as_html(content).decode().replace(f">{values['3.1.total']}<", f">{shown}<", 1)
    draft = drafted(tmp_path, "x.html", page.encode(), 2023)
    assert [(str(item.place), item.codes) for item in draft.doubts] == [
        ("table 2, row 3, column 10", ("3.1.total",))
    ]
