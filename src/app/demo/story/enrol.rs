//! How the organisation comes in: by a list, and one by one through an invite link.

use anyhow::Context;

use super::super::seen::Seen;
use super::super::stage::Stage;
use super::*;
use crate::domain::ChannelKind;

/// A librarian and a young official who are not in the list, and somebody who guesses.
const LIBRARIAN: i64 = 1101;
const YOUTH: i64 = 1102;
const GUESSER: i64 = 1103;

/// The list comes in, the groups are bound, the duty group stands.
pub async fn organisation(stage: &mut Stage) -> anyhow::Result<()> {
    stage.show.heading(BEGINS, "Nhập danh sách tổ chức");
    stage.show.line("$ loa import people.csv");
    let report = stage.populate().await?;
    let (people, groups, units) = (report.people_added, report.groups_bound, report.units_added);
    stage.expect(people > 30 && groups == 5, "danh sách vào thiếu người hoặc thiếu nhóm")?;
    stage.show.line(&format!("Đã nhập: {units} đơn vị, {people} người, {groups} nhóm (một nhóm trực)."));
    stage.news().await?;
    everybody_agrees(stage).await
}

/// Who is on the list opens the bot once, reads what is kept of them, and agrees.
async fn everybody_agrees(stage: &mut Stage) -> anyhow::Result<()> {
    stage.scene(BEGINS + minutes(5), "Mỗi người mở bot một lần, đọc và đồng ý").await?;
    stage.opens_bot(WARD_CULTURE).await?;
    stage.presses(WARD_CULTURE, WARD_CULTURE, "Đồng ý").await?;
    let others: Vec<i64> = stage.people().into_iter().filter(|id| *id != WARD_CULTURE).collect();
    stage.all_open_bot(&others).await?;
    let presses: Vec<(i64, i64)> = others.iter().map(|id| (*id, *id)).collect();
    stage.all_press(&presses, "Đồng ý").await?;
    stage.show.aside(&format!("{} người khác cũng đã mở bot và đồng ý.", others.len()));
    groups_open(stage).await?;
    let people = stage.store.people(None).await?;
    stage.expect(people.iter().all(|person| person.consent.is_some()), "có người chưa đồng ý được")
}

/// On Zalo the bot can speak in a group once somebody has mentioned it there: the heads bind theirs anew. An account
/// makes its groups by itself.
async fn groups_open(stage: &mut Stage) -> anyhow::Result<()> {
    let bound = stage.mentions_bot(WARD_HEAD, WARD_GROUP, "/gannhom").await?;
    stage.expect(bound.text.contains("Phường Bình Minh"), "nhóm Zalo chưa gắn được")?;
    stage.show.mute(true);
    stage.mentions_bot(BAN_LECH_HEAD, BAN_LECH_GROUP, "/gannhom").await?;
    stage.show.mute(false);
    stage.show.aside(
        "Nhóm của Xã Bản Lếch cũng nhắc tên bot một lần: trên Zalo, bot chỉ nói được sau đó. Nhóm của Xã Nậm Khoa do \
         trang Official Account lập nên không cần.",
    );
    Ok(())
}

/// Two enrol by a link; one who guesses does not.
pub async fn invites(stage: &mut Stage) -> anyhow::Result<()> {
    stage.scene(BEGINS + minutes(15), "Người mới tự đăng ký bằng liên kết mời").await?;
    stage.arrives(ChannelKind::ZaloBot, LIBRARIAN, "Chị Phương, thư viện phường");
    stage.arrives(ChannelKind::ZaloBot, YOUTH, "Anh Kiên, đoàn phường");
    stage.arrives(ChannelKind::ZaloBot, GUESSER, "Người lạ");
    let made = stage.says(ADMIN, "/moi Phường Bình Minh, cộng tác viên, 2 lượt, 7 ngày").await?;
    let token = token_in(stage, &made)?;
    enrols(stage, LIBRARIAN, &token).await?;
    stage.minutes(3).await?;
    stage.show.mute(true);
    enrols(stage, YOUTH, &token).await?;
    stage.show.mute(false);
    stage.show.aside("Anh Kiên, đoàn phường, cũng đăng ký theo cách đó.");
    stage.minutes(2).await?;
    let answer = stage.opens_link(GUESSER, &token).await?;
    stage.expect(answer.text.contains("hết lượt"), "mã mời hết lượt vẫn dùng được")?;
    let answer = stage.says(GUESSER, "/start doan-bua-mot-ma").await?;
    stage.expect(answer.text.contains("không đúng"), "mã mời sai không bị từ chối")
}

async fn enrols(stage: &mut Stage, person: i64, token: &str) -> anyhow::Result<()> {
    stage.opens_link(person, token).await?;
    stage.presses(person, person, "Đồng ý").await?;
    stage.presses(person, person, "Đúng rồi").await?;
    let name = stage.name(person);
    let enrolled = stage.store.people(None).await?.into_iter().any(|one| one.name == name);
    stage.expect(enrolled, &format!("{name} chưa đăng ký được"))
}

/// The parameter of the link that stands in the administrator's chat.
fn token_in(stage: &Stage, made: &Seen) -> anyhow::Result<String> {
    let all = stage.platforms.chat(ADMIN);
    let texts = std::iter::once(&made.text).chain(all.iter().rev().map(|seen| &seen.text));
    let link = texts.filter_map(|text| text.split_once("start=")).map(|(_, rest)| rest);
    let token = link.map(|rest| rest.split_whitespace().next().unwrap_or_default().to_owned()).next();
    token.context("không thấy liên kết mời")
}

fn minutes(count: u64) -> std::time::Duration {
    std::time::Duration::from_secs(60 * count)
}
