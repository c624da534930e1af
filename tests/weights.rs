//! Weight files and checkpoints: written whole, checked before anything changes, resumed bit for bit.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

use nn::callbacks::{CsvLogger, LambdaCallback};
use nn::optimizers::Adadelta;
use nn::prelude::*;
use safetensors::SafeTensors;
use std::fs;
use std::path::PathBuf;

model! {
    /// A part of the next model.
    pub struct Tower;

    let x = Input(shape = [4]);
    let y = Dense(3, activation = relu)(x);

    Model(inputs = x, outputs = y)
}

model! {
    /// One tower, called twice.
    pub struct Towers;

    let a = Input(shape = [4]);
    let b = Input(shape = [4]);
    let tower = Tower();
    let both = concatenate([tower(a), tower(b)]);
    let same = Dense(2, use_bias = false)(both);

    Model(inputs = [a, b], outputs = same)
}

model! {
    /// As `Tower`, with other numbers.
    pub struct Wide;

    let x = Input(shape = [4]);
    let y = Dense(5, activation = relu)(x);

    Model(inputs = x, outputs = y)
}

model! {
    /// With one layer too many.
    pub struct Tall;

    let x = Input(shape = [4]);
    let h = Dense(3, activation = relu)(x);
    let h = Dropout(0.3)(h);
    let z = Dense(1, name = "top")(h);

    Model(inputs = x, outputs = z)
}

fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("weights");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

type Point = SVector<f32, 4>;

fn data() -> (Vec<Point>, Vec<f32>) {
    (0..40).map(|k| (Point::from_fn(|row, _| ((k * 5 + row * 3) as f32).sin()), (k % 2) as f32)).unzip()
}

fn silent() -> Fit {
    Fit::new().verbose(Verbose::Silent)
}

#[test]
fn weights_come_back() -> nn::Result<()> {
    let path = file("towers.safetensors");
    let (saved, mut loaded) = (Towers::boxed(&mut rng(1)), Towers::boxed(&mut rng(2)));
    assert_ne!(saved, loaded);
    saved.save_weights(&path)?;
    loaded.load_weights(&path)?;
    assert_eq!(saved, loaded);
    // A compiled model behaves the same.
    let path = file("towers_compiled.safetensors");
    let mut compiled = Towers::boxed(&mut rng(2)).compile(Sgd::default(), MeanSquaredError);
    saved.compile(Sgd::default(), MeanSquaredError).save_weights(&path)?;
    compiled.load_weights(&path)?;
    assert_eq!(*compiled.model(), *loaded);
    Ok(())
}

#[test]
fn files_have_the_names_and_shapes_of_keras() -> nn::Result<()> {
    let path = file("names.safetensors");
    let model = Towers::boxed(&mut rng(1));
    model.save_weights(&path)?;
    let bytes = fs::read(&path).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut names = tensors.names();
    names.sort();
    assert_eq!(names, ["same.kernel", "tower.y.bias", "tower.y.kernel"]);
    let kernel = tensors.tensor("tower.y.kernel").unwrap();
    assert_eq!(kernel.shape(), [4, 3]);
    // Row-major, input by input: the second number is the weight from input 0 to output 1.
    let second = f32::from_le_bytes(kernel.data()[4..8].try_into().unwrap());
    assert_eq!(second, model.tower.y.kernel[(1, 0)]);
    Ok(())
}

/// Loading `path` into a `Tower` fails with these words and changes nothing.
fn refused(path: &PathBuf, words: &[&str]) {
    let mut tower = Tower::boxed(&mut rng(9));
    let before = tower.clone();
    let error = tower.load_weights(path).unwrap_err().to_string();
    for word in words.iter().chain(&[path.to_str().unwrap()]) {
        assert!(error.contains(word), "`{word}` is not in: {error}");
    }
    assert_eq!(tower, before);
}

#[test]
fn files_of_other_models_are_refused() -> nn::Result<()> {
    let path = file("wide.safetensors");
    Wide::boxed(&mut rng(1)).save_weights(&path)?;
    refused(&path, &["`y.kernel`", "expected shape [4, 3]", "got [4, 5]"]);

    let path = file("towers_for_tower.safetensors");
    Towers::boxed(&mut rng(1)).save_weights(&path)?;
    refused(&path, &["`y.kernel` is missing: the file has `", "y.kernel`"]);

    let path = file("double.safetensors");
    Tower::<f64>::boxed(&mut rng(1)).save_weights(&path)?;
    refused(&path, &["`y.kernel`", "expected type F32", "got F64"]);

    let path = file("more.safetensors");
    let (kernel, bias) = ([0; 48], [0; 12]);
    let tensor = |shape: &[usize], bytes: &'static [u8]| {
        safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.to_vec(), bytes).unwrap()
    };
    let kernel: &'static [u8] = Box::leak(Box::new(kernel));
    let bias: &'static [u8] = Box::leak(Box::new(bias));
    let tensors =
        [("y.kernel", tensor(&[4, 3], kernel)), ("y.bias", tensor(&[3], bias)), ("z.bias", tensor(&[3], bias))];
    fs::write(&path, safetensors::serialize(tensors, None).unwrap()).unwrap();
    refused(&path, &["unexpected tensor `z.bias`: the model has `y.kernel`, `y.bias`"]);
    Ok(())
}

#[test]
fn broken_files_are_refused() -> nn::Result<()> {
    let path = file("whole.safetensors");
    Tower::boxed(&mut rng(1)).save_weights(&path)?;
    let whole = fs::read(&path).unwrap();
    let broken = file("broken.safetensors");
    // Every prefix of a file is an invalid file.
    for length in 0..whole.len() {
        fs::write(&broken, &whole[..length]).unwrap();
        refused(&broken, &["not a valid safetensors file"]);
    }
    for at in 0..whole.len().min(200) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x15;
        fs::write(&broken, &bytes).unwrap();
        // Some changes are valid (a number of a weight, an entry of the metadata); none panics.
        let mut tower = Tower::boxed(&mut rng(9));
        let before = tower.clone();
        if tower.load_weights(&broken).is_err() {
            assert_eq!(tower, before);
        }
    }
    refused(&file("missing.safetensors"), &[]);
    Ok(())
}

#[test]
fn a_file_is_written_whole_or_not_at_all() -> nn::Result<()> {
    let folder = file("atomic");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("tower.safetensors");
    for seed in 0..3 {
        Tower::boxed(&mut rng(seed)).save_weights(&path)?;
    }
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["tower.safetensors"]);
    let nowhere = folder.join("no/such/folder/tower.safetensors");
    assert!(matches!(Tower::boxed(&mut rng(0)).save_weights(&nowhere), Err(nn::Error::Io { .. })));
    assert!(Tower::boxed(&mut rng(0)).save_weights(&folder).is_err());
    assert!(Tower::boxed(&mut rng(0)).save_weights("..").is_err());
    assert_eq!(fs::read_dir(folder.parent().unwrap()).unwrap().filter(is_temporary).count(), 0);
    Ok(())
}

fn is_temporary(entry: &std::io::Result<fs::DirEntry>) -> bool {
    entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with(".atomic")
}

#[test]
fn a_resumed_run_goes_on_bit_for_bit() -> nn::Result<()> {
    let (x, y) = data();
    let make = |seed| Tall::boxed(&mut rng(seed)).compile(Adam::default(), MeanSquaredError);
    let fit = || silent().batch_size(7);
    let path = file("tall.checkpoint");
    let (mut whole, mut first, mut second) = (make(1), make(1), make(2));
    whole.fit(&x, &y, fit().epochs(5))?;
    first.fit(&x, &y, fit().epochs(2))?;
    first.save_checkpoint(&path)?;
    second.load_checkpoint(&path)?;
    assert_eq!(second.steps(), 12);
    second.fit(&x, &y, fit().epochs(3))?;
    assert_eq!(whole.model(), second.model());
    // The weights alone are not enough, because Adam has a memory.
    let weights = file("tall.safetensors");
    first.save_weights(&weights)?;
    let mut third = make(2);
    third.load_weights(&weights)?;
    third.fit(&x, &y, fit().epochs(3))?;
    assert_ne!(whole.model(), third.model());
    Ok(())
}

#[test]
fn other_checkpoints_are_refused() -> nn::Result<()> {
    let (x, y) = data();
    let path = file("adam.checkpoint");
    let mut adam = Tall::boxed(&mut rng(1)).compile(Adam::default(), MeanSquaredError);
    adam.fit(&x, &y, silent())?;
    adam.save_checkpoint(&path)?;

    let mut sgd = Tall::boxed(&mut rng(2)).compile(Sgd::default(), MeanSquaredError);
    let before = sgd.model().clone();
    let error = sgd.load_checkpoint(&path).unwrap_err().to_string();
    assert!(error.contains("expected a checkpoint of the optimizer `sgd`, got `adam`"), "{error}");
    let error = sgd.load_weights(&path).unwrap_err().to_string();
    assert!(error.contains("use `load_checkpoint`"), "{error}");

    let weights = file("tall_alone.safetensors");
    adam.save_weights(&weights)?;
    let error = sgd.load_checkpoint(&weights).unwrap_err().to_string();
    assert!(error.contains("use `load_weights`"), "{error}");

    // The same optimizer with other slots.
    let path = file("plain.checkpoint");
    sgd.save_checkpoint(&path)?;
    let momentum = Sgd { momentum: 0.9, ..Sgd::default() };
    let mut momentum = Tall::boxed(&mut rng(2)).compile(momentum, MeanSquaredError);
    let error = momentum.load_checkpoint(&path).unwrap_err().to_string();
    assert!(error.contains("`optimizer.momentum.") && error.contains("is missing"), "{error}");
    assert_eq!((sgd.model(), momentum.model(), momentum.steps()), (&before, &before, 0));
    Ok(())
}

/// Weights that are not finite are read, with a warning.
#[test]
fn weights_that_are_not_finite() {
    let path = file("not_finite.safetensors");
    let mut tower = Tower::boxed(&mut StdRng::seed_from_u64(1));
    tower.as_mut_slice()[4] = f32::NEG_INFINITY;
    tower.as_mut_slice()[14] = f32::NAN;
    tower.save_weights(&path).unwrap();
    let mut other = Tower::boxed(&mut StdRng::seed_from_u64(2));
    other.load_weights(&path).unwrap();
    let bits = |tower: &Tower| tower.as_slice().iter().map(|w| w.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&other), bits(&tower));

    // In strict mode they are an error, and nothing has changed.
    let compiled = || Tower::boxed(&mut StdRng::seed_from_u64(2)).compile(Adam::default(), MeanSquaredError);
    let mut strict = compiled().strict(true);
    let text = "tensor `y.kernel`: expected finite numbers, got -inf at place 4, and in 1 more tensor";
    let error = strict.load_weights(&path).unwrap_err().to_string();
    assert_eq!(error, format!("{}: {text}", path.display()));
    assert_eq!(strict.model(), compiled().model());

    // A bad slot of the optimizer is treated the same.
    let path = file("not_finite_slot.safetensors");
    let mut trained = compiled();
    trained.train_on_batch([SVector::<f32, 4>::repeat(1e30)], [SVector::<f32, 3>::repeat(-1e30)]).unwrap();
    trained.model_mut().as_mut_slice().fill(1.0);
    trained.save_checkpoint(&path).unwrap();
    let error = strict.load_checkpoint(&path).unwrap_err().to_string();
    assert!(error.contains("tensor `optimizer.") && error.contains("expected finite numbers, got"), "{error}");
    assert!(compiled().load_checkpoint(&path).is_ok());
}

/// Runs as its own program; the test below reads its standard error.
#[test]
fn child() {
    let Ok(path) = std::env::var("NN_WEIGHTS") else { return };
    let mut tower = Tower::boxed(&mut StdRng::seed_from_u64(2));
    tower.load_weights(&path).unwrap();
    let mut compiled = tower.compile(Sgd::default(), MeanSquaredError);
    compiled.save_checkpoint(path.replace(".safetensors", ".checkpoint")).unwrap();
    compiled.load_checkpoint(path.replace(".safetensors", ".checkpoint")).unwrap();
}

#[test]
fn warned_when_a_file_is_read() {
    let path = file("warned.safetensors");
    let mut tower = Tower::boxed(&mut StdRng::seed_from_u64(1));
    let run = || {
        let mut program = std::process::Command::new(std::env::current_exe().unwrap());
        let output = program.args(["--exact", "child", "--nocapture"]).env("NN_WEIGHTS", &path).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    tower.save_weights(&path).unwrap();
    assert_eq!(run(), "");
    tower.as_mut_slice()[0] = f32::NAN;
    tower.save_weights(&path).unwrap();
    let text = "tensor `y.kernel`: expected finite numbers, got NaN at place 0\n  = help: the training that wrote the file has \
                diverged: `TerminateOnNaN` ends such a run\n  = help: `#[nn(allow(weights_not_finite))]` on the struct \
                silences this\n";
    let path = path.display().to_string();
    let checkpoint = path.replace(".safetensors", ".checkpoint");
    assert_eq!(run(), format!("warning: {path}: {text}warning: {checkpoint}: {text}"));
}

// ------------------------------------------------------------------------------------------ names that could collide

mod names {
    use super::*;

    model! {
        #[nn(allow(dense_after_dense))]
        pub struct Inner;
        let x = Input(shape = [2]);
        let momentum = Dense(2)(x);
        let iteration = Dense(2)(momentum);
        Model(inputs = x, outputs = iteration)
    }

    model! {
        #[nn(allow(dense_after_dense))]
        pub struct Momentum;
        let x = Input(shape = [2]);
        let dense = Dense(2)(x);
        let optimizer = Dense(2)(dense);
        Model(inputs = x, outputs = optimizer)
    }

    model! {
        #[nn(allow(dense_after_dense))]
        pub struct Optimizer;
        let x = Input(shape = [2]);
        let momentum = Momentum();
        let velocity = Momentum();
        let average = Momentum();
        let y = average(velocity(momentum(x)));
        Model(inputs = x, outputs = y)
    }

    model! {
        /// Every name in a checkpoint is also the name of a layer.
        #[nn(allow(dense_after_dense))]
        pub struct Reserved;
        let input = Input(shape = [2]);
        let optimizer = Optimizer();
        let x = optimizer(input);
        let training = Inner();
        let x = training(x);
        let callback = Inner();
        let x = callback(x);
        let frozen = Dense(2)(x);
        let dense = Dense(2)(frozen);
        let place = Dense(2)(dense);
        let momentum = Dense(2)(place);
        let learning_rate = Dense(1)(momentum);
        Model(inputs = input, outputs = learning_rate)
    }

    fn comes_back<O: nn::optimizers::Optimizer + Clone>(optimizer: O) -> nn::Result<()> {
        let path = file("reserved.safetensors");
        let data = ([SVector::<f32, 2>::new(0.5, -1.0), SVector::<f32, 2>::new(1.5, 2.0)], [1.0_f32, 2.0]);
        let make =
            |seed| Reserved::boxed(&mut StdRng::seed_from_u64(seed)).compile(optimizer.clone(), MeanSquaredError);
        let fit = |epochs: usize| {
            let stopping = EarlyStopping::new().monitor("loss").patience(99).restore_best_weights(false);
            Fit::new().epochs(epochs).verbose(0).resume(true).callback(stopping)
        };
        let mut whole = make(1);
        whole.fit(data.0, data.1, fit(4))?;
        let mut first = make(1);
        first.set_learning_rate(first.learning_rate());
        first.fit(data.0, data.1, fit(2))?;
        first.save_checkpoint(&path)?;
        let mut second = make(2);
        second.load_checkpoint(&path)?;
        assert_eq!((second.model(), second.steps()), (first.model(), 2));
        second.fit(data.0, data.1, fit(4))?;
        assert_eq!(second.model(), whole.model());
        // Weights alone, and a checkpoint instead of them.
        first.save_weights(file("reserved_weights.safetensors"))?;
        second.load_weights(file("reserved_weights.safetensors"))?;
        assert_eq!(second.model(), first.model());
        assert!(second.load_weights(&path).unwrap_err().to_string().contains("load_checkpoint"));
        Ok(())
    }

    #[test]
    fn layers_may_have_the_names_of_a_checkpoint() -> nn::Result<()> {
        comes_back(Sgd { momentum: 0.9, ..Sgd::default() })?;
        comes_back(Adam { amsgrad: true, ..Adam::default() })?;
        comes_back(Adadelta::default())
    }
}

model! {
    pub struct Two;
    Sequential([Input(shape = [2]), Dense(3, activation = tanh), Dropout(0.1), Dense(2)])
}

/// Every counter of a checkpoint at its limits: the checkpoint is refused, or the run goes on without overflow.
#[test]
fn counts_beyond_all_runs_are_refused() -> nn::Result<()> {
    let path = file("counts.safetensors");
    let make = || {
        let optimizer = Adam::default().ema(nn::optimizers::Ema { overwrite_frequency: Some(3), ..Default::default() });
        Two::boxed(&mut StdRng::seed_from_u64(1)).compile(optimizer, MeanSquaredError)
    };
    let (x, y) = ([SVector::<f32, 2>::new(0.5, -1.0); 6], [SVector::<f32, 2>::new(0.5, 1.0); 6]);
    let fit = |verbose: bool| {
        let stopping =
            EarlyStopping::new().monitor("loss").patience(usize::MAX).verbose(verbose).restore_best_weights(true);
        let plateau = ReduceLROnPlateau::new().monitor("loss").cooldown(2);
        let saved = ModelCheckpoint::new(file("counts.saved.safetensors")).save_freq(usize::MAX);
        let fit = Fit::new().epochs(3).batch_size(2).verbose(0).resume(true);
        fit.callback(stopping).callback(plateau).callback(saved)
    };
    let stop = LambdaCallback::new().on_train_batch_end(|_, run| {
        if run.steps() == 4 {
            run.stop();
        }
        Ok(())
    });
    let mut model = make();
    model.fit(x, y, fit(false).callback(stop))?;
    model.save_checkpoint(&path)?;
    let bytes = std::fs::read(&path).unwrap();
    let (header, _) = SafeTensors::read_metadata(&bytes).unwrap();
    let start = header + 8;
    let mut refused = 0;
    for (name, view) in SafeTensors::deserialize(&bytes).unwrap().tensors() {
        if view.dtype() != safetensors::Dtype::U64 {
            continue;
        }
        let at = view.data().as_ptr() as usize - bytes.as_ptr() as usize;
        assert!(at >= start);
        for number in 0..view.data().len() / 8 {
            for value in
                [u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1, 1 << 53, (1 << 53) - 1, u64::from(u32::MAX), 0]
            {
                let mut changed = bytes.clone();
                changed[at + 8 * number..][..8].copy_from_slice(&value.to_le_bytes());
                std::fs::write(&path, changed).unwrap();
                let mut model = make();
                match model.load_checkpoint(&path) {
                    // The file may say that another epoch or batch is due, and then there may be nothing to do.
                    Ok(()) => drop(model.fit(x, y, fit(value == u64::MAX))),
                    Err(error) => {
                        refused += 1;
                        assert!(
                            error.to_string().contains("no run can have") || error.to_string().contains("no place"),
                            "{name}: {error}"
                        );
                        assert_eq!(model.model(), make().model());
                    }
                }
            }
        }
    }
    assert!(refused > 25, "{refused}");
    Ok(())
}

/// A checkpoint with everything in it, changed at any place, is refused or still valid.
#[test]
fn changed_checkpoints_are_refused_or_right() -> nn::Result<()> {
    let path = file("changed.safetensors");
    let (x, y) = ([SVector::<f32, 2>::new(0.5, -1.0); 6], [SVector::<f32, 2>::new(0.5, 1.0); 6]);
    let make =
        || Two::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd { momentum: 0.5, ..Sgd::default() }, MeanSquaredError);
    let fit = || {
        let log = CsvLogger::new(file("changed.csv"));
        let stopping = EarlyStopping::new().monitor("loss").patience(2).restore_best_weights(true);
        let saved = ModelCheckpoint::new(&path).save_freq(1);
        Fit::new().epochs(2).batch_size(4).verbose(0).callback(log).callback(stopping).callback(saved)
    };
    make().fit(x, y, fit())?;
    let bytes = fs::read(&path).unwrap();
    let (header, _) = SafeTensors::read_metadata(&bytes).unwrap();
    let mut rng = StdRng::seed_from_u64(5);
    let changed = file("changed_again.safetensors");
    for k in 0..1000 {
        let mut bytes = bytes.clone();
        for _ in 0..1 + rng.next_u64() % 3 {
            // Mostly in the header, because most errors are possible there.
            let end = if rng.next_u64().is_multiple_of(4) { bytes.len() } else { bytes.len().min(header + 8) };
            if end == 0 {
                break;
            }
            let place = rng.next_u64() as usize % end;
            match rng.next_u64() % 4 {
                0 => bytes[place] = rng.next_u64() as u8,
                1 => bytes[place] ^= 1 << (rng.next_u64() % 8),
                2 => bytes[place] = b"0123456789[]{}\",:ceilmo"[rng.next_u64() as usize % 23],
                _ => bytes.truncate(place),
            }
        }
        fs::write(&changed, bytes).unwrap();
        let mut model = make();
        if model.load_checkpoint(&changed).is_err() {
            assert_eq!(model.model(), make().model(), "change {k}");
        } else if k % 8 == 0 {
            // The run may go on from another place or with other numbers, but it must not panic.
            drop(model.fit(x, y, fit().epochs(3).resume(true)));
        }
    }
    Ok(())
}
