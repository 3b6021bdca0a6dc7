"""How a right ends and what is paid then: Grant and Transfer Regulations arts. 39, 40, 42; Order 53 art. 14."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from ..evaluation_due import term_end
from ..facts import Facts
from ..judged import before_the_law
from ..kleene import Logical, both, case, either, is_code, negate
from ..outcomes import NOT_APPLICABLE, pass_fail
from .common import (
    CENT, NO_RULE, ORDER_53, PAPER, REGULATIONS, ZERO, after, days_between, greatest, least, minus, needed, not_after, plus,
    plus_days, quotient, rounded, settled, times,
)
from .milestones import CAP_SHARE, DAILY_RATE, MILESTONES, late_by, state

BREACH_BUILDING_SHARE = Fraction(50, 100)  # stand-in: no text gives a share
ANNOUNCED_DAYS = 30  # Shanghai Land Measures art. 39
SHANGHAI_FROM = date(2018, 12, 20)


def end_of_term(facts: Facts, as_of: date) -> Any:
    """Regulations art. 39, in force since 1990."""
    return NO_RULE if as_of < REGULATIONS else term_end(facts)


def by_days(facts: Facts, as_of: date) -> Any:
    """Regulations art. 42 asks for compensation by the years used; a straight line by days is a stand-in."""
    end = end_of_term(facts, as_of)
    left = greatest(ZERO, days_between(end, facts["exit_on"]))
    whole = days_between(end, facts["delivered_on"])
    return rounded(quotient(times(facts["price"], left), whole), CENT)


def ground(facts: Facts, *grounds: str) -> Logical:
    """Whether the exit has one of the grounds."""
    return is_code(facts["exit_ground"], *grounds)


def damages_at_exit(facts: Facts, as_of: date) -> Any:
    """Liquidated damages to the day of exit: a delay that still runs stopped there (rates are stand-ins)."""
    if as_of < ORDER_53:
        return NO_RULE
    since = greatest(ZERO, days_between(as_of, facts["exit_on"]))

    def late(milestone: str) -> Any:
        days = late_by(facts, milestone, as_of)
        running = is_code(state(facts, milestone, as_of), "due")
        return case((running, greatest(ZERO, minus(days, since))), otherwise=days)

    longest = greatest(*(late(milestone) for milestone in MILESTONES if milestone != "delivery"))
    price = facts["price"]
    return least(rounded(times(price, DAILY_RATE, longest), CENT), rounded(times(price, CAP_SHARE), CENT))


def refund_applies(facts: Facts, exit_on: date) -> Logical:
    """A lease has no grant price, an allocation none to return; before the paper the statutes' two grounds alone."""
    granted = negate(is_code(facts["supply_mode"], "lease", "allocation"))
    if exit_on >= PAPER:
        # A buy-back is paid as it was agreed.
        return both(granted, negate(ground(facts, "agreement")))
    return both(granted, ground(facts, "public_interest", "idle"))


def remaining_term_refund(package: str, facts: Facts, as_of: date) -> Any:
    """Regulations art. 42, Order 53 art. 14(2) (idle: without compensation), section 3.3.3; by the day of exit."""
    exit_on = facts["exit_on"]
    if (silent := before_the_law(exit_on, ORDER_53)) is not None:
        return silent
    price = by_days(facts, as_of)
    if exit_on < PAPER:
        amount = case((ground(facts, "idle"), ZERO), otherwise=price)
    else:
        after_damages = greatest(ZERO, minus(price, damages_at_exit(facts, as_of)))
        amount = case(
            (ground(facts, "idle"), ZERO),
            (ground(facts, "breach"), after_damages),
            otherwise=price,
        )
    applies = refund_applies(facts, exit_on)
    return settled(case((applies, amount), otherwise=NOT_APPLICABLE))


def building_compensation(package: str, facts: Facts, as_of: date) -> Any:
    """Regulations art. 40 (nothing at the end of the term), art. 42; Order 53 art. 14(2); section 3.3.3."""
    exit_on = facts["exit_on"]
    if (silent := before_the_law(exit_on, PAPER)) is not None:
        return silent
    value = facts["building_appraisal"]
    return settled(case(
        (ground(facts, "agreement"), NOT_APPLICABLE),
        (either(ground(facts, "idle"), after(exit_on, end_of_term(facts, as_of))), ZERO),
        (ground(facts, "breach"), rounded(times(value, BREACH_BUILDING_SHARE), CENT)),
        otherwise=rounded(value, CENT),
    ))


def exit_payment(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.3: the price returned and the buildings; nothing where no price is to be returned by rule."""
    exit_on = facts["exit_on"]
    if (silent := before_the_law(exit_on, PAPER)) is not None:
        return silent
    buildings = building_compensation(package, facts, as_of)
    price = remaining_term_refund(package, facts, as_of)
    return settled(plus(needed(price), needed(buildings)))


def exit_kind(package: str, facts: Facts, as_of: date) -> Any:
    """Regulations art. 39; Urban Real Estate Law art. 20; Order 53 art. 14: the term lasts through its last day."""
    if as_of < REGULATIONS:
        return NOT_APPLICABLE
    exit_on, end = facts["exit_on"], term_end(facts)
    named = case(
        (ground(facts, "voluntary"), "voluntary"), (ground(facts, "breach"), "breach"), (ground(facts, "idle"), "idle"),
        (ground(facts, "agreement"), "agreement"),
        otherwise="public_interest",
    )
    return case(
        (both(not_after(exit_on, as_of), not_after(exit_on, end)), named),
        (after(as_of, end), "term_end"),
        otherwise="none",
    )


def takeback_announced(package: str, facts: Facts, as_of: date) -> Any:
    """Shanghai Land Measures art. 39: announced thirty days at least before taking back."""
    exit_on = facts["exit_on"]
    if (silent := before_the_law(exit_on, SHANGHAI_FROM)) is not None:
        return silent
    ready = plus_days(facts["takeback_announced_on"], ANNOUNCED_DAYS)
    return case(
        (ground(facts, "idle", "breach", "public_interest"), pass_fail(not_after(ready, exit_on))),
        otherwise=NOT_APPLICABLE,
    )
