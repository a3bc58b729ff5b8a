"""Options, parameter types and exit statuses shared by the commands."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click

from gongkai.cli.printing import echo
from gongkai.disk import is_unicode
from gongkai.errors import KitError, Problem
from gongkai.kinds import KINDS
from gongkai.messages import LANGUAGES, first_few
from gongkai.project import (
    SITE_RECORD,
    YEAR,
    Project,
    Shard,
    Target,
    choose_targets,
    orphans,
    template,
    unread_parameters,
)

FAILED, MISUSED = 1, 2
MOST_CANDIDATES = 20  # agencies listed when a name fits several
FORMS_VARIABLE = "GONGKAI_FORMS"  # read by the notebook's first call, in any kernel


class PathType(click.Path):
    """A file or folder; an empty word, as an unset shell variable leaves it, is refused.

    The reader reports a missing or unreadable path, with the system's own reason.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path. Raises click's BadParameter for an empty word."""
        return super().convert(value, param, ctx) if value != "" else self.fail("", param, ctx)


PATH = PathType(path_type=Path, readable=False)


class WordsType(click.types.StringParamType):
    """Words that are written into a file, and so have to be text in the encoding of the locale."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the words. Raises click's BadParameter for bytes that are no text."""
        words = super().convert(value, param, ctx)
        return words if is_unicode(words) else self.fail("", param, ctx)


WORDS = WordsType()


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def named_browser() -> str:
    """Return the Chromium named by GONGKAI_CHROMIUM, or ''."""
    return os.environ.get("GONGKAI_CHROMIUM", "")


language_option = click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False)


def folder_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the common options to a command, and pass it a Project instead of the folders.

    The command ends with a usage error if its notebook is missing. A KitError is printed here,
    where click still knows the options that a suggested command needs.
    """

    @wraps(command)
    def with_project(
        params: Path, outputs: Path, notebook: Path | None, forms: Path | None, **rest: Any
    ) -> Any:
        notebook = notebook or template()
        if not notebook.is_file():
            end(Problem("notebook-missing", notebook=notebook.as_posix()), MISUSED)
        if os.path.realpath(outputs) == os.path.realpath(params):
            end(Problem("outputs-among-params", folder=outputs.as_posix()), MISUSED)
        if os.path.exists(outputs / SITE_RECORD):  # False also where it may not be looked at
            end(Problem("outputs-are-site", folder=outputs.as_posix()), MISUSED)
        try:
            if "targets" in rest:
                rest["targets"] = tuple(targets_of(params, rest["targets"]))
            return command(Project(params, outputs, notebook, _known_to_kernels(forms)), **rest)
        except KitError as error:
            end(error, FAILED)

    for name, default in (("notebook", None), ("outputs", "outputs"), ("params", "params")):
        option = click.option(f"--{name}", type=PATH, default=default, show_default=True)
        with_project = option(with_project)
    forms = click.option("--forms", type=PATH, envvar=FORMS_VARIABLE)
    return language_option(forms(with_project))


def _known_to_kernels(forms: Path | None) -> Path | None:
    """Return the folder of forms, and pass it to the kernels that will be started.

    They inherit the environment, and run in another folder, so the path is made absolute. Ends
    the command if there is no such folder.
    """
    if forms is None:
        return None
    if not forms.is_dir():
        end(Problem("forms-missing", folder=forms.as_posix()), MISUSED)
    os.environ[FORMS_VARIABLE] = str(forms.resolve())
    return forms.resolve()


def targets_of(params: Path, words: Sequence[str]) -> Iterator[str]:
    """Yield targets with the names of agencies replaced by their folders.

    Two words `AGENCY YEAR`, if only the second is a year, are one report. Ends the command
    if several agencies have a name.
    """
    from gongkai.text.agency_names import agency_names

    if len(words) == 2 and "/" not in words[0]:
        first, second = (YEAR.fullmatch(word) for word in words)
        words = ["/".join(words)] if second and not first else words
    called = {} if all(map(str.isascii, words)) else agency_names(params).called
    for word in words:
        name, slash, year = word.partition("/")
        yield word if name.isascii() else f"{key_called(name, called)}{slash}{year}"


def key_called(name: str, called: Mapping[str, tuple[str, ...]]) -> str:
    """Return the key of the agency or body with a name; the name itself if there is none.

    Ends the command if there are several.
    """
    from gongkai.text.agency_names import keys_called

    keys = keys_called(name, called)
    if len(keys) > 1:
        known = [f"{called[key][0]} ({key})" for key in keys]
        known = first_few(known, MOST_CANDIDATES)
        end(Problem("target-several", target=name, known=known), MISUSED)
    return keys[0] if keys else name


def format_option(styles: Sequence[str] = ("text", "json")) -> Callable[..., Any]:
    """Return the option that chooses how a command prints its results: as text, if not given."""
    return click.option("--format", "style", type=click.Choice(styles), default="text")


targets_argument = click.argument("targets", metavar="[TARGET]...", nargs=-1)


def chosen_targets(
    project: Project, targets: Iterable[str], shard: Shard | None = None, *, removed: bool = False
) -> list[Target]:
    """Return the requested reports; end the command if there are none.

    With `removed`, a word may also name reports whose parameters were removed; these are
    not returned.
    """
    known = orphans(project, targets) if removed else []
    with as_misuse():
        return choose_targets(project.params, targets, shard, known)


def chosen_target(project: Project, word: str) -> Target:
    """Return the one requested report; end the command if there is none, or several.

    Raises KitError if its folder cannot be read.
    """
    word = next(iter(targets_of(project.params, [word])))
    chosen = chosen_targets(project, [word])
    if not chosen:  # its folder exists, but cannot be read
        raise KitError(*unread_parameters(project.params, [word]))
    if len(chosen) > 1:
        names = [str(target) for target in chosen]
        end(Problem("watch-one", targets=names), MISUSED)
    return chosen[0]


def refuse_parameters(file: Path, params: Path) -> None:
    """End the command if a file that it would write is among the parameters."""
    if Path(os.path.realpath(file.parent)).is_relative_to(os.path.realpath(params)):
        end(Problem("diff-into-params", file.as_posix(), folder=params.as_posix()), MISUSED)


def end(error: KitError | Problem, status: int) -> NoReturn:
    """Print every problem, and exit with a status."""
    echo(*(error.problems if isinstance(error, KitError) else (error,)), err=True)
    raise SystemExit(status)


@contextmanager
def as_misuse() -> Iterator[None]:
    """End the command as misused if the body raises KitError, which otherwise means a failure.

    A lock that cannot be taken is no mistake of the caller's.
    """
    from gongkai.locks import NotLocked

    try:
        yield
    except KitError as error:
        end(error, FAILED if isinstance(error, NotLocked) else MISUSED)


class YearType(click.IntRange):
    """A year of four digits, as in the names of files."""

    def __init__(self) -> None:
        super().__init__(1000, 9999)


class KindsType(click.ParamType):  # type: ignore[type-arg]
    """Kinds of copies, such as `docx,pdf`, without repetitions."""

    name = "KIND,…"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the kinds. Raises click's BadParameter for an unknown one."""
        kinds = tuple(dict.fromkeys(str(value).replace(" ", "").split(",")))
        return kinds if set(kinds) <= KINDS.keys() else self.fail("", param, ctx)


class ShardType(click.ParamType):  # type: ignore[type-arg]
    """A part of the reports: `2/8` is the second of eight."""

    name = "I/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the part. Raises click's BadParameter if the value is not one."""
        number, _, count = str(value).partition("/")
        if number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count):
            return Shard(int(number), int(count))
        return self.fail("", param, ctx)
