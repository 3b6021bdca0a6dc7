"""The idle land fee: Order 53 art. 14(1); Shanghai Land Measures art. 37."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from .facts import Facts
from .idle_land import full_years_since_start_due, idle_land
from .kleene import both, case, is_code, lift, negate
from .outcomes import NOT_APPLICABLE

FEE_SHARE = Fraction(20, 100)  # Order 53 art. 14(1); Shanghai art. 37(1)
SHANGHAI_FROM = date(2018, 12, 20)  # the third correction, whose text was read


def fee_is_due(facts: Facts, as_of: date) -> Any:
    """Order 53 art. 14: not started for one year and, since taking back then replaces it, not for two."""
    not_started = is_code(idle_land(facts, as_of), "not_started")
    return both(not_started, negate(full_years_since_start_due(facts, 2, as_of)))


def share_of_price(facts: Facts) -> Any:
    """Order 53 art. 14(1): twenty per cent of the grant or allocation price, not rounded."""
    return lift(lambda price: FEE_SHARE * price, facts["price"])


def shanghai_ceiling(facts: Facts) -> Any:
    """Shanghai art. 37 para. 1: at most one year's rent for leased land, else 20 % of the price."""
    leased = is_code(facts["supply_mode"], "lease")
    return case((leased, facts["annual_rent"]), otherwise=share_of_price(facts))


def idle_land_fee(package: str, facts: Facts, as_of: date) -> Any:
    """Order 53 art. 14(1), in Shanghai within the ceiling of the local art. 37."""
    if idle_land(facts, as_of) is NOT_APPLICABLE:
        return NOT_APPLICABLE
    amount = shanghai_ceiling(facts) if is_ceiling(package, as_of) else share_of_price(facts)
    return case((fee_is_due(facts, as_of), amount), otherwise=Fraction(0))


def is_ceiling(package: str, as_of: date) -> bool:
    """Shanghai art. 37 says "not above": the amount is a bound, not the sum due."""
    return package == "shanghai" and as_of >= SHANGHAI_FROM
