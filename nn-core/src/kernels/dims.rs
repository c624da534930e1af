//! [`Dims`]: the sizes of a product, known at compile time or at run time.

/// The numbers of samples, inputs and outputs.
pub trait Dims: Copy {
    /// Returns the number of samples.
    fn n(self) -> usize;
    /// Returns the number of columns of the weights.
    fn inputs(self) -> usize;
    /// Returns the number of rows of the weights.
    fn outputs(self) -> usize;
}

/// One sample, with sizes that the type knows.
#[derive(Clone, Copy)]
pub(super) struct One<const I: usize, const O: usize>;

impl<const I: usize, const O: usize> Dims for One<I, O> {
    #[inline(always)]
    fn n(self) -> usize {
        1
    }

    #[inline(always)]
    fn inputs(self) -> usize {
        I
    }

    #[inline(always)]
    fn outputs(self) -> usize {
        O
    }
}

/// Any sizes.
#[derive(Clone, Copy)]
pub struct Any {
    /// The number of samples.
    pub(super) n: usize,
    /// The number of columns of the weights.
    pub(super) inputs: usize,
    /// The number of rows of the weights.
    pub(super) outputs: usize,
}

impl Dims for Any {
    #[inline(always)]
    fn n(self) -> usize {
        self.n
    }

    #[inline(always)]
    fn inputs(self) -> usize {
        self.inputs
    }

    #[inline(always)]
    fn outputs(self) -> usize {
        self.outputs
    }
}
