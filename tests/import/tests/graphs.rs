//! `Import(..)` in place of a graph, and as a part of one.

use nn::prelude::*;

model! {
    pub struct Sleep;

    Import("../../../examples/data/sleep.keras", input = [120, 36])
}

static SLEEP: Sleep = include_weights!(Sleep, "../../../examples/data/sleep.keras");

/// The numbers of a tensor in the file of inputs and outputs.
fn numbers(name: &str) -> Vec<f32> {
    let file = include_bytes!("../../../examples/data/sleep.safetensors");
    let tensors = safetensors::SafeTensors::deserialize(file).expect("a safetensors file");
    let tensor = tensors.tensor(name).expect("a tensor of this name");
    tensor.data().as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

fn night() -> SMatrix<f32, 36, 120> {
    SMatrix::from_column_slice(&numbers("x"))
}

#[test]
fn a_network_of_keras_is_a_model() {
    let expected = SMatrix::<f32, 4, 120>::from_column_slice(&numbers("y"));
    assert!((SLEEP.call(&night()) - expected).amax() < 1e-6);
    // The layers of the file are fields.
    assert_eq!(SLEEP.bidirectional.forward.recurrent_kernel.shape(), (24, 8));
    assert_eq!(Sleep::PARAMETERS, 7380);
}

model! {
    pub struct Built;

    Import(concat!(env!("OUT_DIR"), "/sleep.keras"), input = [120, 36])
}

static BUILT: Built = include_weights!(Built, concat!(env!("OUT_DIR"), "/sleep.keras"));

#[test]
fn a_path_may_be_that_of_a_build_script() {
    assert_eq!(BUILT.call(&night()), SLEEP.call(&night()));
}

model! {
    pub struct Stages;

    let night = Input(shape = [120, 36]);
    let base = Import("../../../examples/data/sleep.keras", outputs = "bidirectional_1", trainable = false)(night);
    let stage = TimeDistributed(Dense(2, activation = softmax))(base);

    Model(inputs = night, outputs = stage)
}

#[test]
fn a_part_of_a_network_is_a_part_of_a_graph() {
    let mut model = Stages::boxed(&mut StdRng::seed_from_u64(1));
    model.batch_normalization.copy_from(&SLEEP.batch_normalization);
    let before = model.dense.kernel;
    let x = [night(), night()];
    let y = [[[1.0, 0.0]; 120], [[0.0, 1.0]; 120]];
    let mut compiled = model.compile(Adam::default(), CategoricalCrossentropy::default());
    compiled.fit(&x, &y, Fit::new().epochs(1).verbose(0)).expect("the data is right");
    assert_eq!(compiled.model().dense.kernel, before, "the part is frozen");
}

model! {
    pub struct Twice;

    let a = Input(shape = [12, 36]);
    let b = Input(shape = [7, 36]);
    let base = Import("../../../examples/data/sleep.keras", outputs = "dense", name = "left");
    let x = GlobalAveragePooling1D()(base(a));
    let y = GlobalAveragePooling1D()(base(b));
    let other = Import("../../../examples/data/sleep.keras", inputs = "dense", outputs = "dense", name = "right")(a);

    Model(inputs = [a, b], outputs = [x, y, other])
}

#[test]
fn two_calls_share_the_weights_and_two_imports_do_not() {
    let mut names = Vec::new();
    Twice::boxed(&mut StdRng::seed_from_u64(1)).for_each(&mut |variable, _| names.push(variable.path.to_string()));
    let kernels: Vec<&String> = names.iter().filter(|name| name.ends_with("kernel")).collect();
    assert_eq!(kernels, ["left_dense.kernel", "right_dense.kernel"]);
}

#[test]
fn weights_of_a_network_are_read_at_run_time() {
    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data/sleep.keras");
    let mut sleep = Sleep::boxed(&mut StdRng::seed_from_u64(1));
    sleep.load_weights(FILE).expect("the file is that of this model");
    assert_eq!(*sleep, SLEEP);

    let mut stages = Stages::boxed(&mut StdRng::seed_from_u64(1));
    let matched = stages.load_matching(FILE).expect("the file is whole");
    assert_eq!(stages.bidirectional_1, SLEEP.bidirectional_1);
    assert_eq!(matched.unused, ["dense_1.bias", "dense_1.kernel"]);
    assert_eq!(matched.missing, ["stage.kernel", "stage.bias"]);
    let error = stages.load_weights(FILE).expect_err("the model has another end").to_string();
    assert!(error.contains("stage.kernel"), "{error}");
}

model_rejects! {
    "the file leaves the length of axis 0 of an input open: (None, 36)" =>
    struct Open;

    Import("../../../examples/data/sleep.keras")
}

model_rejects! {
    "the file has no layer `bidirectional_7`" =>
    struct Missing;

    Import("../../../examples/data/sleep.keras", input = [120, 36], outputs = "bidirectional_7")
}

model_rejects! {
    "`Import` has no argument `layers`" =>
    struct Argument;

    Import("../../../examples/data/sleep.keras", layers = "dense")
}

model_rejects! {
    "the network `no.keras` cannot be read" =>
    struct NoFile;

    Import("no.keras")
}

model_rejects! {
    "this is no file of a network that is known" =>
    struct NoNetwork;

    Import("../Cargo.toml")
}

model_rejects! {
    "the input `input_layer` has the shape (None, 36), not [120, 35]" =>
    struct OtherShape;

    Import("../../../examples/data/sleep.keras", input = [120, 35])
}

model_rejects! {
    "`Import(..)` is a whole graph only if it stands alone" =>
    struct NotAlone;

    let x = Input(shape = [120, 36]);
    Import("../../../examples/data/sleep.keras")
}

model_rejects! {
    "the network expects 1 tensors, but got 2" =>
    struct TwoInputs;

    let x = Input(shape = [120, 36]);
    let y = Import("../../../examples/data/sleep.keras")([x, x]);

    Model(inputs = x, outputs = y)
}
