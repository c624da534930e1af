//! Dense: the fully connected layer: every output feature is a weighted sum of all input features.
//!
//! ```text
//! y = W · x + b        along the last axis; the same W and b at every position
//!
//! dx += Wᵀ · dy
//! dW += dy · xᵀ        summed over samples and positions
//! db += dy
//! ```
//!
//! Shapes: input `(.., i)`, output `(.., units)`, kernel `(i, units)`, bias `(units,)`.
//!
//! A sparse input, `Input(shape = [i], sparse = true)`, works too; see [`Sparse`](super::Sparse).
//!
//! An `activation` is not part of this layer: `Dense(64, activation = relu)` is `Dense(64)` followed by
//! `Activation(relu)`.
//!
//! Source: <https://keras.io/api/layers/core_layers/dense/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Masking, SparseCall, Streaming, Value, layer, rule};

layer! {
    /// The fully connected layer: every output feature is a weighted sum of all input features.
    #[example = "let y = Dense(64, activation = relu)(x); // [32] → [64]"]
    #[example = "let y = Dense(64, use_bias = false, kernel_regularizer = l2(0.01))(x); // [20, 32] → [20, 64]"]
    /// `I` and `O` are the features of the input and the output. `B` is 1 with a bias, else 0.
    #[doc(alias = "Linear")]
    #[doc(alias = "FullyConnected")]
    pub struct Dense<I, O, B> {
        /// The number of features of the output.
        units: Size,
        /// Applied to the output; `linear` if absent.
        activation: ActivationAfter,
        /// Adds a bias.
        use_bias: Flag = true,
        /// The initial values of the kernel.
        pub kernel_initializer: Initializer = GlorotUniform,
        /// The initial values of the bias.
        pub bias_initializer: Initializer = Zeros,
        /// A penalty on the kernel.
        pub kernel_regularizer: Regularizer,
        /// A penalty on the bias.
        pub bias_regularizer: Regularizer,
        /// A penalty on the output.
        activity_regularizer: ActivityAfter,
        /// A bound on the kernel.
        pub kernel_constraint: Constraint,
        /// A bound on the bias.
        pub bias_constraint: Constraint,
    }

    pub const SPEC: LayerSpec {
        weights: DenseWeights<I, O, B>,
        sparse: Some(SparseCall { around: "Sparse", rows: "kernel" }),
        split_input: Some("SplitInput"),
        activates: true,
        masking: Masking::Passes,
        folding: Folding::Affine { units: consts::O, bias: consts::B },
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Maps `(.., i)` to `(.., units)`; the type is `Dense<i, units, use_bias>`.
///
/// # Errors
/// If the input is a scalar of shape `()`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    if x.rank() == 0 {
        return Err(ShapeError::input(
            Code::WrongRank,
            0,
            Text::new().str("expected at least one axis, but the input is a scalar of shape ()"),
        ));
    }
    let consts = Consts { I: x.rows(), O: args.units(), B: args.use_bias() as usize };
    Ok(Inferred::new(x.with_last(args.units()), &consts.list()))
}

#[cfg(feature = "compute")]
pub(super) mod compute {
    pub use super::SPEC::Dense;
    use crate::activations::{Activate, Activation};
    use crate::kernels;
    use crate::layer::{Activates, Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights;
    use crate::weights::fold::{Affine, Layout, Pointwise};
    use crate::weights::initializers::Fans;
    use nalgebra::SMatrix;
    use rand::Rng;

    weights! {
        /// The weights of a [`Dense`] layer from `I` features to `O`; `B` is 1 with a bias and 0 without.
        pub struct DenseWeights<T, const I: usize, const O: usize, const B: usize> {
            /// `W`: one row per output, one column per input. Keras's `(in, out)` kernel has the same bytes.
            kernel: SMatrix<T, O, I> => [I, O],
            /// `b`: one column, or none without a bias.
            bias: SMatrix<T, O, B> => [O],
        }
    }

    impl<T: Scalar, const I: usize, const O: usize, const B: usize> Affine<T> for DenseWeights<T, I, O, B> {
        const LAYOUT: Layout = Layout::new(I, O);

        fn affine(&self, _: usize) -> (&[T], &[T]) {
            (self.kernel.as_slice(), self.bias.as_slice())
        }

        fn affine_mut(&mut self, _: usize) -> (&mut [T], &mut [T]) {
            (self.kernel.as_mut_slice(), self.bias.as_mut_slice())
        }
    }

    impl<T: Scalar, const I: usize, const O: usize, const B: usize> Pointwise<T> for DenseWeights<T, I, O, B> {
        fn apply(&self, x: &[T], y: &mut [T]) {
            kernels::affine::<T, I, O>(self.kernel.as_slice(), self.bias.as_slice(), x, y);
        }
    }

    impl<T: Scalar + Element, const I: usize, const O: usize, const B: usize, const P: usize> Layer<T, SMatrix<T, I, P>>
        for Dense<I, O, B>
    {
        type Output = SMatrix<T, O, P>;
        type Weights = DenseWeights<T, I, O, B>;
        type Scratch<S: Storage> = ();
        type Cache<S: Storage> = ();
        const MACS: usize = I * O * P;
        const WORK: Work = Work::BySample(I * O * P);

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            self.kernel_initializer.fill(w.kernel.as_mut_slice(), &[I, O], Fans::new(I, O), rng);
            self.bias_initializer.fill(w.bias.as_mut_slice(), &[O], Fans::new(O, O), rng);
        }

        #[cfg_attr(feature = "std", inline(always))]
        fn forward<S: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, I, P>],
            y: &mut [SMatrix<T, O, P>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            // y = W · x + b
            kernels::affine::<T, I, O>(w.kernel.as_slice(), w.bias.as_slice(), flat(x), flat_mut(y));
        }

        fn backward<S: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, I, P>],
            _: &[SMatrix<T, O, P>],
            dy: &[SMatrix<T, O, P>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, I, P>]>,
            dw: Option<&mut Self::Weights>,
        ) {
            // y = W · x + b, so dx += Wᵀ · dy, dW += dy · xᵀ and db += dy
            if let Some(dx) = dx {
                kernels::add_transposed::<T, I, O>(w.kernel.as_slice(), flat(dy), flat_mut(dx));
            }
            if let Some(dw) = dw {
                kernels::add_outer::<T, I, O>(dw.kernel.as_mut_slice(), flat(x), flat(dy));
                if B == 1 {
                    kernels::add_rows::<T, O>(dw.bias.as_mut_slice(), flat(dy));
                }
            }
        }
    }

    impl<T: Scalar + Element, const I: usize, const O: usize, const B: usize, const P: usize>
        Activates<T, SMatrix<T, I, P>> for Dense<I, O, B>
    {
        #[cfg_attr(feature = "std", inline(always))]
        fn forward_activated<S: Storage, F: Activation>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, I, P>],
            y: &mut [SMatrix<T, O, P>],
            _: Pass<'_, '_, T, (), ()>,
            activation: &Activate<F>,
        ) {
            // y = f(W · x + b)
            let (kernel, bias) = (w.kernel.as_slice(), w.bias.as_slice());
            if F::RECTIFIES {
                kernels::affine_rectified::<T, I, O>(kernel, bias, flat(x), flat_mut(y));
            } else {
                kernels::affine::<T, I, O>(kernel, bias, flat(x), flat_mut(y));
                activation.in_place(y);
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::activations::{Relu, Tanh};
        use crate::layer::testing::check_layer;
        use crate::weights::regularizers::Regularizer;

        #[test]
        fn gradients() {
            // Distinct primes, so that a transpose cannot hide; 19 outputs leave a remainder of the blocks of 16.
            check_layer::<SMatrix<f64, 5, 1>, _>(&Dense::<5, 19, 1>::DEFAULT);
            check_layer::<SMatrix<f64, 5, 3>, _>(&Dense::<5, 7, 0>::DEFAULT);
            let regularizer = Regularizer { l1: 0.02, l2: 0.03 };
            check_layer::<SMatrix<f64, 2, 3>, _>(&Dense::<2, 5, 1> {
                kernel_regularizer: regularizer,
                bias_regularizer: regularizer,
                ..Dense::DEFAULT
            });
        }

        /// Equals the layer and the activation one after the other, to the last bit.
        #[test]
        fn with_an_activation() {
            fn check<F: Activation, const I: usize, const O: usize, const P: usize>(f: &Activate<F>) {
                let layer = Dense::<I, O, 1>::DEFAULT;
                let mut w = <DenseWeights<f32, I, O, 1> as crate::Weights<f32>>::zeroed();
                w.kernel = SMatrix::from_fn(|o, i| ((o * 7 + i * 3) % 11) as f32 / 8.0 - 0.6);
                w.bias = SMatrix::from_fn(|o, _| (o % 5) as f32 / 4.0 - 0.5);
                let x: [_; 5] =
                    core::array::from_fn(|k| SMatrix::<f32, I, P>::from_fn(|i, p| ((i + p + k) % 3) as f32 - 1.));
                for n in [1, 5] {
                    let (mut got, mut expected) = ([SMatrix::repeat(f32::NAN); 5], [SMatrix::<f32, O, P>::zeros(); 5]);
                    let mut none = ();
                    let pass = Pass::inference(&mut none);
                    layer.forward_activated::<crate::tensor::storage::Inline<5>, _>(
                        &w,
                        &x[..n],
                        &mut got[..n],
                        pass,
                        f,
                    );
                    layer.forward::<crate::tensor::storage::Inline<5>>(
                        &w,
                        &x[..n],
                        &mut expected[..n],
                        Pass::inference(&mut ()),
                    );
                    f.in_place(&mut expected[..n]);
                    assert!(expected[..n].iter().flatten().any(|&y| y > 0.0));
                    assert_eq!(got[..n], expected[..n]);
                }
            }
            check::<_, 5, 19, 2>(&Activate(Relu));
            check::<_, 40, 64, 1>(&Activate(Relu));
            check::<_, 1100, 33, 1>(&Activate(Relu));
            check::<_, 5, 19, 2>(&Activate(Tanh));
        }

        #[test]
        fn the_formula() {
            let mut w = <DenseWeights<f32, 2, 3, 1> as crate::Weights<f32>>::zeroed();
            w.kernel = SMatrix::from_row_slice(&[1., 2., 3., 4., 5., 6.]);
            w.bias = SMatrix::from_column_slice(&[10., 20., 30.]);
            let mut y = [SMatrix::<f32, 3, 1>::zeros()];
            Dense::<2, 3, 1>::DEFAULT.forward::<crate::tensor::storage::Inline<1>>(
                &w,
                &[SMatrix::<f32, 2, 1>::new(1., -1.)],
                &mut y,
                Pass::inference(&mut ()),
            );
            assert_eq!(y[0].as_slice(), [9., 19., 29.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_axis_changes() {
        let inferred = infer(&SPEC.with(&[(arg::units, Value::Size(10))]), &[Shape::new(&[4, 6, 3])]).unwrap();
        assert_eq!((inferred.output(0), inferred.consts()), (Shape::new(&[4, 6, 10]), &[3, 10, 1][..]));
    }
}
