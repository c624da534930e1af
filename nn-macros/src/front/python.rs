//! Python and Keras spellings, and the Rust to write instead.

use crate::diagnostics::Diagnostics;
use nn_core::Code;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

/// Python modules in a graph copied from Keras: `layers.Dense(64)`.
const MODULES: &[&str] = &["nn", "keras", "tf", "tensorflow", "layers", "models", "activations", "initializers", "np"];

/// Methods of a Keras model in a graph copied from Python.
const METHODS: &[&str] = &["add", "compile", "fit", "build", "summary", "evaluate", "predict"];

/// Reports all Python in some tokens that can never be part of a graph. Returns whether there was any.
pub(crate) fn report(tokens: &TokenStream, diagnostics: &mut Diagnostics) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let (mut found, mut at) = (false, 0);
    while at < tokens.len() {
        let here = &tokens[at..];
        let first = at == 0 || is_punct(&tokens[at - 1], ',');
        let used = one(here, first, diagnostics);
        found |= used > 0;
        if let (0, TokenTree::Group(group)) = (used, &here[0]) {
            found |= report(&group.stream(), diagnostics);
        }
        at += used.max(1);
    }
    found
}

/// Reports Python that begins here and returns its number of tokens. `first` says whether it begins a list element.
fn one(tokens: &[TokenTree], first: bool, diagnostics: &mut Diagnostics) -> usize {
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
            let mut count = 2;
            while !word(count).is_empty() && punct(count + 1, '.') {
                count += 2;
            }
            let name = word(count);
            let text: String = tokens[..count].iter().map(ToString::to_string).collect();
            let message = format!("`{}` is a module of Python", text.trim_end_matches('.'));
            error(diagnostics, count, &message, &format!("layers and activations are named without it: `{name}`"))
        }
        _ if first && punct(0, '*') && punct(1, '*') && !word(2).is_empty() => {
            let help = "write out the arguments: `Dense(64, activation = relu)`";
            error(diagnostics, 3, &format!("`**{}` is Python", word(2)), help)
        }
        _ if punct(0, '#') && !matches!(tokens.get(1), Some(TokenTree::Group(_))) => {
            error(diagnostics, 1, "`#` begins a comment in Python", "comments begin with `//`");
            tokens.len()
        }
        _ => 0,
    }
}

/// The help for a statement that calls a method: `model.add(Dense(64))`.
pub(crate) fn method(statement: &TokenStream) -> Option<String> {
    let tokens: Vec<TokenTree> = statement.clone().into_iter().take(3).collect();
    let [TokenTree::Ident(_), dot, TokenTree::Ident(method)] = &tokens[..] else { return None };
    let method = method.to_string();
    if !is_punct(dot, '.') || !METHODS.contains(&method.as_str()) {
        return None;
    }
    Some(match method.as_str() {
        "add" => "list the layers: `Sequential([Input(shape = [64]), Dense(10)])`".to_string(),
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
        "lora_rank" | "lora_alpha" | "quantization_config" => "there is nothing like it in this library: leave it out",
        "training" => "leave it out: layers train in `fit` and do not in `predict`",
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

/// The function that merges tensors like a Keras operator: `a + b`.
pub(crate) fn merging(operator: &syn::BinOp) -> Option<&'static str> {
    Some(match operator {
        syn::BinOp::Add(_) => "add",
        syn::BinOp::Sub(_) => "subtract",
        syn::BinOp::Mul(_) => "multiply",
        _ => return None,
    })
}

fn is_punct(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == c)
}
