"""The stage of diagnosis."""

from __future__ import annotations

from ..suite import Suite
from . import loans, prices, quotients

SUITES: tuple[Suite, ...] = (quotients.SUITE, loans.SUITE, prices.SUITE)
