//! Files that are read, and files that are refused, with the words of the refusals.

use super::fixtures;
use crate::{Network, Wanted, read, weights};

/// Layers as a program knows them that has no file.
fn wanted(network: &Network) -> Vec<Wanted> {
    let layers = network.layers.iter();
    let layers = layers.map(|layer| Wanted {
        name: layer.name.clone(),
        class: layer.kind.class.clone(),
        variables: layer.variables.iter().map(|v| (v.name.clone(), v.numbers.shape.clone())).collect(),
    });
    layers.collect()
}

#[test]
fn both_formats_have_the_same_network() {
    let files = fixtures();
    let mut compared = 0;
    for (name, file) in files.iter().filter(|(name, _)| name.ends_with(".keras")) {
        let Some(h5) = files.get(&name.replace(".keras", ".h5")) else { continue };
        match (read(file), read(h5)) {
            (Ok(archive), Ok(h5)) => {
                assert_eq!(archive.graph(), h5.graph(), "{name}");
                let tensors =
                    |network: &Network| network.tensors().map(|(name, x)| (name, x.clone())).collect::<Vec<_>>();
                assert_eq!(tensors(&archive), tensors(&h5), "{name}");
                compared += 1;
            }
            (Err(_), Err(_)) => assert!(name.contains("refused"), "{name}"),
            (_, Err(problem)) => assert!(name.contains("beyond_ascii_many"), "{name}: {problem}"),
            (Err(problem), _) => panic!("{name}: {problem}"),
        }
    }
    assert!(compared > 20, "{compared}");
}

#[test]
fn files_of_weights_fill_a_network() {
    let files = fixtures();
    let mut compared = 0;
    for (name, file) in &files {
        let (model, kind) = name.split_once('.').unwrap();
        if !["weights.h5", "npz", "old.h5"].contains(&kind) {
            continue;
        }
        let source = files.get(&format!("{model}.keras")).unwrap_or_else(|| &files[&format!("{model}.h5")]);
        let network = read(source).unwrap();
        let layers = wanted(&network);
        let found = weights(file, &layers);
        let expected: Vec<_> = network.tensors().map(|(_, numbers)| numbers.clone()).collect();
        if name == "norm.npz" {
            // Numpy has the count of a Normalization as a whole number.
            assert!(found.is_err(), "{name}");
            continue;
        }
        if name == "legacy_nested.weights.h5" {
            let problem = found.unwrap_err().to_string();
            assert!(problem.contains("the file has models inside, and no names of layers"), "{problem}");
            continue;
        }
        match found {
            Ok(found) => assert!(found == expected, "{name}: other numbers"),
            Err(problem) => panic!("{name}: {problem}"),
        }
        compared += 1;
        // A shape that the network has not.
        let mut other = layers.clone();
        let layer = other.iter_mut().find(|layer| !layer.variables.is_empty()).unwrap();
        layer.variables[0].1[0] += 1;
        let problem = weights(file, &other).unwrap_err().to_string();
        assert!(problem.contains("has the shape"), "{name}: {problem}");
        // A layer that the file has not.
        let mut more = layers.clone();
        more.push(Wanted {
            name: "unknown".into(),
            class: "Dense".into(),
            variables: vec![("kernel".into(), vec![1, 2])],
        });
        assert!(weights(file, &more).is_err(), "{name}");
    }
    assert!(compared >= 7, "{compared}");
}

#[test]
fn problems_name_the_layer_and_a_cure() {
    let files = fixtures();
    let problem = |name: &str| read(&files[name]).unwrap_err().to_string();
    let expected = "\
layer `attention` (Attention): this class of layer is not supported
  help: the layers that are supported: `nn::layers`
layer `conv1d` (Conv1D): `data_format = channels_first` is not supported; samples here are channels last
layer `max_pooling1d` (MaxPooling1D): `data_format = channels_first` is not supported; samples here are channels last
layer `dense` (Dense): it computes in `float16`; `float32` is read
  help: save the model with the policy `float32`; weights in a file may be halves: see `include_weights!`
layer `einsum_dense` (EinsumDense): this class of layer is not supported
  help: the layers that are supported: `nn::layers`
layer `dense_1` (Dense): an activation `ReLU` with these numbers is not supported; as a layer it is";
    assert_eq!(problem("refused_layers.keras"), expected);
    assert_eq!(problem("refused_layers.h5"), expected);
    let operators = problem("refused_operators.keras");
    for function in ["Mean", "Square", "TrueDivide", "Softmax"] {
        assert!(operators.contains(&format!("the function `{function}` is not supported in this form")), "{operators}");
    }
    assert!(problem("refused_cells.keras").contains("StackedRNNCells"));
    assert!(problem("refused_twice.keras").contains("no weights at `layers/functional_1`"));
    assert!(problem("bidirectional.weights.h5").contains("the file has weights, but no graph"));
    assert!(read(b"nothing").unwrap_err().to_string().contains("no file of a network"));
}

/// The graph of a file, line by line.
#[test]
fn graphs_are_as_written() {
    let files = fixtures();
    let graph = |name: &str| read(&files[name]).unwrap().graph().unwrap();
    assert_eq!(
        graph("masks.keras"),
        "\
let input_layer = Input(shape = [6, 3]);
let masking = Masking(mask_value = 0.5)(input_layer);
let lstm = LSTM(4, return_sequences = true)(masking);
let bidirectional = Bidirectional(GRU(3))(lstm);
let global_average_pooling1d = GlobalAveragePooling1D()(masking);
let time_distributed = TimeDistributed(Dense(2))(lstm);
Model(inputs = input_layer, outputs = [bidirectional, global_average_pooling1d, time_distributed])
"
    );
    let operators = graph("operators.h5");
    for line in [
        "let add = Add()([input_layer, input_layer_1]);",
        "let subtract_1 = Rescaling(-1.0, offset = 1.0)(input_layer);",
        "let true_divide = Rescaling(0.25)(input_layer);",
        "let negative = Rescaling(-1.0)(input_layer);",
    ] {
        assert!(operators.contains(line), "{line} is not in\n{operators}");
    }
    let distributed = graph("distributed_model.keras");
    assert!(distributed.contains("= TimeDistributed(Dense(3, activation = relu))(input_layer_1);"), "{distributed}");
    assert!(graph("frozen.keras").contains("Dense(3, trainable = false)"));
}
