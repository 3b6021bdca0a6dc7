"""Prices of housing and industrial land, the fee beside them, the term beside firms' lives: Li 2022 ss. 2.2 to 3.3."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import case, lift
from ..suite import Suite
from ..supervision.common import CENT, PAPER, plus, quotient, rounded, times
from ..supervision.making import Cells, decimal, thinned
from .loans import AMOUNTS, ONE, since_paper

IDLE_FEE = Fraction(20, 100)  # Order 53 art. 14(1)
LONGEST_TERM = Fraction(50)  # Grant and Transfer Regulation art. 12
STEP = Fraction(1, 10_000)
NINTH = Fraction(1, 10**9)  # each year's ratio is kept to nine decimals
MOST_YEARS = 10


def fee_to_housing(facts: Facts) -> Any:
    """Section 2.3: the fee on the industrial price, over the price of housing land."""
    return rounded(quotient(times(IDLE_FEE, facts["industrial_land_price"]), facts["housing_land_price"]), STEP)


def lives_per_term(facts: Facts) -> Any:
    """Section 3.3.2: how many lives of a firm the longest term holds."""
    return rounded(quotient(LONGEST_TERM, facts["firm_life_years"]), CENT)


def ratio_multiple(facts: Facts) -> Any:
    """Section 2.2, note 4: both prices compound year by year; by how much their ratio changes."""
    grown = [plus(ONE, facts[f"{kind}_price_growth"]) for kind in ("housing", "industrial")]
    yearly = rounded(quotient(*grown), NINTH)
    total: Any = ONE
    for year in range(1, MOST_YEARS + 1):
        runs = lift(lambda years, now=year: years >= now, facts["growth_years"])
        total = rounded(times(total, case((runs, yearly), otherwise=ONE)), NINTH)
    return rounded(total, STEP)


def ratio_end(facts: Facts) -> Any:
    """Section 2.2: the ratio at the start, changed by what both rates make of it."""
    return rounded(times(facts["price_ratio_start"], ratio_multiple(facts)), CENT)


def rate(random: Random) -> str:
    """A yearly rate: those of note 4, the edges of what is accepted, any other."""
    other = decimal(Fraction(random.randint(0, 5000), 10_000))
    return random.choice(("0.25", "0.15", "0.1", "0.11", "0.13", "0", "-0.5", "1", other, other))


def make(random: Random, _: str, __: date) -> Cells:
    """Rates alike or not; prices about tenfold; lives of five to ten years."""
    housing, price = rate(random), Fraction(random.choice((0, 1, 500, 3000, random.randint(0, 10**5))))
    return thinned(random, {
        "industrial_land_price": decimal(price),
        "housing_land_price": random.choice((
            decimal(10 * price), decimal(20 * price), decimal(10 * price + Fraction(1, 10_000)),
            decimal(Fraction(random.randint(0, 10**9), 10_000)), "0",
        )),
        "firm_life_years": random.choice(("5", "10", "0", "0.0001", "33.3333", "200", str(random.randint(1, 60)))),
        "price_ratio_start": random.choice(("10", "0", "1", decimal(Fraction(random.randint(0, 10**6), 10_000)))),
        "growth_years": str(random.choice((0, 1, 8, 9, 10, random.randint(0, 10)))),
        "housing_price_growth": housing,
        "industrial_price_growth": random.choice((rate(random), rate(random), housing)),
    })


NAMES = (
    "industrial_land_price", "housing_land_price", "firm_life_years", "price_ratio_start", "growth_years",
    "housing_price_growth", "industrial_price_growth",
)
SUITE = Suite(
    name="prices", packages=("national", "beijing", "shanghai", "shenzhen"),
    days=(date(2021, 12, 30), PAPER, date(2026, 11, 25)),
    kinds=dict.fromkeys(NAMES, "number"), make=make,
    rules={
        "idle_fee_to_housing_price": since_paper(fee_to_housing),
        "firm_lives_per_term": since_paper(lives_per_term),
        "price_ratio_multiple": since_paper(ratio_multiple),
        "price_ratio_end": since_paper(ratio_end),
    },
    only_in={},
    labels={
        "idle_fee_to_housing_price": AMOUNTS,
        "firm_lives_per_term": ("amount", "unknown", "unknown, nothing missing", "not_applicable"),
        "price_ratio_multiple": ("amount", "unknown", "not_applicable"),
        "price_ratio_end": ("0", "amount", "unknown", "not_applicable"),
    },
)
