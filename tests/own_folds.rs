//! A user's own layer that becomes another layer in a folded model.

#![allow(missing_docs)]

use nn::prelude::*;

mod my {
    use nn::layer::{FoldInto, Folds};
    use nn::layer::{Layer, Memory, Pass, Shape, ShapeError, Storage};
    use nn::prelude::*;
    use nn::spec::{Inferred, LayerSpec, Value, rule};

    /// `y = factors ⊙ x + shift`, with the factors computed from the weights.
    macro_rules! scales {
        ($($doc:literal $name:ident $weights:ident $spec:ident $same:ident [$($traits:tt)*] { $($field:ident),+ } $factors:expr;)*) => {$(
            nn::layer! {
                #[doc = $doc]
                pub struct $name<N> {
                    /// A number to add.
                    pub shift: Float = 0.0,
                }

                pub const $spec: LayerSpec { weights: $weights<N>, infer: rule!($same) }

                $($traits)*
            }

            nn::weights! {
                #[doc = $doc]
                pub struct $weights<T, const N: usize> {
                    $(
                        /// Factors.
                        $field: SVector<T, N> => [N],
                    )+
                }
            }

            /// The output has the shape of the input.
            #[allow(unreachable_pub)]
            pub const fn $same(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
                Ok(Inferred::new(inputs[0], &$spec::Consts { N: inputs[0].rows() }.list()))
            }

            impl<T: Scalar, const N: usize, const P: usize> Layer<T, SMatrix<T, N, P>> for $name<N> {
                type Output = SMatrix<T, N, P>;
                type Weights = $weights<T, N>;
                type Scratch<B: Storage> = ();
                type Cache<B: Storage> = ();

                fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
                    $(w.$field = SVector::from_fn(|_, _| T::of(rng.random_range(0.5..2.0)));)+
                }

                fn forward<B: Storage>(
                    &self,
                    w: &Self::Weights,
                    x: &[SMatrix<T, N, P>],
                    y: &mut [SMatrix<T, N, P>],
                    _: Pass<'_, '_, T, (), ()>,
                ) {
                    let factors: fn(&Self::Weights) -> SVector<T, N> = $factors;
                    let factors = factors(w);
                    for (x, y) in x.iter().zip(y) {
                        *y = SMatrix::from_fn(|i, p| factors[i] * x[(i, p)] + T::of(self.shift));
                    }
                }

                fn backward<B: Storage>(
                    &self,
                    _: &Self::Weights,
                    _: &[SMatrix<T, N, P>],
                    _: &[SMatrix<T, N, P>],
                    _: &[SMatrix<T, N, P>],
                    _: Memory<'_, T, ()>,
                    _: Option<&mut [SMatrix<T, N, P>]>,
                    _: Option<&mut Self::Weights>,
                ) {
                }
            }
        )*};
    }

    use nn::rand::RngExt;

    scales! {
        "The factors are products." Product ProductWeights PRODUCT of_product [impl Folds;] { left, right } |w| w.left.component_mul(&w.right);
        "The factors are weights." Scale ScaleWeights SCALE of_scale [] { factors } |w| w.factors;
    }

    impl Folds for Product {
        type Folded = Scale;
    }

    impl<T: Scalar, const N: usize> FoldInto<ScaleWeights<T, N>> for ProductWeights<T, N> {
        fn fold_into(&self, folded: &mut ScaleWeights<T, N>) {
            folded.factors = self.left.component_mul(&self.right);
        }
    }
}

const FEATURES: usize = 3;

model! {
    struct Inside;

    let x = Input(shape = [4, FEATURES]);
    let product = my::Product(shift = 0.25, name = "product");
    let y = my::Scale()(product(product(x)));

    Model(inputs = x, outputs = y)
}

model! {
    struct Outside;

    let x = Input(shape = [4, 3]);
    let h = Inside()(x);
    let y = Dense(2)(my::Product()(h));

    Model(inputs = x, outputs = y)
}

#[test]
fn a_layer_folds_into_another_one() {
    let model = Inside::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    let folded = model.fold();
    let product = &model.product;
    assert_eq!(folded.product.factors, product.left.component_mul(&product.right));
    let x = SMatrix::<f64, 3, 4>::from_fn(|i, j| 0.1 * i as f64 - 0.2 * j as f64);
    assert_eq!(folded.call(&x), model.call(&x));
    assert_eq!((Inside::PARAMETERS, <InsideFolded as Model>::PARAMETERS), (9, 6));
}

#[test]
fn so_it_does_inside_of_a_model() {
    let model = Outside::<f64>::boxed(&mut StdRng::seed_from_u64(2));
    let x = SMatrix::<f64, 3, 4>::from_fn(|i, j| 0.3 * i as f64 - 0.1 * j as f64);
    assert!((model.fold().call(&x) - model.call(&x)).norm() < 1e-12);
    assert_eq!(Outside::PARAMETERS - <OutsideFolded as Model>::PARAMETERS, 6);
}
