"""The faults of a data file, all of them together, each with its place."""

from __future__ import annotations

from mosseval.errors import DataError

MOST_SHOWN = 20


class Faults:
    """Collects faults by line (of a text file) or row (of any other); `unit` is that word."""

    def __init__(self, source: str, unit: str = "line") -> None:
        self.source = source
        self.unit = unit
        self._first: list[tuple[int, str]] = []
        self._count = 0

    def add(self, place: int, message: str) -> None:
        """Notes a fault at a line or row, from 1."""
        self._count += 1
        if len(self._first) < MOST_SHOWN:
            self._first.append((place, message))

    def raise_if_any(self) -> None:
        """Raises DataError with the first MOST_SHOWN faults and the number of all."""
        if not self._count:
            return
        listing = "".join(f"\n  {self.unit} {place}: {message}" for place, message in sorted(self._first))
        more = f"\n  … and {self._count - MOST_SHOWN} more" if self._count > MOST_SHOWN else ""
        faults = "1 fault" if self._count == 1 else f"{self._count} faults"
        raise DataError(
            f"{self.source}: {faults}, nothing was asked:{listing}{more}", hint="mend them, then run the command again"
        )


def shown(value: object, limit: int = 60) -> str:
    """A value in a message, cut."""
    said = repr(value[: limit * 2]) if isinstance(value, str | bytes) else repr(value)
    return said if len(said) <= limit else said[: limit - 3] + "..."
