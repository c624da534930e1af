//! `kind!`, the tables of the kinds of arguments that `layer!` knows: a new kind has a row in each.

/// The parts of an argument that depend on its kind.
#[doc(hidden)]
#[macro_export]
macro_rules! __kind {
    // A type of Rust is no kind: `@type` has the error, and nothing else is to be said.
    (@argument $arg:ident [usize $($of:ident)?] $($rest:tt)*) => { $crate::__kind!(@argument $arg [Flag] [] false) };
    (@argument $arg:ident [i64] $($rest:tt)*) => { $crate::__kind!(@argument $arg [Flag] [] false) };
    (@argument $arg:ident [f64] $($rest:tt)*) => { $crate::__kind!(@argument $arg [Flag] [] false) };
    (@argument $arg:ident [f32] $($rest:tt)*) => { $crate::__kind!(@argument $arg [Flag] [] false) };
    (@argument $arg:ident [bool] $($rest:tt)*) => { $crate::__kind!(@argument $arg [Flag] [] false) };
    (@read [usize $($of:ident)?] $value:expr) => { () };
    (@read [i64] $value:expr) => { () };
    (@read [f64] $value:expr) => { () };
    (@read [f32] $value:expr) => { () };
    (@read [bool] $value:expr) => { () };

    // The specification of an argument.
    (@argument $arg:ident [Activation $type:ident] $default:tt $field:literal) => {
        $crate::__kind!(@argument $arg $field $crate::spec::Kind::Activation(::core::stringify!($type)), Layer)
    };
    (@argument $arg:ident [Choice $($text:literal),+] $default:tt $field:literal) => {
        $crate::__kind!(
            @argument $arg $field $crate::spec::Kind::Choice(&[$($text),+]), Is($crate::spec::Value::Choice(0))
        )
    };
    (@argument $arg:ident [Option $kind:ident] $default:tt $field:literal) => {
        $crate::__kind!(@argument $arg $field $crate::spec::Kind::$kind, Layer)
    };
    (@argument $arg:ident [Initializer] $default:tt $field:literal) => {
        $crate::__kind!(@argument $arg $field $crate::spec::Kind::Initializer, Layer)
    };
    (@argument $arg:ident [Ints] [$default:expr] $field:literal) => {
        $crate::__kind!(
            @argument $arg $field $crate::spec::Kind::Ints, Is($crate::spec::Value::ints(&$default))
        )
    };
    (@argument $arg:ident [Axes] [$default:expr] $field:literal) => {
        $crate::__kind!(
            @argument $arg $field $crate::spec::Kind::Axes, Is($crate::spec::Value::ints(&$default))
        )
    };
    (@argument $arg:ident [Pairs] [$default:expr] $field:literal) => {
        $crate::__kind!(
            @argument $arg $field $crate::spec::Kind::Pairs, Is($crate::spec::Value::ints(&$default))
        )
    };
    (@argument $arg:ident [Floats] [$default:expr] $field:literal) => {
        $crate::__kind!(
            @argument $arg $field $crate::spec::Kind::Floats, Is($crate::spec::Value::Floats(<[f64]>::len($default)))
        )
    };
    (@argument $arg:ident [$kind:ident] [$default:expr] $field:literal) => {
        $crate::__kind!(
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

    // The type of an argument in a shape rule, and the code that reads it.
    (@type [Size]) => { usize };
    (@type [Option Size]) => { ::core::option::Option<usize> };
    (@type [Sizes]) => { $crate::spec::shape::Shape };
    (@type [Option Sizes]) => { ::core::option::Option<$crate::spec::shape::Shape> };
    (@type [Int]) => { i64 };
    (@type [Option Ints]) => { ::core::option::Option<&[i64]> };
    (@type [Ints]) => { &[i64] };
    (@type [Axes]) => { &[i64] };
    (@type [Pairs]) => { &[i64] };
    (@type [Option Dims]) => { ::core::option::Option<&[i64]> };
    (@type [Floats]) => { ::core::option::Option<usize> };
    (@type [Option Floats]) => { ::core::option::Option<usize> };
    (@type [Float]) => { ::core::option::Option<f64> };
    (@type [Option Float]) => { ::core::option::Option<f64> };
    (@type [Flag]) => { bool };
    (@type [Choice $($text:literal),+]) => { usize };
    (@type [Layer]) => { $crate::spec::Inferred };
    (@type [usize $($of:ident)?]) => { ::core::compile_error!("the kind of a dimension is `Size`: `units: Size`") };
    (@type [i64]) => { ::core::compile_error!("the kind of a whole number is `Int`: `axis: Int = -1`") };
    (@type [f64]) => { ::core::compile_error!("the kind of a number is `Float`: `pub rate: Float`") };
    (@type [f32]) => { ::core::compile_error!("the kind of a number is `Float`: `pub rate: Float`") };
    (@type [bool]) => { ::core::compile_error!("the kind of a flag is `Flag`: `use_bias: Flag = true`") };
    (@type $other:tt) => { $crate::spec::Value };
    (@read [Size] $value:expr) => { $value.as_size() };
    (@read [Option Size] $value:expr) => { $value.as_optional_size() };
    (@read [Sizes] $value:expr) => { $value.as_sizes() };
    (@read [Option Sizes] $value:expr) => { $value.as_optional_sizes() };
    (@read [Int] $value:expr) => { $value.as_int() };
    (@read [Option Ints] $value:expr) => { $value.as_optional_ints() };
    (@read [Ints] $value:expr) => { $value.as_ints() };
    (@read [Axes] $value:expr) => { $value.as_ints() };
    (@read [Pairs] $value:expr) => { $value.as_ints() };
    (@read [Option Dims] $value:expr) => { $value.as_optional_ints() };
    (@read [Floats] $value:expr) => { $value.as_floats() };
    (@read [Option Floats] $value:expr) => { $value.as_floats() };
    (@read [Float] $value:expr) => { $value.as_float() };
    (@read [Option Float] $value:expr) => { $value.as_float() };
    (@read [Flag] $value:expr) => { $value.as_flag() };
    (@read [Choice $($text:literal),+] $value:expr) => { $value.as_choice() };
    (@read [Layer] $value:expr) => { $value.as_layer() };
    (@read $other:tt $value:expr) => { $value };

    // The default of a field.
    (@value [Initializer] [$default:expr]) => {{
        use $crate::weights::initializers::Initializer::*;
        $default
    }};
    (@value [Regularizer] []) => { $crate::weights::regularizers::Regularizer::NONE };
    (@value [Constraint] []) => { $crate::weights::constraints::Constraint::None };
    (@value $kind:tt [$default:expr]) => { $default };

    // A `pub` argument whose kind only the shape rule reads.
    (@no_field $kind:ident { $doc:tt $arg:ident $($more:tt)* } $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "`", ::core::stringify!($arg), ": ", ::core::stringify!($kind), "` is not `pub`: it is no field of the struct. ",
            "The shape rule makes of it a constant of the type, or a field in `pub rule { .. }`"
        ));
    };
}
