"""Service floor area of existing manufacturers, judged on the day of assessment."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from .facts import Facts
from .kleene import Logical, case, is_code
from .outcomes import NOT_APPLICABLE, pass_fail
from .shares import share_within

IN_FORCE = date(2015, 12, 31)  # known by its year: the year's last day
LIMIT = Fraction(15, 100)


def holds(facts: Facts) -> Logical:
    """Land and Resources 2015 No. 5: service floor area at most 15 % of the original floor area."""
    return share_within(facts["service_floor_area"], facts["original_floor_area"], LIMIT)


def service_floor_area(facts: Facts, as_of: date) -> Any:
    """Land and Resources 2015 No. 5 speaks of existing manufacturers; nobody else has this limit."""
    if as_of < IN_FORCE:
        return NOT_APPLICABLE
    applies = is_code(facts["existing_manufacturer"], "yes")
    return case((applies, pass_fail(holds(facts))), otherwise=NOT_APPLICABLE)
