"""Pieces of the stage's cases: days about a law's edges, sums about a limit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from ..supervision.making import HAIR, decimal

MODES = (
    "listing", "tender", "auction", "negotiated", "lease", "lease_then_grant", "allocation", "authorised_operation",
    "capital_contribution",
)
LAND_USES = ("industrial", "industrial_mining_storage", "new_industry", "rnd", "logistics", "storage")
TERMS = ("0", "0.5", "1", "19.75", "20", "30", "30.000001", "40", "49.999999", "50", "50.5", "70", "1000")
HALF_STEP = Fraction(1, 20_000)


def day_about(random: Random, edges: Sequence[date]) -> str:
    """The day on which a law begins or ends, its neighbours, another year, seldom none."""
    if random.random() < 0.02:
        return "none"
    edge = random.choice(edges)
    return str(edge + timedelta(days=random.choice((-1, 0, 0, 1, random.randint(0, 900)))))


def near(random: Random, limit: Fraction, places: int = 4) -> str:
    """The limit, a hair or half a step of four decimals to either side, a good way off, nothing."""
    value = random.choice((
        limit, limit, limit, limit - HAIR, limit + HAIR, limit * (1 + HALF_STEP), limit * (1 - HALF_STEP),
        limit * (1 + HALF_STEP) - HAIR, limit / 2, limit * Fraction(5, 4), 3 * limit, Fraction(0),
    ))
    return decimal(max(Fraction(0), value), places)


def above(random: Random, limit: Fraction) -> str:
    """Mostly the limit or more, so that several conditions can hold together."""
    return near(random, limit) if random.random() < 0.3 else decimal(limit * random.choice((1, Fraction(6, 5), 2)))


def years(random: Random) -> str:
    """A term of whole years, one beside them, any to six decimals."""
    return random.choice((*TERMS, decimal(Fraction(random.randint(0, 70_000_000), 1_000_000), 6)))
