//! [`Packed`]: the weights of a model in half the memory.

use crate::layer::model::{MODEL, Model};
use crate::spec::half::Half;
use crate::tensor::by_value::assert_by_value;
use crate::tensor::scalar::Scalar;
use core::fmt;
use core::marker::PhantomData;

/// The weights of a model as 16-bit numbers, [`F16`](crate::F16) or [`Bf16`](crate::Bf16). They take half the flash.
///
/// [`include_weights!`](https://docs.rs/nn-model/latest/nn/macro.include_weights.html) makes it from a file at compile
/// time:
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
/// A model computes only with its own scalars, so the weights must be unpacked first. On a Cortex-M4F, that takes 4
/// instructions a weight, or 11 for `F16`, and [`PARAMETER_BYTES`](Model::PARAMETER_BYTES) of RAM. If RAM is scarcer
/// than flash, keep full weights in flash: without the last argument the macro returns the model itself.
///
/// The value is a reference and a length. The halves are in the order of the [flat slice](crate::Weights::as_slice).
pub struct Packed<M: Model, H: Half> {
    /// One number for each weight of the model.
    halves: &'static [H],
    model: PhantomData<fn() -> M>,
}

impl<M: Model, H: Half> Packed<M, H> {
    /// Makes packed weights from halves in the order of the flat slice, from any source.
    ///
    /// # Panics
    /// If their number is not the model's number of weights. In a `static` or a `const`, that is a compile error.
    #[track_caller]
    pub const fn new(halves: &'static [H]) -> Self {
        assert!(halves.len() == M::COUNT, "there are as many halves as weights");
        Packed { halves, model: PhantomData }
    }

    /// Returns the packed weights.
    pub const fn as_slice(&self) -> &'static [H] {
        self.halves
    }

    /// Returns the model by value. Does not compile above [`MAX_BY_VALUE`](crate::layer::model::MAX_BY_VALUE) bytes.
    #[inline]
    pub fn unpack(&self) -> M {
        const { assert_by_value(size_of::<M>(), MODEL, "unpack", "make it on the heap: `unpack_boxed`") }
        let mut model = crate::weights::zeros::<M::Scalar, M>();
        self.unpack_into(&mut model);
        model
    }

    /// Overwrites the weights of a model.
    #[inline]
    pub fn unpack_into(&self, model: &mut M) {
        for (weight, half) in model.as_mut_slice().iter_mut().zip(self.halves) {
            // For `f32` the round trip through `f64` is exact and compiles to no code.
            *weight = M::Scalar::of(f64::from(half.to_f32()));
        }
    }

    /// Returns the model, made in place on the heap.
    #[cfg(feature = "alloc")]
    pub fn unpack_boxed(&self) -> alloc::boxed::Box<M> {
        let mut model = crate::weights::zeroed_box::<M::Scalar, M>();
        self.unpack_into(&mut model);
        model
    }
}

// Not derived, because `derive` would require `M: Clone`.
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
