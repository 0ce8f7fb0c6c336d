//! Where a role may go, and what it may do from anywhere: the navigation, the palette and the keys read this.

use crate::i18n::{Text, text};
use crate::route::{Area, Route};
use crate::state::App;
use farthing_api::Role;
use leptos::prelude::*;
use std::sync::Arc;

/// A place in the navigation.
#[derive(Clone)]
pub struct Place {
    /// What is lit there.
    pub area: Area,
    /// Where it leads.
    pub route: Route,
    /// Its name.
    pub name: Text,
    /// Its icon.
    pub icon: &'static str,
    /// The letter after G, or nothing.
    pub key: &'static str,
    /// Whether it stands under "Tools".
    pub is_tool: bool,
}

/// What is done when something is chosen. Not a `Callback`, which would end with the palette that made it.
pub type Run = Arc<dyn Fn() + Send + Sync>;

/// Something that can be done from anywhere.
pub struct Action {
    /// Verb and object.
    pub name: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Its keys, or nothing.
    pub keys: &'static str,
    /// Does it.
    pub run: Run,
}

/// The places of the signed-in role, in the order of the navigation.
pub fn places(app: App) -> Vec<Place> {
    let is_customer = app.role.get() == Some(Role::Customer);
    let overview = matches!(app.role.get(), Some(Role::Administrator | Role::Auditor));
    let today = if overview { text::NAV_OVERVIEW } else { text::NAV_TODAY };
    let icon = if overview { "overview" } else { "today" };
    let book = app.can("see_book");
    let all = [
        (true, Area::Today, Route::Today, today, icon, "t", false),
        (
            book,
            Area::Customers,
            Route::Customers,
            text::NAV_CUSTOMERS,
            "customers",
            "c",
            false,
        ),
        (book, Area::Loans, Route::loans(), text::NAV_LOANS, "loans", "l", false),
        (
            book,
            Area::Receipts,
            Route::Receipts,
            text::NAV_RECEIPTS,
            "receipts",
            "r",
            false,
        ),
        (
            book,
            Area::Approvals,
            Route::Approvals,
            text::NAV_APPROVALS,
            "approvals",
            "a",
            false,
        ),
        (
            book,
            Area::Attention,
            Route::Attention,
            text::NAV_ATTENTION,
            "attention",
            "n",
            false,
        ),
        (
            book,
            Area::Requests,
            Route::Requests,
            text::NAV_REQUESTS,
            "double-tick",
            "d",
            false,
        ),
        (
            app.can("manage_products"),
            Area::Products,
            Route::Products,
            text::NAV_PRODUCTS,
            "products",
            "p",
            true,
        ),
        (
            app.can("manage_goods"),
            Area::Goods,
            Route::Goods,
            text::NAV_GOODS,
            "goods",
            "o",
            true,
        ),
        (
            app.can("manage_users"),
            Area::Staff,
            Route::Staff,
            text::NAV_STAFF,
            "staff",
            "s",
            true,
        ),
        (
            app.can("see_overview") || app.can("see_ledger"),
            Area::Reports,
            Route::Reports,
            text::NAV_REPORTS,
            "reports",
            "v",
            true,
        ),
        (
            app.can("see_audit"),
            Area::Audit,
            Route::Audit,
            text::NAV_AUDIT,
            "audit",
            "u",
            true,
        ),
        (
            app.can("manage_messages"),
            Area::Messages,
            Route::Messages,
            text::NAV_MESSAGES,
            "mail",
            "m",
            true,
        ),
        (
            !is_customer,
            Area::Settings,
            Route::Settings,
            text::NAV_SETTINGS,
            "settings",
            "e",
            true,
        ),
    ];
    all.into_iter()
        .filter(|(may, ..)| *may)
        .map(|(_, area, route, name, icon, key, is_tool)| Place {
            area,
            route,
            name,
            icon,
            key,
            is_tool,
        })
        .collect()
}

/// What the signed-in role may do from anywhere.
pub fn actions(app: App) -> Vec<Action> {
    let is_customer = app.role.get() == Some(Role::Customer);
    let all: Vec<(bool, Text, &'static str, Run)> = vec![
        (
            app.can("register_customers"),
            text::CUSTOMER_REGISTER,
            "customer",
            Arc::new(move || app.go(Route::NewCustomer)),
        ),
        (
            app.can("close_day"),
            text::SETTINGS_CLOSE_DAY,
            "calendar",
            Arc::new(move || app.go_to(Route::Settings, "close-day")),
        ),
        (
            app.can("keep_book"),
            text::SETTINGS_BACKUP,
            "download",
            Arc::new(move || app.go(Route::Settings)),
        ),
        (
            !is_customer,
            text::HELP_TITLE,
            "check",
            Arc::new(move || app.go(Route::Help)),
        ),
        #[cfg(debug_assertions)]
        (
            true,
            text::NAV_GALLERY,
            "scale",
            Arc::new(move || app.go(Route::Gallery)),
        ),
    ];
    all.into_iter()
        .filter(|(may, ..)| *may)
        .map(|(_, name, icon, run)| Action {
            name: app.say(name),
            icon,
            keys: "",
            run,
        })
        .collect()
}
