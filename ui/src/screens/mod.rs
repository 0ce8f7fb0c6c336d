//! The screens, and which of them shows.

mod account;
mod admin_home;
mod apply;
mod apply_customer;
mod apply_preview;
mod apply_rules;
mod attention;
mod audit;
mod code;
mod customer;
mod customer_form;
mod customer_home;
mod customer_verify;
mod customers;
mod devices;
mod first_run;
mod forgot;
#[cfg(debug_assertions)]
mod gallery;
mod goods;
mod help;
mod join;
mod loan;
mod loan_form;
mod loan_kit;
mod loan_papers;
mod loan_words;
mod loans;
mod mail;
mod message_settings;
mod messages;
mod officer_home;
mod overruled;
mod own_halted;
mod own_machine;
mod own_password;
mod permissions;
mod personal;
mod products;
mod prove;
mod receipts;
mod recovery;
mod register;
mod reports;
mod requests;
mod resets;
mod rules;
mod second_factor;
mod second_person;
mod sell;
mod server;
mod sessions;
mod settings;
mod sign_in;
mod sign_up;
mod sms;
mod staff;
mod staff_waiting;
mod sync_health;
mod trouble;

pub use prove::{ProveDialog, proven};
pub use sign_in::LockScreen;
pub use staff::role_name;

use crate::frame::Frame;
use crate::route::Route;
use crate::state::{self, App, Phase};
use farthing_api::{Role, SessionStage, StartState};
use leptos::prelude::*;

/// The window's content.
#[component]
pub fn Window() -> impl IntoView {
    let app = state::provide();
    app.restart();
    move || match app.phase.get() {
        Phase::Booting => ().into_any(),
        Phase::Outside(state) => outside(app, *state),
        Phase::Inside => view! { <Frame/> }.into_any(),
    }
}

/// What shows while nobody is signed in.
fn outside(app: App, state: StartState) -> AnyView {
    match state {
        StartState::FirstRun {
            currencies,
            time_zones,
            time_zone,
            revoked_at,
            ..
        } => view! { <first_run::FirstRunScreen currencies time_zones time_zone revoked_at/> }.into_any(),
        StartState::SignIn {
            version,
            open,
            escrow,
            own_machine,
            organisation,
            link,
            ..
        } => view! { <sign_in::SignInScreen version open escrow own_machine organisation link/> }.into_any(),
        StartState::Trouble { error } => view! { <trouble::TroubleScreen error/> }.into_any(),
        StartState::SignedIn { session } => match session.stage {
            SessionStage::SecondFactor => view! { <second_factor::SecondFactorScreen session=session/> }.into_any(),
            SessionStage::Enrol => view! { <second_factor::EnrolScreen/> }.into_any(),
            SessionStage::In => {
                app.enter(session);
                ().into_any()
            }
        },
    }
}

/// The screen of a route.
pub fn screen(app: App, route: Route) -> AnyView {
    match route {
        Route::Today => today(app),
        Route::Customers => view! { <customers::CustomersScreen/> }.into_any(),
        Route::NewCustomer => view! { <customer_form::NewCustomerScreen/> }.into_any(),
        Route::Customer(id) => view! { <customer::CustomerScreen id=id/> }.into_any(),
        Route::Loans { filter } => view! { <loans::LoansScreen filter=filter/> }.into_any(),
        Route::Loan(id) => view! { <loan::LoanScreen id=id/> }.into_any(),
        Route::Apply { customer } => view! { <apply::ApplyScreen customer=customer/> }.into_any(),
        Route::NewApplication => view! { <apply::ApplyScreen customer=None/> }.into_any(),
        Route::NewSale => view! { <sell::SellScreen customer=None/> }.into_any(),
        Route::Receipts => view! { <receipts::ReceiptsScreen/> }.into_any(),
        Route::Approvals => view! { <loans::LoansScreen filter="waiting".to_owned()/> }.into_any(),
        Route::Attention => view! { <attention::AttentionScreen/> }.into_any(),
        Route::Requests => view! { <requests::RequestsScreen/> }.into_any(),
        Route::Products => view! { <products::ProductsScreen/> }.into_any(),
        Route::Goods => view! { <goods::GoodsScreen/> }.into_any(),
        Route::Sell { customer } => view! { <sell::SellScreen customer=customer/> }.into_any(),
        Route::Audit => view! { <audit::AuditScreen/> }.into_any(),
        Route::Staff => view! { <staff::StaffScreen/> }.into_any(),
        Route::Reports => view! { <reports::ReportsScreen/> }.into_any(),
        Route::Account => view! { <account::AccountScreen/> }.into_any(),
        Route::Messages => view! { <messages::MessagesScreen/> }.into_any(),
        Route::MessageSettings => view! { <message_settings::MessageSettingsScreen/> }.into_any(),
        Route::Settings => view! { <settings::SettingsScreen/> }.into_any(),
        Route::Help => view! { <help::HelpScreen/> }.into_any(),
        #[cfg(debug_assertions)]
        Route::Gallery => view! { <gallery::GalleryScreen/> }.into_any(),
    }
}

/// The first screen, which depends on the role.
fn today(app: App) -> AnyView {
    match app.role.get_untracked() {
        Some(Role::Administrator | Role::Auditor) => view! { <admin_home::AdminHomeScreen/> }.into_any(),
        Some(Role::Customer) => view! { <customer_home::CustomerHomeScreen/> }.into_any(),
        _ => view! { <officer_home::OfficerHomeScreen/> }.into_any(),
    }
}
