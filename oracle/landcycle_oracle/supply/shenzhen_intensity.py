"""Plot ratio in Shenzhen: Planning Standard 2025, clauses 2.2.2.2(4), 4.2.3, 4.4.1, 4.4.4, tables 4.3.3 to 4.4.3."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

from ..facts import Facts
from ..kleene import case, is_code, lift
from ..outcomes import pass_fail
from ..supervision.common import least, plus, quotient, times
from .common import at_least, at_most, find, judged, only_if

STANDARD = date(2025, 12, 31)  # known by its year: the last day
# Tables 4.3.3 and 4.3.4: M0 and W0, M1 and W1.
FIRST, FOURTH, FIFTH = ("4.0", "3.5"), ("2.5", "2.0"), ("2.0", "1.5")
ZONES = {1: FIRST, 2: FIRST, 3: FIRST, 4: FOURTH, 5: FIFTH}
CLASSES = {"new_industry": 0, "logistics": 0, "industrial": 1, "storage": 1}
BASE = {
    (zone, use): Fraction(row[column]) for zone, row in ZONES.items() for use, column in CLASSES.items()
}
HECTARE = Fraction(10_000)
SIZES = {"industrial": 3 * HECTARE, "new_industry": HECTARE, "storage": 5 * HECTARE, "logistics": 2 * HECTARE}
PER_TENTH, MOST = Fraction(5, 1000), Fraction(3, 10)  # clause 4.4.1
STREETS = {"one": Fraction(0), "two": Fraction(1, 10), "three": Fraction(2, 10), "around": Fraction(3, 10)}
STATIONS = {
    ("within_200", "several"): Fraction(7, 10), ("within_200", "single"): Fraction(5, 10),
    ("within_500", "several"): Fraction(5, 10), ("within_500", "single"): Fraction(3, 10),
    ("beyond", "several"): Fraction(0), ("beyond", "single"): Fraction(0),
}
BONUS = Fraction(30, 100)  # clause 4.2.3
MAIN_USE = Fraction(70, 100)  # clause 2.2.2.2(4)


def base_ratio(facts: Facts) -> Any:
    """Tables 4.3.3, 4.3.4."""
    return find(BASE, facts["density_zone"], facts["land_use"])


def for_size(facts: Facts) -> Any:
    """Clause 4.4.1: 0.005 for each tenth of a hectare above the base size, a part counting whole, 0.3 at most."""
    def share(area: Fraction, base: Fraction) -> Fraction:
        return min(MOST, PER_TENTH * ceil((area - base) / (HECTARE / 10)))

    size = find(SIZES, facts["land_use"])
    within = at_most(facts["area"], size)
    return case((within, Fraction(0)), otherwise=lift(share, facts["area"], size))


def for_streets(facts: Facts) -> Any:
    """Table 4.4.2."""
    return find(STREETS, facts["streets_around"])


def for_stations(facts: Facts) -> Any:
    """Table 4.4.3; clause 4.4.4: none for ordinary industry and storage. A second station is left out."""
    station = find(STATIONS, facts["metro_ring"], facts["metro_lines"])
    return case((is_code(facts["land_use"], "industrial", "storage"), Fraction(0)), otherwise=station)


def largest(facts: Facts) -> Any:
    """Clause 4.2.3: base volume, what is transferred, and a bonus of at most three tenths of the base."""
    base = times(
        base_ratio(facts), lift(lambda size: 1 - size, for_size(facts)), plus(Fraction(1), for_streets(facts)),
        plus(Fraction(1), for_stations(facts)), facts["area"],
    )
    bonus = least(facts["bonus_floor_area"], times(BONUS, base))
    return plus(base, facts["transferred_floor_area"], bonus)


def within_largest(facts: Facts) -> Any:
    """The agreed plot ratio against the largest floor area."""
    return pass_fail(at_most(times(facts["area"], facts["far_agreed"]), largest(facts)))


def main_use(facts: Facts) -> Any:
    """Clause 2.2.2.2(4): the main use of M1 and M0 land should not be below 70 %."""
    enough = at_least(quotient(facts["main_use_floor_area"], facts["floor_area"]), MAIN_USE)
    verdict = lift(lambda known: "met" if known else "below_advised", enough)
    return only_if(is_code(facts["land_use"], "industrial", "new_industry"), verdict)


def standard(answer: Callable[[Facts], Any]) -> Callable[[str, Facts, date], Any]:
    """A rule of the Standard, for contracts signed under it."""
    def rule(package: str, facts: Facts, as_of: date) -> Any:
        return judged(facts["signed_on"], STANDARD, lambda: answer(facts))

    return rule
