//! A graph without tokens, as an importer makes it.

use crate::diagnostics::Diagnostics;
use crate::front::parse::Syntax;
use crate::front::{parse, values};
use crate::graph::{Arg, Builtin, Function, Graph, Layer, LayerId, Node, Op, Producer, Shaped, Tensor, TensorId, Term};
use crate::schedule::{Field, Form, lower};
use crate::source::{ExprId, Name, Source, SpanId};
use crate::{Attributes, PASSES, read, write};
use insta::assert_snapshot;
use nn_core::activations::ACTIVATIONS;
use nn_core::layers::LAYERS;
use nn_core::shape::Shape;
use nn_core::spec::{Dtype, Value};
use proc_macro2::{Ident, Span};
use syn::Visibility;

/// A graph and the errors in it.
struct Maker {
    graph: Graph,
    diagnostics: Diagnostics,
}

impl Maker {
    fn new(model: &str) -> Self {
        let graph_type = Name::new(&format!("__{model}Graph"), SpanId::default());
        Maker { graph: Graph::new(graph_type), diagnostics: Diagnostics::new() }
    }

    fn tensor(&mut self, name: &str, producer: Producer, shape: Shaped) -> TensorId {
        self.graph.tensors.push(Tensor {
            docs: Vec::new(),
            name: Name::new(name, SpanId::default()),
            producer,
            shape,
            dtype: Dtype::Float,
            sparse: false,
            named: producer == Producer::Input,
            span: SpanId::default(),
            mask: None,
            exists_if: None,
        });
        self.graph.tensors.len() - 1
    }

    fn input(&mut self, name: &str, shape: &[usize]) -> TensorId {
        let tensor = self.tensor(name, Producer::Input, Shaped::Known(Shape::new(shape)));
        self.graph.declared.push(tensor);
        tensor
    }

    /// Adds a layer; documentation and messages show the text `shown`.
    fn layer(&mut self, name: Option<&str>, op: Op, shown: &str) -> LayerId {
        let owner = self.graph.layers.len();
        self.graph.layers.push(Layer {
            name: Name::new("layer", SpanId::default()),
            docs: Vec::new(),
            given_name: name.map(|name| Name::new(name, SpanId::default())),
            let_name: None,
            op,
            trainable: true,
            part: name.is_none(),
            source: self.diagnostics.source.made(shown),
            owner,
            inside: false,
            template_name: None,
        });
        owner
    }

    /// Adds a library layer with these arguments and defaults for all others.
    fn builtin(&mut self, name: &str, kind: &str, given: &[(&str, Value)], shown: &str) -> LayerId {
        let spec = LAYERS.iter().find(|spec| spec.name == kind).expect("a layer of the library");
        let args = spec.args.iter().map(|arg| match given.iter().find(|(name, _)| *name == arg.name) {
            Some((_, value)) => Arg::known(arg, *value),
            None => values::default(arg),
        });
        let op = Builtin { spec, args: args.collect(), then: Vec::new(), inferred: None, inner: None };
        self.layer(Some(name), Op::Builtin(Box::new(op)), shown)
    }

    fn activation(&mut self, name: &str) -> LayerId {
        let spec = ACTIVATIONS.iter().find(|spec| spec.names.contains(&name)).expect("an activation of the library");
        let function = Function::Library { spec, fields: Vec::new(), at: SpanId::default() };
        self.layer(None, Op::Activation { function, label: name.to_string() }, name)
    }

    fn call(&mut self, layer: LayerId, input: TensorId) -> TensorId {
        let output = self.tensor("tensor", Producer::Node(self.graph.nodes.len()), Shaped::Unknown);
        let shown = self.graph.tensors[input].name.to_string();
        self.graph.nodes.push(Node {
            layer,
            inputs: vec![input],
            outputs: vec![output],
            input_exprs: vec![self.diagnostics.source.made(&shown)],
            name: Name::new("node", SpanId::default()),
            facts: None,
            inner_facts: Vec::new(),
            masks: Vec::new(),
            given_mask: None,
            lasts: false,
        });
        output
    }

    fn end(&mut self, input: TensorId, output: TensorId) {
        (self.graph.inputs, self.graph.outputs) = (vec![input], vec![output]);
        let source = &mut self.diagnostics.source;
        (self.graph.input_exprs, self.graph.output_exprs) = (vec![source.made("input")], vec![source.made("output")]);
        self.graph.complete = true;
        PASSES.iter().for_each(|pass| pass(&mut self.graph, &mut self.diagnostics));
    }
}

/// `Dense(units, activation = relu)(pixels)`, a dropout, and a Dense with a softmax.
fn digits(units: usize) -> Maker {
    let mut maker = Maker::new("Digits");
    let pixels = maker.input("pixels", &[64]);
    let hidden = maker.builtin(
        "hidden",
        "Dense",
        &[("units", Value::Size(units))],
        &format!("Dense({units}, activation = relu)"),
    );
    let relu = maker.activation("relu");
    let dropout = maker.builtin("dropout", "Dropout", &[("rate", Value::Float(0.2))], "Dropout(0.2)");
    let digit = maker.builtin("digit", "Dense", &[("units", Value::Size(3))], "Dense(3, activation = softmax)");
    let softmax = maker.activation("softmax");
    let x = maker.call(hidden, pixels);
    let x = maker.call(relu, x);
    let x = maker.call(dropout, x);
    let x = maker.call(digit, x);
    let x = maker.call(softmax, x);
    maker.end(pixels, x);
    maker
}

/// The same graph as if nobody had written it: without places, and with expressions reduced to their text.
fn without_tokens(graph: &Graph, written: &Source) -> (Graph, Source) {
    let (mut graph, mut source) = (graph.clone(), Source::default());
    let mut shown = |expr: &mut ExprId| *expr = source.made(&written.text(*expr));
    for layer in &mut graph.layers {
        shown(&mut layer.source);
        layer.name.span = SpanId::default();
        if let Op::Builtin(builtin) = &mut layer.op {
            for arg in builtin.args.iter_mut().filter(|arg| arg.value.is_some()) {
                (arg.asked, arg.expr) = (None, None);
            }
        }
        let functions = match &mut layer.op {
            Op::Activation { function, .. } => vec![function],
            Op::Builtin(builtin) => {
                let functions = builtin.args.iter_mut().filter_map(|arg| match &mut arg.field {
                    Some(Term::Function(function)) => Some(function),
                    _ => None,
                });
                functions.collect()
            }
            Op::Component(_) => Vec::new(),
        };
        for function in functions {
            if let Function::Library { at, .. } = function {
                *at = SpanId::default();
            }
        }
    }
    for node in &mut graph.nodes {
        node.input_exprs.iter_mut().for_each(&mut shown);
        node.name.span = SpanId::default();
    }
    graph.input_exprs.iter_mut().chain(&mut graph.output_exprs).for_each(shown);
    for tensor in &mut graph.tensors {
        (tensor.span, tensor.name.span) = (SpanId::default(), SpanId::default());
    }
    graph.output_names.iter_mut().for_each(|name| name.span = SpanId::default());
    graph.graph_type.span = SpanId::default();
    (graph, source)
}

/// The items of an expansion, formatted, without the block for editors.
fn items(expansion: proc_macro2::TokenStream) -> String {
    let mut file: syn::File = syn::parse2(expansion).expect("items");
    file.items.retain(|item| super::expanded::editor(item).is_none());
    prettyplease::unparse(&file)
}

#[test]
fn a_graph_that_was_made_by_hand_expands_as_one_that_was_written() {
    let Maker { graph, diagnostics } = digits(5);
    assert!(!diagnostics.any());
    let syntax = Syntax::new(Vec::new(), Visibility::Inherited, Ident::new("Digits", Span::call_site()));
    let made = write(&syntax, &graph, &diagnostics, &Attributes::default());
    let written = "struct Digits;
                   let pixels = Input(shape = [64]);
                   let hidden = Dense(5, activation = relu)(pixels);
                   let dropout = Dropout(0.2)(hidden);
                   let digit = Dense(3, activation = softmax)(dropout);
                   Model(inputs = pixels, outputs = digit)";
    assert_eq!(items(made), items(crate::expand_model(written.parse().expect("tokens"))));
}

#[test]
fn no_layer_needs_the_tokens_that_it_was_written_with() {
    let text = r#"
        struct Reader;
        let words = Input(shape = [7], dtype = u32);
        let start = Input(shape = [4]);
        let bag = Input(shape = [90], sparse = true);
        let x = Embedding(50, 8, mask_zero = true)(words);
        let x = Bidirectional(GRU(4, return_sequences = true, dropout = 0.1), merge_mode = sum)(x);
        let (x, h, c) = LSTM(4, return_state = true, activation = relu)(x, initial_state = [start, start]);
        let h = Dense(4, kernel_initializer = random_normal(stddev = 0.1), bias_constraint = max_norm(2.0))(h);
        let h = LeakyReLU(0.1)(BatchNormalization(momentum = 0.9)(h));
        let c = Dense(4, activation = elu(0.5), activity_regularizer = l2(0.01), kernel_regularizer = l1(0.1))(c);
        let seen = Dense(4, use_bias = false, trainable = false)(bag);
        let steps = TimeDistributed(Dense(4))(RepeatVector(3)(Dropout(0.2)(x)));
        let steps = LayerNormalization()(Permute((2, 1))(Reshape([2, 6])(Flatten()(steps))));
        let steps = GlobalMaxPooling1D()(steps);
        let y = Dense(3, activation = softmax)(concatenate([average([x, h, c, seen, seen]), steps], axis = -1));
        Model(inputs = [words, start, bag], outputs = y)
    "#;
    let mut diagnostics = Diagnostics::new();
    let mut syntax = parse::parse(text.parse().expect("tokens"), &mut diagnostics).expect("a graph");
    let (graph, attributes) = read(&mut syntax, &mut diagnostics);
    assert!(!diagnostics.any(), "{:?}", diagnostics.into_messages());
    let expansion = write(&syntax, &graph, &diagnostics, &attributes);
    let (mut graph, source) = without_tokens(&graph, &diagnostics.source);
    diagnostics.source = source;
    crate::passes::fold::fold(&mut graph, &mut diagnostics);
    assert_eq!(items(write(&syntax, &graph, &diagnostics, &attributes)), items(expansion));
}

#[test]
fn its_errors_are_those_of_any_graph() {
    let mut maker = Maker::new("Digits");
    let pixels = maker.input("pixels", &[64]);
    let flat = maker.builtin("flat", "Permute", &[("dims", Value::Ints([2, 1, 0, 0, 0, 0], 2))], "Permute");
    let x = maker.call(flat, pixels);
    maker.end(pixels, x);
    assert_snapshot!(maker.diagnostics.into_messages().join("\n"), @r"
    `Permute`: `dims` has 2 axes, but the input (64,) has 1
      = note: `pixels` has the shape (64,): an input
      = note: explained in nn::errors::nn0402
    ");
}

/// Layers one after the other, with the number type of each output: a Dense with this number of units, or else a
/// Flatten.
fn chain(layers: &[(Option<usize>, Dtype)]) -> Maker {
    let mut maker = Maker::new("Chain");
    let input = maker.input("start", &[2]);
    let mut x = input;
    for (i, &(units, _)) in layers.iter().enumerate() {
        let layer = match units {
            Some(units) => maker.builtin(&format!("dense_{i}"), "Dense", &[("units", Value::Size(units))], "Dense"),
            None => maker.builtin(&format!("flat_{i}"), "Flatten", &[], "Flatten()"),
        };
        x = maker.call(layer, x);
    }
    maker.end(input, x);
    for (node, &(_, dtype)) in maker.graph.nodes.iter().zip(layers) {
        maker.graph.tensors[node.outputs[0]].dtype = dtype;
    }
    maker
}

/// A model has one block of memory for each number type in use, and none for the others.
#[test]
fn tensors_share_memory_with_those_of_the_same_type() {
    let Maker { graph, diagnostics } = chain(&[
        (Some(7), Dtype::Float),
        (Some(5), Dtype::I8),
        (Some(3), Dtype::I16),
        (Some(11), Dtype::I8),
        (Some(4), Dtype::Float),
    ]);
    let program = lower(&graph, Form::Predict);
    let arenas: Vec<_> = program.arenas.iter().map(|arena| (arena.dtype, arena.size())).collect();
    assert_eq!(arenas, [(Dtype::Float, Some(7)), (Dtype::I8, Some(11)), (Dtype::I16, Some(3))]);
    assert_eq!(program.fields, [Field::Arena(0), Field::Arena(1), Field::Arena(2)]);
    assert_snapshot!(program.text(&graph), @r"
    predict
      memory activations: 7
        dense_0 at 0..7, calls 0 to 1
      memory i8: 11
        dense_1 at 0..5, calls 1 to 2
        dense_3 at 0..11, calls 3 to 4
      memory i16: 3
        dense_2 at 0..3, calls 2 to 3
      activations[0] = dense_0(dense_0: x0)
      i8[0] = dense_1(dense_1: activations[0])
      i16[0] = dense_2(dense_2: i8[0])
      i8[1] = dense_3(dense_3: i16[0])
      y0 = dense_4(dense_4: i8[1])
      y0
    ");

    // Written as Rust code.
    let syntax = Syntax::new(Vec::new(), Visibility::Inherited, Ident::new("Chain", Span::call_site()));
    let expansion = write(&syntax, &graph, &diagnostics, &Attributes::default()).to_string().replace(' ', "");
    for field in ["activations:B::Of<[T;7]>", "i8:B::Of<[i8;11]>", "i16:B::Of<[i16;3]>"] {
        assert!(expansion.contains(field), "no field `{field}` in {expansion}");
    }

    // Numbers without a gradient have none in a training step, and each has a tensor of its own.
    let train = lower(&graph, Form::Train);
    let gradients = train.fields.iter().filter(|field| matches!(field, Field::Gradient(_)));
    assert_eq!(gradients.count(), 1);
    assert!(train.arenas.is_empty());
}

/// A layer that only copies is a view of its input, if the output has the same type.
#[test]
fn a_tensor_has_the_place_of_another_one_of_its_type_alone() {
    let flat = |dtype| {
        let Maker { graph, .. } = chain(&[(Some(5), Dtype::I8), (None, dtype), (Some(4), Dtype::Float)]);
        lower(&graph, Form::Predict)
    };
    let (same, other) = (flat(Dtype::I8), flat(Dtype::I16));
    assert_eq!((same.arenas.len(), same.forward.len()), (1, 2));
    assert_eq!((other.arenas.len(), other.forward.len()), (2, 3));
}

#[test]
fn it_is_plain_data() {
    let (one, same, other) = (digits(5).graph, digits(5).graph, digits(7).graph);
    assert_eq!(one, one.clone());
    assert_eq!(one, same);
    assert_ne!(one, other);
    assert!(format!("{other:?}").contains("outputs"));
}

/// The graph and its passes see no token; they find the written text in `Source`.
#[test]
fn neither_the_graph_nor_its_passes_know_tokens() {
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<_> = ["graph", "schedule", "passes/names", "passes/infer", "passes/check", "passes/fold"]
        .iter()
        .flat_map(|name| {
            let folder = std::fs::read_dir(sources.join(name)).into_iter().flatten();
            let file = Some(sources.join(name).with_extension("rs")).filter(|file| file.exists());
            folder.map(|file| file.expect("a file").path()).chain(file)
        })
        .collect();
    files.sort();
    assert!(files.len() > 10);
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a file");
        for word in ["proc_macro", "quote", "syn::", "TokenStream", "Span::"] {
            assert!(!text.contains(word), "{} has a `{word}`", file.display());
        }
    }
}
