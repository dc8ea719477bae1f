"""Results are frozen, and are what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import LOG

import runaway
from runaway.designs import sweep_rows


def test_results_are_frozen(quick: runaway.Scenario) -> None:
    solution = quick.solve()
    with pytest.raises(AttributeError):
        solution.regime = "healing"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        solution.runway.mean = 1.0  # type: ignore[misc]
    with pytest.raises(ValueError):
        solution.survival[0] = 0.5  # type: ignore[index]
    with pytest.raises(AttributeError):
        quick.name = "other"  # type: ignore[misc]
    # What a caller does to a copy stays there.
    solution.to_dict()["runway"]["mean"] = 1.0
    assert solution.expected_runway == quick.solve().expected_runway


def test_fields_are_found(quick: runaway.Scenario) -> None:
    solution = quick.solve()
    assert {"regime", "survival", "error_bound", "quasi_stationary"} <= set(dir(solution))
    assert set(solution.keys()) == set(solution.to_dict())
    assert solution.survival.shape == (13,) and solution.survival.dtype == np.float64
    assert solution.generations.tolist() == list(range(13))
    with pytest.raises(AttributeError, match="the fields are"):
        _ = solution.no_such_field


def test_a_column_of_curves_is_a_column_of_pandas(quick: runaway.Scenario) -> None:
    frame = quick.solve().to_pandas()
    assert frame["survival"].tolist() == quick.solve().survival.tolist()
    assert len(quick.simulate(engine="counts", replicates=20).to_pandas()) == 13
    assert list(runaway.compare([quick], replicates=10).to_pandas()["name"]) == ["quick"]


def test_without_pandas_the_extra_is_named(quick: runaway.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ImportError, match=r"runaway-loops\[pandas\]"):
        quick.solve().to_pandas()


def test_figures_are_the_reports(quick: runaway.Scenario, tmp_path: Path) -> None:
    figure = quick.solve().plot("survival")
    assert figure.svg.startswith("<svg") and figure._repr_svg_() == figure.svg
    figure.save(tmp_path / "survival.svg")
    assert (tmp_path / "survival.svg").read_text() == figure.svg
    with pytest.raises(runaway.UsageError, match="the figures are error, survival"):
        quick.solve().plot("no-such")
    assert {"error", "survival"} <= {one.name for one in quick.simulate(engine="counts", replicates=20).figures()}
    assert quick.explain().figures() == ()


def test_a_document_is_saved(quick: runaway.Scenario, tmp_path: Path) -> None:
    solution = quick.solve()
    solution.save(tmp_path / "solved.json")
    assert (tmp_path / "solved.json").read_text() == solution.to_json()
    again = runaway.Scenario.from_file(tmp_path / "solved.json")
    assert again.to_dict() == quick.to_dict()
    assert [path.name for path in tmp_path.iterdir()] == ["solved.json"]


def test_a_report_is_written(quick: runaway.Scenario, tmp_path: Path) -> None:
    quick.report(tmp_path / "out", engine="counts", replicates=100)
    assert {"report.html", "results.json", "survival.svg"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_a_sweep_has_the_shape_of_its_grid(quick: runaway.Scenario, tmp_path: Path) -> None:
    over = {"errors.step_error": np.array([0.001, 0.004, 0.02]), "examples": [20, 40]}
    grid = runaway.sweep(quick, over, quantiles=True)
    assert grid.shape == (3, 2) and grid.runway_mean.shape == (3, 2)
    # A cell is the loop itself, solved by another route.
    alone = quick.with_(errors__step_error=0.02, examples=20).solve()
    assert grid.runway_mean[2, 0] == pytest.approx(alone.expected_runway, rel=1e-6)
    assert grid.failed[2, 0] == pytest.approx(alone.failed[-1], rel=1e-6)
    assert grid.axes["examples"].tolist() == [20, 40]
    out = tmp_path / "grid.csv"
    assert runaway.sweep(quick, over, quantiles=True, out=out) == grid
    assert out.read_text() == grid.csv
    assert {figure.name for figure in grid.figures()} == {"runway", "failed"}
    assert len(grid.to_pandas()) == 6


def test_any_part_of_a_sweep_has_the_lines_of_the_whole(quick: runaway.Scenario) -> None:
    over = ["errors.step_error=0.001:0.05:9", "learning.anchor=0,0.25"]
    native = runaway._native.Sweep(quick._loop, over)
    whole = runaway.sweep(quick, {"errors.step_error": "0.001:0.05:9", "learning.anchor": "0,0.25"}).csv
    parts = [sweep_rows(quick, over, first, min(5, native.cells - first)) for first in range(0, native.cells, 5)]
    assert native.head + "".join(parts) == whole
    with pytest.raises(runaway.UsageError, match="cells"):
        native.rows(native.cells, 1)


def test_a_fit_answers() -> None:
    fit = runaway.fit(LOG, first=8, alone=True, horizon=8)
    assert isinstance(fit, runaway.FitResult) and fit.settled
    low, high = fit.reproduction_number_interval_
    assert low <= fit.reproduction_number_ <= high
    chances = [fit.p_fail_within(n) for n in range(9)]
    assert chances[0] == 0 and chances == sorted(chances)
    assert chances[8] == pytest.approx(1 - fit.runway.no_failure, abs=1e-12)
    # The rule of a gate knows the same number by another route.
    gate = runaway.gate(LOG, first=8, alone=True, horizon=8, fail_if="P(fail within 5) > 0.5")
    assert gate.rules[0].value.value == pytest.approx(chances[5], abs=1e-12)
    assert gate.decision in ("go", "stop") and gate.stop == (gate.exit_code == 10)
    with pytest.raises(runaway.UsageError, match="0 to 8"):
        fit.p_fail_within(9)
    draws = fit.draws()
    assert {values.shape for values in draws.values()} == {(192, fit.draws()["error"].shape[1])}
    assert np.isfinite(draws["error"]).all() and ((draws["error"] > 0) & (draws["error"] < 1)).all()
    assert draws["error"].size == fit.to_dict()["draws"]
    error = next(one for one in fit.parameters if one.parameter == "error")
    assert np.quantile(draws["error"], 0.5) == pytest.approx(error.posterior.q50, rel=0.01)
    assert {"fan", "survival"} <= {figure.name for figure in fit.figures()}
    assert fit.scenario_.solve().expected_runway is not None
    assert "runway" in fit.summary()


def test_a_log_is_read_from_memory(tmp_path: Path) -> None:
    import pandas

    columns = {
        "generation": [0, 1, 2, 3, 4],
        "evaluated": [500] * 5,
        "wrong": [15, 21, 30, 40, 61],
        "kept": [90, None, 80, 85, 70],
    }
    file = tmp_path / "log.csv"
    file.write_text("generation,evaluated,wrong,kept\n0,500,15,90\n1,500,21,\n2,500,30,80\n3,500,40,85\n4,500,61,70\n")
    made = [runaway.fit(log, sweeps=40, horizon=4).to_dict() for log in (columns, pandas.DataFrame(columns), file)]
    for one in made:
        for key in ("provenance", "source"):
            one.pop(key)
    assert made[0] == made[1] == made[2]
    assert runaway.ingest(columns) == runaway.ingest(file)


def test_an_unsettled_fit_has_no_numbers() -> None:
    fit = runaway.fit(LOG, first=8, alone=True, sweeps=10, horizon=5)
    assert not fit.settled
    with pytest.raises(runaway.UnsettledError, match="sweeps"):
        _ = fit.remaining_runway_
    with pytest.raises(runaway.UnsettledError):
        fit.draws()


def test_designs_are_put_on_a_fit(tmp_path: Path) -> None:
    options = {"first": 4, "alone": True, "horizon": 6}
    log = "tests/data/loops/digits-small-unverified.csv"
    fit = runaway.fit(log, save=tmp_path / "fitted.toml", **options)
    designs = runaway.Scenario.from_file("models/designs.toml").with_(errors__recovery=0)
    put = runaway.compare(designs, fit=fit, replicates=20)
    from_file = runaway.compare([designs], fit=tmp_path / "fitted.toml", replicates=20)
    assert put.posterior is not None
    assert put.to_dict()["posterior"] == from_file.to_dict()["posterior"]
    assert put["none"].reproduction_number == from_file["none"].reproduction_number


def test_a_chosen_design_keeps_what_it_sets(tmp_path: Path) -> None:
    file = tmp_path / "loop.toml"
    file.write_text(
        'name = "loop"\nexamples = 30\nhorizon = 5\n[[design]]\nname = "careful"\nset = { "errors.step_error" = 0.001 }\n'
    )
    loop = runaway.Scenario.from_file(file).with_(errors__step_error=0.02)
    for chosen in (loop.designs["careful"], [loop.designs["careful"], loop.with_(name="plain")]):
        compared = runaway.compare(chosen, replicates=10)
        assert compared.designs[0].scenario.errors.step_error == 0.001
    # The whole file stands for all of its designs, overridden first.
    assert [one.scenario.errors.step_error for one in runaway.compare(loop, replicates=10).designs] == [0.001]
