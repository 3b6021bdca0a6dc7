"""Shares, ratios and growth of a place's figures: Li 2022 ss. 2.1 to 3.3, as quotients of two figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import floor
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import Unknown, lift
from ..outcomes import NOT_APPLICABLE
from ..suite import Suite

PAPER = date(2021, 12, 31)  # Li 2022, by its latest data
SHARE, RATIO = Fraction(1, 10_000), Fraction(1, 100)

# Part, whole and step of each rule.
SHARES: dict[str, tuple[str, str, Fraction]] = {
    "breach_share": ("breached_area", "contracted_area", SHARE),
    "idle_share": ("idle_pending_area", "industrial_area_end", SHARE),
    "industrial_land_loss": ("industrial_area_converted", "industrial_area_start", SHARE),
    "industrial_supply_share": ("supply_industrial_area", "supply_area", SHARE),
    "land_finance_dependence": ("fund_revenue", "fiscal_revenue", SHARE),
    "low_plot_ratio_share": ("low_plot_ratio_area", "industrial_area_end", SHARE),
    "renewal_supply_share": ("supply_renewal_area", "supply_industrial_area", SHARE),
    "renewal_to_industry_share": ("renewed_to_industry_area", "renewed_area", SHARE),
    "stock_supply_share": ("supply_stock_area", "supply_area", SHARE),
    "built_up_multiple": ("built_up_area_end", "built_up_area_start", RATIO),
    "covenant_revenue_ratio": ("covenant_revenue_per_area", "parks_revenue_per_area", RATIO),
    "covenant_tax_ratio": ("covenant_tax_per_area", "parks_tax_per_area", RATIO),
    "park_performance_ratio": ("best_park_yield", "ordinary_park_yield", RATIO),
    "price_ratio": ("housing_land_price", "industrial_land_price", RATIO),
}
# End, start: growth is (end - start) / start, to a hundredth.
GROWTH: dict[str, tuple[str, str]] = {
    "built_up_growth": ("built_up_area_end", "built_up_area_start"),
    "mortgage_loan_growth": ("mortgage_loans_end", "mortgage_loans_start"),
    "mortgaged_area_growth": ("mortgaged_area_end", "mortgaged_area_start"),
}
MONEY = ("fund_revenue", "fiscal_revenue", "mortgage_loans_end", "mortgage_loans_start")


def rounded(value: Fraction, step: Fraction) -> Fraction:
    """To the nearest step, half away from zero."""
    steps = floor(abs(value) / step + Fraction(1, 2)) * step
    return steps if value >= 0 else -steps


def quotient(part: str, whole: str, step: Fraction, less: int = 0) -> Callable[[str, Facts, date], Any]:
    """(part - less x whole) / whole, rounded; a whole of 0 leaves it unknown with nothing missing."""
    def rule(_: str, facts: Facts, as_of: date) -> Any:
        if as_of < PAPER:
            return NOT_APPLICABLE
        return lift(lambda a, b: Unknown() if b == 0 else rounded((a - less * b) / b, step), facts[part], facts[whole])

    return rule


PAIRS = [(part, whole) for part, whole, _ in SHARES.values()] + list(GROWTH.values())
NAMES = tuple(dict.fromkeys(name for pair in PAIRS for name in pair))


def make(random: Random, _: str, __: date) -> dict[str, str | None]:
    """Wholes that divide evenly, with parts on half a step; sometimes nothing or zero."""
    cells: dict[str, str | None] = {}
    for name in NAMES:
        places = 2 if name in MONEY else 4
        number = random.choice((random.randint(1, 400), random.randint(1, 80) * 25, 0))
        if random.random() < 0.5:
            cells[name] = f"{number}." + "0" * places
        else:
            cells[name] = f"{number}.{random.randint(0, 10 ** places - 1):0{places}}"
        if random.random() < 0.03:
            cells[name] = None
    return cells


RULES: dict[str, Any] = {name: quotient(*parts) for name, parts in SHARES.items()}
RULES |= {name: quotient(end, start, RATIO, 1) for name, (end, start) in GROWTH.items()}
SUITE = Suite(
    name="quotients", packages=("national", "beijing", "shanghai", "shenzhen"),
    days=(date(2021, 12, 30), PAPER, date(2026, 11, 25)),
    kinds=dict.fromkeys(NAMES, "number"), make=make, rules=RULES, only_in={},
    labels={name: ("amount", "0", "unknown", "unknown, nothing missing", "not_applicable") for name in RULES},
)
