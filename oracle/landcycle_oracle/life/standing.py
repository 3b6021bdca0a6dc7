"""Where a case stands: its stage and what is open on it, by its facts alone."""

from __future__ import annotations

from collections.abc import Callable

from .vocabulary import NONE


class Facts(dict[str, str]):
    """Facts that hold, in the order in which they were said; what was said last comes last."""

    def say(self, name: str, value: str) -> None:
        """A fact, said anew."""
        self.pop(name, None)
        self[name] = value


# The last of these that happened is the stage; any of the ends ends it.
ENDS = ("exit_on", "expired_on", "bought_back_on")
STEPS = (
    ("operating", "produced_on"), ("completed", "completed_on"), ("building", "started_on"),
    ("contracted", "signed_on"), ("offered", "offered_on"), ("reserved", "reserved_on"),
)


def happened(facts: dict[str, str], name: str) -> bool:
    """Whether an occurrence is known."""
    return facts.get(name, NONE) != NONE


def stage(facts: Facts) -> str:
    """How far the right has come."""
    if any(happened(facts, name) for name in ENDS):
        return "ended"
    for name, day in STEPS:
        withdrawn = name == "offered" and happened(facts, "offer_withdrawn_on")
        if happened(facts, day) and not withdrawn:
            return name
    return "unplaced"


def since(day: str, *closed_by: str) -> Callable[[Facts], bool]:
    """Open from what opens it until something that closes it comes after."""
    def test(facts: Facts) -> bool:
        if not happened(facts, day):
            return False
        closed = [name for name in closed_by if happened(facts, name)]
        said = list(facts) if closed else []
        return all(said.index(name) < said.index(day) for name in closed)

    return test


def says(name: str, value: str) -> Callable[[Facts], bool]:
    """Open while a fact has a value."""
    return lambda facts: facts.get(name) == value


# Idle land (Order 53): suspected until found not idle (art. 9) or disposed of; the rest is within that.
suspected = since("idle_suspected_on", "idle_cleared_on", "idle_disposed_on")


def within(test: Callable[[Facts], bool]) -> Callable[[Facts], bool]:
    """A step of the procedure on idle land: open only while that is."""
    return lambda facts: suspected(facts) and test(facts)


def decided(facts: Facts) -> bool:
    """A fee or a taking back was decided."""
    return happened(facts, "fee_decision_served_on") or happened(facts, "takeback_decision_served_on")


CONDITIONS: dict[str, Callable[[Facts], bool]] = {
    "kept": since("kept_since"),
    "delivered": since("delivered_on"),
    "suspended": since("suspended_on"),
    "at_capacity": since("full_capacity_on"),
    "lease_then_grant": says("supply_mode", "lease_then_grant"),
    "conversion_sought": since("conversion_applied_on", "converted_on", "conversion_refused_on"),
    "renewal_sought": since("renewal_applied_on", "renewed_on", "renewal_refused_on"),
    "mortgaged": says("mortgaged", "yes"),
    "rectifying": since("breach_notified_on", "breach_rectified_on"),
    "suspected": suspected,
    "inquired": within(since("inquiry_notice_served_on")),
    "answered": within(since("inquiry_replied_on")),
    "found_idle": within(since("idle_found_on")),
    "filed": within(since("idle_filed_on")),
    "published": since("idle_published_on", "idle_unpublished_on"),
    "disposal_agreed": within(lambda facts: "disposal_way" in facts),
    "buy_back_agreed": within(says("disposal_way", "buy_back")),
    "swap_agreed": within(says("disposal_way", "swap")),
    "hearing_told": within(since("hearing_right_told_on", "idle_decided_on")),
    "hearing_requested": within(since("hearing_requested_on", "hearing_held_on", "idle_decided_on")),
    "hearing_held": within(since("hearing_held_on", "idle_decided_on")),
    "decided": within(decided),
    "fee_owed": since("fee_decision_served_on", "fee_paid_on"),
    "takeback_decided": within(since("takeback_decision_served_on")),
    "contested": within(says("decision_contested", "yes")),
    "upheld": within(since("upheld_on")),
    "credit_file": since("credit_file_opened_on"),
    "credit_noticed": since("credit_notice_served_on"),
    "credit_objected": since("credit_objected_on", "credit_objection_decided_on"),
}


def is_open(facts: Facts, condition: str) -> bool:
    """Whether something is open."""
    return CONDITIONS[condition](facts)


def all_open(facts: Facts) -> list[str]:
    """Everything that is open."""
    return [name for name, test in CONDITIONS.items() if test(facts)]
