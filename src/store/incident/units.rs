//! Units by name, and the groups where their cases go.

use crate::args;
use crate::conversation::Lang;
use crate::conversation::incident::{Group, NamedUnit};
use crate::domain::UnitPath;
use crate::domain::ids::{ChatId, IncidentId, PersonId, UnitId};
use crate::store::sql::like;
use crate::store::{Arg, Sql, Store, StoreError, Tx};

/// How many units a person is offered to choose from.
const MOST_UNITS: usize = 12;
/// How many groups a case can be forwarded to with one tap.
const MOST_GROUPS: i64 = 8;

type UnitRow = (i64, String, String);

async fn with_lines(tx: &mut Tx<'_>, rows: Vec<UnitRow>) -> Result<Vec<NamedUnit>, StoreError> {
    let mut units = Vec::with_capacity(rows.len());
    for (id, name, path) in rows.into_iter().take(MOST_UNITS) {
        let line = line(tx, UnitId(id)).await?;
        units.push(NamedUnit { id: UnitId(id), name, path, line });
    }
    Ok(units)
}

/// A unit and all above it, itself first.
pub async fn line(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<UnitId>, StoreError> {
    let sql = "WITH RECURSIVE up (id, parent_id, depth) AS (
                 SELECT id, parent_id, CAST(0 AS BIGINT) FROM units WHERE id = $1
                 UNION ALL
                 SELECT u.id, u.parent_id, up.depth + 1 FROM units u JOIN up ON u.id = up.parent_id
                 WHERE up.depth < 64)
               SELECT id FROM up ORDER BY depth";
    let rows: Vec<(i64,)> = tx.all(sql, args![unit]).await?;
    Ok(rows.into_iter().map(|(id,)| UnitId(id)).collect())
}

pub async fn one(tx: &mut Tx<'_>, unit: UnitId) -> Result<Option<NamedUnit>, StoreError> {
    let sql = "SELECT id, name, path FROM units WHERE id = $1";
    let rows: Vec<UnitRow> = tx.all(sql, args![unit]).await?;
    Ok(with_lines(tx, rows).await?.pop())
}

/// A name without the word of its party body, and then without the word of its place: of "Chi bộ thôn Nà Lùng"
/// first "thôn Nà Lùng", then "Nà Lùng".
macro_rules! names {
    ($rest:literal) => {
        concat!(
            "WITH bodies AS (
               SELECT id, name, path, folded, CASE
                   WHEN folded LIKE 'chi bo %' THEN substr(folded, 8)
                   WHEN folded LIKE 'dang bo %' THEN substr(folded, 9)
                   WHEN folded LIKE 'dang uy %' THEN substr(folded, 9)
                   WHEN folded LIKE 'to dang %' THEN substr(folded, 9)
                   ELSE folded END AS body
               FROM units WHERE ends_on IS NULL),
             names AS (
               SELECT id, name, path, folded, body, CASE
                   WHEN body LIKE 'phuong %' THEN substr(body, 8)
                   WHEN body LIKE 'thi tran %' THEN substr(body, 10)
                   WHEN body LIKE 'to dan pho %' THEN substr(body, 12)
                   WHEN body LIKE 'khu pho %' THEN substr(body, 9)
                   WHEN body LIKE 'xa %' THEN substr(body, 4)
                   WHEN body LIKE 'tinh %' THEN substr(body, 6)
                   WHEN body LIKE 'thon %' THEN substr(body, 6)
                   WHEN body LIKE 'xom %' THEN substr(body, 5)
                   WHEN body LIKE 'ban %' THEN substr(body, 5)
                   WHEN body LIKE 'ap %' THEN substr(body, 4)
                   ELSE body END AS short
               FROM bodies)
             SELECT id, name, path FROM names WHERE ",
            $rest,
            " ORDER BY length(folded) DESC, id LIMIT 40"
        )
    };
}

/// The units whose names occur in a text as whole words. Of "Phường Sông Hiến" also "Sông Hiến" counts,
/// where two words or more are left.
pub async fn named_in(tx: &mut Tx<'_>, folded: &str) -> Result<Vec<NamedUnit>, StoreError> {
    const SQL: Sql = Sql {
        lite: names!(
            "instr($1, ' ' || folded || ' ') > 0
             OR (body LIKE '% %' AND body NOT LIKE 'so %' AND instr($1, ' ' || body || ' ') > 0)
             OR (short LIKE '% %' AND instr($1, ' ' || short || ' ') > 0)"
        ),
        pg: names!(
            "strpos($1, ' ' || folded || ' ') > 0
             OR (body LIKE '% %' AND body NOT LIKE 'so %' AND strpos($1, ' ' || body || ' ') > 0)
             OR (short LIKE '% %' AND strpos($1, ' ' || short || ' ') > 0)"
        ),
    };
    let rows: Vec<UnitRow> = tx.all(SQL, args![format!(" {folded} ")]).await?;
    with_lines(tx, rows).await
}

/// The units whose names contain a text.
pub async fn named_like(tx: &mut Tx<'_>, folded: &str) -> Result<Vec<NamedUnit>, StoreError> {
    const SQL: Sql = Sql {
        lite: "SELECT id, name, path FROM units WHERE ends_on IS NULL AND instr(folded, $1) > 0
               ORDER BY length(folded), path_key LIMIT 6",
        pg: "SELECT id, name, path FROM units WHERE ends_on IS NULL AND strpos(folded, $1) > 0
             ORDER BY length(folded), path_key LIMIT 6",
    };
    let rows: Vec<UnitRow> = tx.all(SQL, args![folded]).await?;
    with_lines(tx, rows).await
}

/// The units that a person belongs to, the lowest in the tree first.
pub async fn homes(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<NamedUnit>, StoreError> {
    let sql = "SELECT DISTINCT u.id, u.name, u.path FROM roles r JOIN units u ON u.id = r.unit_id
               WHERE r.person_id = $1 AND u.ends_on IS NULL";
    let rows: Vec<UnitRow> = tx.all(sql, args![person]).await?;
    let mut homes = with_lines(tx, rows).await?;
    homes.sort_by(|a, b| b.line.len().cmp(&a.line.len()).then(a.path.cmp(&b.path)));
    Ok(homes)
}

pub async fn top(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<NamedUnit>, StoreError> {
    match line(tx, unit).await?.last() {
        Some(top) => Ok(one(tx, *top).await?.into_iter().collect()),
        None => Ok(Vec::new()),
    }
}

/// Where the cards of a unit's cases go: the duty groups nearest up the tree; where there is none, those
/// of the tops of the trees; where there is none either, the duty officers nearest up the tree, in private.
pub async fn desk(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<(ChatId, String)>, StoreError> {
    let line = line(tx, unit).await?;
    let groups = "SELECT id, title FROM chats
                  WHERE purpose = 'duty' AND kind = 'group' AND state = 'open' AND unit_id = $1 ORDER BY id";
    for above in &line {
        let found = chats(tx, groups, args![*above]).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let tops = "SELECT c.id, c.title FROM chats c JOIN units u ON u.id = c.unit_id
                WHERE c.purpose = 'duty' AND c.kind = 'group' AND c.state = 'open' AND u.parent_id IS NULL
                ORDER BY c.id";
    let found = chats(tx, tops, args![]).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let officers = "SELECT c.id, p.name FROM roles r
                    JOIN people p ON p.id = r.person_id AND p.state = 'active'
                    JOIN chats c ON c.person_id = p.id AND c.kind = 'private' AND c.state = 'open' AND c.spare = 0
                    WHERE r.unit_id = $1 AND r.role = 'duty' ORDER BY c.id LIMIT 10";
    for above in &line {
        let found = chats(tx, officers, args![*above]).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

async fn chats(
    tx: &mut Tx<'_>,
    sql: &'static str,
    args: Vec<Arg>,
) -> Result<Vec<(ChatId, String)>, StoreError> {
    let rows: Vec<(i64, String)> = tx.all(sql, args).await?;
    Ok(rows.into_iter().map(|(id, title)| (ChatId(id), title)).collect())
}

pub async fn desk_titles(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<String>, StoreError> {
    Ok(desk(tx, unit).await?.into_iter().map(|(_, title)| title).collect())
}

type GroupRow = (i64, String, i64, String, String, Option<String>);

/// Where the cases of units go: to the staff groups; where a unit has none that is open, to its heads in private. Every
/// alternative is bounded by the condition, which speaks of the unit `u`.
macro_rules! takers {
    ($with:literal, $condition:literal, $rest:literal) => {
        concat!(
            $with,
            "SELECT c.id, c.lang, u.id, u.name, u.path, CAST(NULL AS TEXT) AS head FROM chats c
               JOIN units u ON u.id = c.unit_id
             WHERE c.purpose = 'staff' AND c.kind = 'group' AND c.state = 'open' AND u.ends_on IS NULL AND ",
            $condition,
            " UNION ALL
             SELECT c.id, c.lang, u.id, u.name, u.path, p.name FROM roles r
               JOIN units u ON u.id = r.unit_id
               JOIN people p ON p.id = r.person_id AND p.state = 'active'
               JOIN chats c ON c.person_id = p.id AND c.kind = 'private' AND c.state = 'open' AND c.spare = 0
             WHERE r.role = 'head' AND u.ends_on IS NULL
               AND NOT EXISTS (SELECT 1 FROM chats g WHERE g.unit_id = u.id AND g.purpose = 'staff'
                                 AND g.kind = 'group' AND g.state = 'open') AND ",
            $condition,
            $rest
        )
    };
}

/// Who takes cases under the units that an officer watches over. The case's own unit comes first, then what lies below it,
/// above it, beside it, and then the rest; with a name, those whose unit's name contains it.
pub async fn groups(
    tx: &mut Tx<'_>,
    incident: IncidentId,
    officer: PersonId,
    name: Option<&str>,
) -> Result<Vec<Group>, StoreError> {
    const SQL: &str = takers!(
        "WITH RECURSIVE under (id) AS (
           SELECT unit_id FROM roles WHERE person_id = $1 AND role IN ('duty', 'head', 'admin')
           UNION
           SELECT u.id FROM units u JOIN under ON u.parent_id = under.id),
         here AS (SELECT u.id, u.parent_id FROM units u WHERE u.id =
                   (SELECT i.unit_id FROM incidents i WHERE i.id = $2)),
         takers (chat_id, lang, unit_id, name, path, head) AS (",
        "u.id IN (SELECT id FROM under) AND u.folded LIKE $3 ESCAPE '\\'",
        ")
         SELECT t.chat_id, t.lang, t.unit_id, t.name, t.path, t.head
         FROM takers t JOIN units u ON u.id = t.unit_id CROSS JOIN here
         ORDER BY CASE WHEN u.id = here.id THEN 0 WHEN u.parent_id = here.id THEN 1
                       WHEN u.id = here.parent_id THEN 2 WHEN u.parent_id = here.parent_id THEN 3
                       ELSE 4 END, u.path_key, t.chat_id LIMIT $4"
    );
    let args = args![officer, incident, format!("%{}%", like(name.unwrap_or(""))), MOST_GROUPS];
    let rows: Vec<GroupRow> = tx.all(SQL, args).await?;
    let mut groups = Vec::with_capacity(rows.len());
    for row in rows {
        groups.push(read_group(tx, row).await?);
    }
    Ok(groups)
}

/// The chat, if it takes the cases of this unit.
pub async fn group(tx: &mut Tx<'_>, chat: ChatId, unit: UnitId) -> Result<Option<Group>, StoreError> {
    one_group(tx, takers!("", "u.id = $1 AND c.id = $2", ""), args![unit, chat]).await
}

/// Who takes the cases of the unit with this path.
pub async fn group_of(tx: &mut Tx<'_>, path_key: &str) -> Result<Option<Group>, StoreError> {
    one_group(tx, takers!("", "u.path_key = $1", " ORDER BY 1 LIMIT 1"), args![path_key]).await
}

/// The private chats of a unit's heads, each head's once.
pub async fn heads(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<(ChatId, Lang)>, StoreError> {
    let sql = "SELECT MIN(c.id), c.lang FROM roles r
               JOIN people p ON p.id = r.person_id AND p.state = 'active'
               JOIN chats c ON c.person_id = p.id AND c.kind = 'private' AND c.state = 'open' AND c.spare = 0
               WHERE r.unit_id = $1 AND r.role = 'head' GROUP BY p.id, c.lang ORDER BY 1";
    let rows: Vec<(i64, String)> = tx.all(sql, args![unit]).await?;
    let mut heads: Vec<(ChatId, Lang)> = Vec::new();
    for (chat, lang) in rows {
        heads.push((ChatId(chat), Lang::from_code(&lang)));
    }
    Ok(heads)
}

/// Those of the unit with this path.
pub async fn heads_by_path(tx: &mut Tx<'_>, path_key: &str) -> Result<Vec<(ChatId, Lang)>, StoreError> {
    let sql = "SELECT id FROM units WHERE path_key = $1 AND ends_on IS NULL";
    let unit: Option<(i64,)> = tx.optional(sql, args![path_key]).await?;
    match unit {
        Some((unit,)) => heads(tx, UnitId(unit)).await,
        None => Ok(Vec::new()),
    }
}

/// The heads of the lowest unit that has some, at level 0, and of the next above at every further one. Nobody where there
/// is none so high.
pub async fn heads_of_level(
    tx: &mut Tx<'_>,
    line: &[UnitId],
    level: usize,
) -> Result<Vec<(ChatId, Lang)>, StoreError> {
    let mut with_heads = 0;
    for unit in line {
        let heads = heads(tx, *unit).await?;
        if heads.is_empty() {
            continue;
        }
        if with_heads == level {
            return Ok(heads);
        }
        with_heads += 1;
    }
    Ok(Vec::new())
}

/// The chats of those who take a unit's cases.
pub async fn takers(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<(ChatId, Lang)>, StoreError> {
    let rows: Vec<GroupRow> = tx.all(takers!("", "u.id = $1", " ORDER BY 1 LIMIT 10"), args![unit]).await?;
    Ok(rows.into_iter().map(|(chat, lang, ..)| (ChatId(chat), Lang::from_code(&lang))).collect())
}

async fn one_group(tx: &mut Tx<'_>, sql: &'static str, args: Vec<Arg>) -> Result<Option<Group>, StoreError> {
    let row: Option<GroupRow> = tx.optional(sql, args).await?;
    match row {
        Some(row) => Ok(Some(read_group(tx, row).await?)),
        None => Ok(None),
    }
}

async fn read_group(tx: &mut Tx<'_>, row: GroupRow) -> Result<Group, StoreError> {
    let (chat, lang, unit, name, path, head) = row;
    let line = line(tx, UnitId(unit)).await?;
    let unit = NamedUnit { id: UnitId(unit), name, path, line };
    Ok(Group { chat: ChatId(chat), lang: Lang::from_code(&lang), unit, head })
}

impl Store {
    /// Whether a unit has somebody to whom its cases can go: a staff group, or a head.
    ///
    /// # Errors
    /// The database's.
    pub async fn takes_cases(&self, unit: &UnitPath) -> Result<bool, StoreError> {
        let key = unit.key();
        self.db.read(move |tx| Box::pin(async move { Ok(group_of(tx, &key).await?.is_some()) })).await
    }
}

/// The chats where a unit's cases are shown. Private ones look the same, but their authority is asked anew whenever a
/// card is drawn.
pub async fn desk_chats(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<ChatId>, StoreError> {
    Ok(desk(tx, unit).await?.into_iter().map(|(chat, _)| chat).collect())
}
