//! Callbacks see the model: predictions of each epoch, and metrics over data of one's own.

use super::{Line, line, silent};
use nn::callbacks::{Callback, Direction, LambdaCallback, Run};
use nn::prelude::*;
use nn::{Error, Model};

model! {
    /// Whether a point is above a line.
    pub struct Above;
    let x = Input(shape = [2]);
    let hidden = Dense(4, activation = tanh)(x);
    let above = Dense(1, activation = sigmoid)(hidden);
    Model(inputs = x, outputs = above)
}

/// The F1 score of any model of points.
struct ValF1<'a, M> {
    x: &'a [[f32; 2]],
    y: &'a [f32],
    model: std::marker::PhantomData<M>,
}

/// `2 tp / (2 tp + fp + fn)`
fn f1(predictions: &[SVector<f32, 1>], labels: &[f32]) -> f64 {
    let count = |positive: bool, label: f32| {
        predictions.iter().zip(labels).filter(|(p, l)| (p.x > 0.5) == positive && **l == label).count() as f64
    };
    let (tp, fp, fn_) = (count(true, 1.0), count(true, 0.0), count(false, 1.0));
    2.0 * tp / (2.0 * tp + fp + fn_)
}

impl<M> Callback for ValF1<'_, M>
where
    M: Model<Inputs = SVector<f32, 2>, Outputs = SVector<f32, 1>, Predictions = Vec<SVector<f32, 1>>>,
{
    fn logged(&self) -> Vec<String> {
        vec!["val_f1".into()]
    }

    fn on_epoch_end(&mut self, _epoch: usize, run: &mut Run<'_>) -> nn::Result<()> {
        let predictions = run.model::<M>()?.predict(self.x)?;
        run.log("val_f1", f1(&predictions, self.y));
        Ok(())
    }
}

fn points() -> (Vec<[f32; 2]>, Vec<f32>) {
    let x: Vec<[f32; 2]> = (0..60).map(|k| [(k * 7 % 13) as f32 / 13.0, (k * 5 % 11) as f32 / 11.0]).collect();
    let y = x.iter().map(|[a, b]| f32::from(b > a)).collect();
    (x, y)
}

#[test]
fn an_f1_score_can_be_monitored() -> nn::Result<()> {
    let (x, y) = points();
    let (train, test) = x.split_at(40);
    let (labels, test_labels) = y.split_at(40);
    let mut model = Above::boxed(&mut StdRng::seed_from_u64(3)).compile(Adam::new(0.05), BinaryCrossentropy::default());
    let own = ValF1::<Above> { x: test, y: test_labels, model: Default::default() };
    let mut stopping =
        EarlyStopping::new().monitor("val_f1").mode(Direction::Max).patience(4).restore_best_weights(true);
    let history = model.fit(train, labels, silent().epochs(200).callback(own).callback(&mut stopping))?;
    let scores = history.get("val_f1").unwrap();
    let best = scores.iter().copied().fold(0.0, f64::max);
    assert!(best > 0.8, "{scores:?}");
    assert!(stopping.stopped_epoch().is_some_and(|epoch| epoch + 1 == scores.len() && epoch < 199));
    assert_eq!(f1(&model.predict(test)?, test_labels), best);
    Ok(())
}

#[test]
fn a_closure_sees_the_model() -> nn::Result<()> {
    let mut seen = Vec::new();
    let record = LambdaCallback::new().logs(["doubled"]).on_epoch_end(|_, run| {
        let weight = f64::from(run.model::<Line>()?.y.kernel[0]);
        seen.push(weight);
        run.log("doubled", 2.0 * weight);
        Ok(())
    });
    let stopping = EarlyStopping::new().monitor("doubled").mode(Direction::Max).patience(9);
    let mut model = line();
    let history = model.fit([1.0_f32], [2.0_f32], silent().epochs(3).callback(record).callback(stopping))?;
    assert_eq!(history.get("doubled").unwrap(), seen.iter().map(|w| 2.0 * w).collect::<Vec<_>>());
    assert_eq!(*seen.last().unwrap(), f64::from(model.model().y.kernel[0]));

    let wrong = LambdaCallback::new().on_train_begin(|run| run.model::<Above>().map(|_| ()));
    let error = line().fit([1.0_f32], [2.0_f32], silent().callback(wrong)).unwrap_err();
    assert!(matches!(error, Error::Setting { .. }));
    let text = error.to_string();
    assert!(text.contains("::Line") && text.contains("::Above"), "{text}");
    // The number type is a part of the name.
    let wrong = LambdaCallback::new().on_train_begin(|run| run.model::<Line<f64>>().map(|_| ()));
    let text = line().fit([1.0_f32], [2.0_f32], silent().callback(wrong)).unwrap_err().to_string();
    assert!(text.contains("Line<f64>"), "{text}");
    Ok(())
}
