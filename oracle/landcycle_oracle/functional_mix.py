"""The building schedule against the mix limits in force on the day of signing."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from .facts import Facts
from .judged import before_the_law
from .kleene import Logical, Unknown, both, lift
from .outcomes import pass_fail
from .service_floor_area import service_floor_area
from .shares import share_within

NATIONAL_FROM = date(2015, 12, 31)  # known by its year: the year's last day
BEIJING_FROM = date(2017, 12, 31)  # known by its year: the year's last day
SHENZHEN_FROM = date(2018, 1, 1)
SHANGHAI_FROM = date(2021, 9, 20)
SHANGHAI_LAPSED = date(2026, 9, 20)  # in force to 2026-09-19

PERCENT_15 = Fraction(15, 100)
PERCENT_30 = Fraction(30, 100)


def beijing(facts: Facts) -> Logical:
    """Beijing 2017 No. 39: support at most 15 % of the floor area above ground."""
    return share_within(facts["support_floor_area"], facts["floor_area"], PERCENT_15)


def shanghai(facts: Facts) -> Logical:
    """Shanghai 2021 No. 6: other industry and living support at most 30 %, living support 15 %.

    Other industry alone over 30 % is over with any living support: that much decides.
    """
    other, living = facts["other_industry_floor_area"], facts["living_support_floor_area"]
    floor = facts["floor_area"]
    together = lift(lambda first, second: first + second, other, living)
    return both(
        share_within(together, floor, PERCENT_30),
        share_within(other, floor, PERCENT_30),
        share_within(living, floor, PERCENT_15),
    )


def shenzhen(facts: Facts) -> Logical:
    """Shenzhen: support at most 30 % of the parcel's floor area."""
    return share_within(facts["support_floor_area"], facts["floor_area"], PERCENT_30)


def functional_mix(package: str, facts: Facts, as_of: date) -> Any:
    """The version in force on the day of signing; a contract keeps it.

    Where no city has its own, it is the limit of Land and Resources 2015 No. 5 on the day of assessment.
    """
    signed = facts["signed_on"]
    if (silent := before_the_law(signed, NATIONAL_FROM)) is not None:
        return silent
    if package == "beijing" and signed >= BEIJING_FROM:
        return pass_fail(beijing(facts))
    if package == "shenzhen" and signed >= SHENZHEN_FROM:
        return pass_fail(shenzhen(facts))
    if package == "shanghai" and signed >= SHANGHAI_LAPSED:
        return Unknown()  # the law lapsed and no successor was read: no fact would help
    if package == "shanghai" and signed >= SHANGHAI_FROM:
        return pass_fail(shanghai(facts))
    return service_floor_area(facts, as_of)
