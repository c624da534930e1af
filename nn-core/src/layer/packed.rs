//! [`Packed`]: the weights of a model in half the memory.

use crate::layer::model::{MODEL, Model};
use crate::spec::half::Half;
use crate::tensor::by_value::assert_by_value;
use crate::tensor::scalar::Scalar;
use core::fmt;
use core::marker::PhantomData;

/// The weights of a model, kept as numbers of 16 bits, [`F16`](crate::F16) or [`Bf16`](crate::Bf16): half the flash.
///
/// [`include_weights!`](https://docs.rs/nn-model/latest/nn/macro.include_weights.html) makes it of a file while the
/// program is compiled:
///
/// ```ignore
/// static DIGITS: Packed<Digits, Bf16> = include_weights!(Digits, "digits.safetensors", bf16);
///
/// let digits = DIGITS.unpack(); // in RAM
/// ```
///
/// ```text
/// kept     = round(w)                      to the nearest, ties to even; a relative error of at most 2⁻⁸ (Bf16) or 2⁻¹¹ (F16)
/// unpacked = kept, as the model's scalar   exactly
/// memory   = 2 bytes a weight in flash     and 4 (f64: 8) in RAM, from `unpack` on
/// ```
///
/// A model computes with its own scalars alone, so the weights have to be unpacked before it can: that takes 4
/// instructions for each on a Cortex-M4F, 11 as `F16`, once, and [`PARAMETER_BYTES`](Model::PARAMETER_BYTES) of RAM.
/// Where RAM is scarcer than flash, weights stay in flash as they are: without the last argument the macro gives the
/// model itself.
///
/// In itself it is a reference and a length. The halves are in the order of the [flat slice](crate::Weights::as_slice).
pub struct Packed<M: Model, H: Half> {
    /// As many as the model has weights.
    halves: &'static [H],
    model: PhantomData<fn() -> M>,
}

impl<M: Model, H: Half> Packed<M, H> {
    /// The weights in the order of the flat slice, from wherever they are.
    ///
    /// # Panics
    /// If there are not as many as the model has: a compile error, in a `static` or a `const`.
    #[track_caller]
    pub const fn new(halves: &'static [H]) -> Self {
        assert!(halves.len() == M::COUNT, "there are as many halves as weights");
        Packed { halves, model: PhantomData }
    }

    /// The weights as they are kept.
    pub const fn as_slice(&self) -> &'static [H] {
        self.halves
    }

    /// The model, by value. Refused at compile time above [`MAX_BY_VALUE`](crate::layer::model::MAX_BY_VALUE) bytes.
    #[inline]
    pub fn unpack(&self) -> M {
        const { assert_by_value(size_of::<M>(), MODEL, "unpack", "make it on the heap: `unpack_boxed`") }
        let mut model = crate::weights::zeros::<M::Scalar, M>();
        self.unpack_into(&mut model);
        model
    }

    /// Sets the weights of a model.
    #[inline]
    pub fn unpack_into(&self, model: &mut M) {
        for (weight, half) in model.as_mut_slice().iter_mut().zip(self.halves) {
            // There and back it is the same `f32`, and no code.
            *weight = M::Scalar::of(f64::from(half.to_f32()));
        }
    }

    /// The model, made in place on the heap.
    #[cfg(feature = "alloc")]
    pub fn unpack_boxed(&self) -> alloc::boxed::Box<M> {
        let mut model = crate::weights::zeroed_box::<M::Scalar, M>();
        self.unpack_into(&mut model);
        model
    }
}

// Not derived, which would ask the same of the model.
impl<M: Model, H: Half> Clone for Packed<M, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Model, H: Half> Copy for Packed<M, H> {}

impl<M: Model, H: Half> fmt::Debug for Packed<M, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Packed<{}>({} weights as {})", M::NAME, M::COUNT, H::DTYPE)
    }
}
