"""`gongkai rap`: the level of reproducible analytical pipelines that a project reaches."""

from __future__ import annotations

import click

from gongkai.cli.options import FAILED, folder_options, format_option
from gongkai.cli.printing import echo, echo_json
from gongkai.messages import language, say
from gongkai.project import Project
from gongkai.show.rap import DECLARED, LEVELS, Answer, answers, level_of

MARKS = {"met": "✓", "declared": "◦", "open": "✗"}


@click.command()
@format_option()
@click.option("--level", type=click.Choice(["baseline", "silver", "gold"]))
@folder_options
def rap(project: Project, style: str, level: str | None) -> None:
    """Say which level is reached."""
    found = answers(project)
    for answer in found:
        if style == "json":
            echo_json(_row(answer))
        else:
            echo(_line(answer))
    reached = level_of(found)
    lacking = [answer.item.id for answer in found if not answer.is_met]
    if lacking:
        echo(say("rap-open", items=lacking, file=DECLARED), err=True)
    echo(say("rap-level", level=say(f"rap-{reached or 'none'}")), err=style == "json")
    if level and (reached is None or LEVELS.index(reached) < [*LEVELS].index(level)):  # type: ignore[arg-type]
        raise SystemExit(FAILED)


def _state(answer: Answer) -> str:
    return "met" if answer.evidence else "declared" if answer.declared else "open"


def _line(answer: Answer) -> str:
    item = answer.item
    said = answer.evidence
    if not said and answer.declared:
        said = say("rap-declared", **answer.declared.model_dump())
    text = item.zh if language() == "zh" else item.en
    mark, level = MARKS[_state(answer)], say(f"rap-{item.level}")
    return say("rap-line", mark=mark, level=level, text=text, id=item.id, said=said or "—")


def _row(answer: Answer) -> dict[str, object]:
    declared = answer.declared.model_dump() if answer.declared else None
    item = answer.item.model_dump(include={"id", "level", "zh", "en"})
    return {**item, "state": _state(answer), "evidence": answer.evidence, "declared": declared}
