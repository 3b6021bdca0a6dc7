"""Planning, worked out by hand from the paper and the documents."""

import unittest
from datetime import date
from fractions import Fraction
from typing import Any

from landcycle_oracle.dates import NEVER
from landcycle_oracle.facts import Facts
from landcycle_oracle.kleene import Unknown
from landcycle_oracle.outcomes import NOT_APPLICABLE
from landcycle_oracle.planning import SUITES

RULES = {name: rule for suite in SUITES for name, rule in suite.rules.items()}


def answer(rule: str, as_of: str, **given: Any) -> Any:
    return RULES[rule]("shenzhen", Facts(given), date.fromisoformat(as_of))


def lacking(*names: str) -> Unknown:
    return Unknown(frozenset(names))


class Lines(unittest.TestCase):
    def test_shanghais_increment_lasts_ten_years(self) -> None:
        land = {"zone_increment_area": Fraction(60)}
        for yearly, years in ((6, "10"), (5, "12"), ("5.6", "10.7")):
            found = answer("years_of_supply", "2022-06-30", zone_supply_per_year=Fraction(yearly), **land)
            self.assertEqual(found, Fraction(years))

    def test_sixty_per_cent_is_enough(self) -> None:
        block = {"zone_scope": "block", "zone_area": Fraction(1)}
        for part, outcome in (("0.6", "pass"), ("0.599999", "fail")):
            found = answer("zone_block_share", "2018-12-31", zone_industrial_area=Fraction(part), **block)
            self.assertEqual(found, outcome)
        self.assertIs(answer("zone_district_share", "2018-12-31", **block), NOT_APPLICABLE)
        empty = block | {"zone_area": Fraction(0), "zone_industrial_area": Fraction(0)}
        self.assertEqual(answer("zone_block_share", "2018-12-31", **empty), Unknown())

    def test_no_housing_inside_level_1(self) -> None:
        given = {"planned_industrial_use": "yes", "proposed_use": "housing"}
        self.assertEqual(answer("zone_line_use", "2022-06-30", zone_line_level="level_1", **given), "refused")
        self.assertEqual(answer("zone_line_use", "2022-06-30", zone_line_level="level_2", **given), "needs_check")
        self.assertEqual(answer("zone_line_use", "2022-06-30", **given), lacking("zone_line_level"))


class Plans(unittest.TestCase):
    def test_published_after_approval(self) -> None:
        given = {"plan_consulted": "yes", "plan_adopted_on": date(2022, 8, 1)}
        for day, outcome in ((date(2022, 7, 31), "before_approval"), (date(2022, 8, 1), "done"), (NEVER, "to_publish")):
            self.assertEqual(answer("plan_adoption", "2022-08-02", plan_published_on=day, **given), outcome)

    def test_even_pace_counts_both_days(self) -> None:
        given = {
            "plan_from": date(2022, 1, 1), "plan_until": date(2022, 12, 31), "supplied_to_date": Fraction(73),
            "supplied_until": date(2022, 3, 14),
        }
        self.assertEqual(answer("plan_forecast", "2022-06-30", **given), 365)
        self.assertEqual(
            answer("plan_forecast", "2022-06-30", **given | {"supplied_until": date(2021, 12, 31)}), Unknown())


class Linkage(unittest.TestCase):
    def test_only_verified_land_outside_the_boundary(self) -> None:
        given = {"credit_used_on": date(2021, 12, 31), "exit_area": Fraction(12), "exit_outside_boundary": "no"}
        self.assertEqual(answer("linkage_credit", "2022-06-30", **given), 0)
        outside = given | {"exit_outside_boundary": "yes"}
        self.assertEqual(answer("linkage_credit", "2022-06-30", **outside), lacking("exit_verified"))

    def test_no_transfer_unless_shares_make_one(self) -> None:
        given = {
            "credit_used_on": date(2021, 12, 31), "benefit_share_giving": Fraction(1, 2),
            "benefit_share_receiving": Fraction(1, 2), "linked_revenue": Fraction("0.01"),
        }
        for other, outcome in ((0, Fraction("0.01")), (Fraction("0.000001"), NOT_APPLICABLE)):
            self.assertEqual(answer("linkage_transfer", "2022-06-30", benefit_share_other=other, **given), outcome)


class Renewal(unittest.TestCase):
    def test_steps_still_open(self) -> None:
        given = {
            "old_plant_renewal": "yes", "conversion_approved_on": date(2021, 1, 1), "price_top_up_owed": "no",
            "fire_accepted_on": date(2020, 12, 31), "transitional_use_from": date(2021, 1, 1),
        }
        self.assertEqual(answer("renewal_open_steps", "2026-01-01", **given), {"fire_acceptance"})
        self.assertEqual(
            answer("renewal_open_steps", "2026-01-02", **given), {"fire_acceptance", "transitional_use_ended"})
