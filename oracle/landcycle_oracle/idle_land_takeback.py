"""Taking idle land back without compensation: Order 53 art. 14(2); Urban Real Estate Law art. 26."""

from __future__ import annotations

from datetime import date
from typing import Any

from .facts import Facts
from .idle_land import IN_FORCE, chargeable_limb, full_years_since_start_due
from .kleene import both, lift
from .outcomes import NOT_APPLICABLE


def idle_land_takeback(facts: Facts, as_of: date) -> Any:
    """Order 53 art. 14(2): not started for two full years, by the enterprise's own doing."""
    if as_of < IN_FORCE:
        return NOT_APPLICABLE
    due = both(chargeable_limb(facts, as_of), full_years_since_start_due(facts, 2, as_of))
    return lift(lambda known: "yes" if known else "no", due)
