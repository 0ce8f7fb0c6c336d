//! The way from the page's one command to its use case: a table of requests and the desk's methods.

use farthing_api::{self as api, ApiError, Code, ErrorKind, Request};
use farthing_desk::{Answer, Desk};

/// Makes `answer` from lines of `Request => method`, a method being `async fn(&Desk, Request) -> Answer<...>`.
macro_rules! routes {
    ($($request:ident => $method:ident),+ $(,)?) => {
        /// Answers the request `name` whose fields are the JSON in `body`; both answer and [`ApiError`] are JSON.
        pub async fn answer(desk: &Desk, name: &str, body: &str) -> Result<Vec<u8>, String> {
            let outcome = match name {
                $(<api::$request as Request>::NAME => match read::<api::$request>(body) {
                    // Boxed, so that the one future is not as large as the largest of them.
                    Ok(request) => write::<api::$request>(Box::pin(desk.$method(request)).await),
                    Err(error) => Err(error),
                },)+
                _ => Err(fault(name, "no request has this name")),
            };
            outcome.map_err(|error| serde_json::to_string(&error).unwrap_or_default())
        }
    };
}

routes! {
    Start => start,
    SetUp => set_up,
    JoinServer => join_server,
    AskOwnCode => ask_own_code,
    JoinAsCustomer => join_as_customer,
    BringToServer => bring_to_server,
    MakeJoinCode => make_join_code,
    LetInAnew => let_in_anew,
    AskCodeAgain => ask_code_again,
    GetTransfer => transfer_state,
    GetSyncState => sync_state,
    ListDevices => list_devices,
    GetSyncHealth => get_sync_health,
    RevokeDevice => revoke_device,
    ListOverruled => list_overruled,
    SettleOverruled => settle_overruled,
    TestMail => test_mail,
    GetMail => get_mail,
    SaveMail => save_mail,
    GetSms => get_sms,
    SaveSms => save_sms,
    TestSms => test_sms,
    SignIn => sign_in,
    SendSignInCode => send_sign_in_code,
    SignInWithCode => sign_in_with_code,
    CheckSecondFactor => check_second_factor,
    OfferSecondFactor => offer_second_factor,
    ConfirmSecondFactor => confirm_second_factor,
    NewRecoveryCodes => new_recovery_codes,
    CountRecoveryCodes => count_recovery_codes,
    ResetSecondFactor => reset_second_factor,
    SignOut => sign_out,
    Lock => lock,
    Unlock => unlock,
    ChangePassword => change_password,
    StayActive => stay_active,
    GetSession => get_session,
    ListUsers => list_users,
    ListPermissions => list_permissions,
    ListAudit => list_audit,
    ExportAudit => export_audit,
    AddUser => add_user,
    SignUp => sign_up,
    InviteUser => invite_user,
    AdmitUser => admit_user,
    ListSessions => list_sessions,
    EndSession => end_session,
    SetPin => set_pin,
    UnlockWithPin => unlock_with_pin,
    GetSecondPersonRules => get_second_person_rules,
    SaveSecondPersonRules => save_second_person_rules,
    ListRequests => list_requests,
    DecideRequest => decide_request,
    SetUserAccess => set_user_access,
    CloseDay => close_day,
    VerifyBook => verify_book,
    BackupBook => backup_book,
    ListBackups => list_backups,
    RestoreBackup => restore_backup,
    ShowFolder => show_folder,
    Find => find,
    ListCustomers => list_customers,
    GetCustomer => get_customer,
    RegisterCustomer => register_customer,
    RegisterMyself => register_myself,
    ConfirmRegistration => confirm_registration,
    EditCustomer => edit_customer,
    SendCode => send_code,
    VerifyCode => verify_code,
    RecordDocument => record_document,
    VouchForCustomer => vouch_for_customer,
    OpenCustomerAccess => open_customer_access,
    ListProducts => list_products,
    SaveProduct => save_product,
    CountRateFollowers => count_rate_followers,
    ListGoods => list_goods,
    SaveGoods => save_goods,
    ListLoans => list_loans,
    GetLoan => get_loan,
    ApplyForLoan => apply_for_loan,
    DecideLoan => decide_loan,
    DisburseLoan => disburse_loan,
    ReceivePayment => receive_payment,
    PreviewPayment => preview_payment,
    ReversePayment => reverse_payment,
    QuotePayoff => quote_payoff,
    ForecloseLoan => foreclose_loan,
    RefundCredit => refund_credit,
    SellOnInstallments => sell_on_installments,
    ListReceipts => list_receipts,
    WhatIfPayment => what_if_payment,
    WaiveDues => waive_dues,
    PreviewNewTerms => preview_new_terms,
    ChangeTerms => change_terms,
    PreviewPart => preview_part,
    DisbursePart => disburse_part,
    WriteOffLoan => write_off_loan,
    SettleSuspense => settle_suspense,
    GetRules => get_rules,
    SaveLatenessRules => save_lateness_rules,
    SaveEligibilityRules => save_eligibility_rules,
    SaveDaysOff => save_days_off,
    CheckEligibility => check_eligibility,
    Delinquency => delinquency,
    TrialBalance => trial_balance,
    AccountLines => account_lines,
    ExportLedger => export_ledger,
    WriteReceipt => write_receipt,
    WriteStatement => write_statement,
    OpenDocument => open_document,
    OfficerHome => officer_home,
    AdminHome => admin_home,
    CustomerHome => customer_home,
    ListTasks => list_tasks,
    SettleTask => settle_task,
    GiveNotice => give_notice,
    SendResetLink => send_reset_link,
    OpenResetLink => open_reset_link,
    ResetPassword => reset_password,
    AskForReset => ask_for_reset,
    ListResets => list_resets,
    CompleteReset => complete_reset,
    ResetWithKit => reset_with_kit,
    GetAccount => get_account,
    SaveAccount => save_account,
    ProveAgain => prove_again,
    SendContactCode => send_contact_code,
    ConfirmContact => confirm_contact,
    TellPhone => tell_phone,
    UndoContact => undo_contact,
    ExportPersonalData => export_personal_data,
    EraseCustomer => erase_customer,
    ListMessages => list_messages,
    GetMessage => get_message,
    RetryMessage => retry_message,
    CancelMessage => cancel_message,
    ListCustomerMessages => list_customer_messages,
    GetMessageRules => get_message_rules,
    SaveMessageRules => save_message_rules,
    ListTemplates => list_templates,
    SaveTemplate => save_template,
    PreviewTemplate => preview_template,
    ExplainFigure => explain_figure,
    ExplainOffer => explain_offer,
    WeighOffer => weigh_offer,
    Prove => prove_figures,
}

/// The page and the shell don't agree on a request's form: a fault of the program, told as one.
fn fault(name: &str, cause: &str) -> ApiError {
    tracing::error!(request = name, cause, "a request could not be read or answered");
    ApiError::new(ErrorKind::Internal, Code::MalformedRequest)
}

fn read<R: Request>(body: &str) -> Result<R, ApiError> {
    serde_json::from_str(body).map_err(|error| fault(R::NAME, &error.to_string()))
}

fn write<R: Request>(answer: Answer<R::Answer>) -> Result<Vec<u8>, ApiError> {
    let answer = answer.inspect_err(|error| tracing::info!(request = R::NAME, code = %error.code, "refused"))?;
    serde_json::to_vec(&answer).map_err(|error| fault(R::NAME, &error.to_string()))
}
