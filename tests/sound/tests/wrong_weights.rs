//! A struct of `weights!` or `model!` is a slice of scalars, whatever surrounds it. The macros' refusals are tested in
//! tests/ui/names.
#![forbid(unsafe_code)]
#![allow(missing_docs, unreachable_pub)]

use nn::prelude::*;
use nn::weights::zeroed_box;

/// Names that shadow names that an expansion could use.
#[allow(dead_code, unused_macros, clippy::extra_unused_type_parameters)]
mod shadows {
    use nn::{SMatrix as Matrix, SVector as Vector};

    macro_rules! assert {
        ($($ignored:tt)*) => {};
    }
    macro_rules! stringify {
        ($($ignored:tt)*) => {
            "shadow"
        };
    }
    macro_rules! compile_error {
        ($($ignored:tt)*) => {};
    }

    pub fn size_of<T>() -> usize {
        7
    }
    pub fn align_of<T>() -> usize {
        64
    }
    pub const fn matrix() {}
    pub trait Clone {}
    pub trait Scalar {}
    pub trait Weights<T> {}
    pub struct PhantomData;
    pub struct SMatrix;
    pub struct Part;
    pub struct Layout;
    pub mod core {}
    pub mod std {}

    nn::weights! {
        /// A table and a state.
        pub struct Shadowed<T, const N: usize> {
            scale: Vector<T, N> => [N],
            state mean: Matrix<T, N, 2> => [2, N],
        }
    }

    nn::model! {
        /// A model.
        pub struct Line;

        let x = Input(shape = [3]);
        let y = Dense(2)(x);

        Model(inputs = x, outputs = y)
    }
}

nn::weights! {
    /// Variables of every kind; one type runs code when it is dropped.
    pub struct Kinds<T, const N: usize, const NONE: usize> {
        one: SVector<T, N> => [N],
        rows two: SMatrix<T, 2, N> => [N, 2],
        state three: SMatrix<T, 1, 1> => [],
        none: SMatrix<T, N, NONE> => [N],
    }
}

impl<T, const N: usize, const NONE: usize> Drop for Kinds<T, N, NONE> {
    fn drop(&mut self) {
        std::hint::black_box(&self.one);
    }
}

/// The slice is all of the memory and nothing else.
fn is_a_slice<T: Scalar, W: Weights<T>>() {
    let mut boxed = zeroed_box::<T, W>();
    let bytes = size_of::<W>();
    assert_eq!(size_of_val(boxed.as_slice()), bytes);
    assert!(boxed.as_slice().iter().all(|&w| w == T::ZERO));
    let (start, first) = ((&raw const *boxed).addr(), boxed.as_slice().as_ptr().addr());
    assert!(bytes == 0 || start == first, "the first scalar is the first byte");
    let len = boxed.as_slice().len();
    boxed.as_mut_slice().iter_mut().zip(1..).for_each(|(w, i)| *w = T::of(f64::from(i)));
    let copy = W::clone(&boxed);
    assert!(copy == *boxed && copy.as_slice().iter().zip(1..).all(|(&w, i)| w == T::of(f64::from(i))));
    let mut other = W::zeroed();
    other.clone_from(&copy);
    assert!(other == copy);
    let mut named = 0;
    W::variables(&nn::Path::ROOT, &mut |variable| named += variable.shape.size());
    assert_eq!((W::COUNT, named), (len, len));
}

#[test]
fn weights_are_slices() {
    is_a_slice::<f32, Kinds<f32, 5, 0>>();
    is_a_slice::<f64, Kinds<f64, 5, 1>>();
    is_a_slice::<f32, Kinds<f32, 0, 0>>();
    is_a_slice::<f32, ()>();
    is_a_slice::<f64, shadows::Shadowed<f64, 3>>();
    is_a_slice::<f32, shadows::Line>();
    is_a_slice::<f64, Deep<f64>>();
    is_a_slice::<f32, Nothing>();
    assert_eq!(<shadows::Shadowed<f32, 3> as Weights<f32>>::NON_TRAINABLE, 6);
    let mut names = Vec::new();
    <shadows::Shadowed<f32, 3> as Weights<f32>>::variables(&nn::Path::ROOT, &mut |variable| {
        names.push(variable.path.name())
    });
    assert_eq!(names, ["scale", "mean"]);
}

nn::model! {
    /// Layers whose weights the library writes out, and an inner model.
    #[cfg_attr(all(), doc = "More.", allow(dead_code))]
    pub struct Deep;

    let x = Input(shape = [4, 3]);
    let h = Bidirectional(GRU(5, return_sequences = true))(x);
    let h = PReLU(shared_axes = [1])(h);
    let h = Dense(3)(BatchNormalization()(Flatten()(h)));
    let y = shadows::Line()(h);

    Model(inputs = x, outputs = y)
}

nn::model! {
    /// Without weights.
    pub struct Nothing;

    let x = Input(shape = [4]);
    let y = tanh(x);

    Model(inputs = x, outputs = y)
}
