//! The desk itself: first run, sign-in, people, mail, the day.

use crate::{ApiError, Currency, DeviceId, Request, Role, Secret, UserId, request};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

request! {
    /// What the window shows first.
    Start {} => StartState;

    /// First run: makes the book, its first administrator and, if wished, a branch full of demo data.
    SetUp {
        /// Language code of the screens: `en`, `fr`.
        language: String,
        /// ISO 4217 code of the organisation's one currency.
        currency: String,
        /// The organisation's name.
        organisation: String,
        /// Two to six capitals or digits: `BR1`.
        branch_code: String,
        /// The branch's name.
        branch_name: String,
        /// Two digits: `01`.
        desk_code: String,
        /// IANA time zone of the branch: `Africa/Nairobi`.
        time_zone: String,
        /// The first administrator's name.
        admin_name: String,
        /// The first administrator's email, which is the sign-in name.
        admin_email: String,
        /// The first administrator's password.
        password: Secret,
        /// Where mail goes; none for a desk without mail.
        mail: Option<MailSettings>,
        /// Fill the book with demo customers and loans.
        demo: bool,
    } => SetUpDone;

    /// Sends one real message, to see that the mail settings work.
    TestMail {
        /// The settings to try.
        settings: MailSettings,
        /// Where the message goes.
        to: String,
    } => ();

    /// The mail settings in force, the password left out.
    GetMail {} => Option<MailSettings>;

    /// Sets where mail goes. An empty password keeps the one that is set.
    SaveMail {
        /// The settings; none for a desk without mail.
        settings: Option<MailSettings>,
    } => ();

    /// Sign-in with email and password, for everyone.
    SignIn {
        /// The sign-in name.
        email: String,
        /// The password.
        password: Secret,
    } => SessionView;

    /// Sends a sign-in code to a customer's email or phone. The answer is the same whether or not it is known.
    SendSignInCode {
        /// The customer's email, or their phone with + and the country first.
        to: String,
    } => CodeSent;

    /// Sign-in of a customer with a code that was sent.
    SignInWithCode {
        /// What [`SendSignInCode`] answered.
        challenge: String,
        /// The six digits.
        code: Secret,
    } => SessionView;

    /// The second step of a sign-in: a code of the authenticator, or a recovery code.
    CheckSecondFactor {
        /// What was typed.
        code: Secret,
    } => SessionView;

    /// Begins to set an authenticator up, at the first sign-in, or anew after [`crate::ProveAgain`].
    OfferSecondFactor {} => SecondFactorOffer;

    /// Proves the authenticator by its first code; from then on it is the second factor.
    ConfirmSecondFactor {
        /// The six digits.
        code: Secret,
    } => RecoveryCodes;

    /// Makes new recovery codes in place of those that are left, after [`crate::ProveAgain`].
    NewRecoveryCodes {} => RecoveryCodes;

    /// How many recovery codes the caller has left.
    CountRecoveryCodes {} => u32;

    /// Takes someone's second factor away who lost it; they set it up anew at their next sign-in.
    ResetSecondFactor {
        /// Whose.
        user: UserId,
    } => ();

    /// Ends the session.
    SignOut {} => ();

    /// Locks the screen: the session stays, the password brings it back.
    Lock {} => ();

    /// Brings a locked session back.
    Unlock {
        /// The password of whoever locked it.
        password: Secret,
    } => SessionView;

    /// The person at the window types or clicks; without this an idle session locks.
    StayActive {} => ();

    /// Who is signed in and what the frame shows, as of now.
    GetSession {} => SessionView;

    /// Changes the caller's own password.
    ChangePassword {
        /// The password in force.
        old: Secret,
        /// The new one.
        new: Secret,
    } => ();

    /// Everyone who signs in, customers left out.
    ListUsers {} => Vec<UserView>;

    /// What each role may do, as it is checked.
    ListPermissions {} => Vec<PermissionView>;

    /// Adds a member of staff, who types their first password at this desk.
    AddUser {
        /// What they are.
        role: Role,
        /// Their name.
        name: String,
        /// Their email, which is the sign-in name.
        email: String,
        /// Their first password.
        password: Secret,
    } => UserView;

    /// Takes a member of staff's access away, or gives it back with a new password.
    SetUserAccess {
        /// Who.
        user: UserId,
        /// The new password; none takes the access away.
        password: Option<Secret>,
    } => ();

    /// Closes every open day up to and including this one: penalties fall due, the day's figures are kept.
    CloseDay {
        /// The last day to close.
        date: NaiveDate,
    } => DayClosed;

    /// Checks the whole book: chain, trial balance, projections, pages.
    VerifyBook {} => VerifyReport;

    /// Writes a verified copy of the book into the backup folder.
    BackupBook {} => Saved;

    /// The backups in the backup folder, the newest first. Before the sign-in it answers only while the book is in
    /// trouble.
    ListBackups {} => Vec<BackupView>;

    /// Puts the book of a backup in the place of one that is in trouble, which is kept beside it. Nobody is signed in
    /// afterwards.
    RestoreBackup {
        /// [`BackupView::path`], or the path of another file.
        path: String,
        /// Someone who had a password in that backup.
        email: String,
        /// Their password of that time.
        password: Secret,
        /// The recovery secret; needed where this machine did not make the backup.
        recovery: Option<Secret>,
    } => ();

    /// Shows the folder with the book, its backups and the log in the system's file manager.
    ShowFolder {} => ();

    /// Ends the program; the shell answers this one itself.
    Quit {} => ();

    /// Finds what a few letters may mean, for the palette.
    Find {
        /// What was typed.
        search: String,
    } => Vec<Hit>;
}

/// Where mail goes out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailSettings {
    /// The SMTP server's name.
    pub host: String,
    /// Its port: 587 for STARTTLS, 465 for TLS, 25 for neither.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// The account, empty for none.
    pub username: String,
    /// The account's password; never sent back to a screen.
    pub password: Secret,
    /// The sender's address.
    pub from: String,
}

/// How a mail connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// Plain first, then upgraded; refused where the server can't.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// None: for a server on this machine only.
    None,
}

/// What the window shows first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "there is one, made when the window opens")]
pub enum StartState {
    /// There is no book yet: first run.
    FirstRun {
        /// The program's version.
        version: String,
        /// Every currency, by code.
        currencies: Vec<Currency>,
        /// Every IANA time zone.
        time_zones: Vec<String>,
        /// The machine's own time zone, if known.
        time_zone: String,
        /// When an organisation ended this machine's access, so that there is no book any more.
        #[serde(default)]
        revoked_at: Option<DateTime<Utc>>,
    },
    /// There is a book; someone may sign in.
    SignIn {
        /// The program's version.
        version: String,
        /// Whether the book is open, so that customers may sign in at this machine.
        open: bool,
        /// The organisation's name, where the book is open.
        organisation: Option<String>,
        /// Whether the server sends links for a new password while the book is closed.
        #[serde(default)]
        escrow: bool,
        /// Whether it is a customer's own machine.
        #[serde(default)]
        own_machine: bool,
        /// The language of the screens.
        language: String,
        /// A link for a new password, with which the program was opened.
        #[serde(default)]
        link: Option<Secret>,
    },
    /// Someone is signed in.
    SignedIn {
        /// Who.
        session: SessionView,
    },
    /// The book can't be used; the screen says why and what to do.
    Trouble {
        /// What is wrong; where it is of the kind [`crate::ErrorKind::Book`], its blank `path` says where the book is.
        error: ApiError,
    },
}

/// First run is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUpDone {
    /// The recovery secret, shown once and printed.
    pub recovery_secret: Secret,
    /// The administrator's session.
    pub session: SessionView,
    /// What to know: a device key kept in a file, say.
    pub warnings: Vec<ApiError>,
}

/// Who is signed in, and what the frame of the window shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// The organisation's name.
    pub organisation: String,
    /// The organisation's currency.
    pub currency: Currency,
    /// The branch's code.
    pub branch: String,
    /// The branch's name.
    pub branch_name: String,
    /// The desk's whole prefix: `BR1-01`.
    pub desk: String,
    /// The machine.
    pub device: DeviceId,
    /// Today, in the branch's time zone.
    pub today: NaiveDate,
    /// The branch's first open day, to which entries are booked.
    pub booking_date: NaiveDate,
    /// The language of the screens.
    pub language: String,
    /// How far the sign-in has come; before [`SessionStage::In`] nothing else may be done.
    pub stage: SessionStage,
    /// Locked: the password brings the session back.
    pub locked: bool,
    /// Minutes without a key or a click until the session locks.
    pub idle_minutes: u32,
    /// Whether mail can be sent at all.
    pub has_mail: bool,
    /// Whether this desk can send text messages.
    pub has_sms: bool,
    /// What the role may do: the words of the office's permission table.
    pub permissions: Vec<String>,
    /// When the book was last saved.
    pub saved_at: Option<DateTime<Utc>>,
    /// How many things wait for attention.
    pub attention: u32,
    /// How many applications wait for approval.
    pub approvals: u32,
    /// How many requests wait for a second person.
    #[serde(default)]
    pub requests: u32,
    /// Whether a PIN brings the session back once it is locked.
    #[serde(default)]
    pub has_pin: bool,
    /// Whether an authenticator is the second factor.
    #[serde(default)]
    pub has_factor: bool,
    /// Whether it is a customer at a machine of their own.
    #[serde(default)]
    pub own_machine: bool,
    /// How the book and its server stand; none for a book that is complete by itself.
    #[serde(default)]
    pub sync: Option<crate::SyncState>,
}

/// Something that may be done, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionView {
    /// The word of the office's table.
    pub permission: String,
    /// The roles that may.
    pub roles: Vec<Role>,
}

/// How far a sign-in has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStage {
    /// Complete.
    In,
    /// The second factor is asked for.
    SecondFactor,
    /// The second factor must be set up.
    Enrol,
}

/// An authenticator to set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorOffer {
    /// The key in base 32, for typing.
    pub key: Secret,
    /// The same as a QR code, an SVG element.
    pub picture: Secret,
}

/// Codes that each let someone in once without their authenticator; shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodes {
    /// The codes.
    pub codes: Vec<Secret>,
    /// The session, complete now.
    pub session: SessionView,
}

/// Someone who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    /// Who.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their sign-in email.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether they wait to be let in.
    #[serde(default)]
    pub pending: bool,
    /// Whether an administrator invited them, and so said what they will be.
    #[serde(default)]
    pub invited: bool,
    /// Of who waits: whether they have chosen a password.
    #[serde(default)]
    pub has_password: bool,
}

/// A code is on its way, or can't be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSent {
    /// Names the challenge when the code is typed.
    pub challenge: String,
    /// The short reference that the message shows too.
    pub reference: String,
    /// Minutes until the code expires.
    pub minutes: u32,
    /// Seconds until another may be asked for.
    pub resend_after: u32,
}

/// Days were closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayClosed {
    /// How many days.
    pub days: u32,
    /// How many penalties fell due.
    pub penalties: u32,
    /// Interest that was earned, in minor units.
    #[serde(default)]
    pub interest: crate::Money,
    /// The first day that is open now.
    pub open: NaiveDate,
}

/// What a check of the whole book found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyReport {
    /// How many commands the log holds.
    pub commands: u64,
    /// How many facts.
    pub facts: u64,
    /// How many pages of the file were read.
    pub pages: u64,
    /// Everything that is wrong; empty when all is well.
    pub findings: Vec<String>,
}

/// A file was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// Where it is.
    pub path: String,
}

/// A backup of the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupView {
    /// Where it is.
    pub path: String,
    /// The file's name.
    pub name: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// How large it is.
    pub bytes: u64,
}

/// Something that the palette offers to open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// `customer` or `loan`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The first line.
    pub title: String,
    /// The second line.
    pub detail: String,
}
