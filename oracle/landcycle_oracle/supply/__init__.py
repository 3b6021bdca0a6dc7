"""The stage of supply."""

from ..suite import Suite
from . import (
    bids, cases_prices, cases_shenzhen, cases_standards, forms, mix, modes, notices, shanghai_intensity, tenure,
)

SUITES: tuple[Suite, ...] = (
    cases_standards.SUITE, cases_prices.SUITE, cases_prices.NEGOTIATED, forms.SUITE, modes.SUITE, notices.NOTICE,
    notices.CONTRACT, tenure.SUITE, bids.SUITE, mix.SUITE, shanghai_intensity.SUITE, cases_shenzhen.SUITE,
)
