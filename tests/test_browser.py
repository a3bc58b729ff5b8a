"""The page in a real browser with the network off: on a desk, on a telephone, at night, on paper."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import EXAMPLES, Ran, Sandbox, axe_finds, needs_chromium, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MILLIMETRE = 72 / 25.4

pytestmark = needs_chromium

PUBLIC = [f"{report}.html" for report in EXAMPLES]
PAGES = [*PUBLIC, *(f"{report}.review.html" for report in EXAMPLES)]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_but_itself_and_says_nothing(
    browser: Browser, all_built: Path, name: str
) -> None:
    """One request, no console message, with the network off."""
    _, heard = opened(browser, all_built / name)
    assert heard == [(all_built / name).as_uri()]


@pytest.mark.parametrize("name", [*PAGES, "shanghai-office/index.html"])
def test_axe_finds_nothing(browser: Browser, all_built: Path, name: str) -> None:
    """WCAG 2.2 A and AA and axe's own advice, all unfolded, by day and by night, on three screens."""
    page, _ = opened(browser, all_built / name)
    assert axe_finds(page) == []


WIDEST_TABLE = """Math.max(
  ...[...document.querySelectorAll('.official table')].map(table => table.scrollWidth))"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_wide_as_its_window(browser: Browser, all_built: Path, name: str) -> None:
    """Nobody scrolls sideways to read, at 200 % and 400 % of a desk's window too."""
    page, _ = opened(browser, all_built / name)
    for width in (1280, 1216, 1120, 768, 753, 640, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(WIDEST_TABLE) < width


def test_a_line_of_text_is_at_most_forty_characters(browser: Browser, built: Sandbox) -> None:
    """Longer lines are hard to read in Chinese."""
    page, _ = opened(browser, built.output(".html"))
    size = page.evaluate(
        "(() => { const p = document.querySelector('.part p'), s = getComputedStyle(p);"
        " return [p.clientWidth, parseFloat(s.fontSize), parseFloat(s.textIndent)] })()"
    )
    assert size[0] / size[1] <= 40
    assert size[2] == pytest.approx(2 * size[1])


# A sign that the fonts lack looks like one that no font has.
EMPTY_BOXES = """() => {
  const draw = sign => {
    const canvas = document.createElement('canvas'); canvas.width = canvas.height = 40;
    const context = canvas.getContext('2d');
    context.font = '24px ' + getComputedStyle(document.querySelector('.gongkai p')).fontFamily;
    context.fillText(sign, 4, 30);
    return canvas.toDataURL();
  };
  const box = draw(String.fromCodePoint(0x10FFFD));
  const signs = new Set(document.body.innerText.replace(/\\s/gu, ''));
  return [...signs].filter(sign => draw(sign) === box);
}"""


@pytest.mark.parametrize("name", PAGES)
def test_no_sign_is_shown_as_an_empty_box(browser: Browser, all_built: Path, name: str) -> None:
    """Every character has a glyph in the fonts of the page."""
    page, _ = opened(browser, all_built / name)
    assert page.evaluate(EMPTY_BOXES) == []
    page.evaluate("document.body.append(String.fromCodePoint(0x10FFFC))")
    assert page.evaluate(EMPTY_BOXES) != []


CONTRASTS = """() => {
  const channel = value => { value /= 255; return value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4 };
  const light = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number); return .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b) };
  const ground = light(getComputedStyle(document.body).backgroundColor);
  const seen = [...document.querySelectorAll('h1, h2, p, td, th, a, dt, dd, figcaption, summary, svg text, .findings strong')];
  return Math.min(...seen.map(element => {
    const style = getComputedStyle(element);
    const ink = light(element.tagName === 'text' ? style.fill : style.color);
    return (Math.max(ink, ground) + .05) / (Math.min(ink, ground) + .05);
  }));
}"""


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_by_day_and_by_night(
    browser: Browser, all_built: Path, name: str, scheme: str
) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5 to 1 at least, in the charts too."""
    page, _ = opened(browser, all_built / name, scheme=scheme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    assert page.evaluate(CONTRASTS) >= 4.5


# WCAG 2.2, 1.4.12: what a reader may set for text.
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important } p { margin-bottom: 2em !important }"""


@pytest.mark.parametrize("name", PUBLIC)
def test_nothing_is_lost_with_more_space_between_the_letters(
    browser: Browser, all_built: Path, name: str
) -> None:
    """Text grows, and its place grows with it."""
    for width in (1280, 320):
        page, _ = opened(browser, all_built / name, width)
        page.add_style_tag(content=SPACED)
        assert page.evaluate("document.documentElement.scrollWidth") == width


# Where the keyboard is: what it is called, and whether one sees it.
FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const place = element.getBoundingClientRect();
  return {
    name: element.getAttribute('aria-label') || element.textContent.trim(),
    kind: element.localName,
    seen: style.outlineStyle === 'solid' && style.outlineWidth === '2px' && style.opacity === '1'
      && place.width > 0 && place.bottom > 0 && place.top < innerHeight,
  };
}"""


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("width", [1280, 390])
def test_the_keyboard_goes_everywhere_and_is_seen(
    browser: Browser, all_built: Path, name: str, width: int
) -> None:
    """First the link that skips, then every link, every table that scrolls, every chart's data."""
    page, _ = opened(browser, all_built / name, width)
    stops = []
    for _ in range(page.locator("a, summary, [tabindex='0']").count()):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
    assert [stop["name"] for stop in stops if not stop["seen"]] == []
    assert stops[0]["name"] == "跳到正文"
    assert len({(stop["kind"], stop["name"]) for stop in stops if stop["kind"] == "a"}) == sum(
        stop["kind"] == "a" for stop in stops
    )
    assert sum(stop["kind"] == "summary" for stop in stops) == page.locator("details").count()


def test_the_first_link_skips_to_the_text(browser: Browser, built: Sandbox) -> None:
    """Out of sight until the keyboard asks for it."""
    page, _ = opened(browser, built.output(".html"))
    link = page.locator(".skip")
    assert link.bounding_box()["y"] < 0  # type: ignore[index]
    page.keyboard.press("Tab")
    assert link.bounding_box()["y"] > 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector(':target').id") == "part-overview"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#part-overview"


def test_the_contents_stay_beside_the_text_where_there_is_room(
    browser: Browser, built: Sandbox
) -> None:
    """Wherever one reads on a desk; in the text on a telephone, and scrolled away with it."""
    beside, text = ".contents", ".part p"
    page, _ = opened(browser, built.output(".html"), 1280)
    page.locator("#part-problems").scroll_into_view_if_needed()
    nav, part = (page.locator(name).first.bounding_box() for name in (beside, text))
    assert nav is not None
    assert part is not None
    assert nav["y"] >= 0
    assert nav["x"] + nav["width"] < part["x"]
    page, _ = opened(browser, built.output(".html"), 390)
    page.locator("#part-problems").scroll_into_view_if_needed()
    nav = page.locator(beside).bounding_box()
    assert nav is not None
    assert nav["y"] + nav["height"] < 0


def test_the_contents_mark_the_part_that_is_read(browser: Browser, built: Sandbox) -> None:
    """By the browser, without a script: bold and with a bar, not by a colour alone."""
    page, _ = opened(browser, built.output(".html"))
    if not page.evaluate("CSS.supports('scroll-target-group', 'auto')"):
        pytest.skip("this Chromium does not mark where one reads: the contents stay as they are")
    page.evaluate("document.querySelector('#part-proactive').scrollIntoView()")
    page.wait_for_function(
        "document.querySelector('.contents a:target-current')?.hash === '#part-proactive'"
    )
    weights = page.evaluate(
        "[...document.querySelectorAll('.contents a')].map(a => getComputedStyle(a).fontWeight)"
    )
    assert weights == ["400", "400", "600", *["400"] * 7]


def test_the_headers_of_table_three_stay_in_sight_on_a_telephone(
    browser: Browser, all_built: Path
) -> None:
    """Seven figures in a line are read under their headers, however far down."""
    page, _ = opened(browser, all_built / "shuyang-county/2025.html", 390)
    page.evaluate("document.getElementById('c-3.3.5.1.total').scrollIntoView()")
    heads = page.locator("#table-on_request .heads th:not(.corner)")
    cells = page.locator("#table-on_request tr:has([id='c-3.3.5.1.total']) td")
    places = {head.inner_text(): head.bounding_box() for head in heads.all()}
    assert list(places) == [
        "自然人",
        "法人或其他组织",
        "总计",
        "商业企业",
        "科研机构",
        "社会公益组织",
        "法律服务机构",
        "其他",
    ]
    figures = [cell.bounding_box() for cell in cells.all()]
    assert all(place and 0 <= place["y"] < 80 for place in places.values())
    assert all(figure and figure["y"] > 80 for figure in figures)
    del places["法人或其他组织"]
    columns = sorted(place["x"] for place in places.values() if place)
    assert columns == pytest.approx([figure["x"] for figure in figures if figure], abs=1)


def test_a_table_is_taken_along_with_a_click(browser: Browser, built: Sandbox) -> None:
    """Its name and its bytes, without a request."""
    page, heard = opened(browser, built.output(".html"))
    with page.expect_download() as event:
        page.click(".official .tools a[download]")
    assert event.value.suggested_filename == "西夏区司法局2017年政府信息公开情况统计表.csv"
    text = Path(event.value.path()).read_text("utf-8")
    assert text.startswith("\ufeffcode,indicator,unit,value\n1.1,")
    assert not [address for address in heard if address.startswith("http")]


def test_a_finding_leads_to_its_place(browser: Browser, built: Sandbox) -> None:
    """One click from 其他方式 to its row in the table."""
    page, _ = opened(browser, built.output(".review.html"))
    page.click("#finding-3 a")
    assert page.evaluate("document.querySelector(':target').innerText").startswith("5.其他方式")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_what_does_not_add_up_stands_in_the_first_screen(
    browser: Browser, built: Sandbox, width: int, height: int
) -> None:
    """163 ≠ 164, with the rule and the way to its place, before anybody scrolls."""
    page, _ = opened(browser, built.output(".review.html"), width)
    page.set_viewport_size({"width": width, "height": height})
    sides = page.locator("#finding-1 .sides")
    assert sides.inner_text().split() == ["各项合计", "163", "≠", "总数", "164"]
    box = page.locator("#finding-1").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= height


GENERATED = """[...document.querySelectorAll('main *')].flatMap(element => {
  const text = getComputedStyle(element, '::before').content.replaceAll('"', '')
  return /[\\u4e00-\\u9fff]/.test(text) ? [[text, element.closest('.part')?.id ?? '']] : []
})"""


def test_only_a_part_that_was_not_written_says_so(
    browser: Browser, project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The words come from the style sheet of the review copy; no other element gets them."""
    project.write_section("problems", "")
    gongkai("build", "xixia-justice/2017")
    page, _ = opened(browser, project.output(".review.html"))
    assert page.evaluate(GENERATED) == [["此部分尚未填写", "part-problems"]]


def test_a_finding_and_its_place_lead_to_each_other(browser: Browser, built: Sandbox) -> None:
    """A click to the cell, and one on its mark back to the finding."""
    page, _ = opened(browser, built.output(".review.html"))
    page.click("#finding-1 a >> text=政府网站")
    assert page.evaluate("document.querySelector(':target').id") == "c-1.2.2"
    page.click("#c-1\\.2\\.2 a.mark >> nth=0")
    assert page.evaluate("document.querySelector(':target').id") == "finding-1"


def test_a_breakdown_that_does_not_add_up_is_marked_at_its_chart(
    browser: Browser, built: Sandbox
) -> None:
    """Beside what is counted there, not screens above it, and the other way round."""
    page, _ = opened(browser, built.output(".review.html"))
    page.click("#finding-1 .where a >> nth=0")
    mark = page.locator(":target")
    assert mark.evaluate("mark => mark.closest('.chart').id") == "chart-breakdown-1"
    mark.click()
    assert page.evaluate("document.querySelector(':target').id") == "finding-1"


# The numbers of the text that have a mark of the review, and whether the keyboard gets there.
MARKED = """[...document.querySelectorAll('main .from:not(.legend *), main a.mark')]
  .filter(mark => mark.checkVisibility()).length"""
REACHED = """() => {
  const reached = document.activeElement;
  return [reached.matches('.from, a.mark'), !document.hasFocus() || reached === document.body];
}"""


@pytest.mark.parametrize("name", ["shanghai-office/2019", "xixia-justice/2017"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_keyboard_reaches_every_marked_number(
    browser: Browser, all_built: Path, name: str, width: int
) -> None:
    """Each number of known origin, each boxed one, each blank cell: one stop of Tab for each."""
    page, _ = opened(browser, all_built / f"{name}.review.html", width)
    marked, reached = page.evaluate(MARKED), 0
    for _ in range(2000):
        page.keyboard.press("Tab")
        at_mark, at_end = page.evaluate(REACHED)
        if at_end:
            break
        reached += at_mark
    assert reached == marked > 15


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize(
    ("name", "mark", "words"),
    [
        ("xixia-justice/2017", "#part-overview .from.figure", "兼职人员 8.3.2"),
        (
            "xixia-justice/2017",
            "#part-overview .from.fact",
            "年度参数里的事实 disclosure_staff 2017.yaml:17",
        ),
        ("shuyang-county/2025", "#part-overview .from.figure", "一、本年新收"),
    ],
)
def test_a_number_says_where_it_comes_from_to_the_keyboard_and_to_the_hand(
    browser: Browser, all_built: Path, name: str, mark: str, words: str, width: int
) -> None:
    """On focus by Tab and on hover, without a script, and inside the window."""
    page, _ = opened(browser, all_built / f"{name}.review.html", width)
    first = page.locator(mark).first
    tip = first.locator(".tip")
    hidden = tip.bounding_box()
    assert hidden is not None
    assert hidden["width"] <= 1
    for _ in range(200):
        page.keyboard.press("Tab")
        if first.evaluate("element => element === document.activeElement"):
            break
    shown = tip.bounding_box()
    assert shown is not None
    assert shown["width"] > 50
    assert shown["x"] >= 0
    assert shown["x"] + shown["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert tip.inner_text().startswith(words)
    page.evaluate("document.activeElement.blur()")
    first.hover()
    hovered = tip.bounding_box()
    assert hovered is not None
    assert hovered["width"] > 50


@pytest.mark.parametrize("name", ["xixia-justice/2017", "shanghai-office/2019"])
def test_the_lines_to_sign_stand_together_on_the_last_sheet(
    browser: Browser, all_built: Path, name: str
) -> None:
    """编制, 审核, 签发 on one page of paper, and the findings on the first."""
    from pypdf import PdfReader

    page, _ = opened(browser, all_built / f"{name}.review.html")
    reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    # A PDF may name 日 and 月 as radicals.
    texts = (unicodedata.normalize("NFKC", sheet.extract_text()) for sheet in reader.pages)
    sheets = ["".join(text.split()) for text in texts]
    assert "须处理" in sheets[0]
    assert all(word in sheets[-1] for word in ("编制", "审核", "签发", "年月日", "指纹"))
    assert sum("签名日期" in sheet for sheet in sheets) == 1


# The boxes of a chart's rows, and of what stands in them.
CHART_ROWS = """[...document.querySelectorAll('.bars tbody tr')].map(row => {
  const box = element => element && element.getBoundingClientRect().toJSON();
  return {
    row: box(row), label: box(row.querySelector('th')), bar: box(row.querySelector('path')),
    figure: box(row.querySelector('.bar > span')),
    beside: [...row.querySelectorAll('td')].map(box),
  };
})"""


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("width", [1280, 320])
def test_a_bar_is_between_its_label_and_its_figure(
    browser: Browser, all_built: Path, name: str, width: int
) -> None:
    """In one row, nothing over anything else, and nothing cut."""
    page, _ = opened(browser, all_built / name, width)
    for row in page.evaluate(CHART_ROWS):
        if row["figure"] is None:  # the title of a group
            continue
        assert row["figure"]["right"] <= row["beside"][0]["right"] + 1
        assert (
            row["row"]["top"]
            <= row["label"]["top"]
            <= row["label"]["bottom"]
            <= row["row"]["bottom"] + 1
        )
        if row["bar"]:
            assert (
                row["row"]["top"]
                <= row["bar"]["top"]
                <= row["bar"]["bottom"]
                <= row["row"]["bottom"]
            )
            assert row["label"]["right"] <= row["bar"]["left"] + 2
            assert row["bar"]["right"] <= row["figure"]["right"]


# Where the lines of headings, labels and computed sentences end: the text, with a stroke for each.
LINE_ENDS = """[...document.querySelectorAll(
    '.headline h2, .contents a, .seams, .statistic, .key dt, .bars th, .trend th, .official th')]
  .filter(place => place.getBoundingClientRect().width > 2).map(place => {
    const walk = document.createTreeWalker(place, NodeFilter.SHOW_TEXT), range = document.createRange();
    let said = '', line = null;
    for (let node; (node = walk.nextNode());) for (let at = 0; at < node.data.length; at++) {
      range.setStart(node, at); range.setEnd(node, at + 1);
      const box = range.getClientRects()[0];
      if (line !== null && box && box.top > line + 6) said += '|';
      line = box ? box.top : line;
      said += node.data[at];
    }
    return said;
  })"""
# Words of the labels and sentences, written down here once more: who breaks one has it wrong.
WHOLE = (
    "政府 信息 公开 申请 申请人 行政 规范性 文件 复议 诉讼 结果 纠正 维持 尚未 审结 办结 办理 提出 自然人 "
    "予以 部分 不予 无法 提供 处理 最多 发生 增加 减少 主要 问题 改进 情况 报告 事项 网站 渠道 人员"
)


@pytest.mark.parametrize("width", [1280, 768, 390, 320])
@pytest.mark.parametrize("name", ["shanghai-office/2025.html", "xixia-justice/2017.html"])
def test_no_line_of_a_label_or_a_sentence_ends_inside_a_word(
    browser: Browser, all_built: Path, name: str, width: int
) -> None:
    """A Chinese reader breaks between words."""
    page, _ = opened(browser, all_built / name, width)
    said = page.evaluate(LINE_ENDS)
    assert len(said) > 50
    broken = [f"{word[:at]}|{word[at:]}" for word in WHOLE.split() for at in range(1, len(word))]
    assert [line for line in said if any(half in line for half in broken)] == []


# How far the first digit of each emphasised figure that begins a line is from where lines begin.
INDENTS = """[...document.querySelectorAll('.seams .whole')].filter(
  figure => figure.querySelector('b').firstChild.data.length > 1).map(figure => {
    const range = document.createRange(), digit = figure.querySelector('b').firstChild;
    range.setStart(digit, 0); range.setEnd(digit, 1);
    const one = range.getBoundingClientRect();
    range.setEnd(digit, 2);
    const two = range.getBoundingClientRect(), line = figure.closest('p').getBoundingClientRect();
    return {from: one.left - line.left, wider: one.width - (two.width - one.width)};
  }).filter(it => it.from < 10)"""


@pytest.mark.parametrize("width", [390, 320])
def test_a_figure_that_begins_a_line_is_flush_with_the_others(
    browser: Browser, all_built: Path, width: int
) -> None:
    """The space between word and figure is at the end of the line before: the digit's box has none."""
    found = []
    for name in ("shanghai-office/2025", "shuyang-county/2025"):
        page, _ = opened(browser, all_built / f"{name}.html", width)
        found += page.evaluate(INDENTS)
    assert len(found) >= 3
    assert all(abs(it["from"]) < 0.5 and abs(it["wider"]) < 0.5 for it in found)


def test_table_three_begins_on_the_sheet_of_its_heading(browser: Browser, all_built: Path) -> None:
    """It is broken between its groups and repeats its head, so that no sheet stays white.

    The further sheet says which group the rows are of that it begins with; the first one does not.
    """
    from pypdf import PdfReader

    page, _ = opened(browser, all_built / "shanghai-office/2025.html")
    reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    sheets = [
        "".join(unicodedata.normalize("NFKC", sheet.extract_text()).split())
        for sheet in reader.pages
    ]
    with_head = [number for number, text in enumerate(sheets) if "勾稽关系" in text]
    heading = next(number for number, text in enumerate(sheets) if "三、收到和处理" in text)
    assert with_head == [heading, heading + 1]
    continued = [number for number, text in enumerate(sheets) if "三、本年度办理结果(续)" in text]
    assert continued == [heading + 1]
    assert "(二)部分公开" in sheets[heading]
    assert "1.属于国家秘密" not in sheets[heading]
    assert all(
        row in sheets[heading + 1] for row in ("3.其他", "(七)总计", "四、结转下年度继续办理")
    )


# The words and figures that the first screen shows.
FIRST_SCREEN = """[...document.querySelectorAll('.highlights li, .key .now, h1')]
  .filter(item => item.getBoundingClientRect().bottom <= innerHeight).length"""


@pytest.mark.parametrize("name", PUBLIC)
def test_the_first_screen_says_what_the_year_was(
    browser: Browser, all_built: Path, name: str
) -> None:
    """On a desk all sentences and figures, without a turn of the wheel."""
    page, _ = opened(browser, all_built / name)
    assert page.evaluate(FIRST_SCREEN) == page.locator(".highlights li, .key .now, h1").count()


def test_what_is_0_steps_back_and_is_read_still(browser: Browser, all_built: Path) -> None:
    """Of another colour than the figures, and by 4.5 to 1 from what is behind it."""
    page, _ = opened(browser, all_built / "shanghai-office/2025.html")
    colours = page.evaluate(
        "['.zero', '.number:not(.zero):not(.total)'].map(kind => getComputedStyle("
        "document.querySelector(`#table-on_request td${kind}`)).color)"
    )
    assert colours[0] != colours[1]
    assert page.evaluate(CONTRASTS) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chart_is_seen_in_forced_colours(browser: Browser, all_built: Path, scheme: str) -> None:
    """Bars and lines have colours of the system, as text has."""
    page, _ = opened(browser, all_built / "shanghai-office/2025.html", scheme=scheme)
    page.emulate_media(forced_colors="active", color_scheme="dark" if scheme == "dark" else "light")
    found = page.evaluate(
        "['.bars path', '.bars .largest path'].map(kind => getComputedStyle("
        "document.querySelector(kind)).fill)"
    )
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert len({*found, ground}) == 3


def test_a_reader_who_asks_for_more_contrast_gets_it(browser: Browser, all_built: Path) -> None:
    """The lines between rows, and the small words."""
    page, _ = opened(browser, all_built / "shanghai-office/2025.html")
    ask = "['--line', '--soft'].map(name => getComputedStyle(document.body).getPropertyValue(name))"
    before = page.evaluate(ask)
    page.emulate_media(contrast="more")
    assert all(now != then for now, then in zip(page.evaluate(ask), before, strict=True))


def test_the_headers_of_table_three_stay_in_sight_on_a_desk(
    browser: Browser, all_built: Path
) -> None:
    """Halfway down its 25 rows they are at the upper edge of the window."""
    page, _ = opened(browser, all_built / "shanghai-office/2025.html")
    page.evaluate("document.getElementById('c-3.3.5.2.total').scrollIntoView({block: 'center'})")
    top = page.evaluate(
        "document.querySelector('#table-on_request thead').getBoundingClientRect().top"
    )
    assert abs(top) < 1


def test_the_print_is_an_official_document(browser: Browser, built: Sandbox) -> None:
    """GB/T 9704: A4, margins of 37, 26, 35 and 28 mm, pages numbered — 1 — on the outside."""
    from pypdf import PdfReader

    page, _ = opened(browser, built.output(".html"))
    reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(reader.pages) > 5
    for number, sheet in enumerate(reader.pages, start=1):
        width, height = (float(side) / MILLIMETRE for side in sheet.mediabox[2:])
        assert (round(width), round(height)) == (210, 297)
        places: list[tuple[str, float, float]] = []
        sheet.extract_text(visitor_text=partial(_note_place, places))
        text = [item for item in places if item[0]]
        folio = [item for item in text if item[2] < 35]
        assert "".join(item[0] for item in folio).replace(" ", "") == f"—{number}—"
        assert (folio[0][1] > width / 2) == (number % 2 == 1)
        body = [item for item in text if item[2] >= 35]
        assert min(item[1] for item in body) >= 28 - 0.2
        assert max(item[2] for item in body) <= 297 - 37


def test_a_part_with_a_chart_begins_where_the_one_before_it_ends(
    browser: Browser, all_built: Path
) -> None:
    """On the first sheet, which has room, and not on one of its own."""
    from pypdf import PdfReader

    page, _ = opened(browser, all_built / "shuyang-ndrc/2023.html")
    reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert "平台建设" in reader.pages[0].extract_text().replace(" ", "")


def _note_place(
    places: list[tuple[str, float, float]],
    text: str,
    ctm: list[float],
    tm: list[float],
    *_: object,
) -> None:
    """Note a text and where it begins: pypdf calls this for each."""
    places.append((text.strip(), *_millimetres(ctm, tm)))


def _millimetres(ctm: list[float], tm: list[float]) -> tuple[float, float]:
    """Return where a text begins, in millimetres from the lower left corner."""
    x = tm[4] * ctm[0] + tm[5] * ctm[2] + ctm[4]
    y = tm[4] * ctm[1] + tm[5] * ctm[3] + ctm[5]
    return x / MILLIMETRE, y / MILLIMETRE


LINES = """node => {
  const range = document.createRange(), lines = new Map();
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) for (let place = 0; place < walker.currentNode.length; place++) {
    range.setStart(walker.currentNode, place); range.setEnd(walker.currentNode, place + 1);
    const line = Math.round(range.getBoundingClientRect().bottom);
    lines.set(line, (lines.get(line) || "") + range.toString());
  }
  return [...lines.values()];
}"""


@pytest.mark.parametrize("width", [390, 320])
def test_the_last_line_of_a_long_title_is_more_than_its_last_word(
    browser: Browser, all_built: Path, tmp_path: Path, width: int
) -> None:
    """A browser balances six lines at most; 政府信息公开工作年度报告 stays together in any case."""
    name = "某某自治区自由贸易试验区管理委员会某某自治州某某市联合办事处住房和城乡建设自然资源和生态环境保护局"
    page = (all_built / "shanghai-office/2025.html").read_text("utf-8")
    titled = page.replace("<h1>上海市<wbr>人民政府办公厅", f"<h1>{name}")
    assert titled != page
    (tmp_path / "long.html").write_text(titled, "utf-8")
    lines = opened(browser, tmp_path / "long.html", width)[0].locator("h1").evaluate(LINES)
    assert len(lines) > 4
    assert lines[-1] == "政府信息公开工作年度报告"
