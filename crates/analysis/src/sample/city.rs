//! The sample city as a stream of parcels.
//!
//! **Invariant:** `parcels_in` gives the same parcels whatever the ranges it is asked for, and
//! holds no more than one superblock at a time.

use std::ops::Range;

use super::areas::{SampleArea, areas};
use super::blocks::{outline, plots};
use super::contract::{Place, sign};
use super::draws::Draws;
use super::events::SampleEvent;
use super::fitted::Fitted;
use super::geodesy::Earth;
use super::layout::{Cell, Layout};
use super::life::live;
use super::names::Names;
use super::outcome::{inspection, reports};
use super::table::TableFault;
use super::yields::yields;
use crate::overlay::ellipsoid::ring_area_from_equator;

const LEAST: u32 = 1_000;
const MOST: u32 = 1_000_000;

/// Why a city cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// The number of parcels is out of range.
    #[error("a sample city has {LEAST} to {MOST} parcels, not {asked}")]
    Parcels {
        /// The number asked for.
        asked: u32,
    },
    /// The plan did not hold the parcels asked for.
    #[error("no plan of the sample city holds {asked} parcels")]
    Plan {
        /// The number asked for.
        asked: u32,
    },
    /// The built-in tables are faulty.
    #[error(transparent)]
    Table(#[from] TableFault),
}

/// One parcel with everything that is known about it.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleParcel {
    /// Place in the city's order, from 0.
    pub index: u32,
    /// `SAMPLE-` and a number from 1.
    pub case_id: String,
    /// Closed outer ring, anticlockwise, longitude and latitude in CGCS2000 degrees.
    pub ring: Vec<[f64; 2]>,
    /// Events by date, the contract first.
    pub events: Vec<SampleEvent>,
}

/// The invented city: a plan from which any parcel can be made.
pub struct SampleCity {
    layout: Layout,
    fitted: Fitted,
    names: Names,
    earth: Earth,
    parcels: u32,
}

impl SampleCity {
    /// Plans a city of 1,000 to 1,000,000 parcels.
    pub fn plan(parcels: u32, seed: u64) -> Result<Self, SampleError> {
        if !(LEAST..=MOST).contains(&parcels) {
            return Err(SampleError::Parcels { asked: parcels });
        }
        let fitted = Fitted::read()?;
        let names = Names::read()?;
        let layout = Layout::plan(seed, parcels, &fitted).ok_or(SampleError::Plan { asked: parcels })?;
        Ok(Self { layout, fitted, names, earth: Earth::new(), parcels })
    }

    /// Number of parcels.
    pub fn parcel_count(&self) -> u32 {
        self.parcels
    }

    /// Districts, zone lines and water, as coarse outlines.
    pub fn areas(&self) -> Vec<SampleArea> {
        areas(&self.layout, &self.names, &self.earth)
    }

    /// All parcels in order.
    pub fn parcels(&self) -> impl Iterator<Item = SampleParcel> + '_ {
        self.parcels_in(0..self.parcels)
    }

    /// The parcels of a range of numbers, the same as in the whole city. Ranges can be made on as
    /// many threads as there are.
    pub fn parcels_in(&self, range: Range<u32>) -> impl Iterator<Item = SampleParcel> + '_ {
        let range = range.start..range.end.min(self.parcels);
        let first = self.layout.cells.partition_point(|cell| cell.first + cell.count <= range.start);
        self.layout.cells[first..]
            .iter()
            .take_while({
                let end = range.end;
                move |cell| cell.first < end
            })
            .flat_map(move |cell| {
                let from = range.start.max(cell.first);
                let to = range.end.min(cell.first + cell.count);
                let rings = self.rings(cell);
                (from..to.max(from))
                    .zip(rings.into_iter().skip((from - cell.first) as usize))
                    .map(move |(index, ring)| self.parcel(cell, index, ring))
            })
    }

    fn rings(&self, cell: &Cell) -> Vec<Vec<[f64; 2]>> {
        let (quad, blocks) = self.layout.blocks(cell, &self.fitted);
        let draws = Draws::cell(self.layout.seed, cell.i, cell.j);
        let mut rings = Vec::with_capacity(cell.count as usize);
        for block in &blocks {
            let cuts = plots(&draws, &quad, block, self.fitted.area);
            for plot in 0..block.plots as usize {
                let grid = outline(&quad, &block.cut, plot, &cuts);
                let mut ring: Vec<[f64; 2]> =
                    grid.into_iter().map(|at| self.earth.degrees(quad.point(at))).collect();
                ring.extend(ring.first().copied());
                rings.push(ring);
            }
        }
        rings
    }

    fn parcel(&self, cell: &Cell, index: u32, ring: Vec<[f64; 2]>) -> SampleParcel {
        let draws = Draws::parcel(self.layout.seed, index);
        let place = Place {
            index,
            of: self.parcels,
            district: self.names.district(cell.district),
            park: cell.park.map(|(park, _)| self.names.park(park)),
            area: (ring_area_from_equator(&ring) * 100.0).round() / 100.0,
        };
        let (contract, signed) = sign(&draws, &self.fitted, &self.names, &place);
        let life = live(&draws, &self.fitted, &contract.due);
        let mut events = Vec::with_capacity(10);
        events.push(signed);
        reports(&draws, &self.fitted, &contract, &life, &mut events);
        yields(&draws, &self.fitted, &contract, &life, &mut events);
        // Stable, so that events of one day keep the order of a project's life.
        events.sort_by_key(|event| event.happened_on);
        events.extend(inspection(&draws, &self.fitted, &contract, &life));
        SampleParcel { index, case_id: format!("SAMPLE-{:07}", index + 1), ring, events }
    }
}
