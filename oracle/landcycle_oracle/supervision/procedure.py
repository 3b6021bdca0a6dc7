"""The procedure on idle land: Order 53 arts. 5, 9, 11-15, 17, 18, 24, 25."""

from __future__ import annotations

from datetime import date
from typing import Any

from ..dates import plus_years
from ..facts import Facts
from ..idle_land import idle_land
from ..judged import before_the_law
from ..kleene import Logical, both, case, either, is_code, lift, negate
from ..outcomes import NOT_APPLICABLE, pass_fail
from .common import ORDER_53, after, is_none, members, not_after, plus_days, yes, yes_no

DAYS = 30  # arts. 5 (inquiry, answer) and 17 (payment, cancellation)
EXTENSION_YEARS = 1  # art. 12(1)
TEMPORARY_YEARS = 2  # art. 12(3)
# What follows a day, and the day from which it is counted.
PERIODS = {
    "inquiry_due_on": "idle_suspected_on", "reply_due_on": "inquiry_notice_served_on",
    "payment_due_on": "fee_decision_served_on", "cancellation_due_on": "takeback_decision_served_on",
}


def due(facts: Facts, name: str) -> Any:
    """The thirtieth day after the one that starts the period."""
    return plus_days(facts[PERIODS[name]], DAYS)


def due_on(name: str) -> Any:
    """Arts. 5, 17: the last day of a period."""
    def rule(package: str, facts: Facts, as_of: date) -> Any:
        return NOT_APPLICABLE if as_of < ORDER_53 else due(facts, name)

    return rule


def idle_procedure_overdue(package: str, facts: Facts, as_of: date) -> Any:
    """Arts. 5, 17: steps whose day has passed without them, or that came after it."""
    if as_of < ORDER_53:
        return NOT_APPLICABLE

    def overdue(name: str, done: str) -> Logical:
        day = due(facts, name)
        return both(after(as_of, day), after(facts[done], day))

    return members(
        inquiry=overdue("inquiry_due_on", "inquiry_notice_served_on"),
        reply=overdue("reply_due_on", "inquiry_replied_on"),
        payment=overdue("payment_due_on", "fee_paid_on"),
        cancellation=overdue("cancellation_due_on", "registration_cancelled_on"),
    )


def enforcement_ways(facts: Facts, as_of: date) -> dict[str, Logical]:
    """Art. 18: not contested in time and not performed."""
    def still_open(name: str, done: str) -> Logical:
        return both(after(as_of, due(facts, name)), after(facts[done], as_of))

    final = both(yes(facts, "remedy_period_over"), negate(yes(facts, "decision_contested")))
    fee = still_open("payment_due_on", "fee_paid_on")
    registration = still_open("cancellation_due_on", "registration_cancelled_on")
    return {"announce_cancellation": both(final, registration), "court": both(final, either(fee, registration))}


def idle_enforcement(package: str, facts: Facts, as_of: date) -> Any:
    """The ways of art. 18."""
    return NOT_APPLICABLE if as_of < ORDER_53 else members(**enforcement_ways(facts, as_of))


def found_and_open(facts: Facts, as_of: date) -> Logical:
    """Found idle and not yet disposed of."""
    return both(not_after(facts["idle_found_on"], as_of), after(facts["idle_disposed_on"], as_of))


def idle_publication_due(package: str, facts: Facts, as_of: date) -> Any:
    """Arts. 9, 11: published from the finding, withdrawn when all is done."""
    return NOT_APPLICABLE if as_of < ORDER_53 else yes_no(found_and_open(facts, as_of))


def restricted(facts: Facts, as_of: date) -> Logical:
    """Art. 24: hoarding in bad faith, until it is settled."""
    return both(found_and_open(facts, as_of), yes(facts, "hoarding_found"))


def registration_restricted(package: str, facts: Facts, as_of: date) -> Any:
    """Art. 24."""
    return NOT_APPLICABLE if as_of < ORDER_53 else yes_no(restricted(facts, as_of))


def agreed_disposal_open(package: str, facts: Facts, as_of: date) -> Any:
    """Arts. 12, 25: only for land entered in the monitoring system."""
    if as_of < ORDER_53:
        return NOT_APPLICABLE
    return yes_no(both(
        is_code(idle_land(facts, as_of), "stalled", "not_attributable"), not_after(facts["idle_filed_on"], as_of),
    ))


def hearing_respected(package: str, facts: Facts, as_of: date) -> Any:
    """Art. 15: told of the right before the decision, and heard if asked; by the day of the decision."""
    decided = facts["idle_decided_on"]
    if (silent := before_the_law(decided, ORDER_53)) is not None:
        return silent
    heard = either(negate(yes(facts, "hearing_requested")), not_after(facts["hearing_held_on"], decided))
    return pass_fail(both(not_after(facts["hearing_right_told_on"], decided), heard))


def mortgagee_notice_respected(package: str, facts: Facts, as_of: date) -> Any:
    """Arts. 13, 14: mortgagees are told before all is done."""
    if as_of < ORDER_53:
        return NOT_APPLICABLE
    told = either(not_after(facts["mortgagees_notified_on"], as_of), after(facts["idle_disposed_on"], as_of))
    concerned = both(yes(facts, "mortgaged"), not_after(facts["idle_found_on"], as_of))
    return case((concerned, pass_fail(told)), otherwise=NOT_APPLICABLE)


def start_extension_within_limit(package: str, facts: Facts, as_of: date) -> Any:
    """Art. 12(1): a year at most from the start agreed in the supplement; what is not extended is within it."""
    if as_of < ORDER_53:
        return NOT_APPLICABLE
    longer = facts["start_extended_to"]
    last = lift(lambda day: plus_years(day, EXTENSION_YEARS), facts["supplement_start_on"])
    return pass_fail(either(is_none(longer), not_after(longer, last)))


def temporary_use_within_limit(package: str, facts: Facts, as_of: date) -> Any:
    """Art. 12(3): two years at most from the day of the arrangement."""
    return _within(facts, as_of, "temporary_use_until", "temporary_use_on", TEMPORARY_YEARS)


def _within(facts: Facts, as_of: date, until: str, start: str, years: int) -> Any:
    if as_of < ORDER_53:
        return NOT_APPLICABLE
    return pass_fail(not_after(facts[until], lift(lambda day: plus_years(day, years), facts[start])))
