//! The component library: every part that screens are made of. The HTML and the classes are those of `ui/style/MARKUP.md`.

pub mod button;
pub mod chart;
pub mod choices;
pub mod dialog;
mod field;
pub mod fields;
pub mod figures;
pub mod form;
pub mod icon;
pub mod keys;
pub mod list;
pub mod menu;
pub mod notice;
pub mod palette;
pub mod plain_table;
pub mod query;
pub mod screen;
pub mod status;
pub mod table;
mod table_cell;
pub mod toast;
pub mod why;

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
    list::{ALL, Pager, SearchField, asked_by, matches_of, rows_of},
    menu::{MenuButton, MenuItem},
    notice::{Banner, EmptyState, Tone, WorkItem},
    plain_table::{PlainColumn, TOOLS, plain_cells, plain_table},
    query::{Query, query},
    screen::Screen,
    status::{Pill, Status, StatusGlyph},
    table::DataTable,
    table_cell::{Cell, Column, Row, RowAction},
    why::{Source, Why},
};
