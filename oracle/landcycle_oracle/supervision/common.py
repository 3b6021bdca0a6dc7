"""Figures and small parts that several topics of the stage share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from ..dates import NEVER, Moment, Never, later
from ..facts import Facts
from ..kleene import Logical, Unknown, is_code, lift, missing_of
from ..outcomes import NOT_APPLICABLE

ORDER_53 = date(2012, 7, 1)  # Order 53 art. 32
PAPER = date(2021, 12, 31)  # known by its year: the last day
REGULATIONS = date(1990, 5, 19)  # Grant and Transfer Regulations art. 54
ESTATE_LAW = date(2019, 8, 26)  # the text as amended on that day
CENT = Fraction(1, 100)
ZERO = Fraction(0)


# Stands among missing facts for a rule that has no answer on the day that counts.
_NO_RULE = "(no rule)"
NO_RULE = Unknown(frozenset((_NO_RULE,)))


def settled(value: Any) -> Any:
    """A rule that needs one without an answer has none either, unless facts are missing besides."""
    if isinstance(value, Unknown) and _NO_RULE in value.missing:
        return Unknown(value.missing - {_NO_RULE}) if len(value.missing) > 1 else NOT_APPLICABLE
    return value


def needed(value: Any) -> Any:
    """Another rule's answer as a part of a reckoning."""
    return NO_RULE if value is NOT_APPLICABLE else value


def yes(facts: Facts, name: str) -> Logical:
    """Whether a fact of yes or no is yes."""
    return is_code(facts[name], "yes")


def yes_no(test: Logical) -> Any:
    """A test in the words of such a rule."""
    return lift(lambda known: "yes" if known else "no", test)


def plus_days(day: Any, days: int) -> Any:
    """Civil Code art. 201: the first day is not counted; what has not happened starts no period."""
    return lift(lambda known: NEVER if isinstance(known, Never) else known + timedelta(days=days), day)


def not_after(left: Any, right: Any) -> Logical:
    """Whether a moment lies on or before another."""
    return lift(lambda one, other: not later(one, other), left, right)


def after(left: Any, right: Any) -> Logical:
    """Whether a moment lies after another."""
    return lift(later, left, right)


def is_none(day: Any) -> Logical:
    """Whether a date was not agreed or has not come."""
    return lift(lambda known: known is NEVER, day)


def days_between(left: Any, right: Any) -> Any:
    """Days from `right` to `left`; there are none to or from a day that does not come."""
    def count(end: Moment, start: Moment) -> Any:
        if isinstance(end, Never) or isinstance(start, Never):
            return Unknown()
        return Fraction((end - start).days)

    return lift(count, left, right)


def rounded(value: Any, step: Fraction) -> Any:
    """To the nearest step, half a step away from zero."""
    def to_step(known: Fraction) -> Fraction:
        steps, rest = divmod(abs(known), step)
        steps += 1 if 2 * rest >= step else 0
        return (steps if known >= 0 else -steps) * step

    return lift(to_step, value)


def quotient(part: Any, whole: Any) -> Any:
    """A share of nothing, or of less, is none: unknown, with no fact to blame."""
    return lift(lambda one, other: Unknown() if other <= 0 else one / other, part, whole)


def times(*factors: Any) -> Any:
    """The product."""
    def product(*known: Fraction) -> Fraction:
        result = Fraction(1)
        for factor in known:
            result *= factor
        return result

    return lift(product, *factors)


def least(*values: Any) -> Any:
    """The least of values that are all known."""
    return lift(lambda *known: min(known), *values)


def greatest(*values: Any) -> Any:
    """The greatest of values that are all known."""
    return lift(lambda *known: max(known), *values)


def minus(left: Any, right: Any) -> Any:
    """The difference."""
    return lift(lambda one, other: one - other, left, right)


def plus(*values: Any) -> Any:
    """The sum."""
    return lift(lambda *known: sum(known, ZERO), *values)


def members(**tests: Logical) -> Any:
    """The codes whose test holds; unknown while one of the tests is."""
    if any(isinstance(test, Unknown) for test in tests.values()):
        return Unknown(missing_of(tests.values()))
    return frozenset(name for name, test in tests.items() if test)


def record(fields: dict[str, Any]) -> Any:
    """The fields together; unknown while one of them is."""
    if any(isinstance(value, Unknown) for value in fields.values()):
        return Unknown(missing_of(fields.values()))
    return fields


def names(*groups: Iterable[str]) -> tuple[str, ...]:
    """Names of facts once each, in order."""
    return tuple(dict.fromkeys(name for group in groups for name in group))
