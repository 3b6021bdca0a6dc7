//! What each instruction does to a block of lanes. Plain loops over equal slices, without a branch
//! where the compiler can turn them into vector code.

#![expect(
    clippy::needless_bitwise_bool,
    reason = "`&` and `|` on booleans keep the loops free of branches, so that they become vector code"
)]

pub(crate) mod calendar;

use super::NOT_APPLICABLE;
use crate::expression::syntax::{Arithmetic, Comparison};
use crate::vocabulary::MISSING;

/// Values of a block and what they lack.
pub(crate) type Lane<'l, T> = (&'l [T], &'l [u64]);
/// Where values of a block and what they lack are put.
pub(crate) type Filled<'l, T> = (&'l mut [T], &'l mut [u64]);

/// A value type with the comparisons and arithmetic that kernels need.
pub(crate) trait Value: Copy + Ord + Default {
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
}

// Wrapping is never seen: the compiler of rules proves from the facts' ranges that results of
// known lanes fit, and lanes that lack a fact hold no result.
macro_rules! value {
    ($type:ty) => {
        impl Value for $type {
            #[inline]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline]
            fn times(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
        }
    };
}
value!(i64);
value!(i128);

#[inline]
pub(crate) fn zip<T: Copy, U>(a: &[T], b: &[T], out: &mut [U], f: impl Fn(T, T) -> U) {
    for ((out, x), y) in out.iter_mut().zip(a).zip(b) {
        *out = f(*x, *y);
    }
}

#[inline]
pub(crate) fn map<T: Copy, U>(a: &[T], out: &mut [U], f: impl Fn(T) -> U) {
    for (out, x) in out.iter_mut().zip(a) {
        *out = f(*x);
    }
}

/// The bit of a fact for every row that lacks it, those beyond its column included.
pub(crate) fn missing(known: &[i64], bit: u64, out: &mut [u64]) {
    let (head, tail) = out.split_at_mut(known.len());
    map(known, head, |value| if value == MISSING { bit } else { 0 });
    tail.fill(bit);
}

/// Whether every row has a value. Without a branch, so that a block takes a few instructions.
pub(crate) fn all_known(values: &[i64]) -> bool {
    // Most blocks that lack something lack it early.
    let (head, tail) = values.split_at(values.len().min(16));
    let known = |part: &[i64]| part.iter().fold(true, |known, value| known & (*value != MISSING));
    known(head) && known(tail)
}

pub(crate) fn arithmetic<T: Value>(op: Arithmetic, a: &[T], b: &[T], out: &mut [T]) {
    match op {
        Arithmetic::Add => zip(a, b, out, T::plus),
        Arithmetic::Subtract => zip(a, b, out, T::minus),
        // Division never reaches the machine: quotients are kept as two registers.
        Arithmetic::Multiply | Arithmetic::Divide => zip(a, b, out, T::times),
    }
}

pub(crate) fn compare<T: Value>(op: Comparison, a: &[T], b: &[T], out: &mut [i64]) {
    match op {
        Comparison::Less => zip(a, b, out, |x, y| i64::from(x < y)),
        Comparison::LessOrEqual => zip(a, b, out, |x, y| i64::from(x <= y)),
        Comparison::Equal => zip(a, b, out, |x, y| i64::from(x == y)),
        Comparison::NotEqual => zip(a, b, out, |x, y| i64::from(x != y)),
        Comparison::GreaterOrEqual => zip(a, b, out, |x, y| i64::from(x >= y)),
        Comparison::Greater => zip(a, b, out, |x, y| i64::from(x > y)),
    }
}

pub(crate) fn compare_known(op: Comparison, a: &[i64], to: i64, out: &mut [i64]) {
    match op {
        Comparison::Less => map(a, out, |x| i64::from(x < to)),
        Comparison::LessOrEqual => map(a, out, |x| i64::from(x <= to)),
        Comparison::Equal => map(a, out, |x| i64::from(x == to)),
        Comparison::NotEqual => map(a, out, |x| i64::from(x != to)),
        Comparison::GreaterOrEqual => map(a, out, |x| i64::from(x >= to)),
        Comparison::Greater => map(a, out, |x| i64::from(x > to)),
    }
}

/// Whether each value is one of a few.
pub(crate) fn among(a: &[i64], of: &[i64], out: &mut [i64]) {
    // Short lists are compared at once, without a loop within the loop.
    match *of {
        [one] => map(a, out, |x| i64::from(x == one)),
        [one, two] => map(a, out, |x| i64::from((x == one) | (x == two))),
        [one, two, three] => map(a, out, |x| i64::from((x == one) | (x == two) | (x == three))),
        _ => map(a, out, |x| i64::from(of.contains(&x))),
    }
}

pub(crate) fn extreme<T: Value>(greatest: bool, a: &[T], b: &[T], out: &mut [T]) {
    if greatest {
        zip(a, b, out, T::max);
    } else {
        zip(a, b, out, T::min);
    }
}

pub(crate) fn positive<T: Value>((a, lacks): Lane<'_, T>, out: &mut [u64], undefined: u64) {
    for ((out, x), lack) in out.iter_mut().zip(a).zip(lacks) {
        *out = lack | if *x > T::default() { 0 } else { undefined };
    }
}

/// Kleene's and: one known no decides.
pub(crate) fn and((av, al): Lane<'_, i64>, (bv, bl): Lane<'_, i64>, (ov, ol): Filled<'_, i64>) {
    let n = ov.len();
    let (av, al, bv, bl, ol) = (&av[..n], &al[..n], &bv[..n], &bl[..n], &mut ol[..n]);
    for i in 0..n {
        let no = ((al[i] == 0) & (av[i] == 0)) | ((bl[i] == 0) & (bv[i] == 0));
        ov[i] = if no { 0 } else { av[i] & bv[i] };
        ol[i] = if no { 0 } else { al[i] | bl[i] };
    }
}

/// Kleene's or: one known yes decides.
pub(crate) fn or((av, al): Lane<'_, i64>, (bv, bl): Lane<'_, i64>, (ov, ol): Filled<'_, i64>) {
    let n = ov.len();
    let (av, al, bv, bl, ol) = (&av[..n], &al[..n], &bv[..n], &bl[..n], &mut ol[..n]);
    for i in 0..n {
        let yes = ((al[i] == 0) & (av[i] != 0)) | ((bl[i] == 0) & (bv[i] != 0));
        ov[i] = if yes { 1 } else { av[i] | bv[i] };
        ol[i] = if yes { 0 } else { al[i] | bl[i] };
    }
}

/// An unknown condition is harmless only where both branches are known and agree.
pub(crate) fn select<T: Value>(
    (cv, cl): Lane<'_, i64>,
    ((av, al), (bv, bl)): (Lane<'_, T>, Lane<'_, T>),
    (ov, ol): Filled<'_, T>,
) {
    let n = ov.len();
    let (cv, av, bv) = (&cv[..n], &av[..n], &bv[..n]);
    for i in 0..n {
        ov[i] = if cv[i] != 0 { av[i] } else { bv[i] };
    }
    // None where all is always known.
    if ol.is_empty() {
        return;
    }
    let (cl, al, bl, ol) = (&cl[..n], &al[..n], &bl[..n], &mut ol[..n]);
    for i in 0..n {
        let chosen = if cv[i] != 0 { al[i] } else { bl[i] };
        let agree = ((al[i] | bl[i]) == 0) & (av[i] == bv[i]);
        // That the law is silent on one way only does not decide while the way is open.
        let silent = (al[i] & bl[i]) | !NOT_APPLICABLE;
        let open = if agree { 0 } else { cl[i] | ((al[i] | bl[i]) & silent) };
        ol[i] = if cl[i] == 0 { chosen } else { open };
    }
}

/// The lane of the interval in which a date lies; an unknown date leaves everything unknown.
pub(crate) fn within<T: Value>(
    (dv, dl): Lane<'_, i64>,
    (from, until): (i64, i64),
    ((av, al), (bv, bl)): (Lane<'_, T>, Lane<'_, T>),
    (ov, ol): Filled<'_, T>,
) {
    let n = ov.len();
    let (dv, av, bv) = (&dv[..n], &av[..n], &bv[..n]);
    for i in 0..n {
        let inside = (dv[i] >= from) & (dv[i] < until);
        ov[i] = if inside { av[i] } else { bv[i] };
    }
    if ol.is_empty() {
        return;
    }
    let (dl, al, bl, ol) = (&dl[..n], &al[..n], &bl[..n], &mut ol[..n]);
    for i in 0..n {
        let inside = (dv[i] >= from) & (dv[i] < until);
        let lacks = if inside { al[i] } else { bl[i] };
        ol[i] = if dl[i] == 0 { lacks } else { dl[i] };
    }
}

pub(crate) fn conflict(
    (one, other): (Lane<'_, i64>, Lane<'_, i64>),
    lacks: &[u64],
    out: &mut [u64],
    flag: u64,
) {
    for (i, out) in out.iter_mut().enumerate() {
        let known = (one.1[i] | other.1[i]) == 0;
        let both = known & (one.0[i] != 0) & (other.0[i] != 0);
        *out = lacks[i] | if both { flag } else { 0 };
    }
}

/// Notes in a path that an exception surely applied.
pub(crate) fn applied((value, lacks): Lane<'_, i64>, bit: usize, out: &mut [i64]) {
    for ((out, value), lacks) in out.iter_mut().zip(value).zip(lacks) {
        *out |= i64::from((*lacks == 0) & (*value != 0)) << bit;
    }
}
