"""polars: determinations by rule and outcome, and output per hectare. Run: python read_polars.py FOLDER"""

import sys
from pathlib import Path

import polars as pl

folder = Path(sys.argv[1])
# Lazy: only the columns and row groups that are asked for are read.
counts = (pl.scan_parquet(folder / "determinations.parquet")
          .filter(pl.col("stage") == "supervision")
          .group_by("rule", "outcome").agg(pl.len().alias("parcels"), pl.col("illustrative").any())
          .sort("rule", "outcome").collect())
print(counts)
parcels = (pl.scan_parquet(folder / "parcels.parquet")
           .filter(pl.col("output").is_not_null())
           .group_by("industry")
           .agg(pl.len().alias("parcels"), pl.col("output").cast(pl.Float64).sum(), pl.col("area").cast(pl.Float64).sum())
           .with_columns((pl.col("output") / pl.col("area") * 10_000).alias("output_per_hectare"))
           .sort("output_per_hectare", descending=True).collect())
print(parcels)
