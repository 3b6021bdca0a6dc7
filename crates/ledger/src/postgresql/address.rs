//! Where a store on a server is: read from a URL, named in messages without its password.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use postgres::Config;
use postgres::config::{Host, SslMode};

use super::ServerError;
use crate::error::LedgerError;

/// The schema of a store whose address names none.
const SCHEMA: &str = "landcycle";
/// How long to wait for a server that does not answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const PORT: u16 = 5432;

/// The address of a store: server, database, user and schema.
///
/// `postgresql://user@host:port/database`, as `libpq` writes it. Another schema than `landcycle` is
/// named by `?options=-csearch_path%3Dname`. Printed, it never shows the password.
#[derive(Clone)]
pub struct Address {
    config: Config,
    schema: String,
    name: String,
}

impl Address {
    /// Whether a text is meant as the address of a server, not as the name of a file.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }

    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let refuse = |why: String| LedgerError::Server {
            // Nothing of a text that cannot be read is repeated: a part of it may be the password.
            store: "postgresql://…".to_owned(),
            why: ServerError::Address(why),
        };
        let mut config: Config = text.parse().map_err(|error| refuse(super::failure::words(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(refuse("it names no host".to_owned()));
        }
        if config.get_dbname().is_none() {
            return Err(refuse("it names no database".to_owned()));
        }
        let schema = schema(config.get_options().unwrap_or_default()).map_err(refuse)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("landcycle");
        }
        let name = name(&config, &schema);
        let address = Self { config, schema, name };
        if address.config.get_ssl_mode() == SslMode::Require {
            return Err(address.refused(ServerError::TlsAsked));
        }
        Ok(address)
    }

    /// Takes a password where the address brings none; `find` is told host, port, database and user,
    /// in the order of a `.pgpass` file.
    #[must_use]
    pub fn or_password(mut self, find: impl FnOnce(&str, u16, &str, Option<&str>) -> Option<String>) -> Self {
        if self.config.get_password().is_none() {
            let (host, port) = place(&self.config);
            let database = self.config.get_dbname().unwrap_or_default();
            if let Some(password) = find(&host, port, database, self.config.get_user()) {
                self.config.password(password);
            }
        }
        self
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn schema(&self) -> &str {
        &self.schema
    }

    pub(super) fn refused(&self, why: ServerError) -> LedgerError {
        LedgerError::Server { store: self.name.clone(), why }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.name).finish()
    }
}

/// The first schema of the search path that the options set. Plain names alone: one spelling, and
/// nothing to quote.
fn schema(options: &str) -> Result<String, String> {
    let path = options.split_whitespace().find_map(|word| {
        let word = word.strip_prefix("-c").unwrap_or(word);
        word.strip_prefix("search_path=")
    });
    let Some(path) = path else { return Ok(SCHEMA.to_owned()) };
    let name = path.split(',').next().unwrap_or_default();
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && name.len() < 64
        && !name.starts_with("pg_");
    if plain {
        Ok(name.to_owned())
    } else {
        Err(format!("{name:?} cannot be the schema of a store: lower-case letters, digits and _ alone"))
    }
}

/// Host and port, a socket's folder counting as a host.
fn place(config: &Config) -> (String, u16) {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(path)) => Path::display(path).to_string(),
        None => config.get_hostaddrs().first().map(ToString::to_string).unwrap_or_default(),
    };
    (host, config.get_ports().first().copied().unwrap_or(PORT))
}

fn name(config: &Config, schema: &str) -> String {
    let (host, port) = place(config);
    let user = config.get_user().map(|user| format!("{user}@")).unwrap_or_default();
    let database = config.get_dbname().unwrap_or_default();
    let schema = if schema == SCHEMA { String::new() } else { format!("?options=-csearch_path%3D{schema}") };
    // An address again, so that it can be copied; a socket's folder keeps no slash as a host.
    format!("postgresql://{user}{}:{port}/{database}{schema}", host.replace('/', "%2F"))
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_is_named_without_its_password() {
        let address = Address::parse("postgres://land:s3cret@db.example:5433/city").expect("sound");
        assert_eq!(address.to_string(), "postgresql://land@db.example:5433/city");
        assert!(!format!("{address:?}").contains("s3cret"));
        let other = "postgresql://db.example/city?options=-csearch_path%3Dtrial&user=a";
        let address = Address::parse(other).expect("sound");
        assert_eq!(address.to_string(), "postgresql://a@db.example:5432/city?options=-csearch_path%3Dtrial");
        assert_eq!(address.schema(), "trial");
        for text in [other, "postgres://a@%2Fvar%2Frun%2Fpostgresql:5433/city"] {
            let name = Address::parse(text).expect("sound").to_string();
            assert_eq!(Address::parse(&name).expect("an address again").to_string(), name);
        }
    }

    #[test]
    fn an_address_that_cannot_be_used_is_refused_in_words_and_not_repeated() {
        let cases = [
            ("postgres://a:s3cret@db:notaport/city", "port"),
            ("postgres://a:s3cret@db", "names no database"),
            ("postgres:///city", "names no host"),
            ("postgres://a:s3cret@db/city?sslmode=require", "TLS"),
            ("postgres://a:s3cret@db/city?options=-csearch_path%3DMine", "lower-case"),
        ];
        for (text, said) in cases {
            let refusal = Address::parse(text).expect_err("refused").to_string();
            assert!(refusal.contains(said) && !refusal.contains("s3cret"), "{refusal}");
        }
    }

    #[test]
    fn a_password_is_looked_for_where_the_address_has_none() {
        let with = Address::parse("postgres://land@db/city").expect("sound");
        let with = with.or_password(|host, port, database, user| {
            assert_eq!((host, port, database, user), ("db", 5432, "city", Some("land")));
            Some("found".to_owned())
        });
        assert_eq!(with.config().get_password(), Some(&b"found"[..]));
        let own = Address::parse("postgres://land:own@db/city").expect("sound");
        let own = own.or_password(|_, _, _, _| Some("other".to_owned()));
        assert_eq!(own.config().get_password(), Some(&b"own"[..]));
    }
}
