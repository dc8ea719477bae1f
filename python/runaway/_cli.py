"""The command line, as the program of the same name."""

from __future__ import annotations

import signal
import sys

from runaway import _native


def main() -> None:
    """Runs the command of this process, and exits with its exit code."""
    # Ctrl-C ends the program at once, as it does without an interpreter around it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_native.run_command(["runaway", *sys.argv[1:]]))
