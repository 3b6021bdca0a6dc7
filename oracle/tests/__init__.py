"""Tests of the oracle: `python -m unittest discover -s tests -t .`"""
