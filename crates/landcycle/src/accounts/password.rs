//! Passwords: which are taken, and their slow hashes (argon2id).

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use crate::say::{Failure, filled};

/// A password has at least so many characters. Length is what helps; rules on kinds of characters
/// make passwords that are written down (NIST SP 800-63B).
const LEAST: usize = 12;
/// And at most so many bytes, so that nobody keeps the hash busy with a book.
const MOST: usize = 256;

/// Whether a password may be chosen for an account.
pub(crate) fn fits(name: &str, password: &str) -> Result<(), Failure> {
    let length = password.chars().count();
    let few = password.chars().collect::<std::collections::BTreeSet<_>>().len() < LEAST / 3;
    if length < LEAST || password.len() > MOST || few {
        let values = [("least", LEAST.to_string()), ("most", MOST.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
        return Err(Failure::text(filled("password_length", &values)));
    }
    if password.to_lowercase().contains(&name.to_lowercase()) {
        return Err(Failure::text(filled("password_name", &[])));
    }
    Ok(())
}

/// What is kept of a password: an argon2id hash with its salt and cost (PHC string).
pub(crate) fn hashed(password: &str) -> Result<String, Failure> {
    let made: Result<PasswordHash, _> = Argon2::default().hash_password(password.as_bytes());
    let made = made.map_err(|error| Failure::new("password_no_hash", &[("why", &error.to_string())]))?;
    Ok(made.to_string())
}

/// Whether a password is the one of a hash. Somebody without an account is compared with a hash too,
/// so that the time of an answer does not tell which names exist.
pub(crate) fn is(password: &str, hash: Option<&str>) -> bool {
    static NOBODY: LazyLock<String> =
        LazyLock::new(|| hashed("nobody has this password").unwrap_or_default());
    let parsed = PasswordHash::new(hash.unwrap_or(&NOBODY));
    let same = parsed.is_ok_and(|parsed| {
        password.len() <= MOST && Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
    });
    same && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::{fits, hashed, is};

    #[test]
    fn a_hash_knows_its_password_alone() {
        let hash = hashed("correct horse battery").map_err(|failure| failure.message).expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m="), "{hash}");
        assert!(is("correct horse battery", Some(&hash)));
        assert!(!is("correct horse batterz", Some(&hash)));
        assert!(!is("correct horse battery", None));
        assert!(!is("nobody has this password", None));
        assert!(!is("x", Some("no hash at all")));
        let again = hashed("correct horse battery").map_err(|failure| failure.message).expect("a hash");
        assert_ne!(hash, again, "each has a salt of its own");
    }

    #[test]
    fn short_long_dull_and_own_names_are_refused() {
        let refused = |password: &str| fits("anna", password).is_err();
        assert!(refused("short"));
        assert!(refused("aaaaaaaaaaaaaaaa"));
        assert!(refused("this is Anna's password"));
        assert!(refused(&"long words ".repeat(99)));
        assert!(!refused("correct horse battery"));
    }
}
