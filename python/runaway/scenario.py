"""A loop, and the questions to it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from runaway import _native
from runaway._calls import asked
from runaway._words import Path, Progress, Value, shown, threads_of, word
from runaway.errors import ScenarioError
from runaway.results import Agreement, Explanation, SensitivityResult, Simulation, Solution

S = TypeVar("S", bound="Scenario")

NAMELESS = "-"


class Scenario:
    """A self-training loop as a scenario file describes it; immutable, and safe to share between threads.

    It is read by `from_file`, `from_toml` or `from_dict`, under the same rules and with the same messages as by the command
    line. `with_` makes variants.

    Example:
        >>> import runaway
        >>> loop = runaway.Scenario.from_dict({"name": "mine", "errors": {"step_error": 0.01}})
        >>> loop.keys()["errors.step_error"]
        0.01
        >>> loop.with_(errors__step_error=0.02).keys()["errors.step_error"]
        0.02
    """

    __slots__ = ("_loop",)
    _loop: _native.Scenario

    def __init__(self, loop: _native.Scenario) -> None:
        object.__setattr__(self, "_loop", loop)

    @classmethod
    def from_file(cls, path: Path, *, design: str | None = None) -> Scenario:
        """Reads a scenario file (TOML), or a results.json whose scenario is used again.

        Args:
            path: the file.
            design: the `[[design]]` of the file to use in place of its own loop.

        Raises:
            ScenarioError: with file, line, column, key, rule and remedy.
        """
        return cls(_native.Scenario(path, design=design))

    @classmethod
    def from_toml(cls, text: str, *, design: str | None = None) -> Scenario:
        """Reads the text of a scenario file; raises ScenarioError."""
        return cls(_native.Scenario(NAMELESS, text.encode(), design=design))

    @classmethod
    def from_dict(cls, keys: Mapping[str, Any], *, design: str | None = None) -> Scenario:
        """Reads a scenario from its tables, as `to_dict` gives them; raises ScenarioError."""
        try:
            written = json.dumps(dict(keys), allow_nan=False, default=_plain)
        except ValueError as error:
            raise ScenarioError(f"scenario: {error}; numbers are finite", None, None, 3) from None
        except TypeError as error:
            raise ScenarioError(f"scenario: {error}; give numbers, text, lists and tables", None, None, 3) from None
        return cls.from_toml(_native.toml_of_json(written), design=design)

    def with_(self, keys: Mapping[str, Any] | None = None, /, **more: Any) -> Scenario:
        """A variant with other values, as `--set` makes it.

        Keys are written with dots in a mapping, or as arguments with two underscores for a dot:
        `with_({"filter.0.random": 0.2})`, `with_(filter__0__random=0.2)`.

        Raises:
            ScenarioError: for a key that there is not, or a value that breaks a rule.
        """
        changed = {**(keys or {}), **{key.replace("__", "."): value for key, value in more.items()}}
        overrides = [*self._loop.overrides, *(f"{key}={_toml(value)}" for key, value in changed.items())]
        return Scenario(_native.Scenario(self._loop.name, self._loop.text, overrides, self._loop.design))

    @property
    def name(self) -> str:
        """The loop's name."""
        name: str = self.to_dict()["name"]
        return name

    @property
    def designs(self) -> dict[str, Scenario]:
        """The designs of the file by name."""
        loop = self._loop
        return {name: Scenario(_native.Scenario(loop.name, loop.text, loop.overrides, name)) for name in loop.designs}

    def keys(self) -> dict[str, Any]:
        """Every key with its value, by dotted name, those at their defaults too."""
        return dict(_flat("", self.to_dict()))

    def to_dict(self) -> dict[str, Any]:
        """Every key as tables, those at their defaults too; `from_dict` reads it back to the last bit."""
        tables: dict[str, Any] = json.loads(self._loop.to_json())
        return tables

    def to_toml(self) -> str:
        """The loop as a scenario file with every key."""
        return self._loop.to_toml()

    def solve(self, *, allow_long: bool = False, threads: int | None = None, progress: Progress = False) -> Solution:
        """Solves the loop exactly.

        Args:
            allow_long: begin work that is estimated to take more than half an hour of one processor.
            threads: threads of this call; one for each core if left out. Results do not depend on it.
            progress: True shows a bar; a function hears `(what, done, all)`.

        Raises:
            UsageError: for too much work.
        """
        with shown(progress) as hook:
            solved = self._loop.solve(allow_long=allow_long, threads=threads_of(threads), progress=hook)
        return Solution(solved.document, solved.told)

    def simulate(
        self,
        *,
        replicates: int | None = None,
        seed: int = 1,
        engine: str = "agents",
        rare: bool = False,
        checkpoint: Path | None = None,
        allow_long: bool = False,
        threads: int | None = None,
        progress: Progress = False,
    ) -> Simulation:
        """Plays the loop many times over.

        Args:
            replicates: independent runs; 1000 for agents, 20000 for the others, 32 repetitions with `rare`.
            seed: seed of the random streams; the same seed gives the same bytes on any number of threads.
            engine: `agents` or `events` play from the scenario alone, `counts` draws from the law of a generation.
            rare: estimate P(T <= horizon) however small it is, by splitting.
            checkpoint: keep the tallies in this file, and go on from them if it exists.
            allow_long, threads, progress: as for `solve`.

        Raises:
            UsageError: for an option out of range, or too much work.
            WorkError: for a loop that cannot be played.
        """
        given: dict[str, Value] = {
            "engine": engine,
            "replicates": replicates,
            "seed": seed,
            "rare": rare,
            "checkpoint": checkpoint,
            "allow_long": allow_long,
        }
        return Simulation(*asked("simulate", self._loop, given, threads, progress, pooled=True))

    def check(
        self,
        *,
        level: float | None = None,
        replicates: int | None = None,
        seed: int = 1,
        engine: str = "agents",
        allow_long: bool = False,
        threads: int | None = None,
        progress: Progress = False,
    ) -> Agreement:
        """Compares the exact solution with a simulation; the result is true where they agree.

        Args:
            level: probability that a correct pair is called different, over all tests together (0.001).
            replicates, seed, engine, allow_long, threads, progress: as for `simulate`.
        """
        given: dict[str, Value] = {
            "level": level,
            "engine": engine,
            "replicates": replicates,
            "seed": seed,
            "allow_long": allow_long,
        }
        return Agreement(*asked("check", self._loop, given, threads, progress, pooled=True))

    def explain(
        self,
        *,
        generation: int = 0,
        wrong: float | None = None,
        unsound: float | None = None,
        threads: int | None = None,
    ) -> Explanation:
        """Takes one generation apart: where mistakes enter, what each check catches, what is learned.

        Args:
            generation: whose law.
            wrong, unsound: shares of beliefs at which it is taken apart; the scenario's start if left out.
            threads: as for `solve`.
        """
        given: dict[str, Value] = {"generation": generation, "wrong": wrong, "unsound": unsound}
        return Explanation(*asked("explain", self._loop, given, threads, False))

    def sensitivity(
        self,
        *,
        global_: bool = False,
        width: float | None = None,
        evaluations: int | None = None,
        seed: int | None = None,
        threads: int | None = None,
        progress: Progress = False,
    ) -> SensitivityResult:
        """What the loop's fate depends on: each key over its plausible range, and elasticities.

        Args:
            global_: divide the variance among the keys too, all varying at once (Sobol indices).
            width: half width of the 95 % intervals at which that ends (0.05).
            evaluations: loops that it solves at most (40000).
            seed: seed of its points.
            threads, progress: as for `solve`.
        """
        given: dict[str, Value] = {"global": global_, "width": width, "evaluations": evaluations, "seed": seed}
        return SensitivityResult(*asked("sensitivity", self._loop, given, threads, progress))

    def report(
        self,
        folder: Path,
        *,
        replicates: int | None = None,
        seed: int = 1,
        engine: str = "agents",
        force: bool = False,
        allow_long: bool = False,
        threads: int | None = None,
        progress: Progress = False,
    ) -> None:
        """Solves, plays and checks the loop, and writes figures, report.html and results.json to a folder, all or none.

        Args:
            folder: is made where it is missing; the results of an earlier report there are replaced.
            force: write even into a folder that holds the results of another command.
            replicates, seed, engine, allow_long, threads, progress: as for `simulate`.
        """
        given: dict[str, Value] = {
            "output": os.fspath(folder),
            "engine": engine,
            "replicates": replicates,
            "seed": seed,
            "force": force,
            "allow_long": allow_long,
        }
        asked("report", self._loop, given, threads, progress, pooled=True)

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(self.to_toml())}</pre>"

    def __repr__(self) -> str:
        written = " ".join(word(part) for part in self._loop.words())
        return f"<Scenario {self.name!r} from {written}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and other._loop.to_json() == self._loop.to_json()

    def __hash__(self) -> int:
        return hash(self._loop.to_json())

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name}: scenarios are frozen; `with_` makes a variant")

    def __reduce__(self) -> tuple[Any, ...]:
        loop = self._loop
        return _restored, (loop.name, loop.text, loop.overrides, loop.design)


def _restored(name: str, text: bytes, overrides: list[str], design: str | None) -> Scenario:
    return Scenario(_native.Scenario(name, text, overrides, design))


def _plain(value: object) -> object:
    """Numbers and arrays of numpy as JSON takes them."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} {value!r} is no value of a scenario")


def _toml(value: object) -> str:
    """A value of an override as TOML."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(json.dumps(one) if isinstance(one, str) else _toml(one) for one in value) + "]"
    return word(value)


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else key, one)
    elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for index, one in enumerate(value):
            yield from _flat(f"{prefix}.{index}", one)
    else:
        yield prefix, value
