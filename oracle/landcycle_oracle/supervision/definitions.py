"""Parts of other rules that are told when asked for by name: Order 53 arts. 2, 22; Regulations art. 39."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from ..dates import plus_years
from ..evaluation_due import term_end
from ..facts import Facts
from ..idle_land import IN_FORCE, not_started_limb, start_due_date
from ..outcomes import NOT_APPLICABLE
from ..suite import Suite
from .common import REGULATIONS, yes_no
from .making import Cells, about, around, thinned

DATES = ("start_due_on", "started_on", "delivered_on")


def start_due(_: str, facts: Facts, as_of: date) -> Any:
    """Order 53 art. 22: as agreed, or a year after delivery."""
    return start_due_date(facts) if as_of >= IN_FORCE else NOT_APPLICABLE


def unstarted(_: str, facts: Facts, as_of: date) -> Any:
    """Order 53 art. 2: not started a full year after the day on which it was due."""
    return yes_no(not_started_limb(facts, as_of)) if as_of >= IN_FORCE else NOT_APPLICABLE


def tenure_ends(_: str, facts: Facts, as_of: date) -> Any:
    """Regulations art. 39; that the term runs from delivery is a stand-in."""
    return term_end(facts) if as_of >= REGULATIONS else NOT_APPLICABLE


def make(random: Random, _: str, as_of: date) -> Cells:
    """A start due a year ago, or delivery two years ago, and started about now or not."""
    return thinned(random, {
        "start_due_on": random.choice(("none", about(random, as_of, (-1, -1, -2, 0)))),
        "delivered_on": random.choice((about(random, as_of, (-2, -2, -1, -50)), "2012-02-29")),
        "started_on": random.choice(("none", str(as_of), str(around(random, plus_years(as_of, -1))),
                                     about(random, as_of))),
        "term_years": random.choice(("20", "30", "50", "2", "0", "1.5", "20.25")),
    })


SUITE = Suite(
    name="definitions", packages=("national", "beijing", "shanghai", "shenzhen"),
    days=tuple(map(date.fromisoformat, (
        "1990-05-18", "1990-05-19", "2012-06-30", "2012-07-01", "2014-02-28", "2024-02-29", "2026-11-23",
    ))),
    kinds={**dict.fromkeys(DATES, "date"), "term_years": "number"}, make=make,
    rules={"start_due_date": start_due, "unstarted_for_a_year": unstarted, "tenure_ends_on": tenure_ends},
    only_in={},
    labels={
        "start_due_date": ("day", "none", "unknown", "not_applicable"),
        "unstarted_for_a_year": ("yes", "no", "unknown", "not_applicable"),
        "tenure_ends_on": ("day", "none", "unknown", "not_applicable"),
    },
)
