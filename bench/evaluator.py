"""Measure landcycle's evaluator beside other tools on the same cases, in one run; print Markdown tables.

    python3 evaluator.py [--rows N] [--quick] [--policies DIR]

Environment: LANDCYCLE_BENCH_BINARY names a built `landcycle-bench-evaluator`, LANDCYCLE_BENCH_PYTHON a Python with
what requirements.txt lists. Otherwise the one is built and the other is made, under the target folder.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
PROGRAM = "landcycle-bench-evaluator"

# Peers with their options, in groups; landcycle runs before, between and after the groups.
GROUPS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (
        ("numpy_whole.py",), ("numpy_whole.py", "--variant", "blocks"),
        ("numpy_whole.py", "--variant", "blocks", "--threads", "2"),
    ),
    tuple(
        ("polars_lazy.py", "--variant", variant, "--threads", threads)
        for variant in ("in-memory", "streaming") for threads in ("1", "2")
    ),
    (("duckdb_sql.py",), ("duckdb_sql.py", "--threads", "2"), ("openfisca_rules.py",)),
)
ONE_CASE = (("openfisca_rules.py", 50), ("zen_one_case.py", 1_000), ("duckdb_sql.py", 200), ("numpy_whole.py", 500))
OPENFISCA_ROWS = 100_000

# The six rules that all compute read twenty facts. landcycle keeps a fact in 64 bits, an outcome in 64 bits (the
# evaluation in two) and what an outcome lacks in 64 bits.
READ, WRITTEN = 20 * 8, (7 + 6) * 8

Record = dict[str, Any]


@dataclass
class Found:
    """What the programs printed."""

    landcycle: list[Record] = field(default_factory=list)
    peers: list[Record] = field(default_factory=list)
    one_case: list[Record] = field(default_factory=list)
    memory: list[Record] = field(default_factory=list)


def say(text: str) -> None:
    """Progress, beside the tables."""
    print(text, file=sys.stderr, flush=True)


def binary() -> Path:
    """The program of landcycle, built if it is not given."""
    given = os.environ.get("LANDCYCLE_BENCH_BINARY")
    if given:
        return Path(given).resolve()
    subprocess.run(["cargo", "build", "--release", "-p", PROGRAM], cwd=ROOT, check=True)
    target = TARGET if TARGET.is_absolute() else ROOT / TARGET
    return target / "release" / (PROGRAM + (".exe" if os.name == "nt" else ""))


def python() -> Path:
    """A Python that has the peers."""
    given = os.environ.get("LANDCYCLE_BENCH_PYTHON")
    if given:
        return Path(given)
    folder = TARGET.resolve() / "bench" / "venv"
    interpreter = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = (BENCH / "requirements.txt").read_text(encoding="utf-8")
    stamp = folder / "installed.txt"
    if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted):
        say(f"making {folder}")
        venv.create(folder, clear=True, with_pip=True)
        requirements = str(BENCH / "requirements.txt")
        subprocess.run([interpreter, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return interpreter


def lines(command: Sequence[str | Path]) -> Iterator[Record]:
    """The JSON lines of a program."""
    say("  " + " ".join(str(part) for part in command[1:]))
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True, cwd=ROOT)
    for line in done.stdout.splitlines():
        yield json.loads(line)


def measure(program: Path, policies: Path, interpreter: Path, rows: int, runs: int) -> Found:
    """Runs everything, one after the other."""
    found, folder, peers = Found(), TARGET.resolve() / "bench" / "cases", BENCH / "peers"

    def landcycle() -> None:
        found.landcycle.extend(lines([program, policies, folder, str(rows)]))

    landcycle()
    for group in GROUPS:
        for script, *options in group:
            count = min(rows, OPENFISCA_ROWS) if script.startswith("openfisca") else rows
            command = [interpreter, peers / script, folder, str(count), "--runs", str(runs), *options]
            found.peers.extend(lines(command))
        landcycle()
    for script, count in ONE_CASE:
        count = min(rows, count)
        command = [interpreter, peers / script, folder, str(count), "--one-case", str(count)]
        found.one_case.extend(lines(command))
    found.memory.extend(lines([interpreter, peers / "memory_copy.py"]))
    return found


def of_landcycle(found: Found, threads: int) -> Record:
    """The median of landcycle's runs with so many threads."""
    name = f"landcycle, {threads} thread{'s' if threads > 1 else ''}"
    records = [record for record in found.landcycle if record.get("engine") == name]
    wall, cpu = (statistics.median(record[key] for record in records) for key in ("wall_s", "cpu_s"))
    rows = records[0]["rows"]
    return {
        "engine": "landcycle", "threads": threads, "rows": rows, "rows_per_s": rows / wall,
        "rows_per_cpu_s": rows / cpu if cpu else float("nan"),
        "process_mib": max(record["peak_mib"] for record in records),
        "spread": (rows / max(record["wall_s"] for record in records), rows / min(r["wall_s"] for r in records)),
    }


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, all but the first column to the right."""
    body = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in body)


def bulk_table(found: Found) -> str:
    """All rows at once."""
    own = {threads: of_landcycle(found, threads) for threads in (1, 2)}
    rows = []
    for record in (*own.values(), *found.peers):
        base = own[record["threads"]]
        differing = record.get("differing")
        rows.append([
            record["engine"] + (f" ({record['rows']:,} rows)" if record["rows"] != base["rows"] else ""),
            str(record["threads"]),
            f"{record['rows_per_s'] / 1e6:.2f}", f"{record['rows_per_cpu_s'] / 1e6:.2f}",
            f"{record['peak_mib']:.0f}" if "peak_mib" in record else "–", f"{record['process_mib']:.0f}",
            f"{sum(differing.values()):,}" if differing else "–",
            f"{record['rows_per_s'] / base['rows_per_s']:.2f}",
            f"{record['rows_per_cpu_s'] / base['rows_per_cpu_s']:.2f}",
        ])
    return table(
        ("engine", "threads", "M rows/s", "M rows per CPU s", "peak MiB above the cases", "peak MiB of the process",
         "differing rows", "ratio to landcycle, wall", "ratio to landcycle, CPU"), rows,
    )


def one_case_table(found: Found) -> str:
    """One case at a time."""
    own = statistics.median(r["median_us"] for r in found.landcycle if r.get("engine") == "landcycle, one case")
    records: list[Record] = [{"engine": "landcycle", "one_case_us": own}, *found.one_case]
    return table(
        ("engine", "one case, median µs", "times landcycle"),
        [[r["engine"], f"{r['one_case_us']:,.1f}", f"{r['one_case_us'] / own:,.0f}"] for r in records],
    )


def remarks(found: Found) -> list[str]:
    """What differs, what landcycle's runs spread over, and what memory allows."""
    said = []
    for record in (*found.peers, *found.one_case):
        wrong = {name: count for name, count in record.get("differing", {}).items() if count}
        if wrong:
            rules = ", ".join(f"`{name}` in {count:,} rows" for name, count in wrong.items())
            error = record.get("fee_error_fen", 0)
            said.append(f"{record['engine']} differs: {rules}" + (f"; fee up to {error:,} fen off." if error else "."))
    for threads in (1, 2):
        own = of_landcycle(found, threads)
        low, high = own["spread"]
        copied = next(record["gb_per_s"] for record in found.memory if record["threads"] == threads)
        bound = copied * 1e9 / (READ + WRITTEN)
        said.append(
            f"With {threads} thread{'s' if threads > 1 else ''} landcycle's runs lay between {low / 1e6:.2f} and "
            f"{high / 1e6:.2f} M rows/s. Memory copies {copied:.1f} GB/s (read and written); {READ} bytes read and "
            f"{WRITTEN} written a row bound any engine with such columns to {bound / 1e6:.0f} M rows/s; landcycle "
            f"reaches {own['rows_per_s'] / bound:.0%} of that."
        )
    compile_ms = statistics.median(r["median_ms"] for r in found.landcycle if "median_ms" in r)
    same = all(record["same_bits"] for record in found.landcycle if "same_bits" in record)
    said.append(
        f"landcycle compiles the law in {compile_ms:.2f} ms; "
        f"{'the same bits' if same else 'NOT the same bits'} with one thread, two, whole, and row by row."
    )
    return said


def machine() -> str:
    """What it ran on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    load = f", load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} × {model}, {platform.system()} {platform.machine()}{load}"


def main() -> int:
    """Builds, runs, prints."""
    parser = argparse.ArgumentParser(description="Measure landcycle's evaluator beside other tools.")
    parser.add_argument("--rows", type=int, help="cases (default 1,000,000; with --quick 100,000)")
    parser.add_argument("--quick", action="store_true", help="fewer cases, three runs instead of five")
    parser.add_argument("--policies", type=Path, default=ROOT / "policies", help="what the program reads")
    given = parser.parse_args()
    rows = given.rows or (100_000 if given.quick else 1_000_000)
    program, interpreter = binary(), python()
    before = machine()
    found = measure(program, given.policies.resolve(), interpreter, rows, 3 if given.quick else 5)
    print(f"{rows:,} cases. Before: {before}. After: {machine()}.\n")
    print(bulk_table(found), end="\n\n")
    print(one_case_table(found), end="\n\n")
    print("\n".join(f"- {remark}" for remark in remarks(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
