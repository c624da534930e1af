//! Whole numbers that the file computes, such as the shape that a RESHAPE makes: with a batch of one, they are known.

use super::model::{Dtype, Operator, Tensor};
use super::operators as op;

/// Whole numbers with a shape. The shape has one axis at most.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Whole {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<i64>,
}

/// The most numbers that are computed with.
const MOST: usize = 256;

impl Whole {
    /// Returns the numbers of a constant, if they are few whole numbers.
    pub(super) fn constant(tensor: &Tensor<'_>) -> Option<Whole> {
        let bytes = tensor.data?;
        let values: Vec<i64> = match tensor.dtype {
            Dtype::I32 if bytes.len() <= 4 * MOST => {
                bytes.as_chunks().0.iter().map(|chunk| i32::from_le_bytes(*chunk).into()).collect()
            }
            Dtype::I64 if bytes.len() <= 8 * MOST => {
                bytes.as_chunks().0.iter().map(|chunk| i64::from_le_bytes(*chunk)).collect()
            }
            _ => return None,
        };
        let count = super::arrays::product(&tensor.shape)?;
        (count == values.len()).then(|| Whole { shape: tensor.shape.clone(), values })
    }

    fn scalar(value: i64) -> Self {
        Whole { shape: vec![], values: vec![value] }
    }

    pub(super) fn row(values: Vec<i64>) -> Self {
        Whole { shape: vec![values.len()], values }
    }
}

/// Computes an operator on whole numbers. `None` is for those that are not known.
pub(super) fn compute(operator: &Operator<'_, '_>, inputs: &[Option<Whole>]) -> Option<Whole> {
    let of = |place: usize| inputs.get(place)?.as_ref();
    let options = operator.options;
    match operator.code {
        op::CAST => of(0).cloned(),
        op::RESHAPE | op::SQUEEZE | op::EXPAND_DIMS => {
            let values = of(0)?.values.clone();
            let to_scalar = match operator.code {
                op::RESHAPE => of(1).is_some_and(|shape| shape.values.is_empty()),
                op::SQUEEZE => values.len() == 1,
                _ => false,
            };
            match (to_scalar, values.len()) {
                (true, 1) => Some(Whole::scalar(values[0])),
                (true, _) => None,
                (false, _) => Some(Whole::row(values)),
            }
        }
        op::PACK => {
            let values: Option<Vec<i64>> = inputs
                .iter()
                .map(|input| input.as_ref().filter(|input| input.shape.is_empty())?.values.first().copied())
                .collect();
            values.map(Whole::row).filter(|_| options.i32(1, 0) == Ok(0))
        }
        op::CONCATENATION => {
            let parts: Option<Vec<&[i64]>> =
                inputs.iter().map(|input| input.as_ref().map(|input| &input.values[..])).collect();
            parts.map(|parts| Whole::row(parts.concat())).filter(|all| all.values.len() <= MOST)
        }
        op::GATHER => {
            let (from, at) = (of(0)?, of(1)?);
            let value = |&index: &i64| from.values.get(usize::try_from(index).ok()?).copied();
            let values: Option<Vec<i64>> = at.values.iter().map(value).collect();
            (from.shape.len() == 1).then_some(())?;
            Some(Whole { shape: at.shape.clone(), values: values? })
        }
        op::REDUCE_PROD => {
            let product = of(0)?.values.iter().try_fold(1i64, |product, &value| product.checked_mul(value))?;
            Some(if options.flag(0).ok()? { Whole::row(vec![product]) } else { Whole::scalar(product) })
        }
        op::STRIDED_SLICE => slice(operator, of(0)?, [of(1)?, of(2)?, of(3)?]),
        op::ADD | op::SUB | op::MUL => {
            let (a, b) = (of(0)?, of(1)?);
            let long = if a.values.len() >= b.values.len() { a } else { b };
            let value = |from: &Whole, place: usize| {
                if from.values.len() == 1 { from.values.first() } else { from.values.get(place) }.copied()
            };
            let values: Option<Vec<i64>> = (0..long.values.len())
                .map(|place| {
                    let (a, b) = (value(a, place)?, value(b, place)?);
                    match operator.code {
                        op::ADD => a.checked_add(b),
                        op::SUB => a.checked_sub(b),
                        _ => a.checked_mul(b),
                    }
                })
                .collect();
            Some(Whole { shape: long.shape.clone(), values: values? })
        }
        _ => None,
    }
}

/// Takes every number from `begin` to `end`.
fn slice(operator: &Operator<'_, '_>, from: &Whole, [begin, end, step]: [&Whole; 3]) -> Option<Whole> {
    let options = operator.options;
    let ([begin], [end], [1]) = (&begin.values[..], &end.values[..], &step.values[..]) else { return None };
    (options.i32(2, 0) == Ok(0) && options.i32(3, 0) == Ok(0)).then_some(())?;
    let length = i64::try_from(from.values.len()).ok()?;
    let place = |at: i64| usize::try_from((if at < 0 { at + length } else { at }).clamp(0, length)).ok();
    let begin = if options.i32(0, 0) == Ok(1) { 0 } else { place(*begin)? };
    if options.i32(4, 0) == Ok(1) {
        return from.values.get(begin).copied().map(Whole::scalar);
    }
    let end = if options.i32(1, 0) == Ok(1) { from.values.len() } else { place(*end)? };
    Some(Whole::row(from.values.get(begin..end.max(begin))?.to_vec()))
}
