//! The functions of the rule language: how many parts each takes, and of what type.

use super::check::{Checked, Checker};
use super::syntax::{Expr, Range};
use super::typed::{Ty, Typed, TypedKind};
use crate::exact::Exact;
use crate::text::Text;
use crate::unit::Unit;

/// What a call is checked to, unless it has troubles.
type Called = Option<(Ty, TypedKind)>;

impl Checker<'_> {
    pub(super) fn call(&mut self, name: &str, args: &[Expr], at: &Range, expected: Option<&Ty>) -> Called {
        match (name, args) {
            ("min" | "max", [_, _, ..]) => self.extreme(name == "max", args, at, expected),
            ("next_every", [start, years, not_before]) => {
                let start = self.expect(start, &Ty::Date);
                let years = self.expect(years, &Ty::Number(Unit::base(2)));
                let not_before = self.expect(not_before, &Ty::Date);
                let (start, years) = (Box::new(start?), Box::new(years?));
                Some((Ty::Date, TypedKind::NextEvery(start, years, Box::new(not_before?))))
            }
            ("round", [value, step]) => self.round(value, step, expected),
            ("discount", [rate, years]) => {
                let rate = self.expect(rate, &Ty::Number(Unit::RATIO));
                let years = self.expect(years, &Ty::Number(Unit::base(2)));
                let (rate, years) = (Box::new(rate?), Box::new(years?));
                Some((Ty::Number(Unit::RATIO), TypedKind::Discount { rate, years }))
            }
            ("count", [_, ..]) => {
                Some((Ty::Number(Unit::RATIO), TypedKind::Count(self.all(args, &Ty::Bool)?)))
            }
            _ => {
                self.trouble(at, "P042", vec![("name", Text::same(name))]);
                None
            }
        }
    }

    fn extreme(&mut self, greatest: bool, args: &[Expr], at: &Range, expected: Option<&Ty>) -> Called {
        let mut ty = expected.cloned();
        let of: Vec<Checked> = args.iter().map(|arg| self.branch(arg, &mut ty)).collect();
        let of: Vec<Typed> = of.into_iter().collect::<Option<_>>()?;
        let ty = ty?;
        if !matches!(ty, Ty::Number(_) | Ty::Date) {
            let shown = self.name(&ty);
            self.trouble(at, "P038", vec![("type", shown)]);
            return None;
        }
        Some((ty, TypedKind::Extreme { greatest, of }))
    }

    /// The step of rounding is written out, so that a reader sees it where it happens.
    fn round(&mut self, value: &Expr, step: &Expr, expected: Option<&Ty>) -> Called {
        let of = self.check(value, expected);
        let written = self.check(step, of.as_ref().map(|of| &of.ty));
        let (of, written) = (of?, written?);
        let Ty::Number(_) = of.ty else {
            let shown = self.name(&of.ty);
            self.trouble(&value.at, "P040", vec![("type", shown)]);
            return None;
        };
        if of.ty != written.ty {
            self.mismatch(&step.at, &of.ty, &written.ty);
            return None;
        }
        match written.kind {
            TypedKind::Number(step) if step > Exact::ZERO => {
                Some((of.ty.clone(), TypedKind::Round { of: Box::new(of), step }))
            }
            _ => {
                self.trouble(&step.at, "P048", Vec::new());
                None
            }
        }
    }
}
