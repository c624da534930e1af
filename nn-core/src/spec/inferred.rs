//! What a shape rule finds.

use super::MAX_INPUTS;
use crate::shape::Shape;

/// The most constants that a layer's type has.
pub const MAX_CONSTS: usize = 8;
/// The most outputs that a layer has.
pub const MAX_OUTPUTS: usize = MAX_INPUTS;

/// What a shape rule finds: the shapes of the outputs and the constants of the layer's type, `Dense::<64, 10, 1>`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inferred {
    outputs: [Shape; MAX_OUTPUTS],
    output_count: usize,
    consts: [usize; MAX_CONSTS],
    const_count: usize,
}

impl Inferred {
    /// One output, and the constants of the type.
    pub const fn new(output: Shape, consts: &[usize]) -> Self {
        Inferred::many(&[output], consts)
    }

    /// Several outputs, and the constants of the type.
    ///
    /// # Panics
    /// If there are more than [`MAX_OUTPUTS`] or [`MAX_CONSTS`].
    pub const fn many(outputs: &[Shape], consts: &[usize]) -> Self {
        assert!(outputs.len() <= MAX_OUTPUTS && consts.len() <= MAX_CONSTS);
        let mut inferred = Inferred {
            outputs: [Shape::new(&[]); MAX_OUTPUTS],
            output_count: outputs.len(),
            consts: [0; MAX_CONSTS],
            const_count: consts.len(),
        };
        let mut i = 0;
        while i < outputs.len() {
            inferred.outputs[i] = outputs[i];
            i += 1;
        }
        i = 0;
        while i < consts.len() {
            inferred.consts[i] = consts[i];
            i += 1;
        }
        inferred
    }

    /// The shapes of the outputs.
    pub const fn outputs(&self) -> &[Shape] {
        self.outputs.split_at(self.output_count).0
    }

    /// The shape of output `i`.
    pub const fn output(&self, i: usize) -> Shape {
        self.outputs()[i]
    }

    /// The constants of the layer's type.
    pub const fn consts(&self) -> &[usize] {
        self.consts.split_at(self.const_count).0
    }

    /// Constant `i` of the layer's type.
    pub const fn constant(&self, i: usize) -> usize {
        self.consts()[i]
    }
}
