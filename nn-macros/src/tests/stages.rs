//! Facts that a stage may not know.

use nn_core::activations::ACTIVATIONS;
use nn_core::layers::LAYERS;
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The files of a folder and its subfolders, without tests.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let kept = entries.filter(|path| !path.ends_with("tests") && !path.ends_with("tests.rs"));
    kept.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The lines of code of a file, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(i, line)| (i + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn sources() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The facts about a layer or an activation are in its specification. Two exceptions: a lint is about the meaning of
/// one layer for another, and Python has words of its own (`model.add`, `a + b`).
#[test]
fn only_lints_know_layers_by_name() {
    let layers = LAYERS.iter().flat_map(|spec| [spec.name].into_iter().chain(spec.function));
    let around = LAYERS.iter().flat_map(|spec| spec.sparse.map(|call| call.around).into_iter().chain(spec.split_input));
    let activations = ACTIVATIONS.iter().flat_map(|spec| {
        let name = spec.path.rsplit("::").next();
        spec.names.iter().copied().chain(name)
    });
    let names: Vec<String> = layers.chain(around).chain(activations).map(|name| format!("\"{name}\"")).collect();
    assert!(names.len() > 100);
    let (mut found, mut in_lints) = (Vec::new(), 0);
    for file in files(&sources()) {
        let text = fs::read_to_string(&file).expect("a file");
        let named = code(&text).filter(|(_, line)| names.iter().any(|name| line.contains(name.as_str())));
        if file.ends_with("lint/rules.rs") || file.ends_with("lint/rules/images.rs") {
            in_lints += named.count();
        } else if !file.ends_with("python.rs") && !file.parent().is_some_and(|folder| folder.ends_with("python")) {
            found.extend(named.map(|(number, line)| format!("{}:{number}: {}", file.display(), line.trim())));
        }
    }
    assert!(in_lints > 10, "the rules of the lints were not found");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The printer gets an `Item` and data; it never makes syntax that looks like a user's.
#[test]
fn the_expansion_sees_no_syntax() {
    let files = files(&sources().join("emit"));
    assert!(files.len() > 10);
    for file in files {
        let text = fs::read_to_string(&file).expect("a file");
        assert!(!text.contains("Syntax"), "{} has a `Syntax`", file.display());
    }
}

/// An argument has a name, in the macro as on its page.
#[test]
fn no_argument_is_found_by_its_number() {
    let digit = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let mut found = Vec::new();
    for file in files(&sources()) {
        let text = fs::read_to_string(&file).expect("a file");
        let counted = code(&text).filter(|(_, line)| line.split("builtin.args[").skip(1).any(digit));
        found.extend(counted.map(|(number, line)| format!("{}:{number}: {}", file.display(), line.trim())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Every variable of an expansion is an input, an output, or in the list of names that a user's constant may also have.
#[test]
fn variables_have_names_that_are_known() {
    let graph = r#"
        #[nn(profile)]
        struct Net;
        let a = Input(shape = [4]);
        let words = Input(shape = [6], dtype = u32);
        let bag = Input(shape = [9], sparse = true);
        let h = BatchNormalization()(Dense(3, activation = gelu, trainable = false, activity_regularizer = l2(0.1))(a));
        let h = Flatten()(Reshape([UNITS, 3])(Dense(3 * UNITS, kernel_constraint = non_neg)(h)));
        let steps = Dense(5)(Dropout(0.1)(BatchNormalization()(Embedding(9, 4, mask_zero = true)(words))));
        let (steps, last, cell) = LSTM(3, return_sequences = true, return_state = true, dropout = 0.1)(steps);
        let steps = TimeDistributed(Inner())(Bidirectional(GRU(2, return_sequences = true))(steps));
        let (p, q) = Pair()([last, cell]);
        let many = concatenate([h, p, q, Dense(2)(bag), a, GlobalAveragePooling1D()(steps)]);
        let image = Flatten()(Conv2D(2, 2, activation = relu)(Reshape([4, 2, 3])(Dense(24)(h))));
        let many = concatenate([many, image]);
        add_loss(Dense(3)(many));
        let y = Dense(2, activation = softmax)(many);
        let z = Activation(tanh)(Dense(2)(many));
        Model(inputs = [a, words, bag], outputs = [y, z, many])
    "#;
    let stream = r#"
        #[nn(stream)]
        struct Stream;
        let a = Input(shape = [8, 4]);
        let words = Input(shape = [8], dtype = u32);
        let h = concatenate([Conv1D(3, 2, strides = 2)(a), MaxPooling1D(2)(Embedding(9, 4, mask_zero = true)(words))]);
        let y = GRU(UNITS)(h);
        let z = Dense(2)(h);
        Model(inputs = [a, words], outputs = [y, z])
    "#;
    let expand = |graph: &str| crate::expand_model(graph.parse().expect("tokens"));
    let expansion: TokenStream = [graph, stream].into_iter().flat_map(expand).collect();
    assert!(!expansion.to_string().contains("compile_error"), "{expansion}");
    let mut file: syn::File = syn::parse2(expansion).expect("items");
    // The block for editors has the user's own names.
    file.items.retain(|item| super::expanded::editor(item).is_none());
    let mut found = BTreeSet::new();
    variables(quote::quote!(#file), &mut found);
    assert!(found.len() > 20, "{found:?}");
    // `own` is the field of a struct pattern.
    let others = ["a", "words", "bag", "y", "z", "many", "self", "own"];
    let known: Vec<_> = nn_core::locals::LOCALS.iter().chain(&others).collect();
    found.retain(|name| !known.iter().any(|known| *known == name));
    assert!(found.is_empty(), "{found:?}");
}

/// Collects the names that patterns bind: in a `let` before its `=`, and in parameters of functions and closures before
/// a `:`.
fn variables(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (i, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if word == "let" => {
                let ends = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if [':', '='].contains(&punct.as_char()));
                let pattern = tokens[i + 1..].iter().take_while(|token| !ends(token));
                pattern.for_each(|token| names(token, found));
            }
            TokenTree::Ident(word) if word == "fn" => {
                let parameters = tokens[i..].iter().find_map(|token| match token {
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
                    _ => None,
                });
                typed(parameters.unwrap_or_default(), found);
            }
            TokenTree::Group(group) => variables(group.stream(), found),
            _ => {}
        }
    }
}

/// Collects the names that have a type.
fn typed(parameters: TokenStream, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = parameters.into_iter().collect();
    for pair in tokens.windows(2) {
        if let [name @ TokenTree::Ident(_), TokenTree::Punct(colon)] = pair
            && colon.as_char() == ':'
            && colon.spacing() == Spacing::Alone
        {
            names(name, found);
        }
    }
}

fn names(token: &TokenTree, found: &mut BTreeSet<String>) {
    match token {
        TokenTree::Ident(word) if word != "mut" && word.to_string().starts_with(char::is_lowercase) => {
            found.insert(word.to_string());
        }
        TokenTree::Group(group) => group.stream().into_iter().for_each(|token| names(&token, found)),
        _ => {}
    }
}
