"""Cases of graded land, and of promises and breaches."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from random import Random

from ..suite import Suite
from . import grading, performance
from .making import Cells, HAIR, about, beside, decimal, money, thinned, yes_or_no

PACKAGES = ("national", "beijing", "shanghai", "shenzhen")
DAYS = tuple(map(date.fromisoformat, (
    "2019-12-30", "2019-12-31", "2021-12-30", "2021-12-31", "2024-02-29", "2026-11-23",
)))
STOCK_NUMBERS = ("area", "tax", "output", "energy", "rnd_spend", "revenue", "jobs", "far")
INDUSTRIES = ("C39", "C3913", "C", "I65", "M73", "C13", "I", "B06", "A01")
# Shares of the benchmark at which a grade turns for the smaller firm, and others.
SHARES = tuple(Fraction(share, 100) for share in (0, 25, 40, 50, 60, 75, 85, 100, 130))


def stock(random: Random, package: str, as_of: date) -> Cells:
    """Land about the limits of the grades."""
    industry = random.choice(INDUSTRIES)
    benchmarks = grading.BENCHMARKS.get(industry[0], grading.BENCHMARKS["C"])
    area = Fraction(random.choice((0, 900, 2000, 10_000, 30_000, 66_667, 20_000)))
    per_m2 = grading.WAN / grading.MU * area
    output = random.choice(SHARES) * benchmarks[1] * per_m2
    jobs = random.choice((0, 1, 50, 300))
    energy = output * benchmarks[2] / grading.WAN / random.choice(SHARES[1:])
    revenue = random.choice((Fraction(0), money(random), output))
    cells: Cells = {
        "industry": industry, "above_scale": yes_or_no(random, 0.6), "area": decimal(area),
        "tax": beside(random, random.choice(SHARES) * benchmarks[0] * per_m2),
        "output": random.choice((decimal(output), beside(random, output))),
        "energy": random.choice((decimal(energy), decimal(energy), beside(random, energy), "0")),
        "revenue": decimal(revenue),
        "rnd_spend": beside(random, random.choice(SHARES) * revenue * benchmarks[3]),
        "jobs": str(jobs), "far": beside(random, random.choice(SHARES) * benchmarks[5] + random.choice((0, HAIR))),
    }
    return thinned(random, cells)


STOCK = Suite(
    name="stock",
    packages=PACKAGES,
    days=DAYS,
    kinds={"industry": "code", "above_scale": "code", **dict.fromkeys(STOCK_NUMBERS, "number")},
    make=stock,
    rules={
        "stock_score": grading.stock_score, "stock_grade": grading.stock_grade,
        "grade_treatment": grading.grade_treatment, "yearly_holding_cost": grading.yearly_holding_cost,
    },
    only_in={},
    labels={
        "stock_score": ("0", "amount", "unknown", "unknown, nothing missing", "not_applicable"),
        "stock_grade": ("A", "B", "C", "D", "unknown", "unknown, nothing missing", "not_applicable"),
        "grade_treatment": (
            *("{" + ", ".join(sorted(found)) + "}" for found in grading.TREATMENT.values()),
            "unknown", "unknown, nothing missing", "not_applicable",
        ),
        "yearly_holding_cost": ("0", "amount", "unknown", "unknown, nothing missing", "not_applicable"),
    },
)

KINDS = ("no_breach", *performance.LADDERS)
PROMISE_DATES = (
    "produced_on", "full_capacity_on", "produce_due_on", "full_capacity_due_on",
    "breach_notified_on", "breach_rectified_on",
)
PROMISE_CODES = ("breach_kind", "breach_severity")
PROMISE_NUMBERS = ("breach_times", *performance.AGREED, *performance.AGREED.values())


def promises(random: Random, package: str, as_of: date) -> Cells:
    """Promises kept, nearly kept or not, and a breach."""
    cells: Cells = {name: about(random, as_of, none=0.25) for name in PROMISE_DATES}
    for name, agreed_name in performance.AGREED.items():
        agreed = money(random)
        share = random.choice((Fraction(1), Fraction(1), Fraction(80, 100), Fraction(9, 10)))
        cells |= {name: beside(random, share * agreed), agreed_name: decimal(agreed)}
    if random.random() < 0.3:
        cells["breach_rectified_on"] = random.choice(("none", str(as_of), str(as_of + timedelta(days=1))))
    cells |= {
        "breach_kind": random.choice(KINDS), "breach_severity": random.choice(("ordinary", "ordinary", "serious")),
        "breach_times": str(random.choice((1, 1, 2, 2, 3, 4, 5, 1000))),
    }
    return thinned(random, cells)


RATIO = ("0", "amount", "unknown", "unknown, nothing missing", "not_applicable")
VERDICTS = ("pass", "partly", "fail", "not_due")

PROMISES = Suite(
    name="promises",
    packages=PACKAGES,
    days=DAYS[2:],
    kinds={
        **dict.fromkeys(PROMISE_DATES, "date"), **dict.fromkeys(PROMISE_CODES, "code"),
        **dict.fromkeys(PROMISE_NUMBERS, "number"),
    },
    make=promises,
    rules={
        "evaluation_outcome": performance.evaluation_outcome,
        "investment_share_reached": performance.share_reached("fixed_investment"),
        "output_share_reached": performance.share_reached("output"),
        "tax_share_reached": performance.share_reached("tax"),
        "breach_measure": performance.breach_measure,
        "rectify_due_on": performance.rectify_due_on,
        "rectify_time_over": performance.rectify_time_over,
        "evaluation_verdict": performance.evaluation_verdict,
    },
    only_in={},
    labels={
        "evaluation_outcome": (
            *(f"{part}: {verdict}" for part in ("overall", "investment", "output", "tax") for verdict in VERDICTS),
            "unknown", "not_applicable",
        ),
        **dict.fromkeys(("investment_share_reached", "output_share_reached", "tax_share_reached"), RATIO),
        "breach_measure": (
            *(f"measure: {step}" for step in ("nothing", "rectify", "damages", "restrict", "terminate")),
            *(f"lead: {lead}" for lead in ("nobody", "economy", "natural_resources")),
            *(f"remedy: {remedy}" for remedy in ("nothing", "civil", "administrative")),
            "unknown", "not_applicable",
        ),
        "rectify_time_over": ("yes", "no", "unknown", "not_applicable"),
        "evaluation_verdict": ("yes", "no", "unknown", "not_applicable"),
        "rectify_due_on": ("day", "none", "unknown", "unknown, nothing missing", "not_applicable"),
    },
)
