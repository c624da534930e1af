//! Slide: the last steps of a stream, as the window of a convolution or a pooling.
//!
//! ```text
//! y[j] = x[t - (k - 1 - j) · d]    for the cells j of the window, and 0 before the first step
//! ```
//!
//! Each call reads the step `t` of one sample. A window is complete at every step `t = (k - 1) · d + i · s`, or with
//! causal padding at `t = i · s`.

use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Value, layer, rule};

layer! {
    /// The last `K` steps of `C` features, or every d-th of the last `N`. A graph has no name for it.
    pub struct Slide<C, N, K> {
        /// The cells of the window.
        size: Sizes,
        /// The steps from one window to the next; those of a window if absent.
        strides: Option<Sizes>,
        /// The steps from one cell to the next.
        dilation: Sizes = Shape::new(&[1]),
        /// Whether zeros before the first step complete the windows there.
        causal: Flag = false,
    }

    pub rule {
        /// The number of steps before the first complete window.
        first,
        /// The steps from one window to the next.
        stride,
        /// The steps from one cell to the next.
        apart,
    }

    pub const SLIDE: LayerSpec {
        has_scratch: true,
        infer: rule!(infer),
    }
}

/// Maps a step `(1, features)` to a window `(k, features)`.
///
/// The type is `Slide<features, (k - 1) · d + 1, k>`.
///
/// # Errors
/// None; the layer that reads the window checks the sequence.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = SLIDE::Args(args);
    let (cells, apart) = (args.size().size(), args.dilation().size());
    let stride = match args.strides() {
        Some(strides) => strides.size(),
        None => cells,
    };
    let all = (cells - 1).saturating_mul(apart).saturating_add(1);
    let consts = SLIDE::Consts { C: inputs[0].rows(), N: all, K: cells };
    let fields = SLIDE::Fields { first: if args.causal() { 0 } else { all - 1 }, stride, apart };
    let window = Shape::new(&[cells, inputs[0].rows()]);
    Ok(Inferred::new(window, &consts.list()).with(&fields.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SLIDE::Slide;
    use crate::layer::{Layer, Memory, Pass, Work, states};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::weights::fold::read_only;
    use nalgebra::SMatrix;
    use rand::Rng;

    states! {
        /// The last `N` steps of a stream.
        #[derive(Debug, PartialEq)]
        pub struct LastSteps<T, C, N> {
            steps: SMatrix<T, C, N>,
            /// The place of the next step.
            next: u32,
            /// The steps since the start or since the window before.
            since: u32,
            /// 1 if the last step completed a window.
            due: u32,
        }
    }

    impl<T: Scalar, const C: usize, const N: usize> LastSteps<T, C, N> {
        /// Whether the last step completed a window.
        #[inline]
        pub fn is_due(&self) -> bool {
            self.due != 0
        }
    }

    impl<T: Scalar, const C: usize, const N: usize, const K: usize> Layer<T, SMatrix<T, C, 1>> for Slide<C, N, K> {
        type Output = SMatrix<T, C, K>;
        type Weights = ();
        type Scratch<B: Storage> = LastSteps<T, C, N>;
        type Cache<B: Storage> = LastSteps<T, C, N>;
        const MACS: usize = 0;
        const WORK: Work = Work::BySample(0);

        fn init(&self, _: &mut (), _: &mut dyn Rng) {}

        #[inline]
        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, C, 1>],
            y: &mut [SMatrix<T, C, K>],
            pass: Pass<'_, '_, T, Self::Scratch<B>, Self::Cache<B>>,
        ) {
            let (Pass::Inference(Memory { own, .. }) | Pass::Training(Memory { own, .. }, _)) = pass;
            let (Some(x), Some(y)) = (x.first(), y.first_mut()) else { return };
            let steps = own.steps.as_mut_slice();
            let at = own.next as usize;
            if let Some(step) = steps.get_mut(at * C..).and_then(|steps| steps.first_chunk_mut::<C>()) {
                step.copy_from_slice(x.as_slice());
            }
            // The oldest step is behind the newest.
            let oldest = if at + 1 < N { at + 1 } else { 0 };
            own.next = oldest as u32;
            let (since, first) = (own.since as usize, self.first);
            own.due = u32::from(since == first);
            // After a window, the count goes on from `first`, so it never overflows.
            own.since = if since + 1 == first + self.stride { first as u32 } else { (since + 1) as u32 };
            if own.due == 0 {
                return;
            }
            let mut from = oldest;
            for cell in y.as_mut_slice().chunks_exact_mut(C) {
                if let Some(step) = steps.get(from * C..).and_then(|steps| steps.first_chunk::<C>()) {
                    cell.copy_from_slice(step);
                }
                from += self.apart;
                from = if from < N { from } else { from - N };
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, C, 1>],
            _: &[SMatrix<T, C, K>],
            _: &[SMatrix<T, C, K>],
            _: Memory<'_, T, Self::Cache<B>>,
            _: Option<&mut [SMatrix<T, C, 1>]>,
            _: Option<&mut ()>,
        ) {
            const { read_only() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SLIDE::arg;
    use super::*;

    #[test]
    fn windows_of_all_kinds() {
        let rule = |given: &[(usize, Value)]| {
            let found = infer(&SLIDE.with(given), &[Shape::new(&[1, 5])]).unwrap();
            let fields = ["first", "stride", "apart"].map(|field| found.value(field));
            assert_eq!(found.output(0), Shape::new(&[3, 5]));
            (found.consts().to_vec(), fields)
        };
        let [three, two] = [3, 2].map(|n| Value::Sizes(Shape::new(&[n])));
        // A pooling has the strides of its window.
        assert_eq!(rule(&[(arg::size, three)]), (std::vec![5, 3, 3], [2, 3, 1]));
        let dilated = [(arg::size, three), (arg::strides, two), (arg::dilation, two)];
        assert_eq!(rule(&dilated), (std::vec![5, 5, 3], [4, 2, 2]));
        let causal = [(arg::size, three), (arg::strides, two), (arg::causal, Value::Flag(true))];
        assert_eq!(rule(&causal), (std::vec![5, 3, 3], [0, 2, 1]));
    }
}
