"""Run random listings through landcycle; compute each result again from its public file, and each refusal from a model.

    python compare_listing.py --landcycle BIN --packages-dir ../policies --count 1000 --seed 1
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from landcycle_oracle.kleene import Unknown
from landcycle_oracle.supply import bids as law
from recompute_listing import AS_OF, differences

CLOSES, ENDS = date(2026, 12, 20), date(2026, 12, 23)
PARTS = law.PARTS
REQUIRED = {"investment": 60_000_000, "output": 100_000_000, "tax": 4_500_000, "energy": 1000}
OUTCOMES = ("valid", "withdrawn", "late", "replaced", "not_opened", "incomplete", "below_investment", "below_output",
            "below_tax", "above_energy")
# B03 to B05 are about notices, which are sound here; no figure is unusable once a bid was sealed by the program; the
# lots tell all bids apart; nobody else writes.
CODES = ("B01", "B02", "B06", "B07", "B08", "B09", "B10", "B11", "B12", "B13", "B15", "B16", "B17", "B18", "B19")
MILLISECOND = timedelta(milliseconds=1)
SHOWN = 3


def text(at: datetime) -> str:
    """A moment in China as a script writes it."""
    return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03}"


def key(step: dict[str, Any]) -> str:
    """The text of a key, as the documentation says it."""
    seal = step["seal"]
    lines = ["landcycle bid 1", f"listing={seal['listing']}", f"bidder={seal['bidder']}"]
    lines += [f"{name}={value}" for name, value in sorted(seal["figures"].items())]
    return "".join(f"{line}\n" for line in (*lines, f"salt={step['salt']}"))


@dataclass
class Model:
    """A listing as plain Python: which steps are refused, and with what."""

    published: bool = False
    bids: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, tuple[dict[str, Any], str]] = field(default_factory=dict)
    ranked: bool = False
    ended: bool = False

    def facts(self, bid: dict[str, Any], today: date) -> dict[str, str]:
        """What is known of a bid on a day."""
        cells = {f"{part}_required": str(value) for part, value in REQUIRED.items()}
        cells |= {"bid_deadline_on": str(CLOSES), "bid_opening_ends_on": str(ENDS)}
        cells["bid_received_on"] = str(bid["at"].date())
        for name, at, until in (
            ("bid_withdrawn_on", bid["withdrawn"], CLOSES), ("bid_next_received_on", bid["next"], CLOSES),
            ("bid_opened_on", bid["opened"], ENDS),
        ):
            if at is not None:
                cells[name] = str(at.date())
            elif today > until:
                cells[name] = "none"
        if bid["opened"] is not None:
            cells |= bid["figures"]
            cells["bid_complete"] = "yes" if all(f"{part}_committed" in bid["figures"] for part in PARTS) else "no"
        return cells

    def outcome(self, bid: dict[str, Any], today: date) -> Any:
        """How a bid stands."""
        return law.bid_outcome("national", law.SUITE.facts(self.facts(bid, today)), AS_OF)

    def take(self, step: dict[str, Any]) -> str | None:
        """The code of the refusal, or none."""
        at = datetime.fromisoformat(step["at"])
        if "seal" in step:  # the script knows the key whether or not the seal is taken
            self.keys[step["as"]] = (step, hashlib.sha256(key(step).encode()).hexdigest())
        if "publish" in step:
            if self.published:
                return "B02"
            self.published = True
            return None
        if not self.published:
            return "B01"
        if self.ended:
            return "B06"
        over = at.date() > ENDS or self.ranked
        for name in ("seal", "withdraw", "open", "rank", "award", "fail"):
            if name in step:
                return getattr(self, f"take_{name}")(step, at, over)
        raise AssertionError(step)

    def take_seal(self, step: dict[str, Any], at: datetime, over: bool) -> str | None:
        if step["seal"]["listing"] != "L":
            return "B07"
        if over:
            return "B08"
        digest, bidder = self.keys[step["as"]][1], step["seal"]["bidder"]
        there = [bid for bid in self.bids if bid["digest"] == digest]
        if there:
            return "B09" if there[0]["bidder"] != bidder or there[0]["withdrawn"] else None
        for bid in self.bids:
            if bid["bidder"] == bidder and bid["next"] is None:
                bid["next"] = at
        self.bids.append({"bidder": bidder, "digest": digest, "at": at, "withdrawn": None, "next": None,
                          "opened": None, "figures": step["seal"]["figures"]})
        return None

    def take_withdraw(self, step: dict[str, Any], at: datetime, over: bool) -> str | None:
        if over:
            return "B08"
        own = [bid for bid in self.bids if bid["bidder"] == step["withdraw"]]
        if any(bid["opened"] for bid in own):
            return "B16"
        standing = [bid for bid in own if bid["withdrawn"] is None]
        for bid in standing:
            bid["withdrawn"] = at
        return None if standing else "B15"

    def take_open(self, step: dict[str, Any], at: datetime, over: bool) -> str | None:
        sealed, digest = self.keys[step["open"]]
        if sealed["seal"]["listing"] != "L":
            return "B07"
        if at.date() <= CLOSES:
            return "B10"
        if over:
            return "B08"
        bid = next((bid for bid in self.bids if bid["digest"] == digest), None)
        if bid is None:
            return "B11"
        if bid["opened"]:
            return None
        outcome = self.outcome(bid, at.date())
        if not isinstance(outcome, Unknown) and outcome != "valid":
            return "B12"
        if set(bid["figures"]) - {f"{part}_committed" for part in PARTS}:
            return "B13"
        bid["opened"] = at
        return None

    def take_rank(self, step: dict[str, Any], at: datetime, over: bool) -> str | None:
        if not over:
            return "B17"
        self.ranked = True
        return None

    def take_award(self, step: dict[str, Any], at: datetime, over: bool) -> str | None:
        if not self.ranked:
            return "B18"
        if sum(self.outcome(bid, ENDS + timedelta(days=1)) == "valid" for bid in self.bids) < law.BIDS_MIN:
            return "B19"
        self.ended = True
        return None

    def take_fail(self, step: dict[str, Any], at: datetime, over: bool) -> str | None:
        self.ended = True
        return None


def figures(random: Random) -> dict[str, str]:
    """Commitments: often the same ones, so that bids tie; some short, some incomplete."""
    scale = random.choice((100, 100, 100, 110, 110, 125))
    found = {f"{part}_committed": str(REQUIRED[part] * (100 if part == "energy" else scale) // 100) for part in PARTS}
    if random.random() < 0.1:  # two hundredths of investment score what one of tax does
        more, part = random.choice(((112, "investment"), (111, "tax")))
        even = {f"{name}_committed": str(REQUIRED[name] * (100 if name == "energy" else 110) // 100) for name in PARTS}
        return {**even, f"{part}_committed": str(REQUIRED[part] * more // 100)}
    part = random.choice(PARTS)
    kind = random.random()
    if kind < 0.08:
        found[f"{part}_committed"] = str(REQUIRED[part] * (150 if part == "energy" else 99) // 100)
    elif kind < 0.11:
        del found[f"{part}_committed"]
    elif kind < 0.13:
        found["valid_bids"] = "1"
    elif kind < 0.5:
        found[f"{part}_committed"] = str(REQUIRED[part] * random.randint(100_000, 130_000) // 100_000)
    return found


def within(random: Random, first: datetime, last: datetime) -> datetime:
    """A moment of a span: its edges often, a few moments many times."""
    if random.random() < 0.2:
        return random.choice((first, last))
    span = int((last - first) / MILLISECOND)
    return first + MILLISECOND * (random.choice((span // 3, span // 2)) if random.random() < 0.4
                                  else random.randint(0, span))


def make(random: Random) -> list[dict[str, Any]]:
    """A listing's steps in the order of their moments."""
    begin = datetime(2026, 12, 1)
    closed, over = datetime(2026, 12, 21), datetime(2026, 12, 24)
    steps: list[tuple[datetime, dict[str, Any]]] = []
    names: list[str] = []
    seals: list[dict[str, Any]] = []
    for number in range(random.choice((0, 1, 2, 3, 4, 5, 6, 8))):
        bidder = random.choice("甲乙丙丁戊") if random.random() < 0.35 else f"B{number}"
        late = random.random() < 0.08
        at = within(random, closed, over - MILLISECOND) if late else within(random, begin, closed - MILLISECOND)
        seal = {"listing": "L" if random.random() < 0.98 else "M", "bidder": bidder, "figures": figures(random)}
        step = {"seal": seal, "salt": f"{random.randrange(2**256):064x}", "as": f"k{number}"}
        if seals and random.random() < 0.05:  # the same key once more
            step = {**random.choice(seals), "as": f"k{number}"}
        seals.append(step)
        names.append(step["as"])
        # Before the notice nothing is taken, so nothing is there to open.
        steps.append((begin - timedelta(days=1, hours=1) if random.random() < 0.03 else at, step))
    for step in seals:
        if random.random() < 0.12:
            steps.append((within(random, begin, over), {"withdraw": step["seal"]["bidder"]}))
    known = {step["as"]: at for at, step in steps if "as" in step}
    for name in names:
        for _ in range(random.choice((0, 1, 1, 1, 1, 1, 2))):
            at = within(random, closed, over - MILLISECOND) if random.random() < 0.9 else within(random, begin, over)
            steps.append((max(at, known[name] + MILLISECOND), {"open": name}))
    ends = [(over, {"rank": "yes"}), (over + timedelta(hours=1), {"award": "yes"})]
    if random.random() < 0.1:
        ends.insert(0, (within(random, begin, over - MILLISECOND), random.choice(({"rank": "yes"}, {"award": "yes"}))))
    if random.random() < 0.1:
        ends.append((over + timedelta(hours=2), random.choice(({"fail": "none"}, {"rank": "yes"}, {"publish": "yes"}))))
    steps += ends
    first = begin - timedelta(days=1)
    published = (first, {"publish": "yes"})
    if random.random() < 0.02:
        steps.append((first - timedelta(hours=1), {"rank": "yes"}))
    if random.random() < 0.02:
        steps.append((first + timedelta(hours=1), {"publish": "yes"}))
    ordered = sorted([published, *steps], key=lambda pair: pair[0])
    return [{"at": text(at), **step} for at, step in ordered]


def shuffled(random: Random, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same steps with those of one moment in another order; of one bidder they keep theirs."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for step in steps:
        groups.setdefault(step["at"], []).append(step)
    owner = {step["as"]: step["seal"]["bidder"] for step in steps if "seal" in step}

    def whose(step: dict[str, Any]) -> str:
        if "seal" in step:
            return step["seal"]["bidder"]
        return step.get("withdraw") or owner.get(step.get("open", ""), "")

    found: list[dict[str, Any]] = []
    for group in groups.values():
        if any(name in step for step in group for name in ("publish", "rank", "award", "fail")):
            found += group
            continue
        order = [whose(step) for step in group]
        random.shuffle(order)
        queues = {name: [step for step in group if whose(step) == name] for name in order}
        found += [queues[name].pop(0) for name in order]
    return found


def script(steps: list[dict[str, Any]], codes: Sequence[str | None]) -> dict[str, Any]:
    """A line that `landcycle listing model` reads."""
    notice = {
        "listing": "L", "parcel": "P", "package": "national", "closes_on": str(CLOSES), "opening_ends_on": str(ENDS),
        "facts": {"listing_area": "20000", **{f"{part}_required": str(value) for part, value in REQUIRED.items()}},
    }
    told = [step if code is None else {**step, "refused": code} for step, code in zip(steps, codes, strict=True)]
    return {"notice": notice, "steps": told}


def run(binary: str, policies: Path, lines: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What landcycle makes of scripts."""
    with tempfile.TemporaryDirectory(prefix="landcycle-listing-") as folder:
        path = Path(folder) / "listings.jsonl"
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        command = [binary, "--packages", str(policies), "listing", "model", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"exit {done.returncode}")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(lines):
        raise RuntimeError(f"{len(answers)} answers to {len(lines)} listings")
    yield from answers


def judge(codes: Sequence[str | None], answer: dict[str, Any]) -> list[str]:
    """Where landcycle and the model differ."""
    found = [] if list(codes) == answer["refused"] else [f"refused {answer['refused']}, model {list(codes)}"]
    return found + ([] if answer["public"] is None else differences(answer["public"]))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Random listings through landcycle, computed again and modelled.")
    parser.add_argument("--landcycle", required=True, metavar="BIN")
    parser.add_argument("--packages-dir", type=Path, required=True, metavar="POLICIES")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    binary = str(Path(options.landcycle).resolve())
    random = Random(options.seed)
    lines, modelled, listings = [], [], []
    for _ in range(options.count):
        steps = make(random)
        for version in (steps, shuffled(random, steps)):
            model = Model()
            codes = [model.take(step) for step in version]
            lines.append(script(version, codes))
            modelled.append(codes)
        listings.append(steps)
    try:
        answers = list(run(binary, options.packages_dir.resolve(), lines))
    except (RuntimeError, OSError, json.JSONDecodeError) as error:
        print(f"cannot compare: {error}", file=sys.stderr)
        return 2
    met: Counter[str] = Counter()
    failed = bids = 0
    for number, steps in enumerate(listings):
        pair = answers[2 * number:2 * number + 2]
        found = [text for codes, answer in zip(modelled[2 * number:2 * number + 2], pair, strict=True)
                 for text in judge(codes, answer)]
        if pair[0]["public"] != pair[1]["public"]:
            found.append("the order of hands in one moment changes the result")
        met.update(code for code in modelled[2 * number] if code)
        for bid in (pair[0]["public"] or {}).get("bids", ()):
            bids += 1
            met[bid["outcome"]["code"]] += 1
        met.update(decided(pair[0]["public"] or {}))
        failed += bool(found)
        if found and failed <= SHOWN:
            print(f"DIFFERENCE {found[0]}\n    {json.dumps(lines[2 * number], ensure_ascii=False)}")
    wanted = (*OUTCOMES, *CODES, "decided by score", "decided by tax", "decided by receipt", "decided by lot", "award",
              "too_few")
    absent = [name for name in wanted if not met[name]]
    for name in wanted:
        print(name.ljust(24), str(met[name]).rjust(8))
    for name in absent:
        print(f"NEVER OCCURRED {name}")
    print(f"{'FAILED' if failed or absent else 'ok'}: {options.count} listings, {bids} bids, {failed} listings differ, "
          f"{len(absent)} answers never met; seed {options.seed}")
    return 1 if failed or absent else 0


def decided(public: dict[str, Any]) -> Iterator[str]:
    """By which field each place is decided against the next, and whether there is a winner."""
    if public:
        yield public["award"]["code"]
    orders = [[(field["field"], field["value"]) for field in bid["order"]["fields"]]
              for bid in public.get("bids", ()) if bid["rank"] is not None]
    for one, other in zip(orders, orders[1:]):
        yield next((f"decided by {name}" for (name, value), (_, next_value) in zip(one, other) if value != next_value),
                   "tied")


if __name__ == "__main__":
    raise SystemExit(main())
