"""Cases of the procedure on idle land, of dealings in land, and of firms."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from random import Random

from ..dates import plus_years
from ..suite import Suite
from . import acting, dealings, firms, procedure
from .common import names
from .making import Cells, about, around, beside, decimal, money, of, thinned, yes_or_no

PACKAGES = ("national", "beijing", "shanghai", "shenzhen")
DAYS = tuple(map(date.fromisoformat, (
    "1990-05-18", "1990-05-19", "2012-06-30", "2012-07-01", "2018-12-19", "2018-12-20", "2019-08-25", "2019-08-26",
    "2020-12-22", "2020-12-23", "2021-12-30", "2021-12-31", "2024-02-29", "2026-11-23",
)))
MODES = ("listing", "listing", "tender", "lease", "lease_then_grant", "allocation", "authorised_operation")
IDLE_CAUSES = ("enterprise", "enterprise", "government", "force_majeure", "preparatory_work")
BREACHES = ("no_breach", "use_change", "use_change", "late_construction", "unpaid_price")
# A period and what ends it.
STEPS = (
    ("idle_suspected_on", "inquiry_notice_served_on"), ("inquiry_notice_served_on", "inquiry_replied_on"),
    ("fee_decision_served_on", "fee_paid_on"), ("takeback_decision_served_on", "registration_cancelled_on"),
)
OTHER_DATES = (
    "idle_found_on", "idle_filed_on", "idle_disposed_on", "mortgagees_notified_on", "hearing_right_told_on",
    "hearing_held_on", "idle_decided_on", "start_due_on", "started_on", "suspended_on", "delivered_on", "completed_on",
    "mortgage_until", "price_due_on", "signed_on", "breach_rectified_on", "price_overdue_since",
    "supplement_start_on", "start_extended_to", "temporary_use_on", "temporary_use_until",
    "supplement_signed_on", "government_approved_on", "equity_changed_on", "term_ends_on", "exit_on",
)
DATES = names(*STEPS, OTHER_DATES)
# Yes is the rarer for these, the usual for those.
SELDOM = (
    "decision_contested", "sealed", "title_disputed", "co_owner_unconsenting", "hoarding_found", "hearing_requested",
    "equity_change_restricted", "public_interest_need",
)
MOSTLY = (
    "remedy_period_over", "land_certificate", "house_certificate", "developed_as_agreed", "price_paid_in_full",
    "allocated_dealing_approved", "mortgaged", "occupies_cultivated_land",
    "division_agreed", "equity_change_consented",
)
WAYS = ("extend", "temporary_use", "buy_back", "swap", "adjust_conditions", "other")
ACTING = (
    "mortgagees_told", "disposal_approved", "answer_awaited", "idle_fee_unlevied", "takeback_final",
    "disposal_terms_stated", "supplement_start_valid", "idle_disposal_complete", "division_allowed",
    "equity_change_allowed", "public_interest_shown", "renewal_apply_by", "term_end_consistent",
)
NUMBERS = (
    "construction_area_due", "construction_area_started", "investment_total", "investment_paid", "term_years", "price",
    "annual_rent", "annual_use_fee", "price_overdue",
)


def make(random: Random, package: str, as_of: date) -> Cells:
    """A parcel somewhere in the procedure."""
    cells: Cells = {name: about(random, as_of) for name in DATES}
    for start_name, done_name in STEPS:
        start = of(cells[start_name]) or as_of
        if random.random() < 0.5:
            start = as_of - timedelta(days=random.choice((29, 30, 31, 60)))
            cells[start_name] = str(start)
        cells[done_name] = random.choice((
            str(start + timedelta(days=random.choice((0, 29, 30, 31)))), cells[done_name], "none", str(as_of)))
    for start_name, until_name, years in (
        ("supplement_start_on", "start_extended_to", 1), ("temporary_use_on", "temporary_use_until", 2),
    ):
        start = of(cells[start_name])
        if start and random.random() < 0.8:
            cells[until_name] = str(around(random, plus_years(start, years)))
    decided = of(cells["idle_decided_on"])
    if decided and random.random() < 0.6:
        cells |= {name: str(around(random, decided)) for name in ("hearing_right_told_on", "hearing_held_on")}
    if random.random() < 0.4:
        cells |= {"price_due_on": "none", "signed_on": str(as_of - timedelta(days=random.choice((59, 60, 61, 900))))}
    cells |= {name: yes_or_no(random, 0.2) for name in SELDOM}
    cells |= {name: yes_or_no(random, 0.75) for name in MOSTLY}
    term = random.choice(("20", "30", "50", "5", "2", "0", "1.5", "20.25"))
    if random.random() < 0.6:
        cells["delivered_on"] = about(random, as_of, (-20, -5, -5, -2, -30, -50), none=0.03)
    end = plus_years(of(cells["delivered_on"]) or as_of, int(float(term)))
    total, due = money(random), Fraction(random.choice((0, 900, 30_000)))
    rent = decimal(money(random))
    cells |= {
        "mortgage_until": random.choice((cells["mortgage_until"], str(around(random, end)))),
        "construction_area_due": decimal(due), "construction_area_started": beside(random, due / 3),
        "investment_total": decimal(total), "investment_paid": beside(random, total / 4),
        "term_years": term, "price": decimal(money(random)), "annual_rent": rent, "annual_use_fee": rent,
        "price_overdue": beside(random, money(random)),
        "supply_mode": random.choice(MODES), "idle_cause": random.choice(IDLE_CAUSES),
        "breach_kind": random.choice(BREACHES), "disposal_way": random.choice(WAYS),
        "exit_on": random.choice(("none", "none", about(random, as_of))),
        "term_ends_on": acting.shifted(end, random.choice((0, 0, -1, -1, 1, -2, 300))),
    }
    start = of(cells["supplement_start_on"])
    if start and random.random() < 0.7:
        cells["supplement_signed_on"] = str(around(random, start))
    if random.random() < 0.3:
        cells["start_due_on"] = random.choice((cells["supplement_start_on"], cells["start_extended_to"]))
    if random.random() < 0.3:
        cells |= {
            "idle_found_on": about(random, as_of, (-1, 0), 0), "hoarding_found": "yes",
            "idle_disposed_on": about(random, as_of, (0, 1), 0.4),
        }
    if random.random() < 0.25:
        cells |= {"start_due_on": str(around(random, plus_years(as_of, -1))), "started_on": "none"}
    kept = thinned(random, cells)
    if random.random() < 0.05:
        # Nothing stands against a transfer but a share of nothing.
        kept |= {name: "no" for name in SELDOM} | {name: "yes" for name in MOSTLY} | {
            "investment_total": "0", "supply_mode": "listing", "takeback_decision_served_on": "none",
            "completed_on": "none", "idle_disposed_on": "none",
        }
    return kept


YES_NO = ("yes", "no", "unknown", "not_applicable")
TEST = ("pass", "fail", "unknown", "not_applicable")
AMOUNT = ("0", "amount", "unknown", "not_applicable")
DAY = ("day", "none", "unknown", "not_applicable")
SHANGHAI_ONLY = ("late_payment_fee", "late_payment_takeback", "idle_farmland_fee")

LAND = Suite(
    name="land",
    packages=PACKAGES,
    days=DAYS,
    kinds={
        **dict.fromkeys(DATES, "date"),
        **dict.fromkeys((*SELDOM, *MOSTLY, "supply_mode", "idle_cause", "breach_kind", "disposal_way"), "code"),
        **dict.fromkeys(NUMBERS, "number"),
    },
    make=make,
    rules={
        **{name: procedure.due_on(name) for name in procedure.PERIODS},
        **{name: getattr(procedure, name) for name in (
            "idle_procedure_overdue", "idle_enforcement", "idle_publication_due", "registration_restricted",
            "agreed_disposal_open", "hearing_respected", "mortgagee_notice_respected", "start_extension_within_limit",
            "temporary_use_within_limit",
        )},
        **{name: getattr(dealings, name) for name in (
            "transfer_allowed", "mortgage_allowed", "mortgage_within_term", "transferable_term", "rescission_right",
            *SHANGHAI_ONLY,
        )},
        **{name: getattr(acting, name) for name in ACTING},
    },
    only_in=dict.fromkeys(SHANGHAI_ONLY, ("shanghai",)),
    labels={
        **dict.fromkeys(procedure.PERIODS, DAY),
        **dict.fromkeys(ACTING, YES_NO),
        "mortgagees_told": TEST, "supplement_start_valid": TEST, "renewal_apply_by": DAY,
        **dict.fromkeys((
            "idle_publication_due", "registration_restricted", "agreed_disposal_open", "mortgage_allowed",
            "rescission_right", "late_payment_takeback",
        ), YES_NO),
        "transfer_allowed": (*YES_NO, "unknown, nothing missing"),
        **dict.fromkeys((
            "hearing_respected", "mortgagee_notice_respected", "start_extension_within_limit",
            "temporary_use_within_limit", "mortgage_within_term",
        ), TEST),
        "idle_procedure_overdue": ("{}", "{inquiry}", "{payment}", "{payment, reply}", "unknown", "not_applicable"),
        "idle_enforcement": ("{}", "{court}", "{announce_cancellation, court}", "unknown", "not_applicable"),
        "transferable_term": (*AMOUNT, "unknown, nothing missing"),
        **dict.fromkeys(("late_payment_fee", "idle_farmland_fee"), AMOUNT),
    },
)

FIRM_DATES = ("firm_last_breach_on", "firm_rectified_on", "credit_notice_served_on", "credit_objected_on")
FIRM_NUMBERS = ("firm_breaches", "firm_serious_breaches", "firm_breaches_repaired")


def firm(random: Random, package: str, as_of: date) -> Cells:
    """A firm whose points lie about the limits of the bands."""
    return thinned(random, {
        "firm_breaches": random.choice(("0", "0", "1", "2", "3", "4", "10")),
        "firm_serious_breaches": random.choice(("0", "0", "0", "1", "2", "4")),
        "firm_breaches_repaired": random.choice(("0", "1", "5", "10", "11", "20", "50")),
        "firm_last_breach_on": about(random, as_of, (-3, -3, -1, 0), 0.1),
        "firm_rectified_on": about(random, as_of, (-1, -1, 0, -2), 0.1),
        "credit_notice_served_on": about(random, as_of),
        "firm_hoarding_open": yes_or_no(random, 0.25),
        "credit_objected_on": about(random, as_of),
    })


FIRMS = Suite(
    name="firms",
    packages=PACKAGES,
    days=tuple(map(date.fromisoformat, ("2021-12-30", "2021-12-31", "2023-02-28", "2024-02-29", "2026-11-23"))),
    kinds={**dict.fromkeys(FIRM_DATES, "date"), **dict.fromkeys(FIRM_NUMBERS, "number"), "firm_hoarding_open": "code"},
    make=firm,
    rules={name: getattr(firms, name) for name in (
        "credit_score", "credit_rating", "credit_restrictions", "credit_repair_open", "credit_objection_due_on",
        "credit_objection_in_time",
    )},
    only_in={},
    labels={
        "credit_score": AMOUNT,
        "credit_rating": ("normal", "watch", "restricted", "unknown", "not_applicable"),
        "credit_restrictions": ("{}", "{land}", "{bidding, funding, land, procurement}", "unknown", "not_applicable"),
        "credit_repair_open": YES_NO,
        "credit_objection_due_on": DAY,
        "credit_objection_in_time": YES_NO,
    },
)
