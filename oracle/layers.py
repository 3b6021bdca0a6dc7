"""Hold landcycle's layers against other readers: real zones and districts through import, overlay and export.

Every file of `LANDCYCLE_DATA` that has outlines is imported and written in each form; what GDAL, pyarrow, sqlite3 and
pyshp read there is compared attribute by attribute and vertex by vertex, to the last bit. Ellipsoidal areas are held
against geodesics of geographiclib, shares against shapely. Nothing here shares code with landcycle.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sqlite3
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet
import shapefile
import shapely
from geographiclib.geodesic import Geodesic

FILES = {
    "ibz": "zones/nyc_ibz.geojson",
    "beijing": "boundaries/datav_110000.json",
    "shanghai": "boundaries/datav_310000.json",
    "shenzhen": "boundaries/datav_440300.json",
}
MAJOR, FLATTENING = 6378137.0, 1 / 298.257222101
SQUARED = FLATTENING * (2 - FLATTENING)
EARTH = Geodesic(MAJOR, FLATTENING)
RELATIVE = 1e-9
# Gauss's four nodes on an edge.
NODES = [(0.0694318442029737, 0.1739274225687269), (0.3300094782075719, 0.3260725774312731)]
NODES += [(1 - place, weight) for place, weight in NODES]
GBK_NAME = "名称"


class Program:
    """The program, and how it is called."""

    def __init__(self, path: str, packages: str | None):
        self.command = [path, "--lang", "en", *(["--packages", packages] if packages else [])]

    def __call__(self, *words: object, fails: bool = False) -> str:
        command = [*self.command, *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if (done.returncode != 0) != fails:
            raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stderr if fails else done.stdout


# Readers of what was written: a feature is its attributes and its polygons.


def wkb(data: bytes) -> list:
    """A polygon or multipolygon, little-endian, two-dimensional."""
    at = 0

    def take(form: str) -> tuple:
        nonlocal at
        values = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return values

    def rings() -> list:
        found = []
        for _ in range(take("I")[0]):
            count = take("I")[0]
            flat = take(f"{2 * count}d")
            found.append([list(pair) for pair in zip(flat[::2], flat[1::2], strict=True)])
        return found

    order, kind = take("BI")
    assert order == 1
    if kind == 3:
        return [rings()]
    assert kind == 6
    parts = []
    for _ in range(take("I")[0]):
        assert take("BI") == (1, 3)
        parts.append(rings())
    return parts


def of_geojson(path: Path) -> list:
    """As Python's own JSON reads it."""
    collection = json.loads(path.read_text(encoding="utf-8"))
    features = []
    for feature in collection["features"]:
        geometry = feature["geometry"]
        parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        parts = [[[point[:2] for point in ring] for ring in rings] for rings in parts]
        features.append((feature["properties"], parts))
    return features


def of_geopackage(path: Path, table: str) -> list:
    """As SQLite reads it, by the standard of GeoPackage."""
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        described = "SELECT column_name FROM gpkg_data_columns WHERE table_name = ? AND mime_type = 'application/json'"
        texts = {row[0] for row in connection.execute(described, [table])}
        features = []
        for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY fid'):
            values = {name: row[name] for name in row.keys() if name not in ("fid", "geom")}
            values = {name: json.loads(v) if name in texts and v is not None else v for name, v in values.items()}
            blob = row["geom"]
            assert blob[:2] == b"GP" and struct.unpack_from("<i", blob, 4) == (4490,)
            features.append((values, wkb(blob[8 + 32 :])))
    return features


def of_geoparquet(path: Path) -> list:
    """As pyarrow reads it."""
    table = pyarrow.parquet.read_table(path)
    geo = json.loads(pyarrow.parquet.read_metadata(path).metadata[b"geo"])
    column = geo["columns"][geo["primary_column"]]
    assert column["encoding"] == "WKB" and column["crs"]["id"] == {"authority": "EPSG", "code": 4490}
    rows = table.to_pylist()
    return [(row, wkb(row.pop(geo["primary_column"]))) for row in rows]


def of_gdal(path: Path, folder: Path) -> list:
    """As GDAL reads it."""
    target = folder / "by-gdal.geojson"
    target.unlink(missing_ok=True)
    command = ["ogr2ogr", "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=17", target, path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not done.stderr, done.stderr
    return of_geojson(target)


def plain(value: object) -> object:
    """Lists and objects as the texts that columns hold."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if isinstance(value, list | dict) else value


def same(name: str, written: list, found: list, texts: bool = False) -> int:
    """Attribute by attribute and vertex by vertex; how many vertices."""
    assert len(written) == len(found), f"{name}: {len(found)} features of {len(written)}"
    vertices = 0
    for at, ((one, parts), (other, other_parts)) in enumerate(zip(written, found, strict=True)):
        for key, value in one.items():
            there = other.get(key)
            value, there = (plain(value), plain(there)) if texts else (value, there)
            assert there == value, f"{name}, feature {at + 1}, {key}: {there!r} and not {value!r}"
        assert parts == other_parts, f"{name}, feature {at + 1}: other vertices"
        vertices += sum(len(ring) for rings in parts for ring in rings)
    return vertices


# Areas and shares.


def strip(start: float, end: float) -> float:
    """Ground for a radian of longitude from one parallel to another, without subtracting large numbers."""
    e, sine, other = math.sqrt(SQUARED), math.sin(math.radians(start)), math.sin(math.radians(end))
    rise = 2 * math.cos(math.radians((start + end) / 2)) * math.sin(math.radians((end - start) / 2))
    first = rise * (1 + SQUARED * sine * other) / ((1 - SQUARED * sine**2) * (1 - SQUARED * other**2))
    second = math.atanh(e * rise / (1 - SQUARED * sine * other)) / e
    return MAJOR**2 / 2 * (1 - SQUARED) * (first + second)


def ring_area(points: list) -> float:
    """Along geographiclib's geodesics, against the parallel of the first point."""
    total = 0.0
    for (lon, lat), (lon2, lat2) in zip(points, points[1:], strict=False):
        if lon == lon2:
            continue
        line = EARTH.InverseLine(lat, lon, lat2, lon2)
        for place, weight in NODES:
            found = line.Position(place * line.s13)
            sine = math.sin(math.radians(found["lat2"]))
            radius = MAJOR / math.sqrt(1 - SQUARED * sine**2) * math.cos(math.radians(found["lat2"]))
            turn = math.sin(math.radians(found["azi2"])) / radius
            total += weight * line.s13 * turn * strip(points[0][1], found["lat2"])
    return abs(total)


def whole_area(points: list) -> float:
    """As geographiclib sums polygons: against the equator."""
    polygon = EARTH.Polygon()
    for lon, lat in points[:-1]:
        polygon.AddPoint(lat, lon)
    return abs(polygon.Compute(False, True)[2])


def area(parts: list, of_ring=ring_area) -> float:
    """Outer rings without holes."""
    return sum(of_ring(ring) * (-1 if at else 1) for rings in parts for at, ring in enumerate(rings))


def laid(parts: list, origin: tuple) -> shapely.Geometry:
    """In a plane that keeps areas."""
    sine = math.sin(math.radians(origin[1]))
    east = MAJOR / math.sqrt(1 - SQUARED * sine**2) * math.cos(math.radians(origin[1]))

    def place(point: list) -> tuple:
        turn = (point[0] - origin[0] + 180) % 360 - 180
        return math.radians(turn) * east, strip(origin[1], point[1]) / east

    polygons = [[[place(point) for point in ring] for ring in rings] for rings in parts]
    return shapely.MultiPolygon([(rings[0], rings[1:]) for rings in polygons])


def from_gcj02(point: list) -> list:
    """The public formula, undone by trial."""
    ground = list(point)
    for _ in range(40):
        x, y = ground[0] - 105, ground[1] - 35
        common = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3

        def waves(v: float, *terms: tuple) -> float:
            return sum(size * math.sin(v / length * math.pi) for size, length in terms) * 2 / 3

        north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + common
        north += waves(y, (20, 1), (40, 3), (160, 12), (320, 30))
        east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + common
        east += waves(x, (20, 1), (40, 3), (150, 12), (300, 30))
        major, squared = 6378245.0, 0.00669342162296594323
        root = 1 - squared * math.sin(math.radians(ground[1])) ** 2
        dy = math.degrees(north / (major * (1 - squared) / root**1.5))
        dx = math.degrees(east / (major / math.sqrt(root) * math.cos(math.radians(ground[1]))))
        ground = [point[0] - dx, point[1] - dy]
    return ground


# The tests.


def formats(program: Program, folder: Path, data: Path) -> None:
    """Each file into a store, out in each form, and each form back in."""
    store = folder / "formats.gpkg"
    for name, file in FILES.items():
        source = of_geojson(data / file)
        program("layers", "import", data / file, "--store", store, "--name", name, "--kind", "other")
        many = events(program, store)
        program("layers", "import", data / file, "--store", store, "--name", name, "--kind", "other")
        assert events(program, store) == many, "the same file twice added something"
        vertices = 0
        for ending in ("geojson", "gpkg", "parquet", "fgb"):
            out = folder / f"{name}.{ending}"
            program("layers", "export", name, "--store", store, "--to", out)
            if ending == "geojson":
                vertices += same(f"{name}.{ending}", source, of_geojson(out))
            elif ending == "gpkg":
                vertices += same(f"{name}.{ending}", source, of_geopackage(out, name))
            elif ending == "parquet":
                vertices += same(f"{name}.{ending}", source, of_geoparquet(out), texts=True)
            if ending != "parquet":
                vertices += same(f"{name}.{ending} by GDAL", source, of_gdal(out, folder), texts=True)
            again = f"{name}-{ending}"
            program("layers", "import", out, "--store", store, "--name", again, "--kind", "other")
            back = folder / f"{again}.back.geojson"
            program("layers", "export", again, "--store", store, "--to", back)
            vertices += same(f"{again} again", source, of_geojson(back), texts=True)
        summary(store, f"layer_{name}_1", len(source))
        print(f"{file}: {len(source)} features, {vertices} vertices compared, none differs")
    program("layers", "list", "--store", store, "--check")


def events(program: Program, store: Path) -> int:
    """How many events there are; the chain is sound."""
    return json.loads(program("verify", "--store", store, "--json"))["events"]


def summary(store: Path, view: str, features: int) -> None:
    """What ogrinfo says of an edition in the store."""
    done = subprocess.run(["ogrinfo", "-ro", "-so", store, view], capture_output=True, text=True, check=True)
    assert not done.stderr, done.stderr
    assert f"Feature Count: {features}\n" in done.stdout and 'ID["EPSG",4490]' in done.stdout, done.stdout


def chinese(program: Program, folder: Path, data: Path) -> None:
    """A shapefile in GBK, declared and not, projected, as ArcGIS and pyshp write it."""
    source = of_geojson(data / FILES["shenzhen"])
    wkt = ('PROJCS["CGCS2000_3_Degree_GK_CM_114E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
           'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
           'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
           'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]')
    degrees = 'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
    store = folder / "chinese.gpkg"
    for name, cpg in (("declared", "GBK"), ("silent", None)):
        path = folder / f"{name}.shp"
        with shapefile.Writer(str(path), shapeType=shapefile.POLYGON, encoding="gbk") as writer:
            writer.field(GBK_NAME, "C", 40)
            writer.field("代码", "N", 18, 0)
            for properties, parts in source:
                # Outer rings clockwise, as the form has them.
                rings = [ring if shapely.LinearRing(ring).is_ccw == (at > 0) else ring[::-1]
                         for part in parts for at, ring in enumerate(part)]
                writer.poly(rings)
                writer.record(properties["name"], properties["adcode"])
        path.with_suffix(".prj").write_text(degrees)
        path.with_suffix(".cpg").unlink(missing_ok=True)
        if cpg:
            path.with_suffix(".cpg").write_text(cpg)
        program("layers", "import", path, "--store", store, "--name", name, "--kind", "区界")
        out = folder / f"{name}.geojson"
        program("layers", "export", name, "--store", store, "--to", out)
        for (properties, parts), (found, other) in zip(source, of_geojson(out), strict=True):
            assert found == {GBK_NAME: properties["name"], "代码": properties["adcode"]}, found
            rings = lambda parts: sorted(sorted(map(tuple, ring[:-1])) for part in parts for ring in part)  # noqa: E731
            assert rings(parts) == rings(other)
    # The same in metres, made by GDAL from degrees.
    (folder / "cm114.prj").write_text(wkt)
    metres = folder / "metres.shp"
    command = ["ogr2ogr", "-f", "ESRI Shapefile", "-lco", "ENCODING=CP936", "-s_srs", "EPSG:4490", "-t_srs", "EPSG:4547"]
    done = subprocess.run([*command, metres, folder / "declared.shp"], capture_output=True, text=True, check=True)
    assert not done.stderr, done.stderr
    program("layers", "import", metres, "--store", store, "--name", "metres", "--kind", "district")
    (folder / "metres.prj").write_text(wkt)
    program("layers", "import", metres, "--store", store, "--name", "by-numbers", "--kind", "district")
    worst = 0.0
    for name in ("metres", "by-numbers"):
        out = folder / f"{name}.geojson"
        program("layers", "export", name, "--store", store, "--to", out)
        for (properties, parts), (found, other) in zip(source, of_geojson(out), strict=True):
            assert found[GBK_NAME] == properties["name"]
            points = lambda parts: sorted(tuple(p) for part in parts for ring in part for p in ring)  # noqa: E731
            for one, two in zip(points(parts), points(other), strict=False):
                worst = max(worst, abs(one[0] - two[0]), abs(one[1] - two[1]))
    assert worst < 1e-9, worst
    (folder / "metres.prj").unlink()
    refusal = program("layers", "import", metres, "--store", store, "--name", "x", "--kind", "district", fails=True)
    assert "--crs" in refusal, refusal
    print(f"shapefiles in GBK: declared and silent; in metres within {worst:.0e} degrees of PROJ")


def maps(program: Program, folder: Path, data: Path) -> None:
    """Districts as internet maps have them, brought back, against the same done here."""
    store, worst = folder / "maps.gpkg", 0.0
    for name in ("beijing", "shanghai", "shenzhen"):
        file = data / FILES[name]
        program("layers", "import", file, "--store", store, "--name", name, "--kind", "district", "--crs", "gcj02")
        out = folder / f"{name}.ground.geojson"
        program("layers", "export", name, "--store", store, "--to", out)
        for (properties, parts), (found, other) in zip(of_geojson(file), of_geojson(out), strict=True):
            assert properties == found
            for one, two in zip((p for r in parts for q in r for p in q), (p for r in other for q in r for p in q), strict=True):
                expected = from_gcj02(one)
                worst = max(worst, abs(expected[0] - two[0]), abs(expected[1] - two[1]))
    assert worst < 1e-8, worst
    listed = json.loads(program("layers", "list", "--store", store, "--json"))
    assert all(layer["approximate"] and layer["crs"] == "GCJ-02" for layer in listed), listed
    print(f"GCJ-02: three cities within {worst:.0e} degrees, marked as approximate")


def degenerate() -> list:
    """Across the antimeridian, with a hole, with rings that touch, a sliver."""

    def box(west: float, south: float, wide: float, high: float) -> list:
        east, north = west + wide, south + high
        return [[west, south], [east, south], [east, north], [west, north], [west, south]]

    across = [[179.99, -17.0], [-179.99, -17.0], [-179.99, -16.98], [179.99, -16.98], [179.99, -17.0]]
    touching = [[116.0, 40.002], [116.004, 40.004], [116.004, 40.002], [116.0, 40.002]]
    return [
        ({"name": "antimeridian"}, [[across]]),
        ({"name": "hole"}, [[box(116.1, 40, 0.01, 0.01), box(116.103, 40.003, 0.004, 0.004)]]),
        ({"name": "touching rings"}, [[box(116.0, 40, 0.01, 0.01), touching]]),
        ({"name": "touching parts"}, [[box(116.2, 40, 0.01, 0.01)], [box(116.21, 40.01, 0.01, 0.01)]]),
        ({"name": "sliver"}, [[box(116.3, 40, 0.02, 1e-7)]]),
    ]


def areas(program: Program, folder: Path, data: Path) -> None:
    """Zones laid over themselves as parcels: each is wholly in itself, and its ground is geographiclib's."""
    store = folder / "areas.gpkg"
    program("sample", "--parcels", 1000, "--seed", 1, "--store", store)
    shapes = [(f"{name} {at}", parts) for name, file in FILES.items() for at, (_, parts) in enumerate(of_geojson(data / file))]
    shapes += [(properties["name"], parts) for properties, parts in degenerate()]
    layer = folder / "all.geojson"
    features = [{"type": "Feature", "properties": {"name": name}, "geometry": {"type": "MultiPolygon", "coordinates": parts}}
                for name, parts in shapes]
    layer.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    program("layers", "import", layer, "--store", store, "--name", "all", "--kind", "other")
    before = program("layers", "overlay", "--store", store, "--format", "json")
    # As a GIS program edits the layer of parcels.
    with sqlite3.connect(store) as connection:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            connection.create_function(name, 1, lambda _: 0)
        cases = [row[0] for row in connection.execute("SELECT case_id FROM parcel ORDER BY case_id LIMIT ?", [len(shapes)])]
        for case, (_, parts) in zip(cases, shapes, strict=True):
            connection.execute("UPDATE parcel SET geom = ? WHERE case_id = ?", [blob(parts), case])
    text = program("layers", "overlay", "--store", store, "--format", "json")
    assert text != before, "the outlines changed and the parts did not"
    assert text == program("layers", "overlay", "--store", store, "--format", "json")
    found = {(line["case_id"], line["zone"]): line for line in map(json.loads, text.splitlines())}
    worst, equator = (0.0, ""), (0.0, "")
    for at, (case, (name, parts)) in enumerate(zip(cases, shapes, strict=True)):
        line = found[case, at + 1]
        assert line["share"] == 1.0, f"{name}: {line}"
        expected = area(parts)
        worst = max(worst, (abs(line["parcel_m2"] / expected - 1), name))
        equator = max(equator, (abs(line["parcel_m2"] / area(parts, whole_area) - 1), name))
    assert worst[0] < RELATIVE, worst
    print(f"{len(shapes)} areas within {worst[0]:.1e} of geographiclib's geodesics ({worst[1]}); its own sums, against the "
          f"equator, differ by up to {equator[0]:.1e} ({equator[1]})")


def blob(parts: list) -> bytes:
    """A multipolygon as a GeoPackage has it, without a box."""
    data = b"GP\x00\x01" + struct.pack("<i", 4490) + struct.pack("<BII", 1, 6, len(parts))
    for rings in parts:
        data += struct.pack("<BII", 1, 3, len(rings))
        for ring in rings:
            data += struct.pack("<I", len(ring)) + b"".join(struct.pack("<2d", *point) for point in ring)
    return data


def shares(program: Program, folder: Path) -> None:
    """Zone lines across the sample city: shares against shapely, and what is recorded of them."""
    store = folder / "shares.gpkg"
    program("sample", "--parcels", 1000, "--seed", 2, "--store", store)
    with sqlite3.connect(store) as connection:
        rows = connection.execute("SELECT case_id, geom FROM parcel WHERE geom IS NOT NULL ORDER BY case_id").fetchall()
    parcels = {case: wkb(data[8 + 32 :]) for case, data in rows}
    points = [point for parts in parcels.values() for rings in parts for ring in rings for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    middle = (west + east) / 2
    zones = []
    for at, (left, right) in enumerate(((west - 0.01, middle), (middle, east + 0.01))):
        # A comb, so that many parcels lie across.
        ring = [[left, south], [right, south - 0.001], [right, north], [left, north + 0.001], [left, south]]
        zones.append(({"名称": f"线{at + 1}", "级别": ("一级线", "二级线")[at]}, [[ring]]))
    file = folder / "lines.geojson"
    features = [{"type": "Feature", "properties": properties, "geometry": {"type": "MultiPolygon", "coordinates": parts}}
                for properties, parts in zones]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8")
    program("layers", "import", file, "--store", store, "--name", "lines", "--kind", "工业区块线", "--level-field", "级别",
            "--from", "2020-01-01", "--until", "2029-12-31")
    text = program("layers", "overlay", "--store", store, "--as-of", "2026-06-30", "--format", "json")
    found = {(line["case_id"], line["zone"]): line for line in map(json.loads, text.splitlines())}
    origin, worst, across = (middle, (south + north) / 2), 0.0, 0
    planes = [laid(parts, origin) for _, parts in zones]
    for case, parts in parcels.items():
        shape, largest = laid(parts, origin), 0.0
        for at, plane in enumerate(planes):
            share = shape.intersection(plane).area / shape.area
            line = found.get((case, at + 1), {"share": 0.0, "level": None})
            worst = max(worst, abs(line["share"] - share))
            largest = max(largest, share)
        # The tolerance of the national package: a stand-in.
        across += largest < 1 - 0.001
    assert across > 0 and worst < RELATIVE, (across, worst)
    assert program("layers", "overlay", "--store", store, "--as-of", "2030-01-01", "--format", "json") == ""
    many = events(program, store)
    for _ in range(2):
        program("layers", "overlay", "--store", store, "--as-of", "2026-06-30", "--record", "--out", folder / "t.txt")
    recorded = events(program, store) - many
    assert recorded == len(parcels) - across, (recorded, len(parcels), across)
    inside = next(case for (case, zone), line in found.items() if zone == 1 and line["share"] == 1)
    judged = json.loads(program("layers", "judge", inside, "--store", store, "--use", "工改居", "--package", "shenzhen",
                                "--as-of", "2026-06-30", "--json"))
    assert judged, "no rule judged the request"
    print(f"{len(parcels)} parcels by two lines: shares within {worst:.1e} of shapely, {across} across; {recorded} facts recorded once")


def main() -> int:
    """Every test; a difference ends them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landcycle", required=True, help="the program")
    parser.add_argument("--packages-dir", help="packages instead of those in the program")
    given = parser.parse_args()
    program, named = Program(given.landcycle, given.packages_dir), os.environ.get("LANDCYCLE_DATA")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if named:
            data = Path(named)
            formats(program, folder, data)
            chinese(program, folder, data)
            maps(program, folder, data)
            areas(program, folder, data)
        elif os.environ.get("CI") == "true":
            raise SystemExit("LANDCYCLE_DATA names no folder of real zones and districts; with CI=true it must")
        else:
            print("LANDCYCLE_DATA is not set: real zones and districts are not compared")
        shares(program, folder)
    print("layers: all agree" if named else "layers: shares agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
