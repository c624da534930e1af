//! [`Inspect`]: checks of the numbers of a batch before a step uses them.

use crate::kernels::{self, Loop};
use crate::tensor::{Element, Sample, Tensors, for_each_arity};
use nalgebra::SMatrix;

/// Finds faults in the samples of tensors.
pub trait Inspect: Tensors {
    /// Reports for every tensor, in order, its number of samples and the place of its first NaN or infinite number.
    fn inspect(batch: Self::Batch<'_>, visit: &mut dyn FnMut(usize, Option<NotFinite>));

    /// Reports for every tensor, in order, the place of its first NaN or infinite number that counts. `counts` is asked
    /// with the number of a tensor, counted from `first`, a sample, and the column if there are several.
    fn not_finite(
        batch: Self::Batch<'_>,
        first: usize,
        counts: &mut dyn FnMut(usize, usize, Option<usize>) -> bool,
        visit: &mut dyn FnMut(Option<NotFinite>),
    ) {
        let (_, _) = (first, counts);
        Self::inspect(batch, &mut |_, place| visit(place));
    }

    /// Reports for every tensor, in order, the first index that is not below its bound. Tensors of numbers have none.
    fn outside(batch: Self::Batch<'_>, bounds: &[usize], visit: &mut dyn FnMut(Option<Outside>)) {
        let (_, _) = (batch, bounds);
        (0..Self::COUNT).for_each(|_| visit(None));
    }

    /// Reports for every sample of every tensor, in order, the class that it means as a target. That is the place of
    /// the largest number (the first of equal ones), or the number itself if the sample has only one. Reports `None`
    /// for a sample with several positions.
    fn classes(batch: Self::Batch<'_>, visit: &mut dyn FnMut(Option<f64>)) {
        let (_, _) = (batch, visit);
    }
}

/// A number that is NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NotFinite {
    /// The sample.
    pub sample: usize,
    /// The row (feature) in the sample.
    pub row: usize,
    /// The column (position) in the sample.
    pub col: usize,
    /// The number.
    pub value: f64,
}

/// An index that is too large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outside {
    /// The sample.
    pub sample: usize,
    /// The position in the sample.
    pub position: usize,
    /// The index.
    pub index: u32,
    /// The bound: indices must be below it.
    pub bound: usize,
}

/// Finds the start of the first chunk with a number that is not finite.
struct AllFinite<'a, E>(&'a [E]);

impl<E: Element> Loop for AllFinite<'_, E> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run(self) -> Option<usize> {
        // A chunk is checked as a whole, because a loop that may end at every number is not vectorised.
        const CHUNK: usize = 256;
        for (c, chunk) in self.0.chunks(CHUNK).enumerate() {
            let mut all = true;
            for x in chunk {
                all &= x.finite();
            }
            if !all {
                return Some(c * CHUNK);
            }
        }
        None
    }
}

impl<E: Element, const R: usize, const C: usize> Inspect for SMatrix<E, R, C> {
    fn inspect(batch: &[Self], visit: &mut dyn FnMut(usize, Option<NotFinite>)) {
        Self::not_finite(batch, 0, &mut |_, _, _| true, &mut |place| visit(batch.len(), place));
    }

    fn not_finite(
        batch: &[Self],
        tensor: usize,
        counts: &mut dyn FnMut(usize, usize, Option<usize>) -> bool,
        visit: &mut dyn FnMut(Option<NotFinite>),
    ) {
        let start = kernels::run(AllFinite(Self::flat(batch)));
        // This code cannot panic, for microcontrollers.
        let all = Self::flat(batch).iter().enumerate().skip(start.unwrap_or(usize::MAX));
        let mut places = all.filter(|(_, x)| !x.finite()).filter_map(|(k, x)| {
            let (sample, rest) = (k.checked_div(R * C)?, k.checked_rem(R * C)?);
            Some(NotFinite { sample, row: rest.checked_rem(R)?, col: rest.checked_div(R)?, value: x.value() })
        });
        visit(places.find(|place| counts(tensor, place.sample, (C > 1).then_some(place.col))));
    }

    fn outside(batch: &[Self], bounds: &[usize], visit: &mut dyn FnMut(Option<Outside>)) {
        let bound = bounds.first().copied().unwrap_or(usize::MAX);
        let outside = |x: &E| E::index(*x).filter(|&index| index as usize >= bound);
        let first = Self::flat(batch).iter().enumerate().find_map(|(k, x)| Some((k, outside(x)?)));
        visit(first.and_then(|(k, index)| {
            Some(Outside { sample: k.checked_div(R * C)?, position: k.checked_rem(R * C)?, index, bound })
        }));
    }

    fn classes(batch: &[Self], visit: &mut dyn FnMut(Option<f64>)) {
        for sample in batch {
            let sample = sample.as_slice();
            visit(match (R, C) {
                (1, 1) => Some(sample[0].value()),
                (_, 1) => Some((1..R).fold(0, |best, k| if sample[k] > sample[best] { k } else { best }) as f64),
                _ => None,
            });
        }
    }
}

macro_rules! tuple_inspect {
    ($(($name:ident $index:tt $second:ident))+) => {
        impl<$($name: Inspect),+> Inspect for ($($name,)+) {
            fn inspect(batch: Self::Batch<'_>, visit: &mut dyn FnMut(usize, Option<NotFinite>)) {
                $($name::inspect(batch.$index, visit);)+
            }

            fn not_finite(
                batch: Self::Batch<'_>,
                first: usize,
                counts: &mut dyn FnMut(usize, usize, Option<usize>) -> bool,
                visit: &mut dyn FnMut(Option<NotFinite>),
            ) {
                $($name::not_finite(batch.$index, first + $index, counts, visit);)+
            }

            fn outside(batch: Self::Batch<'_>, bounds: &[usize], visit: &mut dyn FnMut(Option<Outside>)) {
                $($name::outside(batch.$index, bounds.get($index..).unwrap_or(&[]), visit);)+
            }

            fn classes(batch: Self::Batch<'_>, visit: &mut dyn FnMut(Option<f64>)) {
                $($name::classes(batch.$index, visit);)+
            }
        }
    };
}
for_each_arity!(tuple_inspect);
