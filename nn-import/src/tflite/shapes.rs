//! Other shapes and orders of axes.

use super::arrays::product;
use super::flow::{Flow, Made, Wrong, list, number};
use super::model::{Dtype, Operator};
use super::operators as op;
use super::pooling::index;
use super::reader::Reader;

pub(super) fn read(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let flow = reader.flow(operator, 0)?;
    let view = match operator.code {
        op::CAST => {
            let to = operator.outputs.first().map(|&output| reader.model.tensors[output].dtype);
            match (flow.whole, to) {
                (_, Some(Dtype::I32 | Dtype::I64)) => return reader.set(operator, 0, Flow { whole: true, ..flow }),
                (false, Some(Dtype::F32)) => return reader.set(operator, 0, flow),
                _ => return Err("it makes floats of whole numbers, which is not read".into()),
            }
        }
        op::TRANSPOSE => return transpose(reader, operator, flow),
        op::TILE => return tile(reader, operator, &flow),
        op::RESHAPE => {
            let stated = reader.whole(operator, 1).or_else(|| {
                let shape = operator.options.i32s(0).ok()?;
                Some(shape.into_iter().map(i64::from).collect())
            });
            reshaped(&flow.view, &stated.ok_or("its shape is not known")?)?
        }
        op::EXPAND_DIMS => {
            let axis =
                reader.whole(operator, 1).and_then(|axis| axis.first().copied()).ok_or("its axis is not known")?;
            let mut view = flow.view.clone();
            view.insert(index(axis, view.len() + 1)?, 1);
            view
        }
        _ => {
            let axes = operator.options.i32s(0)?;
            let mut axes: Vec<usize> =
                axes.into_iter().map(|axis| index(axis.into(), flow.view.len())).collect::<Result<_, _>>()?;
            if let Some(axis) = operator.squeezed {
                axes = vec![axis];
            }
            if axes.iter().any(|&axis| flow.view.get(axis) != Some(&1)) {
                return Err(format!("it drops the axes {axes:?} of {:?}, which are longer than 1", flow.view).into());
            }
            let goes = |axis: usize| flow.view[axis] == 1 && (axes.is_empty() || axes.contains(&axis));
            (0..flow.view.len()).filter(|&axis| !goes(axis)).map(|axis| flow.view[axis]).collect()
        }
    };
    reader.set(operator, 0, Flow { view, ..flow })
}

/// Returns the shape that a RESHAPE makes, where -1 is the length that is left.
fn reshaped(view: &[usize], stated: &[i64]) -> Result<Vec<usize>, Wrong> {
    let wrong = || Wrong::from(format!("it makes the shape {stated:?} of {view:?}"));
    let elements: usize = view.iter().product();
    let known: Vec<usize> = stated.iter().filter_map(|&length| usize::try_from(length).ok()).collect();
    let known = product(&known).filter(|&known| known > 0).ok_or_else(wrong)?;
    if stated.len() > 8 || !elements.is_multiple_of(known) || stated.iter().filter(|&&length| length < 0).count() > 1 {
        return Err(wrong());
    }
    let shape: Vec<usize> = stated.iter().map(|&length| usize::try_from(length).unwrap_or(elements / known)).collect();
    if product(&shape) == Some(elements) { Ok(shape) } else { Err(wrong()) }
}

/// Reads another order of axes. Axes of length 1 can move without a layer.
fn transpose(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>, flow: Flow) -> Result<(), Wrong> {
    let order = reader.whole(operator, 1).ok_or("its order of axes is not known")?;
    let order: Vec<usize> = order.into_iter().map(|axis| index(axis, flow.view.len())).collect::<Result<_, _>>()?;
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if !sorted.iter().copied().eq(0..flow.view.len()) {
        return Err(format!("its order of axes is {order:?}, for {:?}", flow.view).into());
    }
    let view: Vec<usize> = order.iter().map(|&axis| flow.view[axis]).collect();
    let long = |axis: &usize| flow.view[*axis] != 1;
    let moved: Vec<usize> = order.iter().copied().filter(long).collect();
    if moved.is_sorted() {
        return reader.set(operator, 0, Flow { view, ..flow });
    }
    let kept: Vec<usize> = (0..flow.view.len()).filter(long).collect();
    let shape: Vec<usize> = kept.iter().map(|&axis| flow.view[axis]).collect();
    let input = reader.shaped(&flow, &shape);
    let dims: Vec<usize> = moved.iter().map(|axis| 1 + kept.iter().take_while(|kept| *kept < axis).count()).collect();
    let made = Made { words: &["transpose"], ..Made::new("Permute", vec![("dims", list(&dims))]) };
    let tensor = reader.layer(Some(operator), made, &[input])?;
    let shape = moved.iter().map(|&axis| flow.view[axis]).collect();
    reader.set(operator, 0, Flow { tensor, shape, view, whole: flow.whole })
}

/// Reads copies along an axis of length 1, as an UpSampling is written.
fn tile(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>, flow: &Flow) -> Result<(), Wrong> {
    let copies = reader.whole(operator, 1).ok_or("the number of its copies is not known")?;
    let copies: Option<Vec<usize>> = copies.iter().map(|&copies| usize::try_from(copies).ok()).collect();
    let copies = copies.filter(|copies| copies.len() == flow.view.len()).ok_or("it has no such number of copies")?;
    let mut axes = (0..copies.len()).filter(|&axis| copies[axis] != 1);
    let (axis, None) = (axes.next(), axes.next()) else { return Err("it copies along several axes".into()) };
    let Some(axis) = axis else { return reader.set(operator, 0, flow.clone()) };
    if flow.whole || axis == 0 || flow.view[axis] != 1 {
        return Err("it copies along an axis of a length other than 1, or along the batch".into());
    }
    let mut view = flow.view.clone();
    view[axis] = copies[axis];
    if product(&view).is_none_or(|elements| elements == 0) {
        return Err(format!("it makes the shape {view:?}").into());
    }
    let before: usize = flow.view[..axis].iter().product();
    let behind: usize = flow.view[axis..].iter().product();
    let (made, shape) = if before == 1 {
        (Made::new("RepeatVector", vec![("n", number(copies[axis]))]), vec![behind])
    } else {
        (Made::new("UpSampling1D", vec![("size", number(copies[axis]))]), vec![before, behind])
    };
    let input = reader.shaped(flow, &shape);
    let tensor = reader.layer(Some(operator), made, &[input])?;
    reader.set(operator, 0, Flow { tensor, shape: vec![before * copies[axis], behind], view, whole: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_length_of_a_shape_may_be_left() {
        let shape = |view: &[usize], stated: &[i64]| reshaped(view, stated).ok();
        assert_eq!(shape(&[1, 4, 6], &[-1, 8]), Some(vec![3, 8]));
        assert_eq!(shape(&[1, 4, 6], &[1, 24]), Some(vec![1, 24]));
        assert_eq!(shape(&[1, 4, 6], &[-1, -1]), None);
        assert_eq!(shape(&[1, 4, 6], &[5, -1]), None);
        assert_eq!(shape(&[1, 4, 6], &[1, 23]), None);
        assert_eq!(shape(&[1, 4, 6], &[0, -1]), None);
        assert_eq!(shape(&[1, 4], &[i64::MAX, i64::MAX]), None);
    }
}
