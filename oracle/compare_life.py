"""Lead random lives through landcycle and through a plain model; print every difference.

    python compare_life.py --landcycle BIN --packages-dir ../policies --count 100000 --seed 1
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from random import Random
from typing import Any

from landcycle_oracle.life.case import Code, live
from landcycle_oracle.life.making import make_life
from landcycle_oracle.life.table import TABLE

Steps = list[dict[str, Any]]
CODES = tuple(f"A{number:02}" for number in range(1, 17))
# What cannot happen here, and why.
NEVER_MET = {
    "A08": "the model's today is the day of the act",
    "A15": "nobody else writes",
}
NEVER_DONE = {"take_over": "nothing is imported: a case that is there was kept from its first day"}
LARGE = 20_000
SHOWN = 1  # of each kind of difference


@dataclass
class Tally:
    """What a run met."""

    lives: int = 0
    steps: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    rules: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    differences: list[tuple[str, Steps]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Takes in another's counts."""
        for name, value in vars(other).items():
            if isinstance(value, Counter):
                getattr(self, name).update(value)
            elif name == "differences":
                self.differences += value
            else:
                setattr(self, name, getattr(self, name) + value)

    def count(self, code: Code, step: dict[str, Any], answer: dict[str, Any]) -> None:
        """Counts a step by the model's answer to it."""
        self.steps += 1
        act = step["act"] if step["act"] in TABLE else "(no act)"
        self.stages[answer["stage"]] += 1
        self.open.update(answer["open"])
        refusals = answer["refused"]
        (self.refused if refusals else self.done)[act] += 1
        for refusal in refusals:
            name, _, rule = refusal.partition(" ")
            self.codes[name] += 1
            if rule:
                self.rules[act, rule, name] += 1
        if not refusals:
            self.rules.update((act, wanted.rule, "met") for wanted in code.acts[act].requires)


def run_landcycle(binary: str, packages: Path, lives: Sequence[Steps]) -> list[list[dict[str, Any]]]:
    """What `landcycle act model` says to each step of each life."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl", delete=False) as file:
        file.writelines(json.dumps(steps, ensure_ascii=False) + "\n" for steps in lives)
    command = [binary, "--packages", str(packages), "act", "model", file.name]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
    if len(answers) != len(lives):
        raise RuntimeError(f"{' '.join(command)}: {len(answers)} answers to {len(lives)} lives")
    Path(file.name).unlink()
    return answers


def first_difference(own: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> int | None:
    """The first step at which the two say something else."""
    return next((at for at, pair in enumerate(zip(own, theirs, strict=True)) if pair[0] != pair[1]), None)


def kind_of(step: dict[str, Any], own: dict[str, Any], theirs: dict[str, Any]) -> str:
    """In what respect they differ, so that differences of one cause stand together."""
    parts = [step["act"]]
    for name in ("stage", "refused"):
        if own[name] != theirs[name]:
            parts.append(f"{name} {own[name]}, not {theirs[name]}")
    for whose, one, other in (("the model", own, theirs), ("landcycle", theirs, own)):
        alone = sorted(set(one["open"]) - set(other["open"]))
        parts += [f"open to {whose} only {alone}"] if alone else []
    return "; ".join(parts)


@lru_cache(maxsize=1)
def code_of(policies: Path) -> Code:
    """The law, read once in each process."""
    return Code(policies)


def chunk(binary: str, policies: Path, seed: int, part: tuple[int, int]) -> Tally:
    """Makes so many lives and compares them."""
    number, count = part
    tally, code, random = Tally(), code_of(policies), Random(f"{seed}/{number}")
    start = time.perf_counter()
    lives = [make_life(random, code) for _ in range(count)]
    made = time.perf_counter()
    theirs = run_landcycle(binary, policies, [steps for steps, _ in lives])
    tally.seconds.update({"model": made - start, "landcycle": time.perf_counter() - made})
    for (steps, own), found in zip(lives, theirs, strict=True):
        tally.lives += 1
        for step, answer in zip(steps, own, strict=True):
            tally.count(code, step, answer)
        at = first_difference(own, found)
        if at is not None:
            kind = kind_of(steps[at], own[at], found[at])
            tally.kinds[kind] += 1
            if tally.kinds[kind] <= SHOWN:
                tally.differences.append((kind, steps[: at + 1]))
    return tally


def fewer(steps: Steps) -> list[Steps]:
    """The same life without one of its steps, or without one fact."""
    without = [steps[:at] + steps[at + 1:] for at in range(len(steps) - 1, -1, -1)]
    for at, step in enumerate(steps):
        for name in step["facts"]:
            facts = {key: value for key, value in step["facts"].items() if key != name}
            without.append(steps[:at] + [step | {"facts": facts}] + steps[at + 1:])
    return without


def shrunk(binary: str, policies: Path, code: Code, kind: str, steps: Steps) -> Steps:
    """The same kind of difference with as few steps and facts as it takes; all that could go are tried at once."""
    while True:
        tried = fewer(steps)
        for candidate, found in zip(tried, run_landcycle(binary, policies, tried), strict=True):
            own = live(code, candidate)
            at = first_difference(own, found)
            if at is not None and kind_of(candidate[at], own[at], found[at]) == kind:
                steps = candidate[: at + 1]
                break
        else:
            return steps


def report(binary: str, policies: Path, tally: Tally) -> None:
    """Prints the differences so that they can be replayed: a life to a line, as landcycle reads it."""
    code = code_of(policies)
    seen: Counter[str] = Counter()
    for kind, steps in tally.differences:
        seen[kind] += 1
        if seen[kind] > SHOWN:
            continue
        small = shrunk(binary, policies, code, kind, steps)
        told, found = live(code, small), run_landcycle(binary, policies, [small])[0]
        where = first_difference(told, found)
        print(f"DIFFERENCE {kind}\n    {json.dumps(small, ensure_ascii=False)}")
        if where is not None:
            print(f"    step {where + 1}\n    model     {told[where]}\n    landcycle {found[where]}")


def summary(tally: Tally, code: Code) -> list[str]:
    """Prints the counts; returns what never occurred and should have."""
    print("act".ljust(28), "done".rjust(9), "refused".rjust(9))
    for act in (*TABLE, "(no act)"):
        print(act.ljust(28), str(tally.done[act]).rjust(9), str(tally.refused[act]).rjust(9))
    for name, counts in (("refusal", tally.codes), ("stage", tally.stages), ("open", tally.open)):
        print(name + ":", ", ".join(f"{key} {count}" for key, count in sorted(counts.items())))
    print("what acts require".ljust(58), "met".rjust(9), "A13".rjust(9), "A14".rjust(9))
    absent = [f"refusal {name}" for name in CODES if not tally.codes[name] and name not in NEVER_MET]
    absent += [f"act {act} done" for act in TABLE if not tally.done[act] and act not in NEVER_DONE]
    for name, lawful in code.acts.items():
        for wanted in lawful.requires:
            met, against, open_ = (tally.rules[name, wanted.rule, answer] for answer in ("met", "A13", "A14"))
            print(f"{name} {wanted.rule}".ljust(58), *(str(count).rjust(9) for count in (met, against, open_)))
            if not against:
                absent.append(f"rule {wanted.rule} against {name}")
    for kind, number in tally.kinds.most_common():
        print(f"differences: {number} times {kind}")
    for name, why in (NEVER_MET | NEVER_DONE).items():
        print(f"cannot occur: {name}, {why}")
        if tally.codes[name] or tally.done[name]:
            absent.append(f"{name}, and did: the reason why it cannot occur is wrong")
    return absent


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Lead random lives through landcycle and a model; print differences.")
    parser.add_argument("--landcycle", required=True, metavar="BIN")
    parser.add_argument("--packages-dir", type=Path, required=True, metavar="POLICIES")
    parser.add_argument("--count", type=int, default=10_000, help="lives")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--chunk", type=int, default=2_000, help="lives to a file")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    binary, policies = str(Path(options.landcycle).resolve()), options.packages_dir.resolve()
    sizes = [min(options.chunk, options.count - at) for at in range(0, options.count, options.chunk)]
    tally, start = Tally(), time.perf_counter()
    try:
        with ProcessPoolExecutor(options.jobs) as pool:
            for part in pool.map(partial(chunk, binary, policies, options.seed), enumerate(sizes)):
                tally.add(part)
                took = time.perf_counter() - start
                text = f"{tally.lives} of {options.count} lives, {tally.kinds.total()} differ, {took:.0f} s"
                print(text, file=sys.stderr, flush=True)
        report(binary, policies, tally)
    except (RuntimeError, OSError, json.JSONDecodeError) as error:
        print(f"cannot compare: {error}", file=sys.stderr)
        return 2
    absent = summary(tally, code_of(policies))
    large = tally.lives >= LARGE
    for text in absent:
        print(f"NEVER OCCURRED {text}" if large else f"not met in a small run: {text}")
    speeds = ", ".join(f"{name} {tally.lives / max(took, 1e-9):.0f}" for name, took in tally.seconds.items())
    differ = tally.kinds.total()
    failed = differ or (large and absent)
    print(f"{'FAILED' if failed else 'ok'}: {tally.lives} lives, {tally.steps} steps compared, {differ} differ, "
          f"{len(absent)} never met; seed {options.seed}; lives a second in each job: {speeds}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
