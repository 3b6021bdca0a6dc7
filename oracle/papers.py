"""Papers as office programs see them, and sums in capitals as another reader sees them.

    python papers.py --landcycle BIN --packages-dir ../policies

Every paper of `examples/papers` is written, opened by python-docx and by LibreOffice, and its words are
looked for in the PDF; every template is opened and saved by LibreOffice and filled again; what the articles
list is compared with what the definitions ask for, where the text of the articles is at hand.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from random import Random

import docx
import yaml

from landcycle_oracle.capitals import read

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples" / "papers"
# The articles that list what a paper must contain, with how many items they have.
LISTS = {"order-53-2012#art-6": 6, "order-53-2012#art-10": 5, "order-53-2012#art-16": 7}
NUMERALS = "一二三四五六七八九十"


class Bench:
    """The program, the packages and a folder to work in."""

    def __init__(self, binary: str, packages: str, folder: Path) -> None:
        self.binary, self.packages, self.folder = binary, packages, folder
        self.faults: list[str] = []

    def landcycle(self, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Runs the program."""
        command = [self.binary, "--packages", self.packages, *words]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, encoding="utf-8", check=False)

    def office(self, form: str, files: list[Path], out: Path) -> None:
        """Converts files by LibreOffice, with a home of its own."""
        profile = (self.folder / "profile").as_uri()
        command = ["soffice", "--headless", f"-env:UserInstallation={profile}", "--convert-to", form]
        command += ["--outdir", str(out), *map(str, files)]
        environment = {**os.environ, "HOME": str(self.folder)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600, check=False)
        if done.returncode:
            raise SystemExit(f"LibreOffice failed: {done.stderr}")

    def expect(self, good: bool, told: str) -> None:
        """Notes what does not hold."""
        if not good:
            self.faults.append(told)


def sums(bench: Bench, count: int) -> int:
    """Sums of every size, said by the program and read back here."""
    draw = Random(1)
    wanted = [Decimal(n) / 100 for n in range(2_000)]
    for _ in range(count):
        digits = draw.randint(1, 17)
        number = "".join(draw.choice("0001234567899") for _ in range(digits))
        wanted.append(Decimal(int(number)) / 100)
    done = bench.landcycle("paper", "amount", stdin="\n".join(f"{sum_:.2f}" for sum_ in wanted))
    said = done.stdout.split()
    bench.expect(len(said) == len(wanted), f"sums: {done.stderr.strip() or 'lines are lacking'}")
    wrong = [f"{sum_}: {words}" for sum_, words in zip(wanted, said) if not same(words, sum_)]
    bench.expect(not wrong, f"sums: {len(wrong)} read otherwise, the first {wrong[:1]}")
    return len(said)


def same(words: str, sum_: Decimal) -> bool:
    """Whether words say a sum."""
    try:
        return read(words) == sum_
    except ValueError:
        return False


def bare(text: str) -> str:
    """Words without what divides them on a page."""
    return re.sub(r"\s|—\d+—", "", text)


def words_of(path: Path) -> list[str]:
    """The words of a paper as python-docx reads them: paragraphs, then cells."""
    paper = docx.Document(str(path))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in paper.paragraphs] + cells


def examples() -> list[dict[str, str]]:
    """The papers of the examples."""
    with (EXAMPLES / "index.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def entries(paper: str) -> dict[str, list[str]]:
    """What the office enters for a paper."""
    found: dict[str, list[str]] = {}
    for line in (EXAMPLES / f"{paper}.txt").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        found.setdefault(name, []).append(value)
    return found


def write(bench: Bench, example: dict[str, str], out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Writes a paper of the examples."""
    words = ["paper", "write", example["paper"], "--facts", str(EXAMPLES / example["facts"])]
    words += ["--case", example["case"], "--as-of", example["as_of"], "--package", "national"]
    words += ["--entries", str(EXAMPLES / f"{example['paper']}.txt"), "--out", str(out), *more]
    return bench.landcycle(*words)


def asked_words(paper: dict, example: dict[str, str]) -> dict[str, str]:
    """What the law asks to be in a paper and an example gives as it stands: texts of the file, and entries."""
    with (EXAMPLES / example["facts"]).open(encoding="utf-8") as file:
        facts = next(row for row in csv.DictReader(file) if row["case_id"] == example["case"])
    texts = {"holder", "holder_id", "parcel_no", "supervision_no", "location", "project_name"}
    entered, found = entries(example["paper"]), {}
    for content in paper["contents"]:
        source = content["from"]
        if "asked" not in content or isinstance(source, list):
            continue
        if source.startswith("fact ") and source[5:] in texts:
            found[content["name"]] = facts[source[5:]]
        if source in ("office text", "office list"):
            for at, line in enumerate(entered[content["name"]]):
                found[f"{content['name']} {at}"] = line
    return found


def papers(bench: Bench) -> int:
    """Every paper of the examples in python-docx, LibreOffice and pdftotext."""
    folder, shown = bench.folder / "papers", bench.folder / "pdf"
    folder.mkdir(), shown.mkdir()
    made = []
    for example in examples():
        out = folder / f"{example['name']}.docx"
        done = write(bench, example, out)
        bench.expect(done.returncode == 0, f"{example['name']}: {done.stderr}")
        if done.returncode == 0:
            made.append((example, out))
    bench.office("pdf", [out for _, out in made], shown)
    for example, out in made:
        pdf = shown / f"{out.stem}.pdf"
        done = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], capture_output=True, text=True, check=False)
        page = bare(done.stdout)
        bench.expect(bool(page), f"{out.stem}: no PDF")
        lacking = [words for words in words_of(out) if bare(words) and bare(words) not in page]
        # A paragraph over two pages has a page number in its midst.
        parts = [part for words in lacking for part in re.split("[，。；：]", words) if bare(part) and bare(part) not in page]
        bench.expect(len(parts) <= 2, f"{out.stem}: not in the PDF: {parts[:3]}")
        paper = yaml.safe_load((Path(bench.packages) / f"national/papers/{example['paper']}.yaml").read_text(encoding="utf-8"))
        for name, words in asked_words(paper, example).items():
            bench.expect(bare(words) in page, f"{out.stem}: {name} is not in the PDF: {words}")
    return len(made)


def edited(bench: Bench) -> int:
    """Templates that LibreOffice has opened and saved still are templates, and say the same."""
    handed, saved = bench.folder / "handed", bench.folder / "saved"
    handed.mkdir(), saved.mkdir()
    ids = sorted({example["paper"] for example in examples()})
    for paper in ids:
        done = bench.landcycle("paper", "template", paper, "--out", str(handed / f"{paper}.docx"))
        bench.expect(done.returncode == 0, f"{paper}: {done.stderr}")
    bench.office("docx:MS Word 2007 XML", [handed / f"{paper}.docx" for paper in ids], saved)
    for example in examples():
        template = saved / f"{example['paper']}.docx"
        done = bench.landcycle("paper", "check", str(template), "--paper", example["paper"])
        bench.expect(done.returncode == 0, f"{template.stem} saved by LibreOffice: {done.stdout}{done.stderr}")
        own, theirs = bench.folder / "own.docx", bench.folder / "theirs.docx"
        first, second = write(bench, example, own), write(bench, example, theirs, "--template", str(template))
        if first.returncode or second.returncode:
            bench.expect(False, f"{example['name']}: {first.stderr}{second.stderr}")
            continue
        same_words = [bare(words) for words in words_of(own)] == [bare(words) for words in words_of(theirs)]
        bench.expect(same_words, f"{example['name']}: says something else in a template saved by LibreOffice")
    return len(ids)


def lists(bench: Bench) -> str:
    """Every item that an article lists is asked for by a content of its paper."""
    asked: dict[str, set[str]] = {}
    for file in sorted((Path(bench.packages) / "national/papers").glob("*.yaml")):
        for content in yaml.safe_load(file.read_text(encoding="utf-8"))["contents"]:
            given = content.get("asked", [])
            for cite in [given] if isinstance(given, str) else given:
                article, _, item = cite.partition(" ")
                asked.setdefault(f"{file.stem} {article}", set()).add(item)
    counts = dict(LISTS)
    data = os.environ.get("LANDCYCLE_DATA")
    if data:
        law = json.loads((Path(data) / "laws/order53_idle_land_2012.json").read_text(encoding="utf-8"))
        for article in counts:
            number = int(article.rsplit("-", 1)[1])
            text = next(entry["content"] for entry in law if entry["article_no"] == number)
            found = [NUMERALS.index(numeral) + 1 for numeral in re.findall(r"（([一二三四五六七八九十])）", text)]
            bench.expect(found == list(range(1, counts[article] + 1)), f"{article} has items {found}")
    for article, count in counts.items():
        for paper in [key for key in asked if key.endswith(f" {article}")]:
            lacking = {str(item + 1) for item in range(count)} - asked[paper]
            bench.expect(not lacking, f"{paper}: nothing for items {sorted(lacking)}")
        bench.expect(any(key.endswith(f" {article}") for key in asked), f"no paper is asked for by {article}")
    return "compared with the text" if data else "the text of the articles is not at hand"


def main() -> int:
    """Runs everything and tells what does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--landcycle", required=True)
    parser.add_argument("--packages-dir", default=str(ROOT / "policies"))
    parser.add_argument("--sums", type=int, default=20_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="landcycle-papers-") as folder:
        packages = str(Path(asked.packages_dir).resolve())
        bench = Bench(str(Path(asked.landcycle).resolve()), packages, Path(folder))
        told = lists(bench)
        counted = sums(bench, asked.sums)
        written = papers(bench)
        templates = edited(bench)
    for fault in bench.faults:
        print(f"papers: {fault}")
    print(f"{counted} sums read back, {written} papers opened, {templates} templates edited, items {told}, {len(bench.faults)} faults")
    return 1 if bench.faults else 0


if __name__ == "__main__":
    sys.exit(main())
