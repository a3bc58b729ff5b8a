"""Run `gongkai` in a process of its own that need not import everything again.

A command takes three seconds to import what it needs, and a tenth of that to do its work. So one
process imports everything, and each command is a fork of it: with its own folder, environment,
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
from collections.abc import Mapping
from pathlib import Path

_SERVER = """
import io, json, os, sys
from gongkai import cli
from gongkai.cli import command
from gongkai.export import exporters, pages
from gongkai.page import cells
from gongkai.pipeline import batch, build, verify
from gongkai.engine import run
from gongkai.show import index

answers = os.fdopen(os.dup(1), "w")
for line in sys.stdin:
    request = json.loads(line)
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
        sys.argv = ["gongkai", *request["words"]]
        status = 1
        try:
            status = cli.main() or 0
        except SystemExit as end:
            status = end.code or 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    print(child, file=answers, flush=True)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(status, file=answers, flush=True)
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

    def run(self, request: Mapping[str, object], timeout: float | None) -> int:
        """Return the exit status of a command. Raises TimeoutError, and ends the command, if late."""
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(request), file=self.process.stdin, flush=True)
        child = int(self.process.stdout.readline())
        late = False

        def end(*_: object) -> None:
            nonlocal late
            late = True
            os.killpg(child, signal.SIGKILL)

        before = signal.signal(signal.SIGALRM, end)
        signal.setitimer(signal.ITIMER_REAL, timeout or 0)
        try:
            status = int(self.process.stdout.readline())
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        if late:
            raise TimeoutError(request)
        return status


_servers: list[_Server] = []


def run_command(
    folder: Path, *words: str, timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `gongkai` with some words in a folder; return its exit status and what it printed.

    Raises TimeoutError after `timeout` seconds.
    """
    if not hasattr(os, "fork"):
        program = Path(sys.executable).parent / "gongkai"
        return subprocess.run(
            [program, *words],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
    if not _servers:
        _servers.append(_Server())
    with tempfile.TemporaryDirectory() as aside:
        out, err = Path(aside) / "out", Path(aside) / "err"
        out.touch()
        err.touch()
        request = {
            "words": words,
            "folder": str(folder),
            "environment": dict(os.environ),
            "out": str(out),
            "err": str(err),
        }
        status = _servers[0].run(request, timeout)
        printed = [path.read_bytes().decode(errors="surrogateescape") for path in (out, err)]
    return subprocess.CompletedProcess(["gongkai", *words], status, *printed)
