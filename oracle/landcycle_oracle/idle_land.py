"""Idle land: Measures for the Disposal of Idle Land (Order 53), arts. 2, 8, 14, 22."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from .dates import NEVER, Moment, Never, later, plus_years, reached
from .facts import Facts
from .kleene import Logical, Unknown, both, case, either, is_code, lift, negate
from .outcomes import NOT_APPLICABLE
from .shares import share_below

IN_FORCE = date(2012, 7, 1)  # Order 53 art. 32
AREA_SHARE = Fraction(1, 3)  # Order 53 art. 2 para. 2
INVESTMENT_SHARE = Fraction(25, 100)  # Order 53 art. 2 para. 2


def start_due_date(facts: Facts) -> Moment | Unknown:
    """Order 53 art. 22: the agreed start date; if none was agreed, one year after delivery."""
    agreed, delivered = facts["start_due_on"], facts["delivered_on"]
    not_agreed = lift(lambda day: day is NEVER, agreed)
    after_delivery = lift(lambda day: plus_years(day, 1), delivered)
    return case((not_agreed, after_delivery), otherwise=agreed)


def full_years_since_start_due(facts: Facts, years: int, as_of: date) -> Logical:
    """Civil Code arts. 201, 202: whether the start date is `years` full years past."""
    return lift(lambda due: reached(plus_years(due, years), as_of), start_due_date(facts))


def not_started_yet(facts: Facts, as_of: date) -> Logical:
    """Order 53 art. 30 says what a start is; the fact holds its day."""
    return lift(lambda day: later(day, as_of), facts["started_on"])


def not_started_limb(facts: Facts, as_of: date) -> Logical:
    """Order 53 art. 2 para. 1: not started one full year after the start date."""
    return both(not_started_yet(facts, as_of), full_years_since_start_due(facts, 1, as_of))


def chargeable_limb(facts: Facts, as_of: date) -> Logical:
    """Order 53 art. 14, Urban Real Estate Law art. 26: not started for a year, by the enterprise's own doing.

    Excused are government acts and force majeure (Order 53 art. 8) and, by the last half-sentence
    of art. 26, the preparatory work that a start requires.
    """
    return both(not_started_limb(facts, as_of), is_code(facts["idle_cause"], "enterprise"))


def stalled_limb(facts: Facts, as_of: date) -> Logical:
    """Order 53 art. 2 para. 2: started, too little built or invested, and stopped one full year.

    Only what has started can stop: a suspension before the start is a contradiction and no stall.
    """
    little_area = share_below(facts["construction_area_started"], facts["construction_area_due"], AREA_SHARE)
    little_invested = share_below(facts["investment_paid"], facts["investment_total"], INVESTMENT_SHARE)
    in_order = lift(
        lambda started, suspended: not later(started, suspended),
        facts["started_on"], facts["suspended_on"],
    )
    stopped = lift(
        lambda day: not isinstance(day, Never) and reached(plus_years(day, 1), as_of),
        facts["suspended_on"],
    )
    return both(negate(not_started_yet(facts, as_of)), either(little_area, little_invested), in_order, stopped)


def idle_land(facts: Facts, as_of: date) -> Any:
    """Order 53 art. 2, with the exception of art. 8 (government act, force majeure).

    Preparatory work (Urban Real Estate Law art. 26) is not among the excuses of art. 8: such land is idle,
    only art. 14 does not reach it.
    """
    if as_of < IN_FORCE:
        return NOT_APPLICABLE
    not_started, stalled = not_started_limb(facts, as_of), stalled_limb(facts, as_of)
    base = case((not_started, "not_started"), (stalled, "stalled"), otherwise="none")
    excused = both(
        either(not_started, stalled),
        is_code(facts["idle_cause"], "government", "force_majeure"),
    )
    return case((excused, "not_attributable"), otherwise=base)
