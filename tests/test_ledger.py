"""Lists of requests counted into the official table: every cell knows its rows."""

from __future__ import annotations

import csv
import datetime
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pytest
import xlsxwriter
from docx.oxml import OxmlElement
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT, Ran, counted_calls
from gongkai.cli import count
from gongkai.forms.tables import Code
from gongkai.importing.requests.counting import Count, RequestTable, counted
from gongkai.importing.requests.ledger import ColumnsOf, Ledger, Meanings, Request, read_ledger
from gongkai.report.model import Report
from gongkai.report.reader import load_report

PARAMS = ROOT / "params"
HEADERS = (
    "编号",
    "申请人姓名",
    "身份证号",
    "申请人类型",
    "收到日期",
    "办理结果",
    "答复日期",
    "电话",
)
PERSONAL = ("张三丰", "110101199003070011", "13900000000")
REAL = (("shanghai-office", 2019), ("shanghai-office", 2025), ("shuyang-county", 2025))

Row = tuple[str, str, str, str]  # kind of applicant, received, outcome, replied


@cache
def report_of(slug: str, year: int) -> Report:
    """An example, read once."""
    return load_report(slug, year, PARAMS)


def requests_of(report: Report) -> Iterator[Row]:
    """Requests that come to a report's table three: of each applicant, the first carried in."""
    table, year = RequestTable(report.form, Meanings()), report.year
    *outcomes, _, open_ = [row for row in table.rows if row not in ("3.1", "3.2")]
    for column, label in table.columns.items():
        if label == "总计":
            continue
        carried = int(report.number(f"3.2.{column}"))
        for row in (*outcomes, open_):
            for _ in range(int(report.number(f"{row}.{column}"))):
                received = f"{year - 1}-11-30" if carried > 0 else f"{year}-02-03"
                carried -= 1
                answer = ("", "") if row == open_ else (table.rows[row], f"{year}年12月31日")
                yield label, received, *answer


def write_csv(path: Path, rows: Sequence[Row], headers: Sequence[str] = HEADERS) -> None:
    """Write a list of requests as an office keeps it, with what is nobody else's business."""
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["某某局政府信息公开申请台账"])
        writer.writerow(headers)
        for number, (kind, received, outcome, replied) in enumerate(rows, start=1):
            name, identity, telephone = PERSONAL
            writer.writerow([number, name, identity, kind, received, outcome, replied, telephone])


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the parameters of the examples, and its folder as the working directory."""
    shutil.copytree(PARAMS, tmp_path / "params")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_rows_behind_a_quotation_mark_that_is_not_closed_are_not_lost(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """Not closed at all, or only by a mark some rows below; a cell of several lines is none."""
    write_csv(office / "ledger.csv", [GOOD] * 6)
    lines = (office / "ledger.csv").read_bytes().splitlines()
    lines[1] += ",备注".encode("gb18030")
    for opened, closed in ((b',"', b""), (b',"', b'"'), (b',"a\nb"', b"")):
        changed = [*lines]
        changed[3] += opened
        changed[5] += b"," + closed
        (office / "ledger.csv").write_bytes(b"\r\n".join(changed) + b"\r\n")
        ran = gongkai("count", "ledger.csv", "shanghai-office", "2025")
        lost = "a quotation mark in this line does not end before line"
        assert (lost in ran.err) == (b"a" not in opened), ran.err


@pytest.mark.parametrize(("slug", "year"), REAL)
def test_a_list_made_of_a_real_table_counts_back_to_it(
    slug: str, year: int, office: Path, gongkai: Callable[..., Ran]
) -> None:
    """Every cell of it, and the grid is printed; nothing personal is."""
    rows = list(requests_of(report_of(slug, year)))
    write_csv(office / "ledger.csv", rows)
    ran = gongkai("count", "ledger.csv", slug, str(year))
    assert (ran.status, ran.err) == (0, "")
    numbers = [line.split() for line in ran.lines[1:]]
    report = report_of(slug, year)
    table = RequestTable(report.form, Meanings())
    expected = [
        [f"{report.known(f'{row}.{column}') or 0}" for column in table.columns]
        for row in table.rows
    ]  # a total left blank is the sum of its parts
    assert [line[:7] for line in numbers[: len(table.rows)]] == expected
    assert f"{len(rows)} rows counted, 0 closed in earlier years, 0 received in later" in ran.out
    assert not any(word in ran.out for word in PERSONAL)


def test_twice_the_requests_are_twice_the_work(tmp_path: Path) -> None:
    """A city has thousands; its list is counted within seconds."""

    def calls(count: int) -> int:
        write_csv(tmp_path / "ledger.csv", [GOOD] * count)
        with counted_calls() as counted:
            read_ledger(tmp_path / "ledger.csv", ColumnsOf())
        return counted.total

    calls(10)  # what is read only once
    assert calls(400) < 2.5 * calls(200)


def test_a_workbook_is_counted_with_its_dates(office: Path, gongkai: Callable[..., Ran]) -> None:
    """Dates as Excel has them, titles above the headers, sheets that are no list."""
    rows = list(requests_of(report_of("shuyang-county", 2025)))
    with xlsxwriter.Workbook("ledger.xlsx") as book:
        book.add_worksheet("说明").write_string(0, 0, "本台账由办公室登记")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, some in (("上半年", rows[::2]), ("下半年", rows[1::2])):
            sheet = book.add_worksheet(name)
            sheet.merge_range(0, 0, 0, 7, "台账")
            sheet.write_row(1, 0, HEADERS)
            for number, (kind, received, outcome, replied) in enumerate(some, start=2):
                person = f"{PERSONAL[0]}{name}{number}"
                sheet.write_row(number, 0, [number, person, PERSONAL[1], kind])
                sheet.write_datetime(number, 4, datetime.datetime.fromisoformat(received), day)
                sheet.write_row(number, 5, [outcome, replied])
    ran = gongkai("count", "ledger.xlsx", "shuyang-county", "2025")
    assert (ran.status, ran.err) == (0, "")
    ran = gongkai("count", "ledger.xlsx", "shuyang-county", "2025", "--explain", "3.1.total")
    assert " rows: 上半年!21, " in ran.out  # as Excel numbers it


def monthly(sheets: dict[str, list[list[str]]]) -> None:
    """Write a workbook with a sheet for each month."""
    with xlsxwriter.Workbook("ledger.xlsx") as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)


def month(number: int, headers: Sequence[str] = HEADERS) -> list[list[str]]:
    """A sheet of two requests of a month, with its headers."""
    rows = [list(headers)]
    for place in (1, 2):
        days = [f"2025-0{number}-{tens}{place}" for tens in (1, 2)]
        person = [str(place), f"{PERSONAL[0]}{number}{place}", PERSONAL[1], "自然人"]
        rows.append([*person, days[0], "予以公开", days[1]])
    return rows


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"1月": month(1), "2月": month(2, [*HEADERS[:3], "类别甲", *HEADERS[4:]])}, "2月: not counted"),
        ({"1月": month(1), "2月": month(2)[1:]}, "2月: not counted"),
        ({"1月": month(1), "2月": month(2), "总表": month(1) + month(2)[1:]}, "总表: the same as rows"),
    ],
    ids=["another header", "no header", "a sheet of all"],
)  # fmt: skip
def test_a_sheet_that_is_not_counted_or_counted_twice_keeps_the_csv_as_it_is(
    office: Path, gongkai: Callable[..., Ran], sheets: dict[str, list[list[str]]], said: str
) -> None:
    """A list of part of the year, or of requests that stand twice, gives no figures."""
    monthly(sheets)
    before = (office / "params/shuyang-county/2025.csv").read_bytes()
    for options in ((), ("--write",)):
        ran = gongkai("count", "ledger.xlsx", "shuyang-county", "2025", *options)
        assert (ran.status, said in ran.err) == (1, True), ran.err
    assert (office / "params/shuyang-county/2025.csv").read_bytes() == before


# --- over the year's end ----------------------------------------------------------

YEAR = 2025
APPLICANTS = ("自然人", "商业企业", "其他")
OUTCOMES = ("（一）予以公开", "1.属于国家秘密", "2.重复申请")


@cache
def table_of_2021() -> RequestTable:
    """The table of requests of the form of 2021."""
    return RequestTable(report_of("shanghai-office", 2025).form, Meanings())


def entry(place: int, request: tuple[str, datetime.date, str, datetime.date | None]) -> Request:
    """A row of a list that was read."""
    kind, received, outcome, replied = request
    said = {"applicant": kind, "received": f"{received}"}
    said |= {"outcome": outcome, "replied": f"{replied}"} if replied else {}
    return Request(str(place), said)


def count_of(
    requests: Sequence[tuple[str, datetime.date, str, datetime.date | None]], year: int
) -> Count:
    """What requests come to in a year."""
    entries = tuple(entry(place, request) for place, request in enumerate(requests))
    period = (datetime.date(year, 1, 1), datetime.date(year, 12, 31))
    return counted(Ledger(entries, {}, ()), table_of_2021(), period, disputes=False)


def moved(before: Count, after: Count) -> dict[Code, int]:
    """What a change adds to each cell, and takes from it."""
    return {
        code: len(after.cells[code]) - len(before.cells[code])
        for code in before.cells
        if before.cells[code] != after.cells[code]
    }


days = st.dates(datetime.date(YEAR - 1, 1, 1), datetime.date(YEAR + 1, 12, 31))
requests = st.tuples(st.sampled_from(APPLICANTS), days, st.sampled_from(OUTCOMES), st.none() | days)
lists = st.lists(
    requests.filter(lambda item: item[3] is None or item[3] >= item[1]), min_size=1, max_size=8
)


@given(lists)
@settings(max_examples=40, deadline=None)
def test_what_is_carried_out_of_a_year_is_carried_into_the_next(
    some: list[tuple[str, datetime.date, str, datetime.date | None]],
) -> None:
    """And in each year, in each column, what came in is what was answered and what is left."""
    this, following = count_of(some, YEAR), count_of(some, YEAR + 1)
    columns = [code.removeprefix("3.4.") for code in this.cells if code.startswith("3.4.")]
    for column in columns:
        assert this.cells[f"3.4.{column}"] == following.cells[f"3.2.{column}"]
        came = this.cells[f"3.1.{column}"] + this.cells[f"3.2.{column}"]
        left = this.cells[f"3.3.7.{column}"] + this.cells[f"3.4.{column}"]
        assert sorted(came) == sorted(left)
    assert not this.unclear


@given(lists, st.data())
@settings(max_examples=40, deadline=None)
def test_moving_one_request_over_the_years_end_moves_just_its_rows(
    some: list[tuple[str, datetime.date, str, datetime.date | None]], data: st.DataObject
) -> None:
    """A late answer is 结转下年度 in this year, 上年结转 and an outcome in the next.

    A request that came before the year was carried in.
    """
    place = data.draw(st.integers(0, len(some) - 1))
    kind, _, outcome, _ = some[place]
    column = dict(
        zip(
            APPLICANTS,
            ("natural_person", "commercial_enterprise", "other_organisation"),
            strict=True,
        )
    )[kind]
    row = dict(zip(OUTCOMES, ("3.3.1", "3.3.3.1", "3.3.5.2"), strict=True))[outcome]

    def with_days(
        received: datetime.date, replied: datetime.date
    ) -> list[tuple[str, datetime.date, str, datetime.date | None]]:
        return [*some[:place], (kind, received, outcome, replied), *some[place + 1 :]]

    def cells(**rows: int) -> dict[Code, int]:
        return {
            f"{name}.{where}": number
            for name, number in rows.items()
            for where in (column, "total")
        }

    december, january = datetime.date(YEAR, 12, 31), datetime.date(YEAR + 1, 1, 1)
    received = datetime.date(YEAR, 12, 1)
    early, late = with_days(received, december), with_days(received, january)
    assert moved(count_of(early, YEAR), count_of(late, YEAR)) == cells(
        **{row: -1, "3.3.7": -1, "3.4": 1}
    )
    assert moved(count_of(early, YEAR + 1), count_of(late, YEAR + 1)) == cells(
        **{"3.2": 1, row: 1, "3.3.7": 1}
    )
    before = with_days(datetime.date(YEAR - 1, 12, 31), december)
    assert moved(count_of(early, YEAR), count_of(before, YEAR)) == cells(**{"3.1": -1, "3.2": 1})


# --- rows that are unclear --------------------------------------------------------

GOOD: Row = ("自然人", "2025-03-01", "予以公开", "2025-03-15")


def test_unclear_rows_are_named_by_their_number_and_counted_nowhere(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """Each with the reason, none with what stands in it; and nothing is written."""
    kind, received, outcome, replied = GOOD
    rows: list[Row] = [
        GOOD,
        (kind, "", outcome, replied),
        (kind, "上周", outcome, replied),
        (kind, received, outcome, "2025-02-01"),
        (PERSONAL[0], received, outcome, replied),
        ("法人或其他组织", received, outcome, replied),
        (kind, received, "信息不存在", replied),
        (kind, received, "不予公开", replied),
        (kind, received, outcome, ""),
        (kind, received, "", replied),
        (kind, received, "予以公开（重复申请）", replied),
        (kind, received, "其他", replied),
        ("", "", "", ""),
        GOOD,
    ]
    write_csv(office / "ledger.csv", rows)
    before = (office / "params" / "shanghai-office" / "2025.csv").read_bytes()
    ran = gongkai("count", "ledger.csv", "shanghai-office", "2025", "--write")
    assert ran.status == 1
    assert [line.removeprefix("ledger.csv: ") for line in ran.err.splitlines()] == [
        "there is no date in “收到日期”; not counted: rows 4",
        "the text in “收到日期” is not a date; not counted: rows 5",
        "the date in “答复日期” is before the case began; not counted: rows 6",
        "the text in “申请人类型” does not name exactly one kind of applicant of the form; not counted: rows 7, 8",
        "the text in “办理结果” is not an outcome of the form; not counted: rows 9, 13, 14",
        "“办理结果” could be any of several rows of the form; the ground is needed; not counted: "
        "rows 10",
        "there is an outcome, but no date in “答复日期”; not counted: rows 11",
        "there is a date of reply, but no outcome in “办理结果”; not counted: rows 12",
        "nothing was written, because some rows are unclear",
    ]
    assert "2 rows counted" in ran.out
    assert not any(word in ran.out + ran.err for word in (*PERSONAL, "上周"))
    assert (office / "params" / "shanghai-office" / "2025.csv").read_bytes() == before


def test_a_mark_beside_a_word_makes_a_row_unclear(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """It may mean that somebody is not sure, or that the word is void; a tick only confirms."""
    kind, received, outcome, replied = GOOD
    marked = ("{}？", "{}?", "{}（？）", "{}×", "✗{}", "{}*", "{}△", "{}！")
    plain = ("{}。", "“{}”", "√{}", "（{}）", "一、{}")
    rows: list[Row] = [
        *((kind, received, mark.format(outcome), replied) for mark in (*marked, *plain)),
        *((mark.format(kind), received, outcome, replied) for mark in (*marked, *plain)),
    ]
    write_csv(office / "ledger.csv", rows)
    ran = gongkai("count", "ledger.csv", "shanghai-office", "2025", "--write")
    said = "has a mark, such as ？, × or *, that may change what it means; not counted: rows"
    assert ran.err.splitlines() == [
        f"ledger.csv: the text in “办理结果” {said} 3, 4, 5, 6, 7, 8, 9, 10",
        f"ledger.csv: the text in “申请人类型” {said} 16, 17, 18, 19, 20, 21, 22, 23",
        "ledger.csv: nothing was written, because some rows are unclear",
    ]
    write_csv(office / "ledger.csv", [GOOD, (kind, received, f"{outcome}×", replied)])
    (office / "own.yaml").write_text(f"outcomes: {{{outcome}×: 3.3.1}}", "utf-8")
    words = ("count", "ledger.csv", "shanghai-office", "2025", "--columns", "own.yaml")
    assert "2 rows counted" in gongkai(*words).out


def test_what_was_answered_after_the_year_needs_no_outcome_of_the_form(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """It is carried out of this year; what its outcome is has to be known in the next."""
    late: Row = ("自然人", "2025-12-20", "信息不存在", "2026-01-10")
    write_csv(office / "ledger.csv", [GOOD, late])
    ran = gongkai("count", "ledger.csv", "shanghai-office", "2025")
    assert (ran.err, "2 rows counted" in ran.out) == ("", True)
    assert any(line.split() == [*"1000001", "四、结转下年度继续办理"] for line in ran.lines)


def test_a_formula_without_a_saved_value_is_unclear_and_no_blank(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """As programs write them: a request whose reply is a formula would look like an open one."""
    with xlsxwriter.Workbook(office / "ledger.xlsx") as book:
        sheet = book.add_worksheet()
        for row, texts in enumerate(
            [("申请人类型", "收到日期", "办理结果", "答复日期"), GOOD, GOOD]
        ):
            sheet.write_row(row, 0, texts)
        sheet.write_formula(1, 2, '="予以公开"', None, "")
        sheet.write_formula(1, 3, "=TODAY()", None, "")
    ran = gongkai("count", "ledger.xlsx", "shanghai-office", "2025")
    assert (
        "1 row counted, 0 closed in earlier years, 0 received in later years, 1 unclear" in ran.out
    )
    assert "“办理结果” has a formula without a saved value" in ran.err
    assert ran.err.rstrip().endswith("rows 2")


def test_a_row_that_is_crossed_out_or_hidden_is_said(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """Whoever keeps the list may mean that it no longer counts; the kit does not decide that."""
    with xlsxwriter.Workbook(office / "ledger.xlsx") as book:
        sheet, struck = book.add_worksheet(), book.add_format({"font_strikeout": True})
        sheet.write_row(0, 0, ("申请人类型", "收到日期", "办理结果", "答复日期"))
        for row in range(1, 5):
            sheet.write_row(row, 0, GOOD, struck if row == 2 else None)
        sheet.set_row(3, None, None, {"hidden": True})
    ran = gongkai("count", "ledger.xlsx", "shanghai-office", "2025")
    assert "4 rows counted" in ran.out
    assert ran.err.rstrip().endswith("shown or deleted: rows 3, 4")
    assert GOOD[2] not in ran.err
    assert_not_written(office, "ledger.xlsx", gongkai)


def assert_not_written(office: Path, file: str, gongkai: Callable[..., Ran]) -> None:
    """Check that a list is not written into the CSV, and that the command says so."""
    path = office / "params/shanghai-office/2025.csv"
    before = path.read_bytes()
    ran = gongkai("count", file, "shanghai-office", "2025", "--write")
    assert (ran.status, "nothing was written" in ran.err) == (1, True), ran.err
    assert path.read_bytes() == before


def list_in_word(path: Path, change: str, cells: slice) -> None:
    """Write a list of four requests in Word, with a change to some cells of the second one."""
    document = docx.Document()
    table = document.add_table(rows=1, cols=5)
    rows = [("姓名", "申请人类型", "收到日期", "办理结果", "答复日期"), *[(PERSONAL[0], *GOOD)] * 4]
    for number, row in enumerate(rows):
        at = table.rows[0] if number == 0 else table.add_row()
        for cell, text in zip(at.cells, row, strict=True):
            cell.text = f"{text}{number}" if text == PERSONAL[0] else text
    for cell in list(table.rows[2].cells)[cells]:
        run = cell.paragraphs[0].runs[0]
        if change == "deleted":
            removed = OxmlElement("w:del")
            run._r.addprevious(removed)
            removed.append(run._r)
        else:
            setattr(run.font, change, True)
    document.save(str(path))


@pytest.mark.parametrize("change", ["strike", "hidden", "deleted"])
@pytest.mark.parametrize("cells", [slice(None), slice(0, 1), slice(3, 5)])
def test_a_row_of_a_word_list_that_is_crossed_out_or_deleted_is_said(
    office: Path, gongkai: Callable[..., Ran], change: str, cells: slice
) -> None:
    """Its text is not read: a row would be missing, or a reply with its outcome."""
    list_in_word(office / "list.docx", change, cells)
    ran = gongkai("count", "list.docx", "shanghai-office", "2025")
    known = "tracked changes" if change == "deleted" else "shown or deleted: rows 3"
    assert (ran.status, known in ran.err) == (1, True), ran.err
    assert PERSONAL[0] not in ran.err
    assert_not_written(office, "list.docx", gongkai)


@pytest.mark.parametrize("style", ["display:none", "visibility:hidden"])
def test_a_row_that_a_page_hides_is_said(
    office: Path, gongkai: Callable[..., Ran], style: str
) -> None:
    """A page leaves it out; which row it is, is not known where it takes up no space."""
    row = "".join(f"<td>{text}</td>" for text in GOOD)
    heads = "".join(
        f"<th>{text}</th>" for text in ("申请人类型", "收到日期", "办理结果", "答复日期")
    )
    table = f"<tr>{heads}</tr><tr>{row}</tr><tr style='{style}'>{row}</tr><tr>{row}</tr>"
    (office / "list.html").write_text(f"<html><body><table>{table}</table>", "utf-8")
    ran = gongkai("count", "list.html", "shanghai-office", "2025")
    assert (ran.status, "shown or deleted" in ran.err) == (1, True), ran.err
    assert_not_written(office, "list.html", gongkai)


def test_a_format_without_looks_is_said(office: Path, gongkai: Callable[..., Ran]) -> None:
    """Of an ods only the values are read: hidden rows are counted like all others."""
    heads = ("申请人类型", "收到日期", "办理结果", "答复日期")
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p>'
            "</table:table-cell>"
            for text in row
        )
        + "</table:table-row>"
        for row in (heads, GOOD, GOOD)
    )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<office:document-content{names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="台账">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(office / "list.ods", "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", "<manifest/>")
        book.writestr("content.xml", content)
    ran = gongkai("count", "list.ods", "shanghai-office", "2025")
    assert "2 rows counted" in ran.out
    assert "in this format it is not known which cells are hidden" in ran.err


def test_a_row_that_is_in_the_list_twice_is_said(office: Path, gongkai: Callable[..., Ran]) -> None:
    """Where something in it tells it from others; what it says is not quoted."""
    headers = ("姓名", "申请人类型", "收到日期", "办理结果", "答复日期")
    rows = [(PERSONAL[0], *GOOD), ("李四", *GOOD), (PERSONAL[0], *GOOD), ("", *GOOD), ("", *GOOD)]
    with (office / "list.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headers, *rows])
    ran = gongkai("count", "list.csv", "shanghai-office", "2025")
    assert "5 rows counted" in ran.out
    assert "the same as an earlier row in every cell, but counted again: rows 4\n" in ran.err
    assert PERSONAL[0] not in ran.out + ran.err


def test_one_request_in_two_rows_of_a_list_without_merged_cells_is_not_counted_as_two(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """It has its number and its date of receipt in both; a number alone may begin again."""
    again = (GOOD[0], GOOD[1], "部分公开", "2025-05-05")
    later = (GOOD[0], "2025-04-07", *GOOD[2:])
    with (office / "list.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [*numbered(1, 2), ("2", *again), ("1", *later), ("", *again)]
        csv.writer(file).writerows([HEADS, *rows])
    ran = gongkai("count", "list.csv", "shanghai-office", "2025")
    assert "or with the number and the date of an earlier row" in ran.err
    assert "rows 4;" in ran.err
    assert_not_written(office, "list.csv", gongkai)


HEADS = ("编号", "申请人类型", "收到日期", "办理结果", "答复日期")
UNKNOWN = ("登记", "类别甲", "哪天来的", "怎么答的", "答复日期")


def numbered(*numbers: int) -> list[Sequence[str]]:
    """Requests with these numbers."""
    return [(str(number), *GOOD) for number in numbers]


@pytest.mark.parametrize(
    ("numbers", "rows"),
    [
        (["1-3"], "2"),
        (["1", "2～4", "5、6", "7", "０"], "3, 4, 6"),
        (["1-1", "1-2", "2-1"], ""),
        (["2025-1", "2025-2", "10"], ""),
    ],
)
def test_a_row_with_the_numbers_of_several_requests_is_not_counted_as_one_without_a_word(
    office: Path, gongkai: Callable[..., Ran], numbers: list[str], rows: str
) -> None:
    """Where every number has two parts, it is that of a month or a year and of one request."""
    with (office / "list.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADS, *((number, *GOOD) for number in numbers)])
    ran = gongkai("count", "list.csv", "shanghai-office", "2025")
    assert (
        f"the number is 0, or that of several requests, and each row was counted as one: rows {rows};"
        in ran.err
    ) == bool(rows)
    if rows:
        assert_not_written(office, "list.csv", gongkai)


@pytest.mark.parametrize(
    ("above", "said"),
    [
        ([HEADS, *numbered(1, 2), ("第二季度",)], "rows 2, 3"),
        ([HEADS[:4], *(row[:4] for row in numbered(1, 2))], "rows 2, 3"),
        ([("姓名", *HEADS[:3]), ("张三", *numbered(1)[0][:3])], "rows 2"),
        ([UNKNOWN, *numbered(1)], "rows 2"),
        (numbered(1, 2), "rows 1, 2"),
        ([("某某局台账",), ("填报单位", "某某局", "2025-12-31", "", "第1页")], ""),
    ],
    ids=["quarter", "a header less", "another place", "other headers", "sorted", "title"],
)
def test_requests_above_the_headers_are_not_left_out_without_a_word(
    office: Path, gongkai: Callable[..., Ran], above: list[Sequence[str]], said: str
) -> None:
    """A list whose headers are repeated, differently, begins with the first of them."""
    rows = [*above, (*HEADS, "不予公开理由"), *numbered(5, 6)]
    with (office / "list.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    ran = gongkai("count", "list.csv", "shanghai-office", "2025")
    assert "2 rows counted" in ran.out
    assert f"above the headers, which are in row {len(above) + 1}" in ran.err or not said
    assert said in ran.err
    if said:
        assert_not_written(office, "list.csv", gongkai)
    else:
        assert ran.err == ""


@pytest.mark.parametrize(
    ("columns", "doubted"),
    [("ABCE", True), ("ABCDE", True), ("A", True), ("C", True), ("B", False), ("DE", False)],
)
@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_one_request_over_two_rows_is_not_counted_as_two_without_a_word(
    office: Path, gongkai: Callable[..., Ran], kind: str, columns: str, doubted: bool
) -> None:
    """Two outcomes of one request share its number or its day; requests of one person do not."""
    merged, rows = ["ABCDE".index(letter) for letter in columns], [HEADS, *numbered(1, 2, 3)]
    if kind == "xlsx":
        with xlsxwriter.Workbook(office / "list.xlsx") as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            for column in merged:
                sheet.merge_range(2, column, 3, column, rows[2][column])
    else:
        document = docx.Document()
        table = document.add_table(rows=0, cols=5)
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
        for column in merged:
            table.cell(3, column).text = ""
            table.cell(2, column).merge(table.cell(3, column))
        document.save(str(office / "list.docx"))
    ran = gongkai("count", f"list.{kind}", "shanghai-office", "2025")
    assert ("merged with the row above" in ran.err) is doubted, ran.err
    if doubted:
        assert "rows 4" in ran.err
        assert_not_written(office, f"list.{kind}", gongkai)


def test_one_dispute_over_two_requests_is_not_counted_as_two_without_a_word(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """Where disputes are counted; whether it is one or two, the list does not say."""
    with xlsxwriter.Workbook(office / "list.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, (*HEADS, "行政复议结果", "复议受理日期", "复议决定日期"))
        for number, row in enumerate(numbered(1, 2), start=1):
            sheet.write_row(number, 0, row)
        for column, text in enumerate(("维持", "2025-04-01", "2025-05-01"), start=5):
            sheet.merge_range(1, column, 2, column, text)
    wanted = ("count", "list.xlsx", "shanghai-office", "2025")
    assert "merged with" not in gongkai(*wanted).err
    ran = gongkai(*wanted, "--disputes", "--write")
    assert (ran.status, "merged with the row above" in ran.err) == (1, True), ran.err


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-12-31 23:59:59", "2025-12-31"),
        ("2025-12-31T08:30", "2025-12-31"),
        ("2025年12月31日 9时", "2025-12-31"),
        ("2025-12-31 - 2026-01-05", ""),
        ("2025-12-31 改为2026-01-05", ""),
        ("2025年11月31日", ""),
    ],
)
def test_beside_a_day_may_stand_its_time_and_nothing_else(text: str, day: str) -> None:
    """Two days are not one, and the 31st of November is none."""
    request = Request("2", {"replied": text})
    if day:
        assert str(request.day("replied")) == day
        return
    with pytest.raises(ValueError, match="replied"):
        request.day("replied")


def test_an_office_says_what_its_own_words_mean(office: Path, gongkai: Callable[..., Ran]) -> None:
    """Headers, applicants and outcomes; what the form does not have is refused with its choice."""
    headers = ("编号", "姓名", "证件", "谁", "哪天来的", "怎么答的", "哪天答的", "电话")
    write_csv(office / "own.csv", [("农户", "2025-03-01", "给了", "2025-03-15")] * 3, headers)
    ran = gongkai("count", "own.csv", "shanghai-office", "2025")
    assert ran.status == 1
    assert "received (收到日期/收到申请日期/收到时间), applicant" in ran.err
    own = office / "own.yaml"
    own.write_text(
        "columns: {received: 哪天来的, applicant: 谁, outcome: 怎么答的, replied: 哪天答的}\n"
        "applicants: {农户: natural_person}\noutcomes: {给了: 3.3.1}\n",
        "utf-8",
    )
    wanted = ("count", "own.csv", "shanghai-office", "2025", "--columns", "own.yaml")
    ran = gongkai(*wanted, "--explain", "3.3.1.natural_person", "--explain", "3.4.total")
    assert ran.lines == ["3.3.1.natural_person: 3 rows: 3, 4, 5", "3.4.total: 0 rows: —"]
    ran = gongkai(*wanted, "--explain", "3.4.total", "--write")
    assert (ran.status, "--explain only shows rows" in ran.err) == (2, True)
    ran = gongkai(*wanted, "--explain", "3.4.totel")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines()[-1] == "3.4.totel is not counted; the nearest is 3.4.total"
    own.write_text(own.read_text("utf-8").replace("3.3.1}", "3.3.9}"), "utf-8")
    ran = gongkai(*wanted)
    assert "own.yaml: 3.3.9 is not in this form; known: 3.3.1, 3.3.2, 3.3.3.1" in ran.err


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            "applicants:\n  农户: natural_person\n  农 户: other_organisation\n",
            "own.yaml:3: “农 户” means other_organisation here, but “农户” means natural_person",
        ),
        (
            "outcomes:\n  给了: 3.3.1\n  给了　: 3.3.2\n",
            "own.yaml:3: duplicate key 给了, first on line 2",
        ),
        (
            "columns:\n  received: 日期\n  replied: 日 期\n",
            "own.yaml:3: “日 期” is the header of both received and replied",
        ),
        (
            "columns:\n  ground: 依据条款\n",
            "own.yaml:2: no sheet that was counted has the header “依据条款” (ground)",
        ),
    ],
)
def test_own_words_that_contradict_each_other_or_are_in_no_sheet_are_refused(
    office: Path, gongkai: Callable[..., Ran], lines: str, said: str
) -> None:
    """The last line of two would win, and a misspelt header would be ignored."""
    write_csv(office / "ledger.csv", [GOOD])
    (office / "own.yaml").write_text(lines, "utf-8")
    ran = gongkai("count", "ledger.csv", "shanghai-office", "2025", "--columns", "own.yaml")
    assert (ran.status, ran.out, said in ran.err) == (1, "", True), ran.err


def test_two_spellings_of_a_word_may_mean_the_same(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """A list may have both."""
    write_csv(office / "ledger.csv", [("农 户", *GOOD[1:])])
    own = "applicants:\n  农户: natural_person\n  农 户: natural_person\n"
    (office / "own.yaml").write_text(own, "utf-8")
    ran = gongkai("count", "ledger.csv", "shanghai-office", "2025", "--columns", "own.yaml")
    assert "1 row counted" in ran.out


def test_what_was_counted_is_written_into_its_cells_alone(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """The lines of all other cells stay byte for byte; the differences were printed before."""
    path = office / "params" / "shanghai-office" / "2025.csv"
    before = path.read_text("utf-8-sig").split("\n")
    write_csv(office / "ledger.csv", [GOOD] * 2)
    ran = gongkai("count", "ledger.csv", "shanghai-office", "2025")
    assert ran.status == 1
    assert (
        "3.1.total 一、本年新收政府信息公开申请数量 / 总计: 1295 in the CSV, 2 counted" in ran.out
    )
    assert gongkai("count", "ledger.csv", "shanghai-office", "2025", "--write").status == 0
    after = path.read_text("utf-8-sig").split("\n")
    assert len(before) == len(after)
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert all(line.startswith("3.") for line in changed)
    assert "3.1.total,一、本年新收政府信息公开申请数量 / 总计,件,2" in changed
    assert gongkai("count", "ledger.csv", "shanghai-office", "2025").status == 0


@pytest.mark.parametrize(("typed", "left"), [("2", ""), ("3", "2")])
def test_the_remark_of_a_cell_that_was_counted_stays(
    office: Path, gongkai: Callable[..., Ran], typed: str, left: str
) -> None:
    """Where the list confirms the figure nothing is written; a new figure's remark is said."""
    path = office / "params" / "shanghai-office" / "2025.csv"
    write_csv(office / "ledger.csv", [GOOD] * 2)
    words = ("count", "ledger.csv", "shanghai-office", "2025", "--write")
    gongkai(*words)
    cell = "3.1.total,一、本年新收政府信息公开申请数量 / 总计,件,"
    text = path.read_text("utf-8-sig").replace(f"{cell}2\n", f"{cell}{typed}（含重复申请1件）\n")
    path.write_text(text, "utf-8")
    ran = gongkai(*words)
    assert ran.status == 0
    changed = text.replace(f"{cell}{typed}（", f"{cell}{left}（") if left else text
    assert path.read_text("utf-8") == changed
    if left:
        assert f"总计: {typed}（含重复申请1件） in the CSV, 2 counted" in ran.out
        assert "the remark “含重复申请1件” was kept" in ran.err
    else:
        assert "already has these figures; nothing was written" in ran.out


@pytest.mark.parametrize(("stated", "count"), [("0", 1), ("", 0)])
def test_a_zero_in_the_csv_is_a_figure_and_a_blank_is_none(
    office: Path, gongkai: Callable[..., Ran], stated: str, count: int
) -> None:
    """A stated 0 that the list contradicts is printed as a difference."""
    path = office / "params" / "shanghai-office" / "2025.csv"
    write_csv(office / "ledger.csv", [GOOD] * 2)
    words = ("count", "ledger.csv", "shanghai-office", "2025")
    gongkai(*words, "--write")
    cell = "3.1.total,一、本年新收政府信息公开申请数量 / 总计,件,"
    text = path.read_text("utf-8-sig")
    path.write_text(text.replace(f"{cell}2\n", f"{cell}{stated}\n"), "utf-8")
    said = "3.1.total 一、本年新收政府信息公开申请数量 / 总计: 0 in the CSV, 2 counted"
    assert gongkai(*words).lines.count(said) == count


def test_a_list_without_rows_does_not_write_zeros_over_figures(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """As an export with its headers alone; that there was nothing, somebody has to say."""
    path = office / "params" / "shanghai-office" / "2025.csv"
    before = path.read_bytes()
    write_csv(office / "ledger.csv", [])
    ran = gongkai("count", "ledger.csv", "shanghai-office", "2025", "--write")
    assert ran.status == 1
    assert (
        "the list has no row for the year, but the CSV has figures, so nothing was written"
        in ran.err
    )
    assert path.read_bytes() == before


def test_a_list_without_rows_writes_zeros_into_a_csv_without_figures(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """Of an office that nobody asked for anything."""
    path = office / "params" / "shanghai-office" / "2025.csv"
    text = path.read_text("utf-8-sig")
    path.write_text(re.sub(r"(?m)^(3\..*,)[^,\n]*$", r"\1", text), "utf-8")
    write_csv(office / "ledger.csv", [])
    ran = gongkai("count", "ledger.csv", "shanghai-office", "2025", "--write")
    assert (ran.status, ran.err) == (0, "")
    values = load_report("shanghai-office", 2025, office / "params").values
    assert {value.printed for code, value in values.items() if code.startswith("3.")} == {"0"}


def test_disputes_are_counted_where_the_list_has_them(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """By outcome and by the way to court; open ones are 尚未审结."""
    headers = (
        *HEADERS[3:7],
        "行政复议结果",
        "复议受理日期",
        "复议决定日期",
        "行政诉讼结果",
        "起诉日期",
        "判决日期",
    )
    rows: list[tuple[str, ...]] = [
        (*GOOD, "维持", "2025-04-01", "2025-05-01", "", "", ""),
        (*GOOD, "", "2025-12-01", "", "", "", ""),
        (*GOOD, "纠正", "2024-12-01", "2025-02-01", "维持", "2025-03-01", "2025-09-01"),
        (*GOOD, "", "", "", "驳回诉讼请求", "2025-03-01", "2025-09-01"),
        (*GOOD, "", "", "", "维持", "", "2024-09-01"),
    ]
    with (office / "ledger.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headers, *rows])
    words = ("count", "ledger.csv", "shanghai-office", "2025", "--disputes")
    codes = {
        "4.reconsideration.upheld": "2",
        "4.reconsideration.pending": "3",
        "4.reconsideration.corrected": "4",
        "4.reconsideration.total": "2, 3, 4",
        "4.litigation_after_reconsideration.upheld": "4",
        "4.litigation_direct.upheld": "5",
        "4.litigation_direct.total": "5",
    }
    ran = gongkai(*words, *(word for code in codes for word in ("--explain", code)))
    assert [line.rpartition(": ")[2] for line in ran.lines] == list(codes.values())
    beside = re.findall(r"^ +([0-9]+)  ([^0-9 ].*)", gongkai(*words).out, re.MULTILINE)
    assert [int(count) for count, _ in beside] == [1, 1, 0, 1, 3, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1]
    assert beside[4] == ("3", "行政复议 / 总计")


def test_what_cannot_be_counted_at_all_is_one_sentence(
    office: Path, gongkai: Callable[..., Ran]
) -> None:
    """A form without such a table, two columns for one thing, a list without disputes."""
    write_csv(office / "ledger.csv", [GOOD])
    ran = gongkai("count", "ledger.csv", "xixia-justice", "2017")
    assert ran.err == "the form 2014 has no table of requests by applicant and outcome\n"
    ran = gongkai("count", "ledger.csv", "shanghai-office", "2025", "--disputes")
    assert "no sheet has a column for the result of a reconsideration" in ran.err
    write_csv(office / "twice.csv", [GOOD], (*HEADERS[:7], "办结日期"))
    ran = gongkai("count", "twice.csv", "shanghai-office", "2025")
    assert "several columns may be replied: 答复日期, 办结日期" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("count", "list.csv", "shanghai-office", "2025"),
        ("new", "shanghai-office", "2026", "--from", "list.csv"),
        ("import", "list.csv", "--agency", "shanghai-office", "--year", "2024"),
    ],
)
def test_a_quotation_mark_that_is_left_open_is_one_sentence(
    office: Path, gongkai: Callable[..., Ran], words: tuple[str, ...]
) -> None:
    """What follows it is one cell, of more characters than a CSV's may have."""
    rows = [
        "收到日期,申请人类型,办理结果,答复日期",
        *["2025-03-01,自然人,予以公开,2025-03-10"] * 6000,
    ]
    rows[2] = rows[2].replace("自然人", '"自然人')
    (office / "list.csv").write_text("\n".join(rows), "utf-8")
    before = csv.field_size_limit(2**31 - 1)  # as a library may have set it for the process
    try:
        ran = gongkai(*words)
    finally:
        csv.field_size_limit(before)
    assert ran.status in (1, 2)
    assert "list.csv:3: not valid CSV: field larger than field limit" in ran.err
    assert not (office / "params" / "shanghai-office" / "2026.csv").exists()


@pytest.mark.parametrize(("slug", "year"), REAL)
def test_every_outcome_is_known_by_its_official_label(slug: str, year: int) -> None:
    """With its number and without: a list that uses the official words needs no mapping."""
    report = report_of(slug, year)
    table = RequestTable(report.form, Meanings())
    outcomes = [row for row in table.rows if report.form.cells[f"{row}.total"].means.get("outcome")]
    assert len(outcomes) == len(table.rows) - 4
    for row in outcomes:
        label = table.rows[row]
        for said in (label, label.partition("）")[2] or label):
            request = {
                "applicant": "自然人",
                "received": f"{year}-01-01",
                "replied": f"{year}-01-02",
            }
            ledger = Ledger((Request("1", {**request, "outcome": said}),), {}, ())
            found = counted(ledger, table, report.period, disputes=False)
            assert found.cells[f"{row}.natural_person"] == ["1"], said


@pytest.mark.parametrize(
    ("separator", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-16")], ids=["semicolon", "Unicode"]
)
def test_a_list_is_read_however_the_spreadsheet_parts_its_columns(
    office: Path, gongkai: Callable[..., Ran], separator: str, encoding: str
) -> None:
    """Excel takes the semicolon where the comma stands in numbers, and tabs for Unicode text."""
    write_csv(office / "list.csv", [("自然人", "2025-02-03", "予以公开", "2025-03-01")])
    said = gongkai("count", "list.csv", "shanghai-office", "2025")
    assert "1 row counted" in said.out
    text = (office / "list.csv").read_text("gb18030").replace(",", separator)
    (office / "list.csv").write_text(text, encoding)
    assert gongkai("count", "list.csv", "shanghai-office", "2025") == said


@pytest.mark.parametrize("kind", ["csv", "yaml"])
def test_a_file_that_is_saved_while_the_list_is_read_is_left_as_it_is(
    office: Path, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A colleague added a line on top: the figures would go into the rows above their own."""
    path = office / "params" / "shanghai-office" / f"2025.{kind}"
    above = {"csv": "某某局统计表,,,\n", "yaml": "# 已核对\n"}[kind]
    text = above + path.read_text("utf-8-sig")
    read = count._counted

    def slowly(*words: Any, **options: Any) -> Any:
        path.write_text(text, "utf-8")
        return read(*words, **options)

    monkeypatch.setattr(count, "_counted", slowly)
    write_csv(office / "ledger.csv", [GOOD] * 2)
    ran = gongkai("count", "ledger.csv", "shanghai-office", "2025", "--write")
    assert (ran.status, f"2025.{kind}: was changed while this command ran" in ran.err) == (1, True)
    assert path.read_text("utf-8") == text


def test_a_list_is_of_the_agency_that_is_named(office: Path, gongkai: Callable[..., Ran]) -> None:
    """As in any command, by its name or its folder."""
    write_csv(office / "ledger.csv", [GOOD])
    by_folder = gongkai("count", "ledger.csv", "shanghai-office", "2025")
    assert gongkai("count", "ledger.csv", "上海市人民政府办公厅", "2025") == by_folder
