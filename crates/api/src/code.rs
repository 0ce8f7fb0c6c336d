//! Every cause for which something may not be done, by its stable word.
//!
//! What it says stands in `answers.json` beside this crate in English, and for the screens' other languages in
//! `ui/locales/LANGUAGE/answers.json`, by the word; a test fails where a language lacks one. Blanks in braces are filled
//! by [`crate::ApiError::with`].

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
#[cfg(not(target_family = "wasm"))]
use std::collections::BTreeMap;
use std::fmt;
#[cfg(not(target_family = "wasm"))]
use std::sync::LazyLock;

macro_rules! codes {
    ($($(#[$note:meta])* $name:ident $word:literal;)*) => {
        /// A cause, with its word beside it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$note])* #[doc = concat!("`", $word, "`")] $name,)*
        }

        impl Code {
            /// Every cause.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The stable word.
            pub const fn word(self) -> &'static str {
                match self { $(Code::$name => $word,)* }
            }
        }
    };
}

/// The English answers by their words.
#[cfg(not(target_family = "wasm"))]
static ENGLISH: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../answers.json")).unwrap_or_default());

impl Code {
    /// The answer in English, its blanks in braces.
    #[cfg(not(target_family = "wasm"))]
    pub fn english(self) -> &'static str {
        ENGLISH.get(self.word()).map_or(self.word(), String::as_str)
    }

    /// The word: the screens have the answers of all languages beside the program, and look them up when they show one.
    #[cfg(target_family = "wasm")]
    pub fn english(self) -> &'static str {
        self.word()
    }
}

/// By the word. Looked up, where a derived implementation would be a large piece of code in the screens.
impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
        let word = Cow::<'de, str>::deserialize(deserializer)?;
        let known = Code::ALL.iter().find(|code| code.word() == word);
        known
            .copied()
            .ok_or_else(|| D::Error::custom(format_args!("{word} is no cause")))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

codes! {
    // The program, its files, the session.
    Internal "internal";
    MalformedRequest "malformed_request";
    DiskFull "disk_full";
    NoAccess "no_access";
    NoViewer "no_viewer";
    BookInUse "in_use";
    BookNewer "newer";
    BookDamaged "damaged";
    KeysDamaged "keys_damaged";
    BookDiskFull "book_disk_full";
    DeviceGone "device_gone";
    KeyringSilent "keyring_silent";
    KeyringEmpty "keyring_empty";
    KeyringLocked "keyring_locked";
    DeviceInFile "device_in_file";
    DeviceWasOpen "device_was_open";
    NotABackup "not_a_backup";
    BackupNotOpened "backup_not_opened";
    BackupDamaged "backup_damaged";
    NoSuchFile "no_such_file";
    BookExists "exists";
    BookClosed "book_closed";
    SignedOut "signed_out";
    Locked "locked";
    Forbidden "forbidden";
    SystemOnly "system_only";
    NotACustomer "not_a_customer";
    AtTheBranch "at_the_branch";
    WrongPassword "wrong_password";
    WrongOldPassword "wrong_old_password";
    SecondFactorFirst "second_factor_first";
    SecondFactorMissing "second_factor_missing";
    SecondFactorElsewhere "second_factor_elsewhere";
    SecondFactorWrong "second_factor_wrong";
    SecondFactorOver "second_factor_over";
    SecondFactorSuspended "second_factor_suspended";
    RecoveryWrong "recovery_code_wrong";
    OwnFactor "own_factor";
    Wait "wait";
    PinForm "pin_form";
    PinWrong "pin_wrong";
    PinGone "pin_gone";
    NoSession "no_session";
    SignUpFull "sign_up_full";

    // What is not there, and what was changed meanwhile.
    NotFound "not_found";
    NoCustomer "no_customer";
    NoLoan "no_loan";
    NoPayment "no_payment";
    NoProduct "no_product";
    NoGoods "no_goods";
    NoTask "no_task";
    NoUser "no_user";
    NoOrganisation "no_organisation";
    NoPaper "no_paper";
    LoanChanged "loan_changed";
    PayoffChanged "payoff_changed";
    TaskChanged "task_changed";
    NoRequest "no_request";
    RequestKept "request_kept";
    RequestOwn "request_own";
    RequestOver "request_over";
    RequestExpired "request_expired";
    RequestChanged "request_changed";
    RequestStale "request_stale";
    RequestMakerGone "request_maker_gone";
    DeviceUnknown "device_unknown";
    DeviceRevoked "device_revoked";
    OwnDevice "own_device";
    ServerAddress "server_address";
    ServerSilent "server_silent";
    ServerOlder "server_older";
    UpdateNeeded "update_needed";
    BookCopied "book_copied";
    Renumbered "renumbered";
    HistoryFork "history_fork";
    AlreadyJoined "already_joined";
    OnlineOnly "online_only";
    SpendingWaits "spending_waits";
    NoServer "no_server";
    JoinEmail "join_email";
    DayByServer "day_by_server";
    ProtocolVersion "protocol_version";
    SetupToken "setup_token";
    JoinCode "join_code";
    HistoryBroken "history_broken";
    AccessTaken "access_taken";
    SecondPersonAlone "second_person_alone";

    // Any form.
    Required "required";
    TooLong "too_long";
    AmountEmpty "amount_empty";
    AmountMalformed "amount_malformed";
    AmountWhole "amount_whole";
    AmountDecimals "amount_decimals";
    AmountTooLarge "amount_too_large";
    AmountBeyond "amount_beyond";
    AmountNotPositive "not_positive";
    AmountNegative "amount_negative";
    WholeNumber "whole_number";
    Port "port";
    Terms "terms";

    // Email, passwords, codes, mail.
    EmailEmpty "email_empty";
    EmailMalformed "email_malformed";
    EmailNoAt "email_no_at";
    EmailManyAt "email_many_at";
    EmailTooLong "email_too_long";
    EmailTaken "taken";
    PhoneTaken "phone_taken";
    PasswordShort "password_short";
    PasswordLong "password_long";
    PasswordWeak "weak";
    PasswordBreached "password_breached";
    NoEmail "no_email";
    NoMail "no_mail";
    NoCode "no_code";
    TooManyCodes "too_many_codes";
    TooManyCodesHere "too_many_codes_here";
    TooManyChecksHere "too_many_checks_here";
    Suspended "suspended";
    WrongCode "wrong_code";
    UsedCode "used_code";
    ExpiredCode "expired_code";
    TooManyTries "too_many_tries";
    OtherAddress "other_address";
    MailSender "mail_sender";
    MailRecipient "mail_recipient";
    MailSilent "mail_silent";
    MailUnprotected "mail_unprotected";
    MailNoTls "mail_no_tls";
    MailCertificate "mail_certificate";
    MailAccount "mail_account";
    MailAddress "mail_address";
    MailLater "mail_later";
    MailRefused "mail_refused";
    MailUnfit "mail_unfit";
    MailUnreachable "mail_unreachable";

    PhoneInternational "phone_international";
    SmsUrl "sms_url";
    SmsUrlAccount "sms_url_account";
    SmsUnprotected "sms_unprotected";
    SmsOwnNetwork "sms_own_network";
    SmsHeader "sms_header";
    SmsPointer "sms_pointer";
    SmsTemplateForm "sms_template_form";
    SmsTemplateJson "sms_template_json";
    SmsNoText "sms_no_text";
    SmsAddress "sms_address";
    SmsNoTls "sms_no_tls";
    SmsSilent "sms_silent";
    SmsUnreachable "sms_unreachable";
    SmsBroken "sms_broken";
    SmsElsewhere "sms_elsewhere";
    SmsAccount "sms_account";
    SmsLater "sms_later";
    SmsTrouble "sms_trouble";
    SmsRefused "sms_refused";
    SmsUnreadable "sms_unreadable";
    NoSms "no_sms";
    NoPhone "no_phone";

    // Messages.
    NoMessage "no_message";
    MessageChanged "message_changed";
    MessageExpired "message_expired";
    MessageInterrupted "message_interrupted";
    MessageMoot "message_moot";
    MessageUnclear "message_unclear";
    TemplateBlank "template_blank";
    TemplateBrace "template_brace";
    ReminderDays "reminder_days";

    // One's own account.
    ResetLink "reset_link";
    ServerNoMail "server_no_mail";
    EscrowOffline "escrow_offline";
    PasswordCrossed "password_crossed";
    PasswordElsewhere "password_elsewhere";
    ResetKit "reset_kit";
    RecoverySecretWrong "recovery_secret_wrong";
    NoReset "no_reset";
    BookOpen "book_open";
    ProveAgain "prove_again";
    NoPassword "no_password";
    UndoCode "undo_code";
    SameContact "same_contact";
    StaffPhone "staff_phone";
    LoanOpen "loan_open";
    CreditLeft "credit_left";

    // Setting up, people, products.
    UnknownCurrency "unknown_currency";
    UnknownTimeZone "unknown_time_zone";
    UnknownLanguage "unknown_language";
    BranchCode "branch_code";
    DeskCode "desk_code";
    NotStaff "not_staff";
    HasAccess "has_access";
    OwnAccess "own_access";
    UserWaits "user_waits";
    UserDecided "user_decided";
    NoPasswordYet "no_password_yet";
    PriceNotPositive "price";
    RateRange "rate_range";
    RhythmRange "rhythm_range";
    LeastPrincipal "least_principal";
    GreatestPrincipal "greatest_principal";
    FewestInstallments "fewest_installments";
    MostInstallments "most_installments";
    InstallmentMultiple "installment_multiple";
    BalloonPercent "balloon_percent";
    BalloonNotThis "balloon_not_this";
    MoneyUnit "money_unit";
    StepOne "step_one";
    StepTooMuch "step_too_much";
    VariableNotThis "variable_not_this";
    RateChangeDay "rate_change_day";
    RateChangeKept "rate_change_kept";
    LargestDiscount "largest_discount";
    TooManyCharges "too_many_charges";
    ChargesTakeAll "charges_take_all";
    DayClosed "day_closed";
    DayToCome "day_to_come";
    DayNotNext "day_not_next";

    // Customers.
    Unreachable "unreachable";
    Phone "phone";
    DateMalformed "date_malformed";
    Employment "employment";
    TooYoung "too_young";
    BirthYear "birth_year";
    Erased "erased";
    Unverified "unverified";
    EmailUnverified "email_unverified";
    PhoneUnverified "phone_unverified";
    NoDocument "no_document";
    OwnDocument "own_document";

    // Loans.
    ProductInactive "product_inactive";
    PrincipalRange "principal_range";
    InstallmentsRange "installments_range";
    NotEligible "not_eligible";
    Decided "decided";
    OwnApplication "own_application";
    Waiting "waiting";
    Rejected "rejected";
    PaidOut "paid_out";
    DisbursementDay "disbursement_day";
    GoodsInactive "goods_inactive";

    // Payments.
    Closed "closed";
    WrittenOff "written_off";
    NotPaidOut "not_paid_out";
    NothingOwed "nothing_owed";
    InFuture "in_future";
    BeforeDisbursement "before_disbursement";
    BeforePayment "before_payment";
    DuplicateReference "duplicate";
    DuplicateElsewhere "duplicate_elsewhere";
    PaymentChanged "payment_changed";
    Reversed "reversed";
    Foreclosed "foreclosed";
    Refunded "refunded";
    OverCredit "over_credit";
    OverDiscount "over_limit";
    NothingDue "nothing_due";
    PrincipalNotWaived "principal_not_waived";
    OverDue "over_due";
    TermsBeforePayment "terms_before_payment";
    BeforeWaiver "before_waiver";
    BeforeTermsChange "before_terms_change";
    TopUpMissing "top_up_missing";
    InstallmentCount "installment_count";
    PartAmount "part_amount";
    PartsNotThis "parts_not_this";
    PartsRange "parts_range";
    PartsNotWith "parts_not_with";
    NothingUndisbursed "nothing_undisbursed";
    TopUpNotThis "top_up_not_this";
    CapitaliseNotThis "capitalise_not_this";
    RateNotThis "rate_not_this";
    DiscountOverOwed "discount_over_owed";
}

impl PartialEq<str> for Code {
    fn eq(&self, word: &str) -> bool {
        self.word() == word
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, word: &&str) -> bool {
        self.word() == *word
    }
}
