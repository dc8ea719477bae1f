"""Parts of a result: objects of JSON by attribute, lists of numbers as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np


class Record(Mapping[str, Any]):
    """A part of a result, frozen: its fields by attribute or by key.

    Numbers are the program's to the last bit. Lists of numbers are read-only arrays, in which NaN stands for a number
    that there is not; lists of records are tuples. A field hides a method of its name (`items`, `values`).
    """

    __slots__ = ("_fields",)
    _fields: dict[str, Any]

    def __init__(self, fields: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_fields", {key: frozen(value) for key, value in fields.items()})

    def __getitem__(self, key: str) -> Any:
        return self._fields[key]

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_"):
            fields = object.__getattribute__(self, "_fields")
            if name in fields:
                return fields[name]
        return object.__getattribute__(self, name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(f"no field {name!r}; the fields are {', '.join(self._fields)}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._fields]

    def __repr__(self) -> str:
        shown = ", ".join(f"{key}={_short(value)}" for key, value in self._fields.items())
        return f"Record({shown})"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name}: results are frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name}: results are frozen")

    def __reduce__(self) -> tuple[type[Record], tuple[dict[str, Any]]]:
        return Record, (thawed(self),)


def _short(value: object) -> str:
    return f"array{value.shape}" if isinstance(value, np.ndarray) else repr(value)


def frozen(value: Any) -> Any:
    """JSON as it stands in results."""
    if isinstance(value, dict):
        return Record(value)
    if not isinstance(value, list):
        return value
    array = _array(value)
    if array is not None:
        array.flags.writeable = False
        return array
    return tuple(frozen(one) for one in value)


def _array(values: list[Any]) -> np.ndarray[Any, Any] | None:
    """An array of numbers, also a rectangular one of two dimensions; None for anything else."""
    if values and all(isinstance(one, list) for one in values):
        lengths = {len(one) for one in values}
        rows = [_array(one) for one in values] if len(lengths) == 1 and lengths != {0} else [None]
        return None if any(row is None for row in rows) else np.array(rows)
    kinds = {type(one) for one in values}
    if kinds == {int} and all(-(2**63) <= one < 2**63 for one in values):
        return np.array(values, dtype=np.int64)
    if kinds and kinds <= {int, float, type(None)} and kinds != {int}:
        return np.array([np.nan if one is None else one for one in values], dtype=np.float64)
    return None


def thawed(value: Any) -> Any:
    """What stands in results as plain dictionaries, lists and numbers."""
    if isinstance(value, Record):
        return {key: thawed(value[key]) for key in value}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple):
        return [thawed(one) for one in value]
    return value
