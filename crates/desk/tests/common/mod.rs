//! A branch on a real encrypted file, with a clock that tests move.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod loans;

use chrono::{DateTime, NaiveDate, Utc};
use farthing_api::*;
pub use farthing_desk::Desk;
use farthing_desk::{Clock, Home};
use std::path::{Path, PathBuf};

/// Everyone's password in tests.
pub const PASSWORD: &str = "copper lantern outgrows tides 9";
/// Who may do what an administrator may.
pub const ADMIN: &str = "admin@branch.test";
/// Who may do what an officer may.
pub const OFFICER: &str = "officer@branch.test";

pub struct Branch {
    pub desk: Desk,
    folder: Option<tempfile::TempDir>,
    path: PathBuf,
    clock: Clock,
    /// The printed recovery secret.
    pub kit: Secret,
}

impl Branch {
    /// A branch that was set up at an instant, with an officer.
    pub async fn new(at: &str) -> Branch {
        let folder = tempfile::tempdir().unwrap();
        let branch = Box::pin(Branch::at(folder.path(), at)).await;
        Branch {
            folder: Some(folder),
            ..branch
        }
    }

    /// The same in a folder of the caller's.
    pub async fn at(path: &Path, at: &str) -> Branch {
        let clock = Clock::moved(DateTime::parse_from_rfc3339(at).unwrap().into());
        let desk = Desk::with_clock(Home::at(path), clock.clone()).without_second_factor();
        let request = SetUp {
            language: "en".into(),
            currency: "USD".into(),
            organisation: "Harbour Street".into(),
            branch_code: "BR1".into(),
            branch_name: "Harbour Street".into(),
            desk_code: "01".into(),
            time_zone: "UTC".into(),
            admin_name: "Ada".into(),
            admin_email: ADMIN.into(),
            password: Secret::new(PASSWORD),
            mail: None,
            demo: false,
        };
        let kit = desk.set_up(request).await.unwrap().recovery_secret;
        let officer = AddUser {
            role: Role::Officer,
            name: "Olu".into(),
            email: OFFICER.into(),
            password: Secret::new(PASSWORD),
        };
        desk.add_user(officer).await.unwrap();
        Branch {
            desk,
            folder: None,
            path: path.to_path_buf(),
            clock,
            kit,
        }
    }

    pub async fn sign_in(&self, email: &str) {
        self.desk
            .sign_in(SignIn {
                email: email.into(),
                password: Secret::new(PASSWORD),
            })
            .await
            .unwrap();
    }

    /// Whoever is signed in proves again that it is they; they have no authenticator.
    pub async fn prove(&self, password: &str) {
        self.try_to_prove(password, "").await.unwrap();
    }

    pub async fn try_to_prove(&self, password: &str, code: &str) -> Result<(), ApiError> {
        let (password, code) = (Secret::new(password), Secret::new(code));
        self.desk.prove_again(ProveAgain { password, code }).await
    }

    pub fn today(&self) -> NaiveDate {
        self.clock.now().date_naive()
    }

    /// Moves the clock and signs the administrator in, as on a new morning.
    pub async fn go_to(&self, at: &str) {
        self.clock.set(DateTime::parse_from_rfc3339(at).unwrap().into());
        self.sign_in(ADMIN).await;
    }

    /// The officer saw a passport, the administrator vouches.
    pub async fn verify_by_document(&self, customer: CustomerId) {
        self.sign_in(OFFICER).await;
        self.desk
            .record_document(RecordDocument {
                customer,
                kind: "passport".into(),
            })
            .await
            .unwrap();
        self.sign_in(ADMIN).await;
        self.desk
            .vouch_for_customer(VouchForCustomer { customer })
            .await
            .unwrap();
    }

    /// The whole book is as it should be.
    pub async fn check(&self) {
        self.sign_in(ADMIN).await;
        let report = self.desk.verify_book(VerifyBook {}).await.unwrap();
        assert_eq!(report.findings, Vec::<String>::new());
    }

    /// The same files under a desk that asks for the second factor.
    pub async fn asking(self) -> Branch {
        self.desk.shut().await;
        let desk = Desk::with_clock(Home::at(&self.path), self.clock.clone());
        Branch { desk, ..self }
    }

    /// Where the files are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Moves the clock.
    pub fn set_clock(&self, at: &str) {
        self.clock.set(DateTime::parse_from_rfc3339(at).unwrap().into());
    }

    /// What the clock shows.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The files of another folder under a new process's desk.
    pub async fn moved_to(self, path: &Path) -> Branch {
        self.desk.shut().await;
        let path = path.to_path_buf();
        let desk = Desk::with_clock(Home::at(&path), self.clock.clone()).without_second_factor();
        Branch { desk, path, ..self }
    }

    /// The same files under a new process's desk.
    pub async fn restarted(self) -> Branch {
        self.desk.shut().await;
        let desk = Desk::with_clock(Home::at(&self.path), self.clock.clone()).without_second_factor();
        Branch { desk, ..self }
    }
}
