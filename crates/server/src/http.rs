//! The server's HTTP edge: one route for desks, three for whoever watches the server.

use crate::error::ServerError;
use crate::metrics::add;
use crate::server::Server;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use farthing_api::{ApiError, Code, ErrorKind};
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Form, Letter, Reply, WireError, unpack};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket};

/// The most bytes of a request as it comes, packed.
const MOST_PACKED: usize = 8 << 20;
/// So long the database has to say that it is there.
const READY: Duration = Duration::from_secs(2);

/// So many desks may wait to be taken in, as far as the system allows. Of those beyond it each asks again after a whole second; the usual
/// 128 are not enough for all desks of an organisation that come at once.
const WAITING: u32 = 4096;

/// Listens on an address. Only within a Tokio runtime.
///
/// # Errors
/// What the system says: the address is taken, or not this machine's.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // As after a restart, while the system still remembers connections of before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// The routes for desks, and whether the server lives and may be asked.
pub fn routes(server: Server) -> Router {
    Router::new()
        .route("/v1/sync", post(sync))
        .route("/health", get(async || "ok"))
        .route("/ready", get(ready))
        .layer(DefaultBodyLimit::max(MOST_PACKED))
        .with_state(server)
}

/// The routes for those who watch the server, on an address of their own.
pub fn watching(server: Server) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/health", get(async || "ok"))
        .route("/ready", get(ready))
        .with_state(server)
}

async fn ready(State(server): State<Server>) -> Response {
    match tokio::time::timeout(READY, server.ready()).await {
        Ok(Ok(())) => "ready".into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "the database does not answer");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Err(_) => {
            tracing::error!("the database does not answer in time");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn metrics(State(server): State<Server>) -> Response {
    let text = server.metrics_text();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

async fn sync(State(server): State<Server>, headers: HeaderMap, body: Bytes) -> Response {
    let began = Instant::now();
    let said = Form::said(headers.get(Form::FIELD).map(HeaderValue::as_bytes));
    let form = said.max(Form::of(&body));
    add(&server.metrics().bytes_in, body.len());
    let (what, answered) = match server.limits().turn().await {
        Some(_turn) => asked(&server, &body, began).await,
        None => ("any", Err(ServerError::Busy)),
    };
    let how = match &answered {
        Ok(Reply::Refused(_)) | Err(ServerError::Refused(_)) => "refused",
        Ok(_) => "done",
        Err(ServerError::Wire(_)) => "unread",
        Err(ServerError::Busy | ServerError::Again) => "busy",
        Err(_) => "failed",
    };
    let mut response = match answered {
        Ok(reply) => packed(&server, form, &reply),
        Err(error) => refused(&server, form, error),
    };
    if said == Form::Dense {
        let read = HeaderValue::from_static(Form::READ);
        response.headers_mut().insert(Form::FIELD, read);
    }
    server.metrics().answered(what, how, began.elapsed());
    response
}

async fn asked(server: &Server, body: &[u8], now: Instant) -> (&'static str, Result<Reply, ServerError>) {
    let letter = match unpack::<Letter>(body) {
        Ok(letter) => letter,
        Err(error) => return ("any", Err(error.into())),
    };
    let request = match letter.peek(Versions::HERE) {
        Ok(request) => request,
        Err(error) => return ("any", Err(error.into())),
    };
    let what = request.word();
    let machine = (!request.is_of_stranger()).then_some(letter.device.0);
    if !server.limits().allows(machine, now) {
        return (what, Err(ServerError::Busy));
    }
    (what, server.answer_to(&letter, request).await)
}

fn packed(server: &Server, form: Form, reply: &Reply) -> Response {
    match form.pack(reply) {
        Ok(bytes) => {
            add(&server.metrics().bytes_out, bytes.len());
            bytes.into_response()
        }
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What a desk learns of a failure. What the database says stays in the log.
fn refused(server: &Server, form: Form, error: ServerError) -> Response {
    match error {
        ServerError::Refused(error) => packed(server, form, &Reply::Refused(*error)),
        ServerError::Wire(WireError::Version(_)) => packed(
            server,
            form,
            &Reply::Refused(ApiError::new(ErrorKind::Unavailable, Code::ProtocolVersion)),
        ),
        ServerError::Wire(WireError::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        ServerError::Wire(error) => {
            tracing::warn!(%error, "a message was not understood");
            StatusCode::BAD_REQUEST.into_response()
        }
        ServerError::Busy => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "10")]).into_response(),
        ServerError::Again => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        other => {
            tracing::error!(error = %other, "a request failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
