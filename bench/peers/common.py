"""What every peer needs: the cases, the clock, memory, and the comparison with landcycle's outcomes."""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MISSING = -(2**63)
NEVER = 2_147_483_647  # as a day: the date of what has not happened or was not agreed
AS_OF = np.datetime64("2024-06-30")
UNKNOWN, NOT_APPLICABLE = -1, -2

DATES = (
    "signed_on", "start_due_on", "delivered_on", "started_on", "suspended_on", "produced_on",
    "full_capacity_on", "produce_due_on", "full_capacity_due_on",
)
MONEY_AND_AREAS = (
    "price", "investment_total", "investment_paid", "construction_area_due", "construction_area_started",
)
YES_NO = ("price_paid_in_full", "project_funds_ready")
CODES = ("idle_cause", "idle_cause_detail", "supply_mode")
FACTS = (*DATES, *MONEY_AND_AREAS, *YES_NO, *CODES, "term_years")

# Indices of the vocabulary that the rules name.
ENTERPRISE, GOVERNMENT, FORCE_MAJEURE = 0, 1, 2
PLANNING_CHANGE = 1
ALLOCATION = 6
# Indices of outcomes.
NONE, NOT_STARTED, STALLED, NOT_ATTRIBUTABLE = 0, 1, 2, 3
PRODUCTION, FULL_CAPACITY, PERIODIC, BEFORE_END, ENDED = 0, 1, 2, 3, 4
FEE, TAKE_BACK, SWAP = 1, 2, 64
BY_AGREEMENT = 4 | 8 | 16 | 32 | 128  # extend, adjust conditions, temporary use, buy back, other

# The parameters as of the assessment date.
YEARS_NOT_STARTED, YEARS_STALLED, YEARS_TAKE_BACK, YEARS_AFTER_DELIVERY = 1, 1, 2, 1
AREA_SHARE_MIN, INVESTMENT_SHARE_MIN, FEE_RATE = 1 / 3, 0.25, 0.2
TERM_YEARS_MAX = 50
TENURE_FROM = np.datetime64("1990-05-19")
YEARS_BEFORE_END, YEARS_MERGE, YEARS_INTERVAL = 1, 1, 5


@dataclass(frozen=True)
class Arguments:
    """How a peer is called."""

    folder: Path
    rows: int
    runs: int
    threads: int
    variant: str
    one_case: int


def arguments() -> Arguments:
    """`FOLDER ROWS [--runs N] [--threads N] [--variant NAME] [--one-case N]`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("rows", type=int)
    parser.add_argument("--runs", type=int, default=5, help="measured runs after one that warms up")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--variant", default="", help="another way of the same peer, if it has one")
    parser.add_argument("--one-case", type=int, default=0, metavar="N", help="time N cases one by one instead")
    given = parser.parse_args()
    return Arguments(given.folder, given.rows, given.runs, given.threads, given.variant, given.one_case)


def raw(folder: Path, name: str, rows: int) -> Array:
    """A column as landcycle wrote it."""
    column = np.load(folder / f"{name}.npy", mmap_mode="r")
    if len(column) < rows:
        raise ValueError(f"{name} has {len(column)} rows, {rows} wanted")
    return column[:rows]


def median_times(run: Callable[[], Any], runs: int) -> tuple[float, float]:
    """Median seconds on the wall and of processor (all threads). What a run returns is dropped."""
    walls, cpus = [], []
    for _ in range(runs):
        cpu, wall = time.process_time(), time.perf_counter()
        run()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return statistics.median(walls), statistics.median(cpus)


def memory_mib(field: str) -> float:
    """`VmRSS`, what the process has now, or `VmHWM`, the most it has had. NaN where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return float("nan")
    line = next(line for line in status.splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def forget_peak() -> None:
    """Lets the most memory count from now on, where the system can (Linux)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def measure(
    engine: str, given: Arguments, run: Callable[[], Any], answers: Callable[[Any], Mapping[str, Array]],
) -> None:
    """Times a peer on all rows, holds its answers against landcycle's, and prints a line of JSON.

    `answers` turns what `run` returns into landcycle's numbers; that is not timed.
    """
    gc.collect()
    loaded, loading_peak = memory_mib("VmRSS"), memory_mib("VmHWM")
    result = run()
    own = answers(result)
    differing = {name: differing_rows(given, name, values) for name, values in own.items()}
    error = fee_error(given, own["idle_land_fee"])
    del result, own
    gc.collect()
    forget_peak()
    before = min(loaded, memory_mib("VmRSS"))
    wall, cpu = median_times(run, given.runs)
    peak = memory_mib("VmHWM")
    print(json.dumps({
        "engine": engine, "threads": given.threads, "rows": given.rows, "wall_s": wall, "cpu_s": cpu,
        "rows_per_s": given.rows / wall, "rows_per_cpu_s": given.rows / cpu, "peak_mib": peak - before,
        "process_mib": max(loading_peak, peak), "differing": differing, "fee_error_fen": error,
        "missing_fact_lists": 0,
    }), flush=True)


def differing_rows(given: Arguments, name: str, own: Array) -> int:
    """How many rows are not what landcycle found."""
    return int(np.count_nonzero(raw(given.folder, f"out_{name}", given.rows) != own))


def fee_error(given: Arguments, own: Array) -> int:
    """The largest error of the fee in fen, where both know it."""
    exact = raw(given.folder, "out_idle_land_fee", given.rows)
    return int(np.max(np.abs(np.where((exact >= 0) & (own >= 0), exact - own, 0))))


def measure_one_case(engine: str, judge: Callable[[Any], Any], cases: Iterable[Any], **more: Any) -> None:
    """Times one call a case, several rounds after one that warms up, and prints the median."""
    cases = list(cases)
    times = []
    for round_number in range(4):
        for case in cases:
            begin = time.perf_counter()
            judge(case)
            if round_number:
                times.append(time.perf_counter() - begin)
    print(json.dumps({
        "engine": engine, "one_case_us": statistics.median(times) * 1e6, "cases": len(cases), **more,
    }), flush=True)


def fen(amount: Array) -> Array:
    """Amounts in fen, NaN for unknown, as landcycle's numbers: rounded to the fen."""
    return np.where(np.isnan(amount), UNKNOWN, np.rint(np.nan_to_num(amount))).astype(np.int64)


def evaluation(stage: Array, due: Array, known: Array) -> Array:
    """A stage and the day it is due as one number."""
    return np.where(known, (stage.astype(np.int64) << 32) + due.astype(np.int64), UNKNOWN)


def add_years(day: Array, years: Any, never: np.datetime64 = np.datetime64(NEVER, "D")) -> Array:
    """The corresponding day, or the month's last if there is none; never stays never, NaT stays NaT."""
    month = day.astype("M8[M]")
    target = month + np.asarray(years, dtype="m8[Y]").astype("m8[M]")
    moved = target.astype("M8[D]") + (day - month.astype("M8[D]"))
    last = (target + np.timedelta64(1, "M")).astype("M8[D]") - np.timedelta64(1, "D")
    return np.where(day == never, day, np.minimum(moved, last))


def next_every(start: Array, every: int) -> Array:
    """The first of `start` + every, 2 x every, ... years that is not before the assessment date."""
    start_month, as_of_month = start.astype("M8[M]"), AS_OF.astype("M8[M]")
    months = (as_of_month - start_month).astype(np.int64)
    months += start - start_month.astype("M8[D]") < AS_OF - as_of_month.astype("M8[D]")
    return add_years(start, every * np.maximum(1, -(-months // (12 * every))))
