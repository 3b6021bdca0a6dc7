# R: parcels by district, straight from the store: a GeoPackage is a SQLite database. Debian: r-cran-rsqlite.
# Run: Rscript read_r.R city.gpkg
library(DBI)
store <- dbConnect(RSQLite::SQLite(), commandArgs(trailingOnly = TRUE)[1], flags = RSQLite::SQLITE_RO)
parcels <- dbGetQuery(store, "SELECT case_id, district, industry, area_m2, signed_on FROM parcel")
events <- dbGetQuery(store, "SELECT kind, happened_on FROM event WHERE case_id NOT LIKE '@%'")
dbDisconnect(store)
parcels$signed_on <- as.Date(parcels$signed_on)
stopifnot(is.numeric(parcels$area_m2), nrow(parcels) > 0)
print(aggregate(area_m2 ~ district, data = parcels, FUN = sum))
print(table(substr(events$happened_on, 1, 4), events$kind))
