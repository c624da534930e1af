//! The functions that rewrites found: activations and normalizations.

use super::flow::{Flow, Made, Wrong, number, word};
use super::model::{Formula, Made as Found, Normalization, Operator};
use super::pooling::index;
use super::reader::Reader;
use crate::network::Value;

pub(super) fn read(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    match &operator.made {
        Some(Found::Normalization(found)) => normalization(reader, operator, found),
        Some(Found::Activation(name)) => {
            let flow = reader.floats(operator, 0)?;
            let made = Made::new("Activation", vec![("activation", word(name))]);
            let tensor = reader.layer(Some(operator), made, &[flow.tensor])?;
            reader.set(operator, 0, Flow { tensor, ..flow })
        }
        None => Err("no function was found".into()),
    }
}

fn normalization(
    reader: &mut Reader<'_, '_, '_>,
    operator: &Operator<'_, '_>,
    found: &Normalization,
) -> Result<(), Wrong> {
    let flow = reader.floats(operator, 0)?;
    let rank = flow.view.len();
    let mut axes = found.axes.iter().map(|&axis| index(axis, rank)).collect::<Result<Vec<_>, _>>()?;
    axes.sort_unstable();
    // A GroupNormalization is written with two axes for the channels: groups, and channels of a group.
    let grouped = rank > 2 && axes.iter().copied().eq((1..rank - 2).chain([rank - 1]));
    let last = axes == [rank - 1];
    let (features, groups) = match (last, &flow.view[..]) {
        (true, [.., features]) => (*features, 1),
        (false, [1, .., groups, each]) if grouped && found.formula == Formula::Standard => (groups * each, *groups),
        _ => return Err(format!("it normalizes over the axes {axes:?} of {:?}, which no layer does", flow.view).into()),
    };
    let (class, default) = match found.formula {
        Formula::Standard if last => ("LayerNormalization", 1e-3f32),
        Formula::Standard => ("GroupNormalization", 1e-3),
        Formula::Root => ("RMSNormalization", 1e-6),
        Formula::Length => ("UnitNormalization", 0.0),
    };
    let mut made = Made::new(class, vec![]);
    if groups != 1 || class == "GroupNormalization" {
        made.arguments.push(("groups", number(groups)));
    }
    if !found.epsilon.is_finite() {
        return Err(format!("its epsilon is {}", found.epsilon).into());
    }
    if found.epsilon != f64::from(default) {
        made.arguments.push(("epsilon", Value::Float(found.epsilon)));
    }
    if found.formula == Formula::Standard {
        let off = [("center", found.beta), ("scale", found.gamma)].into_iter().filter(|(_, there)| there.is_none());
        made.arguments.extend(off.map(|(name, _)| (name, Value::Flag(false))));
    }
    let mut place = 1;
    for (there, name) in [(found.gamma, "gamma"), (found.beta, "beta")] {
        if there.is_none() {
            continue;
        }
        let (constant, array) = reader.array(operator, place)?.ok_or("its factor is not there")?;
        if array.shape.iter().product::<usize>() != features || array.shape.last() != flow.view.last() {
            return Err(format!("its factor has the shape {:?}, for {features} features", array.shape).into());
        }
        let name = if found.formula == Formula::Root { "scale" } else { name };
        made.variables.push((name, array.reshaped(vec![features])));
        made.constants.push(constant);
        place += 1;
    }
    let view = flow.view.clone();
    let mut shape: Vec<usize> = super::flow::sample(&view).to_vec();
    if grouped && !last {
        shape.truncate(shape.len() - 2);
        shape.push(features);
    } else if flow.shape.last() == Some(&features) {
        shape.clone_from(&flow.shape);
    }
    let input = reader.shaped(&flow, &shape);
    let tensor = reader.layer(Some(operator), made, &[input])?;
    reader.set(operator, 0, Flow { tensor, shape, view, whole: false })
}
