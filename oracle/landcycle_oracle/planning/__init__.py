"""The stage of planning."""

from __future__ import annotations

from ..suite import Suite
from . import plan

SUITES: tuple[Suite, ...] = (plan.SUITE,)
