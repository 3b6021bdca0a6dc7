//! The row kept of each parcel for maps and searches.

use jiff::civil::Date;

use crate::event::{InvalidEvent, LONGEST};
use crate::geometry::Geometry;

/// A parcel as a map shows it: a view of the ledger for GIS programs, never a source of facts.
///
/// Laid over a row that stands, a field with a value replaces the one there and a field without one
/// leaves it: a progress report says nothing about a parcel's outline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParcelRow {
    /// The case; one row each.
    pub case_id: String,
    /// Number of the parcel.
    pub parcel_no: Option<String>,
    /// Electronic supervision number.
    pub supervision_no: Option<String>,
    /// Name of the project.
    pub project_name: Option<String>,
    /// Where it lies, in words.
    pub location: Option<String>,
    /// Who holds the right of use.
    pub holder: Option<String>,
    /// City.
    pub city: Option<String>,
    /// District.
    pub district: Option<String>,
    /// Park.
    pub park: Option<String>,
    /// Industry.
    pub industry: Option<String>,
    /// Area in m², for display only: rules read the exact fact.
    pub area_m2: Option<f64>,
    /// Day the contract was signed.
    pub signed_on: Option<Date>,
    /// Outline on CGCS2000 (EPSG:4490).
    pub geometry: Option<Geometry>,
}

impl ParcelRow {
    /// The texts, in the order of the columns of the table `parcel`.
    pub(crate) fn texts(&self) -> [Option<&str>; 9] {
        [
            &self.parcel_no,
            &self.supervision_no,
            &self.project_name,
            &self.location,
            &self.holder,
            &self.city,
            &self.district,
            &self.park,
            &self.industry,
        ]
        .map(Option::as_deref)
    }

    /// Checks what a store of any kind could not keep.
    pub(crate) fn check(&self) -> Result<(), InvalidEvent> {
        const NAMES: [&str; 9] = [
            "parcel_no",
            "supervision_no",
            "project_name",
            "location",
            "holder",
            "city",
            "district",
            "park",
            "industry",
        ];
        if self.case_id.contains('\0') {
            return Err(InvalidEvent::Nul("case_id"));
        }
        if self.case_id.len() > LONGEST {
            return Err(InvalidEvent::TooLong("case_id"));
        }
        let with_nul = NAMES
            .into_iter()
            .zip(self.texts())
            .find(|(_, text)| text.is_some_and(|text| text.contains('\0')));
        if let Some((name, _)) = with_nul {
            return Err(InvalidEvent::Nul(name));
        }
        if self.signed_on.is_some_and(|day| day.year() < 1) {
            return Err(InvalidEvent::Year("signed_on"));
        }
        Ok(())
    }

    /// Lays this row over one that stands.
    pub(crate) fn over(self, there: Self) -> Self {
        Self {
            case_id: self.case_id,
            parcel_no: self.parcel_no.or(there.parcel_no),
            supervision_no: self.supervision_no.or(there.supervision_no),
            project_name: self.project_name.or(there.project_name),
            location: self.location.or(there.location),
            holder: self.holder.or(there.holder),
            city: self.city.or(there.city),
            district: self.district.or(there.district),
            park: self.park.or(there.park),
            industry: self.industry.or(there.industry),
            area_m2: self.area_m2.or(there.area_m2),
            signed_on: self.signed_on.or(there.signed_on),
            geometry: self.geometry.or(there.geometry),
        }
    }

    /// Whether a search for `text` (in lower case) finds this row by one of its names or numbers.
    pub(crate) fn contains(&self, text: &str) -> bool {
        let searched =
            [&self.parcel_no, &self.supervision_no, &self.project_name, &self.location, &self.holder];
        searched.into_iter().flatten().any(|value| value.to_ascii_lowercase().contains(text))
    }
}
