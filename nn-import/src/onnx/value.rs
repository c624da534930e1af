//! [`Value`]: a tensor of the graph, its axes in the file, and its axes here.
//!
//! ONNX has channels before rows and columns, and this library has them last. A value therefore knows for each of its
//! axes in the file where the numbers are here. An axis is a list of [`Atom`]s, because `Flatten` makes one axis of
//! several: `Transpose`, `Reshape`, `Squeeze` and their kind only change the list in the file, and no number moves. A
//! layer that needs another order here asks for it: [`arrange`](super::builder::Builder::arrange).

use super::array::product;
use crate::network::Tensor;

/// A part of an axis that is never taken apart by the layers in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Atom {
    pub(super) id: usize,
    pub(super) length: usize,
}

/// The id of the batch, which is no axis here.
pub(super) const BATCH: usize = 0;

/// The length of a batch that the file leaves open: a prime that no file uses. Arithmetic of shapes in the file either
/// hands it on, or its result fits nothing.
pub(super) const OPEN: usize = 1_000_003;

/// An axis: the product of its atoms. One without atoms has the length 1.
pub(super) type Axis = Vec<Atom>;

/// A tensor of the graph.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Value {
    pub(super) tensor: Tensor,
    /// The axes in the file, with the batch.
    pub(super) axes: Vec<Axis>,
    /// The axes here, without the batch.
    pub(super) stored: Vec<Axis>,
}

/// Returns the length of an axis.
pub(super) fn length(axis: &[Atom]) -> usize {
    axis.iter().map(|atom| atom.length).product()
}

/// Returns the lengths of axes.
pub(super) fn lengths(axes: &[Axis]) -> Vec<usize> {
    axes.iter().map(|axis| length(axis)).collect()
}

/// Whether the batch is in an axis.
pub(super) fn has_batch(axis: &[Atom]) -> bool {
    axis.iter().any(|atom| atom.id == BATCH)
}

impl Value {
    /// Returns the shape in the file.
    pub(super) fn shape(&self) -> Vec<usize> {
        lengths(&self.axes)
    }

    pub(super) fn rank(&self) -> usize {
        self.axes.len()
    }

    /// Returns an axis that may be counted from the end.
    pub(super) fn axis(&self, axis: i64) -> Result<usize, String> {
        place(axis, self.rank())
    }

    /// Returns all axes without atoms of the batch, those of these places first.
    pub(super) fn without_batch(&self) -> Vec<Axis> {
        self.axes.iter().map(|axis| axis.iter().copied().filter(|atom| atom.id != BATCH).collect()).collect()
    }

    /// Fails unless axis 0 is the batch, and no other axis has it.
    pub(super) fn batch_first(&self) -> Result<(), String> {
        match self.axes.first() {
            Some(first) if matches!(&first[..], [atom] if atom.id == BATCH) => Ok(()),
            _ => Err(format!("its input has the shape {}, whose first axis is not the batch", self.described())),
        }
    }

    /// Returns the shape in the file as text.
    pub(super) fn described(&self) -> String {
        let axes: Vec<String> = self
            .axes
            .iter()
            .map(|axis| match length(axis) {
                OPEN if has_batch(axis) => "batch".into(),
                length if has_batch(axis) && length % OPEN == 0 => format!("batch·{}", length / OPEN),
                length => length.to_string(),
            })
            .collect();
        format!("({})", axes.join(", "))
    }

    /// Gives the axes in the file other lengths, as long as each boundary between the new axes falls into an atom or
    /// between two. `fresh` makes ids.
    pub(super) fn regrouped(&self, target: &[usize], fresh: &mut usize) -> Option<Value> {
        if product(target) != product(&self.shape()) {
            return None;
        }
        let mut value = self.clone();
        let mut waiting: std::collections::VecDeque<Atom> = self.axes.iter().flatten().copied().collect();
        let mut axes: Vec<Axis> = Vec::new();
        for &length in target {
            let mut axis = Axis::new();
            let mut open = length;
            // A batch of one sample is the first axis of length 1 at its place.
            if length == 1 && waiting.front().is_some_and(|atom| atom.length == 1) {
                axis.extend(waiting.pop_front());
            }
            while open > 1 {
                let atom = waiting.pop_front()?;
                if open.is_multiple_of(atom.length) {
                    open /= atom.length;
                    axis.push(atom);
                } else if atom.length.is_multiple_of(open) && atom.id != BATCH {
                    let parts = [open, atom.length / open].map(|length| {
                        *fresh += 1;
                        Atom { id: *fresh, length }
                    });
                    value.split(atom, parts);
                    axis.push(parts[0]);
                    waiting.push_front(parts[1]);
                    open = 1;
                } else {
                    return None;
                }
            }
            axes.push(axis);
        }
        // Only a batch of one sample can be left.
        if !waiting.is_empty() {
            axes.last_mut()?.extend(waiting);
        }
        value.axes = axes;
        Some(value)
    }

    /// Replaces an atom by two here and in the file.
    pub(super) fn split(&mut self, atom: Atom, parts: [Atom; 2]) {
        for axis in self.axes.iter_mut().chain(&mut self.stored) {
            if let Some(place) = axis.iter().position(|&other| other == atom) {
                axis.splice(place..=place, parts);
            }
        }
    }

    /// Replaces the ids of atoms in place, which must have equal lengths.
    pub(super) fn renamed(&mut self, from: Atom, to: Atom) {
        for atom in self.axes.iter_mut().chain(&mut self.stored).flatten() {
            if atom.id == from.id {
                atom.id = to.id;
            }
        }
    }
}

/// Returns an axis that may be counted from the end.
pub(super) fn place(axis: i64, rank: usize) -> Result<usize, String> {
    let counted = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(counted)
        .ok()
        .filter(|&axis| axis < rank)
        .ok_or_else(|| format!("its input has {rank} axes, and none is axis {axis}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> Value {
        let [n, c, h, w] = [(BATCH, OPEN), (1, 6), (2, 4), (3, 5)].map(|(id, length)| vec![Atom { id, length }]);
        Value { tensor: Tensor::Input(0), axes: vec![n, c.clone(), h.clone(), w.clone()], stored: vec![h, w, c] }
    }

    #[test]
    fn a_flattened_axis_remembers_its_parts() {
        let mut fresh = 3;
        let flat = image().regrouped(&[OPEN, 120], &mut fresh).unwrap();
        assert_eq!(flat.axes[1].iter().map(|atom| atom.id).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(flat.stored, image().stored);
        assert_eq!(flat.regrouped(&[OPEN, 6, 4, 5], &mut fresh).unwrap(), image());
    }

    #[test]
    fn an_atom_is_split_in_both_orders() {
        let mut fresh = 3;
        let groups = image().regrouped(&[OPEN, 2, 3, 20], &mut fresh).unwrap();
        assert_eq!(lengths(&groups.axes), [OPEN, 2, 3, 20]);
        assert_eq!(lengths(&groups.stored), [4, 5, 6]);
        assert_eq!(groups.stored[2].len(), 2);
    }

    #[test]
    fn a_boundary_inside_of_two_atoms_does_not_fit() {
        let mut fresh = 3;
        assert_eq!(image().regrouped(&[OPEN, 8, 15], &mut fresh), None);
        assert_eq!(image().regrouped(&[OPEN / 2, 240], &mut fresh), None);
        let steps = image().regrouped(&[OPEN * 6, 20], &mut fresh).unwrap();
        assert_eq!(steps.described(), "(batch·6, 20)");
    }

    #[test]
    fn a_batch_of_one_sample_is_an_axis_of_its_own() {
        let mut one = image();
        one.axes[0] = vec![Atom { id: BATCH, length: 1 }];
        let mut fresh = 3;
        let flat = one.regrouped(&[1, 120], &mut fresh).unwrap();
        assert!(has_batch(&flat.axes[0]) && !has_batch(&flat.axes[1]));
        let lost = one.regrouped(&[120], &mut fresh).unwrap();
        assert!(has_batch(&lost.axes[0]));
    }
}
