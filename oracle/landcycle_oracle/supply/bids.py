"""A bid decided by performance: section 3.2.3; the method, its weights and what makes a bid valid are stand-ins."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import both
from ..outcomes import pass_fail
from ..suite import Suite
from ..supervision.common import is_none, not_after, plus, quotient, rounded, times, yes
from ..supervision.making import Cells, about, decimal, of, thinned, yes_or_no
from .common import AS_OF, PACKAGES, PAPER, STEP, at_least, at_most, judged
from .making import day_about, near

DATES = ("bid_deadline_on", "bid_received_on", "bid_withdrawn_on")
PARTS = ("investment", "output", "tax", "energy")
NUMBERS = tuple(f"{part}_{side}" for part in PARTS for side in ("required", "committed"))
WEIGHTS = {"investment": Fraction(2, 10), "output": Fraction(3, 10), "tax": Fraction(4, 10), "energy": Fraction(1, 10)}


def energy_gain(facts: Facts) -> Any:
    """Energy per output as required over that committed, to four decimals."""
    asked = quotient(times(facts["energy_required"], facts["output_committed"]), facts["output_required"])
    return rounded(quotient(asked, facts["energy_committed"]), STEP)


def bid_energy_gain(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.2.3 names energy per output among the indicators."""
    return judged(facts["bid_deadline_on"], PAPER, lambda: energy_gain(facts))


def bid_score(package: str, facts: Facts, as_of: date) -> Any:
    """Stand-in: commitments over requirements, each to four decimals, by weights."""
    parts = [
        times(WEIGHTS[part], rounded(quotient(facts[f"{part}_committed"], facts[f"{part}_required"]), STEP))
        for part in ("investment", "output", "tax")
    ]
    return judged(facts["bid_deadline_on"], PAPER, lambda: plus(*parts, times(WEIGHTS["energy"], energy_gain(facts))))


def bid_valid(package: str, facts: Facts, as_of: date) -> Any:
    """Stand-in: in time, not withdrawn, complete, and nowhere below what the notice asks for."""
    deadline = facts["bid_deadline_on"]
    return judged(deadline, PAPER, lambda: pass_fail(both(
        not_after(facts["bid_received_on"], deadline), is_none(facts["bid_withdrawn_on"]), yes(facts, "bid_complete"),
        *(at_least(facts[f"{part}_committed"], facts[f"{part}_required"]) for part in ("investment", "output", "tax")),
        at_most(quotient(facts["energy_committed"], facts["output_committed"]),
                quotient(facts["energy_required"], facts["output_required"])),
    )))


def make(random: Random, package: str, as_of: date) -> Cells:
    """Bids at what is required, a hair off, above; mostly in time."""
    deadline = day_about(random, (PAPER, date(2024, 2, 29)))
    received = about(random, of(deadline) or PAPER, years=(0, 0, 0, -1), none=0.05)
    cells: Cells = {
        "bid_deadline_on": deadline, "bid_received_on": received, "bid_complete": yes_or_no(random, 0.9),
        "bid_withdrawn_on": "none" if random.random() < 0.85 else received,
    }
    nothing = random.random() < 0.04
    for part in PARTS:
        required = Fraction(random.choice((0, 1, 3, 7, 45_000_000, 33_333_333, 105_000_000, 105_000_000, 800)))
        cells |= {f"{part}_required": decimal(required), f"{part}_committed": near(random, required)}
        if nothing and part != "energy":
            cells[f"{part}_committed"] = "0"
    return thinned(random, cells)


AMOUNT = ("0", "amount", "unknown", "unknown, nothing missing", "not_applicable")
SUITE = Suite(
    name="bids", packages=PACKAGES, days=AS_OF,
    kinds={**dict.fromkeys(DATES, "date"), "bid_complete": "code", **dict.fromkeys(NUMBERS, "number")},
    make=make,
    rules={"bid_energy_gain": bid_energy_gain, "bid_score": bid_score, "bid_valid": bid_valid},
    only_in={},
    labels={
        "bid_energy_gain": AMOUNT, "bid_score": AMOUNT,
        "bid_valid": ("pass", "fail", "unknown", "unknown, nothing missing", "not_applicable"),
    },
)
