"""What the OpenFisca peer stands on: its entity, codes, facts, parameters and three-valued logic."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.periods import DateUnit
from openfisca_core.variables import Variable

import common
from common import Array

Parcel = build_entity(key="parcel", plural="parcels", label="A parcel and its contract", is_person=True)
NEVER, UNKNOWN_DAY = np.datetime64("9999-12-31"), np.datetime64("0001-01-01")
NO, UNKNOWN, YES = 0, 1, 2


def parameter(since: str, value: float) -> dict[str, Any]:
    """A parameter as its YAML would say it."""
    return {"values": {since: {"value": value}}}


PARAMETERS = {
    "supervision": {
        "idle_years_not_started": parameter("2012-07-01", common.YEARS_NOT_STARTED),
        "idle_years_stalled": parameter("2012-07-01", common.YEARS_STALLED),
        "takeback_years": parameter("2012-07-01", common.YEARS_TAKE_BACK),
        "start_after_delivery_years": parameter("2012-07-01", common.YEARS_AFTER_DELIVERY),
        "started_area_share_min": parameter("2012-07-01", common.AREA_SHARE_MIN),
        "paid_investment_share_min": parameter("2012-07-01", common.INVESTMENT_SHARE_MIN),
        "idle_fee_rate": parameter("2012-07-01", common.FEE_RATE),
        "evaluation_before_end_years": parameter("2021-12-31", common.YEARS_BEFORE_END),
        "evaluation_merge_years": parameter("2021-12-31", common.YEARS_MERGE),
        "evaluation_interval_years_max": parameter("2021-12-31", common.YEARS_INTERVAL),
    },
    "supply": {"term_years_max": parameter("1990-05-19", common.TERM_YEARS_MAX)},
}


class IdleCause(Enum):
    enterprise = "Enterprise"
    government = "Government"
    force_majeure = "Force majeure"
    preparatory_work = "Preparatory work"
    unknown = "Unknown"


class IdleCauseDetail(Enum):
    delivery_failure = "Delivery failure"
    planning_change = "Planning change"
    policy_change = "Policy change"
    petition = "Petition"
    military_or_heritage = "Military or heritage"
    other_government = "Other government"
    natural_disaster = "Natural disaster"
    unknown = "Unknown"


class SupplyMode(Enum):
    listing = "Listing"
    tender = "Tender"
    auction = "Auction"
    negotiated = "Negotiated"
    lease = "Lease"
    lease_then_grant = "Lease then grant"
    allocation = "Allocation"
    authorised_operation = "Authorised operation"
    capital_contribution = "Capital contribution"
    unknown = "Unknown"


class YesNo(Enum):
    no = "No"
    yes = "Yes"
    unknown = "Unknown"


class IdleLand(Enum):
    none = "Not idle"
    not_started = "Not started"
    stalled = "Stalled"
    not_attributable = "Not attributable"
    unknown = "Unknown"


class Stage(Enum):
    production = "Production"
    full_capacity = "Full capacity"
    periodic = "Periodic"
    before_end = "Before the end"
    ended = "Ended"
    unknown = "Unknown"


ENUMS = {
    "idle_cause": IdleCause, "idle_cause_detail": IdleCauseDetail, "supply_mode": SupplyMode,
    **dict.fromkeys(common.YES_NO, YesNo),
}


def fact(name: str) -> type[Variable]:
    """The variable of a fact."""
    body: dict[str, Any] = {"entity": Parcel, "definition_period": DateUnit.ETERNITY, "label": name}
    if name in common.DATES:
        body |= {"value_type": date, "default_value": UNKNOWN_DAY.astype(object)}
    elif name in ENUMS:
        body |= {"value_type": Enum, "possible_values": ENUMS[name], "default_value": ENUMS[name].unknown}
    else:
        body |= {"value_type": float, "default_value": float("nan")}
    return type(name, (Variable,), body)


def true_or_not(rule: type[Variable]) -> type[Variable]:
    """A rule whose outcome is a truth: 0 no, 1 unknown, 2 yes."""
    rule.entity, rule.definition_period, rule.value_type, rule.default_value = Parcel, DateUnit.DAY, int, UNKNOWN
    return rule


def on_a_day(rule: type[Variable]) -> type[Variable]:
    """A rule whose outcome is a day; NaT is unknown."""
    rule.entity, rule.definition_period, rule.value_type = Parcel, DateUnit.DAY, date
    return rule


def truth(answer: Array, *operands: Array) -> Array:
    """What is asked of operands, unknown where one of them is."""
    known = np.full(len(answer), True)
    for operand in operands:
        known &= ~(np.isnat(operand) if operand.dtype.kind == "M" else np.isnan(operand))
    return np.where(known, np.where(answer, YES, NO), UNKNOWN)


def day(parcel: Any, name: str, period: Any) -> Array:
    """A fact that is a date, NaT where unknown."""
    value = parcel(name, period)
    return np.where(value == UNKNOWN_DAY, np.datetime64("NaT"), value)


def code_is(parcel: Any, name: str, period: Any, *items: Enum) -> Array:
    """Whether a code is one of some."""
    value = parcel(name, period)
    found = np.any([value == item for item in items], axis=0)
    return np.where(value == type(items[0]).unknown, UNKNOWN, np.where(found, YES, NO))


def reached(when: Array, today: np.datetime64) -> Array:
    """Whether a day has come."""
    return truth(when <= today, when)


def plus_years(when: Array, years: Any) -> Array:
    """Calendar years later; there is no such function in OpenFisca."""
    return common.add_years(when, years, NEVER)


def choose(condition: Array, then: Array, other: Array, unknown: Any) -> Array:
    """One of two; where the condition is unknown, what both agree on."""
    return np.select([condition == YES, condition == NO, then == other], [then, other, then], unknown)


def today(period: Any) -> np.datetime64:
    """The day of a period."""
    return np.datetime64(str(period.start))
