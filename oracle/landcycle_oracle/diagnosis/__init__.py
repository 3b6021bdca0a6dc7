"""The stage of diagnosis."""

from __future__ import annotations

from ..suite import Suite
from . import quotients

SUITES: tuple[Suite, ...] = (quotients.SUITE,)
