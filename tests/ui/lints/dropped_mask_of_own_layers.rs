// A layer of a user's own hands on the mask of its input, or drops it: only rustc knows. A model drops it.

#![deny(deprecated)]

use nn::prelude::*;

mod my {
    use nn::{layer::{Layer, Memory, Pass, Shape, ShapeError, Storage}, prelude::*};
    use nn::spec::{Inferred, LayerSpec, Masking, Value, rule};

    macro_rules! copies {
        ($($doc:literal $name:ident $spec:ident $masking:expr;)*) => {$(
            nn::layer! {
                #[doc = $doc]
                pub struct $name {}

                pub const $spec: LayerSpec { masking: $masking, infer: rule!(same) }
            }

            impl<T: Scalar, const F: usize, const P: usize> Layer<T, SMatrix<T, F, P>> for $name {
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
        )*};
    }

    copies! {
        "Hands the mask on." Keeps KEEPS Masking::Passes;
        "Drops it." Drops DROPS Masking::Drops;
        "Reads it and ends it." Ends ENDS Masking::Reads { passes: None, both: None };
    }

    pub const fn same(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(inputs[0], &[]))
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
    let kept = my::Keeps()(x);
    let dropped = my::Drops()(x);
    let ended = Flatten()(my::Ends()(x));
    let flat = Flatten()(kept);
    let tower = Tower()(x);

    Model(inputs = words, outputs = [kept, dropped, ended, flat, tower])
}

fn main() {}
