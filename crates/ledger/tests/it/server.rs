//! A store on a server: what is refused, in which words, and what the server itself guards.

use jiff::civil::date;
use landcycle_ledger::{
    Address, Entry, Fault, Ledger, LedgerError, POSTGRES_STORE_VERSION, ParcelRow, PostgresLedger,
    ServerError, Trouble, What,
};
use postgres::{Client, NoTls};

use crate::cluster::Cluster;
use crate::invented::{all_events, append, correction, event, facts, parcel, postgres};

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn client(text: &str) -> Client {
    Client::connect(text, NoTls).expect("a connection")
}

/// Why a store cannot be opened, or made.
fn refused(opened: Result<PostgresLedger, LedgerError>) -> Option<ServerError> {
    let refusal = opened.expect_err("refused");
    assert!(!refusal.to_string().contains("s3cret"), "{refusal}");
    match refusal {
        LedgerError::Server { why, .. } => Some(why),
        _ => None,
    }
}

#[test]
fn a_store_is_made_once_and_opened_by_others() {
    let url = Cluster::shared().bare_database();
    assert!(matches!(PostgresLedger::open(&address(&url)), Err(LedgerError::Missing(_))));
    let mut ledger = PostgresLedger::create(&address(&url)).expect("made, with PostGIS");
    append(&mut ledger, [event("1", "A", 1, [("price", "5")])]).expect("appended");
    assert!(matches!(PostgresLedger::create(&address(&url)), Err(LedgerError::Exists(_))));
    let other = PostgresLedger::open(&address(&url)).expect("opened");
    assert_eq!(all_events(&other), all_events(&ledger));
    let mut reader = PostgresLedger::open_read_only(&address(&url)).expect("opened");
    assert_eq!(all_events(&reader), all_events(&ledger));
    let refusal = append(&mut reader, [event("2", "A", 1, [])]).expect_err("refused");
    assert_eq!(refusal.trouble(), Some(Trouble::ReadOnly), "{refusal}");
    // A second store in another schema of the same database.
    let trial = address(&format!("{url}?options=-csearch_path%3Dtrial"));
    let second = PostgresLedger::create(&trial).expect("made");
    assert_eq!(second.size().expect("a size").events, 0);
}

#[test]
fn what_hinders_a_connection_is_told_apart() {
    let cluster = Cluster::shared();
    let open = |url: &str| PostgresLedger::open(&address(url));
    let nowhere = cluster.address("nowhere");
    assert_eq!(refused(open(&nowhere)), Some(ServerError::NoDatabase));
    let wrong = cluster.network_address("secret:wrong", "postgres");
    assert_eq!(refused(open(&wrong)), Some(ServerError::Credentials));
    let none = cluster.network_address("secret", "postgres");
    assert_eq!(refused(open(&none)), Some(ServerError::PasswordMissing));
    let right = Address::parse(&none).expect("an address").or_password(|_, _, _, _| Some("s3cret".into()));
    assert!(matches!(PostgresLedger::open(&right), Err(LedgerError::Missing(_))), "let in");
    let unknown = cluster.network_address("tls", "postgres");
    assert!(matches!(refused(open(&unknown)), Some(ServerError::NotLetIn(_))));
    let closed = "postgresql://a@127.0.0.1:1/b";
    assert!(matches!(refused(open(closed)), Some(ServerError::Unreachable(_))));
    let socket = "postgresql://a@%2Ftmp%2Fno-such-folder/b";
    assert!(matches!(refused(open(socket)), Some(ServerError::Unreachable(_))));
}

#[test]
fn a_database_that_cannot_hold_a_store_is_left_as_it_was() {
    let cluster = Cluster::shared();
    let mut admin = cluster.admin("postgres");
    admin.batch_execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0").expect("made");
    let latin = PostgresLedger::create(&address(&cluster.address("latin")));
    assert_eq!(refused(latin), Some(ServerError::Encoding("LATIN1".into())));
    // Without PostGIS, for a user who may not create it.
    admin.batch_execute("CREATE ROLE plain LOGIN").expect("made");
    admin.batch_execute("CREATE DATABASE plain OWNER plain TEMPLATE template0").expect("made");
    let plain = cluster.address("plain").replace("landcycle@", "plain@");
    assert!(matches!(refused(PostgresLedger::create(&address(&plain))), Some(ServerError::PostGis(_))));
    let sql = "SELECT count(*) FROM pg_namespace WHERE nspname = 'landcycle'";
    let left: i64 = client(&plain).query_one(sql, &[]).expect("readable").get(0);
    assert_eq!(left, 0, "no half of a store");
    // With PostGIS, by the same user, in a schema that is there and empty.
    let url = cluster.database();
    let database = url.rsplit('/').next().expect("a name");
    admin.batch_execute(&format!("GRANT CONNECT ON DATABASE {database} TO plain")).expect("granted");
    let plain = url.replace("landcycle@", "plain@");
    let rights = PostgresLedger::create(&address(&plain));
    assert!(matches!(refused(rights), Some(ServerError::Rights(_))));
    client(&url).batch_execute("CREATE SCHEMA landcycle AUTHORIZATION plain").expect("made");
    let mut ledger = PostgresLedger::create(&address(&plain)).expect("made");
    append(&mut ledger, [event("1", "A", 1, [])]).expect("appended");
    // Other tables of these names are not touched.
    let url = cluster.database();
    client(&url).batch_execute("CREATE SCHEMA landcycle; CREATE TABLE landcycle.meta (a int)").expect("made");
    for opened in [PostgresLedger::create(&address(&url)), PostgresLedger::open(&address(&url))] {
        assert!(matches!(opened, Err(LedgerError::NotAStore(_))));
    }
}

#[test]
fn an_older_store_is_brought_forward_and_one_of_a_newer_program_is_not_touched() {
    let url = Cluster::shared().database();
    let mut raw = client(&url);
    // As the first version made it.
    raw.batch_execute(&format!(
        "CREATE SCHEMA landcycle; SET search_path TO landcycle, public; {} ;\
         INSERT INTO meta VALUES ('ledger.version', '1'), ('ledger.head', '0 {}')",
        include_str!("../../src/postgresql/schema.sql"),
        "0".repeat(64)
    ))
    .expect("made");
    let version = |raw: &mut Client| -> String {
        raw.query_one("SELECT value FROM meta WHERE name = 'ledger.version'", &[]).expect("readable").get(0)
    };
    // Also when it is opened to be read alone.
    let reader = PostgresLedger::open_read_only(&address(&url)).expect("opened");
    assert_eq!(reader.size().expect("a size").events, 0);
    assert_eq!(version(&mut raw), POSTGRES_STORE_VERSION.to_string());
    let mut ledger = PostgresLedger::open(&address(&url)).expect("opened");
    append(&mut ledger, [event("1", "A", 1, [])]).expect("appended");
    let newer = POSTGRES_STORE_VERSION + 1;
    raw.execute("UPDATE meta SET value = $1 WHERE name = 'ledger.version'", &[&newer.to_string()])
        .expect("changed");
    for opened in [PostgresLedger::open(&address(&url)), PostgresLedger::open_read_only(&address(&url))] {
        let refusal = opened.expect_err("refused");
        assert!(matches!(refusal, LedgerError::TooNew { found, .. } if found == newer));
    }
    assert_eq!(version(&mut raw), newer.to_string());
    let indexes: i64 = raw
        .query_one("SELECT count(*) FROM pg_indexes WHERE indexname = 'event_of_kind'", &[])
        .expect("readable")
        .get(0);
    assert_eq!(indexes, 1);
}

/// A store of six events, the fifth of which corrects the second.
fn six_events() -> (PostgresLedger, Client) {
    let mut ledger = postgres();
    let batch = [
        event("1", "A", 1, [("price", "5"), ("started_on", "none")]),
        event("22", "B", 2, [("price", "6")]),
        event("333", "A", 3, [("holder", "示例公司")]),
        landcycle_ledger::NewEvent { package: Some("p".into()), ..event("4444", "C", 4, []) },
        correction("55555", "B", 2, [("price", "7")]),
        event("666666", "C", 5, [("area", "1")]),
    ];
    append(&mut ledger, batch).expect("appended");
    let mut raw = Cluster::shared().admin(ledger.address().to_string().rsplit('/').next().expect("a name"));
    raw.batch_execute("SET search_path TO landcycle, public").expect("set");
    (ledger, raw)
}

const UNGUARDED: &str = "ALTER TABLE event DISABLE TRIGGER USER";

#[test]
fn the_server_refuses_to_change_delete_or_empty_events() {
    let (ledger, mut raw) = six_events();
    for sql in [
        "UPDATE event SET actor = 'x' WHERE seq = 1",
        "UPDATE event SET first_seq = 1",
        "DELETE FROM event WHERE seq = 6",
        "TRUNCATE event",
        "SET session_replication_role = replica; DELETE FROM event",
        "INSERT INTO event SELECT * FROM event WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET actor = 'x'",
    ] {
        let refusal = raw.batch_execute(sql).expect_err(sql);
        let said = refusal.as_db_error().expect("the server refuses").message().to_owned();
        assert!(said.starts_with("the ledger only grows"), "{sql}: {said}");
    }
    assert_eq!(ledger.verify().expect("readable").fault, None);
}

#[test]
fn a_change_of_any_column_of_any_event_is_found() {
    let (ledger, mut raw) = six_events();
    raw.batch_execute(UNGUARDED).expect("unguarded");
    raw.batch_execute("CREATE TABLE kept AS SELECT * FROM event").expect("kept");
    let texts = [
        "case_id",
        "kind",
        "happened_on",
        "recorded_at",
        "actor",
        "origin",
        "key",
        "body",
        "previous",
        "digest",
    ];
    let mut changes: Vec<String> = texts.map(|name| format!("{name} = {name} || ' '")).into();
    changes.extend(texts.map(|name| format!("{name} = '~' || substr({name}, 2)")));
    let others =
        ["package = 'q'", "package = ''", "corrects = 1", "recorded_at = replace(recorded_at, 'Z', 'z')"];
    changes.extend(others.map(Into::into));
    for seq in 1..=6_i64 {
        for change in &changes {
            raw.execute(&format!("UPDATE event SET {change} WHERE seq = $1"), &[&seq]).expect(change);
            let found = ledger.verify().expect("readable").fault.map(|fault| fault.seq);
            assert_eq!(found, Some(seq), "{change}");
            raw.batch_execute("DELETE FROM event; INSERT INTO event SELECT * FROM kept").expect("as it was");
        }
    }
    assert_eq!(ledger.verify().expect("readable").fault, None);
}

/// Does something to a store without its guards; gives the fault that verification finds.
fn after(change: &str) -> Option<Fault> {
    let (ledger, mut raw) = six_events();
    raw.batch_execute(UNGUARDED).expect("unguarded");
    raw.batch_execute(change).expect(change);
    ledger.verify().expect("readable").fault
}

#[test]
fn removed_and_misfiled_events_are_found_and_nothing_is_built_on_a_lost_end() {
    let missing = |seq| Some(Fault { seq, what: What::Missing });
    assert_eq!(after("DELETE FROM event WHERE seq = 1"), missing(1));
    assert_eq!(after("DELETE FROM event WHERE seq = 4"), missing(4));
    let cut_off = Some(Fault { seq: 4, what: What::Head { left_at: 6 } });
    assert_eq!(after("DELETE FROM event WHERE seq > 4"), cut_off);
    let filed = |seq| Some(Fault { seq, what: What::Filing });
    assert_eq!(after("UPDATE event SET first_seq = 1 WHERE seq = 6"), filed(6));
    assert_eq!(after("UPDATE event SET first_seq = 9 WHERE seq = 2"), filed(2));
    let (mut ledger, mut raw) = six_events();
    raw.batch_execute(UNGUARDED).expect("unguarded");
    raw.batch_execute("DELETE FROM event WHERE seq = 6").expect("deleted");
    let refusal = append(&mut ledger, [event("7", "A", 1, [])]).expect_err("refused");
    assert!(matches!(refusal, LedgerError::HeadMoved { expected: 6, found: 5 }));
}

#[test]
fn the_layer_of_parcels_is_held_against_the_events_and_read_as_gis_programs_leave_it() {
    let mut ledger = postgres();
    let said = [("area", "20000"), ("holder", "甲"), ("signed_on", "2020-01-01")];
    let row = |case: &str| ParcelRow {
        case_id: case.into(),
        holder: Some("甲".into()),
        area_m2: Some(20_000.0),
        signed_on: Some(date(2020, 1, 1)),
        ..ParcelRow::default()
    };
    let batch: [Entry; 7] = [
        event("1", "a", 1, said).into(),
        event("2", "b", 1, said).into(),
        event("3", "c", 1, said).into(),
        row("a").into(),
        row("b").into(),
        row("c").into(),
        parcel("east", 121.0, 31.0).into(),
    ];
    append(&mut ledger, batch).expect("appended");
    let apart = ledger.parcels_apart().expect("read");
    assert_eq!((apart.missing, apart.differing), (0, 0));
    let mut gis = Cluster::shared().admin(ledger.address().to_string().rsplit('/').next().expect("a name"));
    gis.batch_execute(
        "SET search_path TO landcycle, public; UPDATE parcel SET holder = '丙' WHERE case_id = 'b'; \
         DELETE FROM parcel WHERE case_id = 'c'; \
         UPDATE parcel SET signed_on = 'infinity', geom = ST_GeomFromText('MULTIPOLYGON EMPTY', 4490) \
         WHERE case_id = 'a'",
    )
    .expect("edited");
    let apart = ledger.parcels_apart().expect("read");
    assert_eq!((apart.missing, apart.first_missing.as_deref()), (1, Some("c")));
    assert_eq!((apart.differing, apart.first_differing), (2, Some(("a".into(), "signed_on"))));
    let read = ledger.parcel("a").expect("readable").expect("a row");
    assert_eq!((read.signed_on, read.geometry), (None, None));
    // The layer as a GIS program finds it: type, reference system, index.
    let sql = "SELECT format('%s %s %s %s', type, srid, coord_dimension, \
               (SELECT count(*) FROM pg_indexes WHERE tablename = 'parcel' AND indexdef LIKE '%USING gist (geom)%')) \
               FROM geometry_columns WHERE f_table_schema = 'landcycle' AND f_table_name = 'parcel'";
    let layer: String = gis.query_one(sql, &[]).expect("registered").get(0);
    assert_eq!(layer, "MULTIPOLYGON 4490 2 1");
    let sql = "SELECT ST_AsText(geom, 2) FROM parcel WHERE geom && ST_MakeEnvelope(120, 30, 122, 32, 4490)";
    let outline: String = gis.query_one(sql, &[]).expect("found").get(0);
    assert!(outline.starts_with("MULTIPOLYGON(((121 31,121.01 31"), "{outline}");
}

#[test]
fn a_visitor_may_ask_the_ledger_and_a_broken_connection_is_replaced() {
    let (ledger, mut raw) = six_events();
    let cut = landcycle_ledger::Cut { as_of: date(2020, 1, 31), known_at: None, is_occurrence: &|_| false };
    let mut seen = Vec::new();
    ledger
        .fold(&cut, &mut |case| seen.push(ledger.events_of(case.case_id).expect("readable").len()))
        .expect("readable");
    assert_eq!(seen, [2, 2, 2]);
    let before = facts(&ledger, 31, None);
    let others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let ended: i64 = raw.query_one(others, &[]).expect("ended").get(0);
    assert!(ended > 0);
    assert_eq!(facts(&ledger, 31, None), before);
}

#[test]
fn an_append_that_loses_its_server_says_so_and_leaves_nothing() {
    let (mut ledger, mut raw) = six_events();
    let mut batch = [Ok(event("7", "A", 1, []).into())].into_iter().chain(std::iter::once_with(|| {
        let others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        raw.query_one(others, &[]).expect("ended");
        Ok(event("8", "A", 1, []).into())
    }));
    let refusal = ledger.append(&mut batch).expect_err("lost");
    assert_eq!(refusal.trouble(), Some(Trouble::Lost), "{refusal}");
    drop(batch);
    assert_eq!(ledger.size().expect("a size").events, 6, "and nothing was recorded");
    append(&mut ledger, [event("7", "A", 1, []), event("8", "A", 1, [])]).expect("it goes on");
}

/// The rights that docs/how-to/two-stores.md names suffice, and no more can be done with them.
#[test]
fn who_may_look_looks_and_who_may_record_records() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    drop(PostgresLedger::create(&address(&url)).expect("a store"));
    client(&url)
        .batch_execute(
            "CREATE ROLE viewer LOGIN; CREATE ROLE recorder LOGIN; \
             GRANT USAGE ON SCHEMA landcycle TO viewer, recorder; \
             GRANT SELECT ON ALL TABLES IN SCHEMA landcycle TO viewer, recorder; \
             GRANT INSERT ON landcycle.event TO recorder; \
             GRANT INSERT, UPDATE ON landcycle.parcel, landcycle.meta TO recorder",
        )
        .expect("granted");
    let open = |user: &str| {
        PostgresLedger::open(&address(&url.replace("landcycle@", &format!("{user}@")))).expect("opened")
    };
    let mut recorder = open("recorder");
    let batch: [Entry; 3] =
        [event("1", "A", 1, []).into(), parcel("A", 120.0, 30.0).into(), parcel("A", 121.0, 30.0).into()];
    append(&mut recorder, batch).expect("recorded");
    append(&mut recorder, (0..5_000).map(|n| event(&format!("n{n}"), "B", 1, []))).expect("many recorded");
    recorder.set_meta("sample", "x").expect("said");
    let mut viewer = open("viewer");
    assert_eq!(viewer.verify().expect("readable").events, 5_001);
    assert_eq!(viewer.parcels_apart().expect("readable").missing, 1);
    for refused in [append(&mut viewer, [event("2", "A", 1, [])]).map(|_| ()), viewer.set_meta("a", "b")] {
        assert_eq!(refused.expect_err("refused").trouble(), Some(Trouble::ReadOnly));
    }
}
