"""Prices and rents by coefficients: section 3.2.2, Urban Real Estate Law art. 13; most figures are stand-ins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from ..facts import Facts
from ..kleene import case, is_code, lift, negate
from ..outcomes import pass_fail
from ..supervision.common import ZERO, greatest, minus, quotient, rounded, times
from .common import (
    CAPITALISATION, CENT, ESTATE_LAW, LONGEST, PAPER, STEP, YEAR_2017, YEAR_2019, at_least, discount, find,
    is_allocated, judged, only_if, years_worth,
)

# Yuan per square metre of land by grade, industry; an office costs five times (nation) or six times (cities) that.
# In Shenzhen per square metre of floor.
NATIONAL_PRICES = dict(enumerate((1000, 800, 600, 480, 380, 300, 240, 200, 160, 120), 1))
BIG_CITY_PRICES = dict(enumerate((3000, 2500, 2000, 1600, 1300, 1000, 800, 650, 500, 400), 1))
PRICES = {
    "national": NATIONAL_PRICES, "beijing": BIG_CITY_PRICES, "shanghai": BIG_CITY_PRICES,
    "shenzhen": dict(enumerate((2000, 1600, 1300, 1000, 800, 650, 500, 400, 320, 250), 1)),
}
BEIJING_OFFICE = 6
USES = {
    **dict.fromkeys(("industrial", "industrial_mining_storage", "logistics", "storage"), Fraction(1)),
    **dict.fromkeys(("new_industry", "rnd"), Fraction(3, 2)),
}
M4_OF_OFFICE, M4_OF_INDUSTRY = Fraction(8, 10), Fraction(2)  # section 3.2.2: before and since the prices of 2021
PLOT_RATIOS = ((4, Fraction(115, 100)), (3, Fraction(110, 100)), (2, Fraction(105, 100)), (0, Fraction(1)))
LOWEST = dict(enumerate((500, 400, 320, 260, 210, 170, 140, 120, 110, 100, 95, 90, 80, 70, 60), 1))
BOTTOM_LINES = {"project_land": Fraction(700), "standard_plant": Fraction(900)}
ORIENTED = Fraction(5, 10)  # section 3.2.2; Shenzhen 2019 No. 9 by the press
KEY_LOWER, KEY_HIGHER = Fraction(6, 10), Fraction(7, 10)  # Shenzhen 2019 No. 9 by the press
# By city documents; elsewhere with the paper.
FLOOR_PRICE_FROM = {"beijing": YEAR_2017, "shenzhen": YEAR_2019}


def industrial_price(package: str, facts: Facts) -> Any:
    """The industrial price of the grade."""
    return lift(lambda found: Fraction(found), find(PRICES[package], facts["land_grade"]))


def base_price(package: str, facts: Facts) -> Any:
    """Section 3.2.2: until the update of 2021 Beijing's M4 land was priced by the office class."""
    price = industrial_price(package, facts)
    if package == "beijing" and facts["signed_on"] < PAPER:
        return case((is_code(facts["land_use"], "rnd"), times(price, BEIJING_OFFICE)), otherwise=price)
    return price


def of_use(package: str, facts: Facts, day: date) -> Any:
    """Section 3.2.2: Beijing's M4 has 0.8 of the office class, then 2.0 of the industrial one."""
    coefficient = find(USES, facts["land_use"])
    if package != "beijing":
        return coefficient
    m4 = M4_OF_OFFICE if day < PAPER else M4_OF_INDUSTRY
    return case((is_code(facts["land_use"], "rnd"), m4), otherwise=coefficient)


def of_plot_ratio(facts: Facts) -> Any:
    """The highest step that the agreed plot ratio reaches."""
    return lift(lambda far: next(value for least, value in PLOT_RATIOS if far >= least), facts["far_agreed"])


def of_orientation(facts: Facts) -> Any:
    """Section 3.2.2 speaks of emerging strategic industries, the press of encouraged ones."""
    favoured = is_code(facts["orientation"], "emerging_strategic", "encouraged")
    return case((favoured, ORIENTED), otherwise=Fraction(1))


def of_key_project(facts: Facts) -> Any:
    """Shenzhen 2019 No. 9: 0.6 or 0.7 of the price; what divides them is not known, the department says."""
    return case(
        (negate(is_code(facts["project_class"], "key")), Fraction(1)),
        (is_code(facts["key_project_tier"], "lower"), KEY_LOWER),
        otherwise=KEY_HIGHER,
    )


def paid_floor_area(facts: Facts) -> Any:
    """Shenzhen 2019 No. 9: floor area that the government owns bears no price."""
    return greatest(ZERO, minus(times(facts["area"], facts["far_agreed"]), facts["government_floor_area"]))


def full_price(package: str, facts: Facts) -> Any:
    """The price of the longest term; in Shenzhen since 2019 by floor area, its coefficients multiplied."""
    price, use = base_price(package, facts), of_use(package, facts, facts["signed_on"])
    if package == "shenzhen" and facts["signed_on"] >= YEAR_2019:
        return times(paid_floor_area(facts), price, use, of_orientation(facts), of_key_project(facts))
    return times(facts["area"], price, use, of_plot_ratio(facts))


def defined(start: date, value: Callable[[str, Facts], Any]) -> Callable[[str, Facts, date], Any]:
    """A figure that other rules read."""
    def rule(package: str, facts: Facts, as_of: date) -> Any:
        return judged(facts["signed_on"], start, lambda: value(package, facts))

    return rule


def floor_price(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.2.2: allocated land has none, in Shenzhen it is 0 (2019 No. 9); Shanghai keeps to a bottom line."""
    def price() -> Any:
        amount = times(full_price(package, facts), years_worth(facts["term_years"]))
        if package == "shanghai":
            amount = greatest(amount, times(facts["area"], find(BOTTOM_LINES, facts["project_class"])))
        if package == "shenzhen" and facts["signed_on"] >= YEAR_2019:
            return case((is_allocated(facts), ZERO), otherwise=rounded(amount, CENT))
        return only_if(negate(is_allocated(facts)), rounded(amount, CENT))

    return judged(facts["signed_on"], FLOOR_PRICE_FROM.get(package, PAPER), price)


def annual_rent_floor(package: str, facts: Facts, as_of: date) -> Any:
    """Stand-in: the equal rent at each year's end that is worth the price of the longest term."""
    def rent() -> Any:
        amount = times(full_price(package, facts), CAPITALISATION / (1 - discount(LONGEST)))
        return only_if(is_code(facts["supply_mode"], "lease", "lease_then_grant"), rounded(amount, CENT))

    return judged(facts["signed_on"], PAPER, rent)


def negotiated_price(package: str, facts: Facts, as_of: date) -> Any:
    """Urban Real Estate Law art. 13: a negotiated price is not below the lowest price that the State sets."""
    def test() -> Any:
        reached = at_least(quotient(facts["price"], facts["area"]), find(LOWEST, facts["land_grade"]))
        return only_if(is_code(facts["supply_mode"], "negotiated"), pass_fail(reached))

    return judged(facts["signed_on"], ESTATE_LAW, test)


def straight_line(facts: Facts) -> Any:
    """The years agreed against the longest term."""
    return rounded(quotient(facts["term_years"], LONGEST), STEP)
