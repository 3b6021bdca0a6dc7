"""NumPy: values with masks of what is known, over whole columns and in blocks that fit the cache."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

import common
from common import AS_OF, Array, add_years

BLOCK = 16 * 1024
NEVER = np.datetime64(common.NEVER, "D")


@dataclass(frozen=True, slots=True)
class Value:
    """Values and where they are known."""

    value: Array
    known: Array

    def __getitem__(self, rows: slice) -> Value:
        return Value(self.value[rows], self.known[rows])

    def is_equal(self, other: Any) -> Logic:
        """Whether it is one value."""
        return self.test(self.value == other)

    def test(self, answer: Array) -> Logic:
        """What is asked of it, where it is known."""
        return Logic(answer & self.known, ~answer & self.known)

    def plus_years(self, years: Any) -> Value:
        """Days some years later."""
        if isinstance(years, Value):
            return Value(add_years(self.value, years.value), self.known & years.known)
        return Value(add_years(self.value, years), self.known)


@dataclass(frozen=True, slots=True)
class Logic:
    """Three-valued logic: where it is true, where false; elsewhere it is unknown."""

    yes: Array
    no: Array

    def __and__(self, other: Logic) -> Logic:
        return Logic(self.yes & other.yes, self.no | other.no)

    def __or__(self, other: Logic) -> Logic:
        return Logic(self.yes | other.yes, self.no & other.no)

    def __invert__(self) -> Logic:
        return Logic(self.no, self.yes)

    @property
    def known(self) -> Array:
        """Where it is not unknown."""
        return self.yes | self.no


Facts = Mapping[str, Value]
Outcomes = dict[str, Array]


def compare(left: Value, right: Value, answer: Array) -> Logic:
    """What is asked of two values, where both are known."""
    known = left.known & right.known
    return Logic(answer & known, ~answer & known)


def choose(condition: Logic, then: Value, other: Value) -> Value:
    """One of two; where the condition is unknown, what both agree on."""
    agreed = then.known & other.known & (then.value == other.value)
    return Value(
        np.where(condition.yes, then.value, other.value),
        (condition.yes & then.known) | (condition.no & other.known) | agreed,
    )


def choice(unknown: int, *parts: tuple[Array, int]) -> Array:
    """Codes where the masks say so."""
    out = np.full(len(parts[0][0]), unknown, dtype=np.int16)
    for mask, code in parts:
        np.copyto(out, code, where=mask, casting="unsafe")
    return out


def start_due_date(facts: Facts) -> Value:
    """The agreed start date, or one year after delivery."""
    agreed = facts["start_due_on"]
    return choose(
        agreed.is_equal(NEVER), facts["delivered_on"].plus_years(common.YEARS_AFTER_DELIVERY), agreed,
    )


def reached(day: Value) -> Logic:
    """Whether a day has come."""
    return day.test(day.value <= AS_OF)


def ratio_below(part: Value, whole: Value, least: float) -> Logic:
    """Whether a share is below its least."""
    return compare(part, whole, part.value / whole.value < least)


def idle(facts: Facts) -> Outcomes:
    """Idle land, the fee, taking back and the ways of disposal."""
    due, cause, started, suspended = (
        start_due_date(facts), facts["idle_cause"], facts["started_on"], facts["suspended_on"],
    )
    has_started = reached(started)
    never_started = ~has_started & reached(due.plus_years(common.YEARS_NOT_STARTED))
    two_years = reached(due.plus_years(common.YEARS_TAKE_BACK))
    too_little = ratio_below(
        facts["construction_area_started"], facts["construction_area_due"], common.AREA_SHARE_MIN,
    ) | ratio_below(facts["investment_paid"], facts["investment_total"], common.INVESTMENT_SHARE_MIN)
    stopped = (
        has_started & too_little & compare(suspended, started, suspended.value >= started.value)
        & reached(suspended.plus_years(common.YEARS_STALLED))
    )
    government = cause.is_equal(common.GOVERNMENT)
    excused = (never_started | stopped) & (government | cause.is_equal(common.FORCE_MAJEURE))
    limb_1, limb_2 = ~excused & never_started, ~excused & ~never_started & stopped
    neither = ~excused & ~never_started & ~stopped

    unstarted = never_started & cause.is_equal(common.ENTERPRISE)
    fee_due, take_back = unstarted & ~two_years, unstarted & two_years
    price = facts["price"]
    amount = common.FEE_RATE * price.value
    fee = np.full(len(amount), np.nan)
    np.copyto(fee, amount, where=fee_due.yes & price.known)
    np.copyto(fee, 0.0, where=fee_due.no | (price.known & (amount == 0)))

    settled = excused.yes | limb_1.yes | limb_2.yes | neither.yes
    by_agreement = Logic(excused.yes | limb_2.yes, limb_1.yes | neither.yes)
    swap = (
        by_agreement & government & facts["price_paid_in_full"].is_equal(1)
        & facts["project_funds_ready"].is_equal(1) & facts["idle_cause_detail"].is_equal(common.PLANNING_CHANGE)
    )
    ways = (
        fee_due.yes * np.int16(common.FEE) + take_back.yes * np.int16(common.TAKE_BACK)
        + by_agreement.yes * np.int16(common.BY_AGREEMENT) + swap.yes * np.int16(common.SWAP)
    )
    np.copyto(ways, common.UNKNOWN, where=~(fee_due.known & take_back.known & settled & swap.known))
    return {
        "idle_land": choice(
            common.UNKNOWN, (excused.yes, common.NOT_ATTRIBUTABLE), (limb_1.yes, common.NOT_STARTED),
            (limb_2.yes, common.STALLED), (neither.yes, common.NONE),
        ),
        "idle_land_fee": fee,
        "idle_land_takeback": choice(common.UNKNOWN, (take_back.yes, 1), (take_back.no, 0)),
        "idle_land_disposal": ways,
    }


def tenure_term(facts: Facts) -> Array:
    """Whether the term is within its maximum, on land that is not allocated."""
    term, signed = facts["term_years"], facts["signed_on"]
    holds = facts["supply_mode"].is_equal(common.ALLOCATION) | term.test(term.value <= common.TERM_YEARS_MAX)
    in_force = signed.test(signed.value >= common.TENURE_FROM)
    return choice(
        common.UNKNOWN, (in_force.no, common.NOT_APPLICABLE),
        (in_force.yes & holds.yes, 1), (in_force.yes & holds.no, 0),
    )


def evaluation_due(facts: Facts) -> Outcomes:
    """The next evaluation: its stage and its day."""
    full = facts["full_capacity_on"]
    term_end = facts["delivered_on"].plus_years(facts["term_years"])
    last = term_end.plus_years(-common.YEARS_BEFORE_END)
    merge_after = last.plus_years(-common.YEARS_MERGE)
    at_capacity = reached(full)
    producing = reached(facts["produced_on"]) | at_capacity
    following = choose(
        ~producing, facts["produce_due_on"],
        choose(
            ~at_capacity, facts["full_capacity_due_on"],
            Value(common.next_every(full.value, common.YEARS_INTERVAL), full.known),
        ),
    )
    ended = term_end.test(term_end.value < AS_OF)
    final = last.test(last.value < AS_OF) | (
        ~following.is_equal(NEVER) & compare(following, merge_after, following.value > merge_after.value)
    )

    def constant(code: Any) -> Value:
        return Value(np.broadcast_to(code, full.value.shape), np.broadcast_to(True, full.value.shape))

    stage = constant(np.int8(common.PERIODIC))
    for condition, code in (
        (~at_capacity, common.FULL_CAPACITY), (~producing, common.PRODUCTION),
        (final, common.BEFORE_END), (ended, common.ENDED),
    ):
        stage = choose(condition, constant(np.int8(code)), stage)
    due = choose(ended, constant(NEVER), choose(final, last, following))
    return {"stage": stage.value, "due_on": due.value, "evaluated": stage.known & due.known}


def judge(facts: Facts) -> Outcomes:
    """Every outcome of some rows."""
    return {**idle(facts), "tenure_term": tenure_term(facts), **evaluation_due(facts)}


def judge_blocks(facts: Facts, rows: int, pool: ThreadPoolExecutor | None) -> Outcomes:
    """The same block by block, so that what lies between stays in the cache."""
    out = {name: np.empty(rows, dtype=column.dtype) for name, column in judge(one_row(facts, 0)).items()}

    def block(start: int) -> None:
        span = slice(start, min(start + BLOCK, rows))
        for name, column in judge({name: fact[span] for name, fact in facts.items()}).items():
            out[name][span] = column

    for _ in (pool.map if pool else map)(block, range(0, rows, BLOCK)):
        pass
    return out


def one_row(facts: Facts, row: int) -> Facts:
    """One case."""
    return {name: fact[row:row + 1] for name, fact in facts.items()}


def load(given: common.Arguments) -> dict[str, Value]:
    """The columns: days as dates, money in fen, codes in a byte; something harmless where not known."""
    facts = {}
    for name in common.FACTS:
        written = common.raw(given.folder, name, given.rows)
        known = written != common.MISSING
        filled = np.where(known, written, 1)
        if name in common.DATES:
            facts[name] = Value(filled.astype("M8[D]"), known)
        else:
            facts[name] = Value(filled.astype("i8" if name in common.MONEY_AND_AREAS else "i1"), known)
    return facts


def answers(out: Outcomes) -> dict[str, Array]:
    """As landcycle's numbers."""
    rules = ("idle_land", "idle_land_takeback", "idle_land_disposal", "tenure_term")
    return {
        **{name: out[name].astype(np.int64) for name in rules},
        "idle_land_fee": common.fen(out["idle_land_fee"]),
        "evaluation_due": common.evaluation(out["stage"], out["due_on"], out["evaluated"]),
    }


def main() -> None:
    """Whole columns or blocks; one case."""
    given = common.arguments()
    facts = load(given)
    if given.one_case:
        common.measure_one_case("NumPy", judge, (one_row(facts, row) for row in range(min(given.one_case, given.rows))))
    elif given.variant == "blocks":
        with ThreadPoolExecutor(given.threads) as threads:
            pool = threads if given.threads > 1 else None
            common.measure("NumPy, blocks", given, lambda: judge_blocks(facts, given.rows, pool), answers)
    else:
        common.measure("NumPy, whole columns", given, lambda: judge(facts), answers)


if __name__ == "__main__":
    main()
