//! The screens, and which of them shows.

mod admin_home;
mod apply;
mod apply_customer;
mod apply_preview;
mod customer_home;
mod goods;
mod loan;
mod loan_form;
mod loan_kit;
mod loan_papers;
mod loan_words;
mod loans;
mod products;
mod sell;

use crate::frame::Frame;
use crate::route::Route;
use crate::state::{self, App, Phase};
use farthing_api::{Role, StartState};
use leptos::prelude::*;

/// The window's content.
#[component]
pub fn Window() -> impl IntoView {
    let app = state::provide();
    app.restart();
    move || match app.phase.get() {
        Phase::Booting => ().into_any(),
        Phase::Outside(state) => outside(state),
        Phase::Inside => view! { <Frame/> }.into_any(),
    }
}

/// What shows while nobody is signed in.
fn outside(_state: StartState) -> AnyView {
    ().into_any()
}

/// The screen of a route.
pub fn screen(app: App, route: Route) -> AnyView {
    match route {
        Route::Today => today(app),
        Route::Loans { filter } => view! { <loans::LoansScreen filter=filter/> }.into_any(),
        Route::Loan(id) => view! { <loan::LoanScreen id=id/> }.into_any(),
        Route::Apply { customer } => view! { <apply::ApplyScreen customer=customer/> }.into_any(),
        Route::NewApplication => view! { <apply::ApplyScreen customer=None/> }.into_any(),
        Route::NewSale => view! { <sell::SellScreen customer=None/> }.into_any(),
        Route::Approvals => view! { <loans::LoansScreen filter="waiting".to_owned()/> }.into_any(),
        Route::Products => view! { <products::ProductsScreen/> }.into_any(),
        Route::Goods => view! { <goods::GoodsScreen/> }.into_any(),
        Route::Sell { customer } => view! { <sell::SellScreen customer=customer/> }.into_any(),
        _ => ().into_any(),
    }
}

/// The first screen, which depends on the role.
fn today(app: App) -> AnyView {
    match app.role.get_untracked() {
        Some(Role::Administrator | Role::Auditor) => view! { <admin_home::AdminHomeScreen/> }.into_any(),
        Some(Role::Customer) => view! { <customer_home::CustomerHomeScreen/> }.into_any(),
        _ => ().into_any(),
    }
}
