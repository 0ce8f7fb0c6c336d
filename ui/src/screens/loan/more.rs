//! What is seldom done to a running loan, behind one button.

use super::{Layer, LoanPage};
use crate::i18n::{Text, text};
use crate::parts::{MenuButton, MenuItem};
use crate::screens::loan_kit::Show;
use farthing_api::{ApiError, LoanStatus, LoanView};
use leptos::prelude::*;

/// The menu, where the caller's role may do something of it.
pub fn menu(loan: &LoanView, page: LoanPage, show: Show) -> Option<AnyView> {
    if loan.row.status != LoanStatus::Active {
        return None;
    }
    type Item<'a> = (
        &'static str,
        Text,
        &'static str,
        &'static str,
        &'a Result<(), ApiError>,
        Layer,
    );
    let items: [Item<'_>; 4] = [
        (
            "disburse",
            text::LOAN_DO_PART,
            "plus",
            "disburse-part",
            &loan.may_disburse_part,
            Layer::Part,
        ),
        (
            "waive",
            text::LOAN_DO_WAIVE,
            "minus",
            "waive-dues",
            &loan.may_waive,
            Layer::Waive,
        ),
        (
            "change_terms",
            text::LOAN_DO_TERMS,
            "calendar",
            "change-terms",
            &loan.may_change_terms,
            Layer::Terms,
        ),
        (
            "write_off",
            text::LOAN_DO_WRITE_OFF,
            "trash",
            "write-off",
            &loan.may_write_off,
            Layer::WriteOff,
        ),
    ];
    let items: Vec<_> = items
        .into_iter()
        .filter(|(permission, .., layer)| {
            show.may(permission) && (*layer != Layer::Part || loan.undisbursed.is_positive())
        })
        .map(|(_, label, icon, does, may, layer)| MenuItem {
            label,
            icon,
            does,
            danger: layer == Layer::WriteOff,
            reason: may.as_ref().err().map(|error| show.answer(error)),
            press: Callback::new(move |()| page.layer.set(layer.clone())),
        })
        .collect();
    (!items.is_empty()).then(|| view! { <MenuButton label=text::LOAN_DO_MORE does="more" items/> }.into_any())
}
