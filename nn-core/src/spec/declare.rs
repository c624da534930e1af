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
/// | declaration | if it is not given |
/// |---|---|
/// | `units: Size`, `kernel_size: Sizes`, `dims: Ints`, `pub rate: Float` | an error |
/// | `axes: Ints = [-1]`, `axis: Int = -1`, `use_bias: Flag = true`, `pub epsilon: Float = 1e-3` | the default |
/// | `length: Option<Size>`, `pub max_value: Option<Float> = f64::INFINITY` | `None` for the rule, the default in the field |
/// | `merge_mode: Choice { CONCAT = "concat", SUM = "sum" }` | the first; `merge_mode::SUM` is the index of a name |
/// | `pub kernel_initializer: Initializer = Zeros` | the default |
/// | `pub kernel_regularizer: Regularizer`, `pub kernel_constraint: Constraint` | none |
/// | `pub activation: Activation<A> = Tanh` | the default; `A` is a type argument of the layer, behind its constants |
/// | `activation: ActivationAfter`, `activity_regularizer: ActivityAfter` | none; they are layers behind this one |
/// | `pub layer: Layer<L>` | an error; `L` is the first type argument, and the struct has `new(layer)` |
///
/// **Rule.** Fields whose values the shape rule finds ([`Inferred::field`](crate::spec::Inferred::field)) stand behind the
/// arguments: `pub rule { padding_top, padding_left }`. They are of `usize`, and take no constant of the type.
///
/// **Facts** are the fields of [`LayerSpec`](crate::spec::LayerSpec). `weights` comes first and names the constants that the
/// weights have.
///
/// The page gets
/// - the struct with `DEFAULT`, if every field has a default, and a function for each inner activation, which changes the
///   type; its documentation lists all arguments;
/// - `SPEC`;
/// - `Args(args)` for the shape rule: `args.units()` is a `usize`, `args.use_bias()` a `bool`;
/// - `Consts { I, O, B }.list()` and `Fields { padding_top, padding_left }.list()` for what the rule finds: rustc sees that
///   none is missing;
/// - `arg::units` and `consts::O`, the places of an argument and of a constant, for facts and for the blame of errors.
///
/// A page may declare further layers, which no graph names. Their specifications have other names, and these names are
/// then in a module of that name: `JOIN::Args(args)`.
macro_rules! layer {
    ($($declaration:tt)*) => { $crate::__layer! { @page $($declaration)* } };
}
pub(crate) use layer;

/// The parts of [`layer!`], for the pages of the library and for layers of a user's own.
#[doc(hidden)]
#[macro_export]
macro_rules! __layer {
    (@page
        $(#[doc = $doc:literal])*
        pub struct $name:ident $(<$($const:ident $(= $size:literal)?),+>)? { $($args:tt)* }

        $(pub rule { $($(#[doc = $found_doc:literal])* $found:ident,)* })?

        pub const $spec:ident: $type:ident { $($facts:tt)* }

        $(impl $($trait:ident),+;)?
    ) => {
        $crate::__layer! {
            @sort {
                page [$($($trait)+)?]
                [$($doc)*] $name [$($({ $const $($size)? })+)?] [$($($found)*)?] $spec $type { $($facts)* }
            }
            [] [$($({ [$($found_doc)*] $found [usize] [0] [] })*)?] [] [default] $($args)*
        }
    };
    // A name of a type may stand in a graph without its constants, so they have defaults.
    (@own
        $(#[doc = $doc:literal])*
        pub struct $name:ident $(<$($const:ident),+ $(,)?>)? { $($args:tt)* }

        $(pub rule { $($(#[doc = $found_doc:literal])* $found:ident,)* })?

        pub const $spec:ident: $type:ident { $($facts:tt)* }

        $(impl $($trait:ident),+;)?
    ) => {
        $crate::__layer! {
            @sort {
                own [$($($trait)+)?]
                [$($doc)*] $name [$($({ $const 0 })+)?] [$($($found)*)?] $spec $type { $($facts)* }
            }
            [] [$($({ [$($found_doc)*] $found [usize] [0] [] })*)?] [] [default] $($args)*
        }
    };

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
            $doc:tt $name:ident [$({ $const:ident $($size:literal)? })*] [$($found:ident)*] $spec:ident $type:ident $facts:tt
        }
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
                // An editor evaluates the length of an array if it is a variant, and not if it is a call.
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
                $crate::__layer! {
                    @struct $doc [$({ [$($about)*] $arg $kind $default })*]
                    $name [$({ $const $($size)? })*] $fields $types $made
                }
                $crate::__layer! { @traits $tag $traits $name [$($const)*] $fields $types $made }
                $crate::__layer! { @component $tag $name [$($const)*] $spec $fields $types $made $facts }
            }
        }

        $crate::__with_compute! {
            $crate::__layer! { @use $tag $spec $name }
        }
        $crate::__layer! { @names $spec }

        #[doc = ::core::concat!(
            "`", ::core::stringify!($name), "(", ::core::stringify!($($arg),*), ")`, as a graph sees it."
        )]
        pub const $spec: $type = $crate::__layer! {
            @spec
            [
                name: ::core::stringify!($name),
                module: $crate::spec::page(::core::module_path!()),
                args: &[$($crate::__kind!(@argument $arg $kind $default $field)),*],
                consts: <[&str]>::len(&[$(::core::stringify!($const)),*]),
                fields: &[$(::core::stringify!($found)),*],
            ]
            $name $spec $facts
        };
    };

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

    // The traits that the page does not implement itself. Recurrent layers have one implementation.
    (@traits $tag:ident [Cell] $($layer:tt)*) => {};
    (@traits $tag:ident [Recurrent] $($layer:tt)*) => {};
    (@traits page $traits:tt $($layer:tt)*) => {
        $crate::__layer! { @train $traits $($layer)* }
        $crate::__layer! { @ends $traits $($layer)* }
    };
    (@traits own $traits:tt $($layer:tt)*) => {
        $crate::__layer! { @train $traits $($layer)* }
        $crate::__layer! { @ends $traits $($layer)* }
        $crate::__layer! { @activates $traits $($layer)* }
    };
    (@train [Train $($other:ident)*] $($layer:tt)*) => {};
    (@train [$trait:ident $($other:ident)*] $($layer:tt)*) => { $crate::__layer! { @train [$($other)*] $($layer)* } };
    (@train [] $name:ident [$($const:ident)*]
        [$({ $doc:tt $field:ident [$($type:tt)+] $value:tt $said:tt })*]
        [$({ $inner_arg:ident $inner:ident $function:ident })*] [$made:ident $($around:ident)?]
    ) => {
        impl<__T: $crate::Scalar, __X: $crate::Tensors, $($around,)? $(const $const: usize,)* $($inner,)*>
            $crate::layer::Train<__T, __X> for $name<$($around,)? $($const,)* $($inner,)*>
        where
            Self: $crate::layer::Layer<__T, __X>,
        {
            $crate::__layer! { @penalties $([$field $($type)+])* }
        }
    };
    (@penalties) => { const CONSTRAINS: bool = false; };
    (@penalties $([$field:ident $($type:tt)+])+) => {
        const CONSTRAINS: bool = false $(|| $crate::layer::variables::bounds(::core::stringify!($field)))+;

        fn constrain(&self, w: &mut Self::Weights) {
            $($crate::layer::variables::OfVariable::constrain::<__T, Self::Weights>(
                &self.$field,
                const { $crate::layer::variables::variable::<__T, Self::Weights>(::core::stringify!($field)) },
                w,
            );)+
        }

        fn regularize(&self, w: &Self::Weights, mut dw: ::core::option::Option<&mut Self::Weights>) -> __T {
            let mut loss = <__T as $crate::Scalar>::ZERO;
            $(loss += $crate::layer::variables::OfVariable::regularize::<__T, Self::Weights>(
                &self.$field,
                const { $crate::layer::variables::variable::<__T, Self::Weights>(::core::stringify!($field)) },
                w,
                dw.as_deref_mut(),
            );)+
            loss
        }
    };
    (@ends [Ends $($other:ident)*] $($layer:tt)*) => {};
    (@ends [$trait:ident $($other:ident)*] $($layer:tt)*) => { $crate::__layer! { @ends [$($other)*] $($layer)* } };
    (@ends [] $name:ident [$($const:ident)*] $fields:tt
        [$({ $inner_arg:ident $inner:ident $function:ident })*] [$made:ident $($around:ident)?]
    ) => {
        impl<__T: $crate::Scalar, __X: $crate::Tensors, $($around,)? $(const $const: usize,)* $($inner,)*>
            $crate::layer::Ends<__T, __X> for $name<$($around,)? $($const,)* $($inner,)*>
        where
            Self: $crate::layer::Layer<__T, __X>,
        {
        }
    };
    (@activates [Activates $($other:ident)*] $($layer:tt)*) => {};
    (@activates [$trait:ident $($other:ident)*] $($layer:tt)*) => {
        $crate::__layer! { @activates [$($other)*] $($layer)* }
    };
    (@activates [] $name:ident [$($const:ident)*] $fields:tt $types:tt $made:tt) => {
        impl<__T: $crate::Scalar, __X: $crate::Tensors, $(const $const: usize,)*>
            $crate::layer::Activates<__T, __X> for $name<$($const,)*>
        where
            Self: $crate::layer::Layer<__T, __X, Output: $crate::layer::InPlace<__T>>,
        {
        }
    };

    // A layer of a user's own as a part of a graph.
    (@component page $($layer:tt)*) => {};
    (@component own $name:ident [$($const:ident)*] $spec:ident $fields:tt [] [$made:ident] $facts:tt) => {
        impl<$(const $const: usize,)*> $crate::layer::Component for $name<$($const,)*> {
            $crate::__layer! { @layer $name [$($const)*] [__A __B __C __D __E __F __G __H] [] }
            const PASSES_MASK: bool = ::core::matches!(super::$spec.masking, $crate::spec::Masking::Passes);
        }

        const _: () = $crate::layer::given::assert_names(&super::$spec);

        $crate::__layer! { @rule $name [$($const)*] $spec $fields $facts }
    };
    (@component own $name:ident $consts:tt $spec:ident $fields:tt $types:tt $made:tt $facts:tt) => {
        ::core::compile_error!("a layer of one's own has no argument of kind `Activation` or `Layer`");
    };
    (@layer $name:ident [$const:ident $($consts:ident)*] [$here:ident $($heres:ident)*] [$($taken:ident)*]) => {
        $crate::__layer! { @layer $name [$($consts)*] [$($heres)*] [$($taken)* $here] }
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
        $crate::__layer! { @rule $name $consts $spec $fields { $($facts)* } }
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
                match $crate::layer::given::values::<{ super::$spec.args.len() }>(&super::$spec, given) {
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
                        $crate::__layer!(@optional $($value)?),
                    ),)*
                }
            }

            /// How many constants the weights have.
            #[doc(hidden)]
            pub const __WEIGHT_CONSTS: usize = match super::$spec.weight_consts {
                ::core::option::Option::Some(count) => count,
                ::core::option::Option::None => 0,
            };
        }
    };
    (@rule $name:ident $consts:tt $spec:ident $fields:tt { $fact:ident: $value:expr, $($facts:tt)* }) => {
        $crate::__layer! { @rule $name $consts $spec $fields { $($facts)* } }
    };
    (@rule $($layer:tt)*) => {
        ::core::compile_error!("a layer has a shape rule: `infer: rule!(infer)`");
    };
    (@optional) => { ::core::option::Option::None };
    (@optional $value:expr) => { ::core::option::Option::Some($value) };

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

    // The struct of hyperparameters; one without fields is its only value.
    (@struct [$($doc:literal)*] [$({ [$($about:literal)*] $arg:ident $kind:tt $default:tt })*]
        $name:ident [$({ $const:ident $($size:literal)? })*] [] [] [default]
    ) => {
        $(#[doc = $doc])*
        #[doc = ""]
        $(#[doc = $crate::__layer!(@about $arg $kind $default $($about)*)])*
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
        [$({ $inner_arg:ident $inner:ident $function:ident })*] [$made:ident $($around:ident)?]
    ) => {
        $(#[doc = $doc])*
        #[doc = ""]
        $(#[doc = $crate::__layer!(@about $arg $kind $default $($about)*)])*
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

        $crate::__layer! { @made $made $name [$($around)?] [$($const)*] $($field $value)+ }
        $crate::__layer! { @setters $name [$($const)*] [$({ $inner_arg $inner })*] $($field)+ }
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

    // Another activation is another type. Activations are the first fields.
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

    // The type of a field. It is no macro: a struct with type arguments could not derive.
    (@field Float $($sort:tt)*) => { $crate::__layer! { @field [f64] $($sort)* } };
    (@field Option<Float> $($sort:tt)*) => { $crate::__layer! { @field [f64] $($sort)* } };
    (@field Flag $($sort:tt)*) => { $crate::__layer! { @field [bool] $($sort)* } };
    (@field Initializer $($sort:tt)*) => {
        $crate::__layer! { @field [$crate::weights::initializers::Initializer] $($sort)* }
    };
    (@field Regularizer $($sort:tt)*) => {
        $crate::__layer! { @field [$crate::weights::regularizers::Regularizer] $($sort)* }
    };
    (@field Constraint $($sort:tt)*) => {
        $crate::__layer! { @field [$crate::weights::constraints::Constraint] $($sort)* }
    };
    (@field $type:tt { $doc:tt $arg:ident $kind:tt [$($default:expr)?] } $layer:tt
        [$($all:tt)*] [$($fields:tt)*] $types:tt $made:tt $($rest:tt)*
    ) => {
        $crate::__layer! { @sort $layer
            [$($all)* { $doc $arg $kind [$($default)?] true }]
            [$($fields)* {
                $doc $arg $type [$crate::__kind!(@value $kind [$($default)?])] [$($default)?]
            }]
            $types $made $($rest)* }
    };

    // The documentation of an argument: a line of a list.
    (@about $arg:ident $kind:tt $default:tt $($about:literal)*) => {
        ::core::concat!(
            "- `", ::core::stringify!($arg), "` (", $crate::__kind!(@words $kind),
            $crate::__kind!(@otherwise $kind $default), "):" $(, $about)*
        )
    };
}

/// The page of a layer: the last part of the path of its module.
#[doc(hidden)]
pub const fn page(module: &'static str) -> &'static str {
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
#[doc(hidden)]
pub const fn leading([layer, weights]: [&str; 2], consts: &[usize]) -> Option<usize> {
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

#[cfg(test)]
#[allow(unreachable_pub)]
mod tests;
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
