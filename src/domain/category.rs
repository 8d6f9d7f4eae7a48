//! What a report is about: found by key words from the configuration.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use unicode_normalization::UnicodeNormalization;

use super::deadline::MOST_HOURS;
use super::escalation::Escalation;
use super::text::{contains_words, fold};

/// Questions of one kind, and characters of each: what a person answers in the field.
const MOST_QUESTIONS: usize = 3;
const MOST_QUESTION: usize = 120;

/// One kind of hot issue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Kept with the case; letters, digits and `_`.
    pub code: String,
    /// Shown to people.
    pub label: String,
    /// Words and phrases that mean it, compared without case and diacritics.
    pub keywords: Vec<String>,
    /// What is asked only about this kind, in whole sentences; a reporter may leave it out.
    #[serde(default)]
    pub questions: Vec<String>,
    /// Hours until a case has to be settled, of work unless it is urgent; the default for all if there is none.
    #[serde(default)]
    pub deadline_hours: Option<u32>,
    /// Hours until somebody has it; the default for all if there is none, 0 is never asked for.
    #[serde(default)]
    pub answer_hours: Option<u32>,
    /// Hours from one word of a unit's progress to the next; likewise.
    #[serde(default)]
    pub progress_hours: Option<u32>,
    /// Who is told, one after the other, where it is late; the default for all if there is none.
    #[serde(default)]
    pub escalate: Option<Escalation>,
    /// Hours from one of these steps to the next; 0 is a working day, and an hour where it is urgent.
    #[serde(default)]
    pub escalate_hours: Option<u32>,
    /// How far apart two reports of the same thing may be, in metres; 1,000 if there is none.
    #[serde(default)]
    pub reach_metres: Option<u32>,
    /// It cannot wait for office hours: its deadline counts by the clock on the wall.
    #[serde(default)]
    pub urgent: bool,
}

impl Category {
    /// The key whose number of hours makes no sense.
    fn odd_hours(&self) -> Option<&'static str> {
        let hours = [
            ("deadline_hours", self.deadline_hours, 1),
            ("answer_hours", self.answer_hours, 0),
            ("progress_hours", self.progress_hours, 0),
            ("escalate_hours", self.escalate_hours, 0),
        ];
        let odd = |(_, hours, least): &(&str, Option<u32>, u32)| {
            hours.is_some_and(|hours| !(*least..=MOST_HOURS).contains(&hours))
        };
        hours.into_iter().find(odd).map(|(key, ..)| key)
    }
}

/// All kinds, in the order in which they are offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Categories(pub Vec<Category>);

impl Categories {
    /// The kind whose key words the text holds: the longest of them counts, since “sạt lở đường” says more
    /// than “đường”.
    pub fn find(&self, text: &str) -> Option<&Category> {
        let folded = fold(text);
        let written = text.nfc().collect::<String>().to_lowercase();
        let marked = written.chars().any(|c| !c.is_ascii() && c.is_alphabetic());
        // Where people write the marks, "báo cáo" is no storm: a single syllable means what is written.
        let holds = |word: &str, bare: &str| {
            contains_words(&folded, bare)
                && (!marked || word.trim().contains(' ') || contains_words(&written, &word.to_lowercase()))
        };
        let weight = |category: &Category| {
            category
                .keywords
                .iter()
                .map(|word| (word, fold(word)))
                .filter(|(word, bare)| holds(word, bare))
                .map(|(_, bare)| bare.chars().count())
                .max()
                .unwrap_or(0)
        };
        // The first wins a tie: the order in the configuration is an order of importance.
        self.0
            .iter()
            .map(|c| (weight(c), c))
            .filter(|(w, _)| *w > 0)
            .rev()
            .max_by_key(|(w, _)| *w)
            .map(|(_, c)| c)
    }

    /// The kind with this code.
    pub fn get(&self, code: &str) -> Option<&Category> {
        self.0.iter().find(|category| category.code == code)
    }

    /// What is wrong with the table, in one Vietnamese sentence; `None` if nothing is.
    pub fn fault(&self) -> Option<String> {
        let mut seen = HashSet::new();
        for category in &self.0 {
            let sound = !category.code.is_empty()
                && category.code.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !sound {
                return Some(format!("mã loại “{}” chỉ được gồm chữ không dấu, số và _", category.code));
            }
            if category.label.trim().is_empty() {
                return Some(format!("loại “{}” chưa có tên (label)", category.code));
            }
            let long = category.questions.iter().any(|asked| asked.chars().count() > MOST_QUESTION);
            if category.questions.len() > MOST_QUESTIONS || long {
                return Some(format!(
                    "loại “{}” hỏi quá nhiều: nhiều nhất {MOST_QUESTIONS} câu, mỗi câu {MOST_QUESTION} chữ cái",
                    category.code
                ));
            }
            if let Some(key) = category.odd_hours() {
                return Some(format!(
                    "loại “{}”: {key} cần một số giờ không quá {MOST_HOURS}",
                    category.code
                ));
            }
            if !seen.insert(&category.code) {
                return Some(format!("mã loại “{}” bị lặp lại", category.code));
            }
        }
        None
    }
}

/// What decides about the first steps of each kind, and a reporter on the spot can see.
fn usual_questions(code: &str) -> &'static [&'static str] {
    match code {
        "thien_tai" => &["Có ai bị nạn không?", "Đường còn đi được không?"],
        "dich_benh" => &["Bao nhiêu người hoặc vật nuôi mắc?", "Từ khi nào?"],
        "dat_dai" => &["Bao nhiêu hộ?", "Thuộc dự án nào?"],
        "xay_dung" => &["Đang làm tới đâu?"],
        "pha_rung" => &["Rộng chừng nào?", "Còn người ở đó không?"],
        "khoang_san" => &["Có máy móc, xe chở không?"],
        "duong_hong" => &["Xe máy, ô tô còn qua được không?"],
        "tranh_chap" => &["Bao nhiêu hộ?", "Có xô xát không?"],
        "dien_nuoc" => &["Bao nhiêu hộ bị?", "Từ khi nào?"],
        "moi_truong" => &["Từ khi nào?"],
        "an_ninh" => &["Có ai bị thương không?"],
        _ => &[],
    }
}

/// The issues that two provinces' articles speak of, and "something else".
impl Default for Categories {
    fn default() -> Self {
        let category = |code: &str, label: &str, hours: Option<u32>, words: &[&str]| Category {
            code: code.to_owned(),
            label: label.to_owned(),
            keywords: words.iter().map(|word| (*word).to_owned()).collect(),
            questions: usual_questions(code).iter().map(|asked| (*asked).to_owned()).collect(),
            deadline_hours: hours,
            answer_hours: None,
            progress_hours: None,
            escalate: None,
            escalate_hours: None,
            reach_metres: None,
            urgent: code == "thien_tai",
        };
        Self(vec![
            category(
                "thien_tai",
                "Thiên tai, sạt lở",
                Some(4),
                &[
                    "sạt lở",
                    "sạt đường",
                    "lở đất",
                    "lũ",
                    "lũ quét",
                    "lũ ống",
                    "ngập",
                    "bão",
                    "mưa đá",
                    "sập taluy",
                    "cháy rừng",
                    "hỏa hoạn",
                    "cháy nhà",
                ],
            ),
            category(
                "dich_benh",
                "Dịch bệnh",
                Some(4),
                &[
                    "dịch bệnh",
                    "ổ dịch",
                    "vùng dịch",
                    "bùng dịch",
                    "dịch bùng",
                    "chống dịch",
                    "dịch tả",
                    "dịch cúm",
                    "dịch sởi",
                    "sốt xuất huyết",
                    "bệnh dại",
                    "lợn chết",
                    "gia súc chết",
                    "gà chết",
                    "ngộ độc",
                ],
            ),
            category(
                "tin_don",
                "Tin đồn thất thiệt",
                Some(8),
                &["tin đồn", "đồn thổi", "tin giả", "tin thất thiệt", "xuyên tạc", "lan truyền trên mạng"],
            ),
            category(
                "dat_dai",
                "Đất đai, đền bù",
                Some(40),
                &[
                    "đất đai",
                    "đền bù",
                    "bồi thường",
                    "giải phóng mặt bằng",
                    "bàn giao mặt bằng",
                    "thu hồi đất",
                    "lấn đất",
                    "mặt bằng",
                    "tái định cư",
                ],
            ),
            category(
                "xay_dung",
                "Xây dựng không phép",
                Some(24),
                &[
                    "xây dựng trái phép",
                    "xây trái phép",
                    "không phép",
                    "không giấy phép",
                    "xây nhà trái phép",
                    "sai phép",
                    "xây dựng không phép",
                ],
            ),
            category(
                "hanh_lang",
                "Lấn chiếm hành lang đường",
                Some(24),
                &[
                    "lấn chiếm",
                    "hành lang giao thông",
                    "lấn chiếm vỉa hè",
                    "lấn chiếm hành lang",
                    "lấn đường",
                ],
            ),
            category(
                "pha_rung",
                "Phá rừng",
                Some(8),
                &["phá rừng", "chặt rừng", "khai thác gỗ", "đốt rừng", "lâm tặc", "chặt cây rừng", "gỗ lậu"],
            ),
            category(
                "khoang_san",
                "Khoáng sản",
                Some(16),
                &[
                    "khoáng sản",
                    "khai thác cát",
                    "hút cát",
                    "cát trái phép",
                    "khai thác đá",
                    "đào vàng",
                    "đất hiếm",
                    "quặng",
                ],
            ),
            category(
                "da_cap",
                "Kinh doanh đa cấp",
                Some(24),
                &["đa cấp", "hội thảo bán hàng", "huy động vốn", "lừa đảo", "bán hàng đa cấp"],
            ),
            category(
                "duong_hong",
                "Đường, cầu hư hỏng",
                Some(16),
                &[
                    "đường hỏng",
                    "ổ gà",
                    "ổ voi",
                    "sụt lún",
                    "đường xấu",
                    "cầu hỏng",
                    "cầu sập",
                    "hỏng đường",
                    "cống hỏng",
                    "đường sụt",
                    "tắc đường",
                ],
            ),
            category(
                "tranh_chap",
                "Tranh chấp đất, ranh giới",
                Some(24),
                &["tranh chấp", "tranh chấp đất", "tranh chấp ranh giới", "lấn ranh", "xô xát vì đất"],
            ),
            category(
                "dien_nuoc",
                "Điện, nước, viễn thông",
                Some(8),
                &[
                    "mất điện",
                    "cúp điện",
                    "mất nước",
                    "thiếu nước",
                    "nước máy",
                    "nước sinh hoạt",
                    "vỡ ống",
                    "mất sóng",
                    "không có sóng",
                    "sóng điện thoại",
                    "đứt dây điện",
                    "dây điện",
                    "đứt cáp quang",
                ],
            ),
            category(
                "moi_truong",
                "Môi trường, rác thải",
                Some(24),
                &[
                    "rác",
                    "rác thải",
                    "thu gom rác",
                    "ô nhiễm",
                    "mùi hôi",
                    "xả thải",
                    "nước thải",
                    "khói bụi",
                    "cá chết",
                    "đổ trộm",
                ],
            ),
            category(
                "an_ninh",
                "An ninh, trật tự",
                Some(4),
                &[
                    "mất trật tự",
                    "đua xe",
                    "trộm",
                    "mất trộm",
                    "trộm cắp",
                    "đánh nhau",
                    "gây rối",
                    "ma túy",
                    "đánh bạc",
                    "cờ bạc",
                    "tín dụng đen",
                    "tệ nạn",
                    "karaoke",
                ],
            ),
            category("khac", "Việc khác", None, &[]),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_without_diacritics_and_case() {
        let all = Categories::default();
        assert_eq!(all.fault(), None);
        for (text, code) in [
            ("SAT LO o duong vao ban Lech", "thien_tai"),
            ("3 hộ chưa nhận đền bù ở quốc lộ 12", "dat_dai"),
            ("đường hỏng nhiều ổ gà", "duong_hong"),
            ("có người chặt rừng ban đêm", "pha_rung"),
            ("mấy hộ lấn chiếm hành lang giao thông", "hanh_lang"),
        ] {
            assert_eq!(all.find(text).map(|c| c.code.as_str()), Some(code), "{text}");
        }
        assert!(all.find("xin chào").is_none());
        assert!(all.find("Báo cáo anh, thôn có chuyện lạ").is_none(), "no storm");
        assert_eq!(all.find("bao to lam, do cay").map(|c| c.code.as_str()), Some("thien_tai"));
        for text in ["xã chưa có dịch vụ công", "giao dịch bị treo", "dịch chuyển cột điện", "phiên dịch"]
        {
            assert!(all.find(text).is_none(), "{text}: no epidemic");
        }
        let epidemic = all.find("thêm một ổ dịch ở bản Lếch").map(|c| c.code.as_str());
        assert_eq!(epidemic, Some("dich_benh"));
        assert!(all.find("du lịch").is_none(), "a key word counts as a whole word only");
    }
}
