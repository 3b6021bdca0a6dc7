"""Sums of money in capital numerals, read back: the opposite way of the engine's, sharing nothing with it."""

import re
from decimal import Decimal

DIGITS = {character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
STEPS = {"拾": 10, "佰": 100, "仟": 1000}
FORM = re.compile(r"人民币(负?)(?:(.+?)元)?(?:(整)|零?(?:(.)角)?(?:(整)|(?:(.)分)?))$")


class Misread(ValueError):
    """The words are no sum as the rules of payment have it."""


def _whole(words: str) -> int:
    """A whole number: by its hundred millions, then its ten thousands, then below."""
    for mark, size in (("亿", 10**8), ("万", 10**4)):
        if mark in words:
            upper, _, lower = words.rpartition(mark)
            rest = _whole(lower.removeprefix("零")) if lower else 0
            if rest >= size:
                raise Misread(words)
            # An empty place below the step is said, and only an empty one.
            if lower and (rest < size // 10) != lower.startswith("零"):
                raise Misread(words)
            return _whole(upper) * size + rest
    total, digit, last, empty = 0, None, 10_000, False
    for character in words:
        if character == "零":
            if empty:
                raise Misread(words)
            empty = True
        elif character in DIGITS:
            if digit is not None:
                raise Misread(words)
            digit = DIGITS[character]
        elif character in STEPS:
            step = STEPS[character]
            if digit is None or step >= last or (total and (step * 10 < last) != empty):
                raise Misread(words)
            total, digit, last, empty = total + digit * step, None, step, False
        else:
            raise Misread(words)
    if digit is not None:
        if total and (last > 10) != empty:
            raise Misread(words)
        total += digit
    elif empty:
        raise Misread(words)
    return total


def read(words: str) -> Decimal:
    """The sum that the words say."""
    if words == "人民币零元整":
        return Decimal(0)
    found = FORM.match(words)
    if not found or words.endswith(("元", "人民币")):
        raise Misread(words)
    minus, yuan, _, tenths, _, cents = found.groups()
    if cents and words.endswith("整"):
        raise Misread(words)
    total = Decimal(_whole(yuan) if yuan else 0)
    if yuan and cents and not tenths and "元零" not in words:
        raise Misread(words)
    total += Decimal(DIGITS[tenths] if tenths else 0) / 10 + Decimal(DIGITS[cents] if cents else 0) / 100
    return -total if minus else total
