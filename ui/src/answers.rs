//! What the desk answers where something was not done, in the language of the screens.

use crate::dates;
use crate::i18n::{self, text};
use crate::screens::role_name;
use crate::state::App;
use farthing_api::{ApiError, Arg, Code, list};
use leptos::prelude::Get;

impl App {
    /// An answer in the language in force, its values written as that language does. Also from a handler.
    pub fn answer(self, error: &ApiError) -> String {
        let language = self.language.get();
        if error.code == Code::Terms {
            return self.sentence(&error.message);
        }
        let Some(template) = i18n::answer(language, error.code.word()) else {
            return error.message.clone();
        };
        let filled =
            |text: String, (blank, arg): (&String, &Arg)| text.replace(&format!("{{{blank}}}"), &self.arg(arg));
        error.args.iter().fold(template.to_owned(), filled)
    }

    /// Why something was refused, where the values of the answer are not known any more: its first sentence, with an
    /// ellipsis for each blank.
    pub fn reason(self, code: Code) -> String {
        let template = i18n::answer(self.language.get(), code.word()).unwrap_or_else(|| code.word());
        let mut said = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            said.push('…');
            rest = after.split_once('}').map_or("", |(_, rest)| rest);
        }
        said.push_str(rest);
        // The remedy is for who was refused.
        let end = said.find(". ").or_else(|| said.find(" : "));
        end.map_or(said.trim_end_matches('.'), |end| &said[..end]).to_owned()
    }

    /// A sentence of the mathematics in the language in force; one that the language lacks stays English.
    pub fn sentence(self, english: &str) -> String {
        let own = i18n::sentence(self.language.get(), english);
        own.map_or_else(|| english.to_owned(), str::to_owned)
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
