"""The narrative: Markdown with figures filled in, and nothing in it that could run."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from conftest import Sandbox
from gongkai.page.narrative import PartText
from gongkai.report.model import INTRODUCTION, Report
from gongkai.report.reader import load_report
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
    "![图](https://example.com/a.png)",
    "![图](data:image/png;base64,AAAA)",
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
    assert shown(project, "") == '<div class="gap"></div>'


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
