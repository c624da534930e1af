//! [`Weights`]: a struct of scalars only, seen as one flat slice, and its named variables.

mod parts;

use crate::tensor::by_value::{Large, assert_by_value};
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Shareable;
use crate::weights::values::{self, SetError};
use crate::weights::{Path, Variable};
use core::fmt;
use core::marker::PhantomData;
use nalgebra::SMatrix;

pub use parts::Part;
#[doc(hidden)]
pub use parts::{Place, places};
pub(crate) use parts::{assert_layout, count, visit_tables};

/// The weights of a layer or of a model.
///
/// Gradients, optimizer slots and snapshots have the same type. All of them are one flat slice of scalars, so an
/// optimizer, a checkpoint and a gradient sum are each one loop over one slice. [`variables`](Self::variables) gives
/// the parts their names.
///
/// # Safety
/// The type is `repr(C)` (or `repr(transparent)`) and consists of values of type `T` only, directly or through other
/// `Weights<T>` and nalgebra matrices: no padding, no other field, no larger alignment than that of `T`. All-zero
/// bytes and any bit pattern that is valid for the scalars are valid. `PARTS` names all scalars, and `COUNT` is their
/// number.
///
/// The compiler checks sizes and alignment; the implementer promises the types of the fields.
/// [`weights!`](crate::weights!) and `model!` keep that promise for every struct that they accept.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the weights of a layer over `{T}`",
    note = "weights are `()`, nalgebra matrices of the model's scalar, or structs made by `nn::weights!`"
)]
pub unsafe trait Weights<T: Scalar>: Clone + fmt::Debug + PartialEq + Shareable + 'static {
    /// The number of inner layers with weights of their own. Each of them can be frozen.
    const LAYERS: usize = parts::layers(Self::PARTS);
    /// The number of scalars that training never changes (moving averages, frozen layers).
    const NON_TRAINABLE: usize = parts::non_trainable(Self::PARTS);
    /// The number of scalars.
    const COUNT: usize = size_of::<Self>() / size_of::<T>();

    /// The parts, in the order of the flat slice.
    const PARTS: &'static [Part];

    /// Calls `visit` with every variable, in the order of the flat slice.
    fn variables(path: &Path<'_>, visit: &mut dyn FnMut(&Variable<'_>)) {
        parts::visit_variables(Self::PARTS, path, parts::Within::MODEL, visit);
    }

    /// Returns all scalars.
    #[inline(always)]
    fn as_slice(&self) -> &[T] {
        const { parts::assert_layout::<T, Self>() }
        if Self::COUNT == 0 {
            // The address of a `()` need not be aligned for a scalar.
            return &[];
        }
        // SAFETY: by the contract of the trait, `self` is `COUNT` consecutive, initialised scalars. The assertion found no
        // padding and the alignment of a scalar.
        unsafe { core::slice::from_raw_parts((&raw const *self).cast(), Self::COUNT) }
    }

    /// Returns all scalars for writing.
    #[inline(always)]
    fn as_mut_slice(&mut self) -> &mut [T] {
        const { parts::assert_layout::<T, Self>() }
        if Self::COUNT == 0 {
            return &mut [];
        }
        // SAFETY: as above, and the borrow of `self` is exclusive; any scalar written is a valid one.
        unsafe { core::slice::from_raw_parts_mut((&raw mut *self).cast(), Self::COUNT) }
    }

    /// All-zero weights as a constant, for a `static`.
    // SAFETY: by the contract of the trait, all-zero bytes are valid.
    const ZEROED: Self = unsafe { core::mem::zeroed() };

    /// Returns all-zero weights by value. Does not compile above [`MAX_BY_VALUE`](crate::layer::model::MAX_BY_VALUE)
    /// bytes: make larger ones with [`zeroed_box`].
    fn zeroed() -> Self {
        const { assert_by_value(size_of::<Self>(), LAYER, "zeroed", "make them on the heap: `zeroed_box`") }
        zeros()
    }

    /// Copies all scalars of other weights.
    fn copy_from(&mut self, other: &Self) {
        self.as_mut_slice().copy_from_slice(other.as_slice());
    }

    /// Moves all scalars towards those of other weights: `w = w + amount · (other - w)`. An `amount` of 0 changes
    /// nothing, and 1 copies. For a target network, or an average of weights.
    fn lerp(&mut self, other: &Self, amount: f64) {
        if amount == 1.0 {
            return self.copy_from(other);
        }
        let amount = T::of(amount);
        for (w, &other) in self.as_mut_slice().iter_mut().zip(other.as_slice()) {
            *w += amount * (other - *w);
        }
    }

    /// Returns the scalars of a variable by its name in weight files, such as `dense.kernel`: in the order of Keras,
    /// row by row of its shape.
    fn get(&self, name: &str) -> Option<&[T]> {
        values::find::<T, Self>(name).and_then(|(range, _)| self.as_slice().get(range))
    }

    /// Returns the scalars of a variable for writing, as [`get`](Self::get).
    fn get_mut(&mut self, name: &str) -> Option<&mut [T]> {
        values::find::<T, Self>(name).and_then(|(range, _)| self.as_mut_slice().get_mut(range))
    }

    /// Sets the scalars of a variable by its name, in the order of [`get`](Self::get).
    ///
    /// # Errors
    /// If there is no such variable, or if it has another number of scalars. Nothing changes then.
    fn set(&mut self, name: &str, scalars: &[T]) -> Result<(), SetError> {
        let (range, shape) = values::find::<T, Self>(name).ok_or(SetError::Name)?;
        match self.as_mut_slice().get_mut(range) {
            Some(to) if to.len() == scalars.len() => to.copy_from_slice(scalars),
            _ => return Err(SetError::Length { shape, got: scalars.len() }),
        }
        Ok(())
    }

    /// Calls `visit` with every variable and its scalars, in the order of the flat slice: Keras's `model.variables`.
    fn for_each(&self, visit: &mut dyn FnMut(&Variable<'_>, &[T])) {
        values::visit::<T, Self>(&mut |variable, range| visit(variable, self.as_slice().get(range).unwrap_or(&[])));
    }
}

/// Returns all-zero weights by value. The caller has checked their size.
pub(crate) fn zeros<T: Scalar, W: Weights<T>>() -> W {
    const { parts::assert_layout::<T, W>() }
    // SAFETY: by the contract of the trait, all-zero bytes are valid.
    unsafe { core::mem::zeroed() }
}

/// Fails to compile if weights are too large for `clone`.
///
/// # Panics
/// If they have more than [`MAX_BY_VALUE`](crate::layer::model::MAX_BY_VALUE) bytes.
#[doc(hidden)]
#[track_caller]
pub const fn assert_clone<W>() {
    assert_by_value(size_of::<W>(), LAYER, "clone", "copy them in place: `clone_from`");
}

/// The beginning of a message about the weights of a layer.
const LAYER: Large = ["this layer has ", " bytes of weights"];

/// Copies a matrix in place. The matrix's own `clone_from` makes a copy on the stack.
#[doc(hidden)]
#[inline]
pub fn copy<T: Clone, const R: usize, const C: usize>(from: &SMatrix<T, R, C>, to: &mut SMatrix<T, R, C>) {
    to.as_mut_slice().clone_from_slice(from.as_slice());
}

/// Returns the exact type of a value: a coercion cannot change it.
#[doc(hidden)]
pub const fn type_of<W>(_: &W) -> PhantomData<W> {
    PhantomData
}

/// Returns all-zero weights, made in place on the heap. No copy passes through the stack.
#[cfg(feature = "alloc")]
pub fn zeroed_box<T: Scalar, W: Weights<T>>() -> alloc::boxed::Box<W> {
    use alloc::alloc::{alloc_zeroed, handle_alloc_error};
    use core::alloc::Layout;
    const { parts::assert_layout::<T, W>() }
    let layout = Layout::new::<W>();
    if layout.size() == 0 {
        // SAFETY: a box of a zero-sized type is any aligned address. `Box::new(W::zeroed())` would do the same, but in
        // a debug build its frame would hold a whole `W` for every other type.
        return unsafe { alloc::boxed::Box::from_raw(core::ptr::NonNull::<W>::dangling().as_ptr()) };
    }
    // SAFETY: the layout has a size above zero. The memory is zeroed, which is a valid `W` by the contract of
    // `Weights`. It came from the global allocator with the layout of `W`, as `Box::from_raw` demands.
    unsafe {
        let pointer = alloc_zeroed(layout).cast::<W>();
        if pointer.is_null() {
            handle_alloc_error(layout);
        }
        alloc::boxed::Box::from_raw(pointer)
    }
}

// SAFETY: `()` holds no scalar.
unsafe impl<T: Scalar> Weights<T> for () {
    const PARTS: &'static [Part] = &[];
}

/// Defines the weights of a layer: a `repr(C)` struct of matrices, with their names and shapes in weight files.
///
/// The struct may have `#[doc]`, `#[derive]`, lint levels, `#[deprecated]`, `#[must_use]`, `#[non_exhaustive]`, and
/// `#[cfg_attr]` with one of the first two. A field may have `#[doc]`. Other attributes are an error, because they
/// could change the layout.
///
/// A field is `name: Type => [shape as in Keras]`, with a matrix of the struct's scalar `T`. Mark a running state that
/// training does not change with `state`, and a table whose gradient comes by rows with `rows`. A field without
/// scalars has no variable: with `use_bias = false`, the bias is a matrix with 0 columns.
///
/// A shape whose number of axes depends on a constant is an expression of type
/// [`Shape`](crate::spec::shape::Shape) in parentheses: `=> (shape(N))`.
///
/// The shape is in row-major order, as in files, but a matrix is stored in column-major order. A matrix of `O` rows
/// and `I` columns, `SMatrix<T, O, I>`, therefore has the shape `[I, O]`. The compiler checks only the number of
/// scalars.
///
/// ```
/// use nalgebra::{SMatrix, SVector};
/// use nn_core::weights;
///
/// weights! {
///     /// The weights of a layer that scales and counts.
///     pub struct ScaleWeights<T, const N: usize> {
///         /// One factor per feature.
///         scale: SVector<T, N> => [N],
///         /// A running mean.
///         state mean: SVector<T, N> => [N],
///     }
/// }
/// ```
#[macro_export]
macro_rules! weights {
    (
        $(#[$($meta:tt)*])*
        $vis:vis struct $name:ident<T $(, const $constant:ident: usize)* $(,)?> { $($fields:tt)* }
    ) => {
        $crate::weights! { @attributes [] [$([$($meta)*])*] [$vis] $name [$($constant)*] $($fields)* }
    };

    // The allowed attributes of the struct. Any other attribute could change its fields.
    (@attributes [$($kept:tt)*] [[doc $($meta:tt)*] $($rest:tt)*] $($end:tt)*) => {
        $crate::weights! { @attributes [$($kept)* [doc $($meta)*]] [$($rest)*] $($end)* }
    };
    (@attributes [$($kept:tt)*] [[derive $($meta:tt)*] $($rest:tt)*] $($end:tt)*) => {
        $crate::weights! { @attributes [$($kept)* [derive $($meta)*]] [$($rest)*] $($end)* }
    };
    (@attributes [$($kept:tt)*] [[allow $($meta:tt)*] $($rest:tt)*] $($end:tt)*) => {
        $crate::weights! { @attributes [$($kept)* [allow $($meta)*]] [$($rest)*] $($end)* }
    };
    (@attributes [$($kept:tt)*] [[expect $($meta:tt)*] $($rest:tt)*] $($end:tt)*) => {
        $crate::weights! { @attributes [$($kept)* [expect $($meta)*]] [$($rest)*] $($end)* }
    };
    (@attributes [$($kept:tt)*] [[warn $($meta:tt)*] $($rest:tt)*] $($end:tt)*) => {
        $crate::weights! { @attributes [$($kept)* [warn $($meta)*]] [$($rest)*] $($end)* }
    };
    (@attributes [$($kept:tt)*] [[deny $($meta:tt)*] $($rest:tt)*] $($end:tt)*) => {
        $crate::weights! { @attributes [$($kept)* [deny $($meta)*]] [$($rest)*] $($end)* }
    };
    (@attributes [$($kept:tt)*] [[forbid $($meta:tt)*] $($rest:tt)*] $($end:tt)*) => {
        $crate::weights! { @attributes [$($kept)* [forbid $($meta)*]] [$($rest)*] $($end)* }
    };
    (@attributes [$($kept:tt)*] [[deprecated $($meta:tt)*] $($rest:tt)*] $($end:tt)*) => {
        $crate::weights! { @attributes [$($kept)* [deprecated $($meta)*]] [$($rest)*] $($end)* }
    };
    (@attributes [$($kept:tt)*] [[must_use $($meta:tt)*] $($rest:tt)*] $($end:tt)*) => {
        $crate::weights! { @attributes [$($kept)* [must_use $($meta)*]] [$($rest)*] $($end)* }
    };
    (@attributes [$($kept:tt)*] [[non_exhaustive] $($rest:tt)*] $($end:tt)*) => {
        $crate::weights! { @attributes [$($kept)* [non_exhaustive]] [$($rest)*] $($end)* }
    };
    (@attributes [$($kept:tt)*] [[cfg_attr($condition:meta, doc $($meta:tt)*)] $($rest:tt)*] $($end:tt)*) => {
        $crate::weights! { @attributes [$($kept)* [cfg_attr($condition, doc $($meta)*)]] [$($rest)*] $($end)* }
    };
    (@attributes [$($kept:tt)*] [[cfg_attr($condition:meta, derive($($traits:tt)*) $(,)?)] $($rest:tt)*] $($end:tt)*) => {
        $crate::weights! { @attributes [$($kept)* [cfg_attr($condition, derive($($traits)*))]] [$($rest)*] $($end)* }
    };
    (@attributes $kept:tt [[cfg $($meta:tt)*] $($rest:tt)*] $($end:tt)*) => {
        ::core::compile_error! { "`#[cfg(..)]` stands before `weights!`, so that it holds for all that the macro writes" }
    };
    (@attributes $kept:tt [[$($meta:tt)*] $($rest:tt)*] $($end:tt)*) => {
        ::core::compile_error! { ::core::concat!(
            "`#[", ::core::stringify!($($meta)*), "]` cannot stand on a struct of weights, which is `repr(C)` and holds nothing but scalars\n",
            "  = help: there can be `doc`, `derive`, `allow`, `expect`, `warn`, `deny`, `forbid`, `deprecated`, `must_use`, `non_exhaustive`, ",
            "and `cfg_attr` with `doc` or `derive`\n",
            "  = note: explained in nn::errors::nn0112",
        ) }
    };
    (@attributes [$($kept:tt)*] [] [$vis:vis] $name:ident $constants:tt $($fields:tt)*) => {
        $crate::weights! { @fields [$(#$kept)*] [$vis] $name $constants [] $($fields)* }
    };

    (@fields $meta:tt $vis:tt $name:ident $constants:tt [$($done:tt)*]
        $(#[doc $($doc:tt)*])* state $field:ident: $type:ty => [$($dim:expr),*], $($rest:tt)*
    ) => {
        $crate::weights! { @fields $meta $vis $name $constants
            [$($done)* { [$(#[doc $($doc)*])*] $field [$type] [$crate::Shape::new(&[$($dim),*])] false false }] $($rest)* }
    };
    (@fields $meta:tt $vis:tt $name:ident $constants:tt [$($done:tt)*]
        $(#[doc $($doc:tt)*])* rows $field:ident: $type:ty => [$($dim:expr),*], $($rest:tt)*
    ) => {
        $crate::weights! { @fields $meta $vis $name $constants
            [$($done)* { [$(#[doc $($doc)*])*] $field [$type] [$crate::Shape::new(&[$($dim),*])] true true }] $($rest)* }
    };
    (@fields $meta:tt $vis:tt $name:ident $constants:tt [$($done:tt)*]
        $(#[doc $($doc:tt)*])* $field:ident: $type:ty => [$($dim:expr),*], $($rest:tt)*
    ) => {
        $crate::weights! { @fields $meta $vis $name $constants
            [$($done)* { [$(#[doc $($doc)*])*] $field [$type] [$crate::Shape::new(&[$($dim),*])] true false }]
            $($rest)* }
    };
    (@fields $meta:tt $vis:tt $name:ident $constants:tt [$($done:tt)*]
        $(#[doc $($doc:tt)*])* $field:ident: $type:ty => ($shape:expr), $($rest:tt)*
    ) => {
        $crate::weights! { @fields $meta $vis $name $constants
            [$($done)* { [$(#[doc $($doc)*])*] $field [$type] [$shape] true false }] $($rest)* }
    };
    (@fields [$($meta:tt)*] [$vis:vis] $name:ident [$($constant:ident)*]
        [$({ [$($doc:tt)*] $field:ident [$type:ty] [$shape:expr] $trainable:literal $rows:literal })*]
    ) => {
        $($meta)*
        #[derive(::core::fmt::Debug, ::core::cmp::PartialEq)]
        #[repr(C)]
        #[allow(clippy::derive_partial_eq_without_eq)]
        $vis struct $name<T, $(const $constant: usize),*> {
            $($($doc)* pub $field: $type,)*
        }

        impl<T: ::core::clone::Clone, $(const $constant: usize),*> ::core::clone::Clone for $name<T, $($constant),*> {
            fn clone(&self) -> Self {
                const { $crate::weights::assert_clone::<Self>() }
                Self { $($field: ::core::clone::Clone::clone(&self.$field)),* }
            }

            fn clone_from(&mut self, source: &Self) {
                $($crate::weights::copy(&source.$field, &mut self.$field);)*
            }
        }

        // SAFETY: `PARTS` compiles only if every field of this struct, after its attributes, is a matrix of `T`, and
        // if there is no other field. The assertion of the trait rules out padding and a larger alignment.
        unsafe impl<T: $crate::Scalar, $(const $constant: usize),*> $crate::Weights<T> for $name<T, $($constant),*> {
            const PARTS: &'static [$crate::weights::Part] = {
                // Compiles only for a matrix of `T`.
                const fn matrix<T: $crate::Scalar, const R: usize, const C: usize>(
                    _: ::core::marker::PhantomData<$crate::__nalgebra::SMatrix<T, R, C>>,
                    shape: $crate::Shape,
                ) -> bool {
                    ::core::assert!(R * C == 0 || R * C == shape.size(), "a variable has as many scalars as its shape");
                    R * C > 0
                }
                // The struct has exactly these fields, with these types.
                let _ = |weights: &Self| {
                    let Self { $($field),* } = weights;
                    $({
                        let found = $crate::weights::type_of($field);
                        let _: ::core::marker::PhantomData<$type> = found;
                    })*
                };
                &[$({
                    let shape = $shape;
                    $crate::weights::Part::Variable {
                        name: ::core::stringify!($field),
                        shape,
                        trainable: $trainable,
                        rows: $rows,
                    }
                    .when(matrix::<T, _, _>(::core::marker::PhantomData::<$type>, shape))
                }),*]
            };
        }
    };
}

#[cfg(test)]
mod tests;
