"""Cases of a project's undertakings about the standards of its industry."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random

from ..suite import Suite
from ..supervision.making import Cells, decimal, thinned
from . import standards
from .common import AS_OF, PACKAGES, PAPER, REGULATION, YEAR_2017, YEAR_2019
from .making import above, day_about, near

NUMBERS = (
    "area", "far_agreed", "fixed_investment_agreed", "output_agreed", "tax_agreed", "energy_agreed",
    "rnd_spend_agreed",
)
# Codes at, below and beside those of the tables.
INDUSTRIES = (*standards.STANDARDS, "C261", "C3913", "C1951", "C2211", "C2", "D44", "M7310", "M", "Z")


def make(random: Random, package: str, as_of: date) -> Cells:
    """Undertakings at the standards, a hair off, or well above."""
    industry = random.choice(INDUSTRIES)
    prefixes = [code for code in standards.STANDARDS if industry.startswith(code)]
    row = standards.STANDARDS[max(prefixes, key=len) if prefixes else "C"]
    area = Fraction(random.choice((0, 2000, 10_000, 20_000, 66_667, Fraction(100_005, 10))))
    per_mu = standards.PER_MU * area
    output = above(random, row[2] * per_mu)
    energy = Fraction(output) * Fraction(row[4] or "0.5") / 10_000
    cells: Cells = {
        "signed_on": day_about(random, (YEAR_2017, YEAR_2019, REGULATION, PAPER, PAPER, PAPER)),
        "industry": industry, "area": decimal(area), "output_agreed": output,
        "far_agreed": above(random, Fraction(row[0])), "fixed_investment_agreed": above(random, row[1] * per_mu),
        "tax_agreed": above(random, row[3] * per_mu), "energy_agreed": near(random, energy),
        "rnd_spend_agreed": above(random, Fraction(output) * standards.RND_SHARE),
        "credit_status": random.choice(("normal", "normal", "watch", "restricted")),
        "orientation": random.choice((
            "emerging_strategic", "encouraged", "permitted", "permitted", "restricted", "prohibited",
        )),
    }
    return thinned(random, cells)


TESTED = ("yes", "no", "unknown", "unknown, nothing missing", "not_applicable")
MARGIN = ("amount", "0", "unknown", "unknown, nothing missing", "not_applicable")
MET = tuple(f"{name}_met" for name in standards.MEASURED)
MARGINS = {f"{name}_margin": standards.margin(name) for name in standards.MEASURED}
SUITE = Suite(
    name="standards",
    packages=PACKAGES,
    days=AS_OF,
    kinds={
        "signed_on": "date", **dict.fromkeys(("industry", "credit_status", "orientation"), "code"),
        **dict.fromkeys(NUMBERS, "number"),
    },
    make=make,
    rules={
        **{f"{name}_met": standards.defined(standards.reached(name)) for name in standards.MEASURED},
        **{name: standards.figure(value) for name, value in standards.FIGURES.items()},
        "standards_met": standards.defined(standards.standards_reached),
        "energy_met": standards.defined(standards.energy_within),
        "innovation_met": standards.defined(standards.innovates),
        **MARGINS, "energy_margin": standards.energy_margin,
        "list_status": standards.list_status, "admission": standards.admission,
    },
    only_in={},
    labels={
        **dict.fromkeys((*MET, "standards_met", "energy_met", "innovation_met"), TESTED),
        **dict.fromkeys(standards.FIGURES, ("amount", "not_applicable")),
        **dict.fromkeys((*MARGINS, "energy_margin"), MARGIN),
        "list_status": ("positive", "negative", "neutral", "unknown", "unknown, nothing missing", "not_applicable"),
        "admission": ("pass", "fail", "unknown", "unknown, nothing missing", "not_applicable"),
    },
)
