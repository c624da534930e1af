//! Questions about a layer, with one answer for layers of the library, activations and paths.

use super::{Inner, Layer, Op};
use nn_core::spec::Kind;

impl Layer {
    /// Whether it has a field in the struct.
    pub(crate) fn has_weights(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => {
                builtin.spec.weight_consts.is_some() || builtin.inner.is_some_and(|inner| inner.has_weights)
            }
            Op::Activation { .. } => false,
            Op::Component(_) => true,
        }
    }

    /// Whether a gradient reaches weights that learn.
    pub(crate) fn learns(&self) -> bool {
        self.has_weights() && self.trainable
    }

    /// Whether a call keeps something in memory.
    pub(crate) fn has_cache(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.has_cache || builtin.inner.is_some_and(|inner| inner.has_cache),
            Op::Activation { .. } => false,
            Op::Component(_) => true,
        }
    }

    /// Whether some of its weights may be a table with a gradient by rows.
    pub(crate) fn has_rows(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.has_rows || builtin.inner.is_some_and(|inner| inner.has_rows),
            Op::Activation { .. } => false,
            Op::Component(_) => true,
        }
    }

    /// The variable with a gradient by rows, if the layer reads a sparse input.
    pub(crate) fn sparse_rows(&self) -> Option<&'static str> {
        match &self.op {
            Op::Builtin(builtin) => Some(builtin.spec.sparse?.rows),
            _ => None,
        }
    }

    /// Whether its weights may have bounds.
    pub(crate) fn constrains(&self) -> bool {
        self.has(Kind::Constraint, |inner| inner.constrains)
    }

    /// Whether its weights may have a penalty.
    pub(crate) fn regularizes(&self) -> bool {
        self.has(Kind::Regularizer, |inner| inner.regularizes)
    }

    /// Whether an argument of this kind is given. A layer that is not visible here may have one.
    fn has(&self, kind: Kind, inside: fn(&Inner) -> bool) -> bool {
        match &self.op {
            Op::Builtin(builtin) => {
                let mut args = builtin.spec.args.iter().zip(&builtin.args);
                args.any(|(spec, arg)| spec.kind == kind && arg.field.is_some())
                    || builtin.inner.as_ref().is_some_and(inside)
            }
            Op::Activation { .. } => false,
            Op::Component(_) => true,
        }
    }

    /// Whether a prediction needs working memory for the layer.
    pub(crate) fn has_scratch(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.has_scratch || builtin.inner.is_some_and(|inner| inner.has_scratch),
            Op::Activation { .. } => false,
            Op::Component(_) => true,
        }
    }

    /// Whether a call may need a workspace.
    pub(crate) fn has_workspace(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.workspace || builtin.inner.is_some_and(|inner| inner.has_workspace),
            Op::Activation { .. } | Op::Component(_) => false,
        }
    }

    /// Whether a call adds to the loss, so that it needs no reader.
    pub(crate) fn adds_loss(&self) -> bool {
        matches!(&self.op, Op::Builtin(builtin) if builtin.spec.adds_loss)
    }

    /// Whether `adapt` gives it mean and variance of its input.
    pub(crate) fn adapts(&self) -> bool {
        matches!(&self.op, Op::Builtin(builtin) if builtin.spec.adapts)
    }

    /// Whether a prediction copies its input.
    pub(crate) fn copies(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.copies,
            // It also separates a tensor that a call reads twice from its second reader.
            Op::Activation { function, .. } => function.is_identity(),
            Op::Component(_) => false,
        }
    }

    /// Whether a call can compute an activation in the place of its output.
    pub(crate) fn activates(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.activates,
            Op::Activation { .. } => false,
            Op::Component(component) => !component.then.is_empty(),
        }
    }

    /// Whether it is an activation whose backward pass needs only its output.
    pub(crate) fn needs_output_alone(&self) -> bool {
        let Op::Activation { function, .. } = &self.op else { return false };
        function.spec().is_some_and(|spec| spec.from_output)
    }

    /// Whether a loss may give the gradient of its input instead of its output.
    pub(crate) fn may_be_head(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.head,
            // One of the user's own may be a head.
            Op::Activation { function, .. } => function.spec().is_none_or(|spec| spec.head),
            Op::Component(_) => false,
        }
    }

    /// The name of its type in Keras.
    pub(crate) fn kind(&self) -> String {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.name.to_string(),
            Op::Activation { .. } => "Activation".to_string(),
            Op::Component(component) => component.kind.clone(),
        }
    }
}
