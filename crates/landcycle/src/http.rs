//! The page, the API and the services for GIS programs. The API decides who sees what; the page shows what
//! it serves.

mod access;
mod accounts;
mod acts;
mod answers;
mod board;
mod bodies;
mod book;
mod caller;
mod comparison;
pub(crate) mod contract;
mod desks;
mod import;
mod law;
mod layer_book;
mod layers;
mod library;
mod linkage;
mod listings;
mod ogc;
pub(crate) mod outcomes;
mod overview;
mod page;
mod plan;
mod problem;
mod proposals;
mod public;
mod query;
mod session;
mod supervision;
mod tables;
mod tally;
mod tiles;
mod work;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, delete, get, post, put};
use jiff::civil::Date;
use landcycle_ledger::{Ledger, Store};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::{Language, Text};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::accounts::Door;
use crate::acts::Judge;
use crate::say::{Failure, filled, out, tell, words};
use crate::{clock, store};
use book::Book;
use comparison::{Compared, Reform};
use problem::Problem;
pub(crate) use tiles::Basemap;

/// Assessed portfolios that are kept: today's, and the days that people look back at.
const BOOKS: usize = 3;

/// What every request needs.
pub(crate) struct App {
    library: Library,
    store: PathBuf,
    ledger: Mutex<Store>,
    books: Mutex<Vec<Arc<Book>>>,
    reforms: Vec<Reform>,
    /// The comparison asked for last.
    compared: Mutex<Option<Arc<Compared>>>,
    /// What is published, as last computed.
    published: Mutex<Option<Arc<public::Published>>>,
    /// Programs of the rules that acts require.
    judge: Mutex<Judge>,
    /// The folder of packages, if not those in the program.
    folder: Option<PathBuf>,
    /// The accounts; with none the server is one person's, on loopback.
    door: Option<Arc<Door>>,
    /// The page comes over TLS, so that the cookie of a session must.
    secure: bool,
    /// Names by which the server may be called, beside this machine's own.
    names: Vec<String>,
    /// Proposals are decided one after the other.
    deciding: tokio::sync::Mutex<()>,
    /// Passwords that are checked at once.
    hashing: tokio::sync::Semaphore,
    /// What maps are drawn from.
    tiles: tiles::Shelf,
    /// The map behind the map, where the office names one.
    basemap: Option<Basemap>,
    /// Collections for GIS programs.
    ogc: ogc::Shelf,
}

/// Passwords that may be checked at once: each takes 19 MiB and some hundredths of a second.
const HASHING: usize = 2;

impl App {
    fn new(
        library: Library,
        folder: Option<&Path>,
        store: &Path,
        reforms: &[PathBuf],
    ) -> Result<Self, Failure> {
        let reforms =
            reforms.iter().map(|folder| Reform::read(&library, folder)).collect::<Result<_, _>>()?;
        let ledger = store::open_to_read(store)?;
        Ok(Self {
            library,
            store: store.to_owned(),
            ledger: Mutex::new(ledger),
            books: Mutex::new(Vec::new()),
            reforms,
            compared: Mutex::new(None),
            published: Mutex::new(None),
            judge: Mutex::default(),
            folder: folder.map(Path::to_owned),
            door: None,
            secure: false,
            names: Vec::new(),
            deciding: tokio::sync::Mutex::new(()),
            hashing: tokio::sync::Semaphore::new(HASHING),
            tiles: tiles::Shelf::default(),
            basemap: None,
            ogc: ogc::Shelf::default(),
        })
    }

    /// Where the packages are, if not in the program.
    fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Reads from the ledger. A panic elsewhere leaves no half state behind, so poison is ignored.
    fn with_ledger<T>(&self, read: impl FnOnce(&Store) -> T) -> T {
        read(&self.ledger.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn meta(&self, name: &str) -> Option<String> {
        self.with_ledger(|ledger| ledger.meta(name).ok().flatten())
    }

    /// The assessment date when the caller names none.
    fn usual_day(&self) -> Date {
        self.meta(store::AS_OF_META).and_then(|day| day.parse().ok()).unwrap_or_else(clock::today)
    }

    /// What a store of invented data says of itself.
    fn banner(&self) -> Option<Text> {
        let banner = self.meta(store::SAMPLE_META)?;
        let (zh, en) = banner.split_once('\n').unwrap_or((&banner, &banner));
        Some(Text::new(zh, en))
    }

    /// The portfolio as of a day, assessed once while the store does not change.
    fn book(&self, as_of: Date) -> Result<Arc<Book>, Failure> {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        let size = self.with_ledger(Ledger::size).map_err(|error| store::failure(&self.store, &error))?;
        books.retain(|book| book.events == size.events);
        if let Some(at) = books.iter().position(|book| book.as_of == as_of) {
            return Ok(Arc::clone(&books[at]));
        }
        let made = self.with_ledger(|ledger| Book::make(ledger, &self.library, as_of, size.events))?;
        let made = Arc::new(made);
        if books.len() >= BOOKS {
            books.remove(0);
        }
        books.push(Arc::clone(&made));
        Ok(made)
    }
}

/// Where a server listens, and for whom.
pub(crate) struct House {
    /// Address and port.
    pub(crate) address: SocketAddr,
    /// Accounts, if it has any.
    pub(crate) door: Option<Door>,
    /// Whether a proxy before it speaks TLS.
    pub(crate) secure: bool,
    /// Names it may be called by.
    pub(crate) names: Vec<String>,
    /// The map behind the map.
    pub(crate) basemap: Option<Basemap>,
}

/// Serves until Ctrl+C or a request to end.
pub(crate) fn serve(
    (library, folder): (Library, Option<&Path>),
    (store, reforms): (&Path, &[PathBuf]),
    house: House,
    language: Language,
) -> Result<(), Failure> {
    let House { address, door, secure, names, basemap } = house;
    let port = address.port();
    if door.is_none() && !address.ip().is_loopback() {
        return Err(Failure::new("serve_needs_accounts", &[("address", &address.to_string())]));
    }
    if door.is_none() {
        tell(words("serving_office").get(language));
    }
    let app = App::new(library, folder, store, reforms)?;
    let app = Arc::new(App { door: door.map(Arc::new), secure, names, basemap, ..app });
    let runtime = tokio::runtime::Runtime::new().map_err(|error| no_port(port, &error))?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await;
        let listener = listener.map_err(|error| no_port(port, &error))?;
        let real = listener.local_addr().map_err(|error| no_port(port, &error))?;
        let address = format!("http://{real}/");
        out(&address)?;
        tell(filled("serving", &[("address", &address)]).get(language));
        let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, service).with_graceful_shutdown(ended());
        served.await.map_err(|error| no_port(port, &error))
    })
}

fn no_port(port: u16, error: &dyn std::fmt::Display) -> Failure {
    Failure::new("port_taken", &[("port", &port.to_string()), ("why", &error.to_string())])
}

async fn ended() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

/// All routes.
fn router(app: Arc<App>) -> Router {
    let api = Router::new()
        .route("/status", get(answers::status))
        .route("/cases", get(answers::cases))
        .route("/cases/{id}", get(answers::case))
        .route("/cases/{id}/layers", get(layers::of_case))
        .route("/cases/{id}/life", get(acts::life))
        .route("/cases/{id}/acts", post(acts::act))
        .route("/work", get(acts::work))
        .route("/work.ics", get(acts::calendar))
        .route("/refusals", get(acts::refusals))
        .route("/cases/{id}/explain/{rule}", get(answers::explain))
        .route("/compare/choices", get(comparison::choices))
        .route("/compare", get(comparison::totals))
        .route("/compare/changes", get(comparison::changes))
        .route("/laws", get(law::laws))
        .route("/laws/{package}", get(law::law))
        .route("/documents", get(library::documents))
        .route("/documents/{id}", get(library::document))
        .route("/desks", get(desks::desks))
        .route("/desks/{name}", post(desks::work))
        .route("/desks/{name}/paper", post(desks::paper))
        .route("/parameters", get(library::parameters))
        .route("/parameters/{package}/{stage}/{name}", get(library::parameter))
        .route("/contract.json", get(contract::serve))
        .route("/session", get(session::session).post(session::sign_in).delete(session::sign_out))
        .route("/session/password", post(session::change_password))
        .route("/session/tokens", get(session::tokens).post(session::make_token))
        .route("/session/tokens/{id}", delete(session::end_token))
        .route("/accounts", get(accounts::accounts).post(accounts::add))
        .route("/accounts/{name}", put(accounts::change))
        .route("/visits", get(accounts::visits))
        .route("/visits/verify", get(accounts::verify))
        .route("/proposals", get(proposals::proposals))
        .route("/proposals/{number}", post(proposals::decide_proposal))
        .merge(tiles::api())
        .merge(plan::routes())
        .merge(linkage::routes())
        .merge(layer_book::routes())
        .merge(listings::routes())
        .merge(public::routes())
        .merge(overview::routes())
        .merge(import::routes())
        .layer(DefaultBodyLimit::max(bodies::FORM_LIMIT))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&app), access::enforce))
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "no_route", &[]))
        .layer(middleware::map_response(async |response: Response| {
            let mut response = told(response);
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }));
    let neighbours = Router::new()
        .merge(tiles::routes())
        .merge(ogc::routes())
        .route_layer(middleware::from_fn_with_state(Arc::clone(&app), access::enforce))
        .route("/ogc/{*rest}", any(async || Problem::new(StatusCode::NOT_FOUND, "no_route", &[])));
    Router::new()
        .nest("/api", api)
        .merge(neighbours)
        .fallback(page::serve)
        .with_state(Arc::clone(&app))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", &[]).into_response()
        }))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(app, guard))
}

/// Refusals that the router makes by itself (a method, an address that is no text) get words too.
fn told(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    if status.as_u16() < 400 || kind.is_some_and(|kind| kind == problem::MEDIA_TYPE) {
        return response;
    }
    let allowed = response.headers().get(header::ALLOW).cloned();
    let mut said = Problem::new(status, "refused", &[]).into_response();
    if let Some(allowed) = allowed {
        said.headers_mut().insert(header::ALLOW, allowed);
    }
    said
}

/// What a page may load: its own host's, and images of the map behind the map, where there is one.
fn policy(basemap: Option<&Basemap>) -> HeaderValue {
    let also = basemap.map(|basemap| format!(" {}", basemap.origin())).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'{also}; connect-src 'self'{also}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

/// Refuses names that are not this machine's (a page elsewhere could otherwise rebind its name to
/// loopback and read along), and adds the headers that keep the page to itself.
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let own = matches!(name, "127.0.0.1" | "localhost" | "[::1]");
    let mut response = if own || app.names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        next.run(request).await
    } else {
        Problem::new(StatusCode::FORBIDDEN, "wrong_host", &[("host", host)]).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy(app.basemap.as_ref()));
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Runs reading and judging away from the threads that answer.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", &[])))
}

#[cfg(test)]
mod tests;
