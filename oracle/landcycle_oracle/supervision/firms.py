"""The credit record of a firm: section 3.3.3 of the paper (points are stand-ins); Order 53 art. 24."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from ..dates import plus_years
from ..facts import Facts
from ..kleene import both, case, either, is_code, lift, negate
from ..outcomes import NOT_APPLICABLE
from .common import PAPER, ZERO, after, greatest, members, minus, not_after, plus, plus_days, times, yes, yes_no

FULL = Fraction(100)
POINTS, POINTS_SERIOUS, POINTS_REPAIRED = Fraction(10), Fraction(30), Fraction(2)  # stand-ins
RECORD_YEARS = 3  # stand-in
REPAIR_YEARS = 1  # stand-in
NORMAL, WATCH = 80, 60  # stand-ins
OBJECTION_DAYS = 30  # stand-in


def score(facts: Facts, as_of: date) -> Any:
    """Points off a hundred; repaired breaches count for a while."""
    repaired = facts["firm_breaches_repaired"]
    fresh = after(lift(lambda day: plus_years(day, RECORD_YEARS), facts["firm_last_breach_on"]), as_of)
    counted = case((lift(lambda known: known == 0, repaired), ZERO), (fresh, repaired), otherwise=ZERO)
    off = plus(
        times(POINTS, facts["firm_breaches"]),
        times(POINTS_SERIOUS, facts["firm_serious_breaches"]),
        times(POINTS_REPAIRED, counted),
    )
    return greatest(ZERO, minus(FULL, off))


def rating(facts: Facts, as_of: date) -> Any:
    """Three bands."""
    def band(points: Fraction) -> str:
        return "normal" if points >= NORMAL else "watch" if points >= WATCH else "restricted"

    return lift(band, score(facts, as_of))


def credit_score(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.3."""
    return NOT_APPLICABLE if as_of < PAPER else score(facts, as_of)


def credit_rating(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.3."""
    return NOT_APPLICABLE if as_of < PAPER else rating(facts, as_of)


def credit_restrictions(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.3; Order 53 art. 24: while hoarding is not settled, no new land whatever the rating."""
    if as_of < PAPER:
        return NOT_APPLICABLE
    dishonest = is_code(rating(facts, as_of), "restricted")
    return members(
        land=either(dishonest, yes(facts, "firm_hoarding_open")),
        procurement=dishonest, bidding=dishonest, funding=dishonest,
    )


def credit_repair_open(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.3; a year after all was put right (stand-in)."""
    if as_of < PAPER:
        return NOT_APPLICABLE
    ripe = lift(lambda day: plus_years(day, REPAIR_YEARS), facts["firm_rectified_on"])
    return yes_no(both(
        negate(is_code(rating(facts, as_of), "normal")), negate(yes(facts, "firm_hoarding_open")),
        not_after(ripe, as_of),
    ))


def credit_objection_due_on(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.3; thirty days are a stand-in."""
    return NOT_APPLICABLE if as_of < PAPER else plus_days(facts["credit_notice_served_on"], OBJECTION_DAYS)


def credit_objection_in_time(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.3: an objection by the last day to object."""
    if as_of < PAPER:
        return NOT_APPLICABLE
    return yes_no(not_after(facts["credit_objected_on"], credit_objection_due_on(package, facts, as_of)))
