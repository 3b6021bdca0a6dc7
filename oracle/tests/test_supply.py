"""Supply: answers worked out by hand from the articles."""

import unittest
from datetime import date
from fractions import Fraction
from typing import Any

from landcycle_oracle.kleene import Unknown
from landcycle_oracle.outcomes import NOT_APPLICABLE
from landcycle_oracle.supply import SUITES
from landcycle_oracle.supply.common import discount


def answer(rule: str, package: str, **given: str) -> Any:
    suite = next(suite for suite in SUITES if rule in suite.rules and package in suite.packages)
    return suite.rules[rule](package, suite.facts(given), date(2026, 11, 23))


class Shenzhen(unittest.TestCase):
    def test_each_tenth_of_a_hectare_and_a_part_count(self) -> None:
        for area, steps in (("30000", 0), ("30000.0001", 1), ("31000", 1), ("31000.0001", 2), ("90000", 60),
                            ("90000.0001", 60)):
            found = answer("size_correction", "shenzhen", signed_on="2025-12-31", land_use="industrial", area=area)
            self.assertEqual(found, Fraction(5 * steps, 1000), area)

    def test_price_of_a_key_project_of_an_encouraged_industry(self) -> None:
        given = {
            "signed_on": "2019-12-31", "supply_mode": "listing", "area": "10000", "far_agreed": "2", "land_grade": "5",
            "land_use": "industrial", "government_floor_area": "1000", "orientation": "encouraged",
            "project_class": "key", "key_project_tier": "lower", "term_years": "50",
        }
        self.assertEqual(answer("floor_price", "shenzhen", **given), 19_000 * 800 * Fraction(3, 10))
        self.assertEqual(answer("floor_price", "shenzhen", **given | {"supply_mode": "allocation"}), 0)

    def test_key_projects_until_the_last_day_of_the_measures(self) -> None:
        given = dict.fromkeys(("trade_leader", "fills_gap", "leading_core_patents"), "no")
        given["city_approved_type"] = "yes"
        self.assertEqual(answer("key_project", "shenzhen", signed_on="2025-03-19", **given), "yes")
        self.assertEqual(answer("key_project", "shenzhen", signed_on="2025-03-20", **given), Unknown())

    def test_newly_supplied_land_from_the_day_of_the_regulation(self) -> None:
        given = {"supply_mode": "listing", "land_source": "new"}
        self.assertNotIn("output", answer("contract_terms_required", "shenzhen", signed_on="2022-07-31", **given))
        self.assertIn("output", answer("contract_terms_required", "shenzhen", signed_on="2022-08-01", **given))


class Beijing(unittest.TestCase):
    def test_m4_moves_from_the_office_class_to_the_industrial_one(self) -> None:
        given = {"land_use": "rnd", "land_grade": "1"}
        for day, price in (("2021-12-30", Fraction(8, 10) * 18_000), ("2021-12-31", Fraction(2) * 3000)):
            found = [answer(rule, "beijing", signed_on=day, **given) for rule in ("benchmark_price", "use_coefficient")]
            self.assertEqual(found[0] * found[1], price)


class Nation(unittest.TestCase):
    def test_discount_to_twelve_decimals_with_simple_interest_in_a_part_of_a_year(self) -> None:
        self.assertEqual(discount(Fraction(50)), Fraction("0.087203726972"))
        self.assertEqual(discount(Fraction(3, 2)), Fraction("0.929152148664"))  # 1 / (1.05 x 1.025)

    def test_renewal_a_year_before_the_end(self) -> None:
        given = {"supply_mode": "listing", "term_ends_on": "2028-02-29"}
        self.assertEqual(answer("renewal_application", "national", renewal_applied_on="2027-02-28", **given), "pass")
        self.assertEqual(answer("renewal_application", "national", renewal_applied_on="2027-03-01", **given), "fail")

    def test_an_allocation_has_no_floor_price(self) -> None:
        found = answer("floor_price", "national", signed_on="2021-12-31", supply_mode="allocation")
        self.assertIs(found, NOT_APPLICABLE)


class Shanghai(unittest.TestCase):
    def test_high_rise_outside_the_outer_ring_has_no_limit(self) -> None:
        given = {
            "signed_on": "2010-12-31", "land_use": "storage", "height_class": "high", "building_density": "0.1",
            "far_agreed": "1",
        }
        self.assertEqual(answer("plot_ratio_max", "shanghai", location_zone="new_town", **given), Unknown())
        self.assertEqual(answer("plot_ratio_max", "shanghai", location_zone="between_rings", **given), "pass")
