//! Selling on installments, with the plan beside the form.

use crate::i18n::{t, text};
use crate::parts::{Query, Screen, query};
use crate::route::Route;
use crate::screens::apply_customer::CustomerPick;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::{Show, amount_cell};
use crate::screens::loan_papers::Papers;
use crate::screens::products::whole;
use farthing_api::{ApiError, Code, CustomerId, GoodsId, GoodsView, ListGoods, Money, SellOnInstallments};
use farthing_lending::{PenaltyKind, Purchase, Rhythm, Row};
use farthing_office::{Refusal, purchase_penalty};
use leptos::prelude::*;

/// What the form holds.
#[derive(Clone, Copy)]
struct Sale {
    goods: Query<Vec<GoodsView>>,
    article: RwSignal<String>,
    quantity: RwSignal<String>,
    installments: RwSignal<String>,
    first: RwSignal<String>,
    /// Whether the first installment was typed, so that it is no longer filled in.
    typed: RwSignal<bool>,
    rhythm: RwSignal<String>,
    method: RwSignal<String>,
    form: Form,
    show: Show,
}

/// The percentage that a late installment costs, by the office's own rule.
fn late_percent() -> String {
    match purchase_penalty().kind {
        PenaltyKind::PercentOfOverdueInstallment(percent) => percent.normalize().to_string(),
        _ => String::new(),
    }
}

impl Sale {
    fn new(form: Form, show: Show) -> Sale {
        let s = |text: &str| RwSignal::new(text.to_owned());
        let sale = Sale {
            goods: query(|| Some(ListGoods {})),
            article: s(""),
            quantity: s("1"),
            installments: s("6"),
            first: s(""),
            typed: RwSignal::new(false),
            rhythm: s("every_30_days"),
            method: form.cash(),
            form,
            show,
        };
        Effect::new(move |_| {
            if let Some(error) = sale.goods.error.get() {
                form.fail(error);
            }
        });
        Effect::new(move |_| {
            if let (Some(least), false) = (sale.least(), sale.typed.get()) {
                sale.first.set(show.money(least));
            }
        });
        sale
    }

    fn chosen(self) -> Option<GoodsView> {
        let id: GoodsId = self.article.get().parse().ok()?;
        self.goods.value.with(|goods| {
            goods
                .as_ref()?
                .iter()
                .find(|article| article.active && article.id == id)
                .cloned()
        })
    }

    /// The least first installment. It does not depend on what stands in that field, which is filled in from it.
    fn least(self) -> Option<Money> {
        let plan = Purchase {
            price: self.chosen()?.price,
            quantity: whole(&self.quantity.get())?,
            payments: whole(&self.installments.get())?,
            first: Money::ZERO,
            sold_on: self.show.today(),
            rhythm: Rhythm::Every30Days,
        };
        plan.least_first().ok()
    }

    /// What is agreed so far, the first installment as typed or nothing.
    fn plan(self) -> Option<Purchase> {
        let article = self.chosen()?;
        Some(Purchase {
            price: article.price,
            quantity: whole(&self.quantity.get())?,
            payments: whole(&self.installments.get())?,
            first: self.show.read_money(&self.first.get()).unwrap_or(Money::ZERO),
            sold_on: self.show.today(),
            rhythm: match self.rhythm.get().as_str() {
                "monthly" => Rhythm::Monthly,
                _ => Rhythm::Every30Days,
            },
        })
    }

    /// The request, when the form is complete; otherwise says under the fields what is missing.
    fn read(self, customer: Option<CustomerId>) -> Option<SellOnInstallments> {
        let (form, show) = (self.form, self.show);
        let article = untrack(|| self.chosen());
        if article.is_none() {
            form.refuse("goods", show.say(text::SELL_GOODS_REQUIRED));
        }
        let number = |field: &str, typed: RwSignal<String>| {
            let number = whole(&typed.get_untracked()).filter(|n| *n > 0);
            if number.is_none() {
                form.refuse_for(field, Code::WholeNumber);
            }
            number
        };
        let quantity = number("quantity", self.quantity);
        let installments = number("installments", self.installments);
        let first = form.read_money("first", self.first);
        if let Some(error) = untrack(|| self.plan()).and_then(|plan| plan.rows().err()) {
            form.fail(renamed(Refusal::from(error).into()));
            return None;
        }
        Some(SellOnInstallments {
            customer: customer?,
            goods: article?.id,
            quantity: quantity?,
            installments: installments?,
            first: first?,
            monthly: self.rhythm.get_untracked() == "monthly",
            method: form.read_method(self.method),
        })
    }

    fn fields(self) -> AnyView {
        let (form, show) = (self.form, self.show);
        let options = Signal::derive(move || {
            let mut options = vec![(String::new(), show.say(text::SELL_GOODS_CHOOSE))];
            let goods = self.goods.value.get().unwrap_or_default();
            options.extend(goods.into_iter().filter(|article| article.active).map(|article| {
                let values = [("name", article.name), ("price", show.money(article.price))];
                (article.id.to_string(), show.fill(text::SELL_GOODS_OPTION, values))
            }));
            options
        });
        let least = Signal::derive(move || {
            let plan = self.plan()?;
            Some(match plan.payments {
                0 | 1 => show.say(text::SELL_FIRST_WHOLE),
                _ => show.fill(
                    text::SELL_FIRST_HINT,
                    [("amount", show.money(plan.least_first().ok()?))],
                ),
            })
        });
        let rhythms = [("every_30_days", text::SELL_EVERY30), ("monthly", text::SELL_MONTHLY)];
        Effect::new(move |_| {
            let error = self.plan().and_then(|plan| plan.rows().err());
            form.check(error.map(|error| renamed(Refusal::from(error).into())).as_ref());
        });
        view! {
            {form.select("goods", text::SELL_GOODS, self.article, options, true)}
            {form.number("quantity", text::SELL_QUANTITY, self.quantity, "numeric")}
            {form.number("installments", text::SELL_INSTALLMENTS, self.installments, "numeric")}
            <div on:input=move |_| self.typed.set(true)>
                {form.money_hinted("first", text::SELL_FIRST, self.first, least)}
            </div>
            {form.choice("monthly", text::SELL_RHYTHM, self.rhythm, &rhythms, true)}
            {form.methods("method", text::SELL_METHOD, self.method)}
        }
        .into_any()
    }

    /// The plan, or what to fill in to see it.
    fn preview(self) -> AnyView {
        let show = self.show;
        (move || {
            let plan = self.plan();
            match plan.and_then(|plan| Some((plan.total().ok()?, plan.rows().ok()?))) {
                Some((total, rows)) => planned(total, &rows, show),
                None => view! { <p class="hint">{t(text::SELL_PLAN_EMPTY)}</p> }.into_any(),
            }
        })
        .into_any()
    }
}

/// The field of the form that a purchase's field is.
fn renamed(mut error: ApiError) -> ApiError {
    error.field = error.field.map(|field| match field.as_str() {
        "payments" => "installments".to_owned(),
        "price" => "goods".to_owned(),
        _ => field,
    });
    error
}

fn planned(total: Money, rows: &[Row], show: Show) -> AnyView {
    let later = match rows.len() {
        0 | 1 => show.say(text::SELL_PLAN_NONE_LATER),
        count => show.fill(text::SELL_PLAN_LATER, [("count", (count - 1).to_string())]),
    };
    let lines: Vec<_> = rows
        .iter()
        .map(|row| {
            view! {
                <tr data-row=row.n.to_string()>
                    <td class="num">{row.n + 1}</td>
                    <td class="nowrap">{show.day_column(row.due_on)}</td>
                    <td class="num amount">{show.money(row.principal)}</td>
                    <td class="num">{amount_cell(show, row.balance)}</td>
                </tr>
            }
        })
        .collect();
    let now = rows.first().map_or(Money::ZERO, |row| row.principal);
    view! {
        <p class="quote-amount"><span data-figure="total">{show.money(total)}</span> " " <small class="small">{show.currency().code}</small></p>
        <dl class="sums tight">
            <dt>{t(text::SELL_PLAN_NOW)}</dt><dd data-figure="paid_now">{show.money(now)}</dd>
            <dt>{later}</dt><dd data-figure="later">{show.money(total - now)}</dd>
        </dl>
        <table class="table flush" data-list="plan" aria-label=show.say(text::SELL_PLAN)>
            <thead><tr>
                <th scope="col" class="num">{t(text::LOAN_ROW_N)}</th>
                <th scope="col">{t(text::LOAN_ROW_DUE)}</th>
                <th scope="col" class="num">{t(text::LOAN_ROW_INSTALLMENT)}</th>
                <th scope="col" class="num">{t(text::LOAN_ROW_BALANCE)}</th>
            </tr></thead>
            <tbody>{lines}</tbody>
        </table>
    }
    .into_any()
}

/// The screen.
#[component]
pub fn SellScreen(#[prop(into)] customer: Option<CustomerId>) -> impl IntoView {
    let show = Show::here();
    let form = Form::new("sale-form", show);
    let pick = CustomerPick::new(customer, show);
    let sale = Sale::new(form, show);
    let papers = Papers::new(show);
    let submit = move || {
        form.clear();
        let customer = pick.read(form);
        let Some(request) = sale.read(customer) else { return };
        form.send(
            request,
            move |done| {
                let words = show.fill(text::SELL_DONE, [("receipt", done.receipt.clone())]);
                papers.received(words, done.payment);
                show.go(Route::Loan(done.loan.row.id));
            },
            |_| false,
        );
    };
    let label = move || match show.read_money(&sale.first.get()) {
        Ok(first) if first.is_positive() => show.fill(text::SELL_NOW, [("amount", show.money(first))]),
        _ => show.say(text::SELL_NONE),
    };
    let none = move || {
        sale.goods.value.with(|goods| {
            goods
                .as_ref()
                .is_some_and(|goods| goods.iter().all(|article| !article.active))
        })
    };
    let rule = move || show.fill(text::SELL_PLAN_LATE, [("percent", late_percent())]);
    let fields = view! {
        {move || none().then(|| view! { <div class="banner banner-info" role="status"><span>{t(text::SELL_GOODS_NONE)}</span></div> })}
        <div class="form-grid">
            {pick.field(form, text::SELL_CUSTOMER_UNVERIFIED)}
            {sale.fields()}
        </div>
        <footer class="form-foot">
            <span class="note small quiet"></span>
            {form.submit("primary", "sell", text::SELL_BUSY, label)}
        </footer>
    };
    let parent = (Route::loans(), text::LOANS_TITLE.into());
    view! {
        <Screen name="sell" title=text::SELL_TITLE parent>
            <div class="beside">
                {form.element("form", submit, fields.into_any())}
                <aside class="quote" aria-live="polite">
                    <h2 class="section-title">{t(text::SELL_PLAN)}</h2>
                    {sale.preview()}
                    <p class="whatif-note" data-figure="late_rule">{t(text::SELL_PLAN_NO_INTEREST)} " " {rule}</p>
                </aside>
            </div>
        </Screen>
    }
    .into_any()
}
