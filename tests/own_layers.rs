//! A user's own layers: arguments by name and by place, inferred sizes, activations, several inputs and outputs.

#![allow(missing_docs, unreachable_pub)]

use nn::prelude::*;
use nn::regularizers::Regularizer;
use nn_core::testing::check_layer;

mod my {
    /// `y = c · s ⊙ x`
    pub mod scale {
        use nn::layer::{Layer, Memory, Pass, Shape, ShapeError, Storage};
        use nn::prelude::*;
        use nn::spec::{Inferred, LayerSpec, Value, rule};

        nn::layer! {
            /// A scale for each of `N` features.
            pub struct Scale<N> {
                /// A constant factor.
                pub factor: Float = 1.0,
                /// The initial scales.
                pub scale_initializer: Initializer = Ones,
                /// A penalty on the scales.
                pub scale_regularizer: Regularizer,
                /// A bound on the scales.
                pub scale_constraint: Constraint,
                /// The layer after this one.
                activation: ActivationAfter,
                /// A penalty on the output.
                activity_regularizer: ActivityAfter,
            }

            pub const SPEC: LayerSpec { weights: ScaleWeights<N>, infer: rule!(infer) }
        }

        nn::weights! {
            pub struct ScaleWeights<T, const N: usize> {
                /// One for each feature.
                scale: SVector<T, N> => [N],
            }
        }

        pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
            Ok(Inferred::new(inputs[0], &Consts { N: inputs[0].rows() }.list()))
        }

        impl<T: Scalar, const N: usize, const P: usize> Layer<T, SMatrix<T, N, P>> for Scale<N> {
            type Output = SMatrix<T, N, P>;
            type Weights = ScaleWeights<T, N>;
            type Scratch<B: Storage> = ();
            type Cache<B: Storage> = ();

            fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
                let fans = nn::initializers::Fans::new(N, N);
                self.scale_initializer.fill(w.scale.as_mut_slice(), &[N], fans, rng);
            }

            fn forward<B: Storage>(
                &self,
                w: &Self::Weights,
                x: &[SMatrix<T, N, P>],
                y: &mut [SMatrix<T, N, P>],
                _: Pass<'_, '_, T, (), ()>,
            ) {
                for (x, y) in x.iter().zip(y) {
                    // y = c · s ⊙ x
                    *y = SMatrix::from_fn(|i, p| T::of(self.factor) * w.scale[i] * x[(i, p)]);
                }
            }

            fn backward<B: Storage>(
                &self,
                w: &Self::Weights,
                x: &[SMatrix<T, N, P>],
                y: &[SMatrix<T, N, P>],
                dy: &[SMatrix<T, N, P>],
                _: Memory<'_, T, ()>,
                dx: Option<&mut [SMatrix<T, N, P>]>,
                dw: Option<&mut Self::Weights>,
            ) {
                // y = c · s ⊙ x, so dx += c · s ⊙ dy, and ds += c · x ⊙ dy, which is y ⊙ dy / s.
                for (dx, dy) in dx.into_iter().flatten().zip(dy) {
                    *dx += SMatrix::from_fn(|i, p| T::of(self.factor) * w.scale[i] * dy[(i, p)]);
                }
                if let Some(dw) = dw {
                    for (y, dy) in y.iter().zip(dy) {
                        (0..N).for_each(|i| dw.scale[i] += y.row(i).dot(&dy.row(i)) / w.scale[i]);
                    }
                    debug_assert_eq!(x.len(), y.len());
                }
            }
        }
    }

    /// A layer without weights; its output depends on sizes, lists, choices and flags.
    pub mod pick {
        use nn::Code;
        use nn::layer::{Layer, Memory, Pass, Shape, ShapeError, Storage};
        use nn::prelude::*;
        use nn::spec::{Inferred, LayerSpec, Value, rule};
        use nn::text::Text;

        nn::layer! {
            /// `N` of the `I` features: every `every`-th from `start` on, or their negatives.
            pub struct Pick<I, N, P> {
                /// The number of features.
                units: Size,
                /// The distances; their sum counts.
                strides: Sizes,
                /// The first feature.
                start: Int = 0,
                /// More distances.
                more: Ints = [0, 0],
                /// The kind of the output.
                mode: Choice { PLAIN = "plain", NEGATIVE = "negative" },
                /// Whether to double the features.
                double: Flag = false,
                /// A number to add.
                pub offset: Float,
            }

            pub rule {
                /// The distance.
                stride,
                /// The first feature.
                first,
                /// Whether to negate.
                negative,
                /// Whether to double.
                doubles,
            }

            pub const SPEC: LayerSpec { infer: rule!(infer) }
        }

        pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
            let (args, x, mut stride) = (Args(args), inputs[0], 0);
            let mut i = 0;
            while i < args.strides().rank() {
                stride += args.strides().dim(i);
                i += 1;
            }
            i = 0;
            while i < args.more().len() {
                stride += args.more()[i] as usize;
                i += 1;
            }
            if args.start() < 0 || args.start() as usize + stride * (args.units() - 1) >= x.rows() {
                let message = Text::new().str("there are only ").size(x.rows()).str(" features");
                return Err(ShapeError::argument(Code::ShapeMismatch, arg::units, message));
            }
            let fields = Fields {
                stride,
                first: args.start() as usize,
                negative: (args.mode() == mode::NEGATIVE) as usize,
                doubles: args.double() as usize,
            };
            let consts = Consts { I: x.rows(), N: args.units(), P: x.cols() };
            Ok(Inferred::new(x.with_last(args.units()), &consts.list()).with(&fields.list()))
        }

        impl<const I: usize, const N: usize, const P: usize> Pick<I, N, P> {
            fn factor<T: Scalar>(&self) -> T {
                T::of(if self.negative == 1 { -1.0 } else { 1.0 } * if self.doubles == 1 { 2.0 } else { 1.0 })
            }
        }

        impl<T: Scalar, const I: usize, const N: usize, const P: usize> Layer<T, SMatrix<T, I, P>> for Pick<I, N, P> {
            type Output = SMatrix<T, N, P>;
            type Weights = ();
            type Scratch<B: Storage> = ();
            type Cache<B: Storage> = ();

            fn forward<B: Storage>(
                &self,
                _: &(),
                x: &[SMatrix<T, I, P>],
                y: &mut [SMatrix<T, N, P>],
                _: Pass<'_, '_, T, (), ()>,
            ) {
                for (x, y) in x.iter().zip(y) {
                    *y = SMatrix::from_fn(|i, p| {
                        self.factor::<T>() * x[(self.first + self.stride * i, p)] + T::of(self.offset)
                    });
                }
            }

            fn backward<B: Storage>(
                &self,
                _: &(),
                _: &[SMatrix<T, I, P>],
                _: &[SMatrix<T, N, P>],
                dy: &[SMatrix<T, N, P>],
                _: Memory<'_, T, ()>,
                dx: Option<&mut [SMatrix<T, I, P>]>,
                _: Option<&mut ()>,
            ) {
                for (dx, dy) in dx.into_iter().flatten().zip(dy) {
                    for p in 0..P {
                        (0..N).for_each(|i| dx[(self.first + self.stride * i, p)] += self.factor::<T>() * dy[(i, p)]);
                    }
                }
            }
        }
    }

    /// Two inputs, two outputs.
    pub mod both {
        use nn::layer::{Layer, Memory, Pass, Shape, ShapeError, Storage};
        use nn::prelude::*;
        use nn::spec::{Arity, Inferred, LayerSpec, Value, rule};

        nn::layer! {
            /// The sum and the difference.
            pub struct Both {}

            pub const SPEC: LayerSpec { inputs: Arity::TWO, infer: rule!(infer) }
        }

        pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
            Ok(Inferred::many(&[inputs[0], inputs[1]], &[]))
        }

        type Two<T, const N: usize> = (SVector<T, N>, SVector<T, N>);

        impl<T: Scalar, const N: usize> Layer<T, Two<T, N>> for Both {
            type Output = Two<T, N>;
            type Weights = ();
            type Scratch<B: Storage> = ();
            type Cache<B: Storage> = ();

            fn forward<B: Storage>(
                &self,
                _: &(),
                (a, b): (&[SVector<T, N>], &[SVector<T, N>]),
                (sum, difference): (&mut [SVector<T, N>], &mut [SVector<T, N>]),
                _: Pass<'_, '_, T, (), ()>,
            ) {
                for k in 0..a.len() {
                    (sum[k], difference[k]) = (a[k] + b[k], a[k] - b[k]);
                }
            }

            fn backward<B: Storage>(
                &self,
                _: &(),
                _: (&[SVector<T, N>], &[SVector<T, N>]),
                _: (&[SVector<T, N>], &[SVector<T, N>]),
                (ds, dd): (&[SVector<T, N>], &[SVector<T, N>]),
                _: Memory<'_, T, ()>,
                (mut da, mut db): (Option<&mut [SVector<T, N>]>, Option<&mut [SVector<T, N>]>),
                _: Option<&mut ()>,
            ) {
                for k in 0..ds.len() {
                    da.iter_mut().for_each(|da| da[k] += ds[k] + dd[k]);
                    db.iter_mut().for_each(|db| db[k] += ds[k] - dd[k]);
                }
            }
        }
    }

    pub use self::{both::Both, pick::Pick, scale::Scale};
}

const THREE: usize = 3;
const HALF: f64 = 0.5;
#[allow(non_upper_case_globals)]
const n: usize = 2;
#[allow(non_upper_case_globals)]
const x: f64 = 0.25;

model! {
    /// By name and by place, literals and constants, bound and called on two lengths.
    pub struct Forms;

    let a = Input(shape = [5, 6]);
    let b = Input(shape = [THREE, 2 * THREE]);
    let scale = my::Scale(HALF, scale_initializer = constant(2), name = "scale");
    let c = Flatten()(scale(a));
    let d = Flatten()(scale(b));
    let e = my::Scale(factor = 3, trainable = false, scale_regularizer = l2(0.01))(a);
    let e = Flatten()(e);
    let f = my::Pick(2, (1, 1), offset = { x })(d);
    let g = my::Pick(units = { n }, strides = [1, n], start = 1, mode = negative, offset = -1)(c);
    let h = my::Pick(THREE, 1, more = (1, 1), mode = "plain", double = THREE > n, offset = 1.5)(e);
    let y = concatenate([f, g, h]);

    Model(inputs = [a, b], outputs = y)
}

#[test]
fn arguments_reach_the_layer() {
    let forms = Forms::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    assert_eq!(forms.scale.scale, SVector::<f64, 6>::repeat(2.0));
    let a = SMatrix::<f64, 6, 5>::from_fn(|f, t| (f + 6 * t) as f64);
    let b = SMatrix::<f64, 6, 3>::from_fn(|f, t| (f + 6 * t) as f64 * 10.0);
    let y = forms.call((&a, &b));
    // d = 0.5 · 2 · b at 0 and 2, plus 0.25; c = a at 1 and 4, negative, minus 1; e = 3 · a at 0, 3 and 6, doubled,
    // plus 1.5.
    assert_eq!(y.as_slice(), [0.25, 20.25, -2.0, -5.0, 1.5, 19.5, 37.5]);
    assert!(Forms::<f64>::SUMMARY.contains("Scale"));
}

model! {
    /// An activation and a penalty after the layer, a bound, steps of a sequence, two outputs.
    pub struct Behind;

    let a = Input(shape = [4, 3]);
    let h = TimeDistributed(my::Scale(activation = tanh, scale_constraint = non_neg))(a);
    let h = my::Scale(2.0, activation = relu, activity_regularizer = l1(0.1))(h);
    let h = Flatten()(h);
    let (s, d) = my::Both()([h, my::Scale()(h)]);
    let y = Dense(2)(concatenate([s, d]));

    Model(inputs = a, outputs = y)
}

/// The same, with each activation as its own layer.
mod apart {
    use super::my;
    use nn::prelude::*;

    model! {
        pub struct Apart;

        let a = Input(shape = [4, 3]);
        let h = Activation(tanh)(TimeDistributed(my::Scale(scale_constraint = non_neg))(a));
        let h = ActivityRegularization(l1 = 0.1)(Activation(relu)(my::Scale(2.0)(h)));
        let h = Flatten()(h);
        let (s, d) = my::Both()([h, my::Scale()(h)]);
        let y = Dense(2)(concatenate([s, d]));

        Model(inputs = a, outputs = y)
    }
}

#[test]
fn layers_behind_it() -> nn::Result<()> {
    let mut rng = StdRng::seed_from_u64(2);
    let a: Vec<_> =
        (0..5).map(|k| SMatrix::<f32, 3, 4>::from_fn(|f, t| ((f * 5 + t * 3 + k) % 7) as f32 - 3.0)).collect();
    let y = vec![SVector::<f32, 2>::new(1.0, -1.0); 5];
    let behind = Behind::boxed(&mut rng);
    let mut apart = apart::Apart::boxed(&mut rng);
    apart.as_mut_slice().copy_from_slice(behind.as_slice());
    let mut behind = behind.compile(Sgd::default(), MeanSquaredError);
    let mut apart = apart.compile(Sgd::default(), MeanSquaredError);
    for _ in 0..2 {
        assert_eq!(behind.model().predict(&a)?, apart.model().predict(&a)?);
        assert_eq!(behind.model().fold().predict(&a)?, apart.model().fold().predict(&a)?);
        behind.fit(&a, &y, Fit::new().verbose(0).epochs(3))?;
        apart.fit(&a, &y, Fit::new().verbose(0).epochs(3))?;
    }
    assert_eq!(behind.model().as_slice(), apart.model().as_slice());
    Ok(())
}

#[test]
fn gradients() {
    let scale_regularizer = Regularizer { l1: 0.1, l2: 0.2 };
    check_layer::<SMatrix<f64, 5, 3>, _>(&my::Scale::<5> { factor: 1.5, scale_regularizer, ..my::Scale::DEFAULT });
    check_layer::<<Forms<f64> as Model>::Inputs, _>(&<Forms<f64> as Model>::Graph::default());
}

/// The penalty and the bound follow from the names of the arguments.
#[test]
fn penalties_and_bounds() {
    use nn::Train;
    use nn::constraints::Constraint;
    type X = SMatrix<f64, 2, 1>;
    let layer = my::Scale::<2> {
        scale_regularizer: Regularizer { l1: 0.0, l2: 0.5 },
        scale_constraint: Constraint::NonNeg,
        ..my::Scale::DEFAULT
    };
    let mut w = my::scale::ScaleWeights { scale: SVector::<f64, 2>::new(-3.0, 2.0) };
    let mut dw = my::scale::ScaleWeights { scale: SVector::<f64, 2>::zeros() };
    assert_eq!(Train::<f64, X>::regularize(&layer, &w, Some(&mut dw)), 6.5);
    assert_eq!(dw.scale.as_slice(), [-3.0, 2.0]);
    Train::<f64, X>::constrain(&layer, &mut w);
    assert_eq!(w.scale.as_slice(), [0.0, 2.0]);
}

mod said {
    use nn::layer::{Layer, Memory, Pass, Shape, ShapeError, Storage};
    use nn::prelude::*;
    use nn::spec::{Inferred, LayerSpec, Value, rule};

    /// A default with a name beside the declaration.
    pub const OFFSET: f64 = 0.25;

    nn::layer! {
        /// `y = x` plus a number made of its arguments.
        pub struct Say {
            /// Whole numbers.
            steps: Ints = [0],
            /// A number.
            pub rate: Float = OFFSET,
            /// A whole number.
            units: Size = 1,
            /// A word.
            mode: Choice { SUM = "sum", NONE = "None" },
        }

        pub rule {
            /// All arguments in one number.
            found,
        }

        pub const SPEC: LayerSpec { infer: rule!(infer) }
    }

    /// The output has the shape of the input.
    pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        let args = Args(args);
        let (steps, mut found) = (args.steps(), args.units() + 1000 * args.mode());
        let mut i = 0;
        while i < steps.len() {
            found += 100 * steps[i] as usize;
            i += 1;
        }
        let [(name, value)] = (Fields { found }).list();
        Ok(Inferred::new(inputs[0], &[]).field(name, value))
    }

    impl<T: Scalar> Layer<T, SVector<T, 1>> for Say {
        type Output = SVector<T, 1>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SVector<T, 1>],
            y: &mut [SVector<T, 1>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            for (x, y) in x.iter().zip(y) {
                y[0] = x[0] + T::of(self.found as f64) + T::of(self.rate);
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SVector<T, 1>],
            _: &[SVector<T, 1>],
            _: &[SVector<T, 1>],
            _: Memory<'_, T, ()>,
            _: Option<&mut [SVector<T, 1>]>,
            _: Option<&mut ()>,
        ) {
        }
    }
}

const WIDE: usize = 3;

model! {
    struct Says;

    let x = Input(shape = [1]);
    let a = said::Say()(x);
    let b = said::Say(rate = 1.0 / 4.0 + 0.5, units = 1 << 4, mode = None)(x);
    let c = said::Say(steps = [WIDE, 2 - 1], units = if WIDE > 2 { 3 } else { 4 }, rate = { -0.5 }, mode = "sum")(x);
    Model(inputs = x, outputs = [a, b, c])
}

#[test]
fn expressions_of_literals_lists_and_a_choice_called_none() {
    let says = Says::new(&mut StdRng::seed_from_u64(1)).call(&SVector::<f32, 1>::zeros());
    assert_eq!([says.a[0], says.b[0], says.c[0]], [1.25, 1016.75, 402.5]);
}
