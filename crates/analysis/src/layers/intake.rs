//! From the features of a file to the zones of a layer: checked, mended where a person asked for it, and
//! brought to longitude and latitude on CGCS2000.
//!
//! Shapes are checked in the coordinates of their file, where they were drawn: there, two rings that touch
//! do so exactly.

use super::system::System;
use super::{Collection, Feature, Trouble};
use crate::overlay::validate::{Fault, Flaw, Mended, repair, validate};
use crate::overlay::{Point, Polygon};

/// How a file is to be taken.
#[derive(Clone, Debug)]
pub struct Intake {
    /// The reference system of its coordinates.
    pub system: System,
    /// The level of all features.
    pub level: Option<String>,
    /// The attribute that holds each feature's level.
    pub level_field: Option<String>,
    /// Whether to mend what moves no boundary, and to leave out features without an outline.
    pub repair: bool,
}

/// What was mended in a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mending {
    /// The ring was closed.
    Closed,
    /// So many points that stood twice in a row were left out.
    Duplicates(usize),
    /// The ring was turned.
    Reversed,
    /// A ring that bounds nothing was left out.
    Dropped,
    /// The feature has no outline and was left out.
    LeftOut,
}

/// A feature as a layer keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Its place in the file, from 1.
    pub place: usize,
    /// With its outline in degrees, every ring closed.
    pub feature: Feature,
    /// Its level, if the layer has any.
    pub level: Option<String>,
}

/// The zones of a layer, and what was mended: feature, name, polygon, ring, and what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// In the order of the file.
    pub zones: Vec<Zone>,
    /// By the place and the name of the feature; polygon and ring from 1.
    pub mended: Vec<(usize, String, usize, usize, Mending)>,
}

/// Takes every feature, or says what is wrong with each that cannot be taken.
pub fn take(collection: Collection, intake: &Intake) -> Result<Taken, Vec<Trouble>> {
    let way = intake.system.way().map_err(|trouble| vec![trouble])?;
    let mut taken = Taken::default();
    let mut troubles = Vec::new();
    if collection.features.is_empty() {
        return Err(vec![Trouble::new("layer_no_features")]);
    }
    for (at, mut feature) in collection.features.into_iter().enumerate() {
        let (place, name) = (at + 1, feature.name());
        feature.polygons.retain(|rings| !rings.is_empty());
        if feature.polygons.is_empty() && intake.repair {
            taken.mended.push((place, name, 0, 0, Mending::LeftOut));
            continue;
        }
        let done = level(&feature, intake).and_then(|level| {
            check(&mut feature, place, intake, &mut taken)?;
            for point in feature.polygons.iter_mut().flatten().flatten() {
                *point = way.degrees(*point)?;
            }
            Ok(level)
        });
        match done {
            Ok(level) => taken.zones.push(Zone { place, feature, level }),
            Err(trouble) => troubles.push(trouble.of(place, &name)),
        }
    }
    if troubles.is_empty() { Ok(taken) } else { Err(troubles) }
}

fn level(feature: &Feature, intake: &Intake) -> Result<Option<String>, Trouble> {
    let Some(field) = &intake.level_field else { return Ok(intake.level.clone()) };
    let text = match feature.attributes.get(field) {
        Some(serde_json::Value::String(text)) => text.trim().to_owned(),
        Some(serde_json::Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    if text.is_empty() { Err(Trouble::new("layer_no_level").with("field", field)) } else { Ok(Some(text)) }
}

fn check(feature: &mut Feature, place: usize, intake: &Intake, taken: &mut Taken) -> Result<(), Trouble> {
    if feature.polygons.is_empty() {
        return Err(Trouble::new("layer_no_geometry"));
    }
    for (polygon, rings) in feature.polygons.iter().enumerate() {
        for (ring, points) in rings.iter().enumerate() {
            if let Some(vertex) = points.iter().position(|point| !point.iter().all(|v| v.is_finite())) {
                return Err(at(Trouble::new("layer_not_finite"), polygon, ring, vertex));
            }
        }
    }
    let name = feature.name();
    if intake.repair {
        for mended in repair(&mut feature.polygons) {
            let what = match mended.mended {
                Mended::Closed => Mending::Closed,
                Mended::Duplicates(many) => Mending::Duplicates(many),
                Mended::Reversed => Mending::Reversed,
            };
            taken.mended.push((place, name.clone(), mended.polygon + 1, mended.ring + 1, what));
        }
    }
    while let Some(flaw) = validate(&drawn(&feature.polygons, intake.system)) {
        let nothing = matches!(flaw.fault, Fault::TooFewPoints | Fault::NoArea);
        let only = feature.polygons.len() == 1 && flaw.ring == 0;
        if !(intake.repair && nothing) || only {
            return Err(told(flaw));
        }
        if flaw.ring == 0 {
            feature.polygons.remove(flaw.polygon);
        } else {
            feature.polygons[flaw.polygon].remove(flaw.ring);
        }
        taken.mended.push((place, name.clone(), flaw.polygon + 1, flaw.ring + 1, Mending::Dropped));
    }
    Ok(())
}

/// The shape as it was drawn: in degrees, what crosses the antimeridian goes on beyond it.
fn drawn(polygons: &[Polygon], system: System) -> Vec<Polygon> {
    let mut shape = polygons.to_vec();
    let first = shape.first().and_then(|rings| rings.first()).and_then(|ring| ring.first()).copied();
    let Some(mut start) = first.filter(|_| system.in_degrees()) else { return shape };
    for ring in shape.iter_mut().flatten() {
        let mut before = start[0];
        for point in ring.iter_mut() {
            let turns = ((point[0] - before) / 360.0).round();
            point[0] -= 360.0 * turns;
            before = point[0];
        }
        if let Some(point) = ring.first() {
            start = *point;
        }
    }
    shape
}

fn at(trouble: Trouble, polygon: usize, ring: usize, vertex: usize) -> Trouble {
    trouble.with("polygon", polygon + 1).with("ring", ring + 1).with("vertex", vertex + 1)
}

/// Counted from 1, as people count.
fn told(Flaw { polygon, ring, vertex, fault }: Flaw) -> Trouble {
    let meets = |trouble: Trouble, other: usize, other_vertex: usize, [x, y]: Point| {
        trouble.with("other_ring", other + 1).with("other_vertex", other_vertex + 1).with("x", x).with("y", y)
    };
    let trouble = match fault {
        Fault::Coordinate => Trouble::new("layer_not_finite"),
        Fault::NotClosed => Trouble::new("layer_not_closed"),
        Fault::TooFewPoints => Trouble::new("layer_few_points"),
        Fault::NoArea => Trouble::new("layer_no_area"),
        Fault::HoleOutside => Trouble::new("layer_hole_outside"),
        Fault::Crossing { ring, vertex, at } => meets(Trouble::new("layer_crossing"), ring, vertex, at),
        Fault::PartsCrossing { polygon, ring, vertex, at } => {
            meets(Trouble::new("layer_parts_crossing").with("other_polygon", polygon + 1), ring, vertex, at)
        }
        Fault::PartInside { polygon } => Trouble::new("layer_part_inside").with("other_polygon", polygon + 1),
    };
    at(trouble, polygon, ring, vertex)
}
