"""DuckDB: one query over a table in memory; NULL is unknown, SQL's logic is Kleene's, DATE knows infinity."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np

import common
from common import AS_OF, Array

TODAY = f"DATE '{AS_OF}'"
NEVER = "'infinity'::DATE"

TYPES = {
    **dict.fromkeys(common.DATES, "DATE"), **dict.fromkeys(common.MONEY_AND_AREAS, "BIGINT"),
    **dict.fromkeys(common.YES_NO, "BOOLEAN"), **dict.fromkeys(common.CODES, "TINYINT"), "term_years": "TINYINT",
}


def plus_years(day: str, years: int | str) -> str:
    """The corresponding day, or the month's last; infinity stays."""
    return f"({day} + to_years({years}))::DATE"


def choose(condition: str, then: str, other: str) -> str:
    """One of two; where the condition is NULL, what both agree on."""
    decided = f"WHEN {condition} THEN {then} WHEN NOT ({condition}) THEN {other}"
    return f"CASE {decided} WHEN {then} = {other} THEN {then} END"


def next_every(start: str, every: int) -> str:
    """The first of `start` + every, 2 x every, ... years that is not before the assessment date."""
    months = (
        f"12 * (year({TODAY}) - year({start})) + month({TODAY}) - month({start})"
        f" + (day({start}) < day({TODAY}))::INTEGER"
    )
    steps = f"greatest(1, ({months} + {12 * every - 1}) // {12 * every})"
    # Only what has come has a next one; the parts of infinity are NULL.
    return plus_years(start, f"({every} * {steps})::INTEGER")


def flag(condition: str, value: int) -> str:
    """A bit of a set."""
    return f"({condition})::SMALLINT * {value}"


def stage() -> str:
    """The stage of the next evaluation; a condition that is not known leaves it so, for no two stages agree."""
    text = f"{common.PERIODIC}::TINYINT"
    for condition, code in (
        ("NOT at_capacity", common.FULL_CAPACITY), ("NOT producing", common.PRODUCTION),
        ("final", common.BEFORE_END), ("ended", common.ENDED),
    ):
        text = f"CASE WHEN {condition} THEN {code}::TINYINT WHEN NOT ({condition}) THEN {text} END"
    return text


def query(source: str) -> str:
    """Every outcome of the cases of a table or of a query in brackets."""
    p = common
    return f"""
WITH days AS (
  SELECT *,
    {choose(f"start_due_on = {NEVER}", plus_years("delivered_on", p.YEARS_AFTER_DELIVERY), "start_due_on")} AS due,
    started_on <= {TODAY} AS has_started,
    construction_area_started / construction_area_due < {p.AREA_SHARE_MIN}::DOUBLE
      OR investment_paid / investment_total < {p.INVESTMENT_SHARE_MIN}::DOUBLE AS too_little,
    {plus_years("delivered_on", "term_years")} AS term_end,
    full_capacity_on <= {TODAY} AS at_capacity,
    produced_on <= {TODAY} OR full_capacity_on <= {TODAY} AS producing,
    {next_every("full_capacity_on", p.YEARS_INTERVAL)} AS periodic
  FROM {source}
), conditions AS (
  SELECT *,
    NOT has_started AND {plus_years("due", p.YEARS_NOT_STARTED)} <= {TODAY} AS never_started,
    {plus_years("due", p.YEARS_TAKE_BACK)} <= {TODAY} AS two_years,
    has_started AND too_little AND suspended_on >= started_on
      AND {plus_years("suspended_on", p.YEARS_STALLED)} <= {TODAY} AS stopped,
    {plus_years("term_end", -p.YEARS_BEFORE_END)} AS last_day,
    {choose("NOT at_capacity", "full_capacity_due_on", "periodic")} AS by_capacity
  FROM days
), conclusions AS (
  SELECT *,
    (never_started OR stopped) AND idle_cause IN ({p.GOVERNMENT}, {p.FORCE_MAJEURE}) AS excused,
    never_started AND idle_cause = {p.ENTERPRISE} AND NOT two_years AS fee_due,
    never_started AND idle_cause = {p.ENTERPRISE} AND two_years AS take_back,
    term_end < {TODAY} AS ended,
    {choose("NOT producing", "produce_due_on", "by_capacity")} AS following
  FROM conditions
), judged AS (
  SELECT *,
    CASE
      WHEN excused THEN {p.NOT_ATTRIBUTABLE}::TINYINT
      WHEN NOT excused AND never_started THEN {p.NOT_STARTED}::TINYINT
      WHEN NOT excused AND NOT never_started AND stopped THEN {p.STALLED}::TINYINT
      WHEN NOT excused AND NOT never_started AND NOT stopped THEN {p.NONE}::TINYINT
    END AS idle_land,
    last_day < {TODAY}
      OR (following <> {NEVER} AND following > {plus_years("last_day", -p.YEARS_MERGE)}) AS final
  FROM conclusions
)
SELECT
  idle_land,
  {choose("fee_due", f"{p.FEE_RATE}::DOUBLE * price", "0::DOUBLE")} AS idle_land_fee,
  take_back AS idle_land_takeback,
  {flag("fee_due", p.FEE)} + {flag("take_back", p.TAKE_BACK)}
    + {flag(f"idle_land >= {p.STALLED}", p.BY_AGREEMENT)}
    + {flag(f"idle_land >= {p.STALLED} AND idle_cause = {p.GOVERNMENT} AND price_paid_in_full"
            f" AND project_funds_ready AND idle_cause_detail = {p.PLANNING_CHANGE}", p.SWAP)} AS idle_land_disposal,
  CASE
    WHEN signed_on < DATE '{p.TENURE_FROM}' THEN {p.NOT_APPLICABLE}::TINYINT
    WHEN signed_on >= DATE '{p.TENURE_FROM}'
      THEN (supply_mode = {p.ALLOCATION} OR term_years <= {p.TERM_YEARS_MAX})::TINYINT
  END AS tenure_term,
  {stage()} AS stage,
  {choose("ended", NEVER, "(" + choose("final", "last_day", "following") + ")")} AS due_on
FROM judged"""


def written_as(name: str) -> str:
    """A fact from the number that landcycle wrote."""
    value = f"nullif({name}, {common.MISSING + 1} - 1)"  # the least number has no literal of its type
    if name in common.DATES:
        return f"CASE WHEN {name} = {common.NEVER} THEN {NEVER} ELSE DATE '1970-01-01' + {value}::INTEGER END"
    return f"({value} = 1)" if name in common.YES_NO else f"{value}::{TYPES[name]}"


def load(connection: duckdb.DuckDBPyConnection, given: common.Arguments) -> None:
    """The table of cases, in memory."""
    written = {name: np.asarray(common.raw(given.folder, name, given.rows)) for name in common.FACTS}
    connection.register("written", written)
    columns = ", ".join(f"{written_as(name)} AS {name}" for name in common.FACTS)
    connection.execute(f"CREATE TABLE cases AS SELECT {columns} FROM written")
    connection.unregister("written")


def answers(connection: duckdb.DuckDBPyConnection) -> dict[str, Array]:
    """As landcycle's numbers."""
    rules = ("idle_land", "idle_land_takeback", "idle_land_disposal", "tenure_term")
    columns = ", ".join(f"coalesce({name}::BIGINT, {common.UNKNOWN}) AS {name}" for name in rules)
    found = connection.execute(f"""
        SELECT {columns}, coalesce(idle_land_fee, 'nan'::DOUBLE) AS fee, coalesce(stage, 0) AS stage,
          CASE WHEN due_on = {NEVER} THEN {common.NEVER} ELSE coalesce(due_on - DATE '1970-01-01', 0) END AS due_on,
          stage IS NOT NULL AND due_on IS NOT NULL AS known
        FROM result""").fetchnumpy()
    return {
        **{name: np.asarray(found[name]) for name in rules},
        "idle_land_fee": common.fen(np.asarray(found["fee"])),
        "evaluation_due": common.evaluation(
            np.asarray(found["stage"]), np.asarray(found["due_on"]), np.asarray(found["known"]),
        ),
    }


def one_by_one(connection: duckdb.DuckDBPyConnection, given: common.Arguments) -> None:
    """A prepared statement with a parameter per fact."""
    parameters = ", ".join(f"${at}::{TYPES[name]} AS {name}" for at, name in enumerate(common.FACTS, 1))
    connection.execute(f"PREPARE judge AS {query(f'(SELECT {parameters})')}")
    # Values of the very types of the parameters: with others DuckDB plans anew for every case.
    columns = ", ".join(
        f"coalesce('''' || {name}::VARCHAR || '''', 'NULL') || '::{TYPES[name]}'" for name in common.FACTS
    )
    cases = connection.execute(f"SELECT concat_ws(', ', {columns}) FROM cases LIMIT {given.one_case}").fetchall()

    def judge(case: tuple[str]) -> Any:
        return connection.execute(f"EXECUTE judge({case[0]})").fetchone()

    common.measure_one_case("DuckDB, prepared", judge, cases)


def main() -> None:
    """All rows, or one by one."""
    given = common.arguments()
    connection = duckdb.connect(config={"threads": given.threads})
    load(connection, given)
    if given.one_case:
        one_by_one(connection, given)
        return
    sql = f"CREATE OR REPLACE TEMP TABLE result AS {query('cases')}"

    def run() -> duckdb.DuckDBPyConnection:
        return connection.execute(sql)

    common.measure("DuckDB", given, run, answers)


if __name__ == "__main__":
    main()
