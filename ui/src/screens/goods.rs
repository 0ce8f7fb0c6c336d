//! What the shop sells on installments.

use crate::i18n::{t, text};
use crate::parts::{Button, EmptyState, Glyph, Query, Screen, query};
use crate::route::Route;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::{Show, trouble};
use farthing_api::{GoodsView, ListGoods, SaveGoods};
use leptos::prelude::*;

/// What the screen holds.
#[derive(Clone, Copy)]
struct Shop {
    goods: Query<Vec<GoodsView>>,
    /// What the dialog is about: nothing, a new article, or one to change.
    editing: RwSignal<Option<Option<GoodsView>>>,
}

fn line(article: &GoodsView, shop: Shop, show: Show) -> AnyView {
    let may = show.may("manage_goods");
    let (glyph, word) = match article.active {
        true => ("paid", text::GOODS_ACTIVE),
        false => ("upcoming", text::GOODS_INACTIVE),
    };
    let status = format!("status status-{glyph}");
    let edited = article.clone();
    let open = move || {
        if may {
            shop.editing.set(Some(Some(edited.clone())));
        }
    };
    let open_by_key = open.clone();
    view! {
        <tr tabindex="0" data-row=article.name.clone() class=if article.active { "" } else { "row-settled" }
            on:click=move |_| open()
            on:keydown=move |event| if event.key() == "Enter" { open_by_key() }>
            <td class="who">{article.name.clone()}</td>
            <td class="num amount" data-figure="price">{show.money(article.price)}</td>
            <td class="gap"><span class=status><Glyph name=glyph/><span>{t(word)}</span></span></td>
        </tr>
    }
    .into_any()
}

fn table(goods: &[GoodsView], shop: Shop, show: Show) -> AnyView {
    if goods.is_empty() {
        let add = show.may("manage_goods").then(|| {
            view! { <Button label=text::GOODS_NEW does="add-first" on_press=move |()| shop.editing.set(Some(None))/> }
        });
        return view! { <EmptyState sentence=text::GOODS_EMPTY>{add}</EmptyState> }.into_any();
    }
    let lines: Vec<_> = goods.iter().map(|article| line(article, shop, show)).collect();
    view! {
        <div class="table-wrap">
            <table class="table flush" data-list="goods">
                <thead><tr>
                    <th scope="col">{t(text::GOODS_COLUMN_NAME)}</th>
                    <th scope="col" class="num">{t(text::GOODS_COLUMN_PRICE)}</th>
                    <th scope="col" class="gap">{t(text::GOODS_COLUMN_STATUS)}</th>
                </tr></thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The dialog that adds an article or changes one.
fn editor(article: Option<GoodsView>, shop: Shop, show: Show) -> AnyView {
    let form = Form::new("goods-form", show);
    let name = RwSignal::new(article.as_ref().map(|a| a.name.clone()).unwrap_or_default());
    let price = RwSignal::new(article.as_ref().map(|a| show.money(a.price)).unwrap_or_default());
    let active = RwSignal::new(article.as_ref().is_none_or(|a| a.active));
    let id = article.as_ref().map(|a| a.id);
    let submit = move || {
        form.clear();
        let Some(price) = form.read_money("price", price) else {
            return;
        };
        let request = SaveGoods {
            id,
            name: name.get_untracked().trim().to_owned(),
            price,
            active: active.get_untracked(),
        };
        form.send(
            request,
            move |saved| {
                show.done(show.fill(text::GOODS_DONE, [("name", saved.name)]));
                shop.editing.set(None);
                shop.goods.reload();
            },
            |_| false,
        );
    };
    let title = show.say(if id.is_some() {
        text::GOODS_EDIT
    } else {
        text::GOODS_NEW
    });
    let body = view! {
        <div class="form-grid">
            {form.text("name", text::GOODS_FIELD_NAME, name, true)}
            {form.money("price", text::GOODS_FIELD_PRICE, price)}
            {form.tick("active", text::GOODS_FIELD_ACTIVE, active)}
        </div>
        {id.map(|_| view! { <p class="hint">{t(text::GOODS_NOTE)}</p> })}
    };
    let close = move || shop.editing.set(None);
    let foot = view! {
        <Button label=text::GOODS_CANCEL does="cancel" on_press=move |()| close()/>
        {form.submit("primary", "save-goods", text::GOODS_SAVING, move || show.say(text::GOODS_SAVE))}
    };
    form.dialog(title, submit, body.into_any(), foot.into_any(), close)
}

/// The screen.
#[component]
pub fn GoodsScreen() -> impl IntoView {
    let show = Show::here();
    let shop = Shop {
        goods: query(|| Some(ListGoods {})),
        editing: RwSignal::new(None),
    };
    let tools = move || {
        let sell = show
            .may("sell")
            .then(|| view! { <Button label=text::GOODS_SELL does="sell" key="s" on_press=move |()| show.go(Route::NewSale)/> });
        let add = show.may("manage_goods").then(|| {
            view! {
                <Button label=text::GOODS_NEW kind="primary" icon="plus" does="add-goods" key="n"
                    on_press=move |()| shop.editing.set(Some(None))/>
            }
        });
        view! { {sell} {add} }
    };
    let body = move || match (shop.goods.value.get(), shop.goods.error.get()) {
        (_, Some(error)) => trouble(&error),
        (Some(goods), None) => table(&goods, shop, show),
        (None, None) => ().into_any(),
    };
    let over = move || shop.editing.get().map(|article| editor(article, shop, show));
    view! { <Screen name="goods" title=text::GOODS_TITLE tools>{body} {over}</Screen> }.into_any()
}
