//! 正文 · bodies of a bounded size: forms as JSON, files that come, which lie in a folder of their own
//! under their own name until they have been read, and files that go.

use std::future::poll_fn;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use axum::Json;
use axum::body::{Body, HttpBody};
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tempfile::TempDir;

use super::problem::Problem;
use crate::say::Failure;

/// Bytes that a file may have.
pub(super) const FILE_LIMIT: usize = 64 * 1024 * 1024;
/// Bytes that a form may have.
pub(super) const FORM_LIMIT: usize = 8 * 1024 * 1024;
/// Characters that the name of a file may have.
const NAME_LIMIT: usize = 120;
/// What a file without a name is called.
const NAMELESS: &str = "upload";
/// Bytes of a mebibyte.
const MEBIBYTE: usize = 1024 * 1024;

/// The kinds of files that are handed out.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(super) const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// A file that was sent; gone with this value.
#[derive(Debug)]
pub(super) struct Upload {
    _folder: TempDir,
    path: PathBuf,
}

impl Upload {
    /// Where it lies, under the name that it had.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The name that it had.
    pub(super) fn name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// Takes a body into a file, piece by piece, up to the limit.
    pub(super) async fn take(mut body: Body, name: Option<&str>) -> Result<Self, Problem> {
        let broken = |why: &dyn std::fmt::Display| {
            Problem::new(StatusCode::BAD_REQUEST, "broken_off", &[("why", &why.to_string())])
        };
        let name = plain(name.unwrap_or(NAMELESS))?;
        let folder = tempfile::tempdir().map_err(|error| broken(&error))?;
        let path = folder.path().join(name);
        let mut file = std::fs::File::create(&path).map_err(|error| broken(&error))?;
        let mut size = 0;
        while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            let frame = frame.map_err(|error| broken(&error))?;
            let Ok(data) = frame.into_data() else { continue };
            size += data.len();
            if size > FILE_LIMIT {
                return Err(too_large(FILE_LIMIT));
            }
            file.write_all(&data).map_err(|error| broken(&error))?;
        }
        if size == 0 {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "no_file", &[]));
        }
        file.flush().map_err(|error| broken(&error))?;
        Ok(Self { _folder: folder, path })
    }

    /// What is wrong with the file, without the folder that only this program knows.
    pub(super) fn problem(&self, code: &str, failure: Failure) -> Problem {
        let mut said = failure.message;
        if let Some(folder) = self.path.parent().map(|folder| format!("{}/", folder.display())) {
            said.zh = said.zh.replace(&folder, "");
            said.en = said.en.replace(&folder, "");
        }
        Problem::said(StatusCode::UNPROCESSABLE_ENTITY, code, said)
    }
}

/// A name that is the last part of a path and nothing else.
fn plain(name: &str) -> Result<&str, Problem> {
    let plain = Path::new(name).file_name().and_then(|plain| plain.to_str());
    let plain = plain.filter(|plain| {
        *plain == name && plain.chars().count() <= NAME_LIMIT && !plain.chars().any(char::is_control)
    });
    plain.ok_or_else(|| Problem::query("name", name, "lines.geojson"))
}

/// What a form says.
pub(super) fn form<T>(sent: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    let sent = sent.map(|Json(sent)| sent);
    sent.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(FORM_LIMIT),
        _ => Problem::new(StatusCode::BAD_REQUEST, "body", &[("why", &error.body_text())]),
    })
}

fn too_large(limit: usize) -> Problem {
    let limit = (limit / MEBIBYTE).to_string();
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", &[("limit", &limit)])
}

/// A file to be kept by who asked for it.
pub(super) fn file(kind: &str, name: &str, bytes: Vec<u8>) -> Response {
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
    let told = format!("attachment; filename=\"{plain}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, told)], bytes).into_response()
}

/// What a person wrote cannot be used: theirs to mend, not a fault of the server.
pub(super) fn refused(code: &str, failure: Failure) -> Problem {
    Problem::said(StatusCode::UNPROCESSABLE_ENTITY, code, failure.message)
}
