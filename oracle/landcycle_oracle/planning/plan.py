"""A yearly supply plan: its balance (Land Administration Regulation art. 16), its shares and its renewal plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from ..facts import Facts
from ..judged import before_the_law
from ..kleene import Unknown, is_code, lift
from ..outcomes import NOT_APPLICABLE, pass_fail
from ..suite import Suite

REGULATION = date(2021, 9, 1)  # Land Administration Regulation 2021 art. 16
BEIJING_PLAN = date(2021, 1, 1)  # Beijing supply plan 2021: that year's target
BEIJING_NEXT = date(2022, 1, 1)  # no later plan is known
PAPER = date(2021, 12, 31)  # Li 2022, by its latest data
SHENZHEN_LINES = date(2018, 12, 31)  # Li 2022 s. 3.1.1: since 2018
STOCK_SHARE = Fraction(60, 100)  # Beijing supply plan 2021
KEY_AREA_SHARE = Fraction(80, 100)  # Beijing supply plan 2021
AREAS = (
    "plan_total", "plan_industrial", "plan_residential", "plan_commercial", "plan_public", "plan_other_uses",
    "plan_new", "plan_stock", "plan_districts_total", "plan_industrial_key", "reduction_target",
    "reduction_planned", "renewal_plan_industry", "renewal_plan_m0", "renewal_m0_cap", "renewal_industry_floor",
)


def adds_up(facts: Facts, *parts: str) -> Any:
    """Whether the parts make the plan's total."""
    operands = [facts[name] for name in (*parts, "plan_total")]
    return pass_fail(lift(lambda *known: sum(known[:-1]) == known[-1], *operands))


def by_use(_: str, facts: Facts, as_of: date) -> Any:
    """Regulation art. 16: the structure by use agrees with the total."""
    if as_of < REGULATION:
        return NOT_APPLICABLE
    return adds_up(facts, *AREAS[1:6])


def by_source(_: str, facts: Facts, as_of: date) -> Any:
    """Regulation art. 16, Li 2022 s. 3.1.3: new and stock land."""
    return NOT_APPLICABLE if as_of < REGULATION else adds_up(facts, "plan_new", "plan_stock")


def by_district(_: str, facts: Facts, as_of: date) -> Any:
    """Regulation art. 16: the districts of a city's plan."""
    if as_of < REGULATION:
        return NOT_APPLICABLE
    city = is_code(facts["plan_level"], "city_plan")
    if city is False:
        return NOT_APPLICABLE
    test = adds_up(facts, "plan_districts_total")
    if isinstance(city, Unknown):
        return Unknown(city.missing | (test.missing if isinstance(test, Unknown) else frozenset()))
    return test


def share(part: str, whole: str, least: Fraction) -> Callable[[str, Facts, date], Any]:
    """Beijing supply plan 2021: at least this share, in the plan of that year only."""
    def rule(_: str, facts: Facts, __: date) -> Any:
        start = facts["plan_from"]
        if (silent := before_the_law(start, BEIJING_PLAN)) is not None:
            return silent
        if start >= BEIJING_NEXT:
            return Unknown()
        test = lift(lambda a, b: Unknown() if b == 0 else a >= least * b, facts[part], facts[whole])
        return pass_fail(test)

    return rule


def not_below(more: str, less: str, since: date) -> Callable[[str, Facts, date], Any]:
    """Li 2022 ss. 3.1.1, 4.1: a target, floor or cap that the plan itself states."""
    def rule(_: str, facts: Facts, __: date) -> Any:
        start = facts["plan_from"]
        if (silent := before_the_law(start, since)) is not None:
            return silent
        return pass_fail(lift(lambda a, b: a >= b, facts[more], facts[less]))

    return rule


def make(random: Random, _: str, __: date) -> dict[str, str | None]:
    """Plans whose parts add up, or miss by the last decimal; starts around each change."""
    tick = Fraction(1, 10_000)
    near = lambda value: max(Fraction(0), value + random.choice((-1, 0, 0, 1)) * tick)  # noqa: E731
    values = {name: Fraction(random.randint(0, 2_000_000), 10_000) for name in AREAS}
    if random.random() < 0.05:
        for name in AREAS[1:9]:
            values[name] = Fraction(0)
    total = sum((values[name] for name in AREAS[1:6]), Fraction(0))
    stock = near(Fraction(round(total * STOCK_SHARE / tick)) * tick)
    values.update(plan_total=near(total), plan_stock=stock, plan_new=near(max(Fraction(0), total - stock)),
                  plan_districts_total=near(total))
    values["plan_industrial_key"] = near(Fraction(round(values["plan_industrial"] * KEY_AREA_SHARE / tick)) * tick)
    for more, less in (("reduction_planned", "reduction_target"), ("renewal_m0_cap", "renewal_plan_m0"),
                       ("renewal_plan_industry", "renewal_industry_floor")):
        values[more] = near(values[less])
    start = random.choice((BEIJING_PLAN, BEIJING_PLAN, BEIJING_NEXT, PAPER, SHENZHEN_LINES))
    start += timedelta(days=random.choice((-1, 0, 1)))
    cells: dict[str, str | None] = {name: f"{float(value):.4f}" for name, value in values.items()}
    cells["plan_from"] = start.isoformat()
    cells["plan_level"] = random.choice(("city_plan", "city_plan", "district_plan"))
    if random.random() < 0.3:
        for name in random.sample(sorted(cells), 2):
            cells[name] = None
    return cells


TESTED = ("pass", "fail", "unknown", "not_applicable")
SHARES = (*TESTED, "unknown, nothing missing")
SUITE = Suite(
    name="plan", packages=("national", "beijing", "shanghai", "shenzhen"),
    days=(date(2021, 8, 31), REGULATION, date(2021, 12, 30), PAPER, date(2026, 11, 25)),
    kinds={**dict.fromkeys(AREAS, "number"), "plan_from": "date", "plan_level": "code"},
    make=make,
    rules={
        "plan_by_use": by_use, "plan_by_source": by_source, "plan_by_district": by_district,
        "stock_share": share("plan_stock", "plan_total", STOCK_SHARE),
        "key_area_share": share("plan_industrial_key", "plan_industrial", KEY_AREA_SHARE),
        "reduction_target": not_below("reduction_planned", "reduction_target", PAPER),
        "renewal_m0_cap": not_below("renewal_m0_cap", "renewal_plan_m0", SHENZHEN_LINES),
        "renewal_industry_floor": not_below("renewal_plan_industry", "renewal_industry_floor", SHENZHEN_LINES),
    },
    only_in={
        "stock_share": ("beijing",), "key_area_share": ("beijing",),
        "renewal_m0_cap": ("shenzhen",), "renewal_industry_floor": ("shenzhen",),
    },
    labels={
        "plan_by_use": TESTED, "plan_by_source": TESTED, "plan_by_district": TESTED, "stock_share": SHARES,
        "key_area_share": SHARES, "reduction_target": TESTED, "renewal_m0_cap": TESTED,
        "renewal_industry_floor": TESTED,
    },
)
