"""Supply in parks linked to low-efficiency land given up outside the development boundary: Li 2022 s. 3.1.2."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import both, case, lift
from ..outcomes import pass_fail
from ..suite import Suite
from ..supervision.common import CENT, PAPER, ZERO, plus, rounded, times, yes
from ..supervision.making import Cells, beside, decimal, money, thinned, yes_or_no
from .common import TICK, judged, only_if

RATIO = Fraction(1)  # a stand-in: the paper says "linked" and gives no rate
SHARES = ("benefit_share_giving", "benefit_share_receiving", "benefit_share_other")


@judged("credit_used_on", PAPER)
def linkage_credit(facts: Facts, _: date) -> Any:
    """Only land outside the development boundary counts; once only, so verified as given up."""
    counts = both(yes(facts, "exit_outside_boundary"), yes(facts, "exit_verified"))
    return case((counts, rounded(times(facts["exit_area"], RATIO), TICK)), otherwise=ZERO)


def shared_out(facts: Facts) -> Any:
    """The benefit is split whole, nothing is left and nothing given twice."""
    return lift(lambda total: total == 1, plus(*(facts[name] for name in SHARES)))


@judged("credit_used_on", PAPER)
def linkage_shares(facts: Facts, _: date) -> Any:
    """The split of benefits is worked out; the parties agree on it."""
    return pass_fail(shared_out(facts))


@judged("credit_used_on", PAPER)
def linkage_transfer(facts: Facts, _: date) -> Any:
    """The transfer payment: the giving side's share of the revenue, a stand-in."""
    return only_if(shared_out(facts), rounded(times(facts["linked_revenue"], facts[SHARES[0]]), CENT))


@judged("credit_used_on", PAPER)
def linkage_use(facts: Facts, _: date) -> Any:
    """Supply within a park, and within the credit."""
    within = lift(lambda area, credit: area <= credit, facts["linked_area"], facts["credit_available"])
    return pass_fail(both(yes(facts, "supplied_in_park"), within))


def make(random: Random, _: str, __: date) -> Cells:
    """Shares that make one or miss by the last decimal; areas about the credit; days about the first."""
    million = 1_000_000
    giving = random.choice((0, 500_000, 333_333, million, random.randint(0, million)))
    receiving = random.choice((0, million - giving, random.randint(0, million - giving)))
    other = min(million, max(0, million - giving - receiving + random.choice((0, 0, 0, 0, -1, 1, 1000))))
    shares = {name: decimal(Fraction(part, million), 6)
              for name, part in zip(SHARES, (giving, receiving, other), strict=True)}
    credit = Fraction(random.choice((0, 100_000, random.randint(1, 10**6))), 10_000)
    cells: Cells = {
        "credit_used_on": str(PAPER + timedelta(days=random.choice((-1, 0, 1, 300, 1500)))),
        "exit_area": decimal(Fraction(random.choice((0, 1, random.randint(0, 10**7))), 10_000)),
        "exit_outside_boundary": yes_or_no(random, 0.7), "exit_verified": yes_or_no(random, 0.7),
        "credit_available": decimal(credit), "linked_area": beside(random, credit),
        "supplied_in_park": yes_or_no(random, 0.8), "linked_revenue": decimal(money(random)), **shares,
    }
    return thinned(random, cells)


NUMBERS = ("exit_area", "credit_available", "linked_area", "linked_revenue", *SHARES)
TESTED = ("pass", "fail", "unknown", "not_applicable")
AMOUNTS = ("0", "amount", "unknown", "not_applicable")
SUITE = Suite(
    name="linkage", packages=("national", "beijing", "shanghai", "shenzhen"), days=(PAPER, date(2026, 11, 25)),
    kinds={
        **dict.fromkeys(NUMBERS, "number"), "credit_used_on": "date",
        **dict.fromkeys(("exit_outside_boundary", "exit_verified", "supplied_in_park"), "code"),
    },
    make=make,
    rules={
        "linkage_credit": linkage_credit, "linkage_shares": linkage_shares, "linkage_transfer": linkage_transfer,
        "linkage_use": linkage_use,
    },
    only_in={},
    labels={
        "linkage_credit": AMOUNTS, "linkage_shares": TESTED, "linkage_transfer": AMOUNTS, "linkage_use": TESTED,
    },
)
