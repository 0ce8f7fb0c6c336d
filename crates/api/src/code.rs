//! Every cause for which something may not be done: its stable word, and what it says in English.
//!
//! The screens say it in their own languages from `ui/locales/LANGUAGE/answers.json`, by the word; a test fails where a
//! language lacks one. Blanks in braces are filled by [`crate::ApiError::with`].

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

macro_rules! codes {
    ($($(#[$note:meta])* $name:ident $word:literal $english:literal;)*) => {
        /// A cause. The sentence beside each is its English answer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$note])* #[doc = $english] $name,)*
        }

        impl Code {
            /// Every cause.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The stable word.
            pub const fn word(self) -> &'static str {
                match self { $(Code::$name => $word,)* }
            }

            /// The answer in English, its blanks in braces.
            pub const fn english(self) -> &'static str {
                match self { $(Code::$name => $english,)* }
            }
        }
    };
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
    Internal "internal" "Farthing could not do this because of a fault of its own. Nothing was changed. The log file has the details.";
    MalformedRequest "malformed_request" "The window and the desk don't fit together. Install Farthing anew.";
    DiskFull "disk_full" "The disk is full, so nothing was saved. Free some space and do it again; the form keeps what you typed.";
    NoAccess "no_access" "Farthing may not write to its folder. Give your account access to it and do it again.";
    NoViewer "no_viewer" "No program to show this was found. It is here: {path}";
    BookInUse "in_use" "Another program holds the book: a second window, a backup or the command line. Close it, then try again.";
    BookNewer "newer" "This book was last opened by a newer Farthing. Install that version or a later one; nothing in the book was changed.";
    BookDamaged "damaged" "The book's file is damaged and was not opened. Restore the last backup; keep the damaged file, it may still help.";
    KeysDamaged "keys_damaged" "The file with the key slots is missing or damaged, so the book can't be opened. Restore a backup, which includes it.";
    BookDiskFull "book_disk_full" "The disk is full, so the book can't be opened safely. Free some space, then try again.";
    DeviceGone "device_gone" "A part of this machine's key is missing: {file} is gone. Put the file back, or restore a backup with the recovery secret.";
    KeyringSilent "keyring_silent" "This machine's key lies in the system's keyring, which does not answer. Start the keyring and try again, or restore a backup with the recovery secret.";
    KeyringEmpty "keyring_empty" "This machine's key is no longer in the system's keyring. Restore a backup with the recovery secret.";
    KeyringLocked "keyring_locked" "This machine's key lies in the system's keyring, which is locked. Unlock the keyring and try again.";
    DeviceInFile "device_in_file" "This machine's key is kept in {file}, which only your account may read, since there is no keyring here. Whoever copies this file and the book's files can try passwords elsewhere, so keep the disk encrypted.";
    DeviceWasOpen "device_was_open" "Other accounts could read this machine's key until now; that is corrected.";
    NotABackup "not_a_backup" "This is not a whole backup of Farthing. Choose another file.";
    BackupNotOpened "backup_not_opened" "This does not open the backup. It takes the email and password of that time, and on another machine the recovery secret.";
    BackupDamaged "backup_damaged" "This backup is damaged and was not restored. Choose an older one.";
    NoSuchFile "no_such_file" "There is no such file. Check the path.";
    BookExists "exists" "There is a book here already. Sign in.";
    BookClosed "book_closed" "A member of staff signs in first after the program was started; then customers can sign in here.";
    SignedOut "signed_out" "Nobody is signed in. Sign in and do it again.";
    Locked "locked" "The screen is locked. Enter your password to go on.";
    Forbidden "forbidden" "Your role does not allow this. It takes: {roles}.";
    SystemOnly "system_only" "Only the desk itself does this.";
    NotACustomer "not_a_customer" "This page is for customers. Sign in as one.";
    WrongPassword "wrong_password" "This email and password don't belong together. Check both and try again.";
    WrongOldPassword "wrong_old_password" "This is not your password. Type the one in force.";
    SecondFactorFirst "second_factor_first" "The sign-in isn't complete. Enter the code of your authenticator first.";
    SecondFactorMissing "second_factor_missing" "Whoever works here signs in with an authenticator too. Set yours up first.";
    SecondFactorWrong "second_factor_wrong" "This code is not right, or was used already. Wait for the next one that your authenticator shows, and check the clocks of both.";
    SecondFactorOver "second_factor_over" "There were too many wrong codes. Sign in again.";
    SecondFactorSuspended "second_factor_suspended" "There were too many wrong codes in a row. The next one counts from {time} on; an administrator can help before.";
    RecoveryWrong "recovery_code_wrong" "This is not one of your recovery codes, or it was used already.";
    OwnFactor "own_factor" "Everyone sets up their own authenticator.";
    Wait "wait" "There were too many wrong tries. The next one counts from {time} on.";
    PinForm "pin_form" "A PIN has six digits, neither all alike nor in a row.";
    PinWrong "pin_wrong" "This is not your PIN. Tries left: {n}.";
    PinGone "pin_gone" "There is no PIN for this any more. Enter your password.";
    NoSession "no_session" "This session has ended already.";
    SignUpFull "sign_up_full" "Many people asked for access here already. Ask an administrator to look at them first.";

    // What is not there, and what was changed meanwhile.
    NotFound "not_found" "This is not in the book.";
    NoCustomer "no_customer" "This customer is not in the book.";
    NoLoan "no_loan" "This loan is not in the book.";
    NoPayment "no_payment" "This payment is not in the book.";
    NoProduct "no_product" "This product is not in the book.";
    NoGoods "no_goods" "This article is not in the book.";
    NoTask "no_task" "This item is not in the book.";
    NoUser "no_user" "This person does not work here.";
    NoOrganisation "no_organisation" "This book is not set up yet.";
    NoPaper "no_paper" "This is not a paper of this desk.";
    LoanChanged "loan_changed" "This loan was changed after you opened it. Look at it again, then decide.";
    PayoffChanged "payoff_changed" "This payoff was changed after you opened it. Look at it again, then decide.";
    TaskChanged "task_changed" "This item was changed after you opened it. Look at it again, then decide.";
    NoRequest "no_request" "This request is not in the book.";
    RequestKept "request_kept" "This takes a second person. It was taken down as you asked and waits until {date}; nothing is done before.";
    RequestOwn "request_own" "You asked for this yourself, so someone else must agree. You can take it back.";
    RequestOver "request_over" "This was decided on already, or taken back.";
    RequestExpired "request_expired" "Nobody decided on this within 72 hours, so it is void. Ask for it anew.";
    RequestChanged "request_changed" "What would be done is not what was taken down, so it was not carried out. Ask for it anew.";
    RequestStale "request_stale" "What this is about was changed after it was asked for, so it was not carried out. Ask for it anew.";
    RequestMakerGone "request_maker_gone" "Whoever asked for this may no longer do so, so it was not carried out.";
    DeviceUnknown "device_unknown" "The server does not know this machine. Ask an administrator for a code and join again.";
    DeviceRevoked "device_revoked" "An administrator took this machine's access to the server away. What it recorded is kept at the server; ask them.";
    OwnDevice "own_device" "This is the machine that you sit at. Take its access away from another desk.";
    ServerAddress "server_address" "This is not the address of a server. It begins with https://, such as https://loans.example.org.";
    ServerSilent "server_silent" "The server does not answer. What you record is kept here and sent when it does.";
    ServerOlder "server_older" "The server runs an older version than this desk. What you record is kept here and sent once the server is updated.";
    UpdateNeeded "update_needed" "The organisation works with a newer version by now. Update this program; what you record until then is kept and sent.";
    BookCopied "book_copied" "This book was copied or restored from a backup, so the server takes nothing more from it. Ask an administrator to join this machine anew; what it recorded is kept.";
    HistoryFork "history_fork" "The server's history is another one than this book knows, so nothing is exchanged. Ask whoever runs the server; what you record is kept here.";
    AlreadyJoined "already_joined" "This book belongs to a server already.";
    OnlineOnly "online_only" "Money goes out only while the server answers, so that no other desk pays the same. Try again when it does.";
    SpendingWaits "spending_waits" "This was recorded, but the server broke off before it decided. Hand no money out before it stands in the loan as decided.";
    NoServer "no_server" "This book is complete by itself and belongs to no server.";
    JoinEmail "join_email" "Another administrator made this code. Use the email of whoever made it.";
    DayByServer "day_by_server" "The server closes the days of this branch.";
    ProtocolVersion "protocol_version" "This program and the server are of versions too far apart. Update the older one; what is recorded here is kept and sent then.";
    SetupToken "setup_token" "This setup link is not valid any more, or was used for another organisation. Start the server anew to get another one.";
    JoinCode "join_code" "This code is not valid. Type it as it was shown, or ask an administrator for a new one.";
    HistoryBroken "history_broken" "The history that was handed over does not hold together, so the server took none of it. Verify the book first.";
    AccessTaken "access_taken" "Whoever asked for this had lost their access by then, so it was not carried out. Ask someone who may.";
    SecondPersonAlone "second_person_alone" "There is one administrator only, so nobody else could agree. Add a second one first.";

    // Any form.
    Required "required" "This is empty. Fill it in.";
    TooLong "too_long" "This is longer than {most} letters. Shorten it.";
    AmountEmpty "amount_empty" "Enter an amount, such as {example}.";
    AmountMalformed "amount_malformed" "“{text}” is not an amount. Use digits and one decimal mark, such as {example}.";
    AmountWhole "amount_whole" "This currency has no decimals. Enter a whole amount.";
    AmountDecimals "amount_decimals" "This currency has {n} decimals. Shorten the amount to {n} digits after the decimal mark.";
    AmountTooLarge "amount_too_large" "This amount is larger than the largest that can be kept, {most}.";
    AmountBeyond "amount_beyond" "This amount is larger than the largest that can be kept.";
    AmountNotPositive "not_positive" "The amount is not more than zero. Enter what was paid.";
    AmountNegative "amount_negative" "This amount is below zero. Enter 0 where there is none.";
    WholeNumber "whole_number" "Enter a whole number, such as 12.";
    Port "port" "A port is a number from 1 to 65535, most often 587.";
    Terms "terms" "These terms can't be carried out.";

    // Email, passwords, codes, mail.
    EmailEmpty "email_empty" "Enter an email address, such as amina@example.org.";
    EmailMalformed "email_malformed" "“{text}” is not an email address: a part of it is missing or has a character that addresses don't have. Enter one such as amina@example.org.";
    EmailNoAt "email_no_at" "“{text}” is not an email address: it has no @. Enter one such as amina@example.org.";
    EmailManyAt "email_many_at" "“{text}” is not an email address: it has more than one @. Enter one such as amina@example.org.";
    EmailTooLong "email_too_long" "This email address is too long to be delivered. Enter one of at most 254 characters.";
    EmailTaken "taken" "Someone signs in with this email already. Enter another one.";
    PhoneTaken "phone_taken" "Someone signs in with this phone already. Check the number.";
    PasswordShort "password_short" "This password has {length} characters and needs {least}. Put a few words together that only you would combine.";
    PasswordLong "password_long" "This password has {length} characters, and {most} is the most. Shorten it.";
    PasswordWeak "weak" "This password is easy to guess: it is common, repeats itself or holds a name that belongs to you. Put a few words together that have nothing to do with each other.";
    PasswordBreached "password_breached" "This password is among those that were stolen elsewhere and are tried first. Choose another one.";
    NoEmail "no_email" "This customer has no email. Enter one first, or see the id document and have a supervisor vouch for it.";
    NoMail "no_mail" "No code can be sent: this desk has no mail server. The customer stays unverified and may apply; an administrator can set up mail in Settings.";
    NoCode "no_code" "No code can be sent now: {why} The customer stays unverified and may apply; paying out needs the code, or the id document and a supervisor.";
    TooManyCodes "too_many_codes" "A code went to this address a moment ago. The next one can be sent from {time} on.";
    TooManyCodesHere "too_many_codes_here" "Many codes were sent from here in the last hour. The next one can be sent from {time} on.";
    TooManyChecksHere "too_many_checks_here" "Many codes were tried here in the last minutes. The next one counts from {time} on.";
    Suspended "suspended" "There were too many wrong codes in a row for this address or phone, so it takes none until {time}.";
    WrongCode "wrong_code" "This code is not right. Check the six digits and the reference, or send a new code.";
    UsedCode "used_code" "This code was used already. Send a new one.";
    ExpiredCode "expired_code" "This code has expired. Send a new one.";
    TooManyTries "too_many_tries" "There were too many wrong codes. Send a new one.";
    OtherAddress "other_address" "The email was changed after this code was sent. Send a new code.";
    MailSender "mail_sender" "The sender's address “{text}” is not an email address. Correct it and send again.";
    MailRecipient "mail_recipient" "The recipient's address “{text}” is not an email address. Correct it and send again.";
    MailSilent "mail_silent" "The mail server {server} did not answer within {seconds} seconds. Check its name and port, or try again later.";
    MailUnprotected "mail_unprotected" "{server} is another machine, and without protection others on the way could read the codes. Choose STARTTLS or TLS.";
    MailNoTls "mail_no_tls" "This machine can't set up TLS with {server}. Check the server's name.";
    MailCertificate "mail_certificate" "The mail server {server} can't prove who it is: its certificate is not valid for that name. Check the server's name, and the date of this machine.";
    MailAccount "mail_account" "The mail server {server} refuses the account (code {answer}). Check the user name and the password in the mail settings.";
    MailAddress "mail_address" "The mail server {server} refuses an address of this message (code {answer}). Check the sender's and the recipient's address.";
    MailLater "mail_later" "The mail server {server} takes no messages at the moment (code {answer}). Try again in a few minutes.";
    MailRefused "mail_refused" "The mail server {server} refuses the message (code {answer}). Its provider can say why.";
    MailUnfit "mail_unfit" "The mail server {server} doesn't offer what the settings ask for: {cause}. Check protection, port and user name.";
    MailUnreachable "mail_unreachable" "The mail server {server} can't be reached: {cause}. Check its name and port, or try again when connected.";

    PhoneInternational "phone_international" "“{text}” can't get text messages as it stands. Write the number with + and the country first, such as +254 700 000 001.";
    SmsUrl "sms_url" "This is not the address of a gateway. Enter one such as https://sms.example.org/send.";
    SmsUrlAccount "sms_url_account" "An account in the address would be seen in logs. Choose how the desk signs in, and enter it there.";
    SmsUnprotected "sms_unprotected" "Without https others on the way could read the codes. Enter an https address.";
    SmsOwnNetwork "sms_own_network" "{server} is a machine of your own network. If the gateway really is there, allow it below.";
    SmsHeader "sms_header" "A header's name has letters, digits and dashes only, such as X-Api-Key.";
    SmsPointer "sms_pointer" "A place in the answer starts with a slash, such as /status.";
    SmsTemplateForm "sms_template_form" "A form is written as name=value, with & between them.";
    SmsTemplateJson "sms_template_json" "This is not JSON. Write an object whose texts hold the blanks.";
    SmsNoText "sms_no_text" "The phone or the message has no place. Put the blanks for both where the gateway wants them.";
    SmsAddress "sms_address" "The settings make no request that can be sent to {server}. Check address and header.";
    SmsNoTls "sms_no_tls" "This machine can't set up TLS for {server}.";
    SmsSilent "sms_silent" "The gateway {server} did not answer within {seconds} seconds. Try again later.";
    SmsUnreachable "sms_unreachable" "The gateway {server} can't be reached. Check its address, or try again when connected.";
    SmsBroken "sms_broken" "The gateway {server} broke the connection before it answered, so the message may or may not be on its way.";
    SmsElsewhere "sms_elsewhere" "The gateway {server} sends the desk elsewhere (code {answer}), which is not followed. Enter the address that it names.";
    SmsAccount "sms_account" "The gateway {server} refuses the account (code {answer}). Check the account and its secret.";
    SmsLater "sms_later" "The gateway {server} takes no messages at the moment (code {answer}). Try again in a few minutes.";
    SmsTrouble "sms_trouble" "The gateway {server} is in trouble itself (code {answer}), so the message may or may not be on its way.";
    SmsRefused "sms_refused" "The gateway {server} refuses the message (code {answer}). Its provider can say why.";
    SmsUnreadable "sms_unreadable" "The gateway {server} answers something that can't be read (code {answer}), so the message may or may not be on its way.";
    NoSms "no_sms" "No text message can be sent: this desk has no SMS gateway. An administrator can set one up in Settings.";
    NoPhone "no_phone" "This customer has no phone number. Enter one first.";

    // Messages.
    NoMessage "no_message" "This message is not in the book.";
    MessageChanged "message_changed" "This message was changed after you opened it. Look at it again, then decide.";
    MessageExpired "message_expired" "This message is too old to be of use, so it is not sent any more.";
    MessageInterrupted "message_interrupted" "The program ended while this message was handed over, so it may or may not be on its way. Send it again if it did not arrive.";
    MessageMoot "message_moot" "What this message says is not so any more, so it was not sent.";
    MessageUnclear "message_unclear" "The mail server {server} did not say whether it took the message, so it may or may not be on its way. Send it again if it did not arrive.";
    TemplateBlank "template_blank" "“{blank}” is no blank of this message. It may have: {known}.";
    TemplateBrace "template_brace" "A brace stands alone. A blank begins with one and ends with the other, such as {example}.";
    ReminderDays "reminder_days" "Enter up to {most} different numbers of days, each from 1 to {longest}, with commas between them.";

    // One's own account.
    ResetLink "reset_link" "This link was used, is older than {minutes} minutes, or is not whole. Ask for a new one.";
    ResetKit "reset_kit" "It takes the recovery secret, or an administrator who is signed in, to set a new password for someone who works here.";
    RecoverySecretWrong "recovery_secret_wrong" "This is not the recovery secret of this book. Check it letter by letter.";
    NoReset "no_reset" "This person has not proved by a link in the last day that they ask for a new password.";
    BookOpen "book_open" "The book is open. Ask for a link instead; it proves who asks.";
    ProveAgain "prove_again" "This takes your password again, and a code of your authenticator if you have one.";
    NoPassword "no_password" "You sign in with codes alone, and this takes a password. Your branch can give you one, or change it for you.";
    UndoCode "undo_code" "This code is not right, was used, or is older than {hours} hours. Your branch can help.";
    SameContact "same_contact" "This is the one in force already.";
    StaffPhone "staff_phone" "Who works here has no phone in the book.";
    LoanOpen "loan_open" "{loan} is not closed. Pay it off, or have the application rejected, before the personal data is erased.";
    CreditLeft "credit_left" "There is unapplied credit on {loan}. Have it paid back before the personal data is erased.";

    // Setting up, people, products.
    UnknownCurrency "unknown_currency" "This is not a currency of ISO 4217. Choose one from the list.";
    UnknownTimeZone "unknown_time_zone" "This time zone is not known. Choose one from the list.";
    UnknownLanguage "unknown_language" "The screens don't speak this language yet. Choose another one.";
    BranchCode "branch_code" "The branch code takes 2 to 6 capitals or digits, such as BR1.";
    DeskCode "desk_code" "The desk takes two digits, such as 01.";
    NotStaff "not_staff" "Customers get their sign-in on their own page. Choose another role.";
    HasAccess "has_access" "They have access already. If the password is forgotten, reset it.";
    OwnAccess "own_access" "You can't change your own access. Ask another administrator.";
    UserWaits "user_waits" "This person waits to be let in. Do that first, or turn them away.";
    UserDecided "user_decided" "This person was admitted or turned away already.";
    NoPasswordYet "no_password_yet" "{name} has not chosen a password yet. They do so on this machine, under “Ask for access”.";
    PriceNotPositive "price" "The price is not more than zero. Enter what one costs.";
    RateRange "rate_range" "The rate is outside 0 to 1,000 % a year.";
    RhythmRange "rhythm_range" "The rhythm is outside 1 to 366. Enter how many days, weeks or months lie between installments.";
    LeastPrincipal "least_principal" "The least principal is not more than zero.";
    GreatestPrincipal "greatest_principal" "The greatest principal is below the least one, or too large to be kept.";
    FewestInstallments "fewest_installments" "A loan has at least 1 installment.";
    MostInstallments "most_installments" "The most installments are below the fewest, or above 1,200.";
    InstallmentMultiple "installment_multiple" "The installment is rounded to a multiple of more than zero.";
    BalloonPercent "balloon_percent" "Enter more than 0 and less than 100 % of the principal.";
    BalloonNotThis "balloon_not_this" "Leave it out, or choose the method that leaves a part for the last due date.";
    MoneyUnit "money_unit" "Enter an amount greater than zero.";
    StepPercent "step_percent" "Enter by how many percent the installments grow.";
    LargestDiscount "largest_discount" "The largest discount is below zero. Enter 0 for none.";
    TooManyCharges "too_many_charges" "A product has at most {most} charges. Remove some.";
    ChargesTakeAll "charges_take_all" "The charges taken off the payout leave nothing to pay out. Lower them.";
    DayClosed "day_closed" "{date} is closed already. The first open day is {open}.";
    DayToCome "day_to_come" "{date} has not come yet. Today is {today}.";
    DayNotNext "day_not_next" "{open} is open still. Close the days in their order.";

    // Customers.
    Unreachable "unreachable" "Enter an email or a phone number, so that the customer can be reached.";
    Phone "phone" "“{text}” is not a phone number. Use 6 to 15 digits, with + and the country first.";
    DateMalformed "date_malformed" "“{text}” is not a date. Write it as 31 jul 1990 or 1990-07-31.";
    Employment "employment" "Choose employed, self-employed, student or without work.";
    TooYoung "too_young" "The customer is {age}. Loans are for customers of {least} and over.";
    BirthYear "birth_year" "{date} can't be a date of birth. Check the year.";
    Erased "erased" "This customer's personal data was erased. Register them anew.";
    Unverified "unverified" "The customer is not verified. Send a code to the email or the phone, or see the id document and have a supervisor vouch for it.";
    EmailUnverified "email_unverified" "The email is the sign-in name and is not verified yet. Send a code to it first.";
    PhoneUnverified "phone_unverified" "The phone is the sign-in name and is not verified yet. Send a code to it first.";
    NoDocument "no_document" "No id document was seen yet. An officer looks at it first, then you vouch for it.";
    OwnDocument "own_document" "You saw this document yourself, so someone else must vouch for it.";

    // Loans.
    ProductInactive "product_inactive" "This product is not offered any more. Choose another one.";
    PrincipalRange "principal_range" "{product} lends from {least} to {most}. Change the amount.";
    InstallmentsRange "installments_range" "{product} runs over {least} to {most} installments. Change the number.";
    NotEligible "not_eligible" "The customer does not meet every rule for this loan. Enter why it is approved all the same.";
    Decided "decided" "{loan} was decided on already.";
    OwnApplication "own_application" "You took this application down, so someone else must approve it.";
    Waiting "waiting" "{loan} waits for approval.";
    Rejected "rejected" "{loan} was rejected.";
    PaidOut "paid_out" "{loan} is paid out already.";
    DisbursementDay "disbursement_day" "The money goes out between {opened}, the day of the application, and today, {today}. Change the day.";
    GoodsInactive "goods_inactive" "{goods} is not sold any more. Choose another article.";

    // Payments.
    Closed "closed" "{loan} was paid off on {date}. Nothing is owed on it.";
    WrittenOff "written_off" "{loan} was written off on {date}. What is paid on it is a recovery.";
    NotPaidOut "not_paid_out" "{loan} is not paid out, so nothing is owed on it.";
    NothingOwed "nothing_owed" "Nothing is owed on {loan}.";
    InFuture "in_future" "{date} is after today, {today}. Enter the day on which the money moved.";
    BeforeDisbursement "before_disbursement" "{date} is before {start}, the day on which the money went out. Enter a later day.";
    BeforePayment "before_payment" "A payment of {date} was received already. Close the loan on that day or later.";
    DuplicateReference "duplicate" "Reference {reference} was received already: receipt {receipt} of {date}. Check the reference, or leave it out.";
    DuplicateElsewhere "duplicate_elsewhere" "The same amount of the same day was received at another desk: receipt {receipt}. Check whether it is the same money.";
    PaymentChanged "payment_changed" "This payment was dealt with after you opened it. Look at it again, then decide.";
    Reversed "reversed" "Receipt {receipt} was reversed already.";
    Foreclosed "foreclosed" "This loan was closed early after this payment. Reverse the closing payment first.";
    Refunded "refunded" "A part of this money was given back to the customer already. It can't be taken back here.";
    OverCredit "over_credit" "This is more than the unapplied credit. Lower the amount.";
    OverDiscount "over_limit" "The discount is above what this product allows. Lower it.";
    NothingDue "nothing_due" "No penalty, charge or interest is due.";
    PrincipalNotWaived "principal_not_waived" "Principal is not waived. Write the loan off, or put it under new terms.";
    OverDue "over_due" "At most {most} is due and unpaid of this. Lower the amount.";
    TermsBeforePayment "terms_before_payment" "A payment of {date} was received already. Choose that day or a later one.";
    BeforeWaiver "before_waiver" "Dues were waived on {date}. Choose that day or a later one.";
    BeforeTermsChange "before_terms_change" "The terms were changed on {date}. Choose that day or a later one.";
    TopUpMissing "top_up_missing" "Enter how much is paid out on top.";
    InstallmentCount "installment_count" "With this installment the loan takes {count} installments. Check the form and send it again.";
    PartAmount "part_amount" "Enter at most {most}, what is approved and not paid out yet.";
    PartsNotThis "parts_not_this" "This loan is paid out in one sum. Enter {all}.";
    PartsRange "parts_range" "Enter 1 to 24 parts.";
    PartsNotWith "parts_not_with" "Enter 1: a balloon or growing installments are worked out for the whole sum at once.";
    NothingUndisbursed "nothing_undisbursed" "All that was approved of {loan} is paid out. For more money give it a top-up.";
    TopUpNotThis "top_up_not_this" "Choose a top-up to pay money out on top.";
    CapitaliseNotThis "capitalise_not_this" "Choose a restructuring to make interest, charges or penalties principal.";
    RateNotThis "rate_not_this" "Choose a reschedule or a restructuring to change the rate.";
    DiscountOverOwed "discount_over_owed" "A discount comes off unpaid interest and penalties, {most} in all, not off principal. Lower it.";
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
