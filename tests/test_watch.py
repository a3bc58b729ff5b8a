"""A report that follows what is typed, as somebody sees it who has it open in a browser."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from watchfiles._rust_notify import WatchfilesRustInternalError

from commands import How, start_command
from conftest import NOTEBOOK, Ran, Sandbox, needs_chromium
from gongkai.show.watch import Pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 60


class Watching:
    """A running `gongkai watch`, and what it has said so far."""

    def __init__(self, project: Sandbox, browser: str = "") -> None:
        self.project = project
        how = How(environment={"GONGKAI_LANG": "en", "GONGKAI_FORMS": "", "BROWSER": browser})
        words = ("gongkai", "watch", "xixia-justice/2017", *(() if browser else ("--no-open",)))
        self.process = start_command(project.folder, *words, how=how)
        self.until("Ctrl-C stops it")
        found = re.search(r"http://\S+", self.said)
        assert found is not None
        self.address = found[0]

    @property
    def said(self) -> str:
        """What stands on the terminal."""
        return self.process.stderr.read_text("utf-8")

    def until(self, text: str, after: str = "") -> None:
        """Wait until something is said, or said after something else."""
        end = time.monotonic() + PATIENCE
        while text not in self.said[self.said.find(after) :]:
            assert time.monotonic() < end, f"{text!r} was never said: {self.said}"
            assert self.process.poll() is None, self.said
            time.sleep(0.05)

    def end(self) -> tuple[int | None, str]:
        """End it as Ctrl-C does, and return its exit status, and all that it has said."""
        os.kill(self.process.pid, signal.SIGINT)
        _, said = self.process.communicate(PATIENCE)
        return self.process.returncode, said


@pytest.fixture
def watching(fresh: Sandbox) -> Iterator[Watching]:
    """The example, built and served."""
    running = Watching(fresh)
    yield running
    if running.process.poll() is None:
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.communicate(PATIENCE)


def shows(page: Page, code: str, value: str) -> None:
    """Wait until the open page shows a value; nobody reloads it."""
    page.wait_for_function(
        "([id, value]) => document.getElementById(id)?.lastElementChild.innerText === value",
        arg=[f"c-{code}", value],
        timeout=PATIENCE * 1000,
    )


@needs_chromium
def test_the_open_page_follows_what_is_saved(watching: Watching, own_browser: Browser) -> None:
    """A new value is there without a reload by hand; what is broken is said, and the page stays."""
    project = watching.project
    page = own_browser.new_page()
    page.goto(watching.address)
    shows(page, "6", "0")

    project.set_value("6", "3")
    shows(page, "6", "3")

    built = watching.said.count("built outputs")
    project.set_value("6", "three")
    watching.until("“three” is not a number")
    assert "  params/xixia-justice/2017.csv:" in watching.said
    assert watching.said.count("built outputs") == built
    shows(page, "6", "3")

    project.set_value("6", "4")
    shows(page, "6", "4")
    status, said = watching.end()
    assert status == 0
    assert said.endswith("stopped; the report is as it was last built\n")


@needs_chromium
def test_an_error_leaves_the_last_good_page_open_and_is_said(
    watching: Watching, own_browser: Browser
) -> None:
    """The public page is withdrawn from the folder; whoever has it open sees the last good one."""
    project = watching.project
    page = own_browser.new_page()
    page.goto(watching.address)
    shows(page, "3.1", "0")
    project.set_value("3.1", "7")
    watching.until("no public page, 1 error")
    watching.until("  params/xixia-justice/2017.csv:")
    assert "3.1 = 7, but 3.1.1 + 3.1.2 + 3.1.3 + 3.1.4 = 0; they must be equal" in watching.said
    assert not project.output(".html").exists()
    page.reload()
    shows(page, "3.1", "0")
    page.goto(watching.address.replace(".html", ".review.html"))
    page.wait_for_function("document.body.innerText.includes('3.1＝7')", timeout=PATIENCE * 1000)
    project.set_value("3.1.4", "7")
    page.wait_for_function("!document.body.innerText.includes('3.1＝7')", timeout=PATIENCE * 1000)


@needs_chromium
def test_the_template_counts_too(watching: Watching, own_browser: Browser) -> None:
    """And so do YAML files; the page is what `gongkai build` makes of them."""
    page = own_browser.new_page()
    page.goto(watching.address)
    template = watching.project.folder / "notebooks" / NOTEBOOK.name
    text = template.read_text("utf-8")
    aside = template.with_suffix(".new")
    aside.write_text(text.replace('"page.contents()"', '"None"'), "utf-8")
    aside.replace(template)  # as editors save
    page.wait_for_function("!document.querySelector('.contents')", timeout=PATIENCE * 1000)
    watching.project.edit("agency.yaml", "756000", "756123")
    page.wait_for_function("document.body.innerText.includes('756123')", timeout=PATIENCE * 1000)
    assert "EventSource" not in watching.project.output(".html").read_text("utf-8")


@pytest.mark.parametrize("begins", ["before", "later"])
def test_a_rule_of_the_city_counts_too(fresh: Sandbox, begins: str) -> None:
    """What is wrong with it is said as soon as it is saved, also where there was no rule yet."""
    rules = fresh.folder / "rules"
    if begins == "before":
        rules.mkdir()
    watching = Watching(fresh)
    try:
        rules.mkdir(exist_ok=True)
        (rules / "city.yaml").write_text("source: 某市\nrules:\n  - {id: nothing}\n", "utf-8")
        watching.until("rules/city.yaml:3")
    finally:
        watching.end()


@pytest.mark.parametrize("back", [shutil.copytree, shutil.move])
def test_a_report_that_was_away_is_followed_again(
    watching: Watching, back: Callable[[Path, Path], object]
) -> None:
    """As its folder is while another branch is checked out, or while it is moved."""
    project = watching.project
    aside = project.folder / "aside"
    shutil.move(project.example, aside)
    watching.until("there are no reports in params")
    back(aside, project.example)
    watching.until("up to date", after="there are no reports in params")
    project.set_value("6", "many")
    watching.until("“many” is not a number")


def test_it_serves_this_machine_alone_and_nothing_but_the_report(watching: Watching) -> None:
    """The loopback interface, by its own name; no other file of the project."""
    assert watching.address.startswith("http://127.0.0.1:")
    start = watching.address.split("/xixia")[0]
    with urlopen(start) as answer:  # noqa: S310
        assert answer.url == watching.address
        assert answer.headers["Cache-Control"] == "no-store"
    for path in (
        "/params/xixia-justice/2017.yaml",
        "/xixia-justice/2018.html",
        "/../pyproject.html",
    ):
        with pytest.raises(HTTPError, match="404"):
            urlopen(start + path)  # noqa: S310
    with pytest.raises(HTTPError, match="404"):
        urlopen(Request(watching.address, headers={"Host": "report.example"}))  # noqa: S310
    listening = Path(f"/proc/{watching.process.pid}/net/tcp")
    if listening.exists():
        port = f"{int(start.rpartition(':')[2]):04X}"
        rows = (row.split() for row in listening.read_text("utf-8").splitlines()[1:])
        assert {row[1] for row in rows if row[1].endswith(f":{port}")} == {f"0100007F:{port}"}
    assert watching.end()[0] == 0


def test_a_page_that_never_was_is_a_sentence_until_it_is_there(tmp_path: Path) -> None:
    """No blank window, and no error of the browser's."""
    import asyncio

    file = tmp_path / "2017.html"

    async def seen() -> tuple[bytes, bytes, bytes]:
        pages = Pages({"/a/2017.html": file}, "not yet")
        first = pages["/a/2017.html"]
        file.write_text("here", "utf-8")
        mark = pages.mark("/a/2017.html")
        waiting = asyncio.ensure_future(pages.other_than("/a/2017.html", mark))
        await asyncio.sleep(0)
        await pages.refresh()
        await waiting
        second = pages["/a/2017.html"]
        file.unlink()
        await pages.refresh()
        return first, second, pages["/a/2017.html"]

    assert asyncio.run(seen()) == (b"not yet", b"here", b"here")


def test_one_report_at_a_time(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """A target that names several, or none, is a misuse."""
    shutil.copytree(project.example, project.params / "other")
    ran = gongkai("watch", "2017")
    assert (ran.status, ran.err) == (
        2,
        "only one report can be watched at a time; these were named: other/2017, xixia-justice/2017\n",
    )
    ran = gongkai("watch", "xixia-justice/2018")
    assert (ran.status, ran.err) == (
        2,
        "there is no report xixia-justice/2018; did you mean xixia-justice/2017?\n",
    )


def test_a_port_that_is_taken_is_said(project: Sandbox, gongkai: Callable[..., Ran]) -> None:
    """In a sentence."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = gongkai("watch", "xixia-justice/2017", "--port", port, "--no-open")
    assert ran.status == 2
    assert ran.err.startswith("cannot watch: ")
    assert "Address already in use" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    "error",
    [
        WatchfilesRustInternalError("Error creating recommended watcher: Too many open files"),
        OSError("OS file watch limit reached."),
    ],
)
def test_a_limit_on_watching_is_a_sentence(
    project: Sandbox,
    gongkai: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    """With its reason, and with a way to watch all the same."""

    async def refused(*_: object, **__: object) -> AsyncIterator[object]:
        raise error
        yield

    async def rebuilt(*_: object) -> None:
        pass

    monkeypatch.setattr("gongkai.show.watch.awatch", refused)
    monkeypatch.setattr("gongkai.cli.watch._rebuild", rebuilt)
    ran = gongkai("watch", "xixia-justice/2017", "--no-open")
    assert ran.status == 2
    assert ran.err.splitlines()[-1] == (
        f"cannot watch: {error}; with WATCHFILES_FORCE_POLLING=1 in the environment, "
        "the files are polled instead"
    )


def status_once_there_is_room(address: str) -> int:
    """Ask until the connections that were closed are closed on the other side, too."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(address, timeout=PATIENCE) as page:  # noqa: S310 - our own server
                return int(page.status)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process that runs")
def test_more_connections_than_there_is_room_for_are_said_once_and_closed(
    watching: Watching,
) -> None:
    """The page is rebuilt and served all the same."""
    import resource

    resource.prlimit(watching.process.pid, resource.RLIMIT_NOFILE, (64, 64))
    address = urlsplit(watching.address)
    assert address.hostname
    connections = [
        socket.create_connection((address.hostname, address.port or 80)) for _ in range(200)
    ]
    watching.until("too many connections")
    table = watching.project.example / "2017.csv"
    table.write_text(table.read_text("utf-8").replace("346", "six"), "utf-8")
    watching.until("“six” is not a number")
    for connection in connections:
        connection.close()
    assert status_once_there_is_room(watching.address) == 200
    assert watching.said.count("too many connections") == 1
    assert "Traceback" not in watching.said


def test_a_browser_in_the_terminal_is_not_waited_for(fresh: Sandbox) -> None:
    """As w3m on a server, which shows the page only if it is served meanwhile."""
    script = fresh.folder / "browser"
    script.write_text("#!/bin/sh\nexec sleep 60\n", "utf-8")
    script.chmod(0o755)
    running = Watching(fresh, browser=str(script))
    try:
        with urlopen(running.address, timeout=PATIENCE / 2) as page:  # noqa: S310 - our own
            assert page.status == 200
    finally:
        running.end()
