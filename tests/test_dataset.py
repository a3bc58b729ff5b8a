"""The table of the figures of all reports, and what describes it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import csvw
import frictionless
import pytest

from conftest import EXAMPLES, NOTEBOOK, Ran
from gongkai.office.dataset import Source, write_dataset


@pytest.fixture
def dataset(examples: Path, gongkai: Callable[..., Ran]) -> Path:
    """The outputs, with the table of all reports."""
    ran = gongkai("export", "--to", "csv", "--jobs", "1")
    assert ran.status == 0
    assert ran.lines[-1] == "outputs/data.csv: 856 figures of 5 reports"
    return examples


def test_all_figures_stand_in_one_table_that_describes_itself(dataset: Path) -> None:
    """Frictionless and CSVW read it with the types that are said; each finds a figure that is none."""
    package, metadata = dataset / "datapackage.json", dataset / "data.csv-metadata.json"
    assert frictionless.validate(package).valid
    rows = list(csvw.CSVW(str(metadata), validate=True).t.iterdicts())
    assert csvw.CSVW(str(metadata), validate=True).is_valid
    assert len(rows) == 856
    one = next(row for row in rows if row["printed"] == "22（其中修订16件）")
    assert (one["agency"], one["code"], one["value"]) == ("shanghai-office", "2.rules.issued", 22)
    assert any(row["value"] is None for row in rows)
    table = dataset / "data.csv"
    table.write_bytes(table.read_bytes().replace(b",13,13\n", b",13x,13\n", 1))
    kinds = {error.type for task in frictionless.validate(package).tasks for error in task.errors}
    assert kinds >= {"type-error", "hash-count"}
    assert not csvw.CSVW(str(metadata), validate=True).is_valid


def test_a_name_that_a_spreadsheet_would_run_is_text_in_the_table_of_all_reports(
    tmp_path: Path,
) -> None:
    """A name may come from a document that somebody sent."""
    figures = tmp_path / "2017.data.csv"
    figures.write_text("code,label,unit,value\n1.1,公开,条,5\n", "utf-8-sig")
    write_dataset(tmp_path, [Source("a", "=1+1局", 2017, "2014", figures)])
    row = (tmp_path / "data.csv").read_text("utf-8").splitlines()[1]
    assert row.startswith("a,'=1+1局,2017,")


def test_a_report_under_the_name_of_its_year_is_read_back_without_a_difference(
    examples: Path, gongkai: Callable[..., Ran]
) -> None:
    """The agency was renamed since; the document has the name that the year's YAML has."""
    year = Path("params/xixia-justice/2017.yaml")
    year.write_text("name: 西夏区司法处\n" + year.read_text("utf-8"), "utf-8")
    gongkai("build", "xixia-justice", "--notebook", str(NOTEBOOK))
    gongkai("export", "--to", "docx", "xixia-justice")
    file = str(examples / "xixia-justice" / "2017.docx")
    ran = gongkai("import", file, "--against", "xixia-justice/2017")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.splitlines() == [
        "  key figures, highlights, charts, the introduction and whatever else the kit derived "
        "were not compared, nor an address, a telephone or the like that the document lacks",
        "1 the same, 0 different",
    ]


def test_the_table_of_all_reports_has_the_same_bytes_again(
    dataset: Path, gongkai: Callable[..., Ran]
) -> None:
    """Whatever the number of processes; a chosen report leaves it alone, a folder gets it too."""
    names = ("data.csv", "datapackage.json", "data.csv-metadata.json")
    before = [(dataset / name).read_bytes() for name in names]
    gongkai("export", "--to", "csv", "xixia-justice")
    assert [(dataset / name).read_bytes() for name in names] == before
    gongkai("export", "--to", "csv", "--jobs", "2", "--into", "out")
    assert [(dataset / name).read_bytes() for name in names] == before
    assert [(Path("out") / name).read_bytes() for name in names] == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("data.csv", "我的数据,不可丢\n1,2\n"),
        ("datapackage.json", '{"mine": 1}'),
        ("datapackage.json", "[]"),
        ("data.csv-metadata.json", "mine"),
    ],
)
@pytest.mark.parametrize("exported", [False, True], ids=["before", "since"])
def test_the_table_of_all_reports_does_not_replace_what_is_not_its_own(
    dataset: Path, gongkai: Callable[..., Ran], name: str, text: str, exported: bool
) -> None:
    """In a folder of somebody's: their own files of these names, or the table changed by hand."""
    command = ("export", "--to", "csv", "--into", "报送")
    Path("报送").mkdir()
    if exported:
        assert [gongkai(*command).status for _ in range(2)] == [0, 0]
    Path("报送", name).write_text(text, "utf-8")
    before = {file.name: file.read_bytes() for file in Path("报送").glob("data*")}
    ran = gongkai(*command)
    assert (ran.status, "not all as this command wrote them" in ran.err) == (1, True), ran.err
    assert {file.name: file.read_bytes() for file in Path("报送").glob("data*")} == before
    assert f"{len(EXAMPLES)} files in 报送" in ran.out
    assert gongkai(*command, "--force").status == 0
    assert (Path("报送") / name).read_bytes() == (dataset / name).read_bytes()


def test_verify_names_a_table_that_is_not_made_of_the_pages(
    dataset: Path, gongkai: Callable[..., Ran]
) -> None:
    """As one saved again by a spreadsheet, or one with a report that was withdrawn since."""
    notebook = ("--notebook", str(NOTEBOOK))
    table = dataset / "data.csv"
    table.write_bytes(table.read_bytes().replace(b",346,346\n", b",347,346\n"))
    ran = gongkai("verify", *notebook)
    said = "outputs/data.csv: does not match the figures of the pages; gongkai export "
    assert (ran.status, said in ran.err, "datapackage" in ran.err) == (1, True, False)


def test_a_build_says_that_the_table_has_the_figures_of_what_it_withdraws(
    dataset: Path, gongkai: Callable[..., Ran]
) -> None:
    """Removed with --prune, or stopped by an error: the command names the table that has its figures."""
    notebook = ("--notebook", str(NOTEBOOK))
    said = "outputs/data.csv still contains figures of reports that no longer have a public page"
    assert said not in gongkai("build", *notebook).err
    shutil.rmtree("params/shuyang-ndrc")
    assert said in gongkai("build", "--prune", "--no-index", *notebook).err
    assert not (dataset / "shuyang-ndrc").exists()
    csv = Path("params/xixia-justice/2017.csv")
    csv.write_text(csv.read_text("utf-8").replace("收到申请数,件,0", "收到申请数,件,3"), "utf-8")
    assert said in gongkai("build", "xixia-justice", *notebook).err
