//! Layers lie in every store as they were told, under the chain, and go along when a store is moved.

use std::process::Command;

use landcycle_ledger::{
    Entry, GeoPackageLedger, Geometry, InvalidZones, LAYER_CASES, LayerZones, Ledger, LedgerError,
    MemoryLedger, ParcelPart, Zone, entries, transfer,
};

use crate::invented::{append, event, postgres};

fn zone(place: i64, level: Option<&str>, attributes: &str) -> Zone {
    let west = 116.0 + place as f64;
    let ring = vec![(west, 39.9), (west + 0.1, 39.9), (west, 40.0), (west, 39.9)];
    Zone {
        place,
        zone_id: (place == 1).then(|| "Z-1".to_owned()),
        level: level.map(str::to_owned),
        attributes: attributes.to_owned(),
        geometry: Geometry::polygon(vec![ring]).expect("an outline"),
    }
}

fn edition(number: i64) -> LayerZones {
    let first =
        r#"{"名称":"一级线·甲","编号":9007199254740993,"面积":0.1,"启用":true,"GEOM":"x","l":[1,"二"]}"#;
    LayerZones {
        layer: "工业-lines_1".into(),
        edition: number,
        title: "工业区块线".into(),
        zones: vec![zone(1, Some("level_1"), first), zone(7, None, r#"{"名称":null,"编号":-1}"#)],
    }
}

fn told(number: i64) -> [Entry; 2] {
    let zones = edition(number);
    let digest = zones.digest();
    let case = format!("{LAYER_CASES}{}", zones.layer);
    let event = event(&format!("layer:{number}"), &case, 1, [("layer_digest", digest.as_str())]);
    [event.into(), Entry::Layer(Box::new(zones))]
}

fn each(test: impl Fn(&mut dyn Ledger)) {
    test(&mut MemoryLedger::new());
    let folder = tempfile::tempdir().expect("a folder");
    test(&mut GeoPackageLedger::create(folder.path().join("s.gpkg")).expect("a store"));
    test(&mut postgres());
}

#[test]
fn zones_come_back_as_they_were_told_and_editions_stand_beside_each_other() {
    each(|ledger| {
        assert_eq!(ledger.editions().expect("read"), []);
        append(ledger, told(1)).expect("appended");
        append(ledger, told(2)).expect("appended");
        let name = edition(1).layer;
        assert_eq!(ledger.editions().expect("read"), [(name.clone(), 1), (name.clone(), 2)]);
        let found = ledger.zones(&name, 1).expect("read").expect("an edition");
        assert_eq!(found, edition(1));
        assert_eq!(found.digest(), edition(1).digest());
        assert_eq!(ledger.zones(&name, 3).expect("read"), None);
        assert_eq!(ledger.zones("other\0", 1).expect("read"), None);
        assert_eq!(ledger.verify().expect("read").fault, None);
    });
}

#[test]
fn what_cannot_be_kept_is_refused_whole() {
    each(|ledger| {
        append(ledger, told(1)).expect("appended");
        // An edition that is there, under another event.
        let twice = [event("other", "@layers/x", 1, []).into(), Entry::Layer(Box::new(edition(1)))];
        let refused = append(ledger, twice).expect_err("there");
        assert!(matches!(refused, LedgerError::EditionTaken { edition: 1, .. }), "{refused}");
        let bad = |change: fn(&mut LayerZones)| {
            let mut zones = edition(2);
            change(&mut zones);
            zones
        };
        let cases = [
            (bad(|zones| zones.layer = "a/b".into()), InvalidZones::Name),
            (bad(|zones| zones.edition = 0), InvalidZones::Edition),
            (bad(|zones| zones.zones.clear()), InvalidZones::Empty),
            (bad(|zones| zones.zones[1].place = 1), InvalidZones::Place(1)),
            (bad(|zones| zones.zones[1].level = Some("\0".into())), InvalidZones::Nul(7)),
            (bad(|zones| zones.zones[1].attributes = "[]".into()), InvalidZones::Attributes(7)),
        ];
        for (zones, expected) in cases {
            let batch = [event("other", "@layers/x", 1, []).into(), Entry::Layer(Box::new(zones))];
            let refused = append(ledger, batch).expect_err("bad");
            assert!(matches!(refused, LedgerError::InvalidZones { why, .. } if why == expected), "{refused}");
        }
        assert_eq!(ledger.size().expect("read").events, 1);
        assert_eq!(ledger.editions().expect("read").len(), 1);
    });
}

#[test]
fn parts_are_put_in_the_place_of_those_that_are_there() {
    let part = |case: &str, share| ParcelPart {
        case_id: case.into(),
        layer: "lines".into(),
        edition: 1,
        place: 3,
        level: Some("level_2".into()),
        share,
        area_m2: share * 2_000.5,
        parcel_m2: 2_000.5,
    };
    each(|ledger| {
        assert_eq!(ledger.parts_of().expect("read"), None);
        ledger.set_parts("first", &[part("A", 0.1)]).expect("kept");
        ledger.set_parts("then", &[part("A", 0.25), part("案", 1.0)]).expect("kept");
        assert_eq!(ledger.parts_of().expect("read").as_deref(), Some("then"));
        assert_eq!(ledger.parts(None).expect("read"), [part("A", 0.25), part("案", 1.0)]);
        assert_eq!(ledger.parts(Some("案")).expect("read"), [part("案", 1.0)]);
        assert_eq!(ledger.parts(Some("B")).expect("read"), []);
        assert_eq!(ledger.all_meta().expect("read"), []);
    });
}

#[test]
fn layers_are_moved_from_each_store_to_each_and_parts_are_left_behind() {
    let mut from = MemoryLedger::new();
    append(&mut from, told(1)).expect("appended");
    append(&mut from, told(2)).expect("appended");
    from.set_parts("first", &[]).expect("kept");
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = GeoPackageLedger::create(folder.path().join("s.gpkg")).expect("a store");
    let mut server = postgres();
    let mut back = MemoryLedger::new();
    transfer(&from, &mut file, &mut |_| {}).expect("moved");
    transfer(&file, &mut server, &mut |_| {}).expect("moved");
    transfer(&server, &mut back, &mut |_| {}).expect("moved");
    let name = edition(1).layer;
    for number in [1, 2] {
        assert_eq!(back.zones(&name, number).expect("read"), Some(edition(number)));
    }
    assert_eq!(back.parts_of().expect("read"), None);
    let refused = transfer(&from, &mut file, &mut |_| {}).expect_err("not empty");
    assert!(matches!(refused, LedgerError::NotEmpty(_)), "{refused}");
}

#[test]
fn ogrinfo_finds_each_edition_with_its_attributes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.gpkg");
    let mut ledger = GeoPackageLedger::create(&path).expect("a store");
    ledger.append(&mut entries(told(1))).expect("appended");
    ledger.close().expect("closed");
    let output = Command::new("ogrinfo").args(["-ro", "-al"]).arg(&path).arg("layer_工业-lines_1_1").output();
    let output = output.expect("this test needs ogrinfo: install GDAL's tools (Debian: gdal-bin)");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let talk = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && talk.is_empty(), "{talk}\n{text}");
    // Before version 3.41, SQLite tells no type of what a view computes, and GDAL takes it for a text.
    let text =
        [" (String)", " (Integer64)", " (Real)"].iter().fold(text, |text, kind| text.replace(kind, ""));
    for expected in [
        "Geometry: Multi Polygon\nFeature Count: 2\n",
        "ID[\"EPSG\",4490]",
        "  名称 = 一级线·甲\n",
        "  编号 = 9007199254740993\n",
        "  面积 = 0.1\n",
        "  attribute_GEOM = x\n",
        "  level = level_1\n",
        "  名称 = (null)\n",
        "MULTIPOLYGON (((117.0 39.9,117.1 39.9,117 40,117.0 39.9)))",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
}
