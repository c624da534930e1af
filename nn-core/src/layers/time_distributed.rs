//! TimeDistributed: applies a layer or a model to every step of a sequence, with the same weights.
//!
//! ```text
//! y[t] = layer(x[t])        for every step t
//!
//! dx[t] and dw as the layer's; dw sums over the steps
//! ```
//!
//! Shapes: input `(steps, ..)`, if the layer takes `(..)`; output `(steps, ..)`. The steps of a sample lie behind each
//! other, so `n` samples of `steps` steps are `n · steps` samples of the layer. One call of it needs no copy.
//!
//! A layer that reads a mask gets the mask of each step. `TimeDistributed(GRU(8))` over sentences of words computes
//! each sentence as the GRU alone does. Behind it, a sentence counts if any of its words does.
//!
//! Keras calls the layer once for each step. The results differ only for a layer that reads the whole batch: the
//! statistics of a BatchNormalization inside cover all steps here, but one step at a time in Keras.
//!
//! Source: <https://keras.io/api/layers/recurrent_layers/time_distributed/>

use super::masking;
use crate::spec::code::Code;
use crate::spec::shape::{MAX_RANK, Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Dtype, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// Applies a layer or a model to every step of a sequence, with the same weights.
    #[example = "let y = TimeDistributed(Dense(4))(x); // [20, 8] → [20, 4]"]
    /// `L` is the layer. There are `S` steps, which have `C` columns in the input. The output has `P` columns in all.
    pub struct TimeDistributed<S, C, P> {
        /// The layer or model.
        pub layer: Layer<L>,
    }

    pub const SPEC: LayerSpec {
        reads: Dtype::ALL,
        masking: Masking::Around { outside: &masking::OF_STEPS },
        streaming: Streaming::Steps,
        infer: rule!(infer),
        inner: Some(rule!(inner)),
    }

    impl Train, Ends;
}

/// Returns one step of the input.
///
/// # Errors
/// If the input has only one axis.
pub const fn inner(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let x = inputs[0];
    if x.rank() < 2 {
        let message = Text::new().str("expected a sequence of shape (steps, ..), but got ").shape(&x);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    Ok(Inferred::new(Shape::new(x.dims().split_at(1).1), &[]))
}

/// Returns the steps of the input, each with the output of the layer.
///
/// The type is `TimeDistributed<_, steps, C, P>`: the columns of one step of the input, and of the whole output.
///
/// # Errors
/// If the layer has several outputs, or if the output would have too many axes.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let layer = Args(args).layer();
    if layer.outputs().len() != 1 {
        let message = Text::new().str("expected a layer with one output, but this one has ");
        return Err(ShapeError::argument(Code::OutputCount, arg::layer, message.size(layer.outputs().len())));
    }
    let (x, step) = (inputs[0], layer.output(0));
    if step.rank() >= MAX_RANK {
        return Err(ShapeError::new(
            Code::TooManyAxes,
            Text::new().str("the output would have more axes than a sample may have"),
        ));
    }
    let (mut dims, mut axis) = ([0; MAX_RANK], 0);
    dims[0] = x.dim(0);
    while axis < step.rank() {
        dims[axis + 1] = step.dim(axis);
        axis += 1;
    }
    let output = Shape::new(dims.split_at(step.rank() + 1).0);
    let columns = Shape::new(x.dims().split_at(1).1).cols();
    let consts = Consts { S: x.dim(0), C: columns, P: output.cols() };
    // The steps are samples of the layer, and each step has a workspace.
    Ok(Inferred::new(output, &consts.list()).workspace(x.dim(0).saturating_mul(layer.workspace_size())))
}

#[cfg(feature = "compute")]
pub(super) mod compute {
    pub use super::SPEC::TimeDistributed;
    use crate::layer::{Ends, Layer, Memory, Pass, Train, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::{Storage, Times};
    use crate::tensor::{Element, Sample, flat, flat_mut};
    use core::ops::Range;
    use nalgebra::SMatrix;
    use rand::Rng;

    // The steps of a sample lie behind each other, and so do their masks: the layer's masks are the sequence's masks.
    impl<
        T: Scalar + Element,
        E: Element,
        L: Layer<T, SMatrix<E, R, C>, Output = SMatrix<T, O, Q>>,
        const S: usize,
        const C: usize,
        const P: usize,
        const R: usize,
        const X: usize,
        const O: usize,
        const Q: usize,
    > Layer<T, SMatrix<E, R, X>> for TimeDistributed<L, S, C, P>
    {
        type Output = SMatrix<T, O, P>;
        type Weights = L::Weights;
        type Scratch<B: Storage> = L::Scratch<Times<B, S>>;
        type Cache<B: Storage> = L::Cache<Times<B, S>>;
        const MACS: usize = S * L::MACS;
        const WORK: Work = L::WORK.times(S);

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            self.layer.init(w, rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<E, R, X>],
            y: &mut [SMatrix<T, O, P>],
            pass: Pass<'_, '_, T, Self::Scratch<B>, Self::Cache<B>>,
        ) {
            const { assert!(X == S * C && P == S * Q, "the steps divide the columns") }
            self.layer.forward::<Times<B, S>>(w, Sample::samples(flat(x)), Sample::samples_mut(flat_mut(y)), pass);
        }

        fn backward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<E, R, X>],
            y: &[SMatrix<T, O, P>],
            dy: &[SMatrix<T, O, P>],
            memory: Memory<'_, T, Self::Cache<B>>,
            dx: Option<&mut [SMatrix<E, R, X>]>,
            dw: Option<&mut Self::Weights>,
        ) {
            let (x, y, dy) = (Sample::samples(flat(x)), Sample::samples(flat(y)), Sample::samples(flat(dy)));
            let dx = dx.map(|dx| Sample::samples_mut(flat_mut(dx)));
            self.layer.backward::<Times<B, S>>(w, x, y, dy, memory, dx, dw);
        }
    }

    impl<
        T: Scalar + Element,
        E: Element,
        L: Train<T, SMatrix<E, R, C>, Output = SMatrix<T, O, Q>>,
        const S: usize,
        const C: usize,
        const P: usize,
        const R: usize,
        const X: usize,
        const O: usize,
        const Q: usize,
    > Train<T, SMatrix<E, R, X>> for TimeDistributed<L, S, C, P>
    {
        fn touched<B: Storage>(
            &self,
            x: &[SMatrix<E, R, X>],
            cache: &Self::Cache<B>,
            visit: &mut dyn FnMut(Range<usize>),
        ) {
            self.layer.touched::<Times<B, S>>(Sample::samples(flat(x)), cache, visit);
        }

        fn update<B: Storage>(&self, w: &mut Self::Weights, cache: &Self::Cache<B>) {
            self.layer.update::<Times<B, S>>(w, cache);
        }

        fn constrain(&self, w: &mut Self::Weights) {
            self.layer.constrain(w);
        }

        fn activity<B: Storage>(&self, scratch: &Self::Scratch<B>) -> T {
            self.layer.activity::<Times<B, S>>(scratch)
        }

        fn training_activity<B: Storage>(&self, cache: &Self::Cache<B>) -> T {
            self.layer.training_activity::<Times<B, S>>(cache)
        }

        fn regularize(&self, w: &Self::Weights, dw: Option<&mut Self::Weights>) -> T {
            self.layer.regularize(w, dw)
        }
    }

    impl<
        T: Scalar + Element,
        E: Element,
        L: Ends<T, SMatrix<E, R, C>, Output = SMatrix<T, O, Q>>,
        const S: usize,
        const C: usize,
        const P: usize,
        const R: usize,
        const X: usize,
        const O: usize,
        const Q: usize,
    > Ends<T, SMatrix<E, R, X>> for TimeDistributed<L, S, C, P>
    {
        const BOUNDS: &'static [usize] = L::BOUNDS;
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::{check_layer, check_masked};
        use crate::layers::{Dense, Dropout, Flatten, NoiseShape};
        use crate::tensor::storage::{Buffer, Heap, Inline};
        use crate::weights::Weights;

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&TimeDistributed::<_, 3, 1, 3>::new(Dense::<5, 2, 1>::DEFAULT));
            // A layer with memory, and a layer that changes the number of columns.
            check_layer::<SMatrix<f64, 5, 3>, _>(&TimeDistributed::<_, 3, 1, 3>::new(Dropout::<0> {
                rate: 0.3,
                noise: NoiseShape::NONE,
            }));
            check_layer::<SMatrix<f64, 5, 6>, _>(&TimeDistributed::<_, 3, 2, 3>::new(Flatten::<10>::DEFAULT));
        }

        /// Two sentences of three words, with a mask of the words of each.
        #[test]
        fn gradients_with_a_mask() {
            use crate::layers::GRU;
            let mask = [1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0];
            let gru = GRU::<2, 2, 6, 2, 1, 0, 0>::DEFAULT;
            check_masked::<SMatrix<f64, 2, 6>, _>(&TimeDistributed::<_, 2, 3, 2>::new(gru), &[Some(&mask)]);
        }

        #[test]
        fn every_step_is_a_sample_of_the_layer() {
            type Distributed = TimeDistributed<Dense<2, 3, 1>, 4, 1, 4>;
            let mut w = <<Dense<2, 3, 1> as Layer<f64, SMatrix<f64, 2, 1>>>::Weights>::zeroed();
            w.as_mut_slice().iter_mut().enumerate().for_each(|(k, w)| *w = k as f64);
            let x = [SMatrix::<f64, 2, 4>::from_fn(|r, c| (r * 5 + c) as f64); 2];
            let mut y = [SMatrix::<f64, 3, 4>::zeros(); 2];
            let layer = Distributed::new(Dense::DEFAULT);
            Layer::<f64, SMatrix<f64, 2, 4>>::forward::<Heap>(&layer, &w, &x, &mut y, Pass::inference(&mut ()));
            for step in 0..4 {
                assert_eq!(y[1].column(step), w.kernel * x[1].column(step) + w.bias);
            }
        }

        /// A batch in arrays has room for all steps.
        #[test]
        fn memory_without_a_heap() {
            type Distributed = TimeDistributed<Dropout<0>, 3, 1, 3>;
            type Memory = <Distributed as Layer<f32, SMatrix<f32, 5, 3>>>::Cache<Inline<2>>;
            assert_eq!(Memory::with_capacity(2).len(), 6);
            assert_eq!(size_of::<Memory>(), 2 * 3 * 5 * 4);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let x = Shape::new(&[4, 6, 3]);
        assert_eq!(inner(&[], &[x]).unwrap().output(0), Shape::new(&[6, 3]));
        let layer = Value::Layer(Inferred::new(Shape::new(&[18]), &[]));
        let inferred = infer(&SPEC.with(&[(arg::layer, layer)]), &[x]).unwrap();
        assert_eq!((inferred.output(0), inferred.consts()), (Shape::new(&[4, 18]), &[4, 6, 4][..]));
        assert!(inner(&[], &[Shape::new(&[4])]).is_err());
        let two = Value::Layer(Inferred::many(&[x, x], &[]));
        assert!(infer(&SPEC.with(&[(arg::layer, two)]), &[x]).is_err());
    }
}
