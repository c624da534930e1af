//! The struct that `layer!` writes: hyperparameters with defaults, and the documentation of all arguments.

/// The struct of a declared layer.
#[doc(hidden)]
#[macro_export]
macro_rules! __layer_struct {
    // The documentation of a layer, or of one that no graph names.
    (@struct page { [$($doc:literal)*] [] $more:tt $alias:tt } $args:tt $($item:tt)*) => {
        $crate::__layer_struct! { @item [$(#[doc = $doc])* #[doc(hidden)]] $($item)* }
    };
    (@struct $tag:ident { [$($doc:literal)*] [$($example:literal)*] [$($more:literal)*] [$($alias:literal)*] }
        [$({ [$($about:literal)*] $arg:ident $kind:tt $default:tt })*] $($item:tt)*
    ) => {
        $crate::__layer_struct! { @item [
            $(#[doc = $doc])*
            #[doc = $crate::__layer_docs!(@example [$($example)*])]
            #[doc = $crate::__layer_docs!(@head [$($arg)*])]
            $(#[doc = $crate::__layer_docs!(@row $tag $arg $kind $default $($about)*)])*
            #[doc = $crate::__layer_docs!(@foot $tag)]
            #[doc = $crate::__layer_docs!(@constants [$($more)*])]
            $(#[doc = $more])*
            $(#[doc(alias = $alias)])*
        ] $($item)* }
    };

    // The struct of hyperparameters; one without fields is its only value.
    (@item [$(#$about:tt)*]
        $name:ident [$({ $const:ident $($size:literal)? })*] [] [] [default]
    ) => {
        $(#$about)*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<$(const $const: usize $(= $size)?,)*>;

        impl<$(const $const: usize,)*> $name<$($const,)*> {
            /// The only value.
            pub const DEFAULT: Self = $name;
        }
    };
    (@item [$(#$about:tt)*]
        $name:ident [$({ $const:ident $($size:literal)? })*]
        [$({ [$($field_doc:literal)*] $field:ident [$($type:tt)+] $value:tt $said:tt })+]
        [$({ $inner_arg:ident $inner:ident $function:ident })*] [$made:ident $($around:ident)?]
    ) => {
        $(#$about)*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<
            $($around,)? $(const $const: usize $(= $size)?,)* $($inner = $crate::activations::$function,)*
        > {
            $(
                $(#[doc = $field_doc])*
                #[doc = $crate::__layer_docs!(@field $said)]
                pub $field: $($type)+,
            )+
        }

        $crate::__layer_struct! { @made $made $name [$($around)?] [$($const)*] $($field $value)+ }
        $crate::__layer_struct! { @setters $name [$($const)*] [$({ $inner_arg $inner })*] $($field)+ }
    };
    (@made default $name:ident [] [$($const:ident)*] $($field:ident [$value:expr])+) => {
        impl<$(const $const: usize,)*> $name<$($const,)*> {
            /// Keras's defaults.
            pub const DEFAULT: Self = $name { $($field: $value,)+ };
        }
    };
    (@made around $name:ident [$around:ident] [$($const:ident)*] $field:ident []) => {
        impl<$around, $(const $const: usize,)*> $name<$around, $($const,)*> {
            /// Around a layer.
            pub const fn new($field: $around) -> Self {
                $name { $field }
            }
        }
    };
    (@made given $($rest:tt)*) => {};

    // The page's own layer needs no prefix.
    (@names SPEC) => {
        #[allow(unused_imports)]
        use self::SPEC::{Args, Consts, Fields, arg, consts};
    };
    (@names $other:ident) => {};

    // The struct has its name in the module of the declaration.
    (@use page $spec:ident $name:ident) => {
        #[allow(unused_imports)]
        use self::$spec::$name;
    };
    (@use own $spec:ident $name:ident) => {
        #[allow(unused_imports, unreachable_pub)]
        pub use self::$spec::$name;
    };

    // Another activation changes the type. Activations are the first fields.
    (@setters $name:ident $consts:tt [] $($field:ident)+) => {};
    (@setters $name:ident [$($const:ident)*] [{ $first:ident $a:ident }] $same:ident $($field:ident)*) => {
        impl<$(const $const: usize,)* $a: Copy> $name<$($const,)* $a> {
            #[doc = ::core::concat!("The same layer with another `", ::core::stringify!($first), "`.")]
            pub const fn $first<N>(self, $first: N) -> $name<$($const,)* N> {
                $name { $first, $($field: self.$field,)* }
            }
        }
    };
    (@setters $name:ident [$($const:ident)*] [{ $first:ident $a:ident } { $second:ident $b:ident }]
        $same:ident $too:ident $($field:ident)*
    ) => {
        impl<$(const $const: usize,)* $a: Copy, $b: Copy> $name<$($const,)* $a, $b> {
            #[doc = ::core::concat!("The same layer with another `", ::core::stringify!($first), "`.")]
            pub const fn $first<N>(self, $first: N) -> $name<$($const,)* N, $b> {
                $name { $first, $second: self.$second, $($field: self.$field,)* }
            }

            #[doc = ::core::concat!("The same layer with another `", ::core::stringify!($second), "`.")]
            pub const fn $second<N>(self, $second: N) -> $name<$($const,)* $a, N> {
                $name { $first: self.$first, $second, $($field: self.$field,)* }
            }
        }
    };
}

/// Passes on what layers have at run time, or nothing where there is no run time.
#[cfg(feature = "compute")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_compute {
    ($($item:tt)*) => { $($item)* };
}

/// Passes on what layers have at run time, or nothing where there is no run time.
#[cfg(not(feature = "compute"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_compute {
    ($($item:tt)*) => {};
}
