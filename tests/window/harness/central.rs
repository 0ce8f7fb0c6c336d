//! A central server for windows, on a PostgreSQL of its own, with two lines that can be cut.

use super::cluster::Cluster;
use axum::Router;
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
    other_address: String,
    clock: Arc<Mutex<DateTime<Utc>>>,
    is_cut: [Arc<AtomicBool>; 2],
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
        let (database, now) = (cluster.url(), clock.clone());
        let (token, routes) = serving.block_on(async move {
            let server = Server::connect(&database, 4, Arc::new(move || *now.lock().unwrap()))
                .await
                .unwrap()
                .with_mail(mail);
            let token = server.setup_token().await.unwrap().unwrap();
            (token, routes(server))
        });
        let is_cut = [false; 2].map(|cut| Arc::new(AtomicBool::new(cut)));
        let [address, other_address] = is_cut.each_ref().map(|cut| line(&serving, routes.clone(), cut.clone()));
        Central {
            link: format!("{address}/#{token}"),
            other_address,
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

    /// Where a desk reaches the server by the other line.
    pub fn other_address(&self) -> &str {
        &self.other_address
    }

    /// Sets the server's clock.
    pub fn set_clock(&self, at: &str) {
        *self.clock.lock().unwrap() = at.parse().unwrap();
    }

    /// Cuts the lines to every desk, or mends them.
    pub fn cut(&self, is_cut: bool) {
        for line in &self.is_cut {
            line.store(is_cut, Ordering::SeqCst);
        }
    }

    /// Mends the line of the link alone.
    pub fn mend_first(&self) {
        self.is_cut[0].store(false, Ordering::SeqCst);
    }
}

/// Serves on an address of its own, which it answers, unless the line is cut.
fn line(serving: &Runtime, routes: Router, cut: Arc<AtomicBool>) -> String {
    serving.block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = routes.layer(from_fn(move |request: Request, next: Next| {
            let cut = cut.clone();
            async move {
                match cut.load(Ordering::SeqCst) {
                    true => StatusCode::BAD_GATEWAY.into_response(),
                    false => next.run(request).await,
                }
            }
        }));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        format!("http://{address}")
    })
}
