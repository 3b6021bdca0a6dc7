"""Measure landcycle's overlay beside other tools on the peers' workload S1, in one run; print a Markdown table.

    python3 overlay.py [--parcels 200000] [--million] [--layer zones|small] [--peers DIR] [--quick]

`--peers` (or LANDCYCLE_PEERS_SPATIAL) is the folder of the peers' scripts, by default `../shared/peers/spatial`
beside the repository; their data and results go to PEERS_OUT. `--million` measures a million parcels, without
GeoPandas as documented; `--quick` leaves out what takes minutes.

Environment: LANDCYCLE_OVERLAY_BINARY names a built `landcycle-overlay-bench`, LANDCYCLE_OVERLAY_PYTHON a Python with
what overlay/requirements.txt lists. Otherwise the one is built and the other is made, under the target folder.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
PROGRAM = "landcycle-overlay-bench"
OUT = Path(os.environ.get("PEERS_OUT") or Path(tempfile.gettempdir()) / "landcycle-peers" / "spatial")
RUNS = 3
TUNED = "shapely tuned, 2 threads"
# Name, script, variant; GeoPandas as documented and the slow engines run once where there is little time.
PEERS: tuple[tuple[str, str, str], ...] = (
    (TUNED, "gp.py", "tuned2"),
    ("shapely tuned, 1 thread", "gp.py", "tuned1"),
    ("SedonaDB, tuned SQL", "sed.py", "tuned"),
    ("DuckDB spatial, tuned SQL", "duck.py", "tuned"),
    ("PostGIS, zones subdivided", "pgb.py", "subdiv"),
    ("GeoPandas overlay, as documented", "gp.py", "overlay"),
)
FAST = {TUNED, "shapely tuned, 1 thread"}

# Compared in the Python that has NumPy: what landcycle found, by parcel, beside shapely's areas and those of parcels.
COMPARE = """
import sys, numpy as np, shapely, pyarrow.parquet as pq
out, theirs, parcels = sys.argv[1:]
rows = np.fromfile(out).reshape(-1, 3)
theirs = np.load(theirs)
own = np.bincount(rows[:, 0].astype(int), rows[:, 2], len(theirs))
areas = shapely.area(shapely.from_wkb(pq.read_table(parcels, columns=['geometry']).column(0).to_numpy(zero_copy_only=False)))
apart = np.abs(own - theirs)
print((apart / areas).max(), apart.sum() / theirs.sum(), apart.max())
"""
LATTICE = """
import sys, numpy as np
rows = np.fromfile(sys.argv[1]).reshape(-1, 3)
truth = np.load(sys.argv[2])
own = np.bincount(rows[:, 0].astype(int), rows[:, 2], len(truth))
print(np.max(np.abs(own - truth) / np.where(truth > 0, truth, 1)), int(((own > 0) != (truth > 0)).sum()))
"""

Record = dict[str, Any]


def say(text: str) -> None:
    """Progress, beside the tables."""
    print(text, file=sys.stderr, flush=True)


def binary() -> Path:
    """The program of landcycle, built if it is not given."""
    given = os.environ.get("LANDCYCLE_OVERLAY_BINARY")
    if given:
        return Path(given).resolve()
    subprocess.run(["cargo", "build", "--release", "-p", PROGRAM], cwd=ROOT, check=True)
    return (TARGET if TARGET.is_absolute() else ROOT / TARGET) / "release" / PROGRAM


def python() -> Path:
    """A Python that has the peers; those that cannot be installed are left out when they run."""
    given = os.environ.get("LANDCYCLE_OVERLAY_PYTHON")
    if given:
        return Path(given)
    folder = TARGET.resolve() / "bench" / "overlay-venv"
    interpreter = folder / "bin" / "python"
    wanted = (BENCH / "overlay" / "requirements.txt").read_text(encoding="utf-8")
    stamp = folder / "installed.txt"
    if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted):
        say(f"making {folder}")
        venv.create(folder, clear=True, with_pip=True)
        for package in wanted.split():
            done = subprocess.run([interpreter, "-m", "pip", "install", "--quiet", package], check=False)
            if done.returncode:
                say(f"{package} cannot be installed")
        stamp.write_text(wanted, encoding="utf-8")
    return interpreter


def run(command: Sequence[str | Path], peers: Path) -> Record:
    """The last line of JSON that a script prints."""
    say("  " + " ".join(str(part) for part in command[1:]))
    environment = {**os.environ, "PEERS_OUT": str(OUT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=peers, env=environment)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        last = (done.stderr.strip().splitlines() or ["it printed nothing"])[-1]
        return {"skipped": last}
    return {**json.loads(lines[-1]), "said": done.stdout}


@contextmanager
def postgres() -> Iterator[str | None]:
    """A server of its own on port 5544, with PostGIS; the reason if there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not folders:
        yield "no PostgreSQL is installed"
        return
    binaries = folders[-1].parent
    # The server refuses to run as root.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root and not shutil.which("runuser"):
        yield "PostgreSQL does not run as root, and runuser is not there"
        return
    user = ["runuser", "-u", "postgres", "--"] if root else []
    folder = Path(tempfile.mkdtemp(prefix="landcycle-postgis-"))
    if root:
        shutil.chown(folder, "postgres")
    data, quiet = folder / "data", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    options = "-p 5544 -k /tmp -c shared_buffers=1GB -c max_parallel_workers_per_gather=2 -c fsync=off"
    try:
        made = subprocess.run(
            [*user, binaries / "initdb", "-A", "trust", "-U", "postgres", "-D", data], check=False, **quiet,
        )
        started = made.returncode == 0 and subprocess.run(
            [*user, binaries / "pg_ctl", "-w", "-D", data, "-l", folder / "log", "-o", options, "start"],
            check=False, **quiet,
        ).returncode == 0
        yield None if started else "a server cannot be started"
        if started:
            subprocess.run([*user, binaries / "pg_ctl", "-D", data, "-m", "fast", "stop"], check=False, **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def peer(interpreter: Path, peers: Path, script: str, variant: str, count: str, layer: str, runs: int) -> Record:
    """One peer, in a process of its own."""
    command = [interpreter, peers / script, variant, count, layer, str(runs)]
    if script != "pgb.py":
        return run(command, peers)
    with postgres() as reason:
        if reason:
            return {"skipped": reason}
        loaded = subprocess.run(
            [interpreter, peers / script, "load"], cwd=peers, capture_output=True, text=True, check=False,
            env={**os.environ, "PEERS_OUT": str(OUT)},
        )
        if loaded.returncode:
            return {"skipped": loaded.stderr.strip().splitlines()[-1]}
        found = run(command, peers)
        last = found.get("said", "").strip().splitlines()[-1:]
        # The server's memory and time are counted by the script, beside the client's.
        if last and last[0].startswith("postgres pss"):
            words = last[0].split()
            found["peak_rss_mb"] = float(words[4])
            found["cpu_s"] = statistics.median(json.loads(last[0].split("cpu per rep ")[1]))
        return found


def landcycle(program: Path, count: str, layer: str, threads: int, out: Path) -> Record:
    """The median of some runs, building of the layer and all."""
    data = OUT / "data"
    parcels = data / ("parcels_1m.wkbs" if count == "1m" else f"parcels_{count}.wkbs")
    command = [program, parcels, data / f"{layer}.wkbs", str(threads), "5", out]
    say("  " + " ".join(str(part) for part in command[1:]))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, all but the first column to the right."""
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def machine() -> str:
    """What it ran on, and what else runs there."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    return f"{os.cpu_count()} × {model}, load average {os.getloadavg()[0]:.1f}"


def measure(program: Path, interpreter: Path, peers: Path, count: str, layer: str, quick: bool) -> None:
    """Runs landcycle before, between and after the peers, and prints what was found."""
    own: dict[int, list[Record]] = {1: [], 2: []}
    out = OUT / "results" / f"landcycle_{layer}_{count}.bin"

    def ours() -> None:
        for threads, records in own.items():
            records.append(landcycle(program, count, layer, threads, out))

    before, found = machine(), []
    ours()
    for name, script, variant in PEERS:
        slow = name not in FAST
        if slow and (quick or (variant == "overlay" and count == "1m")):
            found.append((name, {"skipped": "not asked for"}))
            continue
        found.append((name, peer(interpreter, peers, script, variant, count, layer, 1 if slow and count == "1m" else RUNS)))
        if not slow:
            ours()
    ours()
    prints = {record["fingerprint"] for records in own.values() for record in records}
    ran = [(name, record) for name, record in found if "skipped" not in record]
    parcels = own[1][0]["parcels"]
    print(f"\n{parcels:,} parcels, layer `{layer}`. Before: {before}. After: {machine()}.\n")
    rows = [["engine", "wall s", "of these building", "CPU s", "peak MB", "wall, times landcycle's", "CPU, times landcycle's"]]
    rows.append(["---", *["---:"] * 6])
    base: Record = {}
    for threads in (2, 1):
        middle = {key: statistics.median(r[key] for r in own[threads]) for key in ("wall_s", "cpu_s", "build_s", "peak_mib")}
        base = base or middle
        walls = sorted(r["wall_s"] for r in own[threads])
        rows.append([
            f"landcycle, {threads} thread{'s' if threads > 1 else ''}", f"{middle['wall_s']:.3f} ({walls[0]:.3f}–{walls[-1]:.3f})",
            f"{middle['build_s']:.3f}", f"{middle['cpu_s']:.2f}", f"{middle['peak_mib'] * 1.048576:.0f}",
            f"{middle['wall_s'] / base['wall_s']:.1f}", f"{middle['cpu_s'] / base['cpu_s']:.1f}",
        ])
    for name, record in ran:
        rows.append([
            name, f"{record['median_s']:.2f}", "–", f"{record['cpu_s']:.2f}", f"{record['peak_rss_mb']:.0f}",
            f"{record['median_s'] / base['wall_s']:.1f}", f"{record['cpu_s'] / base['cpu_s']:.1f}",
        ])
    print(table(rows), end="\n\n")
    for name, record in found:
        if "skipped" in record:
            print(f"- {name}: not run ({record['skipped']}).")
    print(f"- landcycle gives {'the same bits' if len(prints) == 1 else 'DIFFERENT bits'} in all runs, on 1 and 2 threads.")
    theirs = OUT / "results" / f"geopandas_tuned2_{layer}_{parcels}.npy"
    if theirs.is_file():
        command = [interpreter, "-c", COMPARE, out, theirs, OUT / "data" / f"parcels_{count}.parquet"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        share, of_all, most = (float(value) for value in done.stdout.split())
        print(f"- From shapely a parcel's area differs by {share:.1e} of the parcel at most ({most:.1e} m²), {of_all:.1e} of all.")


def lattice(program: Path, interpreter: Path) -> None:
    """The degenerate layer, whose truth is known: each cell wholly in a zone or not at all."""
    out = OUT / "results" / "landcycle_degen.bin"
    data = OUT / "data"
    subprocess.run([program, data / "degen_p.wkbs", data / "degen_zones.wkbs", "2", "1", out], capture_output=True, check=True)
    done = subprocess.run([interpreter, "-c", LATTICE, out, data / "degen_truth.npy"], capture_output=True, text=True, check=True)
    share, wrong = done.stdout.split()
    print(f"- On the degenerate layer the largest relative difference from the truth is {float(share):.1e}; {wrong} parcels "
          "are in a zone that should not be, or not in one that should.")


def main() -> int:
    """Makes the data, runs, prints."""
    parser = argparse.ArgumentParser(description="Measure landcycle's overlay beside other tools.")
    parser.add_argument("--parcels", type=int, default=200_000, choices=(200_000, 1_000_000), help="how many")
    parser.add_argument("--million", action="store_true", help="a million parcels")
    parser.add_argument("--layer", default="zones", choices=("zones", "small"), help="300 large zones or 30,000 small ones")
    parser.add_argument("--quick", action="store_true", help="shapely alone")
    beside = Path(os.environ.get("LANDCYCLE_PEERS_SPATIAL") or ROOT.parent / "shared" / "peers" / "spatial")
    parser.add_argument("--peers", type=Path, default=beside, help="the folder of the peers' scripts")
    given = parser.parse_args()
    peers = given.peers.resolve()
    if not (peers / "gen.py").is_file():
        print(f"The peers' scripts are not in {peers}; name their folder with --peers.")
        return 0
    program, interpreter = binary(), python()
    for script, made in (("gen.py", "small.wkbs"), ("degen.py", "degen_truth.npy")):
        if not (OUT / "data" / made).is_file():
            say(f"  {script}")
            environment = {**os.environ, "PEERS_OUT": str(OUT), "PYTHONDONTWRITEBYTECODE": "1"}
            subprocess.run([interpreter, peers / script], cwd=peers, env=environment, check=True, stdout=subprocess.DEVNULL)
    count = "1m" if given.million or given.parcels == 1_000_000 else "200k"
    measure(program, interpreter, peers, count, given.layer, given.quick)
    lattice(program, interpreter)
    return 0


if __name__ == "__main__":
    sys.exit(main())
