//! 访问 · who may ask for what: decided for every route from its `x-access` in the contract.

use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::caller::Caller;
use super::contract;
use super::problem::Problem;

/// Lets a request through to its handler, with its caller, or refuses it. A route that the contract
/// does not know is open to nobody.
pub(super) async fn enforce(mut request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let operation = contract::operation(request.method().as_str(), path);
    let needs = operation.and_then(|operation| operation["x-access"]["needs"].as_str());
    let Some(needs) = needs else {
        return Problem::new(StatusCode::FORBIDDEN, "no_access_rule", &[("path", path)]).into_response();
    };
    let caller = Caller::office();
    if !caller.may(needs) {
        return Problem::new(StatusCode::FORBIDDEN, "not_allowed", &[("needs", needs)]).into_response();
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}
