"""From what a running loop left behind to its remaining runway."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from runaway import _native
from runaway._calls import run
from runaway._words import Path, Progress, Value, options, shown, threads_of, word
from runaway.errors import LogError, UsageError
from runaway.fits import BacktestResult, FitResult, GateResult, MeasuredLoop, PairedFit

if TYPE_CHECKING:
    import pandas as pd

Columns: TypeAlias = Mapping[str, Sequence[Any]]
Log: TypeAlias = Union[Path, Sequence[Path], "pd.DataFrame", Columns]

IN_MEMORY = "-"


def files_of(log: Log) -> tuple[list[Path], list[tuple[str, bytes]]]:
    """The files of a log, or its columns as a table in memory."""
    if isinstance(log, (str, os.PathLike)):
        return [log], []
    if hasattr(log, "columns") and hasattr(log, "to_dict"):
        frame: Any = log
        log = {str(name): list(frame[name]) for name in frame.columns}
    if isinstance(log, Mapping):
        return [IN_MEMORY], [(IN_MEMORY, table_of(log))]
    paths = list(log)
    if not paths:
        raise LogError("no log is given; name a file, or give columns", None, None, 3)
    return paths, []


def table_of(columns: Columns) -> bytes:
    """Columns as the canonical table; None and NaN are empty cells."""
    import csv

    values = {str(name): list(column) for name, column in columns.items()}
    lengths = {name: len(column) for name, column in values.items()}
    if len(set(lengths.values())) != 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        remedy = "give every column a value for each row, None where there is none"
        raise LogError(f"the columns of a log are of one length, and these are: {told or 'none'}; {remedy}", None, remedy, 3)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(values)
    writer.writerows([[_cell(value) for value in row] for row in zip(*values.values())])
    return written.getvalue().encode()


def _cell(value: object) -> str:
    # NaN and NaT differ from themselves.
    missing = value is None or type(value).__name__ == "NAType" or value != value
    return "" if missing else word(value)


def fit(
    log: Log,
    *,
    first: int | None = None,
    alone: bool = False,
    run: int = 0,
    horizon: int | None = None,
    seed: int = 1,
    sweeps: int | None = None,
    fail_if: Sequence[str] | str = (),
    advise: bool | Sequence[str] = False,
    variants: bool = False,
    save: Path | None = None,
    report: Path | None = None,
    force: bool = False,
    allow_long: bool = False,
    threads: int | None = None,
    progress: Progress = False,
    **more: Value,
) -> FitResult:
    """Fits the log of a running loop: R, the remaining runway and the generation to keep, with their uncertainty.

    Args:
        log: a file, a folder, a pattern, several files of one run, a pandas DataFrame, or columns (`generation`,
            `evaluated`, `wrong` at the least).
        first: use only the first N evaluated generations of the run that is forecast.
        alone: leave the other runs of the log out.
        run: number of the run that is forecast, from 0.
        horizon: generations to forecast (20).
        seed: seed of the sampler; the same seed gives the same bytes on any number of threads.
        sweeps: sweeps of the sampler (480).
        fail_if: rules to judge by, as for `gate`.
        advise: what to measure next; sizes as in `["evaluate=500", "audit=50"]`.
        variants: fit simpler variants of the model too.
        save: write the loop as it stands to this scenario file, for `compare(…, fit=…)` and `plan(…, fit=…)`.
        report: folder for figures, report.html and fit.json; implies advice and variants. `force` writes even into a folder
            that holds the results of another command.
        allow_long, threads, progress: as for `Scenario.solve`.
        more: the other options of `runaway fit`, with underscores: `metric`, `task`, `columns`, `same_problems`,
            `fresh_problems`, `scenario`, `right_above`, `failing`, and so on.

    Raises:
        LogError: with file, line, column and reason.
        UsageError: for an option out of range.

    Example:
        >>> import runaway
        >>> log = {"generation": [0, 1, 2, 3], "evaluated": [1000] * 4, "wrong": [30, 41, 60, 83]}
        >>> fit = runaway.fit(log, horizon=5)
        >>> bool(0 <= fit.p_fail_within(5) <= 1)
        True
    """
    advice: Value = ",".join(advise) if isinstance(advise, (list, tuple)) else advise
    given: dict[str, Value] = {
        "first": first,
        "alone": alone,
        "run": run or None,
        "horizon": horizon,
        "seed": seed,
        "sweeps": sweeps,
        "fail_if": _rules(fail_if),
        "advise": advice,
        "variants": variants,
        "save": save,
        "report": report,
        "force": force,
        "allow_long": allow_long,
        **more,
    }
    files, inputs = files_of(log)
    words = [*options({**given, "json": True}), "--", *(os.fspath(file) for file in files)]
    with shown(progress) as hook:
        made = _native.fit(words, inputs=inputs, threads=threads_of(threads), progress=hook)
    return FitResult.of(made)


def fit_pair(
    log: Log,
    *,
    metric: Sequence[str] | None = None,
    class_: str | None = None,
    report: Path | None = None,
    force: bool = False,
    allow_long: bool = False,
    threads: int | None = None,
    progress: Progress = False,
    **more: Value,
) -> PairedFit:
    """Fits two metrics of one run, or all mistakes and one class of them, and says where they part.

    Args:
        log: as for `fit`.
        metric: the two metrics.
        class_: the column that counts the wrong answers of a class.
        report, force, allow_long, threads, progress, more: as for `fit`.

    Raises:
        UsageError: without two metrics or a class.
    """
    paired = class_ is not None or (isinstance(metric, (list, tuple)) and len(metric) == 2)
    if not paired:
        remedy = "give two metrics, as in metric=['acc', 'reward'], or class_='column'"
        raise UsageError(f"fit_pair compares two; {remedy}", "metric", remedy, 2)
    given: dict[str, Value] = {
        "metric": metric,
        "class_": class_,
        "report": report,
        "force": force,
        "allow_long": allow_long,
        **more,
    }
    return PairedFit(*_asked("fit", *files_of(log), given, threads, progress))


def gate(
    log: Log,
    *,
    fail_if: Sequence[str] | str,
    min_generations: int | None = None,
    junit: Path | None = None,
    summary: Path | None = None,
    threads: int | None = None,
    progress: Progress = False,
    **more: Value,
) -> GateResult:
    """Stop or go: holds rules to the log of a running loop.

    Args:
        log: as for `fit`.
        fail_if: rules such as `"P(fail within 5) > 0.2"`, `"P(R > 1) > 0.8"`, `"runway(5%) < 3"`; any that holds says stop.
        min_generations: fewest evaluated generations of a verdict.
        junit: write the verdict to this file as JUnit XML.
        summary: append it to this file as Markdown; the file that GITHUB_STEP_SUMMARY names, where it names one.
        threads, progress: as for `Scenario.solve`.
        more: the options of `fit` about the log and the sampler.
    """
    given: dict[str, Value] = {
        "fail_if": _rules(fail_if),
        "min_generations": min_generations,
        "junit": junit,
        "summary": summary,
        **more,
    }
    return GateResult(*_asked("gate", *files_of(log), given, threads, progress))


def measure(
    samples: Path | Sequence[Path],
    *,
    steps: int | None = None,
    name: str | None = None,
    seed: int = 1,
    report: Path | None = None,
    threads: int | None = None,
    progress: Progress = False,
    **more: Value,
) -> MeasuredLoop:
    """Measures a loop's keys from samples: error, difficulty, shared mistakes, checks, what is learned.

    Args:
        samples: files of one generation or of two in succession; a folder, a pattern.
        steps: steps of a solution, which samples do not show (1).
        name: name of the scenario.
        seed: seed of the intervals.
        report: folder for loop.toml, figures, measure.html and measure.json.
        threads, progress: as for `Scenario.solve`.
        more: the options of `runaway measure` about reading.
    """
    given: dict[str, Value] = {"steps": steps, "name": name, "seed": seed, "report": report, **more}
    return MeasuredLoop(*_asked("measure", *files_of(samples), given, threads, progress))


def backtest(
    logs: Path | Sequence[Path],
    *,
    cut: Sequence[int] = (),
    others: bool = False,
    seed: int = 1,
    sweeps: int | None = None,
    report: Path | None = None,
    allow_long: bool = False,
    threads: int | None = None,
    progress: Progress = False,
    **more: Value,
) -> BacktestResult:
    """Fits the first generations of finished runs, forecasts the rest, and scores against extrapolations.

    Args:
        logs: canonical logs, or folders of them.
        cut: generations that a fit may see, each in turn (4, 6, 8, 10).
        others: let every forecast see the other runs of its log too.
        seed, sweeps, allow_long, threads, progress: as for `fit`.
        report: folder for figures, backtest.html and backtest.json.
        more: the other options of `runaway backtest`.
    """
    given: dict[str, Value] = {
        "cut": ",".join(str(count) for count in cut) or None,
        "others": others,
        "seed": seed,
        "sweeps": sweeps,
        "report": report,
        "allow_long": allow_long,
        **more,
    }
    return BacktestResult(*_asked("backtest", *files_of(logs), given, threads, progress))


def ingest(log: Log, **more: Value) -> str:
    """Converts the logs of evaluation harnesses and trainers to the canonical table.

    Args:
        log: as for `fit`.
        more: the options of `runaway ingest`: `metric`, `task`, `filter`, `columns`, and so on.

    Returns:
        The table as CSV.

    Example:
        >>> import runaway
        >>> runaway.ingest({"round": [0, 1], "total": [100, 100], "correct": [97, 94]}).splitlines()[:2]
        ['run,generation,evaluated,wrong', ',0,100,3']
    """
    files, inputs = files_of(log)
    output, _ = run(["ingest", *options(more)], files, inputs, None, False)
    return output.decode()


def _asked(
    command: str,
    files: list[Path],
    inputs: list[tuple[str, bytes]],
    given: Mapping[str, Value],
    threads: int | None,
    progress: Progress,
) -> tuple[bytes, tuple[str, bytes]]:
    return run([command, *options({**given, "json": True})], files, inputs, threads, progress)


def _rules(fail_if: Sequence[str] | str) -> list[str]:
    rules = [fail_if] if isinstance(fail_if, str) else list(fail_if)
    if not all(isinstance(rule, str) for rule in rules):
        raise UsageError("fail_if: a rule is text, as in 'P(fail within 5) > 0.2'", "fail_if", None, 2)
    return rules
