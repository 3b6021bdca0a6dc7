//! Everything of a template around its text, as GB/T 9704 asks: A4, margins of 37, 35, 28 and 26 mm, lines of
//! 28 points, the title in 小标宋 of size two, the text in 仿宋 of size three, page numbers outside.

use super::Parts;
use super::source::{Block, Style};
use super::typeset::{body, escaped};

/// What says which part is what.
pub(super) const TYPES: &str = "[Content_Types].xml";

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const WORDS: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const KIND: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// Size of the page and its margins, in twentieths of a point.
const SECTION: &str = "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId4\"/>\
     <w:footerReference w:type=\"even\" r:id=\"rId5\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
     <w:pgMar w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1587\" w:header=\"851\" \
     w:footer=\"1587\" w:gutter=\"0\"/></w:sectPr>";

/// Fonts of official papers, each with what stands in for it where it is not there.
const FONTS: [(&str, &str); 5] = [
    ("方正小标宋简体", "宋体"),
    ("仿宋_GB2312", "仿宋"),
    ("楷体_GB2312", "楷体"),
    ("黑体", "SimHei"),
    ("宋体", "SimSun"),
];

/// Every part of a template.
pub(super) fn parts(blocks: &[Block]) -> Parts {
    let title = blocks.iter().find_map(|block| match block {
        Block::Paragraph(Style::Title, words) => Some(words.as_str()),
        _ => None,
    });
    let document =
        format!("{HEAD}<w:document {WORDS}><w:body>{}{SECTION}</w:body></w:document>", body(blocks));
    Parts::from([
        (TYPES.to_owned(), types()),
        (
            "_rels/.rels".to_owned(),
            relations(&[
                ("rId1", &format!("{OFFICE}/officeDocument"), "word/document.xml"),
                (
                    "rId2",
                    "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
                    "docProps/core.xml",
                ),
            ]),
        ),
        ("docProps/core.xml".to_owned(), core(title.unwrap_or_default())),
        (
            "word/_rels/document.xml.rels".to_owned(),
            relations(&[
                ("rId1", &format!("{OFFICE}/styles"), "styles.xml"),
                ("rId2", &format!("{OFFICE}/settings"), "settings.xml"),
                ("rId3", &format!("{OFFICE}/fontTable"), "fontTable.xml"),
                ("rId4", &format!("{OFFICE}/footer"), "footer1.xml"),
                ("rId5", &format!("{OFFICE}/footer"), "footer2.xml"),
            ]),
        ),
        ("word/document.xml".to_owned(), document),
        ("word/styles.xml".to_owned(), styles()),
        ("word/settings.xml".to_owned(), settings()),
        ("word/fontTable.xml".to_owned(), fonts()),
        ("word/footer1.xml".to_owned(), footer("right", "w:rightChars=\"100\" w:right=\"280\"")),
        ("word/footer2.xml".to_owned(), footer("left", "w:leftChars=\"100\" w:left=\"280\"")),
    ])
}

fn types() -> String {
    let over = |part: &str, kind: &str| format!("<Override PartName=\"/{part}\" ContentType=\"{kind}\"/>");
    format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>{}{}{}{}{}{}{}</Types>",
        over("word/document.xml", &format!("{KIND}.document.main+xml")),
        over("word/styles.xml", &format!("{KIND}.styles+xml")),
        over("word/settings.xml", &format!("{KIND}.settings+xml")),
        over("word/fontTable.xml", &format!("{KIND}.fontTable+xml")),
        over("word/footer1.xml", &format!("{KIND}.footer+xml")),
        over("word/footer2.xml", &format!("{KIND}.footer+xml")),
        over("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    )
}

fn relations(all: &[(&str, &str, &str)]) -> String {
    let one = |(id, kind, target): &(&str, &str, &str)| {
        format!("<Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{target}\"/>")
    };
    let all: String = all.iter().map(one).collect();
    format!("{HEAD}<Relationships xmlns=\"{RELATIONS}\">{all}</Relationships>")
}

fn core(title: &str) -> String {
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title><dc:language>zh-CN</dc:language>\
         </cp:coreProperties>",
        escaped(title)
    )
}

fn settings() -> String {
    let compatible = [
        ("compatibilityMode", "15"),
        ("overrideTableStyleFontSizeAndJustification", "1"),
        ("enableOpenTypeFeatures", "1"),
        ("doNotFlipMirrorIndents", "1"),
    ];
    let one = |(name, value): (&str, &str)| {
        format!(
            "<w:compatSetting w:name=\"{name}\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"{value}\"/>"
        )
    };
    let compatible: String = compatible.into_iter().map(one).collect();
    format!(
        "{HEAD}<w:settings {WORDS}><w:zoom w:percent=\"100\"/><w:evenAndOddHeaders/>\
         <w:characterSpacingControl w:val=\"compressPunctuation\"/><w:compat>{compatible}</w:compat>\
         <w:themeFontLang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:settings>"
    )
}

fn fonts() -> String {
    let one = |(name, instead): (&str, &str)| {
        format!(
            "<w:font w:name=\"{name}\"><w:altName w:val=\"{instead}\"/><w:charset w:val=\"86\"/>\
             <w:family w:val=\"auto\"/><w:pitch w:val=\"variable\"/></w:font>"
        )
    };
    let all: String = FONTS.into_iter().map(one).collect();
    format!("{HEAD}<w:fonts {WORDS}>{all}</w:fonts>")
}

fn footer(side: &str, indent: &str) -> String {
    let field = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let dash = "<w:r><w:t xml:space=\"preserve\">— </w:t></w:r>";
    let end = "<w:r><w:t xml:space=\"preserve\"> —</w:t></w:r>";
    format!(
        "{HEAD}<w:ftr {WORDS}><w:p><w:pPr><w:pStyle w:val=\"PaperPage\"/><w:ind {indent}/><w:jc w:val=\"{side}\"/></w:pPr>\
         {dash}{}<w:r><w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r>{}<w:r><w:t>1</w:t></w:r>{}{end}</w:p></w:ftr>",
        field("begin"),
        field("separate"),
        field("end"),
    )
}

/// A style of paragraphs: its properties, font, size in half points.
fn style(id: &str, name: &str, paragraph: &str, font: &str, size: u32, more: &str) -> String {
    format!(
        "<w:style w:type=\"paragraph\" w:customStyle=\"1\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>\
         <w:basedOn w:val=\"Normal\"/><w:qFormat/><w:pPr>{paragraph}</w:pPr>\
         <w:rPr><w:rFonts w:eastAsia=\"{font}\"/>{more}<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr></w:style>"
    )
}

fn styles() -> String {
    let two = "<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/>";
    let exact = |points: u32| format!("<w:spacing w:line=\"{}\" w:lineRule=\"exact\"/>", points * 20);
    let mut all = String::new();
    all.push_str(&style(
        "PaperTitle",
        "公文标题",
        "<w:keepNext/><w:spacing w:before=\"280\" w:after=\"280\" w:line=\"700\" w:lineRule=\"exact\"/><w:jc w:val=\"center\"/>",
        "方正小标宋简体",
        44,
        "",
    ));
    all.push_str(&style(
        "PaperNumber",
        "公文文号",
        "<w:spacing w:after=\"280\" w:line=\"560\" w:lineRule=\"exact\"/><w:jc w:val=\"center\"/>",
        "仿宋_GB2312",
        32,
        "",
    ));
    all.push_str(&style("PaperTo", "公文主送", "<w:jc w:val=\"left\"/>", "仿宋_GB2312", 32, ""));
    all.push_str(&style("PaperBody", "公文正文", two, "仿宋_GB2312", 32, ""));
    all.push_str(&style("PaperFirst", "公文一级标题", &format!("<w:keepNext/>{two}"), "黑体", 32, ""));
    all.push_str(&style(
        "PaperSecond",
        "公文二级标题",
        &format!("<w:keepNext/>{two}"),
        "楷体_GB2312",
        32,
        "",
    ));
    // To the right, four characters from the edge, where the seal has room over the date.
    all.push_str(&style(
        "PaperSignature",
        "公文落款",
        "<w:keepLines/><w:ind w:rightChars=\"400\" w:right=\"1280\"/><w:jc w:val=\"right\"/>",
        "仿宋_GB2312",
        32,
        "",
    ));
    all.push_str(&style(
        "PaperNote",
        "公文附注",
        &format!("{}<w:ind w:leftChars=\"0\" w:left=\"0\"/><w:jc w:val=\"left\"/>", exact(18)),
        "仿宋_GB2312",
        21,
        "",
    ));
    all.push_str(&style(
        "PaperCell",
        "公文表格",
        &format!("{}<w:jc w:val=\"left\"/>", exact(20)),
        "仿宋_GB2312",
        24,
        "",
    ));
    all.push_str(&style(
        "PaperHead",
        "公文表头",
        &format!("<w:keepNext/>{}<w:jc w:val=\"center\"/>", exact(20)),
        "黑体",
        24,
        "",
    ));
    all.push_str(&style(
        "PaperPage",
        "公文页码",
        "<w:spacing w:line=\"240\" w:lineRule=\"auto\"/>",
        "宋体",
        28,
        "",
    ));
    let edge =
        |name: &str| format!("<w:{name} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>");
    let edges: String =
        ["top", "left", "bottom", "right", "insideH", "insideV"].into_iter().map(edge).collect();
    let cells = "<w:tblCellMar><w:top w:w=\"57\" w:type=\"dxa\"/><w:left w:w=\"108\" w:type=\"dxa\"/>\
         <w:bottom w:w=\"57\" w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar>";
    let table = |id: &str, name: &str, edges: &str| {
        format!(
            "<w:style w:type=\"table\" w:customStyle=\"1\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>\
             <w:basedOn w:val=\"TableNormal\"/><w:tblPr>{edges}{cells}</w:tblPr></w:style>"
        )
    };
    format!(
        "{HEAD}<w:styles {WORDS}><w:docDefaults><w:rPrDefault><w:rPr>\
         <w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:eastAsia=\"仿宋_GB2312\" w:cs=\"Times New Roman\"/>\
         <w:kern w:val=\"2\"/><w:sz w:val=\"32\"/><w:szCs w:val=\"32\"/><w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\" w:bidi=\"ar-SA\"/>\
         </w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/>\
         <w:pPr><w:widowControl w:val=\"0\"/>{}<w:jc w:val=\"both\"/></w:pPr></w:style>\
         <w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/>\
         <w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/></w:tblPr></w:style>{}{}{all}</w:styles>",
        exact(28),
        table("PaperTable", "公文表", &format!("<w:tblBorders>{edges}</w:tblBorders>")),
        table("PaperPlaces", "公文签署栏", ""),
    )
}
