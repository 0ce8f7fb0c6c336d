//! How a desk comes to a server: a standalone book hands over its history, a new desktop comes with an administrator's code.

use super::line::check_address;
use super::part::{discard, may_go_on};
use super::transfer::Running;
use super::{Speaker, strange};
use crate::desk::{Desk, OWN, Open, Session, keys_path};
use crate::error::{Answer, Told};
use farthing_api::{
    ApiError, BringToServer, Code, DeviceId, ErrorKind, JoinCode, JoinServer, MakeJoinCode, Role, Secret, SetUpDone,
    UserId,
};
use farthing_identity::{
    Cost, DeviceKey, DeviceSecret, SlotFile, check_password, device, normalise_email, sign_in_name,
};
use farthing_office::chain::START;
use farthing_office::permission::Permission;
use farthing_office::{Actor, Key};
use farthing_store::{Book, BookKey, Identity, Joining};
use farthing_sync::join::{
    End, Enrol, Enrolled, Found, Founded, Invite, Newcomer, PART, code_of, organisation_of, token_hash,
};
use farthing_sync::wire::{Reply, Request};
use std::sync::Arc;
use uuid::Uuid;

/// The name space of machines: the public key names one, so that a second try to join brings the same one.
const MACHINES: Uuid = Uuid::from_u128(0x6661_7274_6869_6e67_206d_6163_6869_6e65);

impl Desk {
    /// Hands a standalone book's history over to a server, by the server's setup link, and puts the book under its
    /// authority. What was interrupted is taken up where it stopped.
    ///
    /// # Errors
    /// A link that can't be used, a server that does not answer or refuses.
    pub async fn bring_to_server(&self, request: BringToServer) -> Answer<()> {
        let (open, _) = self.caller_who_may(Permission::ManageDesk).await?;
        if open.book.is_enrolled().await.told()? {
            return Err(ApiError::new(ErrorKind::Refused, Code::AlreadyJoined));
        }
        let wrong = || ApiError::input("server", Code::SetupToken);
        let (address, token) = request.link.reveal().trim().split_once("/#").ok_or_else(wrong)?;
        let (first, _) = open.book.history(0, 1).await.told()?;
        let first = first.first().ok_or_else(ApiError::internal)?;
        let speaker = self.speaker(&open, address, organisation_of(first.op))?;
        let transfer = self.transfer.begin();
        let mut through = 0;
        loop {
            through = self
                .hand_history_over(&open, &speaker, token, through, &transfer)
                .await?;
            let joining = Joining { token, facts: through };
            if open
                .book
                .enrol(address, speaker.organisation, Some(joining))
                .await
                .told()?
            {
                break;
            }
        }
        self.sync(&open).await.map(drop)
    }

    /// Ends the handing over: the server has every fact, and learns that these were all.
    pub(super) async fn end_history(&self, open: &Open, speaker: &Speaker, token: &str) -> Answer<()> {
        let (facts, head) = open.book.decided_head().await.told()?;
        let end = End {
            head,
            signature: speaker.key.sign(&head),
        };
        let founded = self.hand_part_over(open, speaker, token, (facts, 0), Some(end)).await?;
        if founded.through != facts || founded.cursors.is_empty() {
            return Err(strange());
        }
        open.book.joined(&founded.cursors).await.told()
    }

    /// A code with which another desktop may join, for half an hour.
    ///
    /// # Errors
    /// Where the caller may not, or the server does not answer.
    pub async fn make_join_code(&self, _: MakeJoinCode) -> Answer<JoinCode> {
        let (open, session) = self.caller_who_may(Permission::ManageUsers).await?;
        let enrolment = open.book.enrolment().await.told()?;
        let enrolment = enrolment.ok_or_else(|| ApiError::new(ErrorKind::Refused, Code::NoServer))?;
        if enrolment.joining.is_some() {
            return Err(ApiError::new(ErrorKind::Unavailable, Code::ServerSilent));
        }
        let code = code_of(self.mint.bytes().told()?);
        let speaker = self.speaker(&open, &enrolment.address, enrolment.organisation)?;
        let invite = Invite {
            code: token_hash(&code),
            by: session.user,
        };
        match speaker.ask(&Request::Invite(invite)).await? {
            Reply::Invited => Ok(JoinCode {
                server: enrolment.address,
                code: Secret::new(code),
            }),
            _ => Err(strange()),
        }
    }

    /// Makes this machine a desk of an organisation that has a server: a new book, with everything that the branch has.
    ///
    /// # Errors
    /// Names the field that needs a change; nothing is left behind then, except what makes this machine known.
    pub async fn join_server(&self, request: JoinServer) -> Answer<SetUpDone> {
        let email = normalise_email(&request.email).map_err(|error| error.on("email"))?;
        check_password(&request.password, true, &[&email]).map_err(|error| error.on("password"))?;
        let code = request.code.reveal().to_string();
        // With the same code of the same server the same desk comes again.
        let joining = Uuid::new_v5(&MACHINES, format!("{} {code}", request.server).as_bytes());
        let newcomer = Newcoming {
            server: request.server,
            email,
            password: request.password,
            is_own: false,
            joining: Some(joining),
        };
        self.join(newcomer, |device| Request::Enrol(Enrol { code, device }))
            .await
    }

    /// Makes this machine known by its key, which a second try brings again; a warning where the system keeps no secrets.
    pub(super) fn make_known(&self) -> Answer<(DeviceSecret, Option<ApiError>)> {
        std::fs::create_dir_all(self.home.folder()).told()?;
        device::create(&self.home.book()).told()
    }

    /// Makes a book of what the server has for whoever comes.
    pub(super) async fn join(&self, newcoming: Newcoming, ask: impl FnOnce(Newcomer) -> Request) -> Answer<SetUpDone> {
        let path = self.home.book();
        if path.exists() {
            return Err(ApiError::new(ErrorKind::Refused, Code::BookExists));
        }
        check_address(&newcoming.server)?;
        let (secret, warning) = self.make_known()?;
        let part = path.with_extension("new");
        let (book, book_key) = self.part(&part, &newcoming, &secret).await?;
        let first = self.first_download(&book, &newcoming, ask).await;
        book.close().await.told()?;
        let (actor, name) = match first {
            Ok(first) => first,
            Err(error) => {
                if newcoming.joining.is_none() || !may_go_on(&error) {
                    discard(&part);
                }
                return Err(error);
            }
        };
        let sign_in = sign_in_name(&newcoming.email);
        let slots = Arguments {
            user: actor.user,
            role: actor.role,
            sign_in: sign_in.clone(),
            password: newcoming.password,
        };
        let recovery_secret = self.first_slot(slots, &secret, &book_key).await?;
        std::fs::rename(&part, &path).told()?;
        discard(&part);
        let open = Arc::new(Open::of(Book::open(&path, &book_key).await.told()?).await?);
        self.settle_credentials(&open, true).await?;
        let session = Session {
            has_slot: true,
            ..Session::first(actor, name, sign_in)
        };
        *self.open.write().await = Some(open);
        *self.session.lock().await = Some(session.clone());
        Ok(SetUpDone {
            recovery_secret,
            session: self.begin(session).await?,
            warnings: warning.into_iter().collect(),
        })
    }

    /// Enrols a new book and fetches everything; who signs in first, and their name.
    async fn first_download(
        &self,
        book: &Book,
        newcoming: &Newcoming,
        ask: impl FnOnce(Newcomer) -> Request,
    ) -> Answer<(Actor, String)> {
        let mut speaker = self.stranger(&newcoming.server)?;
        let device = speaker.device;
        let ask = ask(newcomer(&speaker.key, "", (0, START)));
        let Reply::Enrolled(Enrolled {
            organisation,
            desk,
            approved_by,
            facts,
            epoch: _,
        }) = speaker.ask(&ask).await?
        else {
            return Err(strange());
        };
        speaker.organisation = organisation;
        if !book.is_enrolled().await.told()? {
            let identity = Identity { device, epoch: 0, desk };
            book.be(&identity).await.told()?;
            let pepper = hex::encode(self.mint.bytes::<32>().told()?);
            book.set_setting("pepper", Some(&pepper)).await.told()?;
            book.enrol(&newcoming.server, organisation, None).await.told()?;
        }
        self.fill(book, &speaker, facts).await?;
        let state = book.load(&[Key::User(approved_by)]).await.told()?;
        let user = state.user(approved_by).ok_or_else(strange)?;
        let actor = Actor {
            user: approved_by,
            role: user.role,
            customer: user.customer,
        };
        if newcoming.is_own {
            let customer = user.customer.ok_or_else(strange)?;
            book.set_setting(OWN, Some(&customer.to_string())).await.told()?;
            let known = book.sign_in_user(&sign_in_name(&newcoming.email)).await.told()?;
            return Ok((actor, known.ok_or_else(strange)?.name));
        }
        match normalise_email(&user.email) {
            Ok(known) if known == newcoming.email => {
                self.must_be_theirs(book, approved_by, &newcoming.password).await?;
                Ok((actor, user.name.clone()))
            }
            _ => Err(ApiError::input("email", Code::JoinEmail)),
        }
    }

    /// This machine in a conversation with a server that does not know it yet.
    pub(super) fn stranger(&self, address: &str) -> Answer<Speaker> {
        let key = DeviceKey::load(&self.home.book()).told()?;
        Ok(Speaker {
            line: self.lines.to(address)?,
            device: DeviceId(Uuid::new_v5(&MACHINES, &key.public())),
            key,
            organisation: Uuid::nil(),
        })
    }

    async fn first_slot(&self, who: Arguments, secret: &DeviceSecret, key: &BookKey) -> Answer<Secret> {
        let (secret, key, installation) = (
            secret.clone(),
            key.clone(),
            Uuid::new_v5(&MACHINES, &who.user.0.into_bytes()),
        );
        let (slots, recovery) = self
            .blocking(move || -> Result<_, farthing_identity::SlotError> {
                let mut slots = SlotFile::new(installation);
                let cost = Cost::desktop();
                slots.add(
                    who.user,
                    who.role,
                    &who.sign_in,
                    &who.password,
                    &secret,
                    key.bytes(),
                    cost,
                )?;
                let recovery = slots.set_recovery(&secret, key.bytes())?;
                Ok((slots, recovery))
            })
            .await?
            .told()?;
        slots.save(&keys_path(&self.home.book())).told()?;
        Ok(recovery)
    }
}

/// Who comes to a server with a new machine.
pub(super) struct Newcoming {
    pub(super) server: String,
    pub(super) email: String,
    pub(super) password: Secret,
    /// Whether it is a customer's own machine.
    pub(super) is_own: bool,
    /// Which joining it is, where what came of the book may stay for another try.
    pub(super) joining: Option<Uuid>,
}

/// Who gets the first slot of a new book.
struct Arguments {
    user: UserId,
    role: Role,
    sign_in: String,
    password: Secret,
}

pub(super) fn newcomer(key: &DeviceKey, desk: &str, (dev_seq, head): (i64, [u8; 32])) -> Newcomer {
    Newcomer {
        public: key.public(),
        desk: desk.to_string(),
        epoch: 0,
        dev_seq,
        head,
        former: None,
    }
}

impl Desk {
    /// Hands over every fact after a number; up to which the server has them then.
    async fn hand_history_over(
        &self,
        open: &Open,
        speaker: &Speaker,
        token: &str,
        mut through: i64,
        transfer: &Running<'_>,
    ) -> Answer<i64> {
        let (head, _) = open.book.head().await.told()?;
        while through < head {
            transfer.note(through.unsigned_abs(), head.unsigned_abs());
            let founded = self.hand_part_over(open, speaker, token, (through, PART), None).await?;
            if founded.through <= through {
                return Err(strange());
            }
            through = founded.through;
        }
        Ok(through)
    }

    /// Hands over one part of the history.
    async fn hand_part_over(
        &self,
        open: &Open,
        speaker: &Speaker,
        token: &str,
        (after, most): (i64, u32),
        end: Option<End>,
    ) -> Answer<Founded> {
        let (facts, keys) = open.book.history(after, most).await.told()?;
        let credentials = self.credentials_of(open, &facts).await?;
        let base = open.book.base().await.told()?;
        let found = Found {
            token: token.to_string(),
            device: Newcomer {
                epoch: i64::from(open.identity().epoch),
                ..newcomer(&speaker.key, &open.identity().desk, base)
            },
            from: after + 1,
            facts,
            keys,
            credentials,
            end,
        };
        match speaker.ask(&Request::Found(Box::new(found))).await? {
            Reply::Found(founded) => Ok(founded),
            _ => Err(strange()),
        }
    }
}
