//! The expansions in `examples/expanded`. They are for reading. `tests/hygiene.rs` compiles them, and these tests
//! compare them with the macro's output.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

/// Fails if `examples/expanded/<name>.rs` is not the expansion of `graph`. With `BLESS=1` in the environment, writes
/// it. An expansion with its own folded form is in three files: the items that a user calls, the passes in
/// `<name>_passes.rs`, and the folded form in `<name>_folded.rs`. Of a model with streams, only their items are shown.
fn check(name: &str, graph: &str) {
    let expansion = crate::expand_model(graph.parse().expect("tokens"));
    let mut file: syn::File = syn::parse2(expansion).expect("items");
    match name {
        "editor" => file = block(&file),
        _ => file.items.retain(|item| editor(item).is_none()),
    }
    let is_folded =
        |item: &syn::Item| matches!(item, syn::Item::Struct(item) if item.ident.to_string().ends_with("Folded"));
    let is_streamed =
        |item: &syn::Item| matches!(item, syn::Item::Struct(item) if item.ident.to_string().ends_with("StreamGraph"));
    if let Some(start) = file.items.iter().position(is_streamed) {
        let streamed = syn::File { items: file.items.split_off(start), attrs: Vec::new(), ..file };
        return compare(name, &header(graph), &streamed);
    }
    if let Some(start) = file.items.iter().position(is_folded) {
        let folded = syn::File { items: file.items.split_off(start), attrs: Vec::new(), ..file.clone() };
        let header = format!("// What `model!` writes for the graph of `{name}.rs` as well: its folded form.\n");
        compare(&format!("{name}_folded"), &header, &folded);
        let is_block = |item: &syn::Item| matches!(item, syn::Item::Const(item) if item.ident == "_");
        let start = file.items.iter().position(is_block).expect("the block of the passes");
        let passes = syn::File { items: file.items.split_off(start), attrs: Vec::new(), ..file.clone() };
        let header =
            format!("// What `model!` writes for the graph of `{name}.rs` as well: its memory and its passes.\n");
        compare(&format!("{name}_passes"), &header, &passes);
    }
    compare(name, &header(graph), &file);
}

/// Fails if `examples/expanded/<name>.rs` has other items than these; with `BLESS=1`, writes it.
fn compare(name: &str, header: &str, file: &syn::File) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/expanded").join(name).with_extension("rs");
    let expansion = prettyplease::unparse(file);
    if env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{header}\n{}", spaced(&expansion))).expect("the file can be written");
        // Formatting is only for readers; the comparison ignores it. But rustfmt sorts imports, and those of `editor`
        // are in another order.
        if name == "editor" {
            return;
        }
        let _ = Command::new("rustfmt").args(["--edition", "2024"]).arg(&path).status();
    }
    // Both are formatted the same way before the comparison.
    let normal = |text: &str| prettyplease::unparse(&syn::parse_file(text).expect("Rust"));
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        normal(&committed) == normal(&expansion),
        "examples/expanded/{name}.rs is out of date: write it with `BLESS=1 cargo test -p nn-macros` and read what changed"
    );
}

/// The tokens of an item for editors.
pub(super) fn editor(item: &syn::Item) -> Option<&proc_macro2::TokenStream> {
    match item {
        syn::Item::Macro(item) if item.mac.path.segments.last().is_some_and(|last| last.ident == "__editor") => {
            Some(&item.mac.tokens)
        }
        _ => None,
    }
}

/// The block for editors of an expansion.
pub(super) fn block(file: &syn::File) -> syn::File {
    let block = file.items.iter().find_map(editor).expect("the block for editors");
    syn::parse2(block.clone()).expect("items")
}

fn header(graph: &str) -> String {
    // Without the block for editors, which is `editor.rs`.
    let mut header =
        String::from("// What `model!` writes for this graph. `BLESS=1 cargo test -p nn-macros` writes it anew.\n//\n");
    for line in graph.trim_end().lines().skip(1) {
        header.push_str(format!("// {}", line.strip_prefix("        ").unwrap_or(line)).trim_end());
        header.push('\n');
    }
    header
}

/// Adds a blank line after every item, and the comments that tokens cannot hold.
fn spaced(code: &str) -> String {
    let mut spaced = String::new();
    let mut lines = code.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("    unsafe impl") {
            spaced.push_str("    // SAFETY: `repr(C)`, and every field is `Weights<T>`: nothing but scalars.\n");
        }
        spaced.push_str(line);
        spaced.push('\n');
        let indentation = |line: &str| line.len() - line.trim_start().len();
        let ends =
            matches!(line.trim(), "}" | "};") || line.starts_with(|c: char| !c.is_whitespace()) && line.ends_with(';');
        if ends && lines.peek().is_some_and(|next| indentation(next) == indentation(line)) {
            spaced.push('\n');
        }
    }
    spaced
}

#[test]
fn digits() {
    check(
        "digits",
        r#"
        /// Recognises a handwritten digit.
        pub struct Digits;

        let pixels = Input(shape = [64]);
        let x = Dense(64, activation = relu)(pixels);
        let x = Dense(64, activation = relu)(x);
        let digit = Dense(10, activation = softmax)(x);

        Model(inputs = pixels, outputs = digit)
        "#,
    );
}

#[test]
fn pair() {
    check(
        "pair",
        r#"
        /// Whether two pictures show the same digit: a model is a layer, and one that is called twice shares its
        /// weights.
        pub struct Pair;

        let a = Input(shape = [64]);
        let b = Input(shape = [64]);
        let tower = Digits();
        let both = concatenate([tower(a), tower(b)]);
        let same = Dense(1, activation = sigmoid)(both);

        Model(inputs = [a, b], outputs = same)
        "#,
    );
}

/// The block that editors see beside the expansion. The compiler never sees it, so `tests/hygiene.rs` compiles it here,
/// except a shape that only rustc knows. Such a shape is a constant in a type, which rustc does not support yet.
#[test]
fn editor_block() {
    check(
        "editor",
        r#"
        pub struct Seen;

        let pixels = Input(shape = [2, 4]);
        let ids = Input(shape = [3], dtype = u32);
        let tower = Dense(8, kernel_initializer = he_normal, kernel_regularizer = l2(0.01));
        let branch = |x| {
            let h = Dense(8, activation = leaky_relu(negative_slope = SLOPE))(x);
            tower(h)
        };
        let h = Embedding(50, 8)(ids);
        let (h, state) = GRU(8, return_state = true)(h);
        let both = add([tower(h), branch(state)]);
        let flat = Flatten()(pixels);
        let end = Dense(3, activation = softmax)(concatenate([both, relu(flat)]));

        Model(inputs = [pixels, ids], outputs = end)
        "#,
    );
}

#[test]
fn stream() {
    check(
        "stream",
        r#"
        /// Filters a sound, and tells its loudness at half the rate.
        #[nn(stream)]
        pub struct Filter;

        let sound = Input(shape = [64, 1]);
        let h = Conv1D(4, 3, padding = causal, activation = relu)(sound);
        let h = LSTM(4, return_sequences = true)(h);
        let out = Dense(1)(h);
        let loudness = MaxPooling1D(2)(out);

        Model(inputs = sound, outputs = [out, loudness])
        "#,
    );
}
