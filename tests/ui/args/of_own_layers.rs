// Arguments and inputs of a layer of a user's own: only rustc sees its declaration, and each mistake is shown on its token.

use nn::prelude::*;

mod my {
    use nn::{layer::{Layer, Memory, Pass, Shape, ShapeError, Storage}, prelude::*};
    use nn::spec::{Arity, Inferred, LayerSpec, Value, rule};

    nn::layer! {
        /// The first features.
        pub struct Pick<I, N> {
            /// How many.
            units: Size,
            /// What it gives.
            mode: Choice { SUM = "sum", MAX = "max" },
            /// Whether it doubles.
            double: Flag = false,
            /// A factor.
            pub rate: Float = 1.0,
        }

        pub const SPEC: LayerSpec { inputs: Arity::ONE, infer: rule!(infer) }
    }

    pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        let (units, x) = (Args(args).units(), inputs[0]);
        if x.rank() != 1 {
            let message = nn::text::Text::new().str("expected one axis, but got ").shape(&x);
            return Err(ShapeError::input(nn::Code::WrongRank, 0, message));
        }
        if units > x.rows() {
            let message = nn::text::Text::new().str("there are only ").size(x.rows()).str(" features");
            return Err(ShapeError::argument(nn::Code::ShapeMismatch, arg::units, message));
        }
        Ok(Inferred::new(Shape::new(&[units]), &Consts { I: x.rows(), N: units }.list()))
    }

    impl<T: Scalar, const I: usize, const N: usize> Layer<T, SVector<T, I>> for Pick<I, N> {
        type Output = SVector<T, N>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();

        fn forward<B: Storage>(
            &self,
            _: &(),
            _: &[SVector<T, I>],
            _: &mut [SVector<T, N>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SVector<T, I>],
            _: &[SVector<T, N>],
            _: &[SVector<T, N>],
            _: Memory<'_, T, ()>,
            _: Option<&mut [SVector<T, I>]>,
            _: Option<&mut ()>,
        ) {
        }
    }

    nn::layer! {
        /// Without arguments.
        pub struct Plain {}

        pub const PLAIN: LayerSpec { infer: rule!(same) }
    }

    nn::layer! {
        /// With an initializer.
        pub struct Start {
            /// How it starts.
            pub start_initializer: Initializer = Zeros,
        }

        pub const START: LayerSpec { infer: rule!(same) }
    }

    pub const fn same(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(inputs[0], &[]))
    }

    macro_rules! computes_nothing {
        ($($name:ident)*) => {$(
            impl<T: Scalar, const I: usize> Layer<T, SVector<T, I>> for $name {
                type Output = SVector<T, I>;
                type Weights = ();
                type Scratch<B: Storage> = ();
                type Cache<B: Storage> = ();

                fn forward<B: Storage>(
                    &self,
                    _: &(),
                    _: &[SVector<T, I>],
                    _: &mut [SVector<T, I>],
                    _: Pass<'_, '_, T, (), ()>,
                ) {
                }

                fn backward<B: Storage>(
                    &self,
                    _: &(),
                    _: &[SVector<T, I>],
                    _: &[SVector<T, I>],
                    _: &[SVector<T, I>],
                    _: Memory<'_, T, ()>,
                    _: Option<&mut [SVector<T, I>]>,
                    _: Option<&mut ()>,
                ) {
                }
            }
        )*};
    }

    computes_nothing! { Plain Start }
}

const UNITS: usize = 9;
const RATE: f64 = 0.5;

model! { pub struct Unknown; let a = Input(shape = [4]); let y = my::Pick(unit = 2)(a); Model(inputs = a, outputs = y) }
model! { pub struct Missing; let a = Input(shape = [4]); let y = my::Pick(mode = max)(a); Model(inputs = a, outputs = y) }
model! { pub struct Number; let a = Input(shape = [4]); let y = my::Pick(units = 0.5)(a); Model(inputs = a, outputs = y) }
model! { pub struct Constant; let a = Input(shape = [4]); let y = my::Pick(units = RATE)(a); Model(inputs = a, outputs = y) }
model! { pub struct Word; let a = Input(shape = [4]); let y = my::Pick(units = two)(a); Model(inputs = a, outputs = y) }
model! { pub struct Zero; let a = Input(shape = [4]); let y = my::Pick(0)(a); Model(inputs = a, outputs = y) }
model! { pub struct Choice; let a = Input(shape = [4]); let y = my::Pick(2, mode = "mean")(a); Model(inputs = a, outputs = y) }
model! { pub struct Flag; let a = Input(shape = [4]); let y = my::Pick(2, double = 1)(a); Model(inputs = a, outputs = y) }
model! { pub struct Twice; let a = Input(shape = [4]); let y = my::Pick(2, units = 3)(a); Model(inputs = a, outputs = y) }
model! { pub struct TooMany; let a = Input(shape = [4]); let y = my::Pick(2, max, true, 0.5, 7)(a); Model(inputs = a, outputs = y) }
model! { pub struct Third; let a = Input(shape = [4]); let y = my::Pick(2, max, 7, 0.5, 7)(a); Model(inputs = a, outputs = y) }
model! { pub struct NoArguments; let a = Input(shape = [4]); let y = my::Plain(3)(a); Model(inputs = a, outputs = y) }
model! { pub struct NoKeyword; let a = Input(shape = [4]); let y = my::Start(he_normal)(a); Model(inputs = a, outputs = y) }
model! { pub struct Far; let a = Input(shape = [4]); let y = my::Pick(2, filters = 2)(a); Model(inputs = a, outputs = y) }
model! { pub struct Rule; let a = Input(shape = [4]); let y = my::Pick(mode = max, units = UNITS)(a); Model(inputs = a, outputs = y) }
model! { pub struct Rank; let b = Input(shape = [4, 2]); let y = my::Pick(2)(b); Model(inputs = b, outputs = y) }
model! { pub struct Inputs; let a = Input(shape = [4]); let b = Input(shape = [4]); let y = my::Pick(2)([a, b]); Model(inputs = [a, b], outputs = y) }
model! { pub struct Outputs; let a = Input(shape = [4]); let (y, z) = my::Pick(2)(a); Model(inputs = a, outputs = [y, z]) }
model! { pub struct After; let a = Input(shape = [4]); let y = my::Pick(2, activation = relu)(a); Model(inputs = a, outputs = y) }
model! { pub struct OfAModel; let a = Input(shape = [4]); let y = Line(units = 2)(a); Model(inputs = a, outputs = y) }
model! { pub struct Line; let a = Input(shape = [4]); let y = Dense(1)(a); Model(inputs = a, outputs = y) }

fn main() {}
