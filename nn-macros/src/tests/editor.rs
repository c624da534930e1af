//! The names that an editor finds in the expansion: every name of a graph with its span, even in a half-written graph.
//! An editor closes open groups before it expands; the graphs here are closed by hand.

use super::expanded::block;
use insta::assert_snapshot;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;

/// The block for editors, formatted.
fn editor(graph: &str) -> String {
    let file = block(&syn::parse2(crate::expand_model(graph.parse().expect("tokens"))).expect("items"));
    let text = prettyplease::unparse(&file);
    let inside = text.lines().filter(|line| line.starts_with("        ")).map(|line| &line[8..]);
    inside.collect::<Vec<_>>().join("\n")
}

/// All names in some tokens.
fn idents(tokens: TokenStream) -> Vec<Ident> {
    let tokens = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => idents(group.stream()),
        TokenTree::Ident(name) => vec![name],
        _ => Vec::new(),
    });
    tokens.collect()
}

/// The number of times that each of these names stands in the block with its span in the graph.
fn reached(graph: &str, words: &[&str]) -> Vec<String> {
    let tokens: TokenStream = graph.parse().expect("tokens");
    let file = block(&syn::parse2(crate::expand_model(tokens.clone())).expect("items"));
    let block = idents(file.to_token_stream());
    let names = idents(tokens).into_iter().filter(|name| words.is_empty() || words.iter().any(|word| name == word));
    let counts = names.map(|name| {
        let at = |other: &&Ident| other.span().start() == name.span().start();
        format!("{name} {}", block.iter().filter(at).count())
    });
    counts.collect()
}

/// Words of the language, which name nothing.
const KEYWORDS: [&str; 12] = [
    "pub",
    "struct",
    "let",
    "shape",
    "dtype",
    "u32",
    "units",
    "activation",
    "kernel_initializer",
    "inputs",
    "outputs",
    "axis",
];

#[test]
fn every_name_reaches_the_block_once() {
    let graph = r#"
        pub struct Digits;
        let pixels = Input(shape = [WIDTH * 2]);
        let tower = Dense(units = HIDDEN, activation = relu, kernel_initializer = he_normal);
        let branch = |a, b| { let h = tower(a); add([h, b]) };
        let x = Dense(HIDDEN, activation = leaky_relu(my::SLOPE))(tower(pixels));
        let (x, state) = GRU(8, return_state = true)(Reshape([-1, HIDDEN])(branch(x, x)));
        let y = concatenate([tanh(x), state], axis = 1);
        Model(inputs = pixels, outputs = y)
    "#;
    let without = ["return_state", "true", "Digits"];
    for name in reached(graph, &[]) {
        let (word, count) = name.split_once(' ').expect("a count");
        let expected = if KEYWORDS.contains(&word) || without.contains(&word) { "0" } else { "1" };
        assert_eq!(count, expected, "{word}");
    }
}

#[test]
fn a_name_leads_to_what_it_means() {
    let graph = r#"
        struct Digits;
        let pixels = Input(shape = [28, 28]);
        let words = Input(shape = [90], sparse = true);
        let tower = Dense(HIDDEN / 2, activation = relu);
        let x = Dense(64, activation = gelu)(Flatten()(pixels));
        let y = tower(x);
        Model(inputs = pixels, outputs = y)
    "#;
    assert_snapshot!(editor(graph), @r#"
    use ::nn::words::calls::*;
    let pixels: ::nn::words::Tensor2<f32, 28, 28> = {
        use ::nn::words::Input as _;
        ::nn::__private::any()
    };
    let words: ::nn::words::Tensor1<f32, 90> = {
        use ::nn::words::Input as _;
        ::nn::__private::any()
    };
    let tower: ::nn::words::Unknown = {
        use ::nn::layers::Dense as _;
        let _ = HIDDEN / 2;
        use ::nn::activations::names::relu as _;
        ::nn::__private::any()
    };
    let x: ::nn::words::Tensor1<f32, 64> = {
        use ::nn::layers::Dense as _;
        use ::nn::activations::names::gelu as _;
        use ::nn::layers::Flatten as _;
        let _ = &pixels;
        ::nn::__private::any()
    };
    const SHAPE_6: &[usize] = __DigitsGraph::TOWER.output(0usize).dims();
    let y: ::nn::words::Tensor<f32, SHAPE_6> = {
        let _ = &tower;
        let _ = &x;
        ::nn::__private::any()
    };
    use ::nn::words::Model as _;
    let _ = &pixels;
    let _ = &y;
    "#);
}

#[test]
fn an_unfinished_name_is_an_expression() {
    // A tensor, a layer and an activation; `Model` lists one as well.
    let graph = "struct Digits; let pixels = Input(shape = [64]); let x = Dense(64, activation = re)(pix);
                 let y = Den; let z = Dens(4)(y); Model(inputs = pixels, outputs = z_)";
    assert_snapshot!(editor(graph), @r#"
    use ::nn::words::calls::*;
    let pixels: ::nn::words::Tensor1<f32, 64> = {
        use ::nn::words::Input as _;
        ::nn::__private::any()
    };
    let x: ::nn::words::Unknown = {
        use ::nn::layers::Dense as _;
        let _ = ::nn::activations::names::re;
        let _ = &pix;
        ::nn::__private::any()
    };
    let y: ::nn::words::Unknown = {
        {
            use ::nn::words::*;
            let _: Den;
        }
        ::nn::__private::any()
    };
    let z: ::nn::words::Unknown = {
        {
            use ::nn::words::*;
            let _: Dens;
        }
        let _ = &y;
        ::nn::__private::any()
    };
    use ::nn::words::Model as _;
    let _ = &pixels;
    let _ = &z_;
    "#);
}

#[test]
fn a_call_that_is_not_closed_costs_only_itself() {
    // `Dense(64, ` and `Dense(64)(pix`, with the following statements in their parentheses.
    let open = "struct Digits; let pixels = Input(shape = [64]);
                let x = Dense(64, let y = Dense(10)(pix let z = Dense(3)(pixels); Model(inputs = pixels, outputs = z)))";
    assert_snapshot!(editor(open), @r#"
    use ::nn::words::calls::*;
    let pixels: ::nn::words::Tensor1<f32, 64> = {
        use ::nn::words::Input as _;
        ::nn::__private::any()
    };
    let x: ::nn::words::Unknown = {
        use ::nn::layers::Dense as _;
        ::nn::__private::any()
    };
    let y: ::nn::words::Unknown = {
        use ::nn::layers::Dense as _;
        let _ = &pix;
        ::nn::__private::any()
    };
    let z: ::nn::words::Tensor1<f32, 3> = {
        use ::nn::layers::Dense as _;
        let _ = &pixels;
        ::nn::__private::any()
    };
    use ::nn::words::Model as _;
    let _ = &pixels;
    let _ = &z;
    "#);
}

#[test]
fn statements_without_a_value_a_semicolon_or_an_end() {
    for (graph, words) in [
        ("struct Digits; let pixels = Input(shape = [64]); let x =", &["pixels", "x"][..]),
        ("struct Digits; let pixels = Input(shape = [64]); let x = Dense(64)(pixels)", &["pixels", "x", "Dense"]),
        (
            "struct Digits; let pixels = Input(shape = [64]) let x = Dense(64)(pixels) Model(inputs = pixels, outputs = x)",
            &["pixels", "x", "Dense", "Model"],
        ),
        (
            "struct Digits; let pixels = Input(shape = [64]); Dense(64)(pixels); let x = tanh(pixels.); x",
            &["pixels", "x", "Dense", "tanh"],
        ),
        ("struct Digits; let pixels = Input(shape = [64]); pixe", &["pixels", "pixe"]),
    ] {
        let reached = reached(graph, words);
        assert!(reached.iter().all(|name| name.ends_with(" 1")), "{graph}: {reached:?}");
    }
}
