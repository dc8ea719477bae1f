"""What the way through Python costs: `python python/benches/speed.py target/release/runaway`, in turn with the program."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import runaway

ROUNDS = 9


def seconds(work: Callable[[], object]) -> float:
    """Of one run."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def best(work: Callable[[], object], calls: int) -> float:
    """The quickest of many calls in microseconds: what the machine does besides only adds to a call."""
    return 1e6 * min(seconds(work) for _ in range(calls))


def overhead() -> None:
    """What a call costs that does next to nothing: threads made, work handed over, waited for, handed back."""
    loop = runaway.Scenario.from_dict({"name": "smallest", "examples": 1, "horizon": 1})
    nothing = runaway._native.Sweep(loop._loop, ["errors.step_error=0.1,0.2"])
    print(f"a call that reads one cell: {best(lambda: nothing.check(0, 1), 500):.0f} us")
    print(f"solve, the smallest loop: {best(loop.solve, 500):.0f} us")
    print(f"its document as dictionaries: {best(loop.solve().to_dict, 500):.0f} us")


def sweeps(program: Path) -> None:
    """The same grid by the program and from Python, in turn."""
    path, over = "models/unverified.toml", {"errors.step_error": "0.001:0.05:80", "learning.anchor": "0:0.5:50"}
    words = [word for key, values in over.items() for word in ("--over", f"{key}={values}")]
    command = [str(program), "sweep", path, *words, "--format", "csv"]
    loop = runaway.Scenario.from_file(path)
    expected = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    by_program, by_python = [], []
    for _ in range(ROUNDS):
        by_program.append(seconds(lambda: subprocess.run(command, capture_output=True, check=True)))
        made: list[runaway.SweepResult] = []
        by_python.append(seconds(lambda found=made: found.append(runaway.sweep(loop, over))))
        assert made[0].csv == expected
    rust, python = statistics.median(by_program), statistics.median(by_python)
    print(f"sweep of {len(expected.splitlines()) - 1} cells: program {rust:.3f} s, Python {python:.3f} s: {rust / python:.0%}")


if __name__ == "__main__":
    overhead()
    sweeps(Path(sys.argv[1]))
