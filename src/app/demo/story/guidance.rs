//! placeholder until the dialogue is there
use super::super::stage::Stage;
pub async fn play(_stage: &mut Stage) -> anyhow::Result<()> { Ok(()) }
