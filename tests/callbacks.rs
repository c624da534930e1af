//! Callbacks decide as Keras's do, and a user's own callbacks can do what they need.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

use nn::callbacks::{Callback, CsvLogger, Direction, LambdaCallback, LearningRateScheduler, Run, TerminateOnNaN};
use nn::callbacks::{Callbacks, Snapshot};
use nn::prelude::*;
use nn::{Error, History};
use safetensors::SafeTensors;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

#[path = "callbacks/of_model.rs"]
mod of_model;
#[path = "callbacks/own.rs"]
mod own;

model! {
    /// `y = w · x + b`
    pub struct Line;

    let x = Input(shape = [1]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

fn line() -> nn::Compiled<Line, Sgd, MeanSquaredError> {
    Line::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd { learning_rate: 0.5, ..Sgd::default() }, MeanSquaredError)
}

fn silent() -> Fit {
    Fit::new().verbose(Verbose::Silent)
}

/// The history of a run with one step in every epoch.
fn run<C: Callbacks>(fit: Fit<(), C>) -> nn::Result<History> {
    line().fit([1.0_f32], [2.0_f32], fit)
}

fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("callbacks");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

// ------------------------------------------------------------------------------------------------ decisions of Keras

/// `fit.safetensors`: Keras's decisions.
struct Fixture(HashMap<String, Vec<f64>>);

impl Fixture {
    fn load() -> Self {
        let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/fit.safetensors")).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let numbers = |data: &[u8]| data.chunks(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap())).collect();
        Fixture(file.tensors().into_iter().map(|(name, tensor)| (name, numbers(tensor.data()))).collect())
    }

    fn get(&self, name: &str) -> &[f64] {
        self.0.get(name).unwrap_or_else(|| panic!("`{name}` is not in the fixture"))
    }

    /// All series with their numbers, except those that begin with NaN: in Keras nothing is better than NaN.
    fn series(&self) -> Vec<(usize, &[f64])> {
        let count = self.0.keys().filter(|name| name.starts_with("series.")).count();
        let all = (0..count).map(|k| (k, self.get(&format!("series.{k}"))));
        all.filter(|(_, series)| !series[0].is_nan()).collect()
    }
}

/// Reports given numbers instead of the computed ones.
struct Given<'a> {
    name: &'static str,
    values: &'a [f64],
}

impl Callback for Given<'_> {
    fn logged(&self) -> Vec<String> {
        vec![self.name.into()]
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> nn::Result<()> {
        run.log(self.name, self.values[epoch]);
        Ok(())
    }
}

fn given(values: &[f64]) -> Fit<(), ((), Given<'_>)> {
    silent().epochs(values.len()).callback(Given { name: "val_loss", values })
}

#[test]
fn early_stopping_stops_when_keras_does() -> nn::Result<()> {
    let keras = Fixture::load();
    let configs = [
        ("defaults", EarlyStopping::new()),
        ("patience", EarlyStopping::new().patience(2)),
        ("min_delta", EarlyStopping::new().patience(2).min_delta(0.1)),
        ("negative_delta", EarlyStopping::new().patience(1).min_delta(-0.125)),
        ("max", EarlyStopping::new().patience(3).mode(Direction::Max).restore_best_weights(true)),
        ("baseline", EarlyStopping::new().patience(3).baseline(0.5).restore_best_weights(true)),
        ("late", EarlyStopping::new().patience(1).start_from_epoch(4).restore_best_weights(true)),
        ("restore", EarlyStopping::new().patience(4).restore_best_weights(true)),
    ];
    for (config, mut stopping) in configs {
        for (k, series) in keras.series() {
            let [epochs, stopped, best, restored] = *keras.get(&format!("early_stopping.{config}.{k}")) else {
                panic!()
            };
            let mut weights: Vec<Snapshot> = Vec::new();
            let record = LambdaCallback::new().on_epoch_end(|_, run| {
                weights.push(run.snapshot());
                Ok(())
            });
            let mut last = None;
            let after = LambdaCallback::new().on_train_end(|run| {
                last = Some(run.snapshot());
                Ok(())
            });
            // One callback serves all runs, because every run resets it.
            let history = run(given(series).callback(record).callback(&mut stopping).callback(after))?;
            let what = format!("{config} on series {k}");
            assert_eq!(history.epoch.len() as f64, epochs, "{what}");
            assert_eq!(stopping.stopped_epoch().map_or(-1.0, |epoch| epoch as f64), stopped, "{what}");
            assert_eq!(stopping.best_epoch() as f64, best, "{what}");
            let expected = if restored < 0.0 { weights.len() - 1 } else { restored as usize };
            assert_eq!(last.as_ref(), Some(&weights[expected]), "{what}");
        }
    }
    Ok(())
}

/// Keras keeps the rate in an `f32`.
fn close(what: &str, ours: &[f64], keras: &[f64]) {
    assert_eq!(ours.len(), keras.len(), "{what}");
    for (a, b) in ours.iter().zip(keras) {
        assert!((a - b).abs() <= 1e-6 * b.abs(), "{what}: {ours:?} is not {keras:?}");
    }
}

#[test]
fn the_learning_rate_falls_when_keras_lets_it() -> nn::Result<()> {
    let keras = Fixture::load();
    let configs = [
        ("defaults", ReduceLROnPlateau::new()),
        ("patience", ReduceLROnPlateau::new().patience(2)),
        ("eager", ReduceLROnPlateau::new().patience(0).factor(0.5)),
        ("cooldown", ReduceLROnPlateau::new().patience(1).factor(0.5).cooldown(2)),
        ("min_lr", ReduceLROnPlateau::new().patience(1).factor(0.25).min_lr(0.0625)),
        ("max", ReduceLROnPlateau::new().patience(2).factor(0.5).mode(Direction::Max)),
        ("min_delta", ReduceLROnPlateau::new().patience(2).factor(0.5).min_delta(0.125)),
    ];
    for (config, mut plateau) in configs {
        for (k, series) in keras.series() {
            let history = run(given(series).callback(&mut plateau))?;
            let what = format!("{config} on series {k}");
            close(&what, history.get("learning_rate").unwrap(), keras.get(&format!("plateau.{config}.{k}")));
        }
    }
    let scheduler = LearningRateScheduler::new(|epoch, rate| if epoch < 3 { rate } else { rate * 0.5 });
    let history = run(silent().epochs(8).callback(scheduler))?;
    close("scheduler", history.get("learning_rate").unwrap(), keras.get("scheduler"));
    Ok(())
}

#[test]
fn models_are_saved_when_keras_saves_them() -> nn::Result<()> {
    let keras = Fixture::load();
    let folder = file("saved");
    let path = folder.join("{epoch:02d}.safetensors");
    let configs = [
        ("best", ModelCheckpoint::new(&path).save_best_only(true)),
        ("max", ModelCheckpoint::new(&path).save_best_only(true).mode(Direction::Max)),
        ("threshold", ModelCheckpoint::new(&path).save_best_only(true).initial_value_threshold(0.5)),
        ("all", ModelCheckpoint::new(&path)),
    ];
    for (config, checkpoint) in configs {
        for (k, series) in keras.series() {
            std::fs::remove_dir_all(&folder).ok();
            run(given(series).callback(checkpoint.clone()))?;
            let saved = |epoch: usize| folder.join(format!("{epoch:02}.safetensors")).exists();
            let ours: Vec<_> = (1..=series.len()).map(|epoch| f64::from(saved(epoch))).collect();
            assert_eq!(ours, keras.get(&format!("checkpoint.{config}.{k}")), "{config} on series {k}");
        }
    }
    Ok(())
}

#[test]
fn csv_files_are_those_of_keras() -> nn::Result<()> {
    let keras = Fixture::load();
    let text = |case: &str| {
        let bytes = keras.get(&format!("csv.{case}")).iter().map(|&byte| byte as u8).collect();
        String::from_utf8(bytes).unwrap()
    };
    let logs: [&[(&str, f64)]; 3] = [
        &[("loss", 1.5), ("accuracy", 0.25), ("val_loss", 2.0), ("val_accuracy", 0.5)],
        &[("loss", 0.75), ("accuracy", 0.5)],
        &[("loss", 0.5), ("accuracy", 0.75), ("val_loss", 1.0), ("val_accuracy", 0.625)],
    ];
    let report = |skip: usize| {
        LambdaCallback::new().on_epoch_end(move |epoch, run| {
            logs[epoch + skip].iter().for_each(|(name, value)| run.log(name, *value));
            Ok(())
        })
    };
    let (path, late) = (file("validated.csv"), file("late.csv"));
    run(silent().epochs(3).callback(report(0)).callback(CsvLogger::new(&path)))?;
    // The first epoch has no validation. Keras writes these columns even if there never is one.
    let validated = silent().epochs(2).validation_data([1.0_f32], [2.0_f32]).validation_freq(2);
    let logger = CsvLogger::new(&late).separator(";");
    line().metrics(Accuracy).fit([1.0_f32], [2.0_f32], validated.callback(report(1)).callback(logger))?;
    let (first, second) = (std::fs::read_to_string(&path).unwrap(), std::fs::read_to_string(&late).unwrap());
    // Keras writes `1.0`, Rust writes `1`.
    let plain = |text: String| text.replace(".0", "");
    assert_eq!(first, plain(text("validated")));
    assert_eq!(second, plain(text("late")));

    // Appending adds no second header. Without it the file is replaced.
    run(silent().epochs(3).callback(report(0)).callback(CsvLogger::new(&path).append(true)))?;
    let lines = first.lines().chain(first.lines().skip(1));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), lines.map(|line| format!("{line}\r\n")).collect::<String>());
    run(silent().epochs(3).callback(report(0)).callback(CsvLogger::new(&path)))?;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
    std::fs::write(&path, "").unwrap();
    run(silent().epochs(3).callback(report(0)).callback(CsvLogger::new(&path).append(true)))?;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
    Ok(())
}

#[test]
fn csv_columns_are_those_of_the_run() -> nn::Result<()> {
    let path = file("columns.csv");
    let text = || std::fs::read_to_string(&path).unwrap();
    let log = |append: bool| CsvLogger::new(&path).append(append);
    // Without validation there are no `val_` columns.
    let (x, y) = ([1.0_f32, 2.0], [2.0_f32, 4.0]);
    line().metrics(Mae).fit(x, y, silent().callback(log(false)))?;
    assert_eq!(text().lines().next(), Some("epoch,loss,mae"));
    // With validation the columns exist from the first epoch on.
    let validated = || silent().validation_data(x, y).validation_freq(2);
    line().metrics(Mae).fit(x, y, validated().epochs(2).callback(log(false)))?;
    assert_eq!(text().lines().next(), Some("epoch,loss,mae,val_loss,val_mae"));
    assert!(text().lines().nth(1).is_some_and(|line| line.ends_with(",NA,NA")), "{}", text());

    // Appended lines have the columns of the file.
    line().fit(x, y, silent().callback(log(true)))?;
    let last = text().lines().last().unwrap().to_string();
    let fields: Vec<_> = last.split(',').collect();
    assert_eq!((fields.len(), fields[0], &fields[2..]), (5, "0", &["NA"; 3][..]), "{last}");
    assert!(fields[1].parse::<f64>().is_ok());
    // A column that the file lacks is an error before training; the file stays.
    let before = text();
    let mut model = line().metrics((Mae, Accuracy));
    let error = model.fit(x, y, silent().callback(log(true))).unwrap_err().to_string();
    assert!(error.ends_with("expected a column `accuracy`, got `epoch,loss,mae,val_loss,val_mae`"), "{error}");
    assert_eq!((model.steps(), text()), (0, before.clone()));
    // The same holds for a column that only a callback reports, for another kind of file, and for another separator.
    let own = || Given { name: "height", values: &[1.5] };
    let error = run(silent().callback(own()).callback(log(true))).unwrap_err().to_string();
    assert!(error.contains("expected a column `height`"), "{error}");
    assert_eq!(text(), before);
    assert!(run(silent().callback(log(true).separator(";"))).is_err());
    std::fs::write(&path, "some,thing,else\n1,2,3\n").unwrap();
    assert!(run(silent().callback(log(true))).unwrap_err().to_string().contains("begins with `epoch`"));
    // A half line from a killed program is completed.
    std::fs::write(&path, "epoch,loss\r\n0,0.").unwrap();
    run(silent().callback(log(true)))?;
    assert!(text().starts_with("epoch,loss\r\n0,0.\r\n0,"), "{}", text());

    // A name that contains the separator is quoted, and found again.
    let own = || Given { name: "a \"b\", c", values: &[1.5] };
    run(silent().callback(own()).callback(log(false)))?;
    run(silent().callback(own()).callback(log(true)))?;
    assert_eq!(text().lines().next(), Some("epoch,\"a \"\"b\"\", c\",loss"));
    assert_eq!(text().lines().count(), 3);
    for separator in ["", "\"", "\r\n", "a\nb"] {
        assert!(run(silent().callback(log(false).separator(separator))).is_err());
    }
    Ok(())
}

#[test]
fn nan_is_never_the_best() -> nn::Result<()> {
    let folder = file("nan");
    let nan = f64::NAN;
    let path = folder.join("{epoch}.safetensors");
    for (values, best) in [
        (&[nan, 3.0, nan, 2.0, nan, 4.0][..], Some(3)),
        (&[nan, nan, 1.0, nan], Some(2)),
        (&[2.0, nan, nan], Some(0)),
        (&[nan, nan, nan], None),
    ] {
        std::fs::remove_dir_all(&folder).ok();
        let mut weights: Vec<Snapshot> = Vec::new();
        let record = LambdaCallback::new().on_epoch_end(|_, run| {
            weights.push(run.snapshot());
            Ok(())
        });
        let mut last = None;
        let after = LambdaCallback::new().on_train_end(|run| {
            last = Some(run.snapshot());
            Ok(())
        });
        let mut stopping = EarlyStopping::new().patience(9).restore_best_weights(true);
        let mut checkpoint = ModelCheckpoint::new(&path).save_best_only(true);
        run(given(values).callback(record).callback(&mut checkpoint).callback(&mut stopping).callback(after))?;
        let value = best.map(|best: usize| values[best]);
        assert_eq!((stopping.best(), checkpoint.best()), (value, value), "{values:?}");
        assert_eq!(stopping.best_epoch(), best.unwrap_or(0), "{values:?}");
        // The weights of the best epoch, or the last ones if no epoch was the best.
        assert_eq!(last.as_ref(), weights.get(best.unwrap_or(weights.len() - 1)), "{values:?}");
        let saved = |epoch: usize| folder.join(format!("{}.safetensors", epoch + 1)).exists();
        let mut lowest = f64::INFINITY;
        for (epoch, &value) in values.iter().enumerate() {
            let better = value < lowest;
            lowest = lowest.min(value);
            assert_eq!(saved(epoch), better, "{values:?}, epoch {epoch}");
        }
    }
    // NaN is no improvement in either direction.
    for mode in [Direction::Min, Direction::Max] {
        let stopping = || EarlyStopping::new().patience(2).mode(mode);
        assert_eq!(run(given(&[nan, nan, nan, nan]).callback(stopping()))?.epoch.len(), 2);
        assert_eq!(run(given(&[1.0, nan, nan, nan]).callback(stopping()))?.epoch.len(), 3);
        assert_eq!(run(given(&[nan, 1.0, nan, nan, nan]).callback(stopping()))?.epoch.len(), 4);
        let plateau = ReduceLROnPlateau::new().mode(mode).patience(2).factor(0.5);
        let rates = run(given(&[nan, 1.0, nan, nan, nan]).callback(plateau))?;
        assert_eq!(rates.get("learning_rate"), Some(&[0.5, 0.5, 0.5, 0.5, 0.25][..]));
    }
    Ok(())
}

#[test]
fn settings_of_callbacks_are_numbers_that_make_sense() {
    let values = [1.0];
    let refused = |callback: Box<dyn Callback>| {
        run(given(&values).callback(callback)).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let nan = f64::NAN;
    for (setting, callback) in [
        ("min_delta", Box::new(EarlyStopping::new().min_delta(nan)) as Box<dyn Callback>),
        ("min_delta", Box::new(ReduceLROnPlateau::new().min_delta(f64::INFINITY))),
        ("baseline", Box::new(EarlyStopping::new().baseline(nan))),
        ("initial_value_threshold", Box::new(ModelCheckpoint::new("never").initial_value_threshold(nan))),
        ("factor", Box::new(ReduceLROnPlateau::new().factor(nan))),
        ("factor", Box::new(ReduceLROnPlateau::new().factor(-0.5))),
        ("min_lr", Box::new(ReduceLROnPlateau::new().min_lr(nan))),
        ("min_lr", Box::new(ReduceLROnPlateau::new().min_lr(-1.0))),
        ("LearningRateScheduler", Box::new(LearningRateScheduler::new(move |_, _| nan))),
        ("LearningRateScheduler", Box::new(LearningRateScheduler::new(|_, _| -0.1))),
        ("LearningRateScheduler", Box::new(LearningRateScheduler::new(|_, _| f64::INFINITY))),
    ] {
        assert!(refused(callback).starts_with(&format!("{setting}: expected ")), "{setting}");
    }
    let huge = ModelCheckpoint::new("{val_loss:.70000f}");
    assert!(refused(Box::new(huge)).contains("more than 255"));
    let huge = ModelCheckpoint::new("{val_loss:99999999999999f}");
    assert!(refused(Box::new(huge)).contains("more than 255"));
}

// -------------------------------------------------------------------------------------------------------- real runs

#[test]
fn the_best_weights_come_back() -> nn::Result<()> {
    // The steps are too large, so the first epoch is the best.
    let (x, y) = ([1.0_f32, 2.0, 3.0], [2.0_f32, 4.0, 6.0]);
    let mut model = line();
    let stopping = EarlyStopping::new().patience(3).restore_best_weights(true);
    let history = model.fit(x, y, silent().epochs(20).validation_data(x, y).callback(stopping))?;
    assert_eq!(history.epoch.len(), 4);
    assert_eq!(model.evaluate(x, y)?.loss, history.get("val_loss").unwrap()[0]);
    Ok(())
}

#[test]
fn a_checkpoint_of_a_callback_resumes_the_run() -> nn::Result<()> {
    let path = file("line.{epoch}-{loss:.3e}.safetensors");
    let data = ([1.0_f32, 2.0, 3.0, 4.0], [2.0_f32, 3.0, 4.0, 5.0]);
    let make = || Line::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), MeanSquaredError);
    // The rate is halved after every epoch except the first.
    let plateau = || ReduceLROnPlateau::new().monitor("loss").mode(Direction::Max).patience(1).factor(0.5);
    let fit = || silent().epochs(6).batch_size(2).callback(plateau());
    let mut whole = make();
    let expected = whole.fit(data.0, data.1, fit().callback(ModelCheckpoint::new(&path).verbose(false)))?;
    let rates = expected.get("learning_rate").unwrap();
    assert_eq!(rates[..3], [0.001, 0.001, 0.0005]);

    for epoch in 1..6 {
        let name = format!("line.{epoch}-{}.safetensors", python(expected.get("loss").unwrap()[epoch - 1]));
        let mut second = make();
        second.load_checkpoint(file(&name))?;
        assert_eq!((second.epoch(), second.steps()), (epoch, 2 * epoch as u64));
        assert_eq!(second.learning_rate(), rates[epoch]);
        // Without the plateau the rate stays as in the checkpoint.
        let history = second.fit(data.0, data.1, silent().epochs(epoch + 1).batch_size(2).resume(true))?;
        assert_eq!(history.epoch, [epoch]);
        assert_eq!(history.get("loss").unwrap()[0], expected.get("loss").unwrap()[epoch]);
    }

    // By batches, and only the weights.
    let path = file("batches/{epoch}.{batch}.safetensors");
    std::fs::remove_dir_all(file("batches")).ok();
    let weights = ModelCheckpoint::new(&path).save_freq(3).save_weights_only(true);
    make().fit(data.0, data.1, silent().epochs(4).batch_size(2).callback(weights))?;
    let mut names: Vec<_> = std::fs::read_dir(file("batches"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["2.1.safetensors", "3.2.safetensors"]);
    make().load_weights(file("batches/2.1.safetensors"))
}

/// Python's `{:.3e}`.
fn python(value: f64) -> String {
    let text = format!("{value:.3e}");
    let (digits, power) = text.split_once('e').unwrap();
    let power: i32 = power.parse().unwrap();
    format!("{digits}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
}

#[test]
fn a_loss_that_is_no_number_ends_the_run() -> nn::Result<()> {
    let (x, y) = ([1e30_f32, 1.0], [1.0_f32, 1.0]);
    let fit = || silent().epochs(5).batch_size(1).shuffle(false);
    let mut model = line();
    let history = model.fit(x, y, fit().callback(TerminateOnNaN::new()))?;
    assert_eq!((history.epoch.len(), model.steps()), (1, 1));
    let error = line().fit(x, y, fit().callback(TerminateOnNaN::new().raise_error(true))).unwrap_err();
    assert_eq!(error.to_string(), "batch 0: the loss is inf, training ends");
    Ok(())
}

model! {
    pub struct Gated;

    let x = Input(shape = [2]);
    let gate = Dense(2, activation = threshold(10.0, 0.0))(x);
    let last = Dense(1)(gate);

    Model(inputs = x, outputs = last)
}

/// The gate is closed, even for NaN, so the loss does not see the weights behind it.
#[test]
fn weights_that_are_no_numbers_end_the_run() -> nn::Result<()> {
    let (x, y) = ([SVector::<f32, 2>::new(1.0, 2.0); 4], [1.0_f32; 4]);
    let fit = || silent().epochs(5).batch_size(2);
    for invalid in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let make = || {
            let mut model = Gated::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
            model.model_mut().gate.kernel[(1, 0)] = invalid;
            model
        };
        let mut model = make();
        let mut stop = TerminateOnNaN::new();
        if !invalid.is_nan() && invalid > 0.0 {
            // The gate is open, and the loss is infinite.
            assert_eq!(model.fit(x, y, fit().callback(&mut stop))?.epoch.len(), 1);
            continue;
        }
        let history = model.fit(x, y, fit().callback(&mut stop))?;
        assert!(history.get("loss").unwrap().iter().all(|loss| loss.is_finite()));
        assert_eq!((history.epoch.len(), model.steps()), (1, 2));
        let error = make().fit(x, y, fit().callback(TerminateOnNaN::new().raise_error(true))).unwrap_err();
        assert_eq!(error.to_string(), format!("epoch 0: a weight of `gate.kernel` is {invalid}, training ends"));
    }
    Ok(())
}
