//! The plain text of a template: a mark at the start of a line says what the line is.
//!
//! | mark | line |
//! |---|---|
//! | `# ` | the title |
//! | `~ ` | centred below it: the number of the paper |
//! | `: ` | whom it addresses: no indent |
//! | `= ` | a heading of the first level, `== ` one of the second |
//! | `> ` | who signs, and when: to the right, kept together |
//! | `* ` | a small note |
//! | `\|: 20 80` | a table with columns of these widths in per cent; rows `\| a \| b \|` follow, the first is its head |
//! | `\|. 50 50` | the same without lines and without a head: places to sign |
//! | `---` | a new page |
//! | `%` | a remark to whoever edits the source |
//!
//! Anything else is a paragraph. In a cell, `/` between spaces begins a line.

/// A block of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A paragraph in a style.
    Paragraph(Style, String),
    Table(Table),
    NewPage,
}

/// What a paragraph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Title,
    Number,
    To,
    Body,
    First,
    Second,
    Signature,
    Note,
}

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// In per cent.
    pub(super) widths: Vec<u32>,
    /// With lines and a head.
    pub(super) ruled: bool,
    pub(super) rows: Vec<Vec<String>>,
}

const MARKS: &[(&str, Style)] = &[
    ("# ", Style::Title),
    ("~ ", Style::Number),
    (": ", Style::To),
    ("== ", Style::Second),
    ("= ", Style::First),
    ("> ", Style::Signature),
    ("* ", Style::Note),
];

/// Reads a source.
pub(super) fn read(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    let mut table: Option<Table> = None;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if let Some(rest) = line.strip_prefix('|') {
            row(rest, &mut table).map_err(|fault| format!("line {}: {fault}", at + 1))?;
            continue;
        }
        blocks.extend(table.take().map(Block::Table));
        if line.is_empty() || line.starts_with('%') {
            continue;
        }
        if line == "---" {
            blocks.push(Block::NewPage);
            continue;
        }
        let marked = MARKS.iter().find_map(|(mark, style)| Some((*style, line.strip_prefix(mark)?)));
        let (style, words) = marked.unwrap_or((Style::Body, line));
        blocks.push(Block::Paragraph(style, words.to_owned()));
    }
    blocks.extend(table.map(Block::Table));
    Ok(blocks)
}

fn row(rest: &str, table: &mut Option<Table>) -> Result<(), String> {
    if let Some(widths) = rest.strip_prefix([':', '.']) {
        if table.is_some() {
            return Err("a table begins inside another".to_owned());
        }
        let widths: Result<Vec<u32>, _> = widths.split_whitespace().map(str::parse).collect();
        let widths = widths.map_err(|_| "widths are whole per cents".to_owned())?;
        if widths.iter().sum::<u32>() != 100 {
            return Err("the widths do not make a hundred".to_owned());
        }
        *table = Some(Table { widths, ruled: rest.starts_with(':'), rows: Vec::new() });
        return Ok(());
    }
    let table = table.as_mut().ok_or("a row without a table: begin it with `|: widths`")?;
    // A test has words of its own between bars.
    let rest = rest.trim_end().strip_suffix('|').unwrap_or(rest);
    let cells: Vec<String> = split(rest).into_iter().map(|cell| cell.trim().to_owned()).collect();
    if cells.len() != table.widths.len() {
        return Err(format!("{} cells for {} columns", cells.len(), table.widths.len()));
    }
    table.rows.push(cells);
    Ok(())
}

/// Cells between bars, but for the bars within braces.
fn split(rest: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut depth = 0_usize;
    for character in rest.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if character == '|' && depth == 0 {
            cells.push(String::new());
        } else if let Some(last) = cells.last_mut() {
            last.push(character);
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::{Block, Style, Table, read};

    #[test]
    fn lines_are_what_their_marks_say() {
        let blocks =
            read("# 通知书\n% 说明\n正文\n|: 40 60\n| 项 | {{a}} |\n\n> 日期\n---\n").expect("blocks");
        let table =
            Table { widths: vec![40, 60], ruled: true, rows: vec![vec!["项".into(), "{{a}}".into()]] };
        let expected = [
            Block::Paragraph(Style::Title, "通知书".into()),
            Block::Paragraph(Style::Body, "正文".into()),
            Block::Table(table),
            Block::Paragraph(Style::Signature, "日期".into()),
            Block::NewPage,
        ];
        assert_eq!(blocks, expected);
    }

    #[test]
    fn faults_name_their_line() {
        assert_eq!(read("|: 50 50\n| a |"), Err("line 2: 1 cells for 2 columns".into()));
        assert_eq!(read("| a |"), Err("line 1: a row without a table: begin it with `|: widths`".into()));
    }
}
