"""Errors are exceptions with the program's message, key and remedy."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import LOG, QUICK, command_line

import runaway


def message_of(*words: str | Path) -> tuple[int, str]:
    """What the command line says of it."""
    refused = command_line(*words)
    return refused.returncode, refused.stderr.decode().removeprefix("error: ").rstrip("\n")


def test_a_broken_rule_has_its_place_key_and_remedy(tmp_path: Path) -> None:
    file = tmp_path / "loop.toml"
    file.write_text(QUICK.replace("0.004", "1.5"))
    with pytest.raises(runaway.ScenarioError) as caught:
        runaway.Scenario.from_file(file)
    code, said = message_of("solve", file)
    assert (caught.value.exit_code, str(caught.value)) == (code, said) and code == 3
    assert caught.value.key == "errors.step_error"
    assert f"{file}:5:" in str(caught.value)


@pytest.mark.parametrize("text", ["", "\0", "name =", "[errors", "name = 3", 'name = "a"\nhorizon = 1e400', "\ufeff"])
def test_any_text_is_refused_in_words(text: str, tmp_path: Path) -> None:
    file = tmp_path / "loop.toml"
    file.write_text(text)
    with pytest.raises(runaway.ScenarioError) as caught:
        runaway.Scenario.from_file(file)
    assert str(caught.value) == message_of("solve", file)[1]
    with pytest.raises(runaway.ScenarioError):
        runaway.Scenario.from_toml(text)


def test_files_that_are_not_there() -> None:
    with pytest.raises(runaway.ScenarioError) as caught:
        runaway.Scenario.from_file("no-such.toml")
    assert str(caught.value) == message_of("solve", "no-such.toml")[1]
    with pytest.raises(runaway.LogError) as caught_log:
        runaway.fit("no-such.csv")
    assert str(caught_log.value) == message_of("fit", "no-such.csv")[1]


USAGE: list[Callable[[runaway.Scenario], object]] = [
    lambda loop: loop.simulate(engine="no-such"),
    lambda loop: loop.simulate(replicates=1),
    lambda loop: loop.simulate(replicates=-5),
    lambda loop: loop.simulate(seed=-1),
    lambda loop: loop.simulate(replicates=10**15),
    lambda loop: loop.simulate(threads=0),
    lambda loop: loop.solve(threads=100_000),
    lambda loop: loop.check(level=2.0),
    lambda loop: loop.explain(wrong=0.9, unsound=0.9),
    lambda loop: loop.sensitivity(global_=True, evaluations=1),
    lambda loop: runaway.sweep(loop, {}),
    lambda loop: runaway.sweep(loop, {"examples": "1:2"}),
    lambda loop: runaway.sweep(loop, {"examples": [10]}, out="grid.txt"),
    lambda loop: runaway.compare([]),
    lambda loop: runaway.compare([loop, loop]),
    lambda loop: runaway.compare([loop], baseline="no-such"),
    lambda loop: runaway.plan(loop, max_failure=2.0),
    lambda loop: runaway.gate(LOG, fail_if=[]),
    lambda loop: runaway.gate(LOG, fail_if="P(no) > 1"),
    lambda loop: runaway.fit(LOG, run=99),
    lambda loop: runaway.fit(LOG, sweeps=1),
    lambda loop: runaway.fit(LOG, no_such_option=1),
    lambda loop: runaway.fit(LOG, metric=["a", "b"]),
    lambda loop: runaway.fit(LOG, class_="wrong"),
    lambda loop: runaway.fit_pair(LOG),
    lambda loop: runaway.fit_pair(LOG, metric=["a", "a"]),
]


@pytest.mark.parametrize("ask", USAGE)
def test_usage(ask: Callable[[runaway.Scenario], object], quick: runaway.Scenario) -> None:
    with pytest.raises(runaway.UsageError) as caught:
        ask(quick)
    assert caught.value.exit_code == 2 and str(caught.value)
    assert "Usage:" not in str(caught.value)


SCENARIO: list[Callable[[runaway.Scenario], object]] = [
    lambda loop: loop.with_(errors__no_such=1),
    lambda loop: loop.with_(errors__step_error="much"),
    lambda loop: loop.with_(errors__step_error=float("nan")),
    lambda loop: loop.with_(errors__step_error=float("inf")),
    lambda loop: loop.with_({"": 1}),
    lambda loop: loop.with_({"filter.7.random": 0.5}),
    lambda loop: loop.with_(examples=2**70),
    lambda loop: loop.with_(examples=-1),
    lambda loop: runaway.Scenario.from_dict({"name": "a", "errors": None}),
    lambda loop: runaway.Scenario.from_dict({"name": "a", "examples": float("nan")}),
    lambda loop: runaway.Scenario.from_dict({"name": object()}),
    lambda loop: runaway.Scenario.from_dict({"name": "a", "examples": 2**70}),
    lambda loop: runaway.sweep(loop, {"no.such": [1, 2]}),
    lambda loop: runaway.sweep(loop, {"errors.step_error": [0.1, 1.5]}),
    lambda loop: runaway.compare(["no-such.toml"]),
    lambda loop: runaway.plan(loop, vary=["no.such=1,2"]),
]


@pytest.mark.parametrize("ask", SCENARIO)
def test_scenarios(ask: Callable[[runaway.Scenario], object], quick: runaway.Scenario) -> None:
    with pytest.raises(runaway.ScenarioError) as caught:
        ask(quick)
    assert caught.value.exit_code == 3 and str(caught.value)


LOGS: list[object] = [
    {},
    {"generation": [0, 1], "evaluated": [10]},
    {"generation": [0, 1], "evaluated": [10, 10], "wrong": [11, 1]},
    {"generation": ["a", "b"], "evaluated": [10, 10], "wrong": [1, 1]},
    {"generation": [0], "evaluated": [10], "wrong": [1]},
    {"x": [1, 2, 3]},
    [],
    "models/unverified.toml",
]


@pytest.mark.parametrize("log", LOGS, ids=str)
def test_logs(log: object) -> None:
    with pytest.raises(runaway.LogError) as caught:
        runaway.fit(log, sweeps=20)  # type: ignore[arg-type]
    assert caught.value.exit_code == 3


def test_an_error_is_a_value_error_that_pickles() -> None:
    with pytest.raises(ValueError) as caught:
        runaway.Scenario.from_toml(QUICK).with_(errors__step_error=2)
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, runaway.ScenarioError)
    assert (str(again), again.key, again.remedy) == (str(caught.value), "errors.step_error", caught.value.remedy)


def test_the_folder_of_another_command_is_not_overwritten(quick: runaway.Scenario, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(runaway.RunawayError):
        quick.report(tmp_path / "file", engine="counts", replicates=10)
    assert (tmp_path / "file").read_text() == ""
