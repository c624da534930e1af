//! [`Layout`]: the order of the weights in a `W`, and the two ways to scale them.

use crate::tensor::scalar::Scalar;

/// The order of the weights in a `W`. Each weight multiplies one feature of `x` and adds to one feature of `y`.
///
/// A window has a weight for each of its cells, otherwise there is one cell. If an output does not see all features of
/// `x`, these are in groups: the first outputs see the first group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The features of `x` that an output sees.
    pub(super) inputs: usize,
    /// The features of `y`.
    pub(super) outputs: usize,
    /// Whether the outputs of a cell stand before its inputs.
    transposed: bool,
}

impl Layout {
    /// Creates the order `[cell][input][output]`.
    pub const fn new(inputs: usize, outputs: usize) -> Self {
        Layout { inputs, outputs, transposed: false }
    }

    /// Creates the order `[cell][output][input]`.
    pub const fn transposed(inputs: usize, outputs: usize) -> Self {
        Layout { inputs, outputs, transposed: true }
    }

    /// Returns the places of the weights between an input of a group and an output, one for each cell.
    fn places(self, kernel: usize, input: usize, output: usize) -> impl Iterator<Item = usize> {
        let first = if self.transposed { output * self.inputs + input } else { input * self.outputs + output };
        (first..kernel).step_by((self.inputs * self.outputs).max(1))
    }

    /// Returns the first feature of `x` that an output sees, if `x` has this number of features.
    fn first(self, output: usize, features: usize) -> usize {
        let groups = (features / self.inputs.max(1)).max(1);
        output / (self.outputs / groups).max(1) * self.inputs
    }

    /// Multiplies the weights of each output by its `s`, and replaces its bias `b` by `s · b + t`.
    pub(super) fn scale_outputs<T: Scalar>(
        self,
        kernel: &mut [T],
        bias: &mut [T],
        scale: impl Fn(usize) -> (f64, f64),
    ) {
        for output in 0..self.outputs {
            let (s, t) = scale(output);
            for input in 0..self.inputs {
                for place in self.places(kernel.len(), input, output) {
                    kernel[place] = T::of(s * kernel[place].to_f64());
                }
            }
            if let Some(b) = bias.get_mut(output) {
                *b = T::of(s * b.to_f64() + t);
            }
        }
    }

    /// Multiplies the weights of each input by its `s`.
    pub(crate) fn scale_inputs<T: Scalar>(
        self,
        kernel: &mut [T],
        features: usize,
        scale: impl Fn(usize) -> (f64, f64),
    ) {
        for output in 0..self.outputs {
            let first = self.first(output, features);
            for input in 0..self.inputs {
                let (s, _) = scale(first + input);
                for place in self.places(kernel.len(), input, output) {
                    kernel[place] = T::of(s * kernel[place].to_f64());
                }
            }
        }
    }

    /// Returns `W · t` of an output, summed over all cells.
    pub(crate) fn offset<T: Scalar>(
        self,
        kernel: &[T],
        output: usize,
        features: usize,
        scale: impl Fn(usize) -> (f64, f64),
    ) -> f64 {
        let first = self.first(output, features);
        let mut sum = 0.0;
        for input in 0..self.inputs {
            let (_, t) = scale(first + input);
            if t == 0.0 {
                continue;
            }
            let weights = self.places(kernel.len(), input, output).map(|place| kernel[place].to_f64());
            sum += t * weights.sum::<f64>();
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two cells, two groups of two inputs, four outputs. Weight `n` is `n + 1`.
    #[test]
    fn groups_and_cells() {
        let layout = Layout::new(2, 4);
        let kernel: [f64; 16] = core::array::from_fn(|n| n as f64 + 1.0);
        // Outputs 0 and 1 see the features 0 and 1, the others 2 and 3.
        let scale = |feature: usize| (10.0 * feature as f64, [1.0, 0.0, 0.0, 1.0][feature]);
        let offsets = [0, 1, 2, 3].map(|output| layout.offset(&kernel, output, 4, scale));
        assert_eq!(offsets, [1.0 + 9.0, 2.0 + 10.0, 7.0 + 15.0, 8.0 + 16.0]);
        let mut scaled = kernel;
        layout.scale_inputs(&mut scaled, 4, scale);
        assert_eq!(scaled[..8], [0.0, 0.0, 60.0, 80.0, 50.0, 60.0, 210.0, 240.0]);
        assert_eq!(scaled[8..], [0.0, 0.0, 220.0, 240.0, 130.0, 140.0, 450.0, 480.0]);
        let (mut scaled, mut bias) = (kernel, [1.0; 4]);
        layout.scale_outputs(&mut scaled, &mut bias, |output| (output as f64, 0.5));
        assert_eq!((&scaled[..4], bias), (&[0.0, 2.0, 6.0, 12.0][..], [0.5, 1.5, 2.5, 3.5]));
    }

    /// A channel alone, with two results: the group is one input.
    #[test]
    fn a_group_for_each_channel() {
        let layout = Layout::new(1, 6);
        let mut kernel = [1.0f64; 6];
        layout.scale_inputs(&mut kernel, 3, |feature| (feature as f64, 0.0));
        assert_eq!(kernel, [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]);
    }

    #[test]
    fn the_transposed_order() {
        let layout = Layout::transposed(2, 3);
        let mut kernel: [f64; 12] = [1.0; 12];
        layout.scale_inputs(&mut kernel, 2, |feature| ([2.0, 3.0][feature], 0.0));
        assert_eq!(kernel[..4], [2.0, 3.0, 2.0, 3.0]);
        layout.scale_outputs(&mut kernel, &mut [], |output| (output as f64, 0.0));
        assert_eq!(kernel[..6], [0.0, 0.0, 2.0, 3.0, 4.0, 6.0]);
        assert_eq!(layout.offset(&kernel, 2, 2, |_| (0.0, 1.0)), 20.0);
    }
}
