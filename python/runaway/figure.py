"""The program's own figures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runaway.errors import UsageError


@dataclass(frozen=True)
class Figure:
    """A figure as the program draws it, the same in a notebook, a report and a paper.

    Attributes:
        name: its short name.
        title: the finding, as it stands above it.
        caption: what is shown.
        svg: the SVG document, which follows the light or dark theme of the page it stands in.
    """

    name: str
    title: str
    caption: str
    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"Figure({self.name!r}: {self.title})"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the SVG document to a file; raises OSError where it cannot be written."""
        replaced(path, self.svg.encode())


def chosen(figures: Sequence[Figure], kind: str | None, alone: str) -> Figure:
    """The figure of this name, or the first."""
    names = ", ".join(figure.name for figure in figures)
    for figure in figures:
        if kind is None or figure.name == kind:
            return figure
    known = f"the figures are {names}" if names else f"{alone} has no figures"
    raise UsageError(f"no figure is called {kind!r}; {known}" if kind else known, "kind", None, 2)


def replaced(path: str | os.PathLike[str], content: bytes) -> None:
    """Writes a file whole or not at all."""
    target = Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        beside.write_bytes(content)
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)
