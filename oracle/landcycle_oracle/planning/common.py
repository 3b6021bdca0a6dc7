"""What the topics of planning share: when a rule speaks, for which cases, and tests of a floor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from ..facts import Facts
from ..judged import before_the_law
from ..kleene import Logical, case, lift
from ..outcomes import NOT_APPLICABLE
from ..suite import Rule

REGULATION = date(2021, 9, 1)  # Land Administration Regulation 2021 art. 67
GUANGDONG = date(2022, 8, 1)  # Guangdong Land Regulation 2022 art. 55
LINES = date(2018, 12, 31)  # Shenzhen 2018 No. 14, reported in September of that year; commencement not found
TICK = Fraction(1, 10_000)

# A rule's reading once it speaks: facts and day of assessment.
Reading = Callable[[Facts, date], Any]


def since(start: date) -> Callable[[Reading], Rule]:
    """The rule speaks on days of assessment from `start` on."""
    def speaking(reading: Reading) -> Rule:
        def rule(_: str, facts: Facts, as_of: date) -> Any:
            return reading(facts, as_of) if as_of >= start else NOT_APPLICABLE

        return rule

    return speaking


def judged(moment: str, start: date) -> Callable[[Reading], Rule]:
    """The rule speaks where the day that a fact names lies on or after `start`."""
    def speaking(reading: Reading) -> Rule:
        def rule(_: str, facts: Facts, as_of: date) -> Any:
            silent = before_the_law(facts[moment], start)
            return reading(facts, as_of) if silent is None else silent

        return rule

    return speaking


def only_if(test: Logical, value: Any) -> Any:
    """A rule for some cases only."""
    return case((test, value), otherwise=NOT_APPLICABLE)


def at_least(value: Any, floor: Fraction) -> Any:
    """Whether a floor is kept, in the words of a test."""
    return lift(lambda known: "pass" if known >= floor else "fail", value)
