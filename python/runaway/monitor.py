"""A loop that is watched from within: each generation that was evaluated is told, and the runway is said."""

from __future__ import annotations

import contextlib
import operator
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from runaway._words import Value
from runaway.errors import LogError, UsageError
from runaway.fits import FitResult
from runaway.integrations.trackers import LogTarget, trackers_of
from runaway.logs import fit

PREFIX = "runaway/"
# Generations ahead of which the probability to fail is said.
AHEAD = 5
LEAST_GENERATIONS = 2
DEFAULT_RULE = f"P(fail within {AHEAD}) > 0.2"

# What a reading says beside the decisions of the gate: `go`, `stop`, `not-enough-data`, `model-does-not-fit`.
OUT_OF_TIME = "out-of-time"
TOO_FEW = "not-enough-data"


@dataclass(frozen=True)
class Reading:
    """What is known after a generation.

    Attributes:
        generation: the last that was evaluated.
        decision: `go`, `stop`, `not-enough-data` or `model-does-not-fit`, as `gate` decides; `out-of-time` where the fit took
            longer than it may.
        reproduction_number: median of R; above 1 mistakes multiply. None where there is no fit.
        reproduction_number_interval: its central 90 % interval.
        remaining_runway: median of the generations that are left; None where it lies beyond the horizon, or there is no fit.
        p_fail_5: probability of failing within 5 generations.
        best_generation: the generation to keep.
        met: the rules that say stop.
        fit: everything else.
    """

    generation: int
    decision: str
    reproduction_number: float | None = None
    reproduction_number_interval: tuple[float, float] | None = None
    remaining_runway: int | None = None
    p_fail_5: float | None = None
    best_generation: int | None = None
    met: tuple[str, ...] = ()
    fit: FitResult | None = field(default=None, repr=False, compare=False)

    @property
    def stop(self) -> bool:
        """Whether a rule says stop."""
        return self.decision == "stop"

    def numbers(self, prefix: str = PREFIX) -> dict[str, float]:
        """The numbers for a tracker; one that there is not is left out, as the median of a runway beyond the horizon."""
        known = {
            "R": self.reproduction_number,
            "remaining_p50": self.remaining_runway,
            "p_fail_5": self.p_fail_5,
            "best_generation": self.best_generation,
            "generation": self.generation,
            "stop": float(self.stop),
        }
        return {prefix + name: float(value) for name, value in known.items() if value is not None}


class _OutOfTimeError(Exception):
    """The fit took longer than it may."""


class Monitor:
    """Watches a home-made loop: `update` after each evaluation says R, what is left, and whether a rule says stop.

    Args:
        fail_if: rules as for `runaway.gate`; any that holds says stop.
        seconds: longest time of a fit; a generation whose fit takes longer is read as `out-of-time`, and the log goes on.
        horizon: generations to forecast, at least 5.
        log_to: where the numbers go: `"trackio"`, `"wandb"`, `"mlflow"` (the current run of each), a function
            `(numbers, step)`, or several of these.
        on_alert: hears `(title, text)` when a rule is met that was not met at the evaluation before; trackers show it too.
        more: options of `runaway.fit`, such as `threshold=0.3`, `same_problems=True`, `seed=2`.

    Raises:
        UsageError: for an option out of range.

    Example:
        >>> import runaway
        >>> monitor = runaway.Monitor(fail_if="P(fail within 5) > 0.5")
        >>> for generation, wrong in enumerate([30, 52, 91]):
        ...     reading = monitor.update(generation, evaluated=1000, wrong=wrong)
        >>> reading.decision, reading.best_generation
        ('not-enough-data', 0)
    """

    def __init__(
        self,
        *,
        fail_if: Sequence[str] | str = DEFAULT_RULE,
        seconds: float = 60.0,
        horizon: int = 20,
        log_to: LogTarget | Sequence[LogTarget] | None = None,
        on_alert: Callable[[str, str], object] | None = None,
        **more: Value,
    ) -> None:
        if not seconds > 0.0:
            raise UsageError(f"seconds={seconds!r}: a fit needs time; give a number above 0", "seconds", None, 2)
        if horizon < AHEAD:
            remedy = f"give at least {AHEAD}"
            raise UsageError(f"horizon={horizon}: {PREFIX}p_fail_{AHEAD} looks further ahead; {remedy}", "horizon", remedy, 2)
        self._rules = [fail_if] if isinstance(fail_if, str) else list(fail_if)
        if not self._rules:
            raise UsageError("fail_if: give at least one rule", "fail_if", None, 2)
        self._seconds = seconds
        self._options: dict[str, Any] = {"horizon": horizon, **more}
        _check_options(self._rules, self._options)
        self._trackers = trackers_of(log_to)
        self._on_alert = on_alert
        self._rows: list[tuple[int, int, int]] = []
        self._met: tuple[str, ...] = ()

    @property
    def log(self) -> dict[str, list[int]]:
        """The generations so far, as `runaway.fit` takes them."""
        columns = list(zip(*self._rows)) or [(), (), ()]
        return {name: list(column) for name, column in zip(("generation", "evaluated", "wrong"), columns)}

    def add(self, generation: int, evaluated: int, wrong: int) -> None:
        """Notes a generation of which nothing is asked, as those before a restart.

        Raises:
            UsageError: for a generation that does not come after the last, or counts that are none.
        """
        row = (_whole("generation", generation), _whole("evaluated", evaluated), _whole("wrong", wrong))
        if self._rows and row[0] <= self._rows[-1][0]:
            remedy = "number generations upwards, each once"
            told = f"generation {row[0]} comes after generation {self._rows[-1][0]}; {remedy}"
            raise UsageError(told, "generation", remedy, 2)
        if not 0 <= row[2] <= row[1] or row[1] == 0:
            remedy = "give counts of problems, of which at most all are wrong"
            raise UsageError(f"generation {row[0]}: {row[2]} of {row[1]} are wrong; {remedy}", "wrong", remedy, 2)
        self._rows.append(row)

    def update(self, generation: int, evaluated: int, wrong: int, *, step: int | None = None) -> Reading:
        """Notes a generation, and says what is known now.

        Args:
            generation: its number, higher than the last.
            evaluated: problems that it was given.
            wrong: those that it got wrong.
            step: by which the trackers keep it; the generation if left out.

        Raises:
            UsageError: for a generation that does not come after the last, or counts that are none.
            LogError: where the log cannot be fitted.
        """
        self.add(generation, evaluated, wrong)
        reading = self.read()
        numbers = reading.numbers()
        for tracker in self._trackers:
            tracker.log(numbers, reading.generation if step is None else step)
        self._alert(reading)
        return reading

    def _alert(self, reading: Reading) -> None:
        new = [rule for rule in reading.met if rule not in self._met]
        self._met = reading.met
        if not new:
            return
        title, text = alert_of(reading, new)
        for tracker in self._trackers:
            tracker.alert(title, text)
        if self._on_alert is not None:
            self._on_alert(title, text)

    def read(self) -> Reading:
        """What is known after the last generation; trackers do not hear of it.

        Raises:
            UsageError: before the first generation.
            LogError: where the log cannot be fitted.
        """
        if not self._rows:
            raise UsageError("no generation was noted yet; `update` notes one", "generation", None, 2)
        generation = self._rows[-1][0]
        if len(self._rows) < LEAST_GENERATIONS:
            return Reading(generation, TOO_FEW)
        end = time.monotonic() + self._seconds

        def heard(what: str, done: int, total: int) -> None:
            if time.monotonic() > end:
                raise _OutOfTimeError

        try:
            return _reading(generation, fit(self.log, fail_if=self._rules, progress=heard, **self._options))
        except _OutOfTimeError:
            return Reading(generation, OUT_OF_TIME)


def _check_options(rules: Sequence[str], options: dict[str, Any]) -> None:
    """Refuses options and rules before the loop begins: they are read before a log of one generation is refused."""
    with contextlib.suppress(LogError):
        fit({"generation": [0], "evaluated": [1], "wrong": [0]}, fail_if=rules, **options)


def _reading(generation: int, found: FitResult) -> Reading:
    gate = found.gate
    met = tuple(rule.rule for rule in gate.rules if rule.met) if gate.decision == "stop" else ()
    if not found.settled:
        return Reading(generation, gate.decision, met=met, fit=found)
    return Reading(
        generation,
        gate.decision,
        found.reproduction_number_,
        found.reproduction_number_interval_,
        found.remaining_runway_,
        found.p_fail_within(AHEAD),
        found.best_generation_,
        met,
        found,
    )


def alert_of(reading: Reading, rules: Sequence[str]) -> tuple[str, str]:
    """Title and text of an alert that these rules are met."""
    best = "" if reading.best_generation is None else f" Generation {reading.best_generation} is the one to keep."
    risk = "" if reading.p_fail_5 is None else f" P(fail within {AHEAD} generations) is {reading.p_fail_5:.0%}."
    return f"runaway: stop after generation {reading.generation}", f"{'; '.join(rules)} is met.{risk}{best}"


def _whole(name: str, value: object) -> int:
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        remedy = "give a whole number"
        raise UsageError(f"{name}={value!r}: {remedy}", name, remedy, 2) from None
