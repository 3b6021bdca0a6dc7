//! What each instruction does to a block of lanes. Plain loops over equal slices, without a branch
//! where the compiler can turn them into vector code.

#![expect(
    clippy::needless_bitwise_bool,
    reason = "`&` and `|` on booleans keep the loops free of branches, so that they become vector code"
)]

pub(crate) mod calendar;

use crate::expression::syntax::{Arithmetic, Comparison};

/// Values and states of a block, in 64 or 128 bits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lanes<T> {
    pub(crate) value: Vec<T>,
    pub(crate) lacks: Vec<u64>,
}

impl<T: Copy + Default> Lanes<T> {
    pub(crate) fn new(rows: usize) -> Self {
        Self { value: vec![T::default(); rows], lacks: vec![0; rows] }
    }
}

/// A lane type with the comparisons and arithmetic that kernels need.
pub(crate) trait Lane: Copy + Ord + Default {
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
}

// Wrapping is never seen: the compiler of rules proves from the facts' ranges that results of
// known lanes fit, and lanes that lack a fact hold no result.
macro_rules! lane {
    ($type:ty) => {
        impl Lane for $type {
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
lane!(i64);
lane!(i128);

#[inline]
pub(crate) fn two<T: Copy, U: Copy>(n: usize, a: &Lanes<T>, b: &Lanes<T>, out: &mut Lanes<U>, f: impl Fn(T, T) -> U) {
    let (av, bv, ov) = (&a.value[..n], &b.value[..n], &mut out.value[..n]);
    for i in 0..n {
        ov[i] = f(av[i], bv[i]);
    }
    let (al, bl, ol) = (&a.lacks[..n], &b.lacks[..n], &mut out.lacks[..n]);
    for i in 0..n {
        ol[i] = al[i] | bl[i];
    }
}

pub(crate) fn arithmetic<T: Lane>(n: usize, op: Arithmetic, a: &Lanes<T>, b: &Lanes<T>, out: &mut Lanes<T>) {
    match op {
        Arithmetic::Add => two(n, a, b, out, T::plus),
        Arithmetic::Subtract => two(n, a, b, out, T::minus),
        // Division never reaches the machine: quotients are kept as two registers.
        Arithmetic::Multiply | Arithmetic::Divide => two(n, a, b, out, T::times),
    }
}

pub(crate) fn compare<T: Lane>(n: usize, op: Comparison, a: &Lanes<T>, b: &Lanes<T>, out: &mut Lanes<i64>) {
    match op {
        Comparison::Less => two(n, a, b, out, |x, y| i64::from(x < y)),
        Comparison::LessOrEqual => two(n, a, b, out, |x, y| i64::from(x <= y)),
        Comparison::Equal => two(n, a, b, out, |x, y| i64::from(x == y)),
        Comparison::NotEqual => two(n, a, b, out, |x, y| i64::from(x != y)),
        Comparison::GreaterOrEqual => two(n, a, b, out, |x, y| i64::from(x >= y)),
        Comparison::Greater => two(n, a, b, out, |x, y| i64::from(x > y)),
    }
}

pub(crate) fn extreme<T: Lane>(n: usize, greatest: bool, a: &Lanes<T>, b: &Lanes<T>, out: &mut Lanes<T>) {
    if greatest {
        two(n, a, b, out, T::max);
    } else {
        two(n, a, b, out, T::min);
    }
}

pub(crate) fn map<T: Copy, U: Copy>(n: usize, a: &Lanes<T>, out: &mut Lanes<U>, f: impl Fn(T) -> U) {
    let (av, ov) = (&a.value[..n], &mut out.value[..n]);
    for i in 0..n {
        ov[i] = f(av[i]);
    }
    out.lacks[..n].copy_from_slice(&a.lacks[..n]);
}

pub(crate) fn positive<T: Lane>(n: usize, a: &Lanes<T>, out: &mut Lanes<T>, undefined: u64) {
    for i in 0..n {
        out.value[i] = a.value[i];
        out.lacks[i] = a.lacks[i] | if a.value[i] > T::default() { 0 } else { undefined };
    }
}

/// Kleene's and: one known no decides.
pub(crate) fn and(n: usize, a: &Lanes<i64>, b: &Lanes<i64>, out: &mut Lanes<i64>) {
    let (av, bv, al, bl) = (&a.value[..n], &b.value[..n], &a.lacks[..n], &b.lacks[..n]);
    let (ov, ol) = (&mut out.value[..n], &mut out.lacks[..n]);
    for i in 0..n {
        let no = ((al[i] == 0) & (av[i] == 0)) | ((bl[i] == 0) & (bv[i] == 0));
        ov[i] = if no { 0 } else { av[i] & bv[i] };
        ol[i] = if no { 0 } else { al[i] | bl[i] };
    }
}

/// Kleene's or: one known yes decides.
pub(crate) fn or(n: usize, a: &Lanes<i64>, b: &Lanes<i64>, out: &mut Lanes<i64>) {
    let (av, bv, al, bl) = (&a.value[..n], &b.value[..n], &a.lacks[..n], &b.lacks[..n]);
    let (ov, ol) = (&mut out.value[..n], &mut out.lacks[..n]);
    for i in 0..n {
        let yes = ((al[i] == 0) & (av[i] != 0)) | ((bl[i] == 0) & (bv[i] != 0));
        ov[i] = if yes { 1 } else { av[i] | bv[i] };
        ol[i] = if yes { 0 } else { al[i] | bl[i] };
    }
}

/// An unknown condition is harmless only where both branches are known and agree.
pub(crate) fn select<T: Lane>(n: usize, c: &Lanes<i64>, a: &Lanes<T>, b: &Lanes<T>, out: &mut Lanes<T>) {
    let (cv, cl) = (&c.value[..n], &c.lacks[..n]);
    let (av, al, bv, bl) = (&a.value[..n], &a.lacks[..n], &b.value[..n], &b.lacks[..n]);
    let (ov, ol) = (&mut out.value[..n], &mut out.lacks[..n]);
    for i in 0..n {
        let yes = cv[i] != 0;
        ov[i] = if yes { av[i] } else { bv[i] };
        let chosen = if yes { al[i] } else { bl[i] };
        let agree = (al[i] | bl[i]) == 0 && av[i] == bv[i];
        let open = if agree { 0 } else { cl[i] | al[i] | bl[i] };
        ol[i] = if cl[i] == 0 { chosen } else { open };
    }
}

/// The lane of the interval in which a date lies; an unknown date leaves everything unknown.
pub(crate) fn within<T: Lane>(
    n: usize,
    date: &Lanes<i64>,
    interval: (i64, i64),
    a: &Lanes<T>,
    b: &Lanes<T>,
    out: &mut Lanes<T>,
) {
    let (from, until) = interval;
    for i in 0..n {
        let inside = (date.value[i] >= from) & (date.value[i] < until);
        out.value[i] = if inside { a.value[i] } else { b.value[i] };
        let lacks = if inside { a.lacks[i] } else { b.lacks[i] };
        out.lacks[i] = if date.lacks[i] == 0 { lacks } else { date.lacks[i] };
    }
}

pub(crate) fn conflict<T: Lane>(
    n: usize,
    conditions: (&Lanes<i64>, &Lanes<i64>),
    a: &Lanes<T>,
    out: &mut Lanes<T>,
    flag: u64,
) {
    let (one, other) = conditions;
    for i in 0..n {
        let known = one.lacks[i] | other.lacks[i] == 0;
        let both = known & (one.value[i] != 0) & (other.value[i] != 0);
        out.value[i] = a.value[i];
        out.lacks[i] = a.lacks[i] | if both { flag } else { 0 };
    }
}

/// Packs the exceptions that surely applied below the segment's number.
pub(crate) fn path(n: usize, segment: i64, exceptions: &[&Lanes<i64>], out: &mut Lanes<i64>) {
    out.value[..n].fill(segment << 16);
    out.lacks[..n].fill(0);
    for (bit, condition) in exceptions.iter().enumerate() {
        for i in 0..n {
            let applied = (condition.lacks[i] == 0) & (condition.value[i] != 0);
            out.value[i] |= i64::from(applied) << bit;
        }
    }
}
