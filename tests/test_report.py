"""Whatever a file looks like, the answer is a report or a sentence: file, line, what, instead of what."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Ran, Sandbox
from gongkai.errors import KitError
from gongkai.report.model import Report
from gongkai.report.reader import load_report
from gongkai.text.numbers import parse_number

Change = Callable[[Sandbox], None]
YAML, CSV, AGENCY = "2017.yaml", "2017.csv", "agency.yaml"


def edit(name: str, old: str, new: str) -> Change:
    """Replace a text in a file of the example."""
    return lambda project: project.edit(name, old, new)


def value(code: str, text: str) -> Change:
    """Give an indicator another value."""
    return lambda project: project.set_value(code, text)


def write(name: str, data: bytes) -> Change:
    """Replace a whole file of the example."""

    def change(project: Sandbox) -> None:
        (project.example / name).write_bytes(data)

    return change


def folder(name: str) -> Change:
    """Put a folder in the place of a file."""

    def change(project: Sandbox) -> None:
        (project.example / name).unlink()
        (project.example / name).mkdir()

    return change


def section(text: str) -> Change:
    """Write the ninth part, whose text begins on the last line."""
    return lambda project: project.write_section("other", text)


ONLY = 'only {{ v("code") }}, {{ fact("name") }} and {{ share("code", of="code") }} are filled in; {{ }} and {% %} may contain nothing else'
INSTEAD = "; write digits, or 0; if there is no number, leave it blank or write “/” or “—”"
MENDED = " (a half-width colon followed by a space; indent with spaces)"
HINT = "; a common cause is uneven indentation, or a missing space after a colon"
UNMERGED = " is left over from a merge (git): the file contains two versions of this passage; keep one of them and delete the markers"
PACKED = "this is a Word, Excel or WPS document, or a ZIP archive, but plain text was expected; to read a document, use gongkai import"
UNFILLED = "placeholders are filled in only under sections, highlights and charts; write the text to be printed"
CODES = "1.1, 1.1.1, 1.1.2, 1.2.1, 1.2.2, 1.2.3, 1.2.4, 1.2.5"
PARTS = "introduction, overview, key_areas, proactive, on_request, interpretation, response, proposals, problems, other"

# What was changed, and the one line that is said of it. {other} is the line of the ninth part.
BAD: dict[str, tuple[Change, str | None]] = {
    # cells
    "words for a number": (value("9.3", "一百"), "2017.csv:59: 9.3: “一百” is not a number" + INSTEAD),
    "another unit with the number": (value("9.3", "12小时"), "2017.csv:59: 9.3: “12小时” is not a number" + INSTEAD),
    "NaN": (value("9.3", "NaN"), "2017.csv:59: 9.3: “NaN” is not a number" + INSTEAD),
    "infinity": (value("9.3", "inf"), "2017.csv:59: 9.3: “inf” is not a number" + INSTEAD),
    "an exponent": (value("9.3", "1e3"), "2017.csv:59: 9.3: “1e3” is not a number" + INSTEAD),
    "a formula": (value("9.3", "=SUM(A1)"), "2017.csv:59: 9.3: “=SUM(A1)” is not a number" + INSTEAD),
    "two numbers": (value("9.3", "3或4"), "2017.csv:59: 9.3: “3或4” is not a number" + INSTEAD),
    "a number and half a thousand": (value("9.3", "447 22"), "2017.csv:59: 9.3: “447 22” is not a number" + INSTEAD),
    "wrong thousands": (value("9.3", '"12,34"'), "2017.csv:59: 9.3: “12,34” is not a number" + INSTEAD),
    "a minus": (value("9.3", "-1"), "2017.csv:59: 9.3: “-1” is negative; a number of 0 or more was expected"),
    "a typographic minus": (value("9.3", "−1"), "2017.csv:59: 9.3: “−1” is negative; a number of 0 or more was expected"),
    "half a person": (value("9.3", "3.5"), "2017.csv:59: 9.3: “3.5” is not a whole number; 人次 is counted in whole numbers"),
    "a number without end": (value("9.3", "9" * 400), f"2017.csv:59: 9.3: “{'9' * 79}…” has more than 15 digits"),
    # lines
    "an unknown code": (edit(CSV, "9.3,", "9.4,"), "2017.csv:59: the code 9.4 is not a figure of edition 2014; did you mean 9.3?|2017.csv: 1 code of edition 2014 missing: 9.3 接受培训人员"),
    "a code twice": (edit(CSV, "9.3,（三）接受培训人员数,人次", "9.2,（二）举办各类培训班数,次"), "2017.csv:59: the code 9.2 appears twice; first on line 58|2017.csv: 1 code of edition 2014 missing: 9.3 接受培训人员"),
    "a missing code": (edit(CSV, "6,六、举报投诉数量,件,0\n", ""), "2017.csv: 1 code of edition 2014 missing: 6 举报投诉"),
    "a heading with a value": (edit(CSV, "1.1,", "1,一、主动公开情况,——,5\n1.1,"), "2017.csv:2: 1 is a heading and has no figure, but 5 was given; leave it blank"),
    "another label": (edit(CSV, "六、举报投诉数量", "举报数量"), "2017.csv:49: 6: the indicator differs from the form: 举报数量; expected: 六、举报投诉数量"),
    "another unit": (edit(CSV, "六、举报投诉数量,件", "六、举报投诉数量,次"), "2017.csv:49: 6: the unit differs from the form: 次; expected: 件"),
    "a column too few": (edit(CSV, "六、举报投诉数量,件,0", "六、举报投诉数量,0"), "2017.csv:49: 4 columns were expected, 3 found"),
    "a column too many": (edit(CSV, "六、举报投诉数量,件,0", "六、举报投诉数量,件,0,1"), "2017.csv:49: 4 columns were expected, 5 found"),
    "a line below a label with a line break": (edit(CSV, "（二）举办各类培训班数,次,0\n9.3,（三）接受培训人员数,人次,2", '"（二）举办各类培训班数\n",次,0\n9.3,（三）接受培训人员数,人次,二'), "2017.csv:60: 9.3: “二” is not a number" + INSTEAD),
    "another header": (edit(CSV, "code,indicator,unit,value", "代号,名目,量词,多少"), "2017.csv:1: the first line must be code,indicator,unit,value; found: 4 columns with other names"),
    "half a header": (edit(CSV, "code,indicator,unit,value", "code,名目,单位,value"), "2017.csv:1: the first line must be code,indicator,unit,value; found: code,名目,单位,value"),
    "an open quote": (edit(CSV, "9.3,", '9.3,"'), "2017.csv:59: not valid CSV: unexpected end of data"),
    # whole files
    "an empty CSV": (write(CSV, b""), "2017.csv: the file is empty"),
    "an empty file of Excel": (write(CSV, b"\xff\xfe"), "2017.csv: the file is empty"),
    "a workbook renamed": (write(CSV, b"PK\x03\x04 and more"), "2017.csv: this is an Excel workbook; in Excel, save it as CSV"),
    "a full-width colon": (edit(YAML, "signed: 2018", "signed：2018"), "2017.yaml:2: “signed：2018-01-04” cannot be read; write “signed: 2018-01-04”" + MENDED),
    "no blank after a colon": (edit(YAML, "signed: 2018", "signed:2018"), "2017.yaml:2: “signed:2018-01-04” cannot be read; write “signed: 2018-01-04”" + MENDED),
    "a document for a YAML": (write(YAML, b"PK\x03\x04 word/document.xml"), "2017.yaml: " + PACKED),
    "a document for a CSV": (write(CSV, b"PK\x03\x04 word/document.xml"), "2017.csv: " + PACKED),
    "a blank of a web page in YAML": (edit(YAML, "  head: 高峰", "\u00a0\u00a0head: 高峰"), "2017.yaml:9: “°°head: 高峰” cannot be read; write “head: 高峰”" + MENDED),
    "a value that goes on with a #": (edit(YAML, "  head: 高峰", "  head: 高峰 #2 号"), "2017.yaml:9: “#2 号” would not be read: in YAML, # starts a comment; put the whole value in quotation marks, or, if this is a comment, put a space after the #"),
    "a heading in the place of a key": (edit(YAML, "  interpretation: |", "  五、政策解读情况: |"), "2017.yaml:78: edition 2014 has no part 五、政策解读情况; known parts: introduction, overview, key_areas, proactive, on_request, interpretation, response, proposals, problems, other"),
    "an empty YAML": (write(YAML, b"\n  \n"), "2017.yaml: the file is empty"),
    "a CSV without lines": (write(CSV, b"code,indicator,unit,value\n"), None),
    "a folder for a CSV": (folder(CSV), "2017.csv: this is a folder; a file was expected"),
    "a folder for a YAML": (folder(YAML), "2017.yaml: this is a folder; a file was expected"),
    "no CSV": (lambda project: (project.example / CSV).unlink(), "2017.csv: there is no such file"),
    "no agency.yaml": (lambda project: (project.example / AGENCY).unlink(), "agency.yaml: there is no such file"),
    "a merge that is not finished": (edit(YAML, "signed: 2018-01-04", "<<<<<<< HEAD\nsigned: 2018-01-04\n=======\nsigned: 2018-01-05\n>>>>>>> branch"), "|".join(f"2017.yaml:{line}: the line {mark}{UNMERGED}" for line, mark in ((2, "<<<<<<<"), (4, "======="), (6, ">>>>>>>")))),
    "a merge of the CSV": (edit(CSV, "6,六、", ">>>>>>> branch\n6,六、"), "2017.csv:49: the line >>>>>>>" + UNMERGED),
    "a mark of a merge in the text": (lambda project: project.edit(YAML, "    本年度没有其他", ">>>>>>> branch\n    本年度没有其他"), "2017.yaml:{other}: the line >>>>>>>" + UNMERGED),
    "bytes that are no text": (write(CSV, b"\xff\x00\x81\xff"), "2017.csv: the encoding is not recognised; save the file as UTF-8, or from Excel as CSV"),
    "ten megabytes": (write(YAML, b"year: 2017\n" * 1_000_000), "2017.yaml: the file is larger than 1 MB; a report needs far less"),
    # YAML
    "bad YAML": (edit(YAML, "signatures:", "signatures: ["), "2017.yaml:10: not valid YAML: did not find expected ',' or ']'" + HINT),
    "a tab in YAML": (edit(YAML, "  head: 高峰", "\thead: 高峰"), "2017.yaml:9: “→head: 高峰” cannot be read; write “head: 高峰”" + MENDED),
    "a NUL in YAML": (edit(AGENCY, "银川市", "\x00"), "agency.yaml:1: the character U+0000, which most editors do not show, cannot be read in YAML: type this line again; it may be a line break or page break copied from Word"),
    "nothing but a comment": (write(YAML, b"# 2017\n"), "2017.yaml:1: keys with values were expected (key: value)"),
    "two documents": (edit(AGENCY, "postcode:", "---\npostcode:"), "agency.yaml:6: a second document begins here (---); only one was expected"),
    "a list for a mapping": (write(AGENCY, b"- a\n- b\n"), "agency.yaml:1: keys with values were expected (key: value)"),
    "nesting without end": (write(AGENCY, b"name: " + b"[" * 5000), "agency.yaml:1: nested more than 16 levels deep"),
    "aliases that multiply": (write(AGENCY, b"name: &a [x]\noffice: *a\n"), "agency.yaml:1: anchors and aliases (& and *) are not supported; write the value out|agency.yaml:2: anchors and aliases (& and *) are not supported; write the value out"),
    "a Python object": (edit(AGENCY, "name: 银", "name: !!python/object/apply:os.system 银"), "agency.yaml:1: the tag tag:yaml.org,2002:python/object/apply:os.system is not supported; write plain text"),
    "an unknown key": (edit(YAML, "signed:", "colour: red\nsigned:"), "2017.yaml:2: unknown key colour"),
    "a misspelt key": (edit(YAML, "  reviewer:", "  reviewr:"), "2017.yaml:10: unknown key signatures.reviewr; did you mean reviewer?"),
    "a key twice": (edit(AGENCY, "postcode:", "name: 别名\npostcode:"), "agency.yaml:5: duplicate key name, first on line 1"),
    "a key twice, with a blank": (edit(YAML, "  other: |", '  "other ": |\n    甲。\n  other: |'), "2017.yaml:93: duplicate key other, first on line 92"),
    "a key twice, with a wide blank": (edit(YAML, "facts:", "facts:\n  某数: 甲\n  某数\u3000: 乙"), "2017.yaml:18: duplicate key 某数, first on line 17"),
    "a missing key": (edit(AGENCY, "name: 银川市西夏区司法局\n", ""), "agency.yaml:1: the key name is missing"),
    "no website": (edit(AGENCY, "website:", "website: 无 #"), "agency.yaml:8: website: 无 is not a web address; write it as https://www.example.gov.cn or www.example.gov.cn"),
    "two addresses of mail": (edit(AGENCY, "email: ", "email: a@b.cn、"), "agency.yaml:7: email: a@b.cn、xxqsfjbgs@163.com is not a single e-mail address; write it as office@example.gov.cn, or leave it blank"),
    "a date in words": (edit(YAML, "signed: 2018-01-04", "signed: 2018.1.4"), "2017.yaml:2: signed: 2018.1.4 is not a date; write it as 2018-01-04"),
    "a day that never was": (edit(YAML, "signed: 2018-01-04", "signed: 2018-02-30"), "2017.yaml:2: signed: 2018-02-30 is not a date; write it as 2018-01-04"),
    "a year in words": (edit(YAML, "year: 2017", "year: 二〇一七"), "2017.yaml:1: year: 二〇一七 is not a whole number"),
    "neither yes nor no": (edit(AGENCY, "postcode:", "pdf: 要\npostcode:"), "agency.yaml:5: pdf: 要 is neither true nor false"),
    "a list for yes or no": (edit(AGENCY, "postcode:", "pdf: [true]\npostcode:"), "agency.yaml:5: pdf: ['true'] is neither true nor false"),
    "a year of thousands of digits": (edit(YAML, "year: 2017", "year: " + "9" * 5000), f"2017.yaml:1: year: {'9' * 79}… is not a whole number"),
    "a list for a key": (edit(AGENCY, "postcode:", "? [a, b]\n: c\npostcode:"), "agency.yaml:5: a key must be plain text"),
    "another year in the file": (edit(YAML, "year: 2017", "year: 2016"), "2017.yaml:1: the file has year: 2016, but its name says 2017"),
    "an unknown edition": (edit(YAML, "signed:", "edition: 1999\nsigned:"), None),
    "text for keys with values": (write(YAML, b"year: 2017\nsignatures: a\nfacts: b\n"), "2017.yaml:2: signatures: keys with values were expected (key: value)|2017.yaml:3: facts: keys with values were expected (key: value)"),
    "text for a list": (edit(YAML, "basis:\n  - ", "basis: "), "2017.yaml:4: basis: a list was expected (- item)"),
    "a list for text": (edit(YAML, "  head: 高峰", "  head: [高峰]"), "2017.yaml:9: signatures.head: text was expected"),
    "lines for a line": (edit(AGENCY, "office: 西夏区司法局办公室", "office: |\n  a\n  b"), "agency.yaml:4: office: one line of text was expected, without control characters"),
    "a name without end": (edit(AGENCY, "office: 西夏区司法局办公室", "office: " + "长" * 300), "agency.yaml:3: office: longer than 200 characters"),
    "a date without hyphens": (edit(YAML, "signed: 2018-01-04", "signed: 20180104"), "2017.yaml:2: signed: 20180104 is not a date; write it as 2018-01-04"),
    "a name of blanks": (edit(AGENCY, "name: 银川市西夏区司法局", "name: '  '"), "agency.yaml:1: name: must not be blank"),
    "facts without end": (lambda project: project.edit(YAML, "facts:\n", "facts:\n" + "".join(f"  f{n}: 1\n" for n in range(401))), "2017.yaml:16: facts: more than 400 items"),
    "a breakdown of nothing": (write(YAML, b"year: 2017\nbreakdowns:\n  - {total: 1.2.2, title: a, part: other, parts: {}}\n"), "2017.yaml:3: breakdowns.0.parts: must not be blank"),
    "a placeholder in a fact": (edit(YAML, "wechat_staff: 1", "wechat_staff: '{{ v(\"1.1\") }}'"), "2017.yaml:18: facts.wechat_staff: " + UNFILLED),
    "a placeholder in a name": (edit(AGENCY, "office: 西夏区司法局办公室", "office: '{{ fact(\"office\") }}'"), "agency.yaml:3: office: " + UNFILLED),
    # the narrative and the breakdowns
    "a number of thousands of digits": (section("{{ v(" + "1" * 5000 + ") }}"), "2017.yaml:{other}: " + ONLY),
    "half a character": (section('{{ v("\\ud800") }}'), "2017.yaml:{other}: " + ONLY),
    "an unknown part": (edit(YAML, "  other: |", "  others: |"), f"2017.yaml:{{other}}: edition 2014 has no part others; known parts: {PARTS}"),
    "a placeholder without end": (section("{{ v("), "2017.yaml:{other}: a placeholder cannot be read: unexpected 'end of template'; write {{ v(\"1.1\") }}, with the quotation marks"),
    "a loop without end": (section("有\n{% for x in y %}"), None),
    "a condition": (section("{% if true %}a{% endif %}"), "2017.yaml:{other}: " + ONLY),
    "an attribute": (section("{{ ''.__class__ }}"), "2017.yaml:{other}: " + ONLY),
    "a filter": (section("{{ 'a' | upper }}"), "2017.yaml:{other}: " + ONLY),
    "another function": (section("第一行\n{{ range(10) }}"), "2017.yaml:{next}: " + ONLY),
    "an unknown code in the text": (section('{{ v("1.2.9") }}'), "2017.yaml:{other}: the code 1.2.9 is not a figure of edition 2014"),
    "an unknown fact in the text": (section('{{ fact("fans") }}'), None),
    "a total that is none": (edit(YAML, "  - total: 1.2.2", "  - total: 1.2.9"), "2017.yaml:30: the total 1.2.9 is neither a code of edition 2014 nor a fact"),
    "a part that is no number": (edit(YAML, "部门文件: 34", "部门文件: 三十四"), "2017.yaml:34: 三十四 is not a number; write only digits, such as 34"),
}  # fmt: skip

OTHERWISE = {
    "a CSV without lines": "2017.csv: 58 codes of edition 2014 missing: " + CODES,
    "an unknown edition": "2017.yaml:2: there is no edition 1999 of the form; known editions: 2014, 2019, 2021",
    "a loop without end": "2017.yaml:{next}: a placeholder cannot be read: ",
    "an unknown fact in the text": "2017.yaml:{other}: there is no fact fans; known facts: disclosure_staff, ",
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_input_is_answered_with_its_file_its_line_and_what_was_expected(
    project: Sandbox, gongkai: Callable[..., Ran], case: str
) -> None:
    """No traceback, the message word for word, exit status 1."""
    change, expected = BAD[case]
    change(project)
    path = project.example / YAML
    lines = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
    other = next((i + 2 for i, text in enumerate(lines) if text.startswith("  other")), 0)
    ran = gongkai("check")
    found = [line.removeprefix("params/xixia-justice/") for line in ran.lines]
    said = [line.replace(": error: ", ": ", 1).rpartition(" [")[0] for line in found]
    lookup = {"{other}": str(other), "{next}": str(other + 1)}
    text = expected if expected is not None else OTHERWISE[case]
    for mark, line in lookup.items():
        text = text.replace(mark, line)
    if expected is None:
        assert len(said) == 1
        assert said[0].startswith(text)
    else:
        assert said == text.split("|")
    summary = (
        f"1 report: {len(said)} error{'s'[: len(said) > 1]}, 0 warnings, 0 notes, 1 unreadable\n"
    )
    assert ran.err == summary
    assert ran.status == 1


def test_every_problem_of_all_files_is_said_at_once(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Nobody should have to run a command nine times to find nine mistakes."""
    project.edit(AGENCY, "postcode:", "post_code:")
    project.edit(YAML, "  other: |", "  others: |")
    project.edit(YAML, "部门文件: 34", "部门文件: 三十四")
    project.set_value("8.4", "一百")
    project.set_value("9.1", "-2")
    project.edit(CSV, "六、举报投诉数量", "举报数量")
    ids = [line.rpartition("[")[2].rstrip("]") for line in gongkai("check").lines]
    assert ids == [
        "yaml-key-meant",
        "csv-label",
        "csv-not-a-number",
        "csv-negative",
        "section-unknown",
        "yaml-number",
    ]


@pytest.mark.parametrize(
    "rewrite",
    [
        pytest.param(
            lambda text: b"\xef\xbb\xbf" + text.encode(), id="UTF-8 with a byte order mark"
        ),
        pytest.param(lambda text: text.encode("gb18030"), id="GB18030, as Excel saves it"),
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16, Excel's Unicode text"),
        pytest.param(
            lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
            id="UTF-16, Unicode big endian of an editor",
        ),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(lambda text: text.replace(",", ";").encode(), id="semicolons"),
        pytest.param(lambda text: text.replace(",", "\t").encode("gb18030"), id="tabs in GB18030"),
        pytest.param(lambda text: text.replace("\n", ",,\n").encode(), id="empty columns after"),
        pytest.param(lambda text: (text + "\n,,,\n\n").encode(), id="empty lines at the end"),
        pytest.param(
            lambda text: text.replace("1.1,", "1,一、主动公开情况,——,——\n1.1,", 1).encode(),
            id="a heading that prints ——",
        ),
    ],
)
def test_a_csv_is_read_as_excel_and_people_save_it(
    project: Sandbox, rewrite: Callable[[str], bytes]
) -> None:
    """The same figures come out, whatever program wrote the file."""
    plain = load_report("xixia-justice", 2017, project.params)
    path = project.example / CSV
    path.write_bytes(rewrite(path.read_text("utf-8")))
    saved = load_report("xixia-justice", 2017, project.params)
    assert {code: v.number for code, v in saved.values.items()} == {
        code: v.number for code, v in plain.values.items()
    }
    assert saved.rewritten == ()


AS_TYPED = [
    ("9.3", "12人次", "12", "12"),
    ("6", "3件", "3", "3"),
    ("6", "3（件）", "3", "3"),
    ("6", "无", "0", "0"),
    ("6", "零", "0", "0"),
    ("6", "447 228", "447228", "447228"),
    ("6", "'3", "3", "3"),
    ("6", '"=""3"""', "3", "3"),
    ("6", "-", "None", "—"),
    ("6", "－", "None", "—"),
    ("6", "–", "None", "—"),
    ("8.4", "0.5万元", "0.5", "0.5"),
    ("8.4", "251000元", "25.1", "25.1"),
    ("8.4", "251000（单位：元）", "25.1", "25.1"),
]


@pytest.mark.parametrize(("code", "typed", "number", "printed"), AS_TYPED)
def test_what_can_only_be_meant_in_one_way_is_read_and_said(
    project: Sandbox, code: str, typed: str, number: str, printed: str
) -> None:
    """With its unit, as a word, as a spreadsheet keeps it: the figure, and a note of it."""
    project.set_value(code, typed)
    report = load_report("xixia-justice", 2017, project.params)
    value = report.values[code]
    assert (str(value.number), value.printed, value.remark) == (number, printed, "")
    assert [(item.id, item.details["number"]) for item in report.rewritten] == [
        ("csv-number-rewritten", printed)
    ]


@pytest.mark.parametrize(
    ("typed", "number", "printed"),
    [
        ("增1423", "1423", "+1423"),
        ("减38", "-38", "-38"),
        ("未增未减", "0", "0"),
        ("-3", "-3", "-3"),
    ],
)
def test_a_change_is_read_with_its_sign_in_signs_or_words(
    typed: str, number: str, printed: str
) -> None:
    """本年增/减 of the form of 2019."""
    assert parse_number(typed, "signed", "项") == (Decimal(number), printed, "")


@pytest.mark.parametrize("typed", ["22（其中修订16件）", "22 其中修订16件", "22，其中修订16件"])
def test_a_remark_behind_a_figure_is_told_from_its_unit(project: Sandbox, typed: str) -> None:
    """With brackets or without."""
    project.set_value("6", typed)
    value = load_report("xixia-justice", 2017, project.params).values["6"]
    assert (str(value.number), value.remark) == ("22", "其中修订16件")


def laid_out(change: Callable[[list[str]], list[str]]) -> Change:
    """Change the lines of the CSV."""

    def apply(project: Sandbox) -> None:
        path = project.example / CSV
        path.write_text("\n".join(change(path.read_text("utf-8").splitlines())) + "\n", "utf-8")

    return apply


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda lines: ["西夏区司法局统计表", *lines], ["the lines above the header"], id="a title above"),
        pytest.param(lambda lines: ["代码,指标名称,单位,数量", *lines[1:]], [], id="a Chinese header"),
        pytest.param(lambda lines: [f"{lines[0]},备注", *(f"{line},无" for line in lines[1:])], ["备注"], id="a column of remarks"),
        pytest.param(lambda lines: [f"{lines[0]},备注", *(f"{line},{'据台账统计' * 1000}" for line in lines[1:])], ["备注"], id="a file longer than one cell may be"),
        pytest.param(lambda lines: [f"{line.replace(',', ';')};{'备注' if n == 0 else '' if n < 9 else '甲,乙,丙,丁,戊,己'}" for n, line in enumerate(lines)], ["备注"], id="semicolons, and commas in remarks further down"),
        pytest.param(lambda lines: [f"序号,{lines[0]}", *(f"{n},{line}" for n, line in enumerate(lines[1:], 1))], ["序号"], id="a column of numbers"),
        pytest.param(lambda lines: [*lines, "填报人：苏珊,,,联系电话：2078858"], ["填报人：苏珊联系电话：2078858"], id="who filled it in"),
        pytest.param(lambda lines: [line.replace("（", "(").replace("）", ")") for line in lines], [], id="half-width brackets in labels"),
    ],
)  # fmt: skip
def test_a_table_is_read_as_people_lay_it_out(
    project: Sandbox, change: Callable[[list[str]], list[str]], said: list[str]
) -> None:
    """What is no part of it is left out, and said."""
    plain = load_report("xixia-justice", 2017, project.params)
    laid_out(change)(project)
    report = load_report("xixia-justice", 2017, project.params)
    numbers = {code: value.number for code, value in report.values.items()}
    assert numbers == {code: value.number for code, value in plain.values.items()}
    assert [str(item.details["what"]) for item in report.rewritten] == said


@pytest.mark.parametrize("said", ["第一段：没有。\n第二段。\n\nnote：第三段。\n", "没有。\n"])
@pytest.mark.parametrize("indent", ["", "　　", "  ", " "])
def test_a_text_that_was_pasted_without_its_indent_is_read_and_said(
    project: Sandbox, indent: str, said: str
) -> None:
    """As it comes from Word: a paragraph a line, with full-width blanks or none at all."""
    path = project.example / YAML
    text = path.read_text("utf-8")
    start = text.index("  other: |\n") + len("  other: |\n")
    pasted = "".join(indent + line if line.strip() else line for line in said.splitlines(True))
    path.write_text(text[:start] + pasted, "utf-8")
    report = load_report("xixia-justice", 2017, project.params)
    assert report.filled("other").text == said
    assert [item.id for item in report.rewritten] == ["yaml-indented"]
    lines = path.read_text("utf-8").splitlines()
    assert report.rewritten[0].line == lines.index(indent + said.splitlines()[0]) + 1


@pytest.mark.parametrize(
    ("typed", "read"),
    [("高峰 # 局长", "高峰"), ('"高峰 #2"', "高峰 #2"), ("高峰#2", "高峰#2"), ("# 待填", "")],
)
def test_what_stands_after_a_number_sign_is_a_comment_or_part_of_the_value(
    project: Sandbox, typed: str, read: str
) -> None:
    """A comment has a blank after it; a value with one in it stands in quotation marks."""
    project.edit(YAML, "  head: 高峰", f"  head: {typed}")
    report = load_report("xixia-justice", 2017, project.params)
    assert report.parameters.signatures.head == read


@pytest.mark.parametrize("nothing", ["~", "null", "NULL", ""])
def test_null_is_nothing(project: Sandbox, nothing: str) -> None:
    """As YAML has it; a fact of it would be printed as the word. In quotes it is a text."""
    agency = project.example / "agency.yaml"
    agency.write_text(f"name: 甲局\nshort_name: {nothing}\noffice: 'null'\n", "utf-8")
    report = load_report("xixia-justice", 2017, project.params)
    assert (report.agency.short_name, report.agency.office) == ("", "null")


def test_a_yaml_in_gb18030_is_read(project: Sandbox) -> None:
    """Notepad in a Chinese Windows saves so."""
    path = project.example / YAML
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))
    assert load_report("xixia-justice", 2017, project.params).parameters.signatures.head == "高峰"


@pytest.mark.parametrize(
    ("text", "number", "printed"),
    [("１２", "12", "12"), ("1,234", "1234", "1234"), ("１，２３４", "1234", "1234"), (" 7 ", "7", "7"), ("007", "7", "7"), ("12.0", "12", "12")],
)  # fmt: skip
def test_a_number_is_read_as_people_type_it(
    project: Sandbox, text: str, number: str, printed: str
) -> None:
    """Full-width digits and thousands separators are numbers."""
    project.set_value("6", f'"{text}"')
    cell = load_report("xixia-justice", 2017, project.params).values["6"]
    assert (str(cell.number), cell.printed) == (number, printed)


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("../etc", "../etc is not a valid name for an agency's folder; use lower-case letters, digits and hyphens, but no device name such as con or nul"),
        ("..", ".. is not a valid name for an agency's folder; use lower-case letters, digits and hyphens, but no device name such as con or nul"),
        ("a/b", "a/b is not a valid name for an agency's folder; use lower-case letters, digits and hyphens, but no device name such as con or nul"),
        ("Xixia", "Xixia is not a valid name for an agency's folder; use lower-case letters, digits and hyphens, but no device name such as con or nul"),
        ("", " is not a valid name for an agency's folder; use lower-case letters, digits and hyphens, but no device name such as con or nul"),
        ("xixia-justce", "there is no agency xixia-justce in {params}; did you mean xixia-justice?"),
        ("zzz", "there is no agency zzz in {params}; known agencies: xixia-justice"),
    ],
)  # fmt: skip
def test_an_agency_that_is_none_is_refused(project: Sandbox, slug: str, sentence: str) -> None:
    """A slug cannot leave the folder of the parameters."""
    with pytest.raises(KitError) as caught:
        load_report(slug, 2017, project.params)
    assert str(caught.value) == sentence.format(params=project.params.as_posix())


def test_a_year_without_data_is_refused(project: Sandbox) -> None:
    """The years that there are, are named."""
    with pytest.raises(KitError) as caught:
        load_report("xixia-justice", 2018, project.params)
    expected = (
        f"{project.example.as_posix()}: xixia-justice has no data for 2018; known years: 2017"
    )
    assert str(caught.value) == expected


def test_a_file_in_an_encoding_that_is_misread_is_one_problem(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Saved as Big5, its labels and its units are signs of another alphabet: one sentence, not 116."""
    path = project.example / "2017.csv"
    path.write_bytes(path.read_text("utf-8-sig").encode("big5", "replace"))
    said = [line for line in gongkai("check").lines if "2017.csv" in line]
    assert len(said) == 1
    assert ": error: 58 indicators differ from the form, first 1.1: " in said[0]
    assert said[0].endswith("with the labels that gongkai new writes [csv-labels]")


def test_an_unreadable_file_is_named(project: Sandbox) -> None:
    """A file that loops onto itself cannot be opened."""
    path = project.example / CSV
    path.unlink()
    path.symlink_to(path)
    with pytest.raises(KitError, match="cannot be read: "):
        load_report("xixia-justice", 2017, project.params)


# --- whatever bytes there are -----------------------------------------------------

EVERYTHING = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def answer(params: Path) -> Report | tuple[str, ...]:
    """Return the report, or the sentences instead; anything else fails the test."""
    try:
        return load_report("xixia-justice", 2017, params)
    except KitError as error:
        assert error.problems
        return tuple(f"{problem} {problem.text('zh')}" for problem in error.problems)


@EVERYTHING
@given(name=st.sampled_from([YAML, CSV, AGENCY]), data=st.binary(max_size=300))
def test_any_bytes_give_a_report_or_a_sentence(project: Sandbox, name: str, data: bytes) -> None:
    """Random bytes in the place of a file never end in a traceback."""
    path = project.example / name
    before = path.read_bytes()
    path.write_bytes(data)
    try:
        assert answer(project.params)
    finally:
        path.write_bytes(before)


@EVERYTHING
@given(
    name=st.sampled_from([YAML, CSV, AGENCY]),
    place=st.floats(0, 1),
    length=st.integers(0, 30),
    text=st.text(max_size=20) | st.sampled_from(["{{", "{%", "}}", "- ", ": ", "\n", "\t", '"', "|", "&a", "*a", "!!"]),
)  # fmt: skip
def test_any_edit_gives_a_report_or_a_sentence(
    project: Sandbox, name: str, place: float, length: int, text: str
) -> None:
    """A slip of the hand anywhere in a file never ends in a traceback."""
    path = project.example / name
    before = path.read_bytes()
    characters = before.decode()
    start = int(place * len(characters))
    path.write_bytes(
        (characters[:start] + text + characters[start + length :]).encode(errors="replace")
    )
    try:
        assert answer(project.params)
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x85", "\u2028"])
def test_a_break_that_was_copied_from_word_is_said_with_its_line(
    project: Sandbox, sign: str
) -> None:
    """Editors do not show it; the indentation is right."""
    path = project.example / "2017.yaml"
    lines = path.read_text("utf-8").split("\n")
    number = next(place for place, line in enumerate(lines) if "公开" in line and "    " in line)
    lines[number] = lines[number].replace("公开", f"公开{sign}", 1)
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(KitError) as raised:
        load_report("xixia-justice", 2017, project.params)
    (problem,) = (it for it in raised.value.problems if it.id == "yaml-sign")
    assert (problem.line, problem.details["sign"]) == (number + 1, f"U+{ord(sign):04X}")
