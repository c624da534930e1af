//! `layer!`, the declaration of a layer: each argument and each constant has its name in one place.

/// Declares a layer at the top of its page. This is all of [`Flatten`](crate::layers::flatten) and a part of
/// [`Dense`](crate::layers::dense):
///
/// ```ignore
/// layer! {
///     /// All axes of a sample of `N` scalars as one.
///     pub struct Flatten<N> {}
///
///     pub const SPEC: LayerSpec { copies: true, infer: rule!(infer) }
/// }
///
/// layer! {
///     /// The fully connected layer from `I` features to `O`; `B` is 1 with a bias and 0 without.
///     pub struct Dense<I, O, B> {
///         /// The features of the output.
///         units: Size,
///         /// Whether there is a bias.
///         use_bias: Flag = true,
///         /// The initial kernel.
///         pub kernel_initializer: Initializer = GlorotUniform,
///     }
///
///     pub const SPEC: LayerSpec {
///         weights: DenseWeights<I, O, B>,
///         folding: Folding::Affine { units: consts::O, bias: consts::B },
///         infer: rule!(infer),
///     }
/// }
/// ```
///
/// **Constants.** `I`, `O` and `B` are `usize` constants of the type, in the order in which the shape rule returns them.
///
/// **Arguments** stand in Keras's order. One that is `pub` is a field of the struct, which the run time reads; the others
/// are for the graph and the shape rule. The kinds are those of [`Kind`](crate::spec::Kind):
///
/// | declaration | without a default |
/// |---|---|
/// | `units: Size`, `kernel_size: Sizes`, `dims: Ints = [-1]`, `rate: Float = 0.5` | it must be given |
/// | `axis: Int = -1`, `use_bias: Flag = true` | |
/// | `length: Option<Size>`, `max_value: Option<Float> = f64::INFINITY` | the rule reads `None`; the field has the default |
/// | `merge_mode: Choice { CONCAT = "concat", SUM = "sum" }` | the first; `merge_mode::SUM` is the index of a name |
/// | `pub kernel_initializer: Initializer = Zeros` | |
/// | `pub kernel_regularizer: Regularizer`, `pub kernel_constraint: Constraint` | none |
/// | `pub activation: Activation<A> = Tanh` | `A` is a type argument of the layer, behind its constants |
/// | `activation: ActivationAfter`, `activity_regularizer: ActivityAfter` | none |
/// | `pub layer: Layer<L>` | `L` is the first type argument; the struct has `new(layer)` |
///
/// **Rule.** Fields whose values the shape rule finds ([`Inferred::field`](crate::spec::Inferred::field)) stand behind the
/// arguments: `pub rule { padding_top, padding_left }`. They are of `usize`, and take no constant of the type.
///
/// **Facts** are the fields of [`LayerSpec`](crate::spec::LayerSpec). `weights` comes first and names the constants that the
/// weights have.
///
/// The page gets
/// - the struct with `DEFAULT`, if every field has a default; its documentation lists all arguments;
/// - `SPEC`;
/// - `Args(args)` for the shape rule: `args.units()` is a `usize`, `args.use_bias()` a `bool`;
/// - `arg::units` and `consts::O`, the places of an argument and of a constant, for facts and for the blame of errors.
///
/// A page may declare further layers, which no graph names. Their specifications have other names, and `Args`, `arg` and
/// `consts` are then in a module of that name: `JOIN::Args(args)`.
macro_rules! layer {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident $(<$($const:ident $(= $size:literal)?),+>)? { $($args:tt)* }

        $(pub rule { $($(#[doc = $found_doc:literal])* $found:ident,)* })?

        pub const $spec:ident: $type:ident { $($facts:tt)* }
    ) => {
        $crate::spec::layer! {
            @sort { [$($doc)*] $name [$($({ $const $($size)? })+)?] [$($($found)*)?] $spec $type { $($facts)* } }
            [] [$($({ [$($found_doc)*] $found [usize] [0] [] })*)?] [] [default] $($args)*
        }
    };

    // Sorts the arguments, one at a time: `[all] [fields] [type arguments] [how the struct is made]`.
    (@sort $layer:tt [$($all:tt)*] [$($fields:tt)*] [$($types:tt)*] $made:tt
        $(#[doc = $doc:literal])* pub $arg:ident: Activation<$type:ident> = $default:ident, $($rest:tt)*
    ) => {
        $crate::spec::layer! { @sort $layer
            [$($all)* { [$($doc)*] $arg [Activation $default] [$default] true }]
            [$($fields)* { [$($doc)*] $arg [$type] [$crate::activations::$default] [$default] }]
            [$($types)* { $type $default }] $made $($rest)* }
    };
    (@sort $layer:tt [] [] [] [default]
        $(#[doc = $doc:literal])* pub $arg:ident: Layer<$type:ident>, $($rest:tt)*
    ) => {
        $crate::spec::layer! { @sort $layer
            [{ [$($doc)*] $arg [Layer] [] false }] [{ [$($doc)*] $arg [$type] [] [] }] [] [around $type] $($rest)* }
    };
    (@sort $layer:tt [$($all:tt)*] $fields:tt $types:tt $made:tt
        $(#[doc = $doc:literal])* $arg:ident: Choice { $($choice:ident = $text:literal),+ }, $($rest:tt)*
    ) => {
        #[allow(dead_code, unreachable_pub)]
        mod $arg {
            #[allow(clippy::upper_case_acronyms, non_camel_case_types)]
            enum Place { $($choice),+ }
            $(pub const $choice: usize = Place::$choice as usize;)+
        }

        $crate::spec::layer! { @sort $layer
            [$($all)* { [$($doc)*] $arg [Choice $($text),+] [] false }] $fields $types $made $($rest)* }
    };
    (@sort $layer:tt [$($all:tt)*] [$($fields:tt)*] $types:tt $made:tt
        $(#[doc = $doc:literal])* pub $arg:ident: Float, $($rest:tt)*
    ) => {
        $crate::spec::layer! { @sort $layer
            [$($all)* { [$($doc)*] $arg [Float] [] true }]
            [$($fields)* { [$($doc)*] $arg [f64] [] [required] }] $types [given] $($rest)* }
    };
    (@sort $layer:tt [$($all:tt)*] [$($fields:tt)*] $types:tt $made:tt
        $(#[doc = $doc:literal])* pub $arg:ident: $kind:ident $(<$of:ident>)? $(= $default:expr)?, $($rest:tt)*
    ) => {
        $crate::spec::layer! { @sort $layer
            [$($all)* { [$($doc)*] $arg [$kind $($of)?] [$($default)?] true }]
            [$($fields)* {
                [$($doc)*] $arg [$crate::spec::layer!(@field $kind $($of)?)]
                [$crate::spec::layer!(@value [$kind $($of)?] [$($default)?])] [$($default)?]
            }]
            $types $made $($rest)* }
    };
    (@sort $layer:tt [$($all:tt)*] $fields:tt $types:tt $made:tt
        $(#[doc = $doc:literal])* $arg:ident: $kind:ident $(<$of:ident>)? $(= $default:expr)?, $($rest:tt)*
    ) => {
        $crate::spec::layer! { @sort $layer
            [$($all)* { [$($doc)*] $arg [$kind $($of)?] [$($default)?] false }] $fields $types $made $($rest)* }
    };
    (@sort { $doc:tt $name:ident [$({ $const:ident $($size:literal)? })*] [$($found:ident)*] $spec:ident $type:ident $facts:tt }
        [$({ [$($about:literal)*] $arg:ident $kind:tt $default:tt $field:literal })*] $fields:tt $types:tt $made:tt
    ) => {
        #[allow(dead_code, non_snake_case, unreachable_pub)]
        mod $spec {
            /// The arguments as a shape rule sees them, by name.
            #[derive(Clone, Copy)]
            pub struct Args<'a>(pub &'a [$crate::spec::Value]);

            impl Args<'_> {
                $(
                    $(#[doc = $about])*
                    pub const fn $arg(&self) -> $crate::spec::layer!(@type $kind) {
                        $crate::spec::layer!(@read $kind self.0[arg::$arg])
                    }
                )*
            }

            /// The places of the arguments.
            #[allow(non_camel_case_types, non_upper_case_globals)]
            pub mod arg {
                enum Place { $($arg),* }
                $(pub const $arg: usize = Place::$arg as usize;)*
            }

            /// The places of the constants of the type.
            #[allow(clippy::upper_case_acronyms, non_camel_case_types)]
            pub mod consts {
                enum Place { $($const),* }
                $(pub const $const: usize = Place::$const as usize;)*
            }

            #[cfg(feature = "compute")]
            $crate::spec::layer! {
                @struct $doc [$({ [$($about)*] $arg $kind $default })*]
                $name [$({ $const $($size)? })*] $fields $types $made
            }
        }

        #[cfg(feature = "compute")]
        #[allow(unused_imports)]
        use self::$spec::$name;
        $crate::spec::layer! { @names $spec }

        #[doc = ::core::concat!(
            "`", ::core::stringify!($name), "(", ::core::stringify!($($arg),*), ")`, as a graph sees it."
        )]
        pub const $spec: $type = $crate::spec::layer! {
            @spec
            [
                name: ::core::stringify!($name),
                module: $crate::spec::page(::core::module_path!()),
                args: &[$($crate::spec::layer!(@argument $arg $kind $default $field)),*],
                consts: <[&str]>::len(&[$(::core::stringify!($const)),*]),
                fields: &[$(::core::stringify!($found)),*],
            ]
            $name $spec $facts
        };
    };

    // The page's own layer needs no prefix.
    (@names SPEC) => {
        #[allow(unused_imports)]
        use self::SPEC::{Args, arg, consts};
    };
    (@names $other:ident) => {};

    (@spec [$($known:tt)*] $name:ident $spec:ident {
        weights: $weights:ident<$($const:ident),+>, $($fact:ident: $value:expr),* $(,)?
    }) => {
        $crate::spec::LayerSpec {
            $($known)*
            weight_consts: $crate::spec::leading(
                [::core::stringify!($name), ::core::stringify!($weights)], &[$(self::$spec::consts::$const),+]
            ),
            $($fact: $value,)*
            ..$crate::spec::LayerSpec::BASE
        }
    };
    (@spec [$($known:tt)*] $name:ident $spec:ident { $($fact:ident: $value:expr),* $(,)? }) => {
        $crate::spec::LayerSpec { $($known)* $($fact: $value,)* ..$crate::spec::LayerSpec::BASE }
    };

    // An argument of the specification.
    (@argument $arg:ident [Activation $type:ident] $default:tt $field:literal) => {
        $crate::spec::layer!(@argument $arg $field $crate::spec::Kind::Activation(::core::stringify!($type)), Layer)
    };
    (@argument $arg:ident [Choice $($text:literal),+] $default:tt $field:literal) => {
        $crate::spec::layer!(
            @argument $arg $field $crate::spec::Kind::Choice(&[$($text),+]), Is($crate::spec::Value::Choice(0))
        )
    };
    (@argument $arg:ident [Option $kind:ident] $default:tt $field:literal) => {
        $crate::spec::layer!(@argument $arg $field $crate::spec::Kind::$kind, Layer)
    };
    (@argument $arg:ident [Initializer] $default:tt $field:literal) => {
        $crate::spec::layer!(@argument $arg $field $crate::spec::Kind::Initializer, Layer)
    };
    (@argument $arg:ident [Ints] [$default:expr] $field:literal) => {
        $crate::spec::layer!(
            @argument $arg $field $crate::spec::Kind::Ints, Is($crate::spec::Value::ints(&$default))
        )
    };
    (@argument $arg:ident [$kind:ident] [$default:expr] $field:literal) => {
        $crate::spec::layer!(
            @argument $arg $field $crate::spec::Kind::$kind, Is($crate::spec::Value::$kind($default))
        )
    };
    (@argument $arg:ident [$kind:ident] [] $field:literal) => {
        $crate::spec::ArgSpec::new(::core::stringify!($arg), $crate::spec::Kind::$kind, $field)
    };
    (@argument $arg:ident $field:literal $kind:expr, $default:ident $(($value:expr))?) => {
        $crate::spec::ArgSpec {
            name: ::core::stringify!($arg),
            kind: $kind,
            default: $crate::spec::Default::$default $(($value))?,
            field: $field,
        }
    };

    // The type of an argument in a shape rule, and how it is read.
    (@type [Size]) => { usize };
    (@type [Option Size]) => { ::core::option::Option<usize> };
    (@type [Int]) => { i64 };
    (@type [Ints]) => { &[i64] };
    (@type [Float]) => { ::core::option::Option<f64> };
    (@type [Option Float]) => { ::core::option::Option<f64> };
    (@type [Flag]) => { bool };
    (@type [Choice $($text:literal),+]) => { usize };
    (@type [Layer]) => { $crate::spec::Inferred };
    (@type $other:tt) => { $crate::spec::Value };
    (@read [Size] $value:expr) => { $value.as_size() };
    (@read [Option Size] $value:expr) => { $value.as_optional_size() };
    (@read [Int] $value:expr) => { $value.as_int() };
    (@read [Ints] $value:expr) => { $value.as_ints() };
    (@read [Float] $value:expr) => { $value.as_float() };
    (@read [Option Float] $value:expr) => { $value.as_float() };
    (@read [Flag] $value:expr) => { $value.as_flag() };
    (@read [Choice $($text:literal),+] $value:expr) => { $value.as_choice() };
    (@read [Layer] $value:expr) => { $value.as_layer() };
    (@read $other:tt $value:expr) => { $value };

    // The struct of hyperparameters; one without fields is its only value.
    (@struct [$($doc:literal)*] [$({ [$($about:literal)*] $arg:ident $kind:tt $default:tt })*]
        $name:ident [$({ $const:ident $($size:literal)? })*] [] [] [default]
    ) => {
        $(#[doc = $doc])*
        #[doc = ""]
        $(#[doc = $crate::spec::layer!(@about $arg $kind $default $($about)*)])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<$(const $const: usize $(= $size)?,)*>;

        impl<$(const $const: usize,)*> $name<$($const,)*> {
            /// The only value.
            pub const DEFAULT: Self = $name;
        }
    };
    (@struct [$($doc:literal)*] [$({ [$($about:literal)*] $arg:ident $kind:tt $default:tt })*]
        $name:ident [$({ $const:ident $($size:literal)? })*]
        [$({ [$($field_doc:literal)*] $field:ident [$($type:tt)+] $value:tt [$($said:expr)?] })+]
        [$({ $inner:ident $function:ident })*] [$made:ident $($around:ident)?]
    ) => {
        $(#[doc = $doc])*
        #[doc = ""]
        $(#[doc = $crate::spec::layer!(@about $arg $kind $default $($about)*)])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<
            $($around,)? $(const $const: usize $(= $size)?,)* $($inner = $crate::activations::$function,)*
        > {
            $(
                $(#[doc = $field_doc])*
                $(#[doc = ::core::concat!("\n\nDefault: `", ::core::stringify!($said), "`.")])?
                pub $field: $($type)+,
            )+
        }

        $crate::spec::layer! { @made $made $name [$($around)?] [$($const)*] $($field $value)+ }
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

    // The type of a field, and its default.
    (@field Float) => { f64 };
    (@field Option Float) => { f64 };
    (@field Flag) => { bool };
    (@field Initializer) => { $crate::initializers::Initializer };
    (@field Regularizer) => { $crate::regularizers::Regularizer };
    (@field Constraint) => { $crate::constraints::Constraint };
    (@value [Initializer] [$default:expr]) => {{
        use $crate::initializers::Initializer::*;
        $default
    }};
    (@value [Regularizer] []) => { $crate::regularizers::Regularizer::NONE };
    (@value [Constraint] []) => { $crate::constraints::Constraint::None };
    (@value $kind:tt [$default:expr]) => { $default };

    // The documentation of an argument: a line of a list.
    (@about $arg:ident $kind:tt $default:tt $($about:literal)*) => {
        ::core::concat!(
            "- `", ::core::stringify!($arg), "` (", $crate::spec::layer!(@words $kind),
            $crate::spec::layer!(@otherwise $kind $default), "):" $(, $about)*
        )
    };
    (@words [Size]) => { "a dimension" };
    (@words [Option Size]) => { "a dimension" };
    (@words [Sizes]) => { "a dimension, or a list of them" };
    (@words [Int]) => { "a whole number" };
    (@words [Option Int]) => { "a whole number" };
    (@words [Ints]) => { "whole numbers" };
    (@words [Float]) => { "a number" };
    (@words [Option Float]) => { "a number" };
    (@words [Flag]) => { "a flag" };
    (@words [Choice $($text:literal),+]) => { ::core::concat!("one of" $(, " `", $text, "`")+) };
    (@words [Activation $default:ident]) => { "an activation" };
    (@words [ActivationAfter]) => { "an activation" };
    (@words [Initializer]) => { "an initializer" };
    (@words [Regularizer]) => { "a regularizer" };
    (@words [ActivityAfter]) => { "a regularizer" };
    (@words [Constraint]) => { "a constraint" };
    (@words [Layer]) => { "a layer" };
    (@otherwise [Size] []) => { ", required" };
    (@otherwise [Sizes] []) => { ", required" };
    (@otherwise [Ints] []) => { ", required" };
    (@otherwise [Float] []) => { ", required" };
    (@otherwise [Layer] []) => { ", required" };
    (@otherwise [Choice $first:literal $(, $text:literal)*] []) => { "; the first by default" };
    (@otherwise $kind:tt []) => { "; none by default" };
    (@otherwise $kind:tt [$default:expr]) => { ::core::concat!("; `", ::core::stringify!($default), "` by default") };
}
pub(crate) use layer;

/// The page of a layer: the last part of the path of its module.
pub(crate) const fn page(module: &'static str) -> &'static str {
    let mut start = module.len();
    while start > 0 && module.as_bytes()[start - 1] != b':' {
        start -= 1;
    }
    module.split_at(start).1
}

/// The number of constants that the weights of a layer have.
///
/// # Panics
/// If the weights have another name than `DenseWeights` for `Dense`, or other constants than the leading ones.
pub(crate) const fn leading([layer, weights]: [&str; 2], consts: &[usize]) -> Option<usize> {
    let mut i = 0;
    while i < consts.len() {
        assert!(consts[i] == i, "weights have the leading constants of their layer, in the same order");
        i += 1;
    }
    let (mut i, suffix) = (0, b"Weights");
    assert!(weights.len() == layer.len() + suffix.len(), "the weights of `Dense` are `DenseWeights`");
    while i < weights.len() {
        let expected = if i < layer.len() { layer.as_bytes()[i] } else { suffix[i - layer.len()] };
        assert!(weights.as_bytes()[i] == expected, "the weights of `Dense` are `DenseWeights`");
        i += 1;
    }
    Some(consts.len())
}
