"""E[T] and S(g) of the bench chains by numpy, scipy, faer, PyDTMC and Storm, next to this crate's, in one run.

E[T] is timed without forming the rows, on every side (PyDTMC's checks of its matrix are part of its chain).

Then the reference loop, by numpy's binomials and by krABMaga's agents, next to this crate's engines on one core.

Usage: compare.py FAER-CHAINS KRABMAGA-LOOP (both built by run.sh). Medians of wall time.
"""

import json
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import scipy.linalg
import scipy.sparse
import scipy.sparse.linalg
import scipy.stats

# The metastable ones by elimination in 32 digits (tests/suite/accuracy.rs).
TRUTH = {
    (1000, 1.6): 30.844329904769,
    (10_000, 1.6): 28.851844888853,
    (300, 1.2): 1.608558955852862e13,
    (1000, 1.2): 2.695636405780828e38,
}


def law(x, growth, fresh=0.001, caught=0.3):
    shown = growth * x
    return fresh + (1 - fresh) * shown * (1 - caught) / (1 - caught * numpy.minimum(1.0, shown + fresh))


def transient(draws, growth):
    counts = numpy.arange((draws + 1) // 2)
    rows = scipy.stats.binom.pmf(counts[None, :], draws, law(counts / draws, growth)[:, None])
    rows[rows < 1e-18] = 0.0
    return rows


def clocked(work, seconds=10.0, most=9):
    times, begin = [], time.perf_counter()
    while len(times) < most and (not times or time.perf_counter() - begin < seconds):
        start = time.perf_counter()
        result = work()
        times.append(1e3 * (time.perf_counter() - start))
    return result, statistics.median(times)


def dense(rows):
    matrix = numpy.eye(len(rows)) - rows
    return lambda: numpy.linalg.solve(matrix, numpy.ones(len(rows)))[0]


def sparse(rows):
    matrix = scipy.sparse.csc_matrix(numpy.eye(len(rows)) - rows)
    return lambda: scipy.sparse.linalg.spsolve(matrix, numpy.ones(len(rows)))[0]


def band(rows):
    where = numpy.nonzero(rows)
    low, high = int((where[0] - where[1]).max()), int((where[1] - where[0]).max())
    low, high = max(low, 0), max(high, 0)
    matrix = numpy.eye(len(rows)) - rows
    cells = numpy.zeros((low + high + 1, len(rows)))
    for offset in range(-low, high + 1):
        diagonal = numpy.diagonal(matrix, offset)
        begin = max(offset, 0)
        cells[high - offset, begin : begin + len(diagonal)] = diagonal
    return lambda: scipy.linalg.solve_banded((low, high), cells, numpy.ones(len(rows)))[0]


def pydtmc(rows):
    from pydtmc import MarkovChain

    size = len(rows)
    matrix = numpy.zeros((size + 1, size + 1))
    matrix[:size, :size] = rows
    matrix[:size, size] = 1 - rows.sum(axis=1)
    matrix[size, size] = 1
    matrix = numpy.clip(matrix, 0, 1)
    # A chain remembers what it was asked, so each round has a chain of its own.
    return lambda: MarkovChain(matrix).mean_absorption_times()[0]


def storm(rows):
    """Storm's default engine, in a process of its own that is given up after 30 s; the model is built outside the clock."""

    def work():
        ours, theirs = multiprocessing.Pipe(False)
        process = multiprocessing.Process(target=storm_checked, args=(rows, theirs))
        process.start()
        if not ours.poll(30):
            process.kill()
            raise TimeoutError
        return ours.recv()

    return work


def storm_checked(rows, answer):
    import stormpy

    size = len(rows)
    header = f"@type: DTMC\n@value_type: double\n@parameters\n\n@reward_models\nsteps\n@nr_states\n{size + 1}\n@nr_choices\n{size + 1}\n@model\n"
    with tempfile.NamedTemporaryFile("w", suffix=".drn") as file:
        file.write(header)
        for i, row in enumerate(rows):
            file.write(f"state {i} [1]{' init' if i == 0 else ''}\n\taction 0 [0]\n")
            file.writelines(f"\t\t{j} : {row[j]!r}\n" for j in numpy.nonzero(row)[0])
            if row.sum() < 1:
                file.write(f"\t\t{size} : {1 - row.sum()!r}\n")
        file.write(f"state {size} [0] failed\n\taction 0 [0]\n\t\t{size} : 1\n")
        file.flush()
        model = stormpy.build_model_from_drn(file.name)
    asked = stormpy.parse_property('R{"steps"}=? [F "failed"]')
    answer.send(clocked(lambda: stormpy.model_checking(model, asked).get_value(0)))


def survival(rows, generations=1000):
    matrix = scipy.sparse.csr_matrix(rows.T)

    def work():
        state = numpy.zeros(rows.shape[0])
        state[0] = 1.0
        values = [1.0]
        for _ in range(generations):
            state = matrix @ state
            values.append(state.sum())
        return values[30]

    return work


def main():
    chains(printed("peer_chains"), sys.argv[1])
    simulated(printed("peer_loops"), sys.argv[2])


def printed(bench):
    command = ["cargo", "bench", "--quiet", "--bench", bench]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def chains(ours, faer):
    lines = subprocess.run([faer], check=True, capture_output=True, text=True).stdout.splitlines()
    factored = {(int(n), float(a)): (float(value), float(ms)) for n, a, ms, value in map(str.split, lines)}
    print(f"{'job':34} {'solver':18} {'median ms':>10} {'rel. error':>11} {'times ours':>10}")
    for (draws, growth), truth in TRUTH.items():
        key = f"mean {draws} {growth}"
        mine = ours[f"solve nodes {draws} {growth}"]
        print(f"{key:34} {'runaway':18} {mine['ms']:10.3f} {abs(mine['value'] / truth - 1):11.1e} {1.0:10.1f}")
        rows = transient(draws, growth)
        solvers = {"scipy SuperLU": sparse, "LAPACK band": band}
        if draws <= 1000:
            solvers |= {"numpy LAPACK": dense, "PyDTMC": pydtmc}
        if (draws, growth) in factored:
            solvers["faer LU"] = lambda _, key=(draws, growth): lambda: factored[key]
        solvers |= {"Storm": storm}
        for name, prepare in solvers.items():
            try:
                value, ms = prepare(rows)() if name in ("Storm", "faer LU") else clocked(prepare(rows))
                error = f"{abs(value / truth - 1):11.1e}"
            except Exception as refusal:  # a peer that gives up is a result
                ms, error = float("nan"), f"{type(refusal).__name__:>11}"
            print(f"{key:34} {name:18} {ms:10.3f} {error} {ms / mine['ms']:10.1f}")
    for draws in (1000, 10_000):
        key = f"survival {draws} 1.6"
        mine = ours[key]
        print(f"{key:34} {'runaway':18} {mine['ms']:10.3f} {'':11} {1.0:10.1f}")
        value, ms = clocked(survival(transient(draws, 1.6)))
        print(f"{key:34} {'scipy CSR':18} {ms:10.3f} {abs(value / mine['value'] - 1):11.1e} {ms / mine['ms']:10.1f}")
    small(ours["small"])


def small(mine):
    generator = numpy.random.default_rng(7)
    rows = generator.random((100_000, 4, 5))
    rows /= rows.sum(axis=2, keepdims=True)
    matrices = numpy.eye(4) - rows[:, :, :4]
    _, ms = clocked(lambda: numpy.linalg.solve(matrices, numpy.ones((100_000, 4, 1)))[0, 0, 0])
    print(f"{'100,000 chains of 4 states':34} {'runaway':18} {mine['ms']:10.3f} {'':11} {1.0:10.1f}")
    print(f"{'100,000 chains of 4 states':34} {'numpy batched':18} {ms:10.3f} {'':11} {ms / mine['ms']:10.1f}")


def simulated(ours, krabmaga):
    work = ours["examples"] * ours["generations"]
    print(f"\n{'reference loop, one core':34} {'engine':18} {'items/s':>10} {'loops/s':>11} {'ours over it':>12}")
    for loop in ours["loops"]:
        key = f"{loop['share']:.0%} wrong"
        theirs = subprocess.run([krabmaga, str(loop["step_error"])], check=True, capture_output=True, text=True)
        seconds, share = map(float, theirs.stdout.split())
        counted, ms = clocked(lambda: counts(numpy.array(loop["next"]), ours), seconds=3)
        rows = [
            ("runaway events", loop["events"], loop["events"]),
            ("runaway agents", loop["agents"], loop["events"]),
            (f"krABMaga ({share:.1%})", seconds, loop["events"]),
            ("runaway counts", loop["counts"], loop["counts"]),
            (f"numpy ({counted:.1%})", ms / 1e3 / BATCH, loop["counts"]),
        ]
        for name, taken, best in rows:
            print(f"{key:34} {name:18} {work / taken:10.2e} {1 / taken:11.1f} {taken / best:12.1f}")


BATCH = 1000


def counts(following, ours):
    """Many loops at once; the mean share of wrong beliefs."""
    generator = numpy.random.default_rng(1)
    state = numpy.zeros(BATCH, dtype=numpy.int64)
    total = 0.0
    for _ in range(ours["generations"]):
        state = generator.binomial(ours["examples"], following[state])
        total += state.mean()
    return total / ours["generations"] / ours["examples"]


if __name__ == "__main__":
    main()
