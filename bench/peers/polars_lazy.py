"""Polars: lazy expressions over nullable columns, whose logic is Kleene's; in memory and streaming."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

import numpy as np

import common
from common import AS_OF, Array

GIVEN = common.arguments()
os.environ["POLARS_MAX_THREADS"] = str(GIVEN.threads)  # read once, on import

import polars as pl  # noqa: E402
from polars import Expr, col  # noqa: E402

TODAY: date = AS_OF.astype(object)
NEVER = date(9999, 12, 31)


def plus_years(day: Expr, years: int) -> Expr:
    """The corresponding day, or the month's last; never stays never."""
    return pl.when(day == NEVER).then(NEVER).otherwise(day.dt.offset_by(f"{years}y"))


def plus_years_of(day: Expr, years: Expr) -> Expr:
    """The same with another number of years in every row: parts of dates are faster than written durations."""
    year, month, in_month = day.dt.year() + years, day.dt.month(), day.dt.day()
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    clamped = pl.when((month == 2) & (in_month == 29) & ~leap).then(28).otherwise(in_month)
    return pl.when(day == NEVER).then(NEVER).otherwise(pl.date(year, month, clamped))


def next_every(start: Expr, every: int) -> Expr:
    """The first of `start` + every, 2 x every, ... years that is not before the assessment date."""
    months = 12 * (TODAY.year - start.dt.year()) + (TODAY.month - start.dt.month().cast(pl.Int32))
    months = months + (start.dt.day() < TODAY.day)
    steps = (months + (12 * every - 1)).floordiv(12 * every).clip(lower_bound=1)
    return plus_years_of(start, every * steps)


def choose(condition: Expr, then: Expr, other: Expr) -> Expr:
    """One of two; where the condition is null, what both agree on."""
    return pl.when(condition).then(then).when(~condition).then(other).when(then == other).then(then)


def byte(code: int) -> Expr:
    """A code."""
    return pl.lit(code, dtype=pl.Int8)


def days(cases: pl.LazyFrame) -> pl.LazyFrame:
    """With the days and shares that the rules start from."""
    agreed = col("start_due_on")
    at_capacity = col("full_capacity_on") <= TODAY
    return cases.with_columns(
        due=choose(agreed == NEVER, plus_years(col("delivered_on"), common.YEARS_AFTER_DELIVERY), agreed),
        has_started=col("started_on") <= TODAY,
        too_little=(col("construction_area_started") / col("construction_area_due") < common.AREA_SHARE_MIN)
        | (col("investment_paid") / col("investment_total") < common.INVESTMENT_SHARE_MIN),
        stopped_long=plus_years(col("suspended_on"), common.YEARS_STALLED) <= TODAY,
        term_end=plus_years_of(col("delivered_on"), col("term_years")),
        at_capacity=at_capacity,
        producing=(col("produced_on") <= TODAY) | at_capacity,
        periodic=next_every(col("full_capacity_on"), common.YEARS_INTERVAL),
    ).with_columns(
        never_started=~col("has_started") & (plus_years(col("due"), common.YEARS_NOT_STARTED) <= TODAY),
        two_years=plus_years(col("due"), common.YEARS_TAKE_BACK) <= TODAY,
        stopped=col("has_started") & col("too_little") & (col("suspended_on") >= col("started_on"))
        & col("stopped_long"),
        last=plus_years(col("term_end"), -common.YEARS_BEFORE_END),
        following=choose(
            ~col("producing"), col("produce_due_on"),
            choose(~col("at_capacity"), col("full_capacity_due_on"), col("periodic")),
        ),
    ).with_columns(
        excused=(col("never_started") | col("stopped"))
        & col("idle_cause").is_in([common.GOVERNMENT, common.FORCE_MAJEURE]),
        unstarted=col("never_started") & (col("idle_cause") == common.ENTERPRISE),
        ended=col("term_end") < TODAY,
        final=(col("last") < TODAY) | (
            (col("following") != NEVER) & (col("following") > plus_years(col("last"), -common.YEARS_MERGE))
        ),
    )


def judge(cases: pl.LazyFrame) -> pl.LazyFrame:
    """Every outcome; null is unknown."""
    excused, never_started, stopped = col("excused"), col("never_started"), col("stopped")
    fee_due, take_back = col("unstarted") & ~col("two_years"), col("unstarted") & col("two_years")
    idle = (
        pl.when(excused).then(byte(common.NOT_ATTRIBUTABLE))
        .when(~excused & never_started).then(byte(common.NOT_STARTED))
        .when(~excused & ~never_started & stopped).then(byte(common.STALLED))
        .when(~excused & ~never_started & ~stopped).then(byte(common.NONE))
    )
    by_agreement = col("idle_land") >= common.STALLED
    swap = (
        by_agreement & (col("idle_cause") == common.GOVERNMENT) & col("price_paid_in_full")
        & col("project_funds_ready") & (col("idle_cause_detail") == common.PLANNING_CHANGE)
    )

    def bits(flag: Expr, value: int) -> Expr:
        return flag.cast(pl.Int16) * value

    stage = byte(common.PERIODIC)
    for condition, code in (
        (~col("at_capacity"), common.FULL_CAPACITY), (~col("producing"), common.PRODUCTION),
        (col("final"), common.BEFORE_END), (col("ended"), common.ENDED),
    ):
        stage = choose(condition, byte(code), stage)
    due_on = choose(col("ended"), pl.lit(NEVER), choose(col("final"), col("last"), col("following")))
    in_force = col("signed_on") >= common.TENURE_FROM.astype(object)
    holds = (col("supply_mode") == common.ALLOCATION) | (col("term_years") <= common.TERM_YEARS_MAX)
    return days(cases).with_columns(idle_land=idle, fee_due=fee_due, take_back=take_back).select(
        "idle_land",
        idle_land_fee=choose(col("fee_due"), common.FEE_RATE * col("price"), pl.lit(0.0)),
        idle_land_takeback=col("take_back"),
        idle_land_disposal=bits(col("fee_due"), common.FEE) + bits(col("take_back"), common.TAKE_BACK)
        + bits(by_agreement, common.BY_AGREEMENT) + bits(swap, common.SWAP),
        tenure_term=pl.when(~in_force).then(byte(common.NOT_APPLICABLE)).when(in_force).then(holds.cast(pl.Int8)),
        stage=stage, due_on=due_on,
    )


def load() -> pl.DataFrame:
    """The columns: dates, money in fen, codes in a byte, booleans."""
    columns: dict[str, Any] = {}
    for name in common.FACTS:
        written = pl.Series(common.raw(GIVEN.folder, name, GIVEN.rows))
        fact = pl.when(col(name) != common.MISSING).then(col(name))
        if name in common.DATES:
            fact = pl.when(col(name) == common.NEVER).then(NEVER).otherwise(fact.cast(pl.Int32).cast(pl.Date))
        elif name in common.YES_NO:
            fact = fact == 1
        elif name not in common.MONEY_AND_AREAS:
            fact = fact.cast(pl.Int8)
        columns[name] = pl.DataFrame({name: written}).select(fact.alias(name)).to_series()
    return pl.DataFrame(columns).rechunk()


def answers(out: pl.DataFrame) -> dict[str, Array]:
    """As landcycle's numbers."""
    rules = ("idle_land", "idle_land_takeback", "idle_land_disposal", "tenure_term")
    due = pl.when(col("due_on") == NEVER).then(common.NEVER).otherwise(col("due_on").to_physical())
    plain = out.with_columns(due.alias("due_on"))
    known = (plain["stage"].is_not_null() & plain["due_on"].is_not_null()).to_numpy()
    return {
        **{name: plain[name].cast(pl.Int64).fill_null(common.UNKNOWN).to_numpy() for name in rules},
        "idle_land_fee": common.fen(plain["idle_land_fee"].fill_null(np.nan).to_numpy()),
        "evaluation_due": common.evaluation(
            plain["stage"].fill_null(0).to_numpy(), plain["due_on"].fill_null(0).to_numpy(), known,
        ),
    }


def main() -> None:
    """One engine or the other."""
    query = judge(load().lazy())
    engine = GIVEN.variant or "in-memory"
    common.measure(f"Polars, {engine}", GIVEN, lambda: query.collect(engine=engine), answers)


if __name__ == "__main__":
    main()
