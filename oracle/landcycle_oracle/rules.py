"""All rules of a package, by their short names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from .evaluation_due import evaluation_due
from .facts import Facts
from .functional_mix import functional_mix
from .idle_land import idle_land
from .idle_land_disposal import NEGOTIATED, idle_land_disposal
from .idle_land_fee import idle_land_fee
from .idle_land_takeback import idle_land_takeback
from .outcomes import show
from .service_floor_area import service_floor_area
from .tenure_term import tenure_term

PACKAGES = ("national", "beijing", "shanghai", "shenzhen")

Rule = Callable[[str, Facts, date], Any]

RULES: dict[str, Rule] = {
    "idle_land": lambda package, facts, as_of: idle_land(facts, as_of),
    "idle_land_fee": idle_land_fee,
    "idle_land_takeback": lambda package, facts, as_of: idle_land_takeback(facts, as_of),
    "idle_land_disposal": lambda package, facts, as_of: idle_land_disposal(facts, as_of),
    "tenure_term": lambda package, facts, as_of: tenure_term(package, facts),
    "service_floor_area": lambda package, facts, as_of: service_floor_area(facts, as_of),
    "functional_mix": functional_mix,
    "evaluation_due": lambda package, facts, as_of: evaluation_due(facts, as_of),
}
JUDGED_ON_SIGNING = frozenset(("tenure_term", "functional_mix"))

# Every class of answer that a run must have met, or it has proved nothing about it.
LABELS: dict[str, tuple[str, ...]] = {
    "idle_land": (
        "none", "not_started", "stalled", "not_attributable",
        "unknown", "unknown, nothing missing", "not_applicable",
    ),
    "idle_land_fee": ("0", "amount", "unknown", "not_applicable"),
    "idle_land_takeback": ("yes", "no", "unknown", "not_applicable"),
    "idle_land_disposal": (
        "{}", "{fee}", "{take_back}", show(NEGOTIATED), show(NEGOTIATED | {"swap"}),
        "unknown", "unknown, nothing missing", "not_applicable",
    ),
    "tenure_term": ("pass", "fail", "unknown", "not_applicable"),
    "service_floor_area": ("pass", "fail", "unknown", "unknown, nothing missing", "not_applicable"),
    "functional_mix": ("pass", "fail", "unknown", "unknown, nothing missing", "not_applicable"),
    "evaluation_due": (
        "production", "production, no date", "full_capacity", "full_capacity, no date",
        "periodic", "before_end", "ended", "unknown", "not_applicable",
    ),
}


def assess(package: str, facts: Facts, as_of: date) -> dict[str, Any]:
    """The answer of every rule on one case."""
    return {name: rule(package, facts, as_of) for name, rule in RULES.items()}
