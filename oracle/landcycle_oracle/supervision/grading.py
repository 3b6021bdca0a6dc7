"""Grading of stock land and what follows: sections 3.1.3, 3.2.3, 4.2 of the paper; all figures are stand-ins."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from ..facts import Facts
from ..kleene import Unknown, case, lift
from ..outcomes import NOT_APPLICABLE
from .common import CENT, PAPER, ZERO, least, plus, quotient, rounded, times

MU = Fraction(2000, 3)
WAN = Fraction(10_000)
SHANGHAI_FROM = date(2019, 12, 31)  # document 2019 No. 206, known by its year
STEP = Fraction(1, 10_000)
CAP = Fraction(1)
INDICATORS = ("tax", "output", "energy", "rnd", "labour", "far")
# Weights by above scale; borrowed from the published ones of another province's city. Shenzhen counts the plot ratio.
WEIGHTS = {"yes": (45, 20, 15, 15, 5, 0), "no": (100, 0, 0, 0, 0, 0)}
SHENZHEN_WEIGHTS = {"yes": (35, 20, 15, 15, 5, 10), "no": (80, 0, 0, 0, 0, 20)}
# By the industry's letter: 10k yuan per mu and year (twice), tce per 10k yuan, ratio, 10k yuan per person, plot ratio.
BENCHMARKS = {
    "C": (20, 400, Fraction(1, 10), Fraction(3, 100), 100, 1),
    "I": (20, 400, Fraction(5, 100), Fraction(3, 100), 100, 2),
    "M": (20, 400, Fraction(5, 100), Fraction(3, 100), 100, 2),
}
CUTS = ((85, "A"), (60, "B"), (40, "C"))
TREATMENT = {
    "A": frozenset(("upgrade_support", "tax_support", "finance_support")),
    "B": frozenset(("upgrade_support", "finance_support")),
    "C": frozenset(("power_surcharge",)),
    "D": frozenset(("power_surcharge", "environment_limit", "finance_limit")),
}
LAND_RATE = {"A": 0, "B": 0, "C": 5, "D": 15}  # yuan per square metre and year
ENERGY_RATE = {"A": 0, "B": 0, "C": 50, "D": 150}  # yuan per tce


def in_force(package: str, as_of: date) -> bool:
    """Shanghai's document is older than the paper."""
    return as_of >= (SHANGHAI_FROM if package == "shanghai" else PAPER)


def weight(package: str, facts: Facts, indicator: str) -> Any:
    """The indicator's part of a hundred points."""
    table = SHENZHEN_WEIGHTS if package == "shenzhen" else WEIGHTS
    return lift(lambda scale: Fraction(table[scale][INDICATORS.index(indicator)]), facts["above_scale"])


def benchmark(facts: Facts, indicator: str) -> Any:
    """The industry's benchmark in yuan, square metres and tce; none for an industry outside the table."""
    factor = {
        "tax": WAN / MU, "output": WAN / MU, "energy": 1 / WAN, "labour": WAN, "rnd": Fraction(1), "far": Fraction(1),
    }[indicator]

    def find(industry: str) -> Any:
        row = BENCHMARKS.get(industry[:1])
        return Unknown() if row is None else Fraction(row[INDICATORS.index(indicator)]) * factor

    return lift(find, facts["industry"])


def reached(facts: Facts, indicator: str) -> Any:
    """What was reached, as a multiple of the benchmark to four decimals."""
    mark = benchmark(facts, indicator)
    part, whole = {
        "tax": lambda: (facts["tax"], times(mark, facts["area"])),
        "output": lambda: (facts["output"], times(mark, facts["area"])),
        "energy": lambda: (times(mark, facts["output"]), facts["energy"]),
        "rnd": lambda: (facts["rnd_spend"], times(mark, facts["revenue"])),
        "labour": lambda: (facts["output"], times(mark, facts["jobs"])),
        "far": lambda: (facts["far"], mark),
    }[indicator]()
    return rounded(quotient(part, whole), STEP)


def points(package: str, facts: Facts, indicator: str) -> Any:
    """Weight times the ratio, capped; without weight the data is not asked for; no energy at all earns all."""
    share = weight(package, facts, indicator)
    earned = times(share, least(CAP, reached(facts, indicator)))
    if indicator == "energy":
        none_used = lift(lambda energy: energy == 0, facts["energy"])
        earned = case((none_used, times(share, CAP)), otherwise=earned)
    return case((lift(lambda known: known == 0, share), ZERO), otherwise=earned)


def score(package: str, facts: Facts) -> Any:
    """All points together."""
    return plus(*(points(package, facts, indicator) for indicator in INDICATORS))


def grade(package: str, facts: Facts) -> Any:
    """By cut points, not by rank."""
    def find(total: Fraction) -> str:
        return next((name for cut, name in CUTS if total >= cut), "D")

    return lift(find, score(package, facts))


def stock_score(package: str, facts: Facts, as_of: date) -> Any:
    """Sections 3.1.3, 3.2.3; in Shanghai from its own document on."""
    return score(package, facts) if in_force(package, as_of) else NOT_APPLICABLE


def stock_grade(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.1.3."""
    return grade(package, facts) if in_force(package, as_of) else NOT_APPLICABLE


def grade_treatment(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.1.3 names the policies; which grade has which is a stand-in."""
    return NOT_APPLICABLE if as_of < PAPER else lift(lambda found: TREATMENT[found], grade(package, facts))


def yearly_holding_cost(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.1.3: holding land of low efficiency costs more; only what is charged is asked for."""
    if as_of < PAPER:
        return NOT_APPLICABLE
    found = grade(package, facts)

    def part(rates: dict[str, int], quantity: Any) -> Any:
        rate = lift(lambda known: Fraction(rates[known]), found)
        return case((lift(lambda known: known == 0, rate), ZERO), otherwise=times(quantity, rate))

    return rounded(plus(part(LAND_RATE, facts["area"]), part(ENERGY_RATE, facts["energy"])), CENT)
