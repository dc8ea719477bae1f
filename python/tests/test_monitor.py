"""A loop that tells its generations, and trackers that hear of it: real ones, with local stores."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import runaway

RULE = "P(fail within 5) > 0.5"
WRONG = [100, 200, 330, 470]


def watched(monitor: runaway.Monitor) -> list[runaway.Reading]:
    return [monitor.update(generation, 1000, wrong) for generation, wrong in enumerate(WRONG)]


@pytest.fixture(scope="module")
def heard() -> tuple[list[runaway.Reading], list[tuple[dict[str, float], int]], list[tuple[str, str]]]:
    numbers: list[tuple[dict[str, float], int]] = []
    alerts: list[tuple[str, str]] = []
    monitor = runaway.Monitor(
        fail_if=RULE, log_to=lambda said, step: numbers.append((said, step)), on_alert=lambda *said: alerts.append(said)
    )
    return watched(monitor), numbers, alerts


def test_a_reading_is_the_fit_of_the_log(heard: Any) -> None:
    readings, _, _ = heard
    log = {"generation": [0, 1, 2, 3], "evaluated": [1000] * 4, "wrong": WRONG}
    fit = runaway.fit(log, fail_if=RULE, horizon=20)
    last = readings[-1]
    assert last.fit == fit
    assert last.reproduction_number == fit.reproduction_number_
    assert last.p_fail_5 == fit.p_fail_within(5)
    assert last.remaining_runway == fit.remaining_runway_
    assert last.best_generation == 0
    assert last.decision == runaway.gate(log, fail_if=RULE).decision == "stop"
    assert last.stop and last.met == (RULE,)


def test_the_first_generations_are_not_enough(heard: Any) -> None:
    readings, numbers, _ = heard
    assert [reading.decision for reading in readings[:2]] == ["not-enough-data"] * 2
    assert readings[0].fit is None and readings[0].reproduction_number is None
    # What is not known is left out.
    assert numbers[0] == ({"runaway/generation": 0.0, "runaway/stop": 0.0}, 0)
    assert numbers[3][0]["runaway/R"] == readings[3].reproduction_number
    assert [step for _, step in numbers] == [0, 1, 2, 3]


def test_an_alert_comes_once_while_its_rule_is_met(heard: Any) -> None:
    readings, _, alerts = heard
    first = next(reading for reading in readings if reading.stop)
    assert [title for title, _ in alerts] == [f"runaway: stop after generation {first.generation}"]
    assert alerts[0][1].startswith(f"{RULE} is met.")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((3, 100, 5), "generation 3 comes after generation 3"),
        ((4, 100, 101), "101 of 100 are wrong"),
        ((4, 0, 0), "0 of 0 are wrong"),
        ((4, 100, -1), "-1 of 100 are wrong"),
        ((4, 100, 2.5), "wrong=2.5: give a whole number"),
        ((float("nan"), 100, 2), "generation=nan: give a whole number"),
    ],
)
def test_rows_that_are_none_leave_the_log_as_it_was(row: Any, message: str) -> None:
    monitor = runaway.Monitor()
    monitor.add(3, 100, 4)
    with pytest.raises(runaway.UsageError, match=message):
        monitor.update(*row)
    assert monitor.log == {"generation": [3], "evaluated": [100], "wrong": [4]}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fail_if": "P(fail) > 2"}, "P"),
        ({"fail_if": []}, "at least one rule"),
        ({"seconds": 0}, "needs time"),
        ({"horizon": 4}, "at least 5"),
        ({"no_such_option": 1}, "no-such-option"),
        ({"threshold": 1.5}, "1.5"),
        ({"log_to": "tensorboard"}, "no tracker"),
    ],
)
def test_options_are_refused_before_the_loop_begins(options: dict[str, Any], message: str) -> None:
    with pytest.raises(runaway.RunawayError, match=message):
        runaway.Monitor(**options)


def test_a_fit_ends_in_time() -> None:
    monitor = runaway.Monitor(seconds=0.2, sweeps=100_000, allow_long=True)
    monitor.add(0, 1000, 100)
    reading = monitor.update(1, 1000, 130)
    assert reading.decision == "out-of-time" and reading.p_fail_5 is None and not reading.stop


def test_nothing_is_read_before_the_first_generation() -> None:
    with pytest.raises(runaway.UsageError, match="no generation"):
        runaway.Monitor().read()


def test_trackio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trackio = pytest.importorskip("trackio", reason="trackio is not installed")
    for module in ("trackio.utils", "trackio.sqlite_storage"):
        monkeypatch.setattr(f"{module}.TRACKIO_DIR", tmp_path, raising=False)
    trackio.init(project="runaway-monitor", embed=False)
    try:
        readings = watched(runaway.Monitor(fail_if=RULE, log_to="trackio"))
    finally:
        trackio.finish()
    stored = sqlite3.connect(next(tmp_path.rglob("runaway-monitor*.db")))
    rows = [json.loads(metrics) for (metrics,) in stored.execute("SELECT metrics FROM metrics ORDER BY id")]
    assert [row.get("runaway/R") for row in rows] == [reading.reproduction_number for reading in readings]
    (alert,) = stored.execute("SELECT title, text, level FROM alerts").fetchall()
    assert alert[0].startswith("runaway: stop after generation") and RULE in alert[1] and alert[2] == "warn"


def test_mlflow(tmp_path: Path) -> None:
    mlflow = pytest.importorskip("mlflow", reason="MLflow is not installed")
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.db'}")
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("runaway", artifact_location=str(tmp_path / "artifacts")))
    with mlflow.start_run() as run:
        readings = watched(runaway.Monitor(fail_if=RULE, log_to="mlflow"))
    client = mlflow.MlflowClient()
    history = client.get_metric_history(run.info.run_id, "runaway/p_fail_5")
    assert [(point.step, point.value) for point in history] == [(reading.generation, reading.p_fail_5) for reading in readings[1:]]
    assert RULE in client.get_run(run.info.run_id).data.tags["runaway.alert"]


def test_wandb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wandb = pytest.importorskip("wandb", reason="W&B is not installed")
    monkeypatch.setenv("WANDB_SILENT", "true")
    with wandb.init(project="runaway", mode="offline", dir=str(tmp_path)) as run:
        readings = watched(runaway.Monitor(fail_if=RULE, log_to="wandb"))
        assert run.summary["runaway/R"] == readings[-1].reproduction_number
    stored = next(tmp_path.rglob("*.wandb")).read_bytes()
    assert b"runaway: stop after generation" in stored and RULE.encode() in stored
