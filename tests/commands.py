"""Run programs in a process of their own that need not import everything again.

A command takes seconds to import and load what it needs, and a tenth of that to do its work. So
one process has it all loaded, and each command is a fork of it: with its own folder, environment,
streams and exit status, through the same entry point. What depends on how Python itself starts
(its settings, closed streams, signals while modules are imported) has to start Python.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SERVER = """
import io, json, os, signal, sys, tempfile, traceback
from gongkai import cli
from gongkai.cli.deferred import defer_grammar
defer_grammar()
from gongkai.cli import command
from gongkai.export import exporters, pages
from gongkai.page import cells
from gongkai.pipeline import batch, build, verify
from gongkai.engine import pool, run, shell
from gongkai.importing import run as importing
from gongkai.importing.edited import merge
from gongkai.importing.formats import html, pdf, word, workbook
from gongkai.office import word, workbook
from gongkai.project import packaged_template
from gongkai.show import copies, index, site
from nbconvert.nbconvertapp import main as nbconvert
from papermill.__main__ import papermill

def python():
    source = sys.argv[sys.argv.index("-c") + 1]
    sys.argv = ["-c", *sys.argv[sys.argv.index("-c") + 2 :]]
    exec(compile(source, "<string>", "exec"), {"__name__": "__main__"})

def jupyter():
    sys.argv = ["jupyter-nbconvert", *sys.argv[2:]]
    nbconvert()

programs = {"gongkai": cli.main, "jupyter": jupyter, "papermill": papermill, "python": python}
pool.bound_threads()
build.warm(packaged_template(), rehearse=True)
answers = os.fdopen(os.dup(1), "w")
for line in sys.stdin:
    request = json.loads(line)
    if "wait" in request:
        ended, status = os.waitpid(request["wait"], os.WNOHANG if request["poll"] else 0)
        print(os.waitstatus_to_exitcode(status) if ended else "", file=answers, flush=True)
        continue
    child = os.fork()
    if not child:
        answers.close()
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, path in enumerate(("/dev/null", request["out"], request["err"])):
            os.dup2(os.open(path, os.O_RDWR | os.O_APPEND), number)
        sys.stdin, sys.stdout, sys.stderr = (
            io.TextIOWrapper(os.fdopen(number, mode, closefd=False), encoding="utf-8", errors=errors)
            for number, mode, errors in ((0, "rb", None), (1, "wb", "surrogateescape"), (2, "wb", "backslashreplace"))
        )
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        shell.make_ready(0)  # those made so far have the environment of this process
        tempfile.tempdir = None
        sys.argv = request["words"]
        status = 1
        try:
            status = programs[sys.argv[0]]() or 0
        except SystemExit as end:
            status = end.code or 0
            if not isinstance(status, int):
                print(status, file=sys.stderr)
                status = 1
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    print(child, file=answers, flush=True)
"""


class _Server:
    """The process that has everything imported; it ends with the tests."""

    def __init__(self, under: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            [*under, sys.executable, "-P", "-c", _SERVER],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        atexit.register(self.process.kill)

    def ask(self, request: Mapping[str, object]) -> str:
        """Return the answer to a request: a process, or how one ended; '' while it goes on."""
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(request), file=self.process.stdin, flush=True)
        return self.process.stdout.readline().strip()


@dataclass(frozen=True)
class How:
    """How a program is run, where it is not run like any other.

    `environment` is what its environment has besides that of the tests. `under` is a command that
    runs another one, such as setpriv. Where `together` is set, what it prints on standard error
    stands in its output, in the order in which it was printed.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    under: tuple[str, ...] = ()
    together: bool = False


class Command:
    """A command that was started, in a session of its own; as far as needed, like Popen."""

    def __init__(self, folder: Path, words: Sequence[str], how: How, server: _Server) -> None:
        self._aside = tempfile.TemporaryDirectory()
        self.stdout, self.stderr = (Path(self._aside.name) / name for name in ("out", "err"))
        self.stdout.touch()
        self.stderr.touch()
        self._server = server
        self.returncode: int | None = None
        # A kernel that believes it is being tested does not read what other processes print.
        inherited = {name: os.environ[name] for name in os.environ if "PYTEST" not in name}
        request = {
            "words": words,
            "folder": str(folder),
            "environment": {**inherited, **how.environment},
            "out": str(self.stdout),
            "err": str(self.stdout if how.together else self.stderr),
        }
        self.pid = int(server.ask(request))

    def poll(self) -> int | None:
        """Return the exit status, None while it runs."""
        return self._ended(poll=True)

    def _ended(self, *, poll: bool) -> int | None:
        if self.returncode is None:
            status = self._server.ask({"wait": self.pid, "poll": poll})
            self.returncode = int(status) if status else None
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return what it printed, once it has ended. Raises TimeoutError, and kills it, if late."""
        late = False

        def end(*_: object) -> None:
            nonlocal late
            late = True
            os.killpg(self.pid, signal.SIGKILL)

        before = signal.signal(signal.SIGALRM, end)
        signal.setitimer(signal.ITIMER_REAL, timeout or 0)
        try:
            self._ended(poll=False)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        if late:
            raise TimeoutError(self.pid)
        out, err = (
            path.read_bytes().decode(errors="surrogateescape")
            for path in (self.stdout, self.stderr)
        )
        self._aside.cleanup()
        return out, err


_servers: dict[tuple[str, ...], _Server] = {}
LIKE_ANY = How()


def run_command(
    folder: Path, *words: str, timeout: float | None = None, how: How = LIKE_ANY
) -> subprocess.CompletedProcess[str]:
    """Run `gongkai` with some words in a folder; return its exit status and what it printed.

    Raises TimeoutError after `timeout` seconds.
    """
    return run_program(folder, "gongkai", *words, timeout=timeout, how=how)


def run_program(
    folder: Path, *words: str, timeout: float | None = None, how: How = LIKE_ANY
) -> subprocess.CompletedProcess[str]:
    """Run `gongkai`, `papermill`, `jupyter nbconvert` or `python -c`, with its words.

    Raises TimeoutError after `timeout` seconds.
    """
    if not hasattr(os, "fork"):
        return subprocess.run(
            [*how.under, Path(sys.executable).parent / words[0], *words[1:]],
            cwd=folder,
            env={**os.environ, **how.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if how.together else subprocess.PIPE,
            text=True,
            check=False,
            timeout=timeout,
        )
    command = start_command(folder, *words, how=how)
    out, err = command.communicate(timeout)
    assert command.returncode is not None
    return subprocess.CompletedProcess(words, command.returncode, out, err)


def start_command(folder: Path, *words: str, how: How = LIKE_ANY) -> Command:
    """Start a program with its words in a folder."""
    if how.under not in _servers:
        _servers[how.under] = _Server(how.under)
    return Command(folder, words, how, _servers[how.under])
