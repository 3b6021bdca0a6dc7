"""The stage of supervision."""

from ..suite import Suite
from .cases_exit import EXITS
from .cases_land import FIRMS, LAND
from .cases_stock import PROMISES, STOCK
from .definitions import SUITE as DEFINITIONS

SUITES: tuple[Suite, ...] = (EXITS, STOCK, PROMISES, LAND, FIRMS, DEFINITIONS)
