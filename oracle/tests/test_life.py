"""Lives worked out by hand from Order 53, the statutes and the reading of them in decision 0010."""

import re
import unittest
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from landcycle_oracle.life import standing
from landcycle_oracle.life.case import Case, Code
from landcycle_oracle.life.making import make_life
from landcycle_oracle.life.table import STAGES, TABLE
from landcycle_oracle.life.vocabulary import BadValue, canonical

ROOT = Path(__file__).resolve().parents[2]
CODE = Code(ROOT / "policies")
TERMS = {
    "orientation": "permitted",
    **{f"terms_{name}": "yes" for name in ("admission", "dates", "subdivision", "letting", "equity", "exit")},
}


class Life:
    """A case with its last answer."""

    def __init__(self) -> None:
        self.case = Case(CODE)

    def do(self, act: str, on: str, **facts: str) -> dict[str, Any]:
        self.last = self.case.do({"act": act, "on": on, "facts": facts})
        return self.last

    def done(self, act: str, on: str, **facts: str) -> "Life":
        refused = self.do(act, on, **facts)["refused"]
        if refused:
            raise AssertionError(f"{act} {refused}")
        return self


def offered() -> Life:
    """A parcel of ten thousand square metres and a bit that is listed."""
    first = Life().done("reserve", "2022-01-10", area="30 亩", city="别处")
    return first.done("offer", "2022-01-10", supply_mode="listing")


def contracted() -> Life:
    """Signed in January 2022 with a start due on the first of June."""
    return (
        offered()
        .done("sign", "2022-01-10", holder="甲", term_years="20", start_due_on="2022-06-01", **TERMS)
        .done("deliver", "2022-02-01")
    )


def found(on: str, cause: str = "enterprise") -> Life:
    """Found idle a full year after the start was due, or later."""
    return (
        contracted().done("suspect", on).done("inquire", on)
        .done("reply", on, idle_cause=cause, idle_cause_detail="delivery_failure")
        .done("find_idle", on, started_on="none")
    )


class Supply(unittest.TestCase):
    def test_fifty_years_are_the_most(self) -> None:
        # Grant and Transfer Regulations art. 12(2).
        life, facts = offered(), {"holder": "甲", **TERMS}
        self.assertEqual(life.do("sign", "2022-01-10", term_years="51", **facts)["refused"], ["A13 tenure_term"])
        self.assertEqual(life.do("sign", "2022-01-10", term_years="50", **facts)["stage"], "contracted")

    def test_an_act_is_read_before_the_law_is_asked(self) -> None:
        life = offered()
        wrong = {"holder": "甲", "exit_on": "none", "term_years": "x"}
        self.assertEqual(life.do("sign", "2022-01-10", **wrong)["refused"], ["A10", "A11"])
        self.assertEqual(life.do("sign", "2022-01-10")["refused"], ["A12", "A12"])
        self.assertEqual(life.do("purchase", "2022-01-10")["refused"], ["A01"])
        self.assertEqual(life.do("deliver", "2022-01-10")["refused"], ["A05"])
        self.assertEqual(life.do("reserve", "2022-01-10")["refused"], ["A03"])
        # A day before the record begins; and one before the last act, with the case as it stood then.
        self.assertEqual(life.do("deliver", "2022-01-09")["refused"], ["A04"])
        later = life.done("withdraw_offer", "2022-03-01")
        self.assertEqual(later.do("withdraw_offer", "2022-02-01"), {
            "stage": "offered", "open": ["kept"], "refused": ["A09"],
        })


class IdleLand(unittest.TestCase):
    def test_idle_from_the_day_on_which_the_year_is_full(self) -> None:
        # Order 53 art. 2; Civil Code art. 202.
        early = contracted().done("suspect", "2023-05-31").done("inquire", "2023-05-31").done("reply", "2023-05-31")
        facts = {"started_on": "none", "idle_cause": "enterprise"}
        self.assertEqual(early.do("find_idle", "2023-05-31", **facts)["refused"], ["A13 idle_land"])
        self.assertEqual(early.do("find_idle", "2023-06-01", **facts)["refused"], [])

    def test_the_finding_waits_thirty_days_for_an_answer(self) -> None:
        # Arts. 5, 9.
        asked = contracted().done("suspect", "2023-07-01").done("inquire", "2023-07-01")
        facts = {"started_on": "none", "idle_cause": "enterprise"}
        self.assertEqual(asked.do("find_idle", "2023-07-31", **facts)["refused"], ["A13 answer_awaited"])
        self.assertEqual(asked.do("find_idle", "2023-08-01", **facts)["refused"], [])

    def test_silence_about_works_is_unknown(self) -> None:
        # Decision 0010: what happens on the ground is not known by silence.
        asked = contracted().done("suspect", "2023-07-01").done("inquire", "2023-07-01").done("reply", "2023-07-01")
        self.assertEqual(asked.do("find_idle", "2023-07-02", idle_cause="enterprise")["refused"], ["A14 idle_land"])

    def test_fee_for_one_year_taking_back_from_two(self) -> None:
        # Art. 14; approval first.
        fee, back = "levy_fee", "decide_takeback"
        for on, act, other in (("2024-05-31", fee, back), ("2024-06-01", back, fee)):
            told = found("2023-06-01").done("tell_hearing", "2023-06-02")
            facts = {"started_on": "none", "government_approved_on": on}
            self.assertEqual(told.do(other, on, **facts)["refused"], ["A13 idle_land_disposal"])
            alone = facts | {"government_approved_on": "none"}
            self.assertEqual(told.do(act, on, **alone)["refused"], ["A13 disposal_approved"])
            self.assertIn("decided", told.do(act, on, **facts)["open"])

    def test_a_hearing_asked_for_comes_before_the_decision(self) -> None:
        # Art. 15.
        asked = found("2023-06-01").done("tell_hearing", "2023-06-02").done("request_hearing", "2023-06-03")
        facts = {"started_on": "none", "government_approved_on": "2023-06-04"}
        self.assertEqual(asked.do("levy_fee", "2023-06-05", **facts)["refused"], ["A13 hearing_respected"])
        asked.done("hold_hearing", "2023-06-05").done("levy_fee", "2023-06-05", **facts)
        self.assertEqual(asked.do("dispose", "2023-06-05")["refused"], ["A07"])

    def test_announced_after_the_thirtieth_day(self) -> None:
        # Arts. 17, 18.
        taken = found("2024-06-01").done("tell_hearing", "2024-06-02")
        taken.done("decide_takeback", "2024-06-10", started_on="none", government_approved_on="2024-06-09")
        over = {"remedy_period_over": "yes"}
        self.assertEqual(taken.do("announce_cancellation", "2024-07-10", **over)["refused"], ["A13 takeback_final"])
        self.assertEqual(taken.do("announce_cancellation", "2024-07-11")["refused"], ["A14 takeback_final"])
        self.assertEqual(taken.do("announce_cancellation", "2024-07-11", **over)["stage"], "ended")

    def test_a_start_agreed_anew_closes_the_disposal(self) -> None:
        # Art. 12: filed, approved, from the day of signing on, a year longer at most.
        idle = found("2023-06-01", "government").done("file_idle", "2023-06-02")
        idle.done("inspect", "2023-06-03", started_on="none")
        terms = {"disposal_way": "extend", "government_approved_on": "2023-06-03", "supplement_start_on": "2023-06-03"}
        late = {"start_extended_to": "2024-06-04"}
        refused = idle.do("agree_disposal", "2023-06-03", **terms, **late)["refused"]
        self.assertEqual(refused, ["A13 start_extension_within_limit"])
        good = {"start_extended_to": "2024-06-03"}
        self.assertEqual(idle.do("agree_disposal", "2023-06-03", **terms, **good)["refused"], [])
        self.assertEqual(idle.case.on(date(2023, 6, 3))["start_due_on"], "2024-06-03")
        self.assertNotIn("suspected", idle.do("dispose", "2023-06-03")["open"])

    def test_works_on_record_are_not_denied_and_do_not_come_ahead(self) -> None:
        started = contracted().done("start", "2022-05-01")
        self.assertEqual(started.do("inspect", "2023-01-01", started_on="none")["refused"], ["A11"])
        self.assertEqual(started.do("inspect", "2023-01-01", completed_on="2023-01-02")["refused"], ["A11"])
        self.assertEqual(started.do("inspect", "2023-01-02", completed_on="2023-01-02")["stage"], "completed")

    def test_a_swap_ends_the_old_right_and_a_fee_outlives_it(self) -> None:
        # Art. 12(1)(5): for a change of plan, with the price paid and funds ready.
        idle = found("2023-06-01", "government").done("file_idle", "2023-06-02")
        idle.done("inspect", "2023-06-03", started_on="none", price_paid_in_full="yes", project_funds_ready="yes")
        swap = {"disposal_way": "swap", "government_approved_on": "2023-06-03"}
        self.assertEqual(idle.do("agree_disposal", "2023-06-03", **swap)["refused"], ["A13 idle_land_disposal"])
        # An extension is open whatever a swap would need.
        extend = {"disposal_way": "extend", "supplement_start_on": "2023-07-01", "government_approved_on": "2023-06-03"}
        self.assertEqual(idle.do("agree_disposal", "2023-06-03", **extend)["refused"], [])
        fined = found("2023-06-01").done("tell_hearing", "2023-06-02")
        fined.done("levy_fee", "2023-06-10", started_on="none", government_approved_on="2023-06-09")
        left = fined.do("exit_voluntarily", "2023-07-01", building_appraisal="0")
        self.assertEqual(left["stage"], "ended")
        self.assertEqual(fined.do("dispose", "2023-07-02")["refused"], ["A07"])
        self.assertNotIn("fee_owed", fined.do("pay_fee", "2023-07-03")["open"])
        self.assertNotIn("suspected", fined.do("dispose", "2023-07-03")["open"])

    def test_one_telling_one_hearing(self) -> None:
        # Art. 15: once it was held there is no second one, unless the right is told anew.
        told = found("2023-06-01").done("tell_hearing", "2023-06-02").done("request_hearing", "2023-06-03")
        self.assertNotIn("hearing_requested", told.do("hold_hearing", "2023-06-05")["open"])
        self.assertEqual(told.do("request_hearing", "2023-06-06")["refused"], ["A07"])


class Standing(unittest.TestCase):
    def test_a_none_holds_on_its_day_alone(self) -> None:
        life = contracted().done("inspect", "2022-03-01", started_on="none")
        self.assertEqual(life.case.on(life.case.events[-1][0])["started_on"], "none")
        life.done("inspect", "2022-03-02")
        self.assertNotIn("started_on", life.case.on(life.case.events[-1][0]))

    def test_the_table_is_the_reviewed_one(self) -> None:
        rows = re.findall(r"^\| [^|`]*`(\w+)` \|(.*)\|$", (ROOT / "docs" / "lifecycle.md").read_text("utf-8"), re.M)
        self.assertEqual([name for name, _ in rows], list(TABLE))
        words: dict[str, set[str]] = {}
        for name, row in rows:
            cells = [cell.strip() for cell in row.split("|")]
            place = TABLE[name]
            stages = [stage for stage, cell in zip(STAGES, cells, strict=False) if cell]
            self.assertEqual(stages, list(place.stages), name)
            for cell, own in ((cells[8], place.needs), (cells[9], place.bars)):
                told = [word for word in cell.split("、") if word]
                self.assertEqual(len(told), len(own), name)
                for word, condition in zip(told, own, strict=True):
                    words.setdefault(word, set()).add(condition)
        # Each word of the table stands for one condition.
        self.assertTrue(all(len(known) == 1 for known in words.values()), words)
        self.assertLessEqual({name for known in words.values() for name in known}, set(standing.CONDITIONS))


class Making(unittest.TestCase):
    def test_values(self) -> None:
        area = CODE.vocabulary.facts["area"]
        self.assertEqual(canonical(area, "15 亩"), "10000")
        for text in ("-1", "1 光年", "0.00001"):
            with self.assertRaises(BadValue):
                canonical(area, text)

    def test_a_seed_gives_the_same_lives(self) -> None:
        first, second = (make_life(Random("1/0"), CODE) for _ in range(2))
        self.assertEqual(first, second)


if __name__ == "__main__":
    unittest.main()
