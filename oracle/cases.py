"""Recompute the cases that lie beside the rules; print every difference.

    python cases.py --policies ../policies
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from landcycle_oracle.facts import KINDS, Facts, parse_value
from landcycle_oracle.kleene import Unknown
from landcycle_oracle.outcomes import same_outcome, show
from landcycle_oracle.rules import JUDGED_ON_SIGNING, PACKAGES, RULES

INVENTED = ("sample-city", "sample-city-east")
EMPTY = ("", "null", "~", "unknown")


def load(path: Path) -> dict[str, Any]:
    """A cases file with every scalar as text: floats and YAML's own booleans would spoil exactness."""
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=yaml.BaseLoader) or {}


def case_files(policies: Path) -> Iterator[tuple[str, Path]]:
    """Every cases file with its package, the first folder under the policies."""
    for path in sorted(policies.glob("*/cases/**/*.y*ml")):
        yield path.relative_to(policies).parts[0], path


def facts_of(given: dict[str, str]) -> Facts:
    """The facts of a case; names that no rule here needs are passed over."""
    return Facts({
        name: None if text in EMPTY else parse_value(name, text)
        for name, text in given.items() if name in KINDS
    })


def differs(own: Any, expected: Any) -> bool:
    """Whether the oracle's answer is not the one the case expects."""
    if isinstance(expected, dict) and set(expected) == {"unknown"}:
        names = expected["unknown"] or []
        return not isinstance(own, Unknown) or len(names) != len(own.missing) or set(names) != own.missing
    return not same_outcome(own, expected)


def check(package: str, rule: str, written: dict[str, Any]) -> str | None:
    """What is wrong with one case, or None."""
    day = written.get("as_of")
    if day in (None, *EMPTY):
        if rule not in JUDGED_ON_SIGNING:
            return "no as_of"
        day = "9999-12-31"  # the law is picked by the day of signing; every day from then on gives the same answer
    try:
        facts = facts_of(written.get("given") or {})
        own = RULES[rule](package, facts, date.fromisoformat(day))
    except (ValueError, KeyError) as error:
        return f"cannot be read: {error}"
    if "expect" not in written:
        return "no expect"
    if differs(own, written["expect"]):
        return f"oracle {show(own)}; case expects {written['expect']}"
    return None


def name_of(written: dict[str, Any], number: int) -> str:
    """The case's name in English, or its number in the file."""
    name = written.get("name")
    if isinstance(name, dict):
        name = name.get("en") or name.get("zh")
    return name or f"case {number}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Recompute the cases that lie beside the rules.")
    parser.add_argument("--policies", type=Path, default=Path(__file__).parent.parent / "policies")
    options = parser.parse_args(arguments)
    checked: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    differences = 0
    for package, path in case_files(options.policies):
        content = load(path)
        cases = content.get("cases") or []
        rule = str(content.get("rule", "")).rsplit("/", 1)[-1]
        if package in INVENTED:
            skipped[f"{package}: an invented package, it is not in the documents"] += len(cases)
            continue
        if package not in PACKAGES:
            skipped[f"{package}: a package the oracle does not know"] += len(cases)
            continue
        if rule not in RULES:
            skipped[f"{package}: the oracle does not know the rule {content.get('rule')}"] += len(cases)
            continue
        for number, written in enumerate(cases, 1):
            checked[f"{package} {rule}"] += 1
            fault = check(package, rule, written)
            if fault:
                differences += 1
                print(f"DIFFERENCE {path.relative_to(options.policies)}, {name_of(written, number)}: {fault}")
    for text, count in sorted(checked.items()):
        print(f"checked {text}: {count}")
    for text, count in sorted(skipped.items()):
        print(f"skipped {count} of {text}")
    total = sum(checked.values())
    print(f"{'FAILED' if differences or not total else 'ok'}: {total} cases recomputed, {differences} differences")
    return 1 if differences or not total else 0


if __name__ == "__main__":
    raise SystemExit(main())
