"""`gongkai verify`: whether what is published still comes out of its parameters.

Imports: errors, project, pipeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gongkai.cli.build import working_options
from gongkai.cli.options import FAILED, chosen_targets, folder_options, targets_argument
from gongkai.cli.progress import Progress
from gongkai.errors import say

if TYPE_CHECKING:
    from gongkai.pipeline.verify import Verified
    from gongkai.project import Project, Shard


@click.command()
@targets_argument
@working_options
@folder_options
def verify(
    project: Project, targets: tuple[str, ...], jobs: int, shard: Shard | None, **how: Any
) -> None:
    """Verify reports."""
    from gongkai.pipeline import batch
    from gongkai.pipeline.build import Options
    from gongkai.pipeline.verify import verify as verify_all

    chosen = chosen_targets(project, targets, shard)
    options = Options(timeout=how["timeout"], engine=how["engine"])
    plan = batch.Plan(options, min(jobs, len(chosen) or 1), how["memory"])
    differing = 0
    with Progress(len(chosen), "verify-running") as progress:

        def tell(verified: Verified) -> None:
            nonlocal differing
            differing += bool(verified.differences)
            status = "verify-report-differs" if verified.differences else "verify-equal"
            line = say(status, target=str(verified.target))
            progress.advance(lambda: line, quiet=not verified.differences)
            for problem in verified.differences:
                progress.print(str(problem))

        verify_all(project, chosen, plan, tell, progress.refresh)
    click.echo(say("verify-summary", equal=len(chosen) - differing, differing=differing))
    if differing:
        raise SystemExit(FAILED)
