"""`gongkai demo`: write invented agencies and reports, to try things out at scale."""

from __future__ import annotations

from pathlib import Path

import click

from gongkai.cli.options import PATH, as_misuse, language_option
from gongkai.cli.printing import echo
from gongkai.errors import writing_to
from gongkai.messages import say
from gongkai.report.demo import write_demo
from gongkai.report.demo_district import write_district

MOST = 1_000_000  # reports; they take some 20 GB, and more would soon fill a disk


@click.command()
@click.argument("count", type=click.IntRange(1, MOST), required=False)
@click.argument("folder", type=PATH, required=False)
@click.option("--district", type=PATH, metavar="FOLDER")
@language_option
def demo(count: int | None, folder: Path | None, district: Path | None) -> None:
    """Write invented agencies."""
    if district is None and (count is None or folder is None):
        raise click.UsageError(say("demo-words"))
    if district is not None and count is not None:
        raise click.UsageError(say("demo-both"))
    folder = district or folder or Path()
    with writing_to(folder), as_misuse():
        if count is None:
            params, count = write_district(folder)
        else:
            params = write_demo(count, folder)
    written = "demo-district" if district else "demo-written"
    echo(say(written, count=count, folder=params.as_posix()))
    echo(say("demo-next", params=params.as_posix(), outputs=(folder / "outputs").as_posix()))
