"""Three-valued logic and its sets of missing facts."""

import unittest
from typing import Any

from landcycle_oracle.kleene import Unknown, both, case, either, is_code, lift, negate


def lacking(*names: str) -> Unknown:
    return Unknown(frozenset(names))


A, B, C = lacking("a"), lacking("b"), lacking("c")


class Connectives(unittest.TestCase):
    def test_and(self) -> None:
        self.assertIs(both(True, True), True)
        self.assertIs(both(A, False), False)
        self.assertIs(both(False, A), False)
        self.assertEqual(both(A, True), A)
        self.assertEqual(both(A, True, B), lacking("a", "b"))

    def test_or(self) -> None:
        self.assertIs(either(False, False), False)
        self.assertIs(either(A, True), True)
        self.assertEqual(either(A, False), A)
        self.assertEqual(either(A, B), lacking("a", "b"))

    def test_not(self) -> None:
        self.assertIs(negate(True), False)
        self.assertEqual(negate(A), A)

    def test_unknown_without_a_missing_fact_is_still_unknown(self) -> None:
        self.assertEqual(both(Unknown(), True), Unknown())
        self.assertEqual(both(Unknown(), A), A)
        self.assertIs(both(Unknown(), False), False)


class Functions(unittest.TestCase):
    def test_any_unknown_operand_decides_nothing(self) -> None:
        self.assertEqual(lift(lambda x, y: x * y, 0, A), A)
        self.assertEqual(lift(lambda x, y: x * y, A, B), lacking("a", "b"))
        self.assertEqual(lift(lambda x, y: x * y, 2, 3), 6)

    def test_codes(self) -> None:
        self.assertIs(is_code("lease", "lease", "tender"), True)
        self.assertIs(is_code("listing", "lease"), False)
        self.assertEqual(is_code(A, "lease"), A)


class Cases(unittest.TestCase):
    def check(self, expected: Any, *branches: Any, otherwise: Any) -> None:
        self.assertEqual(case(*branches, otherwise=otherwise), expected)

    def test_first_true_branch(self) -> None:
        self.check(2, (False, 1), (True, 2), (True, 3), otherwise=4)
        self.check(4, (False, 1), (False, 2), otherwise=4)

    def test_branches_that_cannot_be_reached_do_not_matter(self) -> None:
        self.check(2, (False, A), (True, 2), (B, C), otherwise=C)

    def test_chosen_branch_may_be_unknown(self) -> None:
        self.check(A, (True, A), otherwise=1)

    def test_unknown_condition_unites_with_possible_branches(self) -> None:
        self.check(A, (A, 1), otherwise=2)
        self.check(lacking("a", "b"), (A, B), otherwise=2)
        self.check(lacking("a", "b", "c"), (A, 1), (B, 2), otherwise=C)
        self.check(lacking("a", "b"), (A, 1), (True, B), otherwise=C)
        self.check(lacking("a"), (A, 1), (False, B), otherwise=2)

    def test_agreement_decides(self) -> None:
        self.check(1, (A, 1), otherwise=1)
        self.check(1, (A, 1), (False, 2), (B, 1), (True, 1), otherwise=C)

    def test_unknown_branches_never_agree(self) -> None:
        self.check(lacking("a", "b"), (A, B), otherwise=B)


if __name__ == "__main__":
    unittest.main()
