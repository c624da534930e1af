//! Names and errors that the passes find.

use insta::assert_snapshot;
use proc_macro2::{TokenStream, TokenTree};
use syn::{Expr, Fields, Item, ItemMacro, Stmt};

fn expand(graph: &str) -> TokenStream {
    crate::expand_model(graph.parse().expect("tokens"))
}

/// The names of the fields of a struct of the expansion.
fn fields(graph: &str, name: &str) -> String {
    fn find(items: Vec<Item>, name: &str) -> Option<Fields> {
        items.into_iter().find_map(|item| match item {
            Item::Struct(item) if item.ident == name => Some(item.fields),
            // `buffers! { pub struct NetCache<..> { .. } }`
            Item::Macro(item) => {
                let tokens: Vec<TokenTree> = item.mac.tokens.into_iter().collect();
                let is_it = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == name);
                let fields = tokens.last().filter(|_| tokens.iter().any(is_it))?;
                syn::parse2(fields.clone().into()).ok().map(Fields::Named)
            }
            // `const _: () = { .. };`
            Item::Const(item) => match *item.expr {
                Expr::Block(block) => {
                    let items = block.block.stmts.into_iter().filter_map(|statement| match statement {
                        Stmt::Item(item) => Some(item),
                        Stmt::Macro(call) => Some(Item::Macro(ItemMacro {
                            attrs: call.attrs,
                            ident: None,
                            mac: call.mac,
                            semi_token: None,
                        })),
                        _ => None,
                    });
                    find(items.collect(), name)
                }
                _ => None,
            },
            _ => None,
        })
    }
    let file: syn::File = syn::parse2(expand(graph)).expect("items");
    let fields = find(file.items, name).expect("the struct").into_iter().filter_map(|field| field.ident);
    fields.map(|name| name.to_string()).collect::<Vec<_>>().join(" ")
}

/// The messages of all errors.
fn errors(graph: &str) -> String {
    fn find(tokens: TokenStream, errors: &mut Vec<String>) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for window in tokens.windows(3) {
            if let [TokenTree::Ident(name), _, TokenTree::Group(message)] = window
                && name == "compile_error"
            {
                errors.push(syn::parse2::<syn::LitStr>(message.stream()).expect("a message").value());
            }
        }
        for token in tokens {
            if let TokenTree::Group(group) = token {
                find(group.stream(), errors);
            }
        }
    }
    let mut errors = Vec::new();
    find(expand(graph), &mut errors);
    errors.join("\n")
}

#[test]
fn layers_are_named_by_name_let_or_keras() {
    let graph = r#"
        struct Names;
        let start = Input(shape = [3]);
        let x = Dense(3)(start);
        let x = Dense(3)(x);
        let middle = Dense(3)(x);
        let x = Dense(3, name = "given")(middle);
        let x = BatchNormalization()(x);
        let x = my::RunningMean::<3>()(x);
        let end = Dense(2, activation = softmax)(x);
        Model(inputs = start, outputs = end)
    "#;
    assert_snapshot!(fields(graph, "Names"), @"dense dense_1 middle given batch_normalization running_mean end");
    assert_snapshot!(fields(graph, "NamesInputs"), @"start");
    assert_snapshot!(fields(graph, "NamesOutputs"), @"end");
}

#[test]
fn automatic_names_go_around_chosen_ones() {
    let graph = r#"
        struct Names;
        let x = Input(shape = [3]);
        let dense = Dense(3);
        let dense_1 = Dense(3);
        let y = Dense(3)(dense(dense_1(Dense(3)(x))));
        let z = Dense(3, name = "r#type")(y);
        Model(inputs = x, outputs = [z, y])
    "#;
    assert_snapshot!(fields(graph, "Names"), @"dense dense_1 y dense_2 r#type");
    assert_snapshot!(fields(graph, "NamesOutputs"), @"z y");
}

#[test]
fn memory_is_named_after_calls() {
    // `a` is called three times; the names of its memory must not clash with those of `a_1` and `d_a`.
    let graph = r#"
        struct Names;
        let x = Input(shape = [3]);
        let a = Two();
        let (p, q) = a(x);
        let (r, s) = a(q);
        let a_1 = Dense(3)(r);
        let d_a = Dense(3)(a_1);
        let y = concatenate([p, s, d_a, d_a]);
        Model(inputs = x, outputs = y)
    "#;
    let names = fields(graph, "NamesCache");
    assert_snapshot!(names, @"a a_1 a_2 a_2_1 a_1_1 d_a_3 d_a_3_copy d_a d_a_1 a_memory d_a_2 d_a_2_1 a_2_memory d_a_1_1 d_d_a_3 d_d_a_3_copy");
    let mut fields: Vec<&str> = names.split(' ').collect();
    fields.sort_unstable();
    assert!(fields.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn all_errors_are_reported_at_once() {
    let graph = r#"
        struct Errors;
        let pixels = Input(shape = [64]);
        let x = Dens(64)(pixels);
        let y = Dense(64, activation = rleu)(x);
        let z = Dense(0)(y);
        let w = Concatenate(axes = 1)([y, z]);
        Model(inputs = pixel, outputs = w)
    "#;
    assert_snapshot!(errors(graph), @r"
    unknown layer `Dens`
      = help: did you mean `Dense`?
      = note: a layer or model of your own with such a name is written with its path, `self::Dens`
      = note: explained in nn::errors::nn0101
    unknown activation `rleu`
      = help: did you mean `relu`?
      = note: an activation of your own is written with its path, `self::rleu`
      = note: explained in nn::errors::nn0102
    `units` must be at least 1, but is 0
      = note: explained in nn::errors::nn0206
    `Concatenate` has no argument `axes`
      = help: did you mean `axis`?
      = note: its arguments are `axis`, `name`, `trainable`
      = note: explained in nn::errors::nn0201
    undefined tensor `pixel`
      = help: did you mean `pixels`?
      = note: explained in nn::errors::nn0106
    ");
}

#[test]
fn nothing_is_said_twice() {
    // One misspelt layer; everything after it depends on it.
    let graph = r#"
        struct Errors;
        let pixels = Input(shape = [64]);
        let x = Dens(64)(pixels);
        let y = Dense(64)(x);
        let z = add([y, x]);
        let unused = Dense(3);
        Model(inputs = pixels, outputs = z)
    "#;
    assert_snapshot!(errors(graph), @r"
    unknown layer `Dens`
      = help: did you mean `Dense`?
      = note: a layer or model of your own with such a name is written with its path, `self::Dens`
      = note: explained in nn::errors::nn0101
    ");
}

#[test]
fn no_struct() {
    assert_snapshot!(errors("let pixels = Input(shape = [64]);"), @r"
    expected `struct`
      = help: a model starts with its struct: `model! { pub struct Digits; let x = Input(shape = [64]); … }`
      = note: explained in nn::errors::nn0002
    ");
    assert_snapshot!(errors("pub struct Digits"), @r"
    expected `;` and a graph after `struct Digits`
      = help: a model starts with its struct: `model! { pub struct Digits; let x = Input(shape = [64]); … }`
      = note: explained in nn::errors::nn0002
    ");
    assert_snapshot!(errors(""), @r"
    unexpected end of input, expected `struct`
      = help: a model starts with its struct: `model! { pub struct Digits; let x = Input(shape = [64]); … }`
      = note: explained in nn::errors::nn0002
    ");
}

#[test]
fn inputs_and_outputs_need_no_keywords() {
    let graph = "struct Digits; let x = Input(shape = [4]); let y = Dense(2)(x);";
    assert_eq!(errors(&format!("{graph} Model(x, y)")), "");
    assert_eq!(errors(&format!("{graph} Model([x], [y])")), "");
    assert_snapshot!(errors(&format!("{graph} Model(x, y, \"digits\")")), @r"
    `Model` has no argument `name`
      = help: a model is called as its struct is: `Digits`
      = note: explained in nn::errors::nn0201
    ");
}

/// It stands on the field of the layer, and on those of inputs and outputs.
#[test]
fn documentation_of_a_let_is_shown() {
    let graph = "struct Digits;
        /// The pixels.
        let x = Input(shape = [4]);
        /// The hidden layer.
        ///
        /// It is small.
        let h = Dense(3, activation = relu)(x);
        /// A copy of it.
        let same = h;
        let branch = |x| {
            /// Inside.
            let inner = Dense(5)(x);
            inner
        };
        /// The digit.
        let y = Dense(2)(branch(same));
        Model(x, y)";
    let expansion = crate::expand_model(graph.parse().expect("tokens"));
    let file: syn::File = syn::parse2(expansion).expect("items");
    let mut found = Vec::new();
    for item in &file.items {
        let syn::Item::Struct(item) = item else { continue };
        for field in &item.fields {
            let docs = field.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"));
            let docs: Vec<String> = docs
                .map(|attribute| match &attribute.meta {
                    syn::Meta::NameValue(pair) => quote::quote!(#pair).to_string().replace("doc = ", ""),
                    _ => String::new(),
                })
                .collect();
            found.push(format!("{}.{}: {}", item.ident, field.ident.as_ref().expect("a name"), docs.join(" ")));
        }
    }
    found.retain(|line| !line.starts_with("DigitsFolded"));
    assert_snapshot!(found.join("\n"), @r#"
    Digits.h: " The hidden layer." "" " It is small." "" " `Dense(3, activation = relu)` on `(4,)`."
    Digits.y: " The digit." "" " `Dense(2)` on `(5,)`."
    Digits.y_inner: " Inside." "" " `Dense(5)` on `(3,)`."
    DigitsInputs.x: " The pixels." "" " Shape `(4,)`."
    DigitsOutputs.y: " The digit." "" " Shape `(2,)`."
    "#);
}

/// Without a mask, rustc may find out what a flag is.
#[test]
fn where_there_is_a_mask_its_flags_are_literals() {
    let graph = |first: &str, argument: &str| {
        let first = format!("struct Masks; let x = Input(shape = [4, 2]); let a = {first}(x); let b = {first}(x);");
        errors(&format!("{first} let y = {argument}; Model(inputs = x, outputs = y)"))
    };
    let sequences = "add([LSTM(2, return_sequences = YES)(a), LSTM(2, return_sequences = true)(b)])";
    assert_eq!(graph("Dropout(0.5)", sequences), "");
    assert_snapshot!(graph("Masking()", sequences), @r"
    `return_sequences` expects `true` or `false` where there is a mask, but got `YES`
      = help: masks are a part of the graph, which is known before constants are: write the value
      = note: explained in nn::errors::nn0205
    ");
    let words =
        "struct Masks; let x = Input(shape = [4], dtype = u32); let y = LSTM(3)(Embedding(9, 3, mask_zero = YES)(x));
                 Model(inputs = x, outputs = y)";
    assert_snapshot!(errors(words), @r"
    `mask_zero` expects `true` or `false` where there is a mask, but got `YES`
      = help: masks are a part of the graph, which is known before constants are: write the value
      = note: explained in nn::errors::nn0205
    ");
}

#[test]
fn a_derive_of_another_library_is_kept() {
    let graph = |derives: &str| {
        let text = format!(
            "#[derive({derives})] struct Net; let x = Input(shape = [3]); let y = Dense(2)(x); Model(inputs = x, outputs = y)"
        );
        crate::expand_model(text.parse().expect("tokens")).to_string()
    };
    assert_eq!(graph("Clone, std::fmt::Debug, ::core::cmp::PartialEq, core::clone::Clone"), graph(""));
    for derive in ["other :: Clone", "other :: fmt :: Debug", ":: other :: PartialEq"] {
        assert!(graph(derive).contains(&format!("derive ({derive})")), "{derive}");
    }
}
