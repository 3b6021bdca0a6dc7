//! Accounts lock, passes end, the record of visits tells of every change to it.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::{Account, Accounts, AccountsError, Asked, Attempt, NewVisit, PassKind, ProposalState};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn account(name: &str) -> Account {
    Account {
        name: name.into(),
        title: "Somebody".into(),
        role: "supervisor".into(),
        department: Some("economy".into()),
        holder: None,
        districts: BTreeSet::from(["East".to_owned(), "West".to_owned()]),
        disabled: false,
        locked_until: None,
        made_at: at("2026-01-01T08:00:00Z"),
    }
}

fn made(folder: &Path) -> Accounts {
    let accounts = Accounts::create(&folder.join("accounts.sqlite")).expect("a new file");
    accounts.add(&account("anna"), "hash").expect("a new account");
    accounts
}

#[test]
fn a_file_is_made_once_and_opened_as_what_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("accounts.sqlite");
    assert!(matches!(Accounts::open(&path), Err(AccountsError::Missing(_))));
    drop(made(folder.path()));
    assert!(matches!(Accounts::create(&path), Err(AccountsError::Exists(_))));
    let again = Accounts::open(&path).expect("the same file");
    assert_eq!(again.account("anna").expect("read"), Some((account("anna"), "hash".into())));
    assert!(matches!(again.add(&account("anna"), "other"), Err(AccountsError::Taken(_))));
    let other = folder.path().join("other");
    std::fs::write(&other, "no database at all, but long enough to be asked").expect("written");
    assert!(matches!(Accounts::open(&other), Err(AccountsError::NotAccounts(_))));
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "").expect("written");
    assert!(matches!(Accounts::open(&empty), Err(AccountsError::NotAccounts(_))));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "others may read {mode:o}");
    }
}

#[test]
fn the_fifth_wrong_password_locks_and_the_right_one_forgets() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = made(folder.path());
    let now = at("2026-03-01T08:00:00Z");
    for _ in 0..4 {
        assert_eq!(accounts.failed("anna", now, 5, HOUR).expect("counted"), Attempt::Counted);
    }
    let until = at("2026-03-01T09:00:00Z");
    assert_eq!(accounts.failed("anna", now, 5, HOUR).expect("locked"), Attempt::Locked(until));
    let (found, _) = accounts.account("anna").expect("read").expect("there");
    assert_eq!(found.locked_until, Some(until));
    accounts.succeeded("anna").expect("forgotten");
    let (found, _) = accounts.account("anna").expect("read").expect("there");
    assert_eq!(found.locked_until, None);
}

#[test]
fn passes_end_by_time_by_neglect_and_with_their_account() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = made(folder.path());
    let now = at("2026-03-01T08:00:00Z");
    let ends = at("2026-03-01T20:00:00Z");
    accounts.give("anna", ("s", PassKind::Session, ""), (now, ends)).expect("given");
    accounts.give("anna", ("t", PassKind::Token, "QGIS"), (now, ends)).expect("given");
    let holds = |digest: &str, when: &str| accounts.shown(digest, at(when), HOUR).expect("read").is_some();
    assert!(holds("s", "2026-03-01T08:59:00Z"), "used within the hour");
    assert!(holds("s", "2026-03-01T09:58:00Z"), "the last use counts");
    assert!(!holds("s", "2026-03-01T11:00:00Z"), "left alone");
    assert!(!holds("s", "2026-03-01T09:58:30Z"), "what has ended stays so");
    assert!(holds("t", "2026-03-01T19:00:00Z"), "a token is not neglected");
    assert!(!holds("t", "2026-03-01T20:00:00Z"), "it ends on time");
    accounts.give("anna", ("u", PassKind::Token, "R"), (now, ends)).expect("given");
    accounts.change(&Account { disabled: true, ..account("anna") }).expect("changed");
    assert!(!holds("u", "2026-03-01T08:01:00Z"), "a disabled account is out at once");
    assert!(matches!(accounts.change(&account("nobody")), Err(AccountsError::Unknown(_))));
}

#[test]
fn the_record_of_visits_tells_of_every_change_to_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = made(folder.path());
    for minute in 0..5 {
        let visit = NewVisit {
            at: at(&format!("2026-03-01T08:0{minute}:00Z")),
            account: if minute % 2 == 0 { "anna" } else { "" }.into(),
            operation: "case".into(),
            path: format!("/api/cases/A-{minute}"),
            subject: format!("A-{minute}"),
            status: 200,
        };
        accounts.record(&visit).expect("recorded");
    }
    assert_eq!(accounts.verify_visits().expect("sound"), 5);
    let asked =
        Asked { account: Some("anna".into()), from: Some(at("2026-03-01T08:01:00Z")), ..Asked::default() };
    let (total, lines) = accounts.visits(&asked, (0, 1)).expect("read");
    assert_eq!((total, lines.len(), lines[0].what.subject.as_str()), (2, 1, "A-4"));
    for spoil in [
        "UPDATE visit SET subject = 'B' WHERE seq = 3",
        "DELETE FROM visit WHERE seq = 2",
        "UPDATE visit SET account = 'anna' WHERE seq = 2",
    ] {
        let connection = accounts.lock();
        connection.execute_batch(&format!("SAVEPOINT s; {spoil}")).expect("spoilt");
        drop(connection);
        assert!(matches!(accounts.verify_visits(), Err(AccountsError::Broken(2 | 3))), "{spoil}");
        accounts.lock().execute_batch("ROLLBACK TO s; RELEASE s").expect("taken back");
    }
    assert_eq!(accounts.verify_visits().expect("sound"), 5);
}

#[test]
fn a_proposal_is_decided_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let accounts = made(folder.path());
    let now = at("2026-03-01T08:00:00Z");
    let id = accounts.propose("anna", ("A-1", "levy_fee", "{}"), now).expect("kept");
    assert_eq!(accounts.propose("anna", ("A-1", "levy_fee", "{}"), now).expect("the same"), id);
    assert!(accounts.close_proposal(id, (ProposalState::Confirmed, "bert", "seen"), now).expect("closed"));
    assert!(!accounts.close_proposal(id, (ProposalState::Returned, "carl", ""), now).expect("too late"));
    let kept = accounts.proposal(id).expect("read").expect("there");
    assert_eq!((kept.state, kept.decided_by.as_deref()), (ProposalState::Confirmed, Some("bert")));
    assert!(accounts.proposals(Some(ProposalState::Open)).expect("read").is_empty());
    let again = accounts.propose("anna", ("A-1", "levy_fee", "{}"), now).expect("kept");
    assert_ne!(again, id, "what was decided is proposed anew under a number of its own");
}
