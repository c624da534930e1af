//! Shape rules in a `const` of an expansion, where an error must be a panic. rustc evaluates them if the macro cannot.

use super::{Inferred, MAX_OUTPUTS};
use crate::spec::code::Code;
use crate::spec::shape::{Blame, Shape, ShapeError};
use crate::spec::text::Text;

/// A call whose shapes only rustc knows, in a `const` of an expansion, where an error must be a panic.
///
/// rustc shows the panic where the function is called. An expansion therefore asks for each possible culprit in a call
/// of its own, with the span of that input or argument: `inferred(input(argument(call, 0), 0))`.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The layer's name.
    pub layer: &'a str,
    /// The text of each input, and its description: `("x", "an input")`.
    pub inputs: &'a [(&'a str, &'a str)],
    /// The shapes of the inputs.
    pub shapes: &'a [Shape],
    /// The result of the shape rule.
    pub found: Result<Inferred, ShapeError>,
}

impl Call<'_> {
    /// Returns the call, unless its error blames input `input`.
    ///
    /// # Panics
    /// With the message of the error, if it does.
    #[track_caller]
    pub const fn input(self, input: usize) -> Self {
        if let Err(ShapeError { blame: Blame::Input(blamed), .. }) = &self.found
            && *blamed == input
        {
            self.inferred();
        }
        self
    }

    /// Returns the call, unless its error blames argument `argument`.
    ///
    /// # Panics
    /// With the message of the error, if it does.
    #[track_caller]
    pub const fn argument(self, argument: usize) -> Self {
        if let Err(ShapeError { blame: Blame::Argument(blamed), .. }) = &self.found
            && *blamed == argument
        {
            self.inferred();
        }
        self
    }

    /// Returns the call, unless an argument is missing.
    ///
    /// # Panics
    /// With the message of the error, if one is missing.
    #[track_caller]
    pub const fn complete(self) -> Self {
        if let Err(ShapeError { code: Code::MissingArgument, .. }) = &self.found {
            self.inferred();
        }
        self
    }

    /// Returns the findings of the shape rule.
    ///
    /// # Panics
    /// With the message of the error, if there is one, or if an output has a dimension of 0 or too many scalars.
    #[track_caller]
    pub const fn inferred(self) -> Inferred {
        let start = Text::<1024>::new().str("`").str(self.layer).str("`: ");
        match &self.found {
            Ok(inferred) => {
                let mut i = 0;
                while i < inferred.outputs().len() {
                    let (output, size) = (&inferred.outputs()[i], inferred.outputs()[i].size());
                    if size == 0 {
                        self.fail(Code::NotPositive, start.str("a dimension of the output is 0: ").shape(output));
                    }
                    if size > MAX_SCALARS {
                        self.fail(Code::TooLarge, start.str("the output has too many scalars: ").shape(output));
                    }
                    i += 1;
                }
                *inferred
            }
            Err(error) => self.fail(error.code, start.str(error.message.as_str())),
        }
    }

    #[track_caller]
    const fn fail(&self, code: Code, mut message: Text<1024>) -> ! {
        let mut i = 0;
        // A number such as a rate is wrong for all shapes.
        while i < self.inputs.len() && i < self.shapes.len() && !matches!(code, Code::OutOfRange) {
            let (written, origin) = self.inputs[i];
            message = message.str("\n  = note: `").str(written).str("` has the shape ").shape(&self.shapes[i]);
            message = message.str(": ").str(origin);
            i += 1;
        }
        panic!("{}", message.str(code.note().as_str()).as_str())
    }
}

/// Returns the findings of a shape rule if only the shapes of the inputs are known.
///
/// # Panics
/// As [`Call::inferred`].
#[track_caller]
pub const fn expect(layer: &str, found: Result<Inferred, ShapeError>) -> Inferred {
    Call { layer, inputs: &[], shapes: &[], found }.inferred()
}

/// The maximum number of scalars of a sample. Below it, shape rules need not consider overflow.
pub const MAX_SCALARS: usize = u32::MAX as usize;

/// Returns the shape of an input.
///
/// # Panics
/// If it has too many scalars.
#[track_caller]
pub const fn input_shape(name: &str, shape: Shape) -> Shape {
    if shape.size() > MAX_SCALARS {
        let message = Text::<512>::new().str("the input `").str(name).str("` has too many scalars: its shape is ");
        panic!("{}", message.shape(&shape).str(Code::TooLarge.note().as_str()).as_str())
    }
    shape
}

/// Returns a dimension, which messages call `what`: `` `units` ``.
///
/// # Panics
/// If it is 0.
#[track_caller]
pub const fn dimension(what: &str, size: usize) -> usize {
    if size == 0 {
        let message = Text::<256>::new().str(what).str(" must be at least 1, but is 0");
        panic!("{}", message.str(Code::NotPositive.note().as_str()).as_str())
    }
    size
}

/// Returns the findings for a call, if the call has as many names as outputs.
///
/// # Panics
/// If the numbers differ.
#[track_caller]
pub const fn outputs_named(layer: &str, names: usize, found: Inferred) -> Inferred {
    if found.outputs().len() != names {
        let message = Text::<512>::new().str("`").str(layer).str("` gives ").size(found.outputs().len());
        let message = message.str(if found.outputs().len() == 1 { " tensor, but has " } else { " tensors, but has " });
        let message = message.size(names).str(if names == 1 { " name here" } else { " names here" });
        panic!("{}", message.str(Code::OutputCount.note().as_str()).as_str())
    }
    found
}

/// Returns the findings for a call that shares the weights of an earlier call, if both have the same constants.
///
/// # Panics
/// If the constants differ.
#[track_caller]
pub const fn weights_shared(layer: &str, consts: &[usize], before: Shape, now: Shape, found: Inferred) -> Inferred {
    let mut i = 0;
    while i < consts.len() {
        if consts[i] != found.constant(i) {
            let message =
                Text::<512>::new().str("`").str(layer).str("` shares its weights between calls, but is called ");
            let message = message.str("on the shapes ").shape(&before).str(" and ").shape(&now);
            let message =
                message.str("\n  = help: its inputs may differ in positions, not in features; make a second ");
            panic!("{}", message.str("layer for other features").str(Code::SharedWeights.note().as_str()).as_str())
        }
        i += 1;
    }
    found
}

/// Returns the outputs of a model that is called as a layer.
///
/// # Errors
/// If the number or the shapes of the inputs are not the model's.
pub const fn model_outputs(
    name: &str,
    expected: &[Shape],
    outputs: &[Shape],
    inputs: &[Shape],
) -> Result<Inferred, ShapeError> {
    if inputs.len() != expected.len() {
        let message = Text::new().str("`").str(name).str("` expects ").size(expected.len());
        let message = message.str(if expected.len() == 1 { " input, but got " } else { " inputs, but got " });
        return Err(ShapeError::new(Code::InputCount, message.size(inputs.len())));
    }
    let mut i = 0;
    while i < inputs.len() {
        if !inputs[i].equals(&expected[i]) {
            let message = Text::new().str("`").str(name).str("` expects an input of shape ").shape(&expected[i]);
            return Err(ShapeError::input(Code::ModelShape, i, message.str(", but got ").shape(&inputs[i])));
        }
        i += 1;
    }
    if outputs.len() > MAX_OUTPUTS {
        let message = Text::new().str("a layer has at most ").size(MAX_OUTPUTS).str(" outputs, but `").str(name);
        return Err(ShapeError::new(Code::TooMany, message.str("` has ").size(outputs.len())));
    }
    Ok(Inferred::many(outputs, &[]))
}

/// Returns the findings for a call with one name.
///
/// # Errors
/// If there is not exactly one output, or the error of the shape rule.
pub const fn only_output(name: &str, outputs: Result<Inferred, ShapeError>) -> Result<Inferred, ShapeError> {
    match outputs {
        Ok(inferred) if inferred.outputs().len() == 1 => Ok(inferred),
        Ok(inferred) => {
            let message = Text::new().str("`").str(name).str("` has ").size(inferred.outputs().len());
            Err(ShapeError::new(Code::OutputCount, message.str(" outputs: name them all, `let (a, b) = ..;`")))
        }
        Err(error) => Err(error),
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(
        expected = "`dense`: expected 3\n  = note: `x` has the shape (4,): an input\n  = note: explained in"
    )]
    fn a_failed_rule_panics_with_the_layer_the_message_and_the_inputs() {
        let found = Err(ShapeError::input(Code::ShapeMismatch, 0, Text::new().str("expected 3")));
        let call = Call { layer: "dense", inputs: &[("x", "an input")], shapes: &[Shape::new(&[4])], found };
        call.input(1).argument(0).input(0);
    }
}
