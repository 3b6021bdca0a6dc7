"""The next evaluation over the life of the land: section 3.3.3 of the paper."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from .dates import NEVER, Moment, later, next_anniversary, plus_months, plus_years
from .facts import Facts
from .kleene import Unknown, both, case, either, lift, missing_of
from .outcomes import NOT_APPLICABLE, Evaluation

FROM = date(2021, 12, 31)  # the paper's year: its last day
INTERVAL_YEARS = 5  # the longest of "every 3-5 years"


def term_end(facts: Facts) -> Moment | Unknown:
    """Delivery plus the term in whole months; illustrative, no text on the starting day was read."""
    def end(delivered: Moment, years: Fraction) -> Moment | Unknown:
        months = years * 12
        return plus_months(delivered, int(months)) if months.denominator == 1 else Unknown()

    return lift(end, facts["delivered_on"], facts["term_years"])


def candidate_date(facts: Facts, not_produced: Any, not_full: Any, as_of: date) -> Any:
    """Section 3.3.3: at production, at full capacity, then every so many years."""
    def periodic(full: Moment) -> Moment:
        return NEVER if full is NEVER else next_anniversary(full, INTERVAL_YEARS, as_of)

    return case(
        (not_produced, facts["produce_due_on"]),
        (not_full, facts["full_capacity_due_on"]),
        otherwise=lift(periodic, facts["full_capacity_on"]),
    )


def evaluation_due(facts: Facts, as_of: date) -> Any:
    """Section 3.3.3: the evaluations above, and the last one a year before the term ends.

    An evaluation that would fall within the year before the last one is held with it; one without
    a date falls nowhere. Full capacity implies production, whatever is noted of that.
    """
    if as_of < FROM:
        return NOT_APPLICABLE

    def ahead(day: Moment) -> bool:
        return later(day, as_of)

    end = term_end(facts)
    before_end = lift(lambda day: plus_years(day, -1), end)
    merge_after = lift(lambda day: plus_years(day, -1), before_end)
    not_full = lift(ahead, facts["full_capacity_on"])
    not_produced = both(lift(ahead, facts["produced_on"]), not_full)
    candidate = candidate_date(facts, not_produced, not_full, as_of)

    ended = lift(lambda day: later(as_of, day), end)
    dated = lift(lambda day: day is not NEVER, candidate)
    is_last = either(
        lift(lambda day: later(as_of, day), before_end),
        both(dated, lift(later, candidate, merge_after)),
    )
    stage = case(
        (ended, "ended"), (is_last, "before_end"),
        (not_produced, "production"), (not_full, "full_capacity"), otherwise="periodic",
    )
    due_on = case((ended, NEVER), (is_last, before_end), otherwise=candidate)
    if isinstance(stage, Unknown) or isinstance(due_on, Unknown):
        return Unknown(missing_of((stage, due_on)))
    return Evaluation(stage, due_on)
