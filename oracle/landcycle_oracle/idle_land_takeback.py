"""Taking idle land back without compensation: Order 53 art. 14(2)."""

from __future__ import annotations

from datetime import date
from typing import Any

from .facts import Facts
from .idle_land import full_years_since_start_due, idle_land
from .kleene import both, is_code, lift
from .outcomes import NOT_APPLICABLE


def idle_land_takeback(facts: Facts, as_of: date) -> Any:
    """Order 53 art. 14(2): not started for two full years, and no excuse under art. 8."""
    idle = idle_land(facts, as_of)
    if idle is NOT_APPLICABLE:
        return NOT_APPLICABLE
    due = both(is_code(idle, "not_started"), full_years_since_start_due(facts, 2, as_of))
    return lift(lambda known: "yes" if known else "no", due)
