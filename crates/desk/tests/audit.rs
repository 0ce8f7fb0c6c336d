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
