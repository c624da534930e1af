//! Layers of PyTorch as a graph has them: `Linear(784, 64)` is `Dense(64)`.

use super::translate::{inside, joined, parts};
use super::written::written;
use super::{is_punct, names, recurrent};
use nn_core::layers::LAYERS;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, TokenTree};

/// Layers, what they are here, and how many sizes come first that the macro knows.
const LAYERS_OF_TORCH: &[(&str, &str, usize)] = &[
    ("Linear", "Dense", 1),
    ("LazyLinear", "Dense", 0),
    ("Conv2d", "Conv2D", 1),
    ("LazyConv2d", "Conv2D", 0),
    ("Conv1d", "Conv1D", 1),
    ("LazyConv1d", "Conv1D", 0),
    ("ConvTranspose1d", "Conv1DTranspose", 1),
    ("ConvTranspose2d", "Conv2DTranspose", 1),
    ("LayerNorm", "LayerNormalization", 1),
    ("BatchNorm1d", "BatchNormalization", 1),
    ("BatchNorm2d", "BatchNormalization", 1),
    ("RMSNorm", "RMSNormalization", 1),
    ("MaxPool1d", "MaxPooling1D", 0),
    ("MaxPool2d", "MaxPooling2D", 0),
    ("AvgPool1d", "AveragePooling1D", 0),
    ("AvgPool2d", "AveragePooling2D", 0),
    ("AdaptiveAvgPool1d", "AdaptiveAveragePooling1D", 0),
    ("AdaptiveAvgPool2d", "AdaptiveAveragePooling2D", 0),
    ("Dropout1d", "SpatialDropout1D", 0),
    ("Dropout2d", "SpatialDropout2D", 0),
];

/// Functions that are layers here. Their tensor comes first.
const FUNCTIONS_OF_TORCH: &[(&str, &str)] = &[
    ("max_pool1d", "MaxPool1d"),
    ("max_pool2d", "MaxPool2d"),
    ("avg_pool1d", "AvgPool1d"),
    ("avg_pool2d", "AvgPool2d"),
    ("adaptive_avg_pool1d", "AdaptiveAvgPool1d"),
    ("adaptive_avg_pool2d", "AdaptiveAvgPool2d"),
    ("dropout", "Dropout"),
    ("dropout2d", "Dropout2d"),
];

/// Arguments that the macro knows, or that there are none of.
const LEFT_OUT: &[&str] = &[
    "in_features",
    "in_channels",
    "num_features",
    "normalized_shape",
    "input_size",
    "batch_first",
    "inplace",
    "training",
    "device",
    "dim",
    "dtype",
];

/// A call as it is written here, if that is known: the name of a layer, and its arguments. `is_torch` tells whether a
/// module of PyTorch stands before it.
pub(super) fn converted(name: &Ident, call: &Group, arguments: &[TokenTree], is_torch: bool) -> Option<Vec<TokenTree>> {
    let text = name.to_string();
    let word = |text: &str| TokenTree::from(Ident::new(text, name.span()));
    let group = |tokens: Vec<TokenTree>| {
        let mut group = Group::new(Delimiter::Parenthesis, tokens.into_iter().collect());
        group.set_span(call.span());
        TokenTree::from(group)
    };
    let all = parts(arguments);
    let is_keyword = |part: &&[TokenTree]| matches!(part, [TokenTree::Ident(_), equals, ..] if is_punct(equals, '='));
    let positional = all.iter().filter(|part| !is_keyword(part)).count();
    let left_out = |part: &&[TokenTree]| {
        is_keyword(part) && matches!(&part[0], TokenTree::Ident(word) if LEFT_OUT.contains(&word.to_string().as_str()))
    };
    match (text.as_str(), &all[..]) {
        ("flatten", [tensor, ..]) if positional > 1 || all.len() == 1 => {
            return Some(vec![word("Flatten"), group(Vec::new()), group(tensor.to_vec())]);
        }
        ("Input", all) => {
            let is_batch = |part: &&&[TokenTree]| matches!(&part[0], TokenTree::Ident(word) if word == "batch_size");
            let kept: Vec<&[TokenTree]> = all.iter().filter(|part| !is_batch(part)).copied().collect();
            return Some(vec![word("Input"), group(joined(&kept))]);
        }
        (function, [tensor, others @ ..])
            if is_torch && let Some((_, layer)) = FUNCTIONS_OF_TORCH.iter().find(|(name, _)| *name == function) =>
        {
            let mut made = converted(&Ident::new(layer, name.span()), call, &joined(others), true)?;
            made.push(group(tensor.to_vec()));
            return Some(made);
        }
        ("Dropout", []) => return Some(vec![word("Dropout"), group(vec![Literal::f64_unsuffixed(0.5).into()])]),
        ("cat" | "concat", [list, ..]) => return Some(vec![word("concatenate"), group(list.to_vec())]),
        _ => {}
    }
    if let Some(layers) = recurrent::converted(name, &all, is_torch) {
        return Some(layers);
    }
    let is_layer = |name: &str| LAYERS.iter().any(|spec| spec.name == name);
    let (ours, first) = match LAYERS_OF_TORCH.iter().find(|(theirs, ..)| *theirs == text) {
        // `Linear(64)` may be meant as `Dense(64)`.
        Some((_, ours, first)) => (*ours, if positional > 1 || *ours != "Dense" { *first } else { 0 }),
        None if is_layer(&text) => (text.as_str(), 0),
        None => {
            let activation = names::activation(&text)?;
            if text.starts_with(char::is_uppercase) {
                let plain = all.iter().all(&left_out);
                return plain.then(|| vec![word("Activation"), group(vec![word(activation)])]);
            }
            let kept: Vec<&[TokenTree]> = all.iter().copied().filter(|part| !left_out(part)).collect();
            return Some(vec![word(activation), group(joined(&kept))]);
        }
    };
    let spec = LAYERS.iter().find(|spec| spec.name == ours)?;
    let named = |word: &str| all.iter().find(|part| matches!(&part[0], TokenTree::Ident(other) if other == word));
    let kernel =
        named("kernel_size").filter(|part| is_keyword(part)).map(|part| &part[2..]).or_else(|| all.get(2).copied());
    let mut made: Vec<Vec<TokenTree>> = Vec::new();
    let mut skipped = 0;
    for part in &all {
        if !is_keyword(part) {
            skipped += 1;
            // The padding of `Conv2d(3, 16, 3, 1, 1)`.
            let same = padding(part, kernel).filter(|_| text == "Conv2d" && skipped == 5);
            if let Some(same) = same {
                made.push(vec![word(same)]);
            } else if skipped > first {
                made.push(part.to_vec());
            }
            continue;
        }
        let TokenTree::Ident(keyword) = &part[0] else { continue };
        let known = spec.args.iter().map(|arg| arg.name).chain(["name", "trainable"]);
        let written = keyword.to_string();
        if let ("padding", "Conv2d", Some(same)) = (&written[..], &text[..], padding(&part[2..], kernel)) {
            made.push([&part[..2], &[word(same)]].concat());
            continue;
        }
        if let ("momentum", "BatchNormalization", Some(old)) = (&written[..], ours, old_part(&text, part)) {
            made.push([&part[..2], &[old.into()]].concat());
        } else if known.clone().any(|known| known == written) {
            made.push(part.to_vec());
        } else if let Some(ours) = names::argument(&written, known) {
            let keyword = TokenTree::from(Ident::new(ours, keyword.span()));
            made.push([vec![keyword], part[1..].to_vec()].concat());
        } else if !left_out(part) {
            made.push(part.to_vec());
        }
    }
    for (keyword, value) in defaults(&text) {
        if !made.iter().any(|part| matches!(&part[0], TokenTree::Ident(word) if word == keyword)) {
            let equals = TokenTree::from(Punct::new('=', Spacing::Alone));
            let mut value = Literal::f64_unsuffixed(*value);
            value.set_span(name.span());
            made.push(vec![word(keyword), equals, value.into()]);
        }
    }
    let made: Vec<&[TokenTree]> = made.iter().map(|part| &part[..]).collect();
    Some(vec![word(ours), group(joined(&made))])
}

/// A method of a tensor as the call of a layer: `x.view(-1, 784)` is `Flatten()(x)`.
pub(super) fn method(name: &Ident, tensor: &[TokenTree], arguments: &[TokenTree]) -> Option<Vec<TokenTree>> {
    let text = name.to_string();
    let word = |text: &str| TokenTree::from(Ident::new(text, name.span()));
    let group = |delimiter, tokens: Vec<TokenTree>| {
        let mut group = Group::new(delimiter, tokens.into_iter().collect());
        group.set_span(name.span());
        TokenTree::from(group)
    };
    let call = |tokens: &[TokenTree]| group(Delimiter::Parenthesis, tokens.to_vec());
    let all = parts(arguments);
    // `-1`, `x.size(0)` or `x.shape[0]`: the batch, or the features if the batch comes before them.
    let is_open = |part: &&[TokenTree]| written(part) == "-1";
    let is_batch = |part: &[TokenTree]| is_open(&part) || matches!(part, [_, point, ..] if is_punct(point, '.'));
    match (text.as_str(), &all[..]) {
        ("flatten", _) => Some(vec![word("Flatten"), call(&[]), call(tensor)]),
        ("view" | "reshape", [batch, _]) if is_batch(batch) => Some(vec![word("Flatten"), call(&[]), call(tensor)]),
        ("view" | "reshape", [batch, sizes @ ..]) if is_batch(batch) && !sizes.iter().any(is_open) => {
            let sizes = group(Delimiter::Bracket, joined(sizes));
            Some(vec![word("Reshape"), call(&[sizes]), call(tensor)])
        }
        ("contiguous" | "float" | "clone" | "detach" | "cuda" | "cpu", []) => Some(tensor.to_vec()),
        _ => {
            let activation = names::activation(&text).filter(|_| text.starts_with(char::is_lowercase))?;
            let is_dim = |part: &&[TokenTree]| matches!(&part[0], TokenTree::Ident(word) if word == "dim");
            let plain = all.is_empty() || text.contains("softmax") && all.iter().all(is_dim);
            plain.then(|| vec![word(activation), call(tensor)])
        }
    }
}

/// The defaults of PyTorch that differ from Keras's, as Keras counts them.
fn defaults(name: &str) -> &'static [(&'static str, f64)] {
    match name {
        "BatchNorm1d" | "BatchNorm2d" => &[("momentum", 0.9), ("epsilon", 1e-5)],
        "LayerNorm" => &[("epsilon", 1e-5)],
        _ => &[],
    }
}

/// The momentum of a `BatchNorm` as Keras counts it. In PyTorch it is the part of the new mean, and here that of the
/// old one.
fn old_part(name: &str, argument: &[TokenTree]) -> Option<Literal> {
    let [_, _, TokenTree::Literal(new)] = argument else { return None };
    let new: f64 = new.to_string().parse().ok().filter(|_| name.starts_with("BatchNorm") && name.ends_with('d'))?;
    let mut old = Literal::f64_unsuffixed(((1.0 - new) * 1e9).round() / 1e9);
    old.set_span(argument[2].span());
    Some(old)
}

/// The padding of PyTorch's `Conv2d`: half of the kernel is `same`, and 0 is `valid`.
fn padding(value: &[TokenTree], kernel: Option<&[TokenTree]>) -> Option<&'static str> {
    let sizes = |tokens: &[TokenTree]| -> Option<Vec<u32>> {
        let number = |literal: &Literal| literal.to_string().parse().ok();
        match tokens {
            [TokenTree::Literal(one)] => Some(vec![number(one)?; 2]),
            [TokenTree::Group(group)] => {
                let all = inside(group).into_iter().filter(|token| !is_punct(token, ','));
                all.map(|token| if let TokenTree::Literal(one) = token { number(&one) } else { None }).collect()
            }
            _ => None,
        }
    };
    let padding = sizes(value)?;
    if padding.iter().all(|size| *size == 0) {
        return Some("valid");
    }
    let kernel = sizes(kernel?)?;
    (kernel.len() == padding.len()
        && kernel.iter().zip(&padding).all(|(kernel, pad)| 2 * u64::from(*pad) + 1 == u64::from(*kernel)))
    .then_some("same")
}
