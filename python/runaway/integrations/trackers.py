"""Trackers of experiments: numbers and alerts to trackio, Weights & Biases, MLflow, or a function."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, Union

from runaway.errors import UsageError

Numbers: TypeAlias = Mapping[str, float]
LogHook: TypeAlias = Callable[[dict[str, float], int], object]
LogTarget: TypeAlias = Union[str, LogHook, "Tracker"]

# W&B takes titles of fewer characters.
LONGEST_TITLE = 63


class Tracker(Protocol):
    """Something that keeps numbers by step, and shows alerts."""

    def log(self, numbers: Numbers, step: int) -> None:
        """Keeps the numbers of a step."""

    def alert(self, title: str, text: str) -> None:
        """Shows a warning."""


class TrackioTracker:
    """The current run of trackio."""

    name = "trackio"

    def log(self, numbers: Numbers, step: int) -> None:
        import trackio

        # A step of its own would not fit those of the run.
        trackio.log(dict(numbers))

    def alert(self, title: str, text: str) -> None:
        import trackio

        trackio.alert(title=title, text=text, level=trackio.AlertLevel.WARN)

    @staticmethod
    def is_active() -> bool:
        """Whether a run has begun."""
        context = sys.modules.get("trackio.context_vars")
        return context is not None and context.current_run.get() is not None


class WandbTracker:
    """The current run of Weights & Biases."""

    name = "wandb"

    def log(self, numbers: Numbers, step: int) -> None:
        import wandb

        wandb.log(dict(numbers))

    def alert(self, title: str, text: str) -> None:
        import wandb

        wandb.alert(title=title, text=text, level=wandb.AlertLevel.WARN)

    @staticmethod
    def is_active() -> bool:
        """Whether a run has begun."""
        wandb = sys.modules.get("wandb")
        return wandb is not None and getattr(wandb, "run", None) is not None


class MlflowTracker:
    """The current run of MLflow; an alert is the metric `runaway/stop` and the tag `runaway.alert`."""

    name = "mlflow"

    def log(self, numbers: Numbers, step: int) -> None:
        import mlflow

        mlflow.log_metrics(dict(numbers), step=step)

    def alert(self, title: str, text: str) -> None:
        import mlflow

        mlflow.set_tag("runaway.alert", f"{title}: {text}")

    @staticmethod
    def is_active() -> bool:
        """Whether a run has begun."""
        mlflow = sys.modules.get("mlflow")
        return mlflow is not None and mlflow.active_run() is not None


class FunctionTracker:
    """A function that takes the numbers and the step; alerts go to another, where there is one."""

    def __init__(self, log: LogHook) -> None:
        self._log = log

    def log(self, numbers: Numbers, step: int) -> None:
        self._log(dict(numbers), step)

    def alert(self, title: str, text: str) -> None:
        """Says nothing: the numbers have `runaway/stop`."""


BY_NAME: dict[str, Callable[[], Any]] = {kind.name: kind for kind in (TrackioTracker, WandbTracker, MlflowTracker)}


def active() -> list[Tracker]:
    """The trackers that have a run of this process at present."""
    return [kind() for kind in (TrackioTracker, WandbTracker, MlflowTracker) if kind.is_active()]


def trackers_of(log_to: LogTarget | Sequence[LogTarget] | None) -> list[Tracker]:
    """The trackers that are named: `"trackio"`, `"wandb"`, `"mlflow"`, a function `(numbers, step)`, or several.

    Raises:
        UsageError: for a name that there is not.
    """
    if log_to is None:
        return []
    targets = list(log_to) if isinstance(log_to, (list, tuple)) else [log_to]
    return [_tracker(target) for target in targets]


def _tracker(target: Any) -> Tracker:
    if isinstance(target, str) and target in BY_NAME:
        tracker: Tracker = BY_NAME[target]()
        return tracker
    if hasattr(target, "log") and hasattr(target, "alert"):
        named: Tracker = target
        return named
    if callable(target):
        return FunctionTracker(target)
    remedy = f"name one of {', '.join(BY_NAME)}, or give a function (numbers, step)"
    raise UsageError(f"log_to={target!r} is no tracker; {remedy}", "log_to", remedy, 2)
