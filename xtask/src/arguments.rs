//! What was asked for on the command line.

use std::str::FromStr;

/// What the demonstration shall be.
pub(crate) struct Demo {
    pub(crate) port: u16,
    pub(crate) parcels: u32,
    pub(crate) seed: u64,
    pub(crate) fresh: bool,
    pub(crate) check: bool,
}

impl Default for Demo {
    fn default() -> Self {
        Self { port: 8460, parcels: 3000, seed: 1, fresh: false, check: false }
    }
}

/// Reads the arguments of `demo`; both `--port 8470` and `--port=8470` are understood.
pub(crate) fn demo(words: &[String]) -> Result<Demo, String> {
    let mut wish = Demo::default();
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let (name, given) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let mut value = || given.or_else(|| words.next()).ok_or(format!("{name} wants a number"));
        match name {
            "--port" => wish.port = number(name, value()?)?,
            "--parcels" => wish.parcels = number(name, value()?)?,
            "--seed" => wish.seed = number(name, value()?)?,
            "--fresh" if given.is_none() => wish.fresh = true,
            "--check" if given.is_none() => wish.check = true,
            _ => return Err(format!("`demo` does not know {word:?}: see `cargo xtask help`")),
        }
    }
    Ok(wish)
}

fn number<T: FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{name} wants a number in its range, not {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::demo;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn both_spellings_of_a_value_are_understood() {
        let wish = demo(&words("--port=9000 --parcels 20 --check")).expect("understood");
        assert_eq!((wish.port, wish.parcels, wish.seed, wish.check, wish.fresh), (9000, 20, 1, true, false));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in ["--port", "--port ninety", "--check=yes", "--parcel 3", "--port 70000"] {
            assert!(demo(&words(text)).is_err(), "{text}");
        }
    }
}
