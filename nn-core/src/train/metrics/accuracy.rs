//! Accuracy: the frequency of right predictions, in the sense that fits the output.
//!
//! ```text
//! predictions with one feature          binary_accuracy with threshold 0.5, or 0 for logits
//! targets of type u32                   sparse_categorical_accuracy
//! all others                            categorical_accuracy
//! ```
//!
//! Keras resolves the string `"accuracy"` by the same rule. Source: <https://keras.io/api/metrics/accuracy_metrics/>

use super::position::{Position, on_positions};
use super::{BinaryAccuracy, CategoricalAccuracy, Mean, Metric, SparseCategoricalAccuracy};
use crate::activations::Head;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use nalgebra::SMatrix;

/// Keras's `"accuracy"`: binary, sparse categorical or categorical, depending on the output
#[doc(alias = "acc")]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accuracy;

impl Metric for Accuracy {
    type State = Mean;

    fn name(&self) -> &'static str {
        "accuracy"
    }

    fn result(&self, state: &Mean) -> f64 {
        state.result()
    }
}

impl<T: Scalar + Element + Into<f64>> Position<T, T> for Accuracy {
    fn value(&self, t: &[T], p: &[T]) -> f64 {
        self.value_of_logits(Head::Other, t, p)
    }

    fn value_of_logits(&self, link: Head, t: &[T], p: &[T]) -> f64 {
        if p.len() == 1 {
            BinaryAccuracy::default().value_of_logits(link, t, p)
        } else {
            CategoricalAccuracy.value(t, p)
        }
    }
}

on_positions!(
    [T: Scalar + Element + Into<f64>, const R: usize, const P: usize]
    Accuracy: SMatrix<T, R, P>, SMatrix<T, R, P>
);

impl<T: Scalar> Position<T, u32> for Accuracy {
    fn value(&self, t: &[u32], p: &[T]) -> f64 {
        self.value_of_logits(Head::Other, t, p)
    }

    fn value_of_logits(&self, link: Head, t: &[u32], p: &[T]) -> f64 {
        if p.len() == 1 {
            BinaryAccuracy::default().value_of_logits(link, t, p)
        } else {
            SparseCategoricalAccuracy.value(t, p)
        }
    }
}

on_positions!([T: Scalar + Element, const R: usize, const P: usize] Accuracy: SMatrix<T, R, P>, SMatrix<u32, 1, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::metrics::MetricOn;

    fn accuracy<P, Y>(pairs: &[(Y, P)]) -> f64
    where
        Accuracy: MetricOn<P, Y> + Metric<State = Mean>,
    {
        let mut state = Mean::default();
        for (target, prediction) in pairs {
            Accuracy.update(&mut state, target, prediction, 1.0);
        }
        Accuracy.result(&state)
    }

    #[test]
    fn the_output_decides() {
        type Vector = SMatrix<f32, 3, 1>;
        type Scalar = SMatrix<f32, 1, 1>;
        type Class = SMatrix<u32, 1, 1>;
        assert_eq!(accuracy(&[(Scalar::new(1.), Scalar::new(0.5)), (Scalar::new(1.), Scalar::new(0.6))]), 0.5);
        assert_eq!(accuracy(&[(Class::new(1), Scalar::new(0.6)), (Class::new(0), Scalar::new(0.6))]), 0.5);
        let prediction = Vector::new(0.2, 0.5, 0.3);
        assert_eq!(accuracy(&[(Vector::new(0., 1., 0.), prediction), (Vector::new(0., 0., 1.), prediction)]), 0.5);
        assert_eq!(accuracy(&[(Class::new(1), prediction), (Class::new(2), prediction)]), 0.5);
    }
}
