//! No loss for an output: `()`, Keras's `None`.
//!
//! ```text
//! L = 0
//! dL/dy = 0
//! ```
//!
//! In a tuple or in the named struct of a model, `()` stands for the missing loss of an output. In the data, it stands
//! for the targets of that output:
//!
//! ```text
//! let mut m = Headline::boxed(&mut rng).compile(RmsProp::default(), (BinaryCrossentropy::default(), ()));
//! m.fit((&headlines, &additional), (&labels, ()), Fit::new())?;
//! ```
//!
//! Such an output has no targets, so it has no metrics either. If it should have metrics, give it a loss and the loss
//! weight 0. Source: <https://keras.io/api/models/model_training_apis/#compile-method>

use super::{Loss, LossOn};
use crate::tensor::storage::Storage;
use crate::tensor::{Sample, Tensor, Tensors};
use crate::train::data::{Column, Inspect, NotFinite};
use bytemuck::{Pod, Zeroable};

impl Loss for () {
    const JUDGES: bool = false;

    fn name(&self) -> &'static str {
        "none"
    }
}

impl<P: Sample> LossOn<P> for () {
    type Target = NoTarget;

    fn loss(&self, _: &NoTarget, _: &P) -> P::Element {
        P::Element::zeroed()
    }

    fn gradient(&self, _: &NoTarget, _: &P, gradient: &mut P) {
        crate::tensor::clear(core::slice::from_mut(gradient));
    }
}

/// The target of an output without a loss: empty. There are as many of them as a caller asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct NoTarget;

// SAFETY: it has no bytes.
unsafe impl Zeroable for NoTarget {}
// SAFETY: it has no bytes, so it has no invalid bytes, no padding, no interior mutability and no pointers.
unsafe impl Pod for NoTarget {}

impl Column for () {
    type Item = NoTarget;

    fn items(&self) -> &[NoTarget] {
        &[NoTarget; usize::MAX]
    }
}

impl Tensor for NoTarget {}

impl Sample for NoTarget {
    type Element = u32;
    const ROWS: usize = 0;
    const COLS: usize = 0;

    fn flat(_: &[Self]) -> &[u32] {
        &[]
    }

    fn flat_mut(_: &mut [Self]) -> &mut [u32] {
        &mut []
    }

    fn samples(_: &[u32]) -> &[Self] {
        &[]
    }

    fn samples_mut(_: &mut [u32]) -> &mut [Self] {
        &mut []
    }
}

impl Tensors for NoTarget {
    crate::tensor::slices!();

    type Buffers<B: Storage> = B::Of<Self>;

    /// Reports nothing, because it fits any number of samples.
    fn lengths(_: &[Self], _: &mut dyn FnMut(usize)) {}

    fn batch<B: Storage>(buffers: &B::Of<Self>, n: usize) -> &[Self] {
        crate::tensor::first(buffers, n)
    }

    fn batch_mut<B: Storage>(buffers: &mut B::Of<Self>, n: usize) -> &mut [Self] {
        crate::tensor::first_mut(buffers, n)
    }

    fn gather(_: &[Self], _: &[usize], _: &mut [Self]) {}

    fn copy(_: &[Self], _: &mut [Self]) {}

    fn clear(_: &mut [Self]) {}

    fn zero_sample() -> Self {
        NoTarget
    }

    #[cfg(feature = "alloc")]
    fn vecs(n: usize) -> alloc::vec::Vec<Self> {
        alloc::vec![NoTarget; n]
    }
}

impl Inspect for NoTarget {
    fn inspect(batch: &[Self], visit: &mut dyn FnMut(usize, Option<NotFinite>)) {
        visit(batch.len(), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activations::Head;
    use crate::train::data::Batches;
    use crate::train::losses::{Losses, MeanSquaredError, Weighting};
    use nalgebra::SMatrix;

    type Pair = SMatrix<f64, 2, 1>;
    type Score = SMatrix<f64, 1, 1>;

    #[test]
    fn the_other_output_alone_has_a_loss() {
        let (targets, predictions) = ([Score::new(1.), Score::new(2.)], [Score::new(1.5), Score::new(2.)]);
        let others = [Pair::new(1., 2.), Pair::new(3., 4.)];
        let columns = ((), &targets);
        let targets: (&[NoTarget], &[Score]) = Batches::<(NoTarget, Score)>::batches(&columns);
        let mut gradients = ([Pair::repeat(f64::NAN); 2], [Score::repeat(f64::NAN); 2]);
        let mut values = [f64::NAN; 2];
        let losses = ((), MeanSquaredError);
        let logit_mask = Losses::<(Pair, Score)>::evaluate(
            &losses,
            <(NoTarget, Score)>::slice(targets, 0..2),
            (&others, &predictions),
            (Some(&others), None),
            &[Head::Softmax, Head::Other],
            Weighting { outputs: &[2.0, 1.0], samples: &[&[1.0, 3.0][..]; 2], ..Weighting::NONE },
            Some((&mut gradients.0, &mut gradients.1)),
            &mut values,
        );
        assert_eq!((logit_mask, values), (0, [0.0, 0.125]));
        assert_eq!(gradients, ([Pair::zeros(); 2], [Score::new(0.5), Score::new(0.)]));
        assert_eq!([0, 1].map(|output| Losses::<(Pair, Score)>::judges(&losses, output)), [false, true]);
    }

    #[test]
    fn it_has_no_length_and_no_numbers() {
        let columns = ((), [0.5, f64::NAN]);
        let batch = Batches::<(NoTarget, Score)>::batches(&columns);
        assert_eq!(<(NoTarget, Score)>::len(batch), 2);
        let mut places = std::vec::Vec::new();
        <(NoTarget, Score)>::inspect(batch, &mut |_, place| places.push(place.map(|place| place.sample)));
        assert_eq!(places, [None, Some(1)]);
        assert_eq!(NoTarget::flat(batch.0), &[0u32; 0]);
    }

    #[test]
    fn one_output_without_a_loss() {
        let predictions = [Pair::new(1., 2.)];
        let mut values = [f64::NAN];
        let targets = Batches::<NoTarget>::batches(&());
        Losses::<Pair>::evaluate(&(), targets, &predictions, None, &[Head::Other], Weighting::NONE, None, &mut values);
        assert_eq!(values, [0.0]);
        assert!(!Losses::<Pair>::judges(&(), 0));
        Losses::<Pair>::check(&(), targets, Weighting::NONE, &mut |_, _, _| unreachable!());
    }
}
