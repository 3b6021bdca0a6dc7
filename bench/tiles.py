"""Measure landcycle's vector tiles over HTTP on a store of many parcels, beside PostGIS's ST_AsMVT over the same
outlines in the same run; print a Markdown table.

    python3 tiles.py [--parcels 1000000] [--store FILE] [--views 60] [--seed 1] [--postgis URL] [--quick]

A person looks at everything, comes closer by one zoom at a time onto a place where parcels are, moves sideways
there, and goes back; each view is the tiles of 512 pixels that a window of 1280 × 800 needs and has not yet. The
same tiles are asked for one after the other on one connection, then by six connections at once, as browsers do,
then as PostGIS answers them. Tiles below the zoom of outlines hold counts, for which PostGIS groups on a grid.

Environment: LANDCYCLE_TILES_BINARY names a built `landcycle`; otherwise a release build is made. `--postgis` is a
database with the extension in which the table `tiles_bench` is made anew; without it landcycle is measured alone.
The Python needs `psycopg` for it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
SET = "/ogc/collections/parcels/tiles/WebMercatorQuad"
WINDOW = (1280, 800)
PIXELS = 512
CONNECTIONS = 6

OUTLINES = """
WITH tile AS (SELECT ST_TileEnvelope(%s, %s, %s) AS box),
     rows AS (SELECT ST_AsMVTGeom(geom, box, 4096, 64, true) AS geom, case_id, project_name, district, holder, industry, area_m2
              FROM tiles_bench, tile WHERE geom && ST_Expand(box, (ST_XMax(box) - ST_XMin(box)) / 64))
SELECT ST_AsMVT(rows, 'parcels', 4096, 'geom') FROM rows WHERE geom IS NOT NULL
"""
COUNTS = """
WITH tile AS (SELECT ST_TileEnvelope(%s, %s, %s) AS box),
     cells AS (SELECT floor((ST_X(mid) - ST_XMin(box)) / (ST_XMax(box) - ST_XMin(box)) * 32) AS x,
                      floor((ST_Y(mid) - ST_YMin(box)) / (ST_XMax(box) - ST_XMin(box)) * 32) AS y,
                      avg(ST_X(mid)) AS mx, avg(ST_Y(mid)) AS my, count(*) AS count
               FROM tiles_bench, tile WHERE mid && box GROUP BY 1, 2),
     rows AS (SELECT ST_AsMVTGeom(ST_SetSRID(ST_MakePoint(mx, my), 3857), box, 4096, 64, true) AS geom, count FROM cells, tile)
SELECT ST_AsMVT(rows, 'parcels-counts', 4096, 'geom') FROM rows
"""

Tile = tuple[int, int, int]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def binary() -> Path:
    given = os.environ.get("LANDCYCLE_TILES_BINARY")
    if given:
        return Path(given).resolve()
    subprocess.run(["cargo", "build", "--release", "-p", "landcycle"], cwd=ROOT, check=True)
    return TARGET / "release" / "landcycle"


def world(lon: float, lat: float) -> tuple[float, float]:
    sine = math.sin(math.radians(lat))
    return lon / 360 + 0.5, 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def tiles_of(x: float, y: float, zoom: int) -> list[Tile]:
    """The tiles that a window needs, from its middle and its zoom."""
    side = 1 << zoom
    half = [pixels / 2 / PIXELS for pixels in WINDOW]
    spans = [range(max(0, int(at * side - more)), min(side - 1, int(at * side + more)) + 1) for at, more in zip((x, y), half)]
    return [(zoom, tx, ty) for ty in spans[1] for tx in spans[0]]


def journey(extent: list[float], places: list[list[float]], views: int, deepest: int, seed: int) -> list[Tile]:
    """Tiles in the order in which a person needs them."""
    draw = random.Random(seed)
    (west, north), (east, south) = world(extent[0], extent[3]), world(extent[2], extent[1])
    whole = max(0, int(math.log2(min(WINDOW[0] / PIXELS / (east - west), WINDOW[1] / PIXELS / (south - north)))))
    wanted: list[Tile] = []
    seen: set[Tile] = set()
    zoom, (x, y) = whole, ((west + east) / 2, (north + south) / 2)
    aim = (x, y)
    for _ in range(views):
        for tile in tiles_of(x, y, zoom):
            if tile not in seen:
                seen.add(tile)
                wanted.append(tile)
        step = draw.random()
        if zoom <= whole or step < 0.45:
            if zoom <= whole:
                aim = world(*draw.choice(places))
            zoom = min(zoom + 1, deepest)
            x, y = aim
        elif step < 0.85:
            move = 0.5 / (1 << zoom)
            x, y = x + draw.choice((-1, 1)) * move * 2, y + draw.choice((-1, 0, 1)) * move
        else:
            zoom = max(whole, zoom - draw.choice((1, 2, 6)))
    return wanted


def spent(pid: int) -> tuple[float, float]:
    """CPU seconds and MiB of a process."""
    parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK"), int(status["VmRSS"].split()[0]) / 1024


def ask(connection: http.client.HTTPConnection, path: str, zipped: bool) -> tuple[int, bytes]:
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"} if zipped else {})
    response = connection.getresponse()
    return response.status, response.read()


def one_by_one(port: int, tiles: list[Tile], query: str, zipped: bool) -> list[tuple[Tile, float, int]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    found = []
    for z, x, y in tiles:
        begun = time.perf_counter()
        status, body = ask(connection, f"{SET}/{z}/{y}/{x}{query}", zipped)
        found.append(((z, x, y), time.perf_counter() - begun, len(body)))
        if status not in (200, 204):
            raise SystemExit(f"{z}/{y}/{x}: {status} {body[:200]!r}")
    return found


def together(port: int, tiles: list[Tile], query: str) -> list[tuple[Tile, float, int]]:
    found: list[tuple[Tile, float, int]] = []
    line, lock = iter(tiles), threading.Lock()

    def work() -> None:
        while True:
            with lock:
                tile = next(line, None)
            if tile is None:
                return
            found.extend(one_by_one(port, [tile], query, True))

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def row(name: str, found: list[tuple[Tile, float, int]]) -> tuple[str, float, float]:
    times = sorted(1000 * seconds for _, seconds, _ in found)
    sizes = sorted(size / 1024 for _, _, size in found)
    at = lambda values, share: values[min(len(values) - 1, int(len(values) * share))]
    middle, high = statistics.median(times), at(times, 0.95)
    return (f"| {name} | {len(found)} | {middle:.1f} | {high:.1f} | {times[-1]:.1f} | {statistics.median(sizes):.0f} | {at(sizes, 0.95):.0f} |", middle, high)


def load_postgis(url: str, store: Path) -> float:
    begun = time.perf_counter()
    place = "PG:" + url
    subprocess.run(["ogr2ogr", "-f", "PostgreSQL", place, str(store), "parcel", "-nln", "tiles_bench", "-overwrite", "-t_srs", "EPSG:3857",
                    "-lco", "GEOMETRY_NAME=geom", "--config", "PG_USE_COPY", "YES"], check=True, stderr=subprocess.DEVNULL)
    import psycopg

    with psycopg.connect(url, autocommit=True) as database:
        database.execute("ALTER TABLE tiles_bench ADD COLUMN mid geometry(Point, 3857)")
        database.execute("UPDATE tiles_bench SET mid = ST_Centroid(geom)")
        database.execute("CREATE INDEX ON tiles_bench USING gist (mid)")
        database.execute("CLUSTER tiles_bench USING tiles_bench_geom_geom_idx")
        database.execute("VACUUM ANALYZE tiles_bench")
    return time.perf_counter() - begun


def postgis(url: str, tiles: list[Tile], from_zoom: int) -> tuple[list[tuple[Tile, float, int]], float]:
    """Tiles, and the CPU seconds of the server's process, which is on this machine."""
    import psycopg

    found = []
    with psycopg.connect(url, autocommit=True, prepare_threshold=1) as database:
        # Parallel workers would spend beside the process that is watched, and are not worth starting for a tile.
        database.execute("SET max_parallel_workers_per_gather = 0")
        pid = database.info.backend_pid
        before = spent(pid)[0]
        for tile in tiles:
            begun = time.perf_counter()
            sql = OUTLINES if tile[0] >= from_zoom else COUNTS
            (body,) = database.execute(sql, tile, binary=True).fetchone()
            found.append((tile, time.perf_counter() - begun, len(body or b"")))
        cpu = spent(pid)[0] - before
    return found, cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, default=1_000_000)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--views", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgis")
    parser.add_argument("--loaded", action="store_true", help="the table is in the database already")
    parser.add_argument("--quick", action="store_true", help="20,000 parcels")
    wish = parser.parse_args()
    program = binary()
    parcels = 20_000 if wish.quick else wish.parcels
    store = wish.store or TARGET / f"tiles-{parcels}.gpkg"
    if not store.exists():
        say(f"making {store}")
        subprocess.run([program, "sample", "--parcels", str(parcels), "--seed", "1", "--store", store], check=True)
    begun = time.perf_counter()
    server = subprocess.Popen([program, "serve", "--store", store, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = int(server.stdout.readline().strip().rstrip("/").rsplit(":", 1)[1])
        started = time.perf_counter() - begun
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3600)
        begun, before = time.perf_counter(), spent(server.pid)[0]
        _, body = ask(connection, "/api/map?by=stage", False)
        first, cpu = time.perf_counter() - begun, spent(server.pid)[0] - before
        about: dict[str, Any] = json.loads(body)
        extent, from_zoom = about["extent"], about["outlines_from"]
        box = ",".join(str(edge) for edge in extent)
        _, body = ask(connection, f"/api/map/parcels?bbox={box}&limit=1000&sort=area", False)
        places = [one["centre"] for one in json.loads(body)["rows"]]
        tiles = journey(extent, places, wish.views, about["deepest"], wish.seed)
        memory = spent(server.pid)[1]
        say(f"{about['total']} parcels, outlines from zoom {from_zoom}, {len(tiles)} tiles")
        one_by_one(port, tiles[:20], "?by=stage", False)
        before = spent(server.pid)[0]
        alone = one_by_one(port, tiles, "?by=stage", False)
        per_tile = (spent(server.pid)[0] - before) / len(tiles)
        zipped = one_by_one(port, tiles, "?by=stage", True)
        at_once = together(port, tiles, "?by=stage")
        coloured = one_by_one(port, tiles, "?by=finding", False)
        print(f"\n{about['total']:,} parcels, {os.cpu_count()} cores; outlines from zoom {from_zoom}; {len(tiles)} different tiles of {wish.views} views.\n")
        print(f"Listening after {started:.2f} s. First answer (outlines, facts, findings): {first:.1f} s, {cpu:.1f} CPU s. "
              f"{memory:.0f} MiB then, {spent(server.pid)[1]:.0f} MiB at the end. {1000 * per_tile:.2f} CPU ms a tile.\n")
        print("| tiles | number | median ms | p95 ms | most ms | median KiB | p95 KiB |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
        deep = [one for one in alone if one[0][0] >= from_zoom]
        low = [one for one in alone if one[0][0] < from_zoom]
        whole = row("landcycle, one connection", alone)
        own = row("of these outlines", deep) if deep else None
        counted = row("of these counts", low) if low else None
        for line in (whole, own, counted, row("landcycle, gzip", zipped), row(f"landcycle, gzip, {CONNECTIONS} connections", at_once), row("landcycle, by findings", coloured)):
            if line:
                print(line[0])
        if wish.postgis:
            took = 0.0 if wish.loaded else load_postgis(wish.postgis, store)
            postgis(wish.postgis, tiles[:20], from_zoom)
            outlined = [tile for tile in tiles if tile[0] >= from_zoom]
            found, cpu = postgis(wish.postgis, tiles, from_zoom)
            _, cpu_outlines = postgis(wish.postgis, outlined, from_zoom)
            theirs = row("PostGIS, outlines", [one for one in found if one[0][0] >= from_zoom])
            print(theirs[0])
            few = [one for one in found if one[0][0] < from_zoom]
            if few:
                print(row("PostGIS, counts on a grid", few)[0])
            before = spent(server.pid)[0]
            again = row("landcycle once more, outlines", one_by_one(port, outlined, "?by=stage", False))
            own_cpu = spent(server.pid)[0] - before
            print(again[0])
            print(f"\nCPU: PostGIS {1000 * cpu / len(tiles):.1f} ms a tile; of outlines {1000 * cpu_outlines / len(outlined):.1f} ms, "
                  f"landcycle with HTTP {1000 * own_cpu / len(outlined):.1f} ms: {cpu_outlines / max(own_cpu, 0.01):.1f} times.")
            print(f"PostGIS needs {theirs[1] / again[1]:.1f} times as long at the median and {theirs[2] / again[2]:.1f} times at p95 for outlines"
                  + (f"; loading and indexing took {took:.0f} s." if took else "."))
        verdict = "met" if row("", at_once)[2] <= 60 and whole[2] <= 60 else "MISSED"
        print(f"\nThe bar of 60 ms at p95 is {verdict}: {whole[2]:.1f} ms one by one, {row('', at_once)[2]:.1f} ms with {CONNECTIONS} connections.")
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
