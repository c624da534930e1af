//! Embedding: a table of learned vectors, one for each index.
//!
//! ```text
//! y[p] = E[x[p]]                  the row of every index
//!
//! dE[x[p]] += dy[p]               an index that comes twice gets the sum; no other row is touched
//! ```
//!
//! Shapes: input `(..)` of indices below `input_dim`; output `(.., output_dim)`; embeddings `(input_dim, output_dim)`.
//!
//! Only the touched rows have a gradient, so a step costs as much as these rows, not as much as the table. If a batch
//! repeats an index, its gradients are summed before RMSprop or Adagrad square them, as in Keras on JAX and PyTorch.
//! On TensorFlow, Keras does not sum them.
//!
//! With `mask_zero`, index 0 marks a position without data: the output has a [mask](crate::spec::Masking). Index 0 is
//! still a row of the table. A pass cannot report an index outside the table; the result is NaN. `fit`, `evaluate` and
//! `predict` refuse such an index before the pass.
//!
//! Source: <https://keras.io/api/layers/core_layers/embedding/>

use crate::spec::code::Code;
use crate::spec::shape::{MAX_RANK, Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Dtype, Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// A table of learned vectors, one for each index.
    #[example = "let y = Embedding(1000, 16)(words); // [20] of u32 → [20, 16]"]
    #[example = "let y = Embedding(1000, 16, mask_zero = true)(words); // [20] of u32 → [20, 16]"]
    /// The table has `V` rows of `D` numbers. A sample has `P` indices.
    pub struct Embedding<V, D, P> {
        /// The number of rows. Indices are below it.
        input_dim: Size,
        /// The length of a row.
        output_dim: Size,
        /// The initial values of the rows.
        pub embeddings_initializer: Initializer = RandomUniform { minval: -0.05, maxval: 0.05 },
        /// A penalty on the rows. With one, every row has a gradient in every step.
        pub embeddings_regularizer: Regularizer,
        /// A bound on the rows.
        pub embeddings_constraint: Constraint,
        /// Masks the positions whose index is 0.
        mask_zero: Flag = false,
        /// The number of indices of a sample, which is checked.
        input_length: Option<Size>,
        /// A penalty on the output.
        activity_regularizer: ActivityAfter,
    }

    pub const SPEC: LayerSpec {
        weights: EmbeddingWeights<V, D>,
        reads: &[Dtype::U32],
        masking: Masking::Makes { flag: Some(arg::mask_zero), by: &NOT_ZERO },
        has_rows: true,
        folding: Folding::Table { width: consts::D },
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }

    impl Train, Ends;
}

layer! {
    /// The mask of `mask_zero`: 1 if the index is not 0. A graph has no name for it.
    pub struct NotZero {}

    pub const NOT_ZERO: LayerSpec { reads: &[Dtype::U32], writes: Dtype::U32, streaming: Streaming::Steps, infer: rule!(same) }
}

/// Maps `(..)` to `(.., output_dim)`; the type is `Embedding<input_dim, output_dim, indices>`.
///
/// # Errors
/// If `input_dim` exceeds `u32`, if the output would have too many axes, or if `input_length` is another length.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let (words, features) = (args.input_dim(), args.output_dim());
    if words > u32::MAX as usize {
        return Err(ShapeError::argument(
            Code::TooLarge,
            arg::input_dim,
            Text::new().str("expected a vocabulary that `u32` can count"),
        ));
    }
    if x.rank() >= MAX_RANK {
        return Err(ShapeError::input(
            Code::TooManyAxes,
            0,
            Text::new().str("the output would have more axes than a sample may have"),
        ));
    }
    if let Some(length) = args.input_length()
        && (x.rank() != 1 || x.dim(0) != length)
    {
        let message = Text::new().str("expected the length of the input, whose shape is ").shape(&x);
        return Err(ShapeError::argument(
            Code::ShapeMismatch,
            arg::input_length,
            message.str(", but got ").size(length),
        ));
    }
    let (mut dims, mut axis) = ([0; MAX_RANK], 0);
    while axis < x.rank() {
        dims[axis] = x.dim(axis);
        axis += 1;
    }
    dims[x.rank()] = features;
    let output = Shape::new(dims.split_at(x.rank() + 1).0);
    Ok(Inferred::new(output, &Consts { V: words, D: features, P: x.size() }.list()))
}

/// Returns the shape of the input.
pub const fn same(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &[]))
}

#[cfg(feature = "compute")]
pub(super) mod compute {
    pub use super::{NOT_ZERO::NotZero, SPEC::Embedding};
    use crate::kernels::{Loop, prefetch, run};
    use crate::layer::{Ends, Layer, Memory, Pass, Train, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights;
    use crate::weights::initializers::Fans;
    use crate::weights::regularizers::Regularizer;
    use core::ops::Range;
    use nalgebra::SMatrix;
    use rand::Rng;

    weights! {
        /// The weights of an [`Embedding`].
        pub struct EmbeddingWeights<T, const V: usize, const D: usize> {
            /// `E`: one column for each index. Keras's `(input_dim, output_dim)` array has the same bytes.
            rows embeddings: SMatrix<T, D, V> => [V, D],
        }
    }

    impl<T: Scalar + Element, const V: usize, const D: usize, const P: usize, const R: usize, const C: usize>
        Layer<T, SMatrix<u32, R, C>> for Embedding<V, D, P>
    {
        type Output = SMatrix<T, D, P>;
        type Weights = EmbeddingWeights<T, V, D>;
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            self.embeddings_initializer.fill(w.embeddings.as_mut_slice(), &[V, D], Fans::new(V, D), rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<u32, R, C>],
            y: &mut [SMatrix<T, D, P>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            const { assert!(R * C == P, "one row of the output for each index") }
            // y[p] = E[x[p]]
            let table = w.embeddings.as_slice();
            let indices = flat(x);
            for (p, (&index, y)) in indices.iter().zip(flat_mut(y).chunks_exact_mut(D)).enumerate() {
                if let Some(next) = indices.get(p + AHEAD).and_then(|&index| row::<V, D>(index)) {
                    prefetch(&table[next]);
                }
                match row::<V, D>(index) {
                    Some(row) => y.copy_from_slice(&table[row]),
                    None => y.fill(T::of(f64::NAN)),
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &Self::Weights,
            x: &[SMatrix<u32, R, C>],
            _: &[SMatrix<T, D, P>],
            dy: &[SMatrix<T, D, P>],
            _: Memory<'_, T, ()>,
            _: Option<&mut [SMatrix<u32, R, C>]>,
            dw: Option<&mut Self::Weights>,
        ) {
            // y[p] = E[x[p]], so dE[x[p]] += dy[p]
            let Some(dw) = dw else { return };
            run(AddRows::<T, V, D> { indices: flat(x), dy: flat(dy), table: dw.embeddings.as_mut_slice() });
        }
    }

    impl<T: Scalar + Element, const V: usize, const D: usize, const P: usize, const R: usize, const C: usize>
        Train<T, SMatrix<u32, R, C>> for Embedding<V, D, P>
    {
        fn touched<B: Storage>(&self, x: &[SMatrix<u32, R, C>], _: &(), visit: &mut dyn FnMut(Range<usize>)) {
            if self.embeddings_regularizer != Regularizer::NONE {
                return visit(0..V * D);
            }
            for &index in flat(x) {
                if let Some(row) = row::<V, D>(index) {
                    visit(row);
                }
            }
        }

        fn constrain(&self, w: &mut Self::Weights) {
            self.embeddings_constraint.apply(w.embeddings.as_mut_slice(), &[V, D]);
        }

        fn regularize(&self, w: &Self::Weights, dw: Option<&mut Self::Weights>) -> T {
            let dw = dw.map(|dw| dw.embeddings.as_mut_slice());
            self.embeddings_regularizer.apply(w.embeddings.as_slice(), dw)
        }
    }

    impl<T: Scalar + Element, const V: usize, const D: usize, const P: usize, const R: usize, const C: usize>
        Ends<T, SMatrix<u32, R, C>> for Embedding<V, D, P>
    {
        const BOUNDS: &'static [usize] = &[V];
    }

    /// Computes `E[x[p]] += dy[p]`.
    struct AddRows<'a, T, const V: usize, const D: usize> {
        indices: &'a [u32],
        dy: &'a [T],
        table: &'a mut [T],
    }

    impl<T: Scalar, const V: usize, const D: usize> Loop for AddRows<'_, T, V, D> {
        type Output = ();

        #[inline(always)]
        fn run(self) {
            for (p, (&index, dy)) in self.indices.iter().zip(self.dy.chunks_exact(D)).enumerate() {
                if let Some(next) = self.indices.get(p + AHEAD).and_then(|&index| row::<V, D>(index)) {
                    prefetch(&self.table[next]);
                }
                let Some(row) = row::<V, D>(index) else { continue };
                for (d, &dy) in self.table[row].iter_mut().zip(dy) {
                    *d += dy;
                }
            }
        }
    }

    /// The number of rows that a row is fetched ahead of its use.
    const AHEAD: usize = 4;

    /// Returns the range of an index's row in the flat table.
    #[inline(always)]
    fn row<const V: usize, const D: usize>(index: u32) -> Option<Range<usize>> {
        let index = index as usize;
        (index < V).then(|| index * D..(index + 1) * D)
    }

    impl<T: Scalar, const R: usize, const C: usize> Layer<T, SMatrix<u32, R, C>> for NotZero {
        type Output = SMatrix<u32, R, C>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<u32, R, C>],
            m: &mut [SMatrix<u32, R, C>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            for (&index, m) in flat(x).iter().zip(flat_mut(m)) {
                *m = u32::from(index != 0);
            }
        }

        /// A mask has no gradient.
        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<u32, R, C>],
            _: &[SMatrix<u32, R, C>],
            _: &[SMatrix<u32, R, C>],
            _: Memory<'_, T, ()>,
            _: Option<&mut [SMatrix<u32, R, C>]>,
            _: Option<&mut ()>,
        ) {
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::tensor::storage::Inline;
        use crate::weights::Weights;
        use nalgebra::SVector;

        type Words = Embedding<5, 2, 3>;
        type W = EmbeddingWeights<f64, 5, 2>;

        fn weights() -> W {
            let mut w = W::zeroed();
            w.as_mut_slice().iter_mut().enumerate().for_each(|(k, w)| *w = k as f64);
            w
        }

        #[test]
        fn every_index_gives_its_row() {
            let x = [SVector::<u32, 3>::new(4, 0, 4)];
            let mut y = [SMatrix::<f64, 2, 3>::repeat(f64::NAN)];
            Words::DEFAULT.forward::<Inline<1>>(&weights(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [8., 9., 0., 1., 8., 9.]);
        }

        #[test]
        fn repeated_indices_sum_their_gradients() {
            let x = [SVector::<u32, 3>::new(4, 0, 4)];
            let dy = [SMatrix::<f64, 2, 3>::new(1., 2., 3., 4., 5., 6.)];
            let mut dw = W::zeroed();
            for _ in 0..2 {
                Words::DEFAULT.backward::<Inline<1>>(
                    &weights(),
                    &x,
                    &dy,
                    &dy,
                    Memory::new(&mut ()),
                    None,
                    Some(&mut dw),
                );
            }
            assert_eq!(dw.as_slice(), [4., 10., 0., 0., 0., 0., 0., 0., 8., 20.]);
            let mut rows = std::vec::Vec::new();
            Train::<f64, _>::touched::<Inline<1>>(&Words::DEFAULT, &x, &(), &mut |row| rows.push(row));
            assert_eq!(rows, [8..10, 0..2, 8..10]);
        }

        /// A penalty has a gradient in every row.
        #[test]
        fn a_penalty_touches_the_whole_table() {
            let layer = Words { embeddings_regularizer: Regularizer { l1: 0., l2: 0.5 }, ..Words::DEFAULT };
            let mut rows = std::vec::Vec::new();
            let x = [SVector::<u32, 3>::zeros()];
            Train::<f64, _>::touched::<Inline<1>>(&layer, &x, &(), &mut |row| rows.push(row));
            assert!(rows.len() == 1 && rows[0] == (0..10));
            let mut dw = W::zeroed();
            let penalty = Train::<f64, SVector<u32, 3>>::regularize(&layer, &weights(), Some(&mut dw));
            assert_eq!((penalty, dw), (0.5 * 285., weights()));
        }

        #[test]
        fn an_index_that_is_not_there_is_loud() {
            let x = [SVector::<u32, 3>::new(5, 1, u32::MAX)];
            let mut y = [SMatrix::<f64, 2, 3>::zeros()];
            Words::DEFAULT.forward::<Inline<1>>(&weights(), &x, &mut y, Pass::inference(&mut ()));
            assert!(y[0].column(0).iter().chain(&y[0].column(2)).all(|y| y.is_nan()) && y[0][(0, 1)] == 2.);
            let (dy, mut dw) = ([SMatrix::<f64, 2, 3>::repeat(1.)], W::zeroed());
            Words::DEFAULT.backward::<Inline<1>>(&weights(), &x, &y, &dy, Memory::new(&mut ()), None, Some(&mut dw));
            assert_eq!(dw.as_slice().iter().sum::<f64>(), 2.);
        }

        #[test]
        fn zero_is_masked() {
            let (x, mut m) = ([SVector::<u32, 3>::new(0, 7, 1)], [SVector::<u32, 3>::repeat(9)]);
            Layer::<f64, SVector<u32, 3>>::forward::<Inline<1>>(&NotZero, &(), &x, &mut m, Pass::inference(&mut ()));
            assert_eq!(m[0].as_slice(), [0, 1, 1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(length: Value) -> std::vec::Vec<Value> {
        let sizes = [(arg::input_dim, Value::Size(7)), (arg::output_dim, Value::Size(3))];
        SPEC.with(&[sizes[0], sizes[1], (arg::input_length, length)])
    }

    #[test]
    fn an_axis_is_added() {
        let inferred = infer(&args(Value::Absent), &[Shape::new(&[2, 5])]).unwrap();
        assert_eq!((inferred.output(0), inferred.consts()), (Shape::new(&[2, 5, 3]), &[7, 3, 10][..]));
        assert!(infer(&args(Value::Size(5)), &[Shape::new(&[5])]).is_ok());
        assert!(infer(&args(Value::Size(4)), &[Shape::new(&[5])]).is_err());
        assert!(infer(&args(Value::Absent), &[Shape::new(&[1; MAX_RANK])]).is_err());
    }
}
