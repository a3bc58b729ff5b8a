"""What the commands share: their folders, their targets, and how they end."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from subprocess import list2cmdline
from typing import TYPE_CHECKING, Any, NoReturn

import click
from click.core import ParameterSource

from gongkai.cli import printing
from gongkai.cli.printing import echo
from gongkai.errors import LANGUAGES, KitError, Problem, write_problem

if TYPE_CHECKING:
    from gongkai.project import Project, Shard, Target

FAILED, MISUSED = 1, 2
MOST_CANDIDATES = 20  # agencies that a name may be of are named
FORMS_VARIABLE = "GONGKAI_FORMS"  # the notebook's first call reads it, in whatever kernel it runs


class PathType(click.Path):
    """A file or folder; an empty word is none: it is what a variable that is not set leaves.

    Whether it is there and can be read is said by who reads it, with the system's own reason.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path. Raises click's BadParameter for an empty word."""
        return super().convert(value, param, ctx) if value != "" else self.fail("", param, ctx)


PATH = PathType(path_type=Path, readable=False)


def cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def named_browser() -> str:
    """Return the Chromium that GONGKAI_CHROMIUM names, or ''."""
    return os.environ.get("GONGKAI_CHROMIUM", "")


language_option = click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False)


def folder_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the common options, and hand it a Project instead of the folders.

    The command ends, used wrongly, where its notebook is missing.
    """

    @wraps(command)
    def with_project(
        params: Path, outputs: Path, notebook: Path | None, forms: Path | None, **rest: Any
    ) -> Any:
        from gongkai.project import Project, template

        _suggest_the_folders()

        notebook = notebook or template()
        if not notebook.is_file():
            end(Problem("notebook-missing", notebook=notebook.as_posix()), MISUSED)
        if os.path.realpath(outputs) == os.path.realpath(params):
            end(Problem("outputs-among-params", folder=outputs.as_posix()), MISUSED)
        if "targets" in rest:
            rest["targets"] = tuple(targets_of(params, rest["targets"]))
        return command(Project(params, outputs, notebook, _known_to_kernels(forms)), **rest)

    for name, default in (("notebook", None), ("outputs", "outputs"), ("params", "params")):
        option = click.option(f"--{name}", type=PATH, default=default, show_default=True)
        with_project = option(with_project)
    forms = click.option("--forms", type=PATH, envvar=FORMS_VARIABLE)
    return language_option(forms(with_project))


def _suggest_the_folders() -> None:
    """Let the commands that messages name have the folders that this one was given."""
    context = click.get_current_context()
    given = {
        name: str(context.params[name])
        for name in ("params", "outputs", "notebook", "forms")
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    printing.options = "".join(f" --{name} {_quoted(path)}" for name, path in given.items())


def _quoted(word: str) -> str:
    return list2cmdline([word]) if os.name == "nt" else shlex.quote(word)


def _known_to_kernels(forms: Path | None) -> Path | None:
    """Return the folder of forms, and name it to the kernels that will be started.

    They inherit the environment, and run in another folder: so the path is made whole. Ends the
    command where there is no such folder.
    """
    if forms is None:
        return None
    if not forms.is_dir():
        end(Problem("forms-missing", folder=forms.as_posix()), MISUSED)
    os.environ[FORMS_VARIABLE] = str(forms.resolve())
    return forms.resolve()


def targets_of(params: Path, words: Sequence[str]) -> Iterator[str]:
    """Yield targets with the folders of agencies in the place of their names.

    `AGENCY YEAR`, two words of which the second alone is a year, are one report. Ends the command
    where a name is that of several agencies.
    """
    from gongkai.project import YEAR
    from gongkai.text.agency_names import agency_names

    if len(words) == 2 and "/" not in words[0]:
        first, second = (YEAR.fullmatch(word) for word in words)
        words = ["/".join(words)] if second and not first else words
    called = {} if all(map(str.isascii, words)) else agency_names(params).called
    for word in words:
        name, slash, year = word.partition("/")
        yield word if name.isascii() else f"{key_called(name, called)}{slash}{year}"


def key_called(name: str, called: Mapping[str, tuple[str, ...]]) -> str:
    """Return the key of the one that is called by a name, the name where none is.

    Ends the command where several are.
    """
    from gongkai.text.agency_names import keys_called

    keys = keys_called(name, called)
    if len(keys) > 1:
        known = [f"{called[key][0]} ({key})" for key in keys]
        shown = known if len(known) <= MOST_CANDIDATES else [*known[:MOST_CANDIDATES], "…"]
        end(Problem("target-several", target=name, known=shown), MISUSED)
    return keys[0] if keys else name


targets_argument = click.argument("targets", metavar="[TARGET]...", nargs=-1)


def chosen_targets(
    project: Project, targets: Iterable[str], shard: Shard | None = None, *, removed: bool = False
) -> list[Target]:
    """Return the reports that were asked for; ends the command where there are none.

    With `removed`, a word may also name reports whose parameters were removed, and which are
    not returned.
    """
    from gongkai.project import Shard, choose_targets, orphans

    known = orphans(project, targets) if removed else []
    try:
        return choose_targets(project.params, targets, shard or Shard(1, 1), known)
    except KitError as error:
        end(error, MISUSED)


def chosen_target(project: Project, word: str) -> Target:
    """Return the one report that was asked for; ends the command where it is none, or several."""
    from gongkai.project import unread_parameters

    word = next(iter(targets_of(project.params, [word])))
    chosen = chosen_targets(project, [word])
    if not chosen:  # its folder is there, and cannot be read
        end(KitError(*unread_parameters(project.params, [word])), FAILED)
    if len(chosen) > 1:
        names = [str(target) for target in chosen]
        end(Problem("watch-one", targets=names), MISUSED)
    return chosen[0]


def refuse_parameters(file: Path, params: Path) -> None:
    """End the command where what it writes to a file would be among the parameters."""
    if Path(os.path.realpath(file.parent)).is_relative_to(os.path.realpath(params)):
        end(Problem("diff-into-params", file.as_posix(), folder=params.as_posix()), MISUSED)


def end(error: KitError | Problem, status: int) -> NoReturn:
    """Print every problem, and end with an exit status."""
    echo(*(error.problems if isinstance(error, KitError) else (error,)), err=True)
    raise SystemExit(status)


@contextmanager
def ending(status: int | None = None, *, writing: Path | None = None) -> Iterator[None]:
    """End the command where something fails inside: with `status` where its input is wrong.

    With `writing`, also where the system refuses something in that folder. Whatever is not asked
    for is raised as it is.
    """
    try:
        yield
    except KitError as error:
        if status is None:
            raise
        end(error, status)
    except OSError as error:
        if writing is None:
            raise
        end(write_problem(writing, error), FAILED)


class YearType(click.IntRange):
    """A year of four digits, as every file of a year is named."""


class KindsType(click.ParamType):  # type: ignore[type-arg]
    """`docx,pdf`: some of the kinds of copies, each once."""

    name = "KIND,…"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the kinds. Raises click's BadParameter where there is another."""
        kinds = tuple(dict.fromkeys(str(value).replace(" ", "").split(",")))
        return kinds if set(kinds) <= set(self.kinds()) else self.fail("", param, ctx)

    @staticmethod
    def kinds() -> tuple[str, ...]:
        """Return all kinds that there are."""
        from gongkai.kinds import KINDS

        return tuple(KINDS)


class ShardType(click.ParamType):  # type: ignore[type-arg]
    """`2/8`: the second of eight parts."""

    name = "I/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the part. Raises click's BadParameter where it is none."""
        from gongkai.project import Shard

        number, _, count = str(value).partition("/")
        if number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count):
            return Shard(int(number), int(count))
        return self.fail("", param, ctx)
