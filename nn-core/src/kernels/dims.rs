//! [`Dims`]: the sizes of a product, known when it is compiled or when it runs.

/// How many samples there are, with how many inputs and outputs.
pub trait Dims: Copy {
    /// Samples.
    fn n(self) -> usize;
    /// Columns of the weights.
    fn inputs(self) -> usize;
    /// Rows of the weights.
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
    /// Samples.
    pub(super) n: usize,
    /// Columns of the weights.
    pub(super) inputs: usize,
    /// Rows of the weights.
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
