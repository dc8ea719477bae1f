"""How many generations a self-training loop has before its mistakes run away, and what would buy more.

A loop is described by a `Scenario` (a TOML file, or a dictionary) and solved exactly, simulated, explained and compared with
other designs. The log of a running loop is fitted, by `fit`, to what it has left. Everything is computed by compiled code
that releases the interpreter's lock; results are frozen and hold numpy arrays.
"""

from runaway import clusters
from runaway._native import __version__
from runaway._record import Record
from runaway.designs import compare, plan, sweep
from runaway.errors import LogError, RunawayError, ScenarioError, UsageError, WorkError
from runaway.figure import Figure
from runaway.fits import BacktestResult, FitResult, GateResult, MeasuredLoop, PairedFit, UnsettledError
from runaway.logs import backtest, fit, fit_pair, gate, ingest, measure
from runaway.monitor import Monitor, Reading
from runaway.results import (
    Agreement,
    Comparison,
    Explanation,
    Plan,
    SensitivityResult,
    Simulation,
    Solution,
    SweepResult,
)
from runaway.scenario import Scenario

__all__ = [
    "Agreement",
    "BacktestResult",
    "Comparison",
    "Explanation",
    "Figure",
    "FitResult",
    "GateResult",
    "LogError",
    "MeasuredLoop",
    "Monitor",
    "PairedFit",
    "Plan",
    "Reading",
    "Record",
    "RunawayError",
    "Scenario",
    "ScenarioError",
    "SensitivityResult",
    "Simulation",
    "Solution",
    "SweepResult",
    "UnsettledError",
    "UsageError",
    "WorkError",
    "__version__",
    "backtest",
    "clusters",
    "compare",
    "fit",
    "fit_pair",
    "gate",
    "ingest",
    "measure",
    "plan",
    "sweep",
]
