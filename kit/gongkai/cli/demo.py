"""`gongkai demo`: invented agencies, to try things out at scale."""

from __future__ import annotations

from pathlib import Path

import click

from gongkai.cli.options import FAILED, MISUSED, PATH, end, language_option
from gongkai.cli.printing import echo
from gongkai.errors import KitError, say, write_problem

MOST = 1_000_000  # reports; they take some 20 GB, and more would soon fill a disk


@click.command()
@click.argument("count", type=click.IntRange(1, MOST))
@click.argument("folder", type=PATH)
@language_option
def demo(count: int, folder: Path) -> None:
    """Write invented agencies."""
    from gongkai.report.demo import write_demo

    try:
        params = write_demo(count, folder)
    except KitError as error:
        end(error, MISUSED)
    except OSError as error:
        end(KitError(write_problem(folder, error)), FAILED)
    echo(say("demo-written", count=count, folder=params.as_posix()))
    echo(say("demo-next", params=params.as_posix(), outputs=(folder / "outputs").as_posix()))
