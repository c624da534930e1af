//! [`Shared`]: the kernels of a number type, which all shapes share.

use super::dims::Any;
use super::level::{Vectors, dispatch};
use super::split_input::InputPart;
use super::state::Strided;
use super::{
    affine, affine::Affine, convolution, outer, outer::AddOuter, sums::AddRows, sums::Dot, transposed,
    transposed::AddTransposed,
};

/// The kernels of a number type, compiled in this crate, once.
#[doc(hidden)]
pub trait Shared: Vectors {
    fn affine(arguments: Affine<'_, Self>);
    fn affine_packed(arguments: affine::PackedWeights<'_, Self>);
    fn affine_split<'a>(arguments: Affine<'a, Self, Any, &'a [InputPart<'a, Self>]>);
    fn affine_split_packed<'a>(arguments: affine::PackedWeights<'a, Self, &'a [InputPart<'a, Self>]>);
    fn add_product(arguments: Strided<'_, Self>);
    fn add_outer(arguments: AddOuter<'_, Self>);
    fn add_outer_packed(arguments: outer::PackedInputs<'_, Self>);
    fn add_transposed(arguments: AddTransposed<'_, Self>);
    fn add_transposed_wide(arguments: transposed::ManyPanels<'_, Self>);
    fn convolve(arguments: convolution::Convolve<'_, Self>);
    fn pack(arguments: convolution::Pack<'_, Self>);
    fn add_kernel(arguments: convolution::AddKernel<'_, Self>);
    fn add_rows(arguments: AddRows<'_, Self>);
    fn dot(arguments: Dot<'_, Self>) -> Self;
}

macro_rules! shared {
    ($($scalar:ty)*) => {$(
        impl Shared for $scalar {
            fn affine(arguments: Affine<'_, Self>) {
                dispatch(arguments);
            }

            fn affine_packed(arguments: affine::PackedWeights<'_, Self>) {
                dispatch(arguments);
            }

            fn affine_split<'a>(arguments: Affine<'a, Self, Any, &'a [InputPart<'a, Self>]>) {
                dispatch(arguments);
            }

            fn affine_split_packed<'a>(arguments: affine::PackedWeights<'a, Self, &'a [InputPart<'a, Self>]>) {
                dispatch(arguments);
            }

            fn add_product(arguments: Strided<'_, Self>) {
                dispatch(arguments);
            }

            fn add_outer(arguments: AddOuter<'_, Self>) {
                dispatch(arguments);
            }

            fn add_outer_packed(arguments: outer::PackedInputs<'_, Self>) {
                dispatch(arguments);
            }

            fn add_transposed(arguments: AddTransposed<'_, Self>) {
                dispatch(arguments);
            }

            fn add_transposed_wide(arguments: transposed::ManyPanels<'_, Self>) {
                dispatch(arguments);
            }

            fn convolve(arguments: convolution::Convolve<'_, Self>) {
                dispatch(arguments);
            }

            fn pack(arguments: convolution::Pack<'_, Self>) {
                dispatch(arguments);
            }

            fn add_kernel(arguments: convolution::AddKernel<'_, Self>) {
                dispatch(arguments);
            }

            fn add_rows(arguments: AddRows<'_, Self>) {
                dispatch(arguments);
            }

            fn dot(arguments: Dot<'_, Self>) -> Self {
                dispatch(arguments)
            }
        }
    )*};
}

shared!(f32 f64);
