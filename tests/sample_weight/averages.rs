//! Validation and evaluation with averaged weights.

use super::*;

#[test]
fn validation_with_averages_as_in_keras() -> nn::Result<()> {
    use nn::callbacks::{LambdaCallback, SwapEMAWeights};
    use nn::optimizers::Ema;

    let Data { keras, x, kind, .. } = data();
    for swap in [false, true] {
        let run = format!("averages.{}", u8::from(swap));
        let mut model =
            keras.weights::<f64, Kinds<f64>>("initial").compile(Sgd::new(0.5).ema(Ema::new(0.5)), Sparse::new());
        let mut seen = None;
        let record = LambdaCallback::new().on_epoch_end(|epoch, run| {
            if epoch == 1 {
                seen = Some(run.model::<Kinds<f64>>()?.clone());
            }
            Ok(())
        });
        let swapping = SwapEMAWeights::new().swap_on_epoch(swap);
        let settings = fit().epochs(3).validation_data(&x, &kind).callback(swapping).callback(record);
        let history = model.fit(&x, &kind, settings)?;
        for name in ["loss", "val_loss"] {
            keras.compare(&format!("{run}.history.{name}"), history.get(name).unwrap(), TOLERANCE);
        }
        keras.compare_weights(&format!("{run}.epoch"), &seen.unwrap(), |_| true, TOLERANCE);
        keras.compare_weights(&format!("{run}.final"), model.model(), |_| true, TOLERANCE);
    }
    Ok(())
}

#[test]
fn averages_outside_of_fit() -> nn::Result<()> {
    use nn::optimizers::Ema;

    let Data { x, kind, .. } = data();
    let new = || Kinds::<f64>::boxed(&mut rng()).compile(Sgd::new(0.5).ema(Ema::new(0.5)), Sparse::new());
    let (mut model, mut plain) = (new(), new());
    model.use_averaged_weights(true)?; // there is no average yet
    assert_eq!(model.model(), plain.model());
    for step in 0..3 {
        model.train_on_batch(&x, &kind)?;
        plain.train_on_batch(&x, &kind)?;
        let before = model.model().clone();
        model.use_averaged_weights(true)?;
        model.use_averaged_weights(true)?;
        // The first average is the weights.
        assert_eq!(*model.model() == before, step == 0);
        model.use_averaged_weights(false)?;
        assert!(*model.model() == before);
        // A step continues from the weights of the last one.
        model.use_averaged_weights(true)?;
    }
    model.train_on_batch(&x, &kind)?;
    plain.train_on_batch(&x, &kind)?;
    assert_eq!(model.model(), plain.model());
    // Frozen layers do not change.
    model.use_averaged_weights(true)?;
    model.set_trainable("kind", false)?;
    assert_eq!(model.model(), plain.model());
    plain.set_trainable("kind", false)?;
    model.use_averaged_weights(true)?;
    model.train_on_batch(&x, &kind)?;
    plain.train_on_batch(&x, &kind)?;
    assert_eq!(model.model(), plain.model());

    // Files: weights are those of the model, and a checkpoint has both.
    #[cfg(feature = "files")]
    {
        let path = |name: &str| std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        model.use_averaged_weights(true)?;
        model.save_weights(path("averaged.safetensors"))?;
        model.save_checkpoint(path("averages.safetensors"))?;
        let averages = model.model().clone();
        assert!(averages != *plain.model());
        let mut loaded = new();
        loaded.load_weights(path("averaged.safetensors"))?;
        assert_eq!(*loaded.model(), averages);
        loaded.load_checkpoint(path("averages.safetensors"))?;
        assert_eq!(loaded.model(), plain.model());
        loaded.use_averaged_weights(true)?;
        assert_eq!(*loaded.model(), averages);
        // Loaded weights are those of the last step.
        loaded.load_weights(path("averaged.safetensors"))?;
        loaded.use_averaged_weights(false)?;
        assert_eq!(*loaded.model(), averages);
    }

    let mut without = Kinds::<f64>::boxed(&mut rng()).compile(Sgd::new(0.5), Sparse::new());
    let error = without.use_averaged_weights(true).unwrap_err().to_string();
    assert_eq!(error, "averaged weights: expected an optimizer with `.ema(Ema::new(0.99))`, got `sgd` without");
    let settings = fit().callback(nn::callbacks::SwapEMAWeights::new());
    assert!(without.fit(&x, &kind, settings).is_err());
    Ok(())
}

/// An error in a validation with averages leaves the weights of the last step.
#[test]
fn a_failed_validation_with_averages() -> nn::Result<()> {
    use nn::callbacks::SwapEMAWeights;
    use nn::optimizers::Ema;

    let Data { x, kind, .. } = data();
    let new = || Kinds::<f64>::boxed(&mut rng()).compile(Sgd::new(0.5).ema(Ema::new(0.5)), Sparse::new());
    let (mut model, mut plain) = (new(), new());
    let broken = || [Ok((&x, &kind)), Err("no file")];
    let settings = fit().validation_batches(broken).callback(SwapEMAWeights::new());
    assert_eq!(model.fit(&x, &kind, settings).unwrap_err().to_string(), "no file");
    for range in [0..4, 4..7] {
        plain.train_on_batch(&x[range.clone()], &kind[range])?;
    }
    assert_eq!(model.model(), plain.model());
    Ok(())
}
