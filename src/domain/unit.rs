//! placeholder
use super::text::fold;
use std::fmt;
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnitPath(Vec<String>);
impl UnitPath {
    pub fn key(&self) -> String { self.0.iter().map(|n| fold(n)).collect::<Vec<_>>().join(" / ") }
    pub fn depth(&self) -> usize { self.0.len() }
    pub fn prefix(&self, n: usize) -> Self { Self(self.0[..n].to_vec()) }
    pub fn parent(&self) -> Option<Self> { (self.0.len() > 1).then(|| self.prefix(self.0.len() - 1)) }
    pub fn name(&self) -> &str { self.0.last().map_or("", String::as_str) }
}
impl fmt::Display for UnitPath { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0.join(" / ")) } }
impl std::str::FromStr for UnitPath {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let v: Vec<String> = s.split('/').map(|p| p.trim().to_owned()).collect();
        if v.iter().any(String::is_empty) { Err(s.to_owned()) } else { Ok(Self(v)) }
    }
}
