"""OpenFisca: a variable with a formula for every rule, as its documentation writes them.

OpenFisca has no missing values. Here an unknown code is an item of its enumeration, an unknown number is NaN, an
unknown date the first day of the calendar; truth is a number (0 no, 1 unknown, 2 yes), `and` is the least, `or` the
greatest. Its floats have 32 bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

import common
from common import Array
from openfisca_law import (
    ENUMS, NEVER, PARAMETERS, UNKNOWN, UNKNOWN_DAY, YES, IdleCause, IdleCauseDetail, IdleLand, Parcel, Stage,
    SupplyMode, YesNo, choose, code_is, day, fact, on_a_day, plus_years, reached, today, true_or_not, truth,
)

PERIOD = str(common.AS_OF)


@on_a_day
class start_due_date(Variable):
    def formula(parcel, period, parameters):
        agreed = day(parcel, "start_due_on", period)
        years = parameters(period).supervision.start_after_delivery_years
        after_delivery = plus_years(day(parcel, "delivered_on", period), int(years))
        return choose(truth(agreed == NEVER, agreed), after_delivery, agreed, np.datetime64("NaT"))


@true_or_not
class has_started(Variable):
    def formula(parcel, period):
        return reached(day(parcel, "started_on", period), today(period))


@true_or_not
class unstarted_for_a_year(Variable):
    def formula(parcel, period, parameters):
        years = int(parameters(period).supervision.idle_years_not_started)
        full_year = reached(plus_years(parcel("start_due_date", period), years), today(period))
        return np.minimum(YES - parcel("has_started", period), full_year)


@true_or_not
class unstarted_for_two_years(Variable):
    def formula(parcel, period, parameters):
        years = int(parameters(period).supervision.takeback_years)
        return reached(plus_years(parcel("start_due_date", period), years), today(period))


@true_or_not
class too_little(Variable):
    def formula(parcel, period, parameters):
        least = parameters(period).supervision
        area = parcel("construction_area_started", period) / parcel("construction_area_due", period)
        investment = parcel("investment_paid", period) / parcel("investment_total", period)
        return np.maximum(
            truth(area < least.started_area_share_min, area),
            truth(investment < least.paid_investment_share_min, investment),
        )


@true_or_not
class stopped(Variable):
    def formula(parcel, period, parameters):
        started, suspended = day(parcel, "started_on", period), day(parcel, "suspended_on", period)
        years = int(parameters(period).supervision.idle_years_stalled)
        return np.minimum.reduce([
            parcel("has_started", period), parcel("too_little", period),
            truth(suspended >= started, suspended, started), reached(plus_years(suspended, years), today(period)),
        ])


@true_or_not
class unstarted_by_enterprise(Variable):
    def formula(parcel, period):
        enterprise = code_is(parcel, "idle_cause", period, IdleCause.enterprise)
        return np.minimum(parcel("unstarted_for_a_year", period), enterprise)


@true_or_not
class fee_due(Variable):
    def formula(parcel, period):
        return np.minimum(parcel("unstarted_by_enterprise", period), YES - parcel("unstarted_for_two_years", period))


@true_or_not
class idle_land_takeback(Variable):
    def formula(parcel, period):
        return np.minimum(parcel("unstarted_by_enterprise", period), parcel("unstarted_for_two_years", period))


class idle_land(Variable):
    entity = Parcel
    definition_period = DateUnit.DAY
    value_type = Enum
    possible_values = IdleLand
    default_value = IdleLand.unknown

    def formula(parcel, period):
        never, stopped_long = parcel("unstarted_for_a_year", period), parcel("stopped", period)
        other_cause = code_is(parcel, "idle_cause", period, IdleCause.government, IdleCause.force_majeure)
        excused = np.minimum(np.maximum(never, stopped_long), other_cause)
        undecided = [
            excused == YES, excused == UNKNOWN, never == YES, never == UNKNOWN, stopped_long == YES,
            stopped_long == UNKNOWN,
        ]
        return np.select(undecided, [
            IdleLand.not_attributable.index, IdleLand.unknown.index, IdleLand.not_started.index,
            IdleLand.unknown.index, IdleLand.stalled.index, IdleLand.unknown.index,
        ], IdleLand.none.index)


class idle_land_fee(Variable):
    entity = Parcel
    definition_period = DateUnit.DAY
    value_type = float
    default_value = float("nan")

    def formula(parcel, period, parameters):
        amount = parameters(period).supervision.idle_fee_rate * parcel("price", period)
        return choose(parcel("fee_due", period), amount, np.float32(0), np.float32("nan"))


@true_or_not
class by_agreement(Variable):
    def formula(parcel, period):
        return code_is(parcel, "idle_land", period, IdleLand.stalled, IdleLand.not_attributable)


@true_or_not
class swap(Variable):
    def formula(parcel, period):
        return np.minimum.reduce([
            parcel("by_agreement", period), code_is(parcel, "idle_cause", period, IdleCause.government),
            code_is(parcel, "price_paid_in_full", period, YesNo.yes),
            code_is(parcel, "project_funds_ready", period, YesNo.yes),
            code_is(parcel, "idle_cause_detail", period, IdleCauseDetail.planning_change),
        ])


@true_or_not
class tenure_term(Variable):
    def formula_1990_05_19(parcel, period, parameters):
        term, signed = parcel("term_years", period), day(parcel, "signed_on", period)
        holds = np.maximum(
            code_is(parcel, "supply_mode", period, SupplyMode.allocation),
            truth(term <= parameters(period).supply.term_years_max, term),
        )
        # The law is that of the day of signing, which differs from parcel to parcel.
        return np.select(
            [np.isnat(signed), signed < common.TENURE_FROM], [UNKNOWN, common.NOT_APPLICABLE], holds,
        )


@on_a_day
class term_end(Variable):
    def formula(parcel, period):
        years = parcel("term_years", period)
        end = plus_years(day(parcel, "delivered_on", period), np.nan_to_num(years).astype(np.int64))
        return np.where(np.isnan(years), np.datetime64("NaT"), end)


@on_a_day
class last_evaluation(Variable):
    def formula(parcel, period, parameters):
        years = int(parameters(period).supervision.evaluation_before_end_years)
        return plus_years(parcel("term_end", period), -years)


@true_or_not
class at_capacity(Variable):
    def formula(parcel, period):
        return reached(day(parcel, "full_capacity_on", period), today(period))


@true_or_not
class producing(Variable):
    def formula(parcel, period):
        produced = reached(day(parcel, "produced_on", period), today(period))
        return np.maximum(produced, parcel("at_capacity", period))


@on_a_day
class next_by_progress(Variable):
    def formula(parcel, period, parameters):
        interval = int(parameters(period).supervision.evaluation_interval_years_max)
        periodic = common.next_every(day(parcel, "full_capacity_on", period), interval)
        nat = np.datetime64("NaT")
        by_capacity = choose(
            YES - parcel("at_capacity", period), day(parcel, "full_capacity_due_on", period), periodic, nat,
        )
        return choose(YES - parcel("producing", period), day(parcel, "produce_due_on", period), by_capacity, nat)


@true_or_not
class term_has_ended(Variable):
    def formula(parcel, period):
        end = parcel("term_end", period)
        return truth(end < today(period), end)


@true_or_not
class final_due(Variable):
    def formula(parcel, period, parameters):
        years = int(parameters(period).supervision.evaluation_merge_years)
        last, following = parcel("last_evaluation", period), parcel("next_by_progress", period)
        merged = plus_years(last, -years)
        close = np.minimum(truth(following != NEVER, following), truth(following > merged, following, merged))
        return np.maximum(truth(last < today(period), last), close)


class evaluation_stage(Variable):
    entity = Parcel
    definition_period = DateUnit.DAY
    value_type = Enum
    possible_values = Stage
    default_value = Stage.unknown

    def formula(parcel, period):
        stage = np.full(parcel.count, Stage.periodic.index)
        for condition, item in (
            (YES - parcel("at_capacity", period), Stage.full_capacity),
            (YES - parcel("producing", period), Stage.production),
            (parcel("final_due", period), Stage.before_end), (parcel("term_has_ended", period), Stage.ended),
        ):
            stage = choose(condition, np.full(parcel.count, item.index), stage, Stage.unknown.index)
        return stage


@on_a_day
class evaluation_due_on(Variable):
    def formula(parcel, period):
        nat = np.datetime64("NaT")
        following, last = parcel("next_by_progress", period), parcel("last_evaluation", period)
        planned = choose(parcel("final_due", period), last, following, nat)
        return choose(parcel("term_has_ended", period), np.full(parcel.count, NEVER), planned, nat)


RULES = (
    start_due_date, has_started, unstarted_for_a_year, unstarted_for_two_years, too_little, stopped,
    unstarted_by_enterprise, fee_due, idle_land_takeback, idle_land, idle_land_fee, by_agreement, swap, tenure_term,
    term_end, last_evaluation, at_capacity, producing, next_by_progress, term_has_ended, final_due, evaluation_stage,
    evaluation_due_on,
)
ASKED = (
    "idle_land", "idle_land_fee", "idle_land_takeback", "fee_due", "by_agreement", "swap", "tenure_term",
    "evaluation_stage", "evaluation_due_on",
)


def system() -> TaxBenefitSystem:
    """The law."""
    law = TaxBenefitSystem([Parcel])
    law.parameters = ParameterNode("", data=PARAMETERS)
    law.add_variables(*map(fact, common.FACTS), *RULES)
    return law


def load(given: common.Arguments) -> dict[str, Array]:
    """The columns as OpenFisca stores them; money in CNY and areas in m2."""
    columns = {}
    for name in common.FACTS:
        written = np.asarray(common.raw(given.folder, name, given.rows))
        missing = written == common.MISSING
        if name in common.DATES:
            days = np.where(written == common.NEVER, NEVER, np.where(missing, 0, written).astype("M8[D]"))
            columns[name] = np.where(missing, UNKNOWN_DAY, days)
        elif name in ENUMS:
            columns[name] = ENUMS[name].encode(np.where(missing, ENUMS[name].unknown.index, written).astype(np.int16))
        else:
            unit = 100 if name in common.MONEY_AND_AREAS else 1
            columns[name] = np.where(missing, np.nan, written / unit).astype(np.float32)
    return columns


def judge(law: TaxBenefitSystem, columns: dict[str, Array], rows: int) -> dict[str, Array]:
    """Every outcome of all rows, in a new simulation."""
    simulation = SimulationBuilder().build_default_simulation(law, count=rows)
    for name, column in columns.items():
        simulation.set_input(name, "ETERNITY", column)
    return {name: simulation.calculate(name, PERIOD) for name in ASKED}


def judge_one(law: TaxBenefitSystem, case: dict[str, Any]) -> dict[str, Array]:
    """Every outcome of one case, given as JSON would have it."""
    simulation = SimulationBuilder().build_from_dict(law, {"parcels": {"one": case}})
    return {name: simulation.calculate(name, PERIOD) for name in ASKED}


def described(columns: dict[str, Array], row: int) -> dict[str, Any]:
    """A case as JSON would have it; what is not known is left out."""
    case: dict[str, Any] = {}
    for name, column in columns.items():
        if name in common.DATES:
            if column[row] != UNKNOWN_DAY:
                case[name] = {"ETERNITY": str(column[row])}
        elif name in ENUMS:
            case[name] = {"ETERNITY": list(ENUMS[name])[int(column[row])].name}
        elif not np.isnan(column[row]):
            case[name] = {"ETERNITY": float(column[row])}
    return case


def answers(found: dict[str, Array]) -> dict[str, Array]:
    """As landcycle's numbers."""
    def coded(values: Array, unknown: int) -> Array:
        plain = np.asarray(values).astype(np.int64)
        return np.where(plain == unknown, common.UNKNOWN, plain)

    flags = np.array([0, common.UNKNOWN, 1])
    members = [found[name] for name in ("fee_due", "idle_land_takeback", "by_agreement", "swap")]
    bits = (common.FEE, common.TAKE_BACK, common.BY_AGREEMENT, common.SWAP)
    ways = np.sum([(member == YES) * bit for member, bit in zip(members, bits, strict=True)], axis=0)
    unknown = np.any([member == UNKNOWN for member in members], axis=0)
    tenure = found["tenure_term"]
    due, stage = found["evaluation_due_on"], coded(found["evaluation_stage"], Stage.unknown.index)
    days = np.where(due == NEVER, common.NEVER, due.astype(np.int64))
    return {
        "idle_land": coded(found["idle_land"], IdleLand.unknown.index),
        "idle_land_fee": common.fen(100 * found["idle_land_fee"].astype(np.float64)),
        "idle_land_takeback": flags[found["idle_land_takeback"]],
        "idle_land_disposal": np.where(unknown, common.UNKNOWN, ways),
        "tenure_term": np.where(tenure < 0, tenure, flags[tenure]),
        "evaluation_due": common.evaluation(stage, days, (stage >= 0) & ~np.isnat(due)),
    }


def main() -> None:
    """All rows, or one by one."""
    given = common.arguments()
    law, columns = system(), load(given)
    if given.one_case:
        cases = [described(columns, row) for row in range(given.one_case)]
        common.measure_one_case("OpenFisca", lambda case: judge_one(law, case), cases)
    else:
        common.measure("OpenFisca", given, lambda: judge(law, columns, given.rows), answers)


if __name__ == "__main__":
    main()
