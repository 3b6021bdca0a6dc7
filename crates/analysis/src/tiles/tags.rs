//! Attributes of a layer: every name once, and every value that many features share.

use std::collections::HashMap;

use super::message::TileValue;

/// 属性 · names and values of a layer, and the attributes of the feature that is being drawn.
#[derive(Debug, Default)]
pub struct Tags {
    keys: Vec<String>,
    values: Vec<TileValue>,
    texts: HashMap<String, u32>,
    numbers: HashMap<(u8, u64), u32>,
    own: Vec<u32>,
}

impl Tags {
    fn key(&mut self, name: &str) -> u32 {
        let found = self.keys.iter().position(|key| key == name);
        let at = found.unwrap_or_else(|| {
            self.keys.push(name.to_owned());
            self.keys.len() - 1
        });
        at as u32
    }

    fn push(&mut self, value: TileValue) -> u32 {
        self.values.push(value);
        self.values.len() as u32 - 1
    }

    fn put(&mut self, name: &str, value: u32) {
        let key = self.key(name);
        self.own.extend([key, value]);
    }

    /// A text that no other feature of the layer is likely to have.
    pub fn own_text(&mut self, name: &str, text: &str) {
        let value = self.push(TileValue { text: Some(text.to_owned()), ..TileValue::default() });
        self.put(name, value);
    }

    /// A text that many features have.
    pub fn text(&mut self, name: &str, text: &str) {
        let value = if let Some(known) = self.texts.get(text) {
            *known
        } else {
            let made = self.push(TileValue { text: Some(text.to_owned()), ..TileValue::default() });
            self.texts.insert(text.to_owned(), made);
            made
        };
        self.put(name, value);
    }

    /// A number; what is not finite says nothing and is left out.
    pub fn number(&mut self, name: &str, number: f64) {
        if number.is_finite() {
            let value = TileValue { number: Some(number), ..TileValue::default() };
            self.shared((0, number.to_bits()), name, value);
        }
    }

    /// A whole number.
    pub fn whole(&mut self, name: &str, whole: u64) {
        self.shared((1, whole), name, TileValue { whole: Some(whole), ..TileValue::default() });
    }

    /// Yes or no.
    pub fn yes(&mut self, name: &str, yes: bool) {
        self.shared((2, yes.into()), name, TileValue { yes: Some(yes), ..TileValue::default() });
    }

    fn shared(&mut self, as_known: (u8, u64), name: &str, value: TileValue) {
        let at = if let Some(known) = self.numbers.get(&as_known) {
            *known
        } else {
            let made = self.push(value);
            self.numbers.insert(as_known, made);
            made
        };
        self.put(name, at);
    }

    /// The attributes put since the last feature.
    pub(super) fn take(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.own)
    }

    pub(super) fn finish(self) -> (Vec<String>, Vec<TileValue>) {
        (self.keys, self.values)
    }
}
