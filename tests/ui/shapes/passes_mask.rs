// A layer that hands on a mask has an output of the same positions.

use nn::prelude::*;

mod my {
    use nn::{layer::{Layer, Memory, Pass, Shape, ShapeError, Storage}, prelude::*};
    use nn::spec::{Inferred, LayerSpec, Masking, Value, rule};

    nn::layer! {
        /// The mean of the steps.
        pub struct Mean {}

        pub const SPEC: LayerSpec { masking: Masking::Passes, infer: rule!(infer) }
    }

    pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(Shape::new(&[inputs[0].dim(1)]), &[]))
    }

    impl<T: Scalar, const F: usize, const P: usize> Layer<T, SMatrix<T, F, P>> for Mean {
        type Output = SVector<T, F>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();

        fn forward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, F, P>],
            _: &mut [SVector<T, F>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, F, P>],
            _: &[SVector<T, F>],
            _: &[SVector<T, F>],
            _: Memory<'_, T, ()>,
            _: Option<&mut [SMatrix<T, F, P>]>,
            _: Option<&mut ()>,
        ) {
        }
    }
}

model! {
    pub struct Series;

    let x = Input(shape = [5, 3]);
    let y = my::Mean()(Masking()(x));

    Model(inputs = x, outputs = y)
}

fn main() {}
