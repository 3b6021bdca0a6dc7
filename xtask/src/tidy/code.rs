//! A source reduced to what acts: without comments, and in Rust without what is compiled for tests alone.

use super::files::Language;

/// The lines of the code; a line that has none is blank, so that the numbers stay.
pub(super) fn lines(text: &str, language: Language) -> Vec<String> {
    let mut reader = Reader { source: text.chars().collect(), at: 0, code: Vec::new(), bones: Vec::new() };
    reader.read(language);
    if language == Language::Rust {
        blank_tests(&mut reader.code, &reader.bones);
    }
    reader.code.iter().collect::<String>().lines().map(str::to_owned).collect()
}

/// Copies a source character by character: `code` keeps the strings, `bones` blanks them too.
struct Reader {
    source: Vec<char>,
    at: usize,
    code: Vec<char>,
    bones: Vec<char>,
}

impl Reader {
    fn read(&mut self, language: Language) {
        while let Some(&here) = self.source.get(self.at) {
            let web = language == Language::Web;
            match here {
                '#' if language == Language::Python => self.comment_until("\n"),
                '/' if language != Language::Python && self.sees("//") => self.comment_until("\n"),
                '/' if language == Language::Rust && self.sees("/*") => self.nested_comment(),
                '/' if web && self.sees("/*") => self.comment_until("*/"),
                '<' if web && self.sees("<!--") => self.comment_until("-->"),
                'r' if language == Language::Rust && self.raw_hashes().is_some() => self.raw_string(),
                '\'' if language == Language::Rust => self.character_or_lifetime(),
                '"' | '\'' if language == Language::Python && self.sees(&here.to_string().repeat(3)) => {
                    self.string_until(&here.to_string().repeat(3), true);
                }
                '"' => self.string_until("\"", language == Language::Rust),
                '`' if web => self.string_until("`", true),
                '\'' => self.string_until("'", false),
                _ => self.keep(1),
            }
        }
    }

    fn sees(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(offset, wanted)| self.source.get(self.at + offset) == Some(&wanted))
    }

    fn keep(&mut self, count: usize) {
        for &character in self.source.iter().skip(self.at).take(count) {
            self.code.push(character);
            self.bones.push(character);
        }
        self.at += count;
    }

    fn push_string_part(&mut self, count: usize) {
        for &character in self.source.iter().skip(self.at).take(count) {
            self.code.push(character);
            self.bones.push(if character == '\n' { '\n' } else { ' ' });
        }
        self.at += count;
    }

    fn blank(&mut self, count: usize) {
        for &character in self.source.iter().skip(self.at).take(count) {
            let left = if character == '\n' { '\n' } else { ' ' };
            self.code.push(left);
            self.bones.push(left);
        }
        self.at += count;
    }

    fn comment_until(&mut self, end: &str) {
        while self.at < self.source.len() && !self.sees(end) {
            self.blank(1);
        }
        self.blank(end.chars().count());
    }

    fn nested_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.source.len() {
            if self.sees("/*") {
                depth += 1;
                self.blank(2);
            } else if self.sees("*/") {
                depth -= 1;
                self.blank(2);
                if depth == 0 {
                    return;
                }
            } else {
                self.blank(1);
            }
        }
    }

    /// A string that does not run over lines is given up at the line's end: it was an apostrophe in a text.
    fn string_until(&mut self, end: &str, over_lines: bool) {
        self.push_string_part(end.chars().count());
        while let Some(&here) = self.source.get(self.at) {
            if self.sees(end) {
                self.push_string_part(end.chars().count());
                return;
            }
            if here == '\n' && !over_lines {
                return;
            }
            self.push_string_part(if here == '\\' { 2 } else { 1 });
        }
    }

    /// The hashes of a raw string that begins here.
    fn raw_hashes(&self) -> Option<usize> {
        let inside_name = self.at.checked_sub(1).and_then(|before| self.source.get(before));
        if inside_name.is_some_and(|before| (before.is_alphanumeric() && *before != 'b') || *before == '_') {
            return None;
        }
        let hashes = self.source.iter().skip(self.at + 1).take_while(|character| **character == '#').count();
        (self.source.get(self.at + 1 + hashes) == Some(&'"')).then_some(hashes)
    }

    fn raw_string(&mut self) {
        let hashes = self.raw_hashes().unwrap_or(0);
        let end = format!("\"{}", "#".repeat(hashes));
        self.push_string_part(hashes + 2);
        while self.at < self.source.len() && !self.sees(&end) {
            self.push_string_part(1);
        }
        self.push_string_part(hashes + 1);
    }

    fn character_or_lifetime(&mut self) {
        let escaped = self.source.get(self.at + 1) == Some(&'\\');
        if escaped || self.source.get(self.at + 2) == Some(&'\'') {
            self.push_string_part(if escaped { 3 } else { 2 });
            while self.at < self.source.len() && !self.sees("'") {
                self.push_string_part(1);
            }
            self.push_string_part(1);
        } else {
            self.keep(1);
        }
    }
}

/// Blanks every item under `#[cfg(test)]`.
fn blank_tests(code: &mut [char], bones: &[char]) {
    let mark: Vec<char> = "#[cfg(test)]".chars().collect();
    let mut at = 0;
    while at + mark.len() <= bones.len() {
        if bones[at..at + mark.len()] != mark[..] {
            at += 1;
            continue;
        }
        let end = item_end(bones, at + mark.len());
        for character in code[at..end].iter_mut().filter(|character| **character != '\n') {
            *character = ' ';
        }
        at = end;
    }
}

/// Where the item that begins here ends: at its closing brace, or at a semicolon before any brace.
fn item_end(bones: &[char], from: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, character) in bones[from..].iter().enumerate() {
        match character {
            '{' => depth += 1,
            '}' if depth <= 1 => return from + offset + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return from + offset + 1,
            _ => {}
        }
    }
    bones.len()
}

#[cfg(test)]
mod tests {
    use super::{Language, lines};

    fn code(text: &str, language: Language) -> String {
        let lines = lines(text, language);
        lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn comments_go_and_strings_stay() {
        let rust = "//! 说明\nlet a = \"// 不是注释\"; // 注释\n/* 甲 /* 乙 */ 丙 */ let b = r#\"\"引\"#;\n";
        assert_eq!(code(rust, Language::Rust), "let a = \"// 不是注释\";|let b = r#\"\"引\"#;");
        let web = "const a = 'https://x' // 注释\n<!-- 注\n释 --> <p>don't</p> /* 注释 */ b";
        assert!(code(web, Language::Web).starts_with("const a = 'https://x'|<p>don't</p>"));
        assert_eq!(code("a = '#'  # 注释", Language::Python), "a = '#'");
    }

    #[test]
    fn quotes_that_open_nothing_do_not_swallow_the_rest() {
        let rust = "fn a<'b>(c: &'b str) -> char { if c == \"\\\"\" { '\"' } else { '\\'' } } // 注释";
        assert!(code(rust, Language::Rust).ends_with("{ '\\'' } }"));
    }

    #[test]
    fn tests_go_with_all_they_hold() {
        let rust = "const A: u8 = 1;\n#[cfg(test)]\nmod tests {\n fn b() { \"}\"; '}'; }\n}\n#[cfg(test)]\nmod c;\nconst D: u8 = 2;";
        assert_eq!(code(rust, Language::Rust), "const A: u8 = 1;|const D: u8 = 2;");
    }

    #[test]
    fn line_numbers_stay() {
        let lines = lines("/* a\nb */\n#[cfg(test)]\nmod t {\n}\nlet c = 1;", Language::Rust);
        assert_eq!(lines.iter().position(|line| line.contains("let c")), Some(5));
    }
}
