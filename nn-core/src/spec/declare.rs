//! `layer!`, the declaration of a layer: the name of each argument and each constant stands in one place.

mod component;
mod docs;
mod fields;
mod names;
mod structure;
mod traits;

pub(crate) use fields::fields;
#[doc(hidden)]
pub use names::{leading, page};

/// Declares a layer at the top of its page. This is all of [`Flatten`](crate::layers::reshaping::flatten) and a part of
/// [`Dense`](crate::layers::dense):
///
/// ```ignore
/// layer! {
///     /// All axes of a sample of `N` scalars as one.
///     pub struct Flatten<N> {
///         /// The order of the axes. Channels are last.
///         data_format: Choice { CHANNELS_LAST = "channels_last" },
///     }
///
///     pub const SPEC: LayerSpec { copies: true, infer: rule!(infer) }
/// }
///
/// layer! {
///     /// Every output feature as a weighted sum of all input features.
///     #[example = "let y = Dense(10)(x); // [64] → [10]"]
///     /// `I` and `O` are the features of the input and the output; `B` is 1 with a bias, else 0.
///     #[doc(alias = "Linear")]
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
/// **Documentation.** An example is a line of a graph; its comment has the shapes of inputs and outputs. A test expands
/// it. The page of the struct shows the lines before the examples, the examples, a table of the arguments, and then
/// the lines about the constants. A layer without an example has no name in a graph, and is hidden.
///
/// **Constants.** `I`, `O` and `B` are `usize` constants of the type, in the order in which the shape rule returns
/// them.
///
/// **Arguments** stand in Keras's order. A `pub` argument is a field of the struct, which the run time reads; the
/// others are for the graph and the shape rule. The kinds are those of [`Kind`](crate::spec::Kind):
///
/// | declaration | if it is not given |
/// |---|---|
/// | `units: Size`, `kernel_size: Sizes`, `dims: Ints`, `pub rate: Float` | an error |
/// | `axes: Ints = [-1]`, `axis: Int = -1`, `use_bias: Flag = true`, `pub epsilon: Float = 1e-3` | the default |
/// | `padding: Pairs = [1]`, `axis: Axes = [-1]`, `noise_shape: Option<Dims>`, `pub mean: Option<Floats> = &[]` | the same |
/// | `length: Option<Size>`, `strides: Option<Sizes>`, `output_padding: Option<Ints>`, `pub max_value: Option<Float> = f64::INFINITY` | `None` for the rule, the default in the field |
/// | `merge_mode: Choice { CONCAT = "concat", SUM = "sum" }` | the first; `merge_mode::SUM` is the index of a name |
/// | `pub kernel_initializer: Initializer = Zeros` | the default |
/// | `pub kernel_regularizer: Regularizer`, `pub kernel_constraint: Constraint` | none |
/// | `pub activation: Activation<A> = Tanh` | the default; `A` is a type argument of the layer, behind its constants |
/// | `activation: ActivationAfter`, `activity_regularizer: ActivityAfter` | none; they are layers behind this one |
/// | `pub layer: Layer<L>` | an error; `L` is the first type argument, and the struct has `new(layer)` |
///
/// **Rule.** Fields whose values the shape rule finds ([`Inferred::field`](crate::spec::Inferred::field)) stand behind
/// the arguments: `pub rule { padding_top, padding_left }`. Their type is `usize`, and they take no constant of the
/// type. Fields that pages share are a struct that `fields!` declares: `pub rule geometry: Geometry;`.
///
/// **Facts** are the fields of [`LayerSpec`](crate::spec::LayerSpec). `weights` comes first and names the constants of
/// the weights.
///
/// **Traits.** The declaration also implements [`Train`](crate::layer::Train) and [`Ends`](crate::layer::Ends).
/// `kernel_regularizer` and `kernel_constraint` are a penalty and a bound on the variable `kernel` of the weights. If
/// a page implements one of these traits itself, it says so at the end: `impl Train, Ends;`. A recurrent page says
/// `impl Cell;` or `impl Recurrent;`.
///
/// The page gets
/// - the struct with `DEFAULT`, if every field has a default, and a function for each inner activation, which changes
///   the type;
/// - `SPEC`;
/// - `Args(args)` for the shape rule: `args.units()` is a `usize`, `args.use_bias()` a `bool`;
/// - `Consts { I, O, B }.list()` and `Fields { padding_top, padding_left }.list()` for the findings of the rule: rustc
///   checks that they are complete;
/// - `arg::units` and `consts::O`, the places of an argument and of a constant, for facts and for blame in errors.
///
/// A page may declare further layers that no graph names. Their specifications have other names. Their items are then
/// in a module of that name: `JOIN::Args(args)`.
macro_rules! layer {
    ($($declaration:tt)*) => { $crate::__layer! { @page $($declaration)* } };
}
pub(crate) use layer;

/// The parts of [`layer!`], for the pages of the library and for users' own layers.
#[doc(hidden)]
#[macro_export]
macro_rules! __layer {
    (@page
        $(#[doc = $doc:literal])* $($(#[example = $example:literal])+ $(#[doc = $more:literal])*)?
        $(#[doc(alias = $alias:literal)])*
        pub struct $name:ident $(<$($const:ident $(= $size:literal)?),+>)? { $($args:tt)* }

        $(pub rule { $($(#[doc = $found_doc:literal])* $found:ident,)* })?
        $($(#[doc = $group_doc:literal])* pub rule $group:ident: $group_type:ident;)?

        pub const $spec:ident: $type:ident { $($facts:tt)* }

        $(impl $($trait:ident),+;)?
    ) => {
        $crate::__layer! {
            @sort {
                page [$($($trait)+)?]
                { [$($doc)*] [$($($example)+)?] [$($($more)*)?] [$($alias)*] }
                $name [$($({ $const $($size)? })+)?] [$($($found)*)? $(; $group $group_type)?]
                $spec $type { $($facts)* }
            }
            [] [
                $($({ [$($found_doc)*] $found [usize] [0] [] })*)?
                $({ [$($group_doc)*] $group [$group_type] [$group_type::NONE] [] })?
            ] [] [default] $($args)*
        }
    };
    // The name of a type may stand in a graph without its constants, so they have defaults.
    (@own $(#$about:tt)* pub struct $name:ident $(<$($const:ident),+ $(,)?>)?; $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "a layer has braces around its arguments, also without any: `pub struct ", ::core::stringify!($name), " {}`"
        ));
    };
    (@own
        $(#[doc = $doc:literal])* $($(#[example = $example:literal])+ $(#[doc = $more:literal])*)?
        $(#[doc(alias = $alias:literal)])*
        pub struct $name:ident $(<$($const:ident),+ $(,)?>)? { $($args:tt)* }

        $(pub rule { $($(#[doc = $found_doc:literal])* $found:ident,)* })?

        pub const $spec:ident: $type:ident { $($facts:tt)* }

        $(impl $($trait:ident),+;)?
    ) => {
        $crate::__layer! { @first [] [$($facts)*] {
            @sort {
                own [$($($trait)+)?]
                { [$($doc)*] [$($($example)+)?] [$($($more)*)?] [$($alias)*] }
                $name [$($({ $const 0 })+)?] [$($($found)*)?] $spec $type { $($facts)* }
            }
            [] [$($({ [$($found_doc)*] $found [usize] [0] [] })*)?] [] [default] $($args)*
        } }
    };
    // `weights` comes first among the facts. It is not an expression, so it cannot be told from a preceding one.
    (@first $before:tt [] { $($sort:tt)* }) => { $crate::__layer! { $($sort)* } };
    (@first [] [weights: $($facts:tt)*] { $($sort:tt)* }) => { $crate::__layer! { $($sort)* } };
    (@first $before:tt [weights: $($facts:tt)*] $sort:tt) => {
        ::core::compile_error!("`weights` stands first among the facts: `LayerSpec { weights: .., infer: rule!(infer) }`");
    };
    (@first $before:tt [$fact:tt $($facts:tt)*] $sort:tt) => { $crate::__layer! { @first [$fact] [$($facts)*] $sort } };

    // Sorts the arguments, one at a time: `[all] [fields] [type arguments] [how the struct is made]`.
    (@sort $layer:tt [$($all:tt)*] [$($fields:tt)*] [$($types:tt)*] $made:tt
        $(#[doc = $doc:literal])* pub $arg:ident: Activation<$type:ident> = $default:ident, $($rest:tt)*
    ) => {
        $crate::__layer! { @sort $layer
            [$($all)* { [$($doc)*] $arg [Activation $default] [$default] true }]
            [$($fields)* { [$($doc)*] $arg [$type] [$crate::activations::$default] [$default] }]
            [$($types)* { $arg $type $default }] $made $($rest)* }
    };
    (@sort $layer:tt [] [] [] [default]
        $(#[doc = $doc:literal])* pub $arg:ident: Layer<$type:ident>, $($rest:tt)*
    ) => {
        $crate::__layer! { @sort $layer
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

        $crate::__layer! { @sort $layer
            [$($all)* { [$($doc)*] $arg [Choice $($text),+] [] false }] $fields $types $made $($rest)* }
    };
    (@sort $layer:tt [$($all:tt)*] [$($fields:tt)*] $types:tt $made:tt
        $(#[doc = $doc:literal])* pub $arg:ident: Float, $($rest:tt)*
    ) => {
        $crate::__layer! { @sort $layer
            [$($all)* { [$($doc)*] $arg [Float] [] true }]
            [$($fields)* { [$($doc)*] $arg [f64] [] [] }] $types [given] $($rest)* }
    };
    (@sort $layer:tt [$($all:tt)*] [$($fields:tt)*] $types:tt $made:tt
        $(#[doc = $doc:literal])* pub $arg:ident: Floats, $($rest:tt)*
    ) => {
        $crate::__layer! { @sort $layer
            [$($all)* { [$($doc)*] $arg [Floats] [] true }]
            [$($fields)* { [$($doc)*] $arg [&'static [f64]] [&[1.0]] [] }] $types $made $($rest)* }
    };
    // A default that is a name stays a list of tokens, which the documentation reads.
    (@sort $layer:tt $all:tt $fields:tt $types:tt $made:tt
        $(#[doc = $doc:literal])* pub $arg:ident: Initializer = $default:ident $({ $($set:tt)* })?, $($rest:tt)*
    ) => {
        $crate::__layer! { @field Initializer
            { [$($doc)*] $arg [Initializer] [$default $({ $($set)* })?] } $layer $all $fields $types $made $($rest)* }
    };
    (@sort $layer:tt [$($all:tt)*] $fields:tt $types:tt $made:tt
        $(#[doc = $doc:literal])* $arg:ident: Sizes = Shape::new(&[$($size:literal),+]), $($rest:tt)*
    ) => {
        $crate::__layer! { @sort $layer
            [$($all)* { [$($doc)*] $arg [Sizes] [Shape::new(&[$($size),+])] false }] $fields $types $made $($rest)* }
    };
    (@sort $layer:tt $all:tt $fields:tt $types:tt $made:tt
        $(#[doc = $doc:literal])* pub $arg:ident: $kind:ident $(<$of:ident>)? $(= $default:expr)?, $($rest:tt)*
    ) => {
        $crate::__layer! { @field $kind $(<$of>)?
            { [$($doc)*] $arg [$kind $($of)?] [$($default)?] } $layer $all $fields $types $made $($rest)* }
    };
    (@sort $layer:tt [$($all:tt)*] $fields:tt $types:tt $made:tt
        $(#[doc = $doc:literal])* $arg:ident: $kind:ident $(<$of:ident>)? $(= $default:expr)?, $($rest:tt)*
    ) => {
        $crate::__layer! { @sort $layer
            [$($all)* { [$($doc)*] $arg [$kind $($of)?] [$($default)?] false }] $fields $types $made $($rest)* }
    };
    (@sort {
            $tag:ident $traits:tt
            { $doc:tt [$($example:literal)*] $more:tt $alias:tt }
            $name:ident [$({ $const:ident $($size:literal)? })*] [$($found:ident)* $(; $group:ident $group_type:ident)?]
            $spec:ident $type:ident $facts:tt
        }
        [$({ [$($about:literal)*] $arg:ident $kind:tt $default:tt $field:literal })*] $fields:tt $types:tt $made:tt
    ) => {
        #[allow(dead_code, non_snake_case, unreachable_pub)]
        mod $spec {
            // A default may be a constant beside the declaration.
            #[allow(unused_imports)]
            use super::*;

            /// The arguments as a shape rule sees them, by name.
            #[derive(Clone, Copy)]
            pub struct Args<'a>(pub &'a [$crate::spec::Value]);

            impl Args<'_> {
                $(
                    $(#[doc = $about])*
                    pub const fn $arg(&self) -> $crate::__kind!(@type $kind) {
                        $crate::__kind!(@read $kind self.0[arg::$arg])
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
                enum Place { $($const,)* Count }
                $(pub const $const: usize = Place::$const as usize;)*
                // An editor evaluates the length of an array if it is a variant, but not if it is a call.
                pub(super) const COUNT: usize = Place::Count as usize;
            }

            /// The constants of the type, as the shape rule finds them.
            pub struct Consts {
                $(pub $const: usize),*
            }

            impl Consts {
                /// The constants in the order of the type.
                pub const fn list(self) -> [usize; consts::COUNT] {
                    [$(self.$const),*]
                }
            }

            #[allow(non_camel_case_types)]
            enum Found { $($found,)* Count }

            /// The fields of the struct that the shape rule finds.
            pub struct Fields {
                $(pub $found: usize),*
            }

            impl Fields {
                /// The fields with their names.
                pub const fn list(self) -> [(&'static str, usize); Found::Count as usize] {
                    [$((::core::stringify!($found), self.$found)),*]
                }
            }

            $crate::__with_compute! {
                $crate::__layer_struct! {
                    @struct $tag { $doc [$($example)*] $more $alias } [$({ [$($about)*] $arg $kind $default })*]
                    $name [$({ $const $($size)? })*] $fields $types $made
                }
                $crate::__layer_traits! { @traits $tag $traits $name [$($const)*] $fields $types $made }
                $crate::__layer_component! { @component $tag $traits $name [$($const)*] $spec $fields $types $made $facts }
            }
        }

        $crate::__with_compute! {
            $crate::__layer_struct! { @use $tag $spec $name }
        }
        $crate::__layer_struct! { @names $spec }

        #[doc = ::core::concat!(
            "`", ::core::stringify!($name), "(", ::core::stringify!($($arg),*), ")`, as a graph sees it."
        )]
        pub const $spec: $type = $crate::__layer! {
            @spec
            [
                name: ::core::stringify!($name),
                module: $crate::spec::page(::core::module_path!()),
                examples: &[$($example),*],
                args: &[$($crate::__kind!(@argument $arg $kind $default $field)),*],
                consts: <[&str]>::len(&[$(::core::stringify!($const)),*]),
                fields: &[$(::core::stringify!($found)),*],
                groups: &[$($crate::__layer!(@group $group $group_type))?],
            ]
            $name $spec $facts
        };
    };

    (@group $field:ident $type:ident) => {
        $crate::spec::FieldGroup::new([::core::stringify!($field), ::core::stringify!($type)], $type::NAMES)
    };

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

    // The type of a field. It is not a macro call, because a struct with type arguments could not derive then.
    (@field Float $($sort:tt)*) => { $crate::__layer! { @field [f64] $($sort)* } };
    (@field Option<Float> $($sort:tt)*) => { $crate::__layer! { @field [f64] $($sort)* } };
    (@field Floats $($sort:tt)*) => { $crate::__layer! { @field [&'static [f64]] $($sort)* } };
    (@field Option<Floats> $($sort:tt)*) => { $crate::__layer! { @field [&'static [f64]] $($sort)* } };
    (@field Flag $($sort:tt)*) => { $crate::__layer! { @field [bool] $($sort)* } };
    (@field Initializer { $doc:tt $arg:ident $kind:tt [] } $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "`", ::core::stringify!($arg), "` has a default: `pub ", ::core::stringify!($arg), ": Initializer = Zeros`"
        ));
    };
    (@field f64 $($sort:tt)*) => { const _: $crate::__kind!(@type [f64]) = (); };
    (@field bool $($sort:tt)*) => { const _: $crate::__kind!(@type [bool]) = (); };
    (@field Size $($sort:tt)*) => { $crate::__kind! { @no_field Size $($sort)* } };
    (@field Option<Size> $($sort:tt)*) => { $crate::__kind! { @no_field Size $($sort)* } };
    (@field Sizes $($sort:tt)*) => { $crate::__kind! { @no_field Sizes $($sort)* } };
    (@field Option<Sizes> $($sort:tt)*) => { $crate::__kind! { @no_field Sizes $($sort)* } };
    (@field Int $($sort:tt)*) => { $crate::__kind! { @no_field Int $($sort)* } };
    (@field Option<Ints> $($sort:tt)*) => { $crate::__kind! { @no_field Ints $($sort)* } };
    (@field Ints $($sort:tt)*) => { $crate::__kind! { @no_field Ints $($sort)* } };
    (@field Pairs $($sort:tt)*) => { $crate::__kind! { @no_field Pairs $($sort)* } };
    (@field ActivationAfter $($sort:tt)*) => { $crate::__kind! { @no_field ActivationAfter $($sort)* } };
    (@field ActivityAfter $($sort:tt)*) => { $crate::__kind! { @no_field ActivityAfter $($sort)* } };
    (@field Initializer $($sort:tt)*) => {
        $crate::__layer! { @field [$crate::weights::initializers::Initializer] $($sort)* }
    };
    (@field Regularizer $($sort:tt)*) => {
        $crate::__layer! { @field [$crate::weights::regularizers::Regularizer] $($sort)* }
    };
    (@field Constraint $($sort:tt)*) => {
        $crate::__layer! { @field [$crate::weights::constraints::Constraint] $($sort)* }
    };
    (@field $type:tt { $doc:tt $arg:ident $kind:tt [$($default:tt)*] } $layer:tt
        [$($all:tt)*] [$($fields:tt)*] $types:tt $made:tt $($rest:tt)*
    ) => {
        $crate::__layer! { @sort $layer
            [$($all)* { $doc $arg $kind [$($default)*] true }]
            [$($fields)* {
                $doc $arg $type [$crate::__kind!(@value $kind [$($default)*])] [$($default)*]
            }]
            $types $made $($rest)* }
    };
}

#[cfg(test)]
#[allow(unreachable_pub)]
mod tests;
