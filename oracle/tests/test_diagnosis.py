"""The paper's figures, worked out by hand; and wholes of nothing."""

import unittest
from datetime import date
from fractions import Fraction
from typing import Any

from landcycle_oracle.diagnosis import SUITES
from landcycle_oracle.facts import Facts
from landcycle_oracle.kleene import Unknown

RULES = {name: rule for suite in SUITES for name, rule in suite.rules.items()}


def answer(rule: str, **given: Any) -> Any:
    numbers = {name: Fraction(value) for name, value in given.items()}
    return RULES[rule]("national", Facts(numbers), date(2026, 11, 25))


class Prices(unittest.TestCase):
    def test_note_4_does_not_lead_from_10_to_20(self) -> None:
        cities = (("0.25", "0.11", "25.86"), ("0.15", "0.1", "14.27"), ("0.15", "0.13", "11.51"))
        for housing, industrial, end in cities:
            found = answer("price_ratio_end", price_ratio_start=10, growth_years=8,
                           housing_price_growth=housing, industrial_price_growth=industrial)
            self.assertEqual(found, Fraction(end))

    def test_no_years_no_change(self) -> None:
        self.assertEqual(answer("price_ratio_multiple", growth_years=0), 1)
        self.assertEqual(
            answer("price_ratio_multiple", housing_price_growth="0.1", industrial_price_growth="0.1"), 1)

    def test_fee_and_lives(self) -> None:
        self.assertEqual(
            answer("idle_fee_to_housing_price", industrial_land_price=1, housing_land_price=10), Fraction(2, 100))
        self.assertEqual(answer("firm_lives_per_term", firm_life_years=10), 5)


class Loans(unittest.TestCase):
    PAPER = {
        "mortgage_loans_start": 170 * 10**9, "mortgage_loans_end": 10**12,
        "mortgaged_area_start": 55_000, "mortgaged_area_end": 170_000,
    }

    def test_the_papers_figures(self) -> None:
        self.assertEqual(answer("loans_outpace_land", **self.PAPER), "yes")
        self.assertEqual(answer("mortgage_loan_per_area", **self.PAPER), Fraction("588.24"))
        self.assertEqual(answer("mortgage_loan_per_area_growth", **self.PAPER), Fraction("0.90"))
        self.assertEqual(
            answer("above_scale_output_ratio", above_scale_land_share="0.4", above_scale_output_share="0.95"),
            Fraction("28.5"))

    def test_a_whole_of_nothing_has_no_ratio(self) -> None:
        self.assertEqual(
            answer("mortgage_loan_per_area_growth", **self.PAPER | {"mortgaged_area_start": 0}), Unknown())
        self.assertEqual(
            answer("above_scale_output_ratio", above_scale_land_share=1, above_scale_output_share="0.95"), Unknown())
