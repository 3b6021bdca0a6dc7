"""How far a supply plan is carried out, and the make-up of a renewal plan: Li 2022 ss. 3.1.1, 4.1."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import Unknown, lift
from ..suite import Suite
from ..supervision.common import PAPER, days_between, plus, quotient, rounded, times
from ..supervision.making import Cells, beside, decimal, thinned
from .common import LINES, TICK, judged, since

RENEWAL = ("renewal_plan_industry", "renewal_plan_m0", "renewal_plan_housing", "renewal_plan_commerce")


@since(PAPER)
def plan_carried_out(facts: Facts, _: date) -> Any:
    """Section 4.1: what was supplied over what the plan has."""
    return rounded(quotient(facts["supplied_to_date"], facts["plan_total"]), TICK)


def days_with_both(last: Any, first: Any) -> Any:
    """Days from first to last, both counted; a span that ends before it begins has none."""
    return lift(lambda days: days + 1 if days >= 0 else Unknown(), days_between(last, first))


@since(PAPER)
def plan_forecast(facts: Facts, _: date) -> Any:
    """Section 4.1 steers by the plan; an even pace by days is a stand-in."""
    passed = days_with_both(facts["supplied_until"], facts["plan_from"])
    in_all = days_with_both(facts["plan_until"], facts["plan_from"])
    return rounded(quotient(times(facts["supplied_to_date"], in_all), passed), TICK)


@judged("plan_from", LINES)
def renewal_industry_share(facts: Facts, _: date) -> Any:
    """Section 3.1.1: industry to industry among all that the renewal plan turns industry into, by area."""
    return rounded(quotient(facts[RENEWAL[0]], plus(*(facts[name] for name in RENEWAL))), TICK)


def area(random: Random) -> Fraction:
    """Hectares, often round, now and then none."""
    return Fraction(random.choice((0, 10_000, 80_000, random.randint(1, 64) * 2500, random.randint(0, 10**8))), 10_000)


def make(random: Random, _: str, __: date) -> Cells:
    """Plans of a year or so, counted up to their edges; areas that divide evenly, or not."""
    first = random.choice((LINES, date(2020, 1, 1), date(2022, 1, 1), date(2023, 2, 28)))
    first += timedelta(days=random.choice((0, 0, -1, 1)))
    last = first + timedelta(days=random.choice((364, 364, 365, 0, 1, 7, -1, -30)))
    until = random.choice((first, last, first + timedelta(days=random.randint(0, 400))))
    until += timedelta(days=random.choice((0, 0, -1, 1, -40)))
    total = area(random)
    cells: Cells = {
        "plan_from": str(first), "plan_until": str(last), "supplied_until": str(until),
        "plan_total": decimal(total), "supplied_to_date": random.choice((beside(random, total), decimal(area(random)))),
        **{name: decimal(random.choice((Fraction(0), area(random)))) for name in RENEWAL},
    }
    if random.random() < 0.05:
        cells[random.choice(("plan_from", "plan_until", "supplied_until"))] = "none"
    return thinned(random, cells)


AMOUNTS = ("0", "amount", "unknown", "unknown, nothing missing", "not_applicable")
SUITE = Suite(
    name="progress", packages=("national", "beijing", "shanghai", "shenzhen"),
    days=(date(2021, 12, 30), PAPER, date(2026, 11, 25)),
    kinds={
        **dict.fromkeys(("plan_from", "plan_until", "supplied_until"), "date"),
        **dict.fromkeys(("plan_total", "supplied_to_date", *RENEWAL), "number"),
    },
    make=make,
    rules={
        "plan_carried_out": plan_carried_out, "plan_forecast": plan_forecast,
        "renewal_industry_share": renewal_industry_share,
    },
    only_in={"renewal_industry_share": ("shenzhen",)},
    labels={"plan_carried_out": AMOUNTS, "plan_forecast": AMOUNTS, "renewal_industry_share": AMOUNTS},
)
