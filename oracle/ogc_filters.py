"""What Part 3 and CQL2 require of the filters of a collection, held against the same sifting done here."""

from __future__ import annotations

import json

from ogc_client import CQL2, PART1, PART3, QUERYABLES, Suite, ask, bounds, by_relation, everything, positions


def filters(suite: Suite, name: str, path: str, every: list[dict]) -> None:
    answer = suite.get(f"/collections/{name}/queryables")

    def schema():
        assert answer.status == 200 and answer.kind == "application/schema+json", answer.headers
        told = answer.json
        assert told["$schema"] in ("https://json-schema.org/draft/2019-09/schema", "https://json-schema.org/draft/2020-12/schema")
        assert told["$id"] == f"{suite.base}/collections/{name}/queryables", told["$id"]
        assert told["type"] == "object"
        link = by_relation(suite.ok(f"/collections/{name}"), QUERYABLES)
        assert ask(link["href"]).status == 200
        geometry = [p for p in told["properties"].values() if "geometry" in p.get("format", "")]
        assert geometry and all("type" not in p for p in geometry)
        return f"{len(told['properties'])} queryables"

    suite.case(f"{PART3}/req/queryables/get-queryables-op, get-queryables-response, queryables-link, queryables-schema: {name}", schema)
    queryables = answer.json["properties"]
    rows = {f["id"]: f["properties"] for f in every}

    def ids(**query: object) -> set:
        return {f["id"] for f in everything(suite, path, limit=1000, **query)}

    def values(prop: str) -> list:
        return [v for v in (row.get(prop) for row in rows.values()) if v is not None]

    def of_type(kind: str, fmt: str | None = None) -> str | None:
        for prop, about in queryables.items():
            if about.get("type") == kind and about.get("format") == fmt and len(set(values(prop))) > 1:
                return prop
        return None

    text, number = of_type("string"), of_type("number")
    day, flag = of_type("string", "date"), of_type("boolean")

    def parameters():
        tried = []
        for prop in filter(None, (text, number, day, flag)):
            value = values(prop)[0]
            written = str(value).lower() if isinstance(value, bool) else value
            expected = {i for i, row in rows.items() if row.get(prop) == value}
            found = ids(**{prop: written})
            assert found == expected, (prop, value, len(found), len(expected))
            tried.append(prop)
        for prop in filter(None, (number, day, flag)):
            assert suite.get(path, **{prop: "no value"}).status == 400, prop
        return ", ".join(tried)

    suite.case(f"{PART3}/req/queryables-query-parameters/parameters; {PART1}/rec/core/fc-filters: {name}", parameters)

    def holds(prop: str, test) -> set:
        return {i for i, row in rows.items() if row.get(prop) is not None and test(row[prop])}

    def quoted(value: object) -> str:
        return "'" + str(value).replace("'", "''") + "'"

    def both(written: str, as_json: dict, expected: set) -> None:
        for query in ({"filter": written}, {"filter": written, "filter__lang": "cql2-text"},
                      {"filter": json.dumps(as_json), "filter__lang": "cql2-json"}):
            found = ids(**query)
            assert found == expected, f"{query}: {len(found)} and not {len(expected)}"

    def comparisons():
        tried = 0
        for prop, literal, wrap in ((text, quoted, lambda v: v), (number, str, lambda v: v),
                                    (day, lambda v: f"DATE('{v}')", lambda v: {"date": v})):
            if not prop:
                continue
            # Counts and amounts are compared as numbers, days and texts as texts in the order of their letters.
            middle = sorted(values(prop))[len(values(prop)) // 2]
            for sign, test in (("=", lambda v: v == middle), ("<>", lambda v: v != middle), ("<", lambda v: v < middle),
                               (">", lambda v: v > middle), ("<=", lambda v: v <= middle), (">=", lambda v: v >= middle)):
                tree = {"op": sign, "args": [{"property": prop}, wrap(middle)]}
                both(f'"{prop}" {sign} {literal(middle)}', tree, holds(prop, test))
                tried += 1
        return f"{tried} comparisons of {text}, {number}, {day}"

    suite.case(f"{CQL2}/req/basic-cql2/cql2-filter, comparison predicates; {PART3}/req/filter/filter-param, response; features-filter/filter-param: {name}", comparisons)

    def logic():
        prop = text or number
        middle = values(prop)[0]
        literal = quoted(middle) if prop == text else str(middle)
        same, known = holds(prop, lambda v: v == middle), holds(prop, lambda v: True)
        one = {"op": "=", "args": [{"property": prop}, middle]}
        null = {"op": "isNull", "args": [{"property": prop}]}
        both(f"NOT ({prop} = {literal})", {"op": "not", "args": [one]}, known - same)
        both(f"{prop} IS NULL", null, set(rows) - known)
        both(f"{prop} IS NOT NULL", {"op": "not", "args": [null]}, known)
        both(f"{prop} = {literal} OR {prop} IS NULL", {"op": "or", "args": [one, null]}, same | (set(rows) - known))
        both(f"{prop} = {literal} AND NOT {prop} = {literal}", {"op": "and", "args": [one, {"op": "not", "args": [one]}]}, set())
        both("TRUE", True, set(rows))
        return "AND, OR, NOT, IS NULL, TRUE; null is neither true nor false"

    suite.case(f"{CQL2}/req/basic-cql2, logical operators, null predicate: {name}", logic)

    def advanced():
        tried = []
        if text:
            value = values(text)[0]
            both(f"{text} LIKE {quoted(value[:1] + '%')}", {"op": "like", "args": [{"property": text}, value[:1] + "%"]},
                 holds(text, lambda v: v.startswith(value[:1])))
            both(f"{text} IN ({quoted(value)}, 'no such value')", {"op": "in", "args": [{"property": text}, [value, "no such value"]]},
                 holds(text, lambda v: v == value))
            tried += ["LIKE", "IN"]
        if number:
            low, high = sorted(values(number))[len(values(number)) // 4], sorted(values(number))[len(values(number)) * 3 // 4]
            both(f"{number} BETWEEN {low} AND {high}", {"op": "between", "args": [{"property": number}, low, high]},
                 holds(number, lambda v: low <= v <= high))
            tried.append("BETWEEN")
        return ", ".join(tried)

    suite.case(f"{CQL2}/req/advanced-comparison-operators: {name}", advanced)

    def spatial():
        placed = [b for b in map(bounds, every) if b]
        west, south = min(b[0] for b in placed), min(b[1] for b in placed)
        east, north = max(b[2] for b in placed), max(b[3] for b in placed)
        x, y = (west + east) / 2, (south + north) / 2
        expected = ids(bbox=f"{west},{south},{x},{y}")
        prop = {"property": "geometry"}
        both(f"S_INTERSECTS(geometry,BBOX({west},{south},{x},{y}))", {"op": "s_intersects", "args": [prop, {"bbox": [west, south, x, y]}]}, expected)
        ring = [[west, south], [x, south], [x, y], [west, y], [west, south]]
        written = ",".join(f"{a} {b}" for a, b in ring)
        both(f"S_INTERSECTS(geometry,POLYGON(({written})))", {"op": "s_intersects", "args": [prop, {"type": "Polygon", "coordinates": [ring]}]}, expected)
        corner = next(positions(every[0]["geometry"]))
        found = ids(filter=f"S_INTERSECTS(geometry,POINT({corner[0]} {corner[1]}))")
        assert every[0]["id"] in found and len(found) < 20, len(found)
        turned = ",".join(f"{b} {a}" for a, b in ring)
        crs = "http://www.opengis.net/def/crs/EPSG/0/4490"
        assert ids(filter=f"S_INTERSECTS(geometry,POLYGON(({turned})))", filter__crs=crs) == expected, "filter-crs"
        assert suite.get(path, filter="TRUE", filter__crs="EPSG:9").status == 400
        return f"{len(expected)} of {len(every)} by BBOX and POLYGON, also latitude first by filter-crs; {len(found)} at a corner"

    suite.case(f"{CQL2}/req/basic-spatial-functions, basic-spatial-functions-plus; {PART3}/req/filter/filter-crs-param, filter-crs-wgs84: {name}", spatial)

    def mixed():
        prop = text or number
        value = values(prop)[0]
        literal = quoted(value) if prop == text else str(value)
        placed = next(b for b in map(bounds, every) if b)
        box = ",".join(map(str, placed))
        expected = ids(filter=f"{prop} = {literal}") & ids(bbox=box)
        assert ids(filter=f"{prop} = {literal}", bbox=box) == expected
        return f"filter and bbox together: {len(expected)}"

    suite.case(f"{PART3}/req/filter/mixing-expressions: {name}", mixed)

    def wrong():
        for query in ({"filter": "no_such_property = 1"}, {"filter": "((("}, {"filter": ""}, {"filter": "TRUE", "filter__lang": "sql"},
                      {"filter": "{", "filter__lang": "cql2-json"}, {"filter": f"{text or number} LIKE 5"},
                      {"filter": "S_INTERSECTS(geometry,POINT(a b))"}, {"filter": "1 = 'a'"}):
            answer = suite.get(path, **query)
            assert answer.status == 400, (query, answer.status)
            assert answer.json["detail"]["en"] != answer.json["detail"]["zh"]
        return "400 with words in both languages"

    suite.case(f"{PART3}/req/filter/response (invalid filters), filter-lang-param: {name}", wrong)
