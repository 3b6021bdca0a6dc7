"""Evaluation of what was agreed, breaches and measures: sections 3.3.1, 3.3.3, 4.3 of the paper."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from ..facts import Facts
from ..kleene import Unknown, both, case, either, is_code, lift, negate
from ..outcomes import NOT_APPLICABLE
from .common import PAPER, after, not_after, plus_days, quotient, record, rounded, yes_no

PASS_SHARE = Fraction(1)  # the agreed value itself
PARTLY_SHARE = Fraction(80, 100)  # stand-in
AGREED = {"fixed_investment": "fixed_investment_agreed", "output": "output_agreed", "tax": "tax_agreed"}
STEP = Fraction(1, 10_000)
# Measure of the first, second, ... time, ordinary and serious; all stand-ins.
USUAL = (("rectify", "damages", "restrict", "terminate"), ("damages", "restrict", "terminate"))
STRICT = (("damages", "restrict", "terminate"), ("restrict", "terminate"))
LADDERS = {
    "late_construction": USUAL, "late_production": USUAL, "shortfall": USUAL,
    "unauthorised_transfer": STRICT, "equity_change": STRICT,
    "unpaid_price": (("damages", "restrict", "terminate"), ("damages", "terminate")),
    "use_change": (("rectify", "restrict", "terminate"), ("restrict", "terminate")),
}
RECTIFY_DAYS = {"ordinary": 180, "serious": 90}
KEYS = ("breach_kind", "breach_severity", "breach_times")


def share_reached(name: str) -> Any:
    """The rule on one promise: reached / agreed."""
    def rule(package: str, facts: Facts, as_of: date) -> Any:
        if as_of < PAPER:
            return NOT_APPLICABLE
        return rounded(quotient(facts[name], facts[AGREED[name]]), STEP)

    return rule


def _due(facts: Facts, as_of: date) -> dict[str, Any]:
    """Whether each promise is due: investment from production, the rest from full capacity."""
    at_full = not_after(facts["full_capacity_on"], as_of)
    built = either(not_after(facts["produced_on"], as_of), at_full, after(as_of, facts["produce_due_on"]))
    full = either(at_full, after(as_of, facts["full_capacity_due_on"]))
    return {"fixed_investment": built, "output": full, "tax": full}


def _at_least(facts: Facts, name: str, share: Fraction) -> Any:
    return lift(lambda got, agreed: got >= share * agreed, facts[name], facts[AGREED[name]])


def overall(facts: Facts, as_of: date) -> Any:
    """The verdict over all promises that are due."""
    due = _due(facts, as_of)

    def all_at(share: Fraction) -> Any:
        return both(*(either(negate(when), _at_least(facts, name, share)) for name, when in due.items()))

    return case(
        (both(negate(due["fixed_investment"]), negate(due["output"])), "not_due"),
        (all_at(PASS_SHARE), "pass"), (all_at(PARTLY_SHARE), "partly"),
        otherwise="fail",
    )


def evaluation_outcome(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.3: investment from production, the rest from full capacity, or once their day has passed."""
    if as_of < PAPER:
        return NOT_APPLICABLE
    due = _due(facts, as_of)

    def one(name: str) -> Any:
        return case(
            (negate(due[name]), "not_due"),
            (_at_least(facts, name, PASS_SHARE), "pass"), (_at_least(facts, name, PARTLY_SHARE), "partly"),
            otherwise="fail",
        )

    return record({
        "overall": overall(facts, as_of), "investment": one("fixed_investment"), "output": one("output"),
        "tax": one("tax"),
    })


def measure(facts: Facts) -> Any:
    """The step of the ladder; what is no breach has none."""
    def find(kind: str, severity: str, times: Fraction) -> Any:
        if kind not in LADDERS:
            return Unknown()
        ladder = LADDERS[kind][severity == "serious"]
        return ladder[min(int(times), len(ladder)) - 1]

    return lift(find, *(facts[name] for name in KEYS))


def breach_measure(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.3; Grant and Transfer Regulations art. 17: restriction is an act of office, the rest civil."""
    if as_of < PAPER:
        return NOT_APPLICABLE
    kind, step = facts["breach_kind"], measure(facts)
    closed = either(is_code(kind, "no_breach"), not_after(facts["breach_rectified_on"], as_of))
    taken = case(
        (is_code(step, "rectify"), "rectify"), (is_code(step, "damages"), "damages"),
        (is_code(step, "restrict"), "restrict"),
        otherwise="terminate",
    )
    return record({
        "measure": case((closed, "nothing"), otherwise=taken),
        "lead": case(
            (closed, "nobody"), (is_code(kind, "late_production", "shortfall", "equity_change"), "economy"),
            otherwise="natural_resources",
        ),
        "remedy": case((closed, "nothing"), (is_code(step, "restrict"), "administrative"), otherwise="civil"),
    })


def rectify_due_on(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.3; days are stand-ins: half a year, or a quarter for serious ones."""
    if as_of < PAPER:
        return NOT_APPLICABLE

    def days(kind: str, severity: str, times: Fraction) -> Any:
        return RECTIFY_DAYS[severity] if kind in LADDERS else Unknown()

    return lift(lambda day, known: plus_days(day, known), facts["breach_notified_on"],
                lift(days, *(facts[name] for name in KEYS)))


def rectify_time_over(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.3: the time to rectify has run out."""
    return NOT_APPLICABLE if as_of < PAPER else yes_no(after(as_of, rectify_due_on(package, facts, as_of)))


def evaluation_verdict(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.3: passed where all that is due is met."""
    if as_of < PAPER:
        return NOT_APPLICABLE
    return yes_no(is_code(overall(facts, as_of), "pass", "not_due"))
