"""Numbers are those of the command line, byte for byte."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from conftest import LOG, MODELS, QUICK, command_line

import runaway


@pytest.mark.parametrize("path", MODELS, ids=str)
def test_solve_is_the_command_lines(path: Path) -> None:
    solution = runaway.Scenario.from_file(path).solve()
    printed = command_line("solve", path, "--json")
    assert printed.returncode == 0, printed.stderr
    assert solution.to_json().encode() == printed.stdout
    assert solution.to_dict() == json.loads(printed.stdout)
    # Arrays are those numbers, NaN where there is none.
    for name, value in solution.to_dict().items():
        array = getattr(solution, name)
        if isinstance(array, np.ndarray) and array.ndim == 1:
            assert [None if one != one else one for one in array.tolist()] == value


@pytest.mark.parametrize(
    ("words", "ask"),
    [
        (["--set", "errors.step_error=0.0123"], lambda loop: loop.with_(errors__step_error=0.0123).solve()),
        (["--set", "filter.0.random=0.7"], lambda loop: loop.with_({"filter.0.random": 0.7}).solve()),
    ],
)
def test_overrides_are_those_of_set(words: list[str], ask: object) -> None:
    path = "models/catch-rates.toml"
    made = ask(runaway.Scenario.from_file(path))  # type: ignore[operator]
    assert made.to_json().encode() == command_line("solve", path, *words, "--json").stdout


def test_every_command_about_a_loop(tmp_path: Path) -> None:
    file = tmp_path / "quick.toml"
    file.write_text(QUICK)
    loop = runaway.Scenario.from_file(file)
    asked = {
        "simulate --engine=counts --replicates=50 --seed=7": loop.simulate(engine="counts", replicates=50, seed=7),
        "check --engine=counts --replicates=200": loop.check(engine="counts", replicates=200),
        "explain --generation=2": loop.explain(generation=2),
        "sensitivity": loop.sensitivity(),
        "plan --per-problem=4": runaway.plan(loop, per_problem=4),
        "plan --generations=3 --only --vary=vote.candidates=1,3": runaway.plan(
            loop, generations=3, only=True, vary=["vote.candidates=1,3"]
        ),
        "compare --replicates=20": runaway.compare([file], replicates=20),
        "sweep --over=errors.step_error=0.001,0.01": runaway.sweep(loop, {"errors.step_error": [0.001, 0.01]}),
    }
    for words, result in asked.items():
        command, *options = words.split()
        printed = command_line(command, file, *options, "--json")
        assert result.to_json().encode() == printed.stdout, (words, printed.stderr)
        again = pickle.loads(pickle.dumps(result))
        assert again == result and again.finding == result.finding and again.to_dict() == result.to_dict()
        assert str(result) and result._repr_html_() and repr(result)


def test_a_fit_is_the_command_lines() -> None:
    fit = runaway.fit(LOG, first=8, alone=True, sweeps=60, horizon=6)
    printed = command_line("fit", LOG, "--first=8", "--alone", "--sweeps=60", "--horizon=6", "--json")
    assert fit.to_json().encode() == printed.stdout
    assert command_line("fit", LOG, "--first=8", "--alone", "--sweeps=60", "--horizon=6").returncode == (0 if fit.settled else 4)


def test_the_same_bytes_on_any_number_of_threads(quick: runaway.Scenario) -> None:
    over = {"errors.step_error": "0.001:0.05:7", "learning.anchor": [0, 0.25]}
    made = [
        (
            quick.simulate(replicates=64, threads=threads).to_json(),
            quick.solve(threads=threads).to_json(),
            runaway.sweep(quick, over, threads=threads).csv,
        )
        for threads in (1, 2, 3)
    ]
    assert made[0] == made[1] == made[2]


def test_a_scenario_survives_dictionaries_and_pickles() -> None:
    for path in MODELS:
        loop = runaway.Scenario.from_file(path)
        for again in (
            runaway.Scenario.from_dict(loop.to_dict()),
            runaway.Scenario.from_toml(loop.to_toml()),
            pickle.loads(pickle.dumps(loop)),
        ):
            assert again.to_dict() == loop.to_dict()
            assert again == loop and hash(again) == hash(loop)


def test_a_scenario_does_not_follow_its_file(tmp_path: Path) -> None:
    file = tmp_path / "loop.toml"
    file.write_text(QUICK)
    loop = runaway.Scenario.from_file(file)
    before = loop.solve().to_json()
    file.write_text(QUICK.replace("0.004", "0.04"))
    assert loop.solve().to_json() == before
    assert loop.with_(horizon=12).to_dict() == loop.to_dict()
    file.unlink()
    assert loop.explain().to_json()


def test_keys_are_those_that_with_takes(quick: runaway.Scenario) -> None:
    for key, value in quick.keys().items():
        assert quick.with_({key: value}).to_dict() == quick.to_dict(), key
