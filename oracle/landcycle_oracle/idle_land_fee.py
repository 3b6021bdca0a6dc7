"""The idle land fee: Order 53 art. 14(1); Urban Real Estate Law art. 26; Shanghai Land Measures art. 37."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from .facts import Facts
from .idle_land import IN_FORCE, chargeable_limb, full_years_since_start_due
from .kleene import Logical, both, case, is_code, lift, negate
from .outcomes import NOT_APPLICABLE

FEE_SHARE = Fraction(20, 100)  # Order 53 art. 14(1); Shanghai art. 37(1)
SHANGHAI_FROM = date(2018, 12, 20)  # the third correction, whose text was read


def fee_is_due(facts: Facts, as_of: date) -> Logical:
    """Order 53 art. 14: not started for one year and, since taking back then replaces it, not for two."""
    return both(chargeable_limb(facts, as_of), negate(full_years_since_start_due(facts, 2, as_of)))


def share_of_price(facts: Facts) -> Any:
    """Order 53 art. 14(1): twenty per cent of the grant or allocation price, not rounded."""
    return lift(lambda price: FEE_SHARE * price, facts["price"])


def shanghai_amount(facts: Facts) -> Any:
    """Shanghai art. 37 para. 1: (1) grants, (2) leases, (3) other land used for payment."""
    mode = facts["supply_mode"]
    return case(
        (is_code(mode, "lease", "lease_then_grant"), facts["annual_rent"]),
        (is_code(mode, "authorised_operation", "capital_contribution"), facts["annual_use_fee"]),
        otherwise=share_of_price(facts),
    )


def idle_land_fee(package: str, facts: Facts, as_of: date) -> Any:
    """Order 53 art. 14(1), in Shanghai within the ceilings of the local art. 37."""
    if as_of < IN_FORCE:
        return NOT_APPLICABLE
    due = fee_is_due(facts, as_of)
    national = case((due, share_of_price(facts)), otherwise=Fraction(0))
    if package != "shanghai" or as_of < SHANGHAI_FROM:
        return national
    # Allocated land is not used for payment: art. 37 passes over it, and Order 53 applies.
    allocated = both(due, is_code(facts["supply_mode"], "allocation"))
    local = case((due, shanghai_amount(facts)), otherwise=Fraction(0))
    return case((allocated, share_of_price(facts)), otherwise=local)


def is_ceiling(package: str, facts: Facts, as_of: date) -> Logical:
    """Whether a sum that is not 0 is a bound: Shanghai art. 37 says "not above".

    For allocated land the sum is that of Order 53 art. 14(1), which is due as it stands.
    """
    local = package == "shanghai" and as_of >= SHANGHAI_FROM
    return both(local, negate(is_code(facts["supply_mode"], "allocation")))
