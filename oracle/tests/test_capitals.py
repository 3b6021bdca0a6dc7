"""The reader of capital numerals, on the examples of the rules of payment and on words that break them."""

import unittest
from decimal import Decimal

from landcycle_oracle.capitals import Misread, read


class Capitals(unittest.TestCase):
    def test_sums(self):
        for words, sum_ in {
            "人民币零元整": "0",
            "人民币伍分": "0.05",
            "人民币壹拾元整": "10",
            "人民币叁佰贰拾伍元零肆分": "325.04",
            "人民币壹仟肆佰零玖元伍角整": "1409.5",
            "人民币壹拾万柒仟元伍角叁分": "107000.53",
            "人民币壹亿零伍万元整": "100050000",
            "人民币壹万亿元整": "1000000000000",
            "人民币负壹拾贰元叁角整": "-12.3",
        }.items():
            self.assertEqual(read(words), Decimal(sum_), words)

    def test_words_that_are_no_sum(self):
        for words in ("人民币拾元整", "人民币壹佰伍元整", "人民币壹仟零零伍元整", "人民币叁元肆分", "人民币伍元", "伍元整", "人民币壹亿伍万元整"):
            with self.assertRaises(Misread, msg=words):
                read(words)


if __name__ == "__main__":
    unittest.main()
