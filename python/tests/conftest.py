"""What the tests share: the repository's files, and the wheel's own command line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import runaway

ROOT = Path(os.environ.get("RUNAWAY_ROOT", Path(__file__).parents[2]))
MODELS = sorted(path.relative_to(ROOT) for path in (ROOT / "models").glob("*.toml"))
LOG = Path("tests/data/loops/digits-logit-vote2of2.csv")
QUICK = 'name = "quick"\nexamples = 40\nhorizon = 12\n[errors]\nstep_error = 0.004\namplification = 20\n'


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths in documents are those of the command line, from the same folder."""
    monkeypatch.chdir(ROOT)


def command_line(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Runs the command that the wheel installed."""
    program = Path(sys.executable).parent / "runaway"
    found = str(program) if program.exists() else shutil.which("runaway")
    assert found, "the wheel's command is not installed"
    return subprocess.run([found, *map(str, words)], capture_output=True, check=False, cwd=ROOT)


@pytest.fixture
def quick() -> runaway.Scenario:
    """A loop that is solved in a moment."""
    return runaway.Scenario.from_toml(QUICK)
