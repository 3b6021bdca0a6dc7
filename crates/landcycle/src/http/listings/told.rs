//! Refusals and faults of listings as answers.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::App;
use super::super::problem::{MEDIA_TYPE, Problem};
use crate::cli::tree::text_json;
use crate::listings::NotDone;
use crate::store;

/// Why a listing cannot be read.
pub(super) fn unreadable(app: &App, error: NotDone) -> Problem {
    match error {
        NotDone::Failed(failure) => Problem::from(failure),
        NotDone::Store(error) => Problem::from(store::failure(&app.store, &error)),
        NotDone::Refused(refusal) => {
            Problem::said(StatusCode::UNPROCESSABLE_ENTITY, &refusal.code.text(), refusal.detail)
        }
    }
}

/// A refusal in full, as acts give theirs; anything else as a fault.
pub(super) fn refused(app: &App, error: NotDone) -> Result<Response, Problem> {
    let NotDone::Refused(refusal) = error else { return Err(unreadable(app, error)) };
    let mut told = refusal.json(&app.library);
    if let Some(object) = told.as_object_mut() {
        object.insert("missing".to_owned(), json!([]));
    }
    let body = json!({
        "code": refusal.code.text(), "title": text_json(&refusal.code.words("title")),
        "detail": told["detail"].clone(), "refused": [told],
    });
    Ok((StatusCode::UNPROCESSABLE_ENTITY, [(header::CONTENT_TYPE, MEDIA_TYPE)], body.to_string())
        .into_response())
}
