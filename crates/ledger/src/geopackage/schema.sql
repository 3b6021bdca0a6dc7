-- A landcycle store: a GeoPackage 1.3. The tables of the standard first, then our three.
PRAGMA application_id = 0x47504B47; -- 'GPKG'
PRAGMA user_version = 10300;        -- 1.3; GDAL before 3.7 warns of 1.4

CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL,
  description TEXT
);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]', 'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid'),
  ('China Geodetic Coordinate System 2000', 4490, 'EPSG', 4490, 'GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4490"]]', 'longitude/latitude coordinates in decimal degrees on the CGCS2000 ellipsoid');

CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  data_type TEXT NOT NULL,
  identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL,
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id)
);
-- No clock is read: `last_change` is the moment the last event was recorded.
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) VALUES
  ('parcel', 'features', 'parcel', 'Parcels as a map shows them: a view of the ledger for GIS programs. Nothing is decided from this table; an edit here changes no fact.', '1970-01-01T00:00:00.000Z', 4490),
  ('event', 'attributes', 'event', 'The ledger: append-only, hash-chained events. Rows cannot be changed or deleted; a mistake is corrected by an event.corrected event.', '1970-01-01T00:00:00.000Z', NULL);

CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL UNIQUE REFERENCES gpkg_contents(table_name),
  column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys(srs_id),
  z TINYINT NOT NULL,
  m TINYINT NOT NULL,
  PRIMARY KEY (table_name, column_name)
);
INSERT INTO gpkg_geometry_columns VALUES ('parcel', 'geom', 'MULTIPOLYGON', 4490, 0, 0);

CREATE TABLE gpkg_extensions (
  table_name TEXT,
  column_name TEXT,
  extension_name TEXT NOT NULL,
  definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  UNIQUE (table_name, column_name, extension_name)
);
INSERT INTO gpkg_extensions VALUES
  ('parcel', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');

-- What the store says about itself. Not registered: no layer for a GIS program.
CREATE TABLE landcycle_meta (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE event (
  seq INTEGER NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  happened_on DATE NOT NULL,
  recorded_at DATETIME NOT NULL,
  actor TEXT NOT NULL,
  origin TEXT NOT NULL,
  key TEXT NOT NULL,
  package TEXT,
  corrects INTEGER,
  body TEXT NOT NULL,
  previous TEXT NOT NULL,
  digest TEXT NOT NULL,
  first_seq INTEGER NOT NULL -- the case's first event: files events by case, in the cases' order
);
CREATE UNIQUE INDEX event_key ON event(key);
CREATE INDEX event_case ON event(case_id) WHERE seq = first_seq;
CREATE INDEX event_corrects ON event(corrects) WHERE corrects IS NOT NULL;
CREATE INDEX event_of_case ON event(first_seq);

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event BEGIN
  SELECT RAISE(ABORT, 'the ledger only grows: correct a mistake by an event.corrected event');
END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event BEGIN
  SELECT RAISE(ABORT, 'the ledger only grows: correct a mistake by an event.corrected event');
END;
-- INSERT OR REPLACE deletes the rows in its way without asking the trigger above. Only seq and key
-- are unique, so only these two can stand in its way.
CREATE TRIGGER event_is_never_replaced BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
  OR EXISTS (SELECT 1 FROM event WHERE key = NEW.key)
BEGIN
  SELECT RAISE(ABORT, 'the ledger only grows: an event follows the last one and has a key of its own');
END;

CREATE TABLE parcel (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  case_id TEXT NOT NULL UNIQUE,
  parcel_no TEXT,
  supervision_no TEXT,
  project_name TEXT,
  location TEXT,
  holder TEXT,
  city TEXT,
  district TEXT,
  park TEXT,
  industry TEXT,
  area_m2 REAL,
  signed_on DATE
);

-- The R-tree extension, triggers as the standard spells them.
CREATE VIRTUAL TABLE rtree_parcel_geom USING rtree(id, minx, maxx, miny, maxy);
CREATE TRIGGER rtree_parcel_geom_insert AFTER INSERT ON parcel
WHEN (new.geom NOT NULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN
  INSERT OR REPLACE INTO rtree_parcel_geom VALUES (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom));
END;
CREATE TRIGGER rtree_parcel_geom_update1 AFTER UPDATE OF geom ON parcel
WHEN OLD.fid = NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN
  INSERT OR REPLACE INTO rtree_parcel_geom VALUES (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom));
END;
CREATE TRIGGER rtree_parcel_geom_update2 AFTER UPDATE OF geom ON parcel
WHEN OLD.fid = NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
BEGIN
  DELETE FROM rtree_parcel_geom WHERE id = OLD.fid;
END;
CREATE TRIGGER rtree_parcel_geom_update3 AFTER UPDATE ON parcel
WHEN OLD.fid != NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN
  DELETE FROM rtree_parcel_geom WHERE id = OLD.fid;
  INSERT OR REPLACE INTO rtree_parcel_geom VALUES (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom));
END;
CREATE TRIGGER rtree_parcel_geom_update4 AFTER UPDATE ON parcel
WHEN OLD.fid != NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
BEGIN
  DELETE FROM rtree_parcel_geom WHERE id IN (OLD.fid, NEW.fid);
END;
CREATE TRIGGER rtree_parcel_geom_delete AFTER DELETE ON parcel
WHEN old.geom NOT NULL
BEGIN
  DELETE FROM rtree_parcel_geom WHERE id = OLD.fid;
END;
