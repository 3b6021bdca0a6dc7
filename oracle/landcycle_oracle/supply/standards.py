"""Standards of an industry and admission: section 3.2.3, Land Administration Regulation art. 14; figures stand-ins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from ..facts import Facts
from ..kleene import Logical, Unknown, both, case, either, is_code, lift, negate
from ..outcomes import NOT_APPLICABLE, pass_fail
from ..supervision.common import quotient, rounded, yes_no
from .common import CENT, PAPER, REGULATION, STEP, YEAR_2017, YEAR_2019, at_least, at_most, find_prefix, judged, only_if

PER_MU = Fraction(10_000) / Fraction(2000, 3)  # ten thousand yuan per mu, in yuan per square metre
# By code of GB/T 4754: plot ratio; investment, output a year, tax a year per mu; limit of tce per ten thousand yuan.
STANDARDS: dict[str, tuple[str, int, int, int, str | None]] = {
    "C": ("1.0", 200, 300, 15, None), "C13": ("1.0", 200, 350, 12, None), "C17": ("0.8", 180, 250, 10, None),
    "C26": ("0.8", 300, 450, 20, "0.40"), "C27": ("1.0", 350, 500, 35, None), "C31": ("0.8", 200, 250, 12, "0.60"),
    "C34": ("1.2", 300, 400, 20, None), "C36": ("1.2", 350, 600, 30, None), "C38": ("1.4", 300, 500, 22, None),
    "C39": ("1.6", 400, 700, 30, None), "M73": ("2.0", 300, 300, 30, None),
}
RND_SHARE = Fraction(3, 100)
# City lists by the longest code: negative, positive; every other code of a section is on neither.
NEGATIVE, POSITIVE = ("C19", "C22"), ("C27", "C39")
LISTED = {
    **dict.fromkeys("ABCDEFGHIJKLMNOPQRST", "neutral"), **dict.fromkeys(NEGATIVE, "negative"),
    **dict.fromkeys(POSITIVE, "positive"),
}
# Beijing 2017 No. 39 and Shanghai's guide of 2019 ask for these conditions before the Regulation does.
ADMISSION_FROM = {"beijing": YEAR_2017, "shanghai": YEAR_2019}
# What each standard measures, over what, and its place in the table.
MEASURED = {
    "far": ("far_agreed", None, 0), "investment": ("fixed_investment_agreed", "area", 1),
    "output": ("output_agreed", "area", 2), "tax": ("tax_agreed", "area", 3),
}


def standard(facts: Facts, place: int) -> Any:
    """The industry's standard in yuan and square metres."""
    unit = Fraction(1) if place == 0 else PER_MU
    return lift(lambda row: Fraction(row[place]) * unit, find_prefix(STANDARDS, facts["industry"]))


def undertaken(facts: Facts, name: str) -> Any:
    """What the project undertakes, per square metre where the standard is."""
    part, whole, _ = MEASURED[name]
    return facts[part] if whole is None else quotient(facts[part], facts[whole])


def energy_limited(facts: Facts) -> Logical:
    """Whether the industry's energy is limited."""
    return lift(lambda row: row[4] is not None, find_prefix(STANDARDS, facts["industry"]))


def energy_limit(facts: Facts) -> Any:
    """In tce per yuan of output."""
    def limit(row: tuple[Any, ...]) -> Any:
        return Unknown() if row[4] is None else Fraction(row[4]) / 10_000

    return lift(limit, find_prefix(STANDARDS, facts["industry"]))


def reached(name: str) -> Callable[[Facts], Logical]:
    """One of the four standards."""
    return lambda facts: at_least(undertaken(facts, name), standard(facts, MEASURED[name][2]))


def standards_reached(facts: Facts) -> Logical:
    """Section 3.2.3: plot ratio, investment, output and tax, all of them."""
    return both(*(reached(name)(facts) for name in MEASURED))


def energy_within(facts: Facts) -> Logical:
    """Sections 3.2.2, 3.2.3: energy per output, for industries that have a limit."""
    used = quotient(facts["energy_agreed"], facts["output_agreed"])
    return either(negate(energy_limited(facts)), at_most(used, energy_limit(facts)))


def innovates(facts: Facts) -> Logical:
    """Section 3.2.2 names innovation; the share of R&D spending in output is a stand-in."""
    return at_least(quotient(facts["rnd_spend_agreed"], facts["output_agreed"]), RND_SHARE)


def figure(value: Callable[[Facts], Any]) -> Callable[[str, Facts, date], Any]:
    """A figure that people see beside a test."""
    return lambda package, facts, as_of: judged(facts["signed_on"], YEAR_2017, lambda: value(facts))


def bar(name: str) -> Callable[[Facts], Any]:
    """The industry's standard in the table's own unit."""
    return lambda facts: lift(lambda row: Fraction(row[MEASURED[name][2]]), find_prefix(STANDARDS, facts["industry"]))


def per_mu(name: str) -> Callable[[Facts], Any]:
    """What the project undertakes, in ten thousand yuan per mu."""
    return lambda facts: rounded(lift(lambda value: value / PER_MU, undertaken(facts, name)), CENT)


def energy_bar(facts: Facts) -> Any:
    """The limit in tce per ten thousand yuan; nothing where the industry has none."""
    return only_if(energy_limited(facts), lift(lambda limit: limit * 10_000, energy_limit(facts)))


def energy_used(facts: Facts) -> Any:
    """In tce per ten thousand yuan."""
    used = quotient(facts["energy_agreed"], facts["output_agreed"])
    return rounded(lift(lambda value: value * 10_000, used), STEP)


FIGURES: dict[str, Callable[[Facts], Any]] = {
    **{f"{name}_standard": bar(name) for name in MEASURED},
    **{f"{name}_value": per_mu(name) for name in MEASURED if name != "far"},
    "energy_standard": energy_bar, "energy_value": energy_used,
    "innovation_standard": lambda facts: RND_SHARE,
    "innovation_value": lambda facts: rounded(quotient(facts["rnd_spend_agreed"], facts["output_agreed"]), STEP),
}


def defined(test: Callable[[Facts], Logical]) -> Callable[[str, Facts, date], Any]:
    """A test that other rules read."""
    def rule(package: str, facts: Facts, as_of: date) -> Any:
        return judged(facts["signed_on"], YEAR_2017, lambda: yes_no(test(facts)))

    return rule


def margin(name: str) -> Callable[[str, Facts, date], Any]:
    """By what share a standard is exceeded, to four decimals; from Regulation art. 14 on."""
    def rule(package: str, facts: Facts, as_of: date) -> Any:
        return judged(facts["signed_on"], REGULATION, lambda: rounded(lift(
            lambda value, least: value / least - 1, undertaken(facts, name), standard(facts, MEASURED[name][2])), STEP))

    return rule


def energy_margin(package: str, facts: Facts, as_of: date) -> Any:
    """The share of the limit left; nothing where the industry has no limit."""
    used = quotient(facts["energy_agreed"], facts["output_agreed"])
    left = rounded(lift(lambda one, most: 1 - one / most, used, energy_limit(facts)), STEP)
    return judged(facts["signed_on"], REGULATION, lambda: only_if(energy_limited(facts), left))


def turned_away(facts: Facts) -> Logical:
    """Section 3.2.2: industries that are restricted or prohibited."""
    return is_code(facts["orientation"], "restricted", "prohibited")


def list_status(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.1: cities keep lists, the nation sees the orientation only."""
    entry = "neutral" if package == "national" else find_prefix(LISTED, facts["industry"])
    return judged(facts["signed_on"], PAPER, lambda: case(
        (either(turned_away(facts), is_code(entry, "negative")), "negative"),
        (is_code(entry, "positive"), "positive"),
        otherwise="neutral",
    ))


def admission(package: str, facts: Facts, as_of: date) -> Any:
    """Regulation art. 14; Beijing 2017 No. 39; sections 3.2.2, 3.3.3; off the negative list (3.3.1) since the paper."""
    def test() -> Any:
        status = list_status(package, facts, as_of)
        listed = False if status is NOT_APPLICABLE else is_code(status, "negative")
        return pass_fail(both(
            standards_reached(facts), energy_within(facts), innovates(facts),
            negate(is_code(facts["credit_status"], "restricted")), negate(turned_away(facts)), negate(listed),
        ))

    return judged(facts["signed_on"], ADMISSION_FROM.get(package, REGULATION), test)
