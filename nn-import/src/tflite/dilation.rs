//! A rewrite: TensorFlow writes a dilated convolution as SPACE_TO_BATCH_ND, a convolution and BATCH_TO_SPACE_ND.
//!
//! With blocks of `b`, padding `p` and crops `c`, these are one convolution without padding and with dilation `b`, on
//! an input with `p - c` zeros around it. A sequence is made an image in between, by EXPAND_DIMS and RESHAPE.

use super::links::Links;
use super::model::{Dilation, Model};
use super::operators as op;
use super::pooling::index;
use super::whole::Whole;

pub(super) fn rewrite(model: &mut Model<'_, '_>) {
    let links = Links::new(model);
    for place in 0..model.operators.len() {
        if model.operators[place].code == op::SPACE_TO_BATCH_ND
            && let Some(chain) = Chain::find(model, &links, place)
        {
            chain.apply(model);
        }
    }
}

/// The operators of a dilated convolution, by their places.
struct Chain {
    apart: usize,
    expand: Option<usize>,
    convolution: usize,
    squeeze: Option<usize>,
    together: usize,
    /// The axis that is added to a sequence.
    added: usize,
    dilation: Dilation,
}

impl Chain {
    fn find(model: &Model<'_, '_>, links: &Links, apart: usize) -> Option<Chain> {
        let operators = &model.operators;
        let constant = |operator: usize, place: usize| -> Option<Vec<i64>> {
            Some(Whole::constant(&model.tensors[operators[operator].inputs.get(place).copied()??])?.values)
        };
        let mut next = links.only_reader(model, apart)?;
        let expand = (operators[next].code == op::EXPAND_DIMS).then_some(next);
        let mut added = 0;
        if let Some(expand) = expand {
            added = index(*constant(expand, 1)?.first()?, 4).ok()?;
            next = links.only_reader(model, expand)?;
        }
        let convolution = next;
        let options = operators[convolution].options;
        let rates = match operators[convolution].code {
            op::CONV_2D => [4, 5],
            op::DEPTHWISE_CONV_2D => [5, 6],
            _ => return None,
        };
        let all = [(1, 0), (2, 0), (rates[0], 1), (rates[1], 1)];
        let plain = options.u8(0) == Ok(1) && all.iter().all(|&(field, default)| options.i32(field, default) == Ok(1));
        if !plain || operators[convolution].dilation.is_some() {
            return None;
        }
        next = links.only_reader(model, convolution)?;
        let squeeze = (expand.is_some() && matches!(operators[next].code, op::RESHAPE | op::SQUEEZE)).then_some(next);
        if let Some(squeeze) = squeeze {
            next = links.only_reader(model, squeeze)?;
        }
        let together = next;
        let blocks = constant(apart, 1)?;
        if operators[together].code != op::BATCH_TO_SPACE_ND
            || expand.is_some() != squeeze.is_some()
            || constant(together, 1)? != blocks
        {
            return None;
        }
        let (padding, crops) = (constant(apart, 2)?, constant(together, 2)?);
        let left = |place: usize| usize::try_from(padding.get(place)?.checked_sub(*crops.get(place)?)?).ok();
        let rate = |place: usize| usize::try_from(*blocks.get(place)?).ok().filter(|&rate| rate > 0 && rate < 1 << 16);
        let dilation = match (expand, blocks.len(), added) {
            (None, 2, _) => {
                Dilation { rates: [rate(0)?, rate(1)?], padding: [(left(0)?, left(1)?), (left(2)?, left(3)?)] }
            }
            (Some(_), 1, 1) => Dilation { rates: [1, rate(0)?], padding: [(0, 0), (left(0)?, left(1)?)] },
            (Some(_), 1, 2) => Dilation { rates: [rate(0)?, 1], padding: [(left(0)?, left(1)?), (0, 0)] },
            _ => return None,
        };
        Some(Chain { apart, expand, convolution, squeeze, together, added, dilation })
    }

    fn apply(self, model: &mut Model<'_, '_>) {
        let Chain { apart, expand, convolution, squeeze, together, added, dilation } = self;
        let input = model.operators[apart].inputs.first().copied().flatten();
        model.operators[expand.unwrap_or(convolution)].inputs[0] = input;
        // The tensors in between have other shapes now.
        for between in expand.iter().chain([&convolution]) {
            for output in model.operators[*between].outputs.clone() {
                model.tensors[output].signature.fill(None);
            }
        }
        let outputs = model.operators[together].outputs.clone();
        model.operators[squeeze.unwrap_or(convolution)].outputs = outputs;
        model.operators[convolution].dilation = Some(dilation);
        if let Some(squeeze) = squeeze {
            let squeeze = &mut model.operators[squeeze];
            squeeze.code = op::SQUEEZE;
            squeeze.inputs.truncate(1);
            squeeze.squeezed = Some(added);
        }
        // Nothing reads them any more.
        for gone in [apart, together] {
            model.operators[gone].outputs.clear();
        }
    }
}
