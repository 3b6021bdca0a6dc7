"""Zone lines of blocks, districts and the city (Shenzhen 2018 No. 14), and the years of supply inside them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import both, is_code
from ..suite import Suite
from ..supervision.common import PAPER, quotient, rounded
from ..supervision.making import Cells, decimal, thinned
from .common import LINES, Reading, at_least, only_if, since

CITY_KM2 = Fraction(270)  # the lines of the whole city, in principle
INDUSTRIAL = Fraction(60, 100)  # of the land inside a district's lines, and in principle inside one block's
SHENSHAN = Fraction(35, 100)  # industrial land in Shenshan's urban construction land
SHENSHAN_NAMES = ("深汕特别合作区", "深汕")
TENTH = Fraction(1, 10)
METRE = Fraction(1, 10**6)
SCOPES = ("block", "whole_district", "whole_city")
AREAS = (
    "zone_area", "zone_industrial_area", "zone_increment_area", "zone_supply_per_year", "urban_construction_area",
    "urban_industrial_area",
)


def of_scope(scope: str, reading: Reading) -> Any:
    """A rule for figures of one extent."""
    return since(LINES)(lambda facts, as_of: only_if(is_code(facts["zone_scope"], scope), reading(facts, as_of)))


def zone_total(facts: Facts, _: date) -> Any:
    """2018 No. 14: the lines of the whole city cover 270 km² or more."""
    return at_least(facts["zone_area"], CITY_KM2)


def zone_share(facts: Facts, _: date) -> Any:
    """2018 No. 14: industrial land is not below 60 % of the land inside the lines."""
    return at_least(quotient(facts["zone_industrial_area"], facts["zone_area"]), INDUSTRIAL)


@since(LINES)
def shenshan_industrial_share(facts: Facts, _: date) -> Any:
    """2018 No. 14: in Shenshan, not below 35 % of urban construction land."""
    there = both(is_code(facts["zone_scope"], "whole_district"), is_code(facts["district"], *SHENSHAN_NAMES))
    share = quotient(facts["urban_industrial_area"], facts["urban_construction_area"])
    return only_if(there, at_least(share, SHENSHAN))


@since(PAPER)
def years_of_supply(facts: Facts, _: date) -> Any:
    """Li 2022 s. 3.1.1, note 5: land still to be supplied inside the lines, over the mean yearly supply."""
    return rounded(quotient(facts["zone_increment_area"], facts["zone_supply_per_year"]), TENTH)


def land(random: Random) -> Fraction:
    """Square kilometres to a square metre, often round, now and then none."""
    return Fraction(random.choice((0, 10**6, 2 * 10**7, 270 * 10**6, random.randint(1, 10**8))), 10**6)


def near(random: Random, value: Fraction) -> Fraction:
    """The value, a square metre to either side, or half of it."""
    return max(Fraction(0), random.choice((value, value, value - METRE, value + METRE, value / 2)))


def make(random: Random, _: str, __: date) -> Cells:
    """Shares about their floor, totals about 270, supply of ten years or so."""
    zone, urban = land(random), land(random)
    yearly = random.choice((Fraction(5), Fraction(6), Fraction(56, 10), land(random)))
    values = {
        "zone_area": near(random, zone), "zone_industrial_area": near(random, zone * INDUSTRIAL),
        "zone_supply_per_year": yearly,
        "zone_increment_area": random.choice((Fraction(0), Fraction(60), near(random, yearly * 41 / 4))),
        "urban_construction_area": urban, "urban_industrial_area": near(random, urban * SHENSHAN),
    }
    cells: Cells = {name: decimal(value, 6) for name, value in values.items()}
    cells["zone_scope"] = random.choice(SCOPES)
    cells["district"] = random.choice((*SHENSHAN_NAMES, "宝安区"))
    return thinned(random, cells)


TESTED = ("pass", "fail", "unknown", "not_applicable")
SHARES = (*TESTED, "unknown, nothing missing")
SUITE = Suite(
    name="zones", packages=("national", "beijing", "shanghai", "shenzhen"),
    days=(date(2018, 12, 30), LINES, date(2021, 12, 30), PAPER, date(2026, 11, 25)),
    kinds={**dict.fromkeys(AREAS, "number"), **dict.fromkeys(("zone_scope", "district"), "code")},
    make=make,
    rules={
        "zone_total": of_scope("whole_city", zone_total),
        "zone_district_share": of_scope("whole_district", zone_share),
        "zone_block_share": of_scope("block", zone_share),
        "shenshan_industrial_share": shenshan_industrial_share,
        "years_of_supply": years_of_supply,
    },
    only_in=dict.fromkeys(
        ("zone_total", "zone_district_share", "zone_block_share", "shenshan_industrial_share"), ("shenzhen",)),
    labels={
        "zone_total": TESTED, "zone_district_share": SHARES, "zone_block_share": SHARES,
        "shenshan_industrial_share": SHARES,
        "years_of_supply": ("0", "amount", "unknown", "unknown, nothing missing", "not_applicable"),
    },
)
