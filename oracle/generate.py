"""Write generated facts that crowd around the legal limits.

    python generate.py --count 1000 --seed 1 --package shanghai --as-of 2026-11-23 OUT.csv
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from landcycle_oracle.dates import NEVER, Moment, plus_months, plus_years
from landcycle_oracle.facts import AREAS, CODES, DATES, KINDS, MONEY, UNITS, YEARS
from landcycle_oracle.rules import PACKAGES

COLUMNS: tuple[str, ...] = (*DATES, *YEARS, *MONEY, *AREAS, *CODES)

# One unit per column and file; None leaves the header bare, in the canonical unit.
UNIT_VARIANTS: tuple[dict[str, str | None], ...] = (
    {"area": None, "money": None},
    {"area": "亩", "money": "万元"},
    {"area": "公顷", "money": "亿元"},
    {"area": "m2", "money": "CNY"},
)

LEAP_DAYS = tuple(date(year, 2, 29) for year in (2004, 2008, 2012, 2016, 2020, 2024))
MONTH_ENDS = tuple(date(year, month, day) for year in (2011, 2015, 2019, 2023)
                   for month, day in ((1, 31), (2, 28), (4, 30), (12, 31)))
VERSION_STARTS: dict[str, tuple[date, ...]] = {
    "national": (date(1990, 5, 19), date(2015, 12, 31)),
    "beijing": (date(1990, 5, 19), date(2015, 12, 31), date(2017, 12, 31)),
    "shanghai": (date(1990, 5, 19), date(2015, 12, 31), date(2021, 9, 20), date(2026, 9, 20)),
    "shenzhen": (date(1990, 5, 19), date(2015, 12, 31), date(2018, 1, 1)),
}
TERM_LIMITS = (15, 20, 30, 50)
# Facts whose absence alone leaves some answers known: a part that is decided without them, or a case that agrees.
TELLING = (
    "started_on", "suspended_on", "start_due_on", "idle_cause", "supply_mode", "term_years", "project_class",
    "term_extension_approved", "annual_rent", "annual_use_fee", "price", "existing_manufacturer",
    "living_support_floor_area", "other_industry_floor_area", "service_floor_area", "produced_on",
    "full_capacity_on",
)
# Facts are kept to a ten-thousandth, areas to a third of that (so that 亩 are exact); finer ones are refused.
STEPS = 30_000
ODD_TERMS = (Fraction(5), Fraction(10), Fraction(25), Fraction(40), Fraction(70))
SIZES = (900, 1_500, 9_999, 10_000, 30_000, 66_667, 123_456)
SUMS = (0, 1, 999, 100_000, 1_000_000, 3_082_136, 45_200_000, 612_345_678)


class Generator:
    """Cases for one package and one day of assessment, reproducible from the seed."""

    def __init__(self, seed: int, package: str, as_of: date) -> None:
        self.random = random.Random(f"{seed}/{package}/{as_of}")
        self.package = package
        self.as_of = as_of

    def case(self) -> dict[str, Any]:
        """The facts of one case in canonical units; None is an empty cell."""
        facts: dict[str, Any] = {name: self.random.choice(codes) for name, codes in CODES.items()}
        facts |= self.contract() | self.start() | self.progress() | self.floor_areas()
        facts |= self.evaluation(facts["delivered_on"], facts["term_years"])
        self.lean_towards_rare_branches(facts)
        # Most cases lose nothing, so that answers are known; the rest lose much.
        if self.random.random() < 0.25:
            facts[self.random.choice(TELLING)] = None
        share = self.random.choice((0.0, 0.0, 0.05, 0.15, 0.3))
        return {name: None if self.random.random() < share else facts[name] for name in COLUMNS}

    def around(self, day: Moment) -> Moment:
        """The day itself, its neighbours, and now and then a day far off."""
        if day is NEVER:
            return NEVER
        off = self.random.choice((-1, 0, 0, 1, self.random.randint(-900, 900)))
        assert isinstance(day, date)
        return day + timedelta(days=off)

    def years_back(self, *years: int) -> Moment:
        """About as many years before the day of assessment, or a day of the calendar's edges."""
        if self.random.random() < 0.15:
            return self.random.choice(LEAP_DAYS + MONTH_ENDS)
        return self.around(plus_years(self.as_of, -self.random.choice(years)))

    def happened(self, *years: int, none: float) -> Moment:
        """A date of occurrence: not happened, about now, or so many years ago."""
        return NEVER if self.random.random() < none else self.years_back(*years)

    def contract(self) -> dict[str, Any]:
        signed = self.around(self.random.choice(VERSION_STARTS[self.package]))
        limit = self.random.choice(TERM_LIMITS)
        near = limit + self.random.choice((Fraction(-1, 4), 0, 0, Fraction(1, 4), 1))
        rent = self.money()
        price = self.random.choice((self.money(), self.money(), 5 * rent))
        return {
            "signed_on": signed,
            "term_years": self.random.choice((Fraction(near), Fraction(limit), self.random.choice(ODD_TERMS))),
            "annual_rent": rent,
            "annual_use_fee": self.random.choice((self.money(), rent)),
            "price": price,
        }

    def start(self) -> dict[str, Any]:
        """Agreed start, delivery, actual start and suspension, one or two years back."""
        return {
            "start_due_on": self.happened(1, 1, 2, 2, 0, none=0.25),
            "delivered_on": self.happened(2, 2, 3, 3, 1, none=0.12),
            "started_on": self.happened(0, 1, 2, none=0.4),
            "suspended_on": self.happened(1, 1, 1, 0, none=0.15),
        }

    def progress(self) -> dict[str, Any]:
        """Area at a third, investment at a quarter, and a hair to either side; now and then a share of nothing."""
        due = Fraction(0) if self.random.random() < 0.1 else self.area()
        total = Fraction(0) if self.random.random() < 0.1 else self.money()
        return {
            "construction_area_due": due,
            "construction_area_started": self.beside(due / 3),
            "investment_total": total,
            "investment_paid": self.beside(total / 4),
        }

    def floor_areas(self) -> dict[str, Any]:
        """Shares of floor area at 15 % and 30 %; now and then there is no floor area at all."""
        floor = Fraction(0) if self.random.random() < 0.05 else self.area()
        original = Fraction(0) if self.random.random() < 0.05 else self.area()
        living = self.beside(floor * Fraction(15, 100))
        other = self.beside(floor * Fraction(30, 100))  # alone, or as what living support leaves of it
        if self.random.random() < 0.7:
            other = max(Fraction(0), other - living)
        share = self.random.choice((Fraction(15, 100), Fraction(30, 100)))
        return {
            "floor_area": floor,
            "living_support_floor_area": living,
            "other_industry_floor_area": other,
            "support_floor_area": self.beside(floor * share),
            "original_floor_area": original,
            "service_floor_area": self.beside(original * Fraction(15, 100)),
        }

    def evaluation(self, delivered: Moment, term: Fraction) -> dict[str, Any]:
        """Evaluation dates around the as-of day and around the year before the last evaluation."""
        end = plus_months(delivered, int(term * 12))
        due = self.random.choice((plus_years(end, -2), self.as_of, plus_years(self.as_of, 1)))
        return {
            "produced_on": self.happened(0, 0, 1, none=0.3),
            "full_capacity_on": self.happened(0, 5, 10, 15, 20, none=0.3),
            "produce_due_on": NEVER if self.random.random() < 0.12 else self.around(due),
            "full_capacity_due_on": NEVER if self.random.random() < 0.12 else self.around(due),
        }

    def lean_towards_rare_branches(self, facts: dict[str, Any]) -> None:
        """Branches that chance would seldom meet, of time, of idle land and of the term."""
        if self.random.random() < 0.3:
            back = int(facts["term_years"] * 12) - self.random.choice((0, 12, 24, 60))
            facts["delivered_on"] = self.around(plus_months(self.as_of, -max(0, back)))
            facts |= self.evaluation(facts["delivered_on"], facts["term_years"])
        if self.random.random() < 0.3:
            facts["idle_cause"] = "enterprise"
        if self.random.random() < 0.3:
            facts["idle_cause"] = self.random.choice(("government", "government", facts["idle_cause"]))
            facts |= {"price_paid_in_full": "yes", "project_funds_ready": "yes"}
            facts["idle_cause_detail"] = "planning_change"
        if self.random.random() < 0.2:
            facts |= self.stall()
        if self.random.random() < 0.25:
            facts |= self.unstarted()
        if self.random.random() < 0.2:
            facts |= {"project_class": "key", "term_extension_approved": self.random.choice(("yes", "yes", "no"))}
            terms = (facts["term_years"], Fraction(81, 4), Fraction(50), Fraction(201, 4))
            facts["term_years"] = self.random.choice(terms)
        if self.random.random() < 0.1:
            facts["supply_mode"] = "allocation"
            facts["term_years"] = self.random.choice((None, Fraction(201, 4), Fraction(70)))

    def stall(self) -> dict[str, Any]:
        """Land that stopped about a year ago, on the day of the start or to either side of it."""
        suspended = self.years_back(1)
        started = self.random.choice((suspended, plus_years(suspended, -1), self.around(suspended)))
        return {"suspended_on": suspended, "started_on": started}

    def unstarted(self) -> dict[str, Any]:
        """Land left unstarted for a year or two, by a cause that excuses it or does not."""
        return {
            "start_due_on": self.years_back(1, 2),
            "started_on": NEVER,
            "idle_cause": self.random.choice(("enterprise", "enterprise", *CODES["idle_cause"])),
        }

    def area(self) -> Fraction:
        size = Fraction(self.random.choice(SIZES))
        return size * Fraction(2000, 3) / 100 if self.random.random() < 0.2 else size

    def money(self) -> Fraction:
        whole = self.random.choice((*SUMS, self.random.randint(0, 10**9)))
        return Fraction(whole * 100 + self.random.choice((0, 0, 1, 50, 99)), 100)

    def beside(self, limit: Fraction) -> Fraction:
        """Exactly the limit, a hundredth to either side, nothing, or twice as much."""
        hair = Fraction(1, 100)
        value = max(Fraction(0), self.random.choice((limit, limit, limit - hair, limit + hair, Fraction(0), 2 * limit)))
        return Fraction(round(value * STEPS), STEPS)


def number_text(value: Fraction) -> str:
    """A plain decimal if there is a finite one, else the exact fraction."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    if places == 0:
        return str(value.numerator)
    sign = "-" if value < 0 else ""
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def cell(name: str, value: Any, units: dict[str, str | None]) -> str:
    """The text of a fact in its column's unit; empty if missing."""
    if value is None:
        return ""
    if not isinstance(value, Fraction):
        return str(value)
    kind = KINDS[name]
    unit = units.get(kind)
    return number_text(value / UNITS[kind][unit] if unit else value)


def header(name: str, units: dict[str, str | None]) -> str:
    """The column's name, with its unit unless that is the canonical one left unsaid."""
    unit = units.get(KINDS[name])
    return f"{name} [{unit}]" if unit else name


def write_cases(path: Path, count: int, seed: int, package: str, as_of: date, variant: int = 0) -> None:
    """A facts file of `count` cases."""
    units = UNIT_VARIANTS[variant % len(UNIT_VARIANTS)]
    generator = Generator(seed, package, as_of)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["case_id", *(header(name, units) for name in COLUMNS)])
        for number in range(1, count + 1):
            facts = generator.case()
            case_id = f"{package}-{as_of:%Y%m%d}-{number:06}"
            rows.writerow([case_id, *(cell(name, facts[name], units) for name in COLUMNS)])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write generated facts that crowd around the legal limits.")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--package", choices=PACKAGES, default="national")
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    parser.add_argument("--units", type=int, choices=range(len(UNIT_VARIANTS)), default=0,
                        help="0 bare headers, 1 亩 and 万元, 2 公顷 and 亿元, 3 canonical units written out")
    parser.add_argument("out", type=Path)
    options = parser.parse_args(arguments)
    write_cases(options.out, options.count, options.seed, options.package, options.as_of, options.units)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
