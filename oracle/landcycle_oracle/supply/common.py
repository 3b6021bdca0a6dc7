"""Days, figures and small parts that several topics of the stage share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from ..dates import later
from ..facts import Facts
from ..judged import before_the_law
from ..kleene import Logical, Unknown, case, lift
from ..outcomes import NOT_APPLICABLE
from ..supervision.common import rounded

PACKAGES = ("national", "beijing", "shanghai", "shenzhen")
AS_OF = tuple(map(date.fromisoformat, ("2018-06-30", "2021-12-31", "2026-11-23")))
# Documents known by their year begin on its last day.
YEAR_2017 = date(2017, 12, 31)  # Beijing 2017 No. 39; what only other rules read begins no later
YEAR_2019 = date(2019, 12, 31)  # Shanghai guide of 2019; Shenzhen 2019 No. 4 and No. 9
PAPER = date(2021, 12, 31)
REGULATION = date(2021, 9, 1)  # Land Administration Regulation art. 67
ESTATE_LAW = date(1995, 1, 1)  # Urban Real Estate Law art. 73
GUANGDONG = date(2022, 8, 1)  # Guangdong Land Regulation
SHANGHAI_GRANTS, SHANGHAI_LAPSED = date(2021, 9, 20), date(2026, 9, 20)  # 2021 No. 6: in force to 2026-09-19
SHENZHEN_LAPSED = date(2025, 3, 20)  # 2019 No. 4, extended by 2024 No. 1: in force to 2025-03-19
CENT, STEP = Fraction(1, 100), Fraction(1, 10_000)
CAPITALISATION = Fraction(5, 100)  # stand-in: no text gives the rate
LONGEST = Fraction(50)  # Grant and Transfer Regulations art. 12(2)


def judged(day: Any, start: date, answer: Callable[[], Any], lapsed: date | None = None) -> Any:
    """The answer by a law in force from `start`; one that lapsed leaves no answer and no fact to ask for."""
    if (silent := before_the_law(day, start)) is not None:
        return silent
    return Unknown() if lapsed is not None and not later(lapsed, day) else answer()


def only_if(applies: Logical, answer: Any) -> Any:
    """A rule for some cases only."""
    return case((applies, answer), otherwise=NOT_APPLICABLE)


def find(table: Mapping[Any, Any], *keys: Any) -> Any:
    """The row of the keys; one that the table lacks is unknown, and nobody can supply it."""
    def row(*known: Any) -> Any:
        return table.get(known[0] if len(known) == 1 else known, Unknown())

    return lift(row, *keys)


def find_prefix(table: Mapping[str, Any], code: Any) -> Any:
    """The row of the longest code with which this one begins."""
    def row(known: str) -> Any:
        found = [prefix for prefix in table if known.startswith(prefix)]
        return table[max(found, key=len)] if found else Unknown()

    return lift(row, code)


def at_least(left: Any, right: Any) -> Logical:
    """Whether a quantity reaches another."""
    return lift(lambda one, other: one >= other, left, right)


def at_most(left: Any, right: Any) -> Logical:
    """Whether a quantity stays within another."""
    return lift(lambda one, other: one <= other, left, right)


def discount(years: Fraction) -> Fraction:
    """What one yuan after so many years is worth now, to twelve decimals; part of a year at simple interest."""
    whole, part = divmod(years, 1)
    grown = (1 + CAPITALISATION) ** int(whole) * (1 + CAPITALISATION * part)
    return rounded(1 / grown, Fraction(1, 10**12))


def years_worth(years: Any) -> Any:
    """The present value of the yield of so many years, against that of the longest term."""
    return rounded(lift(lambda known: (1 - discount(known)) / (1 - discount(LONGEST)), years), STEP)


def is_allocated(facts: Facts) -> Logical:
    """Land allocated, not paid for."""
    return lift(lambda mode: mode == "allocation", facts["supply_mode"])
