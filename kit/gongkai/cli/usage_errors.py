"""Messages for a wrong command line, in the user's language."""

from __future__ import annotations

from typing import Any

import click

from gongkai.cli.options import KindsType, ShardType, WordsType, YearType
from gongkai.cli.printing import printable_line
from gongkai.kinds import KINDS
from gongkai.messages import say
from gongkai.spelling import nearest

_EXPECTED = (
    (ShardType, "usage-shard"),
    (click.DateTime, "usage-day"),
    (YearType, "usage-year"),
    (click.Path, "usage-path"),
    (WordsType, "usage-words"),
    (click.types.IntParamType, "usage-whole-number"),
)


def format_usage_error(error: click.ClickException) -> str:
    """Return, in lines, what was wrong with the command line, and which help to read."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):  # its message is the help
        return error.format_message()
    if not isinstance(error, click.UsageError):
        return printable_line(error.format_message())
    hint = say("usage-hint", command=_command_of(error))
    return f"{printable_line(_wrong(error))}\n{hint}"


def _wrong(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption(option_name=name):
            meant = nearest(name, _options(error))
            message = "usage-option-meant" if meant else "usage-option"
            return say(message, name=name, meant=meant)
        case click.exceptions.NoSuchCommand(command_name=name):
            known = _commands(error)
            meant = nearest(name, known)
            message = "usage-command-meant" if meant else "usage-command"
            return say(message, name=name, meant=meant, known=known)
        case click.MissingParameter(param=click.Parameter() as param):
            return say("usage-missing", name=_word(param))
        case click.BadParameter(param=click.Parameter() as param):
            expected = expected_of(param.type)
            if expected:
                return say("usage-value", name=_word(param), expected=expected)
            return say("usage-refused", name=_word(param), reason=error.message)
    return error.format_message()


def expected_of(kind: click.ParamType[Any]) -> str | list[str]:
    """Return the values that a parameter of a type may have; '' if only click knows."""
    match kind:
        case click.Choice(choices=choices):
            return [str(choice) for choice in choices]
        case KindsType():
            return list(KINDS)
        case click.IntRange() if not isinstance(kind, YearType):
            return _expected_number(kind)
    messages = (message for type_, message in _EXPECTED if isinstance(kind, type_))
    message = next(messages, "")
    return say(message) if message else ""


def _expected_number(kind: click.IntRange) -> str:
    match kind:
        case click.IntRange(min=int(least), max=int(most)):
            return say("usage-whole-number-between", least=least, most=most)
        case click.IntRange(min=int(least)):
            return say("usage-whole-number-from", least=least)
    return say("usage-whole-number")


def _command_of(error: click.UsageError) -> str:
    """Return the command whose help explains more."""
    context = error.ctx
    name = context.command.name if context and context.parent else ""
    return f"gongkai {name}".strip()


def _commands(error: click.UsageError) -> list[str]:
    group = error.ctx.command if error.ctx else None
    return list(group.commands) if isinstance(group, click.Group) else []


def _options(error: click.UsageError) -> list[str]:
    context = error.ctx
    return [option for param in context.command.params for option in param.opts] if context else []


def _word(param: click.Parameter) -> str:
    """Return a parameter as it is typed: --format, YEAR."""
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
