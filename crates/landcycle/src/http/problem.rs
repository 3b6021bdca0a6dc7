//! Errors over HTTP: `application/problem+json` in both languages.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use landcycle_policy::text::Text;
use serde_json::json;

use crate::say::{Failure, filled, words};

/// What the body of an error is.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// An error for the page and for other programs.
#[derive(Debug)]
pub(super) struct Problem(Box<Inner>);

// Boxed: every answer may carry one, and almost none does.
#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: String,
    title: Text,
    detail: Text,
}

impl Problem {
    /// A problem whose words stand in the catalogue under `problem_<code>`.
    pub(super) fn new(status: StatusCode, code: &str, values: &[(&str, &str)]) -> Self {
        let detail = filled(&format!("problem_{code}"), values);
        Self(Box::new(Inner { status, code: code.to_owned(), title: words(&title_key(status)), detail }))
    }

    /// A value of the query that cannot be used.
    pub(super) fn query(name: &str, value: &str, expected: &str) -> Self {
        let values = [("name", name), ("value", value), ("expected", expected)];
        Self::new(StatusCode::BAD_REQUEST, "query", &values)
    }

    /// A problem whose words come from elsewhere.
    pub(super) fn said(status: StatusCode, code: &str, detail: Text) -> Self {
        Self(Box::new(Inner { status, code: code.to_owned(), title: words(&title_key(status)), detail }))
    }

    /// What somebody sent cannot be used: theirs to mend, not a fault of the server.
    pub(super) fn unusable(failure: Failure) -> Self {
        Self::said(StatusCode::UNPROCESSABLE_ENTITY, "value", failure.message)
    }

    /// Something that is not there.
    pub(super) fn absent(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "absent", &[("what", what)])
    }
}

fn title_key(status: StatusCode) -> String {
    let known = matches!(status.as_u16(), 400 | 401 | 403 | 404 | 405 | 409 | 413 | 422 | 429 | 500);
    format!("status_{}", if known { status.as_u16() } else { 400 })
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let title = words(&title_key(status));
        Self(Box::new(Inner { status, code: "failed".into(), title, detail: failure.message }))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Inner { status, code, title, detail } = *self.0;
        let body = json!({
            "code": code,
            "title": {"zh": title.zh, "en": title.en},
            "detail": {"zh": detail.zh, "en": detail.en},
        });
        (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body.to_string()).into_response()
    }
}
