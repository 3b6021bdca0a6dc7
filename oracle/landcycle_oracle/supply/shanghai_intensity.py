"""Density and plot ratio in Shanghai: Technical Rules table 2 (2003, amended 2010); 2021 No. 6."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import both, case, either, is_code, lift
from ..outcomes import pass_fail
from ..suite import Suite
from ..supervision.common import yes
from ..supervision.making import Cells, decimal, thinned, yes_or_no
from .common import AS_OF, SHANGHAI_GRANTS, SHANGHAI_LAPSED, at_least, at_most, find, judged, only_if
from .making import LAND_USES, day_about, near

TABLE_FROM = date(2010, 12, 31)  # the amendment is known by its year: the last day
HEIGHTS, ZONES = ("low", "multi", "high"), ("inner_ring", "between_rings", "new_town", "central_town", "town")
# Rows of table 2 for industry and storage, by the columns of `ZONES`; none for high-rise outside the outer ring.
DENSITY = {
    "low": ("0.6", "0.5", "0.4", "0.4", "0.4"), "multi": ("0.45", "0.4", "0.35", "0.35", "0.35"),
    "high": ("0.3", "0.3"),
}
PLOT_RATIO = {
    "low": ("1.2", "1.0", "1.0", "1.0", "1.0"), "multi": ("2.0", "1.6", "1.2", "1.2", "1.2"), "high": ("3.0", "2.0"),
}
INDUSTRY_LEAST, RESEARCH_LEAST = Fraction(2), Fraction(3)


def limit(rows: dict[str, tuple[str, ...]], facts: Facts) -> Any:
    """The cell of table 2."""
    cells = {(height, zone): cell for height, row in rows.items() for zone, cell in zip(ZONES, row, strict=False)}
    return lift(Fraction, find(cells, facts["height_class"], facts["location_zone"]))


def plot_ratio_max(package: str, facts: Facts, as_of: date) -> Any:
    """Technical Rules table 2: density and plot ratio of industrial and storage land."""
    within = both(
        at_most(facts["building_density"], limit(DENSITY, facts)),
        at_most(facts["far_agreed"], limit(PLOT_RATIO, facts)),
    )
    listed = is_code(facts["land_use"], "industrial", "industrial_mining_storage", "storage")
    return judged(facts["signed_on"], TABLE_FROM, lambda: only_if(listed, pass_fail(within)))


def plot_ratio_min(package: str, facts: Facts, as_of: date) -> Any:
    """2021 No. 6 by an excerpt: industry and storage 2.0 unless a recognised special process; research 3.0."""
    far, research = facts["far_agreed"], is_code(facts["land_use"], "rnd")
    reached = case(
        (research, at_least(far, RESEARCH_LEAST)),
        otherwise=either(at_least(far, INDUSTRY_LEAST), yes(facts, "special_process")),
    )
    listed = is_code(facts["land_use"], "industrial", "industrial_mining_storage", "storage", "rnd")
    return judged(facts["signed_on"], SHANGHAI_GRANTS, lambda: only_if(listed, pass_fail(reached)), SHANGHAI_LAPSED)


def make(random: Random, package: str, as_of: date) -> Cells:
    """Buildings at the limits of a cell."""
    height, place = random.choice(HEIGHTS), random.randrange(len(ZONES))
    row = DENSITY[height]
    column = min(place, len(row) - 1)
    density = min(Fraction(1), Fraction(near(random, Fraction(row[column]))))
    far = random.choice((Fraction(PLOT_RATIO[height][column]), INDUSTRY_LEAST, RESEARCH_LEAST))
    return thinned(random, {
        "signed_on": day_about(random, (TABLE_FROM, SHANGHAI_GRANTS, SHANGHAI_GRANTS, SHANGHAI_LAPSED)),
        "land_use": random.choice((*LAND_USES, "rnd")), "height_class": height, "location_zone": ZONES[place],
        "building_density": decimal(density), "far_agreed": near(random, far),
        "special_process": yes_or_no(random, 0.3),
    })


TESTED = ("pass", "fail", "unknown", "unknown, nothing missing", "not_applicable")
SUITE = Suite(
    name="shanghai-intensity", packages=("shanghai",), days=AS_OF,
    kinds={
        "signed_on": "date", **dict.fromkeys(("land_use", "height_class", "location_zone", "special_process"), "code"),
        **dict.fromkeys(("building_density", "far_agreed"), "number"),
    },
    make=make,
    rules={"plot_ratio_max": plot_ratio_max, "plot_ratio_min": plot_ratio_min},
    only_in={},
    labels={"plot_ratio_max": TESTED, "plot_ratio_min": TESTED},
)
