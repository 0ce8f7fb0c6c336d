//! A password counts at once where it is chosen, and at the other desks with the next contact.

use crate::common::*;
use crate::office::Office;
use farthing_api::*;

const SECOND: &str = "plum vexed kiln harbours moss 4";
const THIRD: &str = "seven oblong kettles whisper 8";

async fn comes_in(desk: &Desk, email: &str, password: &str) -> Result<(), Code> {
    let (email, password) = (email.to_string(), Secret::new(password));
    let answer = desk.sign_in(SignIn { email, password }).await;
    answer.map(drop).map_err(|error| error.code)
}

async fn change(desk: &Desk, old: &str, new: &str) {
    let (old, new) = (Secret::new(old), Secret::new(new));
    desk.change_password(ChangePassword { old, new }).await.unwrap();
}

#[tokio::test]
async fn a_password_chosen_offline_is_settled_with_the_next_contact() {
    let office = Office::new().await;
    office.sync().await;
    let (a, b) = (&office.a.desk, &office.b);
    change(a, PASSWORD, SECOND).await;
    // At once here, and not yet at the other desk.
    assert_eq!(comes_in(a, ADMIN, PASSWORD).await, Err(Code::WrongPassword));
    comes_in(a, ADMIN, SECOND).await.unwrap();
    comes_in(b, ADMIN, PASSWORD).await.unwrap();
    office.sync().await;
    // Whoever was in by the old one is out.
    assert_eq!(
        b.get_session(GetSession {}).await.unwrap_err().kind,
        ErrorKind::SignedOut
    );
    for desk in [a, b] {
        assert_eq!(comes_in(desk, ADMIN, PASSWORD).await, Err(Code::WrongPassword));
        comes_in(desk, ADMIN, SECOND).await.unwrap();
        assert!(desk.list_overruled(ListOverruled {}).await.unwrap().is_empty());
    }
    // Changed again at the other desk, which knew of it: nothing crosses.
    change(b, SECOND, THIRD).await;
    for desk in [b, a] {
        desk.run_sync().await.unwrap();
        comes_in(desk, ADMIN, THIRD).await.unwrap();
        assert!(desk.list_overruled(ListOverruled {}).await.unwrap().is_empty());
    }
    office.agree().await;
}

#[tokio::test]
async fn of_two_passwords_the_one_that_comes_later_counts_and_the_other_desk_is_told() {
    let office = Office::new().await;
    office.sync().await;
    let (a, b) = (&office.a.desk, &office.b);
    change(a, PASSWORD, SECOND).await;
    change(b, PASSWORD, THIRD).await;
    // Desk B comes to the server first, so what desk A says comes later.
    b.run_sync().await.unwrap();
    a.run_sync().await.unwrap();
    comes_in(a, ADMIN, SECOND).await.unwrap();
    comes_in(b, ADMIN, THIRD).await.unwrap();
    b.run_sync().await.unwrap();
    assert_eq!(comes_in(b, ADMIN, THIRD).await, Err(Code::WrongPassword));
    comes_in(b, ADMIN, SECOND).await.unwrap();
    let told = b.list_overruled(ListOverruled {}).await.unwrap();
    let told: Vec<_> = told.iter().map(|o| (o.what.as_str(), o.reason.code)).collect();
    assert_eq!(told, [("record_password_change", Code::PasswordCrossed)]);
    assert!(a.list_overruled(ListOverruled {}).await.unwrap().is_empty());
    office.agree().await;
}

#[tokio::test]
async fn who_comes_later_has_the_passwords_of_all_who_have_one_at_the_server() {
    let office = Office::new().await;
    let (a, b) = (&office.a.desk, &office.b);
    let cashier = AddUser {
        role: Role::Cashier,
        name: "Ines".into(),
        email: "ines@branch.test".into(),
        password: Secret::new(SECOND),
    };
    a.add_user(cashier).await.unwrap();
    let officer = a.list_users(ListUsers {}).await.unwrap();
    let officer = officer.into_iter().find(|u| u.email == OFFICER).unwrap().id;
    change(a, PASSWORD, THIRD).await;
    office.sync().await;
    comes_in(b, "ines@branch.test", SECOND).await.unwrap();
    comes_in(b, ADMIN, THIRD).await.unwrap();
    // The officer's was chosen before there was a server: it went there with their next sign-in where it was known.
    comes_in(b, OFFICER, PASSWORD).await.unwrap();
    comes_in(b, ADMIN, THIRD).await.unwrap();
    let access = |password: Option<&str>| SetUserAccess {
        user: officer,
        password: password.map(Secret::new),
    };
    a.set_user_access(access(None)).await.unwrap();
    a.set_user_access(access(Some(SECOND))).await.unwrap();
    office.sync().await;
    comes_in(b, OFFICER, SECOND).await.unwrap();
    comes_in(b, ADMIN, THIRD).await.unwrap();

    // A third desktop: the administrator types the password that they have elsewhere.
    let code = b.make_join_code(MakeJoinCode {}).await.unwrap();
    let (_folder, third) = office.empty_desk();
    let join = |password: &str| JoinServer {
        server: code.server.clone(),
        code: code.code.clone(),
        email: ADMIN.into(),
        password: Secret::new(password),
    };
    let refused = third.join_server(join(PASSWORD)).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (Code::WrongPassword, Some("password"))
    );
    third.join_server(join(THIRD)).await.unwrap();
    comes_in(&third, OFFICER, SECOND).await.unwrap();
    comes_in(&third, "ines@branch.test", SECOND).await.unwrap();

    // Access that was taken away at one desk ends at the others, and so does the key slot.
    a.set_user_access(access(None)).await.unwrap();
    a.run_sync().await.unwrap();
    third.run_sync().await.unwrap();
    assert_eq!(comes_in(&third, OFFICER, SECOND).await, Err(Code::WrongPassword));
}
