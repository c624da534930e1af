//! A user's own callbacks.

use super::*;

/// Records its calls.
#[derive(Default)]
struct Diary(Vec<String>);

impl Diary {
    fn note(&mut self, what: String, run: &Run<'_>) -> nn::Result<()> {
        let names: Vec<_> = run.logs().into_iter().map(|(name, _)| name).collect();
        self.0.push(format!("{what} {}", names.join(" ")).trim_end().into());
        Ok(())
    }
}

impl Callback for Diary {
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> nn::Result<()> {
        self.note(format!("train {} {}", run.params().epochs, run.params().steps), run)
    }

    fn on_train_end(&mut self, run: &mut Run<'_>) -> nn::Result<()> {
        self.note("end of train".into(), run)
    }

    fn on_epoch_begin(&mut self, epoch: usize, run: &mut Run<'_>) -> nn::Result<()> {
        assert_eq!(run.epoch(), epoch);
        self.0.push(format!("epoch {epoch}"));
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> nn::Result<()> {
        self.note(format!("end of epoch {epoch}"), run)
    }

    fn on_train_batch_begin(&mut self, batch: usize, _: &mut Run<'_>) -> nn::Result<()> {
        self.0.push(format!("batch {batch}"));
        Ok(())
    }

    fn on_train_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> nn::Result<()> {
        self.note(format!("end of batch {batch}"), run)
    }

    fn on_test_begin(&mut self, _: &mut Run<'_>) -> nn::Result<()> {
        self.0.push("test".into());
        Ok(())
    }

    fn on_test_end(&mut self, run: &mut Run<'_>) -> nn::Result<()> {
        self.note("end of test".into(), run)
    }

    fn on_test_batch_begin(&mut self, batch: usize, _: &mut Run<'_>) -> nn::Result<()> {
        self.0.push(format!("test batch {batch}"));
        Ok(())
    }

    fn on_test_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> nn::Result<()> {
        self.note(format!("end of test batch {batch}"), run)
    }
}

#[test]
fn hooks_come_in_the_order_of_keras() -> nn::Result<()> {
    let (x, y) = ([1.0_f32, 2.0, 3.0], [2.0_f32, 4.0, 6.0]);
    let mut diary = Diary::default();
    let fit = silent().epochs(2).batch_size(2).validation_data(&x[..1], &y[..1]).validation_freq(2);
    // A boxed callback is a callback too.
    let boxed: Box<dyn Callback + '_> = Box::new(&mut diary);
    line().metrics(Mae).fit(x, y, fit.callback(boxed))?;
    assert_eq!(
        diary.0,
        [
            "train 2 2",
            "epoch 0",
            "batch 0",
            "end of batch 0 loss mae",
            "batch 1",
            "end of batch 1 loss mae",
            "end of epoch 0 loss mae",
            "epoch 1",
            "batch 0",
            "end of batch 0 loss mae",
            "batch 1",
            "end of batch 1 loss mae",
            "test",
            "test batch 0",
            "end of test batch 0 loss mae",
            "end of test loss mae",
            "end of epoch 1 loss mae val_loss val_mae",
            "end of train loss mae val_loss val_mae",
        ]
    );
    Ok(())
}

#[test]
fn what_is_monitored_must_be_there() -> nn::Result<()> {
    let (x, y) = ([1.0_f32, 2.0, 3.0], [2.0_f32, 4.0, 6.0]);
    let error = |error: nn::Result<History>| error.unwrap_err().to_string();
    assert_eq!(
        error(line().metrics(Mae).fit(x, y, silent().callback(EarlyStopping::new()))),
        "EarlyStopping monitors `val_loss`, which is not reported; reported are `loss`, `mae`; there is no data for validation"
    );
    let validated = || silent().validation_data(x, y);
    assert_eq!(
        error(line().fit(x, y, validated().callback(ReduceLROnPlateau::new().monitor("val_mae")))),
        "ReduceLROnPlateau monitors `val_mae`, which is not reported; reported are `loss`, `val_loss`, `learning_rate`"
    );
    let best = ModelCheckpoint::new(file("never")).monitor("val_mse").save_best_only(true);
    assert!(error(line().fit(x, y, validated().callback(best))).starts_with("ModelCheckpoint monitors `val_mse`"));
    let named = ModelCheckpoint::new(file("{epoch}-{acc}"));
    assert!(error(line().fit(x, y, validated().callback(named))).contains("monitors `acc`"));
    let batch = ModelCheckpoint::new(file("{batch}"));
    assert!(error(line().fit(x, y, validated().callback(batch))).contains("`save_freq`"));
    let odd = ModelCheckpoint::new(file("{epoch"));
    assert!(error(line().fit(x, y, validated().callback(odd))).contains("stands alone"));
    let factor = ReduceLROnPlateau::new().factor(1.0);
    assert_eq!(error(line().fit(x, y, validated().callback(factor))), "factor: expected a number below 1, got 1");

    // A run may monitor another callback's report, but then it must give the direction.
    let own = |mode| {
        let own = Given { name: "height", values: &[1.0, 2.0, 1.0] };
        silent().epochs(3).callback(own).callback(EarlyStopping::new().monitor("height").mode(mode))
    };
    assert!(error(run(own(Direction::Auto))).contains("`Direction::Min` or `Direction::Max` for `height`"));
    assert_eq!(run(own(Direction::Max))?.epoch.len(), 3);
    assert_eq!(run(own(Direction::Min))?.get("height"), Some(&[1.0, 2.0][..]));

    // An epoch without validation is not a mistake.
    let stopping = EarlyStopping::new().patience(5);
    let history = line().fit(x, y, validated().epochs(4).validation_freq(2).callback(stopping))?;
    assert_eq!((history.epoch.len(), history.get("val_loss").map(<[f64]>::len)), (4, Some(2)));
    // The mistake was found before any training.
    let mut model = line();
    assert!(matches!(model.fit(x, y, silent().callback(EarlyStopping::new())), Err(Error::Monitor { .. })));
    assert_eq!(model.steps(), 0);
    Ok(())
}

#[test]
fn the_direction_of_metrics_is_known() -> nn::Result<()> {
    let (x, y) = ([1.0_f32, 2.0, 3.0], [1.0_f32, 0.0, 1.0]);
    for name in ["loss", "accuracy", "mae", "val_accuracy", "val_mae"] {
        let fit = silent().validation_data(x, y).callback(EarlyStopping::new().monitor(name));
        line().metrics((Accuracy, Mae)).fit(x, y, fit)?;
    }
    // Falling accuracy is not an improvement.
    let falls = |name| {
        let own = Given { name, values: &[0.75, 0.5, 0.25] };
        run(silent().epochs(3).callback(own).callback(EarlyStopping::new().monitor(name)))
    };
    assert_eq!(falls("val_accuracy")?.epoch.len(), 2);
    assert_eq!(falls("val_mae")?.epoch.len(), 3);
    Ok(())
}

#[test]
fn a_callback_can_freeze_and_fail() -> nn::Result<()> {
    let mut model = line();
    let before = model.model().clone();
    let freeze = LambdaCallback::new().on_train_begin(|run| run.set_trainable("y", false));
    model.fit([1.0_f32], [2.0_f32], silent().callback(freeze))?;
    assert_eq!(*model.model(), before);
    let fail =
        LambdaCallback::new().on_epoch_end(|_, _| Err(Error::callback(std::io::Error::other("the disk is full"))));
    let error = model.fit([1.0_f32], [2.0_f32], silent().epochs(3).callback(fail)).unwrap_err();
    assert_eq!((error.to_string().as_str(), model.steps()), ("the disk is full", 2));
    let missing = CsvLogger::new(Path::new("/no/such/folder/log.csv"));
    assert!(matches!(run(silent().callback(missing)), Err(Error::Io { .. })));
    Ok(())
}
