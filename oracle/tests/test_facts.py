"""Units are exact, and a facts file reads back as it was generated."""

import tempfile
import unittest
from datetime import date
from fractions import Fraction
from pathlib import Path

from generate import UNIT_VARIANTS, Generator, number_text, write_cases
from landcycle_oracle.dates import NEVER
from landcycle_oracle.facts import parse_header, parse_value, read_facts


class Values(unittest.TestCase):
    def test_units(self) -> None:
        self.assertEqual(parse_value("floor_area", "1 亩"), Fraction(2000, 3))
        self.assertEqual(parse_value("floor_area", "15", "亩"), parse_value("floor_area", "1", "公顷"))
        self.assertEqual(parse_value("price", "308.2136", "万元"), 3_082_136)
        self.assertEqual(parse_value("floor_area", "20000/3"), Fraction(20000, 3))

    def test_refusals(self) -> None:
        for name, text in (("price", "1 亩"), ("floor_area", "many"), ("idle_cause", "bad_luck"),
                           ("started_on", "soon"), ("price", "1e3")):
            with self.assertRaises(ValueError, msg=f"{name} {text}"):
                parse_value(name, text)

    def test_three_kinds_of_date(self) -> None:
        self.assertEqual(parse_value("started_on", "2016-02-29"), date(2016, 2, 29))
        self.assertIs(parse_value("started_on", "none"), NEVER)
        self.assertIsNone(parse_value("started_on", ""))

    def test_header(self) -> None:
        self.assertEqual(parse_header("construction_area_due [亩]"), ("construction_area_due", "亩"))
        self.assertEqual(parse_header("price"), ("price", None))

    def test_number_text(self) -> None:
        for value, text in ((Fraction(1, 4), "0.25"), (Fraction(10000, 3), "10000/3"),
                            (Fraction(7), "7"), (Fraction(-1, 100), "-0.01"), (Fraction(1999999, 200), "9999.995")):
            self.assertEqual(Fraction(number_text(value)), value)
            if value > 0:
                self.assertEqual(number_text(value), text)


class RoundTrip(unittest.TestCase):
    def test_every_unit_variant(self) -> None:
        as_of = date(2026, 11, 23)
        with tempfile.TemporaryDirectory() as folder:
            for variant in range(len(UNIT_VARIANTS)):
                path = Path(folder) / f"{variant}.csv"
                write_cases(path, 200, 3, "shanghai", as_of, variant)
                generator = Generator(3, "shanghai", as_of)
                for _, facts in read_facts(path):
                    self.assertEqual(facts.values, generator.case())


if __name__ == "__main__":
    unittest.main()
