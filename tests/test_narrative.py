"""The narrative: Markdown with figures filled in, and nothing in it that could run."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from conftest import Ran, Sandbox
from gongkai.checks import check_in_context
from gongkai.errors import KitError
from gongkai.page.narrative import PartText
from gongkai.report.model import INTRODUCTION, Past, Report
from gongkai.report.provenance import inputs
from gongkai.report.reader import load_report
from gongkai.text.agency_names import Names
from gongkai.text.templates import split_marks


def public_text(report: Report, part: str) -> str:
    """Return a part's text as the public page has it."""
    return split_marks(PartText(report, part).marked()).html


def shown(project: Sandbox, text: str) -> str:
    """Return the HTML of the ninth part with this text."""
    project.write_section("other", text)
    report = load_report("xixia-justice", 2017, project.params)
    return str(public_text(report, "other")).strip()


def test_figures_and_facts_are_filled_in(project: Sandbox) -> None:
    """A number of the table is written once, in the table."""
    text = '公开{{ v("1.1") }}条，关注{{ fact("wechat_followers") }}人，合计{{ v("1.2.2", "1.2.4") }}条。'
    assert shown(project, text) == "<p>公开346条，关注1429人，合计278条。</p>"


@pytest.mark.parametrize("hashes", ["#", "##", "###"])
def test_the_highest_heading_of_a_part_stands_below_the_parts_own(
    project: Sandbox, hashes: str
) -> None:
    """Headings stay in order, however a clerk counts them."""
    html = shown(project, f"{hashes} 甲\n\n文字\n\n{hashes}# 乙")
    assert [tag.name for tag in BeautifulSoup(html, "html.parser").find_all(True)] == [
        "h3",
        "p",
        "h4",
    ]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("第一段。\n第二段。", "<p>第一段。</p>\n<p>第二段。</p>"),
        ("（一）总体情况\n没有。", "<p>（一）总体情况</p>\n<p>没有。</p>"),
        ("1. 学习\n另一段。", "<ol>\n<li>学习</li>\n</ol>\n<p>另一段。</p>"),
        ("一句话写到这里\n又写下去。", "<p>一句话写到这里\n又写下去。</p>"),
        ("1. 学习。\n2. 培训。", "<ol>\n<li>学习。</li>\n<li>培训。</li>\n</ol>"),
    ],
)
def test_a_line_that_ends_a_sentence_ends_a_paragraph(
    project: Sandbox, text: str, html: str
) -> None:
    """A text pasted from Word keeps its paragraphs; one wrapped within a sentence is one."""
    assert shown(project, text) == html


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</style><script>alert(1)</script>",
    "</section></main><iframe src='https://example.com'></iframe>",
    "[这里](javascript:alert(1))",
    "[这里](JaVaScRiPt:alert(1))",
    "[这里](data:text/html,<script>alert(1)</script>)",
    "<https://example.com/><b onmouseover=alert(1)>",
    "[引用][a]\n\n[a]: javascript:alert(1)",
    "```html\n<script>alert(1)</script>\n```",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62;",
]
ALLOWED_TAGS = {"p", "a", "b", "em", "strong", "code", "pre", "h3", "h4", "ul", "ol", "li", "br"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_becomes_text(project: Sandbox, text: str) -> None:
    """No element, no handler, no address that loads or runs comes out of a narrative."""
    soup = BeautifulSoup(shown(project, text), "html.parser")
    for tag in soup.find_all(True):
        assert tag.name in ALLOWED_TAGS - {"b"}
        assert set(tag.attrs) <= {"href", "class"}
        assert str(tag.get("href", "https://")).startswith(("https://", "http://", "mailto:", "#"))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("网站7*24小时在线，热线7*24小时受理。", "网站7*24小时在线，热线7*24小时受理。"),
        ("规格5*3*2米，长*宽*高。", "规格5*3*2米，长*宽*高。"),
        ('规格{{ v("3.1") }}*2*{{ v("3.1") }}。', "规格0*2*0。"),
        ("*强调*：**很重要**的事。", "<em>强调</em>：<strong>很重要</strong>的事。"),
    ],
)
def test_a_times_sign_between_two_words_is_printed(project: Sandbox, text: str, html: str) -> None:
    """7*24小时 is no italic text, and never 724小时."""
    assert shown(project, text) == f"<p>{html}</p>"


def test_what_is_filled_in_is_shown_letter_by_letter(project: Sandbox) -> None:
    """A fact is no Markdown: stars and tags in it are letters."""
    project.edit("2017.yaml", "proposals: 1", "proposals: '*<b>[x](http://y)'")
    html = shown(project, '值{{ fact("proposals") }}。')
    assert html == "<p>值*&lt;b&gt;[x](http://y)。</p>"


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (
            "on_request",
            "本年度未收到政府信息公开申请，未发生因政府信息公开工作引起的行政复议和行政诉讼。",
        ),
        ("interpretation", "本年度未制发政策性文件，没有需要解读的事项。"),
        ("response", "本年度未发生需要回应的公众关注热点或重大舆情。"),
    ],
)
def test_an_empty_part_gets_the_sentence_that_the_figures_justify(
    project: Sandbox, part: str, sentence: str
) -> None:
    """Nothing received, nothing issued, nothing to answer: said in one sentence."""
    project.write_section(part, "")
    report = load_report("xixia-justice", 2017, project.params)
    assert str(public_text(report, part)).strip() == f"<p>{sentence}</p>"


def test_an_empty_part_without_such_figures_is_a_gap(project: Sandbox) -> None:
    """The gap is an element that only the review copy's style makes visible."""
    assert shown(project, "") == '<div class="unwritten"></div>'


def test_the_introduction_says_basis_period_and_contact(project: Sandbox) -> None:
    """What the Regulation asks of a report's beginning is made from the parameters."""
    report = load_report("xixia-justice", 2017, project.params)
    text = BeautifulSoup(str(public_text(report, INTRODUCTION)), "html.parser").get_text()
    for said in (
        "《中华人民共和国政府信息公开条例》",
        "由九个部分和所附统计表组成",
        "2017年1月1日至2017年12月31日",
        "www.ycxixia.gov.cn",
        "西夏区贺兰山路480号",
        "756000",
        "0951-2078858",
        "xxqsfjbgs@163.com",
    ):
        assert said in text


def test_an_introduction_of_ones_own_takes_its_place(project: Sandbox) -> None:
    """It is filled in and checked like any other text."""
    project.edit("2017.yaml", "sections:\n", 'sections:\n  introduction: 共{{ v("1.1") }}条。\n')
    report = load_report("xixia-justice", 2017, project.params)
    assert str(public_text(report, INTRODUCTION)).strip() == "<p>共346条。</p>"


# --- pictures -----------------------------------------------------------------------

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAA"
    "AElFTkSuQmCC"
)


def test_a_picture_beside_the_yaml_stands_in_the_text_with_its_words(project: Sandbox) -> None:
    """It is inside the page, its words are filled in, and 2016 in its name is no year of the text."""
    (project.example / "图 2016.png").write_bytes(PIXEL)
    html = shown(project, '见下图。\n\n![公开{{ v("1.1") }}条](<图 2016.png>)')
    url = f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"
    assert html == f'<p>见下图。</p>\n<p><img src="{url}" alt="公开346条"></p>'
    report = load_report("xixia-justice", 2017, project.params)
    found = check_in_context(report, Past(), Names({}))
    assert not [item for item in found if "2016" in item.text()]
    assert PartText(report, "other").lines() == ["见下图。", "（图：公开346条）"]
    hashes = inputs(project.params, "xixia-justice", 2017, Names({}))
    assert "params/xixia-justice/图 2016.png" in hashes


def test_a_report_has_no_more_pictures_than_a_page_can_carry(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Forty are shown; with one more the part is refused."""
    for number in range(41):
        (project.example / f"{number}.png").write_bytes(PIXEL)
    text = "\n\n".join(f"![图{number}]({number}.png)" for number in range(40))
    assert shown(project, text).count("<img ") == 40
    project.write_section("other", f"{text}\n\n![图40](40.png)")
    [said] = gongkai("check").lines
    assert said.endswith(": error: there are more than 40 pictures [picture-many]")


def test_a_picture_may_have_its_accents_apart_from_their_letters(project: Sandbox) -> None:
    """As a Mac writes the names of files, and as they are then copied into the text."""
    name = "e\u0301.png"
    (project.example / name).write_bytes(PIXEL)
    assert shown(project, f"![图]({name})").startswith('<p><img src="data:image/png;base64,')
    hashes = inputs(project.params, "xixia-justice", 2017, Names({}))
    assert f"params/xixia-justice/{name}" in hashes


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("![](图.png)", "the picture 图.png has no alternative text; describe what it shows: ![words](图.png)"),
        ("![图.png](图.png)", "the picture 图.png has no alternative text; describe what it shows: ![words](图.png)"),
        ("![图](没有.png)", "there is no file 没有.png in this folder"),
        ("![图](https://example.com/a.png)", "https://example.com/a.png is not the name of a file in this folder; put the file into the agency's folder, and write only its name"),
        ("![图](../图.png)", "../图.png is not the name of a file in this folder; put the file into the agency's folder, and write only its name"),
        ("![图](half.png)", "the picture half.png is damaged or incomplete; save it again"),
        ("![图](2017.csv)", "2017.csv is not a PNG, JPEG, GIF or WebP picture"),
        ("![图](link.png)", "link.png is a link that points outside the folder; put the file itself there"),
        ("![图](large.png)", "large.png is larger than 1 MB"),
        ("![图](&#22270;.png)", "write the name 图.png literally, without escapes or placeholders"),
    ],
)  # fmt: skip
def test_a_picture_that_no_page_could_show_is_a_problem_with_its_line(
    project: Sandbox, text: str, sentence: str
) -> None:
    """Which one, what is wrong with it, and what was expected."""
    (project.example / "图.png").write_bytes(PIXEL)
    (project.example / "half.png").write_bytes(PIXEL[:-20])
    (project.example / "large.png").write_bytes(PIXEL + bytes(10**6))
    (project.folder / "out.png").write_bytes(PIXEL)
    (project.example / "link.png").symlink_to(project.folder / "out.png")
    project.write_section("other", f"第一行。\n\n{text}")
    with pytest.raises(KitError) as refused:
        load_report("xixia-justice", 2017, project.params)
    (problem,) = refused.value.problems
    assert problem.text() == sentence
    lines = (project.example / "2017.yaml").read_text("utf-8").splitlines()
    if "&#" not in text:
        assert text in lines[problem.line - 1]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "there is no file b.csv in this folder"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
            "b.csv is only a pointer of Git LFS; fetch the file itself: git lfs pull",
        ),
    ],
)
def test_a_file_for_the_cells_that_is_not_there_is_a_problem_with_its_line(
    project: Sandbox, data: bytes | None, said: str
) -> None:
    """What is named under `files:` is an input, and must be there."""
    project.edit("2017.yaml", "facts:", "files:\n  - a.csv\n  - b.csv\nfacts:")
    (project.example / "a.csv").write_text("x", "utf-8")
    if data:
        (project.example / "b.csv").write_bytes(data)
    with pytest.raises(KitError) as refused:
        load_report("xixia-justice", 2017, project.params)
    (problem,) = refused.value.problems
    assert problem.text() == said
    lines = (project.example / "2017.yaml").read_text("utf-8").splitlines()
    assert lines[problem.line - 1] == "  - b.csv"
