//! [`State`]: values that a stream keeps from one step to the next.

use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Shareable;
use nalgebra::{ArrayStorage, SMatrix};

/// A value that a stream keeps from one step to the next: states of recurrent layers, the last steps of a window.
///
/// Its bytes are little-endian on every machine.
pub trait State: Copy + Shareable + 'static {
    /// The state before the first step.
    const START: Self;
    /// The number of bytes that [`write`](Self::write) writes.
    const BYTES: usize;

    /// Writes the state to the beginning of `to` and returns the rest; `None` if `to` is too short.
    fn write<'a>(&self, to: &'a mut [u8]) -> Option<&'a mut [u8]>;
    /// Reads the state from the beginning of `from` and returns the rest; `None` if `from` is too short.
    fn read<'a>(&mut self, from: &'a [u8]) -> Option<&'a [u8]>;
}

impl<T: Scalar, const R: usize, const C: usize> State for SMatrix<T, R, C> {
    const START: Self = SMatrix::from_array_storage(ArrayStorage([[T::ZERO; R]; C]));
    const BYTES: usize = R * C * size_of::<T>();

    fn write<'a>(&self, to: &'a mut [u8]) -> Option<&'a mut [u8]> {
        let (own, rest) = to.split_at_mut_checked(Self::BYTES)?;
        for (to, x) in own.chunks_exact_mut(size_of::<T>()).zip(self.as_slice()) {
            to.iter_mut().zip(bytemuck::bytes_of(x)).for_each(|(to, byte)| *to = *byte);
            little_endian(to);
        }
        Some(rest)
    }

    fn read<'a>(&mut self, from: &'a [u8]) -> Option<&'a [u8]> {
        let (own, rest) = from.split_at_checked(Self::BYTES)?;
        for (x, from) in self.as_mut_slice().iter_mut().zip(own.chunks_exact(size_of::<T>())) {
            let x = bytemuck::bytes_of_mut(x);
            x.iter_mut().zip(from).for_each(|(x, byte)| *x = *byte);
            little_endian(x);
        }
        Some(rest)
    }
}

/// Converts the bytes of a number between the machine's order and little-endian.
fn little_endian(bytes: &mut [u8]) {
    if cfg!(target_endian = "big") {
        bytes.reverse();
    }
}

impl State for u32 {
    const START: Self = 0;
    const BYTES: usize = 4;

    fn write<'a>(&self, to: &'a mut [u8]) -> Option<&'a mut [u8]> {
        let (own, rest) = to.split_first_chunk_mut()?;
        *own = self.to_le_bytes();
        Some(rest)
    }

    fn read<'a>(&mut self, from: &'a [u8]) -> Option<&'a [u8]> {
        let (own, rest) = from.split_first_chunk()?;
        *self = u32::from_le_bytes(*own);
        Some(rest)
    }
}

impl State for () {
    const START: Self = ();
    const BYTES: usize = 0;

    fn write<'a>(&self, to: &'a mut [u8]) -> Option<&'a mut [u8]> {
        Some(to)
    }

    fn read<'a>(&mut self, from: &'a [u8]) -> Option<&'a [u8]> {
        Some(from)
    }
}

/// Defines structs of states. Each is also the memory of one sample in a prediction, because layers of a stream keep
/// their states there.
#[doc(hidden)]
#[macro_export]
macro_rules! __states {
    ($(#[$meta:meta])* $vis:vis struct $name:ident<$scalar:ident $(, $constant:ident)*> {
        $($(#[$doc:meta])* $of:vis $field:ident: $type:ty,)*
    }) => {
        $(#[$meta])*
        #[derive(::core::clone::Clone, ::core::marker::Copy)]
        $vis struct $name<$scalar: $crate::Scalar $(, const $constant: ::core::primitive::usize)*> {
            $($(#[$doc])* $of $field: $type,)*
        }

        impl<$scalar: $crate::Scalar $(, const $constant: ::core::primitive::usize)*> $crate::layer::State
            for $name<$scalar $(, $constant)*>
        {
            const START: Self = $name { $($field: <$type as $crate::layer::State>::START,)* };
            const BYTES: ::core::primitive::usize = 0 $(+ <$type as $crate::layer::State>::BYTES)*;

            fn write<'a>(
                &self,
                to: &'a mut [::core::primitive::u8],
            ) -> ::core::option::Option<&'a mut [::core::primitive::u8]> {
                $(let to = $crate::layer::State::write(&self.$field, to)?;)*
                ::core::option::Option::Some(to)
            }

            fn read<'a>(
                &mut self,
                from: &'a [::core::primitive::u8],
            ) -> ::core::option::Option<&'a [::core::primitive::u8]> {
                $(let from = $crate::layer::State::read(&mut self.$field, from)?;)*
                ::core::option::Option::Some(from)
            }
        }

        impl<$scalar: $crate::Scalar $(, const $constant: ::core::primitive::usize)*> $crate::Buffer
            for $name<$scalar $(, $constant)*>
        {
            const ZEROED: Self = <Self as $crate::layer::State>::START;

            fn with_capacity(_: ::core::primitive::usize) -> Self {
                <Self as $crate::layer::State>::START
            }
        }
    };
}
#[doc(hidden)]
pub use crate::__states as states;
