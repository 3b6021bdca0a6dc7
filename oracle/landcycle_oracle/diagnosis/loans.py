"""Two developments compared, and what follows from two shares: Li 2022 ss. 2.1, 2.2."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import lift
from ..outcomes import NOT_APPLICABLE
from ..suite import Rule, Suite
from ..supervision.common import CENT, PAPER, minus, quotient, rounded, yes_no
from ..supervision.making import Cells, decimal, thinned

ONE = Fraction(1)
WAN = Fraction(10_000)
PAIRS = ("built_up_area", "urban_population", "mortgage_loans", "mortgaged_area")
PLACES = {"built_up_area": 4, "urban_population": 0, "mortgage_loans": 2, "mortgaged_area": 4}
SHARES = ("above_scale_land_share", "above_scale_output_share")


def since_paper(reading: Callable[[Facts], Any]) -> Rule:
    """The paper's indicators speak from the end of its latest year on."""
    return lambda _, facts, as_of: NOT_APPLICABLE if as_of < PAPER else reading(facts)


def multiple(facts: Facts, name: str) -> Any:
    """End over start."""
    return quotient(facts[f"{name}_end"], facts[f"{name}_start"])


def faster(one: str, other: str) -> Rule:
    """Whether one figure grew by more than another."""
    return since_paper(lambda facts: yes_no(
        lift(lambda left, right: left > right, multiple(facts, one), multiple(facts, other))))


def loan_per_area(facts: Facts, when: str) -> Any:
    """Yuan on a hectare of mortgaged land."""
    return quotient(facts[f"mortgage_loans_{when}"], facts[f"mortgaged_area_{when}"])


def per_area_growth(facts: Facts) -> Any:
    """Section 2.2: loans grew far more than the land. Where no land was mortgaged there was no loan on a hectare."""
    grown = quotient(loan_per_area(facts, "end"), loan_per_area(facts, "start"))
    return rounded(minus(grown, ONE), CENT)


def above_scale(facts: Facts) -> Any:
    """Section 2.1: under 40 % of the land, about 95 % of the output. Output per land, of those firms over the rest."""
    land, output = (facts[name] for name in SHARES)
    rest = quotient(minus(ONE, output), minus(ONE, land))
    return rounded(quotient(quotient(output, land), rest), CENT)


def make(random: Random, _: str, __: date) -> Cells:
    """Pairs that grow alike or nearly so, halves of a step, now and then nothing."""
    cells: Cells = {}
    growth = Fraction(random.choice((2, 3, random.randint(1, 9))), random.choice((1, 2, 4)))
    for name in PAIRS:
        tick = Fraction(1, 10 ** PLACES[name])
        start = Fraction(random.choice((0, 8, 400, random.randint(1, 80) * 25, random.randint(1, 10**5))))
        end = start * growth + random.choice((Fraction(0), Fraction(0), tick, -tick))
        end = random.choice((end, end, end, Fraction(0), start + random.randint(0, 10**4)))
        cells |= {f"{name}_{when}": decimal(max(Fraction(0), value), PLACES[name])
                  for when, value in (("start", start), ("end", end))}
    for name, typical in zip(SHARES, ("0.4", "0.95"), strict=True):
        cells[name] = random.choice((typical, "0", "1", "0.5", decimal(Fraction(random.randint(0, 10**6), 10**6), 6)))
    return thinned(random, cells)


NAMES = (*(f"{name}_{when}" for name in PAIRS for when in ("start", "end")), *SHARES)
ANSWERED = ("yes", "no", "unknown", "unknown, nothing missing", "not_applicable")
AMOUNTS = ("0", "amount", "unknown", "unknown, nothing missing", "not_applicable")
SUITE = Suite(
    name="loans", packages=("national", "beijing", "shanghai", "shenzhen"),
    days=(date(2021, 12, 30), PAPER, date(2026, 11, 25)),
    kinds=dict.fromkeys(NAMES, "number"), make=make,
    rules={
        "land_ahead_of_people": faster("built_up_area", "urban_population"),
        "loans_outpace_land": faster("mortgage_loans", "mortgaged_area"),
        "mortgage_loan_per_area": since_paper(
            lambda facts: rounded(quotient(loan_per_area(facts, "end"), WAN), CENT)),
        "mortgage_loan_per_area_growth": since_paper(per_area_growth),
        "above_scale_output_ratio": since_paper(above_scale),
    },
    only_in={},
    labels={
        "land_ahead_of_people": ANSWERED, "loans_outpace_land": ANSWERED, "mortgage_loan_per_area": AMOUNTS,
        "mortgage_loan_per_area_growth": AMOUNTS, "above_scale_output_ratio": AMOUNTS,
    },
)
