//! The invented city's words, which live in a data file because code holds no Chinese.

use super::table::{Table, TableFault};

/// Words for places, holders and projects; every one of them says that it is an example.
pub(super) struct Names {
    pub(super) city: &'static str,
    pub(super) centre: &'static str,
    pub(super) districts: Vec<&'static str>,
    pub(super) parks: Vec<&'static str>,
    pub(super) streets: Vec<&'static str>,
    pub(super) holder: &'static str,
    pub(super) project: &'static str,
    pub(super) plot: &'static str,
    pub(super) river: &'static str,
    pub(super) lake: &'static str,
}

impl Names {
    pub(super) fn read() -> Result<Self, TableFault> {
        let table = Table::read(include_str!("names.txt"));
        let districts = table.words("districts")?.to_vec();
        if districts.len() != 8 {
            return Err(TableFault { row: "districts" });
        }
        Ok(Self {
            city: table.words("city")?[0],
            centre: table.words("district.centre")?[0],
            districts,
            parks: table.words("parks")?.to_vec(),
            streets: table.words("streets")?.to_vec(),
            holder: table.words("holder")?[0],
            project: table.words("project")?[0],
            plot: table.words("plot")?[0],
            river: table.words("river")?[0],
            lake: table.words("lake")?[0],
        })
    }

    /// Name of a park.
    pub(super) fn park(&self, number: u8) -> &'static str {
        self.parks[usize::from(number) % self.parks.len()]
    }

    /// Name of a district: 0 is the centre, 1 to 8 the eight winds from the east, anticlockwise.
    pub(super) fn district(&self, number: u8) -> &'static str {
        match number {
            0 => self.centre,
            wind => self.districts[usize::from(wind - 1) % self.districts.len()],
        }
    }
}
