//! The page seals bids by itself, in a browser. Bids sealed here, and numbers written as people write
//! them, stand in a file that the page's own test seals and reads again (`web/test/seal.test.mjs`).
//! `LANDCYCLE_BLESS=1` writes the file anew.

use std::collections::BTreeMap;
use std::path::Path;

use landcycle_ledger::Digest;
use landcycle_ledger::listing::{Key, Seal};
use serde_json::{Value, json};

use crate::packages;

/// Numbers that come out the same each time.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % below
    }

    fn text(&mut self, signs: &[char], most: usize) -> String {
        let length = 1 + self.next(most);
        let text: String = (0..length).map(|_| signs[self.next(signs.len())]).collect();
        let trimmed = text.trim();
        if trimmed.is_empty() { "x".to_owned() } else { trimmed.to_owned() }
    }
}

/// Signs whose order and bytes differ between UTF-8 and UTF-16, and some that a line can hold just so.
const SIGNS: [char; 20] = [
    'a',
    'z',
    'A',
    '0',
    '_',
    '-',
    '/',
    ' ',
    '"',
    '\\',
    '企',
    '业',
    '甲',
    'é',
    '\u{ff21}',
    '\u{fffd}',
    '\u{1f33e}',
    '\u{20000}',
    '\u{feff}',
    '·',
];
const BIDS: usize = 300;

fn bids() -> Vec<Value> {
    let mut dice = Dice(20_261_130);
    (0..BIDS)
        .map(|_| {
            let (listing, bidder) = (dice.text(&SIGNS, 20), dice.text(&SIGNS, 30));
            let many = dice.next(7);
            let figures: BTreeMap<String, String> =
                (0..many).map(|_| (dice.text(&SIGNS, 12), dice.text(&SIGNS, 12))).collect();
            let salt: [u8; 32] = std::array::from_fn(|_| u8::try_from(dice.next(256)).unwrap_or(0));
            let key = Key::new(&listing, &bidder, figures.clone(), salt).expect("fits in lines");
            assert_eq!(Key::parse(&key.text()).expect("read again"), key);
            let seal = key.seal();
            assert_eq!(Seal::parse(&seal.text()).expect("read again"), seal);
            assert_eq!(Digest::of(key.text().as_bytes()), seal.digest);
            json!({
                "listing": listing, "bidder": bidder, "figures": figures, "salt": key.salt(),
                "key": key.text(), "sealed": seal.text(), "digest": seal.digest.to_string(),
            })
        })
        .collect()
}

/// Numbers in ten thousands and in units, with the one spelling that a key takes, or none.
fn numbers() -> Vec<Value> {
    let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
    let vocabulary = &library.vocabulary;
    let fact = vocabulary.fact("investment_committed").expect("a fact");
    let mut dice = Dice(7);
    let digits: Vec<char> = "0123456789".chars().collect();
    let mut written: Vec<String> = [
        "0",
        "00",
        "7000",
        "07000.50",
        "7,000",
        "0.0001",
        "0.00001",
        "0.00000001",
        "1000000000000",
        "1000000000001",
        "100000000",
        "100000000.0001",
        "-1",
        "1e5",
        "",
        "12.",
        ".5",
        "1.5.2",
        "十",
    ]
    .map(str::to_owned)
    .to_vec();
    written.extend((0..200).map(|_| match dice.next(2) {
        0 => dice.text(&digits, 10),
        _ => format!("{}.{}", dice.text(&digits, 8), dice.text(&digits, 9)),
    }));
    let each = written.into_iter().flat_map(|text| {
        // What is no plain decimal the page refuses, though the program may read it.
        let plain = text.replace(',', "");
        let sound = |text: &str| {
            let parts: Vec<&str> = text.split('.').collect();
            parts.len() <= 2
                && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
        };
        [("万元", 4), ("元", 0)].map(|(unit, digits)| {
            let read = vocabulary.canonical(fact, &format!("{plain} {unit}"), None).ok();
            json!({"text": text, "digits": digits, "canonical": read.filter(|_| sound(&plain))})
        })
    });
    each.collect()
}

#[test]
fn the_page_has_bids_of_the_command_line_to_seal_again() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/test/sealed-bids.json");
    let bounds = json!({"min": "0", "max": "1000000000000", "decimals": 4});
    let made = json!({"bids": bids(), "numbers": numbers(), "bounds": bounds});
    let text = format!("{}\n", serde_json::to_string_pretty(&made).expect("JSON"));
    if std::env::var_os("LANDCYCLE_BLESS").is_some() {
        std::fs::write(&file, &text).expect("written");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap_or_default(), text, "{}", file.display());
}
