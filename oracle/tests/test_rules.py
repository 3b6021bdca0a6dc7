"""Answers worked out by hand from the articles, and what must hold for every case."""

import random
import unittest
from datetime import date
from fractions import Fraction
from typing import Any

from compare import AS_OF_DATES, faults_of
from generate import COLUMNS, Generator
from landcycle_oracle.dates import NEVER
from landcycle_oracle.facts import Facts, parse_value
from landcycle_oracle.idle_land_fee import is_ceiling
from landcycle_oracle.kleene import Unknown
from landcycle_oracle.outcomes import NOT_APPLICABLE, Evaluation, label
from landcycle_oracle.rules import LABELS, PACKAGES, RULES, assess


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

    def test_a_suspension_before_the_start_is_no_stall(self) -> None:
        for started, expected in (("2016-02-28", "stalled"), ("2016-02-29", "stalled"), ("2016-03-01", "none")):
            self.assertEqual(answer("idle_land", "2018-01-01", **STALLED | {"started_on": started}), expected)
        self.assertEqual(answer("idle_land", "2018-01-01", **STALLED | {"started_on": "2016-03-01",
                         "construction_area_due": "", "investment_paid": "", "idle_cause": ""}), "none")

    def test_a_share_of_nothing_is_no_share(self) -> None:
        no_area = STALLED | {"construction_area_due": "0"}
        self.assertEqual(answer("idle_land", "2018-01-01", **no_area), Unknown())
        self.assertEqual(answer("idle_land", "2018-01-01", **no_area | {"investment_paid": "999999"}), "stalled")
        self.assertEqual(answer("idle_land", "2018-01-01", **no_area | {"suspended_on": "none"}), "none")
        self.assertEqual(answer("idle_land", "2018-01-01", **STALLED | {"investment_total": "0"}), "stalled")
        self.assertEqual(
            answer("idle_land", "2018-01-01", **no_area | {"investment_total": ""}), lacking("investment_total"))

    def test_preparatory_work_is_no_excuse_of_article_8(self) -> None:
        cause = {"idle_cause": "preparatory_work"}
        self.assertEqual(answer("idle_land", "2018-01-01", **UNSTARTED | cause), "not_started")
        self.assertEqual(answer("idle_land", "2018-01-01", **STALLED | cause), "stalled")

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

    def test_only_the_enterprises_own_doing_has_consequences(self) -> None:
        for cause in ("government", "force_majeure", "preparatory_work"):
            for started in ("none", ""):
                given = {"start_due_on": "2012-07-01", "started_on": started, "idle_cause": cause}
                self.assertEqual(answer("idle_land_fee", "2013-07-01", **given), Fraction(0))
                self.assertEqual(answer("idle_land_takeback", "2014-07-01", **given), "no")
        for day in ("2013-07-01", "2014-07-01"):
            given = UNSTARTED | {"idle_cause": "preparatory_work"}
            self.assertEqual(answer("idle_land_disposal", day, **given), frozenset())

    def test_one_known_no_decides(self) -> None:
        """Area and investment are never asked for."""
        for given, fee, back in (
            ({"started_on": "2013-01-01"}, Fraction(0), "no"),
            ({"start_due_on": "none", "delivered_on": "none"}, Fraction(0), "no"),
            ({"start_due_on": "2012-07-02"}, Fraction(0), "no"),
            ({"start_due_on": "2011-07-01"}, Fraction(0), lacking("started_on", "idle_cause")),
            ({"start_due_on": "2012-07-01"}, lacking("started_on", "idle_cause", "price"), "no"),
            ({"start_due_on": "2012-07-01", "started_on": "none", "price": "10"}, lacking("idle_cause"), "no"),
            ({"started_on": "none", "idle_cause": "enterprise", "price": "10"},
             lacking("start_due_on", "delivered_on"), lacking("start_due_on", "delivered_on")),
        ):
            self.assertEqual(answer("idle_land_fee", "2013-07-01", **given), fee)
            self.assertEqual(answer("idle_land_takeback", "2013-07-01", **given), back)
        for rule in ("idle_land_fee", "idle_land_takeback", "idle_land_disposal"):
            self.assertIs(answer(rule, "2012-06-30", **UNSTARTED), NOT_APPLICABLE)

    left = {"start_due_on": "2018-01-01", "started_on": "none", "idle_cause": "enterprise",
            "price": "1000", "annual_rent": "7", "annual_use_fee": "11"}

    def test_shanghai_kinds_of_supply(self) -> None:
        for mode, sum_due, ceiling in (
            ("listing", 200, True), ("negotiated", 200, True), ("lease", 7, True), ("lease_then_grant", 7, True),
            ("authorised_operation", 11, True), ("capital_contribution", 11, True), ("allocation", 200, False),
        ):
            given = self.left | {"supply_mode": mode}
            self.assertEqual(answer("idle_land_fee", "2019-01-01", "shanghai", **given), sum_due, mode)
            self.assertEqual(answer("idle_land_fee", "2019-01-01", "beijing", **given), 200, mode)
            self.assertIs(is_ceiling("shanghai", Facts(given), date(2018, 12, 20)), ceiling, mode)
            self.assertIs(is_ceiling("shanghai", Facts(given), date(2018, 12, 19)), False, mode)
            self.assertIs(is_ceiling("national", Facts(given), date(2026, 11, 23)), False, mode)

    def test_shanghai_kind_of_supply_missing(self) -> None:
        def fee(**changed: str) -> Any:
            return answer("idle_land_fee", "2019-01-01", "shanghai", **self.left | changed)

        self.assertEqual(fee(), lacking("supply_mode"))
        self.assertEqual(fee(annual_rent="200", annual_use_fee="200"), 200)
        self.assertEqual(fee(annual_rent="200", annual_use_fee=""), lacking("supply_mode", "annual_use_fee"))
        self.assertEqual(fee(supply_mode="lease", price="", annual_use_fee=""), 7)
        self.assertEqual(fee(supply_mode="capital_contribution", annual_use_fee=""), lacking("annual_use_fee"))
        self.assertEqual(answer("idle_land_fee", "2020-01-01", "shanghai", **self.left), Fraction(0))

    def test_bound_only_with_a_sum(self) -> None:
        def faults(own: Any, ceiling: Any, bound: str | None) -> list[str]:
            outcome = "unknown" if isinstance(own, Unknown) else f"{own} CNY"
            return faults_of("idle_land_fee", own, {"outcome": outcome, "bound": bound}, ceiling)

        self.assertEqual(faults(Fraction(7), True, "at_most"), [])
        self.assertEqual(faults(Fraction(7), True, None), ["bound"])
        self.assertEqual(faults(Fraction(7), False, "at_most"), ["bound"])
        self.assertEqual(faults(Fraction(0), True, None), [])
        for ceiling in (True, False, lacking("supply_mode")):
            self.assertEqual(faults(Fraction(0), ceiling, "at_most"), ["bound"])
        for bound in ("at_most", None):
            self.assertEqual(faults(Fraction(7), lacking("supply_mode"), bound), [])
            self.assertEqual(faults(Unknown(), True, bound), [])

    def test_swap_wants_all_four(self) -> None:
        given = STALLED | {"price_paid_in_full": "yes", "project_funds_ready": "yes",
                           "idle_cause_detail": "planning_change", "idle_cause": "government"}
        ways = answer("idle_land_disposal", "2018-01-01", **given)
        self.assertIn("swap", ways)
        self.assertEqual(answer("idle_land_disposal", "2018-01-01", **given | {"price_paid_in_full": "no"}),
                         ways - {"swap"})
        self.assertEqual(answer("idle_land_disposal", "2018-01-01", **given | {"price_paid_in_full": ""}),
                         lacking("price_paid_in_full"))
        for cause in ("enterprise", "force_majeure", "preparatory_work"):
            self.assertEqual(answer("idle_land_disposal", "2018-01-01", **given | {"idle_cause": cause}),
                             ways - {"swap"})
        self.assertEqual(answer("idle_land_disposal", "2018-01-01", **given | {"idle_cause": ""}),
                         lacking("idle_cause"))

    def test_disposal_of_a_stall_without_shares(self) -> None:
        given = STALLED | {"construction_area_due": "0"}
        self.assertEqual(answer("idle_land_disposal", "2018-01-01", **given), Unknown())
        self.assertEqual(answer("idle_land_fee", "2018-01-01", **given), Fraction(0))


class Tenure(unittest.TestCase):
    def check(
        self, expected: Any, package: str, signed: str, term: str, mode: str = "", kind: str = "", approved: str = "",
    ) -> None:
        found = answer("tenure_term", "2026-11-23", package, signed_on=signed, term_years=term,
                       supply_mode=mode, project_class=kind, term_extension_approved=approved)
        self.assertEqual(found, expected, (package, signed, term, mode, kind, approved))

    def test_national(self) -> None:
        self.check(NOT_APPLICABLE, "national", "1990-05-18", "50")
        self.check("pass", "national", "1990-05-19", "50")
        self.check("fail", "national", "1990-05-19", "50.25", "listing")
        self.check(lacking("supply_mode"), "national", "1990-05-19", "50.25")
        self.check(lacking("supply_mode", "term_years"), "national", "1990-05-19", "")
        self.check(lacking("term_years"), "national", "1990-05-19", "", "listing")
        self.check(lacking("signed_on"), "national", "", "50")

    def test_allocated_land_has_no_limit(self) -> None:
        for package in PACKAGES:
            for term in ("70", ""):
                self.check("pass", package, "2019-01-01", term, "allocation")
                self.check("pass", package, "2019-01-01", term, "allocation", "general", "no")
                self.check("pass", package, "2019-01-01", term, "allocation", "key", "yes")

    def test_beijing(self) -> None:
        self.check("pass", "beijing", "2017-12-30", "50", "listing", "general")
        self.check("fail", "beijing", "2017-12-31", "50", "listing", "general")
        self.check("pass", "beijing", "2017-12-31", "20", "listing", "general")
        self.check("fail", "beijing", "2017-12-31", "15.25", "lease", "general")
        self.check("pass", "beijing", "2017-12-31", "20", "lease_then_grant", "general")
        self.check("pass", "beijing", "2017-12-31", "15")
        self.check(lacking("supply_mode"), "beijing", "2017-12-31", "51", "", "general")

    def test_beijing_major_projects(self) -> None:
        self.check("pass", "beijing", "2017-12-31", "50", "listing", "key", "yes")
        self.check("fail", "beijing", "2017-12-31", "50.25", "listing", "key", "yes")
        self.check("fail", "beijing", "2017-12-31", "50", "listing", "key", "no")
        self.check("fail", "beijing", "2017-12-31", "50", "listing", "general", "yes")
        self.check("fail", "beijing", "2017-12-31", "50", "lease", "key", "yes")
        self.check("fail", "beijing", "2017-12-31", "16", "lease")
        self.check("fail", "beijing", "2017-12-31", "51", "listing")
        self.check("pass", "beijing", "2017-12-31", "20", "listing")
        self.check(lacking("project_class", "term_extension_approved"), "beijing", "2017-12-31", "30", "listing")
        self.check(lacking("term_extension_approved"), "beijing", "2017-12-31", "30", "listing", "key")
        self.check(lacking("supply_mode"), "beijing", "2017-12-31", "30", "", "key", "yes")
        self.check(lacking("supply_mode"), "beijing", "2017-12-31", "18", "", "general")
        self.check(lacking("supply_mode", "project_class", "term_extension_approved"),
                   "beijing", "2017-12-31", "18")
        self.check(lacking("supply_mode", "project_class"), "beijing", "2017-12-31", "51", "", "", "yes")

    def test_shenzhen(self) -> None:
        self.check("pass", "shenzhen", "2017-12-31", "25", "listing")
        self.check("fail", "shenzhen", "2018-01-01", "25", "listing")
        self.check("pass", "shenzhen", "2018-01-01", "30", "listing")
        self.check("pass", "shenzhen", "2018-01-01", "25", "lease_then_grant")
        self.check("pass", "shenzhen", "2018-01-01", "20")
        self.check("pass", "shenzhen", "2018-01-01", "50", "lease")
        self.check(lacking("supply_mode"), "shenzhen", "2018-01-01", "25")
        self.check(lacking("supply_mode"), "shenzhen", "2018-01-01", "51")


class ServiceFloorArea(unittest.TestCase):
    def check(self, expected: Any, service: str, original: str, existing: str, as_of: str = "2026-11-23") -> None:
        for package in PACKAGES:
            found = answer("service_floor_area", as_of, package, service_floor_area=service,
                           original_floor_area=original, existing_manufacturer=existing)
            self.assertEqual(found, expected, (service, original, existing, as_of))

    def test_limit_and_force(self) -> None:
        self.check("pass", "15", "100", "yes")
        self.check("fail", "15.01", "100", "yes")
        self.check("pass", "15", "100", "yes", "2015-12-31")
        self.check(NOT_APPLICABLE, "15", "100", "yes", "2015-12-30")
        self.check(NOT_APPLICABLE, "", "", "", "2015-12-30")

    def test_existing_manufacturers_only(self) -> None:
        self.check(NOT_APPLICABLE, "99", "100", "no")
        self.check(NOT_APPLICABLE, "", "", "no")
        self.check(lacking("existing_manufacturer"), "15", "100", "")
        self.check(lacking("existing_manufacturer", "service_floor_area"), "", "100", "")
        self.check(lacking("service_floor_area"), "", "100", "yes")

    def test_no_original_floor_area(self) -> None:
        self.check(Unknown(), "0", "0", "yes")
        self.check(lacking("existing_manufacturer"), "0", "0", "")


class Mix(unittest.TestCase):
    def check(self, expected: Any, package: str, signed: str, **given: str) -> None:
        self.assertEqual(answer("functional_mix", "2026-11-23", package, signed_on=signed, **given), expected)

    def test_versions(self) -> None:
        national = {"service_floor_area": "15", "original_floor_area": "100", "existing_manufacturer": "yes"}
        self.check(NOT_APPLICABLE, "national", "2015-12-30", **national)
        self.check("pass", "national", "2015-12-31", **national)
        self.check("pass", "shanghai", "2021-09-19", **national)
        self.check(lacking("floor_area", "other_industry_floor_area", "living_support_floor_area"),
                   "shanghai", "2021-09-20", **national)
        self.check(Unknown(), "shanghai", "2026-09-20", **national)
        self.check("fail", "beijing", "2017-12-31", support_floor_area="15.01", floor_area="100")
        self.check("pass", "shenzhen", "2018-01-01", support_floor_area="30", floor_area="100")

    def test_national_is_the_service_floor_area_on_the_day(self) -> None:
        given = {"signed_on": "2015-12-31", "service_floor_area": "15", "original_floor_area": "100"}
        existing = given | {"existing_manufacturer": "yes"}
        self.assertEqual(answer("functional_mix", "2015-12-31", **existing), "pass")
        self.assertIs(answer("functional_mix", "2015-12-30", **existing), NOT_APPLICABLE)
        self.assertIs(answer("functional_mix", "2026-11-23", **given | {"existing_manufacturer": "no"}), NOT_APPLICABLE)
        self.assertEqual(answer("functional_mix", "2026-11-23", **given), lacking("existing_manufacturer"))
        self.assertEqual(answer("functional_mix", "2015-12-30", **existing | {"signed_on": ""}), lacking("signed_on"))

    def test_shanghai_all_limits(self) -> None:
        missing = lacking("living_support_floor_area")
        for other, living, expected in (("15", "15", "pass"), ("15.01", "15", "fail"),
                                        ("0", "15.01", "fail"), ("", "15.01", "fail"),
                                        ("30.01", "", "fail"), ("30", "", missing), ("30", "0", "pass")):
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
        self.check("production", "2025-01-01", "2024-01-01", produced_on="none", full_capacity_on="none",
                   produce_due_on="2025-01-01")
        self.check("full_capacity", "none", "2024-01-01", full_capacity_on="none",
                   full_capacity_due_on="none", delivered_on="none")

    def test_edge_of_the_last_year(self) -> None:
        idle = {"produced_on": "none", "full_capacity_on": "none"}
        self.check("production", "2028-02-28", "2024-01-01", **idle, produce_due_on="2028-02-28")
        self.check("before_end", "2029-02-28", "2024-01-01", **idle, produce_due_on="2028-02-29")

    def test_the_last_one_takes_in_only_what_has_a_date(self) -> None:
        idle = {"produced_on": "none", "full_capacity_on": "none", "produce_due_on": "none"}
        self.check("production", "none", "2024-01-01", **idle)
        self.check("production", "none", "2029-02-28", **idle)
        self.check("before_end", "2029-02-28", "2029-03-01", **idle)
        self.check("full_capacity", "none", "2024-01-01", full_capacity_on="none", full_capacity_due_on="none")

    def test_full_capacity_implies_production(self) -> None:
        for produced in ("none", "", "2030-01-01"):
            self.check("periodic", "2022-03-01", "2021-12-31", produced_on=produced)
        self.check("full_capacity", "2025-01-01", "2024-01-01", full_capacity_on="2024-06-01",
                   full_capacity_due_on="2025-01-01")
        self.assertEqual(
            answer("evaluation_due", "2024-01-01", **self.life | {"produced_on": "", "full_capacity_on": "none"}),
            lacking("produced_on"),
        )

    def test_before_the_papers_year(self) -> None:
        self.assertIs(answer("evaluation_due", "2021-12-30", **self.life), NOT_APPLICABLE)


class EveryCase(unittest.TestCase):
    def test_generated_cases_meet_every_answer(self) -> None:
        met = {
            (name, label(own))
            for package in PACKAGES for as_of in AS_OF_DATES
            for generator in (Generator(1, package, as_of),) for _ in range(120)
            for name, own in assess(package, Facts(generator.case()), as_of).items()
        }
        self.assertEqual({(name, text) for name, labels in LABELS.items() for text in labels} - met, set())

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
