"""Whether any law spoke on the day that decides which one applies."""

from __future__ import annotations

from datetime import date
from typing import Any

from .dates import Never
from .kleene import Unknown
from .outcomes import NOT_APPLICABLE


def before_the_law(moment: date | Never | Unknown, start: date) -> Any:
    """The answer where no version applies: what the day lacks if unknown, not applicable if never or before `start`.

    None if a version may apply.
    """
    if isinstance(moment, Unknown):
        return moment
    return NOT_APPLICABLE if isinstance(moment, Never) or moment < start else None
