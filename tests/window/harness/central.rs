//! A central server for windows, on a PostgreSQL of its own, whose line can be cut.

use super::cluster::Cluster;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use farthing_api::{MailSecurity, MailSettings, Secret};
use farthing_server::{Server, routes};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A server that runs until this is dropped.
pub struct Central {
    link: String,
    clock: Arc<Mutex<DateTime<Utc>>>,
    is_cut: Arc<AtomicBool>,
    // They end in this order.
    _serving: Runtime,
    _cluster: Cluster,
    _folder: tempfile::TempDir,
}

impl Central {
    /// A new server, whose clock stands at `at`.
    pub fn open(at: &str) -> Central {
        Central::serving(at, None)
    }

    /// The same with a mail server on this machine's port.
    pub fn mailing(at: &str, port: u16) -> Central {
        let settings = MailSettings {
            host: "localhost".into(),
            port,
            security: MailSecurity::None,
            username: String::new(),
            password: Secret::default(),
            from: "desk@example.org".into(),
        };
        Central::serving(at, Some(settings))
    }

    fn serving(at: &str, mail: Option<MailSettings>) -> Central {
        let clock = Arc::new(Mutex::new(at.parse().unwrap()));
        let folder = tempfile::tempdir().unwrap();
        let cluster = Cluster::start(&folder.path().join("pg"), false).unwrap();
        let serving = Runtime::new().unwrap();
        let is_cut = Arc::new(AtomicBool::new(false));
        let (link, cut, now) = (cluster.url(), is_cut.clone(), clock.clone());
        let link = serving.block_on(async move {
            let server = Server::connect(&link, 4, Arc::new(move || *now.lock().unwrap()))
                .await
                .unwrap()
                .with_mail(mail);
            let token = server.setup_token().await.unwrap().unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let routes = routes(server).layer(from_fn(move |request: Request, next: Next| {
                let cut = cut.clone();
                async move {
                    match cut.load(Ordering::SeqCst) {
                        true => StatusCode::BAD_GATEWAY.into_response(),
                        false => next.run(request).await,
                    }
                }
            }));
            tokio::spawn(async move { axum::serve(listener, routes).await });
            format!("http://{address}/#{token}")
        });
        Central {
            link,
            clock,
            is_cut,
            _serving: serving,
            _cluster: cluster,
            _folder: folder,
        }
    }

    /// The setup link that a first start prints.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// Sets the server's clock.
    pub fn set_clock(&self, at: &str) {
        *self.clock.lock().unwrap() = at.parse().unwrap();
    }

    /// Cuts the line to every desk, or mends it.
    pub fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::SeqCst);
    }
}
