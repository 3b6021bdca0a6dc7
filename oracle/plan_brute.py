"""Random plan workbooks, checked by landcycle and by a brute-force check in fractions; every difference is printed.

    python plan_brute.py --landcycle BIN --packages-dir ../policies --count 100 --seed 1

The workbooks are the program's own template, filled in by openpyxl. The check reads the lines that were written,
not what the program made of them, and is written from the texts: Land Administration Regulation art. 16 (uses,
sources and districts add up to the total), Beijing's plan for 2021 (stock at least 60 %, key areas at least 80 %),
Li 2022 (reduction target, renewal floor and cap, the three plans released together).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import openpyxl

PACKAGES = ("national", "beijing", "shanghai", "shenzhen")
AS_OF = date(2023, 6, 30)
USES = {
    "plan_industrial": "产业用地", "plan_residential": "居住用地", "plan_commercial": "商服用地",
    "plan_public": "民生设施用地", "plan_other_uses": "其他用地",
}
SOURCES = {"plan_new": "新增建设用地", "plan_stock": "存量建设用地"}
SPACES = {"key_area": "重点领域和重点功能区", "elsewhere": "其他区域"}
CONVERSIONS = {
    "renewal_plan_industry": "工改工", "renewal_plan_m0": "工改M0", "renewal_plan_housing": "工改居",
    "renewal_plan_commerce": "工改商",
}
STARTS = (date(2018, 12, 30), date(2020, 12, 31), date(2021, 1, 1), date(2021, 12, 31), date(2022, 1, 1))
PUBLICATIONS = ("plan_published_on", "renewal_plan_published_on", "consolidation_plan_published_on")
Answer = bool | None
# Not the law's concern.
SILENT = "silent"


@dataclass
class Plan:
    """What is written in a workbook: lines as (use, source, space, district, area), and the summary."""

    lines: list[tuple[str | None, str | None, str | None, str | None, Fraction | None]]
    renewal: list[tuple[str, Fraction | None]]
    reduction: list[tuple[Fraction, Fraction | None]]
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def start(self) -> date | None:
        return self.summary.get("plan_from")


def made(random: Random) -> Plan:
    """A plan near the bar, mostly whole; now and then a cell is empty."""
    def known(value: Any, chance: float = 0.03) -> Any:
        return None if random.random() < chance else value

    def area() -> Fraction:
        return Fraction(random.choice((random.randint(0, 40) * 10_000, random.randint(0, 400_000))), 10_000)

    keep = random.random() < 0.8
    lines = [
        (known(random.choice(list(USES))), known(random.choice(list(SOURCES))), known(random.choice(list(SPACES))),
         known(random.choice("甲乙丙")), known(area()))
        if not keep else
        (random.choice(list(USES)), random.choice(list(SOURCES)), random.choice(list(SPACES)),
         random.choice("甲乙丙"), area())
        for _ in range(random.randint(1, 9))
    ]
    total = sum((line[4] for line in lines if line[4] is not None), Fraction(0))
    total += random.choice((0, 0, 0, 0, 1, -1)) * Fraction(1, 10_000)
    published = date(2022, 3, 1)
    summary: dict[str, Any] = {
        "plan_level": known(random.choice(("city_plan", "city_plan", "district_plan"))),
        "plan_from": random.choice(STARTS),
        "plan_total": known(max(total, Fraction(0))),
        "renewal_m0_cap": known(area()), "renewal_industry_floor": known(area()),
        **{name: known(random.choice((published, published, date(2022, 3, 2)))) for name in PUBLICATIONS},
    }
    renewal = [(random.choice(list(CONVERSIONS)), known(area(), 0.02)) for _ in range(random.randint(0, 4))]
    reduction = []
    for _ in range(random.randint(0, 3)):
        target = area()
        reduction.append((target, known(target + random.choice((-1, 0, 0, 0, 1)) * (target > 0) * Fraction(1, 10_000))))
    return Plan(lines, renewal, reduction, {name: value for name, value in summary.items() if value is not None})


def total(parts: list[Fraction | None]) -> Fraction | None:
    """The sum, where all is known."""
    return None if any(part is None for part in parts) else sum(parts, Fraction(0))  # type: ignore[arg-type]


def by(rows: list[tuple[Any, Fraction | None]], code: str) -> Fraction | None:
    """What the rows of a code add up to, where every row names its code."""
    if not rows or any(name is None for name, _ in rows):
        return None
    return total([area for name, area in rows if name == code])


def in_key_areas(plan: Plan) -> Fraction | None:
    """Industrial land in key areas, where no line may be in doubt."""
    if all(line[2] is None for line in plan.lines):
        return None
    found: Fraction | None = Fraction(0)
    for used, _, space, _, area in plan.lines:
        if used not in (None, "plan_industrial") or space == "elsewhere":
            continue
        if used is None or space is None or area is None:
            return None
        found = found + area if found is not None else None
    return found


def brute(plan: Plan, package: str) -> dict[str, Answer]:
    """The verdict of every rule that asks something of the plan."""
    stated = plan.summary.get("plan_total")
    uses = {code: by([(line[0], line[4]) for line in plan.lines], code) for code in USES}
    sources = {code: by([(line[1], line[4]) for line in plan.lines], code) for code in SOURCES}
    converted = {code: by(plan.renewal, code) for code in CONVERSIONS}
    districts = None if any(line[3] is None for line in plan.lines) else total([line[4] for line in plan.lines])

    def same(parts: Fraction | None) -> Answer:
        return None if parts is None or stated is None else parts == stated

    def since(law: date, answer: Answer) -> Answer | str:
        return None if plan.start is None else SILENT if plan.start < law else answer

    def reached(more: Fraction | None, less: Fraction | None) -> Answer:
        return None if more is None or less is None else more >= less

    def share(part: Fraction | None, whole: Fraction | None, least: Fraction) -> Answer | str:
        if plan.start is None or plan.start >= date(2022, 1, 1):
            return None
        known = part is not None and whole is not None and whole > 0
        return since(date(2021, 1, 1), part >= least * whole if known else None)  # type: ignore[operator]

    level = plan.summary.get("plan_level")
    rows = plan.reduction
    found: dict[str, Answer | str] = {
        "plan_by_use": same(total(list(uses.values()))),
        "plan_by_source": same(total(list(sources.values()))),
        "plan_by_district": SILENT if level == "district_plan" else None if level is None else same(districts),
        "reduction_target": since(date(2021, 12, 31), reached(
            total([planned for _, planned in rows]) if rows else None, total([t for t, _ in rows]) if rows else None,
        )),
        # The workbooks do not say when the plan was adopted.
        "plan_contents": None,
    }
    if package == "beijing":
        found["stock_share"] = share(sources["plan_stock"], stated, Fraction(60, 100))
        found["key_area_share"] = share(in_key_areas(plan), uses["plan_industrial"], Fraction(80, 100))
    if package == "shenzhen":
        lines = date(2018, 12, 31)
        floor, cap = plan.summary.get("renewal_industry_floor"), plan.summary.get("renewal_m0_cap")
        found["renewal_industry_floor"] = since(lines, reached(converted["renewal_plan_industry"], floor))
        found["renewal_m0_cap"] = since(lines, reached(cap, converted["renewal_plan_m0"]))
        days = [plan.summary.get(name) for name in PUBLICATIONS]
        pairs = [None if day is None or days[0] is None else day == days[0] for day in days]
        together = False if False in pairs else None if None in pairs else True
        found["plans_published_together"] = since(date(2021, 12, 31), together)
        found["plan_adoption"] = None
    return {rule: answer for rule, answer in found.items() if answer != SILENT}  # type: ignore[misc]


def write(plan: Plan, template: Path, names: dict[str, str], path: Path) -> None:
    """The template filled in as an office does."""
    book = openpyxl.load_workbook(template)
    summary = next(sheet for sheet in book if sheet.title.startswith("概要"))
    rows = {str(row[0].value).split(" · ")[0]: row[1] for row in summary.iter_rows(min_row=2)}
    rows[names["plan_from"]].value = None
    rows[names["plan_until"]].value = None
    rows[names["city"]].value = None
    for name, value in plan.summary.items():
        cell = rows[names[name]]
        cell.value = decimal(value) if isinstance(value, Fraction) else str(value)

    def fill(title: str, lines: list[dict[str, Any]]) -> None:
        sheet = next(sheet for sheet in book if sheet.title.startswith(title))
        columns = {str(cell.value).split(" · ")[0]: cell.column for cell in sheet[1]}
        for at, line in enumerate(lines, start=2):
            for name, value in line.items():
                if value is not None:
                    cell = sheet.cell(row=at, column=columns[name])
                    cell.value = decimal(value) if isinstance(value, Fraction) else value

    fill("分项", [
        {"计划用途": USES.get(used or ""), "计划来源": SOURCES.get(source or ""), "计划空间": SPACES.get(space or ""),
         "区": district, "计划面积": area}
        for used, source, space, district, area in plan.lines
    ])
    fill("更新", [{"更新类型": CONVERSIONS[code], "计划面积": area} for code, area in plan.renewal])
    fill("减量", [
        {names["reduction_target"]: target, names["reduction_planned"]: planned} for target, planned in plan.reduction
    ])
    book.save(path)


def decimal(value: Fraction) -> float:
    """As a spreadsheet keeps it."""
    return float(value)


def run(binary: str, packages: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs the program."""
    command = [binary, "--packages", str(packages), *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def titles(packages: Path) -> dict[str, str]:
    """The Chinese name of every fact that a summary lists."""
    import yaml  # noqa: PLC0415

    found = {}
    for name in ("plan", "identity"):
        text = (packages / "vocabulary" / f"{name}.yaml").read_text(encoding="utf-8")
        found.update({fact["name"]: fact["zh"] for fact in yaml.safe_load(text)["facts"]})
    return found


def main() -> int:
    """Compares, and tells what was met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--landcycle", required=True)
    parser.add_argument("--packages-dir", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random, names = Random(options.seed), titles(options.packages_dir)
    met: Counter[str] = Counter()
    differences = 0
    with tempfile.TemporaryDirectory() as folder:
        template, path = Path(folder) / "template.xlsx", Path(folder) / "plan.xlsx"
        done = run(options.landcycle, options.packages_dir, "plan", "template", "--package", "national",
                   "--year", "2021", "--to", str(template))
        if done.returncode:
            print(done.stderr)
            return 1
        for at in range(options.count):
            plan, package = made(random), PACKAGES[at % len(PACKAGES)]
            write(plan, template, names, path)
            done = run(options.landcycle, options.packages_dir, "plan", "check", str(path), "--package", package,
                       "--as-of", str(AS_OF), "--json")
            if not done.stdout.strip():
                print(f"{at} {package}: no answer: {done.stderr}")
                differences += 1
                continue
            found = json.loads(done.stdout)
            answers = {"holds": True, "fails": False, "unknown": None}
            theirs = {
                one["rule"]: answers[one["verdict"]] for one in found["constraints"] if one["verdict"] in answers
            }
            own = brute(plan, package)
            # What is only a number asks nothing.
            theirs = {rule: answer for rule, answer in theirs.items()
                      if rule not in ("plan_carried_out", "plan_forecast", "renewal_industry_share")}
            whole = "fails" if False in own.values() else "unknown" if None in own.values() else "holds"
            faults = [f"{rule}: {theirs.get(rule, SILENT)} for {own.get(rule, SILENT)}"
                      for rule in sorted(own.keys() | theirs.keys()) if own.get(rule, SILENT) != theirs.get(rule, SILENT)]
            if found["verdict"] != whole:
                faults.append(f"whole: {found['verdict']} for {whole}")
            if (done.returncode != 0) != (whole == "fails"):
                faults.append(f"exit {done.returncode} for {whole}")
            if faults:
                differences += 1
                print(f"{at} {package}: {'; '.join(faults)}\n  {plan}")
            met.update(f"{rule} {answer}" for rule, answer in own.items())
    asked = ("plan_by_use", "plan_by_source", "plan_by_district", "stock_share", "key_area_share", "reduction_target",
             "renewal_industry_floor", "renewal_m0_cap", "plans_published_together")
    never = [f"{rule} {answer}" for rule in asked for answer in (True, False, None) if not met[f"{rule} {answer}"]]
    if never and options.count >= 100:
        print(f"never met: {', '.join(never)}")
        differences += 1
    print(f"{options.count} workbooks, {differences} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
