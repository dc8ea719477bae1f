"""Results of the commands about a described loop."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from runaway import _native
from runaway._record import Record, frozen
from runaway._result import Result, by_number, flat
from runaway.figure import Figure

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


class Solution(Result):
    """The exact solution of a loop.

    Arrays by generation have the shape (horizon + 1,), from generation 0 on. Error rates and probabilities lie between 0
    and 1; times are in generations. What there is not is None (NaN in arrays); `undefined` says why.

    Example:
        >>> import runaway
        >>> loop = runaway.Scenario.from_toml('name = "unverified"\\n[errors]\\namplification = 20')
        >>> solution = loop.solve()
        >>> round(solution.expected_runway, 6), solution.regime
        (6.413979, 'avalanche')
        >>> solution.survival.shape == solution.generations.shape
        True
    """

    _command = "solve"

    def __repr__(self) -> str:
        name = self._fields["scenario"]["name"]
        runway, number = (
            "unknown" if value is None else f"{value:.3g}" for value in (self.expected_runway, self.reproduction_number)
        )
        return f"<Solution of {name!r}: E[T] = {runway} generations, R = {number}>"

    @property
    def reproduction_number(self) -> float | None:
        """R: mistakes that one mistake leaves in the next generation; above 1 the loop runs away."""
        return self._get("reproduction_number")

    @property
    def regime(self) -> str | None:
        """`avalanche`, `healing` and what lies between."""
        return self._get("regime")

    @property
    def expected_runway(self) -> float | None:
        """E[T], generations until the error rate reaches the threshold; as large as 1e28."""
        return self._get("runway", "mean")

    @property
    def runway(self) -> Record:
        """The law of the runway T in generations: mean, sd, q05, q50, q95, restricted_mean, ever_fails."""
        return self._get("runway")

    @property
    def generations(self) -> Counts:
        """0 to the horizon, shape (horizon + 1,)."""
        return self._get("generations")

    @property
    def survival(self) -> Numbers | None:
        """P(T > g), shape (horizon + 1,); None where no exact method applies."""
        return self._get("survival")

    @property
    def failed(self) -> Numbers | None:
        """P(T <= g) with its digits where it is small, shape (horizon + 1,)."""
        return self._get("failed")

    @property
    def expected_error(self) -> Numbers | None:
        """Expected error rate, shape (horizon + 1,)."""
        return self._get("expected_error")

    @property
    def undefined(self) -> Record:
        """Numbers that there are not, each with the reason."""
        return self._get("undefined")

    def _columns(self) -> dict[str, Any]:
        return by_number(self._fields, len(self.generations))


class Simulation(Result):
    """A loop that was played many times.

    Arrays by generation have the shape (horizon + 1,). Standard errors (`se_…`) are of the means beside them.
    """

    _command = "simulate"

    @property
    def replicates(self) -> int:
        """Independent runs."""
        return self._get("replicates")

    @property
    def generations(self) -> Counts:
        """0 to the horizon, shape (horizon + 1,)."""
        return self._get("generations")

    @property
    def survival(self) -> Numbers:
        """Share of runs that have not failed by g, shape (horizon + 1,)."""
        return self._get("survival")

    @property
    def mean_error(self) -> Numbers:
        """Mean error rate of all runs, shape (horizon + 1,)."""
        return self._get("mean_error")

    @property
    def runway(self) -> Record:
        """restricted_mean and its standard error `se`, in generations; `censored`: runs that outlived the horizon."""
        return self._get("runway")

    def _columns(self) -> dict[str, Any]:
        return by_number(self._fields, len(self.generations)) if "generations" in self._fields else {}


class Agreement(Result):
    """Whether the exact solution and a simulation agree, at a stated level."""

    _command = "check"

    @property
    def agree(self) -> bool:
        """The verdict."""
        return self._get("check", "agree")

    def __bool__(self) -> bool:
        return self.agree

    def _columns(self) -> dict[str, Any]:
        return flat(self._fields["check"]["tests"])


class Explanation(Result):
    """One generation taken apart: where mistakes enter, what each check catches, what is learned."""

    _command = "explain"


class SensitivityResult(Result):
    """What a loop's fate depends on: each key over its range, elasticities, and shares of the variance with `global_`."""

    _command = "sensitivity"


class Comparison(Result):
    """Designs side by side, and what their files claim of them."""

    _command = "compare"

    @property
    def designs(self) -> tuple[Record, ...]:
        """The designs in the order of the files."""
        return self._get("designs")

    def __getitem__(self, name: str) -> Record:
        for design in self.designs:
            if design["name"] == name:
                return design
        raise KeyError(f"{name!r}; the designs are {', '.join(design['name'] for design in self.designs)}")

    def _columns(self) -> dict[str, Any]:
        columns = flat(self.designs)
        return {name: column for name, column in columns.items() if not name.startswith(("scenario.", "account."))}


class Plan(Result):
    """The design that does what was asked, or how the samples of a problem are best divided."""

    _command = "plan"

    def __bool__(self) -> bool:
        return bool(self._fields.get("met", True))


class SweepResult(Result):
    """R, runway and probability of failure over a grid of keys.

    Every column of the table is an attribute with the shape of the grid, an axis for each key in the order in which they
    were given: `reproduction_number`, `runway_mean` (generations), `survival` and `failed` at the horizon, and with
    `quantiles` `runway_q05`, `runway_q50`, `runway_q95` (generations). NaN stands where there is no number; the column
    `unknown` says why.
    """

    _command = "sweep"

    @classmethod
    def of(cls, native: _native.Sweep, scenario: Any, over: tuple[str, ...], quantiles: bool, table: bytes) -> SweepResult:
        """The result of a table that the program wrote."""
        text = table.decode()
        extra = {"csv": text, "made_from": (scenario, over, quantiles)}
        made = cls(lambda: native.document(text), lambda: native.told(text), extra)
        made._kept["native"] = native
        return made

    def __reduce__(self) -> tuple[Callable[..., SweepResult], tuple[Any, ...]]:
        return _swept, (*self._extra["made_from"], self.csv.encode())

    @property
    def _native_sweep(self) -> _native.Sweep:
        native: _native.Sweep = self._kept["native"]
        return native

    @property
    def axes(self) -> dict[str, npt.NDArray[Any]]:
        """The values of each key, in order; shape (points,)."""
        return {key: frozen(list(values)) for key, values in self._native_sweep.axes}

    @property
    def shape(self) -> tuple[int, ...]:
        """Points of each key."""
        return tuple(len(values) for _, values in self._native_sweep.axes)

    @property
    def csv(self) -> str:
        """The table, byte for byte what the program writes to a .csv file."""
        table: str = self._extra["csv"]
        return table

    def figures(self) -> tuple[Figure, ...]:
        """Runway and probability of failure: curves over one key, maps over two."""
        return tuple(Figure(*figure) for figure in self._keep("figures", lambda: self._native_sweep.figures(self.csv)))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        columns = self._columns()
        if name in columns:
            return columns[name].reshape(self.shape)
        raise AttributeError(f"no column {name!r}; the columns are {', '.join(columns)}")

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *self._columns()]

    def _columns(self) -> dict[str, Any]:
        columns: dict[str, Any] = self._keep("columns", lambda: read_cells(self.csv, len(self.shape)))
        return columns


def _swept(scenario: Any, over: tuple[str, ...], quantiles: bool, table: bytes) -> SweepResult:
    return SweepResult.of(_native.Sweep(scenario._loop, over, quantiles), scenario, over, quantiles, table)


def read_cells(table: str, keys: int) -> dict[str, npt.NDArray[Any]]:
    """The columns of a sweep's CSV: keys, numbers (NaN where there is none), and the reasons for what is missing."""
    head, *rows = list(csv.reader(table.splitlines()))
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, cells in zip(head, zip(*rows)):
        if name == head[-1]:
            columns[name] = np.array(cells, dtype=object)
        elif len(columns) < keys and all(cell.lstrip("-").isdigit() for cell in cells):
            columns[name] = np.array([int(cell) for cell in cells], dtype=np.int64)
        else:
            columns[name] = np.array([float(cell) if cell else np.nan for cell in cells])
        columns[name].flags.writeable = False
    return columns
