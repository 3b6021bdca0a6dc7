//! Writers and servers killed at random moments: what was acknowledged is there, and the chain holds.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use landcycle_ledger::{
    Address, Entry, GeoPackageLedger, Ledger, LedgerError, NewEvent, PostgresLedger, Trouble, What,
};

use crate::cluster::Cluster;
use crate::invented::{append, event, parcel, postgres};

const KILLS: u64 = 100;
/// Tells the test below, run as a child, where to write until it is killed, and under which name.
const STORE: &str = "LANDCYCLE_TEST_WRITES_TO";
const NAME: &str = "LANDCYCLE_TEST_WRITES_AS";

fn open(store: &str) -> Box<dyn Ledger> {
    if Address::is_meant(store) {
        Box::new(PostgresLedger::open(&Address::parse(store).expect("an address")).expect("opened"))
    } else {
        Box::new(GeoPackageLedger::open(store).expect("opened"))
    }
}

/// Batches of one to seven events, with a row and an expectation among them.
#[test]
fn child_that_writes_until_it_is_killed() {
    let (Some(store), Some(name)) = (std::env::var_os(STORE), std::env::var_os(NAME)) else { return };
    let (store, name) = (store.into_string().expect("text"), name.into_string().expect("text"));
    let mut ledger = open(&store);
    let mut out = std::io::stdout();
    let note = "x".repeat(2_000);
    for batch in 0.. {
        let case = format!("case {}", batch % 40);
        let there = ledger.events_of(&case).expect("readable");
        let expected = Entry::Expect { case_id: case.clone(), last_seq: there.last().map(|event| event.seq) };
        let told = (0..=batch % 7).map(|number| {
            let facts = [("note", note.as_str())];
            NewEvent { origin: String::new(), ..event(&format!("{name}/{batch}/{number}"), &case, 1, facts) }
        });
        let entries: Vec<Entry> =
            [expected, parcel(&case, 120.0, 30.0).into()].into_iter().chain(told.map(Entry::from)).collect();
        append(&mut *ledger, entries).expect("appended");
        let size = ledger.size().expect("a size").events;
        // Alone on a line: the test harness says things of its own.
        writeln!(out, "\nacknowledged {size} {name}/{batch}/{}", batch % 7).expect("told");
        out.flush().expect("told");
    }
}

fn child(store: &str, name: &str) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "kills::child_that_writes_until_it_is_killed", "--nocapture"])
        .env(STORE, store)
        .env(NAME, name)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child")
}

/// Numbers without a pattern, the same in each run; moments differ all the same.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Kills a hundred writers; gives all that was acknowledged, by event and key.
fn kill_writers(store: &str, after_each: &mut dyn FnMut()) -> Vec<(i64, String)> {
    let mut random = Random(7);
    let mut acknowledged = Vec::new();
    for number in 0..KILLS {
        let mut child = child(store, &number.to_string());
        let told = BufReader::new(child.stdout.take().expect("its output"));
        let mut lines = told.lines().map(|line| line.expect("text"));
        let acknowledgement = |line: String| -> Option<(i64, String)> {
            let (seq, key) = line.strip_prefix("acknowledged ")?.split_once(' ')?;
            Some((seq.parse().ok()?, key.to_owned()))
        };
        let first = lines.by_ref().find_map(acknowledgement).expect("it writes");
        acknowledged.push(first);
        std::thread::sleep(Duration::from_micros(random.below(40_000)));
        child.kill().expect("killed");
        acknowledged.extend(lines.filter_map(acknowledgement));
        child.wait().expect("it ended");
        after_each();
    }
    acknowledged
}

/// Everything acknowledged is there, and the chain is whole.
fn holds(store: &str, acknowledged: &[(i64, String)]) {
    let ledger = open(store);
    for (seq, key) in acknowledged {
        let there = ledger.event(*seq).expect("readable").map(|event| event.key);
        assert_eq!(there.as_ref(), Some(key), "event {seq} was acknowledged");
    }
    let verified = ledger.verify().expect("readable");
    assert_eq!(verified.fault, None);
    let last = acknowledged.iter().map(|(seq, _)| *seq).max().expect("something");
    assert!(verified.events >= last);
    assert!(acknowledged.len() as u64 > KILLS, "they wrote more than once each");
}

#[test]
fn a_hundred_writers_of_a_file_are_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    GeoPackageLedger::create(&path).expect("a store").close().expect("closed");
    let store = path.to_str().expect("text");
    let journal = Path::new(store).with_extension("gpkg-journal");
    let mut in_the_middle = 0;
    let acknowledged = kill_writers(store, &mut || {
        in_the_middle += u64::from(journal.exists());
        let ledger = GeoPackageLedger::open(store).expect("it opens after each");
        assert!(ledger.size().expect("readable").events > 0);
    });
    assert!(in_the_middle > KILLS / 10, "only {in_the_middle} were killed in the middle of an append");
    holds(store, &acknowledged);
    // A journal that a writer had begun and not yet needed stays until the next writer takes it.
    append(&mut *open(store), [event("the living", "A", 1, [])]).expect("it goes on");
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 1, "one file, no side files");
}

#[test]
fn a_hundred_writers_of_a_server_are_killed() {
    let ledger = postgres();
    let name = ledger.address().to_string();
    let store = Cluster::shared().address(name.rsplit('/').next().expect("a name"));
    let acknowledged = kill_writers(&store, &mut || {});
    holds(&store, &acknowledged);
    // No dead writer holds the lock.
    let mut ledger = open(&store);
    append(&mut *ledger, [event("the living", "A", 1, [])]).expect("it goes on");
}

/// Appends an event upon what its case is, whatever befalls the server meanwhile.
fn insist(url: &str, case: &str, key: &str) -> i64 {
    let address = Address::parse(url).expect("an address");
    loop {
        let attempt = || -> Result<i64, LedgerError> {
            let mut ledger = PostgresLedger::open(&address)?;
            let there = ledger.events_of(case)?;
            if let Some(event) = there.iter().find(|event| event.key == key) {
                return Ok(event.seq);
            }
            let last_seq = there.last().map(|event| event.seq);
            let batch: [Entry; 2] =
                [Entry::Expect { case_id: case.into(), last_seq }, event(key, case, 1, []).into()];
            append(&mut ledger, batch)?;
            let there = ledger.events_of(case)?;
            Ok(there.iter().find(|event| event.key == key).map_or(0, |event| event.seq))
        };
        match attempt() {
            Ok(seq) => return seq,
            Err(error) => {
                let passes = matches!(
                    error,
                    LedgerError::ChangedMeanwhile { .. }
                        | LedgerError::OutcomeUnknown
                        | LedgerError::Server { .. }
                ) || error.trouble() == Some(Trouble::Lost);
                assert!(passes, "{error}");
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

#[test]
fn the_server_itself_is_killed_five_times_under_load() {
    const WRITERS: usize = 6;
    let cluster = Cluster::start();
    let url = cluster.database();
    drop(PostgresLedger::create(&Address::parse(&url).expect("an address")).expect("a store"));
    let over = AtomicBool::new(false);
    let acknowledged: Vec<(i64, String)> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (url, over) = (&url, &over);
                scope.spawn(move || {
                    let keys = (0..).map(|number| format!("{writer}/{number}"));
                    let keys = keys.take_while(|_| !over.load(Ordering::Relaxed));
                    keys.map(|key| (insist(url, &format!("case {}", writer % 3), &key), key))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let mut random = Random(11);
        for _ in 0..5 {
            std::thread::sleep(Duration::from_millis(300 + random.below(300)));
            let killed = Command::new("kill").args(["-9", &cluster.process()]).status().expect("kill");
            assert!(killed.success());
            cluster.run_server_after_a_kill();
        }
        std::thread::sleep(Duration::from_millis(300));
        over.store(true, Ordering::Relaxed);
        writers.into_iter().flat_map(|writer| writer.join().expect("a writer")).collect()
    });
    let ledger = open(&url);
    let verified = ledger.verify().expect("readable");
    assert_eq!(verified.fault.map(|fault| fault.what), None::<What>);
    assert_eq!(verified.events as usize, acknowledged.len(), "none lost, none doubled");
    for (seq, key) in &acknowledged {
        assert_eq!(ledger.event(*seq).expect("readable").map(|event| event.key).as_ref(), Some(key));
    }
    assert!(acknowledged.len() > 100, "{} under load", acknowledged.len());
}
