"""What a rule answers, and when two answers, one of them as JSON or YAML text, are the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from .dates import NEVER, Moment, Never
from .kleene import Logical, Unknown, lift


class NotApplicable:
    """The rule has no version in force on the day that counts."""

    def __repr__(self) -> str:
        return "not_applicable"


NOT_APPLICABLE = NotApplicable()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The stage of the next evaluation and its day."""

    stage: str
    due_on: Moment


def pass_fail(test: Logical) -> Any:
    """A test's outcome in the words of the rule."""
    return lift(lambda known: "pass" if known else "fail", test)


def same_outcome(own: Any, other: Any) -> bool:
    """Whether a rule's answer is the one written as `other` (parsed JSON or YAML).

    Missing facts are compared elsewhere; money is compared exactly.
    """
    if isinstance(own, Unknown):
        return other == "unknown"
    if own is NOT_APPLICABLE:
        return other == "not_applicable"
    if isinstance(own, frozenset):
        return isinstance(other, list) and len(other) == len(own) and set(other) == own
    if isinstance(own, Evaluation):
        return (
            isinstance(other, dict) and set(other) <= {"stage", "due_on"}
            and other.get("stage") == own.stage and _day(other.get("due_on")) == own.due_on
        )
    if isinstance(own, Fraction):
        return isinstance(other, str) and _amount(other) == own
    if isinstance(own, dict):
        return (
            isinstance(other, dict) and set(other) == set(own)
            and all(same_outcome(value, other[name]) for name, value in own.items())
        )
    if isinstance(own, date | Never):
        return _day(other) == own
    return other == own


def _day(text: Any) -> Any:
    if text in (None, "", "none", "null"):
        return NEVER
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _amount(text: str) -> Fraction | None:
    try:
        return Fraction(text.removesuffix("CNY").strip())
    except (ValueError, ZeroDivisionError):
        return None


def label(own: Any) -> str:
    """The class of an answer, for counting which branches occurred."""
    if isinstance(own, Unknown):
        return "unknown" if own.missing else "unknown, nothing missing"
    if isinstance(own, Fraction):
        return "amount" if own else "0"
    if isinstance(own, date):
        return "day"
    if isinstance(own, Evaluation):
        return own.stage if own.stage == "ended" or own.due_on is not NEVER else f"{own.stage}, no date"
    return show(own)


def labels(own: Any) -> tuple[str, ...]:
    """The classes that an answer counts for: of a record, those of each field."""
    if isinstance(own, dict):
        return tuple(f"{name}: {label(value)}" for name, value in own.items())
    return (label(own),)


def show(own: Any) -> str:
    """An answer as a line of text."""
    if isinstance(own, Unknown):
        return f"unknown {sorted(own.missing)}"
    if isinstance(own, frozenset):
        return "{" + ", ".join(sorted(own)) + "}"
    if isinstance(own, Evaluation):
        return f"({own.stage}, {own.due_on})"
    return str(own)
