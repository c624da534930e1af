//! Sparse inputs: a model on lists of ones equals the same model on vectors of zeros and ones.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

use nn::MultiHot;
use nn::optimizers::Adagrad;
use nn::prelude::*;
use proptest::prelude::*;
use rand::RngExt;

const WORDS: usize = 50;

model! {
    /// A bag of words.
    pub struct Texts;

    Sequential([
        Input(shape = [WORDS], sparse = true),
        Dense(8, activation = relu),
        Dense(3, activation = softmax),
    ])
}

model! {
    /// The same on dense vectors.
    pub struct DenseTexts;

    Sequential([
        Input(shape = [WORDS]),
        Dense(8, activation = relu),
        Dense(3, activation = softmax),
    ])
}

type Text = MultiHot<WORDS>;
type DenseText = SVector<f32, WORDS>;

/// Texts of 0 to 9 words, and their classes.
fn texts(count: usize) -> (Vec<Text>, Vec<u32>) {
    let mut rng = StdRng::seed_from_u64(7);
    let text = |k: usize| {
        let words = (0..k % 10).map(|_| rng.random_range(0..WORDS as u32)).collect::<Vec<_>>();
        (Text::new(words).expect("words of the vocabulary"), (k % 3) as u32)
    };
    (0..count).map(text).unzip()
}

fn dense<T: nn::Scalar + nn::Element, const N: usize>(texts: &[MultiHot<N>]) -> Vec<SVector<T, N>> {
    let dense = |text: &MultiHot<N>| {
        let mut x = SVector::zeros();
        text.indices().iter().for_each(|&k| x[k as usize] = T::ONE);
        x
    };
    texts.iter().map(dense).collect()
}

fn close<T: nn::Scalar>(a: &[T], b: &[T]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a.to_f64() - b.to_f64()).abs() < 2e-6)
}

/// The value of the last epoch.
fn last(history: &nn::History, name: &str) -> f64 {
    history.get(name).and_then(|numbers| numbers.last().copied()).unwrap_or(f64::NAN)
}

#[test]
fn predictions_are_those_of_the_dense_model() -> nn::Result<()> {
    let (x, _) = texts(70);
    let x_dense: Vec<DenseText> = dense(&x);
    let sparse = Texts::boxed(&mut StdRng::seed_from_u64(3));
    let dense = DenseTexts::boxed(&mut StdRng::seed_from_u64(3));
    assert_eq!(sparse.as_slice(), dense.as_slice());
    let (y, expected) = (sparse.predict(&x)?, dense.predict(&x_dense)?);
    assert!(y.iter().zip(&expected).all(|(y, expected)| close(y.as_slice(), expected.as_slice())));
    assert_eq!(sparse.call(&x[5]), y[5]);
    assert_eq!(Texts::SUMMARY.replace("Texts", ""), DenseTexts::SUMMARY.replace("DenseTexts", ""));
    Ok(())
}

/// Ten steps with batches that touch different rows. The weights and the slots equal those of the dense model.
#[test]
fn steps_are_those_of_the_dense_model() -> nn::Result<()> {
    fn check<O: Optimizer + Clone + std::fmt::Debug>(optimizer: O) -> nn::Result<()> {
        let name = format!("{optimizer:?}");
        let (x, y) = texts(35);
        let x_dense: Vec<DenseText> = dense(&x);
        let loss = SparseCategoricalCrossentropy::default();
        let mut sparse = Texts::boxed(&mut StdRng::seed_from_u64(3)).compile(optimizer.clone(), loss);
        let mut dense = DenseTexts::boxed(&mut StdRng::seed_from_u64(3)).compile(optimizer, loss);
        for step in 0..10 {
            let batch = step % 5 * 7..step % 5 * 7 + 7;
            sparse.train_on_batch(&x[batch.clone()], &y[batch.clone()])?;
            dense.train_on_batch(&x_dense[batch.clone()], &y[batch])?;
            assert!(close(sparse.model().as_slice(), dense.model().as_slice()), "step {step} of {name}");
        }
        Ok(())
    }
    let sgd = Sgd { learning_rate: 0.1, ..Sgd::default() };
    check(sgd)?;
    check(Sgd { momentum: 0.9, nesterov: true, ..sgd })?;
    check(sgd.clipnorm(0.1))?;
    check(sgd.global_clipnorm(0.1))?;
    check(RmsProp::default())?;
    check(RmsProp { centered: true, ..RmsProp::default() })?;
    check(Adagrad::default())?;
    check(Adam::default())?;
    check(AdamW::default())
}

/// With `lazy` only the rows of a batch are stepped. The first step of Adam is the same, and a row that does not return
/// stays unchanged.
#[test]
fn lazy_steps() -> nn::Result<()> {
    let loss = SparseCategoricalCrossentropy::default();
    let mut model = Texts::boxed(&mut StdRng::seed_from_u64(3)).compile(Adam::default().lazy(), loss);
    let mut dense_model = DenseTexts::boxed(&mut StdRng::seed_from_u64(3)).compile(Adam::default(), loss);
    let (first, second) = ([Text::new([1, 2])?], [Text::new([2, 3])?]);
    let row = |model: &Texts, word: usize| model.dense.kernel.column(word).into_owned();
    model.train_on_batch(&first, [0_u32])?;
    dense_model.train_on_batch(dense(&first), [0_u32])?;
    assert!(close(model.model().as_slice(), dense_model.model().as_slice()));
    let before = [1, 2, 3].map(|word| row(model.model(), word));
    model.train_on_batch(&second, [1_u32])?;
    let after = [1, 2, 3].map(|word| row(model.model(), word));
    assert_eq!(before[0], after[0]);
    assert!(before[1] != after[1] && before[2] != after[2]);
    Ok(())
}

#[test]
fn it_trains() -> nn::Result<()> {
    // One of three words determines the class.
    let mut rng = StdRng::seed_from_u64(5);
    let (x, y): (Vec<Text>, Vec<u32>) = (0..300)
        .map(|k| {
            let words = (0..5).map(|_| rng.random_range(3..WORDS as u32)).chain([k % 3]).collect::<Vec<_>>();
            (Text::new(words).expect("words of the vocabulary"), k % 3)
        })
        .unzip();
    let mut model = Texts::boxed(&mut StdRng::seed_from_u64(1))
        .compile(RmsProp { learning_rate: 0.01, ..RmsProp::default() }, SparseCategoricalCrossentropy::default())
        .metrics(Accuracy);
    let history = model.fit(&x, &y, Fit::new().epochs(15).validation_split(0.2).class_weight([(0, 2.0)]).verbose(0))?;
    assert!(last(&history, "val_accuracy") > 0.95, "{history:?}");
    assert!(model.evaluate(&x, &y)?.get("accuracy").is_some_and(|accuracy| accuracy > 0.95));
    model.fit_batches(|_| x.chunks(50).zip(y.chunks(50)), Fit::new().verbose(0))?;
    assert_eq!(model.predict_batches(x.chunks(40))?, model.predict(&x)?);
    Ok(())
}

/// A run that is stopped and resumed from a checkpoint has the weights of an uninterrupted one: the slots have caught
/// up.
#[test]
fn a_checkpoint_holds_what_rows_have_missed() -> nn::Result<()> {
    let (x, y) = texts(60);
    let path = std::env::temp_dir().join(format!("nn-sparse-{}.safetensors", std::process::id()));
    let new = || {
        Texts::boxed(&mut StdRng::seed_from_u64(1))
            .compile(RmsProp::default(), SparseCategoricalCrossentropy::default())
    };
    let fit = |epochs| Fit::new().epochs(epochs).batch_size(8).verbose(0);
    let mut whole = new();
    whole.fit(&x, &y, fit(4))?;
    let mut first = new();
    first.fit(&x, &y, fit(2))?;
    first.save_checkpoint(&path)?;
    let mut second = new();
    second.load_checkpoint(&path)?;
    second.fit(&x, &y, fit(4).resume(true))?;
    assert!(close(second.model().as_slice(), whole.model().as_slice()));
    std::fs::remove_file(path).ok();
    Ok(())
}

model! {
    /// Two sparse inputs, one of them read twice, a dense input, and options of `Dense`.
    #[nn(allow(frozen_with_nothing_upstream))]
    pub struct Several;

    let words = Input(shape = [WORDS], sparse = true);
    let tags = Input(shape = [12], sparse = true, name = "labels");
    let numbers = Input(shape = [4], sparse = false);
    let a = Dense(6, activation = tanh, use_bias = false, kernel_regularizer = l2(0.01))(words);
    let b = Dense(6, kernel_constraint = max_norm(1.0), name = "tag_layer")(tags);
    let c = Dense(6, trainable = false)(words);
    let x = concatenate([a, b, c, numbers]);
    let x = Dropout(0.1)(x);
    let y = Dense(2, activation = softmax)(x);
    let z = Dense(1)(b);

    Model(inputs = [words, tags, numbers], outputs = [y, z])
}

model! {
    /// The same on dense inputs.
    #[nn(allow(frozen_with_nothing_upstream))]
    pub struct DenseSeveral;

    let words = Input(shape = [WORDS]);
    let tags = Input(shape = [12], name = "labels");
    let numbers = Input(shape = [4]);
    let a = Dense(6, activation = tanh, use_bias = false, kernel_regularizer = l2(0.01))(words);
    let b = Dense(6, kernel_constraint = max_norm(1.0), name = "tag_layer")(tags);
    let c = Dense(6, trainable = false)(words);
    let x = concatenate([a, b, c, numbers]);
    let x = Dropout(0.1)(x);
    let y = Dense(2, activation = softmax)(x);
    let z = Dense(1)(b);

    Model(inputs = [words, tags, numbers], outputs = [y, z])
}

type Tags = MultiHot<12>;

/// Words, tags and numbers.
type Inputs = (Vec<Text>, Vec<Tags>, Vec<SVector<f64, 4>>);

fn several(count: usize) -> (Inputs, Vec<u32>, Vec<f64>) {
    let (words, classes) = texts(count);
    let tags = (0..count as u32).map(|k| Tags::new([k % 12, k * 5 % 12]).expect("tags")).collect();
    let numbers = (0..count).map(|k| SVector::from_fn(|row, _| ((3 * k + row) as f64).sin())).collect();
    (
        (words, tags, numbers),
        classes.iter().map(|class| class % 2).collect(),
        (0..count).map(|k| (k as f64).cos()).collect(),
    )
}

/// In `f64`, by `fit` with shuffling and validation, in tuples and named structs.
#[test]
fn several_inputs() -> nn::Result<()> {
    let ((words, tags, numbers), classes, values) = several(40);
    let losses = || (SparseCategoricalCrossentropy::default(), MeanSquaredError);
    let optimizer = || RmsProp { learning_rate: 0.01, ..RmsProp::default() };
    let mut sparse = Several::<f64>::boxed(&mut StdRng::seed_from_u64(1)).compile(optimizer(), losses());
    let mut same = DenseSeveral::<f64>::boxed(&mut StdRng::seed_from_u64(1)).compile(optimizer(), losses());
    let fit = Fit::new().epochs(3).batch_size(8).validation_split(0.25).seed(9).verbose(0);
    let inputs = SeveralInputs { words: &words, labels: &tags, numbers: &numbers };
    let history = sparse.fit(inputs, (&classes, &values), fit.clone())?;
    let inputs = (dense::<f64, WORDS>(&words), dense::<f64, 12>(&tags), &numbers);
    let expected = same.fit(&inputs, (&classes, &values), fit)?;
    let (loss, expected) = (last(&history, "val_loss"), last(&expected, "val_loss"));
    assert!((loss - expected).abs() < 1e-9, "{loss} {expected}");
    let (w, expected) = (sparse.model().as_slice(), same.model().as_slice());
    assert!(w.iter().zip(expected).all(|(w, expected)| (w - expected).abs() < 1e-9));
    Ok(())
}

model! {
    /// A model with a sparse input is a layer, even one that is called twice.
    pub struct Twins;

    let left = Input(shape = [WORDS], sparse = true);
    let right = Input(shape = [WORDS], sparse = true);
    let tower = Texts();
    let x = concatenate([tower(left), tower(right)]);
    let same = Dense(1, activation = sigmoid)(x);

    Model(inputs = [left, right], outputs = same)
}

model! {
    /// The same on dense inputs.
    pub struct DenseTwins;

    let left = Input(shape = [WORDS]);
    let right = Input(shape = [WORDS]);
    let tower = DenseTexts();
    let x = concatenate([tower(left), tower(right)]);
    let same = Dense(1, activation = sigmoid)(x);

    Model(inputs = [left, right], outputs = same)
}

#[test]
fn models_inside_of_models() -> nn::Result<()> {
    let (x, classes) = texts(33);
    let mut right = x.clone();
    right.reverse();
    let y: Vec<f32> = classes.iter().map(|&class| f32::from(class == 1)).collect();
    let mut sparse =
        Twins::boxed(&mut StdRng::seed_from_u64(1)).compile(RmsProp::default(), BinaryCrossentropy::default());
    let mut same =
        DenseTwins::boxed(&mut StdRng::seed_from_u64(1)).compile(RmsProp::default(), BinaryCrossentropy::default());
    let fit = Fit::new().epochs(3).batch_size(8).seed(4).verbose(0);
    sparse.fit((&x, &right), &y, fit.clone())?;
    same.fit((dense::<f32, WORDS>(&x), dense::<f32, WORDS>(&right)), &y, fit)?;
    assert!(close(sparse.model().as_slice(), same.model().as_slice()));
    let mut rows = Vec::new();
    Twins::<f32>::variables(&nn::Path::ROOT, &mut |variable| rows.push((variable.path.to_string(), variable.rows)));
    let by_rows: Vec<_> = rows.iter().filter(|(_, rows)| *rows).map(|(path, _)| path.as_str()).collect();
    assert_eq!(by_rows, ["tower.dense.kernel"]);
    Ok(())
}

model! {
    /// One layer on a sparse and a dense tensor: every step takes its whole kernel.
    pub struct Both;

    let words = Input(shape = [WORDS], sparse = true);
    let weights = Input(shape = [WORDS]);
    let shared = Dense(5, activation = tanh);
    let y = Dense(1)(add([shared(words), shared(weights)]));

    Model(inputs = [words, weights], outputs = y)
}

#[test]
fn a_layer_on_sparse_and_dense_tensors() -> nn::Result<()> {
    Both::<f32>::variables(&nn::Path::ROOT, &mut |variable| assert!(!variable.rows));
    let (words, _) = texts(30);
    let weights: Vec<DenseText> = dense(&words);
    let y = vec![1.0_f32; 30];
    let optimizer = RmsProp { learning_rate: 0.01, ..RmsProp::default() };
    let mut model = Both::boxed(&mut StdRng::seed_from_u64(1)).compile(optimizer, MeanSquaredError);
    let before = model.evaluate((&words, &weights), &y)?.loss;
    model.fit((&words, &weights), &y, Fit::new().epochs(20).verbose(0))?;
    assert!(model.evaluate((&words, &weights), &y)?.loss < 0.5 * before);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// A step of SGD with a learning rate of 1 equals the gradient.
    #[test]
    fn gradients(words in prop::collection::vec(prop::collection::vec(0..WORDS as u32, 0..30), 1..7), seed: u64) {
        let x = words.into_iter().map(Text::new).collect::<Result<Vec<_>, _>>().expect("words of the vocabulary");
        let y: Vec<u32> = (0..x.len() as u32).map(|k| k % 3).collect();
        let (loss, sgd) = (SparseCategoricalCrossentropy::default(), Sgd { learning_rate: 1.0, ..Sgd::default() });
        let mut sparse = Texts::<f64>::boxed(&mut StdRng::seed_from_u64(seed)).compile(sgd, loss);
        let mut same = DenseTexts::<f64>::boxed(&mut StdRng::seed_from_u64(seed)).compile(sgd, loss);
        sparse.train_on_batch(&x, &y).expect("valid data");
        same.train_on_batch(dense::<f64, WORDS>(&x), &y).expect("valid data");
        for (w, expected) in sparse.model().as_slice().iter().zip(same.model().as_slice()) {
            prop_assert!((w - expected).abs() < 1e-12);
        }
    }
}

#[test]
fn bad_data() {
    let error = Text::new([3, 50]).map(|_| ()).map_err(nn::Error::from);
    let message = "a multi-hot sample: expected indices below 50, got 50 (position 1)";
    assert_eq!(error.unwrap_err().to_string(), message);

    let (x, y) = texts(9);
    let mut model =
        Texts::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), SparseCategoricalCrossentropy::default());
    let error = model.fit(&x, &y[..8], Fit::new().verbose(0)).unwrap_err();
    let message = "target of output `dense_1`: expected 9 sample(s), as many as input `input_layer` has, got 8";
    assert_eq!(error.to_string(), message);
    let error = model.fit(&x[..0], &y[..0], Fit::new().verbose(0)).unwrap_err();
    assert_eq!(error.to_string(), "input `input_layer`: expected at least one sample, got none");
    assert_eq!(model.predict(&x[..0]).map(|y| y.len()).unwrap_or(1), 0);
    // A text without words is not a mistake.
    assert!(model.train_on_batch([Text::default()], [0_u32]).is_ok());
}
