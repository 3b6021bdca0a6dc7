"""The term of use against the law and the city's limit on the day of signing."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from .facts import Facts
from .judged import before_the_law
from .kleene import Logical, both, case, either, is_code, lift, negate
from .outcomes import pass_fail

NATIONAL_FROM = date(1990, 5, 19)  # Grant and Transfer Regulation art. 53
BEIJING_FROM = date(2017, 12, 31)  # known by its year: the year's last day
SHENZHEN_FROM = date(2018, 1, 1)  # elastic terms since 2018

STATUTORY_YEARS = 50  # Grant and Transfer Regulation art. 12(2)
BEIJING_LEASE_YEARS = 15
BEIJING_GRANT_YEARS = 20
SHENZHEN_TERMS = (Fraction(20), Fraction(30))


def at_most(facts: Facts, years: int) -> Logical:
    """Whether the term is not longer than `years`."""
    return lift(lambda term: term <= years, facts["term_years"])


def allocated(facts: Facts) -> Logical:
    """Urban Real Estate Law art. 23 para. 2: allocated land has no limit of term."""
    return is_code(facts["supply_mode"], "allocation")


def national(facts: Facts) -> Logical:
    """Grant and Transfer Regulation art. 12(2): industrial land, at most 50 years, unless allocated."""
    return either(allocated(facts), at_most(facts, STATUTORY_YEARS))


def beijing(facts: Facts) -> Logical:
    """Beijing 2017 No. 39: lease at most 15 years, grant 20, unless allocated.

    Major projects, with the city government's approval, up to the statutory term; but not leases.
    """
    leased = is_code(facts["supply_mode"], "lease")
    within = case((leased, at_most(facts, BEIJING_LEASE_YEARS)), otherwise=at_most(facts, BEIJING_GRANT_YEARS))
    extended = both(
        is_code(facts["project_class"], "key"),
        is_code(facts["term_extension_approved"], "yes"),
        negate(leased),
    )
    return case((extended, national(facts)), otherwise=either(allocated(facts), within))


def shenzhen(facts: Facts) -> Logical:
    """Shenzhen, elastic terms: 20 or 30 years; leases, also before a grant, up to the statutory term.

    Allocated land has no limit of term here either (Urban Real Estate Law art. 23 para. 2).
    """
    leased = is_code(facts["supply_mode"], "lease", "lease_then_grant")
    elastic = lift(lambda term: term in SHENZHEN_TERMS, facts["term_years"])
    return either(allocated(facts), case((leased, at_most(facts, STATUTORY_YEARS)), otherwise=elastic))


def tenure_term(package: str, facts: Facts) -> Any:
    """The version in force on the day of signing; a contract keeps it."""
    signed = facts["signed_on"]
    if (silent := before_the_law(signed, NATIONAL_FROM)) is not None:
        return silent
    if package == "beijing" and signed >= BEIJING_FROM:
        return pass_fail(beijing(facts))
    if package == "shenzhen" and signed >= SHENZHEN_FROM:
        return pass_fail(shenzhen(facts))
    return pass_fail(national(facts))
