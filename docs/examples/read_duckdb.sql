-- DuckDB: run in the folder of the exported files: duckdb < read_duckdb.sql
-- Joins the three tables: what changed hands when, and what the rules say of it.
SELECT p.district,
       count(*) AS parcels,
       sum(p.area) / 10000 AS hectares,
       count(*) FILTER (WHERE d.outcome IN ('not_started', 'stalled')) AS idle,
       bool_or(d.illustrative) AS illustrative
FROM 'parcels.parquet' p
JOIN 'determinations.parquet' d ON d.case_id = p.case_id AND d.rule = 'idle_land'
GROUP BY p.district
ORDER BY idle DESC, p.district;

-- Events by year and kind.
SELECT year(happened_on) AS year, kind, count(*) AS events
FROM 'events.parquet'
GROUP BY ALL
ORDER BY ALL;

-- Outlines within a box, by the boxes beside them: row groups elsewhere are not read.
SELECT count(*) AS parcels_in_the_western_half
FROM 'parcels.parquet'
WHERE bbox.xmax < (SELECT (min(bbox.xmin) + max(bbox.xmax)) / 2 FROM 'parcels.parquet');
