//! Published items as a feed (Atom, RFC 4287) that readers subscribe to.

use std::fmt::Write as _;

use landcycle_policy::text::Language;

use super::Item;
use crate::say::words;

/// Items that a feed holds at most: the latest.
const MOST: usize = 200;

/// The feed; `page` gives the address of an item, `titles` the name of its kind.
pub(crate) fn atom(
    items: &[&Item],
    home: &str,
    page: &dyn Fn(&Item) -> String,
    titles: &dyn Fn(&str) -> String,
    language: Language,
) -> String {
    let lang = match language {
        Language::Zh => "zh-CN",
        Language::En => "en",
    };
    let title = words("public_feed_title");
    let latest = items.first().map_or("1970-01-01", |item| item.dated.as_str());
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{lang}\">\n\
         <title>{}</title>\n<id>{}</id>\n<link href=\"{}\"/>\n<updated>{latest}T00:00:00+08:00</updated>\n\
         <author><name>landcycle</name></author>\n",
        escaped(title.get(language)),
        escaped(home),
        escaped(home),
    );
    for item in items.iter().take(MOST) {
        let (address, kind) = (escaped(&page(item)), titles(&item.kind));
        let told: Vec<String> = item
            .shown
            .iter()
            .map(|shown| format!("{}: {}", shown.title.get(language), shown.display.get(language)))
            .collect();
        // Writing to a text does not fail.
        let _ = write!(
            text,
            "<entry>\n<title>{} · {}</title>\n<id>{address}</id>\n<link href=\"{address}\"/>\n\
             <updated>{}T00:00:00+08:00</updated>\n<category term=\"{}\"/>\n<summary>{}</summary>\n</entry>\n",
            escaped(&kind),
            escaped(item.heading.get(language)),
            escaped(&item.dated),
            escaped(&item.kind),
            escaped(&told.join("\n")),
        );
    }
    text.push_str("</feed>\n");
    text
}

/// Text as it stands in XML; signs that XML cannot hold are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(sign),
            sign if sign.is_control() || matches!(sign, '\u{fffe}' | '\u{ffff}') => {}
            sign => out.push(sign),
        }
    }
    out
}
