//! [`MultiHot`]: a sparse sample of zeros and ones, as the list of its ones.

use crate::tensor::inspect::{Inspect, NotFinite, Outside};
use crate::tensor::storage::{Buffer, Storage};
use crate::tensor::{Tensor, Tensors};
use alloc::vec::Vec;
use core::fmt;

// A batch that is gathered from the data shares its lists with them: nothing is copied, and no step allocates.
#[cfg(not(target_has_atomic = "ptr"))]
use alloc::rc::Rc as Shared;
#[cfg(target_has_atomic = "ptr")]
use alloc::sync::Arc as Shared;

/// A sample of shape `(N,)` that is 1 at the places in a list and 0 elsewhere, such as the bag of words of a text. An
/// `Input(shape = [N], sparse = true)` takes such samples.
///
/// ```text
/// MultiHot::<6>::new([4, 1, 4])   is   (0, 1, 0, 0, 1, 0)
/// ```
///
/// A place that is listed twice counts once, as in Keras's `multi_hot`. A clone shares the list.
///
/// ```
/// # use nn_core::MultiHot;
/// let text = MultiHot::<6>::new([4, 1, 4])?;
/// assert_eq!(text.indices(), [1, 4]);
///
/// let error = MultiHot::<6>::new([1, 6]).unwrap_err();
/// assert_eq!(error.to_string(), "expected indices below 6, got 6 (position 1)");
/// # Ok::<(), nn_core::IndexError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct MultiHot<const N: usize>(Shared<[u32]>);

impl<const N: usize> MultiHot<N> {
    /// Creates the sample that is 1 at these places, given in any order.
    ///
    /// # Errors
    /// If an index is not below `N`.
    pub fn new(indices: impl IntoIterator<Item = u32>) -> Result<Self, IndexError> {
        let mut places: Vec<u32> = Vec::new();
        for (position, index) in indices.into_iter().enumerate() {
            if index as usize >= N {
                return Err(IndexError { index, position, bound: N });
            }
            places.push(index);
        }
        places.sort_unstable();
        places.dedup();
        Ok(MultiHot(places.into()))
    }

    /// Returns the places of the ones: ascending, without duplicates, each below `N`.
    pub fn indices(&self) -> &[u32] {
        &self.0
    }
}

impl<const N: usize> fmt::Debug for MultiHot<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MultiHot")?;
        f.debug_set().entries(self.indices()).finish()
    }
}

/// An out-of-range index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexError {
    /// The index.
    pub index: u32,
    /// Its position in the list.
    pub position: usize,
    /// The bound: indices must be below it.
    pub bound: usize,
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let IndexError { index, position, bound } = self;
        write!(f, "expected indices below {bound}, got {index} (position {position})")
    }
}

impl core::error::Error for IndexError {}

/// Memory for a batch of [`MultiHot`] samples. It is on the heap for every storage, because lists are.
#[derive(Clone, Debug)]
pub struct Lists<const N: usize>(Vec<MultiHot<N>>);

impl<const N: usize> Buffer for Lists<N> {
    fn with_capacity(capacity: usize) -> Self {
        Lists(MultiHot::vecs(capacity))
    }
}

impl<const N: usize> Tensor for MultiHot<N> {}

impl<const N: usize> Tensors for MultiHot<N> {
    crate::tensor::slices!();

    type Buffers<B: Storage> = Lists<N>;

    fn lengths(batch: &[Self], visit: &mut dyn FnMut(usize)) {
        visit(batch.len());
    }

    fn batch<B: Storage>(buffers: &Lists<N>, n: usize) -> &[Self] {
        &buffers.0[..n]
    }

    fn batch_mut<B: Storage>(buffers: &mut Lists<N>, n: usize) -> &mut [Self] {
        &mut buffers.0[..n]
    }

    fn gather(from: &[Self], indices: &[usize], to: &mut [Self]) {
        for (to, &index) in to.iter_mut().zip(indices) {
            to.clone_from(&from[index]);
        }
    }

    fn copy(from: &[Self], to: &mut [Self]) {
        to.iter_mut().zip(from).for_each(|(to, from)| to.clone_from(from));
    }

    fn clear(batch: &mut [Self]) {
        batch.fill(Self::default());
    }

    fn zero_sample() -> Self {
        Self::default()
    }

    fn vecs(n: usize) -> Vec<Self> {
        alloc::vec![Self::default(); n]
    }
}

/// There is nothing to find, because every list was checked when it was made.
impl<const N: usize> Inspect for MultiHot<N> {
    fn inspect(batch: &[Self], visit: &mut dyn FnMut(usize, Option<NotFinite>)) {
        visit(batch.len(), None);
    }

    fn outside(_: &[Self], _: &[usize], visit: &mut dyn FnMut(Option<Outside>)) {
        visit(None);
    }

    fn classes(batch: &[Self], visit: &mut dyn FnMut(Option<f64>)) {
        batch.iter().for_each(|_| visit(None));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::storage::Heap;
    use crate::train::data::Batches;
    use nalgebra::SVector;
    use std::format;

    #[test]
    fn a_list_is_sorted_and_without_duplicates() {
        let text = MultiHot::<6>::new([4, 1, 4]).unwrap();
        assert_eq!((text.indices(), format!("{text:?}")), (&[1, 4][..], "MultiHot{1, 4}".into()));
        assert_eq!(MultiHot::<6>::new([]), Ok(MultiHot::default()));
        assert_eq!(MultiHot::<0>::new([0]), Err(IndexError { index: 0, position: 0, bound: 0 }));
    }

    #[test]
    fn a_batch_is_gathered() {
        let texts = [0, 1, 2].map(|k| MultiHot::<3>::new([k]).unwrap());
        let mut buffers = <Lists<3> as Buffer>::with_capacity(2);
        MultiHot::gather(&texts, &[2, 0], MultiHot::batch_mut::<Heap>(&mut buffers, 2));
        assert_eq!(MultiHot::batch::<Heap>(&buffers, 2), [texts[2].clone(), texts[0].clone()]);
        MultiHot::clear(MultiHot::batch_mut::<Heap>(&mut buffers, 1));
        assert_eq!(MultiHot::batch::<Heap>(&buffers, 1), [MultiHot::default()]);
    }

    #[test]
    fn columns_alone_and_in_tuples() {
        let texts = Vec::from([MultiHot::<3>::default()]);
        assert_eq!(Batches::<MultiHot<3>>::batches(&&texts), &texts[..]);
        let both = (&texts, [1.0_f32]);
        let (first, second) = Batches::<(MultiHot<3>, SVector<f32, 1>)>::batches(&both);
        assert_eq!((first, second), (&texts[..], &[SVector::from([1.0])][..]));
    }
}
