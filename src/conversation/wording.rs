//! Every sentence that is said to people, from the Fluent files in `locales`.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, static_loader};
use serde::{Deserialize, Serialize};

use crate::domain::content::Button;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "vi",
        // Isolating marks are invisible and get copied along with case codes.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// A language that loa speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    #[default]
    Vi,
    En,
}

impl Lang {
    pub fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    pub fn from_code(code: &str) -> Self {
        if code == "en" { Self::En } else { Self::Vi }
    }

    fn id(self) -> LanguageIdentifier {
        self.code().parse().expect("a language code that is written here")
    }

    /// The sentence under `key`, with its variables filled in.
    ///
    /// A key that is missing shows as itself: a test holds that none is.
    pub fn say(self, key: &str, vars: &[(&'static str, &str)]) -> String {
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
            vars.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value))).collect();
        LOCALES.try_lookup_with_args(&self.id(), key, &args).unwrap_or_else(|| key.to_owned())
    }
}
/// How to answer a numbered list, where there are no buttons; `None` where there is nothing to choose.
pub fn hint(lang: Lang, buttons: &[Vec<Button>]) -> Option<String> {
    let mut choices = buttons.iter().flatten().filter(|button| !matches!(button, Button::Link { .. }));
    let first = choices.next()?;
    Some(match choices.next() {
        // A name is clearer than its picture, and easier to type.
        None => {
            let label = first.label().trim_start_matches(|c: char| !c.is_alphanumeric());
            lang.say("choices-hint-one", &[("label", label)])
        }
        Some(_) => lang.say("choices-hint", &[]),
    })
}
