//! What well-known text says of a reference system, as far as a Chinese survey uses it: a code, or the
//! datum and the numbers of a Gauss-Krüger projection.

/// `NAME["text", 1.5, CHILD[…]]`.
#[derive(Debug, Default)]
struct Node {
    keyword: String,
    values: Vec<String>,
    children: Vec<Node>,
}

/// The EPSG code that a text names, or that its numbers amount to.
pub(super) fn epsg(text: &str) -> Option<u32> {
    let mut characters = text.trim().chars().peekable();
    let root = node(&mut characters, 0)?;
    code(&root).or_else(|| by_numbers(&root))
}

type Characters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Deeper no definition goes.
const DEEPEST: usize = 32;

fn node(from: &mut Characters<'_>, depth: usize) -> Option<Node> {
    let mut found = Node { keyword: word(from), ..Node::default() };
    skip(from);
    if !matches!(from.next(), Some('[' | '(')) || depth > DEEPEST {
        return None;
    }
    loop {
        skip(from);
        match *from.peek()? {
            ']' | ')' => {
                from.next();
                return Some(found);
            }
            ',' => {
                from.next();
            }
            '"' => {
                from.next();
                let mut text = String::new();
                loop {
                    match from.next()? {
                        '"' => break,
                        other => text.push(other),
                    }
                }
                found.values.push(text);
            }
            _ => {
                // A bare word: a number, or the name of what follows in brackets.
                let mut ahead = from.clone();
                let bare = word(&mut ahead);
                if bare.is_empty() {
                    return None;
                }
                skip(&mut ahead);
                if matches!(ahead.peek(), Some('[' | '(')) {
                    found.children.push(node(from, depth + 1)?);
                } else {
                    *from = ahead;
                    found.values.push(bare);
                }
            }
        }
    }
}

fn skip(from: &mut Characters<'_>) {
    while from.next_if(|c| c.is_whitespace()).is_some() {}
}

fn word(from: &mut Characters<'_>) -> String {
    skip(from);
    let mut word = String::new();
    while let Some(c) = from.next_if(|c| c.is_ascii_alphanumeric() || "_+-.".contains(*c)) {
        word.push(c);
    }
    word
}

impl Node {
    fn is(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.keyword.eq_ignore_ascii_case(keyword))
    }

    fn child(&self, keywords: &[&str]) -> Option<&Self> {
        self.children.iter().find(|child| child.is(keywords))
    }

    /// A child, or a child of a child.
    fn find(&self, keywords: &[&str]) -> Option<&Self> {
        self.child(keywords).or_else(|| self.children.iter().find_map(|child| child.find(keywords)))
    }

    fn name(&self) -> String {
        let plain = |c: &char| c.is_ascii_alphanumeric();
        self.values
            .first()
            .map(|name| name.chars().filter(plain).collect::<String>().to_lowercase())
            .unwrap_or_default()
    }
}

/// The code of the whole, not of its parts.
fn code(root: &Node) -> Option<u32> {
    let authority = root.child(&["AUTHORITY", "ID"])?;
    let [name, code, ..] = authority.values.as_slice() else { return None };
    if name.eq_ignore_ascii_case("EPSG") { code.parse().ok() } else { None }
}

fn by_numbers(root: &Node) -> Option<u32> {
    let datum = root.find(&["DATUM", "TRF", "GEODETICDATUM"]).map(Node::name)?;
    let china = ["china2000", "cgcs2000", "chinageodetic"].iter().any(|part| datum.contains(part));
    let world =
        datum.contains("wgs1984") || datum.contains("wgs84") || datum.contains("worldgeodeticsystem1984");
    if root.is(&["GEOGCS", "GEOGCRS", "GEODCRS", "BASEGEOGCRS"]) {
        return if china { Some(4490) } else { world.then_some(4326) };
    }
    if !root.is(&["PROJCS", "PROJCRS"]) {
        return None;
    }
    let projection = root.find(&["PROJECTION", "METHOD"]).map(Node::name)?;
    if world
        && (projection.contains("mercatorauxiliarysphere") || projection.contains("popularvisualisation"))
    {
        return Some(3857);
    }
    let number = |names: &[&str]| -> Option<f64> {
        let mut parameters = Vec::new();
        gather(root, &mut parameters);
        let found = parameters.into_iter().find(|node| names.contains(&node.name().as_str()))?;
        found.values.get(1)?.parse().ok()
    };
    let metres = root.children.iter().find(|child| child.is(&["UNIT", "LENGTHUNIT"]));
    let metres = metres.is_none_or(|unit| unit.values.get(1).is_some_and(|size| size.parse() == Ok(1.0)));
    let transverse = projection.contains("gausskruger") || projection.contains("transversemercator");
    if !(china && transverse && metres) {
        return None;
    }
    let scale = number(&["scalefactor", "scalefactoratnaturalorigin"]).unwrap_or(1.0);
    let latitude = number(&["latitudeoforigin", "latitudeofnaturalorigin"]).unwrap_or(0.0);
    let north = number(&["falsenorthing"]).unwrap_or(0.0);
    let meridian = number(&["centralmeridian", "longitudeofnaturalorigin", "longitudeofcenter"])?;
    let east = number(&["falseeasting"])?;
    let plain = scale.to_bits() == 1.0_f64.to_bits() && latitude == 0.0 && north == 0.0;
    plain.then(|| super::system::gauss_kruger_code(meridian, east))?
}

fn gather<'n>(node: &'n Node, into: &mut Vec<&'n Node>) {
    if node.is(&["PARAMETER"]) {
        into.push(node);
    }
    node.children.iter().for_each(|child| gather(child, into));
}

#[cfg(test)]
mod tests {
    use super::epsg;

    const ESRI_GEOGRAPHIC: &str = r#"GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

    fn projected(name: &str, east: &str, meridian: &str) -> String {
        format!(
            r#"PROJCS["{name}",{ESRI_GEOGRAPHIC},PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",{east}],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#
        )
    }

    #[test]
    fn a_code_of_the_whole_is_taken_and_one_of_a_part_is_not() {
        let part = r#"GEOGCS["mine",DATUM["other",SPHEROID["s",1,2],AUTHORITY["EPSG","1043"]],UNIT["d",1]]"#;
        assert_eq!(epsg(part), None);
        let whole = r#"PROJCRS["CGCS2000 / 3-degree Gauss-Kruger zone 39",BASEGEOGCRS["x"],ID["EPSG",4527]]"#;
        assert_eq!(epsg(whole), Some(4527));
        assert_eq!(epsg("PROJCS[\"cut off"), None);
        assert_eq!(epsg(&"A[".repeat(100)), None);
    }

    #[test]
    fn what_arcgis_writes_is_known_by_its_numbers() {
        assert_eq!(epsg(ESRI_GEOGRAPHIC), Some(4490));
        assert_eq!(epsg(&projected("CGCS2000_3_Degree_GK_Zone_39", "39500000.0", "117.0")), Some(4527));
        assert_eq!(epsg(&projected("CGCS2000_3_Degree_GK_CM_117E", "500000.0", "117.0")), Some(4548));
        assert_eq!(epsg(&projected("of a city", "500000.0", "116.35")), None);
        let world = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],UNIT["Degree",0.0174532925199433]]"#;
        assert_eq!(epsg(world), Some(4326));
        let web = format!(
            r#"PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",{world},PROJECTION["Mercator_Auxiliary_Sphere"],UNIT["Meter",1.0]]"#
        );
        assert_eq!(epsg(&web), Some(3857));
    }
}
