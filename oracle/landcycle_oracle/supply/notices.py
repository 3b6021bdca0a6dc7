"""What a standard-land notice states (section 3.2.3) and a contract contains (3.3.1; Guangdong Regulation art. 40)."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from ..facts import Facts
from ..kleene import Logical, both, either, is_code, negate
from ..outcomes import pass_fail
from ..suite import Suite
from ..supervision.common import members, yes
from ..supervision.making import Cells, thinned, yes_or_no
from .common import AS_OF, GUANGDONG, PACKAGES, PAPER, judged, only_if
from .making import MODES, day_about

INDICATORS = ("far", "investment", "output", "tax", "energy")
# The paper's agreement, and what the Regulation adds for newly supplied land.
PAPER_TERMS = ("admission", "dates", "subdivision", "letting", "equity", "exit")
REGULATION_TERMS = ("investment", "output", "environment")
TERMS = (*PAPER_TERMS, *REGULATION_TERMS)


def stated(facts: Facts, indicator: str) -> Logical:
    """Whether the notice states an indicator."""
    return yes(facts, f"listing_states_{indicator}")


def listing_complete(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.2.3: standard land is offered with its indicators; plot ratio and investment by its first sentence."""
    complete = both(*(stated(facts, indicator) for indicator in INDICATORS))
    return judged(facts["signed_on"], PAPER, lambda: only_if(yes(facts, "standard_land"), pass_fail(complete)))


def listing_missing(package: str, facts: Facts, as_of: date) -> Any:
    """The indicators that the notice lacks."""
    missing = members(**{indicator: negate(stated(facts, indicator)) for indicator in INDICATORS})
    return judged(facts["signed_on"], PAPER, lambda: only_if(yes(facts, "standard_land"), missing))


GRANTS_AND_LEASES = ("listing", "tender", "auction", "negotiated", "lease", "lease_then_grant")


def required(package: str, facts: Facts) -> dict[str, Logical]:
    """Section 3.3.1: grants and leases have an agreement; article 40 lists more for land newly supplied."""
    paid = is_code(facts["supply_mode"], *GRANTS_AND_LEASES)
    asked = dict.fromkeys(TERMS, paid)
    more: Logical = False
    if package == "shenzhen" and facts["signed_on"] >= GUANGDONG:
        more = both(paid, is_code(facts["land_source"], "new", "new_from_stock"))
    return asked | dict.fromkeys(REGULATION_TERMS, more)


def contract_terms_required(package: str, facts: Facts, as_of: date) -> Any:
    """Section 3.3.1; in Shenzhen art. 40 of the Regulation."""
    return judged(facts["signed_on"], PAPER, lambda: members(**required(package, facts)))


def contract_terms_missing(package: str, facts: Facts, as_of: date) -> Any:
    """What is asked for and not in the contract."""
    return judged(facts["signed_on"], PAPER, lambda: members(**{
        name: both(asked, negate(yes(facts, f"terms_{name}"))) for name, asked in required(package, facts).items()
    }))


def contract_terms(package: str, facts: Facts, as_of: date) -> Any:
    """Whether nothing is missing."""
    return judged(facts["signed_on"], PAPER, lambda: pass_fail(both(*(
        either(negate(asked), yes(facts, f"terms_{name}")) for name, asked in required(package, facts).items()
    ))))


def make_notice(random: Random, package: str, as_of: date) -> Cells:
    """Notices with all indicators, or most."""
    share = random.choice((1.0, 0.8, 0.8, 0.5, 0.0))
    return thinned(random, {
        "signed_on": day_about(random, (PAPER,)), "standard_land": yes_or_no(random, 0.85),
        **{f"listing_states_{indicator}": yes_or_no(random, share) for indicator in INDICATORS},
    })


def make_contract(random: Random, package: str, as_of: date) -> Cells:
    """Contracts with all contents, all but one, or most."""
    share, left_out = random.choice((1.0, 1.0, 0.9, 0.5, 0.0)), random.choice((None, *TERMS))
    return thinned(random, {
        "signed_on": day_about(random, (PAPER, GUANGDONG, GUANGDONG)),
        "supply_mode": random.choice((*MODES, *GRANTS_AND_LEASES, "allocation")),
        "land_source": random.choice(("new", "stock", "new_from_stock")),
        **{f"terms_{name}": "no" if name == left_out else yes_or_no(random, share) for name in TERMS},
    })


def braces(*names: str) -> str:
    """A set of codes as it is shown."""
    return "{" + ", ".join(sorted(names)) + "}"


TESTED = ("pass", "fail", "unknown", "not_applicable")
NOTICE = Suite(
    name="notice", packages=PACKAGES, days=AS_OF,
    kinds={"signed_on": "date", "standard_land": "code", **{f"listing_states_{name}": "code" for name in INDICATORS}},
    make=make_notice,
    rules={"listing_complete": listing_complete, "listing_missing": listing_missing},
    only_in={},
    labels={
        "listing_complete": TESTED,
        "listing_missing": (
            braces(), braces(*INDICATORS), *(braces(name) for name in INDICATORS), "unknown", "not_applicable",
        ),
    },
)
CONTRACT = Suite(
    name="contract", packages=PACKAGES, days=AS_OF,
    kinds={
        "signed_on": "date", **dict.fromkeys(("supply_mode", "land_source"), "code"),
        **{f"terms_{name}": "code" for name in TERMS},
    },
    make=make_contract,
    rules={
        "contract_terms_required": contract_terms_required, "contract_terms_missing": contract_terms_missing,
        "contract_terms": contract_terms,
    },
    only_in={},
    labels={
        "contract_terms_required": (
            braces(), braces(*PAPER_TERMS), braces(*TERMS), "unknown", "not_applicable",
        ),
        "contract_terms_missing": (
            braces(), braces(*TERMS), *(braces(name) for name in TERMS), "unknown", "not_applicable",
        ),
        "contract_terms": TESTED,
    },
)
