//! The code that `layer!` writes for a user's own layer, so that a graph can name it.

/// A user's own layer in a graph.
#[doc(hidden)]
#[macro_export]
macro_rules! __layer_component {
    // A user's own layer as a part of a graph.
    (@component page $($layer:tt)*) => {};
    (@component own $traits:tt $name:ident [$($const:ident)*] $spec:ident $fields:tt [] [$made:ident] $facts:tt) => {
        impl<$(const $const: usize,)*> $crate::layer::Component for $name<$($const,)*> {
            $crate::__layer_component! { @layer $name [$($const)*] [__A __B __C __D __E __F __G __H] [] }
            const FOLDS: bool = $crate::__layer_component!(@folds $traits);
            const ARGUMENTS: &'static [$crate::spec::ArgSpec] = super::$spec.args;
            const PASSES_MASK: bool = ::core::matches!(super::$spec.masking, $crate::spec::Masking::Passes);
            const HEEDS_MASK: bool = !::core::matches!(super::$spec.masking, $crate::spec::Masking::Drops);
        }

        const _: () = $crate::layer::given::assert_own(&super::$spec);
        $crate::__layer_component! { @cell $traits $spec }
        $crate::__layer_component! { @form $traits $name }

        $crate::__layer_component! { @rule $name [$($const)*] $spec $fields $facts }
    };
    (@component own $traits:tt $name:ident $consts:tt $spec:ident $fields:tt $types:tt $made:tt $facts:tt) => {
        ::core::compile_error!("a layer of one's own has no argument of kind `Activation` or `Layer`");
    };
    (@form [Folds $($other:ident)*] $name:ident) => {
        const _: () = $crate::layer::given::assert_form(
            <$name as $crate::layer::Component>::ARGUMENTS,
            <<$name as $crate::layer::Folds>::Folded as $crate::layer::Component>::ARGUMENTS,
        );
    };
    (@form [$trait:ident $($other:ident)*] $name:ident) => { $crate::__layer_component! { @form [$($other)*] $name } };
    (@form [] $name:ident) => {};
    (@folds []) => { false };
    (@folds [Folds $($other:ident)*]) => { true };
    (@folds [$trait:ident $($other:ident)*]) => { $crate::__layer_component!(@folds [$($other)*]) };
    (@cell [Cell] $spec:ident) => {
        const _: () = $crate::layer::given::assert_cell(&super::$spec);
    };
    (@cell $other:tt $spec:ident) => {};
    (@layer $name:ident [$const:ident $($consts:ident)*] [$here:ident $($heres:ident)*] [$($taken:ident)*]) => {
        $crate::__layer_component! { @layer $name [$($consts)*] [$($heres)*] [$($taken)* $here] }
    };
    (@layer $name:ident [] $rest:tt [$($taken:ident)*]) => {
        type Layer<
            const __A: usize,
            const __B: usize,
            const __C: usize,
            const __D: usize,
            const __E: usize,
            const __F: usize,
            const __G: usize,
            const __H: usize,
        > = $name<$($taken),*>;
    };
    (@layer $name:ident $consts:tt [] $taken:tt) => {
        ::core::compile_error!("a layer has at most 8 constants");
    };
    (@rule $name:ident $consts:tt $spec:ident $fields:tt {
        weights: $weights:ident<$($const:ident),+>, $($facts:tt)*
    }) => {
        $crate::__layer_component! { @rule $name $consts $spec $fields { $($facts)* } }
    };
    (@rule $name:ident [$($const:ident)*] $spec:ident
        [$({ $doc:tt $field:ident [$($type:tt)+] [$($value:expr)?] $said:tt })*] { infer: rule!($rule:ident) $($facts:tt)* }
    ) => {
        impl<$(const $const: usize,)*> $name<$($const,)*> {
            /// The shape rule with the arguments of a graph.
            #[doc(hidden)]
            pub const fn __infer(
                given: &[$crate::layer::given::Argument],
                inputs: &[$crate::Shape],
            ) -> ::core::result::Result<$crate::spec::Inferred, $crate::ShapeError> {
                match $crate::layer::given::values::<{ super::$spec.args.len() }>(&super::$spec, given, inputs.len()) {
                    ::core::result::Result::Ok(args) => {
                        $crate::layer::given::found(&super::$spec, given, inputs, super::$rule(&args, inputs))
                    }
                    ::core::result::Result::Err(error) => ::core::result::Result::Err(error),
                }
            }

            /// The layer with the arguments of a graph.
            #[doc(hidden)]
            pub const fn __made(given: &[$crate::layer::given::Argument], found: &$crate::spec::Inferred) -> Self {
                let (_, _) = (given, found);
                $name {
                    $($field: $crate::layer::given::Field::<$($type)+>::read(
                        &super::$spec,
                        given,
                        found,
                        ::core::stringify!($field),
                        $crate::__layer_component!(@optional $($value)?),
                    ),)*
                }
            }

            /// The number of constants of the weights.
            #[doc(hidden)]
            pub const __WEIGHT_CONSTS: usize = match super::$spec.weight_consts {
                ::core::option::Option::Some(count) => count,
                ::core::option::Option::None => 0,
            };
        }
    };
    (@rule $name:ident $consts:tt $spec:ident $fields:tt { $fact:ident: $value:expr, $($facts:tt)* }) => {
        $crate::__layer_component! { @rule $name $consts $spec $fields { $($facts)* } }
    };
    (@rule $($layer:tt)*) => {
        ::core::compile_error!("a layer has a shape rule: `infer: rule!(infer)`");
    };
    (@optional) => { ::core::option::Option::None };
    (@optional $value:expr) => { ::core::option::Option::Some($value) };
}
