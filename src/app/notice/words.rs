//! What a notice, its recipients and its counts look like in words on a terminal.

use crate::conversation::Lang;
use crate::conversation::notice::{WhyNot, audience_words};
use crate::domain::Rich;
use crate::domain::calendar::when_words;
use crate::store::notice::{Counts, NoticeDetail, NoticeLine, Reach, Unconfirmed};

/// What an edition's state is called.
fn edition_state(code: &str) -> &'static str {
    match code {
        "preparing" => "chờ đến giờ gửi",
        "running" => "đang gửi",
        "paused" => "tạm dừng",
        "done" => "đã gửi xong",
        _ => "đã hủy",
    }
}

pub(super) fn detail_words(notice: &NoticeDetail) -> Vec<String> {
    let mut lines = vec![format!("Thông báo số {}: {}", notice.id, notice.title)];
    let state = notice.edition.as_ref().map_or(notice.state.label(), |edition| edition_state(&edition.state));
    lines.push(format!("Trạng thái: {state}"));
    lines.push(format!("Người nhận: {}", audience_words(Lang::Vi, &notice.audience)));
    let mut flags = Vec::new();
    if notice.urgent {
        flags.push("khẩn");
    }
    if notice.confirm {
        flags.push("cần xác nhận");
    }
    if !flags.is_empty() {
        lines.push(format!("Cách gửi: {}", flags.join(", ")));
    }
    if let Some(at) = notice.send_at {
        lines.push(format!("Giờ gửi: {}", when_words(at)));
    }
    if let Some(meeting) = &notice.meeting {
        lines.push(format!("Họp: {}", meeting.meeting().line()));
    }
    lines.push(format!("Người soạn: {}", notice.author.as_deref().unwrap_or("dòng lệnh")));
    if let Some(approver) = &notice.approver {
        lines.push(format!("Người duyệt: {approver}"));
    }
    if let Some(reason) = &notice.reason {
        lines.push(format!("Lý do: {reason}"));
    }
    if !notice.files.is_empty() {
        lines.push(format!("Tệp kèm: {}", notice.files.join(", ")));
    }
    lines.push(format!("Mã nội dung: {}", notice.fingerprint));
    if let Some(edition) = &notice.edition {
        lines.push(counts_words(&edition.counts));
        if edition.seen > 0 {
            lines.push(format!("Đã xem (trên kênh có báo): {}", edition.seen));
        }
    }
    lines.push(String::new());
    let text = Rich { text: notice.text.clone(), spans: notice.spans.clone() };
    lines.push(text.in_words().text);
    lines
}

fn counts_words(counts: &Counts) -> String {
    format!(
        "Đã nhận {} trên {} ({} đã xác nhận), đang chờ {}, không gửi được {}, bỏ qua {}, không tới được {}",
        counts.arrived(),
        counts.total,
        counts.confirmed,
        counts.waiting + counts.queued,
        counts.failed,
        counts.skipped,
        counts.unreached
    )
}

pub(super) fn list_words(rows: &[NoticeLine]) -> String {
    if rows.is_empty() {
        return "Chưa có thông báo nào.".to_owned();
    }
    let line = |row: &NoticeLine| {
        let state = row.edition.as_deref().map_or(row.state.label(), edition_state);
        format!(
            "{:>5}  {}  {state}  {}/{}  {}",
            row.id,
            row.created_at.short(),
            row.counts.arrived(),
            row.counts.total,
            row.title
        )
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(in crate::app) fn reach_words(reach: &Reach) -> String {
    let mut lines = vec![format!(
        "Tới {} nhóm và {} người. Không tới được: {}.",
        reach.groups, reach.people, reach.unreachable
    )];
    lines.extend(reach.spread.where_to(Lang::Vi));
    for one in &reach.lost {
        let why = match one.why {
            WhyNot::NoChat => "chưa mở trò chuyện với bot",
            WhyNot::ClosedChat => "đã chặn, hoặc im lặng quá lâu trên Zalo OA",
            WhyNot::ClosedGroup => "nhóm đã xóa bot",
            WhyNot::Away => "đang nghỉ (đến ngày)",
        };
        let more =
            if i64::try_from(one.names.len()).is_ok_and(|named| one.count > named) { ", …" } else { "" };
        lines.push(format!("  {why}: {} – {}{more}", one.count, one.names.join(", ")));
    }
    lines.extend(reach.filling.says(Lang::Vi));
    lines.extend(reach.months.iter().map(|month| month.says(Lang::Vi)));
    lines.extend(reach.windows.map(|windows| windows.says(Lang::Vi)));
    lines.extend(reach.spread.what_it_takes(Lang::Vi));
    lines.join("\n")
}

pub(super) fn unconfirmed_words(units: &[Unconfirmed]) -> String {
    if units.is_empty() {
        return "Không còn ai chưa xác nhận.".to_owned();
    }
    let line = |unit: &Unconfirmed| {
        let more = if unit.count > i64::try_from(unit.names.len()).unwrap_or(0) { ", …" } else { "" };
        let name = if unit.unit.is_empty() { "(không có đơn vị)" } else { &unit.unit };
        format!("{name}: {} – {}{more}", unit.count, unit.names.join(", "))
    };
    units.iter().map(line).collect::<Vec<_>>().join("\n")
}
