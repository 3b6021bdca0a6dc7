//! Exact numbers: a fraction of two integers, as the law writes them (0.20, 1/3, 2000/3).
//!
//! **Invariant:** no operation here rounds; what does not fit is `None`, never a wrong number.

use std::cmp::Ordering;
use std::fmt;

/// 精确数 · an exact rational number, always reduced, with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exact {
    num: i128,
    den: i128,
}

/// The greatest common divisor, never negative.
pub(crate) fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        // Dividing small numbers costs a fraction of dividing large ones, and most are small.
        if let (Ok(mut a), Ok(mut b)) = (u64::try_from(a), u64::try_from(b)) {
            while b != 0 {
                (a, b) = (b, a % b);
            }
            return i128::from(a);
        }
        (a, b) = (b, a % b);
    }
    i128::try_from(a).unwrap_or(i128::MAX)
}

impl Default for Exact {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Exact {
    /// Zero.
    pub const ZERO: Self = Self { num: 0, den: 1 };
    /// One.
    pub const ONE: Self = Self { num: 1, den: 1 };

    /// The fraction `num / den`; `None` when `den` is zero.
    pub fn new(num: i128, den: i128) -> Option<Self> {
        if den == 0 || num == i128::MIN || den == i128::MIN {
            return None;
        }
        let divisor = gcd(num, den).max(1) * den.signum();
        Some(Self { num: num / divisor, den: den / divisor })
    }

    /// A whole number.
    pub fn whole(value: i128) -> Self {
        Self { num: value, den: 1 }
    }

    /// Numerator of the reduced fraction.
    pub fn num(self) -> i128 {
        self.num
    }

    /// Denominator of the reduced fraction, at least 1.
    pub fn den(self) -> i128 {
        self.den
    }

    /// Reads `12`, `-0.30`, `1/3` or `2000/3`. No exponent, no separators, no percent sign.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some((num, den)) = text.split_once('/') {
            return Self::parse_decimal(num.trim())?.over(Self::parse_decimal(den.trim())?);
        }
        Self::parse_decimal(text)
    }

    fn parse_decimal(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(part) {
            return None;
        }
        if digits.ends_with('.') || whole.len() + part.len() > 36 {
            return None;
        }
        let mut num: i128 = 0;
        for digit in whole.bytes().chain(part.bytes()) {
            num = num.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
        }
        let den = 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?;
        Self::new(if negative { -num } else { num }, den)
    }

    /// The sum, or `None` when it does not fit.
    pub fn plus(self, other: Self) -> Option<Self> {
        let left = self.num.checked_mul(other.den)?;
        let right = other.num.checked_mul(self.den)?;
        Self::new(left.checked_add(right)?, self.den.checked_mul(other.den)?)
    }

    /// The difference, or `None` when it does not fit.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { num: other.num.checked_neg()?, den: other.den })
    }

    /// The product, or `None` when it does not fit.
    pub fn times(self, other: Self) -> Option<Self> {
        let (a, b) = (gcd(self.num, other.den).max(1), gcd(other.num, self.den).max(1));
        Self::new((self.num / a).checked_mul(other.num / b)?, (self.den / b).checked_mul(other.den / a)?)
    }

    /// The quotient, or `None` when `other` is zero or the result does not fit.
    pub fn over(self, other: Self) -> Option<Self> {
        self.times(Self::new(other.den, other.num)?)
    }

    /// This number raised to a small power, negative powers included.
    pub fn pow(self, exponent: i32) -> Option<Self> {
        let base = if exponent < 0 { Self::ONE.over(self)? } else { self };
        (0..exponent.unsigned_abs()).try_fold(Self::ONE, |product, _| product.times(base))
    }

    /// The greatest `q` of which both numbers are whole multiples.
    pub(crate) fn common_quantum(self, other: Self) -> Option<Self> {
        let left = self.num.checked_mul(other.den)?;
        let right = other.num.checked_mul(self.den)?;
        Self::new(gcd(left, right), self.den.checked_mul(other.den)?)
    }

    /// The number as a decimal, when it has a finite one of at most 30 places.
    pub fn decimal(self) -> Option<String> {
        let mut den = self.den;
        let (mut twos, mut fives) = (0_u32, 0_u32);
        while den % 2 == 0 {
            den /= 2;
            twos += 1;
        }
        while den % 5 == 0 {
            den /= 5;
            fives += 1;
        }
        let places = twos.max(fives);
        if den != 1 || places > 30 {
            return None;
        }
        let scaled = self.num.checked_mul(10_i128.checked_pow(places)? / self.den)?;
        let digits = format!("{:0width$}", scaled.unsigned_abs(), width = places as usize + 1);
        let (whole, part) = digits.split_at(digits.len() - places as usize);
        let sign = if scaled < 0 { "-" } else { "" };
        Some(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
    }

    /// The number rounded half up to `places` decimals, for display only.
    pub fn rounded(self, places: u32) -> String {
        let scale = 10_i128.pow(places);
        let doubled = self.num.checked_mul(2 * scale).map(|n| n.div_euclid(self.den));
        let Some(doubled) = doubled else { return self.to_string() };
        let units = (doubled + 1).div_euclid(2);
        Self { num: units, den: scale }.reduced().decimal().unwrap_or_else(|| self.to_string())
    }

    fn reduced(self) -> Self {
        Self::new(self.num, self.den).unwrap_or(self)
    }
}

/// The canonical text: the finite decimal, otherwise `num/den`.
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decimal() {
            Some(decimal) => f.write_str(&decimal),
            None => write!(f, "{}/{}", self.num, self.den),
        }
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.num.checked_mul(other.den), other.num.checked_mul(self.den)) {
            (Some(left), Some(right)) => left.cmp(&right),
            // Only reached beyond 10^19 on both sides, where whole parts decide.
            _ => (self.num / self.den).cmp(&(other.num / other.den)),
        }
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A number with thousands separated, at most six decimals, for people; a simple fraction as such,
/// and what is rounded says so.
pub fn grouped(value: Exact) -> String {
    let text = value.decimal().filter(|d| d.split_once('.').is_none_or(|(_, p)| p.len() <= 6));
    if text.is_none() && value.den() <= 100 && value.num().abs() < 1_000 {
        return value.to_string();
    }
    let about = if text.is_none() { "≈ " } else { "" };
    let text = text.unwrap_or_else(|| value.rounded(4));
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = format!("{about}{sign}");
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !part.is_empty() {
        out.push('.');
        out.push_str(part);
    }
    out
}
