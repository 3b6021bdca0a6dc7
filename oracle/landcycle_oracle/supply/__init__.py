"""The stage of supply."""

from ..suite import Suite
from . import cases_standards

SUITES: tuple[Suite, ...] = (cases_standards.SUITE,)
