"""The stage of planning."""

from __future__ import annotations

from ..suite import Suite
from . import linkage, plan, progress, publication, renewal, sites, zones

SUITES: tuple[Suite, ...] = (
    plan.SUITE, publication.SUITE, progress.SUITE, linkage.SUITE, zones.SUITE, sites.SUITE, renewal.SUITE,
)
