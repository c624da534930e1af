//! For any input, the macro answers with items: a model, or errors. It never panics, and its output always parses.
//! The inputs are random, and the same in every run; `NN_EXHAUSTIVE=1` tests eight times as many.

mod arguments;

use nn_core::layers::LAYERS;
use nn_core::spec::{Dtype, Kind};
use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use quote::quote;
use std::fs;
use std::path::Path;

/// A random number generator that never changes (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

const GRAPHS: &[&str] = &[
    "pub struct Digits;
     let pixels = Input(shape = [64]);
     let x = Dense(64, activation = relu, use_bias = false, name = \"first\")(pixels);
     let x = Dropout(0.2)(x);
     let digit = Dense(10, activation = softmax, kernel_regularizer = l2(0.01), trainable = false)(x);
     Model(inputs = pixels, outputs = digit)",
    "struct Pair;
     let a = Input(shape = [4, 3], dtype = f32, sparse = false);
     let b = Input(shape = [HIDDEN / 2, 3]);
     let tower = Tower();
     let (p, q) = my::Scale::<3>(factor = 2.0)([tower(a), tower(b)]);
     let both = concatenate([p, q, relu(p)], axis = 1);
     let y = add([both, both]);
     Model(inputs = [a, b], outputs = [y, q])",
    "#[derive(Clone)] pub(crate) struct Stack;
     Sequential([Input(shape = [6]), Reshape([2, -1]), Permute((2, 1)), Flatten(), Activation(tanh), Dense(2)])",
    "struct Reader;
     let ids = Input(shape = [7], dtype = u32);
     let start = Input(shape = [4]);
     let x = Embedding(50, 8, mask_zero = true)(ids);
     let x = Bidirectional(GRU(4, return_sequences = true), merge_mode = sum)(x);
     let (x, h, c) = LSTM(4, return_state = true, activation = relu)(x, initial_state = [start, start]);
     let branch = |x, y| { let h = Dense(3)(x); add([h, Dense(3)(y)]) };
     let tower = Sequential([Dense(3), Dropout(0.5)]);
     let part = Model(inputs = x, outputs = tower(x));
     let (p, q) = (part(c), tower(h));
     let steps = TimeDistributed(Dense(N, activation = tanh))(Masking(mask_value = 1.0)(RepeatVector(5)(h)));
     let y = average([branch(x, c), branch(c, x), p, q, GlobalAveragePooling1D()(steps)]);
     Model(inputs = [ids, start], outputs = y)",
    "pub struct Parts {}
     let question = Input(shape = [6]);
     let other = Input(shape = [6]);
     let tower = Sequential([Dense(5, activation = relu), Dense(4)]);
     let encoded = tower(question);
     let encoder = Model(inputs = question, outputs = encoded);
     model.add(Dense(3));
     x = Dense(3, **config, use_bias = True)(encoded)
     let y = nn.Dense(2)(keras.layers.Add()([x, encoder(other)]));
     let z = lambda x: x + 1;
     Model(inputs = [question, other], outputs = y)",
    "pub struct Pasted<T>;
     import keras
     # A comment.
     units = 32
     def get_model():
         return keras.Model(inputs, outputs)
     inputs = keras.Input(shape=(units, 4), name=\"x\")
     a, b = self.split(nn.Linear(4, units)(inputs) + 1)
     for i in range(3):
         a = torch.cat([a, b], dim=1)
     if a: b
     /// Documentation.
     #[cfg(test)]
     let c = Dense { units: 3 }(a)
     c += b
     model = Sequential()
     model.add(Dense(3, input_dim=8))
     model.add(LogSoftmax(dim=1))
     let d = if x { a } else { println!(b) };
     last = keras.Model(inputs={\"a\": inputs}, outputs=[a ** 2, -b, x[0], y.relu()])
     return last",
];

/// The tokens with one of them removed, doubled, swapped with another, or replaced.
fn mutate(tokens: TokenStream, random: &mut Random) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    if tokens.is_empty() {
        return quote!(x);
    }
    let at = random.below(tokens.len());
    if let TokenTree::Group(group) = &tokens[at]
        && random.below(4) > 0
    {
        tokens[at] = Group::new(group.delimiter(), mutate(group.stream(), random)).into();
        return tokens.into_iter().collect();
    }
    match random.below(7) {
        0 => drop(tokens.remove(at)),
        1 => tokens.insert(at, tokens[at].clone()),
        2 => {
            let other = random.below(tokens.len());
            tokens.swap(at, other);
        }
        3 => tokens[at] = Literal::i64_unsuffixed(random.below(3) as i64).into(),
        4 => tokens[at] = Group::new(Delimiter::Bracket, TokenStream::new()).into(),
        5 => {
            let words = [
                "x",
                "Dense",
                "relu",
                "Model",
                "Input",
                "self",
                "let",
                "dense",
                "Graph",
                "_",
                "i128",
                "lambda",
                "True",
                "None",
                "Lambda",
                "Sequential",
                "keras",
                "super",
            ];
            let word: TokenStream = words[random.below(words.len())].parse().expect("a word");
            tokens.splice(at..=at, word);
        }
        _ => {
            let words = [
                "u64",
                "170141183460469231731687303715884105727",
                "1e400",
                "1e999",
                "-9223372036854775808",
                "99999999999999999999",
                "axis = -9223372036854775808",
                "\"\"",
                "-",
                "=",
                ";",
                "'a'",
                "::<0>",
                "**",
                "#",
                "nn.",
                "nn::",
                ":",
                ",",
                "|x|",
                "x =",
            ];
            let word: TokenStream = words[random.below(words.len())].parse().expect("a word");
            tokens.splice(at..at, word);
        }
    }
    tokens.into_iter().collect()
}

/// The number of inputs: `all`, or an eighth of it.
fn count(all: usize) -> usize {
    if std::env::var_os("NN_EXHAUSTIVE").is_some() { all } else { all / 8 }
}

/// # Panics
/// Panics if the macro does, or if its output does not parse.
fn answers(tokens: TokenStream) {
    let text = tokens.to_string();
    let items = std::panic::catch_unwind(|| {
        let judged = crate::rejects::expand(quote!("a message" => #tokens));
        (crate::expand_model(tokens).to_string(), judged.to_string())
    });
    let Ok((items, judged)) = items else { panic!("the macro panics on: {text}") };
    assert_eq!(judged.matches("compile_error").count(), 1, "`model_rejects!` sees another message, for: {text}");
    if let Err(error) = syn::parse_str::<syn::File>(&items) {
        panic!("{error}: what the macro writes does not parse, for: {text}\n{items}");
    }
    let (errors, codes) =
        (items.matches("compile_error").count(), items.matches("explained in nn::errors::nn").count());
    assert_eq!(errors, codes, "every error has a code, for: {text}\n{items}");
}

#[test]
fn no_input_makes_it_panic() {
    let mut random = Random(1);
    for graph in GRAPHS {
        for _ in 0..count(400) {
            let mut tokens: TokenStream = graph.parse().expect("tokens");
            for _ in 0..=random.below(3) {
                tokens = mutate(tokens, &mut random);
            }
            answers(tokens);
        }
    }
}

/// Collects the graphs in the calls of `model!` and `model_rejects!` in some tokens.
fn graphs_in(tokens: TokenStream, found: &mut Vec<TokenStream>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        match (at.checked_sub(2).map(|at| &tokens[at]), at.checked_sub(1).map(|at| &tokens[at])) {
            (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(mark)))
                if name == "model" && mark.as_char() == '!' =>
            {
                found.push(group.stream());
            }
            _ => graphs_in(group.stream(), found),
        }
    }
}

/// Collects the graphs in the files of a folder, in the same order on every machine.
fn graphs_below(folder: &Path, found: &mut Vec<TokenStream>) {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = entries.collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            graphs_below(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("a file");
            if let Ok(tokens) = text.parse() {
                graphs_in(tokens, found);
            }
        }
    }
}

/// Mutants of the tests' graphs, including graphs that do not compile.
#[test]
fn no_mutant_of_a_graph_of_the_tests_makes_it_panic() {
    let mut graphs = Vec::new();
    graphs_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests"), &mut graphs);
    assert!(graphs.len() > 300, "{} graphs", graphs.len());
    let mut random = Random(2);
    for _ in 0..count(1000) {
        let mut tokens = graphs[random.below(graphs.len())].clone();
        for _ in 0..=random.below(3) {
            tokens = mutate(tokens, &mut random);
        }
        answers(tokens);
    }
}

/// Every numeric argument gets a number at an end of its range.
#[test]
fn no_number_makes_it_panic() {
    let ends =
        ["1e999", "-1e999", "1e-999", "-9223372036854775808", "9223372036854775807", "99999999999999999999", "-0"];
    for spec in LAYERS {
        let input =
            if spec.reads == [Dtype::U32] { "Input(shape = [3, 2], dtype = u32)" } else { "Input(shape = [3, 2])" };
        let names = if spec.inputs.min > 1 { "[x, y]" } else { "x" };
        for arg in spec.args {
            for end in ends {
                let mut arguments: Vec<String> = Vec::new();
                for other in spec.args {
                    let value = match other.kind {
                        _ if other.name == arg.name => match other.kind {
                            Kind::Sizes | Kind::Ints | Kind::Axes | Kind::Pairs | Kind::Dims | Kind::Floats => {
                                format!("[{end}]")
                            }
                            Kind::Initializer => format!("constant({end})"),
                            Kind::Regularizer | Kind::ActivityAfter => format!("l1({end})"),
                            Kind::Constraint => format!("max_norm({end})"),
                            Kind::ActivationAfter | Kind::Activation(_) => format!("elu(alpha = {end})"),
                            _ => end.to_string(),
                        },
                        _ if !matches!(other.default, nn_core::spec::Default::Required) => continue,
                        Kind::Layer => "LSTM(2)".to_string(),
                        Kind::Sizes | Kind::Ints | Kind::Axes | Kind::Dims => "[2, 3]".to_string(),
                        _ => "2".to_string(),
                    };
                    arguments.push(format!("{} = {value}", other.name));
                }
                let call = format!("{}({})({names})", spec.name, arguments.join(", "));
                let graph = format!(
                    "struct Ends; let x = {input}; let y = {input}; let z = {call}; Model(inputs = [x, y], outputs = z)"
                );
                answers(graph.parse().expect("tokens"));
            }
        }
    }
}

/// A comparison of names takes time proportional to the product of their lengths, so absurdly long names are not
/// compared.
#[test]
fn long_names_take_no_time() {
    let (long, longer) = ("x".repeat(10_000), "y".repeat(10_001));
    let start = std::time::Instant::now();
    answers(
        format!(
            "struct Long; let {long} = Input(shape = [3]); let y = Dens{long}({longer} = 3, activation = {longer})({longer});
             Model(inputs = {long}, outputs = {longer})"
        )
        .parse()
        .expect("tokens"),
    );
    assert!(start.elapsed().as_secs() < 10);
}
