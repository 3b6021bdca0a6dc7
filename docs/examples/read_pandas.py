"""pandas: idle land by district, from two exported tables. Run: python read_pandas.py FOLDER"""

import sys
from pathlib import Path

import pandas as pd

folder = Path(sys.argv[1])
# Arrow's types keep money exact and days as days.
parcels = pd.read_parquet(folder / "parcels.parquet", dtype_backend="pyarrow",
                          columns=["case_id", "district", "area", "price", "signed_on", "started_on", "started_on_none"])
outcomes = pd.read_parquet(folder / "determinations.parquet", dtype_backend="pyarrow",
                           filters=[("rule", "==", "idle_land")], columns=["case_id", "outcome", "illustrative"])
table = parcels.merge(outcomes, on="case_id")
idle = table[table["outcome"].isin(["not_started", "stalled"])]
print(idle.groupby("district")["area"].agg(["count", "sum"]))
print("total price of all parcels:", parcels["price"].sum())
# Null is unknown; reported as not started is another thing.
print("not started, as reported:", int(parcels["started_on_none"].fillna(False).sum()),
      "start unknown:", int(parcels["started_on_none"].isna().sum()))
