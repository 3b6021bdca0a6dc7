"""Lives that get far: acts in an order in which each may succeed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plot:
    """A kind of supply, whose fault idleness is, and the acts."""

    acts: tuple[str, ...]
    mode: str = "listing"
    cause: str = "enterprise"
    way: str = "extend"
    term: str = ""


def plot(acts: str, **traits: str) -> Plot:
    """A life that begins with a contract and delivery, unless it begins otherwise."""
    first = "reserve offer sign deliver " if not acts.startswith(("reserve", "open_credit_file")) else ""
    return Plot(tuple((first + acts).split()), **traits)


FOUND = "suspect inquire reply find_idle "
FEE = FOUND + "tell_hearing levy_fee "
TAKING = FOUND + "tell_hearing decide_takeback "
AGREED = FOUND + "file_idle inspect agree_disposal "
BUILT = "start complete produce reach_capacity "

PLOTS: tuple[Plot, ...] = (
    plot("reserve offer withdraw_offer offer sign deliver start"),
    plot(BUILT + "evaluate transfer mortgage discharge divide change_equity"),
    plot("start suspend resume inspect complete produce evaluate"),
    plot("change_dates start change_dates complete change_dates produce"),
    plot("inspect change_dates inspect change_dates start"),
    plot("mortgage discharge transfer mortgage transfer divide"),
    plot("divide mortgage start transfer change_equity exit_voluntarily"),
    # Idle land: clearing, fee, taking back, agreement, stalled works.
    plot("suspect inquire reply start inspect clear"),
    plot("suspect inquire find_idle file_idle publish_idle start inspect dispose"),
    plot(FEE + "pay_fee start inspect dispose"),
    plot(FEE + "contest uphold apply_enforcement pay_fee"),
    plot(FEE + "contest annul tell_hearing levy_fee"),
    plot(FEE + "pay_fee tell_hearing levy_fee"),
    plot(FEE + "apply_enforcement tell_hearing decide_takeback"),
    plot(FEE + "tell_hearing decide_takeback contest uphold announce_cancellation"),
    plot(FOUND + "tell_hearing request_hearing hold_hearing levy_fee pay_fee start"),
    plot(FOUND + "tell_hearing request_hearing levy_fee hold_hearing levy_fee"),
    plot(TAKING + "announce_cancellation"),
    plot(TAKING + "cancel_registration"),
    plot(TAKING + "contest annul_takeback tell_hearing decide_takeback"),
    plot(TAKING + "contest uphold apply_enforcement announce_cancellation"),
    plot("mortgage " + FOUND + "notify_mortgagees tell_hearing decide_takeback cancel_registration"),
    plot("mortgage " + FOUND + "file_idle notify_mortgagees inspect agree_disposal start inspect dispose",
         cause="government"),
    plot(AGREED + "start inspect dispose", cause="government"),
    plot(AGREED + "inspect dispose suspect inquire", cause="force_majeure"),
    plot(AGREED + "inspect dispose suspect inquire reply find_idle", cause="government"),
    plot(AGREED + "buy_back", cause="government", way="buy_back"),
    plot(AGREED + "inspect start", cause="government", way="temporary_use"),
    plot(AGREED + "swap", cause="government", way="swap"),
    plot(FEE + "exit_voluntarily pay_fee dispose"),
    plot("mortgage " + FOUND + "publish_idle exit_voluntarily discharge dispose"),
    plot(FEE + "tell_hearing decide_takeback contest annul_takeback pay_fee"),
    plot(FEE + "tell_hearing decide_takeback cancel_registration pay_fee"),
    plot("start suspend " + FOUND + "file_idle publish_idle inspect agree_disposal resume inspect dispose"),
    plot("start suspend suspect inquire resume inspect clear"),
    # A second round after the first was closed.
    plot("suspect inquire inspect clear " + FEE + "pay_fee"),
    plot("suspect inquire reply inspect clear " + TAKING + "cancel_registration"),
    plot("suspect inquire inspect clear " + AGREED + "inspect dispose", cause="government"),
    plot(FOUND + "publish_idle clear", cause="preparatory_work"),
    # Conversion and renewal.
    plot("start evaluate apply_conversion convert transfer", mode="lease_then_grant", term="5"),
    plot("start evaluate apply_conversion refuse_conversion apply_conversion", mode="lease_then_grant"),
    plot("start complete evaluate apply_conversion convert apply_renewal", mode="lease_then_grant", term="2"),
    plot("start evaluate apply_renewal renew apply_renewal renew", term="5"),
    plot("start complete produce evaluate apply_renewal refuse_renewal expire", term="2"),
    plot(BUILT + "expire", term="2"),
    plot("apply_renewal refuse_renewal expire", term="2"),
    # Breach and the other ends.
    plot("start rectify cure rectify take_measure cure"),
    plot("start rectify take_measure rectify terminate"),
    plot("start complete rectify take_measure terminate"),
    plot("inspect rescind"),
    plot("start rectify rescind"),
    plot("start take_for_public_interest"),
    plot("start complete produce exit_voluntarily", mode="lease"),
    plot("start transfer mortgage exit_voluntarily", mode="allocation"),
    # A firm.
    plot("open_credit_file record_breach notify_credit object_to_credit decide_objection rectify_all repair_credit"),
    plot("open_credit_file notify_credit rectify_all repair_credit record_breach notify_credit object_to_credit"),
    plot("open_credit_file record_breach rectify_all repair_credit"),
)
