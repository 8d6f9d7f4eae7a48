//! What this part asks, as plain calls.

use super::super::{Context, Need};
use super::{Answer, Ask, Line, Sheet};
use crate::domain::ids::*;
use crate::domain::tally::Span;

/// What a unit has entered; with what is below it, if `below`.
pub(super) fn sheet<'a>(ctx: &Context<'a>, unit: UnitId, span: Span, below: bool) -> Result<&'a Sheet, Need> {
    answered!(Tally, ctx, Ask::Sheet { unit, span, below }, Answer::Sheet(sheet) => &**sheet)
}

pub(super) fn line<'a>(ctx: &Context<'a>, id: TallyLineId) -> Result<Option<&'a Line>, Need> {
    answered!(Tally, ctx, Ask::Line(id), Answer::Line(line) => line.as_ref())
}
