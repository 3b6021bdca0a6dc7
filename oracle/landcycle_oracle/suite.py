"""A suite: rules of one subject with a way to make cases for them, so that any stage is compared alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from .dates import NEVER
from .facts import Facts

# A rule's answer for a package, a case and a day of assessment.
Rule = Callable[[str, Facts, date], Any]
# The cells of one case by fact name, in canonical units; None leaves the cell empty.
Maker = Callable[[Random, str, date], Mapping[str, str | None]]


@dataclass(frozen=True)
class Suite:
    """Rules that read facts of one subject."""

    name: str
    packages: tuple[str, ...]
    days: tuple[date, ...]
    # Kind of every fact: `number`, `date`, or `code` (yes and no too).
    kinds: Mapping[str, str]
    make: Maker
    # Rules by short name, with the packages that have them when not all do.
    rules: Mapping[str, Rule]
    only_in: Mapping[str, tuple[str, ...]]
    # Classes of answers that a run must have met, by rule.
    labels: Mapping[str, tuple[str, ...]]

    def rules_of(self, package: str) -> dict[str, Rule]:
        """The rules that a package has."""
        return {name: rule for name, rule in self.rules.items() if package in self.only_in.get(name, self.packages)}

    def facts(self, cells: Mapping[str, str | None]) -> Facts:
        """The known facts of a case."""
        return Facts({name: self._value(name, cell) for name, cell in cells.items() if cell})

    def _value(self, name: str, cell: str) -> Any:
        kind = self.kinds[name]
        if kind == "number":
            return Fraction(cell)
        if kind == "date":
            return NEVER if cell == "none" else date.fromisoformat(cell)
        return cell
