"""Facts of one case: names, kinds, units, and how a text becomes an exact value."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from .dates import NEVER
from .kleene import Unknown

AREA_UNITS: dict[str, Fraction] = {
    "m2": Fraction(1), "m²": Fraction(1), "平方米": Fraction(1), "㎡": Fraction(1),
    "亩": Fraction(2000, 3), "mu": Fraction(2000, 3),
    "公顷": Fraction(10_000), "hm2": Fraction(10_000), "hm²": Fraction(10_000), "ha": Fraction(10_000),
    "km2": Fraction(1_000_000), "km²": Fraction(1_000_000), "平方公里": Fraction(1_000_000),
}
MONEY_UNITS: dict[str, Fraction] = {
    "CNY": Fraction(1), "元": Fraction(1),
    "万元": Fraction(10**4), "亿元": Fraction(10**8),
}
YEAR_UNITS: dict[str, Fraction] = {
    "years": Fraction(1), "year": Fraction(1), "年": Fraction(1),
    "months": Fraction(1, 12), "月": Fraction(1, 12),
}
UNITS = {"area": AREA_UNITS, "money": MONEY_UNITS, "years": YEAR_UNITS}

YES_NO = ("yes", "no")
CODES: dict[str, tuple[str, ...]] = {
    "supply_mode": (
        "listing", "tender", "auction", "negotiated", "lease", "lease_then_grant", "allocation",
        "authorised_operation", "capital_contribution",
    ),
    "project_class": ("key", "general", "project_land", "standard_plant"),
    "idle_cause": ("enterprise", "government", "force_majeure", "preparatory_work"),
    "idle_cause_detail": (
        "delivery_failure", "planning_change", "policy_change", "petition",
        "military_or_heritage", "other_government", "natural_disaster",
    ),
    "price_paid_in_full": YES_NO,
    "project_funds_ready": YES_NO,
    "occupies_cultivated_land": YES_NO,
    "existing_manufacturer": YES_NO,
    "term_extension_approved": YES_NO,
}
DATES = (
    "signed_on", "start_due_on", "delivered_on", "started_on", "suspended_on",
    "produced_on", "full_capacity_on", "produce_due_on", "full_capacity_due_on",
)
AREAS = (
    "construction_area_due", "construction_area_started", "floor_area",
    "other_industry_floor_area", "living_support_floor_area", "support_floor_area",
    "service_floor_area", "original_floor_area",
)
MONEY = ("price", "annual_rent", "annual_use_fee", "investment_total", "investment_paid")
YEARS = ("term_years",)

KINDS: dict[str, str] = {
    **dict.fromkeys(DATES, "date"), **dict.fromkeys(CODES, "code"),
    **dict.fromkeys(AREAS, "area"), **dict.fromkeys(MONEY, "money"), **dict.fromkeys(YEARS, "years"),
}

_NUMBER = re.compile(r"([+-]?\d+(?:/\d+|\.\d+)?)\s*(.*)")
_HEADER = re.compile(r"\s*([^\[\]]+?)\s*(?:\[\s*([^\[\]]+?)\s*\])?\s*")


class Facts:
    """The known facts of one case. Asking for another gives `Unknown` with its name."""

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    def __getitem__(self, name: str) -> Any:
        value = self.values.get(name)
        return Unknown(frozenset((name,))) if value is None else value


def parse_quantity(kind: str, text: str, column_unit: str | None = None) -> Fraction:
    """An exact number in the canonical unit; a unit in the text wins over the column's."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a number: {text!r}")
    unit = match.group(2) or column_unit
    if unit is not None and unit not in UNITS[kind]:
        raise ValueError(f"not a unit of {kind}: {unit!r}")
    factor = Fraction(1) if unit is None else UNITS[kind][unit]
    return Fraction(match.group(1)) * factor


def parse_value(name: str, text: str, column_unit: str | None = None) -> Any:
    """The value of a fact, or None if the text is empty (the fact is missing)."""
    text = text.strip()
    if not text:
        return None
    kind = KINDS[name]
    if kind == "date":
        return NEVER if text == "none" else date.fromisoformat(text)
    if kind == "code":
        if text not in CODES[name]:
            raise ValueError(f"{name}: no such code {text!r}")
        return text
    return parse_quantity(kind, text, column_unit)


def parse_header(header: str) -> tuple[str, str | None]:
    """`area [亩]` gives the name and the unit, `area` the name alone."""
    match = _HEADER.fullmatch(header)
    if match is None:
        raise ValueError(f"not a column header: {header!r}")
    return match.group(1), match.group(2)


def read_facts(path: Path) -> Iterator[tuple[str, Facts]]:
    """The cases of a facts file, by `case_id`. Columns that no rule here needs are passed over."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        headers = [parse_header(header) for header in next(rows)]
        key = [name for name, _ in headers].index("case_id")
        for row in rows:
            values = {
                name: parse_value(name, cell, unit)
                for (name, unit), cell in zip(headers, row, strict=True)
                if name in KINDS
            }
            yield row[key], Facts(values)
