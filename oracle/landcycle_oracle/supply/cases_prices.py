"""Cases of a grant's price: grades, uses, terms and coefficients about their steps."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from random import Random

from ..suite import Suite
from ..supervision.making import Cells, decimal, thinned
from . import prices
from .common import AS_OF, ESTATE_LAW, PACKAGES, PAPER, REGULATION, YEAR_2017, YEAR_2019, years_worth
from .making import LAND_USES, MODES, day_about, near, years

CODES = ("supply_mode", "land_use", "project_class", "orientation", "key_project_tier")
NUMBERS = ("area", "land_grade", "term_years", "far_agreed", "government_floor_area")


def make(random: Random, package: str, as_of: date) -> Cells:
    """A parcel with its coefficients."""
    area = Fraction(random.choice((0, 1, 10_000, 33_333, Fraction(1_234_567, 100), Fraction(20_000_1234, 10_000))))
    far = random.choice(("0", "1", "1.9999", "2", "2.0001", "2.9999", "3", "3.5", "3.9999", "4", "100"))
    cells: Cells = {
        "signed_on": day_about(random, (YEAR_2017, YEAR_2019, PAPER, PAPER)),
        "supply_mode": random.choice((*MODES, "lease", "lease_then_grant")),
        "land_use": random.choice((*LAND_USES, "rnd")), "land_grade": str(random.randint(1, 11)),
        "project_class": random.choice(("key", "general", "project_land", "standard_plant")),
        "orientation": random.choice(("emerging_strategic", "encouraged", "permitted", "restricted", "prohibited")),
        "key_project_tier": random.choice(("lower", "higher")),
        "area": decimal(area), "far_agreed": far, "term_years": years(random),
        # Now and then more than is built: the sum is then below 0.
        "government_floor_area": random.choice(("0", "0", "500.25", decimal(area * Fraction(far) / 2), "50000")),
    }
    return thinned(random, cells)


AMOUNT = ("amount", "unknown", "not_applicable")
SUITE = Suite(
    name="prices",
    packages=PACKAGES,
    days=AS_OF,
    kinds={"signed_on": "date", **dict.fromkeys(CODES, "code"), **dict.fromkeys(NUMBERS, "number")},
    make=make,
    rules={
        "benchmark_price": prices.defined(YEAR_2017, prices.base_price),
        "use_coefficient": prices.defined(YEAR_2017, lambda package, facts: prices.of_use(
            package, facts, facts["signed_on"])),
        "plot_ratio_coefficient": prices.defined(YEAR_2017, lambda _, facts: prices.of_plot_ratio(facts)),
        **{name: prices.defined(YEAR_2017, lambda _, facts: years_worth(facts["term_years"]))
           for name in ("term_factor", "term_factor_capitalised")},
        "term_factor_straight_line": prices.defined(YEAR_2017, lambda _, facts: prices.straight_line(facts)),
        "full_term_price": prices.defined(YEAR_2017, prices.full_price),
        "floor_price": prices.floor_price, "annual_rent_floor": prices.annual_rent_floor,
        "orientation_coefficient": prices.defined(YEAR_2019, lambda _, facts: prices.of_orientation(facts)),
        "key_project_coefficient": prices.defined(YEAR_2019, lambda _, facts: prices.of_key_project(facts)),
    },
    only_in={name: ("shenzhen",) for name in ("orientation_coefficient", "key_project_coefficient")},
    labels={
        "benchmark_price": (*AMOUNT, "unknown, nothing missing"),
        **dict.fromkeys((
            "use_coefficient", "plot_ratio_coefficient", "orientation_coefficient", "key_project_coefficient",
        ), AMOUNT),
        **dict.fromkeys(
            ("term_factor", "term_factor_capitalised", "term_factor_straight_line"), (*AMOUNT, "0"),
        ),
        **dict.fromkeys(
            ("full_term_price", "floor_price", "annual_rent_floor"), (*AMOUNT, "0", "unknown, nothing missing"),
        ),
    },
)


def make_negotiated(random: Random, package: str, as_of: date) -> Cells:
    """A price about the lowest of the grade, from the day of the law on."""
    grade = random.randint(1, 16)
    area = Fraction(random.choice((0, 1, 666, 10_000, Fraction(1_234_567, 100))))
    cells: Cells = {
        "signed_on": day_about(random, (ESTATE_LAW, REGULATION, ESTATE_LAW + timedelta(days=3650))),
        "supply_mode": random.choice((*MODES, *("negotiated",) * 12)), "land_grade": str(grade), "area": decimal(area),
        "price": near(random, area * prices.LOWEST.get(grade, 60)),
    }
    return thinned(random, cells)


NEGOTIATED = Suite(
    name="negotiated",
    packages=PACKAGES,
    days=AS_OF,
    kinds={"signed_on": "date", "supply_mode": "code", **dict.fromkeys(("land_grade", "area", "price"), "number")},
    make=make_negotiated,
    rules={"negotiated_price": prices.negotiated_price},
    only_in={},
    labels={"negotiated_price": ("pass", "fail", "unknown", "unknown, nothing missing", "not_applicable")},
)
