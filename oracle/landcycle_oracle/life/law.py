"""What the law asks of acts: the acts' files, judged by the oracle's own rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ..facts import Facts
from ..idle_land_disposal import way_open
from ..kleene import Unknown
from ..outcomes import NOT_APPLICABLE
from ..rules import RULES as FIRST_RULES
from ..suite import Rule
from ..supervision import SUITES as SUPERVISION
from ..supervision.procedure import enforcement_ways
from ..supply import SUITES as SUPPLY
from .vocabulary import load

WAYS = {
    "idle_land_disposal": way_open,
    "idle_enforcement": lambda way, facts, day: enforcement_ways(facts, day)[way],
}
RULES: dict[str, Rule] = {
    **{name: rule for suite in (*SUPERVISION, *SUPPLY) for name, rule in suite.rules.items()}, **FIRST_RULES,
}


@dataclass(frozen=True)
class Requirement:
    """A rule and what it must say, before the act or (as usual) after it."""

    rule: str
    before: bool
    must_apply: bool
    field: str
    test: str  # is, is_fact, has, has_fact, empty
    wanted: tuple[str, ...]

    def met(self, found: Any, after: Mapping[str, str]) -> bool | None:
        """Whether the rule's answer is what is asked; None where it is unknown."""
        if found is NOT_APPLICABLE:
            # Where the law does not speak a private act is free, and one that takes something has no power.
            return not self.must_apply
        if isinstance(found, Unknown):
            return None
        if self.field:
            found = found[self.field]
        if self.test == "empty":
            return not found
        wanted = [after.get(name) for name in self.wanted] if self.test.endswith("_fact") else self.wanted
        return wanted[0] in found if self.test.startswith("has") else found in wanted


@dataclass(frozen=True)
class Act:
    """An act as the law has it."""

    name: str
    days: tuple[str, ...]
    asks: tuple[str, ...]
    takes: tuple[str, ...]
    clears: tuple[str, ...]
    sets: Mapping[str, str]
    copies: Mapping[str, tuple[str, ...]]
    requires: tuple[Requirement, ...]


def read_acts(folder: Path) -> dict[str, Act]:
    """The acts of a package."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        for name, item in load(path)["acts"].items():
            found[name] = Act(
                name, texts(item.get("day")), texts(item.get("asks")), texts(item.get("takes")),
                texts(item.get("clears")), item.get("sets", {}),
                {fact: texts(dates) for fact, dates in item.get("copies", {}).items()}, tuple(map(requirement, item.get("requires", ()))),
            )
    return found


def texts(value: Any) -> tuple[str, ...]:
    """One text or several."""
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def requirement(item: dict[str, Any]) -> Requirement:
    """One entry of what an act requires."""
    test = next(name for name in ("is", "is_fact", "has", "has_fact", "empty") if name in item)
    return Requirement(
        item["rule"], item.get("before") == "yes", item.get("must_apply") == "yes", item.get("field", ""), test,
        texts(item[test]),
    )


def judge(act: Act, package: str, day: date, before: tuple[Facts, Mapping[str, str]],
          after: tuple[Facts, Mapping[str, str]]) -> list[str]:
    """What the law has against an act: a code and a rule each."""
    refusals = []
    for wanted in act.requires:
        facts = before[0] if wanted.before else after[0]
        found = RULES[wanted.rule](package, facts, day)
        met = wanted.met(found, after[1])
        if met is None and wanted.test.startswith("has"):
            # One way may be open, or closed, whatever is unknown of the others.
            way = (after[1].get(wanted.wanted[0]) if wanted.test == "has_fact" else wanted.wanted[0]) or ""
            certain = WAYS[wanted.rule](way, facts, day)
            met = None if isinstance(certain, Unknown) else certain
        if not met:
            refusals.append(f"{'A14' if met is None else 'A13'} {wanted.rule}")
    return refusals
