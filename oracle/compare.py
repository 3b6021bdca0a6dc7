"""Assess generated cases with landcycle and with the oracle; print every difference.

    python compare.py --landcycle BIN --packages-dir ../policies --count 10000 --seed 1
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from generate import write_cases
from landcycle_oracle.facts import Facts, read_facts
from landcycle_oracle.idle_land_fee import is_ceiling
from landcycle_oracle.kleene import Logical, Unknown
from landcycle_oracle.outcomes import label, same_outcome, show
from landcycle_oracle.rules import LABELS, PACKAGES, assess

# The edges of the laws' force, days whose anniversaries start on 29 February, and today.
AS_OF_DATES = tuple(map(date.fromisoformat, (
    "2012-06-30", "2012-07-01", "2015-12-30", "2015-12-31", "2016-02-29", "2017-02-28",
    "2018-12-19", "2018-12-20", "2020-06-30", "2021-12-30", "2021-12-31", "2024-02-29",
    "2026-09-19", "2026-09-20", "2026-11-23",
)))


@dataclass
class Tally:
    """What a run met: answers by rule and class, differences, rules not compared."""

    answers: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    cases: Counter[str] = field(default_factory=Counter)
    differences: Counter[str] = field(default_factory=Counter)
    not_compared: Counter[str] = field(default_factory=Counter)


def packages_option(binary: str, packages: Path) -> list[str]:
    """`--packages DIR` if `assess` takes it; otherwise it reads `policies` in its working folder."""
    done = subprocess.run([binary, "assess", "--help"], capture_output=True, text=True, encoding="utf-8", check=False)
    return ["--packages", str(packages)] if "--packages" in done.stdout else []


def run_landcycle(
    binary: str, packages: Path, option: list[str], package: str, as_of: date, facts: Path,
) -> Iterator[dict[str, Any]]:
    """The determinations that `landcycle assess` prints, one JSON object per line."""
    command = [binary, "assess", "--facts", str(facts), "--package", package, "--as-of", str(as_of), "--json", *option]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=packages.parent,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    for line in done.stdout.splitlines():
        if line.strip():
            yield json.loads(line)


def faults_of(name: str, own: Any, theirs: dict[str, Any], ceiling: Logical) -> list[str]:
    """In what respects the engine's determination is not the oracle's."""
    faults: list[str] = []
    if not same_outcome(own, theirs.get("outcome")):
        faults.append("outcome")
    missing = theirs.get("missing") or []
    expected = own.missing if isinstance(own, Unknown) else frozenset()
    if len(missing) != len(expected) or set(missing) != expected:
        faults.append("missing")
    # A bound is stated only with a sum that is not 0. Without a sum it is not looked at, nor where the kind of
    # supply is missing and the sum is known all the same.
    if name == "idle_land_fee" and isinstance(own, Fraction) and not (own and isinstance(ceiling, Unknown)):
        if theirs.get("bound") != ("at_most" if own and ceiling else None):
            faults.append("bound")
    return faults


def given(facts: Facts) -> str:
    """The facts of a case on one line, so that a difference can be replayed by hand."""
    return ", ".join(f"{name}={value}" for name, value in facts.values.items() if value is not None)


def compare_file(found: Iterator[dict[str, Any]], path: Path, package: str, as_of: date, tally: Tally) -> None:
    """Compare one facts file's determinations, each due exactly once."""
    theirs: dict[tuple[str, str], dict[str, Any]] = {}
    for determination in found:
        key = (determination["case_id"], determination["rule"].rsplit("/", 1)[-1])
        if key[1] not in LABELS:
            tally.not_compared[key[1]] += 1
        elif key in theirs:
            report(tally, package, as_of, key, "determined twice", "")
        else:
            theirs[key] = determination
    for case_id, facts in read_facts(path):
        tally.cases[package] += 1
        for name, own in assess(package, facts, as_of).items():
            tally.answers[name, label(own), package] += 1
            determination = theirs.pop((case_id, name), None)
            if determination is None:
                report(tally, package, as_of, (case_id, name), "not determined by landcycle", given(facts))
                continue
            faults = faults_of(name, own, determination, is_ceiling(package, facts, as_of))
            if faults:
                text = f"{'+'.join(faults)}: oracle {show(own)}; landcycle {answer_text(determination)}"
                report(tally, package, as_of, (case_id, name), text, given(facts))
    for key in theirs:
        report(tally, package, as_of, key, "determined for a case that is not in the file", "")


def answer_text(determination: dict[str, Any]) -> str:
    """The engine's answer as a line of text."""
    text = json.dumps(determination.get("outcome"), ensure_ascii=False)
    text += f" {sorted(determination['missing'])}" if determination.get("missing") else ""
    return text + (f" {determination['bound']}" if determination.get("bound") else "")


def report(tally: Tally, package: str, as_of: date, key: tuple[str, str], text: str, facts: str) -> None:
    """Print a difference and count it."""
    case_id, name = key
    tally.differences[f"{package} {name}"] += 1
    print(f"DIFFERENCE {package} {as_of} {case_id} {name}: {text}" + (f"\n    given {facts}" if facts else ""))


def print_summary(tally: Tally, packages: Sequence[str]) -> list[str]:
    """Counts per rule and answer; returns the answers that never occurred."""
    print("rule".ljust(20), "answer".ljust(62), *(package.rjust(9) for package in packages))
    absent: list[str] = []
    for name, labels in LABELS.items():
        met = [text for text in labels]
        met += sorted({text for rule, text, _ in tally.answers if rule == name} - set(labels))
        for text in met:
            counts = [tally.answers[name, text, package] for package in packages]
            print(name.ljust(20), text.ljust(62), *(str(count).rjust(9) for count in counts))
            if not any(counts):
                absent.append(f"{name}: {text}")
    for rule, count in sorted(tally.not_compared.items()):
        print(f"not compared, the oracle does not know it: {rule} ({count})")
    return absent


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Assess generated cases twice and print every difference.")
    parser.add_argument("--landcycle", required=True, metavar="BIN")
    parser.add_argument("--packages-dir", type=Path, required=True, metavar="POLICIES")
    parser.add_argument("--count", type=int, default=10_000, help="cases per package, at least")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--package", choices=PACKAGES, action="append", help="only this package (repeatable)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    packages = options.package or PACKAGES
    per_date = -(-options.count // len(AS_OF_DATES))
    tally = Tally()
    binary, policies = str(Path(options.landcycle).resolve()), options.packages_dir.resolve()
    option = packages_option(binary, policies)
    # The other rules are compared by stage, or not at all: see the README.
    for name in LABELS:
        option += ["--rule", name]
    with tempfile.TemporaryDirectory(prefix="landcycle-oracle-") as folder:
        for package in packages:
            for variant, as_of in enumerate(AS_OF_DATES):
                path = Path(folder) / f"{package}-{as_of}.csv"
                write_cases(path, per_date, options.seed, package, as_of, variant)
                try:
                    found = run_landcycle(binary, policies, option, package, as_of, path)
                    compare_file(found, path, package, as_of, tally)
                except (RuntimeError, OSError, json.JSONDecodeError) as error:
                    print(f"cannot compare {package} {as_of}: {error}", file=sys.stderr)
                    return 2
    absent = print_summary(tally, packages)
    for text in absent:
        print(f"NEVER OCCURRED {text}")
    for text, count in sorted(tally.differences.items()):
        print(f"differences in {text}: {count}")
    cases = ", ".join(f"{package} {tally.cases[package]}" for package in packages)
    total = sum(tally.differences.values())
    print(f"{'FAILED' if total or absent else 'ok'}: cases {cases}; seed {options.seed}; "
          f"{sum(tally.answers.values())} answers compared, {total} differences, {len(absent)} answers never met")
    return 1 if total or absent else 0


if __name__ == "__main__":
    raise SystemExit(main())
