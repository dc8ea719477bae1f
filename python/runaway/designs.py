"""Designs side by side, the search for one, and loops over grids of their keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from runaway import _native
from runaway._calls import asked, run
from runaway._words import Path, Progress, Value, options, word
from runaway.clusters import SweepShare, swept
from runaway.errors import UsageError
from runaway.fits import FitResult
from runaway.results import Comparison, Plan, SweepResult
from runaway.scenario import NAMELESS, Scenario

Axes = Mapping[str, Any]

FITTED = "fitted.toml"


def compare(
    designs: Scenario | Sequence[Scenario | Path],
    *,
    fit: Path | FitResult | None = None,
    baseline: str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    horizon: int | None = None,
    allow_long: bool = False,
    threads: int | None = None,
    progress: Progress = False,
) -> Comparison:
    """Sets designs side by side: fate, runway, price, what each check catches.

    Args:
        designs: scenarios or scenario files. One with `[[design]]` variants stands for all of them; one of its designs, or
            one of several loops that are overridden differently, for itself alone.
        fit: a fit, or the file of the loop that it saved: the designs are put on it in place of their own loops, and every
            number has an interval for what the log leaves open.
        baseline: design that ratios and differences refer to; the first if left out.
        replicates: runs of each design (4000); run i of every design has the same random numbers.
        seed: seed of the random streams (1).
        horizon: generations reported, in place of the scenarios'.
        allow_long, threads, progress: as for `Scenario.solve`.

    Raises:
        ScenarioError: for a file that breaks a rule.
        UsageError: for two designs of one name, or a baseline that there is not.
    """
    listed = [designs] if isinstance(designs, Scenario) else list(designs)
    if isinstance(designs, (str, bytes)) or not listed:
        raise UsageError("compare takes a list of scenarios, at least one", "designs", None, 2)
    fitted, inputs = _fitted(fit)
    given: dict[str, Value] = {
        "fit": fitted,
        "baseline": baseline,
        "replicates": replicates,
        "seed": seed,
        "horizon": horizon,
        "allow_long": allow_long,
        "json": True,
    }
    overrides, files, own = _named(listed)
    return Comparison(*run(["compare", *options(given), *overrides], files, [*own, *inputs], threads, progress, pooled=True))


def _named(listed: Sequence[Scenario | Path]) -> tuple[list[str], list[Path], list[tuple[str, bytes]]]:
    """Overrides of all loops, names for them, and the texts of those in memory: a loop as its file has it under the file's
    name, any other under its own name."""
    files: list[Path] = []
    inputs: list[tuple[str, bytes]] = []
    overrides = [design._loop.overrides if isinstance(design, Scenario) else [] for design in listed]
    # What is overridden in all alike is overridden before their designs are applied; a design that was chosen has it already.
    chosen = any(isinstance(design, Scenario) and design._loop.design is not None for design in listed)
    shared = [] if chosen or any(one != overrides[0] for one in overrides) else overrides[0]
    for design in listed:
        if not isinstance(design, Scenario):
            files.append(design)
            continue
        loop = design._loop
        alone = loop.overrides != shared or loop.design is not None
        named = loop.name != NAMELESS or len(listed) == 1
        name = loop.name if named and not alone else f"{design.name}.toml"
        text = design.to_toml().encode() if alone else loop.text
        if any(name == other for other, _ in inputs):
            remedy = 'give each a name, as in with_(name="checked")'
            raise UsageError(f"two scenarios are called {name!r}; {remedy}", "name", remedy, 2)
        files.append(name)
        inputs.append((name, text))
    return [f"--set={one}" for one in shared], files, inputs


def _fitted(fit: Path | FitResult | None) -> tuple[Path | None, list[tuple[str, bytes]]]:
    """The file of a fitted loop, and its text where it is in memory."""
    if isinstance(fit, FitResult):
        return FITTED, [(FITTED, fit.scenario_._loop.text)]
    return fit, []


def plan(
    scenario: Scenario,
    *,
    generations: int | None = None,
    max_failure: float | None = None,
    budget: float | None = None,
    per_problem: int | None = None,
    vary: Sequence[str] = (),
    only: bool = False,
    revision: str | None = None,
    stop_error: float | None = None,
    fit: Path | FitResult | None = None,
    save: Path | None = None,
    force: bool = False,
    allow_long: bool = False,
    threads: int | None = None,
    progress: Progress = False,
) -> Plan:
    """The cheapest design that lasts, the longest run of a budget, or how samples of a problem are best divided.

    Args:
        generations: that the run shall last; with `budget` alone, as many as it pays for.
        max_failure: probability of failing within the run that is accepted.
        budget: what the run may cost, in the unit of the file's `[cost]`; without prices, in steps of candidates.
        per_problem: divide this number of samples a problem instead.
        vary: keys to vary, each `KEY=FROM:TO`, `KEY=FROM:TO:COUNT`, `KEY=V,V,…` or `filter.0=on,off`.
        only: vary nothing but these.
        revision: what a revision does, `SPOILED:MENDED`; with `per_problem`.
        stop_error: error at which a vote stops early; with `per_problem`.
        fit: a fit, or the file of the loop that it saved, in place of the scenario's own: the choice then has a probability to
            do what was asked.
        save: write the chosen design to this scenario file; `force` replaces one.
        allow_long, threads, progress: as for `Scenario.solve`.

    Returns:
        A plan that is true where a design does what was asked.
    """
    fitted, inputs = _fitted(fit)
    given: dict[str, Value] = {
        "generations": generations,
        "max_failure": max_failure,
        "budget": budget,
        "per_problem": per_problem,
        "vary": list(vary),
        "only": only,
        "revision": revision,
        "stop_error": stop_error,
        "fit": fitted,
        "save": save,
        "force": force,
        "allow_long": allow_long,
    }
    return Plan(*asked("plan", scenario._loop, given, threads, progress, pooled=True, inputs=inputs))


def sweep(
    scenario: Scenario,
    over: Axes,
    *,
    quantiles: bool = False,
    out: Path | None = None,
    executor: Any = None,
    workers: int | None = None,
    allow_long: bool = False,
    threads: int | None = None,
    progress: Progress = False,
) -> SweepResult:
    """Solves the loop for every combination of the values of its keys.

    Args:
        scenario: the loop.
        over: for each key its values: a list or array of numbers, or `"FROM:TO:POINTS"`, `"FROM:TO:POINTS:log"`. The last
            key changes from cell to cell.
        quantiles: quantiles of the runway as well.
        out: write the grid to this .csv file too; an unfinished sweep is resumed.
        executor: solve the cells on this: a pool of `concurrent.futures`, a Dask `Client`, `runaway.clusters.RayExecutor()`,
            anything with `submit`, or a function that makes one. The bytes are the same; work is not limited then.
        workers: of the executor, where it does not say how many it has.
        allow_long, threads, progress: as for `Scenario.solve`.

    Returns:
        Numbers of the shape of the grid.

    Raises:
        ScenarioError: for a cell that breaks a rule; nothing is solved then.
        UsageError: for a key that cannot be varied.
        WorkError: where workers die again and again; with `out`, the same call goes on from what is done.

    Example:
        >>> import runaway
        >>> loop = runaway.Scenario.from_dict({"name": "small", "examples": 40, "horizon": 10})
        >>> grid = runaway.sweep(loop, {"errors.step_error": [0.001, 0.01], "learning.anchor": "0:0.5:3"})
        >>> grid.runway_mean.shape
        (2, 3)
    """
    axes = typed_axes(over)
    native = _native.Sweep(scenario._loop, axes, quantiles)
    given: dict[str, Value] = {"over": axes, "quantiles": quantiles, "allow_long": allow_long}
    file, *overrides = scenario._loop.words()
    inputs = [(scenario._loop.name, scenario._loop.text)]
    given |= {"format": "csv"} if out is None else {"output": out}
    if out is not None and not str(out).endswith(".csv"):
        remedy = "name a .csv file; the command line writes .json and .parquet"
        raise UsageError(f"out={str(out)!r}: {remedy}", "out", remedy, 2)
    if workers is not None and executor is None:
        remedy = "give an executor, or threads= for threads of this process"
        raise UsageError(f"workers={workers} are those of an executor, and there is none; {remedy}", "workers", remedy, 2)
    if executor is not None:
        share = SweepShare(scenario, tuple(axes), quantiles, _native.__version__)
        held = swept(share, native, executor, workers=workers, out=out, threads=threads, progress=progress)
        if held is not None:
            return SweepResult.of(native, scenario, tuple(axes), quantiles, held.encode())
        # All cells stand in the partial file, of which the program makes the output.
        given["allow_long"] = True
    words = ["sweep", *options(given), *overrides]
    table, _ = run(words, [file], inputs, threads, progress, pooled=True)
    if out is not None:
        with open(out, "rb") as written:
            table = written.read()
    return SweepResult.of(native, scenario, tuple(axes), quantiles, table)


def sweep_rows(
    scenario: Scenario, over: Sequence[str], first: int, count: int, *, quantiles: bool = False, threads: int = 1
) -> str:
    """The lines of `count` cells of a sweep from `first` on, byte for byte as the program writes them to a .csv file.

    They do not depend on how cells are grouped, so that any machine can make any part.

    Args:
        scenario: the loop.
        over: axes as `typed_axes` gives them.
        first, count: which cells, from 0; the last key changes from cell to cell.
        quantiles: quantiles of the runway as well.
        threads: threads of this call.

    Raises:
        UsageError: for cells that there are not.
    """
    return grid_of(scenario, tuple(over), quantiles).rows(first, count, threads=threads)


@lru_cache(maxsize=8)
def grid_of(scenario: Scenario, over: tuple[str, ...], quantiles: bool) -> _native.Sweep:
    """A grid is read once by each process."""
    return _native.Sweep(scenario._loop, over, quantiles)


def typed_axes(over: Axes) -> list[str]:
    """Axes as they are typed after `--over`."""

    def values(given: Any) -> str:
        if isinstance(given, str):
            return given
        if isinstance(given, np.ndarray):
            given = given.tolist()
        return ",".join(word(value) for value in given)

    return [f"{key}={values(given)}" for key, given in over.items()]
