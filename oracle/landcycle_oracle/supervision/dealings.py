"""Transfer, mortgage, rescission, arrears: Urban Real Estate Law; Shanghai Land Measures arts. 37, 46."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from ..dates import plus_years
from ..evaluation_due import term_end
from ..facts import Facts
from ..idle_land_fee import idle_land_fee
from ..kleene import Logical, Unknown, both, case, either, is_code, lift, negate
from ..outcomes import NOT_APPLICABLE, pass_fail
from .common import (
    CENT, ESTATE_LAW, PAPER, REGULATIONS, ZERO, after, days_between, greatest, is_none, not_after, plus_days,
    quotient, rounded, times, yes, yes_no,
)
from .procedure import restricted

INVESTED_SHARE = Fraction(25, 100)  # Urban Real Estate Law art. 39(1)(2)
PAYMENT_DAYS = 60  # Grant and Transfer Regulations art. 14
RESCISSION_FROM = date(2020, 12, 23)  # the interpretation as amended on that day
SHANGHAI_FROM = date(2018, 12, 20)
SURCHARGE = Fraction(3, 1000)  # a day; Shanghai Land Measures art. 46
CULTIVATED_FACTOR = Fraction(2)  # Shanghai Land Measures art. 37 para. 2


def only_if(applies: Logical, answer: Any) -> Any:
    """An answer for some land alone."""
    return case((applies, answer), otherwise=NOT_APPLICABLE)


def not_leased(facts: Facts) -> Logical:
    """A leasehold passes by its contract."""
    return negate(is_code(facts["supply_mode"], "lease"))


def by_kind(facts: Facts, granted: Logical) -> Logical:
    """Urban Real Estate Law arts. 40, 51: dealing in allocated land wants approval."""
    approved = yes(facts, "allocated_dealing_approved")
    return case((is_code(facts["supply_mode"], "allocation"), approved), otherwise=granted)


def transfer_allowed(package: str, facts: Facts, as_of: date) -> Any:
    """Urban Real Estate Law arts. 38(2)-(6), 39 (granted), 40 (allocated); Order 53 art. 24.

    Taken back from the day on which the decision is served.
    """
    if as_of < ESTATE_LAW:
        return NOT_APPLICABLE
    invested = lift(
        lambda paid, total: Unknown() if total == 0 else paid >= INVESTED_SHARE * total,
        facts["investment_paid"], facts["investment_total"],
    )
    granted = both(
        yes(facts, "price_paid_in_full"), yes(facts, "land_certificate"), yes(facts, "developed_as_agreed"), invested,
        either(after(facts["completed_on"], as_of), yes(facts, "house_certificate")),
    )
    return only_if(not_leased(facts), yes_no(both(
        by_kind(facts, granted), yes(facts, "land_certificate"),
        after(facts["takeback_decision_served_on"], as_of), negate(yes(facts, "sealed")),
        negate(yes(facts, "title_disputed")), negate(yes(facts, "co_owner_unconsenting")),
        negate(restricted(facts, as_of)),
    )))


def mortgage_allowed(package: str, facts: Facts, as_of: date) -> Any:
    """Urban Real Estate Law arts. 48, 49; Order 53 art. 24; sealed land by analogy to art. 38."""
    if as_of < ESTATE_LAW:
        return NOT_APPLICABLE
    return only_if(not_leased(facts), yes_no(both(
        by_kind(facts, yes(facts, "land_certificate")), negate(yes(facts, "sealed")),
        negate(restricted(facts, as_of)),
    )))


def mortgage_within_term(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.2: mortgages that fit the term; due by its end (stand-in)."""
    if as_of < PAPER:
        return NOT_APPLICABLE
    return only_if(yes(facts, "mortgaged"), pass_fail(not_after(facts["mortgage_until"], term_end(facts))))


def transferable_term(package: str, facts: Facts, as_of: date) -> Any:
    """Urban Real Estate Law art. 43, Regulations art. 22: the contract's years less those used, by days."""
    if as_of < REGULATIONS:
        return NOT_APPLICABLE
    end = term_end(facts)
    left = greatest(ZERO, days_between(end, as_of))
    years = rounded(quotient(times(facts["term_years"], left), days_between(end, facts["delivered_on"])), CENT)
    return only_if(negate(is_code(facts["supply_mode"], "allocation")), years)


def rescission_right(package: str, facts: Facts, as_of: date) -> Any:
    """Urban Real Estate Law art. 16; Regulations art. 14 (sixty days); SPC Interpretation art. 6 (use changed)."""
    if as_of < RESCISSION_FROM:
        return NOT_APPLICABLE
    agreed = facts["price_due_on"]
    due = case((is_none(agreed), plus_days(facts["signed_on"], PAYMENT_DAYS)), otherwise=agreed)
    unpaid = both(negate(yes(facts, "price_paid_in_full")), after(as_of, due))
    changed = both(is_code(facts["breach_kind"], "use_change"), after(facts["breach_rectified_on"], as_of))
    granted = negate(is_code(facts["supply_mode"], "lease", "allocation"))
    return only_if(granted, yes_no(either(unpaid, changed)))


def late_payment_fee(package: str, facts: Facts, as_of: date) -> Any:
    """Shanghai Land Measures art. 46: three thousandths of the arrears a day, for land used for payment."""
    if as_of < SHANGHAI_FROM:
        return NOT_APPLICABLE
    since = facts["price_overdue_since"]
    fee = rounded(times(facts["price_overdue"], SURCHARGE, days_between(as_of, since)), CENT)
    charged = negate(is_code(facts["supply_mode"], "allocation"))
    return only_if(charged, case((after(as_of, since), fee), otherwise=ZERO))


def late_payment_takeback(package: str, facts: Facts, as_of: date) -> Any:
    """Shanghai Land Measures art. 46: a year or more in arrears."""
    if as_of < SHANGHAI_FROM:
        return NOT_APPLICABLE
    ripe = lift(lambda day: plus_years(day, 1), facts["price_overdue_since"])
    return only_if(negate(is_code(facts["supply_mode"], "allocation")), yes_no(not_after(ripe, as_of)))


def idle_farmland_fee(package: str, facts: Facts, as_of: date) -> Any:
    """Shanghai Land Measures art. 37 para. 2: up to double on farmland taken for building."""
    if as_of < SHANGHAI_FROM:
        return NOT_APPLICABLE
    double = times(CULTIVATED_FACTOR, idle_land_fee(package, facts, as_of))
    return case((yes(facts, "occupies_cultivated_land"), double), otherwise=ZERO)
