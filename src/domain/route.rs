//! Which unit answers for which kind of case in which area.

use std::collections::HashSet;

use serde::{Deserialize, Deserializer};

use super::category::Categories;
use super::unit::UnitPath;

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The category's code; every category if there is none.
    #[serde(default)]
    pub category: Option<String>,
    /// The unit in which, or below which, it happens; everywhere if there is none.
    #[serde(default, deserialize_with = "read_area")]
    pub area: Option<UnitPath>,
    /// The unit that answers for it.
    #[serde(deserialize_with = "read_unit")]
    pub unit: UnitPath,
}

/// The whole table. A case that no line is about goes to the duty group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Routes(pub Vec<Route>);

fn read_unit<'de, D: Deserializer<'de>>(from: D) -> Result<UnitPath, D::Error> {
    let wrong =
        |_| serde::de::Error::custom("cần tên đơn vị viết đủ từ trên xuống, ví dụ \"Tỉnh A / Phường B\"");
    String::deserialize(from)?.parse().map_err(wrong)
}

fn read_area<'de, D: Deserializer<'de>>(from: D) -> Result<Option<UnitPath>, D::Error> {
    read_unit(from).map(Some)
}

impl Routes {
    /// The line for a case of this category at this unit: of the nearest area up the tree, and there rather of its
    /// category than of all.
    pub fn find(&self, category: Option<&str>, at: &UnitPath) -> Option<&Route> {
        let nearness = |route: &Route| match &route.area {
            None => Some(0),
            Some(area) if area.depth() <= at.depth() && at.prefix(area.depth()).key() == area.key() => {
                Some(area.depth())
            }
            Some(_) => None,
        };
        let fits = |route: &&Route| route.category.is_none() || route.category.as_deref() == category;
        let fitting = self.0.iter().filter(fits).filter_map(|route| Some((nearness(route)?, route)));
        // The first wins a tie, but there is none: `fault` refuses two lines about the same.
        fitting.rev().max_by_key(|(depth, route)| (*depth, route.category.is_some())).map(|(_, route)| route)
    }

    /// What is wrong with the table, in one Vietnamese sentence; `None` if nothing is.
    pub fn fault(&self, categories: &Categories) -> Option<String> {
        let mut seen = HashSet::new();
        for route in &self.0 {
            if let Some(code) = route.category.as_ref().filter(|code| categories.get(code).is_none()) {
                return Some(format!("không có loại vụ việc mã “{code}”"));
            }
            let area = route.area.as_ref().map(UnitPath::key);
            if !seen.insert((&route.category, area)) {
                let category = route.category.as_deref().unwrap_or("mọi loại");
                let area = route.area.as_ref().map_or("khắp nơi".to_owned(), UnitPath::to_string);
                return Some(format!("có hai dòng cho cùng loại ({category}) và cùng nơi ({area})"));
            }
        }
        None
    }

    /// The categories that no line takes wherever they happen: what is not in an area of its own goes to the duty
    /// group. None where there are no lines at all, since then everything does.
    pub fn left_to_duty<'a>(&self, categories: &'a Categories) -> Vec<&'a str> {
        let everywhere = |code: &str| {
            self.0.iter().any(|route| {
                route.area.is_none() && route.category.as_deref().is_none_or(|category| category == code)
            })
        };
        if self.0.is_empty() {
            return Vec::new();
        }
        let left = categories.0.iter().filter(|category| !everywhere(&category.code));
        left.map(|category| category.label.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> UnitPath {
        text.parse().expect("a path")
    }

    fn route(category: &str, area: &str, unit: &str) -> Route {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Route { category: given(category), area: given(area).map(|area| path(&area)), unit: path(unit) }
    }

    fn table() -> Routes {
        Routes(vec![
            route("", "Tỉnh A / Phường B", "Tỉnh A / Phường B"),
            route("pha_rung", "", "Tỉnh A / Kiểm lâm"),
            route("pha_rung", "Tỉnh A / Phường B", "Tỉnh A / Phường B / Tổ rừng"),
            route("dich_benh", "tinh a", "Tỉnh A / Sở Y tế"),
        ])
    }

    #[test]
    fn the_nearest_area_answers_and_its_own_category_first() {
        let table = table();
        let unit = |category: Option<&str>, at: &str| {
            table.find(category, &path(at)).map(|route| route.unit.name().to_owned())
        };
        let found = |name: &str| Some(name.to_owned());
        assert_eq!(unit(Some("pha_rung"), "Tỉnh A / Phường B / Chi bộ 1"), found("Tổ rừng"));
        assert_eq!(unit(Some("pha_rung"), "Tỉnh A / Xã C"), found("Kiểm lâm"));
        assert_eq!(unit(Some("dich_benh"), "Tỉnh A / Phường B"), found("Phường B"));
        assert_eq!(unit(Some("dich_benh"), "Tỉnh A / Xã C"), found("Sở Y tế"));
        assert_eq!(unit(None, "Tỉnh A / Phường B"), found("Phường B"));
        assert_eq!(unit(Some("dat_dai"), "Tỉnh A / Xã C"), None);
        assert_eq!(unit(Some("dich_benh"), "Tỉnh AB / Xã C"), None, "a name is no part of a name");
    }

    #[test]
    fn a_table_that_means_two_things_or_nothing_is_refused() {
        let categories = Categories::default();
        assert_eq!(table().fault(&categories), None);
        let mut twice = table();
        twice.0.push(route("dich_benh", "Tỉnh A", "Tỉnh A / Nơi khác"));
        assert!(twice.fault(&categories).expect("a fault").contains("hai dòng"));
        let unknown = Routes(vec![route("mua_sao_bang", "", "Tỉnh A")]);
        assert!(unknown.fault(&categories).expect("a fault").contains("mua_sao_bang"));
    }

    #[test]
    fn what_nobody_takes_everywhere_is_named() {
        let categories = Categories::default();
        let left = table().left_to_duty(&categories);
        assert!(left.contains(&"Dịch bệnh") && !left.contains(&"Phá rừng"), "{left:?}");
        assert!(Routes::default().left_to_duty(&categories).is_empty());
        assert!(Routes(vec![route("", "", "Tỉnh A")]).left_to_duty(&categories).is_empty());
    }
}
