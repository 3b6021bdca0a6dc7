"""Pieces of cases: days about a limit, sums beside one, now and then nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from ..dates import Moment, Never, plus_years

Cells = dict[str, str | None]
HAIR = Fraction(1, 10_000)


def around(random: Random, day: Moment) -> Moment:
    """The day, its neighbours, now and then one far off."""
    if isinstance(day, Never):
        return day
    return day + timedelta(days=random.choice((-1, 0, 0, 1, random.randint(-400, 400))))


def about(random: Random, day: date, years: Sequence[int] = (0, 0, -1, -2, 1), none: float = 0.15) -> str:
    """A day about so many years from another, as text; or `none`."""
    return "none" if random.random() < none else str(around(random, plus_years(day, random.choice(years))))


def of(text: str | None) -> date | None:
    """The day that a cell holds."""
    return None if text in (None, "none") else date.fromisoformat(text)


def money(random: Random) -> Fraction:
    """A sum with cents, often a round one, seldom 0."""
    whole = random.choice((0, 1, 999, 100_000, 10_000_000, 45_200_000, random.randint(0, 10**9)))
    return Fraction(whole * 100 + random.choice((0, 0, 1, 50, 99)), 100)


def beside(random: Random, limit: Fraction) -> str:
    """The limit to four decimals, a hair to either side, nothing, half or twice as much."""
    value = random.choice((limit, limit, limit - HAIR, limit + HAIR, Fraction(0), limit / 2, 2 * limit))
    return decimal(max(Fraction(0), value))


def decimal(value: Fraction, places: int = 4) -> str:
    """A plain decimal of so many places."""
    units = round(value * 10**places)
    text = f"{units // 10**places}.{units % 10**places:0{places}}" if places else str(units)
    return text.rstrip("0").rstrip(".") if places else text


def yes_or_no(random: Random, share: float = 0.5) -> str:
    """Yes with the given chance."""
    return "yes" if random.random() < share else "no"


def thinned(random: Random, cells: Mapping[str, str | None]) -> Cells:
    """Most cases stay whole; the rest lose one fact or many."""
    kept = dict(cells)
    if random.random() < 0.25:
        kept[random.choice(tuple(kept))] = None
    share = random.choice((0.0, 0.0, 0.0, 0.05, 0.2))
    return {name: None if random.random() < share else cell for name, cell in kept.items()}
