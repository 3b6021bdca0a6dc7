"""Cases of a parcel under Shenzhen's Planning Standard."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random

from ..kleene import Unknown
from ..suite import Suite
from ..supervision.making import HAIR, Cells, decimal, thinned
from . import shenzhen_intensity as rules
from .common import AS_OF
from .making import LAND_USES, day_about, near

CODES = ("land_use", "streets_around", "metro_ring", "metro_lines")
NUMBERS = (
    "density_zone", "area", "far_agreed", "transferred_floor_area", "bonus_floor_area", "main_use_floor_area",
    "floor_area",
)
# Excess over the base size in tenths of a hectare: at a step, a hair off, at the cap of sixty and about it.
TENTHS = (-30, -1, 0, 1, 1, 2, 7, 59, 60, 61, 100)


def make(random: Random, package: str, as_of: date) -> Cells:
    """Parcels about a step of size, and a plot ratio about what they may have."""
    use = random.choice((*LAND_USES, *rules.SIZES, *rules.SIZES))
    excess = random.choice(TENTHS) * rules.HECTARE / 10 + random.choice((-HAIR, 0, 0, HAIR, 123))
    area = max(Fraction(0), rules.SIZES.get(use, rules.HECTARE) + excess)
    floor = Fraction(random.choice((0, 1000, 33_333, 50_000)))
    cells: Cells = {
        "signed_on": day_about(random, (rules.STANDARD,)), "land_use": use,
        "density_zone": str(random.randint(1, 5)), "area": decimal(area),
        "streets_around": random.choice(tuple(rules.STREETS)),
        "metro_ring": random.choice(("within_200", "within_500", "beyond")),
        "metro_lines": random.choice(("single", "several")),
        "transferred_floor_area": random.choice(("0", "500", "1234.5678")),
        "bonus_floor_area": random.choice(("0", "1000", "7500", "12345.6789", "1000000")),
        "floor_area": decimal(floor), "main_use_floor_area": near(random, floor * rules.MAIN_USE),
    }
    largest = rules.largest(SUITE.facts(cells))
    known = not isinstance(largest, Unknown) and 100 * area > 4 * largest
    cells["far_agreed"] = near(random, largest / area) if known else random.choice(("2", "3.5"))
    return thinned(random, cells)


CORRECTION = ("0", "amount", "unknown", "not_applicable")
LACKING = ("unknown, nothing missing",)
SUITE = Suite(
    name="shenzhen-intensity", packages=("shenzhen",), days=AS_OF,
    kinds={"signed_on": "date", **dict.fromkeys(CODES, "code"), **dict.fromkeys(NUMBERS, "number")},
    make=make,
    rules={
        "base_plot_ratio": rules.standard(rules.base_ratio), "size_correction": rules.standard(rules.for_size),
        "street_correction": rules.standard(rules.for_streets),
        "metro_correction": rules.standard(rules.for_stations), "floor_area_max": rules.standard(rules.largest),
        "plot_ratio_max": rules.standard(rules.within_largest), "main_use": rules.standard(rules.main_use),
    },
    only_in={},
    labels={
        "base_plot_ratio": ("amount", "unknown", "not_applicable", *LACKING),
        "size_correction": (*CORRECTION, *LACKING), "street_correction": CORRECTION, "metro_correction": CORRECTION,
        "floor_area_max": (*CORRECTION, *LACKING),
        "plot_ratio_max": ("pass", "fail", "unknown", "not_applicable", *LACKING),
        "main_use": ("met", "below_advised", "unknown", "not_applicable", *LACKING),
    },
)
