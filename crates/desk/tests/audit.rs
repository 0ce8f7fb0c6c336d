//! The audit: what was done and what was refused, by whom, and that it can't be changed unnoticed.

use crate::common::{ADMIN, Branch, OFFICER, PASSWORD};
use farthing_api::*;

async fn audit(branch: &Branch, filter: &str, search: &str) -> Vec<AuditRow> {
    let query = ListQuery {
        filter: filter.into(),
        search: search.into(),
        ..ListQuery::default()
    };
    branch.desk.list_audit(ListAudit { query }).await.unwrap().rows
}

#[tokio::test]
async fn every_command_and_every_refusal_is_told_with_who_when_and_where() {
    let branch = Branch::new("2025-03-03T09:00:00Z").await;
    branch.sign_in(OFFICER).await;
    let form = CustomerForm {
        first_name: "Amina".into(),
        last_name: "Odhiambo".into(),
        phone: "+254 700 000 001".into(),
        ..CustomerForm::default()
    };
    let register = RegisterCustomer { form };
    let customer = branch.desk.register_customer(register).await.unwrap().row.id;
    // Refused by role, by the rules of the office, at the door; a form that is filled in wrongly is no refusal.
    assert_eq!(
        branch
            .desk
            .list_audit(ListAudit {
                query: ListQuery::default()
            })
            .await
            .unwrap_err()
            .code,
        Code::Forbidden
    );
    branch.sign_in(ADMIN).await;
    let vouch = VouchForCustomer { customer };
    assert_eq!(
        branch.desk.vouch_for_customer(vouch).await.unwrap_err().code,
        Code::NoDocument
    );
    let empty = RegisterCustomer {
        form: CustomerForm::default(),
    };
    assert_eq!(
        branch.desk.register_customer(empty).await.unwrap_err().code,
        Code::Required
    );
    let wrong = SignIn {
        email: OFFICER.into(),
        password: Secret::new("not the password of anyone"),
    };
    assert_eq!(branch.desk.sign_in(wrong).await.unwrap_err().code, Code::WrongPassword);

    branch.sign_in(ADMIN).await;
    let refused: Vec<_> = audit(&branch, "refused", "")
        .await
        .into_iter()
        .map(|row| (row.by, row.what, row.desk, row.refused))
        .collect();
    let expected = [
        ("", "sign_in", Code::WrongPassword),
        ("Ada", "vouch", Code::NoDocument),
        ("Olu", "see_audit", Code::Forbidden),
    ];
    let desk = "BR1-01".to_string();
    assert_eq!(
        refused,
        expected.map(|(by, what, code)| (by.to_string(), what.to_string(), desk.clone(), Some(code)))
    );
    let all = audit(&branch, "", "").await;
    let done: Vec<&str> = all
        .iter()
        .filter(|row| row.refused.is_none())
        .map(|row| row.what.as_str())
        .collect();
    assert!(
        done.contains(&"register_customer") && done.contains(&"set_up"),
        "{done:?}"
    );
    assert_eq!(all.len(), done.len() + 3);
    assert!(all.iter().all(|row| row.at == branch.now()));

    let by_officer = audit(&branch, "", "ol").await;
    let whats: Vec<&str> = by_officer.iter().map(|row| row.what.as_str()).collect();
    assert_eq!(whats, ["see_audit", "register_customer"]);

    let saved = branch.desk.export_audit(ExportAudit {}).await.unwrap();
    let text = std::fs::read_to_string(saved.path).unwrap();
    assert_eq!(text.lines().count(), all.len() + 1);
    assert!(
        text.contains("Olu,register_customer,BR1-01,\n") && text.contains("Ada,vouch,BR1-01,no_document"),
        "{text}"
    );
    assert!(!text.contains(PASSWORD));
    let report = branch.desk.verify_book(VerifyBook {}).await.unwrap();
    assert_eq!(report.findings, Vec::<String>::new());
}

/// What is no command stands in the audit too: settings, exports, PINs, sessions that someone ended.
#[tokio::test]
async fn what_is_done_without_a_command_is_told_as_well() {
    let branch = Branch::new("2025-03-03T09:00:00Z").await;
    let desk = &branch.desk;
    branch.sign_in(OFFICER).await;
    desk.lock(Lock {}).await.unwrap();
    branch.sign_in(ADMIN).await;
    branch.prove(PASSWORD).await;
    let waiting = desk.list_sessions(ListSessions {}).await.unwrap();
    let session = waiting.into_iter().find(|row| row.resumable).unwrap().id;
    desk.end_session(EndSession { session }).await.unwrap();
    let pin = Some(Secret::new("270391"));
    desk.set_pin(SetPin { pin }).await.unwrap();
    desk.save_mail(SaveMail { settings: None }).await.unwrap();
    desk.save_sms(SaveSms { settings: None }).await.unwrap();
    let rules = desk.get_message_rules(GetMessageRules {}).await.unwrap();
    desk.save_message_rules(SaveMessageRules { rules }).await.unwrap();
    let template = SaveTemplate {
        which: TemplateKey {
            kind: MessageKind::Receipt,
            language: "en".into(),
            channel: Contact::Phone,
        },
        subject: String::new(),
        text: None,
    };
    desk.save_template(template).await.unwrap();
    desk.new_recovery_codes(NewRecoveryCodes {}).await.unwrap();
    let ledger = ExportLedger {
        from: branch.today(),
        to: branch.today(),
        format: ExportFormat::Csv,
    };
    desk.export_ledger(ledger).await.unwrap();
    desk.backup_book(BackupBook {}).await.unwrap();
    // What is refused of these is told as a refusal, and nothing of it as done.
    let rules = MessageRules {
        days_before: vec![0],
        ..MessageRules::default()
    };
    desk.save_message_rules(SaveMessageRules { rules }).await.unwrap_err();
    let form = CustomerForm {
        first_name: "Amina".into(),
        last_name: "Odhiambo".into(),
        phone: "+254 700 000 001".into(),
        ..CustomerForm::default()
    };
    let customer = desk.register_customer(RegisterCustomer { form }).await.unwrap().row.id;
    let export = ExportPersonalData {
        customer: Some(customer),
    };
    desk.export_personal_data(export).await.unwrap();
    desk.export_audit(ExportAudit {}).await.unwrap();

    let noted: Vec<_> = audit(&branch, "", "ada").await;
    let noted: Vec<_> = noted.iter().filter(|row| row.key.starts_with('r')).collect();
    assert!(noted.iter().all(|row| row.refused.is_none() && row.desk == "BR1-01"));
    let mut whats: Vec<&str> = noted.iter().map(|row| row.what.as_str()).collect();
    let mut expected = [
        "end_session",
        "set_pin",
        "save_mail",
        "save_sms",
        "save_message_rules",
        "save_template",
        "new_recovery_codes",
        "export_ledger",
        "backup_book",
        "export_personal_data",
        "export_audit",
    ];
    // All at one instant, so the list has them by the letters of their keys.
    whats.sort_unstable();
    expected.sort_unstable();
    assert_eq!(whats, expected);
    assert_eq!(audit(&branch, "refused", "").await, []);
    let report = desk.verify_book(VerifyBook {}).await.unwrap();
    assert_eq!(report.findings, Vec::<String>::new());
}

/// The recovery secret sets a new password while the book is closed; who did it, and how, stands there afterwards.
#[tokio::test]
async fn the_use_of_the_recovery_kit_is_told() {
    const NEW: &str = "quite another wooden bridge 4";
    let branch = Branch::new("2025-03-03T09:00:00Z").await.restarted().await;
    let reset = |recovery: Secret| ResetWithKit {
        email: OFFICER.into(),
        password: Secret::new(NEW),
        recovery,
    };
    let wrong = reset(Secret::new("0000-0000"));
    let refused = branch.desk.reset_with_kit(wrong).await.unwrap_err();
    assert_eq!(refused.code, Code::RecoverySecretWrong);
    let kit = branch.kit.clone();
    branch.desk.reset_with_kit(reset(kit)).await.unwrap();
    branch.sign_in(ADMIN).await;
    let all = audit(&branch, "", "").await;
    let told: Vec<_> = all
        .iter()
        .filter(|row| row.what.starts_with("reset_"))
        .map(|row| (row.by.as_str(), row.what.as_str(), row.refused))
        .collect();
    assert_eq!(
        told,
        [
            ("", "reset_link", Some(Code::RecoverySecretWrong)),
            ("Olu", "reset_password", None)
        ]
    );
    branch.check().await;
}
