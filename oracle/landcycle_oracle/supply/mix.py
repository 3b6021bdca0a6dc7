"""Room left in the mix of functions: section 3.2.1, Land and Resources 2015 No. 5, the cities' own shares."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from ..facts import Facts
from ..functional_mix import (
    BEIJING_FROM, NATIONAL_FROM, PERCENT_15, PERCENT_30, SHANGHAI_FROM, SHANGHAI_LAPSED, SHENZHEN_FROM,
)
from ..suite import Suite
from ..supervision.common import least, minus, plus, quotient, rounded, yes
from ..supervision.making import Cells, decimal, thinned, yes_or_no
from .common import AS_OF, PACKAGES, STEP, judged, only_if
from .making import day_about, near

FLOORS = (
    "floor_area", "support_floor_area", "other_industry_floor_area", "living_support_floor_area",
    "service_floor_area", "original_floor_area",
)
# Where a city has shares of its own, and since when.
CITY_FROM = {"beijing": BEIJING_FROM, "shanghai": SHANGHAI_FROM, "shenzhen": SHENZHEN_FROM}
SUPPORT = {"beijing": PERCENT_15, "shenzhen": PERCENT_30}


def room(limit: Fraction, part: Any, whole: Any) -> Any:
    """What of the limit is left, the share to four decimals."""
    return minus(limit, rounded(quotient(part, whole), STEP))


def shanghai(facts: Facts) -> Any:
    """2021 No. 6: 30 % for other industry and living support together, 15 % for living support: the lesser room."""
    living, floor = facts["living_support_floor_area"], facts["floor_area"]
    together = plus(facts["other_industry_floor_area"], living)
    return least(room(PERCENT_30, together, floor), room(PERCENT_15, living, floor))


def mix_margin(package: str, facts: Facts, as_of: date) -> Any:
    """The city's shares from their day of signing on, before them the nation's for existing manufacturers."""
    signed = facts["signed_on"]

    def left() -> Any:
        if signed < CITY_FROM.get(package, date.max):
            national = room(PERCENT_15, facts["service_floor_area"], facts["original_floor_area"])
            return only_if(yes(facts, "existing_manufacturer"), national)
        if package == "shanghai":
            return shanghai(facts)
        return room(SUPPORT[package], facts["support_floor_area"], facts["floor_area"])

    return judged(signed, NATIONAL_FROM, left, SHANGHAI_LAPSED if package == "shanghai" else None)


def make(random: Random, package: str, as_of: date) -> Cells:
    """Shares at the limits and half a step beside them."""
    floor = Fraction(random.choice((0, 10_000, 20_000, 33_333, 123_456)))
    living = near(random, floor * PERCENT_15)
    other = max(Fraction(0), floor * PERCENT_30 - Fraction(living))
    return thinned(random, {
        "signed_on": day_about(random, (NATIONAL_FROM, *CITY_FROM.values(), SHANGHAI_LAPSED)),
        "floor_area": decimal(floor), "living_support_floor_area": living,
        "other_industry_floor_area": near(random, other),
        "support_floor_area": near(random, floor * random.choice((PERCENT_15, PERCENT_30))),
        "original_floor_area": decimal(floor), "service_floor_area": near(random, floor * PERCENT_15),
        "existing_manufacturer": yes_or_no(random, 0.8),
    })


SUITE = Suite(
    name="mix", packages=PACKAGES, days=AS_OF,
    kinds={"signed_on": "date", "existing_manufacturer": "code", **dict.fromkeys(FLOORS, "number")},
    make=make,
    rules={"mix_margin": mix_margin},
    only_in={},
    labels={"mix_margin": ("0", "amount", "unknown", "unknown, nothing missing", "not_applicable")},
)
