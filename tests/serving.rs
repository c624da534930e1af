//! Models in service: generic code, predictions from many threads, weights as bytes, and weights for a changed model.

#![cfg(all(feature = "train", feature = "files"))]

use nn::data::Batches;
use nn::prelude::*;
use std::sync::Arc;

model! {
    /// Two classes of four numbers.
    pub struct Classes;

    let x = Input(shape = [4]);
    let h = Dense(8, activation = relu)(x);
    let y = Dense(2, activation = softmax)(h);

    Model(inputs = x, outputs = y)
}

model! {
    /// As `Classes`, with another activation.
    pub struct Tanh;

    let x = Input(shape = [4]);
    let h = Dense(8, activation = tanh)(x);
    let y = Dense(2, activation = softmax)(h);

    Model(inputs = x, outputs = y)
}

model! {
    /// As `Classes`, with one more class and another layer between.
    pub struct Changed;

    let x = Input(shape = [4]);
    let h = Dense(8, activation = relu)(x);
    let between = Dense(8, activation = relu)(h);
    let y = Dense(3, activation = softmax)(between);

    Model(inputs = x, outputs = y)
}

model! {
    /// Two inputs and two outputs.
    pub struct Both;

    let a = Input(shape = [4]);
    let b = Input(shape = [3, 2]);
    let c = Flatten()(b);
    let x = concatenate([a, c]);
    let left = Dense(2)(x);
    let right = Dense(3, activation = tanh)(x);

    Model(inputs = [a, b], outputs = [left, right])
}

fn seeded(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

fn samples(n: usize) -> Vec<SVector<f32, 4>> {
    let mut rng = seeded(7);
    (0..n).map(|_| SVector::from_fn(|_, _| rng.random_range(-1.0..1.0))).collect()
}

/// The larger output of any such model.
fn larger<M: Model<Inputs = SVector<f32, 4>, Outputs = SVector<f32, 2>>>(model: &M, x: &SVector<f32, 4>) -> f32 {
    model.call(x).max()
}

/// The outputs for one sample and for several, for any model.
fn everywhere<M: Model>(model: &M, x: &M::Inputs, batch: impl Batches<M::Inputs>) -> (M::Outputs, M::Predictions) {
    let mut arena = nn::Arena::new();
    (model.call_in(x, &mut arena), model.predict(batch).unwrap())
}

#[test]
fn generic_code_calls_and_predicts() {
    let classes = Classes::boxed(&mut seeded(1));
    let x = SVector::from([0.1, -0.2, 0.3, 0.4]);
    assert_eq!(larger(&*classes, &x), classes.call(&x).max());
    let (one, all) = everywhere(&*classes, &x, [x, x]);
    assert_eq!((one, all), (classes.call(&x), vec![classes.call(&x); 2]));

    let double = Classes::<f64>::boxed(&mut seeded(1));
    let x64 = SVector::from([0.1, -0.2, 0.3, 0.4]);
    assert_eq!(everywhere(&*double, &x64, [x64]).0, double.call(&x64));

    let both = Both::boxed(&mut seeded(2));
    let b = SMatrix::<f32, 2, 3>::new(1.0, 2.0, 3.0, 4.0, 5.0, 6.0);
    let expected = both.call((&x, &b));
    let (one, all) = everywhere(&*both, &(x, b), (&[x], &[b]));
    assert_eq!(one, (expected.left, expected.right));
    assert_eq!((all.left[0], all.right[0]), (expected.left, expected.right));
}

/// Models, what `compile` gives, arenas and the folded form may be shared by threads.
#[test]
fn eight_threads_predict_without_locks() {
    fn shared<T: Send + Sync>() {}
    fn all<M: Model>() {
        shared::<M>();
        shared::<M::Folded>();
        shared::<nn::Arena<M>>();
    }
    all::<Classes>();
    all::<Classes<f64>>();
    all::<Both>();
    shared::<nn::Compiled<Both, Sgd, MeanSquaredError>>();

    let model: Arc<Classes> = Arc::from(Classes::boxed(&mut seeded(3)));
    let leaked: &'static Classes = Box::leak(Classes::boxed(&mut seeded(3)));
    let x = Arc::new(samples(500));
    let expected = Arc::new(model.predict(&*x).unwrap());
    let threads = (0..8).map(|thread| {
        let (model, x, expected) = (Arc::clone(&model), Arc::clone(&x), Arc::clone(&expected));
        std::thread::spawn(move || {
            let mut arena = nn::Arena::new();
            for _ in 0..20 {
                assert_eq!(model.predict(&*x).unwrap(), *expected);
                let place = (thread * 61) % 500;
                assert_eq!(leaked.call_in(&x[place], &mut arena), model.call(&x[place]));
            }
        })
    });
    threads.collect::<Vec<_>>().into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn bytes_are_files_and_files_are_bytes() -> nn::Result<()> {
    let path = std::env::temp_dir().join(format!("nn-serving-{}.safetensors", std::process::id()));
    let saved = Classes::boxed(&mut seeded(4));
    saved.save_weights(&path)?;
    let (mut bytes, mut again) = (Vec::new(), Vec::new());
    saved.save_weights_to(&mut bytes)?;
    saved.save_weights_to(&mut again)?;
    assert_eq!(bytes, std::fs::read(&path).unwrap());
    // The order of the metadata is the same each time.
    assert_eq!(bytes, again);
    std::fs::remove_file(&path).unwrap();

    let mut loaded = Classes::boxed(&mut seeded(5)).compile(Sgd::default(), MeanSquaredError);
    loaded.load_weights_from(&bytes)?;
    assert_eq!(*loaded.model(), *saved);
    let mut written = Vec::new();
    loaded.save_weights_to(&mut written)?;
    assert_eq!(written, bytes);

    // Any damage is an error, and leaves the model as it was.
    let mut other = Classes::boxed(&mut seeded(6));
    let before = other.boxed_clone();
    for end in 0..bytes.len() {
        let error = other.load_weights_from(&bytes[..end]).unwrap_err().to_string();
        assert!(error.starts_with("the bytes of the weights: not a valid safetensors file"), "{error}");
    }
    assert!(other.load_weights_from(&[&bytes[..], b"x"].concat()).is_err());
    assert_eq!(other, before);

    // A writer's error is the caller's.
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let error = saved.save_weights_to(Full).unwrap_err();
    assert!(
        matches!(&error, nn::Error::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull),
        "{error}"
    );
    Ok(())
}

/// The bytes without the metadata, as Python or an older version writes them.
fn plain(bytes: &[u8]) -> Vec<u8> {
    let file = safetensors::SafeTensors::deserialize(bytes).unwrap();
    safetensors::serialize(file.tensors(), None).unwrap()
}

fn bytes<M: Model>(model: &M) -> Vec<u8> {
    let mut bytes = Vec::new();
    model.save_weights_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_file_of_another_graph_is_refused() -> nn::Result<()> {
    let saved = bytes(&*Classes::boxed(&mut seeded(8)));
    let mut tanh = Tanh::boxed(&mut seeded(9));
    let before = tanh.boxed_clone();
    let error = tanh.load_weights_from(&saved).unwrap_err().to_string();
    let expected = "the bytes of the weights: the file is of another graph with the same weights: the model has \
                    `tanh#1 of h`, `y: Dense units=2 of tanh#1`, the file has `relu#1 of h`, `y: Dense units=2 of relu#1`\
                    \n  = help: `load_matching` takes weights from a file of another graph";
    assert_eq!(error, expected);
    assert_eq!(tanh, before);

    // A file of no graph loads, and `load_matching` does not ask for the graph.
    tanh.load_weights_from(&plain(&saved))?;
    assert_ne!(tanh, before);
    assert!(before.boxed_clone().load_matching_from(&saved)?.is_complete());

    // Precision is no part of the graph, but of the tensors.
    let double = bytes(&*Classes::<f64>::boxed(&mut seeded(8)));
    assert_eq!(<Classes<f64> as Model>::FINGERPRINT, Classes::FINGERPRINT);
    let error = Classes::boxed(&mut seeded(1)).load_weights_from(&double).unwrap_err().to_string();
    assert!(error.contains("expected type F32, got F64"), "{error}");

    // Other tensors say more than another graph.
    let error = Changed::boxed(&mut seeded(1)).load_weights_from(&saved).unwrap_err().to_string();
    assert!(error.contains("`between.kernel` is missing"), "{error}");
    Ok(())
}

/// A changed digit of the fingerprint or a changed description counts as another graph.
#[test]
fn checkpoints_have_the_fingerprint() -> nn::Result<()> {
    let path = std::env::temp_dir().join(format!("nn-serving-checkpoint-{}.safetensors", std::process::id()));
    let mut classes = Classes::boxed(&mut seeded(1)).compile(Adam::default(), MeanSquaredError);
    classes.train_on_batch(&samples(3), &[SVector::from([0.0, 1.0]); 3])?;
    classes.save_checkpoint(&path)?;
    let mut tanh = Tanh::boxed(&mut seeded(1)).compile(Adam::default(), MeanSquaredError);
    let before = tanh.model().boxed_clone();
    let error = tanh.load_checkpoint(&path).unwrap_err().to_string();
    assert!(error.contains("the model has `tanh#1 of h`"), "{error}");
    assert_eq!(*tanh.model(), *before);
    Classes::boxed(&mut seeded(2)).compile(Adam::default(), MeanSquaredError).load_checkpoint(&path)?;
    std::fs::remove_file(&path).unwrap();
    Ok(())
}

#[test]
fn a_changed_model_takes_the_weights_that_fit() -> nn::Result<()> {
    let old = Classes::boxed(&mut seeded(11));
    let mut changed = Changed::boxed(&mut seeded(12));
    let before = changed.boxed_clone();
    let report = changed.load_matching_from(&bytes(&*old))?;
    let table = "\
h.bias            taken
h.kernel          taken
y.bias            kept: the model has F32 [3], the file has F32 [2]
y.kernel          kept: the model has F32 [8, 3], the file has F32 [8, 2]
between.bias      kept: the file does not have it
between.kernel    kept: the file does not have it";
    let mut lines: Vec<_> = report.to_string().lines().map(String::from).collect();
    lines.sort();
    let mut expected: Vec<_> = table.lines().map(String::from).collect();
    expected.sort();
    assert_eq!(lines, expected);
    assert!(!report.is_complete());
    assert_eq!((changed.h.kernel, changed.h.bias), (old.h.kernel, old.h.bias));
    assert_eq!((&changed.y, &changed.between), (&before.y, &before.between));

    // The other way round, the file has a layer that the model does not have.
    let mut back = Classes::boxed(&mut seeded(13));
    let report = back.load_matching_from(&bytes(&*changed))?;
    assert_eq!((report.taken.len(), report.differing.len(), report.missing.len(), report.unused.len()), (2, 2, 0, 2));
    assert!(report.to_string().contains("between.kernel    not used: the model does not have it"), "{report}");

    // Another precision is no fit, and neither is anything that is no safetensors file.
    let double = bytes(&*Classes::<f64>::boxed(&mut seeded(8)));
    let report = back.load_matching_from(&double)?;
    assert!(report.taken.is_empty() && report.differing.len() == 4, "{report}");
    assert!(report.to_string().contains("kept: the model has F32 [2], the file has F64 [2]"), "{report}");
    assert!(back.load_matching_from(b"no file").is_err());

    // On what `compile` gives, `strict` counts.
    let mut diverged = old.boxed_clone();
    diverged.h.bias[0] = f32::NAN;
    let mut strict = Classes::boxed(&mut seeded(1)).compile(Sgd::default(), MeanSquaredError).strict(true);
    assert!(strict.load_matching_from(&bytes(&*diverged)).is_err());
    assert_eq!(strict.load_matching_from(&bytes(&*old))?.taken.len(), 4);
    Ok(())
}

/// A snapshot, the form for boards, is of a graph too. One of an older version names no graph.
#[test]
fn snapshots_have_the_fingerprint() {
    use nn::snapshot::{Damaged, bytes, restore, save};

    let saved = Classes::boxed(&mut seeded(14));
    let mut snapshot = vec![0; bytes::<Classes>(1)];
    save(&*saved, &mut snapshot).unwrap();
    let mut loaded = Classes::boxed(&mut seeded(15));
    restore(&mut *loaded, &snapshot).unwrap();
    assert_eq!(loaded, saved);
    assert_eq!(restore(&mut *Tanh::boxed(&mut seeded(15)), &snapshot), Err(Damaged::Other));

    model! {
        struct Line;

        let x = Input(shape = [1]);
        let y = Dense(1)(x);

        Model(inputs = x, outputs = y)
    }
    // "nnw1", the fingerprint of `y.kernel` (1, 1) and `y.bias` (1,), one set, no steps, 2 and -0.5, and the checksum;
    // computed with Python's zlib.
    let older = [
        0x6e, 0x6e, 0x77, 0x31, 0x3a, 0x80, 0xfa, 0x6c, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0xbf, 0xec, 0x80, 0x93, 0x5e,
    ];
    let mut line = Line::new(&mut seeded(1));
    restore(&mut line, &older).unwrap();
    assert_eq!(line.call(&[3.0])[0], 5.5);
    assert_eq!(nn::snapshot::steps::<Line>(&older), Ok(0));
}
