"""A bid decided by performance: section 3.2.3; method, weights, standing and order of bids are stand-ins."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import case, lift, negate
from ..suite import Suite
from ..supervision.common import after, not_after, plus, quotient, record, rounded, times, yes
from ..supervision.making import Cells, about, decimal, of, thinned, yes_or_no
from .common import AS_OF, PACKAGES, PAPER, STEP, at_least, at_most, judged
from .making import day_about, near

DATES = (
    "bid_deadline_on", "bid_received_on", "bid_withdrawn_on", "bid_next_received_on", "bid_opening_ends_on",
    "bid_opened_on",
)
PARTS = ("investment", "output", "tax", "energy")
NUMBERS = (
    *(f"{part}_{side}" for part in PARTS for side in ("required", "committed")),
    "bid_lead", "bid_lot", "listing_area", "valid_bids",
)
WEIGHTS = {"investment": Fraction(2, 10), "output": Fraction(3, 10), "tax": Fraction(4, 10), "energy": Fraction(1, 10)}
BIDS_MIN = Fraction(3)


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


def bid_outcome(package: str, facts: Facts, as_of: date) -> Any:
    """Stand-in: withdrawn or replaced until the deadline, late, not opened in time, incomplete, below the notice."""
    deadline = facts["bid_deadline_on"]

    def below(part: str) -> Any:
        return lift(lambda own, asked: own < asked, facts[f"{part}_committed"], facts[f"{part}_required"])

    use = quotient(facts["energy_committed"], facts["output_committed"])
    allowed = quotient(facts["energy_required"], facts["output_required"])
    return judged(deadline, PAPER, lambda: case(
        (not_after(facts["bid_withdrawn_on"], deadline), "withdrawn"),
        (after(facts["bid_received_on"], deadline), "late"),
        (not_after(facts["bid_next_received_on"], deadline), "replaced"),
        (after(facts["bid_opened_on"], facts["bid_opening_ends_on"]), "not_opened"),
        (negate(yes(facts, "bid_complete")), "incomplete"),
        *((below(part), f"below_{part}") for part in ("investment", "output", "tax")),
        (negate(at_most(use, allowed)), "above_energy"),
        otherwise="valid",
    ))


def bid_order(package: str, facts: Facts, as_of: date) -> Any:
    """Stand-in: the score, then tax, energy per output, the earlier receipt and a lot; each the greater first."""
    return judged(facts["bid_deadline_on"], PAPER, lambda: record({
        "score": bid_score(package, facts, as_of),
        "tax": rounded(quotient(facts["tax_committed"], facts["tax_required"]), STEP),
        "energy": energy_gain(facts),
        "receipt": facts["bid_lead"],
        "lot": facts["bid_lot"],
    }))


def listing_indicators(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.2.3: tax and output per area and energy per output, and investment among the land standards."""
    def per_area(part: str) -> Any:
        # Ten thousand yuan for a mu.
        return rounded(times(quotient(facts[f"{part}_required"], facts["listing_area"]), Fraction(1, 15)), STEP)

    return judged(facts["bid_deadline_on"], PAPER, lambda: record({
        "investment": per_area("investment"), "output": per_area("output"), "tax": per_area("tax"),
        # Tonnes of coal equivalent for ten thousand yuan.
        "energy": rounded(times(quotient(facts["energy_required"], facts["output_required"]), Fraction(10_000)), STEP),
    }))


def listing_award(package: str, facts: Facts, as_of: date) -> Any:
    """Stand-in: three valid bids."""
    enough = at_least(facts["valid_bids"], BIDS_MIN)
    return judged(facts["bid_deadline_on"], PAPER, lambda: case((enough, "award"), otherwise="too_few"))


def make(random: Random, package: str, as_of: date) -> Cells:
    """Bids at what is required, a hair off, above; mostly in time."""
    deadline = day_about(random, (PAPER, date(2024, 2, 29)))
    received = about(random, of(deadline) or PAPER, years=(0, 0, 0, -1), none=0.05)
    cells: Cells = {
        "bid_deadline_on": deadline, "bid_received_on": received, "bid_complete": yes_or_no(random, 0.9),
        "bid_withdrawn_on": "none" if random.random() < 0.85 else received,
        "bid_next_received_on": "none" if random.random() < 0.8 else about(random, of(deadline) or PAPER),
        "bid_opening_ends_on": about(random, of(deadline) or PAPER, years=(0,)),
        "bid_lead": str(random.choice((-86_400_000, -1, 0, 1, 86_400_000, 7_776_000_000))),
        "bid_lot": str(random.choice((0, 1, 2**40 - 1, random.randrange(2**40)))),
        "listing_area": random.choice(("0", "20000", "3333.3333", "1", "999999")),
        "valid_bids": str(random.choice((0, 1, 2, 3, 3, 4, 100))),
    }
    ends = cells["bid_opening_ends_on"]
    cells["bid_opened_on"] = "none" if random.random() < 0.1 else random.choice((ends, ends, ends, received))
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
    rules={
        "bid_energy_gain": bid_energy_gain, "bid_score": bid_score, "bid_outcome": bid_outcome,
        "bid_order": bid_order, "listing_indicators": listing_indicators, "listing_award": listing_award,
    },
    only_in={},
    labels={
        "bid_energy_gain": AMOUNT, "bid_score": AMOUNT,
        "bid_outcome": (
            "withdrawn", "late", "replaced", "not_opened", "incomplete", "below_investment", "below_output",
            "below_tax", "above_energy", "valid", "unknown", "unknown, nothing missing", "not_applicable",
        ),
        "bid_order": (
            "score: amount", "tax: amount", "energy: amount", "receipt: amount", "receipt: 0", "lot: amount", "lot: 0",
            "unknown", "unknown, nothing missing", "not_applicable",
        ),
        "listing_indicators": (
            "investment: amount", "output: amount", "tax: amount", "energy: amount", "unknown",
            "unknown, nothing missing", "not_applicable",
        ),
        "listing_award": ("award", "too_few", "unknown", "not_applicable"),
    },
)
