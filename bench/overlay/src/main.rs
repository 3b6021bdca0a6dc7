//! Measures the overlay: parcels and zones in memory, the area that each parcel shares with each zone.
//!
//! `landcycle-overlay-bench PARCELS ZONES THREADS RUNS [OUT]`: two files of well-known binary as
//! `wkb.rs` reads them. Prints one line of JSON; writes parcel, zone and area of each overlap to OUT, as
//! 64-bit floats.
//!
//! `landcycle-overlay-bench ellipsoid FILE` prints the ellipsoidal areas of the features of a GeoJSON
//! file, to be held against another program's.

#![expect(clippy::print_stdout, reason = "it prints its measurements")]

#[path = "../../evaluator/src/clock.rs"]
mod clock;
mod ellipsoid;
mod wkb;

use std::error::Error;

use landcycle_analysis::overlay::{Layer, Overlaps, Shapes, overlap_areas};
use serde_json::json;

use crate::clock::{median, timed};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, first, file] = arguments.as_slice()
        && first == "ellipsoid"
    {
        println!("{}", json!(ellipsoid::areas(&std::fs::read_to_string(file)?)?));
        return Ok(());
    }
    let [_, parcels, zones, threads, runs, rest @ ..] = arguments.as_slice() else {
        return Err("landcycle-overlay-bench PARCELS ZONES THREADS RUNS [OUT]".into());
    };
    let (threads, runs): (usize, usize) = (threads.parse()?, runs.parse()?);
    let (parcels, zones) = (wkb::read(&std::fs::read(parcels)?)?, wkb::read(&std::fs::read(zones)?)?);
    clock::forget_peak();
    let inputs = clock::peak_mib();

    let names: Vec<String> = (0..zones.len()).map(|zone| zone.to_string()).collect();
    let (mut builds, mut walls) = (Vec::new(), Vec::new());
    let mut found = Overlaps::default();
    // The system counts processor time in hundredths of a second: that of all runs is divided.
    let (all, done) = timed(|| -> Result<(), Failure> {
        for _ in 0..runs {
            // What was found before makes room, so that the peak is that of one run.
            found = Overlaps::default();
            let (time, result) = timed(|| run(&names, &zones, &parcels, threads));
            let (build, overlaps) = result?;
            builds.push(build);
            walls.push(time.wall);
            found = overlaps;
        }
        Ok(())
    });
    done?;
    println!(
        "{}",
        json!({
            "engine": "landcycle", "threads": threads, "parcels": parcels.len(), "zones": zones.len(),
            "wall_s": median(walls), "cpu_s": all.cpu / runs as f64, "build_s": median(builds),
            "peak_mib": clock::peak_mib(), "inputs_mib": inputs,
            "overlaps": (0..found.len()).map(|parcel| found.of(parcel).len()).sum::<usize>(),
            "fingerprint": fingerprint(&found),
        })
    );
    if let [out, ..] = rest {
        let mut bytes = Vec::new();
        for parcel in 0..found.len() {
            for overlap in found.of(parcel) {
                for value in [parcel as f64, f64::from(overlap.zone), overlap.area] {
                    bytes.extend(value.to_le_bytes());
                }
            }
        }
        std::fs::write(out, bytes)?;
    }
    Ok(())
}

/// Builds the layer and asks it; returns the seconds of building, too.
fn run(
    names: &[String],
    zones: &Shapes,
    parcels: &Shapes,
    threads: usize,
) -> Result<(f64, Overlaps), Failure> {
    let (time, layer) = timed(|| Layer::new(names.to_vec(), zones, threads));
    Ok((time.wall, overlap_areas(parcels, &layer?, threads)))
}

/// A number that changes with any bit of the answer.
fn fingerprint(found: &Overlaps) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |value: u64| hash = (hash ^ value).wrapping_mul(0x0100_0000_01b3).rotate_left(29);
    for parcel in 0..found.len() {
        add(found.parcel_area(parcel).to_bits());
        for overlap in found.of(parcel) {
            add(u64::from(overlap.zone));
            add(overlap.area.to_bits());
        }
    }
    format!("{hash:016x}")
}
