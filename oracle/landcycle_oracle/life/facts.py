"""Facts to give with an act: such that it may succeed, mostly, about the limits of the articles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random

from ..dates import plus_years
from ..supervision.performance import LADDERS, measure
from .case import Case
from .law import Act
from .plots import Plot
from .vocabulary import Fact, exact

Given = dict[str, str]
TERMS = (
    "admission", "dates", "subdivision", "letting", "equity", "exit", "investment", "output", "environment",
)
USUAL: dict[str, tuple[str, ...]] = {
    "term_years": ("20",) * 8 + ("30", "50", "5", "2", "1.5", "51"),
    "area": ("20000", "15 亩", "2 公顷", "10000/3", "12345.6789"),
    "breach_times": ("1", "1", "2", "3", "4", "7"),
    "breach_kind": tuple(LADDERS) + ("use_change", "unpaid_price", "no_breach"),
    "grant_term_years": ("20", "30", "50", "51"), "renewal_term_years": ("5", "10", "20"),
    "firm_breaches": ("0", "1", "2", "3", "10"), "firm_serious_breaches": ("0", "1", "1", "2", "4"),
    "firm_breaches_repaired": ("0", "0", "1", "11"), "firm_hoarding_open": ("no", "no", "no", "yes"),
    "investment_total": ("1000", "1000", "5 万元", "0"),
    "investment_paid": ("0", "249.9999", "250", "600", "1 万元"),
    "construction_area_due": ("900", "900", "0"), "construction_area_started": ("0", "299.9999", "300", "900"),
    "price_paid_in_full": ("yes", "yes", "yes", "no"), "land_certificate": ("yes", "yes", "是", "no"),
    "house_certificate": ("yes", "yes", "no"), "developed_as_agreed": ("yes", "yes", "yes", "no"),
    "sealed": ("no", "no", "否", "no", "yes"), "title_disputed": ("no",) * 6 + ("yes",),
    "co_owner_unconsenting": ("no",) * 6 + ("yes",), "project_funds_ready": ("yes", "yes", "no"),
    "hoarding_found": ("no", "no", "yes"), "remedy_period_over": ("yes", "yes", "no"),
    "allocated_dealing_approved": ("yes", "no"), "division_agreed": ("yes", "yes", "no"),
    "equity_change_consented": ("yes", "yes", "no"), "public_interest_need": ("yes", "yes", "no"),
    "orientation": ("permitted", "encouraged") * 6 + ("restricted",),
    "industry": ("C26", "C39", "C34", "M73") * 2 + ("C19",), "credit_status": ("normal", "restricted"),
    "city": ("别处",) * 8 + ("上海", "北京市", "shenzhen"),
}
# What the land is is told when acts on idleness are; silence about works leaves them unknown.
ON_SITE = ("started_on", "suspended_on")


def usual(random: Random, fact: Fact, day: date) -> str:
    """A value such as a fact may have."""
    if fact.name in USUAL:
        return random.choice(USUAL[fact.name])
    if fact.kind == "number":
        return random.choice(("0", "100", "800", "1000", "1200", "12345.6789"))
    if fact.kind == "date":
        if random.random() < 0.15:
            return "none"
        reach = (-400, -30, -1, 0, 0) if fact.occurrence and random.random() < 0.95 else (-30, 0, 1, 180, 365, 800)
        return str(day + timedelta(days=random.choice(reach)))
    if fact.kind == "yes_no":
        return random.choice(("yes", "no"))
    if fact.codes:
        return random.choice(tuple(fact.codes))
    return f"甲{random.randint(1, 9)}"


def term_end(facts: Mapping[str, str]) -> date | None:
    """The end of the term, where whole years run from delivery."""
    delivered, years = facts.get("delivered_on", "none"), facts.get("term_years", "")
    if delivered == "none" or not years.isdigit():
        return None
    return years_on(date.fromisoformat(delivered), int(years))


def years_on(day: date, years: int) -> date:
    """The same day of another year."""
    found = plus_years(day, years)
    assert isinstance(found, date)
    return found


def near(random: Random, day: date, spread: tuple[int, ...] = (0, 0, 0, 0, -1, 1)) -> date:
    """The day or one beside it."""
    return day + timedelta(days=random.choice(spread))


def sign(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """All that the paper asks for, unless one content is left out."""
    given = {f"terms_{name}": "yes" for name in TERMS}
    if random.random() < 0.05:
        given[f"terms_{random.choice(TERMS)}"] = "no"
    term = plot.term or random.choice(USUAL["term_years"])
    if term.isdigit() and random.random() < 0.8:
        given["term_ends_on"] = str(plus_years(day, int(term)))
    return given | {
        "term_years": term,
        "orientation": random.choice(USUAL["orientation"]), "industry": random.choice(USUAL["industry"]),
        "start_due_on": random.choice(("none", "none", str(day + timedelta(days=random.choice((90, 180, 365)))))),
        "produce_due_on": str(day + timedelta(days=700)), "full_capacity_due_on": str(day + timedelta(days=1000)),
        "fixed_investment_agreed": "1000", "output_agreed": "1000", "tax_agreed": "100", "investment_total": "1000",
        "price_paid_in_full": random.choice(USUAL["price_paid_in_full"]),
        "division_agreed": random.choice(USUAL["division_agreed"]),
        "equity_change_restricted": random.choice(("yes", "no")),
        "price_due_on": random.choice(("none", str(day + timedelta(days=60)))),
    }


def supplement(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """A start agreed anew, and perhaps extended."""
    start = near(random, day, (0, 0, 10, 180, 180, -1))
    longer = random.choice(("none", str(near(random, years_on(start, 1))), str(start + timedelta(days=100))))
    if random.random() < 0.1:
        return {"supplement_start_on": "none", "start_extended_to": longer}
    return {"supplement_start_on": str(start), "start_extended_to": longer}


def approval(random: Random, day: date) -> str:
    """The day on which the government approved: by the day of the act, mostly."""
    return "none" if random.random() < 0.03 else str(near(random, day, (0, 0, 0, 0, -5, -5, -5, 1)))


def disposal(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """A way of disposal with its terms, approved."""
    given = {
        "disposal_way": plot.way, "government_approved_on": approval(random, day),
        "price_paid_in_full": "yes", "project_funds_ready": "yes",
    }
    if plot.way == "temporary_use" and random.random() < 0.9:
        given |= {
            "temporary_use_on": str(day),
            "temporary_use_until": str(near(random, years_on(day, 2), (0, -1, -200, 1))),
        }
    if random.random() < (0.9 if plot.way == "extend" else 0.2):
        given |= supplement(random, day, facts, plot)
    return given


def approved(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """A decision with the government's approval, on land that has not been started."""
    given = {"government_approved_on": approval(random, day)}
    return given | ({"started_on": "none"} if random.random() < 0.95 else {})


def cause(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """Whose doing the idleness is."""
    given = {"idle_cause": plot.cause, "price_paid_in_full": "yes", "project_funds_ready": "yes"}
    if plot.cause == "government":
        given["idle_cause_detail"] = random.choice(("planning_change", "planning_change", "delivery_failure"))
    return given | stalled(random)


def stalled(random: Random) -> Given:
    """Too little built, or enough."""
    return {
        "construction_area_due": "900", "construction_area_started": random.choice(("0", "299.9999", "300")),
        "investment_total": "1000", "investment_paid": random.choice(("0", "249.9999", "250")),
    }


def on_site(facts: Given, share: float, random: Random) -> Given:
    """What is seen there: nothing has been started, or nothing stands still."""
    return {name: "none" for name in ON_SITE if name not in facts and random.random() < share}


def find_idle(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """The finding, with the state of the works."""
    given = on_site(facts, 0.96, random) | (cause(random, day, facts, plot) if random.random() < 0.6 else {})
    return given | ({"hoarding_found": random.choice(USUAL["hoarding_found"])} if random.random() < 0.3 else {})


def inspect(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """A look at the site."""
    return on_site(facts, 0.9, random) | (stalled(random) if random.random() < 0.5 else {})


def dealing(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """What a transfer asks for."""
    return {name: random.choice(USUAL[name][:-1] if random.random() < 0.85 else USUAL[name]) for name in (
        "price_paid_in_full", "land_certificate", "house_certificate", "developed_as_agreed", "sealed",
        "title_disputed", "co_owner_unconsenting", "allocated_dealing_approved",
    )} | {"investment_total": "1000", "investment_paid": random.choice(("249.9999", "250", "600", "600"))}


def mortgage(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """A debt that falls due about the end of the term."""
    end = term_end(facts) or day
    until = near(random, random.choice((end, end, day + timedelta(days=300))))
    given = {"mortgage_until": str(until)}
    for name in ("land_certificate", "sealed", "allocated_dealing_approved"):
        given[name] = random.choice(USUAL[name][:-1] if random.random() < 0.85 else USUAL[name])
    return given


def longer_term(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """A new term and its end."""
    years = random.choice(("10", "20", "30"))
    end = term_end(facts | {"term_years": years}) or day
    return {"term_years": years, "term_ends_on": str(near(random, end, (0, 0, 0, -1, -1, 1, -2)))}


def term_end_told(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """The end of the term as the register has it."""
    given = {"term_ends_on": str(near(random, term_end(facts) or day))}
    return given | ({"public_interest_need": random.choice(("no", "no", "yes"))} if random.random() < 0.9 else {})


def evaluate(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """Figures and the verdict, mostly the right one."""
    good = random.random() < 0.7
    given = {
        "fixed_investment": "1000" if good else "999.9999", "output": "1000" if good else "700", "tax": "100",
        "evaluation_passed": "yes" if good or random.random() < 0.2 else "no",
    }
    for name in ("produced_on", "full_capacity_on"):
        if name not in facts:
            given[name] = random.choice(("none", str(day)))
    return given


def breach(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """A breach, often one of many."""
    given = {"breach_severity": random.choice(("ordinary", "serious")),
             "breach_kind": random.choice(USUAL["breach_kind"])}
    if "terminate" in plot.acts:
        given["breach_times"] = random.choice(("4", "4", "3", "2"))
    return given


def right_measure(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """The step of the table, mostly."""
    kinds = {"breach_kind": "code", "breach_severity": "code", "breach_times": "number"}
    if random.random() < 0.85 and all(name in facts for name in kinds):
        step = measure({name: exact(kind, facts[name]) for name, kind in kinds.items()})  # type: ignore[arg-type]
        if isinstance(step, str):
            return {"measure_taken": step}
    return {}


def works(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """Areas and sums at the start or the stop."""
    return stalled(random) if random.random() < 0.6 else {}


def firm(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """A firm with something on its record."""
    given = {"firm_hoarding_open": random.choice(USUAL["firm_hoarding_open"])}
    return given | ({"firm_last_breach_on": str(day - timedelta(days=100))} if random.random() < 0.8 else {})


def final(random: Random, day: date, facts: Given, plot: Plot) -> Given:
    """Whether the time to contest is over."""
    return {"remedy_period_over": random.choice(USUAL["remedy_period_over"])}


WISE: dict[str, Callable[[Random, date, Given, Plot], Given]] = {
    "offer": lambda random, day, facts, plot: {"supply_mode": plot.mode},
    "sign": sign, "start": works, "suspend": works, "inspect": inspect, "change_dates": supplement,
    "reply": cause, "find_idle": find_idle, "clear": inspect, "agree_disposal": disposal,
    "levy_fee": approved, "decide_takeback": approved,
    "announce_cancellation": final, "apply_enforcement": final,
    "transfer": dealing, "mortgage": mortgage, "convert": longer_term, "renew": longer_term,
    "apply_renewal": term_end_told, "evaluate": evaluate, "rectify": breach, "take_measure": right_measure,
    "open_credit_file": firm, "record_breach": firm, "repair_credit": lambda random, day, facts, plot: {},
}
BAD = {
    "number": ("abc", "-1", "3 光年", "0.000000000001", "99999999999999999", ""),
    "date": ("2021-02-30", "昨天", "2021-13-01", ""), "yes_no": ("maybe", ""), "code": ("purple", ""),
    "text": ("坏\0字", ""),
}
FOREIGN = ("nonsense", "kept_since", "exit_on", "mortgaged", "price", "zone_name", "disposal_way", "signed_on")


def facts_for(random: Random, case: Case, act: Act, day: date, plot: Plot) -> Given:
    """What is given with an act: what it asks for, some of what it takes, now and then something wrong."""
    vocabulary = case.code.vocabulary
    held = case.on(day)
    given = {name: usual(random, vocabulary.facts[name], day) for name in act.asks}
    share = random.choice((0.0, 0.0, 0.0, 0.03, 0.1))
    for name in act.takes:
        if name != "supervision_no" and random.random() < share:
            given[name] = usual(random, vocabulary.facts[name], day)
    if act.name in WISE:
        given |= {name: value for name, value in WISE[act.name](random, day, held, plot).items()
                  if name in (*act.asks, *act.takes)}
    return spoiled(random, case, given, act, day)


def spoiled(random: Random, case: Case, given: Given, act: Act, day: date) -> Given:
    """Most stay as they are; some lack a fact, have a bad one, a foreign one, or another heading."""
    vocabulary = case.code.vocabulary
    chance = random.random()
    if given and chance < 0.02:
        given.pop(random.choice(tuple(given)))
    elif given and chance < 0.04:
        name = random.choice(tuple(given))
        fact = vocabulary.facts[name]
        given[name] = random.choice(BAD["text" if fact.kind == "code" and not fact.codes else fact.kind])
    elif chance < 0.055:
        name = random.choice(FOREIGN)
        given[name] = usual(random, vocabulary.facts[name], day) if name in vocabulary.facts else "1"
    elif given and chance < 0.075:
        name = random.choice(tuple(given))
        given[random.choice(vocabulary.facts[name].headings)] = given.pop(name)
    return given
