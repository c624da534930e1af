//! Lengths that a file leaves open.

use crate::network::Network;
use crate::problem::{Error, Problem};

impl Network {
    /// Gives the whole shapes of the inputs, one for each, without the batch. Files leave lengths open, such as the
    /// number of steps of a sequence.
    ///
    /// # Errors
    /// If the number of shapes is not that of the inputs, or if a shape is not that of the file where the file has one.
    ///
    /// ```no_run
    /// let mut network = nn_import::read(&std::fs::read("sleep.keras")?)?;
    /// network.set_inputs(&[vec![60, 36]])?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_inputs(&mut self, shapes: &[Vec<usize>]) -> Result<(), Error> {
        if shapes.len() != self.inputs.len() {
            let names: Vec<String> = self.inputs.iter().map(|input| format!("`{}`", input.name)).collect();
            let message = format!("{} shapes are given; the network has the inputs {}", shapes.len(), names.join(", "));
            return Err(Problem::new(message).into());
        }
        let mut problems = Vec::new();
        for (input, shape) in self.inputs.iter_mut().zip(shapes) {
            // A file does not say the shapes at a cut.
            let fits = input.shape.is_empty()
                || input.shape.len() == shape.len()
                    && input.shape.iter().zip(shape).all(|(open, given)| open.is_none_or(|axis| axis == *given));
            if fits {
                input.shape = shape.iter().map(|&axis| Some(axis)).collect();
                continue;
            }
            let axes: Vec<String> =
                input.shape.iter().map(|axis| axis.map_or("None".into(), |n| n.to_string())).collect();
            let message = format!("the input `{}` has the shape ({}), not {shape:?}", input.name, axes.join(", "));
            problems.push(Problem::new(message));
        }
        if problems.is_empty() { Ok(()) } else { Err(Error { problems }) }
    }
}
