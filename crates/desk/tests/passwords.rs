//! What a password becomes and what it may be, wherever it is chosen.

use crate::common::{ADMIN, Branch, OFFICER, PASSWORD};
use crate::town::{AMINA, Town};
use farthing_api::*;
use farthing_desk::Home;
use farthing_identity::password::needs_rehash;
use farthing_identity::{Cost, Opened, SlotFile, device, hash_password, sign_in_name, verify_password};
use farthing_store::{Book, BookKey};
use std::path::Path;

/// What a former version asked for.
const FORMER: Cost = Cost {
    memory_mib: 9,
    passes: 1,
    lanes: 1,
};

fn slots_of(folder: &Path) -> (SlotFile, std::path::PathBuf) {
    let keys = farthing_desk::keys_path(&Home::at(folder).book());
    (SlotFile::load(&keys).unwrap(), keys)
}

pub fn open_slot(t: &Branch, email: &str) -> Opened {
    let device = device::load(&Home::at(t.path()).book()).unwrap();
    let (mut slots, _) = slots_of(t.path());
    slots
        .open(&sign_in_name(email), &Secret::new(PASSWORD), &device, t.now())
        .unwrap()
}

/// Slot and hash are made anew at the cost of today as soon as the password is known, and open as before.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_renews_what_was_made_at_a_former_cost() {
    let t = Town::new().await;
    t.customer().await;
    t.desk().shut().await;

    let home = Home::at(t.branch.path());
    let password = Secret::new(PASSWORD);
    let opened = open_slot(&t.branch, ADMIN);
    let device = device::load(&home.book()).unwrap();
    let (mut slots, keys) = slots_of(t.branch.path());
    let admin = sign_in_name(ADMIN);
    slots
        .add(
            opened.user,
            opened.role,
            &admin,
            &password,
            &device,
            &opened.key,
            FORMER,
        )
        .unwrap();
    slots.save(&keys).unwrap();
    assert!(open_slot(&t.branch, ADMIN).stale_cost);
    let key = BookKey::from_bytes(&opened.key);
    let amina = sign_in_name(AMINA);
    let book = Book::open(&home.book(), &key).await.unwrap();
    let user = book.sign_in_user(&amina).await.unwrap().unwrap().user;
    let former = hash_password(&password, FORMER).unwrap();
    book.set_credential(user, &former, t.branch.now()).await.unwrap();
    book.close().await.unwrap();

    t.sign_in(ADMIN, PASSWORD).await.unwrap();
    t.sign_in(AMINA, PASSWORD).await.unwrap();
    t.desk().shut().await;
    assert!(!open_slot(&t.branch, ADMIN).stale_cost);
    let book = Book::open(&home.book(), &key).await.unwrap();
    let hash = book.sign_in_user(&amina).await.unwrap().unwrap().hash.unwrap();
    assert!(!needs_rehash(&hash, Cost::desktop()));
    assert!(verify_password(&password, &hash).unwrap());
    book.close().await.unwrap();
    t.sign_in(OFFICER, PASSWORD).await.unwrap();
    t.sign_in(AMINA, PASSWORD).await.unwrap();
    t.branch.check().await;
}

/// The same words are refused at first run, for who is added, who asks for access, who changes or resets theirs, and
/// for customers: names, addresses, numbers, and what the organisation is called.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_rests_on_no_word_of_its_own_wherever_it_is_chosen() {
    let t = Town::new().await;
    let customer = t.customer().await;
    let own = |of: &str| Secret::new(format!("{of} qx7vk"));
    let change = |new: Secret| ChangePassword {
        old: Secret::new(PASSWORD),
        new,
    };
    let code = |answer: Result<(), ApiError>| answer.map_err(|error| (error.code, error.field.unwrap_or_default()));

    t.branch.sign_in(OFFICER).await;
    for words in ["harbour street", "officer branch", "olu", "farthing"] {
        let answer = t.desk().change_password(change(own(&format!("{words} {words}")))).await;
        assert!(code(answer).is_err_and(|(_, field)| field == "new"), "{words}");
    }
    t.branch.sign_in(ADMIN).await;
    let add = AddUser {
        role: Role::Officer,
        name: "Bo".into(),
        email: "bo@branch.test".into(),
        password: own("harbour street"),
    };
    let refused = t.desk().add_user(add).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (Code::PasswordWeak, Some("password"))
    );
    let sign_up = SignUp {
        name: "Bo".into(),
        email: "bo@branch.test".into(),
        password: own("harbour street"),
    };
    assert_eq!(t.desk().sign_up(sign_up).await.unwrap_err().code, Code::PasswordWeak);
    let access = OpenCustomerAccess {
        customer,
        password: Some(own("harbour street odhiambo")),
    };
    let refused = t.desk().open_customer_access(access).await.unwrap_err();
    assert_eq!(refused.code, Code::PasswordWeak);

    t.sign_in(AMINA, PASSWORD).await.unwrap();
    for words in [
        "amina odhiambo",
        "254700000001 0001",
        "harbour street harbour",
        "amina example org",
    ] {
        let answer = code(t.desk().change_password(change(own(words))).await);
        assert_eq!(answer, Err((Code::PasswordWeak, "new".into())), "{words}");
    }
    // Twelve characters are enough beside a second factor, which a customer does not have.
    let short = || Secret::new("vexed quill 8");
    let answer = code(t.desk().change_password(change(short())).await);
    assert_eq!(answer, Err((Code::PasswordShort, "new".into())));
    let known = Secret::new("manchester united 1999");
    assert_eq!(
        code(t.desk().change_password(change(known)).await),
        Err((Code::PasswordBreached, "new".into()))
    );
    t.branch.sign_in(OFFICER).await;
    t.desk().change_password(change(short())).await.unwrap();
    t.branch.check().await;
}
