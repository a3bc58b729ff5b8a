"""The command `gongkai`: a module a command; each parses, calls, prints, and says how it ended.

The home of click and rich. Imports: errors, disk, text, report, checks, engine, build,
compare, show. Most of them are loaded once a command needs them: `gongkai --help` answers at once.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import click

from kit.cli import build, check, demo, diff, lab, new, pdf, site, states, verify, watch
from kit.cli.options import FAILED, MISUSED, end
from kit.errors import LANGUAGES, KitError, Problem, nearest, say


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gongkai-kit")
@click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False)
def cli() -> None:
    """Hold the commands together."""


for command in (
    build.build,
    check.check,
    states.list_reports,
    new.new,
    verify.verify,
    diff.diff,
    site.index,
    pdf.pdf,
    lab.lab,
    watch.watch,
    demo.demo,
):
    cli.add_command(command)


def main() -> None:
    """Run the command in the reader's language, and never end with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a sign still gets the rest
            stream.reconfigure(errors="backslashreplace")
    _choose_language(sys.argv[1:])
    _speak(cli)
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as exit_:
        raise SystemExit(exit_.exit_code) from None
    except click.ClickException as error:
        usage = isinstance(error, click.UsageError)
        hint = say("usage-hint", command=_command_of(error))
        said = (_usage(error), hint) if usage else (error.format_message(),)
        click.echo("\n".join(said), err=True)
        raise SystemExit(MISUSED) from None
    except KitError as error:
        end(error, FAILED)
    except OSError as error:  # a folder that may not be read, no room for another process
        place = Path(str(error.filename or ".")).as_posix()
        end(KitError(Problem("system-refused", place, details={"reason": error.strerror})), FAILED)
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


def _usage(error: click.ClickException) -> str:
    """Return what was wrong with the command's words."""
    match error:
        case click.NoSuchOption(option_name=name):
            meant = nearest(name, _options(error))
            message = "usage-option-meant" if meant else "usage-option"
            return say(message, name=name, meant=meant)
        case click.exceptions.NoSuchCommand(command_name=name):
            meant = nearest(name, cli.commands)
            message = "usage-command-meant" if meant else "usage-command"
            return say(message, name=name, meant=meant, known=list(cli.commands))
        case click.MissingParameter(param=click.Parameter() as param):
            return say("usage-missing", name=_word(param))
        case click.BadParameter(param=click.Parameter() as param):
            choices = getattr(param.type, "choices", None)
            expected = list(choices) if choices else _expected(param)
            return say("usage-value", name=_word(param), expected=expected)
    return error.format_message()


def _expected(param: click.Parameter) -> str:
    match param.type:
        case build.ShardType():
            return say("usage-shard")
        case click.IntRange(min=int(least)):
            return say("usage-whole-number-from", least=least)
    return say("usage-whole-number")


def _command_of(error: click.ClickException) -> str:
    """Return the command whose help says more."""
    context = getattr(error, "ctx", None)
    name = context.command.name if context and context.command is not cli else ""
    return f"gongkai {name}".strip()


def _options(error: click.UsageError) -> list[str]:
    context = error.ctx
    return [option for param in context.command.params for option in param.opts] if context else []


def _word(param: click.Parameter) -> str:
    """Return a parameter as it is typed: --format, YEAR."""
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
