//! The confusion matrix: a count for each pair of target class and predicted class.
//!
//! ```text
//! m[t, p] = the number of samples of class t that are predicted as class p
//! ```
//!
//! There is a row for each target class and a column for each predicted class, so the diagonal counts right
//! predictions. Rows and columns are those of `tf.math.confusion_matrix`, which Keras users call for it. Source:
//! <https://www.tensorflow.org/api_docs/python/tf/math/confusion_matrix>

use super::categorical_accuracy::argmax;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use core::fmt;
use nalgebra::SMatrix;

/// A sample that stands for a class: its index (`u32`), or the largest of several features (probabilities, logits or a
/// one-hot target). A single feature means class 1 above 0.5 and class 0 otherwise.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not stand for a class",
    note = "it may be an index (`u32`) or a vector with a feature for each class",
    note = "explained in nn::errors::nn0503"
)]
pub trait Class {
    /// Returns the index of the class.
    fn class(&self) -> usize;
}

impl Class for u32 {
    fn class(&self) -> usize {
        *self as usize
    }
}

impl Class for SMatrix<u32, 1, 1> {
    fn class(&self) -> usize {
        self.x as usize
    }
}

macro_rules! float_classes {
    ($($scalar:ty),*) => {$(
        impl Class for $scalar {
            fn class(&self) -> usize {
                usize::from(*self > 0.5)
            }
        }
    )*};
}
float_classes!(f32, f64);

impl<T: Scalar + Element, const R: usize> Class for SMatrix<T, R, 1> {
    fn class(&self) -> usize {
        match self.as_slice() {
            [one] => usize::from(*one > T::of(0.5)),
            several => argmax(several),
        }
    }
}

/// The number of predictions of class `p` (column) for class `t` (row): the result of [`confusion_matrix`]
///
/// It prints as a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix<const C: usize>([[u64; C]; C]);

impl<const C: usize> Default for ConfusionMatrix<C> {
    fn default() -> Self {
        ConfusionMatrix([[0; C]; C])
    }
}

impl<const C: usize> ConfusionMatrix<C> {
    /// Returns all counts, row by row.
    pub fn rows(&self) -> &[[u64; C]; C] {
        &self.0
    }

    /// Returns the number of samples of class `target` that are predicted as class `prediction`.
    ///
    /// # Panics
    /// If a class is not below `C`.
    pub fn count(&self, target: usize, prediction: usize) -> u64 {
        self.0[target][prediction]
    }

    /// Adds one sample.
    ///
    /// # Panics
    /// If a class is not below `C`.
    pub fn add(&mut self, target: &impl Class, prediction: &impl Class) {
        let (target, prediction) = (target.class(), prediction.class());
        assert!(target < C && prediction < C, "class {} of {C}: a confusion matrix too small", target.max(prediction));
        self.0[target][prediction] += 1;
    }

    /// Returns the number of counted samples.
    pub fn total(&self) -> u64 {
        self.0.as_flattened().iter().sum()
    }

    /// Returns the part of the samples that is right; 0 without samples.
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..C).map(|class| self.0[class][class]).sum();
        right as f64 / self.total().max(1) as f64
    }
}

/// Counts the predictions for each class.
///
/// ```
/// # use {nalgebra::SVector, nn_core as nn};
/// use nn::metrics::{ConfusionMatrix, confusion_matrix};
///
/// let predictions = [[0.1, 0.8, 0.1], [0.7, 0.2, 0.1], [0.3, 0.3, 0.4]].map(SVector::<f32, 3>::from);
/// let matrix: ConfusionMatrix<3> = confusion_matrix(&[1_u32, 0, 1], &predictions);
/// assert_eq!(matrix.rows(), &[[1, 0, 0], [0, 1, 1], [0, 0, 0]]);
/// println!("{matrix}");
/// ```
///
/// # Panics
/// If the numbers of targets and predictions differ, or a class is not below `C`.
pub fn confusion_matrix<const C: usize>(targets: &[impl Class], predictions: &[impl Class]) -> ConfusionMatrix<C> {
    assert_eq!(targets.len(), predictions.len(), "a target for each prediction");
    let mut matrix = ConfusionMatrix::default();
    for (target, prediction) in targets.iter().zip(predictions) {
        matrix.add(target, prediction);
    }
    matrix
}

/// Returns the number of digits.
fn width(number: u64) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}

/// Prints a table with the classes before its rows and above its columns.
impl<const C: usize> fmt::Display for ConfusionMatrix<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes = width(C.saturating_sub(1) as u64);
        let largest = self.0.as_flattened().iter().copied().max().unwrap_or(0);
        let cell = width(largest).max(classes) + 1;
        write!(f, "{:classes$} |", "")?;
        for class in 0..C {
            write!(f, "{class:>cell$}")?;
        }
        write!(f, "\n{:-<bar$}+{:-<line$}", "", "", bar = classes + 1, line = cell * C)?;
        for (class, row) in self.0.iter().enumerate() {
            write!(f, "\n{class:>classes$} |")?;
            for count in row {
                write!(f, "{count:>cell$}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    type Sample = SMatrix<f64, 3, 1>;

    /// `tf.math.confusion_matrix([1, 2, 4], [2, 2, 4])`, the example of its documentation.
    #[test]
    fn as_in_tensorflow() {
        let matrix: ConfusionMatrix<5> = confusion_matrix(&[1u32, 2, 4], &[2u32, 2, 4]);
        assert_eq!(
            matrix.rows(),
            &[[0, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 1]]
        );
        assert_eq!((matrix.total(), matrix.accuracy(), matrix.count(1, 2)), (3, 2.0 / 3.0, 1));
        assert_eq!(ConfusionMatrix::<5>::default().accuracy(), 0.0);
    }

    #[test]
    fn all_kinds_of_classes() {
        let one_hot = [Sample::new(0., 1., 0.), Sample::new(1., 0., 0.)];
        let predictions = [Sample::new(0.2, 0.6, 0.2), Sample::new(0.4, 0.2, 0.4)];
        let indices = [1u32, 0].map(SMatrix::<u32, 1, 1>::new);
        let diagonal = [[1, 0, 0], [0, 1, 0], [0, 0, 0]];
        assert_eq!(confusion_matrix::<3>(&one_hot, &predictions).rows(), &diagonal);
        assert_eq!(confusion_matrix::<3>(&indices, &predictions).rows(), &diagonal);
        // One feature is a binary decision.
        let predictions = [0.5, 0.75].map(SMatrix::<f32, 1, 1>::new);
        assert_eq!(confusion_matrix::<2>(&[1.0f32, 1.0], &predictions).rows(), &[[0, 0], [1, 1]]);
    }

    #[test]
    fn it_prints_as_a_table() {
        let mut matrix = ConfusionMatrix::<2>::default();
        for _ in 0..12 {
            matrix.add(&0u32, &1u32);
        }
        matrix.add(&1u32, &1u32);
        assert_eq!(matrix.to_string(), "  |  0  1\n--+------\n0 |  0 12\n1 |  0  1");
    }

    #[test]
    #[should_panic(expected = "class 3 of 3")]
    fn a_class_that_does_not_exist() {
        let _: ConfusionMatrix<3> = confusion_matrix(&[3u32], &[0u32]);
    }
}
