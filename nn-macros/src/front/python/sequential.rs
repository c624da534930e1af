//! The `Input` of a pasted `Sequential`. In Python, the first layer may have the shape, or none has it.

use super::is_punct;
use super::translate::{inside, joined, parsed, parts};
use super::written::written;
use proc_macro2::{Delimiter, Group, Ident, TokenTree};

/// A keyword for the number of features that the first layer of PyTorch is made with: `Linear(784, 64)`.
const FEATURES: &str = "input_dim";

/// The layers in the list of a `Sequential`.
fn layers(call: &Group) -> Option<Vec<TokenTree>> {
    match &inside(call)[..] {
        [TokenTree::Group(list)] if list.delimiter() == Delimiter::Bracket => Some(inside(list)),
        _ => None,
    }
}

/// Puts a list of layers into the place of another.
fn replace(call: &mut Group, layers: Vec<TokenTree>) {
    let list = TokenTree::from(Group::new(Delimiter::Bracket, layers.into_iter().collect()));
    let mut made = Group::new(Delimiter::Parenthesis, list.into());
    made.set_span(call.span());
    *call = made;
}

/// Keeps the number of features of PyTorch's first layer, `Linear(784, 64)`, as `Dense(64, input_dim = 784)`. `made`
/// are the layers, and `before` as they were written.
pub(super) fn with_features(made: Vec<TokenTree>, before: &[TokenTree]) -> Vec<TokenTree> {
    let before = match before {
        [TokenTree::Group(list)] if list.delimiter() == Delimiter::Bracket => inside(list),
        before => before.to_vec(),
    };
    let (before, list) = (parts(&before), parts(&made));
    if before.len() != list.len() {
        return made;
    }
    // A `Flatten` makes features of any shape.
    let first = list.iter().position(|layer| written(layer) != "Flatten()").unwrap_or(0);
    let Some([.., TokenTree::Ident(name), TokenTree::Group(arguments)]) = before.get(first) else { return made };
    let arguments = inside(arguments);
    let all = parts(&arguments);
    let sizes = all.iter().filter(|part| !part.get(1).is_some_and(|equals| is_punct(equals, '='))).count();
    let named = all.iter().find(|part| matches!(&part[0], TokenTree::Ident(word) if word == "in_features"));
    let size = match (named, name.to_string().as_str()) {
        (Some(part), "Linear") => &part[2..],
        (None, "Linear") if sizes > 1 => all[0],
        _ => return made,
    };
    let [.., TokenTree::Group(call)] = list[first] else { return made };
    let text = format!("{}({}, {FEATURES} = {})", list[first][0], written(&inside(call)), written(size));
    let Some(layer) = parsed(&text, name.span()) else { return made };
    let all: Vec<&[TokenTree]> =
        list.iter().enumerate().map(|(i, part)| if i == first { &layer[..] } else { part }).collect();
    joined(&all)
}

/// Writes the shape of the first layer as an `Input` before it. Returns whether its sizes are left open, `..`.
pub(super) fn with_input(call: &mut Group, is_input: &dyn Fn(&Ident) -> bool) -> bool {
    let Some(list) = layers(call) else { return false };
    let list = parts(&list);
    match list.first() {
        None => return false,
        Some([TokenTree::Ident(name), ..]) if name == "Input" || name == "InputLayer" => return false,
        Some([TokenTree::Ident(name)]) if is_input(name) => return false,
        Some(_) => {}
    }
    let (mut shape, mut dtype, mut kept) = (None, "", Vec::new());
    for (i, layer) in list.iter().enumerate() {
        let (left, found) = without_shape(layer);
        if shape.is_none() && list[..i].iter().all(|before| i == 0 || written(before) == "Flatten()") {
            shape = found;
        }
        if matches!(&layer[0], TokenTree::Ident(name) if name == "Embedding") && i == 0 {
            dtype = ", dtype = u32";
        }
        kept.push(left);
    }
    let text = format!("Input(shape = {}{dtype})", shape.as_deref().unwrap_or("[..]"));
    let Some(input) = parsed(&text, call.span()) else { return false };
    let all: Vec<&[TokenTree]> = [&input[..]].into_iter().chain(kept.iter().map(|layer| &layer[..])).collect();
    let all = joined(&all);
    replace(call, all);
    shape.is_none()
}

/// Removes shapes from the layers of a `Sequential` that is called on a tensor.
pub(super) fn without_shapes(call: &mut Group) {
    let Some(list) = layers(call) else { return };
    let kept: Vec<Vec<TokenTree>> = parts(&list).into_iter().map(|layer| without_shape(layer).0).collect();
    let kept: Vec<&[TokenTree]> = kept.iter().map(|layer| &layer[..]).collect();
    replace(call, joined(&kept));
}

/// A layer without the shape of its input, and the shape as a list.
fn without_shape(layer: &[TokenTree]) -> (Vec<TokenTree>, Option<String>) {
    let [TokenTree::Ident(name), TokenTree::Group(arguments)] = layer else { return (layer.to_vec(), None) };
    let all = inside(arguments);
    let (shape, others): (Vec<&[TokenTree]>, Vec<&[TokenTree]>) = parts(&all).into_iter().partition(|part| {
        let is_shape = |word: &Ident| match word.to_string().as_str() {
            "input_shape" | "input_length" => true,
            FEATURES => name != "Embedding",
            _ => false,
        };
        matches!(part, [TokenTree::Ident(word), equals, ..] if is_shape(word) && is_punct(equals, '='))
    });
    let [[_, _, shape @ ..]] = &shape[..] else { return (layer.to_vec(), None) };
    let text = match shape {
        [TokenTree::Group(_)] => written(shape),
        size => format!("[{}]", written(size)),
    };
    let mut made = Group::new(Delimiter::Parenthesis, joined(&others).into_iter().collect());
    made.set_span(arguments.span());
    (vec![layer[0].clone(), made.into()], Some(text).filter(|text| !text.contains("None")))
}
