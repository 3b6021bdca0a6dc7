"""GeoPandas: parcels and zone lines from GeoParquet, in metres. Run: python read_geopandas.py FOLDER"""

import sys
from pathlib import Path

import geopandas as gpd

folder = Path(sys.argv[1])
parcels = gpd.read_parquet(folder / "parcels.parquet", columns=["case_id", "district", "area", "stage", "geometry"])
zones = gpd.read_parquet(folder / "layers.parquet")
print(parcels.crs.to_epsg(), len(parcels), "parcels;", len(zones), "zones")
# Areas are those of the contract; a plane's are for comparison only.
metres = parcels.to_crs(parcels.estimate_utm_crs())
print("largest difference of a drawn area from the contract's:",
      f"{(metres.area / parcels['area'].astype(float) - 1).abs().max():.2%}")
print(gpd.sjoin(parcels, zones[["level", "geometry"]], predicate="intersects").groupby("level")["case_id"].nunique())
