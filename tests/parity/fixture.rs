//! A file of arrays from Keras.

use crate::close::assert_close;
use nn::tensor::{FloatTensors, Sample, flat_mut, zeroed};
use nn::weights::zeroed_box;
use nn::{Buffer, Heap, Path, Scalar, Variable, Weights};
use safetensors::{Dtype, SafeTensors};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// An array in Keras's order: row-major, the batch first.
pub(crate) struct Array {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f64>,
}

/// Arrays by name, and the names that no test has read.
pub(crate) struct Fixture {
    name: String,
    arrays: BTreeMap<String, Array>,
    unused: RefCell<BTreeSet<String>>,
}

impl Fixture {
    /// All arrays of `tests/fixtures/<file>.safetensors`.
    pub(crate) fn read(file: &str) -> Self {
        let tests = if env!("CARGO_PKG_NAME") == "nn-model" { "tests" } else { ".." };
        let path = format!("{}/{tests}/fixtures/{file}.safetensors", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let tensors = SafeTensors::deserialize(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
        let arrays = tensors.iter().map(|(key, tensor)| {
            let scalars = tensor.data();
            let values = match tensor.dtype() {
                Dtype::F32 => scalars.as_chunks().0.iter().map(|&x| f64::from(f32::from_le_bytes(x))).collect(),
                Dtype::F64 => scalars.as_chunks().0.iter().map(|&x| f64::from_le_bytes(x)).collect(),
                other => panic!("{path}: `{key}` holds {other:?}"),
            };
            (key.to_string(), Array { shape: tensor.shape().to_vec(), values })
        });
        Fixture::new(file.into(), arrays.collect())
    }

    /// The arrays of one case: those whose names begin with `<case>.`, without this prefix.
    pub(crate) fn read_case(file: &str, case: &str) -> Self {
        let arrays = Fixture::read(file).arrays.into_iter();
        let arrays = arrays.filter_map(|(key, array)| {
            let key = key.strip_prefix(case)?.strip_prefix('.')?.to_string();
            Some((key, array))
        });
        Fixture::new(format!("{file}: {case}"), arrays.collect())
    }

    /// The same arrays under other names.
    pub(crate) fn renamed(self, rename: impl Fn(&str) -> String) -> Self {
        Fixture::new(self.name, self.arrays.into_iter().map(|(key, array)| (rename(&key), array)).collect())
    }

    fn new(name: String, arrays: BTreeMap<String, Array>) -> Self {
        assert!(!arrays.is_empty(), "{name}: no arrays");
        let unused = RefCell::new(arrays.keys().cloned().collect());
        Fixture { name, arrays, unused }
    }

    /// The names of all arrays.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.arrays.keys().map(String::as_str)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Array> {
        self.unused.borrow_mut().remove(key);
        self.arrays.get(key)
    }

    pub(crate) fn array(&self, key: &str) -> &Array {
        self.get(key).unwrap_or_else(|| panic!("{}: there is no array `{key}`", self.name))
    }

    /// An array of the shape `()`.
    pub(crate) fn number(&self, key: &str) -> f64 {
        let array = self.array(key);
        assert!(array.shape.is_empty(), "{}: `{key}` has the shape {:?}", self.name, array.shape);
        array.values[0]
    }

    /// A batch.
    pub(crate) fn samples<S: Sample<Element: Scalar>>(&self, key: &str) -> Vec<S> {
        let array = self.array(key);
        let mut samples = vec![zeroed::<S>(); array.shape[0]];
        fill(&format!("{}: {key}", self.name), flat_mut(&mut samples), array);
        samples
    }

    /// The memory of one or several tensors, filled from `<prefix>0`, `<prefix>1`, …, with the number of samples.
    pub(crate) fn buffers<T: Scalar, X: FloatTensors<T>>(&self, prefix: &str) -> (X::Buffers<Heap>, usize) {
        let n = self.array(&format!("{prefix}0")).shape[0];
        let mut buffers = X::Buffers::<Heap>::with_capacity(n);
        for i in 0..X::COUNT {
            let key = format!("{prefix}{i}");
            let batch = X::batch_mut::<Heap>(&mut buffers, n);
            fill(&format!("{}: {key}", self.name), X::flat_mut(batch, i), self.array(&key));
        }
        (buffers, n)
    }

    /// Weights from `<prefix>.<variable>`. The shapes must be Keras's.
    pub(crate) fn weights<T: Scalar, W: Weights<T>>(&self, prefix: &str) -> Box<W> {
        let mut weights = zeroed_box::<T, W>();
        let mut rest = weights.as_mut_slice();
        W::variables(&Path::ROOT, &mut |variable| {
            let key = format!("{prefix}.{}", variable.path);
            let (scalars, after) = std::mem::take(&mut rest).split_at_mut(variable.shape.size());
            assert_eq!(variable.shape.dims(), self.array(&key).shape, "{}: {key}: the shape", self.name);
            fill(&format!("{}: {key}", self.name), scalars, self.array(&key));
            rest = after;
        });
        assert!(rest.is_empty(), "{}: the variables must cover the weights", self.name);
        weights
    }

    /// Compares scalars with the array `key`.
    #[track_caller]
    pub(crate) fn compare<T: Scalar>(&self, key: &str, got: &[T], tolerance: f64) {
        assert_close(&format!("{}: {key}", self.name), got, &self.array(key).values, tolerance);
    }

    /// Compares the chosen variables of `weights` with the arrays `<prefix>.<variable>`.
    #[track_caller]
    pub(crate) fn compare_weights<T: Scalar, W: Weights<T>>(
        &self,
        prefix: &str,
        weights: &W,
        chosen: fn(&Variable<'_>) -> bool,
        tolerance: f64,
    ) {
        let mut rest = weights.as_slice();
        W::variables(&Path::ROOT, &mut |variable| {
            let (scalars, after) = rest.split_at(variable.shape.size());
            if chosen(variable) {
                self.compare(&format!("{prefix}.{}", variable.path), scalars, tolerance);
            }
            rest = after;
        });
    }

    /// Checks that a test read every array, so that no result of Keras stays unchecked.
    pub(crate) fn finish(self) {
        let unused = self.unused.into_inner();
        assert!(unused.is_empty(), "{}: no test looks at {unused:?}", self.name);
    }
}

fn fill<T: Scalar>(what: &str, to: &mut [T], from: &Array) {
    assert_eq!(to.len(), from.values.len(), "{what}: the number of scalars");
    for (to, &from) in to.iter_mut().zip(&from.values) {
        *to = T::of(from);
    }
}
