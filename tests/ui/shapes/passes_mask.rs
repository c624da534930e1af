// A layer that hands on a mask has an output of the same positions.

use nn::prelude::*;

mod my {
    use nn::prelude::*;

    pub struct Mean;

    impl Mean {
        pub const fn new() -> Self {
            Mean
        }

        pub const fn output_shape(inputs: &[Shape]) -> Result<Shape, ShapeError> {
            Ok(Shape::new(&[inputs[0].dim(1)]))
        }
    }

    impl<T: nn::Scalar, X: nn::Tensors> nn::Train<T, X> for Mean where Self: nn::Layer<T, X> {}

    impl<T: nn::Scalar, X: nn::Tensors> nn::Ends<T, X> for Mean where Self: nn::Layer<T, X> {}

    impl nn::Component for Mean {
        type Layer = Self;
        const PASSES_MASK: bool = true;
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
