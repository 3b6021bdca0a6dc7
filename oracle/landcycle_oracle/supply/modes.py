"""Modes of supply and key projects: Land Administration Regulation arts. 17, 18; Shenzhen 2019 No. 4."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import either, is_code
from ..suite import Suite
from ..supervision.common import members, yes, yes_no
from ..supervision.making import Cells, thinned, yes_or_no
from .common import AS_OF, PACKAGES, REGULATION, SHENZHEN_LAPSED, YEAR_2019, judged
from .making import day_about
from .notices import braces

LIMBS = ("trade_leader", "fills_gap", "leading_core_patents", "city_approved_type")
BIDDING = ("tender", "auction", "listing")
PAID = (*BIDDING, "lease", "lease_then_grant", "capital_contribution")


def modes_open(package: str, facts: Facts, as_of: date) -> Any:
    """Regulation arts. 17, 18: paid use, by bidding unless negotiation is lawful; allocation where a law allows it.

    Shenzhen 2019 No. 4, by a report: bidding for all; lease, and lease then grant, for key projects.
    """
    if package == "shenzhen":
        key = is_code(facts["project_class"], "key")
        return judged(facts["signed_on"], YEAR_2019, lambda: members(
            **dict.fromkeys(BIDDING, True), lease=key, lease_then_grant=key), SHENZHEN_LAPSED)
    return judged(facts["signed_on"], REGULATION, lambda: members(
        **dict.fromkeys(PAID, True), negotiated=yes(facts, "negotiation_lawful"),
        allocation=yes(facts, "allocation_lawful"),
    ))


def key_project(package: str, facts: Facts, as_of: date) -> Any:
    """Shenzhen 2019 No. 4 art. 5: any of its three items, the second of which names two."""
    return judged(facts["signed_on"], YEAR_2019, lambda: yes_no(either(*(yes(facts, limb) for limb in LIMBS))),
                  SHENZHEN_LAPSED)


def make(random: Random, package: str, as_of: date) -> Cells:
    """What may be negotiated or allocated, and what makes a project a key one."""
    return thinned(random, {
        "signed_on": day_about(random, (YEAR_2019, REGULATION, SHENZHEN_LAPSED)),
        "project_class": random.choice(("key", "general", "project_land", "standard_plant")),
        "negotiation_lawful": yes_or_no(random), "allocation_lawful": yes_or_no(random),
        **{limb: yes_or_no(random, 0.2) for limb in LIMBS},
    })


SUITE = Suite(
    name="modes", packages=PACKAGES, days=AS_OF,
    kinds={
        "signed_on": "date",
        **dict.fromkeys(("project_class", "negotiation_lawful", "allocation_lawful", *LIMBS), "code"),
    },
    make=make,
    rules={"modes_open": modes_open, "key_project": key_project},
    only_in={"key_project": ("shenzhen",)},
    labels={
        "modes_open": (
            braces(*PAID), braces(*PAID, "negotiated"), braces(*PAID, "allocation"),
            braces(*PAID, "negotiated", "allocation"), braces(*BIDDING), braces(*BIDDING, "lease", "lease_then_grant"),
            "unknown", "unknown, nothing missing", "not_applicable",
        ),
        "key_project": ("yes", "no", "unknown", "unknown, nothing missing", "not_applicable"),
    },
)
