# R: idle land by district from the exported tables, with the package nanoparquet (no others are needed).
# NOT RUN by the tests: the package is on CRAN and not in Debian. Run: Rscript read_r_parquet.R FOLDER
library(nanoparquet)
folder <- commandArgs(trailingOnly = TRUE)[1]
parcels <- as.data.frame(read_parquet(file.path(folder, "parcels.parquet")))
outcomes <- as.data.frame(read_parquet(file.path(folder, "determinations.parquet")))
outcomes <- outcomes[outcomes$rule == "idle_land", c("case_id", "outcome")]
table <- merge(parcels[, c("case_id", "district", "area", "signed_on")], outcomes, by = "case_id")
idle <- table[table$outcome %in% c("not_started", "stalled"), ]
print(aggregate(area ~ district, data = idle, FUN = sum))
