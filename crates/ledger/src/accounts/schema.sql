-- Accounts, what they are signed in with, what they did, and decisions that wait for a second person.
-- Kept apart from the store: a GeoPackage is handed to colleagues, the digests of passwords are not.
CREATE TABLE account (
  name TEXT PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  role TEXT NOT NULL,
  department TEXT,
  holder TEXT,
  secret TEXT NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  locked_until INTEGER,
  made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE account_district (
  account TEXT NOT NULL REFERENCES account (name),
  district TEXT NOT NULL,
  PRIMARY KEY (account, district)
) STRICT, WITHOUT ROWID;
-- What a browser (kind "session") or another program (kind "token") shows instead of a password.
CREATE TABLE pass (
  digest TEXT PRIMARY KEY NOT NULL,
  account TEXT NOT NULL REFERENCES account (name),
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pass_account ON pass (account);
CREATE TABLE visit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  account TEXT NOT NULL,
  operation TEXT NOT NULL,
  path TEXT NOT NULL,
  subject TEXT NOT NULL,
  status INTEGER NOT NULL,
  digest TEXT NOT NULL
) STRICT;
CREATE INDEX visit_account ON visit (account, seq);
CREATE INDEX visit_subject ON visit (subject, seq);
CREATE TABLE proposal (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  subject TEXT NOT NULL,
  act TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  decided_at INTEGER,
  decided_by TEXT,
  note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX proposal_state ON proposal (state, id);
