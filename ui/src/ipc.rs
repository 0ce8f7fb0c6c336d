//! The one way from the page to the desk.

use crate::early;
use crate::lean;
use crate::screens::proven;
use farthing_api::{ApiError, Code, ErrorKind, Request, Start};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// Tauri's own entry into the shell.
    #[wasm_bindgen(catch, js_namespace = ["window", "__TAURI_INTERNALS__"], js_name = invoke)]
    fn invoke(command: &str, arguments: &JsValue) -> Result<js_sys::Promise, JsValue>;
}

/// Sends `body` (JSON) to the handler called `name` and waits for its answer (JSON).
///
/// # Errors
/// The failure as JSON, as the shell's router writes it, or a sentence where there is no shell around the page.
async fn call(name: &str, body: &str) -> Result<String, String> {
    // The first question was asked before the screens were there.
    let early = early::take("start").filter(|_| name == Start::NAME);
    let promise = match early.map(JsCast::dyn_into) {
        Some(Ok(promise)) => promise,
        _ => asked(name, body).map_err(said)?,
    };
    let answer = JsFuture::from(promise).await.map_err(said)?;
    String::from_utf8(js_sys::Uint8Array::new(&answer).to_vec()).map_err(|error| error.to_string())
}

fn asked(name: &str, body: &str) -> Result<js_sys::Promise, JsValue> {
    let arguments = js_sys::Object::new();
    for (key, value) in [("name", name), ("body", body)] {
        js_sys::Reflect::set(&arguments, &key.into(), &value.into())?;
    }
    invoke("call", &arguments)
}

/// Asks the desk and waits for its answer.
///
/// # Errors
/// What the desk answered; a failure that is none of its answers is a fault of the program.
pub async fn send<R: Request>(request: &R) -> Result<R::Answer, ApiError> {
    Asked::by(request)
        .answered()
        .await
        .and_then(|answer| read::<R>(&answer))
}

/// A request on its way, whatever it asks. What needs no knowledge of its type is done through this, so that the
/// compiler makes it once and not for each of the requests.
pub struct Asked {
    name: &'static str,
    body: Option<String>,
}

impl Asked {
    /// A request, written out.
    pub fn by<R: Request>(request: &R) -> Asked {
        Asked {
            name: R::NAME,
            body: serde_json::to_string(request).ok(),
        }
    }

    /// The answer as the desk wrote it. When the desk says that nobody is signed in, or that the book is in trouble, the
    /// whole window follows. Where it takes a proof of who is there, they are asked for it, and the request is sent again.
    ///
    /// # Errors
    /// Those of [`send`].
    pub async fn answered(self) -> Result<String, ApiError> {
        match self.once().await {
            Err(error) if error.code == Code::ProveAgain && proven().await => self.once().await,
            outcome => outcome,
        }
    }

    async fn once(&self) -> Result<String, ApiError> {
        let body = self.body.as_ref().ok_or_else(ApiError::internal)?;
        let outcome = call(self.name, body).await.map_err(|reason| {
            let said: Result<ApiError, _> = lean::read(&reason);
            said.unwrap_or_else(|_| ApiError::internal())
        });
        match &outcome {
            Err(error) if error.kind == ErrorKind::SignedOut => crate::state::signed_out(),
            Err(error) if error.kind == ErrorKind::Book => crate::state::book_trouble(error.clone()),
            _ => {}
        }
        outcome
    }
}

/// Whether an answer could be read and was taken.
pub type Taken = Result<(), ApiError>;

/// The answer to a request from what the desk wrote.
///
/// # Errors
/// An answer that is none is a fault of the program.
pub fn read<R: Request>(answer: &str) -> Result<R::Answer, ApiError> {
    lean::read(answer).map_err(|_| ApiError::internal())
}

/// A rejected promise's reason as text.
fn said(reason: JsValue) -> String {
    reason
        .as_string()
        .or_else(|| js_sys::Error::from(reason).message().as_string())
        .unwrap_or_default()
}
