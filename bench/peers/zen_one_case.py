"""GoRules zen-engine: a decision graph, one case at a time.

Its expressions have no third truth value and no calendar: truth is a number here (0 no, 0.5 unknown, 1 yes; `and` is
the least, `or` the greatest), days are numbers, and the caller counts the years: the start date plus one and plus
two, the suspension plus one. It judges idle land, fee, taking back and term of tenure only.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import zen

import common
from common import AS_OF, Array, add_years

TODAY = int(AS_OF.astype(np.int64))
PASSED = (
    "started_on", "suspended_on", "signed_on", "idle_cause", "supply_mode", "term_years", "price",
    "construction_area_started", "construction_area_due", "investment_paid", "investment_total",
)
Case = dict[str, Any]


def asked(question: str, *facts: str) -> str:
    """A question about facts as a number; unknown if one of them is missing."""
    missing = " or ".join(f"{fact} == null" for fact in facts)
    return f"({missing}) ? 0.5 : (({question}) ? 1 : 0)"


def all_of(*terms: str) -> str:
    """Conjunction."""
    return f"min([{', '.join(terms)}])"


def any_of(*terms: str) -> str:
    """Disjunction."""
    return f"max([{', '.join(terms)}])"


def below(part: str, whole: str, least: float) -> str:
    """Whether a share is below its least."""
    return asked(f"{part} / {whole} < {least!r}", part, whole)


def expressions() -> dict[str, str]:
    """The rules in order; `$` is what was found before in the same node."""
    p = common
    never, stopped, excused = "$.never_started", "$.stopped", "$.excused"
    unknown = f"({excused} == 0.5 or {never} == 0.5 or {stopped} == 0.5)"
    return {
        "has_started": asked(f"started_on <= {TODAY}", "started_on"),
        "one_year": asked(f"due_and_one_year <= {TODAY}", "due_and_one_year"),
        "two_years": asked(f"due_and_two_years <= {TODAY}", "due_and_two_years"),
        "too_little": any_of(
            below("construction_area_started", "construction_area_due", p.AREA_SHARE_MIN),
            below("investment_paid", "investment_total", p.INVESTMENT_SHARE_MIN),
        ),
        "in_order": asked("suspended_on >= started_on", "suspended_on", "started_on"),
        "stopped_long": asked(f"suspended_and_one_year <= {TODAY}", "suspended_and_one_year"),
        "never_started": all_of("1 - $.has_started", "$.one_year"),
        "stopped": all_of("$.has_started", "$.too_little", "$.in_order", "$.stopped_long"),
        "not_attributable": asked(f"idle_cause in [{p.GOVERNMENT}, {p.FORCE_MAJEURE}]", "idle_cause"),
        "enterprise": asked(f"idle_cause == {p.ENTERPRISE}", "idle_cause"),
        "excused": all_of(any_of(never, stopped), "$.not_attributable"),
        "idle_land": (
            f"{excused} == 1 ? {p.NOT_ATTRIBUTABLE} : ({excused} == 0 and {never} == 1 ? {p.NOT_STARTED} : "
            f"({unknown} ? {p.UNKNOWN} : ({stopped} == 1 ? {p.STALLED} : {p.NONE})))"
        ),
        "fee_due": all_of(never, "$.enterprise", "1 - $.two_years"),
        "idle_land_fee": (
            f"$.fee_due == 0 or (price != null and price == 0) ? 0 : "
            f"($.fee_due == 1 and price != null ? {p.FEE_RATE} * price : {p.UNKNOWN})"
        ),
        "take_back": all_of(never, "$.enterprise", "$.two_years"),
        "idle_land_takeback": f"$.take_back == 0.5 ? {p.UNKNOWN} : $.take_back",
        "holds": any_of(
            asked(f"supply_mode == {p.ALLOCATION}", "supply_mode"),
            asked(f"term_years <= {p.TERM_YEARS_MAX}", "term_years"),
        ),
        "tenure_term": (
            f"signed_on == null ? {p.UNKNOWN} : (signed_on < {int(p.TENURE_FROM.astype(np.int64))} ? "
            f"{p.NOT_APPLICABLE} : ($.holds == 0.5 ? {p.UNKNOWN} : $.holds))"
        ),
    }


def graph() -> str:
    """The decision graph as JSON."""
    place = {"x": 0, "y": 0}
    rules = [{"id": key, "key": key, "value": value} for key, value in expressions().items()]
    return json.dumps({
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "case", "type": "inputNode", "name": "case", "position": place},
            {"id": "rules", "type": "expressionNode", "name": "rules", "position": place,
             "content": {"expressions": rules, "passThrough": False}},
            {"id": "outcome", "type": "outputNode", "name": "outcome", "position": place},
        ],
        "edges": [
            {"id": "a", "type": "edge", "sourceId": "case", "targetId": "rules"},
            {"id": "b", "type": "edge", "sourceId": "rules", "targetId": "outcome"},
        ],
    })


def cases(given: common.Arguments) -> list[Case]:
    """The cases as a caller would pass them, with the days that zen cannot count."""
    rows = given.one_case
    column = {name: np.asarray(common.raw(given.folder, name, rows)) for name in common.FACTS}

    def day(name: str) -> Array:
        return np.where(column[name] == common.MISSING, np.datetime64("NaT"), column[name].astype("M8[D]"))

    agreed = day("start_due_on")
    due = np.where(agreed == np.datetime64(common.NEVER, "D"), add_years(day("delivered_on"), 1), agreed)
    counted = {
        "due_and_one_year": add_years(due, common.YEARS_NOT_STARTED),
        "due_and_two_years": add_years(due, common.YEARS_TAKE_BACK),
        "suspended_and_one_year": add_years(day("suspended_on"), common.YEARS_STALLED),
    }
    # A date that is not known is the least number, as landcycle writes it.
    passed = {name: column[name] for name in PASSED} | {name: days.astype(np.int64) for name, days in counted.items()}
    return [
        {name: None if values[row] == common.MISSING else int(values[row]) for name, values in passed.items()}
        for row in range(rows)
    ]


def main() -> None:
    """Times the cases and compares them."""
    given = common.arguments()
    decision = zen.ZenEngine().create_decision(graph())
    asked_for = cases(given)
    found = [decision.evaluate(case)["result"] for case in asked_for]
    differing = {
        name: int(np.count_nonzero(
            np.rint([float(result[name]) for result in found]).astype(np.int64)
            != common.raw(given.folder, f"out_{name}", given.one_case),
        ))
        for name in ("idle_land", "idle_land_fee", "idle_land_takeback", "tenure_term")
    }
    common.measure_one_case("zen-engine (4 of 6 rules)", decision.evaluate, asked_for, differing=differing)


if __name__ == "__main__":
    main()
