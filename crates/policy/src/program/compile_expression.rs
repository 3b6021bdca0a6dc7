//! Compiling one expression of a version: every node to instructions, noted for the trace.

use std::sync::Arc;

use super::compile::{CompileFault, Frame, Value, narrow_of, rule_value};
use super::discount::{self, Discounts};
use super::encode::Number;
use super::lookup::{Measure, Rows};
use super::op::{Amount, FieldOut, Lane, M, Op, Reg, TraceKey};
use super::part::PartBuilder;
use crate::calendar::NEVER;
use crate::exact::Exact;
use crate::expression::syntax::{Arithmetic, Comparison};
use crate::expression::typed::{Ty, Typed, TypedKind};
use crate::law::Written;
use crate::vocabulary::{FactKind, Vocabulary};

impl PartBuilder {
    /// One expression of a version, under the number by which the trace knows it.
    pub(super) fn expression(
        &mut self,
        written: &Written,
        frame: &mut Frame<'_>,
        index: usize,
    ) -> Result<Value, CompileFault> {
        frame.expression = index;
        self.node(&written.typed, frame, &mut Vec::new())
    }

    fn node(&mut self, typed: &Typed, frame: &Frame<'_>, path: &mut Vec<u8>) -> Result<Value, CompileFault> {
        let value = self.value(typed, frame, path)?;
        if self.keep {
            let key: TraceKey = (frame.rule, frame.segment_at, frame.expression, path.clone());
            if let Some(out) = self.traced(value)? {
                self.part.trace.insert(key, out);
            }
        }
        Ok(value)
    }

    fn traced(&mut self, value: Value) -> Result<Option<FieldOut>, CompileFault> {
        Ok(match value {
            Value::Lane(lane) => Some(FieldOut { register: Reg::Narrow(lane), quantum: Exact::ONE }),
            Value::Number(Number::Lanes { register, quantum, below: None, .. }) => {
                Some(FieldOut { register, quantum })
            }
            Value::Number(known @ Number::Known(_)) => {
                let step = Self::common_step(&[known])?;
                let register = self.output(known, step)?;
                Some(FieldOut { register, quantum: step })
            }
            Value::Number(_) => None,
        })
    }

    fn child(
        &mut self,
        typed: &Typed,
        at: usize,
        frame: &Frame<'_>,
        path: &mut Vec<u8>,
    ) -> Result<Value, CompileFault> {
        path.push(at as u8);
        let value = self.node(typed, frame, path);
        path.pop();
        value
    }

    fn lane(
        &mut self,
        typed: &Typed,
        at: usize,
        frame: &Frame<'_>,
        path: &mut Vec<u8>,
    ) -> Result<Lane, CompileFault> {
        match self.child(typed, at, frame, path)? {
            Value::Lane(lane) => Ok(lane),
            Value::Number(number) => Ok(narrow_of(self.output(number, number.step())?)),
        }
    }

    fn number(
        &mut self,
        typed: &Typed,
        at: usize,
        frame: &Frame<'_>,
        path: &mut Vec<u8>,
    ) -> Result<Number, CompileFault> {
        match self.child(typed, at, frame, path)? {
            Value::Number(number) => Ok(number),
            Value::Lane(_) => Err(CompileFault::Quotient),
        }
    }

    fn value(&mut self, typed: &Typed, frame: &Frame<'_>, path: &mut Vec<u8>) -> Result<Value, CompileFault> {
        let lane = match &typed.kind {
            TypedKind::Constant(value) => self.lane_constant(*value, 0),
            TypedKind::Number(value) => return Ok(Value::Number(Number::Known(*value))),
            TypedKind::AsOf => self.as_of()?,
            TypedKind::Fact(fact) => return self.fact_value(*fact, frame.vocabulary),
            TypedKind::Let(at) => return Ok(frame.lets[*at]),
            TypedKind::Parameter(name) => {
                let set = frame.segment.parameters.get(name).map_or(Exact::ZERO, |p| p.value);
                return Ok(Value::Number(Number::Known(set)));
            }
            TypedKind::Table { table, column, keys } => {
                return self.table((table, column), keys, &typed.ty, frame, path);
            }
            TypedKind::Rule(id, field) => return Ok(rule_value(frame, id, *field, &typed.ty)),
            TypedKind::Not(inner) => {
                let a = self.lane(inner, 0, frame, path)?;
                self.not(a)
            }
            TypedKind::And(parts) | TypedKind::Or(parts) => {
                let and = matches!(typed.kind, TypedKind::And(_));
                self.logic(parts, and, frame, path)?
            }
            TypedKind::Compare(op, a, b) => self.comparison(*op, a, b, frame, path)?,
            TypedKind::InLanes(inner, lanes) => {
                let a = self.lane(inner, 0, frame, path)?;
                self.narrow(Op::In { a: a.at, lanes: lanes.clone() }, a.lacks)
            }
            TypedKind::IsNever(inner) => {
                let a = self.lane(inner, 0, frame, path)?;
                self.narrow(Op::IsNever { a: a.at }, a.lacks)
            }
            TypedKind::Arithmetic(op, a, b) => {
                let (a, b) = (self.number(a, 0, frame, path)?, self.number(b, 1, frame, path)?);
                return Ok(Value::Number(self.arithmetic(*op, a, b)?));
            }
            TypedKind::Convert(factor, inner) => {
                let inner = self.number(inner, 0, frame, path)?;
                return Ok(Value::Number(self.convert(inner, *factor)?));
            }
            TypedKind::PlusYears { date, years: amount, negative }
            | TypedKind::PlusDays { date, days: amount, negative } => {
                let months = matches!(typed.kind, TypedKind::PlusYears { .. });
                self.shifted(date, amount, *negative, months, frame, path)?
            }
            TypedKind::DaysBetween(a, b) => return self.days(a, b, frame, path),
            TypedKind::NextEvery(start, years, not_before) => {
                let start = self.lane(start, 0, frame, path)?;
                let (months, lacks) = self.amount(years, 12, frame, path)?;
                let not_before = self.lane(not_before, 2, frame, path)?;
                let lacks = self.either(start.lacks, lacks);
                let lacks = self.either(lacks, not_before.lacks);
                self.narrow(Op::NextEvery { start: start.at, months, not_before: not_before.at }, lacks)
            }
            TypedKind::Case(arms, otherwise) => return self.case(arms, otherwise, frame, path),
            TypedKind::Extreme { greatest, of } => return self.extremes(*greatest, of, frame, path),
            TypedKind::Round { of, step } => {
                let of = self.number(of, 0, frame, path)?;
                return Ok(Value::Number(self.rounded(of, *step)?));
            }
            TypedKind::Discount { rate, years } => return self.discount(rate, years, frame, path),
            TypedKind::Count(parts) => return self.count(parts, frame, path),
        };
        Ok(Value::Lane(lane))
    }

    fn table(
        &mut self,
        (table, column): (&str, &str),
        keys: &[Typed],
        ty: &Ty,
        frame: &Frame<'_>,
        path: &mut Vec<u8>,
    ) -> Result<Value, CompileFault> {
        // A segment has every table that its version uses.
        let set = frame.segment.tables.get(table).ok_or(CompileFault::TooLarge)?;
        let (mut lanes, mut steps, mut lacks) = (Vec::new(), Vec::new(), None);
        for (at, key) in keys.iter().enumerate() {
            let (lane, step) = match self.child(key, at, frame, path)? {
                Value::Lane(lane) => (lane, Exact::ONE),
                Value::Number(Number::Lanes { below: Some(_), .. }) => {
                    return Err(CompileFault::KeyIsQuotient);
                }
                Value::Number(number) => match self.output(number, number.step())? {
                    Reg::Narrow(lane) => (lane, number.step()),
                    Reg::Wide(_) => return Err(CompileFault::TooLarge),
                },
            };
            lacks = self.either(lacks, lane.lacks);
            lanes.push(lane.at);
            steps.push(step);
        }
        let (rows, column, measure) = Rows::new(set, column, &steps, frame.vocabulary, frame.symbols)?;
        let row = self.narrow(Op::Row { keys: lanes, rows: Arc::new(rows) }, None).at;
        let lane = self.narrow_lacking(Op::Column { row, lacks, column: Arc::new(column) }, true);
        if !matches!(ty, Ty::Number(_)) {
            return Ok(Value::Lane(lane));
        }
        let register = Reg::Narrow(lane);
        let Measure { bits, natural, quantum } = measure;
        Ok(Value::Number(Number::Lanes { register, bits, natural, quantum, below: None }))
    }

    fn fact_value(&mut self, fact: usize, vocabulary: &Vocabulary) -> Result<Value, CompileFault> {
        let lane = self.fact(fact)?;
        let FactKind::Number { quantum, min, max, .. } = &vocabulary.facts()[fact].kind else {
            return Ok(Value::Lane(lane));
        };
        let reach = |limit: &Exact| limit.over(*quantum).map(|steps| steps.num() / steps.den());
        let (Some(low), Some(high)) = (reach(min), reach(max)) else { return Err(CompileFault::TooLarge) };
        let most = low.unsigned_abs().max(high.unsigned_abs());
        let bits = (128 - most.leading_zeros()).max(1);
        let register = Reg::Narrow(lane);
        let natural = *min >= Exact::ZERO;
        Ok(Value::Number(Number::Lanes { register, bits, natural, quantum: *quantum, below: None }))
    }

    fn logic(
        &mut self,
        parts: &[Typed],
        and: bool,
        frame: &Frame<'_>,
        path: &mut Vec<u8>,
    ) -> Result<Lane, CompileFault> {
        let mut result: Option<Lane> = None;
        for (at, part) in parts.iter().enumerate() {
            let b = self.lane(part, at, frame, path)?;
            result = Some(match result {
                None => b,
                Some(a) => {
                    let some = a.lacks.or(b.lacks).is_some();
                    self.narrow_lacking(if and { Op::And { a, b } } else { Op::Or { a, b } }, some)
                }
            });
        }
        Ok(result.unwrap_or_else(|| self.lane_constant(i64::from(and), 0)))
    }

    fn comparison(
        &mut self,
        op: Comparison,
        a: &Typed,
        b: &Typed,
        frame: &Frame<'_>,
        path: &mut Vec<u8>,
    ) -> Result<Lane, CompileFault> {
        if matches!(a.ty, Ty::Number(_)) {
            let (a, b) = (self.number(a, 0, frame, path)?, self.number(b, 1, frame, path)?);
            return self.compare_numbers(op, a, b);
        }
        let (a, b) = (self.lane(a, 0, frame, path)?, self.lane(b, 1, frame, path)?);
        Ok(self.compare_registers(op, Reg::Narrow(a), Reg::Narrow(b), 1))
    }

    /// A count of calendar units, `per_unit` of them to one of the expression's, and what it lacks.
    fn amount(
        &mut self,
        typed: &Typed,
        per_unit: i128,
        frame: &Frame<'_>,
        path: &mut Vec<u8>,
    ) -> Result<(Amount, Option<M>), CompileFault> {
        let number = self.number(typed, 1, frame, path)?;
        if let Number::Known(value) = number {
            let units = value.times(Exact::whole(per_unit)).ok_or(CompileFault::TooLarge)?;
            let whole = units.num().div_euclid(units.den());
            let known = i64::try_from(whole).map_err(|_| CompileFault::TooLarge)?;
            return Ok((Amount::Known(known), None));
        }
        let step = number.step();
        let register = self.output(number, step)?;
        let scale = step.times(Exact::whole(per_unit)).ok_or(CompileFault::TooLarge)?;
        let num = i64::try_from(scale.num()).map_err(|_| CompileFault::TooLarge)?;
        let den = i64::try_from(scale.den()).map_err(|_| CompileFault::TooLarge)?;
        let lane = narrow_of(register);
        Ok((Amount::Lanes { a: lane.at, num, den }, lane.lacks))
    }

    fn shifted(
        &mut self,
        date: &Typed,
        amount: &Typed,
        negative: bool,
        months: bool,
        frame: &Frame<'_>,
        path: &mut Vec<u8>,
    ) -> Result<Lane, CompileFault> {
        let date = self.lane(date, 0, frame, path)?;
        let (amount, lacks) = self.amount(amount, if months { 12 } else { 1 }, frame, path)?;
        let amount = match amount {
            Amount::Known(units) if negative => Amount::Known(-units),
            Amount::Lanes { a, num, den } if negative => Amount::Lanes { a, num: -num, den },
            amount => amount,
        };
        let lacks = self.either(date.lacks, lacks);
        let op = if months {
            Op::PlusMonths { date: date.at, months: amount }
        } else {
            Op::PlusDays { date: date.at, days: amount }
        };
        Ok(self.narrow(op, lacks))
    }

    fn days(
        &mut self,
        a: &Typed,
        b: &Typed,
        frame: &Frame<'_>,
        path: &mut Vec<u8>,
    ) -> Result<Value, CompileFault> {
        let (a, b) = (self.lane(a, 0, frame, path)?, self.lane(b, 1, frame, path)?);
        let lacks = self.either(a.lacks, b.lacks);
        let lacks = self.lacking(Op::Endless { a: a.at, b: b.at, lacks });
        let register = Reg::Narrow(self.narrow(Op::DaysBetween { a: a.at, b: b.at }, lacks));
        let bits = 128 - (NEVER as i128).leading_zeros();
        let quantum = Exact::ONE;
        Ok(Value::Number(Number::Lanes { register, bits, natural: false, quantum, below: None }))
    }

    fn discount(
        &mut self,
        rate: &Typed,
        years: &Typed,
        frame: &Frame<'_>,
        path: &mut Vec<u8>,
    ) -> Result<Value, CompileFault> {
        let Number::Known(rate) = self.number(rate, 0, frame, path)? else { return Err(CompileFault::Rate) };
        let years = self.number(years, 1, frame, path)?;
        let quantum = Discounts::quantum().ok_or(CompileFault::TooLarge)?;
        if let Number::Known(years) = years {
            let step = Exact::new(1, years.den()).ok_or(CompileFault::TooLarge)?;
            let steps = Discounts::new(rate, step)?.of(years.num()).ok_or(CompileFault::TooLarge)?;
            let factor = Exact::whole(i128::from(steps)).times(quantum).ok_or(CompileFault::TooLarge)?;
            return Ok(Value::Number(Number::Known(factor)));
        }
        let step = years.step();
        let Reg::Narrow(lane) = self.output(years, step)? else { return Err(CompileFault::TooLarge) };
        let factors = Arc::new(Discounts::new(rate, step)?);
        let lane = self.narrow_lacking(Op::Discount { years: lane.at, lacks: lane.lacks, factors }, true);
        let register = Reg::Narrow(lane);
        let bits = discount::BITS;
        Ok(Value::Number(Number::Lanes { register, bits, natural: true, quantum, below: None }))
    }

    /// Conditions are lanes of 0 and 1: their sum is how many hold.
    fn count(
        &mut self,
        parts: &[Typed],
        frame: &Frame<'_>,
        path: &mut Vec<u8>,
    ) -> Result<Value, CompileFault> {
        let mut sum = Number::Known(Exact::ZERO);
        for (at, part) in parts.iter().enumerate() {
            let register = Reg::Narrow(self.lane(part, at, frame, path)?);
            let one = Number::Lanes { register, bits: 1, natural: true, quantum: Exact::ONE, below: None };
            sum = if at == 0 { one } else { self.sum(Arithmetic::Add, sum, one)? };
        }
        Ok(Value::Number(sum))
    }

    fn case(
        &mut self,
        arms: &[(Typed, Typed)],
        otherwise: &Typed,
        frame: &Frame<'_>,
        path: &mut Vec<u8>,
    ) -> Result<Value, CompileFault> {
        let mut made = Vec::new();
        for (at, (condition, value)) in arms.iter().enumerate() {
            let condition = self.lane(condition, 2 * at, frame, path)?;
            made.push((condition, self.child(value, 2 * at + 1, frame, path)?));
        }
        let mut result = self.child(otherwise, 2 * arms.len(), frame, path)?;
        for (condition, value) in made.into_iter().rev() {
            result = self.choose(condition, value, result)?;
        }
        Ok(result)
    }

    fn extremes(
        &mut self,
        greatest: bool,
        of: &[Typed],
        frame: &Frame<'_>,
        path: &mut Vec<u8>,
    ) -> Result<Value, CompileFault> {
        let mut result: Option<Value> = None;
        for (at, part) in of.iter().enumerate() {
            let value = self.child(part, at, frame, path)?;
            result = Some(match (result, value) {
                (None, value) => value,
                (Some(Value::Number(a)), Value::Number(b)) => {
                    Value::Number(self.extreme_numbers(greatest, a, b)?)
                }
                (Some(Value::Lane(a)), Value::Lane(b)) => {
                    Value::Lane(narrow_of(self.extreme(greatest, Reg::Narrow(a), Reg::Narrow(b))))
                }
                (Some(other), _) => other,
            });
        }
        result.ok_or(CompileFault::Quotient)
    }
}
