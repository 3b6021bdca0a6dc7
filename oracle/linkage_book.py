"""A book of linkage recomputed from what it exports, by another program in another way.

    python linkage_book.py JOURNAL.csv [--balances BALANCES.csv] [--store STORE.gpkg --book NAME]
    python linkage_book.py --random --landcycle BIN --seed 1 --rows 120

From the journal (`landcycle linkage entries BOOK --format csv`) the postings are added up in a table of
SQLite, and what must hold is asked in SQL: every operation comes to zero in hectares and in yuan, no
balance is below zero after any operation, days do not go back, no parcel gives up more than it has nor a
part twice, what was undone is undone once. With `--balances` (`linkage show --format csv`) the sums must
be those that the program shows. With `--store` the postings are also derived anew from the facts of the
events, with fractions, by the rules of docs/how-to/linkage.md, and held against the journal, and the chain
of digests is recomputed. `--random` makes books of random rows, lets the program load them row by row,
refusals and all, and checks each book so.

It ends with 1 on any fault and with 2 where there is nothing to check.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from random import Random

UNITS = {"ha": 10_000, "CNY": 100}
SOURCES = ("outside", "revenue")  # what comes from here is below zero
EITHER = ("rate",)
FORM = b"landcycle-event/1"

SCHEMA = """
CREATE TABLE posting (
    line INTEGER, seq INTEGER, key TEXT, day TEXT, act TEXT, account TEXT, holder TEXT, other TEXT,
    unit TEXT, amount INTEGER, undone_by TEXT, parcel TEXT, part TEXT, parcel_area INTEGER
)
"""
# What must hold, as questions whose answers are the faults.
QUESTIONS = {
    "an operation does not come to zero":
        "SELECT key, unit, sum(amount) FROM posting WHERE account <> '' GROUP BY line, unit HAVING sum(amount) <> 0",
    "an account counts two units":
        "SELECT account, count(DISTINCT unit) FROM posting WHERE account <> '' GROUP BY account"
        " HAVING count(DISTINCT unit) > 1",
    "a balance is on the wrong side of zero": """
        SELECT key, account, holder, other, balance FROM (
            SELECT *, sum(amount) OVER (
                PARTITION BY account, holder, other ORDER BY line RANGE UNBOUNDED PRECEDING
            ) AS balance FROM posting WHERE account <> ''
        ) WHERE CASE
            WHEN account IN ('outside', 'revenue') THEN balance > 0
            WHEN account = 'rate' THEN 0
            ELSE balance < 0
        END""",
    "a day goes back":
        "SELECT one.key, one.day, other.day FROM posting one JOIN posting other ON other.line = one.line + 1"
        " WHERE other.day < one.day",
    "a part of a parcel is given up twice":
        "SELECT parcel, part, count(DISTINCT line) FROM posting WHERE act = 'given_up' AND undone_by = ''"
        " GROUP BY parcel, part HAVING count(DISTINCT line) > 1",
    "a parcel gives up more than it has":
        "SELECT parcel, sum(amount), min(parcel_area) FROM posting WHERE act = 'given_up' AND undone_by = ''"
        " AND account = 'pending' GROUP BY parcel HAVING sum(amount) > min(parcel_area)",
    "a parcel has two areas":
        "SELECT parcel, count(DISTINCT parcel_area) FROM posting WHERE act = 'given_up' AND undone_by = ''"
        " GROUP BY parcel HAVING count(DISTINCT parcel_area) > 1",
    "a number stands twice":
        "SELECT key, count(DISTINCT line) FROM posting GROUP BY key HAVING count(DISTINCT line) > 1",
    "one undoing undoes two":
        "SELECT undone_by, count(DISTINCT line) FROM posting WHERE undone_by <> '' GROUP BY undone_by"
        " HAVING count(DISTINCT line) > 1",
    "an undoing is not the opposite of what it undoes": """
        SELECT one.key, one.account, one.holder, one.other, one.amount FROM posting one
        WHERE one.undone_by <> '' AND one.account <> '' AND NOT EXISTS (
            SELECT 1 FROM posting undoing WHERE undoing.key = one.undone_by AND undoing.act = 'reversed'
            AND undoing.account = one.account AND undoing.holder = one.holder AND undoing.other = one.other
            AND undoing.amount = -one.amount
        )""",
}


def plain(cell: str) -> str:
    """A cell without the mark that keeps a spreadsheet from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@\t\r" else cell


def smallest(text: str, unit: str) -> int:
    """A decimal as a count of square metres, or of fen."""
    count = Fraction(text) * UNITS[unit]
    if count.denominator != 1:
        raise SystemExit(f"{text} {unit} is finer than the smallest unit")
    return int(count)


def read_journal(path: Path) -> sqlite3.Connection:
    """The journal in a table."""
    book = sqlite3.connect(":memory:")
    book.execute(SCHEMA)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            row = {name: plain(cell) for name, cell in row.items()}
            amount = smallest(row["amount"], row["unit"]) if row["account"] else 0
            area = smallest(row["parcel_area"], "ha") if row["parcel_area"] else None
            book.execute(
                "INSERT INTO posting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (int(row["line"]), int(row["seq"]), row["key"], row["on"], row["act"], row["account"], row["holder"],
                 row["other"], row["unit"], amount, row["undone_by"], row["parcel"], row["part"], area),
            )
    return book


def faults_of(book: sqlite3.Connection) -> Iterator[str]:
    """What does not hold."""
    for told, question in QUESTIONS.items():
        for answer in book.execute(question):
            yield f"{told}: {' '.join(map(str, answer))}"
    for unit in UNITS:
        (total,) = book.execute("SELECT coalesce(sum(amount), 0) FROM posting WHERE unit = ?", (unit,)).fetchone()
        if total:
            yield f"the book does not close: {total} of the smallest unit of {unit}"


Balances = dict[tuple[str, str, str, str], int]


def balances_of(book: sqlite3.Connection) -> Balances:
    """The sums of all accounts."""
    question = ("SELECT account, holder, other, unit, sum(amount) FROM posting WHERE account <> ''"
                " GROUP BY account, holder, other, unit")
    return {(kind, holder, other, unit): total for kind, holder, other, unit, total in book.execute(question)}


def read_balances(path: Path) -> Balances:
    """The balances that the program shows."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [{name: plain(cell) for name, cell in row.items()} for row in csv.DictReader(lines)]
    keys = ("account", "holder", "other", "unit")
    return {tuple(row[key] for key in keys): smallest(row["balance"], row["unit"]) for row in rows}  # type: ignore[misc]


# The events themselves, read without the program.


def digest(event: sqlite3.Row, previous: bytes) -> bytes:
    """The digest of an event, by the table in the ledger's module `chain`."""
    corrects = "" if event["corrects"] is None else str(event["corrects"])
    fields = [FORM, previous, *(
        text.encode() for text in (
            str(event["seq"]), event["case_id"], event["kind"], event["happened_on"], event["recorded_at"],
            event["actor"], event["origin"], event["key"], event["package"] or "", corrects, event["body"],
        )
    )]
    hashed = hashlib.sha256()
    for field in fields:
        hashed.update(len(field).to_bytes(8, "big"))
        hashed.update(field)
    return hashed.digest()


def part_of(total: int, share: str) -> int:
    """A share of a count, rounded down."""
    return math.floor(total * Fraction(share))


class Facts:
    """A book from the facts of its events: what each operation must move."""

    def __init__(self) -> None:
        self.moved: dict[str, list[tuple[str, str, str, str, int]]] = {}
        self.facts: dict[str, dict[str, str]] = {}

    def postings(self, kind: str, fact: dict[str, str]) -> list[tuple[str, str, str, str, int]]:
        """The postings of one event."""
        name = kind.removeprefix("linkage.").removesuffix("/1")
        if name in ("opened", "share_published"):
            return []
        if name == "given_up":
            area = smallest(fact["exit_area"], "ha")
            return [("outside", "", "", "ha", -area), ("pending", fact["place"], "", "ha", area)]
        if name == "credited":
            land = self.facts[fact["land"]]
            area, place = smallest(land["exit_area"], "ha"), land["place"]
            # The rate of the shipped packages: a hectare for a hectare.
            credit = area if (land.get("exit_outside_boundary"), fact["exit_verified"]) == ("yes", "yes") else 0
            parts = {place: credit}
            if "share" in fact:
                for party, share in json.loads(self.facts[fact["share"]]["parts"]):
                    if party != place:
                        parts[party] = part_of(credit, share)
                        parts[place] -= parts[party]
            moved = [("pending", place, "", "ha", -area), ("rate", "", "", "ha", area - credit)]
            return moved + [("credit", holder, place, "ha", count) for holder, count in parts.items()]
        if name == "moved":
            area = smallest(fact["area"], "ha")
            return [("credit", fact["from"], fact["giving"], "ha", -area),
                    ("credit", fact["to"], fact["giving"], "ha", area)]
        if name == "used":
            return self.used(fact)
        if name == "paid":
            amount = smallest(fact["amount"], "CNY")
            return [("owed", fact["payer"], fact["payee"], "CNY", -amount),
                    ("paid", fact["payer"], fact["payee"], "CNY", amount)]
        if name == "reversed":
            return [(*rest, -count) for *rest, count in self.moved[fact["of"]]]  # type: ignore[misc]
        raise SystemExit(f"an event of the kind {kind}")

    def used(self, fact: dict[str, str]) -> list[tuple[str, str, str, str, int]]:
        """A use: who gave the land up gets its share half up, others theirs rounded down, the rest is kept."""
        area, place = smallest(fact["linked_area"], "ha"), fact["place"]
        revenue = smallest(fact["linked_revenue"], "CNY") if "linked_revenue" in fact else 0
        moved = [("credit", place, fact["giving"], "ha", -area), ("used", fact["project"], "", "ha", area),
                 ("revenue", place, "", "CNY", -revenue)]
        kept = revenue
        if "share" in fact:
            for party, share in json.loads(self.facts[fact["share"]]["parts"]):
                if party == place:
                    continue
                half_up = math.floor(revenue * Fraction(share) + Fraction(1, 2))
                amount = half_up if party == fact["giving"] else part_of(revenue, share)
                moved.append(("owed", place, party, "CNY", amount))
                kept -= amount
        return [*moved, ("kept", place, "", "CNY", kept)]


def store_faults(path: Path, name: str, book: sqlite3.Connection) -> Iterator[str]:
    """What the events of a GeoPackage say otherwise than the journal, and where its chain breaks."""
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    store.row_factory = sqlite3.Row
    known, previous = Facts(), bytes(32)
    for event in store.execute("SELECT * FROM event ORDER BY seq"):
        if digest(event, previous).hex() != as_hex(event["digest"]):
            yield f"event {event['seq']} is not what was recorded"
        previous = bytes.fromhex(as_hex(event["digest"]))
        if event["case_id"] != f"@linkage/{name}":
            continue
        fact = json.loads(event["body"])
        moved = [posting for posting in known.postings(event["kind"], fact) if posting[-1]]
        known.moved[fact["key"]], known.facts[fact["key"]] = moved, fact
        there = book.execute(
            "SELECT account, holder, other, unit, amount FROM posting WHERE key = ? AND account <> ''", (fact["key"],)
        ).fetchall()
        if sorted(there) != sorted(moved):
            yield f"{fact['key']}: the journal has {sorted(there)}, the facts give {sorted(moved)}"
    if len(known.facts) != book.execute("SELECT count(DISTINCT key) FROM posting").fetchone()[0]:
        yield "the journal has not as many operations as the store"


def as_hex(kept: bytes | str) -> str:
    """A digest as the store keeps it, in hexadecimal."""
    return kept.hex() if isinstance(kept, bytes) else kept


def check(journal: Path, balances: Path | None, store: tuple[Path, str] | None) -> list[str]:
    """All that does not hold of one book."""
    book = read_journal(journal)
    faults = list(faults_of(book))
    if balances:
        ours = {account: total for account, total in balances_of(book).items() if total}
        theirs = {account: total for account, total in read_balances(balances).items() if total}
        faults += [f"{account}: {ours.get(account, 0)} here, {theirs.get(account, 0)} shown"
                   for account in sorted(ours.keys() | theirs.keys()) if ours.get(account) != theirs.get(account)]
    if store:
        faults += store_faults(*store, book)
    return faults


# Random books, made by the program.

HEADING = ("key", "act", "on", "place", "to", "giving", "parcel", "part", "area", "parcel_area", "outside", "verified",
           "project", "in_park", "money", "of", "shares", "share_of", "note")
PLACES = ("甲区/一镇", "甲区/二镇", "乙区", "丙区/四镇")


def random_rows(random: Random, count: int) -> Iterator[dict[str, str]]:
    """Rows of operations, many of them impossible: balances, shares and numbers are guessed."""
    numbers: list[str] = []
    yield {"key": "s0", "act": "share", "place": PLACES[0], "to": PLACES[2], "note": "示例",
           "shares": f"{PLACES[0]}=0.333333;{PLACES[2]}=0.366667;市级统筹=0.3"}
    for at in range(count):
        row = {"key": f"r{at}", "note": "示例"}
        area = f"{random.randint(1, 60_000) / 10_000:.4f}"
        one, other = random.choice(PLACES), random.choice(PLACES)
        act = random.choice(("give-up", "give-up", "credit", "move", "move", "use", "use", "use", "pay", "reverse", "share"))
        row |= {"act": act, "place": one, "area": area}
        guessed = random.choice(numbers) if numbers else "none"
        if act == "give-up":
            row |= {"parcel": f"P{random.randint(1, 12)}", "part": str(random.randint(1, 4)), "parcel_area": "9",
                    "outside": random.choice(("yes", "yes", "yes", "no", "")),
                    "verified": random.choice(("yes", "yes", "no", ""))}
        elif act == "credit":
            row |= {"of": guessed, "verified": random.choice(("yes", "yes", "no", ""))}
        elif act == "move":
            row |= {"to": other, "giving": random.choice((PLACES[0], ""))}
        elif act == "use":
            money = str(random.randint(1, 10**9))
            row |= {"giving": random.choice((PLACES[0], one, "")), "project": f"项目{random.randint(1, 3)}",
                    "in_park": random.choice(("yes", "yes", "yes", "no", "")),
                    "money": random.choice((f"{money[:-2] or 0}.{money[-2:]:0>2}", ""))}
        elif act == "pay":
            row |= {"to": random.choice((*PLACES, "市级统筹")), "money": f"{random.randint(1, 10**5)}.{random.randint(10, 99)}"}
        elif act == "share":
            cut = sorted((random.randint(0, 10**6), random.randint(0, 10**6)))
            shares = (cut[0], cut[1] - cut[0], 10**6 - cut[1] - random.choice((0, 0, 0, 1)))
            parties = (one, other, "市级统筹")
            of = random.choice(("benefit", "benefit", "credit"))
            if of == "credit":
                parties = (one, other, random.choice(PLACES))
            row |= {"to": other if of == "benefit" else "", "share_of": of,
                    "shares": ";".join(f"{party}={share / 10**6:.6f}" for party, share in zip(parties, shares, strict=True))}
        else:
            row |= {"of": guessed}
        numbers.append(row["key"])
        yield row


def random_books(landcycle: str, seed: int, rows: int) -> list[str]:
    """A book of random rows, each loaded by itself; what the program took is checked."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        store = place / "book.gpkg"

        def run(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run([landcycle, "--lang", "en", "linkage", *words, "--store", str(store)],
                                  capture_output=True, text=True, encoding="utf-8", check=False)

        opened = run("open", "b", "--title", "示例", "--by", "test", "--on", "2024-01-01")
        if opened.returncode:
            raise SystemExit(f"cannot open a book: {opened.stderr}")
        taken, refused = 0, 0
        for row in random_rows(Random(seed), rows):
            path = place / "row.csv"
            with path.open("w", encoding="utf-8", newline="") as out:
                writer = csv.DictWriter(out, HEADING)
                writer.writeheader()
                writer.writerow({"on": "2024-02-01", **row})
            done = run("load", "b", str(path), "--by", "test")
            if done.returncode not in (0, 1):
                raise SystemExit(f"{row}: {done.stderr}")
            taken, refused = taken + (done.returncode == 0), refused + (done.returncode == 1)
        paths = {"entries": place / "journal.csv", "show": place / "balances.csv"}
        for words, path in paths.items():
            made = run(words, "b", "--format", "csv", "--out", str(path))
            if made.returncode:
                raise SystemExit(made.stderr)
        faults = check(paths["entries"], paths["show"], (store, "b"))
        sound = run("check")
        if sound.returncode:
            faults.append(f"linkage check: {sound.stdout}{sound.stderr}")
        print(f"seed {seed}: {taken} rows taken, {refused} refused, {len(faults)} faults")
        if not (taken and refused):
            faults.append("nothing was taken, or nothing refused: nothing was tested")
        return faults


def main(words: Iterable[str] | None = None) -> int:
    """Reads the arguments; tells the faults."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("journal", type=Path, nargs="?")
    parser.add_argument("--balances", type=Path)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--book")
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--landcycle")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=120)
    given = parser.parse_args(None if words is None else list(words))
    if given.random and given.landcycle:
        faults = random_books(given.landcycle, given.seed, given.rows)
    elif given.journal:
        store = (given.store, given.book) if given.store and given.book else None
        faults = check(given.journal, given.balances, store)
    else:
        parser.print_usage(sys.stderr)
        return 2
    for fault in faults:
        print(fault)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
