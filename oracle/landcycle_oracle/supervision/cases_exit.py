"""Cases of milestones and of the exit: one set of facts, since damages enter the refund."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from ..dates import plus_months
from ..suite import Suite
from . import exits, milestones
from .common import names
from .making import Cells, about, around, beside, decimal, money, of, thinned

DAYS = tuple(map(date.fromisoformat, (
    "1990-05-18", "1990-05-19", "2012-06-30", "2012-07-01", "2018-12-20", "2021-12-30", "2021-12-31", "2024-02-29",
    "2026-11-23",
)))
PACKAGES = ("national", "beijing", "shanghai", "shenzhen")
MODES = (
    "listing", "listing", "tender", "auction", "negotiated", "lease", "lease_then_grant", "allocation",
    "authorised_operation", "capital_contribution",
)
GROUNDS = ("voluntary", "breach", "breach", "idle", "public_interest", "agreement")
CAUSES = ("enterprise", "enterprise", "government", "force_majeure")
# Days late at which the cap of damages is met: a fifth of the price at a ten-thousandth a day.
CAP_DAYS = 2000
LATE_DAYS = (0, 1, 30, 365, CAP_DAYS - 1, CAP_DAYS, CAP_DAYS + 1)

MILESTONE_FACTS = names(*((due, done) for due, done, _, _ in milestones.MILESTONES.values()))
CAUSE_FACTS = tuple(cause for _, _, cause, _ in milestones.MILESTONES.values())
CODES = ("supply_mode", "exit_ground", *CAUSE_FACTS)
DATES = (*MILESTONE_FACTS, "exit_on", "takeback_announced_on")
NUMBERS = ("price", "term_years", "building_appraisal")
KINDS = {
    **dict.fromkeys(DATES, "date"), **dict.fromkeys(CODES, "code"), **dict.fromkeys(NUMBERS, "number"),
}


def milestone_cells(random: Random, as_of: date) -> Cells:
    """Agreed days, and what was done on them, before, long after, or not at all."""
    cells: Cells = {}
    for due_name, done_name, cause, _ in milestones.MILESTONES.values():
        due = about(random, as_of, (0, 0, -1, -5, 1), none=0.12)
        day = of(due) or as_of
        late = timedelta(days=random.choice(LATE_DAYS))
        done = random.choice((str(around(random, day)), str(day), str(day + late), str(as_of), "none"))
        cells |= {due_name: due, done_name: done, cause: random.choice(CAUSES)}
    if random.random() < 0.3:
        cells[random.choice(tuple(milestones.MILESTONES.values()))[0]] = str(
            as_of - timedelta(days=random.choice(LATE_DAYS)))
    return cells


def punctual(cells: Cells) -> Cells:
    """All done when agreed, so that no cause is asked for."""
    done = dict(cells)
    for due_name, done_name, cause, _ in milestones.MILESTONES.values():
        done |= {done_name: done[due_name], cause: None}
    return done


def make(random: Random, package: str, as_of: date) -> Cells:
    """A parcel with its milestones and, mostly, an exit."""
    cells = milestone_cells(random, as_of)
    if random.random() < 0.15:
        cells = punctual(cells)
    term = random.choice(("20", "30", "50", "5", "2", "0", "1.5", "20.25"))
    if random.random() < 0.6:
        cells["delivered_on"] = about(random, as_of, (-20, -5, -5, -2, -30, -50), none=0.03)
    delivered = of(cells["delivered_on"])
    end = plus_months(delivered, int(float(term) * 12)) if delivered else as_of
    starts = (date(2012, 7, 1), date(2018, 12, 20), date(2021, 12, 31), date(2021, 12, 31))
    exit_on = random.choice((
        "none", about(random, as_of), about(random, as_of, (0, -1), 0), str(around(random, end)),
        str(around(random, random.choice(starts))), str(as_of), str(delivered or as_of),
    ))
    left = of(exit_on) or as_of
    announced = left - timedelta(days=random.choice((29, 30, 31, 0, -3, 400)))
    cells |= {
        "supply_mode": random.choice(MODES), "price": decimal(money(random)), "term_years": term,
        "building_appraisal": random.choice((decimal(money(random)), beside(random, money(random)), "0.01", "0.005")),
        "exit_on": exit_on, "exit_ground": random.choice(GROUNDS),
        "takeback_announced_on": random.choice((str(announced), str(announced), "none")),
    }
    kept = thinned(random, cells)
    if exit_on != "none" and random.random() < 0.5:
        kept["exit_on"] = exit_on  # without its day nothing else of an exit is looked at
    return kept


DELAYS = {
    f"{name}_days_late": milestones.days_late(name) for name in milestones.MILESTONES
}
AMOUNTS = ("0", "amount", "unknown", "not_applicable")

EXITS = Suite(
    name="exits",
    packages=PACKAGES,
    days=DAYS,
    kinds=KINDS,
    make=make,
    rules={
        "milestone_breach": milestones.milestone_breach,
        "liquidated_damages": milestones.liquidated_damages,
        **DELAYS,
        "remaining_term_refund": exits.remaining_term_refund,
        "exit_kind": exits.exit_kind,
        "building_compensation": exits.building_compensation,
        "exit_payment": exits.exit_payment,
        "takeback_announced": exits.takeback_announced,
    },
    only_in={"takeback_announced": ("shanghai",)},
    labels={
        "milestone_breach": (
            *(f"{name}: {state}" for name in milestones.MILESTONES
              for state in ("met", "late", "due", "excused", "not_due", "not_agreed")),
            "unknown", "not_applicable",
        ),
        "liquidated_damages": AMOUNTS,
        **dict.fromkeys(DELAYS, AMOUNTS),
        "remaining_term_refund": (*AMOUNTS, "unknown, nothing missing"),
        "exit_kind": (
            "none", "voluntary", "breach", "idle", "public_interest", "agreement", "term_end", "unknown", "not_applicable",
        ),
        "building_compensation": AMOUNTS,
        "exit_payment": (*AMOUNTS, "unknown, nothing missing"),
        "takeback_announced": ("pass", "fail", "unknown", "not_applicable"),
    },
)
