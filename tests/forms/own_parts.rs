//! Own parts.

use super::*;

/// A user's own layers and activations.
pub mod my {
    use nn::activations::Elementwise;
    use nn::layer::*;

    nn::layer! {
        /// `y = c · s ⊙ x`, with a scale for each of `N` features.
        pub struct Scale<N> {
            /// `c`
            pub factor: Float = 1.0,
            /// The initial `s`.
            pub start: Float = 1.0,
        }

        pub const SPEC: LayerSpec { weights: ScaleWeights<N>, infer: rule!(infer) }
    }

    /// The output has the shape of the input.
    pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(inputs[0], &Consts { N: inputs[0].rows() }.list()))
    }

    nn::weights! {
        pub struct ScaleWeights<T, const N: usize> {
            /// One for each feature.
            scale: SMatrix<T, N, 1> => [N],
        }
    }

    impl<T: Scalar + Element, const N: usize, const P: usize> Layer<T, SMatrix<T, N, P>> for Scale<N> {
        type Output = SMatrix<T, N, P>;
        type Weights = ScaleWeights<T, N>;
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();

        fn init(&self, w: &mut Self::Weights, _: &mut dyn Rng) {
            w.scale.fill(T::of(self.start));
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, N, P>],
            y: &mut [SMatrix<T, N, P>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            for (x, y) in x.iter().zip(y) {
                for p in 0..P {
                    for i in 0..N {
                        // y = c · s ⊙ x
                        y[(i, p)] = T::of(self.factor) * w.scale[i] * x[(i, p)];
                    }
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, N, P>],
            _: &[SMatrix<T, N, P>],
            dy: &[SMatrix<T, N, P>],
            _: Memory<'_, T, ()>,
            mut dx: Option<&mut [SMatrix<T, N, P>]>,
            mut dw: Option<&mut Self::Weights>,
        ) {
            for n in 0..x.len() {
                for p in 0..P {
                    for i in 0..N {
                        // y = c · s ⊙ x
                        if let Some(dx) = &mut dx {
                            dx[n][(i, p)] += T::of(self.factor) * w.scale[i] * dy[n][(i, p)];
                        }
                        if let Some(dw) = &mut dw {
                            dw.scale[i] += T::of(self.factor) * x[n][(i, p)] * dy[n][(i, p)];
                        }
                    }
                }
            }
        }
    }

    /// `y = slope · xᴺ`
    pub struct Power<const N: u32> {
        pub slope: f64,
    }

    impl<const N: u32> Power<N> {
        pub const PLAIN: Self = Power { slope: 1.0 };
    }

    impl<const N: u32> Elementwise for Power<N> {
        fn value<T: Scalar>(&self, x: T) -> T {
            (0..N).fold(T::of(self.slope), |y, _| y * x)
        }

        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            (1..N).fold(T::of(self.slope * f64::from(N)), |y, _| y * x)
        }
    }

    /// `y = x³`
    pub struct Cube;

    impl Elementwise for Cube {
        fn value<T: Scalar>(&self, x: T) -> T {
            x * x * x
        }

        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            T::of(3.0) * x * x
        }
    }
}

use my::Scale;

const TWO: f64 = 2.0;

model! {
    pub struct Scaled;

    let x = Input(shape = [3]);
    let a = my::Scale()(x);
    let scale = my::Scale(factor = TWO, start = 0.5);
    let y = concatenate([scale(a), scale(x)]);

    Model(inputs = x, outputs = y)
}

const N: usize = 5;

model! {
    /// A single name, `name` and `trainable`.
    pub struct Named;

    let x = Input(shape = [2, N]);
    let h = Scale(name = "fixed", trainable = false)(x);
    let y = Scale()(h);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Cubed;

    let x = Input(shape = [3]);
    let h = Dense(2, activation = my::Cube)(x);
    let y = Activation(self::my::Cube)(h);

    Model(inputs = x, outputs = y)
}

model! {
    /// Activations with generics and fields.
    pub struct Powers;

    let x = Input(shape = [3]);
    let h = Dense(2, activation = my::Power::<2>::PLAIN)(x);
    let h = Dense(2, activation = my::Power::<3> { slope: TWO })(h);
    let y = Activation(my::Power::<2> { slope: 0.5 })(h);

    Model(inputs = x, outputs = y)
}

#[test]
fn gradients() {
    check::<Powers<f64>>();
    check::<Scaled<f64>>();
    check::<Named<f64>>();
    check::<Cubed<f64>>();
}

#[test]
fn keywords_reach_the_layer() {
    let scaled = Scaled::<f64>::new(&mut rng());
    assert_eq!(scaled.scale.scale, SVector::<f64, 3>::repeat(0.5));
    let y = scaled.call(&SVector::from([1.0, 2.0, 3.0]));
    assert_eq!(y, SVector::<f64, 6>::from([1.0, 2.0, 3.0, 1.0, 2.0, 3.0]));
    assert_eq!(variables::<Scaled>(), ["a.scale", "scale.scale"]);
    assert_eq!(variables::<Named>(), ["(fixed.scale)", "y.scale"]);
}
