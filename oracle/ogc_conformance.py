"""Ask an OGC API – Features service what Parts 1, 2 and 3 require of it, one requirement after the other.

Each line is a requirement (or a test of the abstract test suite) with `pass` or `FAIL` and what was found. Only the
standard library is used, so that what is tested is HTTP and JSON as any client meets them. Nothing here knows landcycle:
what is asked follows from what the service says of itself.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime

from ogc_client import CQL2, CRS84, GEOJSON, PART1, PART2, PART3, Suite, ask, bounds, by_relation, everything, positions, with_query
from ogc_filters import filters

# Part 1


def core(suite: Suite) -> None:
    landing = suite.ok()

    def links():
        for relation, needed in (("service-desc", 200), ("conformance", 200), ("data", 200), ("self", 200)):
            link = by_relation(landing, relation)
            answer = ask(link["href"], Accept=link.get("type", "*/*"))
            assert answer.status == needed, f"{link['href']}: {answer.status}"
            assert answer.kind == link["type"].split(";")[0], f"{link['href']}: {answer.kind} and not {link['type']}"
        return f"{len(landing['links'])} links lead to what they say"

    suite.case(f"{PART1}/req/core/root-op, root-success", links)

    def conformance():
        classes = suite.ok("/conformance")["conformsTo"]
        needed = [f"{PART1}/conf/core", f"{PART1}/conf/geojson", f"{PART1}/conf/oas30", f"{PART2}/conf/crs"]
        needed += [f"{PART3}/conf/{name}" for name in ("queryables", "filter", "features-filter")]
        needed += [f"{CQL2}/conf/{name}" for name in ("cql2-text", "cql2-json", "basic-cql2")]
        missing = [name for name in needed if name not in classes]
        assert not missing, f"not declared: {missing}"
        return f"{len(classes)} classes"

    suite.case(f"{PART1}/req/core/conformance-op, conformance-success", conformance)

    def http():
        assert suite.get("/nothing/here").status == 404
        assert suite.get("/collections/no-such-collection").status == 404
        assert suite.get("/collections/no-such-collection/items").status == 404
        request = urllib.request.Request(suite.base, method="DELETE")
        try:
            urllib.request.urlopen(request, timeout=30)
            raise AssertionError("DELETE is allowed")
        except urllib.error.HTTPError as error:
            assert error.code in (403, 405), error.code
        return "404 for what is not there, no DELETE"

    suite.case(f"{PART1}/req/core/http", http)

    def api():
        document = ask(by_relation(landing, "service-desc")["href"])
        assert document.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0", document.headers
        spec = document.json
        assert spec["openapi"].startswith("3.0."), spec["openapi"]
        text = json.dumps(spec)
        for name in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
            at = spec
            for part in name.split("/"):
                at = at[part]
        for path, operations in spec["paths"].items():
            for operation in operations.values():
                assert operation["responses"], path
        server = spec["servers"][0]["url"]
        assert ask(server + "/collections").status == 200, server
        items = spec["paths"]["/collections/{collection}/items"]["get"]["parameters"]
        named = {parameter["name"]: parameter for parameter in items if "name" in parameter}
        box = named["bbox"]
        assert (box["in"], box["style"], box["explode"], box["schema"]["type"]) == ("query", "form", False, "array"), box
        limit = named["limit"]["schema"]
        assert limit["type"] == "integer" and limit["minimum"] == 1 and limit["default"] <= limit["maximum"], limit
        assert named["datetime"]["schema"]["type"] == "string"
        return f"OpenAPI {spec['openapi']}, {len(spec['paths'])} paths"

    suite.case(f"{PART1}/req/oas30/oas-definition-1, oas-definition-2, oas-impl; core/api-definition, fc-bbox-definition, fc-limit-definition, fc-time-definition", api)

    for path in ("", "/conformance", "/api", "/collections"):
        def unknown(path=path):
            assert suite.get(path, no_such_parameter=1).status == 400
            return "400"

        suite.case(f"{PART1}/req/core/query-param-unknown on /ogc{path}", unknown)

    def languages():
        said = {lang: ask(suite.base + "/collections", **{"Accept-Language": lang}) for lang in ("zh-CN", "en")}
        titles = {lang: [c["title"] for c in answer.json["collections"]] for lang, answer in said.items()}
        assert titles["zh-CN"] != titles["en"], titles
        return f"{titles['zh-CN'][0]} / {titles['en'][0]}"

    suite.case("http://www.opengis.net/spec/ogcapi-common-1/1.0/rec/core/string-i18n, link-i18n: titles by Accept-Language", languages)


def collections(suite: Suite) -> list[dict]:
    found = suite.ok("/collections")

    def every():
        by_relation(found, "self")
        for collection in found["collections"]:
            own = suite.ok(f"/collections/{urllib.parse.quote(collection['id'])}")
            assert own == collection, f"{collection['id']} is told twice, differently"
            for key in ("id", "title", "links", "extent", "itemType", "crs"):
                assert key in own, key
            link = by_relation(own, "items")
            assert link["type"] == GEOJSON and ask(with_query(link["href"], limit=1)).status == 200
        return f"{len(found['collections'])} collections"

    suite.case(f"{PART1}/req/core/fc-md-op, fc-md-success, fc-md-links, fc-md-items, fc-md-items-links, sfc-md-op, sfc-md-success", every)

    def extent():
        for collection in found["collections"]:
            west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
            page = suite.ok(f"/collections/{collection['id']}/items", limit=1000)
            for feature in page["features"]:
                box = bounds(feature)
                assert box is None or (west <= box[0] and south <= box[1] and box[2] <= east and box[3] <= north), feature["id"]
        return "features lie in the extent"

    suite.case(f"{PART1}/req/core/fc-md-extent", extent)
    return found["collections"]


def items(suite: Suite, collection: dict) -> None:
    name = collection["id"]
    path = f"/collections/{name}/items"
    first = suite.get(path, limit=10)
    page = first.json

    def form():
        assert first.status == 200 and first.kind == GEOJSON, first.headers
        assert page["type"] == "FeatureCollection"
        datetime.fromisoformat(page["timeStamp"].replace("Z", "+00:00"))
        assert by_relation(page, "self")["type"] == GEOJSON
        for feature in page["features"]:
            assert feature["type"] == "Feature" and feature["id"] and "geometry" in feature and "properties" in feature
        return f"{page['numberMatched']} items"

    suite.case(f"{PART1}/req/core/fc-op, fc-response, fc-timeStamp, fc-links; geojson/content, definition: {name}", form)
    every = everything(suite, path, limit=1000)
    total = len(every)
    ids = [feature["id"] for feature in every]

    def paging():
        assert len(set(ids)) == total, "an id comes twice"
        small = max(1, total // 3)
        again = everything(suite, path, limit=small)
        assert [feature["id"] for feature in again] == ids, "pages of another size hold other features"
        second = suite.ok(path, limit=small)
        after = by_relation(second, "next")["href"] if small < total else None
        if after:
            back = ask(by_relation(ask(after).json, "prev")["href"]).json
            assert [f["id"] for f in back["features"]] == ids[:small]
        return f"{total} features, also by pages of {small}, next and prev"

    suite.case(f"{PART1}/req/core/fc-numberMatched, fc-numberReturned, fc-limit-response-1, rec fc-next, fc-prev: {name}", paging)

    def limits():
        assert suite.get(path, limit=0).status == 400
        assert suite.get(path, limit=-1).status == 400
        assert suite.get(path, limit="many").status == 400
        assert len(suite.ok(path, limit=1)["features"]) == 1
        assert suite.get(path, limit=1_000_000).status == 200, "more than the most is answered by the most"
        assert suite.get(path, offset="x").status == 400
        assert suite.ok(path, offset=total + 5)["features"] == []
        return "0, -1 and a word are refused, too many are not"

    suite.case(f"{PART1}/req/core/query-param-invalid (limit), fc-limit-response-1: {name}", limits)

    def unknown():
        for query in ({"no_such_parameter": "1"}, {"BBOX": "1,2,3,4"}, {"Limit": "1"}):
            assert suite.get(path, **query).status == 400, query
            assert suite.get(f"{path}/{urllib.parse.quote(ids[0])}", **query).status == 400, query
        answer = suite.get(path, no_such_parameter=1)
        assert "json" in answer.kind and answer.json, answer.kind
        twice = ask(f"{suite.base}{path}?limit=1&limit=2")
        assert twice.status == 400, "twice the same parameter"
        return "400 with words"

    suite.case(f"{PART1}/req/core/query-param-unknown, http (exceptions): {name}", unknown)

    def one():
        for feature in (every[0], every[-1]):
            answer = suite.get(f"{path}/{urllib.parse.quote(feature['id'])}")
            assert answer.status == 200 and answer.kind == GEOJSON
            own = answer.json
            links = own.pop("links")
            assert own == feature, f"{feature['id']} differs alone"
            for relation in ("self", "collection"):
                href = by_relation({"links": links}, relation)["href"]
                assert ask(href).status == 200, href
        assert suite.get(f"{path}/no-such-feature").status == 404
        return "as in the collection, with links; 404 for what is not there"

    suite.case(f"{PART1}/req/core/f-op, f-success, f-links: {name}", one)
    boxes(suite, name, path, every)
    times(suite, name, path, every, collection)
    systems(suite, name, path, every, collection)
    filters(suite, name, path, every)


def touches(box: tuple | None, asked: tuple) -> bool:
    return box is not None and box[0] <= asked[2] and asked[0] <= box[2] and box[1] <= asked[3] and asked[1] <= box[3]


def boxes(suite: Suite, name: str, path: str, every: list[dict]) -> None:
    known = {feature["id"]: bounds(feature) for feature in every}
    placed = [box for box in known.values() if box]
    west, south = min(box[0] for box in placed), min(box[1] for box in placed)
    east, north = max(box[2] for box in placed), max(box[3] for box in placed)
    middle = ((west + east) / 2, (south + north) / 2)

    def some():
        asked = (west, south, middle[0], middle[1])
        found = {f["id"] for f in everything(suite, path, limit=1000, bbox=",".join(map(str, asked)))}
        wrong = [i for i in found if not touches(known[i], asked)]
        # A vertex inside makes it certain; boxes alone do not.
        certain = {f["id"] for f in every if any(asked[0] <= x <= asked[2] and asked[1] <= y <= asked[3]
                                                 for x, y in positions(f["geometry"]))}
        assert not wrong and certain <= found, (wrong[:3], list(certain - found)[:3])
        six = f"{asked[0]},{asked[1]},-100,{asked[2]},{asked[3]},9000"
        assert {f["id"] for f in everything(suite, path, limit=1000, bbox=six)} == found, "six numbers"
        assert suite.ok(path, bbox="-10,-80,-9,-79")["numberMatched"] == 0
        whole = suite.ok(path, limit=1, bbox="-180,-90,180,90")["numberMatched"]
        assert whole == len(placed), f"{whole} of {len(placed)} with an outline"
        return f"{len(found)} of {len(every)} meet {asked}"

    suite.case(f"{PART1}/req/core/fc-bbox-response: {name}", some)

    def antimeridian():
        # Around the other side of the Earth from the eastern edge of the features to their western one.
        asked = f"{middle[0]},{south},{west - 1e-9},{north}"
        found = {f["id"] for f in everything(suite, path, limit=1000, bbox=asked)}
        certain = {f["id"] for f in every if any(x >= middle[0] for x, _ in positions(f["geometry"]))}
        outside = {i for i in found if known[i][2] < middle[0]}
        assert certain <= found and not outside, (len(certain), len(found))
        assert suite.ok(path, bbox="170,-90,-170,90", limit=1)["numberMatched"] == len(
            [box for box in placed if box[2] >= 170 or box[0] <= -170])
        return f"{len(found)} of {len(every)} by a box across the antimeridian"

    suite.case(f"{PART1}/req/core/fc-bbox-response, across the antimeridian: {name}", antimeridian)

    def wrong():
        for text in ("1,2,3", "1,2,3,4,5", "a,b,c,d", "", "0,10,10,0", "0,0,0,200", "nan,0,1,1", "-200,0,10,10"):
            assert suite.get(path, bbox=text).status == 400, text
        return "400"

    suite.case(f"{PART1}/req/core/query-param-invalid (bbox): {name}", wrong)


def times(suite: Suite, name: str, path: str, every: list[dict], collection: dict) -> None:
    def count(text: str) -> int:
        return suite.ok(path, limit=1, datetime=text)["numberMatched"]

    def some():
        total = len(every)
        interval = collection["extent"]["temporal"]["interval"][0]
        start = interval[0] or "1900-01-01T00:00:00Z"
        assert count(f"{start}/..") == total, "from the beginning of the extent on"
        assert count(f"{start}/") == total, "an open end may be empty"
        moment, day = count("2015-06-30T12:00:00Z"), count("2015-06-30")
        assert moment == day, "a moment counts as its day"
        assert count("../2015-06-30") >= day and count("2015-06-30/2016-06-30") >= day
        assert count("2015-06-30/..") + count("../2015-06-29") >= total, "a time is before or after"
        assert count("../2015-06-30T23:00:00%2B08:00".replace("%2B", "+")) >= day
        return f"{day} of {total} on 2015-06-30, {count('2015-06-30/2016-06-30')} within a year"

    suite.case(f"{PART1}/req/core/fc-time-response: {name}", some)

    def wrong():
        for text in ("yesterday", "2015-13-01", "2015-06-31", "2016-01-01/2015-01-01", "../..", "", "2015-01-01/2016-01-01/2017-01-01"):
            assert suite.get(path, datetime=text).status == 400, text
        return "400"

    suite.case(f"{PART1}/req/core/query-param-invalid (datetime): {name}", wrong)


# Part 2


def systems(suite: Suite, name: str, path: str, every: list[dict], collection: dict) -> None:
    listed = collection["crs"]

    def told():
        assert CRS84 in listed and collection["storageCrs"] in listed, listed
        return f"{len(listed)} systems, stored in {collection['storageCrs']}"

    suite.case(f"{PART2}/req/crs/fc-md-crs-list, fc-md-storageCrs-valid-value, crs-uri: {name}", told)

    def header():
        assert suite.get(path, limit=1).headers["content-crs"] == f"<{CRS84}>"
        for uri in listed:
            answer = suite.get(path, limit=1, crs=uri)
            assert answer.status == 200 and answer.headers["content-crs"] == f"<{uri}>", (uri, answer.status)
            one = suite.get(f"{path}/{urllib.parse.quote(every[0]['id'])}", crs=uri)
            assert one.status == 200 and one.headers["content-crs"] == f"<{uri}>", (uri, one.status)
        return "Content-Crs says what was asked for, of collections and of features"

    suite.case(f"{PART2}/req/crs/fc-crs-definition, fc-crs-action, fc-crs-default-value, ogc-crs-header, ogc-crs-header-value, crs-action: {name}", header)

    def turned():
        plain = {f["id"]: list(positions(f["geometry"])) for f in every[:200]}
        page = suite.ok(path, limit=200, crs="http://www.opengis.net/def/crs/EPSG/0/4326")
        for feature in page["features"]:
            for (lon, lat), (first, second) in zip(plain[feature["id"]], positions(feature["geometry"]), strict=True):
                assert (lat, lon) == (first, second), feature["id"]
        return "EPSG:4326 has latitude first"

    suite.case(f"{PART2}/req/crs/fc-crs-action, axis order: {name}", turned)

    def by_proj():
        try:
            import pyproj
        except ImportError:
            return None
        worst = 0.0
        for uri in listed:
            if uri == CRS84:
                continue
            code = int(uri.rsplit("/", 1)[1])
            # Between CGCS2000 and WGS 84 nothing is moved; the axes are those of the register.
            source = "EPSG:4326" if code in (4326, 3857) else "EPSG:4490"
            there = pyproj.Transformer.from_crs(source, f"EPSG:{code}", always_xy=False)
            plain = {f["id"]: list(positions(f["geometry"])) for f in every[:100]}
            for feature in suite.ok(path, limit=100, crs=uri)["features"]:
                for (lon, lat), found in zip(plain[feature["id"]], positions(feature["geometry"]), strict=True):
                    expected = there.transform(lat, lon)
                    off = max(abs(expected[0] - found[0]), abs(expected[1] - found[1]))
                    worst = max(worst, off)
                    assert off < 1e-3, (uri, feature["id"], expected, found)
        return f"{len(listed) - 1} systems within {worst:.0e} of PROJ, axes in the order of the register"

    suite.case(f"{PART2}/req/crs/fc-crs-action, coordinates against PROJ: {name}", by_proj)

    def box():
        known = {f["id"]: bounds(f) for f in every}
        placed = [b for b in known.values() if b]
        west, south = min(b[0] for b in placed), min(b[1] for b in placed)
        east, north = max(b[2] for b in placed), max(b[3] for b in placed)
        middle = ((west + east) / 2, (south + north) / 2)
        asked = f"{west},{south},{middle[0]},{middle[1]}"
        expected = [f["id"] for f in everything(suite, path, limit=1000, bbox=asked)]
        lat_first = f"{south},{west},{middle[1]},{middle[0]}"
        for uri in listed:
            if uri.endswith(("/4326", "/4490")):
                found = everything(suite, path, limit=1000, bbox=lat_first, bbox__crs=uri)
                assert [f["id"] for f in found] == expected, uri
        projected = [uri for uri in listed if not uri.endswith(("/CRS84", "/4326", "/4490"))]
        for uri in projected:
            page = suite.ok(path, limit=1000, crs=uri)["features"]
            boxes = {f["id"]: bounds(f) for f in page if f["geometry"]}
            one = next(iter(boxes.values()))
            around = {f["id"] for f in everything(suite, path, limit=1000, bbox=",".join(map(str, one)), bbox__crs=uri)}
            near = {i for i, b in boxes.items() if touches(b, one)}
            assert next(iter(boxes)) in around and {i for i in around if i in boxes} <= near, uri
        return f"{len(expected)} by latitude first as by longitude first; {len(projected)} systems in metres"

    suite.case(f"{PART2}/req/crs/fc-bbox-crs-definition, fc-bbox-crs-action, fc-bbox-crs-default-value: {name}", box)

    def wrong():
        for uri in ("http://www.opengis.net/def/crs/EPSG/0/2326", "EPSG:4326", "4326", "", "http://example.org/crs"):
            assert suite.get(path, crs=uri).status == 400, uri
            assert suite.get(path, bbox="1,2,3,4", bbox__crs=uri).status == 400, uri
            assert suite.get(f"{path}/{urllib.parse.quote(every[0]['id'])}", crs=uri).status == 400, uri
        return "400"

    suite.case(f"{PART2}/req/crs/fc-crs-valid-value, fc-bbox-crs-valid-value: {name}", wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", help="of the landing page")
    suite = Suite(parser.parse_args().address)
    core(suite)
    for collection in collections(suite):
        items(suite, collection)
    print(f"OGC API – Features: {suite.passed} passed, {suite.failed} failed, {suite.left_out} not tested")
    return 1 if suite.failed else 0


if __name__ == "__main__":
    sys.exit(main())
