//! What people at a branch do over and over: the first run, signing in and out, going to a screen.

use super::{App, Sink};

/// The password of everyone in these tests.
pub const PASSWORD: &str = "copper lantern outgrows tides 9";

/// How mail goes at the first run.
pub enum Mail<'a> {
    /// Not at all.
    None,
    /// Through this server, proved by a real message.
    Through(&'a Sink),
}

/// What the book begins with.
#[derive(Clone, Copy)]
pub enum Begins {
    /// Nothing.
    Empty,
    /// A branch with a history, whose people have [`PASSWORD`] too.
    Demo,
}

#[allow(dead_code, reason = "the harness is what tests may need, not what today's tests use")]
impl App {
    /// The whole first run; the administrator with this address is signed in afterwards.
    pub fn first_run(&self, admin: &str, mail: Mail<'_>, begins: Begins) {
        self.set_up(admin, mail, begins);
        self.find("[data-nav=products]");
    }

    /// The first run of an empty book without mail, as far as the recovery secret is kept.
    pub fn first_run_until_recovery(&self, admin: &str) {
        self.set_up(admin, Mail::None, Begins::Empty);
    }

    fn set_up(&self, admin: &str, mail: Mail<'_>, begins: Begins) {
        self.find("[data-screen=first-run]");
        self.click("[data-do=step-on]");
        self.fill(
            "#first-run",
            &[
                ("organisation", "Harbour Street Savings and Loans"),
                ("branch_name", "Harbour Street"),
            ],
        );
        self.choose("#first-run [name=time_zone]", "UTC");
        self.picture("tour-first-run");
        self.click("[data-do=step-on]");
        self.fill(
            "#first-run",
            &[
                ("admin_name", "Ada Branch"),
                ("admin_email", admin),
                ("password", PASSWORD),
            ],
        );
        self.click("[data-do=step-on]");
        if let Mail::Through(sink) = mail {
            self.choose("#first-run [name=mail][value=smtp]", "smtp");
            self.choose("#first-run [name=security]", "none");
            self.fill(
                "#first-run",
                &[
                    ("host", "127.0.0.1"),
                    ("port", &sink.port().to_string()),
                    ("from", "desk@branch.test"),
                    ("to", admin),
                ],
            );
            self.click("[data-do=test-mail]");
            assert_eq!(sink.next().0, admin);
        }
        self.click("[data-do=step-on]");
        if matches!(begins, Begins::Demo) {
            self.choose("#first-run [name=demo][value=demo]", "demo");
        }
        self.click("[data-do=step-on]");
        self.click("[data-do=set-up]");
        self.find("[data-screen=recovery]");
        self.choose("[name=kept]", "true");
        self.click("[data-do=open-desk]");
    }

    /// Types into fields of a form, by their names.
    pub fn fill(&self, form: &str, fields: &[(&str, &str)]) {
        for (name, text) in fields {
            self.type_into(&format!("{form} [name={name}]"), text);
        }
    }

    /// Someone signs in with [`PASSWORD`].
    pub fn sign_in(&self, email: &str) {
        self.sign_in_with(email, PASSWORD);
        self.gone("[data-screen=sign-in]");
    }

    /// Someone tries to sign in.
    pub fn sign_in_with(&self, email: &str, password: &str) {
        self.find("[data-screen=sign-in]");
        self.fill("#sign-in", &[("email", email), ("password", password)]);
        self.click("[data-do=sign-in]");
    }

    /// Who is signed in, of the staff or a customer, signs out.
    pub fn sign_out(&self) {
        self.find("[data-do=open-user-menu], .cust-top [data-do=sign-out]");
        if !self.all("[data-do=open-user-menu]").is_empty() {
            self.click("[data-do=open-user-menu]");
        }
        self.click("[data-do=sign-out]");
        self.find("[data-screen=sign-in]");
    }

    /// The next one takes the seat.
    pub fn hand_over(&self, email: &str) {
        self.sign_out();
        self.sign_in(email);
    }

    /// The next one takes the seat at another time. Nobody sits there while the clock is moved, since a screen that finds
    /// itself idle for so long locks.
    pub fn hand_over_at(&self, time: &str, email: &str) {
        self.sign_out();
        self.set_clock(time);
        self.sign_in(email);
    }

    /// Goes to a screen of the navigation.
    pub fn go(&self, place: &str) {
        self.click(&format!("[data-nav={place}]"));
    }

    /// Opens a tab of the settings.
    pub fn settings(&self, tab: &str) {
        self.go("settings");
        self.click(&format!("[data-tab={tab}]"));
    }

    /// Proves again who is signed in, where the dialog asks for it.
    pub fn prove(&self, password: &str) {
        self.type_into("#prove-form [name=password]", password);
        self.click("[data-do=prove]");
        self.gone("[data-dialog=prove]");
    }

    /// Asks for a code.
    pub fn send_code_and_hurry(&self) {
        self.hurry_after("[data-do=send-code]");
    }

    /// Presses what asks for a code. Of the wait until another may be asked for, the page counts a second in a hundredth of one.
    pub fn hurry_after(&self, css: &str) {
        self.find(css);
        self.script(
            "window.intervals = window.setInterval;
             window.setInterval = (run, wait, ...rest) => window.intervals.call(window, run, wait / 100, ...rest);",
        );
        self.click(css);
        self.find("[data-do=resend-code]");
        self.script("window.setInterval = window.intervals;");
    }

    /// Opens a loan from the list.
    pub fn open_loan(&self, number: &str) {
        self.go("loans");
        self.click(&format!("[data-row='{number}'] td"));
        self.find("[data-screen=loan]");
    }
}
