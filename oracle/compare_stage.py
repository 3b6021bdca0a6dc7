"""Assess generated cases of a stage with landcycle and with the oracle; print every difference.

    python compare_stage.py --landcycle BIN --packages-dir ../policies --stage planning --count 10000 --seed 1
"""

from __future__ import annotations

import argparse
import csv
import importlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from compare import answer_text, run_landcycle
from landcycle_oracle.facts import Facts
from landcycle_oracle.kleene import Unknown
from landcycle_oracle.outcomes import labels, same_outcome, show
from landcycle_oracle.suite import Suite

# Stages of which the oracle knows rules beyond those of `compare.py`.
STAGES = ("diagnosis", "planning", "supervision", "supply")
# Differences that are printed; the rest is counted.
SHOWN = 20


class Run:
    """What a run met."""

    def __init__(self, binary: str, policies: Path, folder: Path) -> None:
        self.binary, self.policies, self.folder = binary, policies, folder
        self.answers: Counter[tuple[str, str]] = Counter()
        self.differences: Counter[str] = Counter()
        self.compared = 0

    def suite(self, suite: Suite, count: int, seed: int) -> None:
        """Compare at least `count` cases of every package."""
        per_day = -(-count // len(suite.days))
        for package in suite.packages:
            for day in suite.days:
                random = Random(f"{seed}/{suite.name}/{package}/{day}")
                cases = {f"{number}": suite.make(random, package, day) for number in range(per_day)}
                self.compare(suite, package, day, cases)

    def compare(self, suite: Suite, package: str, day: date, cases: dict[str, Any]) -> None:
        """One facts file through both."""
        path = self.folder / f"{suite.name}-{package}-{day}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("case_id", *suite.kinds))
            for case_id, cells in cases.items():
                rows.writerow((case_id, *(cells.get(name) or "" for name in suite.kinds)))
        rules = suite.rules_of(package)
        options = ["--packages", str(self.policies)]
        for name in rules:
            options += ["--rule", name]
        theirs = {(found["case_id"], found["rule"].rsplit("/", 1)[-1]): found
                  for found in run_landcycle(self.binary, self.policies, options, package, day, path)}
        for case_id, cells in cases.items():
            facts = suite.facts(cells)
            for name, rule in rules.items():
                own = rule(package, facts, day)
                self.compared += 1
                self.answers.update((name, text) for text in labels(own))
                found = theirs.get((case_id, name))
                if found is None:
                    self.report(name, package, day, "not determined by landcycle", facts)
                elif not self.same(own, found):
                    text = f"oracle {show(own)}; landcycle {answer_text(found)}"
                    self.report(name, package, day, text, facts)

    @staticmethod
    def same(own: Any, found: dict[str, Any]) -> bool:
        """Whether outcome and missing facts agree."""
        expected = own.missing if isinstance(own, Unknown) else frozenset()
        return same_outcome(own, found.get("outcome")) and set(found.get("missing") or ()) == expected

    def report(self, name: str, package: str, day: date, text: str, facts: Facts) -> None:
        """Print a difference with what is needed to replay it."""
        self.differences[name] += 1
        if self.differences[name] <= SHOWN:
            given = ", ".join(f"{fact}={value}" for fact, value in facts.values.items())
            print(f"DIFFERENCE {package} {day} {name}: {text}\n    given {given}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Assess generated cases of a stage twice; print every difference.")
    parser.add_argument("--landcycle", required=True, metavar="BIN")
    parser.add_argument("--packages-dir", type=Path, required=True, metavar="POLICIES")
    parser.add_argument("--stage", choices=STAGES, action="append", help="only this stage (repeatable)")
    parser.add_argument("--count", type=int, default=10_000, help="cases per package and suite, at least")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    binary = str(Path(options.landcycle).resolve())
    absent: list[str] = []
    with tempfile.TemporaryDirectory(prefix="landcycle-oracle-") as folder:
        run = Run(binary, options.packages_dir.resolve(), Path(folder))
        for stage in options.stage or STAGES:
            for suite in importlib.import_module(f"landcycle_oracle.{stage}").SUITES:
                try:
                    run.suite(suite, options.count, options.seed)
                except (RuntimeError, OSError, json.JSONDecodeError) as error:
                    print(f"cannot compare {suite.name}: {error}", file=sys.stderr)
                    return 2
                absent += [f"{rule}: {text}" for rule, texts in suite.labels.items() for text in texts
                           if not run.answers[rule, text]]
    for (rule, text), count in sorted(run.answers.items()):
        print(rule.ljust(34), text.ljust(50), str(count).rjust(9))
    for text in absent:
        print(f"NEVER OCCURRED {text}")
    for rule, count in sorted(run.differences.items()):
        print(f"differences in {rule}: {count}")
    total = run.differences.total()
    rules = len({rule for rule, _ in run.answers})
    print(f"{'FAILED' if total or absent else 'ok'}: {rules} rules, {run.compared} answers compared, "
          f"{total} differences, {len(absent)} answers never met; seed {options.seed}")
    return 1 if total or absent else 0


if __name__ == "__main__":
    raise SystemExit(main())
