"""Tests of a share: part / whole against a limit."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from .kleene import Logical, Unknown, lift


def share_within(part: Any, whole: Any, limit: Fraction) -> Logical:
    """Whether part / whole <= limit."""
    return _test_of_share(part, whole, lambda known_part, known_whole: known_part <= limit * known_whole)


def share_below(part: Any, whole: Any, limit: Fraction) -> Logical:
    """Whether part / whole < limit."""
    return _test_of_share(part, whole, lambda known_part, known_whole: known_part < limit * known_whole)


def _test_of_share(part: Any, whole: Any, holds: Callable[[Fraction, Fraction], bool]) -> Logical:
    """A whole of 0 has no shares: unknown, with no fact to blame."""
    def test(known_part: Fraction, known_whole: Fraction) -> Logical:
        return Unknown() if known_whole == 0 else holds(known_part, known_whole)

    return lift(test, part, whole)
