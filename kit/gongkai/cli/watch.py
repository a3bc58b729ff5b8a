"""`gongkai watch`: show a report in the browser, and update it when its inputs change."""

from __future__ import annotations

import asyncio
import html
import os
import signal
import sys
import webbrowser
from functools import partial
from pathlib import Path
from threading import Thread

import click

from gongkai.cli.options import MISUSED, as_misuse, chosen_target, end, folder_options
from gongkai.cli.printing import echo
from gongkai.errors import Problem, reason_of
from gongkai.manifest import read_manifest
from gongkai.messages import language, say
from gongkai.pipeline.stale import paths_read_by_cells
from gongkai.project import PUBLIC, REVIEW, Project, Target, rules_folder
from gongkai.report.provenance import PACKAGE
from gongkai.show import watch as work
from gongkai.text.agency_names import notebook_in

# The command runs in a separate process, so that it sees changed code, templates and forms.
COMMAND = (sys.executable, "-P", "-m", "gongkai", "build")
PATIENCE = 5  # seconds for a build to clean up when it is stopped


@click.command()
@click.argument("target")
@click.option("--no-open", is_flag=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0)
@folder_options
def watch(project: Project, target: str, no_open: bool, port: int) -> None:
    """Show a report, and follow its inputs."""
    report = chosen_target(project, target)

    def started(address: str) -> None:
        echo(say("watch-started", target=str(report), address=address), err=True)
        if not no_open:
            # In a thread of its own: a browser in the terminal would be waited for.
            Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    def crowded() -> None:
        echo(say("watch-crowded"), err=True)

    calls = work.Calls(partial(_rebuild, project, report), started, crowded)
    public, review = (f"/{report}{suffix}" for suffix in (PUBLIC, REVIEW))
    files = {public: project.output(report, PUBLIC), review: project.output(report, REVIEW)}
    pages = work.Pages(files, _no_page(report, review))
    try:
        inputs = partial(_inputs, project, report)
        with as_misuse():
            asyncio.run(work.watch(pages, public, port, inputs, calls))
    except KeyboardInterrupt:
        echo(say("watch-ended"), err=True)
    except OSError as error:
        end(Problem("watch-failed", reason=reason_of(error)), MISUSED)


def _inputs(project: Project, target: Target) -> list[Path]:
    """Return the paths that a report depends on: parameters, rules, forms, template and the kit."""
    rules = rules_folder(project.params)
    own = [folder for folder in (project.forms, rules) if folder]
    agency = project.params / target.slug
    with_notebook = project.for_agency(notebook_in(agency / "agency.yaml"))
    manifest = read_manifest(project.outputs, target)
    read = paths_read_by_cells(project, manifest.execute if manifest else ())
    return [agency, PACKAGE, *own, with_notebook.notebook, *read]


async def _rebuild(project: Project, target: Target) -> None:
    """Build a report with `gongkai build`, which prints any problems.

    If the watch ends during the build, the build is stopped as by Ctrl-C.
    """
    folders = {name: path for name, path in vars(project).items() if path is not None}
    options = [word for name, path in folders.items() for word in (f"--{name}", str(path))]
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *options, str(target), stdout=asyncio.subprocess.DEVNULL, start_new_session=True
    )
    try:
        await process.wait()
    finally:
        if process.returncode is None:
            await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if os.name == "nt":
        process.terminate()
    else:
        process.send_signal(signal.SIGINT)
    try:
        await asyncio.wait_for(process.wait(), PATIENCE)
    except TimeoutError:
        process.kill()


def _no_page(target: Target, review: str) -> str:
    """Return the page that is shown while there is no public page."""
    sentence = html.escape(say("watch-no-page", target=str(target)))
    link = f'<a href="{review}">{html.escape(say("watch-review"))}</a>'
    tongue = "zh-CN" if language() == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{tongue}">\n<meta charset="utf-8">\n'
        f"<title>{target}</title>\n<p>{sentence}</p>\n<p>{link}</p>\n"
    )
