//! `fields!`, the declaration of fields that the pages of a family share.

/// Declares a struct of fields that a shape rule finds, for `pub rule geometry: Geometry;` in `layer!`.
///
/// The struct gets `NAMES` and `NONE`, which `layer!` reads, and
/// - `list()` for the findings of a rule: `Inferred::new(..).with(&geometry.list())`;
/// - `found(&inferred)`, the values that a rule found.
macro_rules! fields {
    (
        $(#[doc = $about:literal])*
        pub struct $name:ident { $($(#[doc = $doc:literal])+ $field:ident,)+ }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: usize,)+
        }

        impl $name {
            /// The names of the fields.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($field)),+];

            /// Nothing.
            pub const NONE: $name = $name { $($field: 0,)+ };

            /// Returns the fields with their names, for [`Inferred::with`](crate::spec::Inferred::with).
            pub const fn list(&self) -> [(&'static str, usize); $name::NAMES.len()] {
                [$((stringify!($field), self.$field)),+]
            }

            /// Returns the values that a shape rule found.
            ///
            /// # Panics
            /// If the rule found none.
            pub const fn found(found: &$crate::spec::Inferred) -> Self {
                $name { $($field: found.value(stringify!($field)),)+ }
            }
        }

        #[cfg(feature = "compute")]
        impl $crate::layer::variables::OfVariable for $name {}
    };
}
pub(crate) use fields;
