"""Which act is possible where: written by hand from the reviewed table in docs/lifecycle.md.

The order of a life is structure. What the articles ask of an act within it stands in the acts' own files.
"""

from __future__ import annotations

from dataclasses import dataclass

STAGES = ("unplaced", "reserved", "offered", "contracted", "building", "completed", "operating", "ended")
IN_FORCE = ("contracted", "building", "completed", "operating")
UNFINISHED = ("contracted", "building")
SIGNED = (*IN_FORCE, "ended")  # What was opened on a right is closed after its end too.
FIRM = ("unplaced",)  # A firm has no land of its own: its case stays there.


@dataclass(frozen=True)
class Place:
    """The stages of an act, what must be open, what must not be."""

    stages: tuple[str, ...]
    needs: tuple[str, ...] = ()
    bars: tuple[str, ...] = ()


def at(stages: tuple[str, ...] | str, needs: str = "", bars: str = "") -> Place:
    """One row."""
    return Place((stages,) if isinstance(stages, str) else stages, tuple(needs.split()), tuple(bars.split()))


TABLE: dict[str, Place] = {
    "take_over": at(STAGES, bars="kept"),
    "reserve": at("unplaced", bars="kept"),
    "offer": at("reserved"),
    "withdraw_offer": at("offered"),
    "sign": at("offered"),
    "deliver": at(UNFINISHED, bars="delivered"),
    "start": at("contracted", needs="delivered", bars="takeback_decided"),
    "suspend": at("building", bars="suspended"),
    "resume": at("building", needs="suspended", bars="takeback_decided"),
    "complete": at("building", bars="suspended takeback_decided"),
    "produce": at("completed"),
    "reach_capacity": at("operating", bars="at_capacity"),
    "change_dates": at(("contracted", "building", "completed"), bars="suspected"),
    "inspect": at(IN_FORCE),
    "apply_conversion": at(IN_FORCE, needs="lease_then_grant", bars="conversion_sought"),
    "convert": at(IN_FORCE, needs="lease_then_grant conversion_sought"),
    "refuse_conversion": at(IN_FORCE, needs="conversion_sought"),
    "apply_renewal": at(IN_FORCE, bars="renewal_sought"),
    "renew": at(IN_FORCE, needs="renewal_sought"),
    "refuse_renewal": at(IN_FORCE, needs="renewal_sought"),
    "transfer": at(IN_FORCE, bars="takeback_decided"),
    "divide": at(IN_FORCE, bars="takeback_decided mortgaged"),
    "mortgage": at(IN_FORCE, bars="takeback_decided mortgaged"),
    "discharge": at(SIGNED, needs="mortgaged"),
    "change_equity": at(IN_FORCE),
    "evaluate": at(("building", "completed", "operating")),
    "rectify": at(IN_FORCE, bars="rectifying"),
    "cure": at(IN_FORCE, needs="rectifying"),
    "take_measure": at(IN_FORCE, needs="rectifying"),
    "terminate": at(IN_FORCE, needs="rectifying"),
    "rescind": at(IN_FORCE),
    "suspect": at(UNFINISHED, bars="suspected"),
    "inquire": at(UNFINISHED, needs="suspected", bars="inquired"),
    "reply": at(UNFINISHED, needs="inquired", bars="answered"),
    "clear": at(IN_FORCE, needs="suspected", bars="found_idle"),
    "find_idle": at(UNFINISHED, needs="inquired", bars="found_idle"),
    "file_idle": at(IN_FORCE, needs="found_idle", bars="filed"),
    "publish_idle": at(IN_FORCE, needs="found_idle", bars="published"),
    "agree_disposal": at(UNFINISHED, needs="found_idle", bars="disposal_agreed takeback_decided"),
    "notify_mortgagees": at(IN_FORCE, needs="mortgaged found_idle"),
    "tell_hearing": at(
        UNFINISHED, needs="found_idle", bars="disposal_agreed hearing_told takeback_decided contested",
    ),
    "request_hearing": at(UNFINISHED, needs="hearing_told", bars="hearing_requested hearing_held"),
    "hold_hearing": at(UNFINISHED, needs="hearing_requested"),
    "levy_fee": at("contracted", needs="hearing_told", bars="fee_owed takeback_decided contested"),
    "pay_fee": at(SIGNED, needs="fee_owed"),
    "decide_takeback": at("contracted", needs="hearing_told", bars="takeback_decided contested"),
    "contest": at(SIGNED, needs="decided", bars="contested upheld"),
    "uphold": at(SIGNED, needs="contested"),
    "annul": at(SIGNED, needs="contested", bars="takeback_decided"),
    "annul_takeback": at(SIGNED, needs="contested takeback_decided"),
    "announce_cancellation": at(UNFINISHED, needs="takeback_decided", bars="contested"),
    "apply_enforcement": at(SIGNED, needs="decided", bars="contested"),
    "cancel_registration": at(UNFINISHED, needs="takeback_decided", bars="contested"),
    "dispose": at(SIGNED, needs="found_idle", bars="takeback_decided fee_owed"),
    "buy_back": at(UNFINISHED, needs="buy_back_agreed"),
    "swap": at(UNFINISHED, needs="swap_agreed"),
    "exit_voluntarily": at(IN_FORCE, bars="takeback_decided"),
    "take_for_public_interest": at(IN_FORCE),
    "expire": at(IN_FORCE, bars="renewal_sought"),
    "open_credit_file": at(FIRM, bars="kept"),
    "record_breach": at(FIRM, needs="credit_file"),
    "notify_credit": at(FIRM, needs="credit_file", bars="credit_objected"),
    "object_to_credit": at(FIRM, needs="credit_noticed", bars="credit_objected"),
    "decide_objection": at(FIRM, needs="credit_objected"),
    "rectify_all": at(FIRM, needs="credit_file"),
    "repair_credit": at(FIRM, needs="credit_file", bars="credit_objected"),
}
MAKE_A_CASE = ("reserve", "open_credit_file")
BEGIN_A_RECORD = ("take_over", *MAKE_A_CASE)
