//! The three home screens.

use super::charts::{self, Place};
use crate::desk::{Desk, Open, Session};
use crate::error::{Answer, Told};
use chrono::{Datelike, Months, NaiveDate};
use farthing_api::{
    AdminHome, AdminHomeView, ApiError, Code, CustomerHome, CustomerHomeView, ErrorKind, ListQuery, LoanStatus, Money,
    OfficerHome, OfficerHomeView,
};
use farthing_office::permission::{Permission, allows};

/// How many rows each list of a home screen shows.
const ROWS: u32 = 9;

/// The first day of the month so many months before.
pub(super) fn months_before(day: NaiveDate, months: u32) -> NaiveDate {
    let first = day.with_day(1).unwrap_or(day);
    first.checked_sub_months(Months::new(months)).unwrap_or(first)
}

impl Desk {
    /// The officer's day.
    ///
    /// # Errors
    /// Where the caller may not see the book.
    pub async fn officer_home(&self, request: OfficerHome) -> Answer<OfficerHomeView> {
        let (open, session) = self.caller_who_may(Permission::SeeBook).await?;
        let today = self.today(&open);
        let figures = open.book.home_figures(today).await.told()?;
        let (attention, approvals) = open.book.waiting_counts().await.told()?;
        let query = ListQuery {
            filter: "waiting".into(),
            ..ListQuery::default()
        };
        let waiting = open.book.loans(&query, today).await.told()?;
        let mine = match allows(session.role, Permission::Approve) {
            true => self.decidable(&open, &session).await?,
            false => 0,
        };
        let year = charts::year(&open, today).await?;
        Ok(OfficerHomeView {
            today,
            due_today: figures.due_today.0,
            due_today_count: figures.due_today.1,
            received_today: figures.received_today.0,
            received_today_count: figures.received_today.1,
            overdue: figures.overdue.0,
            overdue_count: figures.overdue.1,
            par30_count: figures.par30,
            approvals,
            approvals_mine: mine,
            attention,
            collect: open.book.to_collect(today, ROWS).await.told()?,
            waiting: waiting.rows.into_iter().take(ROWS as usize).collect(),
            tasks: open.book.tasks(ROWS).await.told()?,
            chart: charts::expected_and_received(Place::of(&open, &request.language), today, &year)?,
        })
    }

    /// How many applications wait that the caller did not take down.
    async fn decidable(&self, open: &Open, session: &Session) -> Answer<u32> {
        open.book.waiting_for_others(session.user).await.told()
    }

    /// The administrator's overview.
    ///
    /// # Errors
    /// Where the caller may not see it.
    pub async fn admin_home(&self, request: AdminHome) -> Answer<AdminHomeView> {
        let (open, _) = self.caller_who_may(Permission::SeeOverview).await?;
        let today = self.today(&open);
        let portfolio = open.book.portfolio(today).await.told()?;
        let year = charts::year(&open, today).await?;
        let place = Place::of(&open, &request.language);
        let sum = |measure: &str| {
            year.iter()
                .filter_map(|(_, sums)| sums.get(measure).copied())
                .sum::<Money>()
        };
        let (loans, applications) = open.book.loan_counts(months_before(today, 0)).await.told()?;
        Ok(AdminHomeView {
            today,
            outstanding: portfolio.outstanding,
            disbursed: sum("disbursed"),
            collected: sum("received"),
            par30: share(portfolio.par30, portfolio.outstanding),
            par30_amount: portfolio.par30,
            customers: open.book.customer_counts().await.told()?,
            loans,
            applications,
            charts: vec![
                charts::disbursed_and_collected(place, today, &year)?,
                charts::at_risk(place, today, portfolio).await?,
                charts::by_product(place, today).await?,
                charts::purchases(place, today, &year)?,
            ],
        })
    }

    /// The signed-in customer's own home.
    ///
    /// # Errors
    /// Where the caller is not a customer.
    pub async fn customer_home(&self, _: CustomerHome) -> Answer<CustomerHomeView> {
        let (open, session) = self.caller().await?;
        let Some(customer) = session.customer else {
            return Err(ApiError::new(ErrorKind::Forbidden, Code::NotACustomer));
        };
        let today = self.today(&open);
        let view = self.customer_or_missing(&open, customer).await?;
        let mut loans = Vec::with_capacity(view.loans.len());
        for row in &view.loans {
            loans.push(self.loan_view(&open, &session, row.id).await?);
        }
        let running = || loans.iter().filter(|l| l.row.status == LoanStatus::Active);
        let late: Money = running().map(|l| l.row.due_now).sum();
        // What has to be paid next: everything late or due, and what falls due on the next date.
        let due_on = running()
            .flat_map(|l| &l.rows)
            .filter(|r| r.paid < r.due && r.due_on >= today)
            .map(|r| r.due_on)
            .min();
        let next = |day| {
            running()
                .flat_map(|l| &l.rows)
                .filter(move |r| r.due_on == day && r.due_on > today)
                .map(|r| r.due - r.paid)
                .sum::<Money>()
        };
        let to_pay = late + due_on.map_or(Money::ZERO, next);
        let mut receipts: Vec<_> = loans
            .iter()
            .flat_map(|l| l.payments.iter().map(|p| (l.row.number.clone(), p.clone())))
            .collect();
        receipts.sort_by_key(|(_, p)| std::cmp::Reverse(p.at));
        Ok(CustomerHomeView {
            customer,
            phone_to_verify: view.phone_verified_at.is_none()
                && !view.form.phone.is_empty()
                && self.sms(&open).await?.is_some(),
            today,
            to_pay,
            due_on,
            total_due: running().map(|l| l.row.outstanding).sum(),
            total_paid: loans.iter().map(|l| l.total_paid).sum(),
            receipts,
            products: open
                .book
                .products()
                .await
                .told()?
                .into_iter()
                .filter(|p| p.terms.active)
                .map(|p| p.id)
                .collect(),
            goods: open
                .book
                .goods()
                .await
                .told()?
                .into_iter()
                .filter(|g| g.active)
                .map(|g| g.id)
                .collect(),
            loans,
        })
    }
}

pub(super) fn month(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

/// A share in hundredths of a percent, half up.
pub(super) fn share(part: Money, whole: Money) -> u32 {
    match whole.is_positive() {
        true => {
            let (part, whole) = (i128::from(part.minor()), i128::from(whole.minor()));
            u32::try_from((part * 20_000 + whole) / (2 * whole)).unwrap_or(0)
        }
        false => 0,
    }
}
