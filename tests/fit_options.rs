//! The options of `fit`: weights, epochs, steps, validation, batches from iterators, resumed runs, frozen layers.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

use nn::callbacks::{LambdaCallback, LearningRateScheduler};
use nn::metrics::{Named, Weighted};
use nn::prelude::*;
use nn::{Error, History, Path};
use safetensors::SafeTensors;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;

model! {
    pub struct Kinds;
    let x = Input(shape = [4]);
    let hidden = Dense(5, activation = tanh)(x);
    let kind = Dense(3, activation = softmax)(hidden);
    Model(inputs = x, outputs = kind)
}

model! {
    pub struct Scores;
    let x = Input(shape = [4]);
    let hidden = Dense(5, activation = tanh)(x);
    let score = Dense(1, activation = sigmoid)(hidden);
    Model(inputs = x, outputs = score)
}

model! {
    pub struct Both;
    let x = Input(shape = [4]);
    let hidden = Dense(5, activation = tanh)(x);
    let kind = Dense(3, activation = softmax)(hidden);
    let score = Dense(1, activation = sigmoid)(hidden);
    Model(inputs = x, outputs = [kind, score])
}

model! {
    /// Everything that a resumed run could get wrong: dropout, running averages, a part that can be frozen.
    pub struct Tower;
    let x = Input(shape = [4]);
    let h = BatchNormalization(name = "norm")(x);
    let h = Dropout(0.25)(h);
    let h = Dense(6, activation = tanh, name = "inner")(h);
    Model(inputs = x, outputs = h)
}

model! {
    pub struct Deep;
    let x = Input(shape = [4]);
    let tower = Tower();
    let kind = Dense(3, activation = softmax)(tower(x));
    Model(inputs = x, outputs = kind)
}

model! {
    #[nn(allow(frozen_with_nothing_upstream))]
    pub struct Declared;
    let x = Input(shape = [4]);
    let still = Dense(5, trainable = false)(x);
    let kind = Dense(3, activation = softmax)(still);
    Model(inputs = x, outputs = kind)
}

type Point = SVector<f64, 4>;
type Kind = SVector<f64, 3>;

// ------------------------------------------------------------------------------------------------------------- Keras

/// `fit.safetensors`: Keras's results.
struct Fixture(HashMap<String, (Vec<usize>, Vec<f64>)>);

impl Fixture {
    fn load() -> Self {
        let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/fit.safetensors")).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let numbers = |data: &[u8]| data.chunks(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap())).collect();
        let tensors = file.tensors().into_iter();
        Fixture(tensors.map(|(name, tensor)| (name, (tensor.shape().to_vec(), numbers(tensor.data())))).collect())
    }

    fn get(&self, name: &str) -> &[f64] {
        &self.0.get(name).unwrap_or_else(|| panic!("`{name}` is not in the fixture")).1
    }

    fn x(&self) -> Vec<Point> {
        self.get("x").chunks(4).map(Point::from_column_slice).collect()
    }

    fn one_hot(&self) -> Vec<Kind> {
        self.get("one_hot").chunks(3).map(Kind::from_column_slice).collect()
    }

    /// The weights of a model whose names begin with `prefix`.
    fn weights<M: nn::Model<Scalar = f64>>(&self, prefix: &str) -> Vec<f64> {
        let mut weights = Vec::new();
        M::variables(&Path::ROOT, &mut |variable| weights.extend(self.get(&format!("{prefix}.{}", variable.path))));
        weights
    }

    fn model<M: nn::Model<Scalar = f64>>(&self) -> Box<M> {
        let mut model = M::boxed(&mut StdRng::seed_from_u64(0));
        model.as_mut_slice().copy_from_slice(&self.weights::<M>("initial"));
        model
    }

    /// Compares a run with Keras's.
    fn compare<M: nn::Model<Scalar = f64>>(&self, run: &str, history: &History, model: &M) {
        let prefix = format!("{run}.history.");
        let mut names: Vec<_> = self.0.keys().filter_map(|name| name.strip_prefix(&prefix)).collect();
        names.sort();
        let mut ours: Vec<_> = history.names().collect();
        ours.sort();
        assert_eq!(ours, names, "{run}");
        for name in names {
            close(&format!("{run}: {name}"), history.get(name).unwrap(), self.get(&format!("{prefix}{name}")));
        }
        close(&format!("{run}: weights"), model.as_slice(), &self.weights::<M>(&format!("{run}.final")));
    }
}

/// Both sides compute in `f64`. TensorFlow rounds some constants to `f32`, which costs this much.
const TOLERANCE: f64 = 1e-8;

fn close(what: &str, ours: &[f64], keras: &[f64]) {
    assert_eq!(ours.len(), keras.len(), "{what}");
    for (k, (a, b)) in ours.iter().zip(keras).enumerate() {
        assert!((a - b).abs() <= TOLERANCE * b.abs().max(1.0), "{what} [{k}]: {a} is not {b}");
    }
}

fn optimizer() -> RmsProp {
    RmsProp { learning_rate: 0.0625, ..RmsProp::default() }
}

fn silent() -> Fit {
    Fit::new().verbose(Verbose::Silent)
}

fn five() -> Fit {
    silent().epochs(5).batch_size(8).shuffle(false)
}

#[test]
fn histories_with_weights_as_in_keras() -> nn::Result<()> {
    let keras = Fixture::load();
    let (x, one_hot, weights) = (keras.x(), keras.one_hot(), keras.get("sample_weight"));
    let kinds =
        || keras.model::<Kinds<f64>>().compile(optimizer(), CategoricalCrossentropy::default()).metrics(Accuracy);
    let weighted = || kinds().metrics((Accuracy, Named("weighted", Weighted(Mae))));
    let classes = [(0, 0.5), (2, 3.0)];

    let mut model = weighted();
    let history = model.fit(&x, &one_hot, five().validation_split(0.2).sample_weight(weights))?;
    keras.compare("sample_weight", &history, model.model());

    let mut model = weighted();
    let history = model.fit(&x, &one_hot, five().validation_split(0.2).class_weight(classes))?;
    keras.compare("class_weight", &history, model.model());

    let sparse: Vec<u32> = keras.get("classes").iter().map(|&class| class as u32).collect();
    let mut model =
        keras.model::<Kinds<f64>>().compile(optimizer(), SparseCategoricalCrossentropy::default()).metrics(Accuracy);
    let history = model.fit(&x, &sparse, five().validation_split(0.2).class_weight(HashMap::from(classes)))?;
    keras.compare("class_weight_sparse", &history, model.model());

    let binary = keras.get("binary");
    let mut model = keras.model::<Scores<f64>>().compile(optimizer(), BinaryCrossentropy::default()).metrics(Accuracy);
    let history = model.fit(&x, binary, five().validation_split(0.2).class_weight([(1, 4.0)]))?;
    keras.compare("class_weight_binary", &history, model.model());

    let losses = (CategoricalCrossentropy::default(), BinaryCrossentropy::default());
    let mut model = keras.model::<Both<f64>>().compile(optimizer(), losses).loss_weights((1.0, 0.25)).metrics(Accuracy);
    let history = model.fit(&x, (&one_hot, binary), five().validation_split(0.2).sample_weight(weights))?;
    keras.compare("two_outputs", &history, model.model());

    let mut model = kinds();
    let validation = five().weighted_validation_data(&x[18..], &one_hot[18..], &weights[18..]);
    let history = model.fit(&x[..18], &one_hot[..18], validation)?;
    keras.compare("validation_weight", &history, model.model());
    Ok(())
}

#[test]
fn histories_with_steps_as_in_keras() -> nn::Result<()> {
    let keras = Fixture::load();
    let (x, one_hot) = (keras.x(), keras.one_hot());
    let kinds =
        || keras.model::<Kinds<f64>>().compile(optimizer(), CategoricalCrossentropy::default()).metrics(Accuracy);
    let steps = || silent().epochs(7).initial_epoch(1).batch_size(4).steps_per_epoch(2).shuffle(false);

    let mut model = kinds();
    let validated = steps().validation_batch_size(2).validation_steps(2).validation_freq(2);
    let history = model.fit(&x[..18], &one_hot[..18], validated.clone().validation_data(&x[18..], &one_hot[18..]))?;
    keras.compare("steps", &history, model.model());
    assert_eq!(history.epoch, [1, 2, 3, 4, 5, 6]);
    assert!(history.to_svg().is_ok());

    // The same from iterators.
    let mut model = kinds();
    let batches = |_| x[..18].chunks(4).zip(one_hot[..18].chunks(4));
    let held = || x[18..].chunks(2).zip(one_hot[18..].chunks(2));
    let history = model.fit_batches(batches, validated.validation_batches(held))?;
    keras.compare("steps", &history, model.model());

    let mut model = kinds();
    let history = model.fit(&x, &one_hot, silent().epochs(2).steps_per_epoch(4).shuffle(false))?;
    keras.compare("steps_only", &history, model.model());
    assert_eq!(history.params.steps, 4);
    Ok(())
}

// --------------------------------------------------------------------------------------------------------- iterators

fn kinds() -> Box<Kinds<f64>> {
    Kinds::<f64>::boxed(&mut StdRng::seed_from_u64(3))
}

#[test]
fn batches_from_iterators_are_what_arrays_are() -> nn::Result<()> {
    let keras = Fixture::load();
    let (x, y, weights) = (keras.x(), keras.one_hot(), keras.get("sample_weight"));
    let make = || kinds().compile(optimizer(), CategoricalCrossentropy::default()).metrics(Accuracy);
    let batches = |_| x.chunks(8).zip(y.chunks(8));

    let (mut arrays, mut stream) = (make(), make());
    let expected = arrays.fit(&x, &y, five().validation_data(&x, &y))?;
    let history = stream.fit_batches(batches, five().validation_batches(|| batches(0)))?;
    assert_eq!((&history, stream.model()), (&expected, arrays.model()));
    assert_eq!(history.params.steps, 3);
    assert_eq!(stream.evaluate_batches(batches(0))?, arrays.inference_batch_size(8).evaluate(&x, &y)?);

    let (mut arrays, mut stream) = (make(), make());
    arrays.fit(&x, &y, five().sample_weight(weights))?;
    let weighted = |_| x.chunks(8).zip(y.chunks(8)).zip(weights.chunks(8)).map(|((x, y), weights)| (x, y, weights));
    stream.fit_batches(weighted, five())?;
    assert_eq!(stream.model(), arrays.model());

    let (mut arrays, mut stream) = (make(), make());
    arrays.fit(&x, &y, five().class_weight([(1, 4.0)]))?;
    stream.fit_batches(batches, five().class_weight([(1, 4.0)]))?;
    assert_eq!(stream.model(), arrays.model());

    let predicted = arrays.predict(&x)?;
    assert_eq!(arrays.predict_on_batch(&x)?, predicted);
    assert_eq!(arrays.predict_batches(x.chunks(5))?, predicted);
    assert!(arrays.predict_batches(x[..0].chunks(5))?.is_empty());
    Ok(())
}

#[test]
fn several_outputs_are_predicted_in_batches() -> nn::Result<()> {
    let x = Fixture::load().x();
    let losses = (CategoricalCrossentropy::default(), BinaryCrossentropy::default());
    let both = Both::<f64>::boxed(&mut StdRng::seed_from_u64(3)).compile(Adam::default(), losses);
    let (all, parts) = (both.predict(&x)?, both.predict_batches(x.chunks(7))?);
    assert_eq!((all.kind, all.score), (parts.kind, parts.score));
    Ok(())
}

/// Counts the iterators that were made, and the batches from them.
#[test]
fn passes_and_epochs() -> nn::Result<()> {
    let made = RefCell::new(Vec::new());
    let batch = |k: usize| ([Point::repeat(k as f64)], [Kind::new(1.0, 0.0, 0.0)]);
    let run = |length: usize, fit: Fit| -> nn::Result<Vec<(usize, usize)>> {
        made.borrow_mut().clear();
        let batches = |pass| {
            made.borrow_mut().push((pass, 0));
            (0..length).map(batch).inspect(|_| made.borrow_mut().last_mut().unwrap().1 += 1)
        };
        kinds().compile(optimizer(), CategoricalCrossentropy::default()).fit_batches(batches, fit)?;
        Ok(made.borrow().clone())
    };
    assert_eq!(run(5, silent().epochs(3))?, [(0, 5), (1, 5), (2, 5)]);
    // Two steps, two steps, then one: the end of the data ends the epoch.
    assert_eq!(run(5, silent().epochs(4).steps_per_epoch(2))?, [(0, 5), (1, 2)]);
    // The data ends exactly at the end of an epoch, so the next epoch starts again.
    assert_eq!(run(4, silent().epochs(3).steps_per_epoch(2))?, [(0, 4), (1, 2)]);
    assert_eq!(run(100, silent().epochs(3).steps_per_epoch(7))?, [(0, 21)]);
    assert!(matches!(run(0, silent()), Err(Error::Empty { .. })));
    assert_eq!(run(0, silent().epochs(0))?, []);
    Ok(())
}

#[test]
fn wrong_batches_end_the_run() -> nn::Result<()> {
    let (x, y) = (vec![Point::repeat(1.0); 4], vec![Kind::new(1.0, 0.0, 0.0); 4]);
    let mut model = kinds().compile(optimizer(), CategoricalCrossentropy::default());
    let batches = |_| [(&x[..4], &y[..4]), (&x[..4], &y[..3])];
    let error = model.fit_batches(batches, silent()).unwrap_err().to_string();
    assert!(error.contains("target of output `kind`: expected 4 sample(s)"), "{error}");
    assert_eq!(model.steps(), 1);
    let error = model.evaluate_batches([(&x, &y, [1.0])]).unwrap_err().to_string();
    assert!(error.contains("sample_weight: expected 4 numbers"), "{error}");
    let nothing: [(&[Point], &[Kind]); 0] = [];
    assert!(matches!(model.evaluate_batches(nothing), Err(Error::Empty { .. })));
    let fit = silent().validation_batches(|| nothing);
    assert!(matches!(model.fit(&x, &y, fit), Err(Error::Empty { .. })));
    Ok(())
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let (x, y) = (vec![Point::repeat(1.0); 4], vec![Kind::new(1.0, 0.0, 0.0); 4]);
    let refused = |fit: Fit| {
        let mut model = kinds().compile(optimizer(), CategoricalCrossentropy::default());
        let error = model.fit(&x, &y, fit).unwrap_err().to_string();
        assert_eq!(model.steps(), 0);
        error
    };
    for (fit, expected) in [
        (silent().batch_size(0), "batch_size: expected at least 1, got 0"),
        (silent().validation_batch_size(0), "validation_batch_size: expected at least 1, got 0"),
        (silent().steps_per_epoch(0), "steps_per_epoch: expected at least 1, got 0"),
        (silent().validation_steps(0), "validation_steps: expected at least 1, got 0"),
        (silent().validation_freq(0), "validation_freq: expected at least 1, got 0"),
        (silent().class_weight([(0, f64::NAN)]), "class_weight: expected finite numbers, got NaN for class 0"),
        (silent().sample_weight(vec![1.0; 3]), "sample_weight: expected 4 numbers, one for each sample, got 3"),
    ] {
        assert_eq!(refused(fit), expected);
    }
    let losses = (CategoricalCrossentropy::default(), BinaryCrossentropy::default());
    let mut both = Both::<f64>::boxed(&mut StdRng::seed_from_u64(3)).compile(Adam::default(), losses);
    let error = both.fit(&x, (&y, [1.0; 4]), silent().class_weight([(0, 1.0)])).unwrap_err().to_string();
    assert_eq!(
        error,
        "class_weight: expected a model with one output, or `class_weight_of` for each of several, got 2"
    );
}

// ------------------------------------------------------------------------------------------------------- resumed runs

fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fit_options");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// A run of 6 epochs of 3 steps is stopped after every step in turn, and resumed in a new program.
#[test]
fn a_resumed_run_ends_where_it_would_have_ended() -> nn::Result<()> {
    let keras = Fixture::load();
    let (x, y, weights) = (keras.x(), keras.one_hot(), keras.get("sample_weight"));
    let make = || {
        Deep::<f64>::boxed(&mut StdRng::seed_from_u64(3))
            .compile(Adam { amsgrad: true, ..Adam::default() }, CategoricalCrossentropy::default())
            .seed(5)
    };
    let fit = |steps: Option<usize>| {
        let fit = silent().epochs(6).batch_size(8).sample_weight(weights);
        steps.into_iter().fold(fit, Fit::steps_per_epoch).callback(LearningRateScheduler::new(|_, rate| rate * 0.75))
    };
    for steps in [None, Some(2)] {
        let mut whole = make();
        let expected = whole.fit(&x, &y, fit(steps))?;
        for last in 1..=whole.steps() {
            let path = file(&format!("resumed.{}", steps.unwrap_or(0)));
            let stop = LambdaCallback::new().on_train_batch_end(|_, run| {
                if run.steps() == last {
                    run.stop();
                }
                Ok(())
            });
            let mut first = make();
            first.fit(&x, &y, fit(steps).callback(stop))?;
            assert_eq!(first.steps(), last);
            first.save_checkpoint(&path)?;

            let mut second = make();
            second.load_checkpoint(&path)?;
            let history = second.fit(&x, &y, fit(steps).resume(true))?;
            assert_eq!(second.model(), whole.model(), "stopped after {last} steps");
            assert_eq!((second.steps(), second.learning_rate()), (whole.steps(), whole.learning_rate()));
            // Uninterrupted epochs equal those of the whole run.
            let (whole, rest) = (expected.get("loss").unwrap(), history.get("loss").unwrap_or(&[]));
            let same = rest.len().saturating_sub(1);
            assert_eq!(rest[rest.len() - same..], whole[whole.len() - same..]);
        }
    }
    Ok(())
}

/// Like a killed program: the checkpoint comes from a callback during the run.
#[test]
fn a_killed_run_goes_on_at_its_last_checkpoint() -> nn::Result<()> {
    let keras = Fixture::load();
    let (x, y) = (keras.x(), keras.one_hot());
    let make = || {
        Deep::<f64>::boxed(&mut StdRng::seed_from_u64(3)).compile(Adam::default(), CategoricalCrossentropy::default())
    };
    let fit = || silent().epochs(4).batch_size(5);
    let mut whole = make();
    whole.fit(&x, &y, fit())?;
    let from_batches = |_| x.chunks(5).zip(y.chunks(5));
    let mut streamed = make();
    streamed.fit_batches(from_batches, fit())?;
    for killed in 1..20 {
        let path = file("killed");
        let save = || {
            LambdaCallback::new().on_train_batch_end(|_, run| match run.steps() == killed {
                true => run.save_checkpoint(&path).and(Err(Error::callback("killed"))),
                false => Ok(()),
            })
        };
        assert!(make().fit(&x, &y, fit().callback(save())).unwrap_err().to_string() == "killed");
        let mut second = make();
        second.load_checkpoint(&path)?;
        assert_eq!(second.epoch(), (killed as usize - 1) / 5);
        second.fit(&x, &y, fit().resume(true))?;
        assert_eq!(second.model(), whole.model(), "killed after {killed} steps");

        assert!(make().fit_batches(from_batches, fit().callback(save())).is_err());
        let mut second = make();
        second.load_checkpoint(&path)?;
        second.fit_batches(from_batches, fit().resume(true))?;
        assert_eq!(second.model(), streamed.model(), "killed after {killed} steps");
    }
    Ok(())
}

#[test]
fn without_resume_a_fit_begins_anew() -> nn::Result<()> {
    let keras = Fixture::load();
    let (x, y) = (keras.x(), keras.one_hot());
    let mut model = kinds().compile(optimizer(), CategoricalCrossentropy::default());
    model.fit(&x, &y, silent().epochs(2))?;
    assert_eq!(model.epoch(), 2);
    assert_eq!(model.fit(&x, &y, silent().epochs(2))?.epoch, [0, 1]);
    assert!(model.fit(&x, &y, silent().epochs(2).resume(true))?.epoch.is_empty());
    assert_eq!(model.fit(&x, &y, silent().epochs(4).resume(true))?.epoch, [2, 3]);
    assert_eq!(model.steps(), 6);
    Ok(())
}

// ------------------------------------------------------------------------------------------------------ frozen layers

#[test]
fn layers_are_frozen_by_path() -> nn::Result<()> {
    let keras = Fixture::load();
    let (x, y) = (keras.x(), keras.one_hot());
    let mut model =
        Deep::<f64>::boxed(&mut StdRng::seed_from_u64(3)).compile(Adam::default(), CategoricalCrossentropy::default());
    // The changes by a fit: the kernel of the inner layer, the scale of the norm, the head.
    let mut changes = |path: &str, trainable: bool| -> nn::Result<[bool; 3]> {
        model.set_trainable(path, trainable)?;
        let before = model.model().clone();
        model.fit(&x, &y, silent())?;
        let after = model.model();
        let (inner, norm) =
            (before.tower.inner != after.tower.inner, before.tower.norm.gamma != after.tower.norm.gamma);
        Ok([inner, norm, before.kind != after.kind])
    };
    assert_eq!(changes("tower.inner", false)?, [false, true, true]);
    assert_eq!(changes("tower", false)?, [false, false, true]);
    assert_eq!(changes("kind", false)?, [false, false, false]);
    assert_eq!(changes("tower.norm", true)?, [false, true, false]);
    assert_eq!(changes("", true)?, [true, true, true]);

    // A frozen layer stays frozen in a checkpoint.
    model.set_trainable("tower", false)?;
    model.save_checkpoint(file("frozen"))?;
    let mut other =
        Deep::<f64>::boxed(&mut StdRng::seed_from_u64(4)).compile(Adam::default(), CategoricalCrossentropy::default());
    other.load_checkpoint(file("frozen"))?;
    model.fit(&x, &y, silent())?;
    other.fit(&x, &y, silent())?;
    assert_eq!(model.model(), other.model());

    let error = model.set_trainable("towe", false).unwrap_err().to_string();
    assert!(error.contains("`tower.inner`") && error.contains("got `towe`"), "{error}");
    let mut declared = Declared::<f64>::boxed(&mut StdRng::seed_from_u64(3))
        .compile(Adam::default(), CategoricalCrossentropy::default());
    let error = declared.set_trainable("still", true).unwrap_err().to_string();
    assert!(error.contains("without `trainable = false` in `model!`"), "{error}");
    Ok(())
}

#[test]
fn a_learning_rate_that_was_set_stays() -> nn::Result<()> {
    let (x, y) = (vec![Point::repeat(1.0); 4], vec![Kind::new(1.0, 0.0, 0.0); 4]);
    let mut model = kinds().compile(Sgd { learning_rate: 0.5, ..Sgd::default() }, CategoricalCrossentropy::default());
    assert_eq!(model.learning_rate(), 0.5);
    model.set_learning_rate(0.0);
    model.fit(&x, &y, silent())?;
    assert_eq!(model.model(), &*kinds());
    model.set_learning_rate(0.25);
    model.fit(&x, &y, silent())?;
    let mut other = kinds().compile(Sgd { learning_rate: 0.25, ..Sgd::default() }, CategoricalCrossentropy::default());
    other.fit(&x, &y, silent())?;
    assert_eq!(model.model(), other.model());
    Ok(())
}
