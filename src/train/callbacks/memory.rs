//! [`CallbackMemory`]: the state of a callback in checkpoints.

use super::Snapshot;

/// The state of a callback that checkpoints keep: named numbers, counts, bytes and weights.
///
/// A callback writes it in [`Callback::remember`](super::Callback::remember). If a run [resumes](crate::Fit::resume),
/// [`Run::memory`](super::Run::memory) returns it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallbackMemory {
    entries: Vec<(String, Entry)>,
}

/// A value of a [`CallbackMemory`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Entry {
    Number(f64),
    Count(u64),
    Bytes(Vec<u8>),
    Weights(Snapshot),
}

/// Writing. A second value of the same name replaces the first.
impl CallbackMemory {
    /// Stores a number.
    pub fn set_number(&mut self, name: &str, value: f64) {
        self.set(name, Entry::Number(value));
    }

    /// Stores a whole number.
    pub fn set_count(&mut self, name: &str, value: u64) {
        self.set(name, Entry::Count(value));
    }

    /// Stores bytes: a text, or state in your own format.
    pub fn set_bytes(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.set(name, Entry::Bytes(value.into()));
    }

    /// Stores weights of the model.
    pub fn set_weights(&mut self, name: &str, value: &Snapshot) {
        self.set(name, Entry::Weights(value.clone()));
    }

    pub(crate) fn set(&mut self, name: &str, entry: Entry) {
        self.entries.retain(|(other, _)| other != name);
        self.entries.push((name.into(), entry));
    }
}

/// Reading. `None` if there is no value of this name and type.
impl CallbackMemory {
    /// Returns a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.find(name, |entry| if let Entry::Number(value) = entry { Some(*value) } else { None })
    }

    /// Returns a whole number.
    pub fn count(&self, name: &str) -> Option<u64> {
        self.find(name, |entry| if let Entry::Count(value) = entry { Some(*value) } else { None })
    }

    /// Returns bytes.
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.find(name, |entry| if let Entry::Bytes(value) = entry { Some(value.as_slice()) } else { None })
    }

    /// Returns weights.
    pub fn weights(&self, name: &str) -> Option<&Snapshot> {
        self.find(name, |entry| if let Entry::Weights(value) = entry { Some(value) } else { None })
    }

    fn find<'a, T>(&'a self, name: &str, value: impl FnOnce(&'a Entry) -> Option<T>) -> Option<T> {
        self.entries.iter().find(|(other, _)| other == name).and_then(|(_, entry)| value(entry))
    }
}

impl CallbackMemory {
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(name, entry)| (name.as_str(), entry))
    }
}

/// Converts a count of 64 bits, which may be too large for this machine.
pub(super) fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
