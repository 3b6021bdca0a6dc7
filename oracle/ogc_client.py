"""A plain client of OGC API – Features, and a list of requirements with their outcomes."""

from __future__ import annotations

import json
import traceback
import urllib.error
import urllib.parse
import urllib.request

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
PART1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0"
PART2 = "http://www.opengis.net/spec/ogcapi-features-2/1.0"
PART3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0"
CQL2 = "http://www.opengis.net/spec/cql2/1.0"
GEOJSON = "application/geo+json"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
# What is asked of every page before the client gives up.
MOST_PAGES = 100_000


class Answer:
    """What came back."""

    def __init__(self, status: int, headers: dict, body: bytes):
        self.status, self.headers, self.body = status, headers, body
        self.kind = headers.get("content-type", "").split(";")[0]

    @property
    def json(self) -> dict:
        return json.loads(self.body)


def ask(url: str, **headers: str) -> Answer:
    """One request; an error status is an answer too."""
    request = urllib.request.Request(url, headers={"Accept": f"{GEOJSON}, application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())


def with_query(url: str, **query: object) -> str:
    pairs = {name.replace("__", "-"): value for name, value in query.items()}
    return url + ("&" if "?" in url else "?") + urllib.parse.urlencode(pairs)


class Suite:
    """Requirements with their outcomes."""

    def __init__(self, base: str):
        self.base = base.rstrip("/")
        self.failed, self.passed, self.left_out = 0, 0, 0

    def case(self, requirement: str, test, *arguments: object) -> None:
        """Runs a test: it returns what it found, and asserts."""
        try:
            found = test(*arguments)
        except AssertionError as error:
            self.failed += 1
            print(f"FAIL  {requirement}: {error or traceback.format_exc(limit=-1)}")
            return
        except Exception:  # noqa: BLE001 - whatever breaks a test is a failure of it
            self.failed += 1
            print(f"FAIL  {requirement}: {traceback.format_exc(limit=-2)}")
            return
        if found is None:
            self.left_out += 1
            print(f"none  {requirement}: nothing to test it with")
            return
        self.passed += 1
        print(f"pass  {requirement}: {found}")

    def get(self, path: str = "", **query: object) -> Answer:
        return ask(with_query(self.base + path, **query) if query else self.base + path)

    def ok(self, path: str = "", **query: object) -> dict:
        answer = self.get(path, **query)
        assert answer.status == 200, f"{path} {query}: {answer.status} {answer.body[:300]!r}"
        return answer.json


def by_relation(document: dict, relation: str) -> dict:
    found = [link for link in document["links"] if link["rel"] == relation]
    assert found, f"no link {relation}"
    return found[0]


def positions(geometry: dict | None):
    def walk(value):
        if isinstance(value[0], int | float):
            yield value
        else:
            for part in value:
                yield from walk(part)

    if geometry:
        yield from walk(geometry["coordinates"])


def bounds(feature: dict) -> tuple | None:
    points = list(positions(feature["geometry"]))
    if not points:
        return None
    return min(p[0] for p in points), min(p[1] for p in points), max(p[0] for p in points), max(p[1] for p in points)


def everything(suite: Suite, path: str, **query: object) -> list[dict]:
    """All features, by the links to next pages."""
    url = with_query(suite.base + path, **query)
    features, seen = [], set()
    for _ in range(MOST_PAGES):
        answer = ask(url)
        assert answer.status == 200, f"{url}: {answer.status} {answer.body[:200]!r}"
        page = answer.json
        assert page["numberReturned"] == len(page["features"]), "numberReturned"
        features += page["features"]
        after = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not after:
            assert page["numberMatched"] == len(features), f"{page['numberMatched']} matched, {len(features)} read"
            return features
        url = after[0]
        assert url not in seen, "pages go in circles"
        seen.add(url)
    raise AssertionError("pages without end")
