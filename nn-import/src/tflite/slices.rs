//! Parts of tensors, zeros around them, and tensors side by side.

use super::flow::{Flow, Made, Wrong, list, sample};
use super::model::Operator;
use super::operators as op;
use super::pooling::index;
use super::reader::Reader;
use crate::network::Value;

pub(super) fn read(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    match operator.code {
        op::PAD | op::PADV2 => pad(reader, operator),
        op::SPLIT | op::UNPACK => split(reader, operator),
        _ => slice(reader, operator),
    }
}

fn pad(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let flow = reader.floats(operator, 0)?;
    let amounts = reader.whole(operator, 1).ok_or("its padding is not known")?;
    if operator.code == op::PADV2 {
        let value = reader.array(operator, 2)?.and_then(|(_, array)| array.value(0));
        if value != Some(0.0) {
            return Err(format!("it pads with {value:?}; zeros are read").into());
        }
    }
    let amounts: Option<Vec<usize>> =
        amounts.iter().map(|&amount| usize::try_from(amount).ok().filter(|&amount| amount < 1 << 24)).collect();
    let amounts =
        amounts.filter(|amounts| amounts.len() == 2 * flow.view.len()).ok_or("its padding has no such form")?;
    let amounts: Vec<(usize, usize)> = amounts.as_chunks().0.iter().map(|&[before, behind]| (before, behind)).collect();
    let flow = around(reader, operator, flow, &amounts, ["ZeroPadding2D", "ZeroPadding1D", "padding"])?;
    reader.set(operator, 0, flow)
}

/// Reads one part of each axis, in steps of 1.
fn slice(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let flow = reader.floats(operator, 0)?;
    let axes = flow.view.len();
    let strided = operator.code == op::STRIDED_SLICE;
    let numbers = |place| -> Result<Vec<i64>, Wrong> {
        let numbers = reader.whole(operator, place).ok_or("its limits are not known")?;
        if numbers.len() > axes { Err("it has more axes than its input".into()) } else { Ok(numbers) }
    };
    let (begins, ends) = (numbers(1)?, numbers(2)?);
    let mask = |field| if strided { operator.options.i32(field, 0) } else { Ok(0) };
    let (begin_mask, end_mask, gone) = (mask(0)?, mask(1)?, mask(4)?);
    if mask(2)? != 0 || mask(3)? != 0 || (strided && operator.options.flag(5)?) {
        return Err("its masks for an ellipsis, a new axis or offsets are not read".into());
    }
    if strided && numbers(3)?.iter().any(|&step| step != 1) {
        return Err("its steps are not all 1".into());
    }
    if begins.len() != ends.len() {
        return Err("its limits have no such form".into());
    }
    let mut cut = vec![(0, 0); axes];
    let mut view = Vec::new();
    for (axis, &length) in flow.view.iter().enumerate() {
        let bit = |mask: i32| mask >> axis & 1 == 1;
        let long = i64::try_from(length).map_err(|_| "an axis is too long".to_owned())?;
        let place = |at: i64| if at < 0 { at.saturating_add(long) } else { at }.clamp(0, long);
        let (begin, end) = match (begins.get(axis), ends.get(axis)) {
            (Some(&begin), Some(_)) if bit(gone) => {
                let begin = if bit(begin_mask) { 0 } else { place(begin) };
                (begin, begin + 1)
            }
            (Some(&begin), Some(&size)) if !strided => {
                (place(begin), if size == -1 { long } else { place(begin).saturating_add(size) })
            }
            (Some(&begin), Some(&end)) => {
                (if bit(begin_mask) { 0 } else { place(begin) }, if bit(end_mask) { long } else { place(end) })
            }
            _ => (0, long),
        };
        if begin >= end || end > long {
            return Err(format!("it takes {begin}..{end} of an axis of length {length}").into());
        }
        let (begin, end) = (usize::try_from(begin).unwrap_or(0), usize::try_from(end).unwrap_or(length));
        cut[axis] = (begin, length - end);
        if !bit(gone) {
            view.push(end - begin);
        }
    }
    let flow = around(reader, operator, flow, &cut, ["Cropping2D", "Cropping1D", "cropping"])?;
    reader.set(operator, 0, Flow { view, ..flow })
}

/// Reads equal parts along an axis.
fn split(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let unpacks = operator.code == op::UNPACK;
    let flow = reader.floats(operator, usize::from(!unpacks))?;
    let axis = if unpacks {
        Some(operator.options.i32(1, 0)?.into())
    } else {
        reader.whole(operator, 0).and_then(|axis| axis.first().copied())
    };
    let axis = index(axis.ok_or("its axis is not known")?, flow.view.len())?;
    let (length, parts) = (flow.view[axis], operator.outputs.len());
    if length % parts != 0 || (unpacks && length != parts) {
        return Err(format!("it makes {parts} parts of an axis of length {length}").into());
    }
    let each = length / parts;
    let used: Vec<bool> = operator.outputs.iter().map(|&output| reader.is_used(output)).collect();
    for part in (0..parts).filter(|&part| used[part]) {
        let mut cut = vec![(0, 0); flow.view.len()];
        cut[axis] = (part * each, length - (part + 1) * each);
        let mut found = around(reader, operator, flow.clone(), &cut, ["Cropping2D", "Cropping1D", "cropping"])?;
        if unpacks {
            found.view.remove(axis);
        }
        reader.set(operator, part, found)?;
    }
    Ok(())
}

/// Adds zeros around a tensor, or takes places away, by the numbers before and behind each axis.
fn around(
    reader: &mut Reader<'_, '_, '_>,
    operator: &Operator<'_, '_>,
    mut flow: Flow,
    amounts: &[(usize, usize)],
    [image, sequence, argument]: [&'static str; 3],
) -> Result<Flow, Wrong> {
    let adds = argument == "padding";
    let value = |(before, behind): (usize, usize)| list(&[before, behind]);
    let longer = |length: usize, (before, behind): (usize, usize)| {
        let length = if adds { length.checked_add(before + behind) } else { length.checked_sub(before + behind) };
        length.filter(|&length| length > 0 && length < 1 << 31).ok_or("an axis becomes too long or too short")
    };
    let front = flow.view.len() - sample(&flow.view).len().min(flow.view.len());
    let changed: Vec<usize> = (0..amounts.len()).filter(|&axis| amounts[axis] != (0, 0)).collect();
    if changed.first().is_some_and(|&axis| axis < front) {
        return Err("it changes the number of samples".into());
    }
    let shape = sample(&flow.view).to_vec();
    if let ([height, width, channels], true) =
        (&shape[..], changed.len() > 1 && changed.iter().all(|&axis| axis < front + 2))
    {
        let pairs = Value::List(amounts[front..front + 2].iter().copied().map(value).collect());
        let input = reader.shaped(&flow, &shape);
        let tensor = reader.layer(Some(operator), Made::new(image, vec![(argument, pairs)]), &[input])?;
        let (height, width) = (longer(*height, amounts[front])?, longer(*width, amounts[front + 1])?);
        let view = [&flow.view[..front], &[height, width, *channels]].concat();
        return Ok(Flow { tensor, shape: vec![height, width, *channels], view, whole: false });
    }
    for axis in changed {
        let before: usize = flow.view[..axis].iter().product();
        let behind: usize = flow.view[axis + 1..].iter().product();
        let length = longer(flow.view[axis], amounts[axis])?;
        let (made, shape) = if before == 1 {
            (Made::new(sequence, vec![(argument, value(amounts[axis]))]), vec![flow.view[axis], behind])
        } else {
            let pairs = Value::List(vec![value((0, 0)), value(amounts[axis])]);
            (Made::new(image, vec![(argument, pairs)]), vec![before, flow.view[axis], behind])
        };
        let input = reader.shaped(&flow, &shape);
        let tensor = reader.layer(Some(operator), made, &[input])?;
        let mut view = flow.view.clone();
        view[axis] = length;
        if super::arrays::product(&view).is_none() {
            return Err("its output is too large".into());
        }
        let shape = if before == 1 { vec![length, behind] } else { vec![before, length, behind] };
        flow = Flow { tensor, shape, view, whole: false };
    }
    Ok(flow)
}

/// The most inputs of a Concatenate.
const INPUTS: usize = 12;

/// Reads tensors side by side.
pub(super) fn join(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let packs = operator.code == op::PACK;
    let mut flows: Vec<Flow> =
        (0..operator.inputs.len()).map(|place| reader.floats(operator, place)).collect::<Result<_, _>>()?;
    let axes = flows[0].view.len();
    let axis = operator.options.i32(usize::from(packs), 0)?;
    let axis = index(axis.into(), axes + usize::from(packs))?;
    if packs {
        flows.iter_mut().for_each(|flow| flow.view.insert(axis.min(flow.view.len()), 1));
    }
    let fits = |flow: &Flow| {
        flow.view.len() == flows[0].view.len()
            && (0..flow.view.len()).all(|other| other == axis || flow.view[other] == flows[0].view[other])
    };
    if !flows.iter().all(fits) {
        return Err("its inputs have other shapes than each other".into());
    }
    let mut view = flows[0].view.clone();
    if axis == 0 && view[0] == 1 && !packs {
        return Err("it puts samples of a batch side by side".into());
    }
    view[axis] = flows.iter().try_fold(0usize, |sum, flow| sum.checked_add(flow.view[axis])).unwrap_or(usize::MAX);
    super::arrays::product(&view).ok_or("its output is too large")?;
    let activation = if packs { None } else { super::convolution::fused(operator, 1)? };
    let flow = if let [_] = flows[..] {
        Flow { view, ..flows.remove(0) }
    } else {
        // The axis is counted with the batch.
        let with_batch = axis != 0 && view[0] == 1;
        let part = |view: &[usize]| if with_batch { view[1..].to_vec() } else { view.to_vec() };
        let mut inputs: Vec<_> = flows.iter().map(|flow| reader.shaped(flow, &part(&flow.view))).collect();
        let counted = if with_batch { axis } else { axis + 1 };
        let arguments = if axis + 1 == view.len() {
            vec![]
        } else {
            vec![("axis", Value::Int(i64::try_from(counted).unwrap_or(-1)))]
        };
        let made = |words| Made { words, ..Made::new("Concatenate", arguments.clone()) };
        while inputs.len() > INPUTS {
            let joined: Result<Vec<_>, Wrong> = inputs
                .chunks(INPUTS)
                .map(|some| if let [one] = some { Ok(*one) } else { reader.layer(None, made(&[]), some) })
                .collect();
            inputs = joined?;
        }
        let tensor = reader.layer(Some(operator), made(&["concat"]), &inputs)?;
        Flow { tensor, shape: part(&view), view, whole: false }
    };
    let flow = super::elementwise::activated(reader, flow, activation)?;
    reader.set(operator, 0, flow)
}
