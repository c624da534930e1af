//! `dx += Wᵀ · dy` for many weights and samples. It makes several panels at once: the gradients of an input are far
//! from each other, and memory is faster with a few lines that follow each other.

use super::panel::{LANES, Panel, fill};
use super::{AddTransposed, SAMPLES};
use crate::kernels::level::Kernel;
use crate::kernels::vector::Vector;
use crate::tensor::scalar::Scalar;

/// The arguments of a separate kernel, so that small products do not pay for its large stack buffers.
pub struct ManyPanels<'a, T>(pub(super) AddTransposed<'a, T>);

/// The number of rows of all panels, which stay in the second cache.
const ROWS: usize = 1024;
/// The maximum number of outputs of a panel, which stays in the nearest cache.
const DEPTH: usize = 128;
/// Returns the number of samples that use a panel before the next panel: more samples for more outputs. Each sample
/// has its gradients on its own pages.
const fn run(depth: usize) -> usize {
    if depth < DEPTH { 12 } else { 24 }
}

impl<T: Scalar> Kernel<T> for ManyPanels<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(self) {
        let ManyPanels(mut product) = self;
        // Half a column of long vectors is a panel, and the second cache is fast enough.
        if C * V::LANES > LANES {
            return product.run::<V, R, C, WIDE>();
        }
        let (n, inputs, outputs) = (product.n, product.inputs, product.outputs);
        let mut panels = Panel::<T, ROWS>::new();
        let most = DEPTH.min(outputs);
        let wide = ROWS / most * LANES;
        for s in (0..n).step_by(SAMPLES) {
            let end = n.min(s + SAMPLES);
            for i in (0..inputs).step_by(wide) {
                let last = inputs.min(i + wide);
                for o in (0..outputs).step_by(most) {
                    let depth = most.min(outputs - o);
                    for (i, panel) in (i..last).step_by(LANES).zip(panels.rows.chunks_exact_mut(most)) {
                        fill::<T, V>(panel, &product.w[i * outputs + o..], outputs, depth, LANES.min(last - i));
                    }
                    for s in (s..end).step_by(run(most)) {
                        let samples = s..end.min(s + run(most));
                        for (i, panel) in (i..last).step_by(LANES).zip(panels.rows.chunks_exact(most)) {
                            // A panel lies in one piece, and leaves registers for six samples.
                            product.panel::<V, 6, C>(panel, samples.clone(), i, LANES.min(last - i), o, depth);
                        }
                    }
                }
            }
        }
    }
}
