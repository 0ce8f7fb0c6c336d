//! Staff, mail, and the care of the book.

use super::trouble::BACKUP;
use crate::desk::Desk;
use crate::error::{Answer, Told};
use farthing_api::{
    ApiError, BackupBook, Find, GetMail, Hit, ListPermissions, ListUsers, MailSettings, PermissionView, Role, SaveMail,
    Saved, Secret, TestMail, UserView, VerifyBook, VerifyReport,
};
use farthing_identity::{mail, normalise_email};
use farthing_office::permission::{self, Permission};

impl Desk {
    /// Everyone who works here.
    ///
    /// # Errors
    /// Where the caller may not.
    pub async fn list_users(&self, _: ListUsers) -> Answer<Vec<UserView>> {
        let (open, _) = self.caller_who_may(Permission::SeeBook).await?;
        self.read_letters(&open).await?;
        open.book.staff().await.told()
    }

    /// What each role may do.
    ///
    /// # Errors
    /// Where the caller may not see the book.
    pub async fn list_permissions(&self, _: ListPermissions) -> Answer<Vec<PermissionView>> {
        self.caller_who_may(Permission::SeeBook).await?;
        let row = |(_, word, roles): &(Permission, &str, &[Role])| PermissionView {
            permission: (*word).to_string(),
            roles: roles.to_vec(),
        };
        Ok(permission::TABLE.iter().map(row).collect())
    }

    /// Sends one real message to try mail settings: at first run by anyone, later by an administrator.
    ///
    /// # Errors
    /// What the mail server says, in words for people.
    pub async fn test_mail(&self, request: TestMail) -> Answer<()> {
        let mut settings = request.settings;
        let mut organisation = "Farthing".to_string();
        let mut language = "en".to_string();
        if self.open.read().await.is_some() {
            let (open, _) = self.caller_who_may(Permission::ManageDesk).await?;
            organisation = open.organisation.name.clone();
            language = open.organisation.language.clone();
            if settings.password.is_empty() {
                settings.password = self.mail(&open).await?.map(|m| m.password).unwrap_or_default();
            }
        }
        let to = normalise_email(&request.to).map_err(|error| error.on("to"))?;
        let (subject, text, html) = mail::test_message(&language, &organisation);
        mail::send(
            &settings,
            mail::Message {
                to,
                subject,
                text,
                html,
                id: None,
            },
        )
        .await
        .told()
    }

    /// The mail settings, the password left out.
    ///
    /// # Errors
    /// Where the caller may not.
    pub async fn get_mail(&self, _: GetMail) -> Answer<Option<MailSettings>> {
        let (open, _) = self.caller_who_may(Permission::ManageDesk).await?;
        Ok(self.mail(&open).await?.map(|mail| MailSettings {
            password: Secret::default(),
            ..mail
        }))
    }

    /// Sets where mail goes.
    ///
    /// # Errors
    /// Where the caller may not.
    pub async fn save_mail(&self, request: SaveMail) -> Answer<()> {
        let (open, session) = self.caller_who_may(Permission::ManageDesk).await?;
        match request.settings {
            Some(mail) => self.put_mail(&open, &mail).await?,
            None => open.book.set_setting("mail", None).await.told()?,
        }
        self.note_done(&open, &session, "save_mail").await
    }

    /// Checks the whole book.
    ///
    /// # Errors
    /// Where the caller may not; findings are in the report.
    pub async fn verify_book(&self, _: VerifyBook) -> Answer<VerifyReport> {
        let (open, _) = self.caller_who_may(Permission::KeepBook).await?;
        open.book.verify().await.told()
    }

    /// Writes a copy of the book and its key slots into the backup folder.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn backup_book(&self, _: BackupBook) -> Answer<Saved> {
        let (open, session) = self.caller_who_may(Permission::KeepBook).await?;
        let folder = self.home.backups();
        std::fs::create_dir_all(&folder).told()?;
        let at = self.clock.now().format("%Y-%m-%d-%H%M%S");
        // Two may be asked for within a second.
        let names = (1..).map(|n| match n {
            1 => format!("{at}.{BACKUP}"),
            n => format!("{at}-{n}.{BACKUP}"),
        });
        let mut free = names.map(|name| folder.join(name)).filter(|path| !path.exists());
        let to = free.next().ok_or_else(ApiError::internal)?;
        crate::keep::backup(&open.book, &to).await.told()?;
        self.note_done(&open, &session, "backup_book").await?;
        Ok(Saved {
            path: to.display().to_string(),
        })
    }

    /// What a few letters may mean.
    ///
    /// # Errors
    /// Where the caller may not see the book.
    pub async fn find(&self, request: Find) -> Answer<Vec<Hit>> {
        let (open, _) = self.caller_who_may(Permission::SeeBook).await?;
        open.book.find(&request.search, self.today(&open)).await.told()
    }
}
