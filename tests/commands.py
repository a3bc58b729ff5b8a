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
from pathlib import Path

_SERVER = """
import io, json, os, sys, traceback
from gongkai import cli
from gongkai.cli import command
from gongkai.export import exporters, pages
from gongkai.page import cells
from gongkai.pipeline import batch, build, verify
from gongkai.engine import pool, run, shell
from gongkai.project import packaged_template
from gongkai.show import index
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
        for number, path in enumerate(("/dev/null", request["out"], request["err"])):
            os.dup2(os.open(path, os.O_RDWR), number)
        sys.stdin, sys.stdout, sys.stderr = (
            io.TextIOWrapper(os.fdopen(number, mode, closefd=False), encoding="utf-8", errors=errors)
            for number, mode, errors in ((0, "rb", None), (1, "wb", "surrogateescape"), (2, "wb", "backslashreplace"))
        )
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        shell.make_ready(0)  # those made so far have the environment of this process
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

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _SERVER],
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


class Command:
    """A command that was started, in a session of its own; as far as needed, like Popen."""

    def __init__(self, folder: Path, words: Sequence[str], server: _Server) -> None:
        self._aside = tempfile.TemporaryDirectory()
        self._out, self.stderr = (Path(self._aside.name) / name for name in ("out", "err"))
        self._out.touch()
        self.stderr.touch()
        self._server = server
        self.returncode: int | None = None
        request = {
            "words": words,
            "folder": str(folder),
            # A kernel that believes it is being tested does not read what other processes print.
            "environment": {name: os.environ[name] for name in os.environ if "PYTEST" not in name},
            "out": str(self._out),
            "err": str(self.stderr),
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
            path.read_bytes().decode(errors="surrogateescape") for path in (self._out, self.stderr)
        )
        self._aside.cleanup()
        return out, err


_servers: list[_Server] = []


def run_command(
    folder: Path, *words: str, timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `gongkai` with some words in a folder; return its exit status and what it printed.

    Raises TimeoutError after `timeout` seconds.
    """
    return run_program(folder, "gongkai", *words, timeout=timeout)


def run_program(
    folder: Path, *words: str, timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `gongkai`, `papermill`, `jupyter nbconvert` or `python -c`, with its words.

    Raises TimeoutError after `timeout` seconds.
    """
    if not hasattr(os, "fork"):
        return subprocess.run(
            [Path(sys.executable).parent / words[0], *words[1:]],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
    command = start_command(folder, *words)
    out, err = command.communicate(timeout)
    assert command.returncode is not None
    return subprocess.CompletedProcess(words, command.returncode, out, err)


def start_command(folder: Path, *words: str) -> Command:
    """Start a program with its words in a folder."""
    if not _servers:
        _servers.append(_Server())
    return Command(folder, words, _servers[0])
