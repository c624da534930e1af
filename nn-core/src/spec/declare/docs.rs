//! The documentation that `layer!` writes: an example, and a table of the arguments in the words of a graph.

/// A part of the documentation of a declared layer, as a literal. Every line starts with a space, as those of a `///`.
#[doc(hidden)]
#[macro_export]
macro_rules! __layer_docs {
    // The lines of a graph.
    (@example []) => { "" };
    (@example [$($example:literal)+]) => {
        ::core::concat!("\n\n ```text\n" $(, " ", $example, "\n")+, " ```\n")
    };

    // The table.
    (@head []) => { "\n\n # Arguments\n It has none of its own." };
    (@head [$($arg:ident)+]) => { "\n\n # Arguments\n | argument | kind | default | meaning |\n |---|---|---|---|" };
    (@row $tag:ident $arg:ident $kind:tt $default:tt $($about:literal)*) => {
        ::core::concat!(
            " | `", ::core::stringify!($arg), "` | ", $crate::__layer_docs!(@kind $tag $kind), " | ",
            $crate::__layer_docs!(@default $kind $default), " |" $(, $about)*, " |"
        )
    };
    (@foot page) => {
        "\n\n Every layer also takes `name = \"..\"` and, to freeze it, `trainable = false`. Formulas, gradients and shapes \
        are on the [page of the module](super)."
    };
    (@foot own) => { "\n\n Every layer also takes `name = \"..\"` and, to freeze it, `trainable = false`." };
    (@constants []) => { "" };
    (@constants [$($more:literal)+]) => { "\n\n # Constants of the type" };

    // The kinds in plain words. In the library, they lead to the list of values.
    (@kind page [Activation $default:ident]) => { "an [activation](crate::activations)" };
    (@kind page [ActivationAfter]) => { "an [activation](crate::activations)" };
    (@kind page [Initializer]) => { "an [initializer](crate::initializers)" };
    (@kind page [Regularizer]) => { "a [regularizer](crate::regularizers)" };
    (@kind page [ActivityAfter]) => { "a [regularizer](crate::regularizers)" };
    (@kind page [Constraint]) => { "a [constraint](crate::constraints)" };
    (@kind $tag:ident [Option $kind:ident]) => { $crate::__layer_docs!(@kind $tag [$kind]) };
    (@kind $tag:ident [Size]) => { "a whole number" };
    (@kind $tag:ident [Sizes]) => { "a whole number, or a list of them" };
    (@kind $tag:ident [Int]) => { "a whole number" };
    (@kind $tag:ident [Ints]) => { "a list of whole numbers" };
    (@kind $tag:ident [Axes]) => { "a whole number, a list of them, or `None`" };
    (@kind $tag:ident [Pairs]) => { "a whole number, a list of them, or a list of pairs" };
    (@kind $tag:ident [Dims]) => { "a list of whole numbers or `None`" };
    (@kind $tag:ident [Float]) => { "a number" };
    (@kind $tag:ident [Floats]) => { "a number, or a list of them" };
    (@kind $tag:ident [Flag]) => { "`true` or `false`" };
    (@kind $tag:ident [Choice $($text:literal),+]) => { $crate::__layer_docs!(@choice $($text),+) };
    (@kind $tag:ident [Activation $default:ident]) => { "an activation" };
    (@kind $tag:ident [ActivationAfter]) => { "an activation" };
    (@kind $tag:ident [Initializer]) => { "an initializer" };
    (@kind $tag:ident [Regularizer]) => { "a regularizer" };
    (@kind $tag:ident [ActivityAfter]) => { "a regularizer" };
    (@kind $tag:ident [Constraint]) => { "a constraint" };
    (@kind $tag:ident [Layer]) => { "a layer" };
    // A type that is no kind has its error elsewhere.
    (@kind $tag:ident $other:tt) => { "" };
    (@choice $one:literal) => { ::core::concat!("`", $one, "`") };
    (@choice $one:literal, $other:literal) => { ::core::concat!("`", $one, "` or `", $other, "`") };
    (@choice $one:literal, $($other:literal),+) => {
        ::core::concat!("`", $one, "`, ", $crate::__layer_docs!(@choice $($other),+))
    };

    // The defaults as a graph writes them.
    (@default [Option $kind:ident] $default:tt) => { "none" };
    (@default [Choice $first:literal $(, $text:literal)*] []) => { ::core::concat!("`", $first, "`") };
    (@default [ActivationAfter] []) => { "none" };
    (@default [ActivityAfter] []) => { "none" };
    (@default [Regularizer] []) => { "none" };
    (@default [Constraint] []) => { "none" };
    (@default $kind:tt []) => { "required" };
    (@default [Sizes] [Shape::new(&[$one:literal])]) => { ::core::concat!("`", $one, "`") };
    (@default [Sizes] [Shape::new(&[$($size:tt)+])]) => { ::core::concat!("`[", ::core::stringify!($($size)+), "]`") };
    (@default [Pairs] [[$one:literal]]) => { ::core::concat!("`", $one, "`") };
    (@default [Floats] [&[$one:literal]]) => { ::core::concat!("`", $one, "`") };
    (@default [Initializer] [$name:ident { $first:ident: $one:expr $(, $set:ident: $other:expr)* $(,)? }]) => {
        ::core::concat!(
            "`", $crate::__layer_docs!(@value $name), "(", ::core::stringify!($first), " = ", ::core::stringify!($one),
            $(", ", ::core::stringify!($set), " = ", ::core::stringify!($other),)* ")`"
        )
    };
    (@default [Initializer] [$name:ident]) => { ::core::concat!("`", $crate::__layer_docs!(@value $name), "`") };
    (@default [Activation $default:ident] $given:tt) => {
        ::core::concat!("`", $crate::__layer_docs!(@value $default), "`")
    };
    (@default $kind:tt [$($default:tt)+]) => { ::core::concat!("`", ::core::stringify!($($default)+), "`") };

    // The default of a field, as Rust writes it.
    (@field []) => { "" };
    (@field [$($default:tt)+]) => { ::core::concat!("\n\n Default: `", ::core::stringify!($($default)+), "`.") };

    // The names in a graph of values that have other names in Rust.
    (@value Zeros) => { "zeros" };
    (@value Ones) => { "ones" };
    (@value Constant) => { "constant" };
    (@value RandomNormal) => { "random_normal" };
    (@value RandomUniform) => { "random_uniform" };
    (@value TruncatedNormal) => { "truncated_normal" };
    (@value GlorotUniform) => { "glorot_uniform" };
    (@value GlorotNormal) => { "glorot_normal" };
    (@value HeUniform) => { "he_uniform" };
    (@value HeNormal) => { "he_normal" };
    (@value LecunUniform) => { "lecun_uniform" };
    (@value LecunNormal) => { "lecun_normal" };
    (@value Orthogonal) => { "orthogonal" };
    (@value Identity) => { "identity" };
    (@value Sigmoid) => { "sigmoid" };
    (@value Tanh) => { "tanh" };
    (@value $other:ident) => { ::core::stringify!($other) };
}
