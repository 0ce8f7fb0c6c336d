//! Where text messages go out.

use crate::desk::{Desk, Open};
use crate::error::{Answer, Told, internal};
use farthing_api::{GetSms, SaveSms, Secret, SmsSent, SmsSettings, TestSms};
use farthing_identity::{normalise_phone, open_text, seal_text, sms};
use farthing_office::permission::Permission;

/// The setting's name, and what its secret is sealed for.
const SMS: &str = "sms";

impl Desk {
    /// The SMS settings, the secret left out.
    ///
    /// # Errors
    /// Where the caller may not.
    pub async fn get_sms(&self, _: GetSms) -> Answer<Option<SmsSettings>> {
        let (open, _) = self.caller_who_may(Permission::ManageDesk).await?;
        Ok(self.sms(&open).await?.map(|sms| SmsSettings {
            secret: Secret::default(),
            ..sms
        }))
    }

    /// Sets where text messages go out.
    ///
    /// # Errors
    /// Names the field that can't be used.
    pub async fn save_sms(&self, request: SaveSms) -> Answer<()> {
        let (open, session) = self.caller_who_may(Permission::ManageDesk).await?;
        let json = match request.settings {
            None => None,
            Some(settings) => {
                sms::check(&settings)?;
                let mut kept = self.with_kept_secret(&open, settings).await?;
                let sealed = seal_text(open.book.key().bytes(), SMS, &kept.secret).told()?;
                kept.secret = Secret::new(sealed);
                Some(serde_json::to_string(&kept).map_err(|e| internal(&e))?)
            }
        };
        open.book.set_setting(SMS, json.as_deref()).await.told()?;
        self.note_done(&open, &session, "save_sms").await
    }

    /// Sends one real text message to try settings.
    ///
    /// # Errors
    /// Names the field that can't be used, or says what the gateway answers.
    pub async fn test_sms(&self, request: TestSms) -> Answer<SmsSent> {
        let (open, _) = self.caller_who_may(Permission::ManageDesk).await?;
        let to = normalise_phone(&request.to).map_err(|error| error.on("to"))?;
        let settings = self.with_kept_secret(&open, request.settings).await?;
        let text = sms::test_text(&open.organisation.language, &open.organisation.name);
        let key = hex::encode(self.mint.bytes::<16>().told()?);
        sms::send(&settings, &sms::Text { to, text, key }).await.told()
    }

    async fn with_kept_secret(&self, open: &Open, mut settings: SmsSettings) -> Answer<SmsSettings> {
        if settings.secret.is_empty()
            && let Some(kept) = self.sms(open).await?
        {
            settings.secret = kept.secret;
        }
        Ok(settings)
    }

    /// The SMS settings with the secret in clear.
    pub(crate) async fn sms(&self, open: &Open) -> Answer<Option<SmsSettings>> {
        let Some(json) = open.book.setting(SMS).await.told()? else {
            return Ok(None);
        };
        let mut sms: SmsSettings = serde_json::from_str(&json).map_err(|e| internal(&e))?;
        sms.secret = open_text(open.book.key().bytes(), SMS, sms.secret.reveal()).told()?;
        Ok(Some(sms))
    }
}
