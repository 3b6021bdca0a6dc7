"""What the law asks of acts: Order 53 arts. 5, 12-14, 17, 18; sections 3.3.1, 3.3.3 of the paper."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ..dates import plus_years
from ..evaluation_due import term_end
from ..facts import Facts
from ..idle_land import idle_land
from ..judged import before_the_law
from ..kleene import both, case, either, is_code, lift, negate
from ..outcomes import NOT_APPLICABLE, pass_fail
from . import procedure
from .common import (
    ESTATE_LAW, ORDER_53, PAPER, REGULATIONS, after, is_none, not_after, plus_days, yes, yes_no,
)

RENEWAL_LAW = date(1995, 1, 1)  # Urban Real Estate Law art. 73
RENEWAL_YEARS = 1  # art. 22


def mortgagees_told(package: str, facts: Facts, as_of: date) -> Any:
    """Arts. 13, 14(2): of found land that is mortgaged the mortgagees know by now."""
    if as_of < ORDER_53:
        return NOT_APPLICABLE
    concerned = both(yes(facts, "mortgaged"), not_after(facts["idle_found_on"], as_of))
    return case((concerned, pass_fail(not_after(facts["mortgagees_notified_on"], as_of))), otherwise=NOT_APPLICABLE)


def disposal_approved(package: str, facts: Facts, as_of: date) -> Any:
    """Arts. 13, 14: the government has approved by now."""
    return NOT_APPLICABLE if as_of < ORDER_53 else yes_no(not_after(facts["government_approved_on"], as_of))


def answer_awaited(package: str, facts: Facts, as_of: date) -> Any:
    """Art. 5: the holder has answered, or the thirty days are over."""
    if as_of < ORDER_53:
        return NOT_APPLICABLE
    over = after(as_of, procedure.due(facts, "reply_due_on"))
    return yes_no(either(not_after(facts["inquiry_replied_on"], as_of), over))


def idle_fee_unlevied(package: str, facts: Facts, as_of: date) -> Any:
    """Art. 14(1): one fee; none was decided by now."""
    return NOT_APPLICABLE if as_of < ORDER_53 else yes_no(after(facts["fee_decision_served_on"], as_of))


def takeback_final(package: str, facts: Facts, as_of: date) -> Any:
    """Arts. 17, 18: the thirty days are over and nothing was contested in time."""
    if as_of < ORDER_53:
        return NOT_APPLICABLE
    over = after(as_of, procedure.due(facts, "cancellation_due_on"))
    return yes_no(both(over, yes(facts, "remedy_period_over"), negate(yes(facts, "decision_contested"))))


def disposal_terms_stated(package: str, facts: Facts, as_of: date) -> Any:
    """Art. 12: an extension names its start, temporary use its days."""
    if (silent := before_the_law(facts["supplement_signed_on"], ORDER_53)) is not None:
        return silent
    way = facts["disposal_way"]
    days = negate(either(is_none(facts["temporary_use_on"]), is_none(facts["temporary_use_until"])))
    return yes_no(case(
        (is_code(way, "extend"), negate(is_none(facts["supplement_start_on"]))),
        (is_code(way, "temporary_use"), days),
        otherwise=True,
    ))


def supplement_start_valid(package: str, facts: Facts, as_of: date) -> Any:
    """Art. 12: a start agreed anew lies on the day of signing or later."""
    signed = facts["supplement_signed_on"]
    if (silent := before_the_law(signed, ORDER_53)) is not None:
        return silent
    return pass_fail(not_after(signed, facts["supplement_start_on"]))


def idle_disposal_complete(package: str, facts: Facts, as_of: date) -> Any:
    """Arts. 11, 2: the land is idle no longer, or the right has ended by now."""
    if as_of < ORDER_53:
        return NOT_APPLICABLE
    return yes_no(either(not_after(facts["exit_on"], as_of), is_code(idle_land(facts, as_of), "none")))


def division_allowed(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.1; Order 53 art. 24."""
    if as_of < PAPER:
        return NOT_APPLICABLE
    return yes_no(both(yes(facts, "division_agreed"), negate(procedure.restricted(facts, as_of))))


def equity_change_allowed(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.1: where the agreement restricts it, with consent."""
    if (silent := before_the_law(facts["equity_changed_on"], PAPER)) is not None:
        return silent
    return yes_no(either(negate(yes(facts, "equity_change_restricted")), yes(facts, "equity_change_consented")))


def public_interest_shown(package: str, facts: Facts, as_of: date) -> Any:
    """Urban Real Estate Law art. 20."""
    return NOT_APPLICABLE if as_of < ESTATE_LAW else yes_no(yes(facts, "public_interest_need"))


def renewal_apply_by(package: str, facts: Facts, as_of: date) -> Any:
    """Urban Real Estate Law art. 22: a year before the end."""
    if as_of < RENEWAL_LAW:
        return NOT_APPLICABLE
    last = lift(lambda day: plus_years(day, -RENEWAL_YEARS), term_end(facts))
    return case((is_code(facts["supply_mode"], "allocation"), NOT_APPLICABLE), otherwise=last)


def term_end_consistent(package: str, facts: Facts, as_of: date) -> Any:
    """Regulations art. 39: the end on record is the reckoned one or the day before."""
    if as_of < REGULATIONS:
        return NOT_APPLICABLE
    told, end = facts["term_ends_on"], term_end(facts)
    return yes_no(both(not_after(told, end), not_after(end, plus_days(told, 1))))


def shifted(day: date, days: int) -> str:
    """A day some days later, as text."""
    return str(day + timedelta(days=days))
