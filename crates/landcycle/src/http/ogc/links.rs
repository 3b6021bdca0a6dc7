//! Addresses of this service as its caller reached it, and the language that the caller reads.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use landcycle_policy::text::Language;
use serde_json::{Value, json};

pub(super) const JSON: &str = "application/json";
pub(super) const GEOJSON: &str = "application/geo+json";
pub(super) const SCHEMA: &str = "application/schema+json";
pub(super) const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

/// 来处 · under which address a caller came, and in which language it reads.
pub(super) struct Place {
    base: String,
    pub(super) language: Language,
}

impl Place {
    /// The address of a resource by the parts of its path.
    pub(super) fn at(&self, parts: &[&str]) -> String {
        let mut address = self.base.clone();
        for part in parts {
            address.push('/');
            escape(&mut address, part);
        }
        address
    }

    /// An address with parameters.
    pub(super) fn with(&self, address: &str, pairs: &[(String, String)]) -> String {
        let mut whole = address.to_owned();
        for (at, (name, value)) in pairs.iter().enumerate() {
            whole.push(if at == 0 { '?' } else { '&' });
            escape(&mut whole, name);
            whole.push('=');
            escape(&mut whole, value);
        }
        whole
    }
}

fn escape(address: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Place {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let head = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let host = head("host").unwrap_or("localhost");
        // Behind a proxy that speaks TLS, links must not lead away from it.
        let scheme = if head("x-forwarded-proto") == Some("https") { "https" } else { "http" };
        let asked =
            parts.uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("lang="));
        let reads = asked.or_else(|| head("accept-language")).unwrap_or_default();
        let language = if reads.trim_start().to_ascii_lowercase().starts_with("en") {
            Language::En
        } else {
            Language::Zh
        };
        Ok(Self { base: format!("{scheme}://{host}/ogc"), language })
    }
}

/// A link.
pub(super) fn link(address: &str, relation: &str, kind: &str, title: &str) -> Value {
    let mut link = json!({"href": address, "rel": relation, "type": kind});
    if let (false, Value::Object(object)) = (title.is_empty(), &mut link) {
        object.insert("title".into(), json!(title));
    }
    link
}

/// Says in which language an answer is.
pub(super) fn speak(mut response: Response, language: Language) -> Response {
    let code = if language == Language::En { "en" } else { "zh" };
    response.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(code));
    response
}
