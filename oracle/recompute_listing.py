"""Compute the published result of a listing again, from the file alone.

    python recompute_listing.py result.json

Seals, standing of bids, scores, order, lots, places and whether a winner may be named: in exact fractions, with the
oracle's own rules and weights, sharing no code with landcycle. Ends with 1 on any difference, with 2 if the file cannot
be read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any

from landcycle_oracle.supply import bids as law

CHINA = timezone(timedelta(hours=8))
ORDER = ("score", "tax", "energy", "receipt", "lot")
AS_OF = date(2026, 1, 1)  # no rule of bids asks for the day of assessment


def sha256(text: str) -> str:
    """The digest of a text, as `sha256sum` gives it."""
    return hashlib.sha256(text.encode()).hexdigest()


def moment(text: str | None) -> datetime | None:
    """A moment of the file."""
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00"))


def day(at: datetime) -> str:
    """The day of a moment in China."""
    return at.astimezone(CHINA).date().isoformat()


def opened(key: str) -> tuple[dict[str, str], list[str]]:
    """The lines of a key by name, and their order."""
    first, *lines = key.removesuffix("\n").split("\n")
    pairs = [line.split("=", 1) for line in lines]
    if first != "landcycle bid 1" or any(len(pair) != 2 for pair in pairs):
        raise ValueError("not a key")
    return {name: value for name, value in pairs}, [name for name, _ in pairs]


class Bid:
    """A bid of the file."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told
        self.bidder, self.digest = told["bidder"], told["digest"]
        self.received = moment(told["received_at"])
        assert self.received is not None
        self.withdrawn, self.opened_at = moment(told["withdrawn_at"]), moment(told["opened_at"])
        self.next = moment(told["next_received_at"])
        self.key: str | None = told["key"]
        self.figures: dict[str, str] = {}
        self.salt = ""
        self.outcome: Any = None
        self.order: dict[str, Fraction] | None = None

    def check(self, listing: str) -> Iterator[str]:
        """What is wrong with the key."""
        if self.key is None:
            return
        named, order = opened(self.key)
        if sha256(self.key) != self.digest:
            yield f"the key gives {sha256(self.key)}, the seal is {self.digest}"
        if (named.get("listing"), named.get("bidder")) != (listing, self.bidder):
            yield "the key is of another listing or bidder"
        self.figures = {name: value for name, value in named.items() if name not in ("listing", "bidder", "salt")}
        if order != ["listing", "bidder", *sorted(self.figures), "salt"]:
            yield "the lines of the key are not in their order"
        self.salt = named.get("salt", "")

    def cells(self, notice: Mapping[str, str], asks: Sequence[str], closes: date, ends: date) -> dict[str, str]:
        """The facts of the bid after the opening period."""
        end = datetime(closes.year, closes.month, closes.day, tzinfo=CHINA) + timedelta(days=1)
        lead = (end - self.received) // timedelta(milliseconds=1)
        cells = {
            **notice, "bid_deadline_on": str(closes), "bid_opening_ends_on": str(ends),
            "bid_received_on": day(self.received), "bid_lead": str(lead),
        }
        moments = (
            ("bid_withdrawn_on", self.withdrawn), ("bid_next_received_on", self.next),
            ("bid_opened_on", self.opened_at),
        )
        for name, at in moments:
            cells[name] = "none" if at is None else day(at)
        if self.key is not None:
            cells |= self.figures
            cells["bid_complete"] = "yes" if all(name in self.figures for name in asks) else "no"
        return cells


def draw(bids: Sequence[Bid]) -> str:
    """The seed that the salts of all opened bids give."""
    salts = sorted(bid.salt for bid in bids if bid.key is not None)
    return sha256("".join(f"{line}\n" for line in ("landcycle draw 1", *salts)))


def lot(seed: str, digest: str) -> int:
    """The first 40 bits."""
    return int(sha256(f"landcycle lot 1\n{seed}\n{digest}\n")[:10], 16)


def successors(bids: Sequence[Bid]) -> Iterator[str]:
    """Whether each bid names the next one of its bidder."""
    for bid in bids:
        others = sorted(other.received for other in bids
                        if other is not bid and other.bidder == bid.bidder and other.received >= bid.received)
        later = [at for at in others if at > bid.received]
        same = len(others) - len(later)
        # Of several received in one moment all but one have one of them as their next.
        fits = bid.next in ([later[0]] if later else [None]) or (same > 0 and bid.next == bid.received)
        if not fits:
            yield f"{bid.digest}: the next bid of the same bidder was not received at {bid.told['next_received_at']}"


def amounts(told: Mapping[str, Any] | None) -> dict[str, Fraction]:
    """The fields of an order or of indicators as the file has them."""
    return {field["field"]: Fraction(field["value"]) for field in (told or {}).get("fields", ())}


def places(ranked: Sequence[Bid]) -> list[tuple[int, Bid]]:
    """Bids in their order, equal ones with the same place."""
    def by(bid: Bid) -> tuple[Fraction, ...]:
        assert bid.order is not None
        return tuple(-bid.order[name] for name in ORDER)

    ordered = sorted(ranked, key=lambda bid: (by(bid), bid.digest))
    found: list[tuple[int, Bid]] = []
    for at, bid in enumerate(ordered, 1):
        tied = bool(found) and by(found[-1][1]) == by(bid)
        found.append((found[-1][0] if tied else at, bid))
    return found


def weights(file: Mapping[str, Any]) -> Iterator[str]:
    """Whether the numbers of the law that the file states are the oracle's."""
    own = {f"supply/bid_weight_{part}": weight for part, weight in law.WEIGHTS.items()}
    own["supply/valid_bids_min"] = law.BIDS_MIN
    told = {number["parameter"].split("/", 1)[1]: Fraction(number["value"].split()[0])
            for number in file["method"]["parameters"]}
    for name, value in own.items():
        if told.get(name) != value:
            yield f"{name}: file {told.get(name)}, oracle {value}"
    for number in file["method"]["parameters"]:
        if not number["illustrative"]:
            yield f"{number['parameter']} is not marked as illustrative"


def differences(file: Mapping[str, Any]) -> list[str]:
    """Everything in which a published file is not what it should be."""
    if file["form"] != "landcycle-listing/1":
        raise ValueError("not a published listing")
    found = list(weights(file))
    notice = {fact["fact"]: fact["value"] for fact in file["notice"]}
    closes, ends = date.fromisoformat(file["closes_on"]), date.fromisoformat(file["opening_ends_on"])
    bids = [Bid(told) for told in file["bids"]]
    for bid in bids:
        found += [f"{bid.bidder} {bid.digest}: {text}" for text in bid.check(file["listing"])]
    found += successors(bids)
    package = file["package"].split("@")[0]
    if set(file["asks"]) != {f"{part}_committed" for part in law.PARTS}:
        found.append(f"asks {file['asks']}")
    seed = draw(bids)
    if file["draw_seed"] != seed:
        found.append(f"seed: file {file['draw_seed']}, own {seed}")
    for bid in bids:
        cells = bid.cells(notice, file["asks"], closes, ends)
        if bid.key is not None:
            cells["bid_lot"] = str(lot(seed, bid.digest))
        facts = law.SUITE.facts(cells)
        bid.outcome = law.bid_outcome(package, facts, AS_OF)
        if bid.told["outcome"]["code"] != bid.outcome:
            found.append(f"{bid.bidder} {bid.digest}: file {bid.told['outcome']['code']}, own {bid.outcome}")
        if bid.outcome == "valid":
            bid.order = law.bid_order(package, facts, AS_OF)
        if amounts(bid.told["order"]) != (bid.order or {}):
            found.append(f"{bid.bidder} {bid.digest}: order {amounts(bid.told['order'])}, own {bid.order}")
    own = [(rank, bid.bidder, bid.digest) for rank, bid in places([bid for bid in bids if bid.order is not None])]
    if own != [(place["rank"], place["bidder"], place["digest"]) for place in file["ranking"]]:
        found.append(f"ranking: file {file['ranking']}, own {own}")
    ranks = {digest: rank for rank, _, digest in own}
    found += [f"{bid.digest}: rank {bid.told['rank']}" for bid in bids if bid.told["rank"] != ranks.get(bid.digest)]
    totals = law.SUITE.facts({**notice, "bid_deadline_on": str(closes), "valid_bids": str(len(own))})
    award = law.listing_award(package, totals, AS_OF)
    if (file["valid_bids"], file["award"]["code"]) != (len(own), award):
        found.append(f"award: file {file['award']['code']}, own {award}")
    indicators = law.listing_indicators(package, totals, AS_OF)
    if amounts(file["indicators"]) != indicators:
        found.append(f"indicators: file {amounts(file['indicators'])}, own {indicators}")
    winner = (file["end"] or {}).get("awarded")
    first = [bidder for rank, bidder, _ in own if rank == 1]
    if winner is not None and (award != "award" or first != [winner]):
        found.append(f"awarded to {winner}; first are {first}, {award}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compute the published result of a listing again.")
    parser.add_argument("file", type=Path, nargs="+", help="published files (JSON)")
    status = 0
    for path in parser.parse_args(arguments).file:
        try:
            file = json.loads(path.read_text(encoding="utf-8"))
            found = differences(file)
        except (OSError, ValueError, KeyError, TypeError) as error:
            print(f"{path}: cannot be read: {error!r}", file=sys.stderr)
            return 2
        for text in found:
            print(f"{path}: {text}")
        status |= bool(found)
        state = f"{len(found)} differences" if found else "agrees"
        print(f"{path}: {state}; {len(file['bids'])} bids, {len(file['ranking'])} ranked")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
