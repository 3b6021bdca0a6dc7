"""What the vocabulary says of facts: how a value is written, and what silence in a complete record means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import lcm
from pathlib import Path
from typing import Any

import yaml

from ..dates import NEVER

NONE = "none"
YES_NO = {"yes": "yes", "no": "no", "是": "yes", "否": "no"}
_NUMBER = re.compile(r"([+-]?\d+(?:/\d+|\.\d+)?)\s*(.*)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LARGEST = Fraction(10**12)


@dataclass(frozen=True)
class Fact:
    """One fact of the vocabulary."""

    name: str
    kind: str  # number, date, yes_no, code, text
    headings: tuple[str, ...]
    occurrence: bool
    otherwise: str | None
    # Codes by every way to write them; empty for an open code.
    codes: dict[str, str]
    # Of a number: what a unit is worth in the fact's own, the finest step, least and largest value.
    units: dict[str, Fraction]
    step: Fraction
    least: Fraction
    largest: Fraction


class BadValue(ValueError):
    """A text that is no value of a fact."""


class Vocabulary:
    """All facts, by name and by heading."""

    def __init__(self, facts: list[Fact]) -> None:
        self.facts = {fact.name: fact for fact in facts}
        self.by_heading = {heading: fact for fact in facts for heading in fact.headings}
        self.occurrences = {fact.name for fact in facts if fact.occurrence}
        self.otherwise = {fact.name: fact.otherwise for fact in facts if fact.otherwise is not None}

    @classmethod
    def read(cls, folder: Path) -> Vocabulary:
        """Reads the files of the vocabulary."""
        trees = [load(path) for path in sorted(folder.glob("*.yaml"))]
        units = [unit for tree in trees for unit in tree.get("units") or ()]
        return cls([_fact(item, units) for tree in trees for item in tree.get("facts") or ()])


@lru_cache(maxsize=None)
def load(path: Path) -> dict[str, Any]:
    """A YAML file with every scalar as text."""
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=yaml.BaseLoader) or {}


def _fact(item: dict[str, Any], units: list[dict[str, Any]]) -> Fact:
    codes: dict[str, str] = {}
    for code, value in (item.get("values") or {}).items():
        codes |= dict.fromkeys((code, value["zh"], *value.get("aliases", ())), code)
    known = _units_of(item.get("unit", ""), units)
    thirds = lcm(*(factor.denominator for factor in known.values()))
    return Fact(
        name=item["name"], kind=item["type"],
        headings=(item["name"], item["zh"], *item.get("aliases", ())),
        occurrence=item.get("occurrence") == "true", otherwise=item.get("otherwise"),
        codes=codes, units=known, step=Fraction(1, thirds * 10 ** int(item.get("decimals", 4))),
        least=Fraction(item.get("min", 0)), largest=Fraction(item.get("max", _LARGEST)),
    )


def _units_of(own: str, units: list[dict[str, Any]]) -> dict[str, Fraction]:
    """The units of a fact's dimension. Those of compound units are not read here."""
    dimension = next((unit for unit in units if unit["id"] == own), None)
    if dimension is None:
        return {own: Fraction(1)}
    base = Fraction(dimension["factor"])
    return {
        symbol: Fraction(unit["factor"]) / base
        for unit in units if unit["dimension"] == dimension["dimension"]
        for symbol in (unit["id"], *unit["symbols"])
    }


def canonical(fact: Fact, text: str) -> str:
    """What a person wrote, in the one way in which it is kept; empty where nothing was written."""
    text = text.strip()
    if not text or fact.kind == "text" or (fact.kind == "code" and not fact.codes):
        return text
    if fact.kind == "number":
        return str(_number(fact, text))
    if fact.kind == "date":
        return text if text == NONE else str(_day(text))
    spellings = YES_NO if fact.kind == "yes_no" else fact.codes
    if text not in spellings:
        raise BadValue(text)
    return spellings[text]


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise BadValue(text)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadValue(text) from error


def _number(fact: Fact, text: str) -> Fraction:
    match = _NUMBER.fullmatch(text)
    if match is None or (match[2] and match[2] not in fact.units):
        raise BadValue(text)
    value = Fraction(match[1]) * (fact.units[match[2]] if match[2] else 1)
    if not fact.least <= value <= fact.largest or (value / fact.step).denominator != 1:
        raise BadValue(text)
    return value


@lru_cache(maxsize=1 << 16)
def exact(kind: str, text: str) -> Any:
    """A kept text as the rules take it."""
    if kind == "number":
        return Fraction(text)
    if kind == "date":
        return NEVER if text == NONE else date.fromisoformat(text)
    return text
