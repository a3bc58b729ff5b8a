"""A report in JupyterLab: the whole way, from the command to the pictures in the browser."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from commands import How, start_command
from conftest import Ran, Sandbox, needs_chromium
from gongkai.errors import KitError
from gongkai.show.lab import serve, write_copy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 90


class Server:
    """A running `gongkai lab`."""

    def __init__(self, project: Sandbox, **variables: str) -> None:
        settings = project.folder / "settings"
        environment = {
            "GONGKAI_LANG": "en",
            "GONGKAI_FORMS": "",
            "JUPYTER_CONFIG_DIR": str(settings),
            "JUPYTERLAB_SETTINGS_DIR": str(settings / "lab"),
            "JUPYTERLAB_WORKSPACES_DIR": str(settings / "workspaces"),
            **variables,
        }
        words = ("gongkai", "lab", "xixia-justice", "2017", "--no-open")
        self.process = start_command(project.folder, *words, how=How(environment=environment))
        self.address = self._until(r"http://127\.0\.0\.1:\d+/lab/tree/\S+token=\w+")
        self._until_it_answers()

    def _until_it_answers(self) -> None:
        """Wait for the socket: the address is printed before anything listens there."""
        host, _, port = self.address.removeprefix("http://").partition("/")[0].partition(":")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            with suppress(OSError), socket.create_connection((host, int(port))):
                return
            time.sleep(0.1)
        raise AssertionError(self.said)

    def _until(self, pattern: str) -> str:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            found = re.search(pattern, self.said)
            if found:
                return found[0]
            time.sleep(0.1)
        raise AssertionError(self.said)

    def end(self) -> None:
        """Kill it, if it is still running."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.communicate(PATIENCE)

    @property
    def said(self) -> str:
        """What stands on the terminal."""
        return self.process.stderr.read_text("utf-8")


@pytest.fixture
def server(project: Sandbox) -> Iterator[Server]:
    """JupyterLab with the example, without a browser of its own."""
    running = Server(project)
    yield running
    running.end()


@pytest.mark.parametrize("variables", [{}, {"JUPYTER_TOKEN": "easy"}])
def test_jupyterlab_asks_for_a_token_whatever_the_user_s_settings_say(
    project: Sandbox, variables: dict[str, str]
) -> None:
    """It is a new one each time, and the address is printed with it."""
    settings = project.folder / "settings" / "jupyter_server_config.py"
    settings.parent.mkdir()
    settings.write_text(
        'c.IdentityProvider.token = c.PasswordIdentityProvider.token = ""\n', "utf-8"
    )
    server = Server(project, **variables)
    try:
        contents, _, token = server.address.replace("/lab/tree/", "/api/contents/").partition("?")
        for asked in ("", "?token=", "?token=easy"):
            with pytest.raises(HTTPError, match="403"):
                urlopen(contents + asked)  # noqa: S310 - the loopback interface
        with urlopen(f"{contents}?{token}") as answer:  # noqa: S310 - the loopback interface
            assert json.load(answer)["name"] == "xixia-justice-2017.ipynb"
    finally:
        server.end()


def choose_theme(page: Page, theme: str) -> None:
    """Choose a theme as a reader does: from the settings menu."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Theme$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^JupyterLab {theme}$")).click()
    light = str(theme == "Light").lower()
    page.wait_for_selector(
        f'body[data-jp-theme-light="{light}"]', state="attached", timeout=PATIENCE * 1000
    )


# The contrast of every text of the report with what lies behind it in JupyterLab.
CONTRASTS = """() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const channel = value => { value /= 255; return value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4 };
  const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
  const over = (ink, ground) => { const a = ink[3] ?? 1; return ink.slice(0, 3).map((v, i) => v * a + ground[i] * (1 - a)) };
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if ((colour[3] ?? 1) > 0) return colour[3] === undefined || colour[3] === 1 ? colour.slice(0, 3) : over(colour, ground(at.parentElement));
    }
    return [255, 255, 255];
  };
  const seen = [...document.querySelectorAll('.gongkai')].flatMap(part => [...part.querySelectorAll('h1, h2, h3, p, td, th, a, dt, dd, caption, figcaption, summary, strong, svg text')]);
  return seen.filter(element => element.textContent.trim()).map(element => {
    const style = getComputedStyle(element), behind = ground(element);
    const ink = light(over(numbers(element.tagName === 'text' ? style.fill : style.color), behind));
    const paper = light(behind);
    return [(Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05), element.textContent.trim().slice(0, 20)];
  }).sort((a, b) => a[0] - b[0]);
}"""


@needs_chromium
def test_a_report_runs_in_jupyterlab_from_top_to_bottom(
    server: Server, own_browser: Browser, project: Sandbox
) -> None:
    """No error, tables and charts are there, legible in both themes; the template is as it was."""
    template = project.folder / "notebooks" / "annual_report.ipynb"
    before = template.read_bytes()
    assert server.said.startswith(
        "opening outputs/lab/xixia-justice-2017.ipynb in JupyterLab; Ctrl-C stops it\n"
    )
    page = own_browser.new_page(viewport={"width": 1400, "height": 9500}, locale="en-US")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.address)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=PATIENCE * 1000)
    page.get_by_text(re.compile(r"\| Idle$")).wait_for(timeout=60000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    sources = json.loads(template.read_text("utf-8"))["cells"]
    count = sum(cell["cell_type"] == "code" for cell in sources)
    page.wait_for_function(_saved_outputs, arg=None, timeout=PATIENCE * 1000)
    seen = page.evaluate("document.querySelectorAll('.jp-CodeCell').length")
    assert 0 < seen <= count
    _look(page)
    assert all(
        url.startswith(("http://127.0.0.1:", "data:", "blob:", "ws://127.0.0.1:")) for url in asked
    )
    assert page.get_by_text("official Jupyter news").count() == 0
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1500)
    copy = json.loads((project.outputs / "lab" / "xixia-justice-2017.ipynb").read_text("utf-8"))
    shown = [output for cell in copy["cells"] for output in cell.get("outputs", [])]
    assert [output for output in shown if output["output_type"] == "error"] == []
    assert all(cell["execution_count"] for cell in copy["cells"] if cell["cell_type"] == "code")
    text = "".join(
        "".join(output["data"].get("text/html", "")) for output in shown if "data" in output
    )
    assert text.count('<div class="chart"') == 2
    assert 'id="c-1.1"' in text
    page.close()
    os.kill(server.process.pid, signal.SIGINT)
    _, said = server.process.communicate(PATIENCE)
    assert server.process.returncode == 0
    assert "Traceback" not in said
    assert template.read_bytes() == before


_saved_outputs = """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
  .every(prompt => !prompt.textContent.includes('*')) && document.querySelector('.gongkai .signature')"""


def _look(page: Page) -> None:
    """Read the whole notebook in both themes, under a system of either scheme."""
    for theme in ("Light", "Dark"):
        choose_theme(page, theme)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            worst = page.evaluate(CONTRASTS)
            assert len(worst) > 20
            assert worst[0][0] >= 4.5, (theme, scheme, worst[:3])


def test_a_copy_has_the_parameters_in_the_template_s_own_cell(project: Sandbox) -> None:
    """Comments stay, nothing is injected, and the template is not touched."""
    template = project.folder / "notebooks" / "annual_report.ipynb"
    before = template.read_bytes()
    copy = project.outputs / "lab" / "x.ipynb"
    assert write_copy(template, {"agency": "a-b", "year": 2025, "params": "参数"}, copy) is None
    cells = json.loads(copy.read_text("utf-8"))["cells"]
    assert "".join(cells[1]["source"]) == (
        'agency: str = "a-b"  # params/ 下机关文件夹的名称\n'
        "year: int = 2025  # 报告年份\n"
        'params: str = "参数"  # 参数文件夹，从当前文件夹起逐级向上查找'
    )
    assert len(cells) == len(json.loads(before)["cells"])
    assert template.read_bytes() == before


def test_a_copy_runs_in_the_kit_s_own_kernel(project: Sandbox) -> None:
    """An editor saved the name of a kernel that only it knows; the copy is opened all the same."""
    content = json.loads((project.folder / "notebooks" / "annual_report.ipynb").read_text("utf-8"))
    content["metadata"]["kernelspec"] = {"name": "myvenv", "display_name": "My environment"}
    Path("t.ipynb").write_text(json.dumps(content), "utf-8")
    write_copy(Path("t.ipynb"), {"agency": "xixia-justice", "year": 2017}, Path("copy.ipynb"))
    assert json.loads(Path("copy.ipynb").read_text("utf-8"))["metadata"]["kernelspec"] == {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }


def test_a_copy_that_was_changed_by_hand_is_kept(project: Sandbox) -> None:
    """What was only run is written anew; a cell of one's own is set aside."""
    template = project.folder / "notebooks" / "annual_report.ipynb"
    copy = project.outputs / "lab" / "x.ipynb"
    values: dict[str, str | int] = {"agency": "xixia-justice", "year": 2017}
    write_copy(template, values, copy)
    content = json.loads(copy.read_text("utf-8"))
    content["cells"][3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["ran"]}]
    copy.write_text(json.dumps(content), "utf-8")
    assert write_copy(template, values, copy) is None
    content["cells"][3]["source"] = ["1 + 1"]
    copy.write_text(json.dumps(content), "utf-8")
    kept = write_copy(template, values, copy)
    assert kept == copy.with_name("x.earlier.ipynb")
    assert json.loads(kept.read_text("utf-8"))["cells"][3]["source"] == ["1 + 1"]
    content = json.loads(copy.read_text("utf-8"))
    content["cells"][3]["metadata"]["tags"] = ["public"]  # decides what the page shows
    copy.write_text(json.dumps(content), "utf-8")
    assert write_copy(template, values, copy) == copy.with_name("x.earlier-2.ipynb")


def test_the_command_names_the_file_where_a_changed_copy_is_kept(
    project: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before JupyterLab opens; nothing is said of a copy that is as it was written."""
    monkeypatch.setattr("gongkai.show.lab.serve", lambda *_, **__: None)
    kept = "the last copy was changed by hand; it is kept as outputs/lab/xixia-justice-2017.earlier.ipynb\n"
    opening = "opening outputs/lab/xixia-justice-2017.ipynb in JupyterLab; Ctrl-C stops it\n"
    ended = "stopped; notebooks/annual_report.ipynb is unchanged\n"
    for _ in range(2):
        assert gongkai("lab", "xixia-justice", "2017").err == opening + ended
    copy = project.outputs / "lab" / "xixia-justice-2017.ipynb"
    content = json.loads(copy.read_text("utf-8"))
    content["cells"][3]["source"] = ["1 + 1"]
    copy.write_text(json.dumps(content), "utf-8")
    assert gongkai("lab", "xixia-justice", "2017").err == kept + opening + ended


def test_jupyterlab_and_its_kernels_are_open_to_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loopback interface; kernels on sockets that are files, not on ports of the machine."""
    from jupyterlab.labapp import LabApp

    given: list[str] = []

    def initialize_server(argv: list[str]) -> SimpleNamespace:
        given.extend(argv)
        return SimpleNamespace(local_url="http://127.0.0.1:8888/lab?token=...", start=lambda: None)

    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    monkeypatch.setattr(LabApp, "initialize_server", initialize_server)
    serve(tmp_path / "x.ipynb", tmp_path, lambda _: None, open_browser=False)
    assert {"--ServerApp.ip=127.0.0.1", "--KernelManager.transport=ipc"} <= set(given)


def test_a_copy_that_is_no_notebook_any_more_is_kept(project: Sandbox) -> None:
    """Half of it may be all that is left of somebody's work."""
    template = project.folder / "notebooks" / "annual_report.ipynb"
    copy = project.outputs / "lab" / "x.ipynb"
    values: dict[str, str | int] = {"agency": "xixia-justice", "year": 2017}
    write_copy(template, values, copy)
    half = copy.read_text("utf-8")[:-100]
    copy.write_text(half, "utf-8")
    kept = write_copy(template, values, copy)
    assert kept == copy.with_name("x.earlier.ipynb")
    assert kept.read_text("utf-8") == half
    assert json.loads(copy.read_text("utf-8"))["cells"]


CELL: dict[str, object] = {"cell_type": "code", "execution_count": None, "id": "x", "metadata": {"tags": ["parameters"]}, "outputs": [], "source": "year = 1"}  # fmt: skip


def notebook_of(cell: object) -> str:
    """Return a notebook of one cell, as an editor or a slip of the hand may leave it."""
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "t.ipynb: the notebook cannot be read: Notebook does not appear to be JSON: '{'"),
        (notebook_of(1), "t.ipynb: the notebook cannot be read: not valid nbformat"),
        (notebook_of({**CELL, "metadata": []}), "t.ipynb: the notebook cannot be read: not valid nbformat"),
        (notebook_of({**CELL, "source": 5}), "t.ipynb: the notebook cannot be read: 5 is not valid under any of the given schemas"),
        (notebook_of({name: CELL[name] for name in CELL.keys() - {"source"}}), "t.ipynb: the notebook cannot be read: 'source' is a required property"),
        (notebook_of({**CELL, "source": "x = '\ud83d'"}), "t.ipynb: the notebook contains a lone surrogate (an escape such as \\ud83d alone), which no page could hold"),
        ('{"cells": []}', "t.ipynb: the cell tagged parameters has no line year = …"),
    ],
)  # fmt: skip
def test_a_template_that_does_not_fit_is_a_sentence(
    project: Sandbox, text: str, sentence: str
) -> None:
    """File, what is wrong, what was expected."""
    Path("t.ipynb").write_text(text, "utf-8")
    with pytest.raises(KitError) as refused:
        write_copy(Path("t.ipynb"), {"year": 2017}, Path("copy.ipynb"))
    assert str(refused.value) == sentence
    assert not Path("copy.ipynb").exists()


def test_a_report_that_is_not_there_is_not_opened(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Exit 2, and the nearest name."""
    ran = gongkai("lab", "xixia-justise", "2017")
    assert (ran.status, ran.err) == (
        2,
        "there is no report xixia-justise/2017; did you mean xixia-justice/2017?\n",
    )
    assert gongkai("lab", "xixia-justice", "last").status == 2
    assert not project.outputs.exists()


def test_nothing_that_was_set_aside_is_written_over(project: Sandbox) -> None:
    """Work of two days is two files."""
    template = project.folder / "notebooks" / "annual_report.ipynb"
    copy = project.outputs / "lab" / "x.ipynb"
    values: dict[str, str | int] = {"agency": "xixia-justice", "year": 2017}
    kept = []
    for day in (1, 2, 3):
        write_copy(template, values, copy)
        content = json.loads(copy.read_text("utf-8"))
        content["cells"][3]["source"] = [f"{day} + 1"]
        copy.write_text(json.dumps(content), "utf-8")
        kept.append(write_copy(template, values, copy))
    names = ["x.earlier.ipynb", "x.earlier-2.ipynb", "x.earlier-3.ipynb"]
    assert [path and path.name for path in kept] == names
    for day, name in enumerate(names, 1):
        text = copy.with_name(name).read_text("utf-8")
        assert json.loads(text)["cells"][3]["source"] == [f"{day} + 1"]


def test_both_copies_can_be_saved_from_jupyterlab_s_menu(
    project: Sandbox, server: Server, built: Sandbox
) -> None:
    """“Save and Export Notebook As” asks the server for them by the exporters' names."""
    (project.folder / "x.ipynb").write_bytes(built.output(".ipynb").read_bytes())
    address, token = server.address.partition("/lab/")[0], server.address.partition("token=")[2]
    for exporter, suffix in (("gongkai", ".html"), ("gongkai_review", ".review.html")):
        request = Request(f"{address}/nbconvert/{exporter}/x.ipynb?download=true")  # noqa: S310
        request.add_header("Authorization", f"token {token}")
        with urlopen(request) as answer:  # noqa: S310 - the loopback interface
            assert answer.read() == built.output(suffix).read_bytes()
    request = Request(f"{address}/api/nbconvert")  # noqa: S310
    request.add_header("Authorization", f"token {token}")
    with urlopen(request) as answer:  # noqa: S310 - the loopback interface
        assert {name for name in json.load(answer) if "gongkai" in name} == {
            "gongkai",
            "gongkai_docx",
            "gongkai_review",
        }


def test_without_jupyterlab_the_command_names_what_to_install(
    project: Sandbox, gongkai: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra; no copy is written that nobody could open."""
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    ran = gongkai("lab", "xixia-justice", "2017")
    assert (ran.status, ran.out) == (2, "")
    assert (
        ran.err == 'JupyterLab is not installed; install it with: pip install "jupyterlab>=4.4"\n'
    )
    assert not project.outputs.exists()
