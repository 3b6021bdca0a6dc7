"""Hold landcycle's overlay against shapely, and its ellipsoidal areas against geographiclib.

    python3 compare.py [--seed N] [--rounds N]

Environment: LANDCYCLE_OVERLAY_BINARY names a built `landcycle-overlay-bench`; otherwise it is built. LANDCYCLE_DATA
names a folder with GeoJSON files of districts and zones; without it ellipsoidal areas are not compared.
Needs what requirements.txt lists.
"""

from __future__ import annotations

import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import shapely
from geographiclib.geodesic import Geodesic

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "landcycle-overlay-bench"
RELATIVE = 1e-9
# Below this share an overlap is a sliver: the last bits of coordinates decide on its area.
SLIVER = 1e-4
# What two programs that sum geodesic areas from the equator differ by, in square metres, whatever the ring.
EQUATOR = 1e-3
FAR = np.array([38_450_000.0, 3_350_000.0])

Shapes = np.ndarray


def binary() -> Path:
    """The program of landcycle, built if it is not given."""
    given = os.environ.get("LANDCYCLE_OVERLAY_BINARY")
    if given:
        return Path(given).resolve()
    subprocess.run(["cargo", "build", "--release", "-p", PROGRAM], cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    return (target if target.is_absolute() else ROOT / target) / "release" / PROGRAM


def star(rng: np.random.Generator, centre: np.ndarray, radius: float, corners: int) -> np.ndarray:
    """A ring that is seen whole from its centre, on a lattice that floats hold wherever it is moved."""
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    away = rng.uniform(0.35, 1, corners) * radius
    ring = centre + np.stack([away * np.cos(angles), away * np.sin(angles)], -1)
    return np.round(ring * 4096) / 4096


def stars(rng: np.random.Generator, many: int, radius: tuple[float, float], corners: tuple[int, int]) -> Shapes:
    """Polygons, some with a hole, that may overlap; every fifth is a multipolygon of two."""
    found: list[shapely.Geometry] = []
    while len(found) < many:
        centre, size = rng.uniform(0, 4000, 2), rng.uniform(*radius)
        rings = [star(rng, centre, size, int(rng.integers(*corners)))]
        if rng.random() < 0.5:
            rings.append(star(rng, centre, size * 0.2, int(rng.integers(3, 9))))
        shape: shapely.Geometry = shapely.Polygon(rings[0], rings[1:])
        if len(found) % 5 == 4:
            other = shapely.Polygon(star(rng, centre + 2.5 * size, size, int(rng.integers(*corners))))
            shape = shapely.MultiPolygon([shape, other])
        if shape.is_valid:
            found.append(shape)
    return np.array(found, dtype=object)


def lattice(rng: np.random.Generator) -> tuple[Shapes, Shapes]:
    """Cells of a bent lattice, and unions of some of them: all edges of zones lie on edges of parcels."""
    side = 60
    x, y = np.meshgrid(np.arange(side + 1), np.arange(side + 1))
    nodes = np.stack([x * 64.0, y * 64.0], -1) + np.round(rng.uniform(-15, 15, (side + 1, side + 1, 2)) * 4096) / 4096
    cells = np.array([
        shapely.Polygon([nodes[j, i], nodes[j, i + 1], nodes[j + 1, i + 1], nodes[j + 1, i]])
        for j in range(side) for i in range(side)
    ], dtype=object)
    owner = rng.integers(0, 12, side * side)
    zones = [shapely.coverage_union_all(cells[(owner == zone) & (rng.random(side * side) < 0.9)]) for zone in range(12)]
    return cells, np.array(zones, dtype=object)


def write(path: Path, shapes: Shapes) -> None:
    """Well-known binary, each after its length."""
    with path.open("wb") as file:
        for blob in shapely.to_wkb(shapes):
            file.write(struct.pack("<I", len(blob)) + blob)


def overlaps(program: Path, folder: Path, parcels: Shapes, zones: Shapes) -> dict[tuple[int, int], float]:
    """What landcycle finds; it must find the same bits on two threads."""
    write(folder / "parcels", parcels)
    write(folder / "zones", zones)
    prints = set()
    for threads in (1, 2):
        command = [program, folder / "parcels", folder / "zones", str(threads), "1", folder / "out"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        prints.add(json.loads(done.stdout)["fingerprint"])
    assert len(prints) == 1, "threads change the answer"
    rows = np.fromfile(folder / "out").reshape(-1, 3)
    return {(int(parcel), int(zone)): area for parcel, zone, area in rows}


def differences(found: dict[tuple[int, int], float], parcels: Shapes, zones: Shapes) -> tuple[float, float, int]:
    """The largest difference from shapely as a part of the parcel, and of overlaps that are no slivers."""
    at, of = shapely.STRtree(zones).query(parcels, predicate="intersects")
    areas = shapely.area(shapely.intersection(parcels[at], zones[of]))
    own = np.array([found.get((int(a), int(z)), 0.0) for a, z in zip(at, of, strict=True)])
    whole = shapely.area(parcels)[at]
    known = set(zip(at.tolist(), of.tolist(), strict=True))
    assert set(found) <= known, "an overlap where shapely sees none"
    apart = np.abs(own - areas)
    large = areas > SLIVER * whole
    return float((apart / whole).max()), float((apart[large] / areas[large]).max()), len(areas)


def planar(program: Path, seed: int, rounds: int) -> bool:
    """Random layers and lattices, near the origin and far from it; shapely computes near the origin."""
    good = True
    for turn in range(rounds):
        rng = np.random.default_rng(seed + turn)
        layers = {
            "random": (stars(rng, 2000, (20, 120), (4, 14)), stars(rng, 60, (200, 900), (40, 400))),
            "small zones": (stars(rng, 500, (40, 400), (4, 60)), stars(rng, 2000, (10, 60), (3, 30))),
            "lattice": lattice(rng),
        }
        for name, (parcels, zones) in layers.items():
            for place, shift in (("near", np.zeros(2)), ("far", FAR)):
                moved = [shapely.transform(shapes, lambda points: points + shift) for shapes in (parcels, zones)]
                with tempfile.TemporaryDirectory() as folder:
                    found = overlaps(program, Path(folder), *moved)
                of_parcel, of_overlap, pairs = differences(found, parcels, zones)
                print(f"{name}, {place}: {pairs} pairs, {of_parcel:.1e} of the parcel, {of_overlap:.1e} of the overlap")
                good &= of_parcel < RELATIVE and of_overlap < RELATIVE
    return good


def ellipsoidal(program: Path, data: Path) -> bool:
    """Every feature of every file."""
    earth, good = Geodesic(6378137.0, 1 / 298.257222101), True
    files = sorted([*data.rglob("*.json"), *data.rglob("*.geojson")])
    for path in files:
        collection = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(collection, dict) or collection.get("type") != "FeatureCollection":
            continue
        done = subprocess.run([program, "ellipsoid", path], capture_output=True, text=True, check=True)
        worst = most = 0.0
        for feature, own in zip(collection["features"], json.loads(done.stdout), strict=True):
            geometry = feature["geometry"]
            parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
            area = 0.0
            for rings in parts:
                for ring, points in enumerate(rings):
                    sum_ = earth.Polygon()
                    for longitude, latitude, *_ in points[:-1]:
                        sum_.AddPoint(latitude, longitude)
                    area += abs(sum_.Compute(False, True)[2]) * (-1 if ring else 1)
            apart = abs(own - area)
            worst, most = max(worst, apart / area), max(most, apart)
            good &= apart < max(RELATIVE * area, EQUATOR)
        print(f"{path.name}: {len(collection['features'])} features, {worst:.1e} of the area, {most:.1e} m²")
    return good


def main() -> int:
    """Compares, and fails if anything differs."""
    parser = argparse.ArgumentParser(description="Hold landcycle's overlay against shapely and geographiclib.")
    parser.add_argument("--seed", type=int, default=1, help="of the random layers")
    parser.add_argument("--rounds", type=int, default=3, help="layers of each kind")
    given = parser.parse_args()
    program, data = binary(), os.environ.get("LANDCYCLE_DATA")
    good = planar(program, given.seed, given.rounds)
    if data:
        good &= ellipsoidal(program, Path(data))
    else:
        print("LANDCYCLE_DATA is not set: ellipsoidal areas are not compared")
    print("all agree" if good else f"SOMETHING DIFFERS by more than {RELATIVE}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
