"""The Civil Code's way of counting months and years."""

import unittest
from datetime import date

from landcycle_oracle.dates import NEVER, later, next_anniversary, plus_months, plus_years, reached


class YearArithmetic(unittest.TestCase):
    def test_corresponding_day(self) -> None:
        self.assertEqual(plus_years(date(2012, 7, 1), 1), date(2013, 7, 1))
        self.assertEqual(plus_years(date(2013, 7, 1), -1), date(2012, 7, 1))

    def test_no_corresponding_day_gives_the_months_last(self) -> None:
        self.assertEqual(plus_years(date(2016, 2, 29), 1), date(2017, 2, 28))
        self.assertEqual(plus_years(date(2016, 2, 29), -1), date(2015, 2, 28))
        self.assertEqual(plus_years(date(2016, 2, 29), 4), date(2020, 2, 29))
        self.assertEqual(plus_months(date(2015, 1, 31), 1), date(2015, 2, 28))
        self.assertEqual(plus_months(date(2015, 8, 31), 13), date(2016, 9, 30))

    def test_months_last_day_does_not_stick(self) -> None:
        self.assertEqual(plus_years(date(2015, 2, 28), 1), date(2016, 2, 28))
        self.assertEqual(plus_months(date(2015, 4, 30), 1), date(2015, 5, 30))

    def test_months_across_years(self) -> None:
        self.assertEqual(plus_months(date(2015, 12, 31), 2), date(2016, 2, 29))
        self.assertEqual(plus_months(date(2016, 1, 15), -1), date(2015, 12, 15))
        self.assertEqual(plus_months(date(2000, 6, 1), 597), date(2050, 3, 1))

    def test_full_year_is_reached_on_the_day_itself(self) -> None:
        due = plus_years(date(2012, 7, 1), 1)
        self.assertFalse(reached(due, date(2013, 6, 30)))
        self.assertTrue(reached(due, date(2013, 7, 1)))


class NeverAfterEverything(unittest.TestCase):
    def test_never_is_not_reached(self) -> None:
        self.assertIs(plus_years(NEVER, 2), NEVER)
        self.assertFalse(reached(NEVER, date.max))

    def test_order(self) -> None:
        self.assertTrue(later(NEVER, date.max))
        self.assertFalse(later(date.max, NEVER))
        self.assertFalse(later(NEVER, NEVER))
        self.assertFalse(later(date(2020, 1, 1), date(2020, 1, 1)))


class Anniversaries(unittest.TestCase):
    def test_the_day_itself_counts(self) -> None:
        self.assertEqual(next_anniversary(date(2015, 3, 1), 5, date(2025, 3, 1)), date(2025, 3, 1))
        self.assertEqual(next_anniversary(date(2015, 3, 1), 5, date(2025, 3, 2)), date(2030, 3, 1))

    def test_the_start_is_no_anniversary(self) -> None:
        self.assertEqual(next_anniversary(date(2026, 11, 23), 5, date(2026, 11, 23)), date(2031, 11, 23))

    def test_counted_from_the_start_each_time(self) -> None:
        self.assertEqual(next_anniversary(date(2004, 2, 29), 5, date(2009, 3, 1)), date(2014, 2, 28))
        self.assertEqual(next_anniversary(date(2004, 2, 29), 5, date(2020, 1, 1)), date(2024, 2, 29))


if __name__ == "__main__":
    unittest.main()
