//! The office that a run begins with: an organisation with running loans at its first desk, brought to the server, and the other
//! desks, which join by a code.

use crate::Outcome;
use farthing_api::{
    AddUser, ApplyForLoan, BringToServer, CustomerForm, CustomerId, DecideLoan, DisburseLoan, GetLoan, JoinServer,
    LoanId, MakeJoinCode, Money, PaymentMethod, ProductTerms, RecordDocument, RegisterCustomer, Role, SaveProduct,
    Secret, SetUp, SignIn, VouchForCustomer,
};
use farthing_desk::{Desk, Home};
use farthing_lending::{AllocationOrder, Method, RoundingMode, Unit};
use std::path::PathBuf;

/// Everyone's password here.
pub const PASSWORD: &str = "copper lantern outgrows tides 9";
/// Who may do what an administrator may.
pub const ADMIN: &str = "admin@branch.test";
/// Who may do what an officer may.
pub const OFFICER: &str = "officer@branch.test";

/// So many customers with so many loans each: few enough that desks meet, enough that none becomes a long history.
const CUSTOMERS: u32 = 5;
const LOANS: u32 = 4;

/// Makes the office. `link` is the server's setup link; each desk has its folder, and its own address of the server.
///
/// # Errors
/// What a desk answers.
pub async fn make(link: &str, desks: &[(PathBuf, String)]) -> Outcome {
    let [(first, _), others @ ..] = desks else {
        return Err("an office has a desk".into());
    };
    let desk = Desk::new(Home::at(first)).without_second_factor();
    Box::pin(set_up(&desk)).await?;
    Box::pin(lend(&desk)).await?;
    let link = Secret::new(link);
    Box::pin(desk.bring_to_server(BringToServer { link })).await?;
    // The passwords from before the server go to it, so that everyone comes in at every desk.
    for email in [OFFICER, ADMIN] {
        sign_in(&desk, email).await?;
    }
    Box::pin(desk.run_sync()).await?;
    for (folder, server) in others {
        let code = Box::pin(desk.make_join_code(MakeJoinCode {})).await?.code;
        let joined = Desk::new(Home::at(folder)).without_second_factor();
        let request = JoinServer {
            server: server.clone(),
            code,
            email: ADMIN.into(),
            password: Secret::new(PASSWORD),
        };
        Box::pin(joined.join_server(request)).await?;
        Box::pin(joined.run_sync()).await?;
        joined.shut().await;
    }
    Box::pin(desk.run_sync()).await?;
    desk.shut().await;
    Ok(())
}

async fn sign_in(desk: &Desk, email: &str) -> Outcome {
    let request = SignIn {
        email: email.into(),
        password: Secret::new(PASSWORD),
    };
    Box::pin(desk.sign_in(request)).await?;
    Ok(())
}

async fn set_up(desk: &Desk) -> Outcome {
    let request = SetUp {
        language: "en".into(),
        currency: "USD".into(),
        organisation: "Harbour Street".into(),
        branch_code: "BR1".into(),
        branch_name: "Harbour Street".into(),
        desk_code: "01".into(),
        time_zone: "UTC".into(),
        admin_name: "Ada".into(),
        admin_email: ADMIN.into(),
        password: Secret::new(PASSWORD),
        mail: None,
        demo: false,
    };
    Box::pin(desk.set_up(request)).await?;
    let officer = AddUser {
        role: Role::Officer,
        name: "Olu".into(),
        email: OFFICER.into(),
        password: Secret::new(PASSWORD),
    };
    Box::pin(desk.add_user(officer)).await?;
    let terms = terms();
    desk.save_product(SaveProduct { id: None, terms }).await?;
    Ok(())
}

fn terms() -> ProductTerms {
    ProductTerms {
        name: "Small business".into(),
        method: Method::DecliningEqualInstallments,
        annual_rate: rust_decimal::Decimal::from(10),
        every: 1,
        unit: Unit::Months,
        min_principal: Money::from_minor(10_000),
        max_principal: Money::from_minor(5_000_000),
        min_installments: 1,
        max_installments: 36,
        rounding: RoundingMode::HalfEven,
        installment_multiple: Money::from_minor(1),
        penalty: None,
        allocation: AllocationOrder::default(),
        max_discount: Money::ZERO,
        parts: 0,
        active: true,
        charges: Vec::new(),
        allocate: Default::default(),
        payoff: Default::default(),
        eligibility: None,
        options: Default::default(),
    }
}

/// The officer takes everything down, the administrator decides and pays out.
async fn lend(desk: &Desk) -> Outcome {
    sign_in(desk, OFFICER).await?;
    let products = desk.list_products(farthing_api::ListProducts {}).await?;
    let product = products.first().ok_or("there is no product")?.id;
    let (mut customers, mut loans): (Vec<CustomerId>, Vec<LoanId>) = (Vec::new(), Vec::new());
    for n in 0..CUSTOMERS {
        let form = CustomerForm {
            first_name: "Noor".into(),
            last_name: format!("Number {n}"),
            phone: format!("+254 7000000{n:02}"),
            ..CustomerForm::default()
        };
        let customer = Box::pin(desk.register_customer(RegisterCustomer { form }))
            .await?
            .row
            .id;
        let kind = "passport".into();
        Box::pin(desk.record_document(RecordDocument { customer, kind })).await?;
        customers.push(customer);
        for _ in 0..LOANS {
            let request = ApplyForLoan {
                customer,
                product,
                principal: Money::from_minor(4_000_000),
                installments: 36,
                installment: None,
                purpose: String::new(),
            };
            loans.push(Box::pin(desk.apply_for_loan(request)).await?.row.id);
        }
    }
    sign_in(desk, ADMIN).await?;
    for customer in customers {
        Box::pin(desk.vouch_for_customer(VouchForCustomer { customer })).await?;
    }
    for loan in loans {
        let seen = desk.get_loan(GetLoan { id: loan }).await?.seen;
        let decision = DecideLoan {
            loan,
            seen,
            approve: true,
            reason: String::new(),
        };
        let seen = Box::pin(desk.decide_loan(decision)).await?.seen;
        let request = DisburseLoan {
            loan,
            seen,
            value_date: chrono::Utc::now().date_naive(),
            method: PaymentMethod::Cash,
            first_due_on: None,
            amount: None,
        };
        Box::pin(desk.disburse_loan(request)).await?;
    }
    Ok(())
}
