//! The component library: every part that screens are made of. The HTML and the classes are those of `ui/style/MARKUP.md`.

pub mod button;
pub mod chart;
pub mod choices;
pub mod dialog;
pub mod fields;
pub mod figures;
pub mod form;
pub mod icon;
pub mod keys;
pub mod notice;
pub mod palette;
pub mod query;
pub mod screen;
pub mod status;
pub mod table;
pub mod toast;

#[allow(unused_imports, reason = "the library's front door, wider than any one screen")]
pub use {
    button::{Button, IconButton},
    chart::ChartCard,
    choices::{Choice, RadioOptions, Segmented, Tab, Tabs},
    dialog::{Dialog, SidePanel},
    fields::{AreaField, CheckField, CodeField, DateField, MoneyField, PasswordField, SelectField, TextField},
    figures::{Fact, Facts, Figure, Figures, InstallmentProgress},
    form::{Form, FormState, Refusal},
    icon::{Glyph, Icon},
    notice::{Banner, EmptyState, Tone, WorkItem},
    query::{Query, query},
    screen::Screen,
    status::{Pill, Status, StatusGlyph},
    table::{Cell, Column, DataTable, Pager, Row, RowAction, SearchField},
};
