"""Name the rules of a package that neither `compare.py` nor a suite of `compare_stage.py` knows.

    python uncovered.py --policies ../policies
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from compare_stage import STAGES
from landcycle_oracle.rules import LABELS, PACKAGES

NATIONAL = "national"


def known(package: str) -> set[str]:
    """The rules of a package that some comparison asks for."""
    suites = (suite for stage in STAGES for suite in importlib.import_module(f"landcycle_oracle.{stage}").SUITES)
    return set(LABELS).union(*(suite.rules_of(package) for suite in suites if package in suite.packages))


def written(policies: Path, package: str) -> Iterator[Path]:
    """The rule files that speak for a package: its own and the national ones."""
    for layer in dict.fromkeys((NATIONAL, package)):
        yield from sorted((policies / layer / "rules").rglob("*.yaml"))


def uncovered(policies: Path) -> list[str]:
    """Files of rules that are not known in a package, once each, with the packages."""
    found: dict[str, list[str]] = {}
    for package in PACKAGES:
        names = known(package)
        for path in written(policies, package):
            if path.stem not in names:
                found.setdefault(str(path.relative_to(policies)), []).append(package)
    return [f"{path}: {', '.join(packages)}" for path, packages in found.items()]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Name the rules that the oracle does not know.")
    parser.add_argument("--policies", type=Path, required=True)
    policies = parser.parse_args(arguments).policies
    if not any(written(policies, NATIONAL)):
        print(f"no rules under {policies}")
        return 2
    lines = uncovered(policies)
    for line in lines:
        print(f"not known to the oracle: {line}")
    print(f"{'FAILED' if lines else 'ok'}: {len(lines)} rule files are not known to the oracle")
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
