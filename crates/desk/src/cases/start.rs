//! What the window shows first, and the first run.

use super::proof::may_choose;
use crate::clock::Clock;
use crate::desk::{Desk, Open, Session, keys_path};
use crate::error::{Answer, Told};
use chrono::DateTime;
use chrono_tz::TZ_VARIANTS;
use chrono_tz::Tz;
use farthing_api::{
    ApiError, Code, Currency, DeviceId, ErrorKind, MailSettings, Role, Secret, SessionStage, SetUp, SetUpDone,
    SignedInBy, Start, StartState,
};
use farthing_identity::{Cost, SlotFile, device, normalise_email, sign_in_name};
use farthing_office::{Actor, Command, Context, FactBody, RULES};
use farthing_store::{Beside, Book, BookKey, Identity};
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

/// Languages that the screens speak.
pub const LANGUAGES: [&str; 2] = ["en", "fr"];
const SIGN_IN_LANGUAGE: &str = "language";

impl Desk {
    /// What the window shows first.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn start(&self, _: Start) -> Answer<StartState> {
        if self.session.lock().await.is_some() {
            return Ok(StartState::SignedIn {
                session: self.session_view().await?,
            });
        }
        let version = env!("CARGO_PKG_VERSION").to_string();
        let open = self.open.read().await.clone();
        let book = self.home.book();
        let revoked_at = self.revoked_at().filter(|_| open.is_none());
        if open.is_none() && !book.exists() {
            return Ok(StartState::FirstRun {
                revoked_at,
                version,
                currencies: Currency::all().collect(),
                time_zones: TZ_VARIANTS.iter().map(|zone| zone.name().to_string()).collect(),
                time_zone: local_zone(),
            });
        }
        if let Some(error) = self.trouble_before_unlock(open.is_some()) {
            return Ok(StartState::Trouble { error });
        }
        let beside = std::fs::read_to_string(self.home.folder().join(SIGN_IN_LANGUAGE)).unwrap_or_default();
        let language = open
            .as_ref()
            .map_or_else(|| beside.trim().to_string(), |o| o.organisation.language.clone());
        Ok(StartState::SignIn {
            version,
            open: open.is_some(),
            escrow: self.has_escrow(),
            own_machine: self.is_own_machine(),
            organisation: open.map(|o| o.organisation.name.clone()),
            language: if language.is_empty() { "en".into() } else { language },
            link: self.link.lock().await.take().map(Secret::new),
        })
    }

    /// First run: the book, its first administrator, mail, and demo data if wished.
    ///
    /// # Errors
    /// Names the field that needs a change; nothing is left behind then.
    pub async fn set_up(&self, request: SetUp) -> Answer<SetUpDone> {
        if self.home.book().exists() {
            return Err(ApiError::new(ErrorKind::Refused, Code::BookExists));
        }
        std::fs::create_dir_all(self.home.folder()).told()?;
        let demo = request.demo;
        let password = request.password.clone();
        // A branch with a history was set up before that history.
        let clock = if demo {
            Clock::moved(crate::demo::opening(self.clock.now()))
        } else {
            self.clock.clone()
        };
        let founding = Desk::with_clock(self.home.clone(), clock);
        let (open, session, recovery_secret, warnings) = first_run(&founding, &request).await?;
        let open = Arc::new(open);
        *self.open.write().await = Some(open.clone());
        *self.session.lock().await = Some(session.clone());
        let _ = std::fs::write(self.home.folder().join(SIGN_IN_LANGUAGE), &request.language);
        if let Some(mail) = &request.mail {
            self.put_mail(&open, mail).await?;
        }
        if demo {
            crate::demo::fill(self, &open, &session, &password, &crate::demo::Size::first_run()).await?;
        }
        Ok(SetUpDone {
            recovery_secret,
            session: self.begin(session).await?,
            warnings,
        })
    }
}

/// The machine's own time zone, by the name that its settings give.
fn local_zone() -> String {
    let named = std::fs::read_to_string("/etc/timezone")
        .ok()
        .map(|text| text.trim().to_string());
    let linked = std::fs::read_link("/etc/localtime").ok().and_then(|path| {
        path.to_str()
            .and_then(|text| text.split_once("zoneinfo/"))
            .map(|(_, name)| name.to_string())
    });
    let known = |name: &String| name.parse::<Tz>().is_ok();
    named
        .filter(known)
        .or(linked.filter(known))
        .unwrap_or_else(|| "UTC".into())
}

fn check(request: &SetUp) -> Answer<(Currency, Tz, String)> {
    let currency = Currency::of(&request.currency).ok_or_else(|| ApiError::input("currency", Code::UnknownCurrency))?;
    let zone = request.time_zone.parse::<Tz>();
    let zone = zone.map_err(|_| ApiError::input("time_zone", Code::UnknownTimeZone))?;
    if !LANGUAGES.contains(&request.language.as_str()) {
        return Err(ApiError::input("language", Code::UnknownLanguage));
    }
    if request.desk_code.len() != 2 || !request.desk_code.chars().all(|c| c.is_ascii_digit()) {
        return Err(ApiError::input("desk_code", Code::DeskCode));
    }
    let email = normalise_email(&request.admin_email).map_err(|error| error.on("admin_email"))?;
    let related = [
        request.admin_name.as_str(),
        email.as_str(),
        request.organisation.as_str(),
        request.branch_name.as_str(),
    ];
    may_choose(None, &request.password, true, &related, "password")?;
    Ok((currency, zone, email))
}

/// Makes a book with its first administrator. The file appears under its name only when everything is in it.
pub(crate) async fn first_run(desk: &Desk, request: &SetUp) -> Answer<(Open, Session, Secret, Vec<ApiError>)> {
    let (currency, zone, email) = check(request)?;
    let path = desk.home.book();
    let part = path.with_extension("new");
    crate::sync::discard(&part);
    let at = desk.clock.now();
    let key = BookKey::random().told()?;
    let machine = DeviceId(Uuid::from_bytes(desk.mint.bytes().told()?));
    let identity = Identity {
        device: machine,
        epoch: 0,
        desk: format!("{}-{}", request.branch_code.trim(), request.desk_code),
    };
    let ctx = Context {
        op: desk.mint.op(at).told()?,
        at,
        today: desk.clock.today(zone),
        actor: None,
        device: machine,
        desk: identity.prefix(),
        rules: RULES,
        numbers: None,
    };
    let sign_in = sign_in_name(&email);
    let command = Command::SetUp {
        organisation: request.organisation.clone(),
        currency,
        language: request.language.clone(),
        branch_code: request.branch_code.clone(),
        branch_name: request.branch_name.clone(),
        time_zone: request.time_zone.clone(),
        admin_name: request.admin_name.clone(),
        admin_email: email,
        sign_in: sign_in.clone(),
    };
    let book = Book::create(&part, &key).await.told()?;
    let beside = Beside {
        identity: Some(identity),
        ..Beside::default()
    };
    let facts = match book.execute(&command, &ctx, beside).await.told() {
        Ok(facts) => facts,
        Err(error) => {
            drop(book);
            let _ = std::fs::remove_file(&part);
            return Err(error);
        }
    };
    let user = facts.iter().find_map(|f| match &f.body {
        FactBody::UserAdded { user, .. } => Some(*user),
        _ => None,
    });
    let user = user.ok_or_else(ApiError::internal)?;
    let pepper = hex::encode(desk.mint.bytes::<32>().told()?);
    book.set_setting("pepper", Some(&pepper)).await.told()?;
    book.close().await.told()?;

    let (secret, warning) = device::create(&path).told()?;
    let (slots, recovery) = {
        let (password, sign_in, key) = (request.password.clone(), sign_in.clone(), key.clone());
        let secret = secret.clone();
        desk.blocking(move || -> Result<_, farthing_identity::SlotError> {
            let mut slots = SlotFile::new(machine.0);
            slots.add(
                user,
                Role::Administrator,
                &sign_in,
                &password,
                &secret,
                key.bytes(),
                Cost::desktop(),
            )?;
            let recovery = slots.set_recovery(&secret, key.bytes())?;
            Ok((slots, recovery))
        })
        .await?
        .told()?
    };
    slots.save(&keys_path(&path)).told()?;
    std::fs::rename(&part, &path).told()?;
    let _ = std::fs::remove_file(part.with_extension("new.lock"));
    let open = Open::of(Book::open(&path, &key).await.told()?).await?;
    let admin = Actor {
        user,
        role: Role::Administrator,
        customer: None,
    };
    let session = Session::first(admin, request.admin_name.trim().to_string(), sign_in);
    Ok((open, session, recovery, warning.into_iter().collect()))
}

impl Session {
    /// That of whoever made the book at this machine.
    pub(crate) fn first(actor: Actor, name: String, sign_in: String) -> Session {
        Session {
            by: SignedInBy::SetUp,
            ..Session::of(actor, name, sign_in)
        }
    }

    /// A session of someone whose slot opened the book. Until it begins it counts as idle.
    pub(crate) fn of(actor: Actor, name: String, sign_in: String) -> Session {
        Session {
            user: actor.user,
            name,
            role: actor.role,
            customer: actor.customer,
            sign_in,
            stage: SessionStage::In,
            offered: None,
            wrong_codes: 0,
            proof: None,
            by_code: false,
            has_slot: actor.role.is_staff(),
            locked: false,
            by: SignedInBy::Password,
            id: None,
            seen: (DateTime::UNIX_EPOCH, Instant::now()),
            begun: DateTime::UNIX_EPOCH,
        }
    }
}

impl Desk {
    /// Keeps the mail settings, the password sealed under the book's key.
    pub(crate) async fn put_mail(&self, open: &Open, mail: &MailSettings) -> Answer<()> {
        let mut kept = mail.clone();
        if kept.password.is_empty()
            && let Some(old) = self.mail(open).await?
        {
            kept.password = old.password;
        }
        let sealed = farthing_identity::seal_text(open.book.key().bytes(), "mail", &kept.password).told()?;
        kept.password = Secret::new(sealed);
        let json = serde_json::to_string(&kept).map_err(|e| crate::error::internal(&e))?;
        open.book.set_setting("mail", Some(&json)).await.told()
    }

    /// The mail settings with the password in clear.
    pub(crate) async fn mail(&self, open: &Open) -> Answer<Option<MailSettings>> {
        let Some(json) = open.book.setting("mail").await.told()? else {
            return Ok(None);
        };
        let mut mail: MailSettings = serde_json::from_str(&json).map_err(|e| crate::error::internal(&e))?;
        mail.password = farthing_identity::open_text(open.book.key().bytes(), "mail", mail.password.reveal()).told()?;
        Ok(Some(mail))
    }
}
