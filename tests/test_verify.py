"""`gongkai verify`: whether what is published still comes out of its parameters."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from conftest import Ran, Sandbox, hashes
from gongkai.manifest import stated_fingerprint
from gongkai.office import copies


def test_what_reproduces_is_said_to(
    fresh: Sandbox, built: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Nothing of the outputs is touched."""
    ran = gongkai("verify")
    assert (ran.status, ran.out) == (0, "1 reproduced, 0 different\n")
    assert ran.err == "xixia-justice/2017: reproduced\n"
    assert hashes(fresh.outputs) == hashes(built.outputs)


def test_a_difference_is_quoted_with_its_line(fresh: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """What stands on disk, and what comes out of the parameters."""
    page = fresh.output(".html")
    text = page.read_text("utf-8")
    title = "<title>西夏区司法局2017年政府信息公开工作年度报告</title>"
    line = text[: text.index(title)].count("\n") + 1
    page.write_text(text.replace(title, title.replace("2017", "2016")), "utf-8")
    ran = gongkai("verify", "xixia-justice/2017")
    assert (ran.status, ran.out) == (1, "0 reproduced, 1 different\n")
    assert ran.err.splitlines() == [
        "xixia-justice/2017: differs",
        f"  outputs/xixia-justice/2017.html:{line}: differs: "
        f"“{title.replace('2017', '2016')}” on disk, “{title}” when rebuilt",
    ]


def test_a_file_that_git_gave_other_line_ends_is_said_to_differ_in_them_alone(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Its lines are the same, so none is quoted."""
    page = fresh.output(".html")
    page.write_bytes(page.read_bytes().replace(b"\n", b"\r\n"))
    ran = gongkai("verify")
    assert (ran.status, ran.out) == (1, "0 reproduced, 1 different\n")
    assert ran.err.splitlines() == [
        "xixia-justice/2017: differs",
        "  outputs/xixia-justice/2017.html: differs only in its line endings",
    ]


def test_what_is_missing_or_too_much_is_said(
    fresh: Sandbox, built: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """A lost notebook, and a public page that findings no longer allow."""
    fresh.output(".ipynb").unlink()
    assert "  outputs/xixia-justice/2017.ipynb: is missing" in gongkai("verify").err.splitlines()
    fresh.set_value("8.3.2", "3")
    assert gongkai("build").status == 1
    shutil.copy(built.output(".html"), fresh.output(".html"))
    said = gongkai("verify").err.splitlines()
    assert (
        "  outputs/xixia-justice/2017.html: exists, but the parameters do not produce it"
    ) in said


@pytest.mark.parametrize("text", [None, "{"])
def test_a_report_without_a_manifest_that_can_be_read_is_compared_all_the_same(
    project: Sandbox, built: Sandbox, gongkai: Callable[..., Ran], text: str | None
) -> None:
    """One line about the manifest; the other files reproduce."""
    shutil.copytree(built.outputs, project.outputs)
    project.output(".json").unlink()
    if text is not None:
        project.output(".json").write_text(text, "utf-8")
    ran = gongkai("verify", "xixia-justice/2017")
    said = f"  outputs/xixia-justice/2017.json:{'2: differs' if text else ' is missing'}"
    about = [line for line in ran.err.splitlines() if line.startswith("  outputs/")]
    assert (ran.status, ran.out) == (1, "0 reproduced, 1 different\n")
    assert [line[: len(said)] for line in about] == [said]


def test_a_report_of_which_the_inputs_changed_is_told_from_one_that_does_not_reproduce(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """One line says what changed, and what to do first."""
    fresh.set_value("1.2.4", "113")
    assert gongkai("verify").err.splitlines() == [
        "xixia-justice/2017: differs",
        "  outputs/xixia-justice/2017.json: was not built from today's "
        "params/xixia-justice/2017.csv; first run: gongkai build xixia-justice/2017",
    ]


def test_a_report_that_cannot_be_read_does_not_reproduce(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The reason is its own, with file and line."""
    fresh.set_value("8.3.2", "三")
    ran = gongkai("verify")
    assert ran.status == 1
    assert "  params/xixia-justice/2017.csv:55: 8.3.2: “三” is not a number" in ran.err


def test_a_strict_build_is_verified_strictly(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """A report that was held back by a warning reproduces without its public page."""
    assert gongkai("build", "--strict").status == 1
    assert gongkai("verify").out == "1 reproduced, 0 different\n"


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_copy_of_a_page_that_was_withdrawn_is_too_much(
    project: Sandbox, gongkai: Callable[..., Ran], kind: str
) -> None:
    """Whoever finds it would take it for the report."""
    assert gongkai("build", "--strict").status == 1
    project.output(f".{kind}").write_bytes(b"of the day before")
    ran = gongkai("verify")
    assert ran.status == 1
    said = f"outputs/xixia-justice/2017.{kind}: exists, but the parameters do not produce it"
    assert said in ran.err


def test_a_library_that_does_not_load_makes_no_copy_differ(
    fresh: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy was not verified, or not made; why, and what helps, is said."""
    assert gongkai("export", "--to", "csv").status == 0

    def broken(name: str) -> object:
        raise ImportError("libxml2.so.2: cannot open shared object file", name="lxml.etree")

    monkeypatch.setattr(copies, "import_module", broken)
    why = "lxml.etree does not load here (libxml2.so.2: cannot open shared object file); install "
    ran = gongkai("verify")
    assert (ran.status, ran.out) == (0, "1 reproduced, 0 different\n")
    assert f"outputs/xixia-justice/2017.data.csv was not verified: {why}" in ran.err
    ran = gongkai("export", "--to", "csv", "--force")
    assert (ran.status, ran.err.startswith(why)) == (2, True)


def test_the_page_that_was_signed_is_told_from_any_other(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The digits are copied from paper, in groups of four; one letter of the page makes others."""
    page = fresh.output(".html")
    digits = stated_fingerprint(page.read_text("utf-8"))
    grouped = " ".join(digits[place : place + 4] for place in range(0, 32, 4)).upper()
    ran = gongkai("verify", "xixia-justice/2017", "--signed", grouped)
    assert ran.status == 0
    assert "outputs/xixia-justice/2017.html: is the page that was signed" in ran.err.splitlines()
    page.write_text(page.read_text("utf-8").replace("346", "347", 1), "utf-8")
    ran = gongkai("verify", "xixia-justice/2017", "--signed", digits)
    assert ran.status == 1
    assert "is not the page that was signed: its fingerprint is " in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--signed", "12ab"], "“12ab” is not a fingerprint"),
        (["--signed", "0" * 32, "--shard", "2/2"], "--signed checks one report, but there are 0"),
    ],
)
def test_a_fingerprint_that_is_none_is_refused_before_anything_is_built(
    project: Sandbox, gongkai: Callable[..., Ran], words: list[str], said: str
) -> None:
    """With what was expected."""
    ran = gongkai("verify", *words)
    assert ran.status == 2
    assert said in ran.err
