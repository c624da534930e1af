//! The findings of a shape rule.

use super::MAX_INPUTS;
use crate::spec::shape::Shape;
use crate::spec::text::str_eq;

/// Returns the value, or leaves a shape rule with the error.
macro_rules! found {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(error),
        }
    };
}
pub(crate) use found;

/// The maximum number of constants of a layer's type.
pub const MAX_CONSTS: usize = 10;
/// The maximum number of constants of the type of a user's own layer.
pub const MAX_OWN_CONSTS: usize = 8;
/// The maximum number of outputs of a layer.
pub const MAX_OUTPUTS: usize = MAX_INPUTS;
/// The maximum number of fields of a layer whose values a shape rule finds.
pub const MAX_FIELDS: usize = 24;

/// The result of a shape rule.
///
/// It holds the shapes of the outputs, the constants of the layer's type (`Dense::<64, 10, 1>`), values for fields of
/// the layer, and the size of its workspace.
///
/// ```
/// use nn_core::{shape::Shape, spec::Inferred};
///
/// const FOUND: Inferred = Inferred::new(Shape::new(&[6, 8]), &[3, 8]).field("stride", 2).workspace(36);
/// assert_eq!((FOUND.consts(), FOUND.value("stride"), FOUND.workspace_size()), (&[3, 8][..], 2, 36));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inferred {
    outputs: [Shape; MAX_OUTPUTS],
    output_count: usize,
    consts: [usize; MAX_CONSTS],
    const_count: usize,
    fields: [(&'static str, usize); MAX_FIELDS],
    field_count: usize,
    workspace: usize,
    users: bool,
}

impl Inferred {
    /// Creates a result with one output, and the constants of the type.
    pub const fn new(output: Shape, consts: &[usize]) -> Self {
        Inferred::many(&[output], consts)
    }

    /// Creates a result with several outputs, and the constants of the type.
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
            fields: [("", 0); MAX_FIELDS],
            field_count: 0,
            workspace: 0,
            users: false,
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

    /// Returns the same result with other constants of the type.
    ///
    /// # Panics
    /// If there are more than [`MAX_CONSTS`].
    pub const fn with_constants(self, consts: &[usize]) -> Self {
        let inferred = Inferred::many(self.outputs(), consts).with(self.fields()).workspace(self.workspace);
        Inferred { users: self.users, ..inferred }
    }

    /// Adds a value for a field of the layer's struct. The specification lists these fields
    /// ([`LayerSpec::fields`](super::LayerSpec::fields)).
    ///
    /// # Panics
    /// If there are more than [`MAX_FIELDS`].
    pub const fn field(mut self, name: &'static str, value: usize) -> Self {
        self.fields[self.field_count] = (name, value);
        self.field_count += 1;
        self
    }

    /// Adds values for fields of the layer's struct: [`field`](Self::field) for each of them.
    ///
    /// # Panics
    /// If there are more than [`MAX_FIELDS`].
    pub const fn with(mut self, fields: &[(&'static str, usize)]) -> Self {
        let mut i = 0;
        while i < fields.len() {
            self = self.field(fields[i].0, fields[i].1);
            i += 1;
        }
        self
    }

    /// Adds a workspace: memory for the time of one call, with `scalars` scalars for each sample. It shares the memory
    /// of the activations ([`Memory::workspace`](crate::layer::Memory::workspace)). Only layers of the library have
    /// one: a layer of your own keeps its memory in [`Scratch`](crate::Layer::Scratch) and
    /// [`Cache`](crate::Layer::Cache).
    pub const fn workspace(mut self, scalars: usize) -> Self {
        self.workspace = scalars;
        self
    }

    /// Marks the result as that of a user's own layer.
    #[doc(hidden)]
    pub const fn of_users(mut self) -> Self {
        self.users = true;
        self
    }

    /// Whether it is the result of a user's own layer.
    pub(crate) const fn is_users(&self) -> bool {
        self.users
    }

    /// Returns the size of the workspace, in scalars of a sample.
    pub const fn workspace_size(&self) -> usize {
        self.workspace
    }

    /// Returns the value of a field.
    ///
    /// # Panics
    /// If the rule found no value for this name.
    pub const fn value(&self, name: &str) -> usize {
        let mut i = 0;
        while i < self.field_count {
            if str_eq(self.fields[i].0, name) {
                return self.fields[i].1;
            }
            i += 1;
        }
        panic!("the shape rule gave no value for this field")
    }

    /// Returns the fields that have a value, with their names.
    pub const fn fields(&self) -> &[(&'static str, usize)] {
        self.fields.split_at(self.field_count).0
    }

    /// Returns the shapes of the outputs.
    pub const fn outputs(&self) -> &[Shape] {
        self.outputs.split_at(self.output_count).0
    }

    /// Returns the shape of output `i`.
    pub const fn output(&self, i: usize) -> Shape {
        self.outputs()[i]
    }

    /// Returns the constants of the layer's type.
    pub const fn consts(&self) -> &[usize] {
        self.consts.split_at(self.const_count).0
    }

    /// Returns constant `i` of the layer's type.
    pub const fn constant(&self, i: usize) -> usize {
        self.consts()[i]
    }

    /// Returns constant `i` of the layer's type, or 0 if the type has fewer.
    #[doc(hidden)]
    pub const fn constant_or_zero(&self, i: usize) -> usize {
        if i < self.const_count { self.consts[i] } else { 0 }
    }
}
