"""The runway of a run of `transformers.Trainer` or TRL, beside its other numbers."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from runaway.errors import UsageError
from runaway.integrations import trackers
from runaway.integrations.trackers import LogTarget, Tracker
from runaway.monitor import DEFAULT_RULE, Monitor, Reading, alert_of

try:
    from transformers import TrainerCallback
except ImportError as missing:
    raise ImportError("runaway.integrations.transformers needs transformers: pip install transformers") from missing

logger = logging.getLogger(__name__)

E = TypeVar("E", bound=Callable[..., None])


def _harmless(event: E) -> E:
    """Training goes on whatever happens here: the first error is logged, others are kept still."""

    @functools.wraps(event)
    def guarded(self: RunawayCallback, *arguments: Any, **more: Any) -> None:
        try:
            event(self, *arguments, **more)
        except Exception as error:
            self._warn(f"{type(error).__name__}: {error}", error)

    return cast(E, guarded)


class RunawayCallback(TrainerCallback):  # type: ignore[misc]
    """Fits after each evaluation, logs what is left, and alerts when a rule is met; it never stops a run unless told to.

    A generation is an evaluation that has the metric, in this trainer and in those after it with the same callback, so that a
    loop of several rounds hands it to each. `runaway/R`, `/remaining_p50`, `/p_fail_5`, `/best_generation`, `/generation` and
    `/stop` go to the trackers that have a run (trackio, W&B, MLflow), and into `state.log_history`. After `attach(trainer)`
    they go into the trainer's own logs instead, and so to whatever it reports to.

    Everything is done on the main process; only the decision to stop is shared. An error of its own is logged once.

    Args:
        metric: of the evaluation, such as `eval_accuracy`; a share between 0 and 1.
        problems: how many problems the evaluation has, or the metric that says so.
        error: the metric is the share that is wrong, and not that which is right.
        fail_if: rules of the alert, as for `runaway.gate`.
        stop_if: rules that end the training when one is met; none if left out.
        seconds: longest time of a fit.
        log_to: trackers in place of those that have a run, as for `Monitor`.
        on_alert: hears `(title, text)` of each alert.
        more: options of `runaway.fit`, such as `threshold=0.3`.

    Attributes:
        readings: every `Reading` so far.

    Raises:
        UsageError: for an option out of range.
    """

    def __init__(
        self,
        metric: str = "eval_accuracy",
        *,
        problems: int | str,
        error: bool = False,
        fail_if: Sequence[str] | str = DEFAULT_RULE,
        stop_if: Sequence[str] | str = (),
        seconds: float = 60.0,
        log_to: LogTarget | Sequence[LogTarget] | None = None,
        on_alert: Callable[[str, str], object] | None = None,
        **more: Any,
    ) -> None:
        if isinstance(problems, int) and problems < 1:
            raise UsageError(f"problems={problems}: an evaluation has at least 1 problem", "problems", None, 2)
        self._metric, self._problems, self._is_error = metric, problems, error
        self._fail_if, self._stop_if = _listed(fail_if), _listed(stop_if)
        rules = [*self._fail_if, *(rule for rule in self._stop_if if rule not in self._fail_if)]
        self._monitor = Monitor(fail_if=rules, seconds=seconds, **more)
        self._trackers = None if log_to is None else trackers.trackers_of(log_to)
        self._on_alert = on_alert
        self._attached = False
        self._warned = False
        self._alerted: frozenset[str] = frozenset()
        # The step that was read last; a second evaluation at it is the same one.
        self._step: int | None = None
        self._ends = False
        self.readings: list[Reading] = []

    def attach(self, trainer: Any) -> RunawayCallback:
        """Stands before the trainer's reporters, so that its numbers reach each of them with the trainer's own (as
        `train/runaway/R`, where they put a prefix before names)."""
        callbacks = trainer.callback_handler.callbacks
        if self in callbacks:
            callbacks.remove(self)
        callbacks.insert(0, self)
        self._attached = True
        return self

    @_harmless
    def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        """Reads the evaluations of a run that is resumed."""
        self._step = None
        if state.is_world_process_zero and not self._monitor.log["generation"]:
            for logs in state.log_history:
                self._note(logs, logs.get("step"))

    @_harmless
    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **more: Any) -> None:
        """Reads an evaluation, and adds its numbers."""
        if logs is None or not state.is_world_process_zero:
            return
        reading = self._read(logs, state.global_step)
        if reading is None:
            return
        numbers = reading.numbers()
        logs.update(numbers)
        if state.log_history and state.log_history[-1].get("step") == state.global_step:
            state.log_history[-1].update(numbers)
        self._tell(reading, numbers, state.global_step)

    @_harmless
    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: dict[str, Any] | None = None, **more: Any) -> None:
        """Reads an evaluation that was not logged, and ends the training where `stop_if` says so."""
        self._evaluated(state, metrics)
        # Every process comes here, whatever went wrong before on one of them: the others wait for it.
        if self._stop_if and _shared(self._ends):
            control.should_training_stop = True

    @_harmless
    def _evaluated(self, state: Any, metrics: dict[str, Any] | None) -> None:
        if metrics is None or not state.is_world_process_zero:
            return
        reading = self._read(metrics, state.global_step)
        if reading is not None:
            self._tell(reading, reading.numbers(), state.global_step)

    def _read(self, logs: Mapping[str, Any], step: int) -> Reading | None:
        if step == self._step or not self._note(logs, step):
            return None
        reading = self._monitor.read()
        self.readings.append(reading)
        self._ends = self._ends or any(rule in self._stop_if for rule in reading.met)
        return reading

    def _note(self, logs: Mapping[str, Any], step: int | None) -> bool:
        """Notes an evaluation as the next generation; whether it was one."""
        counts = self._counts(logs)
        if counts is None:
            return False
        self._step = step
        generations = self._monitor.log["generation"]
        self._monitor.add(generations[-1] + 1 if generations else 0, *counts)
        return True

    def _counts(self, logs: Mapping[str, Any]) -> tuple[int, int] | None:
        """Problems, and those that are wrong; None where the logs have no such metric."""
        share = logs.get(self._metric)
        if share is None:
            return None
        problems = logs.get(self._problems) if isinstance(self._problems, str) else self._problems
        if problems is None:
            remedy = f"give their number, as in problems=1319, or the name of a metric that is logged with {self._metric}"
            raise UsageError(f"problems={self._problems!r} is no metric of this evaluation; {remedy}", "problems", remedy, 2)
        if not 0.0 <= float(share) <= 1.0:
            remedy = "name a metric that is a share"
            raise UsageError(f"{self._metric}={share!r} lies outside of 0 to 1; {remedy}", "metric", remedy, 2)
        wrong = float(share) if self._is_error else 1.0 - float(share)
        return int(problems), round(wrong * int(problems))

    def _tell(self, reading: Reading, numbers: dict[str, float], step: int) -> None:
        at_hand = trackers.active() if self._trackers is None else self._trackers
        if not self._attached or self._trackers is not None:
            for tracker in at_hand:
                self._try(functools.partial(tracker.log, {**numbers, "train/global_step": float(step)}, step))
        met = frozenset(reading.met)
        new = [rule for rule in reading.met if rule not in self._alerted]
        self._alerted = met
        if new:
            self._alert(at_hand, *alert_of(reading, new))

    def _alert(self, at_hand: Sequence[Tracker], title: str, text: str) -> None:
        logger.warning("%s: %s", title, text)
        for tracker in at_hand:
            self._try(functools.partial(tracker.alert, title, text))
        if self._on_alert is not None:
            self._on_alert(title, text)

    def _try(self, call: Callable[[], None]) -> None:
        """A tracker that fails does not keep the others from hearing."""
        try:
            call()
        except Exception as error:
            self._warn(f"{type(error).__name__}: {error}", error)

    def _warn(self, message: str, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            logger.warning("RunawayCallback: %s; training goes on, further errors are not shown", message, exc_info=error)


def _listed(rules: Sequence[str] | str) -> list[str]:
    return [rules] if isinstance(rules, str) else list(rules)


def _shared(ends: bool) -> bool:
    """What the main process decided, on every process: one that stopped alone would leave the others waiting."""
    try:
        from torch import distributed
    except ImportError:
        return ends
    if not (distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1):
        return ends
    said = [ends]
    distributed.broadcast_object_list(said, src=0)
    return bool(said[0])
