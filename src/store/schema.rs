//! The history of the schema, built into the program: `migrations/` has a folder of it for each engine.
//!
//! Listed here and not by sqlx's macro, which would have the compiler build every engine a second time for itself.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// One step: its number, what it is about, and its SQL, of the file `number_name.sql`.
type Step = (i64, &'static str, &'static str);

macro_rules! steps {
    ($engine:literal, [$($number:literal $name:literal),+ $(,)?]) => {
        &[$((
            $number,
            $name,
            include_str!(concat!("../../migrations/", $engine, "/000", $number, "_", $name, ".sql")),
        )),+]
    };
}

const SQLITE: &[Step] = steps!("sqlite", [1 "core", 2 "people", 3 "notices", 4 "incidents", 5 "channels", 6 "tally", 7 "meetings", 8 "calls", 9 "audiences"]);
const POSTGRES: &[Step] = steps!("postgres", [1 "core", 2 "people", 3 "notices", 4 "incidents", 5 "channels", 6 "tally", 7 "meetings", 8 "calls", 9 "audiences"]);

pub(super) fn sqlite() -> Migrator {
    migrator(SQLITE)
}

pub(super) fn postgres() -> Migrator {
    migrator(POSTGRES)
}

fn migrator(steps: &'static [Step]) -> Migrator {
    let step = |&(number, name, sql): &'static Step| {
        Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(steps.iter().map(step).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_a_step() {
        for (folder, steps) in [("sqlite", SQLITE), ("postgres", POSTGRES)] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
            let mut files: Vec<_> = std::fs::read_dir(path)
                .expect("a folder")
                .map(|file| file.expect("a file").file_name().into_string().expect("a name"))
                .collect();
            files.sort();
            let listed: Vec<_> =
                steps.iter().map(|(number, name, _)| format!("{number:04}_{name}.sql")).collect();
            assert_eq!(listed, files);
        }
    }
}
