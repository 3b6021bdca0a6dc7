//! 上传 · what a page sends: bodies of a bounded size, files put beside the store's own under a name of
//! their own until they have been read.

use std::path::{Path, PathBuf};

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tempfile::TempDir;

use super::problem::Problem;
use crate::say::{Failure, output_failure};

/// Bytes that a file may have.
pub(super) const FILE_LIMIT: usize = 64 * 1024 * 1024;
/// Bytes that a form may have.
pub(super) const FORM_LIMIT: usize = 8 * 1024 * 1024;
/// Characters that the name of a file may have.
const NAME_LIMIT: usize = 120;
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

    /// Puts what was received in a folder of its own.
    pub(super) fn keep(bytes: &[u8], name: &str) -> Result<Self, Problem> {
        let plain = Path::new(name).file_name().and_then(|plain| plain.to_str());
        let plain = plain.filter(|plain| {
            *plain == name && plain.chars().count() <= NAME_LIMIT && !plain.chars().any(char::is_control)
        });
        let plain = plain.ok_or_else(|| Problem::query("name", name, "lines.geojson"))?;
        let failed = |error: &std::io::Error| Problem::from(output_failure(Some(plain), error));
        let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
        let path = folder.path().join(plain);
        std::fs::write(&path, bytes).map_err(|error| failed(&error))?;
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

/// The bytes of a body that is a file.
pub(super) async fn received(body: Body) -> Result<Vec<u8>, Problem> {
    let bytes = to_bytes(body, FILE_LIMIT).await.map_err(|_| too_large(FILE_LIMIT))?;
    Ok(bytes.to_vec())
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
