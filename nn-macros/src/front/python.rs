//! Python and Keras spellings, and the Rust to write instead.

pub(crate) mod class;
mod lines;
pub(crate) mod names;
mod operators;
pub(crate) mod pasted;
mod recurrent;
mod sequential;
mod torch;
pub(crate) mod translate;
pub(crate) mod written;

pub(crate) use operators::{is_number, merged, merging, merging_into};

use crate::diagnostics::Diagnostics;
use crate::front::control;
use nn_core::Code;
use proc_macro2::{Delimiter, Group, Literal, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// Modules of Python that a graph copied from it may name: `layers.Dense(64)`.
const MODULES: &[&str] = &[
    "nn",
    "keras",
    "tf",
    "tensorflow",
    "layers",
    "models",
    "activations",
    "initializers",
    "regularizers",
    "constraints",
    "ops",
    "np",
    "torch",
    "F",
    "K",
];

/// Methods of a Keras model in a graph copied from Python.
const METHODS: &[&str] = &["add", "add_loss", "compile", "fit", "build", "summary", "evaluate", "predict"];

/// Reports all Python in some tokens that can never be part of a graph. Returns whether there was any.
pub(crate) fn report(tokens: &TokenStream, diagnostics: &mut Diagnostics) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let (mut found, mut at) = (false, 0);
    while at < tokens.len() {
        let here = &tokens[at..];
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        if at > 0 && is_behind(&tokens[at - 1]) && control::within(&tokens[at], diagnostics) {
            return true;
        }
        let used = one(here, before, diagnostics);
        found |= used > 0;
        if let (0, TokenTree::Group(group)) = (used, &here[0]) {
            found |= group.delimiter() == Delimiter::Parenthesis && colon(group, diagnostics)
                || report(&group.stream(), diagnostics);
        }
        at += used.max(1);
    }
    found
}

/// Whether a value may end here. In Rust no `if` and no `for` follows it.
fn is_behind(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(word) => !matches!(word.to_string().as_str(), "else" | "in" | "move" | "unsafe"),
        TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
        TokenTree::Literal(_) => true,
        TokenTree::Punct(_) => false,
    }
}

/// Reports the first argument that has a colon, `units: 64`; whether there is one.
fn colon(group: &Group, diagnostics: &mut Diagnostics) -> bool {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    for part in translate::parts(&tokens) {
        if let [TokenTree::Ident(keyword), TokenTree::Punct(colon), value @ ..] = part
            && colon.as_char() == ':'
            && colon.spacing() == Spacing::Alone
        {
            let value = written::written(value);
            diagnostics
                .error(Code::Syntax, colon, format!("expected `=` after `{keyword}`"))
                .help(format!("write `{keyword} = {value}`"));
            return true;
        }
    }
    false
}

/// Reports what begins here, behind the token `before`; the number of tokens it has.
fn one(tokens: &[TokenTree], before: Option<&TokenTree>, diagnostics: &mut Diagnostics) -> usize {
    let first = before.is_none_or(|before| is_punct(before, ','));
    let error = |diagnostics: &mut Diagnostics, count: usize, message: &str, help: &str| {
        let part: TokenStream = tokens[..count].iter().cloned().collect();
        diagnostics.error(Code::Python, &part, message).help(help);
        count
    };
    let word = |i: usize| match tokens.get(i) {
        Some(TokenTree::Ident(word)) => word.to_string(),
        _ => String::new(),
    };
    let punct = |i: usize, c: char| tokens.get(i).is_some_and(|token| is_punct(token, c));
    match word(0).as_str() {
        "True" => error(diagnostics, 1, "`True` is Python", "write `true`"),
        "False" => error(diagnostics, 1, "`False` is Python", "write `false`"),
        "lambda" => {
            let help = "a part of a graph is a closure, `let branch = |x| Dense(8)(x);`, and a function of your own is a \
                        layer of your own";
            error(diagnostics, 1, "`lambda` is Python", help);
            // Its parameters and its body give no further errors.
            tokens.len()
        }
        module if MODULES.contains(&module) && punct(1, '.') => {
            let count = skipped(tokens);
            let name = word(count);
            let text: String = tokens[..count].iter().map(ToString::to_string).collect();
            if let Some(answer) = names::layer(&name, &format!("{text}{name}")) {
                let part: TokenStream = tokens[..=count].iter().cloned().collect();
                answer.add_to(diagnostics.error(Code::Python, &part, &answer.message));
                return count + 1;
            }
            let message = format!("`{}` is a module of Python", text.trim_end_matches('.'));
            error(diagnostics, count, &message, &format!("layers and activations are named without it: `{name}`"))
        }
        _ if first && punct(0, '*') && punct(1, '*') && !word(2).is_empty() => {
            let help = "write out the arguments: `Dense(64, activation = relu)`";
            error(diagnostics, 3, &format!("`**{}` is Python", word(2)), help)
        }
        _ if let Some(number) = fraction(tokens, before) => {
            error(diagnostics, 2, "a number begins with a digit", &format!("write `{number}`"))
        }
        _ if punct(0, '@') => {
            error(diagnostics, 1, "`@` is Python", "the product of two tensors is `dot([a, b])`");
            tokens.len()
        }
        _ if punct(0, '#') && !matches!(tokens.get(1), Some(TokenTree::Group(_))) => {
            error(diagnostics, 1, "`#` begins a comment in Python", "comments begin with `//`");
            tokens.len()
        }
        _ => 0,
    }
}

/// The number of a point and digits, `.5`, as Rust writes it. Behind a value, a point begins a field or a method.
pub(crate) fn fraction(tokens: &[TokenTree], before: Option<&TokenTree>) -> Option<Literal> {
    let [point, TokenTree::Literal(digits), ..] = tokens else { return None };
    let starts = !before.is_some_and(|before| is_behind(before) || is_punct(before, '.'));
    let text = format!("0.{digits}");
    if !starts || !is_punct(point, '.') || text.parse::<f64>().is_err() {
        return None;
    }
    let mut number: Literal = text.parse().ok()?;
    number.set_span(digits.span());
    Some(number)
}

/// How many tokens at the start name modules: `keras.layers.` in `keras.layers.Dense`.
fn skipped(tokens: &[TokenTree]) -> usize {
    let is_part = |pair: &[TokenTree]| matches!(pair, [TokenTree::Ident(_), dot] if is_punct(dot, '.'));
    2 * tokens.chunks(2).take_while(|pair| is_part(pair)).count()
}

fn is_module(word: &proc_macro2::Ident) -> bool {
    MODULES.contains(&word.to_string().as_str())
}

/// The advice about a statement that calls a method: `model.add(Dense(64))`.
pub(crate) fn method(statement: &TokenStream) -> Option<String> {
    let tokens: Vec<TokenTree> = statement.clone().into_iter().take(3).collect();
    let [TokenTree::Ident(_), dot, TokenTree::Ident(method)] = &tokens[..] else { return None };
    let method = method.to_string();
    if !is_punct(dot, '.') || !METHODS.contains(&method.as_str()) {
        return None;
    }
    Some(match method.as_str() {
        "add" => "list the layers: `Sequential([Input(shape = [64]), Dense(10)])`".to_string(),
        "add_loss" => "it is a statement of the graph: `add_loss(x);`".to_string(),
        _ => format!("a graph holds layers only: `{method}` is called on the model, in a function"),
    })
}

/// The help for a Keras argument that this library does not need.
pub(crate) fn argument(keyword: &str) -> Option<&'static str> {
    Some(match keyword {
        "input_shape" | "input_dim" | "batch_input_shape" | "batch_shape" => {
            "a shape stands in an `Input` before the layer: `Input(shape = [64])`; the batch is not counted"
        }
        "batch_size" => "shapes do not count the batch: its size is given to `fit`",
        "dtype" => "numbers have the type of the model: `Digits`, or `Digits<f64>`",
        "weights" => "weights are fields of the model, and `load_weights` reads them from a file",
        "input_spec" | "autocast" | "dynamic" | "sparse" | "ragged" | "tensor" | "optional" => {
            "shapes and types are known when the model is compiled: leave it out"
        }
        "activity_regularizer" => "it is a layer here: `ActivityRegularization(l2 = 0.01)` on the output",
        "renorm_clipping" | "renorm_momentum" => "batch renormalization is not supported: leave it out",
        "use_cudnn" => "there is one implementation: leave it out",
        "backward_layer" => {
            "both directions have the same arguments; for others, call a second layer with `go_backwards = true`"
        }
        "lora_rank" | "lora_alpha" | "quantization_config" => "there is nothing like it in this library: leave it out",
        "training" => "leave it out: layers train in `fit` and do not in `predict`",
        "input_length" => {
            "the length stands in an `Input` before the layer: `Input(shape = [20], dtype = u32)` for 20 indices"
        }
        "in_features" | "in_channels" | "num_features" | "input_size" | "normalized_shape" => {
            "leave it out: the macro knows the shape of the input"
        }
        "keep_prob" => "`rate` is the part that is dropped: `keep_prob = 0.9` is `rate = 0.1`",
        "batch_first" | "inplace" | "device" => "there is nothing like it in this library: leave it out",
        "num_layers" => "write one layer for each: `LSTM(64)(LSTM(64, return_sequences = true)(x))`",
        "bidirectional" => "wrap the layer: `Bidirectional(LSTM(64))`",
        _ => return None,
    })
}

/// Whether a name is a Keras layer that is not a layer here.
pub(crate) fn is_keras_layer(name: &str) -> bool {
    LAYERS.split_whitespace().any(|layer| layer == name)
}

const LAYERS: &str = "
    AdditiveAttention AlphaDropout Attention AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D
    AvgPool3D BatchNorm Bidirectional CategoryEncoding CenterCrop Conv1D Conv1DTranspose Conv2DTranspose Conv3D
    Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Convolution1D Convolution2D Convolution3D Cropping1D Cropping2D
    Cropping3D DepthwiseConv1D DepthwiseConv2D Discretization EinsumDense Embedding Flatten GRU GRUCell GaussianDropout
    GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization
    GroupQueryAttention HashedCrossing Hashing Identity IntegerLookup LSTM LSTMCell Lambda Masking MaxPool1D MaxPool2D
    MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D MelSpectrogram MultiHeadAttention Normalization RMSNormalization
    RNN RandomBrightness RandomContrast RandomCrop RandomFlip RandomRotation RandomTranslation RandomZoom Rescaling
    Resizing SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell SpatialDropout1D SpatialDropout2D SpatialDropout3D
    SpectralNormalization StackedRNNCells StringLookup TextVectorization UnitNormalization UpSampling1D UpSampling2D
    UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
";

/// Whether an expression is Keras's `None`.
pub(crate) fn is_none(value: &impl ToTokens) -> bool {
    value.to_token_stream().to_string() == "None"
}

fn is_punct(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == c)
}
