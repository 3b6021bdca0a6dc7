//! The sample city is the same whoever makes it, in whatever pieces.

use landcycle_analysis::sample::{AS_OF, SampleCity, SampleError, SampleParcel};
use proptest::prelude::*;

/// FNV-1a over every coordinate and fact.
fn digest<'a>(parcels: impl Iterator<Item = &'a SampleParcel>) -> u64 {
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for parcel in parcels {
        add(parcel.case_id.as_bytes());
        for [longitude, latitude] in &parcel.ring {
            add(&longitude.to_le_bytes());
            add(&latitude.to_le_bytes());
        }
        for event in &parcel.events {
            add(event.kind.as_bytes());
            add(event.happened_on.to_string().as_bytes());
            add(event.actor.as_bytes());
            for (name, value) in &event.facts {
                add(name.as_bytes());
                add(value.as_bytes());
            }
        }
    }
    sum
}

#[test]
fn the_city_of_a_seed_never_changes() {
    let city = SampleCity::plan(1_000, 7).expect("the city can be planned");
    let parcels: Vec<SampleParcel> = city.parcels().collect();
    assert_eq!(parcels.len(), 1_000);
    assert_eq!(format!("{:016x}", digest(parcels.iter())), "aa1a6d51a38a5e78");
}

#[test]
fn seeds_differ() {
    let of = |seed| {
        let city = SampleCity::plan(1_000, seed).expect("the city can be planned");
        let parcels: Vec<SampleParcel> = city.parcels_in(0..50).collect();
        digest(parcels.iter())
    };
    assert_ne!(of(1), of(2));
}

#[test]
fn threads_and_chunks_make_no_difference() {
    let city = SampleCity::plan(4_000, 11).expect("the city can be planned");
    let whole: Vec<SampleParcel> = city.parcels().collect();
    for threads in [2, 3, 8] {
        let chunk = 4_000_u32.div_ceil(threads);
        let parts: Vec<Vec<SampleParcel>> = std::thread::scope(|scope| {
            let city = &city;
            let running: Vec<_> = (0..threads)
                .map(|part| scope.spawn(move || city.parcels_in(part * chunk..(part + 1) * chunk).collect()))
                .collect();
            running.into_iter().map(|part| part.join().expect("no thread panics")).collect()
        });
        assert_eq!(parts.concat(), whole);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]
    #[test]
    fn any_range_is_a_slice_of_the_whole(from in 0_u32..1_100, length in 0_u32..200) {
        let city = SampleCity::plan(1_000, 3).expect("the city can be planned");
        let part: Vec<u32> = city.parcels_in(from..from + length).map(|one| one.index).collect();
        let expected: Vec<u32> = (from..(from + length).min(1_000)).collect();
        prop_assert_eq!(part, expected);
    }
}

#[test]
fn events_come_in_order_and_none_after_the_inspection() {
    let city = SampleCity::plan(3_000, 1).expect("the city can be planned");
    for parcel in city.parcels() {
        assert_eq!(parcel.events[0].kind, "contract.signed/1");
        assert!(parcel.events.is_sorted_by_key(|event| event.happened_on), "{}", parcel.case_id);
        assert!(parcel.events.iter().all(|event| event.happened_on <= AS_OF));
        assert!(parcel.case_id.starts_with("SAMPLE-"));
    }
}

#[test]
fn a_city_of_no_sensible_size_is_refused() {
    for asked in [0, 999, 1_000_001] {
        let refused = SampleCity::plan(asked, 1).err();
        assert_eq!(refused, Some(SampleError::Parcels { asked }));
    }
}
