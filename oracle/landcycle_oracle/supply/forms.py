"""Modes of supply compared in present value: section 3.3.2 names them; rates and method are stand-ins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import Logical, Unknown, both, case, is_code, lift, negate
from ..outcomes import NOT_APPLICABLE
from ..suite import Suite
from ..supervision.common import greatest, least, minus, plus, quotient, rounded, times
from ..supervision.making import Cells
from . import cases_prices, prices
from .common import AS_OF, CENT, PACKAGES, PAPER, at_most, find, judged, only_if, years_worth
from .making import MODES, day_about, years

FIRM, GOVERNMENT = Fraction(6, 100), Fraction(4, 100)


def worth(rate: Fraction, span: Any) -> Any:
    """What one yuan after so many years is worth, to twelve decimals; part of a year at simple interest."""
    def value(known: Fraction) -> Fraction:
        whole, part = divmod(known, 1)
        return rounded(1 / ((1 + rate) ** int(whole) * (1 + rate * part)), Fraction(1, 10**12))

    return lift(value, span)


def is_sold(facts: Facts) -> Logical:
    """Land that is granted or let for money."""
    return negate(is_code(facts["supply_mode"], "allocation", "authorised_operation", "capital_contribution"))


def is_lease(facts: Facts) -> Logical:
    """A lease and nothing else."""
    return is_code(facts["supply_mode"], "lease")


def is_both(facts: Facts) -> Logical:
    """A lease that turns into a grant."""
    return is_code(facts["supply_mode"], "lease_then_grant")


def leaves_early(facts: Facts) -> Logical:
    """The firm is gone before the lease turns into a grant."""
    return both(is_both(facts), at_most(facts["occupancy_years"], facts["term_years"]))


def used(facts: Facts) -> Any:
    """The planned years, within the term or both terms."""
    both_terms = plus(facts["term_years"], facts["grant_term_years"])
    return case(
        (is_both(facts), least(facts["occupancy_years"], both_terms)),
        otherwise=least(facts["occupancy_years"], facts["term_years"]),
    )


def read(answer: Any) -> Any:
    """Another rule's answer as an operand: where that rule does not speak there is no number to go on with."""
    return Unknown() if answer is NOT_APPLICABLE else answer


def of_sold(facts: Facts, value: Any) -> Any:
    """Rules on land that is sold."""
    return only_if(is_sold(facts), value)


def conversion(package: str, facts: Facts) -> Any:
    """The price of the years after the lease; Shanghai keeps to its bottom line."""
    amount = times(prices.full_price(package, facts), years_worth(facts["grant_term_years"]))
    if package == "shanghai":
        amount = greatest(amount, times(facts["area"], find(prices.BOTTOM_LINES, facts["project_class"])))
    return only_if(is_both(facts), rounded(amount, CENT))


def returned(package: str, facts: Facts, as_of: date) -> Any:
    """The price of the years left, in a straight line."""
    def of_years(price: Any, term: Any, left: Any) -> Any:
        return rounded(quotient(times(price, left), term), CENT)

    grant_left = minus(plus(facts["term_years"], facts["grant_term_years"]), read(of_sold(facts, used(facts))))
    plain_left = minus(facts["term_years"], read(of_sold(facts, used(facts))))
    return of_sold(facts, case(
        (is_lease(facts), Fraction(0)),
        (leaves_early(facts), Fraction(0)),
        (is_both(facts), of_years(read(conversion(package, facts)), facts["grant_term_years"], grant_left)),
        otherwise=of_years(read(prices.floor_price(package, facts, as_of)), facts["term_years"], plain_left),
    ))


def first(package: str, facts: Facts, as_of: date) -> Any:
    """A year's rent, or the price."""
    rented = is_code(facts["supply_mode"], "lease", "lease_then_grant")
    return of_sold(facts, case(
        (rented, read(prices.annual_rent_floor(package, facts, as_of))),
        otherwise=read(prices.floor_price(package, facts, as_of)),
    ))


def present(rate: Fraction) -> Callable[[str, Facts, date], Any]:
    """Rents at each year-end, a price when the grant begins, the price of the years left on leaving."""
    def rents(package: str, facts: Facts, as_of: date, span: Any) -> Any:
        factor = lift(lambda one: (1 - one) / rate, worth(rate, span))
        return rounded(times(read(prices.annual_rent_floor(package, facts, as_of)), factor), CENT)

    def value(package: str, facts: Facts, as_of: date) -> Any:
        span = read(of_sold(facts, used(facts)))
        back = rounded(times(read(returned(package, facts, as_of)), worth(rate, span)), CENT)
        bought = rounded(times(read(conversion(package, facts)), worth(rate, facts["term_years"])), CENT)
        let = rents(package, facts, as_of, facts["term_years"])
        return of_sold(facts, case(
            (is_lease(facts), rents(package, facts, as_of, span)),
            (leaves_early(facts), rents(package, facts, as_of, span)),
            (is_both(facts), minus(plus(let, bought), back)),
            otherwise=minus(read(prices.floor_price(package, facts, as_of)), back),
        ))

    return value


def yearly(package: str, facts: Facts, as_of: date) -> Any:
    """The equal payment at each year-end of the same worth."""
    span = read(of_sold(facts, used(facts)))
    factor = lift(lambda one: 1 - one, worth(FIRM, span))
    return of_sold(facts, rounded(quotient(times(read(present(FIRM)(package, facts, as_of)), FIRM), factor), CENT))


def reversion(package: str, facts: Facts, as_of: date) -> Any:
    """The land that comes back, at the price of the longest term."""
    price = rounded(prices.full_price(package, facts), CENT)
    return of_sold(facts, rounded(times(price, worth(GOVERNMENT, read(of_sold(facts, used(facts))))), CENT))


def since_paper(value: Callable[[str, Facts, date], Any]) -> Callable[[str, Facts, date], Any]:
    """Every rule of the comparison begins with the paper."""
    return lambda package, facts, as_of: judged(facts["signed_on"], PAPER, lambda: value(package, facts, as_of))


def make(random: Random, package: str, as_of: date) -> Cells:
    """A priced parcel with the years that its firm means to stay."""
    cells = {**cases_prices.make(random, package, as_of)}
    cells["supply_mode"] = random.choice((*MODES, *("lease", "lease_then_grant", "listing") * 3))
    if random.random() < 0.8:
        cells["signed_on"] = day_about(random, (PAPER,))
    for name in ("grant_term_years", "occupancy_years"):
        cells[name] = None if random.random() < 0.03 else years(random)
    if random.random() < 0.2:
        cells["occupancy_years"] = cells["term_years"]
    return cells


AMOUNT = ("amount", "unknown", "not_applicable")
SUITE = Suite(
    name="forms",
    packages=PACKAGES,
    days=AS_OF,
    kinds={**cases_prices.SUITE.kinds, "grant_term_years": "number", "occupancy_years": "number"},
    make=make,
    rules={
        "years_covered": since_paper(lambda _, facts, as_of: of_sold(facts, used(facts))),
        "conversion_price": since_paper(lambda package, facts, as_of: conversion(package, facts)),
        "price_returned": since_paper(returned), "first_payment": since_paper(first),
        "firm_present_value": since_paper(present(FIRM)),
        "government_present_value": since_paper(present(GOVERNMENT)),
        "firm_yearly_cost": since_paper(yearly), "reversion_value": since_paper(reversion),
    },
    only_in={},
    labels={
        **dict.fromkeys(("years_covered",), (*AMOUNT, "0")),
        **dict.fromkeys((
            "conversion_price", "price_returned", "first_payment", "firm_present_value", "government_present_value",
            "firm_yearly_cost", "reversion_value",
        ), AMOUNT),
    },
)
