"""E[T] of exported loops by Storm, in doubles and exactly, next to this crate's: what `runaway export` writes is read by others.

Usage: storm.py RUNAWAY [SECONDS]; python with stormpy. Each answer of Storm has a process of its own and is given up after SECONDS (60).
The loops are those of models/, with fewer examples.
"""

import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LOOPS = [
    ("unverified", 100),
    ("outcome-only", 10),
    ("self-consistency", 100),
    ("ground-truth", 200),
    ("cross-model", 10),
    ("cross-model", 30),
    ("cross-model", 40),
    ("cross-model", 50),
    ("cross-model", 60),
    ("cross-model", 100),
    ("cross-model", 300),
]


def asked(path, exact, answer):
    import stormpy

    build = stormpy.build_model_from_drn[stormpy.Rational] if exact else stormpy.build_model_from_drn
    model = build(path)
    wanted = stormpy.parse_properties('R{"steps"}=? [F "failed"]')[0]
    begin = time.perf_counter()
    value = stormpy.model_checking(model, wanted).get_value(model.initial_states[0])
    answer.send((float(value), time.perf_counter() - begin))


def storm(path, exact, seconds):
    ours, theirs = multiprocessing.Pipe(False)
    process = multiprocessing.Process(target=asked, args=(path, exact, theirs))
    process.start()
    try:
        return ours.recv() if ours.poll(seconds) else (None, seconds)
    except EOFError:
        return None, float("nan")
    finally:
        process.kill()


def main():
    program, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
    print(f"{'loop':18} {'examples':>8} {'arithmetic':>10} {'runaway':>24} {'Storm':>24} {'relative':>9} {'Storm s':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for name, examples in LOOPS:
            for exact in (False, True):
                path = str(Path(folder, "chain.drn"))
                export = [program, "export", f"models/{name}.toml", "--set", f"examples={examples}", "-o", path]
                subprocess.run(export + ["--exact"] * exact, check=True, capture_output=True)
                law = json.loads(subprocess.run([program, "import", path, "--json"], check=True, capture_output=True).stdout)
                value, taken = storm(path, exact, seconds)
                apart = "none" if value is None else f"{value / law['mean'] - 1:9.1e}"
                kind = "exact" if exact else "double"
                print(f"{name:18} {examples:8} {kind:>10} {law['mean']!r:>24} {value!r:>24} {apart:>9} {taken:8.2f}", flush=True)


if __name__ == "__main__":
    main()
