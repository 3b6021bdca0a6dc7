//! The engine on templates made by hand: what office programs do to placeholders, and what nobody
//! should be able to do to us.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};

use landcycle_policy::text::Text;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::book::{Book, Entry, Item, Lack, Names, Value};
use super::template::Template;

const WORDS: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml""#;
const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/></Types>"#;

fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("memory takes it");
        zip.write_all(text.as_bytes()).expect("memory takes it");
    }
    zip.finish().expect("memory takes it").into_inner()
}

fn docx(body: &str) -> Vec<u8> {
    let document = format!("<w:document {WORDS}><w:body>{body}<w:sectPr/></w:body></w:document>");
    let header = format!("<w:hdr {WORDS}><w:p><w:r><w:t>页眉 {{{{holder}}}}</w:t></w:r></w:p></w:hdr>");
    packed(&[
        ("[Content_Types].xml", TYPES),
        ("word/document.xml", &document),
        ("word/header1.xml", &header),
        ("word/media/other.bin", "它不变"),
    ])
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut text = String::new();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    archive.by_name(name).expect("a part").read_to_string(&mut text).expect("text");
    text
}

fn item(title: &str) -> Item {
    BTreeMap::from([("title".to_owned(), Entry::Known(Value::text(title)))])
}

fn book() -> Book {
    let lack = |name: &str, title: &str| Lack {
        name: name.into(),
        title: Text::same(title),
        owners: Text::same("税务部门"),
        why: None,
    };
    let mut book = Book::default();
    let values = [
        ("holder", Value::text("甲&乙<公司>")),
        ("cause", Value { words: vec!["enterprise".into()], ..Value::text("企业原因") }),
        ("none", Value::text("")),
        ("fee", Value { stand_in: true, ..Value::text("5元") }),
        ("lines", Value::text("一\n二")),
    ];
    for (name, value) in values {
        book.values.insert(name.into(), Entry::Known(value));
    }
    book.values.insert("tax".into(), Entry::Lacking(lack("tax", "实际年税收")));
    book.lists.insert("steps".into(), Ok(vec![item("甲步"), item("乙步")]));
    book.lists.insert("empty".into(), Ok(Vec::new()));
    book.lists.insert("unknown".into(), Err(lack("unknown", "措施")));
    book
}

fn names() -> Names {
    let mut names = Names::default();
    for name in book().values.into_keys() {
        names.values.insert(name, BTreeSet::new());
    }
    for name in book().lists.into_keys() {
        names.lists.insert(name, BTreeSet::from(["title".to_owned()]));
    }
    names
}

fn template(body: &str) -> Template {
    Template::read("t.docx", docx(body)).map_err(|failure| failure.message.en).expect("a template")
}

/// The document with its body filled.
fn filled(body: &str, draft: bool) -> String {
    let filled = template(body).fill(&book(), &names(), draft).map_err(|f| f.message.en).expect("filled");
    let document = part(&filled.bytes, "word/document.xml");
    let inner = document.split_once("<w:body>").expect("a body").1;
    inner.split_once("<w:sectPr/>").expect("an end").0.to_owned()
}

fn p(inner: &str) -> String {
    format!("<w:p>{inner}</w:p>")
}

fn r(properties: &str, text: &str) -> String {
    format!("<w:r>{properties}<w:t>{text}</w:t></w:r>")
}

/// The texts of a body, piece by piece.
fn texts(body: &str) -> Vec<&str> {
    let starts = body.split("<w:t").skip(1).filter(|rest| rest.starts_with(['>', ' ']));
    starts.filter_map(|rest| rest.split_once('>')?.1.split_once("</w:t>")).map(|(text, _)| text).collect()
}

fn faults(body: &str) -> Vec<String> {
    template(body).faults(&names()).into_iter().map(|fault| fault.zh).collect()
}

#[test]
fn a_placeholder_in_several_runs_takes_the_form_of_the_first() {
    let bold = "<w:rPr><w:b/></w:rPr>";
    let body = p(&[
        r("", "使用权人{"),
        r(bold, "{hol"),
        "<w:proofErr w:type=\"spellStart\"/>".into(),
        r("", "der}}："),
    ]
    .concat());
    let out = filled(&body, false);
    assert_eq!(texts(&out), ["使用权人甲&amp;乙&lt;公司&gt;", "："]);
    assert!(out.contains("<w:proofErr") && out.contains(bold), "{out}");
    let body = p(&[r(bold, "{{cause"), r("", "}}")].concat());
    assert!(
        filled(&body, false)
            .contains(&format!("<w:r>{bold}<w:t xml:space=\"preserve\">企业原因</w:t></w:r>"))
    );
}

#[test]
fn two_placeholders_may_share_a_run_and_lines_are_kept() {
    let body = p(&r("", "{{cause}}、{{ lines }}。"));
    let lines = "企业原因、一</w:t><w:br/><w:t xml:space=\"preserve\">二。";
    assert!(filled(&body, false).contains(lines), "{}", filled(&body, false));
}

#[test]
fn what_is_not_touched_stays_byte_for_byte() {
    let odd = "<w:p  w:rsidR='00A' ><w:r><w:t>a &#x4E00; &quot;b&quot;</w:t></w:r><!-- c --></w:p>";
    let body = format!("{odd}{}", p(&r("", "{{cause}}")));
    let bytes =
        template(&body).fill(&book(), &names(), false).map_err(|f| f.message.en).expect("filled").bytes;
    assert!(part(&bytes, "word/document.xml").contains(odd));
    assert_eq!(part(&bytes, "word/media/other.bin"), "它不变");
    assert_eq!(part(&bytes, "[Content_Types].xml"), TYPES);
    assert!(part(&bytes, "word/header1.xml").contains("页眉 甲&amp;乙&lt;公司&gt;"));
    let again =
        template(&body).fill(&book(), &names(), false).map_err(|f| f.message.en).expect("filled").bytes;
    assert!(bytes == again, "the same paper is the same bytes");
}

#[test]
fn rows_and_paragraphs_are_repeated_for_lists() {
    let cell = |inner: &str| format!("<w:tc>{}</w:tc>", p(&r("", inner)));
    let head = format!("<w:tr>{}</w:tr>", cell("步骤"));
    let row = format!("<w:tr w14:paraId=\"1A\">{}</w:tr>", cell("{{steps.title}}/{{cause}}"));
    let out = filled(&format!("<w:tbl>{head}{row}</w:tbl>"), false);
    assert_eq!(texts(&out), ["步骤", "甲步/企业原因", "乙步/企业原因"]);
    assert_eq!(out.matches("w14:paraId").count(), 1);
    let out = filled(&p(&r("", "第 {{steps.title}}")), false);
    assert_eq!(texts(&out), ["第 甲步", "第 乙步"]);
    // Without items the row goes, and a table without rows with it; a cell keeps a paragraph.
    let row = format!("<w:tr>{}</w:tr>", cell("{{empty.title}}"));
    assert_eq!(filled(&format!("<w:tbl>{row}</w:tbl>"), false), "");
    assert_eq!(texts(&filled(&format!("<w:tbl>{head}{row}</w:tbl>"), false)), ["步骤"]);
}

#[test]
fn paragraphs_go_where_their_test_fails() {
    let body: String = [
        "{{?cause}}有",
        "{{!cause}}无",
        "{{?cause=enterprise|other}}企业",
        "{{?cause=government}}政府",
        "{{?none}}空",
        "{{?steps}}有步骤",
        "{{?empty}}没有步骤",
        "{{!empty}}空表",
    ]
    .map(|text| p(&r("", text)))
    .concat();
    assert_eq!(texts(&filled(&body, false)), ["有", "企业", "有步骤", "空表"]);
    let only = format!("<w:tbl><w:tr><w:tc><w:tcPr/>{}</w:tc></w:tr></w:tbl>", p(&r("", "{{?none}}空")));
    assert!(filled(&only, false).contains("<w:tcPr/><w:p></w:p></w:tc>"));
}

#[test]
fn stand_ins_are_marked_once_in_a_paragraph() {
    let out = filled(&p(&r("", "{{fee}}、{{fee}}")), false);
    assert_eq!(texts(&out), ["5元（示例数值，未见于所存文本）、5元"]);
}

#[test]
fn a_draft_shows_what_is_lacking_in_yellow() {
    let body = p(&r("<w:rPr><w:sz w:val=\"32\"/><w:u w:val=\"single\"/></w:rPr>", "税{{tax}}元"));
    let template = template(&body);
    let done = template.fill(&book(), &names(), false).map_err(|f| f.message.en).expect("filled");
    assert_eq!(done.lacks.iter().map(|lack| lack.name.as_str()).collect::<Vec<_>>(), ["tax"]);
    let out = filled(&body, true);
    assert_eq!(texts(&out), ["草稿  未经签发，不具效力", "税", "【待补：实际年税收（税务部门）】", "元"]);
    let marked = "<w:rPr><w:sz w:val=\"32\"/><w:highlight w:val=\"yellow\"/><w:u w:val=\"single\"/></w:rPr>";
    assert!(out.contains(marked), "{out}");
    let out = filled(&p(&r("", "{{unknown.title}}")), true);
    assert_eq!(texts(&out)[1..], ["【待补：措施（税务部门）】"]);
}

#[test]
fn unknown_and_broken_placeholders_are_told_with_their_paragraph() {
    let told = faults(&p(&r("", "缴纳{{hodler}}元")));
    assert!(told[0].contains("hodler") && told[0].contains("是不是想写 holder？"), "{told:?}");
    assert!(told[0].contains("缴纳{{hodler}}元") && told[0].contains("steps.title"), "{told:?}");
    assert!(faults(&p(&r("", "金额{{fee 元")))[0].contains("没有用 }} 收尾"));
    assert!(faults(&p(&r("", "{{fee.upper}}")))[0].contains("fee.upper"));
    assert!(faults(&p(&r("", "{{steps.title}}{{empty.title}}")))[0].contains("两个列表"));
    assert!(faults(&p(&r("", "{{steps}}"))).len() == 1, "a list is no value");
    assert!(faults(&p(&r("", "没有占位"))).is_empty());
}

fn refused(bytes: Vec<u8>) -> String {
    Template::read("t.docx", bytes).err().map(|failure| failure.message.en).unwrap_or_default()
}

#[test]
fn what_is_no_template_is_refused_in_words() {
    assert!(refused(b"PK nothing".to_vec()).contains("no DOCX"));
    assert!(refused(packed(&[("a.txt", "b")])).contains("no DOCX"));
    let sheet = TYPES.replace("wordprocessingml.document", "spreadsheetml.sheet");
    assert!(refused(packed(&[("[Content_Types].xml", &sheet)])).contains("no DOCX"));
    let mut old = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    old.extend([0; 600]);
    assert!(refused(old.clone()).contains(".doc form"));
    old.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert!(refused(old).contains("password"));
    let entity = format!("<!DOCTYPE a [<!ENTITY b \"c\">]><w:document {WORDS}><w:body/></w:document>");
    assert!(
        refused(packed(&[("[Content_Types].xml", TYPES), ("word/document.xml", &entity)]))
            .contains("no DOCX")
    );
    let deep = "<w:p>".repeat(10_000);
    assert!(refused(docx(&deep)).contains("no DOCX"));
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let long = " ".repeat(17 * 1024 * 1024);
    assert!(refused(docx(&long)).contains("too much"));
    // A part that says it is small and is not is read no further than the bound.
    let mut lying = docx(&long);
    let real = (long.len() as u32 + 200).to_le_bytes()[2..].to_owned();
    for at in 0..lying.len() - 2 {
        if lying[at..at + 2] == real[..] && lying[at.saturating_sub(2)..].len() > 4 {
            lying[at] = 0;
        }
    }
    assert!(!refused(lying).is_empty());
    let many: Vec<String> = (0..2_100).map(|at| format!("part{at}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "")).collect();
    assert!(refused(packed(&many)).contains("too much"));
}

#[test]
fn nested_text_boxes_and_fields_do_not_confuse_the_reading() {
    let inner = p(&r("", "框{{cause}}"));
    let body = p(&format!(
        "{}<w:r><w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict></w:r>{}",
        r("", "外{{cau"),
        r("", "se}}尾")
    ));
    // A picture between the halves parts them: that is no placeholder but a broken one.
    assert!(
        faults(&body)
            .iter()
            .any(|fault| fault.contains("paper") || fault.contains("占位") || fault.contains("收尾"))
    );
    let body = p(&format!(
        "{}<w:r><w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict></w:r>",
        r("", "外{{cause}}")
    ));
    assert_eq!(texts(&filled(&body, false)), ["外企业原因", "框企业原因"]);
    let field = p("<w:r><w:instrText>{{no}}</w:instrText></w:r>");
    assert_eq!(filled(&field, false), field);
}
