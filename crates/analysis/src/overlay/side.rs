//! On which side of a line a point lies, without error.

use std::cmp::Ordering;

use super::shapes::Point;

/// Beyond this part of the products the float's sign is sure: three roundings of half a unit each, and
/// some room.
const SURE: f64 = 4.0 * f64::EPSILON;

/// Where `point` lies as seen from `from` to `to`: `Greater` to the left, `Less` to the right.
pub(super) fn side(from: Point, to: Point, point: Point) -> Ordering {
    let left = (to[0] - from[0]) * (point[1] - from[1]);
    let right = (to[1] - from[1]) * (point[0] - from[0]);
    let sign = left - right;
    if sign.abs() > SURE * (left.abs() + right.abs()) {
        return order(sign);
    }
    exact(from, to, point)
}

fn order(value: f64) -> Ordering {
    value.partial_cmp(&0.0).unwrap_or(Ordering::Equal)
}

/// The same from sums that lose nothing: each difference is kept as two floats, each product as eight.
fn exact(from: Point, to: Point, point: Point) -> Ordering {
    let [a, b] = [difference(to[0], from[0]), difference(point[1], from[1])];
    let [c, d] = [difference(to[1], from[1]), difference(point[0], from[0])];
    let mut sum = Vec::with_capacity(16);
    for (one, other, sign) in [(a, b, 1.0), (c, d, -1.0)] {
        for x in one {
            for y in other {
                let high = x * y;
                let low = x.mul_add(y, -high);
                add(&mut sum, sign * high);
                add(&mut sum, sign * low);
            }
        }
    }
    sum.last().map_or(Ordering::Equal, |largest| order(*largest))
}

/// A difference as what a float holds of it and the rest.
fn difference(a: f64, b: f64) -> [f64; 2] {
    let (high, low) = two_sum(a, -b);
    [high, low]
}

fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// Adds to a sum kept as floats that do not overlap, the smallest first.
fn add(sum: &mut Vec<f64>, value: f64) {
    let mut carry = value;
    let mut kept = 0;
    for at in 0..sum.len() {
        let (high, low) = two_sum(carry, sum[at]);
        carry = high;
        if low != 0.0 {
            sum[kept] = low;
            kept += 1;
        }
    }
    sum.truncate(kept);
    if carry != 0.0 {
        sum.push(carry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_off_the_line_by_the_last_bit() {
        let (from, to) = ([12.0, 12.0], [24.0, 24.0]);
        assert_eq!(side(from, to, [0.5, 0.5]), Ordering::Equal);
        assert_eq!(side(from, to, [0.5, 0.5 + f64::EPSILON / 2.0]), Ordering::Greater);
        assert_eq!(side(from, to, [0.5 + f64::EPSILON / 2.0, 0.5]), Ordering::Less);
        let far = 38_500_000.1;
        assert_eq!(side([far, far], [far + 1.0, far + 1.0], [far + 0.5, far + 0.5]), Ordering::Equal);
    }

    #[test]
    fn exact_and_quick_agree_where_both_are_sure() {
        for at in 0..100 {
            let point = [f64::from(at % 10) + 0.3, f64::from(at / 10)];
            assert_eq!(exact([1.0, 1.0], [7.0, 6.0], point), side([1.0, 1.0], [7.0, 6.0], point));
        }
    }
}
