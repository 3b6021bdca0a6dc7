"""How a supply plan is adopted and made public: Land Administration Regulation art. 16, Guangdong art. 39."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import both, case, lift, negate
from ..outcomes import pass_fail
from ..suite import Suite
from ..supervision.common import PAPER, after, members, not_after, yes
from ..supervision.making import Cells, thinned, yes_or_no
from .common import GUANGDONG, REGULATION, judged

CONTENTS = ("total", "structure", "timing", "parcels", "uses")
PUBLISHED = ("plan_published_on", "renewal_plan_published_on", "consolidation_plan_published_on")


@judged("plan_adopted_on", REGULATION)
def plan_contents(facts: Facts, _: date) -> Any:
    """Regulation art. 16: total, structure, timing, parcels and uses are published once the government settled them."""
    return members(**{name: negate(yes(facts, f"published_{name}")) for name in CONTENTS})


@judged("plan_adopted_on", GUANGDONG)
def plan_adoption(facts: Facts, as_of: date) -> Any:
    """Guangdong art. 39: consult the bodies concerned, have it approved, then publish; no period is set for that."""
    published = facts["plan_published_on"]
    return case(
        (negate(yes(facts, "plan_consulted")), "not_consulted"),
        (after(facts["plan_adopted_on"], published), "before_approval"),
        (not_after(published, as_of), "done"),
        otherwise="to_publish",
    )


@judged("plan_from", PAPER)
def plans_published_together(facts: Facts, as_of: date) -> Any:
    """Li 2022 s. 3.1.3: supply, renewal and consolidation plans are released together; the same day is a stand-in."""
    supply, renewal, consolidation = (facts[name] for name in PUBLISHED)
    same = [lift(lambda one, other: one == other, day, supply) for day in (renewal, consolidation)]
    return pass_fail(both(not_after(supply, as_of), *same))


def near(random: Random, day: date) -> date:
    """The day, its neighbours, a month later."""
    return day + timedelta(days=random.choice((-1, 0, 0, 1, 30)))


def text(random: Random, day: date) -> str:
    """The day, or that it has not come."""
    return "none" if random.random() < 0.1 else str(day)


def make(random: Random, _: str, as_of: date) -> Cells:
    """Days about the laws, the day of assessment and each other."""
    adopted = near(random, random.choice((REGULATION, GUANGDONG, GUANGDONG, GUANGDONG, as_of)))
    published = near(random, random.choice((adopted, adopted, as_of)))
    supply, share = text(random, published), random.choice((0.3, 0.8, 0.95, 1.0))
    cells: Cells = {
        "plan_from": str(near(random, random.choice((PAPER, PAPER, adopted)))),
        "plan_adopted_on": text(random, adopted),
        "plan_published_on": supply, "plan_consulted": yes_or_no(random, 0.8),
        **{name: random.choice((supply, supply, supply, text(random, near(random, published))))
           for name in PUBLISHED[1:]},
        **{f"published_{name}": yes_or_no(random, share) for name in CONTENTS},
    }
    return thinned(random, cells)


SUITE = Suite(
    name="publication", packages=("national", "beijing", "shanghai", "shenzhen"),
    days=(date(2021, 9, 1), PAPER, date(2022, 8, 1), date(2022, 8, 31), date(2026, 11, 25)),
    kinds={
        **dict.fromkeys(("plan_from", "plan_adopted_on", *PUBLISHED), "date"), "plan_consulted": "code",
        **dict.fromkeys((f"published_{name}" for name in CONTENTS), "code"),
    },
    make=make,
    rules={
        "plan_contents": plan_contents, "plan_adoption": plan_adoption,
        "plans_published_together": plans_published_together,
    },
    only_in={"plan_adoption": ("shenzhen",), "plans_published_together": ("shenzhen",)},
    labels={
        "plan_contents": (
            "{}", "{total}", "{structure}", "{timing}", "{parcels}", "{uses}",
            "{parcels, structure, timing, total, uses}", "unknown", "not_applicable",
        ),
        "plan_adoption": ("done", "to_publish", "before_approval", "not_consulted", "unknown", "not_applicable"),
        "plans_published_together": ("pass", "fail", "unknown", "not_applicable"),
    },
)
