//! Reading JSON that may hold anything: a field that is missing, of another type or malformed is `None`
//! and never spoils its neighbours.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Reads a field, or leaves it out. What is not asked for is skipped without recursion, so that neither
/// deep nesting nor numbers without end matter.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let raw = <&'de RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// Those elements of a list that can be read.
#[derive(Debug)]
pub(super) struct List<T>(pub Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Vec::<&'de RawValue>::deserialize(deserializer)?;
        Ok(Self(raw.into_iter().filter_map(|one| serde_json::from_str(one.get()).ok()).collect()))
    }
}

/// Structs of which every field is an `Option` that is read leniently. They must not hold themselves:
/// every level is read with a new reader, so that nothing would bound the depth.
macro_rules! tolerant {
    ($($(#[$doc:meta])* struct $name:ident { $($field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Default, serde::Deserialize)]
        #[serde(default)]
        pub(super) struct $name {
            $(
                #[serde(deserialize_with = "crate::channel::tolerant::lenient")]
                pub(super) $field: Option<$type>,
            )+
        }
    )+};
}
pub(super) use tolerant;
