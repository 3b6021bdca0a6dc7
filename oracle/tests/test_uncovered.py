"""A rule without an oracle is seen."""

import tempfile
import unittest
from pathlib import Path

from uncovered import uncovered


class Uncovered(unittest.TestCase):
    def test_names_the_file_and_its_packages(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            policies = Path(folder)
            for name in (
                "national/rules/planning/linkage_use", "national/rules/planning/invented",
                "shanghai/rules/planning/zone_total", "shenzhen/rules/planning/zone_total",
            ):
                path = policies / f"{name}.yaml"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
            self.assertEqual(uncovered(policies), [
                "national/rules/planning/invented.yaml: national, beijing, shanghai, shenzhen",
                "shanghai/rules/planning/zone_total.yaml: shanghai",
            ])
