//! A request from the page to the desk and back, against the blank window's echo.

use crate::PASSWORD;
use crate::processes::{Display, Driver};
use crate::program::Program;
use crate::session::Session;
use crate::{median, shown};
use chrono::Utc;
use farthing_api::Secret;
use farthing_identity::second_factor::code_at;
use serde_json::{Value, json};

/// The blank window and the desktop take turns so often.
const TURNS: usize = 3;
/// A page's clock is coarse, so that so many requests after each other are timed together.
const TOGETHER: usize = 10;
const TIMES: usize = 40;

/// Asks and times; the answer is the mean of each group in milliseconds.
const ASK: &str = "
    const [name, body, times, together] = arguments;
    const done = arguments[arguments.length - 1];
    const ask = () => window.__TAURI_INTERNALS__.invoke('call', { name, body });
    (async () => {
        const means = [];
        for (let n = -2; n < times; n++) {
            const start = performance.now();
            for (let i = 0; i < together; i++) await ask();
            if (n >= 0) means.push((performance.now() - start) / together);
        }
        done(means);
    })().catch(error => done(String(error)));
";

/// Asks once.
const ANSWER: &str = "
    const [name, body] = arguments;
    const done = arguments[arguments.length - 1];
    window.__TAURI_INTERNALS__.invoke('call', { name, body })
        .then(bytes => done(new TextDecoder().decode(bytes)), error => done('refused: ' + error));
";

fn times(session: &Session, name: &str, body: &Value) -> Vec<f64> {
    let arguments = json!([name, body.to_string(), TIMES, TOGETHER]);
    let means = session.script_async(ASK, &arguments).unwrap();
    let means = means.as_array().unwrap_or_else(|| panic!("{name}: {means}"));
    means.iter().map(|mean| mean.as_f64().unwrap()).collect()
}

fn answer(session: &Session, name: &str, body: &Value) -> Value {
    let text = session.script_async(ANSWER, &json!([name, body.to_string()])).unwrap();
    serde_json::from_str(text.as_str().unwrap()).unwrap_or_else(|_| panic!("{name}: {text}"))
}

/// The requests that are timed, payments apart.
fn requests(session: &Session) -> Vec<(&'static str, Value)> {
    let page = |search: &str| json!({ "query": { "search": search, "filter": "", "sort": "", "descending": false, "page": 0 } });
    let loans = answer(session, "ListLoans", &page(""));
    let loan = &loans["rows"][0];
    vec![
        ("GetSession", json!({})),
        ("ListCustomers", page("")),
        ("ListCustomers", page("an")),
        ("ListLoans", page("")),
        ("GetCustomer", json!({ "id": loan["customer"] })),
        ("GetLoan", json!({ "id": loan["id"] })),
        ("Find", json!({ "search": "mar" })),
        ("ListTasks", json!({})),
        ("OfficerHome", json!({ "language": "en" })),
        ("AdminHome", json!({ "language": "en" })),
    ]
}

/// The first sign-in of someone who works here sets their authenticator up.
fn prove_second_factor(session: &Session) {
    let offer = answer(session, "OfferSecondFactor", &json!({}));
    let key = Secret::new(offer["key"].as_str().unwrap());
    let code = code_at(&key, Utc::now()).unwrap();
    answer(session, "ConfirmSecondFactor", &json!({ "code": code.reveal() }));
}

pub(crate) fn measure(display: &Display, blank: &Program, desk: &Program) {
    let (mut echo, mut asked) = (Vec::new(), Vec::<(String, Vec<f64>)>::new());
    for _ in 0..TURNS {
        let home = blank.home();
        let mut driver = Driver::start(display, home.path(), false);
        let session = Session::open(driver.port(), blank.path.to_str().unwrap()).unwrap();
        echo.extend(times(&session, "echo", &json!({})));
        driver.end();

        let home = desk.home();
        let mut driver = Driver::start(display, home.path(), false);
        let session = Session::open(driver.port(), desk.path.to_str().unwrap()).unwrap();
        let sign_in = json!({ "email": "admin@demo.test", "password": PASSWORD });
        answer(&session, "SignIn", &sign_in);
        prove_second_factor(&session);
        for (place, (name, body)) in requests(&session).iter().enumerate() {
            if asked.len() <= place {
                asked.push((format!("{name} {body}"), Vec::new()));
            }
            asked[place].1.extend(times(&session, name, body));
        }
        driver.end();
    }
    println!("IPC round trip: the blank window's echo {}", shown(&echo, "ms"));
    for (name, times) in asked {
        println!(
            "IPC round trip: {name}: {}, {:.2} ms over the echo, medians",
            shown(&times, "ms"),
            median(&times) - median(&echo)
        );
    }
}
