//! A rewrite: functions that TensorFlow writes with several operators become one.

use super::links::{Links, input, inputs, is_plain, scalar};
use super::model::{Made, Model};
use super::operators as op;

pub(super) fn rewrite(model: &mut Model<'_, '_>) {
    let links = Links::new(model);
    // Those that read are first, since a part of a function can be another one.
    for place in (0..model.operators.len()).rev() {
        let code = model.operators[place].code;
        let found = match code {
            op::LOG => softplus(model, &links, place),
            op::DIV => softsign(model, &links, place),
            op::MUL => squareplus(model, &links, place),
            op::SELECT | op::SELECT_V2 => selu(model, &links, place),
            _ => None,
        };
        if let Some((tensor, name)) = found.filter(|_| is_plain(model, place)) {
            model.operators[place].inputs = vec![Some(tensor)];
            model.operators[place].made = Some(Made::Activation(name));
        }
    }
}

type Found = Option<(usize, &'static str)>;

/// Whether a constant is a number, as `f32` has it.
fn is(model: &Model<'_, '_>, tensor: usize, number: f32) -> bool {
    scalar(model, tensor) == Some(number.into())
}

/// Returns the tensor in `tensor + number`.
fn plus(model: &Model<'_, '_>, links: &Links, sum: usize, number: Option<f32>) -> Option<usize> {
    let add = links.maker(model, sum, op::ADD).filter(|&add| is_plain(model, add))?;
    inputs(model, add)?.into_iter().find_map(|(tensor, constant)| match number {
        Some(number) => is(model, constant, number).then_some(tensor),
        None => Some(tensor),
    })
}

/// Returns the input of an operator with one input.
fn of(model: &Model<'_, '_>, links: &Links, tensor: usize, code: i32) -> Option<usize> {
    input(model, links.maker(model, tensor, code)?, 0)
}

/// `ln(eˣ + 1)`
fn softplus(model: &Model<'_, '_>, links: &Links, log: usize) -> Found {
    let power = plus(model, links, input(model, log, 0)?, Some(1.0))?;
    Some((of(model, links, power, op::EXP)?, "softplus"))
}

/// `x / (|x| + 1)`
fn softsign(model: &Model<'_, '_>, links: &Links, quotient: usize) -> Found {
    let x = input(model, quotient, 0)?;
    let size = plus(model, links, input(model, quotient, 1)?, Some(1.0))?;
    (of(model, links, size, op::ABS)? == x).then_some((x, "softsign"))
}

/// `(x + √(x² + 4)) / 2`
fn squareplus(model: &Model<'_, '_>, links: &Links, half: usize) -> Found {
    let (sum, _) = inputs(model, half)?.into_iter().find(|&(_, constant)| is(model, constant, 0.5))?;
    let add = links.maker(model, sum, op::ADD).filter(|&add| is_plain(model, add))?;
    inputs(model, add)?.into_iter().find_map(|(x, root)| {
        let square = plus(model, links, of(model, links, root, op::SQRT)?, Some(4.0))?;
        (of(model, links, square, op::SQUARE)? == x).then_some((x, "squareplus"))
    })
}

/// `s x` where `x > 0`, else `s α (eˣ - 1)`
fn selu(model: &Model<'_, '_>, links: &Links, select: usize) -> Found {
    const ALPHA: f64 = 1.673_263_242_354_377_2;
    const SCALE: f64 = 1.050_700_987_355_480_5;
    let near = |tensor: usize, number: f64| {
        scalar(model, tensor).is_some_and(|found| (found - number).abs() <= number * f64::from(f32::EPSILON))
    };
    let scaled = |tensor: usize, number: f64| {
        let product = links.maker(model, tensor, op::MUL).filter(|&product| is_plain(model, product))?;
        inputs(model, product)?.into_iter().find_map(|(tensor, constant)| near(constant, number).then_some(tensor))
    };
    let greater = links.maker(model, input(model, select, 0)?, op::GREATER)?;
    let x = input(model, greater, 0).filter(|_| input(model, greater, 1).is_some_and(|zero| is(model, zero, 0.0)))?;
    let less = scaled(input(model, select, 2)?, SCALE * ALPHA)?;
    let minus = links.maker(model, less, op::SUB).filter(|&minus| is_plain(model, minus))?;
    let power = input(model, minus, 0).filter(|_| input(model, minus, 1).is_some_and(|one| is(model, one, 1.0)))?;
    let fits = scaled(input(model, select, 1)?, SCALE)? == x && of(model, links, power, op::EXP)? == x;
    fits.then_some((x, "selu"))
}
