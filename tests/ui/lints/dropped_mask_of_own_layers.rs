// A layer of a user's own hands on the mask of its input, or drops it: only rustc knows. A model drops it.

#![deny(deprecated)]

use nn::prelude::*;

mod my {
    use nn::prelude::*;

    pub struct Copy<const PASSES: bool>;

    impl<const PASSES: bool> Copy<PASSES> {
        pub const fn new() -> Self {
            Copy
        }

        pub const fn output_shape(inputs: &[Shape]) -> Result<Shape, ShapeError> {
            Ok(inputs[0])
        }
    }

    impl<T: nn::Scalar, X: nn::Tensors, const PASSES: bool> nn::Train<T, X> for Copy<PASSES> where Self: nn::Layer<T, X> {}

    impl<T: nn::Scalar, X: nn::Tensors, const PASSES: bool> nn::Ends<T, X> for Copy<PASSES> where Self: nn::Layer<T, X> {}

    impl<const PASSES: bool> nn::Component for Copy<PASSES> {
        type Layer = Self;
        const PASSES_MASK: bool = PASSES;
    }

    impl<T: Scalar, const F: usize, const P: usize, const PASSES: bool> Layer<T, SMatrix<T, F, P>> for Copy<PASSES> {
        type Output = SMatrix<T, F, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, F, P>],
            y: &mut [SMatrix<T, F, P>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            y.copy_from_slice(x);
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, F, P>],
            _: &[SMatrix<T, F, P>],
            _: &[SMatrix<T, F, P>],
            _: Memory<'_, T, ()>,
            _: Option<&mut [SMatrix<T, F, P>]>,
            _: Option<&mut ()>,
        ) {
        }
    }
}

model! {
    pub struct Tower;

    let x = Input(shape = [6, 8]);
    let y = Dense(2)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Words;

    let words = Input(shape = [6], dtype = u32);
    let x = Embedding(100, 8, mask_zero = true)(words);
    let kept = my::Copy::<true>()(x);
    let dropped = my::Copy::<false>()(x);
    let tower = Tower()(x);

    Model(inputs = words, outputs = [kept, dropped, tower])
}

fn main() {}
