"""The tree of bodies, who has reported by when, and agencies that are called by their names."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from conftest import Ran, Sandbox, counted_calls
from gongkai.errors import KitError
from gongkai.report.bodies import load_bodies
from gongkai.report.demo_district import write_district
from gongkai.report.reader import load_report

HEAD = "bodies:\n"


def problems_of(folder: Path, text: str) -> list[str]:
    """Return what is wrong with a tree, each with its line."""
    (folder / "bodies.yaml").write_text(text, "utf-8")
    with pytest.raises(KitError) as raised:
        load_bodies(folder)
    return [f"{problem.line}: {problem.text('en')}" for problem in raised.value.problems]


def test_everything_that_is_wrong_with_a_tree_is_said_at_once(tmp_path: Path) -> None:
    """A circle, an unknown parent, years that overlap, a key of two bodies, each with its line."""
    text = HEAD + "\n".join(
        [
            "  - {key: a, name: 甲, parent: b}",
            "  - {key: b, name: 乙, parent: c}",
            "  - {key: c, name: 丙, parent: a}",
            "  - {key: office-of-d, name: 丁, parent: nowhere}",
            "  - {key: e, name: 戊, to: 2023}",
            "  - {key: e, name: 戊局, from: 2023}",
            "  - {key: f, name: 己}",
            "  - {key: f, name: 庚}",
            "  - {key: g, name: 辛, from: 2024, to: 2020}",
            "  - {key: h, name: 壬, to: 2022, into: office-of-b}",
            "  - {key: i, name: 癸, into: 己}",
            "  - {key: K K, name: 子}",
            "  - {key: l, name: 丑, parent: h}",
            "  - {key: m, name: 云岫县人民政府}",
            "  - {key: n, name: 寅, parent: 云岫县}",
            "  - {key: o, name: 卯, exempt: no}",
            "  - {key: p, name: 辰, from: 2001, to: 2030}",
            "  - {key: p, name: 辰局, from: 2005, to: 2006}",
            "  - {key: p, name: 辰办, from: 2010}",
            "deadlines:",
            "  - {kind: town, day: 01-20, source: 通知, from: 2025, to: 2024}",
        ]
    )
    assert problems_of(tmp_path, text) == [
        "2: these bodies report to each other in a circle: a → b → c → a",
        "5: office-of-d: parent names nowhere, but there is no such body",
        "7: e is listed twice with years that overlap, first on line 6",
        "9: f is the key of two bodies, first on line 8; a key is the name of a folder, and each body has its own",
        "10: g: the first year, 2024, is after the last, 2020",
        "11: h: into names office-of-b, but there is no such body; did you mean office-of-d?",
        "12: i: 己 is its successor, so its last year is needed (to: 2024)",
        "12: i: into names 己, but there is no such body; did you mean f?",
        "13: K K is not a valid name for a body's folder; use lower-case letters, digits and hyphens",
        "14: l: its parent h does not exist in all of its years; set its last year, or add an entry with the parent from then on",
        "16: n: parent names 云岫县, but there is no such body; did you mean m?",
        "17: o: exempt is “no”; it must give the reason, in words, why no report is due; leave it out if one is due",
        "19: p is listed twice with years that overlap, first on line 18",
        "20: p is listed twice with years that overlap, first on line 18",
        "22: town: the first year, 2025, is after the last, 2024",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{key: a, name: 甲}",
        "{key: body-%d, name: 甲, parent: nobody-%d}",
        "{key: body-%d, name: 甲, from: 1%03d}",
        "{key: body-%d, name: 甲, parent: body-%d, from: 1%03d}",
    ],
)
def test_twice_the_bodies_are_twice_the_work(tmp_path: Path, line: str) -> None:
    """Also where every line is wrong: a list of 10,000 bodies is read within seconds."""

    def calls(count: int) -> int:
        lines = (line % ((number,) * line.count("%")) for number in range(count))
        (tmp_path / "bodies.yaml").write_text(HEAD + "".join(f"  - {it}\n" for it in lines))
        with counted_calls() as counted, suppress(KitError):
            load_bodies(tmp_path)
        return counted.total

    calls(10)  # what is read only once
    assert calls(400) < 2.5 * calls(200)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "{key: a, name: 甲, from: abc}",
            "2: bodies.0.from: abc is not a four-digit report year, such as 2025",
        ),
        (
            "{key: a, name: 甲, to: 2026-03}",
            "2: bodies.0.to: 2026-03 is not a four-digit report year, such as 2025",
        ),
        (
            "{key: a, name: 甲, from: 12}",
            "2: bodies.0.from: 12 is not a four-digit report year, such as 2025",
        ),
        (
            "{key: a, name: 甲, covers: all}",
            "2: bodies.0.covers: all is not one of 'own' or 'area'",
        ),
        ("{key: a, nam: 甲}", "2: unknown key bodies.0.nam; did you mean name?"),
    ],
)
def test_a_line_that_cannot_be_read_is_said_with_its_key(
    tmp_path: Path, line: str, said: str
) -> None:
    """Also years that are none."""
    assert said in problems_of(tmp_path, f"{HEAD}  - {line}\n")


def test_a_deadline_is_a_day_of_the_year(tmp_path: Path) -> None:
    """A project's own, such as those of townships."""
    text = "deadlines:\n  - {kind: x, day: 13-01, source: y}\n" + HEAD + "  - {key: a, name: 甲}\n"
    assert problems_of(tmp_path, text) == [
        "2: deadlines.0.day: 13-01 is not a day of the year; write it as 01-31"
    ]


def test_a_body_that_was_renamed_or_moved_is_listed_once_for_each_time(tmp_path: Path) -> None:
    """The tree of a year has what holds in it; the regulation's deadlines are those of its years."""
    lines = [
        "{key: a, name: 甲县人民政府}",
        "{key: b, name: 乙局, parent: a, to: 2019}",
        "{key: b, name: 乙委员会, parent: a, from: 2020}",
        "{key: c, name: 丙局, parent: a, to: 2021, into: b}",
    ]
    (tmp_path / "bodies.yaml").write_text(
        HEAD + "".join(f"  - {line}\n" for line in lines), "utf-8"
    )
    bodies = load_bodies(tmp_path)
    names = {year: [body.name for body in bodies.in_year(year).below("a")] for year in (2019, 2022)}
    assert names == {2019: ["乙局", "丙局"], 2022: ["乙委员会"]}
    assert [body.key for body in bodies.ended(2022)] == ["c"]
    tree = bodies.in_year(2020)
    due = [str(bodies.due(tree.bodies[key], year)) for key in "ab" for year in (2017, 2020)]
    assert due == ["2018-03-31", "2021-03-31", "2018-03-31", "2021-01-31"]


def test_a_body_without_a_first_year_begins_with_its_parent(tmp_path: Path) -> None:
    """One that began before its parent has to be below another until then."""
    lines = [
        "{key: a, name: 甲县人民政府, from: 2020}",
        "{key: b, name: 乙局, parent: a}",
        "{key: c, name: 丙局, parent: a, from: 2021}",
    ]
    text = HEAD + "".join(f"  - {line}\n" for line in lines)
    (tmp_path / "bodies.yaml").write_text(text, "utf-8")
    assert len(load_bodies(tmp_path).entries) == 3
    wrong = problems_of(tmp_path, text.replace("from: 2021", "from: 2019"))
    assert [line.split(":")[:2] for line in wrong] == [["4", " c"]]


def test_what_was_merged_twice_goes_on_in_the_body_of_today(tmp_path: Path) -> None:
    """And nothing goes on in itself, or in what had ended by then."""
    lines = [
        "{key: a, name: 甲局, to: 2020, into: b}",
        "{key: b, name: 乙局, to: 2022, into: c}",
        "{key: c, name: 丙局}",
    ]
    text = HEAD + "".join(f"  - {line}\n" for line in lines)
    (tmp_path / "bodies.yaml").write_text(text, "utf-8")
    bodies = load_bodies(tmp_path)
    assert [bodies.successors(year) for year in (2022, 2024)] == [
        {"a": "b"},
        {"a": "c", "b": "c"},
    ]
    wrong = text.replace("to: 2020, into: b", "to: 2020, into: a").replace("into: c", "into: a")
    said = "a is its successor, but does not exist in"
    assert problems_of(tmp_path, wrong) == [
        f"2: a: {said} 2021; name the body that does",
        f"3: b: {said} 2023; name the body that does",
    ]


# --- status -----------------------------------------------------------------------


def test_status_says_who_is_in_missing_unreadable_wrong_exempt_or_late(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """With the day it was due, how long ago that was, and the telephone of who is to be reminded."""
    ran = gongkai("status", "--on", "2026-02-10")
    assert ran.status == 1
    assert ran.lines[0] == (
        "all bodies 2025: 60 bodies: 51 in (1 with errors, 2 late), 5 missing, 2 unreadable, 2 exempt"
    )
    assert (
        "  云岫县人民政府 (yunxiu): still to be added up from the reports below, due on 2026-03-31: gongkai rollup yunxiu 2025"
        in ran.lines
    )
    for name, said in (
        ("水利局 (yunxiu-water)", "due on 2026-01-31, 10 days overdue"),
        ("东篱乡人民政府 (yunxiu-dongli)", "due on 2026-01-20, 21 days overdue"),
    ):
        assert f"  云岫县{name} 办公室 0000-0000000: missing, {said}" in ran.lines
    wrong = next(line for line in ran.lines if "yunxiu-transport" in line)
    assert wrong.startswith(
        "  云岫县交通运输局 (yunxiu-transport) 办公室 0000-0000000: 2 errors, the first: "
    )
    assert "新收政府信息公开申请数量: 总计 = 9999, but 自然人＋…＋" in wrong
    assert wrong.endswith("; gongkai check yunxiu-transport/2025")
    assert (
        "  云岫县审计局 (yunxiu-audit): late: signed on 2026-02-06, due on 2026-01-31" in ran.lines
    )
    assert any(
        "云岫县粮食和物资储备局" in line and "“一百” is not a number" in line for line in ran.lines
    )
    assert any("云岫县档案局 (yunxiu-archives): exempt: " in line for line in ran.lines)
    assert ran.lines[-1] == (
        "  云岫县扶贫开发办公室 (yunxiu-poverty) reported up to 2024; its successor is 云岫县农业农村局 (yunxiu-agriculture)"
    )


def test_status_of_one_parent_is_of_it_and_those_below(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Named in Chinese; exit status 0 where all are in."""
    ran = gongkai("status", "北杏镇人民政府", "2025")
    assert (ran.status, ran.lines) == (
        0,
        [
            "云岫县北杏镇人民政府 2025: 3 bodies: 3 in (0 with errors, 0 late), 0 missing, 0 unreadable, 0 exempt"
        ],
    )


@pytest.mark.slow
def test_status_is_the_same_of_what_was_built_and_of_what_was_not(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """A manifest of the files as they are says what reading them would say."""
    names = ["yunxiu-transport", "yunxiu-audit"]
    with (county / "yunxiu-audit" / "2025.yaml").open("a", encoding="utf-8") as file:
        file.write("    制发行政规范性文件99999件。\n")  # a warning, and no error
    before = gongkai("status", "--format", "json").out
    gongkai("build", *names, "--no-index")
    assert (Path("outputs") / "yunxiu-transport" / "2025.json").exists()
    assert gongkai("status", "--format", "json").out == before
    rows = {row["body"]: row for row in map(json.loads, before.splitlines())}
    assert rows["yunxiu-audit"]["late"]
    assert [rows[name]["errors"] for name in names] == [2, 0]
    assert {rows[f"yunxiu-{end}"]["state"] for end in ("water", "commerce")} == {"missing"}
    assert rows["yunxiu-grain"]["problems"][0]["id"] == "csv-not-a-number"


def saved_again(path: Path) -> None:
    """Change a workbook as office programs do when they save: they put the day into it."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data.replace(b"2000-01-01T", b"2026-02-10T"))


def test_the_workbook_for_reminding_names_those_to_be_reminded(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """With telephones, in the same bytes each time; notes in it are not overwritten unasked."""
    words = ("status", "--on", "2026-02-10", "--to", "催报.xlsx")
    assert gongkai(*words).lines[-1] == "written: 催报.xlsx, 7 bodies to be reminded"
    first = Path("催报.xlsx").read_bytes()
    assert gongkai(*words).status == 1  # the list of yesterday, which nobody has changed
    assert Path("催报.xlsx").read_bytes() == first
    saved_again(Path("催报.xlsx"))
    ran = gongkai(*words)
    assert (ran.status, "or was changed since; --force" in ran.err) == (2, True)
    gongkai(*words, "--force")
    assert Path("催报.xlsx").read_bytes() == first
    book = CalamineWorkbook.from_path("催报.xlsx")
    assert book.sheet_names == ["催报", "全部"]
    rows = book.get_sheet_by_name("催报").to_python()
    by_name = {row[0]: row for row in rows}
    assert by_name["云岫县水利局"][3:8] == ["缺报", "2026-01-31", 10.0, "办公室", "0000-0000000"]
    wrong = str(by_name["云岫县交通运输局"][8])
    assert "一、本年新收政府信息公开申请数量：总计＝9999，而各项之和为406（自然人＋…＋" in wrong
    assert not re.search(r"3\.1\.[a-z]", wrong)  # whoever is called knows no codes
    assert str(rows[0][0]).startswith("全部机关2025年")
    assert "云岫县人民政府" not in by_name  # whose report is the office's own work
    assert len(book.get_sheet_by_name("全部").to_python()) == 3 + 60
    with zipfile.ZipFile("催报.xlsx") as archive:
        for number in (1, 2):  # as wide as a page, and no row cuts what it says
            sheet = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
            assert '<pageSetUpPr fitToPage="1"/>' in sheet
            assert 'orientation="landscape"' in sheet
            assert ' ht="' in sheet


def test_a_command_that_is_suggested_has_the_folders_that_were_given(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """It can be copied as it stands; where the folders are the usual ones, it names none."""
    given = ("--params", "a county/params", "--outputs", "out")
    county.rename("moved")
    Path("a county").mkdir()
    Path("moved").rename("a county/params")
    folders = " --params 'a county/params' --outputs out"
    rolled = gongkai("rollup", "yunxiu", "2025", *given)
    assert rolled.lines[-1].endswith(f"then: gongkai build{folders} yunxiu/2025")
    said = gongkai("status", *given).out
    assert f"; gongkai check{folders} yunxiu-transport/2025" in said
    Path("a county/params").rename("params")
    assert "; gongkai check yunxiu-transport/2025" in gongkai("status").out


def test_a_build_names_files_as_they_can_be_opened_from_here(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Also what stops a report: a build itself runs in the folder above the parameters."""
    Path("try").mkdir()
    county.rename("try/params")
    folders = ("--params", "try/params", "--no-index", "--engine", "forked", "--jobs", "1")
    for body, line in (("transport", 18), ("grain", 18), ("notary", 2)):
        said = gongkai("build", f"yunxiu-{body}", *folders).err
        places = re.findall(r"^  (\S+?):(\d+): ", said, re.MULTILINE)
        kind = "yaml" if body == "notary" else "csv"
        assert (f"try/params/yunxiu-{body}/2025.{kind}", str(line)) in places
        assert all(Path(name).is_file() for name, _ in places)


def test_the_last_year_of_all_has_a_deadline_too(
    tmp_path: Path, gongkai: Callable[..., Ran]
) -> None:
    """No day of the year 10000 can be written."""
    (tmp_path / "bodies.yaml").write_text(HEAD + "  - {key: a, name: 甲局}\n")
    ran = gongkai(
        "status", "a", "9999", "--params", str(tmp_path), "--outputs", str(tmp_path / "o")
    )
    assert "  甲局 (a): missing, due on 9999-01-31" in ran.lines


@pytest.mark.parametrize("name", ["params/bodies.yaml", "params/yunxiu-civil/2025.csv", "a.html"])
def test_a_workbook_takes_the_place_of_no_other_file(
    county: Path, gongkai: Callable[..., Ran], name: str
) -> None:
    """Even with --force: neither of a file of the parameters, nor of what is no workbook."""
    Path("a.html").write_text("a page")
    before = Path(name).read_bytes()
    ran = gongkai("status", "--to", name, "--force")
    assert (ran.status, Path(name).read_bytes()) == (2, before)


def test_a_workbook_is_one_in_capital_letters_too(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Its name is as Windows may have it, and the next week's takes its place."""
    assert gongkai("status", "--to", "LIST.XLSX", "--on", "2026-02-10").status == 1
    before = Path("LIST.XLSX").read_bytes()
    assert gongkai("status", "--to", "LIST.XLSX", "--on", "2026-02-17").status == 1
    assert Path("LIST.XLSX").read_bytes() != before


def test_who_is_to_be_reminded_and_has_no_telephone_is_counted(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Where nothing came in, no agency.yaml has the number either."""
    tree = county / "bodies.yaml"
    lines = tree.read_text("utf-8").splitlines()
    silent = [
        line.partition(", contact")[0] + "}" if "-water" in line or "-grain" in line else line
        for line in lines
    ]
    tree.write_text("\n".join(silent), "utf-8")
    said = [line for line in gongkai("status", "2025").lines if "telephone" in line]
    assert said == [
        "1 body to be reminded without a telephone number: write telephone: in bodies.yaml or agency.yaml"
    ]


def test_a_report_of_nobody_in_the_list_of_bodies_is_said_apart_from_the_status(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """On standard error: what is printed of the bodies can be handed on."""
    shutil.copytree(county / "yunxiu-audit", county / "yunxiu-other")
    ran = gongkai("status", "2025")
    assert ("yunxiu-other" in ran.out, "yunxiu-other" in ran.err.splitlines()[-1]) == (False, True)


def test_a_place_is_its_government(county: Path, gongkai: Callable[..., Ran]) -> None:
    """云岫县 begins the name of every body of it, and is meant for its government."""
    assert gongkai("status", "云岫县", "2025").lines[0].startswith("云岫县人民政府 2025: 60 bodies")
    assert gongkai("rollup", "云岫县", "2025", "--dry-run").lines[0].startswith("云岫县人民政府")


def test_a_report_of_a_year_after_the_last_is_said_and_not_counted(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """As when a body was merged, and its folder has a report all the same."""
    tree = county / "bodies.yaml"
    text = tree.read_text("utf-8")
    merged = "to: 2024, into: yunxiu-commerce, contact"
    lines = [
        line.replace("contact", merged) if "-investment" in line else line
        for line in text.splitlines()
    ]
    tree.write_text("\n".join(lines), "utf-8")
    said = "云岫县招商局 (yunxiu-investment) has a report for 2025, but bodies.yaml lists no such body for 2025: it is not counted"
    assert f"  {said}" in gongkai("status", "2025").lines
    ran = gongkai("rollup", "yunxiu", "2025", "--dry-run")
    assert ran.lines[:2] == [
        "云岫县人民政府 2025: 37 reports added up, 5 missing or unreadable, 2 exempt",
        said,
    ]
    assert said not in gongkai("rollup", "yunxiu-songpo", "2025", "--dry-run").lines


@pytest.mark.parametrize("lost", ["2025.csv", "2025.yaml"])
def test_a_report_with_one_of_its_two_files_is_unreadable_and_not_missing(
    county: Path, gongkai: Callable[..., Ran], lost: str
) -> None:
    """The line names the file that is missing."""
    (county / "yunxiu-justice" / lost).unlink()
    ran = gongkai("status", "--on", "2026-02-10")
    assert " 5 missing, 3 unreadable, " in ran.lines[0]
    (line,) = (line for line in ran.lines if "(yunxiu-justice)" in line)
    assert f"cannot be read: params/yunxiu-justice/{lost}: " in line


@pytest.mark.parametrize(
    ("key", "name"), [("yunxiu-justice", "云岫县司法局"), ("yunxiu", "云岫县人民政府")]
)
def test_a_report_in_the_folder_of_another_body_is_counted_as_neither(
    county: Path, gongkai: Callable[..., Ran], key: str, name: str
) -> None:
    """Copied or unpacked into the wrong folder, it would be in the sums twice."""
    shutil.copytree(county / "yunxiu-justice", county / "yunxiu-water")
    agency = county / "yunxiu-water" / "agency.yaml"
    agency.write_text(agency.read_text("utf-8").replace("云岫县司法局", name), "utf-8")
    said = f"params/yunxiu-water/agency.yaml: this says {name}, which is {key} in bodies.yaml, so this folder is not counted as the report of 云岫县水利局; move it, or correct the name"
    ran = gongkai("status", "--on", "2026-02-10")
    assert ran.lines[0].endswith("4 missing, 3 unreadable, 2 exempt")
    assert any(line.endswith(f"cannot be read: {said}") for line in ran.lines)
    ran = gongkai("rollup", "yunxiu", "2025", "--dry-run")
    assert ran.lines[0].endswith("38 reports added up, 5 missing or unreadable, 2 exempt")


def test_a_body_of_a_kind_without_a_deadline_is_missing_but_never_late(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Until the project states one for its schools, as it may in bodies.yaml."""
    tree = county / "bodies.yaml"
    text = tree.read_text("utf-8")
    school = "  - {key: school, name: 云岫县第一中学, kind: 学校, parent: yunxiu}\n"
    tree.write_text(text.replace("bodies:\n", f"bodies:\n{school}", 1), "utf-8")
    missing = "  云岫县第一中学 (school): missing"
    words = ("status", "2025", "--on", "2026-02-10")
    assert f"{missing}; no deadline is known for a 学校" in gongkai(*words).lines
    stated = "deadlines:\n  - {kind: 学校, day: 01-20, source: 县教育局通知}\n"
    tree.write_text(tree.read_text("utf-8").replace("deadlines:\n", stated, 1), "utf-8")
    (line,) = (line for line in gongkai(*words).lines if line.startswith(missing))
    assert "due on 2026-01-20" in line


def test_a_body_that_was_renamed_has_its_name_of_the_year(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """One folder has the reports under both names; which one is wrong is said with the file."""
    tree = county / "bodies.yaml"
    entry = next(line for line in tree.read_text("utf-8").splitlines() if "yunxiu-audit" in line)
    later = entry.replace("云岫县审计局", "云岫县审计监督局").replace("}", ", from: 2025}")
    both = entry.replace("}", ", to: 2024}") + "\n" + later
    tree.write_text(tree.read_text("utf-8").replace(entry, both), "utf-8")
    said = "yunxiu-audit/2025 has the name 云岫县审计局, but bodies.yaml lists 云岫县审计监督局 for 2025: write name: 云岫县审计监督局 in params/yunxiu-audit/2025.yaml"
    assert f"  {said}" in gongkai("status", "2025").lines
    text = county / "yunxiu-audit" / "2025.yaml"
    text.write_text(text.read_text("utf-8") + "\nname: 云岫县审计监督局\n", "utf-8")
    said = gongkai("status", "2025").out
    assert "has the name" not in said
    assert "calls itself" not in said
    assert load_report("yunxiu-audit", 2025, county).title.startswith("云岫县审计监督局2025年")


def test_a_body_that_calls_itself_otherwise_is_said(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Lists, reminders and pages would have two names for one body."""
    file = county / "yunxiu-audit" / "agency.yaml"
    file.write_text(file.read_text("utf-8").replace("云岫县审计局", "云岫县审计监督局"), "utf-8")
    said = "yunxiu-audit/2025: the report calls itself 云岫县审计监督局, but the list of bodies has 云岫县审计局"
    assert any(line.startswith(f"  {said}") for line in gongkai("status", "2025").lines)


def test_a_year_with_the_name_of_another_body_is_said(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """The year's file was copied from the neighbour, with the name in it."""
    file = county / "yunxiu-audit" / "2025.yaml"
    file.write_text(file.read_text("utf-8") + "\nname: 云岫县财政局\n", "utf-8")
    said = "yunxiu-audit/2025: the report calls itself 云岫县财政局, but the list of bodies has 云岫县审计局"
    assert any(line.startswith(f"  {said}") for line in gongkai("status", "2025").lines)
    found = gongkai("check", "yunxiu-audit/2025").lines
    assert any("云岫县财政局 is the name of another agency" in line for line in found)


def test_the_name_of_a_body_that_has_sent_nothing_is_that_of_another(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Although it has no folder: bodies.yaml lists it, and a page would take its place."""
    assert not (county / "yunxiu-water").exists()
    year = county / "yunxiu-audit" / "2025.yaml"
    before = year.read_text("utf-8")
    year.write_text(before + "\nname: 云岫县水利局\n", "utf-8")
    found = gongkai("check", "yunxiu-audit").lines
    assert any("云岫县水利局 is the name of another agency" in line for line in found)
    year.write_text(before, "utf-8")
    file = county / "yunxiu-audit" / "agency.yaml"
    file.write_text(file.read_text("utf-8").replace("审计局", "水利局"), "utf-8")
    said = "云岫县水利局 is the name of several agencies: yunxiu-water, yunxiu-audit"
    for words in (["check", "yunxiu-audit"], ["check"]):
        assert said in gongkai(*words).err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<<<<<<< HEAD\n", "the line <<<<<<< is left over from a merge"),
        ("  - {key: yunxiu-new, nam: 云岫县新局}\n", "each body needs key: and name:"),
    ],
)
def test_a_list_of_bodies_that_cannot_be_read_stops_everything(
    county: Path, gongkai: Callable[..., Ran], text: str, said: str
) -> None:
    """The names in it are not known, and no page that names another body may become public."""
    with (county / "bodies.yaml").open("a", encoding="utf-8") as file:
        file.write(text)
    for words in (["check"], ["build", "yunxiu-audit"], ["list"]):
        ran = gongkai(*words)
        assert (ran.status in (1, 2), said in ran.err) == (True, True), words
    assert gongkai("status").status == 2
    assert not Path("outputs/yunxiu-audit/2025.html").exists()


@pytest.mark.parametrize(
    "name", ["bodies.yml", "Bodies.yaml", "bodies.yaml.txt", "bodies (1).yaml"]
)
def test_a_list_of_bodies_by_another_name_is_not_passed_over(
    county: Path, gongkai: Callable[..., Ran], name: str
) -> None:
    """Whoever it names would be unknown, without a word."""
    (county / "bodies.yaml").rename(county / name)
    for words in (["check", "yunxiu-audit"], ["build", "yunxiu-audit"]):
        ran = gongkai(*words)
        assert ran.status in (1, 2)
        assert f"params/{name}: this file would not be read: name it bodies.yaml" in ran.err


@pytest.mark.parametrize("text", [None, "", "<<<<<<< HEAD\n", "name:\n"])
def test_where_a_name_cannot_be_read_nothing_is_published_under_strict(
    project: Sandbox, gongkai: Callable[..., Ran], text: str | None
) -> None:
    """A page that was stopped because it has that name would be public otherwise."""
    other = project.params / "helan-justice"
    shutil.copytree(project.example, other)
    file = other / "agency.yaml"
    file.write_text("name: 贺兰县司法局\n", "utf-8")
    project.write_section("other", "贺兰县司法局没有其他事项。")
    accept_all = ("build", "--strict", "xixia-justice")
    assert gongkai(*accept_all).status == 1
    page = project.output(".html")
    assert not page.exists()
    if text is None:
        file.unlink()
    else:
        file.write_text(text, "utf-8")
    for words in (accept_all, ("check", "--strict", "xixia-justice")):
        ran = gongkai(*words)
        assert (ran.status, "the names of 1 agency cannot be read (helan-justice)" in ran.err) == (
            1,
            True,
        )
    assert not page.exists()


def test_what_is_changed_in_the_list_of_bodies_makes_reports_that_name_them_stale(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """The review copy says which names are those of others."""
    year = county / "yunxiu-audit" / "2025.yaml"
    words = year.read_text("utf-8").replace("sections:", "name: 云岫县水利局\n\nsections:")
    year.write_text(words, "utf-8")
    assert gongkai("build", "yunxiu-audit/2025", "yunxiu-civil/2025").status == 0
    tree = county / "bodies.yaml"
    tree.write_text(tree.read_text("utf-8").replace("云岫县水利局", "云岫县水务局"), "utf-8")
    states = gongkai("list", "yunxiu-audit/2025", "yunxiu-civil/2025").lines
    assert "yunxiu-audit/2025: stale" in states[0]
    assert states[1] == "yunxiu-civil/2025: fresh"


@pytest.mark.parametrize("reason", ["待定", "暂无", "……", "是", "XX", "n/a"])
def test_a_body_is_exempt_for_a_reason(tmp_path: Path, reason: str) -> None:
    """It is printed; what only fills the place is none."""
    (said,) = problems_of(tmp_path, HEAD + f"  - {{key: a, name: 甲局, exempt: {reason}}}\n")
    assert said.startswith(f"2: a: exempt is “{reason}”; it must give the reason")


def test_status_is_of_the_newest_year_that_has_ended(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """A mistyped year, or a report that is begun in December, is named and changes nothing else."""
    for suffix in (".yaml", ".csv"):
        path = county / "yunxiu-audit" / f"2025{suffix}"
        path.with_stem("2052").write_text(path.read_text("utf-8"), "utf-8")
    ran = gongkai("status", "--on", "2026-02-10")
    assert ran.lines[0].startswith("all bodies 2025: 60 bodies: ")
    assert (
        "on 2026-02-10, the year of 1 report had not ended: yunxiu-audit/2052; "
        "correct the year where it is mistyped"
    ) in ran.err.splitlines()
    ran = gongkai("status", "--on", "2025-12-31")  # nothing has ended
    assert ran.lines[0].startswith("all bodies 2025: 60 bodies: ")


def test_without_a_tree_every_agency_reports_to_nobody(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """What an agency without a file of a year is, is missing."""
    ran = gongkai("status", "2017")
    assert ran.lines == [
        "all bodies 2017: 1 body: 1 in (0 with errors, 0 late), 0 missing, 0 unreadable, 0 exempt"
    ]
    assert ran.err == ""  # one body alone collects from nobody
    assert gongkai("new", "begun", "2017", "--name", "甲局").status == 0
    ran = gongkai("status", "2017", "--on", "2018-01-10")
    assert "1 in (0 with errors, 0 late), 1 missing" in ran.out
    begun = "  甲局 (begun): missing, due on 2018-03-31; its files were created but not filled in"
    assert begun in ran.lines
    assert ran.err.startswith("there is no params/bodies.yaml: only agencies that have a folder")
    ran = gongkai("status", "xixia", "justice")
    assert ran.status == 2
    assert "give a parent and a year, each once: xixia, justice" in ran.err
    assert gongkai("rollup", "xixia-justice", "2017").err.startswith(
        "params/bodies.yaml: there is no such file; create it, and state in it who reports to whom"
    )


@pytest.mark.parametrize("name", [b"\xd2\xf8\xb4\xa8", "银川".encode(), b"Bureau_1"])
def test_a_folder_that_no_agency_can_have_is_said_beside_the_status_of_the_others(
    project: Sandbox, gongkai: Callable[..., Ran], name: bytes
) -> None:
    """One unpacked from a GBK zip has a name that is not UTF-8."""
    shutil.copytree(project.params / "xixia-justice", project.params / os.fsdecode(name))
    ran = gongkai("status", "2017")
    assert ran.status == 1
    assert "1 in (0 with errors, 0 late)" in ran.out
    assert "is not a valid name for an agency's folder" in ran.err
    assert "unexpected" not in ran.err


def test_where_there_is_no_report_at_all_status_says_how_to_begin(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """No year can be guessed."""
    for name in ("2017.yaml", "2017.csv"):
        (project.example / name).unlink()
    ran = gongkai("status")
    said = "there is no report for any year yet; gongkai import reads a document, gongkai new starts a report"
    assert (ran.status, ran.out, ran.err) == (2, "", f"{said}\n")


# --- which report is meant --------------------------------------------------------


def test_a_report_can_be_called_by_its_agency_s_name(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Whole, or a part that no other has; with a year behind a stroke, or as a second word."""
    for words in (["云岫县司法局"], ["县司法局"], ["云岫县司法局/2025"], ["云岫县司法局", "2025"]):
        assert gongkai("list", *words).lines == ["yunxiu-justice/2025: never built"], words
    ran = gongkai("list", "党政综合办公室")
    assert ran.status == 2
    assert ran.err.startswith(
        "several agencies are called 党政综合办公室: 云岫县北杏镇党政综合办公室 (yunxiu-beixing-office), "
    )
    assert "there is no report 无此局" in gongkai("check", "无此局").err


def test_an_agency_and_a_year_as_two_words_are_one_report(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Where there is no such report, no other is taken."""
    assert gongkai("list", "yunxiu-audit", "2025").lines == ["yunxiu-audit/2025: never built"]
    assert "there is no report yunxiu-audit/2024" in gongkai("list", "yunxiu-audit", "2024").err


def test_the_list_says_of_what_cannot_be_read_that_it_cannot_be_read(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """It is not called never built; as JSON it has its problems."""
    ran = gongkai("list", "yunxiu-grain", "yunxiu-audit")
    assert ran.lines == [
        "yunxiu-audit/2025: never built",
        "yunxiu-grain/2025: cannot be read, 1 problem: params/yunxiu-grain/2025.csv:18: "
        "3.1.total: “一百” is not a number; write digits, or 0; if there is no number, leave it "
        "blank or write “/” or “—”",
    ]
    rows = [json.loads(line) for line in gongkai("list", "--format", "json").lines]
    states = {row["report"]: row["state"] for row in rows}
    assert states["yunxiu-grain/2025"] == states["yunxiu-notary/2025"] == "unreadable"
    assert states["yunxiu-audit/2025"] == "never-built"


def test_the_county_is_the_same_each_time(county: Path, tmp_path: Path) -> None:
    """Byte for byte, whatever the hash seed; and nothing is written over."""
    write_district(tmp_path / "again")
    first, second = (
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*.*")
            if path.is_file()
        }
        for folder in (county, tmp_path / "again" / "params")
    )
    assert first == second
    with pytest.raises(KitError):
        write_district(tmp_path)
