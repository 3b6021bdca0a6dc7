//! Where a store is: the name of a file, or an address `postgresql://…`. An address may hold a
//! password, so a store is named by [`name`] and never by its path.

use std::path::Path;

use landcycle_ledger::{Address, LedgerError, Place, ServerError};
use landcycle_policy::text::Text;

use super::failure;
use crate::say::{Failure, filled, words};

/// Whether a store is an address and not a file.
pub(crate) fn is_server(store: &Path) -> bool {
    store.to_str().is_some_and(Address::is_meant)
}

/// What to call a store: the path, or the address without its password.
pub(crate) fn name(store: &Path) -> String {
    match store.to_str().filter(|text| Address::is_meant(text)) {
        None => store.display().to_string(),
        Some(text) => Address::parse(text).map_or_else(|_| "postgresql://…".to_owned(), |a| a.to_string()),
    }
}

/// The name of the file alone, or of the database.
pub(crate) fn short_name(store: &Path) -> Option<String> {
    let name = name(store);
    let name = if is_server(store) { name.split('?').next().unwrap_or_default() } else { &name };
    Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned())
}

/// The place that the name of a store means, with the password that the environment has for it.
pub(super) fn place(store: &Path) -> Result<Place, Failure> {
    let Some(text) = store.to_str().filter(|text| Address::is_meant(text)) else {
        return Ok(Place::File(store.to_owned()));
    };
    let address = Address::parse(text).map_err(|error: LedgerError| failure(store, &error))?;
    Ok(Place::Server(address.or_password(password)))
}

/// `PGPASSWORD`, or the line of the password file that fits: the places where other programs look.
fn password(host: &str, port: u16, database: &str, user: Option<&str>) -> Option<String> {
    if let Ok(password) = std::env::var("PGPASSWORD") {
        return Some(password);
    }
    let file = std::env::var_os("PGPASSFILE").map(std::path::PathBuf::from);
    let file = file.or_else(|| Some(std::env::home_dir()?.join(".pgpass")))?;
    let lines = std::fs::read_to_string(file).ok()?;
    let me = std::env::var("USER").ok();
    let host = if host.starts_with('/') { "localhost" } else { host };
    listed(&lines, [host, &port.to_string(), database, user.or(me.as_deref()).unwrap_or_default()])
}

/// The password in the first line of a `.pgpass` file whose fields fit: each is `*` or the same.
fn listed(lines: &str, wanted: [&str; 4]) -> Option<String> {
    lines.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = fields(line);
        let (password, place) = fields.get(4..)?.split_first().map(|(word, _)| (word, &fields[..4]))?;
        let fits = place.iter().zip(wanted).all(|(field, wanted)| field == "*" || field == wanted);
        fits.then(|| password.clone())
    })
}

/// Fields between colons; a backslash takes the next character as it is.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let last = fields.len() - 1;
        match character {
            ':' => fields.push(String::new()),
            '\\' => fields[last].extend(characters.next()),
            other => fields[last].push(other),
        }
    }
    fields
}

/// Why a server cannot be used, in words for people.
pub(super) fn said(error: &ServerError) -> Text {
    match error {
        ServerError::Address(what) => filled("server_address", &[("what", what)]),
        ServerError::TlsAsked => words("server_tls_asked"),
        ServerError::NotLetIn(what) => filled("server_not_let_in", &[("what", what)]),
        ServerError::Unreachable(what) => filled("server_unreachable", &[("what", what)]),
        ServerError::NoDatabase => words("server_no_database"),
        ServerError::Credentials => words("server_credentials"),
        ServerError::PasswordMissing => words("server_password_missing"),
        ServerError::TooManyConnections => words("server_too_many"),
        ServerError::PostGis(what) => filled("server_no_postgis", &[("what", what)]),
        ServerError::Encoding(found) => filled("server_encoding", &[("found", found)]),
        ServerError::TooOld(found) => filled("server_too_old", &[("found", &found.to_string())]),
        ServerError::Rights(what) => filled("server_rights", &[("what", what)]),
        other => filled("store_other", &[("what", &other.to_string())]),
    }
}

#[cfg(test)]
mod tests {
    //! Names without passwords, passwords from where they are kept.

    use std::path::Path;

    use super::{listed, name, short_name};
    use crate::store;

    #[test]
    fn a_store_is_named_without_its_password() {
        let server = Path::new("postgres://land:s3cret@db.example/city");
        assert_eq!(name(server), "postgresql://land@db.example:5432/city");
        assert_eq!(short_name(server).as_deref(), Some("city"));
        assert_eq!(short_name(Path::new("/a/b.gpkg")).as_deref(), Some("b.gpkg"));
        for unusable in ["postgres://land:s3cret@db.example", "postgres://land:s3cret@127.0.0.1:1/city"] {
            let failure = store::open(Path::new(unusable)).expect_err("refused").message;
            assert!(!format!("{failure:?}").contains("s3cret"), "{failure:?}");
            assert_ne!(failure.zh, failure.en);
        }
    }

    #[test]
    fn a_password_is_taken_from_the_first_line_that_fits() {
        let lines =
            "# mine\nother:5432:*:land:a\n*:5433:city:land:b\ndb:5432:city:land:c\\:d\\\\\n*:*:*:*:e\n";
        let found = |wanted| listed(lines, wanted);
        assert_eq!(found(["db", "5432", "city", "land"]).as_deref(), Some("c:d\\"));
        assert_eq!(found(["db", "5433", "city", "land"]).as_deref(), Some("b"));
        assert_eq!(found(["x", "1", "y", "z"]).as_deref(), Some("e"));
        assert_eq!(listed("db:5432:city\n", ["db", "5432", "city", "land"]), None);
    }
}
