"""Read landcycle as GIS programs do: OGC API – Features by GDAL and QGIS, and every page held against the store.

A city is made and served; GDAL's driver reads each collection over HTTP, in pages, with filters of place and of
attributes. What it gets is held against the store's own tables as SQLite has them and against GDAL's reading of the
same file: ids, attributes, and every vertex to the last bit. Then `ogc_conformance.py` asks for every requirement.
QGIS is asked too where it is installed (Debian: python3-qgis). Nothing here shares code with landcycle.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import shapely
from layers import wkb

HERE = Path(__file__).resolve().parent
PARCELS, SEED = 1000, 3
PAGE = 100
# Columns of the store's layer of parcels that are facts under the same names.
SAME = ("parcel_no", "supervision_no", "project_name", "location", "holder", "city", "district", "park", "industry", "signed_on")
PYTHON_OF_QGIS = "/usr/bin/python3"


class Server:
    """The program, serving a store until it is left."""

    def __init__(self, program: list[str], store: Path):
        command = [*program, "serve", "--store", str(store), "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.base = self.process.stdout.readline().strip().rstrip("/") + "/ogc"

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def run(*command: object, quiet: bool = True) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False,
                          env={**os.environ, "OGR_GEOJSON_MAX_OBJ_SIZE": "0"})
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    if quiet:
        assert not done.stderr, f"{command}\n{done.stderr}"
    return done.stdout


def by_gdal(source: str, layer: str, folder: Path, *options: str) -> list[dict]:
    """Features as GDAL reads them, told in GeoJSON to the last bit."""
    target = folder / "by-gdal.geojson"
    target.unlink(missing_ok=True)
    run("ogr2ogr", "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=17", *options, target, source, layer)
    return json.loads(target.read_text(encoding="utf-8"))["features"]


def count(source: str, layer: str, *options: str) -> int:
    text = run("ogrinfo", "-ro", "-so", *options, source, layer)
    return int(next(line for line in text.splitlines() if line.startswith("Feature Count")).split(":")[1])


def vertices(features: list[dict]) -> int:
    return sum(len(ring) for f in features for part in f["geometry"]["coordinates"] for ring in part)


def parcels(base: str, store: Path, folder: Path) -> None:
    """All parcels by pages, against the tables of the store."""
    source = f"OAPIF:{base}"
    found = by_gdal(source, "parcels", folder, "-oo", f"PAGE_SIZE={PAGE}")
    assert len({feature["properties"]["case_id"] for feature in found}) == len(found) == PARCELS
    with sqlite3.connect(store) as connection:
        connection.row_factory = sqlite3.Row
        rows = {row["case_id"]: row for row in connection.execute("SELECT * FROM parcel")}
    compared = 0
    for feature in found:
        properties = feature["properties"]
        row = rows.pop(properties["case_id"])
        for name in SAME:
            there = properties.get(name)
            # A day is told by GDAL with slashes.
            there = there.replace("/", "-") if name == "signed_on" and there else there
            assert there == row[name], f"{properties['case_id']}, {name}: {there!r} and not {row[name]!r}"
            compared += 1
        assert abs(properties["area"] - row["area_m2"]) < 1e-6
        assert feature["geometry"]["coordinates"] == wkb(row["geom"][8 + 32 :]), f"{properties['case_id']}: other vertices"
    assert not rows, f"{len(rows)} parcels are missing"
    file = by_gdal(str(store), "parcel", folder)
    by_case = {feature["properties"]["case_id"]: feature["geometry"] for feature in file}
    assert all(by_case[feature["properties"]["case_id"]] == feature["geometry"] for feature in found)
    print(f"GDAL, parcels: {len(found)} by pages of {PAGE}, {compared} attributes and {vertices(found)} vertices as in the store")


def filtered(base: str, store: Path, folder: Path) -> None:
    """The same questions to the service and to the file, both by GDAL."""
    source, paged = f"OAPIF:{base}", ("-oo", f"PAGE_SIZE={PAGE}")
    with sqlite3.connect(store) as connection:
        districts = [row[0] for row in connection.execute("SELECT DISTINCT district FROM parcel ORDER BY 1")]
        west, south, east, north = connection.execute(
            "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'parcel'").fetchone()
        shapes = [shapely.from_wkb(row[0][8 + 32 :]) for row in connection.execute("SELECT geom FROM parcel")]
    width, height, asked = east - west, north - south, []
    for part in (0.1, 0.35, 0.5, 0.8):
        box = (west + width * part / 2, south + height * part / 3, west + width * (part + 0.1), south + height * (part + 0.15))
        spat = ("-spat", *map(str, box))
        # GDAL asks a GeoPackage by the boxes around outlines, so shapely tells what meets the box itself.
        there, here = int(sum(shapely.box(*box).intersects(shapes))), count(source, "parcels", *paged, *spat)
        assert there == here <= count(str(store), "parcel", *spat), f"{spat}: {here} and not {there}"
        asked.append(here)
    assert any(asked), "no box met anything"
    told = []
    for where in (*(f"district = '{name}'" for name in districts), f"district <> '{districts[0]}'", "signed_on >= '2020/01/01'",
                  "holder LIKE '%1%'", "park IS NULL"):
        # SQLite holds days as texts, with hyphens.
        there = count(str(store), "parcel", "-where", where.replace("/", "-"))
        here = count(source, "parcels", *paged, "-where", where)
        assert there == here, f"{where}: {here} and not {there}"
        told.append(here)
    assert count(source, "parcels", *paged, "-where", "area > 50000 AND stage = 'operating'") > 0
    # What GDAL hands to the server to sift, it says itself.
    words = subprocess.run(["ogrinfo", "-ro", "-so", *paged, source, "parcels", "-where", f"district = '{districts[0]}'"],
                           capture_output=True, text=True, check=True, env={**os.environ, "CPL_DEBUG": "OAPIF,HTTP"}).stderr
    sifted = "district=" in words or "filter=" in words
    box = (west, south, west + width * 0.9, south + height * 0.9)
    both = by_gdal(source, "parcels", folder, *paged, "-spat", *map(str, box), "-where", f"district = '{districts[0]}'")
    same = by_gdal(str(store), "parcel", folder, "-where", f"district = '{districts[0]}'")
    meets = shapely.box(*box).intersects
    same = [f["properties"]["case_id"] for f in same if meets(shapely.geometry.shape(f["geometry"]))]
    assert sorted(f["properties"]["case_id"] for f in both) == sorted(same) and same
    print(f"GDAL, filters: {asked} by boxes, {told} by attributes, {len(both)} by both, as in the file; "
          f"attributes sifted by {'the server' if sifted else 'GDAL itself'}")


def zones(base: str, store: Path, folder: Path) -> None:
    """The layer against its view in the store."""
    found = by_gdal(f"OAPIF:{base}", "layer-lines", folder)
    view = by_gdal(str(store), "layer_lines_1", folder)
    assert len(found) == len(view) > 0
    for one, other in zip(found, view, strict=True):
        assert one["geometry"] == other["geometry"], one["properties"]
        assert one["properties"]["level"] == other["properties"]["level"]
        assert one["properties"]["name"] == other["properties"]["name"]
    print(f"GDAL, layer: {len(found)} zones and {vertices(found)} vertices as in the store")


QGIS = """
import sys
from qgis.core import QgsApplication, QgsVectorLayer, QgsFeatureRequest, QgsRectangle
QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], False)
application.initQgis()
base, store = sys.argv[1:]

def read(layer):
    assert layer.isValid(), layer.error().message()
    features = {}
    for feature in layer.getFeatures():
        features[feature["case_id"]] = feature.geometry().asWkb().data()
    return features

file = QgsVectorLayer(f"{store}|layername=parcel", "parcel", "ogr")
service = QgsVectorLayer(f"url='{base}' typename='parcels' pagingEnabled='true' pageSize='100'", "parcels", "OAPIF")
one, other = read(file), read(service)
assert one.keys() == other.keys(), (len(one), len(other))
assert all(one[case] == other[case] for case in one), "other vertices"
extent = file.extent()
box = QgsRectangle(extent.xMinimum(), extent.yMinimum(), extent.center().x(), extent.center().y())
request = QgsFeatureRequest().setFilterRect(box).setFlags(QgsFeatureRequest.ExactIntersect)
inside = [sorted(f["case_id"] for f in layer.getFeatures(request)) for layer in (file, service)]
assert inside[0] == inside[1] and inside[0], [len(found) for found in inside]
district = next(file.getFeatures())["district"]
expression = f"district = '{district}'"
chosen = [sorted(f["case_id"] for f in layer.getFeatures(QgsFeatureRequest().setFilterExpression(expression))) for layer in (file, service)]
assert chosen[0] == chosen[1] and chosen[0], [len(found) for found in chosen]
from qgis.core import Qgis
print(f"QGIS {Qgis.QGIS_VERSION}: {len(one)} parcels from the service and from the GeoPackage, outlines byte by byte; "
      f"{len(inside[0])} in a box, {len(chosen[0])} by an attribute; {service.fields().count()} fields, {service.crs().authid()}")
# Leaving QGIS in good order wants every layer gone first; there is nothing to keep.
import os
sys.stdout.flush()
os._exit(0)
"""


def qgis(base: str, store: Path) -> None:
    """The same by QGIS, if it is there: it runs in the system's own Python."""
    there = subprocess.run([PYTHON_OF_QGIS, "-c", "import qgis.core"], capture_output=True, check=False)
    if there.returncode != 0:
        print("QGIS is not installed (Debian: python3-qgis): not asked")
        return
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": tempfile.gettempdir()}
    done = subprocess.run([PYTHON_OF_QGIS, "-c", QGIS, base, str(store)], capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, f"QGIS: {done.stdout}{done.stderr}"
    print(done.stdout.strip().splitlines()[-1])


def main() -> int:
    """Every test; a difference ends them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landcycle", required=True, help="the program")
    parser.add_argument("--packages-dir", help="packages instead of those in the program")
    given = parser.parse_args()
    program = [given.landcycle, "--lang", "en", *(["--packages", given.packages_dir] if given.packages_dir else [])]
    with tempfile.TemporaryDirectory() as name:
        folder, store = Path(name), Path(name) / "city.gpkg"
        run(*program, "sample", "--parcels", PARCELS, "--seed", SEED, "--store", store, quiet=False)
        lines = HERE.parent / "examples/layers/sample-lines.geojson"
        run(*program, "layers", "import", lines, "--store", store, "--name", "lines", "--kind", "zone_line", "--level-field", "level",
            "--from", "2020-01-01", "--illustrative", "--title", "Lines", quiet=False)
        with Server(program, store) as server:
            parcels(server.base, store, folder)
            filtered(server.base, store, folder)
            zones(server.base, store, folder)
            qgis(server.base, store)
            done = subprocess.run([sys.executable, str(HERE / "ogc_conformance.py"), server.base], capture_output=True, text=True, check=False)
            failures = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
            assert done.returncode == 0, "\n".join(failures) or done.stderr
            print(done.stdout.strip().splitlines()[-1])
    print("GIS programs read what is in the store")
    return 0


if __name__ == "__main__":
    sys.exit(main())
