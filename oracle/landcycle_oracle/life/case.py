"""A case: the acts done to it, its facts on a day, and the next act or why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..facts import Facts
from . import standing
from .law import Act, judge, read_acts
from .table import BEGIN_A_RECORD, MAKE_A_CASE, TABLE
from .vocabulary import NONE, BadValue, Vocabulary, canonical, exact

# Where a city's own law speaks; everywhere else the nation's does.
PLACES = {
    **dict.fromkeys(("北京", "北京市", "beijing"), "beijing"),
    **dict.fromkeys(("上海", "上海市", "shanghai"), "shanghai"),
    **dict.fromkeys(("深圳", "深圳市", "shenzhen"), "shenzhen"),
}
Step = Mapping[str, Any]  # act, on, facts


class Code:
    """All law that a model needs."""

    def __init__(self, policies: Path) -> None:
        self.vocabulary = Vocabulary.read(policies / "vocabulary")
        self.acts = read_acts(policies / "national" / "acts")


@dataclass
class Case:
    """The events of a case in their order."""

    code: Code
    events: list[tuple[date, dict[str, str]]] = field(default_factory=list)
    _last: tuple[date, int, standing.Facts] | None = None

    def on(self, day: date) -> standing.Facts:
        """The facts that hold on a day."""
        if self._last is None or self._last[:2] != (day, len(self.events)):
            self._last = (day, len(self.events), self._fold(day))
        return self._last[2]

    def _fold(self, day: date) -> standing.Facts:
        """Later events over earlier ones, up to the day.

        That something has not happened holds on the day on which it was said, and a day to come has not come.
        """
        facts = standing.Facts()
        for happened_on, body in self.events:
            if happened_on > day:
                continue
            for name, value in body.items():
                occurs = name in self.code.vocabulary.occurrences
                past = value == NONE and happened_on != day
                ahead = value[:1].isdigit() and value > str(day)
                if value and not (occurs and (past or ahead)):
                    facts.say(name, value)
                else:
                    facts.pop(name, None)
        return facts

    def do(self, step: Step) -> dict[str, Any]:
        """An act: done or refused, and how the case stands then."""
        day = date.fromisoformat(step["on"])
        refused = self.attempt(step["act"], day, step["facts"])
        facts = self.on(day)
        return {"stage": standing.stage(facts), "open": standing.all_open(facts), "refused": refused}

    def attempt(self, name: str, day: date, given: Mapping[str, str]) -> list[str]:
        """Records an act, or says all that is against it: the first kind of reason ends the search."""
        act = self.code.acts.get(name)
        if act is None:
            return ["A01"]
        facts = self.on(day)
        if refused := self.possible(name, facts):
            return [refused]
        if self.events and day < self.events[-1][0]:
            return ["A09"]
        values, refusals = self.read(act, given)
        if refusals:
            return refusals
        if wrong := self.denied_or_ahead(facts, values, day):
            return ["A11"] * wrong
        copied = {
            fact: next(values[one] for one in dates if values.get(one, NONE) != NONE)
            for fact, dates in act.copies.items() if any(values.get(one, NONE) != NONE for one in dates)
        }
        body = {**dict.fromkeys(act.clears, ""), **values, **copied, **act.sets, **dict.fromkeys(act.days, str(day))}
        after = {known: value for known, value in (facts | body).items() if value}
        package = PLACES.get(after.get("city", ""), "national")
        if refusals := judge(act, package, day, (self.complete(facts), facts), (self.complete(after), after)):
            return refusals
        if any("\0" in value for value in body.values()):
            return ["A16"]
        self.events.append((day, body))
        return []

    def possible(self, name: str, facts: standing.Facts) -> str | None:
        """What the order of a life has against an act."""
        if name in MAKE_A_CASE:
            if self.events:
                return "A03"
        elif not self.events:
            return "A02"
        if name not in BEGIN_A_RECORD and not standing.is_open(facts, "kept"):
            return "A04"
        place = TABLE[name]
        if standing.stage(facts) not in place.stages:
            return "A05"
        if not all(standing.is_open(facts, needed) for needed in place.needs):
            return "A06"
        return "A07" if any(standing.is_open(facts, bar) for bar in place.bars) else None

    def read(self, act: Act, given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
        """What is given with an act, or what is wrong with it: foreign facts, bad values, then what is not said."""
        values: dict[str, str] = {}
        foreign, bad = 0, 0
        for heading, text in given.items():
            fact = self.code.vocabulary.by_heading.get(heading)
            if fact is None or fact.name not in (*act.asks, *act.takes):
                foreign += 1
                continue
            try:
                values[fact.name] = canonical(fact, text)
            except BadValue:
                bad += 1
        if foreign or bad:
            return {}, ["A10"] * foreign + ["A11"] * bad
        return values, ["A12" for name in act.asks if not values.get(name)]

    def denied_or_ahead(self, facts: standing.Facts, values: Mapping[str, str], day: date) -> int:
        """How many occurrences are said to come after the day of the act, or not to be where they are on record."""
        occurrences = self.code.vocabulary.occurrences
        return sum(
            standing.happened(facts, name) if value == NONE else value > str(day)
            for name, value in values.items() if name in occurrences and value
        )

    def complete(self, facts: dict[str, str]) -> Facts:
        """The facts as rules take them: in a kept record silence has the meaning that the vocabulary gives it."""
        vocabulary = self.code.vocabulary
        said = vocabulary.otherwise | facts if standing.happened(facts, "kept_since") else facts
        return Facts({
            name: exact(vocabulary.facts[name].kind, value) for name, value in said.items()
            if vocabulary.facts[name].kind != "text"
        })


def live(code: Code, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """A sequence of acts on a new case."""
    case = Case(code)
    return [case.do(step) for step in steps]
