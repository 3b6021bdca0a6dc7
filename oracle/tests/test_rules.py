"""Answers worked out by hand from the articles, and what must hold for every case."""

import random
import unittest
from datetime import date
from fractions import Fraction
from typing import Any

from generate import COLUMNS, Generator
from landcycle_oracle.dates import NEVER
from landcycle_oracle.facts import Facts, parse_value
from landcycle_oracle.kleene import Unknown
from landcycle_oracle.outcomes import NOT_APPLICABLE, Evaluation
from landcycle_oracle.rules import PACKAGES, RULES, assess


def answer(rule: str, as_of: str, package: str = "national", **given: str) -> Any:
    facts = Facts({name: parse_value(name, text) for name, text in given.items()})
    return RULES[rule](package, facts, date.fromisoformat(as_of))


def lacking(*names: str) -> Unknown:
    return Unknown(frozenset(names))


UNSTARTED = {"start_due_on": "2012-07-01", "started_on": "none", "idle_cause": "enterprise"}
STALLED = {
    "start_due_on": "2012-07-01", "started_on": "2012-07-01", "suspended_on": "2016-02-29",
    "construction_area_due": "15 亩", "construction_area_started": "9999/3",
    "investment_total": "400 万元", "investment_paid": "1000000", "idle_cause": "enterprise",
}


class IdleLand(unittest.TestCase):
    def test_in_force_from_july_2012(self) -> None:
        self.assertIs(answer("idle_land", "2012-06-30", **UNSTARTED), NOT_APPLICABLE)
        self.assertEqual(answer("idle_land", "2012-07-01", **UNSTARTED), "none")

    def test_not_started_one_full_year(self) -> None:
        self.assertEqual(answer("idle_land", "2013-06-30", **UNSTARTED), "none")
        self.assertEqual(answer("idle_land", "2013-07-01", **UNSTARTED), "not_started")

    def test_started_later_than_the_day_is_not_started(self) -> None:
        late = UNSTARTED | {"started_on": "2013-07-02"}
        self.assertEqual(answer("idle_land", "2013-07-01", **late), "not_started")
        self.assertEqual(answer("idle_land", "2013-07-02", **late | {"suspended_on": "none"}), "none")

    def test_no_agreed_start_counts_from_delivery(self) -> None:
        given = UNSTARTED | {"start_due_on": "none", "delivered_on": "2016-02-29"}
        self.assertEqual(answer("idle_land", "2018-02-27", **given), "none")
        self.assertEqual(answer("idle_land", "2018-02-28", **given), "not_started")
        self.assertEqual(answer("idle_land", "2026-11-23", **given | {"delivered_on": "none"}), "none")

    def test_stalled_below_a_third_or_a_quarter(self) -> None:
        self.assertEqual(answer("idle_land", "2017-02-27", **STALLED), "none")
        self.assertEqual(answer("idle_land", "2017-02-28", **STALLED), "stalled")
        enough = STALLED | {"construction_area_started": "10000/3"}
        self.assertEqual(answer("idle_land", "2017-02-28", **enough), "none")
        poor = enough | {"investment_paid": "999999.99"}
        self.assertEqual(answer("idle_land", "2017-02-28", **poor), "stalled")

    def test_excused(self) -> None:
        for given in (UNSTARTED, STALLED):
            for cause in ("government", "force_majeure"):
                changed = given | {"idle_cause": cause}
                self.assertEqual(answer("idle_land", "2018-01-01", **changed), "not_attributable")

    def test_missing(self) -> None:
        self.assertEqual(answer("idle_land", "2018-01-01", **UNSTARTED | {"idle_cause": ""}), lacking("idle_cause"))
        self.assertEqual(
            answer("idle_land", "2018-01-01", **STALLED | {"suspended_on": "", "idle_cause": ""}),
            lacking("suspended_on", "idle_cause"),
        )
        self.assertEqual(
            answer("idle_land", "2018-01-01", started_on="none", idle_cause="enterprise"),
            lacking("start_due_on", "delivered_on"),
        )


class Consequences(unittest.TestCase):
    def test_fee_until_two_years_then_taking_back(self) -> None:
        given = UNSTARTED | {"price": "3082136"}
        for day, fee, back, ways in (
            ("2013-06-30", Fraction(0), "no", frozenset()),
            ("2013-07-01", Fraction("616427.2"), "no", frozenset({"fee"})),
            ("2014-06-30", Fraction("616427.2"), "no", frozenset({"fee"})),
            ("2014-07-01", Fraction(0), "yes", frozenset({"take_back"})),
        ):
            self.assertEqual(answer("idle_land_fee", day, **given), fee)
            self.assertEqual(answer("idle_land_takeback", day, **given), back)
            self.assertEqual(answer("idle_land_disposal", day, **given), ways)

    def test_free_land_owes_nothing_whatever_is_missing(self) -> None:
        self.assertEqual(answer("idle_land_fee", "2013-07-01", price="0"), Fraction(0))

    def test_shanghai_lease(self) -> None:
        given = {"start_due_on": "2018-01-01", "started_on": "none", "idle_cause": "enterprise",
                 "price": "1000", "annual_rent": "7", "supply_mode": "lease"}
        self.assertEqual(answer("idle_land_fee", "2019-01-01", "shanghai", **given), 7)
        self.assertEqual(answer("idle_land_fee", "2019-01-01", "beijing", **given), 200)
        grant = given | {"supply_mode": "lease_then_grant"}
        self.assertEqual(answer("idle_land_fee", "2019-01-01", "shanghai", **grant), 200)

    def test_swap_wants_all_three(self) -> None:
        given = STALLED | {"price_paid_in_full": "yes", "project_funds_ready": "yes",
                           "idle_cause_detail": "planning_change"}
        ways = answer("idle_land_disposal", "2018-01-01", **given)
        self.assertIn("swap", ways)
        self.assertEqual(answer("idle_land_disposal", "2018-01-01", **given | {"price_paid_in_full": "no"}),
                         ways - {"swap"})
        self.assertEqual(answer("idle_land_disposal", "2018-01-01", **given | {"price_paid_in_full": ""}),
                         lacking("price_paid_in_full"))


class Tenure(unittest.TestCase):
    def check(self, expected: Any, package: str, signed: str, term: str, mode: str = "", kind: str = "") -> None:
        found = answer("tenure_term", "2026-11-23", package, signed_on=signed, term_years=term,
                       supply_mode=mode, project_class=kind)
        self.assertEqual(found, expected, (package, signed, term, mode, kind))

    def test_national(self) -> None:
        self.check(NOT_APPLICABLE, "national", "1990-05-18", "50")
        self.check("pass", "national", "1990-05-19", "50")
        self.check("fail", "national", "1990-05-19", "50.25")
        self.check(lacking("signed_on"), "national", "", "50")

    def test_beijing(self) -> None:
        self.check("pass", "beijing", "2017-12-30", "50", "listing", "general")
        self.check("fail", "beijing", "2017-12-31", "50", "listing", "general")
        self.check("pass", "beijing", "2017-12-31", "20", "listing", "general")
        self.check("fail", "beijing", "2017-12-31", "15.25", "lease", "general")
        self.check("pass", "beijing", "2017-12-31", "50", "lease", "key")
        self.check("pass", "beijing", "2017-12-31", "15")
        self.check("fail", "beijing", "2017-12-31", "51")
        self.check(lacking("project_class"), "beijing", "2017-12-31", "30")
        self.check(lacking("project_class", "supply_mode"), "beijing", "2017-12-31", "18")

    def test_shenzhen(self) -> None:
        self.check("pass", "shenzhen", "2017-12-31", "25", "listing")
        self.check("fail", "shenzhen", "2018-01-01", "25", "listing")
        self.check("pass", "shenzhen", "2018-01-01", "30", "listing")
        self.check("pass", "shenzhen", "2018-01-01", "25", "lease_then_grant")
        self.check("pass", "shenzhen", "2018-01-01", "20")
        self.check(lacking("supply_mode"), "shenzhen", "2018-01-01", "25")


class Mix(unittest.TestCase):
    def check(self, expected: Any, package: str, signed: str, **given: str) -> None:
        self.assertEqual(answer("functional_mix", "2026-11-23", package, signed_on=signed, **given), expected)

    def test_versions(self) -> None:
        national = {"service_floor_area": "15", "original_floor_area": "100"}
        self.check(NOT_APPLICABLE, "national", "2015-12-30", **national)
        self.check("pass", "national", "2015-12-31", **national)
        self.check("pass", "shanghai", "2021-09-19", **national)
        self.check(lacking("floor_area", "other_industry_floor_area", "living_support_floor_area"),
                   "shanghai", "2021-09-20", **national)
        self.check(Unknown(), "shanghai", "2026-09-20", **national)
        self.check("fail", "beijing", "2017-12-31", support_floor_area="15.01", floor_area="100")
        self.check("pass", "shenzhen", "2018-01-01", support_floor_area="30", floor_area="100")

    def test_shanghai_both_limits(self) -> None:
        for other, living, expected in (("15", "15", "pass"), ("15.01", "15", "fail"),
                                        ("0", "15.01", "fail"), ("", "15.01", "fail")):
            self.check(expected, "shanghai", "2026-09-19", floor_area="100",
                       other_industry_floor_area=other, living_support_floor_area=living)

    def test_no_floor_area(self) -> None:
        self.check(Unknown(), "shenzhen", "2018-01-01", support_floor_area="0", floor_area="0")


class EvaluationDue(unittest.TestCase):
    life = {"delivered_on": "2010-02-28", "term_years": "20", "produced_on": "2012-01-01",
            "full_capacity_on": "2012-03-01", "produce_due_on": "2012-01-01", "full_capacity_due_on": "2013-01-01"}

    def check(self, stage: str, due: str, as_of: str, **changed: str) -> None:
        day = NEVER if due == "none" else date.fromisoformat(due)
        self.assertEqual(answer("evaluation_due", as_of, **self.life | changed), Evaluation(stage, day))

    def test_stages(self) -> None:
        self.check("periodic", "2022-03-01", "2021-12-31")
        self.check("periodic", "2022-03-01", "2022-03-01")
        self.check("periodic", "2027-03-01", "2022-03-02")
        self.check("before_end", "2029-02-28", "2027-03-02")
        self.check("before_end", "2029-02-28", "2030-02-28")
        self.check("ended", "none", "2030-03-01")
        self.check("production", "2025-01-01", "2024-01-01", produced_on="none", produce_due_on="2025-01-01")
        self.check("full_capacity", "none", "2024-01-01", full_capacity_on="none",
                   full_capacity_due_on="none", delivered_on="none")

    def test_edge_of_the_last_year(self) -> None:
        self.check("production", "2028-02-28", "2024-01-01", produced_on="none", produce_due_on="2028-02-28")
        self.check("before_end", "2029-02-28", "2024-01-01", produced_on="none", produce_due_on="2028-02-29")
        self.check("before_end", "2029-02-28", "2024-01-01", produced_on="none", produce_due_on="none")

    def test_before_the_papers_year(self) -> None:
        self.assertIs(answer("evaluation_due", "2021-12-30", **self.life), NOT_APPLICABLE)


class EveryCase(unittest.TestCase):
    def test_a_known_answer_survives_any_completion(self) -> None:
        """Kleene's logic is sound: filling a gap never overturns what was known."""
        as_of = date(2026, 11, 23)
        for package in PACKAGES:
            generator, chance = Generator(7, package, as_of), random.Random(7)
            for _ in range(400):
                full, other = generator.case(), generator.case()
                filled = {n: full[n] if full[n] is not None else other[n] for n in COLUMNS}
                before = assess(package, Facts(full), as_of)
                after = assess(package, Facts(filled), as_of)
                thinned = {n: v for n, v in full.items() if chance.random() > 0.2}
                for name, own in before.items():
                    if not isinstance(own, Unknown):
                        self.assertEqual(after[name], own)
                    fewer = assess(package, Facts(thinned), as_of)[name]
                    if not isinstance(fewer, Unknown):
                        self.assertEqual(own, fewer)
                    if isinstance(own, Unknown):
                        self.assertTrue(all(full[fact] is None for fact in own.missing))


if __name__ == "__main__":
    unittest.main()
