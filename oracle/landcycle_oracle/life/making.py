"""Random lives: a plot, followed or left, on days about the limits of the articles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from .case import Case, Code
from .facts import facts_for, near, term_end, years_on
from .plots import PLOTS, Plot
from .standing import is_open
from .table import TABLE

# Years in which laws begin, and those since.
BEGINNINGS = tuple(map(date.fromisoformat, (
    "2008-02-29", "2011-05-16", "2012-03-01", "2015-06-15", "2018-01-10", "2019-07-01", "2020-02-29", "2021-06-15",
    "2021-12-01", "2022-01-10", "2022-01-10", "2022-08-01", "2024-02-29",
)))
GAPS = (0, 0, 0, 1, 7, 10, 20, 30, 60, 180)
# What an act often waits for: since when, and how many days or years.
WAITS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "find_idle": (("inquiry_notice_served_on", "days", 31),),
    "announce_cancellation": (("takeback_decision_served_on", "days", 31),),
    "apply_enforcement": (("takeback_decision_served_on", "days", 31), ("fee_decision_served_on", "days", 31)),
    "terminate": (("breach_notified_on", "days", 181), ("breach_notified_on", "days", 91)),
    "object_to_credit": (("credit_notice_served_on", "days", 30),),
    "repair_credit": (("firm_rectified_on", "years", 1),),
    "rescind": (("signed_on", "days", 61),),
    "apply_renewal": (("(term)", "years", -1),),
    "renew": (("(term)", "years", 0),),
    "expire": (("(term)", "days", 1),),
    "suspect": (("(start due)", "years", 1), ("(start due)", "years", 2), ("suspended_on", "years", 1)),
    "change_dates": (("(start due)", "years", 1),),
    "inspect": (("(start due)", "years", 1),),
    "decide_takeback": (("(start due)", "years", 2),),
    "levy_fee": (("(start due)", "years", 1), ("(start due)", "years", 2)),
}
SELDOM_WAITS = {
    "change_dates": 0.1, "inspect": 0.2, "object_to_credit": 0.4, "find_idle": 0.5, "levy_fee": 0.2, "renew": 0.1,
}

ENDINGS = ("exit_voluntarily", "take_for_public_interest", "rescind", "terminate", "expire", "cancel_registration")
# What asks for the state of the works on the day itself follows a look at the site.
SAME_DAY = ("dispose", "clear", "agree_disposal", "change_dates")


def suspected_after(random: Random, plot: Plot) -> int:
    """Which of the waits before a suspicion fits the plot: for a fee, a taking back, or stalled works."""
    if random.random() < 0.15:
        return random.randrange(3)
    if "suspend" in plot.acts:
        return 2
    return 1 if "decide_takeback" in plot.acts and "levy_fee" not in plot.acts else 0


def since(facts: Mapping[str, str], name: str) -> date | None:
    """The day from which something is waited for."""
    if name == "(term)":
        return term_end(facts)
    if name == "(start due)":
        due, delivered = facts.get("start_due_on", "none"), facts.get("delivered_on", "none")
        if due != "none":
            return date.fromisoformat(due)
        return None if delivered == "none" else years_on(date.fromisoformat(delivered), 1)
    day = facts.get(name, "none")
    return None if day == "none" else date.fromisoformat(day)


def next_day(random: Random, case: Case, act: str, day: date, plot: Plot) -> date:
    """Mostly onward, about the day that the act waits for; now and then back."""
    if random.random() < 0.02:
        return day - timedelta(days=random.choice((1, 1, 30, 400)))
    held = case.on(day)
    if random.random() < SELDOM_WAITS.get(act, 0.9):
        waits = [(since(held, name), unit, many) for name, unit, many in WAITS.get(act, ())]
        if act == "suspect":
            waits = [waits[suspected_after(random, plot)]]
        known = [(start, unit, many) for start, unit, many in waits if start is not None]
        if known:
            start, unit, many = random.choice(known)
            wanted = years_on(start, many) if unit == "years" else start + timedelta(days=many)
            wanted = near(random, wanted, (0, 0, 0, 1, 20, -1))
            if day <= wanted <= date(2099, 1, 1):
                return wanted
    gap = 0 if act in SAME_DAY and random.random() < 0.85 else random.choice(GAPS)
    return day + timedelta(days=gap)


def possible(case: Case, day: date) -> list[str]:
    """The acts that the order of a life allows."""
    facts = case.on(day)
    return [name for name in TABLE if case.possible(name, facts) is None]


def make_life(random: Random, code: Code) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A sequence of acts with what the model says to each."""
    case, plot, day = Case(code), random.choice(PLOTS), near(random, random.choice(BEGINNINGS), (0, 0, 1, 17, 200))
    planned = list(plot.acts)
    steps: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    length = random.choice((random.randint(4, 14), len(planned) + random.randint(1, 6)))
    while len(steps) < length:
        act = choose(random, case, day, planned)
        again = planned.count("suspect") > 1
        on = next_day(random, case, act, day, plot) if not (again and act == "suspect") else day
        given = facts_for(random, case, code.acts[act], on, plot) if act in code.acts else {}
        step = {"act": act, "on": str(on), "facts": given}
        steps.append(step)
        answers.append(case.do(step))
        if planned and act == planned[0] and (not answers[-1]["refused"] or random.random() < 0.35):
            planned.pop(0)
        day = max(day, on) if case.events else on
    return steps, answers


def acts_barred(case: Case, day: date) -> dict[str, list[str]]:
    """What is open and stands in the way of acts, with those acts."""
    facts, found = case.on(day), dict[str, list[str]]()
    for name, place in TABLE.items():
        if case.possible(name, facts) == "A07":
            for bar in place.bars:
                if is_open(facts, bar):
                    found.setdefault(bar, []).append(name)
    return found


def choose(random: Random, case: Case, day: date, planned: list[str]) -> str:
    """The next act of the plot, mostly; one that something bars, another that is possible, any, none that there is."""
    chance = random.random()
    if chance < 0.003:
        return random.choice(("", "purchase", "Reserve"))
    if chance < 0.03:
        return random.choice(tuple(TABLE))
    if chance < 0.09 and (barred := acts_barred(case, day)):
        return random.choice(barred[random.choice(tuple(barred))])
    if planned and chance < 0.91:
        return planned[0]
    live = possible(case, day)
    # What ends a life would end most of them early.
    going = [act for act in live if act not in ENDINGS] if chance < 0.97 else live
    return random.choice(going or live or list(TABLE))
