//! A map behind the map, only where the office names one: its own address, with its own key.

use serde_json::{Value, json};

use crate::say::Failure;

/// 底图 · raster tiles of another server.
#[derive(Clone, Debug)]
pub(crate) struct Basemap {
    template: String,
    attribution: String,
    origin: String,
}

impl Basemap {
    /// Reads a template of addresses with `{z}`, `{x}` and `{y}`.
    pub(crate) fn read(template: &str, attribution: &str) -> Result<Self, Failure> {
        let refused = || Failure::new("map_bad_basemap", &[("address", template)]).misuse();
        let rest = template.strip_prefix("https://").or_else(|| template.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).filter(|host| !host.is_empty());
        let host = host.ok_or_else(refused)?;
        // The origin goes into a header: nothing there may end its entry and begin another.
        let plain =
            host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'));
        let places = ["{z}", "{x}", "{y}"].iter().all(|place| template.contains(place));
        if !plain || !places {
            return Err(refused());
        }
        let scheme = if template.starts_with("https") { "https" } else { "http" };
        Ok(Self {
            origin: format!("{scheme}://{host}"),
            template: template.to_owned(),
            attribution: attribution.to_owned(),
        })
    }

    /// The only other place that the page may ask for images.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn json(&self) -> Value {
        json!({"template": self.template, "attribution": self.attribution})
    }
}

#[cfg(test)]
mod tests {
    use super::Basemap;

    #[test]
    fn an_address_has_a_host_and_three_places() {
        let good =
            Basemap::read("https://tiles.example.org:8443/w/{z}/{x}/{y}.png?tk=1", "").map_err(|f| f.message);
        assert_eq!(good.expect("read").origin(), "https://tiles.example.org:8443");
        for bad in [
            "",
            "tiles/{z}/{x}/{y}",
            "https:///{z}/{x}/{y}",
            "https://a; script-src */{z}/{x}/{y}",
            "https://a/{z}/{x}",
        ] {
            assert!(Basemap::read(bad, "").is_err(), "{bad}");
        }
    }
}
