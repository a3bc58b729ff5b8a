"""Whatever stands in manifests, indexes and logs: it is not trusted, and made again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Ran, Sandbox, hashes
from gongkai import disk
from gongkai.disk import stamp_of
from gongkai.manifest import read_manifest
from gongkai.pipeline.batch import LOG
from gongkai.pipeline.hashes import CACHE_FILE as HASHES
from gongkai.show.index import CACHE_FILE
from hostile_helpers import TARGET, ended, unix


def changed(**parts: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda manifest: {**manifest, **parts}


DIGEST = "0" * 64
FINDING = {"id": "x", "severity": "note", "zh": "", "en": ""}
DAMAGED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a device": lambda it: {**it, "outputs": {**it["outputs"], "/dev/zero": DIGEST}},
    "a path": lambda it: {**it, "outputs": {**it["outputs"], "../../etc/passwd": DIGEST}},
    "a NUL": lambda it: {**it, "outputs": {**it["outputs"], "2017\0.html": DIGEST}},
    "half a character in a name": lambda it: {**it, "outputs": {"\ud800": DIGEST}},
    "half a character in the agency": changed(name="\ud800"),
    "another year's file": lambda it: {**it, "outputs": {**it["outputs"], "2018.html": DIGEST}},
    "no output": changed(outputs={}),
    "a list of outputs": changed(outputs=["2017.html"]),
    "a number for a hash": lambda it: {**it, "outputs": {**it["outputs"], "2017.html": 7}},
    "a list of inputs": changed(execute=[]),
    "a list for a hash": lambda it: {**it, "execute": {**it["execute"], "kit": []}},
    "a list of exports": changed(export=[["strict", True]]),
    "findings that are none": changed(findings=[1]),
    "a finding of half its fields": changed(findings=[FINDING]),
    "an earlier schema": changed(
        schema=1, export={"--strict": "True", "format": "2", "templates": DIGEST}
    ),
    "a later schema": changed(schema=3),
    "a severity that is a list": lambda it: {
        **it,
        "findings": [{**it["findings"][0], "severity": []}],
    },
    "figures that are numbers": changed(figures={"granted": 7}),
    "an edition that is none": changed(edition=2014),
    "another report's": changed(report="helan-justice/2017"),
    "a list": lambda it: [it],
    "nothing": lambda _: None,
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_manifest_counts_as_none(
    fresh: Sandbox, gongkai: Callable[..., Ran], damage: str
) -> None:
    """Every reader says so, and nobody follows what stands in it."""
    path = fresh.output(".json")
    whole = path.read_bytes()
    path.write_text(json.dumps(DAMAGED[damage](json.loads(whole))), "utf-8")
    assert read_manifest(fresh.outputs, TARGET) is None
    ran = gongkai("list")
    assert ran.lines == ["xixia-justice/2017: stale: its manifest cannot be read"]
    assert gongkai("index").lines[0].startswith("written: outputs/index.html (1 report")
    assert "无法读取" in (fresh.outputs / "index.html").read_text("utf-8")
    ran = gongkai("diff", str(fresh.outputs / "xixia-justice/2017"), f"{fresh.outputs}/{TARGET}")
    assert "is not a build that can be compared" in ran.err


def test_a_damaged_manifest_is_made_again(fresh: Sandbox, built: Sandbox) -> None:
    """To the very same bytes."""
    path = fresh.output(".json")
    whole = json.loads(path.read_bytes())
    path.write_text(json.dumps(DAMAGED["a NUL"](whole)), "utf-8")
    ran = ended(fresh.folder, "build")
    assert (ran.returncode, ran.stdout.split(",")[0]) == (0, "1 built")
    assert hashes(fresh.outputs) == hashes(built.outputs)


def test_an_agency_whose_manifest_is_damaged_keeps_its_page_for_the_next_build(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It is no page of an agency without reports."""
    assert gongkai("index").status == 0
    fresh.output(".json").write_text("", "utf-8")
    assert gongkai("list").lines == ["xixia-justice/2017: stale: its manifest cannot be read"]


@unix
def test_a_pipe_in_the_place_of_any_file_stops_nobody(fresh: Sandbox, built: Sandbox) -> None:
    """Neither those that are read nor those that are written; what can be made is made again."""
    names = [f"2017{it}" for it in (".html", ".review.html", ".ipynb", ".json", ".pdf")]
    places = [fresh.outputs / TARGET.slug / name for name in names]
    places += [fresh.outputs / name for name in (HASHES, CACHE_FILE, LOG)]
    for path in places:
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    for words in (["list"], ["index"], ["verify"], ["export", "--to", "pdf"], ["build"]):
        ended(fresh.folder, *words)
    assert ended(fresh.folder, "list").stdout == "xixia-justice/2017: fresh\n"
    for suffix in (".html", ".review.html", ".ipynb", ".json"):
        assert fresh.output(suffix).read_bytes() == built.output(suffix).read_bytes()


@unix
def test_a_build_that_cannot_write_the_index_says_so_and_names_the_file(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The reports are as they should be; the page of all of them is not, so the status is 1."""
    for name in (CACHE_FILE, "index.html"):
        (fresh.outputs / name).unlink(missing_ok=True)
        os.mkfifo(fresh.outputs / name)
        ran = gongkai("build")
        assert ran.status == 1
        assert f"cannot write to outputs/{name}: not a regular file" in ran.err.splitlines()
        (fresh.outputs / name).unlink()
    assert gongkai("build").status == 0
    assert gongkai("list").lines == ["xixia-justice/2017: fresh"]


FORGED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a slug that leads away": lambda it: it["manifests"].update(
        {"../evil/2017.json": it["manifests"].pop("xixia-justice/2017.json")}
    ),
    "an entry that leads away": lambda it: it["manifests"]["xixia-justice/2017.json"][
        1
    ].__setitem__(0, "../evil"),
    "a page that leads away": lambda it: it["pages"].update({"../evil/index.html": [1, 2, 3]}),
    "a stamp that is a text": lambda it: it["pages"].update({"index.html": "now"}),
    "half a character": lambda it: it["manifests"]["xixia-justice/2017.json"][1].__setitem__(
        2, "\ud800"
    ),
    "a list of manifests": lambda it: it.update(manifests=[]),
    "counts that are texts": lambda it: it["manifests"]["xixia-justice/2017.json"][1].__setitem__(
        5, ["1", "2", "3"]
    ),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_the_index_writes_nothing_outside_and_nothing_that_was_forged(
    fresh: Sandbox, gongkai: Callable[..., Ran], forgery: str
) -> None:
    """Its memory is a memory only: what does not fit is read anew."""
    assert gongkai("index").status == 0
    page = (fresh.outputs / "index.html").read_bytes()
    evil = fresh.folder / "evil"
    evil.mkdir()
    (evil / "index.html").write_text("mine", "utf-8")
    memory = json.loads((fresh.outputs / CACHE_FILE).read_bytes())
    FORGED[forgery](memory)
    (fresh.outputs / CACHE_FILE).write_text(json.dumps(memory), "utf-8")
    (fresh.outputs / "index.html").unlink()
    assert gongkai("index").status == 0
    assert (fresh.outputs / "index.html").read_bytes() == page
    assert (evil / "index.html").read_text("utf-8") == "mine"


def test_half_a_line_in_the_log_swallows_no_record(tmp_path: Path) -> None:
    """The next record stands on a line of its own."""
    log = tmp_path / LOG
    log.write_text('{"report": "a/2017"}\n{"rep')
    disk.append_line(log, b'{"report": "b/2017"}')
    disk.append_line(log, b'{"report": "c/2017"}')
    assert log.read_text().splitlines()[2:] == ['{"report": "b/2017"}', '{"report": "c/2017"}']


def test_a_log_that_leads_outside_is_not_written(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The reports are built all the same, and the other file stays as it was."""
    other = fresh.folder / "other.txt"
    other.write_text("mine", "utf-8")
    (fresh.outputs / LOG).unlink(missing_ok=True)
    (fresh.outputs / LOG).symlink_to(other)
    assert gongkai("build", "--force").status == 0
    assert other.read_text("utf-8") == "mine"


def test_verify_looks_at_everything_that_could_be_taken_for_published(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The index, agencies' pages, pages of no parameters, PDFs, and what others put there."""
    assert gongkai("index").status == 0
    assert gongkai("verify").status == 0
    for page in (fresh.outputs / "index.html", fresh.outputs / TARGET.slug / "index.html"):
        page.write_text(page.read_text("utf-8").replace("西夏区司法局", "西夏区公安局"), "utf-8")
    memory = json.loads((fresh.outputs / CACHE_FILE).read_bytes())
    for page in memory["pages"]:
        memory["pages"][page] = stamp_of(fresh.outputs / page)
    (fresh.outputs / CACHE_FILE).write_text(json.dumps(memory), "utf-8")
    (fresh.outputs / "fake").mkdir()
    strays = [fresh.outputs / "fake" / "2017.html", fresh.outputs / TARGET.slug / "2018.html"]
    for path in strays:
        shutil.copy(fresh.output(".html"), path)
    (fresh.outputs / "notice.html").write_text("<p>", "utf-8")
    deeper = fresh.outputs / TARGET.slug / "old" / "2016.shtml"
    deeper.parent.mkdir()
    deeper.write_text("<p>", "utf-8")
    elsewhere = fresh.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "notice.html").write_text("<p>", "utf-8")
    (fresh.outputs / "linked").symlink_to(elsewhere, target_is_directory=True)
    ran = gongkai("verify")
    assert (ran.status, ran.out) == (1, "1 reproduced, 0 different; 4 other files with a problem\n")
    said = ran.err.splitlines()
    for line in (
        "outputs/index.html: does not match the manifests; gongkai index writes it again",
        "outputs/xixia-justice/index.html: does not match the manifests; gongkai index writes it "
        "again",
        "fake/2017: has no parameters, so it cannot be verified: outputs/fake/2017.html",
        "xixia-justice/2018: has no parameters, so it cannot be verified: "
        "outputs/xixia-justice/2018.html",
        "outputs/notice.html: not verified, because it was not made by gongkai",
        "outputs/xixia-justice/old/2016.shtml: not verified, because it was not made by gongkai",
        "outputs/linked/notice.html: not verified, because it was not made by gongkai",
    ):
        assert line in said
    assert [line.split(":")[0] for line in gongkai("list").lines] == [
        "xixia-justice/2017",
        "fake/2017",
        "xixia-justice/2018",
    ]
    assert "2 reports in the outputs have no parameters (fake/2017, xixia-justice/2018)" in (
        gongkai("build").err
    )
    assert gongkai("build", "--prune", "fake", "xixia-justice/2018").status == 0
    assert not any(path.exists() for path in strays)


def test_the_index_is_written_anew_whatever_its_memory_says(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Forged pages with forged stamps, forged words of a manifest: verify's advice mends them."""
    assert gongkai("index").status == 0
    pages = [fresh.outputs / "index.html", fresh.outputs / TARGET.slug / "index.html"]
    whole = [page.read_bytes() for page in pages]
    memory = json.loads((fresh.outputs / CACHE_FILE).read_bytes())
    memory["manifests"]["xixia-justice/2017.json"][1][2] = "西夏区公安局"
    for page in pages:
        page.write_text(page.read_text("utf-8").replace("西夏区司法局", "西夏区公安局"), "utf-8")
        memory["pages"][page.relative_to(fresh.outputs).as_posix()] = stamp_of(page)
    (fresh.outputs / CACHE_FILE).write_text(json.dumps(memory), "utf-8")
    assert gongkai("verify").err.count("gongkai index writes it again") == 2
    assert gongkai("index").lines == ["written: outputs/index.html (1 report; pages written: 2)"]
    assert [page.read_bytes() for page in pages] == whole
    assert gongkai("verify").status == 0


def test_the_page_of_an_agency_without_a_report_is_seen_and_removed(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """By what it says of itself; a page that the kit did not make is only named."""
    assert gongkai("index").status == 0
    ghost, theirs = (fresh.outputs / name / "index.html" for name in ("ghost", "theirs"))
    page = (fresh.outputs / TARGET.slug / "index.html").read_text("utf-8")
    for words in (("index",), ("build", "--prune")):
        for path, text in ((ghost, page), (theirs, "<p>theirs</p>")):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        assert gongkai("list").lines[1].startswith("outputs/ghost/index.html: orphan: ")
        ran = gongkai("verify")
        assert ran.status == 1
        assert "outputs/ghost/index.html: is the page of an agency that has no reports" in ran.err
        assert (
            "outputs/theirs/index.html: not verified, because it was not made by gongkai" in ran.err
        )
        assert gongkai("build").status == 0
        assert gongkai(*words).status == 0
        assert (ghost.exists(), theirs.exists()) == (False, True), words


def test_a_forged_memory_removes_nothing_of_others(
    fresh: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It may name any page below the outputs as one that was written before."""
    assert gongkai("index").status == 0
    theirs = fresh.outputs / "theirs" / "index.html"
    theirs.parent.mkdir()
    theirs.write_text("<p>theirs</p>", "utf-8")
    memory = json.loads((fresh.outputs / CACHE_FILE).read_bytes())
    memory["pages"]["theirs/index.html"] = [1, 2, 3]
    (fresh.outputs / CACHE_FILE).write_text(json.dumps(memory), "utf-8")
    assert gongkai("build").status == 0
    assert theirs.exists()
