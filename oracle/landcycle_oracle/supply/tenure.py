"""From lease to grant, and renewal: Urban Real Estate Law art. 22; Guangdong Land Regulation art. 40; section 3.3.2."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from ..dates import plus_years
from ..facts import Facts
from ..kleene import Logical, both, is_code, lift, negate
from ..outcomes import pass_fail
from ..suite import Suite
from ..supervision.common import CENT, not_after, rounded, times, yes
from ..supervision.making import Cells, about, around, of, thinned, yes_or_no
from . import prices
from .common import (
    AS_OF, ESTATE_LAW, GUANGDONG, LONGEST, PACKAGES, PAPER, at_most, is_allocated, judged, only_if, years_worth,
)
from .making import LAND_USES, MODES, day_about, years

CODES = ("supply_mode", "evaluation_passed", "public_interest_need", "land_use")
DATES = ("conversion_applied_on", "evaluated_on", "renewal_applied_on", "term_ends_on")
NUMBERS = ("grant_term_years", "renewal_term_years", "area", "land_grade", "far_agreed", "government_floor_area")


def lease_then_grant_conversion(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.2 (within the lease and after an evaluation passed is a stand-in).

    Guangdong art. 40: the grant stays within the statutory maximum.
    """
    applied = facts["conversion_applied_on"]

    def test() -> Any:
        within: Logical = True
        if package == "shenzhen" and applied >= GUANGDONG:
            within = at_most(facts["grant_term_years"], LONGEST)
        ready = both(
            not_after(applied, facts["term_ends_on"]), not_after(facts["evaluated_on"], applied),
            yes(facts, "evaluation_passed"), within,
        )
        return only_if(is_code(facts["supply_mode"], "lease_then_grant"), pass_fail(ready))

    return judged(applied, PAPER, test)


def in_time(facts: Facts) -> Logical:
    """Urban Real Estate Law art. 22: applied for at the latest one year before the term is over."""
    return not_after(facts["renewal_applied_on"], lift(lambda end: plus_years(end, -1), facts["term_ends_on"]))


def renewal_application(package: str, facts: Facts, as_of: date) -> Any:
    """Urban Real Estate Law art. 22; art. 23: an allocation has no term to renew."""
    test = only_if(negate(is_allocated(facts)), pass_fail(in_time(facts)))
    return judged(facts["renewal_applied_on"], ESTATE_LAW, lambda: test)


def renewal_conditions(package: str, facts: Facts, as_of: date) -> Any:
    """Article 22: to be granted unless the public interest needs the land.

    Section 3.3.2 asks that conditions be stated; that an evaluation be passed is a stand-in.
    """
    applied = facts["renewal_applied_on"]

    def test() -> Any:
        passed = yes(facts, "evaluation_passed") if applied >= PAPER else True
        ready = both(in_time(facts), negate(yes(facts, "public_interest_need")), passed)
        return only_if(negate(is_allocated(facts)), pass_fail(ready))

    return judged(applied, ESTATE_LAW, test)


def renewal_price(package: str, facts: Facts, as_of: date) -> Any:
    """Article 22: paid for as rules say, which were not found: the price of that day for the years applied for."""
    applied = facts["renewal_applied_on"]

    def price() -> Any:
        whole = prices.paid_floor_area(facts) if package == "shenzhen" else facts["area"]
        amount = times(
            whole, prices.industrial_price(package, facts), prices.of_use(package, facts, applied),
            years_worth(facts["renewal_term_years"]),
        )
        return only_if(negate(is_allocated(facts)), rounded(amount, CENT))

    return judged(applied, PAPER, price)


def make(random: Random, package: str, as_of: date) -> Cells:
    """Applications about the end of the term, a year before it, and the evaluation."""
    renewal = day_about(random, (ESTATE_LAW, PAPER, PAPER, date(2024, 2, 29)))
    conversion = day_about(random, (PAPER, GUANGDONG, GUANGDONG, date(2024, 2, 29)))
    ends = about(random, of(random.choice((renewal, conversion))) or PAPER, years=(0, 1, 1, 10), none=0.05)
    evaluated = str(around(random, of(conversion) or PAPER)) if random.random() < 0.9 else "none"
    return thinned(random, {
        "conversion_applied_on": conversion, "renewal_applied_on": renewal, "term_ends_on": ends,
        "evaluated_on": evaluated, "supply_mode": random.choice((*MODES, *("lease_then_grant",) * 6)),
        "evaluation_passed": yes_or_no(random, 0.8), "public_interest_need": yes_or_no(random, 0.2),
        "grant_term_years": random.choice(("20", "49.999999", "50", "50.000001", "70")),
        "renewal_term_years": years(random),
        "area": random.choice(("0", "10000", "12345.6789", "0.01")), "land_grade": str(random.randint(1, 11)),
        "land_use": random.choice((*LAND_USES, "rnd")), "far_agreed": random.choice(("0", "1", "2.5", "3.3333")),
        "government_floor_area": random.choice(("0", "100", "1234.5678", "20000")),
    })


TESTED = ("pass", "fail", "unknown", "not_applicable")
SUITE = Suite(
    name="tenure", packages=PACKAGES, days=AS_OF,
    kinds={**dict.fromkeys(DATES, "date"), **dict.fromkeys(CODES, "code"), **dict.fromkeys(NUMBERS, "number")},
    make=make,
    rules={
        "lease_then_grant_conversion": lease_then_grant_conversion, "renewal_application": renewal_application,
        "renewal_conditions": renewal_conditions, "renewal_price": renewal_price,
    },
    only_in={},
    labels={
        **dict.fromkeys(("lease_then_grant_conversion", "renewal_application", "renewal_conditions"), TESTED),
        "renewal_price": ("0", "amount", "unknown", "unknown, nothing missing", "not_applicable"),
    },
)
