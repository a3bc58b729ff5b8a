"""Pages that are none of ours, or without end: they are not printed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Ran, Sandbox, needs_chromium
from gongkai.errors import KitError

PAGES = {
    '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/"><p>x</p>': "another address",
    '<p style="height: 200000000px">x</p>': "longer than 500 sheets",
    "<style>p{{break-before:page}}</style>" + "<p>a</p>" * 40_000: "longer than 500 sheets",
}


@needs_chromium
def test_pages_that_are_none_of_ours_are_not_printed(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """No error page of the browser, no print without end; each is named with its reason."""
    for number, page in enumerate(PAGES):
        shutil.copytree(project.example, project.params / f"office-{number}")
        path = project.outputs / f"office-{number}" / "2017.html"
        path.parent.mkdir(parents=True)
        path.write_text(page, "utf-8")
    shutil.rmtree(project.example)
    ran = gongkai("export", "--to", "pdf")
    assert (ran.status, list(project.outputs.glob("*/*.pdf"))) == (1, [])
    said = ran.err.splitlines()
    for number, reason in enumerate(PAGES.values()):
        name = f"office-{number}/2017"
        place = said.index(f"{name}: outputs/{name}.pdf was not written")
        assert reason in said[place + 1]


@needs_chromium
def test_a_print_that_takes_too_long_is_ended_and_the_next_page_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another browser, for the first may never answer again."""
    from gongkai.show import printer as printing

    slow, page = tmp_path / "slow.html", tmp_path / "page.html"
    slow.write_text("<style>p{break-before:page}</style>" + "<p>a</p>" * 20_000, "utf-8")
    page.write_text("<title>页</title><p>页</p>", "utf-8")
    monkeypatch.setattr(printing, "LONGEST_PRINT", 2.0)
    monkeypatch.setattr(printing, "LONGEST_PAGE", 10**6)
    with printing.Printer() as printer:
        with pytest.raises(KitError, match="printing took longer than 2 s"):
            printer.print_page(slow, tmp_path / "slow.pdf")
        monkeypatch.setattr(printing, "LONGEST_PRINT", 60.0)
        printer.print_page(page, tmp_path / "page.pdf")
    assert [path.name for path in tmp_path.glob("*.pdf")] == ["page.pdf"]


@needs_chromium
def test_scripts_of_a_page_do_not_run_and_a_missing_sandbox_is_said(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """What is printed is what the file says."""
    from pypdf import PdfReader

    project.output(".html").parent.mkdir(parents=True)
    text = "<title>a</title><p>before</p><script>document.body.textContent = 'after'</script>"
    project.output(".html").write_text(text, "utf-8")
    ran = gongkai("export", "--to", "pdf")
    assert ran.status == 0, ran.err
    assert PdfReader(project.output(".pdf")).pages[0].extract_text() == "before"
    if os.geteuid() == 0:
        assert "Chromium runs without its sandbox: as root, it does not start with one" in ran.err


@needs_chromium
def test_verify_prints_again_what_was_printed(
    fresh: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PDF of other contents with the same metadata differs; without a browser that is said."""
    from pypdf import PdfReader, PdfWriter

    assert gongkai("export", "--to", "pdf").status == 0
    assert gongkai("verify").status == 0
    paper = fresh.output(".pdf")
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_metadata(dict(PdfReader(paper).metadata or {}))
    writer.write(paper)
    ran = gongkai("verify")
    assert ran.status == 1
    assert "outputs/xixia-justice/2017.pdf: was not printed from the current page" in ran.err
    assert "was saved by someone after" in gongkai("export", "--to", "pdf").err
    assert "printed outputs" in gongkai("export", "--to", "pdf", "--force").err
    monkeypatch.setenv("GONGKAI_CHROMIUM", "netscape")
    ran = gongkai("verify")
    assert ran.status == 0
    assert "1 PDF was not verified: GONGKAI_CHROMIUM names netscape" in ran.err
