"""Calendar arithmetic as the Civil Code counts it, and the date that never comes."""

from __future__ import annotations

import calendar
from datetime import date


class Never:
    """The date of something that has not happened or was not agreed.

    It is known, and later than every day of the calendar.
    """

    def __repr__(self) -> str:
        return "none"


NEVER = Never()
Moment = date | Never


def plus_months(day: Moment, months: int) -> Moment:
    """Civil Code art. 202: the corresponding day, or the month's last day if there is none."""
    if isinstance(day, Never):
        return NEVER
    index = day.year * 12 + (day.month - 1) + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def plus_years(day: Moment, years: int) -> Moment:
    """The corresponding day `years` later (earlier if negative); see `plus_months`."""
    return plus_months(day, 12 * years)


def later(left: Moment, right: Moment) -> bool:
    """Whether `left` lies after `right`; never is not after never."""
    if isinstance(right, Never):
        return False
    return isinstance(left, Never) or left > right


def reached(day: Moment, as_of: date) -> bool:
    """Whether `day` has come by `as_of`, a day counted to its end."""
    return not later(day, as_of)


def next_anniversary(start: date, every: int, as_of: date) -> date:
    """The first `start` plus k x `every` years, k >= 1, that is not before `as_of`.

    Every step is counted from `start`: from 29 February the steps through common
    years must not wear the day down to the 28th for good.
    """
    step = 1
    while True:
        candidate = plus_years(start, step * every)
        if not later(as_of, candidate):
            assert isinstance(candidate, date)
            return candidate
        step += 1
