"""Renewal of old plants: the issues of Li 2022 s. 3.1.3, whose order is a stand-in, and the rents of a park."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from ..dates import plus_years
from ..facts import Facts
from ..kleene import Logical, both, either, lift, negate
from ..outcomes import pass_fail
from ..suite import Suite
from ..supervision.common import PAPER, after, members, not_after, yes, yes_no
from ..supervision.making import Cells, beside, decimal, money, thinned, yes_or_no
from .common import Reading, only_if, since

TRANSITIONAL_YEARS = 5  # a stand-in: the paper gives no period
DATES = ("conversion_approved_on", "fire_accepted_on", "price_topped_up_on", "transitional_use_from")


def conversion(facts: Facts, as_of: date) -> Logical:
    """Which department approves the conversion; whether it has."""
    return not_after(facts["conversion_approved_on"], as_of)


def fire_acceptance(facts: Facts, as_of: date) -> Logical:
    """The second fire acceptance: one that does not lie before the conversion's approval."""
    accepted = facts["fire_accepted_on"]
    return both(not_after(accepted, as_of), negate(after(facts["conversion_approved_on"], accepted)))


def price_top_up(facts: Facts, as_of: date) -> Logical:
    """Topping up the price of stock land, where it is owed."""
    return either(negate(yes(facts, "price_top_up_owed")), not_after(facts["price_topped_up_on"], as_of))


def transition_ends(facts: Facts) -> Any:
    """The last day of transitional use; none where there is none."""
    return lift(lambda day: plus_years(day, TRANSITIONAL_YEARS), facts["transitional_use_from"])


def of_renewal(reading: Reading) -> Any:
    """A rule for the renewal of old plants only."""
    return since(PAPER)(lambda facts, as_of: only_if(yes(facts, "old_plant_renewal"), reading(facts, as_of)))


def open_steps(facts: Facts, as_of: date) -> Any:
    """What is still to be done; transitional use is over on the day after its last."""
    return members(
        conversion=negate(conversion(facts, as_of)),
        fire_acceptance=negate(fire_acceptance(facts, as_of)),
        price_top_up=negate(price_top_up(facts, as_of)),
        transitional_use_ended=after(as_of, transition_ends(facts)),
    )


def rent_below(facts: Facts, _: date) -> Any:
    """Zhongguancun Science City keeps rents in the park below those around; equal is not below."""
    return pass_fail(lift(lambda own, around: own < around, facts["park_rent"], facts["surrounding_rent"]))


def make(random: Random, _: str, as_of: date) -> Cells:
    """Steps done on the day, the day before or after, or never; transitional use about its end."""
    approved = as_of + timedelta(days=random.choice((-400, -1, 0, 1)))
    accepted = random.choice((approved, approved, as_of)) + timedelta(days=random.choice((-1, 0, 1)))
    from_day = plus_years(as_of, random.choice((-TRANSITIONAL_YEARS, -TRANSITIONAL_YEARS, 0, -2)))
    assert isinstance(from_day, date)
    days = {
        "conversion_approved_on": approved, "fire_accepted_on": accepted,
        "price_topped_up_on": as_of + timedelta(days=random.choice((-30, -1, 0, 1))),
        "transitional_use_from": random.choice((from_day + timedelta(days=random.choice((-1, 0, 1))),
                                                date(2020, 2, 29))),
    }
    rent = money(random) % 1_000_000
    cells: Cells = {
        "old_plant_renewal": yes_or_no(random, 0.85), "price_top_up_owed": yes_or_no(random, 0.7),
        "surrounding_rent": decimal(rent), "park_rent": beside(random, rent / 2 if rent > 500_000 else rent),
        **{name: "none" if random.random() < 0.15 else str(day) for name, day in days.items()},
    }
    return thinned(random, cells)


ANSWERED = ("yes", "no", "unknown", "not_applicable")
SUITE = Suite(
    name="renewal", packages=("national", "beijing", "shanghai", "shenzhen"),
    days=(date(2021, 12, 30), PAPER, date(2025, 2, 28), date(2025, 3, 1), date(2026, 11, 25)),
    kinds={
        **dict.fromkeys(DATES, "date"), **dict.fromkeys(("park_rent", "surrounding_rent"), "number"),
        **dict.fromkeys(("old_plant_renewal", "price_top_up_owed"), "code"),
    },
    make=make,
    rules={
        "renewal_conversion": of_renewal(lambda facts, as_of: yes_no(conversion(facts, as_of))),
        "renewal_fire_acceptance": of_renewal(lambda facts, as_of: yes_no(fire_acceptance(facts, as_of))),
        "renewal_price_top_up": of_renewal(lambda facts, as_of: yes_no(price_top_up(facts, as_of))),
        "transitional_use_end": of_renewal(lambda facts, _: transition_ends(facts)),
        "renewal_open_steps": of_renewal(open_steps),
        "park_rent": of_renewal(rent_below),
    },
    only_in={"park_rent": ("beijing",)},
    labels={
        "renewal_conversion": ANSWERED, "renewal_fire_acceptance": ANSWERED, "renewal_price_top_up": ANSWERED,
        "transitional_use_end": ("day", "none", "unknown", "not_applicable"),
        "renewal_open_steps": (
            "{}", "{conversion, fire_acceptance}", "{fire_acceptance}", "{price_top_up}", "{transitional_use_ended}",
            "{conversion, fire_acceptance, price_top_up, transitional_use_ended}", "unknown", "not_applicable",
        ),
        "park_rent": ("pass", "fail", "unknown", "not_applicable"),
    },
)
