//! Which screen shows.

use farthing_api::{CustomerId, LoanId};

/// A screen and what it is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route {
    /// The first screen, which depends on the role: the officer's day, the overview, the customer's own home.
    Today,
    /// Every customer.
    Customers,
    /// The form for a new customer.
    NewCustomer,
    /// One customer.
    Customer(CustomerId),
    /// Every loan, or those of a filter's word.
    Loans {
        /// `waiting`, `active`, `overdue`, `purchases`, `closed`, or nothing for all.
        filter: String,
    },
    /// One loan.
    Loan(LoanId),
    /// A new application.
    Apply {
        /// Who asks.
        customer: CustomerId,
    },
    /// A new application of someone who is still to be found.
    NewApplication,
    /// A sale to someone who is still to be found.
    NewSale,
    /// Every receipt.
    Receipts,
    /// What waits for a decision.
    Approvals,
    /// What needs attention.
    Attention,
    /// What waits for a second person.
    Requests,
    /// The loan products.
    Products,
    /// What the shop sells.
    Goods,
    /// A sale on installments.
    Sell {
        /// Who buys.
        customer: CustomerId,
    },
    /// The people who sign in.
    Staff,
    /// Lateness and the general ledger.
    Reports,
    /// Who asked for what, and what was refused.
    Audit,
    /// One's own account.
    Account,
    /// The messages to customers.
    Messages,
    /// Which messages go out, and what they say.
    MessageSettings,
    /// The desk's settings.
    Settings,
    /// The proof of the published figures.
    Help,
    /// Every part in every state.
    #[cfg(debug_assertions)]
    Gallery,
}

impl Route {
    /// Every loan.
    pub fn loans() -> Route {
        Route::Loans { filter: String::new() }
    }

    /// The navigation's item that is lit while this screen shows.
    pub fn area(&self) -> Area {
        match self {
            Route::Today => Area::Today,
            Route::Customers | Route::NewCustomer | Route::Customer(_) | Route::Apply { .. } | Route::Sell { .. } => {
                Area::Customers
            }
            Route::Loans { .. } | Route::Loan(_) | Route::NewApplication | Route::NewSale => Area::Loans,
            Route::Receipts => Area::Receipts,
            Route::Approvals => Area::Approvals,
            Route::Attention => Area::Attention,
            Route::Requests => Area::Requests,
            Route::Products => Area::Products,
            Route::Goods => Area::Goods,
            Route::Staff => Area::Staff,
            Route::Reports => Area::Reports,
            Route::Audit => Area::Audit,
            Route::Messages | Route::MessageSettings => Area::Messages,
            Route::Settings | Route::Account => Area::Settings,
            Route::Help => Area::Help,
            #[cfg(debug_assertions)]
            Route::Gallery => Area::Gallery,
        }
    }
}

/// An item of the navigation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Area {
    /// The first screen.
    Today,
    /// Customers.
    Customers,
    /// Loans and purchases.
    Loans,
    /// Receipts.
    Receipts,
    /// What waits for a decision.
    Approvals,
    /// What needs attention.
    Attention,
    /// What waits for a second person.
    Requests,
    /// Loan products.
    Products,
    /// Goods.
    Goods,
    /// Staff.
    Staff,
    /// Reports.
    Reports,
    /// Audit.
    Audit,
    /// Messages.
    Messages,
    /// Settings.
    Settings,
    /// Help.
    Help,
    /// The gallery.
    #[cfg(debug_assertions)]
    Gallery,
}
