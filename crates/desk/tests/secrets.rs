//! Nothing of a secret in a log, an error, a Debug output or the process's arguments: a real run with planted ones.

use crate::common::{ADMIN, Branch};
use farthing_api::*;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

const PLANTED: [&str; 6] = [
    "copper lantern outgrows tides 9",
    "planted walnut ferry 31 sings",
    "planted wrong password 77",
    "918273",
    "planted mail account secret",
    "planted gateway secret key",
];

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

#[tokio::test]
async fn no_secret_in_a_log_an_error_a_debug_output_or_the_arguments() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
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

    if cfg!(target_os = "linux") {
        said += &String::from_utf8_lossy(&std::fs::read("/proc/self/cmdline").unwrap());
    }
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    for entry in std::fs::read_dir(t.path()).unwrap().flatten() {
        if entry.path().is_file() {
            said += &String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap());
        }
    }
    for secret in PLANTED {
        assert!(!logged.contains(secret), "in the log: {secret}");
        assert!(!said.contains(secret), "told or on the disk: {secret}");
    }
}
