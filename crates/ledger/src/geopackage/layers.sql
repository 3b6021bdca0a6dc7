-- Step 2: layers that a city plans by, and what parcels share with them.
CREATE TABLE layer_zone (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom MULTIPOLYGON,
  layer TEXT NOT NULL,
  edition INTEGER NOT NULL,
  place INTEGER NOT NULL, -- in its file, from 1
  zone_id TEXT,
  level TEXT,
  title TEXT NOT NULL, -- of the layer
  attributes TEXT NOT NULL, -- a JSON object
  UNIQUE (layer, edition, place)
);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) VALUES
  ('layer_zone', 'features', 'layer_zone', 'Zones of all layers and editions. Each edition has a view of its own; its days and its file are in the table event. An edit here is found out by the digest in the event.', '1970-01-01T00:00:00.000Z', 4490);
INSERT INTO gpkg_geometry_columns VALUES ('layer_zone', 'geom', 'MULTIPOLYGON', 4490, 0, 0);

CREATE TABLE parcel_layers (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  case_id TEXT NOT NULL,
  layer TEXT NOT NULL,
  edition INTEGER NOT NULL,
  place INTEGER NOT NULL,
  level TEXT,
  share DOUBLE NOT NULL,
  area_m2 DOUBLE NOT NULL,
  parcel_m2 DOUBLE NOT NULL
);
CREATE INDEX parcel_layers_case ON parcel_layers(case_id);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) VALUES
  ('parcel_layers', 'attributes', 'parcel_layers', 'What each parcel shares with the zones in force: computed, and computed anew when parcels or layers have changed.', '1970-01-01T00:00:00.000Z', NULL);
