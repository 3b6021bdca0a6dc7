"""What the second reading of a book of linkage finds, and what it lets pass."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

import linkage_book

HEADING = "line,seq,key,on,act,account,holder,other,unit,amount,undone_by,parcel,part,parcel_area,by,origin,grade"
SOUND = """1,1,o,2024-01-01,opened,,,,,,,,,,a,,
2,2,g,2024-01-02,given_up,outside,,,ha,-2.5,,P,,3,a,,
2,2,g,2024-01-02,given_up,pending,甲区,,ha,2.5,,P,,3,a,,
3,3,c,2024-01-03,credited,pending,甲区,,ha,-2.5,,,,,a,,illustrative
3,3,c,2024-01-03,credited,credit,甲区,甲区,ha,2.5,,,,,a,,illustrative
4,4,u,2024-01-04,used,credit,甲区,甲区,ha,-1,,,,,a,,paper
4,4,u,2024-01-04,used,used,项目,,ha,1,,,,,a,,paper
4,4,u,2024-01-04,used,revenue,甲区,,CNY,-100,,,,,a,,paper
4,4,u,2024-01-04,used,kept,甲区,,CNY,100,,,,,a,,paper"""


def faults(rows: str) -> list[str]:
    """What is found in a journal."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.csv"
        path.write_text(f"{HEADING}\n{rows}\n", encoding="utf-8")
        return linkage_book.check(path, None, None)


class Journal(unittest.TestCase):
    """One change, one kind of fault."""

    def test_a_sound_journal_has_no_faults(self) -> None:
        self.assertEqual(faults(SOUND), [])

    def expect(self, old: str, new: str, told: str) -> None:
        """The change is found."""
        self.assertIn(old, SOUND)
        found = faults(SOUND.replace(old, new))
        self.assertTrue(any(told in fault for fault in found), found)

    def test_a_posting_that_is_changed_is_found(self) -> None:
        self.expect("used,项目,,ha,1,", "used,项目,,ha,1.0001,", "does not come to zero")

    def test_a_balance_below_zero_is_found(self) -> None:
        self.expect("ha,-1,,,,,a,,paper\n4,4,u,2024-01-04,used,used,项目,,ha,1,",
                    "ha,-2.6,,,,,a,,paper\n4,4,u,2024-01-04,used,used,项目,,ha,2.6,", "wrong side of zero")

    def test_more_than_a_parcel_has_is_found(self) -> None:
        self.expect(",P,,3,", ",P,,2.4999,", "gives up more")

    def test_a_day_that_goes_back_is_found(self) -> None:
        self.expect("2024-01-04", "2024-01-02", "a day goes back")

    def test_an_undoing_that_is_none_is_found(self) -> None:
        self.expect("used,used,项目,,ha,1,,", "used,used,项目,,ha,1,r,", "not the opposite")

    def test_what_is_too_fine_is_refused(self) -> None:
        with self.assertRaises(SystemExit):
            linkage_book.smallest("0.00001", "ha")


class Division(unittest.TestCase):
    """The rules of remainders."""

    def test_who_gave_up_is_rounded_half_up_others_down_and_the_rest_is_kept(self) -> None:
        book = linkage_book.Facts()
        book.facts["s"] = {"parts": '[["甲区","0.3"],["乙区","0.6"],["市级","0.1"]]'}
        fact = {"place": "乙区", "giving": "甲区", "project": "p", "linked_area": "1", "linked_revenue": "100.05",
                "share": "s"}
        moved = {posting[:3]: posting[-1] for posting in book.used(fact)}
        self.assertEqual(moved["owed", "乙区", "甲区"], 3002)
        self.assertEqual(moved["owed", "乙区", "市级"], 1000)
        self.assertEqual(moved["kept", "乙区", ""], 6003)


if __name__ == "__main__":
    unittest.main()
