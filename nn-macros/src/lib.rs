//! The macros of [`nn`](https://docs.rs/nn-model). Programs use them through it: `nn::model!`, `nn::model_rejects!` and
//! `nn::include_weights!`.

#![cfg_attr(fuzzing, allow(dead_code))]

// A proc-macro crate has `proc_macro` by itself. The fuzz target builds a plain library, which must declare it.
#[cfg(fuzzing)]
extern crate proc_macro;

mod diagnostics;
mod editor;
mod emit;
mod fallback;
mod front;
mod graph;
mod include;

mod literal;
mod passes;
mod rejects;
mod schedule;
mod source;

#[cfg(test)]
mod tests;

/// Expands a text as [`model`] does, or returns `None` if the text is not tokens. For the fuzz target, which is not a
/// macro.
#[cfg(fuzzing)]
pub fn expand_text(text: &str) -> Option<TokenStream> {
    Some(expand_model(text.parse().ok()?))
}

/// Returns whether the tokens are a list of items.
#[cfg(fuzzing)]
pub fn are_items(tokens: TokenStream) -> bool {
    syn::parse2::<syn::File>(tokens).is_ok()
}

use diagnostics::Diagnostics;
use emit::Programs;
use front::budget::Budgets;
use front::item::Item;
use front::parse::Syntax;
use front::{attributes, budget, library, parameters, parse, resolve};
use graph::Graph;
use passes::{check, fold, infer, lint, names, stream};
use proc_macro2::TokenStream;
use schedule::{Form, lower};

// The page of the macro starts with `src/model.md` of the facade, whose links lead to layers. This is the rest of it.
/// # Graph
///
/// ```ignore
/// model! {
///     pub struct Twins;
///
///     let a = Input(shape = [28, 28, 1]);
///     let b = Input(shape = [28, 28, 1]);
///     // One set of weights, called twice.
///     let tower = Sequential([Flatten(), Dense(64, activation = relu), Dense(8)]);
///     let distance = dot([tower(a), tower(b)], axes = 1, normalize = true);
///
///     Model(inputs = [a, b], outputs = distance)
/// }
/// ```
///
/// - **Statements** are `let`s. A layer is called where it is written, or bound first and called several times, which
///   shares its weights.
/// - **The end** is `Model(inputs = .., outputs = ..)`. The whole body may also be
///   `Sequential([Input(..), layer, layer, ..])`.
/// - **Arguments** have Keras's names and order. Dimensions are const expressions.
/// - **A model is a layer** in another graph: `Digits()(x)`.
///
/// # Items
///
/// The macro writes the struct, with one public field for each layer that owns weights, and implements `nn::Model` for
/// it. `<Name>Inputs` and `<Name>Outputs` have one field for each input and output. `Digits::COSTS` has the costs of
/// each layer.
///
/// A layer is named by `name = ".."`, else by its `let` if that name is bound once, else as in Keras (`dense`,
/// `dense_1`).
///
/// # Attributes
///
/// | attribute of the struct | effect |
/// |---|---|
/// | `#[budget(ram = "16 KiB", flash = "128 KiB", params = 50_000, macs = 1_000_000)]` | costs above a limit are errors: see `nn::budget` |
/// | `#[nn(profile)]` | adds `profile`, a prediction that calls a function after each layer, with its name |
/// | `#[nn(stream)]` | adds `stream`, which computes a sequence step by step: see `nn::streams` |
/// | `#[nn(crate = path)]` | says where this library is, in a crate that renames it or sees it re-exported |
/// | `#[nn(no_implicit_prelude)]` | for a module with `#![no_implicit_prelude]` |
/// | `#[derive]`, `#[doc]`, `#[cfg]`, `#[deprecated]`, `#[must_use]`, `#[non_exhaustive]`, `#[allow]` and its kin | as on any struct |
/// | `#[cfg_attr]` | with all of these but `cfg` |
///
/// `Clone`, `Debug` and `PartialEq` are implemented already.
///
/// # Warnings
///
/// Code that compiles and is probably a mistake gives a warning. `nn::lints` lists them, and says how to silence one.
#[cfg(not(fuzzing))]
#[proc_macro]
pub fn model(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand_model(input.into()).into()
}

/// Checks at compile time that `model!` rejects a graph.
///
/// ```ignore
/// model_rejects! {
///     "undefined tensor `pixel`" =>
///     struct Digits;
///
///     let pixels = Input(shape = [64]);
///     let digit = Dense(10)(pixel);
///
///     Model(inputs = pixels, outputs = digit)
/// }
/// ```
///
/// The item compiles only if `model!` would reject the graph with a message that contains the text. Otherwise the error
/// on the text shows the outcome: the graph was accepted, or other messages came. The search covers whole messages with
/// their notes and help. One message has to contain the text; other errors do not matter. With a list (`["one",
/// "another"] => …`) every text has to be in some message.
///
/// The macro writes no model, so names of structs can repeat, and it costs only the passes of `model!`. Errors that
/// only rustc can find (shapes of const expressions, types, sub-models that do not fit) do not count; if the graph
/// could contain one, the message says so. Lints are not errors.
#[cfg(not(fuzzing))]
#[proc_macro]
pub fn model_rejects(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    rejects::expand(input.into()).into()
}

/// Reads a model's weights from a safetensors file at compile time; in firmware they are in flash.
///
/// ```ignore
/// static DIGITS: Digits = include_weights!(Digits, "digits.safetensors");
/// ```
///
/// The path starts at the folder of the source file. If there is no such file, it starts at the folder of the package's
/// `Cargo.toml`. The file has the form that `save_weights` writes: its tensors are exactly the variables of the model,
/// by name, shape and type. A compile error names any tensor that differs. For a model over `f32` a tensor may also be
/// `F16` or `BF16`; it is converted to `f32`. When the file changes, the program is compiled again.
///
/// If the crate has this library under another name, that path comes first: `include_weights!(crate = path, Digits,
/// "digits.safetensors")`.
///
/// The macro is an expression for a `static` or a `const`. Put a large model into a `static`: it has one place and
/// never passes through a stack.
///
/// # In half the flash
///
/// With `f16` or `bf16` after the path, the weights are kept as 16-bit numbers. The program unpacks them into RAM
/// before the model computes:
///
/// ```ignore
/// static DIGITS: Packed<Digits, Bf16> = include_weights!(Digits, "digits.safetensors", bf16);
///
/// let digits = DIGITS.unpack();
/// ```
///
/// The file and its errors are the same. The compiler rounds each number to the nearest half, ties to even. It keeps
/// halves of the same kind as they are; it rounds halves of the other kind from their value. Infinity and NaN stay, but
/// a number that would become infinite is a compile error that names it. An `f16` reaches to 65504 and has 11 bits of
/// precision; a `bf16` has the range of an `f32` and 8 bits. The model must be over `f32`.
#[cfg(not(fuzzing))]
#[proc_macro]
pub fn include_weights(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    include::expand(input.into()).into()
}

/// The passes over a graph, in order: name layers and calls, infer shapes, check, lint, and derive the folded form for
/// predictions. Every pass collects its errors, and all are reported together. A pass does not run if it would only
/// repeat earlier errors.
const PASSES: [fn(&mut Graph, &mut Diagnostics); 5] = [names::name, infer::infer, check::check, lint::lint, fold::fold];

/// Expands the tokens of a model into its code, or into the errors of its graph.
fn expand_model(input: TokenStream) -> TokenStream {
    let (input, parameter) = parameters::renamed(input);
    let items = model_or_errors(input);
    match parameter {
        Some(parameter) => parameters::restored(items, &parameter),
        None => items,
    }
}

fn model_or_errors(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let Some(mut syntax) = parse::parse(input, &mut diagnostics) else {
        let errors = diagnostics.into_compile_errors();
        return quote::quote!(#(#errors;)*);
    };
    let items = model_or_fallback(&mut syntax, diagnostics);
    match &syntax.library {
        Some(path) => library::moved(items, path),
        None => items,
    }
}

fn model_or_fallback(syntax: &mut Syntax, mut diagnostics: Diagnostics) -> TokenStream {
    let (graph, attributes) = read(syntax, &mut diagnostics);
    // The editor's block comes first because an editor looks at the first place where it finds a token.
    let editor = editor::editor(syntax, &graph, &diagnostics.source);
    diagnostics.forget_findings_in_files();
    if diagnostics.any() {
        return editor.into_iter().chain(fallback::fallback(syntax, &graph, diagnostics)).collect();
    }
    editor.into_iter().chain(write(syntax, &graph, &diagnostics, &attributes)).collect()
}

/// The struct's attributes that later stages read: allowed lints and budgets.
#[derive(Default)]
struct Attributes {
    allowed: Vec<String>,
    budgets: Budgets,
}

/// Runs every stage that can find errors.
fn read(syntax: &mut Syntax, diagnostics: &mut Diagnostics) -> (Graph, Attributes) {
    let mut graph = resolve::resolve(syntax, diagnostics);
    PASSES.iter().for_each(|pass| pass(&mut graph, diagnostics));
    let allowed = attributes::words(syntax, diagnostics);
    let budgets = budget::budgets(syntax, diagnostics);
    attributes::check(syntax, diagnostics);
    if syntax.stream {
        stream::stream(&mut graph, diagnostics);
    }
    (graph, Attributes { allowed, budgets })
}

/// Writes the code of a graph without errors.
fn write(syntax: &Syntax, graph: &Graph, diagnostics: &Diagnostics, attributes: &Attributes) -> TokenStream {
    let Attributes { allowed, budgets } = attributes;
    let programs = Programs {
        predict: lower(graph, Form::Predict),
        train: lower(graph, Form::Train),
        tail: schedule::tail(graph),
        folded: graph.folded.as_ref().map(|folded| lower(&folded.graph, Form::Predict)),
        stream: graph.streamed.as_ref().map(|streamed| lower(&streamed.graph, Form::Predict)),
    };
    let lints = emit::lints::for_training(graph, allowed);
    let item = Item::declared(syntax);
    let items = emit::emit(&item, graph, &diagnostics.source, &programs, budgets, &lints);
    let lints = emit::lints::uses(&item.attributes, &diagnostics.source, &diagnostics.warnings, allowed);
    let files = diagnostics.source.files.iter().map(|(file, _)| file);
    // Tells rustc that the files were read.
    let files = quote::quote!(#(const _: &[u8] = ::core::include_bytes!(#files);)*);
    [items, lints, files].into_iter().collect()
}
