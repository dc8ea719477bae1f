"""Results of the commands about logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from runaway._record import Record
from runaway._result import Result, flat
from runaway.errors import UsageError, WorkError

if TYPE_CHECKING:
    from runaway.scenario import Scenario

T = TypeVar("T")

UNSETTLED = 4


class UnsettledError(WorkError):
    """The sampler of a fit has not settled: every number would depend on the seed; give more `sweeps`."""


class FitResult(Result):
    """A fit of a running loop. Names that end with an underscore were estimated, as in scikit-learn and lifelines.

    Generations of the remaining runway count from the last one of the log. Error rates lie between 0 and 1. Where the
    sampler has not settled (`settled` is false), what was estimated raises `UnsettledError`.
    """

    _command = "fit"

    @classmethod
    def of(cls, made: Mapping[str, Any]) -> FitResult:
        """The fit that the compiled part made."""
        kept = ("run", "chains", "draws", "parameters", "scenario", "no_scenario", "code")
        return cls(made["document"], made["told"], {name: made[name] for name in kept})

    @property
    def settled(self) -> bool:
        """Whether the sampler has settled, R-hat at most 1.1."""
        return bool(self._extra["code"] != UNSETTLED)

    def _check_settled(self) -> None:
        if not self.settled:
            remedy = "give more sweeps, as in sweeps=2000"
            said = self.finding[0] if self.finding else "the sampler has not settled"
            raise UnsettledError(f"{said}; {remedy}", "sweeps", remedy, UNSETTLED)

    def _estimate(self, *path: str) -> T:  # type: ignore[type-var]
        """The field at this path, if the sampler has settled."""
        self._check_settled()
        return self._get(*path)

    @property
    def remaining_runway_(self) -> int | None:
        """Median of the remaining runway in generations; None where it lies beyond the horizon."""
        return self._estimate("runway", "median")

    @property
    def remaining_runway_interval_(self) -> tuple[int | None, int | None]:
        """Its central 90 % interval; an end that is None lies beyond the horizon."""
        ends: Sequence[float | None] = self._estimate("runway", "interval90")
        # In arrays NaN stands where there is none.
        low, high = (None if end is None or end != end else int(end) for end in ends)
        return low, high

    @property
    def reproduction_number_(self) -> float:
        """Median of R at the last generation; above 1 mistakes multiply."""
        return self._estimate("reproduction_number", "posterior", "q50")

    @property
    def reproduction_number_interval_(self) -> tuple[float, float]:
        """Its central 90 % interval."""
        posterior: Record = self._estimate("reproduction_number", "posterior")
        return posterior["q05"], posterior["q95"]

    @property
    def p_avalanche_(self) -> float:
        """P(R > 1)."""
        return self._estimate("reproduction_number", "above_one")

    @property
    def best_generation_(self) -> int:
        """The generation to keep: that of the log which has the lowest error rate most often."""
        return self._estimate("best", "generation")

    def p_fail_within(self, generations: int) -> float:
        """Probability of failing within this number of generations after the log.

        Raises:
            UsageError: beyond the horizon of the fit.
        """
        horizon: int = self._estimate("runway", "horizon")
        if not 0 <= generations <= horizon:
            remedy = f"fit with horizon={generations}"
            raise UsageError(
                f"p_fail_within({generations}): the forecast reaches 0 to {horizon} generations; {remedy}",
                "generations",
                remedy,
                2,
            )
        ahead: list[float] = [point["survival"] for point in self._fields["fan"] if point["survival"] is not None]
        return 1.0 - ahead[generations - 1] if generations else 0.0

    def summary(self) -> str:
        """What `runaway fit` prints."""
        return self._words[0]

    def draws(self) -> dict[str, npt.NDArray[np.float64]]:
        """Every kept draw of the parameters, in natural units, each of shape (chain, draw): `az.from_dict({"posterior": …})`.

        A chain is a walker of the sampler: those of one ensemble move by each other, the ensembles were sampled apart.
        """
        self._check_settled()
        shape = (self._extra["chains"], self._extra["draws"])
        return {name: np.frombuffer(values, dtype=np.float64).reshape(shape) for name, values in self._extra["parameters"].items()}

    @property
    def scenario_(self) -> Scenario:
        """The loop as it stands at the last generation, with draws of its keys: designs can be put on it.

        Raises:
            WorkError: where a scenario cannot say what the fit does.
        """
        from runaway.scenario import Scenario

        self._check_settled()
        text = self._extra["scenario"]
        if text is None:
            raise WorkError(self._extra["no_scenario"])
        return Scenario.from_toml(text)

    def _columns(self) -> dict[str, Any]:
        return flat(self._fields["fan"])


class PairedFit(Result):
    """Two metrics of one run, or all mistakes and one class of them: `metrics`, and where they part, `parting`."""

    _command = "fit"

    @property
    def metrics(self) -> tuple[Record, Record]:
        """The two fits, each with its `metric`."""
        return self._get("metrics")


class GateResult(Result):
    """A verdict on a running loop."""

    _command = "gate"

    @property
    def decision(self) -> str:
        """`go`, `stop`, `not-enough-data` or `model-does-not-fit`."""
        return self._get("decision")

    @property
    def stop(self) -> bool:
        """Whether a rule says stop."""
        return self.decision == "stop"

    @property
    def exit_code(self) -> int:
        """What `runaway gate` exits with: 0, 10, 11 or 12."""
        return {"go": 0, "stop": 10, "not-enough-data": 11, "model-does-not-fit": 12}[self.decision]


class MeasuredLoop(Result):
    """A loop's keys, measured from samples, each with a 90 % interval."""

    _command = "measure"

    @property
    def scenario_(self) -> Scenario:
        """The scenario that was measured."""
        from runaway.scenario import Scenario

        return Scenario.from_toml(self._fields["scenario"])


class BacktestResult(Result):
    """How far forecasts of finished runs could be trusted."""

    _command = "backtest"

    def _columns(self) -> dict[str, Any]:
        return flat(self._fields["cases"])
