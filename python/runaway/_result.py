"""What all results have in common: one document, and everything that is made from it."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np

from runaway import _native
from runaway._record import Record
from runaway.figure import Figure, chosen, replaced

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
Told = tuple[str, bytes]


class Table:
    """A table as the program prints it.

    Attributes:
        title: what it shows.
        heads: the heads of its columns, with units.
        rows: its cells, texts of at most three significant digits.
        notes: what to know of it.
    """

    __slots__ = ("heads", "notes", "rows", "title")

    def __init__(self, parts: dict[str, Any]) -> None:
        columns = parts["columns"]
        self.title: str = parts["title"]
        self.heads: tuple[str, ...] = tuple(column["title"] for column in columns)
        self.rows: tuple[tuple[str, ...], ...] = tuple(zip(*(column["cells"] for column in columns)))
        self.notes: tuple[str, ...] = tuple(parts.get("notes", ()))

    def to_pandas(self) -> pd.DataFrame:
        """The table with its texts; needs pandas."""
        frame: pd.DataFrame = pandas().DataFrame(list(self.rows), columns=list(self.heads))
        return frame

    def _repr_html_(self) -> str:
        cells = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows)
        heads = "".join(f"<th>{html.escape(head)}</th>" for head in self.heads)
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        caption = f"<caption>{html.escape(self.title)}</caption>"
        return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table>{notes}"


class Result:
    """A result: frozen, and equal to another where every digit is.

    Every field of the command's JSON document is an attribute; `dir()` and `.keys()` list them, `runaway schema` describes
    them. Numbers are those of the command line to the last bit. Lists of numbers are read-only numpy arrays (NaN where
    there is no number), objects are records with attributes of their own.
    """

    _command: ClassVar[str] = ""
    _document: bytes | Callable[[], bytes]
    _told: Told | Callable[[], Told]
    _extra: dict[str, Any]
    _kept: dict[str, Any]

    def __init__(
        self,
        document: bytes | Callable[[], bytes],
        told: Told | Callable[[], Told],
        extra: dict[str, Any] | None = None,
    ) -> None:
        for name, value in (("_document", document), ("_told", told), ("_extra", extra or {}), ("_kept", {})):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name}: results are frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name}: results are frozen")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._fields, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._fields]

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._bytes == self._bytes

    def __hash__(self) -> int:
        return hash(self._bytes)

    def __reduce__(self) -> tuple[Callable[..., Result], tuple[Any, ...]]:
        return type(self), (self._bytes, self._words, self._extra)

    def __str__(self) -> str:
        return self._words[0]

    def __repr__(self) -> str:
        finding = self.finding
        return f"<{type(self).__name__}: {finding[0] if finding else self._command}>"

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{html.escape(line)}</p>" for line in self.finding)
        figures = self.figures()
        first = figures[0].svg if figures else ""
        notes = "".join(f"<p><small>{html.escape(note)}</small></p>" for note in self.notes)
        return f"<div>{said}{first}{''.join(table._repr_html_() for table in self.tables)}{notes}</div>"

    def _keep(self, name: str, make: Callable[[], T]) -> T:
        """Made once; where two threads make it, both make the same."""
        if name not in self._kept:
            self._kept[name] = make()
        kept: T = self._kept[name]
        return kept

    def _get(self, *path: str) -> T:  # type: ignore[type-var]
        """The field at this path."""
        value: Any = self._fields
        for key in path:
            value = value[key]
        found: T = value
        return found

    @property
    def _bytes(self) -> bytes:
        document = self._document
        return document if isinstance(document, bytes) else self._keep("bytes", document)

    @property
    def _words(self) -> Told:
        told = self._told
        return told if isinstance(told, tuple) else self._keep("told", told)

    @property
    def _parts(self) -> dict[str, Any]:
        def parts() -> dict[str, Any]:
            read: dict[str, Any] = json.loads(self._words[1])
            return read

        return self._keep("parts", parts)

    @property
    def _fields(self) -> Record:
        return self._keep("fields", lambda: Record(self.to_dict()))

    @property
    def finding(self) -> tuple[str, ...]:
        """What was found, in sentences, the most important first."""
        return tuple(self._parts["finding"])

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that the command prints."""
        return tuple(Table(parts) for parts in self._parts["tables"])

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know before using the numbers."""
        return (*self._parts["remarks"], *self._parts["notes"])

    def keys(self) -> list[str]:
        """The fields of the document."""
        return list(self._fields)

    def to_json(self) -> str:
        """The document, byte for byte what the command prints with `--format json`."""
        return self._bytes.decode()

    def to_dict(self) -> dict[str, Any]:
        """The document as plain dictionaries, lists and numbers; the caller's own copy."""
        document: dict[str, Any] = json.loads(self._bytes)
        return document

    def to_pandas(self) -> pd.DataFrame:
        """The numbers in full as a table; needs pandas (`pip install 'runaway-loops[pandas]'`)."""
        columns = self._columns()
        frame: pd.DataFrame = pandas().DataFrame(columns) if columns else self.tables[0].to_pandas()
        return frame

    def _columns(self) -> dict[str, Any]:
        """Columns of the table of numbers; empty where the first printed table is all there is."""
        return {}

    def figures(self) -> tuple[Figure, ...]:
        """The program's own figures of this result, the most telling first; empty where it draws none."""
        run = self._extra.get("run")
        drawn = self._keep("figures", lambda: _native.figures(self._command, self._bytes, run))
        return tuple(Figure(*figure) for figure in drawn)

    def plot(self, kind: str | None = None) -> Figure:
        """The figure of this name, or the first; a `UsageError` names those that there are."""
        return chosen(self.figures(), kind, type(self).__name__)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the JSON document to a file, whole or not at all; raises OSError where it cannot be written."""
        replaced(path, self._bytes)


def by_number(fields: Record, count: int) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of one dimension and this length."""
    of_length = (key for key in fields if isinstance(fields[key], np.ndarray) and fields[key].shape == (count,))
    return {key: fields[key] for key in of_length}


def flat(records: tuple[Record, ...]) -> dict[str, list[Any]]:
    """Columns of records: a column for each number or text, those of records within by dotted names."""

    def walk(prefix: str, record: Record, row: dict[str, Any]) -> dict[str, Any]:
        for key in record:
            value = record[key]
            if isinstance(value, Record):
                walk(f"{prefix}{key}.", value, row)
            elif not isinstance(value, (tuple, np.ndarray)):
                row[prefix + key] = value
        return row

    rows = [walk("", record, {}) for record in records]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: [row.get(name) for row in rows] for name in names}


def pandas() -> Any:
    """pandas, or how to get it."""
    try:
        import pandas
    except ImportError as error:
        raise ImportError("this needs pandas: pip install 'runaway-loops[pandas]'") from error
    return pandas
