"""Workload W1 of the peers: twenty rules over fifteen columns, as a package, beside the NumPy and Polars of the peers.

    python3 w1.py [--rows N] [--peers DIR]

`--peers` (or LANDCYCLE_PEERS) is the folder of the peers' scripts, by default `../shared/peers/rules` beside the
project. Their `w1.py` says what the rules and their figures are; the package takes the figures from there when this
runs. Environment as for `evaluator.py`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

from evaluator import BENCH, ROOT, TARGET, binary, python, say, table

RULES = BENCH / "w1" / "policies"
# Decimals kept of each column; the rest are whole numbers.
DECIMALS = {
    "area": 2, "far": 4, "invest": 2, "started_area": 2, "planned_area": 2, "invest_planned": 2, "price": 2,
    "tax": 2, "output": 2, "energy": 2, "support_ratio": 4,
}
COLUMNS = {
    "area": "area_m2", "far": "far", "invest": "invest_cny", "started_area": "started_area_m2",
    "planned_area": "planned_area_m2", "invest_planned": "invest_planned_cny", "price": "price_cny", "tax": "tax_cny",
    "output": "output_cny", "energy": "energy_tce", "support_ratio": "support_ratio",
    "industry_code": "industry_code", "land_use": "land_use", "days_since_start_due": "days_since_start_due",
    "gov_cause": "gov_cause",
}
SCALARS = {
    "start_area_ratio": "ratio", "start_invest_ratio": "ratio", "idle_days": "ratio", "takeback_days": "ratio",
    "idle_fee_rate": "ratio", "energy_cap": "tce/万元", "discount_rate": "ratio", "ref_term": "year",
    "cap_ratio": "ratio", "w_far": "ratio", "w_invest": "ratio", "w_output": "ratio", "w_tax": "ratio",
    "w_energy": "ratio", "grade_a": "ratio", "grade_b": "ratio", "grade_c": "ratio",
}
# What we compute keeps so many decimals where a quotient has no end; half of the last is float's error too.
STEPS = {
    "invest_intensity": 1e-5, "output_rate": 1e-5, "tax_rate": 1e-5, "energy_intensity": 1e-9, "far_ratio": 1e-9,
    "invest_ratio": 1e-9, "output_ratio": 1e-9, "tax_ratio": 1e-9, "score": 1e-9, "land_price": 1e-2, "refund": 1e-2,
    "penalty": 1e-2, "idle_fee": 1e-2, "floor_area": 1e-9,
}


def written(value: float) -> str:
    """A figure as the law writes it: a short decimal, or a fraction."""
    simple = Fraction(value).limit_denominator(1_000_000)
    text = repr(float(value))
    return text if Fraction(text) == simple else str(simple)


def package(w1, folder: Path) -> None:
    """The rules with the figures of the peers."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(RULES, folder)
    stand_in = "illustrative: {zh: 基准测试, en: Benchmark}"
    for name, unit in SCALARS.items():
        path = folder / "w1" / "parameters" / "supply" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"title: {{zh: {name}, en: {name}}}\nunit: {unit}\nlower_layers: free\nvalues:\n  - from: 2019-01-01\n"
            f"    value: {written(w1.P[name])}\n    cite: w1#rules\n    {stand_in}\nreviewed: 2026-11-25\n",
            encoding="utf-8",
        )
    tables = folder / "w1" / "tables" / "supply"
    tables.mkdir(parents=True, exist_ok=True)

    def put(name: str, key: str, columns: dict[str, tuple[str, object]], rows: list[str]) -> None:
        lines = "".join(f"  {column}: {{unit: {unit}, zh: {column}, en: {column}}}\n"
                        for column, (unit, _) in columns.items())
        (tables / f"{name}.yaml").write_text(
            f"title: {{zh: {name}, en: {name}}}\nkeys:\n  {key}: {{fact: {key}}}\ncolumns:\n{lines}editions:\n"
            f"  - from: 2019-01-01\n    rows: {name}.csv\n    cite: w1#rules\n    {stand_in}\nreviewed: 2026-11-25\n",
            encoding="utf-8",
        )
        body = [",".join([row, *(written(float(values[at])) for _, values in columns.values())])
                for at, row in enumerate(rows)]
        (tables / f"{name}.csv").write_text("\n".join([",".join([key, *columns]), *body]) + "\n", encoding="utf-8")

    put("standards", "industry_code", {
        "far": ("ratio", w1.STD["std_far"]), "invest": ("元/平方米", w1.STD["std_invest"]),
        "output": ("元/平方米", w1.STD["std_output"]), "tax": ("元/平方米", w1.STD["std_tax"]),
        "coef": ("ratio", w1.STD["ind_coef"]),
    }, [f"i{code}" for code in range(w1.NIND)])
    put("by_use", "land_use", {
        "support_cap": ("ratio", w1.LU["support_cap"]), "base_price": ("元/平方米", w1.LU["base_price"]),
        "use_coef": ("ratio", w1.LU["use_coef"]), "term": ("year", w1.LU["term_years"]),
    }, [str(use) for use in range(4)])


def cases(w1, numpy, rows: int, folder: Path) -> dict:
    """The peers' rows to the decimals of records: for us whole steps, for them the same figures as floats."""
    folder.mkdir(parents=True, exist_ok=True)
    data = w1.gen(rows)
    for name, column in COLUMNS.items():
        values = data[column]
        if name in DECIMALS:
            power = 10 ** DECIMALS[name]
            steps = numpy.rint(values * power).astype(numpy.int64)
            data[column] = steps / power
        else:
            steps = values.astype(numpy.int64)
        numpy.save(folder / f"in_{name}.npy", steps)
    return data


def timed(run, runs: int = 5) -> tuple[float, float, object]:
    """Median seconds on the wall and of the processor, and the last result."""
    result = run()
    walls, cpus = [], []
    for _ in range(runs):
        cpu, wall = time.process_time(), time.perf_counter()
        result = run()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return statistics.median(walls), statistics.median(cpus), result


def in_blocks(w1, numpy, data: dict, rows: int, size: int = 16_384) -> dict:
    """The peers' reference in blocks that fit the cache."""
    outs = [w1.run_numpy({name: column[start:start + size] for name, column in data.items()})
            for start in range(0, rows, size)]
    return {name: numpy.concatenate([out[name] for out in outs]) for name in outs[0]}


def differing(numpy, folder: Path, reference: dict) -> dict[str, int]:
    """Rows of each rule that differ from the reference beyond float's error and the step of rounding."""
    found = {}
    for name, expected in reference.items():
        own = numpy.load(folder / f"out_{name}.npy")
        expected = expected.astype(float)
        wrong = ~numpy.isclose(own, expected, rtol=1e-9, atol=0.51 * STEPS.get(name, 0.0) + 1e-12)
        if wrong.any():
            found[name] = int(wrong.sum())
    return found


def inside(rows: int, peers: Path) -> None:
    """What runs in the Python that has NumPy: cases, peers, comparison."""
    sys.path.insert(0, str(peers))
    numpy = importlib.import_module("numpy")
    w1 = importlib.import_module("w1")
    base = TARGET.resolve() / "bench" / "w1"
    package(w1, base / "policies")
    folder = base / f"cases-{rows}"
    data = cases(w1, numpy, rows, folder)
    own = [json.loads(line) for line in landcycle(base, folder, True)]
    records = []
    for engine, run in (("NumPy of the peers, whole columns", lambda: w1.run_numpy(data)),
                        ("NumPy of the peers, blocks", lambda: in_blocks(w1, numpy, data, rows))):
        wall, cpu, reference = timed(run)
        records.append((engine, 1, wall, cpu))
    own += [json.loads(line) for line in landcycle(base, folder, False)]
    wrong = differing(numpy, folder, reference)
    for threads in (1, 2):
        name = f"landcycle, {threads} thread{'s' if threads > 1 else ''}"
        runs = [record for record in own if record["engine"] == name]
        wall, cpu = (statistics.median(run[key] for run in runs) for key in ("wall_s", "cpu_s"))
        records.insert(threads - 1, ("landcycle", threads, wall, cpu))
    print(table(["engine", "threads", "M rows/s", "M rows per CPU s"], [
        [engine, str(threads), f"{rows / wall / 1e6:.2f}", f"{rows / cpu / 1e6:.2f}" if cpu else "–"]
        for engine, threads, wall, cpu in records
    ]))
    for record in own:
        if "median_us" in record:
            print(f"\n- {record['engine']}: {record['median_us']:.1f} µs")
    peak = max(record["peak_mib"] for record in own if "peak_mib" in record)
    print(f"- Peak of the process {peak} MiB, {rows * 15 * 8 / 2**20:.0f} MiB of them the columns read and "
          f"{'outcomes of all rows' if rows else ''} kept.")
    chunks = [record for record in own if record["engine"] == "landcycle, in chunks, 1 thread"]
    print(f"- In chunks, as the command line does: {rows / statistics.median(c['wall_s'] for c in chunks) / 1e6:.2f} "
          f"M rows/s, peak {max(c['peak_mib'] for c in chunks)} MiB.")
    print(f"- Rows that differ from the peers' NumPy beyond float's error: {wrong or 'none'}.")


def landcycle(base: Path, folder: Path, outcomes: bool) -> list[str]:
    """The lines of our program."""
    program = os.environ["LANDCYCLE_BENCH_BINARY"]
    command = [program, "w1", str(base / "policies"), str(folder), *(["outcomes"] if outcomes else [])]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    peers = arguments.peers or Path(os.environ.get("LANDCYCLE_PEERS") or ROOT.parent / "shared" / "peers" / "rules")
    if not (peers / "w1.py").is_file():
        sys.exit(f"There is no w1.py in {peers}: name the folder of the peers with --peers or LANDCYCLE_PEERS.")
    if arguments.inside:
        inside(arguments.rows, peers)
        return
    environment = dict(os.environ, LANDCYCLE_BENCH_BINARY=str(binary()))
    say(f"W1 with {arguments.rows} rows")
    command = [python(), Path(__file__), "--inside", "--rows", str(arguments.rows), "--peers", peers]
    subprocess.run(command, check=True, env=environment)


if __name__ == "__main__":
    main()
