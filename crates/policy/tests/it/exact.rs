//! Laws of exact numbers.

use landcycle_policy::exact::Exact;
use proptest::prelude::*;

fn number() -> impl Strategy<Value = Exact> {
    (-1_000_000_000_000_i128..1_000_000_000_000, 1_i128..1_000_000)
        .prop_map(|(num, den)| Exact::new(num, den).expect("the denominator is not zero"))
}

proptest! {
    #[test]
    fn what_is_shown_is_read_again(value in number()) {
        prop_assert_eq!(Exact::parse(&value.to_string()), Some(value));
    }

    #[test]
    fn a_decimal_is_kept_as_written(whole in 0_u64..1_000_000_000_000, part in "[0-9]{0,8}[1-9]") {
        let text = format!("{whole}.{part}");
        prop_assert_eq!(Exact::parse(&text).map(|v| v.to_string()), Some(text));
    }

    #[test]
    fn reduced_with_a_positive_denominator(value in number(), by in 1_i128..1_000) {
        prop_assert!(value.den() >= 1);
        prop_assert_eq!(Exact::new(value.num() * by, value.den() * by), Some(value));
        prop_assert_eq!(Exact::new(-value.num() * by, -value.den() * by), Some(value));
    }

    #[test]
    fn addition_and_multiplication_keep_their_laws(a in number(), b in number(), c in number()) {
        prop_assert_eq!(a.plus(b), b.plus(a));
        prop_assert_eq!(a.times(b), b.times(a));
        let distributed = a.times(b).zip(a.times(c)).and_then(|(x, y)| x.plus(y));
        if let (Some(left), Some(right)) = (b.plus(c).and_then(|sum| a.times(sum)), distributed) {
            prop_assert_eq!(left, right);
        }
        if b != Exact::ZERO {
            prop_assert_eq!(a.times(b).and_then(|product| product.over(b)), Some(a));
        }
    }

    #[test]
    fn order_agrees_with_difference(a in number(), b in number()) {
        let minus = Exact::whole(-1);
        let difference = b.times(minus).and_then(|b| a.plus(b)).expect("small numbers fit");
        prop_assert_eq!(a.cmp(&b), difference.num().cmp(&0));
    }

    #[test]
    fn rounding_moves_by_half_a_unit_at_most(value in number(), places in 0_u32..7) {
        let rounded = Exact::parse(&value.rounded(places)).expect("a rounded number is a number");
        let minus = Exact::whole(-1);
        let apart = rounded.times(minus).and_then(|r| value.plus(r)).expect("small numbers fit");
        let half = Exact::new(1, 2 * 10_i128.pow(places)).expect("not zero");
        // Half goes up: a number may rise by half a unit but never fall by it.
        prop_assert!(apart < half, "{value} became {rounded}");
        prop_assert!(apart >= half.times(minus).expect("small numbers fit"), "{value} became {rounded}");
    }
}

#[test]
fn only_numbers_are_read() {
    for good in ["0", "12", "-0.30", "1/3", "2000/3", "007", " 5 ", "0.5/1.5", "1 / 3"] {
        assert!(Exact::parse(good).is_some(), "{good}");
    }
    for bad in ["", "-", ".5", "5.", "1e3", "1,000", "15%", "1/0", "一", "１２", "--1", "1/2/3", "+1", "0x1f"]
    {
        assert!(Exact::parse(bad).is_none(), "{bad}");
    }
    assert_eq!(Exact::parse("0.30"), Exact::parse("3/10"));
}

#[test]
fn what_does_not_fit_is_nothing() {
    let large = Exact::whole(i128::MAX / 2);
    assert_eq!(large.times(large), None);
    assert_eq!(large.plus(large).and_then(|sum| sum.plus(large)), None);
    assert_eq!(Exact::ONE.over(Exact::ZERO), None);
    assert_eq!(Exact::new(1, 0), None);
    assert_eq!(Exact::parse(&"9".repeat(37)), None);
}
