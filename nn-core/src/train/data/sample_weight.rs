//! [`SampleWeight`]: the types of `sample_weight`.

use super::Column;
use super::mistakes::{Flagged, WholeWeights};
use super::wrong::Given;
use crate::tensor::Element;
use crate::tensor::for_each_arity;
use crate::train::losses::NoTarget;
use nalgebra::SMatrix;

/// The weights of the samples in the loss: a `Vec`, slice or array for all outputs, or a tuple (or the model's
/// `…Outputs` struct) with one for each output.
///
/// | weights | type |
/// |---|---|
/// | one for each sample | `[1.0, 0.5]`, `Vec<f32>`, `&[f64]` |
/// | one for each step of an output of shape `(3, ..)` | `[[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]]`, `Vec<[f32; 3]>` |
/// | one for each pixel of an output of shape `(2, 2, ..)` | `[[[1.0, 0.0], [1.0, 1.0]]]` |
/// | of two outputs | `(&a, &b)`; `()` stands for weights of 1 |
#[diagnostic::on_unimplemented(
    message = "expected weights of samples",
    label = "not a `Vec`, a slice or an array of numbers",
    note = "weights are one number for each sample: `[1.0, 0.5, 1.0]`, a `Vec<f32>` or a `&[f64]`",
    note = "for several outputs, a tuple gives each its own: `(&a, &b)`, where `()` stands for weights of 1",
    note = "explained in nn::errors::nn0501"
)]
pub trait SampleWeight {
    /// Whether there is one column for all outputs.
    const TOGETHER: bool;

    /// Calls `visit` for each output in order, or once for all, with the number of weights of a sample, and all
    /// weights. There is none for weights of 1.
    fn columns(&self, visit: &mut dyn FnMut(usize, &mut dyn Iterator<Item = f64>));
}

impl<V: Column<Item: WeightOf> + ?Sized> SampleWeight for V {
    const TOGETHER: bool = <V::Item as WeightOf>::TOGETHER;

    fn columns(&self, visit: &mut dyn FnMut(usize, &mut dyn Iterator<Item = f64>)) {
        // The items of `()` have no weights, and no end.
        let items = if <V::Item as WeightOf>::COUNT == 0 { &[] } else { self.items() };
        let each = |item| (0..<V::Item as WeightOf>::COUNT).map(move |k| <V::Item as WeightOf>::weight(item, k));
        visit(<V::Item as WeightOf>::COUNT, &mut items.iter().flat_map(each));
    }
}

macro_rules! tuple_weights {
    ($(($name:ident $index:tt $second:ident))+) => {
        impl<$($name: SampleWeight),+> SampleWeight for ($($name,)+) {
            const TOGETHER: bool = false;

            fn columns(&self, visit: &mut dyn FnMut(usize, &mut dyn Iterator<Item = f64>)) {
                $(self.$index.columns(visit);)+
            }
        }
    };
}
for_each_arity!(tuple_weights);

/// The weights of one sample: a number, or one for each position.
#[diagnostic::on_unimplemented(
    message = "expected weights `f32` or `f64`, but got `{Self}`",
    label = "these are `{Self}`",
    note = "a literal needs a point: `1.0`, not `1`; `.iter().map(|&w| w as f32).collect::<Vec<_>>()` converts numbers",
    note = "a weight for each step is an array of numbers for each sample: `[[1.0, 0.0], [1.0, 1.0]]`",
    note = "explained in nn::errors::nn0501"
)]
pub trait WeightOf: Sized {
    /// The number of weights.
    const COUNT: usize = 1;

    /// Whether it holds for all outputs; not for `()`.
    const TOGETHER: bool = true;

    /// Returns weight `k`.
    fn weight(&self, k: usize) -> f64;
}

macro_rules! weights {
    ($($number:ty)*) => {$(
        impl WeightOf for $number {
            fn weight(&self, _: usize) -> f64 {
                f64::from(*self)
            }
        }
    )*};
}
weights!(f32 f64);

/// Numbers that are not weights yet, with their cure.
macro_rules! no_weights {
    ($($number:ty)*) => {$(
        impl WeightOf for $number
        where
            for<'a> Given: WholeWeights<$number>,
        {
            fn weight(&self, _: usize) -> f64 {
                f64::NAN
            }
        }
    )*};
}
no_weights!(u8 u16 u32 u64 usize i8 i16 i32 i64);

impl WeightOf for bool
where
    for<'a> Given: Flagged<bool>,
{
    fn weight(&self, _: usize) -> f64 {
        f64::NAN
    }
}

impl<W: WeightOf, const N: usize> WeightOf for [W; N] {
    const COUNT: usize = N * W::COUNT;

    fn weight(&self, k: usize) -> f64 {
        let (item, rest) = (k.checked_div(W::COUNT), k.checked_rem(W::COUNT));
        item.and_then(|item| Some(self.get(item)?.weight(rest?))).unwrap_or(f64::NAN)
    }
}

impl<E: Element + WeightOf, const R: usize, const C: usize> WeightOf for SMatrix<E, R, C> {
    const COUNT: usize = R * C;

    fn weight(&self, k: usize) -> f64 {
        self.as_slice().get(k).map_or(f64::NAN, |weight| weight.value())
    }
}

impl WeightOf for NoTarget {
    const COUNT: usize = 0;
    const TOGETHER: bool = false;

    fn weight(&self, _: usize) -> f64 {
        f64::NAN
    }
}
