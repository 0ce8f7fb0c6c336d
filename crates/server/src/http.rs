//! The server's HTTP edge: one route for desks, two for whoever watches the server.

use crate::error::ServerError;
use crate::server::Server;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use farthing_api::{ApiError, Code, ErrorKind};
use farthing_sync::wire::{Letter, Reply, WireError, pack, unpack};

/// The most bytes of a request as it comes, packed.
const MOST_PACKED: usize = 8 << 20;

/// The routes.
pub fn routes(server: Server) -> Router {
    Router::new()
        .route("/v1/sync", post(sync))
        .route("/health", get(async || "ok"))
        .route("/ready", get(ready))
        .layer(DefaultBodyLimit::max(MOST_PACKED))
        .with_state(server)
}

async fn ready(State(server): State<Server>) -> Response {
    match server.ready().await {
        Ok(()) => "ready".into_response(),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn sync(State(server): State<Server>, body: Bytes) -> Response {
    let answered = match unpack::<Letter>(&body) {
        Ok(letter) => server.answer(&letter).await,
        Err(error) => Err(error.into()),
    };
    match answered {
        Ok(reply) => packed(&reply),
        Err(error) => refused(error),
    }
}

fn packed(reply: &Reply) -> Response {
    match pack(reply) {
        Ok(bytes) => bytes.into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What a desk learns of a failure. What the database says stays in the log.
fn refused(error: ServerError) -> Response {
    match error {
        ServerError::Refused(error) => packed(&Reply::Refused(*error)),
        ServerError::Wire(WireError::Version(_)) => packed(&Reply::Refused(ApiError::new(
            ErrorKind::Unavailable,
            Code::ProtocolVersion,
        ))),
        ServerError::Wire(WireError::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        ServerError::Wire(error) => {
            tracing::warn!(%error, "a message was not understood");
            StatusCode::BAD_REQUEST.into_response()
        }
        ServerError::Again => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        other => {
            tracing::error!(error = %other, "a request failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
