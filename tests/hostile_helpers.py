"""What the tests of hostile surroundings share: commands that have to end, and users without rights."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from commands import How, run_command
from gongkai.project import Target

SECONDS = 120  # that any of these commands may take: a hang is a failure, not a wait
TARGET = Target("xixia-justice", 2017)
unix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names, files or users")


def started(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start another program in a folder, and return what it printed."""
    return subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def ended(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, and assert that it ends, and with no traceback."""
    ran = run_command(folder, *words, timeout=SECONDS, how=How(environment=environment))
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran
