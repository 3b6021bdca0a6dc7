"""Hold the exported tables against the store and against each other, and run the examples of the guide.

pyarrow, pandas, polars, DuckDB and GeoPandas read what `landcycle export` writes; SQLite reads the store itself. The
examples in docs/examples are run as they stand, those in R where R with RSQLite is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from layers import wkb

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "docs/examples"
PARCELS, SEED = 1000, 5
TABLES = ("parcels", "events", "determinations", "layers")


def run(*command: object, cwd: Path | None = None) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=cwd, env={**os.environ, "PYTHONWARNINGS": "error::FutureWarning"})
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)}\n{done.stdout}{done.stderr}")
    return done.stdout


def read(folder: Path, name: str) -> pa.Table:
    return pyarrow.parquet.read_table(folder / f"{name}.parquet")


def parcels(folder: Path, store: Path) -> None:
    """Typed columns against the exact texts of `export facts`, outlines against the store."""
    typed, exact = read(folder, "parcels"), read(folder, "facts")
    rows = {row["case_id"]: row for row in typed.to_pylist()}
    assert len(rows) == PARCELS == exact.num_rows
    compared = 0
    for row in exact.to_pylist():
        found = rows[row["case_id"]]
        for name, text in row.items():
            value = found[name]
            if text is None:
                assert value is None, (name, value)
                continue
            kind = typed.schema.field(name).type
            if pa.types.is_decimal(kind):
                written = Fraction(text)
                assert abs(Fraction(value) - written) <= Fraction(1, 2 * 10**kind.scale), (name, value, text)
                assert written.denominator % 3 == 0 or Fraction(value) == written, (name, value, text)
            elif pa.types.is_date(kind):
                assert (value is None and text == "none" and found[f"{name}_none"] is True) or str(value) == text, (name, value, text)
            elif pa.types.is_boolean(kind):
                assert value is (text == "yes"), (name, value, text)
            else:
                assert value == text, (name, value, text)
            compared += 1
    geo = json.loads(pyarrow.parquet.read_metadata(folder / "parcels.parquet").metadata[b"geo"])
    column = geo["columns"][geo["primary_column"]]
    assert geo["version"] == "1.1.0" and column["encoding"] == "WKB" and column["crs"]["id"] == {"authority": "EPSG", "code": 4490}
    with sqlite3.connect(store) as connection:
        shapes = dict(connection.execute("SELECT case_id, geom FROM parcel"))
    whole = [180.0, 90.0, -180.0, -90.0]
    for case, row in rows.items():
        parts = wkb(row["geometry"])
        assert parts == wkb(shapes[case][8 + 32 :]), case
        points = [point for rings in parts for ring in rings for point in ring]
        box = [min(p[0] for p in points), min(p[1] for p in points), max(p[0] for p in points), max(p[1] for p in points)]
        assert [row["bbox"][side] for side in ("xmin", "ymin", "xmax", "ymax")] == box, case
        whole = [min(whole[0], box[0]), min(whole[1], box[1]), max(whole[2], box[2]), max(whole[3], box[3])]
    assert column["bbox"] == whole
    print(f"parcels: {compared} values as the exact ones, {len(rows)} outlines vertex by vertex, {typed.num_columns} columns")


def events(folder: Path, store: Path) -> None:
    with sqlite3.connect(store) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute("SELECT * FROM event WHERE case_id NOT LIKE '@%' ORDER BY seq").fetchall()
    found = read(folder, "events").to_pylist()
    assert len(found) == len(rows) > 0
    for one, row in zip(found, rows, strict=True):
        for name in ("seq", "case_id", "kind", "actor", "origin", "key", "package", "corrects", "digest"):
            assert one[name] == row[name], (row["seq"], name)
        assert str(one["happened_on"]) == row["happened_on"] and one["facts"] == row["body"], row["seq"]
        assert one["recorded_at"].strftime("%Y-%m-%dT%H:%M:%S") == row["recorded_at"][:19], row["seq"]
    print(f"events: {len(found)} as in the store")


def determinations(folder: Path) -> None:
    """Against `assess`, line by line."""
    told = {}
    for line in (folder / "assess.jsonl").read_text(encoding="utf-8").splitlines():
        line = json.loads(line)
        if "rule" in line:
            told[line["case_id"], line["rule"]] = line
    found = read(folder, "determinations").to_pylist()
    assert len(found) == len(told) > 0
    for row in found:
        line = told[row["case_id"], row["rule"]]
        if isinstance(line["outcome"], str):
            assert row["outcome"] == line["outcome"], row
        if row["value"] is not None:
            assert abs(Fraction(row["value"]) - Fraction(row["outcome"])) <= Fraction(1, 2 * 10**6), row
        for name in ("missing", "cites", "grade", "package"):
            assert row[name] == line[name], (row, name)
        assert row["illustrative"] is (line["grade"] == "illustrative") and row["text_zh"] and row["text_en"]
    print(f"determinations: {len(found)} as assessed")


def examples(folder: Path, store: Path) -> None:
    """As they stand in the guide."""
    for name in ("pandas", "polars", "geopandas"):
        out = run(sys.executable, EXAMPLES / f"read_{name}.py", folder)
        assert out.strip(), name
    import duckdb

    text = (EXAMPLES / "read_duckdb.sql").read_text(encoding="utf-8")
    code = f"import duckdb\nfor part in {text!r}.split(';'):\n    if part.strip():\n        assert duckdb.sql(part).fetchall()\n"
    run(sys.executable, "-c", code, cwd=folder)
    total = duckdb.sql(f"SELECT sum(price) FROM '{folder}/parcels.parquet'").fetchall()[0][0]
    prices = [row["price"] for row in read(folder, "parcels").to_pylist() if row["price"] is not None]
    assert Decimal(total) == sum(prices), (total, sum(prices))
    ran = "pandas, polars, GeoPandas, DuckDB"
    rscript = shutil.which("Rscript")
    if rscript and subprocess.run([rscript, "-e", "library(RSQLite)"], capture_output=True, check=False).returncode == 0:
        assert run(rscript, EXAMPLES / "read_r.R", store).strip()
        ran += ", R with RSQLite"
    else:
        print("R with RSQLite is not installed: its example is not run")
    print(f"examples: {ran}; read_r_parquet.R needs a package of CRAN and is not run")


def main() -> int:
    """Every test; a difference ends them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landcycle", required=True, help="the program")
    parser.add_argument("--packages-dir", help="packages instead of those in the program")
    given = parser.parse_args()
    program = [given.landcycle, "--lang", "en", *(["--packages", given.packages_dir] if given.packages_dir else [])]
    with tempfile.TemporaryDirectory() as name:
        folder, store = Path(name), Path(name) / "city.gpkg"
        run(*program, "sample", "--parcels", PARCELS, "--seed", SEED, "--store", store)
        lines = HERE.parent / "examples/layers/sample-lines.geojson"
        run(*program, "layers", "import", lines, "--store", store, "--name", "lines", "--kind", "zone_line", "--level-field", "level",
            "--from", "2020-01-01", "--illustrative")
        for table in TABLES:
            run(*program, "export", table, "--store", store, "--to", folder / f"{table}.parquet")
        run(*program, "export", "facts", "--store", store, "--to", folder / "facts.parquet")
        run(*program, "assess", "--store", store, "--json", "--out", folder / "assess.jsonl")
        parcels(folder, store)
        events(folder, store)
        determinations(folder)
        zones = read(folder, "layers").to_pylist()
        assert [zone["level"] for zone in zones] == ["level_1", "level_2"] and all(zone["illustrative"] for zone in zones)
        examples(folder, store)
    print("exports: all agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
