//! [`Element`]: the numbers of tensors.

use crate::tensor::storage::Shareable;
use bytemuck::Pod;

/// The number type of a tensor: `f32` or `f64`, a `u32` index, or a quantized `i8`, `u8`, `i16` or `i32`.
/// [`Dtype`](crate::spec::Dtype) describes it as data.
pub trait Element: Pod + nalgebra::Scalar + PartialOrd + Shareable {
    /// Keras's name of the type: `float32`.
    const NAME: &'static str;

    /// Whether it is neither NaN nor infinite.
    fn finite(self) -> bool;

    /// Returns the value, exactly.
    fn value(self) -> f64;

    /// Returns the value as an index, if the type is one.
    fn index(self) -> Option<u32> {
        None
    }
}

impl Element for f32 {
    const NAME: &'static str = "float32";

    #[inline(always)]
    fn finite(self) -> bool {
        f32::is_finite(self)
    }

    fn value(self) -> f64 {
        f64::from(self)
    }
}

impl Element for f64 {
    const NAME: &'static str = "float64";

    #[inline(always)]
    fn finite(self) -> bool {
        f64::is_finite(self)
    }

    fn value(self) -> f64 {
        self
    }
}

/// Integers are always finite. Only unsigned integers can be indices.
macro_rules! integers {
    ($($integer:ident $name:literal $index:expr;)*) => {$(
        impl Element for $integer {
            const NAME: &'static str = $name;

            #[inline(always)]
            fn finite(self) -> bool {
                true
            }

            fn value(self) -> f64 {
                f64::from(self)
            }

            fn index(self) -> Option<u32> {
                const INDEX: fn($integer) -> Option<u32> = $index;
                INDEX(self)
            }
        }
    )*};
}

integers! {
    u32 "uint32" Some;
    u8 "uint8" |number| Some(u32::from(number));
    i8 "int8" |_| None;
    i16 "int16" |_| None;
    i32 "int32" |_| None;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Dtype;
    use crate::tensor::{Sample, Tensors, zeroed};
    use nalgebra::SMatrix;

    /// Checks the type of a sample's numbers, and its smallest and largest value.
    #[track_caller]
    fn holds<E: Element>(dtype: Dtype, least: E, most: E, values: [f64; 2]) {
        let mut batch = [zeroed::<SMatrix<E, 2, 3>>(); 2];
        SMatrix::<E, 2, 3>::flat_mut(&mut batch)[10..].copy_from_slice(&[least, most]);
        let mut gathered = [zeroed::<SMatrix<E, 2, 3>>()];
        <SMatrix<E, 2, 3> as Tensors>::gather(&batch, &[1], &mut gathered);
        assert_eq!(
            gathered[0].as_slice()[4..].iter().map(|number| number.value()).collect::<std::vec::Vec<_>>(),
            values
        );
        assert_eq!(SMatrix::<E, 2, 3>::samples(SMatrix::<E, 2, 3>::flat(&batch)), batch);
        assert!(least.finite() && most.finite());
        assert_eq!(dtype.bytes(), size_of::<E>());
        assert_eq!(dtype.name().unwrap_or("f32"), core::any::type_name::<E>());
    }

    #[test]
    fn every_type_of_numbers_makes_samples() {
        holds(Dtype::Float, f32::MIN, f32::MAX, [f64::from(f32::MIN), f64::from(f32::MAX)]);
        holds(Dtype::U32, u32::MIN, u32::MAX, [0.0, 4_294_967_295.0]);
        holds(Dtype::I8, i8::MIN, i8::MAX, [-128.0, 127.0]);
        holds(Dtype::U8, u8::MIN, u8::MAX, [0.0, 255.0]);
        holds(Dtype::I16, i16::MIN, i16::MAX, [-32_768.0, 32_767.0]);
        holds(Dtype::I32, i32::MIN, i32::MAX, [-2_147_483_648.0, 2_147_483_647.0]);
        assert_eq!(Dtype::ALL.len(), 6);
    }

    #[test]
    fn unsigned_integers_can_be_indices() {
        assert_eq!((7_u32.index(), 7_u8.index()), (Some(7), Some(7)));
        assert_eq!(
            (7_i8.index(), 7_i16.index(), 7_i32.index(), 7_f32.index(), 7_f64.index()),
            (None, None, None, None, None)
        );
    }
}
