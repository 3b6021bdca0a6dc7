"""Milestones, days late, liquidated damages: Order 53 arts. 8, 22; sections 3.3.1, 3.3.3 of the paper."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from ..facts import Facts
from ..idle_land import start_due_date
from ..kleene import both, case, is_code, lift
from ..outcomes import NOT_APPLICABLE
from .common import (
    CENT, ORDER_53, PAPER, ZERO, days_between, greatest, is_none, least, not_after, record, rounded, times,
)

DAILY_RATE = Fraction(1, 10_000)  # stand-in: no text gives a rate
CAP_SHARE = Fraction(20, 100)  # stand-in: no text gives a cap

# Milestone: agreed day, day done, cause, the causes that excuse. Delivery is owed by the government.
NOT_HOLDER = ("government", "force_majeure")
MILESTONES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "delivery": ("deliver_due_on", "delivered_on", "deliver_delay_cause", ("enterprise", "force_majeure")),
    "start": ("start_due_on", "started_on", "start_delay_cause", NOT_HOLDER),
    "completion": ("complete_due_on", "completed_on", "complete_delay_cause", NOT_HOLDER),
    "production": ("produce_due_on", "produced_on", "produce_delay_cause", NOT_HOLDER),
    "full_capacity": ("full_capacity_due_on", "full_capacity_on", "full_capacity_delay_cause", NOT_HOLDER),
}


def due_day(facts: Facts, milestone: str) -> Any:
    """The agreed day; the start without one is due a year after delivery (Order 53 art. 22)."""
    return start_due_date(facts) if milestone == "start" else facts[MILESTONES[milestone][0]]


def state(facts: Facts, milestone: str, as_of: date) -> Any:
    """Order 53 arts. 8, 22; section 3.3.1: a delay whose cause lies elsewhere is no breach."""
    _, done_name, cause, excuses = MILESTONES[milestone]
    due, done = due_day(facts, milestone), facts[done_name]
    happened = not_after(done, as_of)
    return case(
        (is_none(due), "not_agreed"),
        (both(happened, not_after(done, due)), "met"),
        (not_after(as_of, due), "not_due"),
        (is_code(facts[cause], *excuses), "excused"),
        (happened, "late"),
        otherwise="due",
    )


def milestone_breach(package: str, facts: Facts, as_of: date) -> Any:
    """The state of every milestone."""
    if as_of < ORDER_53:
        return NOT_APPLICABLE
    return record({milestone: state(facts, milestone, as_of) for milestone in MILESTONES})


def late_by(facts: Facts, milestone: str, as_of: date) -> Any:
    """Days after the agreed one, up to the doing or to the assessment; none where excused."""
    found, due = state(facts, milestone, as_of), due_day(facts, milestone)
    return case(
        (is_code(found, "late"), days_between(facts[MILESTONES[milestone][1]], due)),
        (is_code(found, "due"), days_between(as_of, due)),
        otherwise=ZERO,
    )


def days_late(milestone: str) -> Any:
    """The rule on one milestone's delay."""
    def rule(package: str, facts: Facts, as_of: date) -> Any:
        return NOT_APPLICABLE if as_of < ORDER_53 else late_by(facts, milestone, as_of)

    return rule


def damages(facts: Facts, as_of: date) -> Any:
    """Section 3.3.3: liability fixed by contract; by the longest delay, the price and the day, capped (stand-in).

    Delivery is the government's own delay and counts nothing against the holder.
    """
    longest = greatest(*(late_by(facts, milestone, as_of) for milestone in MILESTONES if milestone != "delivery"))
    by_day = rounded(times(facts["price"], DAILY_RATE, longest), CENT)
    cap = rounded(times(facts["price"], CAP_SHARE), CENT)
    return case((lift(lambda days: days == 0, longest), ZERO), otherwise=least(by_day, cap))


def liquidated_damages(package: str, facts: Facts, as_of: date) -> Any:
    """In the rule of the paper only."""
    return NOT_APPLICABLE if as_of < PAPER else damages(facts, as_of)
