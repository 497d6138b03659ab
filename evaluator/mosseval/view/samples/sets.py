"""Sets of samples: a whole number whose bit N stands for the Nth, so that filters are `&` and counts `bit_count`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """One group of filters: what each sample has of it, and the set of samples of each value."""

    values: tuple[frozenset[str], ...]
    sets: Mapping[str, int]

    @classmethod
    def of(cls, found: Iterable[Iterable[str]]) -> Group:
        """From the values of every sample."""
        values = tuple(frozenset(each) for each in found)
        rows: dict[str, bytearray] = {}
        for number, each in enumerate(values):
            for value in each:
                row = rows.get(value)
                if row is None:
                    row = rows[value] = bytearray(len(values) // 8 + 1)
                row[number >> 3] |= 1 << (number & 7)
        return cls(values, {value: int.from_bytes(row, "little") for value, row in rows.items()})

    def after(self, changes: Mapping[int, frozenset[str]]) -> Group:
        """With other values of some samples."""
        changed = {number: new for number, new in changes.items() if new != self.values[number]}
        if not changed:
            return self
        values, sets = list(self.values), dict(self.sets)
        for number, new in changed.items():
            bit = 1 << number
            for value in values[number] - new:
                sets[value] &= ~bit
            for value in new - values[number]:
                sets[value] = sets.get(value, 0) | bit
            values[number] = new
        return Group(tuple(values), {value: found for value, found in sets.items() if found})


def numbers_in(found: int) -> list[int]:
    """The samples of a set, in order."""
    content = found.to_bytes((found.bit_length() + 7) // 8, "little")
    return [8 * place + bit for place, byte in enumerate(content) if byte for bit in range(8) if byte >> bit & 1]
