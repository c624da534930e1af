//! A run is killed at any moment and goes on from its last checkpoint. It ends bit for bit like an uninterrupted run,
//! with all effects of its callbacks.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

use nn::callbacks::{Callback, CsvLogger, LambdaCallback, LearningRateScheduler, Run, TerminateOnNaN};
use nn::callbacks::{CallbackMemory, Callbacks};
use nn::prelude::*;
use nn::{Compiled, Error, History};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

model! {
    /// A model with dropout and running averages.
    pub struct Net;

    let x = Input(shape = [3]);
    let y = Dense(4, activation = tanh)(x);
    let y = Dropout(0.2)(y);
    let y = BatchNormalization()(y);
    let y = Dense(1)(y);

    Model(inputs = x, outputs = y)
}

type Trained = Compiled<Net, Adam, MeanSquaredError>;

fn net() -> Trained {
    Net::boxed(&mut StdRng::seed_from_u64(2))
        .compile(Adam { learning_rate: 0.05, ..Adam::default() }, MeanSquaredError)
        .seed(3)
}

fn data() -> (Vec<SVector<f32, 3>>, Vec<f32>) {
    let number = |k: usize| ((k * 37 + 11) % 17) as f32 / 17.0 - 0.5;
    let x: Vec<_> = (0..14).map(|k| SVector::from([number(k), number(k + 5), number(3 * k)])).collect();
    let y = x.iter().enumerate().map(|(k, x)| x[0] * x[1] - x[2] + 0.3 * number(7 * k)).collect();
    (x, y)
}

/// An empty folder for this test alone.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("resume").join(name);
    std::fs::remove_dir_all(&folder).ok();
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// All files of a folder. For checkpoints and weights only the tensors, because the order of the metadata is random.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let (name, bytes) = (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap());
        if !name.ends_with(".safetensors") {
            files.insert(name, bytes);
            continue;
        }
        for (tensor, view) in safetensors::SafeTensors::deserialize(&bytes).unwrap().tensors() {
            files.insert(format!("{name}: {tensor}"), view.data().to_vec());
        }
    }
    files
}

/// A user's own callback that writes a file at the end; its numbers depend on all epochs.
#[derive(Default)]
struct Own {
    path: PathBuf,
    epochs: u64,
    steps: u64,
    sum: f64,
    text: String,
}

impl Callback for Own {
    fn remember(&self, memory: &mut CallbackMemory) {
        memory.set_count("epochs", self.epochs);
        memory.set_count("steps", self.steps);
        memory.set_number("sum", self.sum);
        memory.set_bytes("text", self.text.as_str());
    }

    fn on_train_begin(&mut self, run: &mut Run<'_>) -> nn::Result<()> {
        if let Some(memory) = run.memory() {
            self.epochs = memory.count("epochs").unwrap();
            self.steps = memory.count("steps").unwrap();
            self.sum = memory.number("sum").unwrap();
            self.text = String::from_utf8(memory.bytes("text").unwrap().to_vec()).unwrap();
        }
        Ok(())
    }

    fn on_epoch_begin(&mut self, epoch: usize, _: &mut Run<'_>) -> nn::Result<()> {
        self.text += &format!("epoch {epoch}\n");
        Ok(())
    }

    fn on_train_batch_end(&mut self, _: usize, _: &mut Run<'_>) -> nn::Result<()> {
        self.steps += 1;
        Ok(())
    }

    fn on_epoch_end(&mut self, _: usize, run: &mut Run<'_>) -> nn::Result<()> {
        self.epochs += 1;
        self.sum += run.get("loss").unwrap() + run.get("val_loss").unwrap_or(0.5);
        Ok(())
    }

    fn on_train_end(&mut self, _: &mut Run<'_>) -> nn::Result<()> {
        let text = format!("{} {} {}\n{}", self.epochs, self.steps, self.sum.to_bits(), self.text);
        std::fs::write(&self.path, text).map_err(Error::callback)
    }
}

/// The moment of a kill.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    EpochBegin,
    BatchBegin,
    BatchEnd,
    EpochEnd,
}

/// Ends the run with an error, like a kill: at a moment, after this number of steps.
struct Killer {
    moment: Moment,
    steps: u64,
}

impl Killer {
    const NEVER: Killer = Killer { moment: Moment::EpochEnd, steps: u64::MAX };

    fn at(&self, moment: Moment, run: &Run<'_>) -> nn::Result<()> {
        let now = moment == self.moment && run.steps() >= self.steps;
        if now { Err(Error::callback("killed")) } else { Ok(()) }
    }
}

impl Callback for Killer {
    fn on_epoch_begin(&mut self, _: usize, run: &mut Run<'_>) -> nn::Result<()> {
        self.at(Moment::EpochBegin, run)
    }

    fn on_train_batch_begin(&mut self, _: usize, run: &mut Run<'_>) -> nn::Result<()> {
        self.at(Moment::BatchBegin, run)
    }

    fn on_train_batch_end(&mut self, _: usize, run: &mut Run<'_>) -> nn::Result<()> {
        self.at(Moment::BatchEnd, run)
    }

    fn on_epoch_end(&mut self, _: usize, run: &mut Run<'_>) -> nn::Result<()> {
        self.at(Moment::EpochEnd, run)
    }
}

/// All callbacks of the library and a user's own, in an unfavourable order for checkpoints.
fn with_all<V>(fit: Fit<V>, folder: &Path, saves: Option<usize>, killer: Killer) -> Fit<V, impl Callbacks> {
    let last = ModelCheckpoint::new(folder.join("last.safetensors"));
    let last = saves.into_iter().fold(last, ModelCheckpoint::save_freq);
    let best = |name: &str| ModelCheckpoint::new(folder.join(name)).save_best_only(true);
    let some = ModelCheckpoint::new(folder.join("some.{epoch}.{batch}.safetensors")).save_freq(5);
    fit.callback(last)
        .callback(Own { path: folder.join("own.txt"), ..Own::default() })
        .callback(CsvLogger::new(folder.join("log.csv")))
        .callback(CsvLogger::new(folder.join("appended.csv")).append(true).separator(";"))
        .callback(best("best.safetensors").save_weights_only(true))
        .callback(best("best.{epoch}.safetensors").monitor("loss"))
        .callback(some.save_weights_only(true))
        .callback(LearningRateScheduler::new(|epoch, rate| if epoch % 3 == 2 { rate * 0.7 } else { rate }))
        .callback(ReduceLROnPlateau::new().patience(1).cooldown(2).factor(0.5))
        .callback(ReduceLROnPlateau::new().monitor("loss").patience(2).factor(0.9))
        .callback(killer)
        .callback(TerminateOnNaN::new())
        .callback(EarlyStopping::new().monitor("loss").patience(9))
        .callback(EarlyStopping::new().patience(4).restore_best_weights(true))
}

#[derive(Clone, Copy, Debug)]
struct Case {
    name: &'static str,
    /// Saves a checkpoint after this number of batches instead of every epoch.
    saves: Option<usize>,
    steps_per_epoch: Option<usize>,
    streamed: bool,
    validation_freq: usize,
    epochs: usize,
}

const CASE: Case =
    Case { name: "epochs", saves: None, steps_per_epoch: None, streamed: false, validation_freq: 1, epochs: 20 };

impl Case {
    fn folder(&self, run: &str) -> PathBuf {
        let folder = folder(&format!("{}.{run}", self.name));
        // A log of an earlier run, with columns in another order.
        let log = "epoch;val_loss;loss;learning_rate\r\n0;1;1;1\r\n";
        std::fs::write(folder.join("appended.csv"), log).unwrap();
        folder
    }

    fn run(&self, model: &mut Trained, folder: &Path, killer: Killer) -> nn::Result<History> {
        let fit = Fit::new().epochs(self.epochs).batch_size(4).validation_freq(self.validation_freq).verbose(0);
        let fit = self.steps_per_epoch.into_iter().fold(fit, Fit::steps_per_epoch).resume(true);
        let (x, y) = data();
        if self.streamed {
            let fit = fit.validation_batches(|| x[10..].chunks(3).zip(y[10..].chunks(3)));
            // Every pass has another order.
            let batches = |pass: usize| {
                (0..3).map(move |k| (k + pass) % 3 * 3..).map(|k| (&x[k.start..k.start + 3], &y[k.start..k.start + 3]))
            };
            return model.fit_batches(batches, with_all(fit, folder, self.saves, killer));
        }
        model.fit(&x, &y, with_all(fit.validation_split(0.3), folder, self.saves, killer))
    }

    /// Kills a run at every step and every moment of a step, and compares the result with an uninterrupted run. Returns
    /// the number of epochs of the uninterrupted run.
    fn sweep(&self) -> nn::Result<usize> {
        let expected = self.folder("whole");
        let mut whole = net();
        let history = self.run(&mut whole, &expected, Killer::NEVER)?;
        let steps = whole.steps();
        assert!(steps > 8, "{self:?}");
        for moment in [Moment::EpochBegin, Moment::BatchBegin, Moment::BatchEnd, Moment::EpochEnd] {
            // Similar moments get fewer kills, because each takes time.
            let few = matches!(moment, Moment::EpochBegin | Moment::BatchBegin);
            for killed in (1..=steps).step_by(if few { 5 } else { 2 }) {
                let what = format!("{self:?}, killed at {moment:?} after {killed} of {steps} steps");
                let folder = self.folder("killed");
                let mut first = net();
                let run = self.run(&mut first, &folder, Killer { moment, steps: killed });
                assert_eq!(run.err().map(|error| error.to_string()).unwrap_or("killed".into()), "killed", "{what}");
                // A second program, which is killed too, and a third.
                let mut model = net();
                for killer in [Killer { moment: Moment::BatchEnd, steps: killed + 4 }, Killer::NEVER] {
                    model = net();
                    let last = folder.join("last.safetensors");
                    if last.exists() {
                        model.load_checkpoint(last)?;
                    }
                    let never = killer.steps == u64::MAX;
                    let run = self.run(&mut model, &folder, killer);
                    if never {
                        let epochs = run?.epoch;
                        assert!(history.epoch.ends_with(&epochs), "{what}: {epochs:?}");
                    }
                }
                assert_eq!(model.model(), whole.model(), "{what}");
                assert_eq!((model.steps(), model.learning_rate()), (steps, whole.learning_rate()), "{what}");
                same_files(&expected, &folder, &what);
                // A finished run that is started again trains no epoch and changes nothing.
                model = net();
                model.load_checkpoint(folder.join("last.safetensors"))?;
                if self.saves.is_none() {
                    assert!(self.run(&mut model, &folder, Killer::NEVER)?.epoch.is_empty(), "{what}");
                    assert_eq!(model.model(), whole.model(), "{what}");
                    same_files(&expected, &folder, &what);
                }
            }
        }
        Ok(history.epoch.len())
    }
}

fn same_files(expected: &Path, got: &Path, what: &str) {
    let (expected, got) = (files(expected), files(got));
    assert_eq!(expected.keys().collect::<Vec<_>>(), got.keys().collect::<Vec<_>>(), "{what}");
    for (name, bytes) in &expected {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(*bytes == got[name], "{what}: {name}\n{}\n{}", text(bytes), text(&got[name]));
    }
}

#[test]
fn checkpoints_of_epochs() -> nn::Result<()> {
    // EarlyStopping ends the run.
    assert!(CASE.sweep()? < CASE.epochs);
    Ok(())
}

#[test]
fn checkpoints_of_epochs_without_a_stop() -> nn::Result<()> {
    assert_eq!(Case { name: "few", epochs: 4, ..CASE }.sweep()?, 4);
    Ok(())
}

#[test]
fn checkpoints_of_batches() -> nn::Result<()> {
    for saves in [1, 2] {
        Case { name: "batches", saves: Some(saves), epochs: 6, ..CASE }.sweep()?;
    }
    Ok(())
}

#[test]
fn epochs_of_a_number_of_steps() -> nn::Result<()> {
    for (saves, steps) in [(None, 2), (Some(1), 2)] {
        Case { name: "steps", saves, steps_per_epoch: Some(steps), epochs: 8, ..CASE }.sweep()?;
    }
    Ok(())
}

#[test]
fn batches_of_iterators() -> nn::Result<()> {
    for (saves, steps_per_epoch) in [(None, None), (Some(2), Some(2)), (Some(1), Some(5))] {
        Case { name: "streamed", saves, steps_per_epoch, streamed: true, epochs: 6, ..CASE }.sweep()?;
    }
    Ok(())
}

#[test]
fn validation_now_and_then() -> nn::Result<()> {
    for saves in [None, Some(1)] {
        Case { name: "now_and_then", saves, validation_freq: 2, epochs: 6, ..CASE }.sweep()?;
    }
    Ok(())
}

/// A run that NaN ended stays ended, whether at a batch or at the end of an epoch.
#[test]
fn a_run_that_nan_has_ended_is_over() -> nn::Result<()> {
    let folder = folder("nan");
    let path = folder.join("last.safetensors");
    let (x, y) = data();
    for (what, freq) in [("batches", Some(1)), ("epochs", None)] {
        let fit = || {
            let fit = Fit::new().epochs(9).batch_size(4).verbose(0).resume(true).callback(TerminateOnNaN::new());
            fit.callback(freq.into_iter().fold(ModelCheckpoint::new(&path), ModelCheckpoint::save_freq))
        };
        let break_it = LambdaCallback::new().on_train_batch_end(|_, run| {
            run.set_learning_rate(if run.steps() == 5 { f64::from(f32::MAX) } else { 0.1 });
            Ok(())
        });
        let mut model = net();
        model.fit(&x, &y, fit().callback(break_it))?;
        let steps = model.steps();
        assert!((6..20).contains(&steps), "{what}: {steps}");
        let mut again = net();
        again.load_checkpoint(&path)?;
        assert!(again.fit(&x, &y, fit())?.epoch.is_empty(), "{what}");
        assert_eq!(again.steps(), steps, "{what}");
        // The same in the program in which it ended.
        assert!(model.fit(&x, &y, fit())?.epoch.is_empty(), "{what}");
    }
    Ok(())
}
