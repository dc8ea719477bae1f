"""What goes wrong, with the message that the command line prints."""

from __future__ import annotations


class RunawayError(ValueError):
    """Something that the program refuses or cannot do.

    Attributes:
        key: the key, column or option at fault, where it is one.
        remedy: what to do, where the message says so apart.
        exit_code: the exit code of the command line.
    """

    key: str | None
    remedy: str | None
    exit_code: int

    def __init__(self, message: str, key: str | None = None, remedy: str | None = None, exit_code: int = 1) -> None:
        super().__init__(message)
        self.key = key
        self.remedy = remedy
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[type[RunawayError], tuple[str, str | None, str | None, int]]:
        return type(self), (str(self), self.key, self.remedy, self.exit_code)


class ScenarioError(RunawayError):
    """A scenario file, a key or an override breaks a rule."""


class LogError(RunawayError):
    """A log, samples or parts of a sweep cannot be used."""


class UsageError(RunawayError):
    """An option is out of range, or options do not go together."""


class WorkError(RunawayError):
    """Something failed while working: a file that cannot be written, a simulation that is refused."""
