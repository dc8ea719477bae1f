"""The callback among those of transformers: its own handler, its own states, no model."""

from __future__ import annotations

import json
import logging
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import runaway

transformers = pytest.importorskip("transformers", reason="transformers is not installed")

from transformers.trainer_callback import (  # noqa: E402
    CallbackHandler,
    DefaultFlowCallback,
    TrainerCallback,
    TrainerControl,
    TrainerState,
)

from runaway.integrations.transformers import RunawayCallback  # noqa: E402

RULE = "P(fail within 5) > 0.5"
RIGHT = [0.9, 0.8, 0.67, 0.53]


class Reporter(TrainerCallback):  # type: ignore[misc]
    """Stands where the trainer's own reporters stand: behind the default callbacks, before those of the user."""

    def __init__(self) -> None:
        self.logs: list[dict[str, float]] = []

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **more: Any) -> None:
        self.logs.append(dict(logs))


class Evaluations:
    """What `Trainer` does around an evaluation, as its source has it: `log`, then `on_evaluate`."""

    def __init__(self, callback: RunawayCallback, *, main: bool = True) -> None:
        self.state = TrainerState(is_world_process_zero=main, is_local_process_zero=main)
        self.control = TrainerControl()
        self.reporter = Reporter()
        self.args = SimpleNamespace(report_to=[])
        self.callback_handler = CallbackHandler([DefaultFlowCallback, self.reporter, callback], None, None, None, None)

    def begin(self) -> None:
        self.callback_handler.on_train_begin(self.args, self.state, self.control)

    def log(self, logs: dict[str, float]) -> None:
        self.state.log_history.append({**logs, "step": self.state.global_step})
        self.control = self.callback_handler.on_log(self.args, self.state, self.control, logs)

    def evaluate(self, right: float, **more: float) -> None:
        self.state.global_step += 10
        metrics = {"eval_loss": 1.0, "eval_accuracy": right, **more}
        self.log({"loss": 0.5})
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)


def ran(callback: RunawayCallback, right: list[float] = RIGHT, **options: Any) -> Evaluations:
    trainer = Evaluations(callback, **options)
    trainer.begin()
    for share in right:
        trainer.evaluate(share)
    return trainer


def test_every_evaluation_is_a_generation() -> None:
    alerts: list[str] = []
    callback = RunawayCallback(problems=1000, fail_if=RULE, log_to=[], on_alert=lambda title, text: alerts.append(title))
    trainer = ran(callback)
    log = {"generation": [0, 1, 2, 3], "evaluated": [1000] * 4, "wrong": [100, 200, 330, 470]}
    assert callback.readings[-1].fit == runaway.fit(log, fail_if=RULE, horizon=20)
    assert len(callback.readings) == 4
    kept = [entry for entry in trainer.state.log_history if "runaway/R" in entry]
    assert [entry["runaway/R"] for entry in kept] == [reading.reproduction_number for reading in callback.readings[1:]]
    assert alerts == [f"runaway: stop after generation {next(r.generation for r in callback.readings if r.stop)}"]
    # It was not told to stop a run.
    assert not trainer.control.should_training_stop
    # A state that is written holds what it added.
    assert json.loads(json.dumps(trainer.state.log_history))[-1]["runaway/stop"] == 1.0


def test_attached_it_stands_before_the_reporters() -> None:
    callback = RunawayCallback(problems=1000, log_to=None)
    behind = ran(callback)
    assert not any("runaway/R" in logs for logs in behind.reporter.logs)
    callback = RunawayCallback(problems=1000)
    trainer = Evaluations(callback)
    assert callback.attach(trainer) is callback
    assert trainer.callback_handler.callbacks.count(callback) == 1
    trainer.begin()
    for share in RIGHT:
        trainer.evaluate(share)
    heard = [logs["runaway/R"] for logs in trainer.reporter.logs if "runaway/R" in logs]
    assert heard == [reading.reproduction_number for reading in callback.readings[1:]]


def test_it_stops_a_run_only_by_stop_if() -> None:
    trainer = ran(RunawayCallback(problems=1000, fail_if="P(fail within 5) > 0.999", stop_if=RULE, log_to=[]))
    assert trainer.control.should_training_stop


def test_only_the_main_process_reads() -> None:
    callback = RunawayCallback(problems=1000, log_to=[])
    trainer = ran(callback, main=False)
    assert callback.readings == [] and not any("runaway/R" in entry for entry in trainer.state.log_history)


def test_several_trainers_are_one_loop() -> None:
    callback = RunawayCallback(problems=1000, log_to=[])
    for share in RIGHT[:2]:
        ran(callback, [share])
    assert [reading.generation for reading in callback.readings] == [0, 1]


def test_a_resumed_run_goes_on() -> None:
    whole = RunawayCallback(problems=1000, log_to=[])
    before = ran(whole)
    callback = RunawayCallback(problems=1000, log_to=[])
    trainer = Evaluations(callback)
    trainer.state.log_history = json.loads(json.dumps(before.state.log_history[:-2]))
    trainer.state.global_step = 30
    trainer.begin()
    trainer.evaluate(RIGHT[-1])
    assert [reading.fit for reading in callback.readings] == [whole.readings[-1].fit]


def test_counts_come_from_shares_and_metrics() -> None:
    callback = RunawayCallback("eval_wrong", problems="eval_samples", error=True, log_to=[])
    trainer = Evaluations(callback)
    trainer.begin()
    for wrong in (0.1, 0.25):
        trainer.evaluate(0.0, eval_wrong=wrong, eval_samples=200)
    assert callback._monitor.log == {"generation": [0, 1], "evaluated": [200, 200], "wrong": [20, 50]}


def test_its_own_errors_are_logged_once_and_training_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    def broken(numbers: dict[str, float], step: int) -> None:
        raise RuntimeError("the tracker is down")

    heard: list[int] = []
    callback = RunawayCallback(problems=1000, log_to=[broken, lambda numbers, step: heard.append(step)])
    with caplog.at_level(logging.WARNING, logger="runaway"):
        ran(callback)
    said = [record.message for record in caplog.records if "the tracker is down" in record.message]
    assert len(said) == 1 and "training goes on" in said[0]
    # The other tracker hears of every evaluation.
    assert heard == [10, 20, 30, 40]


@pytest.mark.parametrize("bad", [1.5, float("nan"), "high"])
def test_a_metric_that_is_no_share_is_said(bad: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="runaway"):
        trainer = ran(RunawayCallback(problems=1000, log_to=[]), [0.9, bad, 0.8])
    assert len(caplog.records) == 1
    assert trainer.state.log_history[-1]["runaway/generation"] == 1.0


def test_options_are_refused_at_once() -> None:
    for options in ({"problems": 0}, {"problems": 10, "stop_if": "nonsense"}, {"problems": 10, "thresold": 0.3}):
        with pytest.raises(runaway.RunawayError):
            RunawayCallback(**options)  # type: ignore[arg-type]


def test_the_run_of_a_tracker_hears_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trackio = pytest.importorskip("trackio", reason="trackio is not installed")
    for module in ("trackio.utils", "trackio.sqlite_storage"):
        monkeypatch.setattr(f"{module}.TRACKIO_DIR", tmp_path, raising=False)
    trackio.init(project="runaway-callback", embed=False)
    try:
        callback = RunawayCallback(problems=1000, fail_if=RULE)
        ran(callback)
    finally:
        trackio.finish()
    stored = sqlite3.connect(next(tmp_path.rglob("runaway-callback*.db")))
    rows = [json.loads(metrics) for (metrics,) in stored.execute("SELECT metrics FROM metrics ORDER BY id")]
    assert [row.get("runaway/R") for row in rows] == [reading.reproduction_number for reading in callback.readings]
    assert [row["train/global_step"] for row in rows] == [10, 20, 30, 40]
    assert len(stored.execute("SELECT title FROM alerts").fetchall()) == 1
