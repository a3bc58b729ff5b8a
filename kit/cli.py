"""The command `gongkai`: parse, call, print, exit.

The home of click and rich. Imports every rung but page; most of them only once a command
needs them, so that `gongkai --help` answers at once.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from kit.errors import LANGUAGES, KitError, Problem, say

if TYPE_CHECKING:
    from kit.build import Project, Result, Target
    from kit.findings import Finding

FAILED, MISUSED = 1, 2


# --- what the commands share ------------------------------------------------------


def _folder_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the common options, and hand it a Project instead of the folders."""

    @wraps(command)
    def with_project(params: Path, outputs: Path, notebook: Path, **rest: Any) -> Any:
        from kit.build import Project

        return command(Project(params, outputs, notebook), **rest)

    for name, default in reversed(
        (
            ("params", "params"),
            ("outputs", "outputs"),
            ("notebook", "notebooks/annual_report.ipynb"),
        )
    ):
        option = click.option(
            f"--{name}", type=click.Path(path_type=Path), default=default, show_default=True
        )
        with_project = option(with_project)
    forms = click.option(
        "--forms", type=click.Path(path_type=Path), callback=_use_forms, expose_value=False
    )
    language = click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False)
    return language(forms(with_project))


def _use_forms(_: click.Context, __: click.Parameter, folder: Path | None) -> None:
    """Let the forms of a folder be known too, here and in the notebook's kernel."""
    if folder is not None and not folder.is_dir():
        _end(KitError(Problem("forms-missing", details={"folder": folder.as_posix()})), MISUSED)
    if folder is not None:
        os.environ["GONGKAI_FORMS"] = str(folder.resolve())


_targets = click.argument("targets", metavar="[TARGET]...", nargs=-1)


def _chosen(project: Project, targets: Iterable[str]) -> list[Target]:
    """Return the reports that were asked for; ends the command where there are none."""
    from kit.build import choose_targets

    try:
        return choose_targets(project.params, targets)
    except KitError as error:
        _end(error, MISUSED)


def _end(error: KitError, status: int) -> NoReturn:
    """Print every problem, and end with an exit status."""
    for problem in error.problems:
        click.echo(problem, err=True)
    raise SystemExit(status)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gongkai-kit")
@click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False)
def cli() -> None:
    """Hold the commands together."""


# --- build ------------------------------------------------------------------------


@cli.command()
@_targets
@click.option("--force", is_flag=True)
@click.option("--strict", is_flag=True)
@click.option("--dry-run", is_flag=True)
@click.option("--timeout", type=click.IntRange(min=1), default=600, show_default=True)
@_folder_options
def build(
    project: Project,
    targets: tuple[str, ...],
    force: bool,
    strict: bool,
    dry_run: bool,
    timeout: int,
) -> None:
    """Build reports."""
    from kit import build as work
    from kit.reader import agency_names

    chosen = _chosen(project, targets)
    if dry_run:
        _print_states(project, chosen, strict=strict, force=force)
        return
    names = agency_names(project.params)
    results = []
    with _progress(len(chosen)) as advance:
        for target in chosen:
            if force or work.why_stale(project, target, names, strict=strict):
                result = work.build(project, target, strict=strict, timeout=timeout)
            else:
                result = work.as_built(project, target)
            results.append(result)
            advance(_described(project, result))
    _summarise(results)


def _described(project: Project, result: Result) -> str:
    """Return a report's line, and below it each problem that stopped it."""
    target = str(result.target)
    review = project.output(result.target, ".review.html").as_posix()
    public = project.output(result.target, ".html").as_posix()
    counted = {f"{name}s": result.severities.count(name) for name in ("error", "warning", "note")}
    line = say(f"build-{result.status}", target=target, files=public, review=review, **counted)
    lines = [line, *(f"  {problem}" for problem in result.problems)]
    if result.status == "failed" and project.output(result.target, ".json").exists():
        lines.append("  " + say("build-kept"))
    return "\n".join(lines)


def _summarise(results: list[Result]) -> None:
    statuses: list[str] = [result.status for result in results]
    counted = {name: statuses.count(name) for name in ("built", "fresh", "blocked", "failed")}
    click.echo(say("build-summary", **counted))
    if counted["blocked"] or counted["failed"]:
        raise SystemExit(FAILED)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str], None]]:
    """Show a bar on a terminal, and a plain line a report everywhere; all on standard error."""
    if not sys.stderr.isatty():
        yield lambda line: click.echo(line, err=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(say("build-running"), total=total)

        def advance(line: str) -> None:
            progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
            progress.advance(task)

        yield advance


# --- check ------------------------------------------------------------------------


@cli.command()
@_targets
@click.option("--format", "style", type=click.Choice(["text", "json", "github"]), default="text")
@_folder_options
def check(project: Project, targets: tuple[str, ...], style: str) -> None:
    """Check reports."""
    from kit.checks import check_in_context
    from kit.findings import SEVERITIES
    from kit.reader import agency_names, load_past, load_report

    names = agency_names(project.params) if project.params.is_dir() else {}
    tally = dict.fromkeys(SEVERITIES, 0)
    chosen = _chosen(project, targets)
    unreadable = 0
    for target in chosen:
        try:
            report = load_report(target.slug, target.year, project.params)
        except KitError as error:
            unreadable += 1
            tally["error"] += len(error.problems)
            for problem in error.problems:
                click.echo(_problem_line(problem, str(target), style))
            continue
        for finding in check_in_context(report, load_past(report), names):
            tally[finding.severity] += 1
            click.echo(_finding_line(finding, str(target), style))
    counted = {f"{severity}s": number for severity, number in tally.items()}
    click.echo(say("check-summary", reports=len(chosen), failed=unreadable, **counted), err=True)
    if unreadable or tally["error"]:
        raise SystemExit(FAILED)


def _finding_line(finding: Finding, target: str, style: str) -> str:
    row = {"report": target, **finding.row()}
    return _line(row, finding.text(), style)


def _problem_line(problem: Problem, target: str, style: str) -> str:
    row = {
        "report": target,
        "id": problem.id,
        "severity": "error",
        "file": problem.file,
        "line": problem.line,
        "codes": [],
        "part": "",
        "zh": problem.text("zh"),
        "en": problem.text("en"),
    }
    return _line(row, problem.text(), style)


def _line(row: dict[str, Any], text: str, style: str) -> str:
    """Return one finding as a line: for a person, for a program, or for GitHub."""
    if style == "json":
        return json.dumps(row, ensure_ascii=False)
    if style == "github":
        level = {"note": "notice"}.get(row["severity"], row["severity"])
        place = f"file={_property(row['file'])},line={row['line'] or 1}"
        return f"::{level} {place},title={_property(row['id'])}::{_data(text)}"
    place = f"{row['file']}:{row['line']}" if row["line"] else row["file"]
    severity = say(f"severity-{row['severity']}")
    return f"{place or row['report']}: {severity}: {text} [{row['id']}]"


def _data(text: str) -> str:
    """Escape a message as GitHub's workflow commands ask."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


# --- list and new -----------------------------------------------------------------


@cli.command(name="list")
@_targets
@_folder_options
def list_reports(project: Project, targets: tuple[str, ...]) -> None:
    """List reports."""
    _print_states(project, _chosen(project, targets), strict=None, force=False)


def _print_states(
    project: Project, targets: list[Target], *, strict: bool | None, force: bool
) -> None:
    from kit import build as work
    from kit.reader import agency_names

    names = agency_names(project.params)
    for target in targets:
        reasons = work.why_stale(project, target, names, strict=strict)
        if force and not reasons:
            reasons = [work.Reason("reason-force")]
        click.echo(f"{target}: {_state(reasons, blocked=work.is_blocked(project, target))}")


def _state(reasons: list[Any], *, blocked: bool) -> str:
    if not reasons:
        return say("list-blocked" if blocked else "list-fresh")
    said = [say(reason.id, name=reason.name) for reason in reasons]
    return said[0] if reasons[0].id == "list-never" else say("list-stale", reasons=said)


@cli.command()
@click.argument("agency")
@click.argument("year", type=int)
@click.option("--name", default="")
@click.option("--edition", default="")
@_folder_options
def new(project: Project, agency: str, year: int, name: str, edition: str) -> None:
    """Begin a report."""
    from kit.scaffold import new_report

    try:
        written = new_report(project.params, agency, year, name, edition)
    except KitError as error:
        _end(error, MISUSED)
    except OSError as error:
        details = {"folder": project.params.as_posix(), "reason": error.strerror or str(error)}
        _end(KitError(Problem("build-write", details=details)), FAILED)
    for path in written:
        click.echo(say("new-written", file=path.as_posix()))
    click.echo(say("new-next", target=f"{agency}/{year}"))


# --- running ----------------------------------------------------------------------


def main() -> None:
    """Run the command in the reader's language, and never end with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a sign still gets the rest
            stream.reconfigure(errors="backslashreplace")
    _choose_language(sys.argv[1:])
    _speak(cli)
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as end:
        raise SystemExit(end.exit_code) from None
    except click.UsageError as error:
        click.echo(_usage(error), err=True)
        click.echo(say("usage-hint"), err=True)
        raise SystemExit(MISUSED) from None
    except click.ClickException as error:
        click.echo(error.format_message(), err=True)
        raise SystemExit(MISUSED) from None
    except KitError as error:
        _end(error, FAILED)
    except (click.Abort, KeyboardInterrupt):
        click.echo(say("interrupted"), err=True)
        raise SystemExit(FAILED) from None


def _choose_language(words: list[str]) -> None:
    """Take --lang before anything is printed, and hand it on to the notebook's kernel."""
    for index, word in enumerate(words):
        option, _, value = word.partition("=")
        chosen = value or "".join(words[index + 1 : index + 2])
        if option == "--lang" and chosen in LANGUAGES:
            os.environ["GONGKAI_LANG"] = chosen


def _speak(group: click.Group) -> None:
    """Put the help texts of the reader's language in place."""
    for command in (group, *group.commands.values()):
        command.help = say(f"help-{'main' if command is group else command.name}")
        shown = command.get_help_option(click.Context(command))
        for option in (*command.params, shown):
            if isinstance(option, click.Option):
                option.help = say(f"help-{option.opts[-1].lstrip('-')}")


def _usage(error: click.UsageError) -> str:
    """Return what was wrong with the command's words."""
    match error:
        case click.NoSuchOption(option_name=name, possibilities=[meant, *_]):
            return say("usage-option-meant", name=name, meant=meant)
        case click.NoSuchOption(option_name=name):
            return say("usage-option", name=name)
        case click.exceptions.NoSuchCommand(command_name=name):
            return say("usage-command", name=name, known=list(cli.commands))
        case click.MissingParameter(param=click.Parameter() as param):
            return say("usage-missing", name=_word(param))
        case click.BadParameter(param=click.Parameter() as param):
            choices = getattr(param.type, "choices", None)
            expected = list(choices) if choices else say("usage-whole-number")
            return say("usage-value", name=_word(param), expected=expected)
    return error.format_message()


def _word(param: click.Parameter) -> str:
    """Return a parameter as it is typed: --format, YEAR."""
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
