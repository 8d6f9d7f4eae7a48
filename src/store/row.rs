//! How one row of an answer is read, whichever engine gave it.
//!
//! Read here and not by what sqlx derives: its deriving has the compiler build every engine a second time for itself,
//! and each row type twice.

use sqlx::postgres::{PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{Decode, Row as _, Type};

use super::StoreError;

/// One row of an answer.
#[derive(Clone, Copy)]
pub enum Answer<'r> {
    Lite(&'r SqliteRow),
    Pg(&'r PgRow),
}

/// What a column may hold: a whole number, a text, bytes or a real, or one of these or nothing.
pub trait Value:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T> Value for T where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl Answer<'_> {
    /// The column of this name.
    ///
    /// # Errors
    /// No such column, or one that holds something else.
    pub fn named<T: Value>(self, name: &str) -> Result<T, StoreError> {
        Ok(match self {
            Self::Lite(row) => row.try_get(name)?,
            Self::Pg(row) => row.try_get(name)?,
        })
    }

    /// The column at this place; the first is 0.
    ///
    /// # Errors
    /// See [`Answer::named`].
    pub fn nth<T: Value>(self, place: usize) -> Result<T, StoreError> {
        Ok(match self {
            Self::Lite(row) => row.try_get(place)?,
            Self::Pg(row) => row.try_get(place)?,
        })
    }
}

/// What can be read from a row: a struct by the names of its columns, with `row!`, or a tuple by their places.
pub trait Row: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// A column that is not there, or that holds something else.
    fn read(row: Answer<'_>) -> Result<Self, StoreError>;
}

/// `row!(Place { chat, lang })`: each field is read from the column of its name. What is read otherwise stands behind a
/// semicolon, with what reads it from the row: `row!(Line { title; counts: Counts::read })`.
macro_rules! row {
    ($name:ident { $($field:ident),* $(,)? $(; $($other:ident: $read:expr),+ $(,)?)? }) => {
        impl $crate::store::Row for $name {
            fn read(row: $crate::store::Answer<'_>) -> Result<Self, $crate::store::StoreError> {
                Ok(Self {
                    $($field: row.named(stringify!($field))?,)*
                    $($($other: $read(row)?,)+)?
                })
            }
        }
    };
}
pub(crate) use row;

macro_rules! tuple {
    ($($part:ident $place:tt),+) => {
        impl<$($part: Value),+> Row for ($($part,)+) {
            fn read(row: Answer<'_>) -> Result<Self, StoreError> {
                Ok(($(row.nth::<$part>($place)?,)+))
            }
        }
    };
}

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
