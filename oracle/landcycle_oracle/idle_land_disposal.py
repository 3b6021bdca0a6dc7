"""The ways to dispose of idle land: Order 53 arts. 12 and 14."""

from __future__ import annotations

from datetime import date
from typing import Any

from .facts import Facts
from .idle_land import chargeable_limb, full_years_since_start_due, idle_land
from .kleene import Logical, both, case, is_code, negate
from .outcomes import NOT_APPLICABLE

NEGOTIATED = frozenset(("extend", "adjust_conditions", "temporary_use", "buy_back", "other"))


def swap_open(facts: Facts) -> Logical:
    """Order 53 art. 12(1)(5): price paid, funds ready, a plan changed.

    Changing a plan is an act of government, art. 8(2): a swap is for land idle by that cause.
    """
    return both(
        is_code(facts["idle_cause"], "government"),
        is_code(facts["price_paid_in_full"], "yes"),
        is_code(facts["project_funds_ready"], "yes"),
        is_code(facts["idle_cause_detail"], "planning_change"),
    )


def negotiated_ways(facts: Facts) -> Any:
    """Order 53 art. 12(1)-(4), (6), and (5) where a swap is open."""
    return case((swap_open(facts), NEGOTIATED | {"swap"}), otherwise=NEGOTIATED)


def way_open(way: str, facts: Facts, as_of: date) -> Logical:
    """Whether one way is open, whatever is unknown of the others. Only once the Measures are in force."""
    if way in ("fee", "take_back"):
        unstarted, two_years = chargeable_limb(facts, as_of), full_years_since_start_due(facts, 2, as_of)
        return both(unstarted, two_years if way == "take_back" else negate(two_years))
    agreed = is_code(idle_land(facts, as_of), "stalled", "not_attributable")
    return both(agreed, swap_open(facts)) if way == "swap" else agreed


def idle_land_disposal(facts: Facts, as_of: date) -> Any:
    """Order 53 art. 14 for land left unstarted; art. 12 for art. 8 and, by its last paragraph, limb 2."""
    idle = idle_land(facts, as_of)
    if idle is NOT_APPLICABLE:
        return NOT_APPLICABLE
    unstarted = chargeable_limb(facts, as_of)
    two_years = full_years_since_start_due(facts, 2, as_of)
    return case(
        (both(unstarted, negate(two_years)), frozenset(("fee",))),
        (both(unstarted, two_years), frozenset(("take_back",))),
        (is_code(idle, "stalled", "not_attributable"), negotiated_ways(facts)),
        otherwise=frozenset(),
    )
