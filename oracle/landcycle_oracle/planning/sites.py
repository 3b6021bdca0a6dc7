"""What may come where: Shanghai's siting and swaps (Li 2022 ss. 3.1.2, 3.1.3), Shenzhen's zone lines (2018 No. 14)."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import both, case, is_code
from ..suite import Suite
from ..supervision.common import PAPER, minus, yes
from ..supervision.making import Cells, decimal, money, thinned, yes_or_no
from .common import LINES, only_if, since

SITES = ("industrial_base", "industrial_community", "elsewhere")
LEVELS = ("level_1", "level_2", "outside")
USES = ("industrial", "new_industry", "housing", "large_commerce", "small_commerce", "public_facility", "other")


@since(PAPER)
def project_siting(facts: Facts, _: date) -> Any:
    """Section 3.1.2: new projects lie, in principle, in industrial bases and communities."""
    inside = is_code(facts["project_siting"], "industrial_base", "industrial_community")
    return only_if(yes(facts, "new_project"), case((inside, "conforms"), otherwise="needs_check"))


@since(PAPER)
def property_swap_balance(facts: Facts, _: date) -> Any:
    """Section 3.1.3: good floor space for low-efficiency land; equal values, the rest in money, are a stand-in."""
    return only_if(yes(facts, "property_swap"), minus(facts["swap_land_value"], facts["swap_floor_value"]))


@since(LINES)
def zone_line_use(facts: Facts, _: date) -> Any:
    """2018 No. 14: planned industrial land inside level 1 takes, in principle, no housing and no large commerce.

    Level 2 is a line of transition whose conditions no text states; M0 stands under the year's cap (s. 3.1.1).
    """
    level, use = facts["zone_line_level"], facts["proposed_use"]
    inside = both(is_code(level, "level_1", "level_2"), yes(facts, "planned_industrial_use"))
    barred = both(is_code(level, "level_1"), is_code(use, "housing", "large_commerce"))
    answer = case((barred, "refused"), (is_code(use, "industrial"), "allowed"), otherwise="needs_check")
    return only_if(inside, answer)


def make(random: Random, _: str, __: date) -> Cells:
    """Every site, level and use; values that are equal, or a hair apart."""
    land = money(random)
    return thinned(random, {
        "new_project": yes_or_no(random, 0.8), "project_siting": random.choice(SITES),
        "property_swap": yes_or_no(random, 0.8), "swap_land_value": decimal(land),
        "swap_floor_value": random.choice((decimal(land), decimal(money(random)), decimal(land + 1))),
        "zone_line_level": random.choice(LEVELS), "planned_industrial_use": yes_or_no(random, 0.8),
        "proposed_use": random.choice(USES),
    })


CODES = ("new_project", "project_siting", "property_swap", "zone_line_level", "planned_industrial_use", "proposed_use")
SUITE = Suite(
    name="sites", packages=("shanghai", "shenzhen"),
    days=(date(2018, 12, 30), LINES, date(2021, 12, 30), PAPER, date(2026, 11, 25)),
    kinds={
        **dict.fromkeys(CODES, "code"), **dict.fromkeys(("swap_land_value", "swap_floor_value"), "number"),
    },
    make=make,
    rules={
        "project_siting": project_siting, "property_swap_balance": property_swap_balance,
        "zone_line_use": zone_line_use,
    },
    only_in={
        "project_siting": ("shanghai",), "property_swap_balance": ("shanghai",), "zone_line_use": ("shenzhen",),
    },
    labels={
        "project_siting": ("conforms", "needs_check", "unknown", "not_applicable"),
        "property_swap_balance": ("0", "amount", "unknown", "not_applicable"),
        "zone_line_use": ("allowed", "needs_check", "refused", "unknown", "not_applicable"),
    },
)
