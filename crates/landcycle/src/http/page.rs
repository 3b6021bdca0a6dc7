//! The page, carried by the program.

use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::RustEmbed;

use super::problem::Problem;
use crate::say::words;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Page;

/// A file of the page; any other path is one of the page's own.
pub(super) async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") {
        return Problem::new(StatusCode::NOT_FOUND, "no_route", &[]).into_response();
    }
    if let Some(file) = Page::get(path) {
        let kind = kind(path);
        // Names of assets carry a digest of their content.
        let keep =
            if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        return ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], file.data).into_response();
    }
    if let Some(file) = Page::get("index.html") {
        let headers =
            [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
        return (headers, file.data).into_response();
    }
    let said = words("page_not_built");
    let page =
        format!("<!doctype html><meta charset=utf-8><title>landcycle</title><p>{}<p>{}", said.zh, said.en);
    (StatusCode::SERVICE_UNAVAILABLE, Html(page)).into_response()
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}
