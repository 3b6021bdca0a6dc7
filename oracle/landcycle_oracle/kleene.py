"""Three-valued logic in which `unknown` carries the set of missing facts.

A known value is the plain Python value. `and`, `or` and `case` may be decided in
spite of an unknown part; comparison and arithmetic never are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Unknown:
    """No value. `missing` may be empty: then no missing fact is to blame."""

    missing: frozenset[str] = frozenset()


Logical = bool | Unknown


def missing_of(operands: Iterable[Any]) -> frozenset[str]:
    """What the unknown ones among `operands` lack, together."""
    found: frozenset[str] = frozenset()
    for operand in operands:
        if isinstance(operand, Unknown):
            found |= operand.missing
    return found


def lift(function: Callable[..., Any], *operands: Any) -> Any:
    """Apply a function of known values; any unknown operand makes the result unknown."""
    for operand in operands:
        if isinstance(operand, Unknown):
            return Unknown(missing_of(operands))
    return function(*operands)


def both(*operands: Logical) -> Logical:
    """Conjunction: false as soon as one operand is false."""
    return _connect(False, operands)


def either(*operands: Logical) -> Logical:
    """Disjunction: true as soon as one operand is true."""
    return _connect(True, operands)


def _connect(deciding: bool, operands: tuple[Logical, ...]) -> Logical:
    if any(operand is deciding for operand in operands):
        return deciding
    if any(isinstance(operand, Unknown) for operand in operands):
        return Unknown(missing_of(operands))
    return not deciding


def negate(operand: Logical) -> Logical:
    """Negation: unknown stays unknown."""
    return operand if isinstance(operand, Unknown) else not operand


def case(*branches: tuple[Logical, Any], otherwise: Any) -> Any:
    """The value of the first branch whose condition is true.

    If a condition before it is unknown, several branches remain possible. The result
    is known only if these all give one and the same known value.
    """
    possible: list[Any] = []
    undecided: list[Unknown] = []
    for condition, value in branches:
        if condition is False:
            continue
        possible.append(value)
        if condition is True:
            break
        undecided.append(condition)
    else:
        possible.append(otherwise)
    first = possible[0]
    if not undecided:
        return first
    if not isinstance(first, Unknown) and all(value == first for value in possible):
        return first
    return Unknown(missing_of(undecided) | missing_of(possible))


def is_code(value: Any, *codes: str) -> Logical:
    """Whether a code is one of `codes`."""
    return lift(lambda known: known in codes, value)
