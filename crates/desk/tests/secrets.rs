//! Nothing of a secret in a log, an error, a Debug output or the process's arguments: a real run with planted ones.

use crate::common::{ADMIN, Branch, OFFICER};
use crate::gateway::{Answer, Gateway};
use crate::town::{AMINA, DAY, NEW, Town};
use farthing_api::*;
use farthing_identity::second_factor::code_at;
use std::fmt::Debug;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use tracing_subscriber::fmt::MakeWriter;

const PLANTED: [&str; 6] = [
    "copper lantern outgrows tides 9",
    "planted walnut ferry 31 sings",
    "planted wrong password 77",
    "918273",
    "planted mail account secret",
    "planted gateway secret key",
];

/// Said where the log begins, on a thread of its own.
const HEARD: &str = "the log is listened to";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;
    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

/// Everything that this process logs, on whichever thread. Without the time, whose digits could be anyone's code.
fn logged() -> Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    let begin = || {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .without_time()
            .with_ansi(false)
            .with_writer(log.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        std::thread::spawn(|| tracing::trace!("{HEARD}")).join().unwrap();
        log
    };
    LOG.get_or_init(begin).clone()
}

/// Whether a text gives a secret away; a code of digits as a word of its own, since numbers are everywhere.
fn gives_away(text: &str, secret: &str) -> bool {
    match secret.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.split(|c: char| !c.is_alphanumeric()).any(|word| word == secret),
        false => text.contains(secret),
    }
}

/// The arguments and the environment of this process and of those that it started.
fn processes() -> String {
    let (mut told, own) = (String::new(), format!("PPid:\t{}\n", std::process::id()));
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let read = |part: &str| std::fs::read(process.path().join(part)).unwrap_or_default();
        let is_own = process.file_name().to_str() == Some(&std::process::id().to_string());
        if is_own || String::from_utf8_lossy(&read("status")).contains(&own) {
            told += &String::from_utf8_lossy(&[read("cmdline"), read("environ")].concat());
        }
    }
    told
}

fn files(folder: &Path) -> String {
    let mut told = String::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        told += &match entry.path() {
            path if path.is_dir() => files(&path),
            path => String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned(),
        };
    }
    told
}

/// What was shown, and what must not be in it.
#[derive(Default)]
struct Seen {
    said: String,
    secrets: Vec<String>,
}

impl Seen {
    fn plant(&mut self, secret: &str) {
        assert!(secret.len() >= 6, "{secret} is anywhere");
        self.secrets.push(secret.to_string());
    }

    /// What goes in, and what comes out.
    fn look(&mut self, value: &impl Debug) {
        self.said += &format!("{value:?}\n");
    }

    fn refused<T: Debug>(&mut self, answer: Result<T, ApiError>) {
        let error = answer.unwrap_err();
        self.said += &format!("{error:?} {error} {}\n", serde_json::to_string(&error).unwrap());
    }

    fn gives_nothing_away(&self, folder: &Path) {
        let log = logged();
        let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
        assert!(log.contains(HEARD), "{log}");
        let processes = if cfg!(target_os = "linux") {
            processes()
        } else {
            String::new()
        };
        for (place, text) in [
            ("the log", &log),
            ("what was shown", &self.said),
            ("the arguments or the environment", &processes),
            ("the disk", &files(folder)),
        ] {
            for secret in &self.secrets {
                assert!(!gives_away(text, secret), "{secret} is in {place}");
            }
        }
    }
}

#[tokio::test]
async fn no_secret_in_a_log_an_error_a_debug_output_or_the_arguments() {
    logged();
    let mut seen = Seen::default();
    PLANTED.iter().for_each(|secret| seen.plant(secret));
    let mut said = String::new();

    let t = Branch::new("2025-03-03T09:00:00Z").await;
    let wrong = SignIn {
        email: ADMIN.into(),
        password: Secret::new(PLANTED[2]),
    };
    said += &format!("{wrong:?}");
    let error = t.desk.sign_in(wrong).await.unwrap_err();
    said += &format!("{error:?} {error} {}", serde_json::to_string(&error).unwrap());
    let change = ChangePassword {
        old: Secret::new(PLANTED[0]),
        new: Secret::new(PLANTED[1]),
    };
    said += &format!("{change:?}");
    t.desk.change_password(change).await.unwrap();
    let pin = SetPin {
        pin: Some(Secret::new(PLANTED[3])),
    };
    said += &format!("{pin:?}");
    t.prove(PLANTED[1]).await;
    said += &format!("{:?}", t.desk.set_pin(pin).await.unwrap());
    let settings = MailSettings {
        host: "127.0.0.1".into(),
        port: 9,
        security: MailSecurity::None,
        username: "desk".into(),
        password: Secret::new(PLANTED[4]),
        from: "desk@branch.test".into(),
    };
    said += &format!("{settings:?}");
    let test = TestMail {
        settings: settings.clone(),
        to: "a@branch.test".into(),
    };
    let error = t.desk.test_mail(test).await.unwrap_err();
    said += &format!("{error:?} {error}");
    let save = SaveMail {
        settings: Some(settings),
    };
    t.desk.save_mail(save).await.unwrap();
    let shown = t.desk.get_mail(GetMail {}).await.unwrap();
    said += &serde_json::to_string(&shown).unwrap();
    let ask = SignUp {
        name: "Nia".into(),
        email: "nia@branch.test".into(),
        password: Secret::new("planted gateway secret key 5"),
    };
    said += &format!("{ask:?}");
    t.desk.sign_up(ask).await.unwrap();
    let users = t.desk.list_users(ListUsers {}).await.unwrap();
    said += &format!("{users:?}");
    let audit = ListAudit {
        query: ListQuery::default(),
    };
    said += &format!("{:?}", t.desk.list_audit(audit).await.unwrap());
    t.desk.shut().await;

    seen.said += &said;
    seen.gives_nothing_away(t.path());
}

/// Codes that were sent, the links and codes of account and machine, and the gateway's key.
#[tokio::test(flavor = "multi_thread")]
async fn no_code_link_or_key_of_a_gateway_either() {
    logged();
    let (t, gateway, mut seen) = (Town::new().await, Gateway::start(), Seen::default());
    let desk = t.desk();
    seen.plant(t.branch.kit.reveal());
    seen.plant(gateway.settings().secret.reveal());
    let broken = Gateway::that(Answer::Breaks);
    let test = TestSms {
        settings: broken.settings(),
        to: "+254700000009".into(),
    };
    seen.look(&test);
    seen.refused(desk.test_sms(test).await);
    let save = SaveSms {
        settings: Some(gateway.settings()),
    };
    seen.look(&save);
    desk.save_sms(save).await.unwrap();
    seen.look(&desk.get_sms(GetSms {}).await.unwrap());

    let customer = t.customer().await;
    let contact = Contact::Phone;
    let sent = desk.send_code(SendCode { customer, contact }).await.unwrap();
    let code = gateway.code();
    seen.plant(&code);
    seen.look(&sent);
    let verify = |code: &str| VerifyCode {
        customer,
        challenge: sent.challenge.clone(),
        code: code.into(),
    };
    seen.refused(desk.verify_code(verify("none")).await);
    seen.look(&verify(&code));
    seen.look(&desk.verify_code(verify(&code)).await.unwrap());
    seen.refused(desk.verify_code(verify(&code)).await);

    t.branch.set_clock("2025-03-03T09:10:00Z");
    desk.sign_out(SignOut {}).await.unwrap();
    let sent = desk
        .send_sign_in_code(SendSignInCode { to: AMINA.into() })
        .await
        .unwrap();
    let code = t.sink.code();
    seen.plant(&code);
    let request = SignInWithCode {
        challenge: sent.challenge,
        code: code.into(),
    };
    seen.look(&request);
    seen.look(&desk.sign_in_with_code(request.clone()).await.unwrap());
    seen.refused(desk.sign_in_with_code(request).await);

    // Someone registers: nothing of it stands anywhere, be it typed, waiting or decided; names and contacts neither.
    desk.sign_out(SignOut {}).await.unwrap();
    let register = RegisterMyself {
        first_name: "Plantedfirst".into(),
        last_name: "Plantedlast".into(),
        email: "planted-register@else.example.org".into(),
        phone: "+254 700 000 977".into(),
        language: "en".into(),
        password: Secret::new("planted heron ladder 58 hums"),
        again: None,
    };
    seen.plant(register.password.reveal());
    let typed = format!("{register:?}");
    assert!(!typed.contains("heron"), "{typed}");
    let sent = desk.register_myself(register).await.unwrap();
    seen.look(&sent);
    let code = t.sink.code();
    seen.plant(&code);
    let confirm = |code: &str| ConfirmRegistration {
        challenge: sent.challenge.clone(),
        code: code.into(),
    };
    seen.refused(desk.confirm_registration(confirm("none")).await);
    seen.look(&confirm(&code));
    desk.confirm_registration(confirm(&code)).await.unwrap();
    seen.refused(desk.confirm_registration(confirm(&code)).await);
    for personal in ["Plantedlast", "planted-register", "000 977"] {
        seen.plant(personal);
    }

    t.branch.set_clock("2025-03-03T09:20:00Z");
    t.ask(AMINA).await;
    let link = t.link(AMINA);
    seen.plant(link.reveal().rsplit('/').next().unwrap());
    desk.show_link(link.reveal().to_string()).await;
    seen.look(&desk.start(Start {}).await.unwrap());
    let look = OpenResetLink { link: link.clone() };
    seen.look(&look);
    seen.look(&desk.open_reset_link(look.clone()).await.unwrap());
    seen.plant(NEW);
    let reset = ResetPassword {
        link,
        password: Secret::new(NEW),
        recovery: Some(t.branch.kit.clone()),
    };
    seen.look(&reset);
    desk.reset_password(reset).await.unwrap();
    seen.refused(desk.open_reset_link(look).await);

    let planted = "planted word of a machine";
    seen.plant(planted);
    let (code, link) = (Secret::from(planted), Secret::from(planted));
    seen.look(&ConfirmContact {
        challenge: String::new(),
        code: code.clone(),
    });
    seen.look(&UndoContact { code: code.clone() });
    seen.look(&BringToServer { link });
    let server = String::from("http://localhost:1");
    seen.look(&JoinCode {
        server: server.clone(),
        code: code.clone(),
    });
    seen.look(&JoinServer {
        server,
        code,
        email: ADMIN.into(),
        password: planted.into(),
    });

    t.branch.sign_in(ADMIN).await;
    let query = ListQuery::default();
    seen.look(&desk.list_audit(ListAudit { query }).await.unwrap());
    desk.shut().await;
    seen.gives_nothing_away(t.branch.path());
}

/// The authenticator's key and codes, the recovery codes and the kit.
#[tokio::test]
async fn no_authenticator_recovery_code_or_kit_either() {
    logged();
    let (t, mut seen) = (Branch::new(DAY).await.asking().await, Seen::default());
    let desk = &t.desk;
    seen.plant(t.kit.reveal());
    let reset = |recovery: Secret| ResetWithKit {
        email: OFFICER.into(),
        password: NEW.into(),
        recovery,
    };
    seen.plant(NEW);
    seen.look(&reset(t.kit.clone()));
    seen.refused(desk.reset_with_kit(reset("0000-0000".into())).await);
    desk.reset_with_kit(reset(t.kit.clone())).await.unwrap();
    let sign_in = || SignIn {
        email: OFFICER.into(),
        password: NEW.into(),
    };
    desk.sign_in(sign_in()).await.unwrap();
    let offer = desk.offer_second_factor(OfferSecondFactor {}).await.unwrap();
    seen.plant(offer.key.reveal());
    seen.look(&offer);
    let code = code_at(&offer.key, t.now()).unwrap();
    seen.plant(code.reveal());
    let confirm = |code: &Secret| ConfirmSecondFactor { code: code.clone() };
    seen.refused(desk.confirm_second_factor(confirm(&"none".into())).await);
    seen.look(&confirm(&code));
    let given = desk.confirm_second_factor(confirm(&code)).await.unwrap();
    seen.look(&given);
    for code in &given.codes {
        seen.plant(code.reveal());
    }
    desk.sign_in(sign_in()).await.unwrap();
    let check = |code: &Secret| CheckSecondFactor { code: code.clone() };
    seen.refused(desk.check_second_factor(check(&code)).await);
    seen.look(&check(&given.codes[0]));
    seen.look(&desk.check_second_factor(check(&given.codes[0])).await.unwrap());
    t.set_clock("2025-03-03T09:01:00Z");
    let prove = |code: &Secret| ProveAgain {
        password: NEW.into(),
        code: code.clone(),
    };
    seen.refused(desk.prove_again(prove(&given.codes[0])).await);
    let next = code_at(&offer.key, t.now()).unwrap();
    seen.plant(next.reveal());
    seen.look(&prove(&next));
    desk.prove_again(prove(&next)).await.unwrap();
    let fresh = desk.new_recovery_codes(NewRecoveryCodes {}).await.unwrap();
    seen.look(&fresh);
    for code in &fresh.codes {
        seen.plant(code.reveal());
    }
    desk.shut().await;
    seen.gives_nothing_away(t.path());
}
