//! Batches from sources that fail, end early, or are fine; and warnings, which are printed for any `verbose`.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

use nn::callbacks::LambdaCallback;
use nn::prelude::*;
use nn::{Compiled, Error};
use std::error::Error as StdError;
use std::fmt;
use std::io;

model! {
    pub struct Line;

    let x = Input(shape = [1]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

type Trained = Compiled<Line, Sgd, MeanSquaredError>;
type Batch = ([f32; 2], [f32; 2]);

fn line() -> Trained {
    Line::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError)
}

fn silent() -> Fit {
    Fit::new().verbose(0)
}

fn batch(k: usize) -> Batch {
    let x = [k as f32 / 8.0, 1.0];
    (x, x.map(|x| 2.0 * x + 1.0))
}

/// A user's own error with a source.
#[derive(Debug)]
struct Outer(io::Error);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reader failed")
    }
}

impl StdError for Outer {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

/// A source that fails at its fourth batch with this error.
fn failing<E>(error: impl Fn() -> E) -> impl Fn(usize) -> Vec<Result<Batch, E>> {
    move |_| (0..6).map(|k| if k == 3 { Err(error()) } else { Ok(batch(k)) }).collect()
}

fn ends_with<E: Into<Box<dyn StdError>>>(error: impl Fn() -> E, text: &str) -> Error {
    let mut model = line();
    let found = model.fit_batches(failing(error), silent().epochs(5)).unwrap_err();
    assert_eq!((found.to_string().as_str(), model.steps()), (text, 3));
    found
}

#[test]
fn a_source_that_fails_ends_the_run() -> nn::Result<()> {
    // Errors of all kinds.
    ends_with(|| "text", "text");
    ends_with(|| String::from("text"), "text");
    let boxed = || Box::<dyn StdError>::from("boxed");
    ends_with(boxed, "boxed");
    let own = ends_with(|| Outer(io::Error::other("the disk is gone")), "the reader failed");
    assert_eq!(own.source().map(ToString::to_string).as_deref(), Some("the disk is gone"));
    let io = ends_with(|| io::Error::new(io::ErrorKind::NotFound, "no file"), "no file");
    let Error::Data(inner) = &io else { panic!("{io}") };
    assert!(inner.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::NotFound));
    // The library's own error stays unchanged.
    let own = ends_with(|| Error::callback("ours"), "ours");
    assert!(matches!(own, Error::Callback(_)));

    // With weights, by epochs of steps, and in a later pass.
    let weighted = |pass: usize| {
        (0..4).map(move |k| {
            let (x, y) = batch(k);
            if pass == 2 && k == 1 { Err("late") } else { Ok((x, y, [1.0, 0.5])) }
        })
    };
    let mut model = line();
    let error = model.fit_batches(weighted, silent().epochs(9).steps_per_epoch(3)).unwrap_err();
    assert_eq!((error.to_string().as_str(), model.steps()), ("late", 9));

    // A source of `Ok` batches trains like a source of plain batches.
    let (mut plain, mut result) = (line(), line());
    plain.fit_batches(|_| (0..4).map(batch), silent().epochs(3))?;
    result.fit_batches(|_| (0..4).map(|k| Ok::<_, io::Error>(batch(k))), silent().epochs(3))?;
    assert_eq!(plain.model(), result.model());
    Ok(())
}

#[test]
fn validation_and_evaluation_fail_as_well() -> nn::Result<()> {
    let mut model = line();
    let fit = silent().epochs(5).validation_batches(|| failing(|| "validation")(0));
    let error = model.fit_batches(|_| (0..4).map(batch), fit).unwrap_err();
    assert_eq!((error.to_string().as_str(), model.steps()), ("validation", 4));
    assert_eq!(model.evaluate_batches(failing(|| "evaluation")(0)).unwrap_err().to_string(), "evaluation");
    let fine = (0..3).map(|k| Ok::<_, io::Error>(batch(k)));
    assert_eq!(model.evaluate_batches(fine)?, model.evaluate_batches((0..3).map(batch))?);
    Ok(())
}

#[test]
fn a_resumed_run_needs_the_batches_that_were_seen() {
    let stop = || {
        LambdaCallback::new().on_train_batch_end(|_, run| {
            if run.steps() == 5 {
                run.stop();
            }
            Ok(())
        })
    };
    let mut model = line();
    model.fit_batches(|_| (0..8).map(batch), silent().callback(stop())).unwrap();
    let resume = || silent().epochs(2).resume(true);
    let before = model.model().clone();
    // There are fewer batches than before, or the source fails earlier.
    let error = model.fit_batches(|_| (0..3).map(batch), resume()).unwrap_err().to_string();
    assert_eq!(error, "the data has 3 batch(es) in this pass, but the run that goes on had seen 5");
    let error = model.fit_batches(failing(|| "gone"), resume()).unwrap_err().to_string();
    assert_eq!((error.as_str(), model.steps()), ("gone", 5));
    assert_eq!(*model.model(), before);
    model.fit_batches(|_| (0..8).map(batch), resume()).unwrap();
    assert_eq!(model.steps(), 16);
}

// ---------------------------------------------------------------------------------------------------------- warnings

model! {
    #[nn(allow(linear_without_from_logits))]
    pub struct Quiet;

    let x = Input(shape = [1]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Loud;

    let x = Input(shape = [1]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

/// The standard error output of a part of this program.
fn said(part: &str) -> String {
    let program = std::env::current_exe().unwrap();
    let output = std::process::Command::new(program)
        .args(["--exact", "speaks", "--nocapture"])
        .env("NN_STREAMS_PART", part)
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs in its own process, for [`said`].
#[test]
fn speaks() -> nn::Result<()> {
    let Ok(part) = std::env::var("NN_STREAMS_PART") else { return Ok(()) };
    let binary = ([0.0_f32, 1.0], [0.0_f32, 1.0]);
    let rng = &mut StdRng::seed_from_u64(1);
    match part.as_str() {
        "loud" => {
            Loud::boxed(rng).compile(Sgd::default(), BinaryCrossentropy::default()).fit(
                binary.0,
                binary.1,
                silent(),
            )?;
        }
        "quiet" => {
            Quiet::boxed(rng).compile(Sgd::default(), BinaryCrossentropy::default()).fit(
                binary.0,
                binary.1,
                silent(),
            )?;
        }
        "shorter" => {
            line().fit_batches(|pass| (0..if pass < 2 { 4 } else { 2 }).map(batch), silent().epochs(5))?;
        }
        "longer" => {
            line().fit_batches(|pass| (0..pass + 2).map(batch), silent().epochs(5))?;
        }
        "validation" => {
            let mut left = [4, 3, 4].into_iter();
            let fit = silent().epochs(3).validation_batches(|| (0..left.next().unwrap()).map(batch));
            line().fit_batches(|_| (0..2).map(batch), fit)?;
        }
        "steps" => {
            line().fit_batches(|_| (0..3).map(batch), silent().epochs(3).steps_per_epoch(5))?;
        }
        part => panic!("there is no part {part}"),
    }
    Ok(())
}

#[test]
fn warnings_are_said_without_a_progress_bar() {
    let loud = said("loud");
    assert_eq!(loud.matches("linear_without_from_logits").count(), 1, "{loud}");
    let shorter = said("shorter");
    assert_eq!(shorter.matches("a pass through the data had 2 batch(es), but the first had 4").count(), 1, "{shorter}");
    let validation = said("validation");
    assert_eq!(validation.matches("a validation had 3 batch(es), but the first had 4").count(), 1, "{validation}");
    let steps = said("steps");
    assert_eq!(steps.matches("an epoch has 5 steps, but the data had only 3 batch(es)").count(), 1, "{steps}");
    for part in ["quiet", "longer"] {
        assert!(!said(part).contains("warning"), "{part}");
    }
}
