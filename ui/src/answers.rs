//! What the desk answers where something was not done, in the language of the screens.

use crate::dates;
use crate::i18n::{Language, text};
use crate::screens::role_name;
use crate::state::App;
use farthing_api::{ApiError, Arg, Code, list};
use leptos::prelude::Get;

/// The languages' own answers, by code and by sentence.
mod table {
    include!(concat!(env!("OUT_DIR"), "/answers.rs"));
}

impl App {
    /// An answer in the language in force, its values written as that language does. Also from a handler.
    pub fn answer(self, error: &ApiError) -> String {
        let language = self.language.get();
        if error.code == Code::Terms {
            let own = table::sentence(language, &error.message);
            return own.map_or_else(|| error.message.clone(), str::to_owned);
        }
        let template = match language {
            Language::En => Some(error.code.english()),
            _ => table::answer(language, error.code.word()),
        };
        let Some(template) = template else {
            return error.message.clone();
        };
        let filled =
            |text: String, (blank, arg): (&String, &Arg)| text.replace(&format!("{{{blank}}}"), &self.arg(arg));
        error.args.iter().fold(template.to_owned(), filled)
    }

    fn arg(self, arg: &Arg) -> String {
        match arg {
            Arg::Text(text) => text.clone(),
            Arg::Number(n) => n.to_string(),
            Arg::Money(amount, decimals) => amount.written(*decimals, self.marks()),
            Arg::Date(date) => self.date(*date),
            Arg::Time(at) => dates::clock_with_seconds(*at),
            Arg::Roles(roles) => list(
                roles
                    .iter()
                    .map(|role| self.say(role_name(*role)))
                    .map(str::to_lowercase),
                self.say(text::LIST_OR),
            ),
            Arg::Reason(error) => self.answer(error),
        }
    }
}
