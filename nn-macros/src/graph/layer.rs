//! What a pass asks of a layer: a question has the same answer for a layer of the library, an activation and a path.

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

    /// Whether a call leaves something in memory.
    pub(crate) fn has_cache(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.has_cache || builtin.inner.is_some_and(|inner| inner.has_cache),
            Op::Activation { .. } => false,
            Op::Component(_) => true,
        }
    }

    /// Whether some of its weights may be a table whose gradient comes by rows.
    pub(crate) fn has_rows(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.has_rows || builtin.inner.is_some_and(|inner| inner.has_rows),
            Op::Activation { .. } => false,
            Op::Component(_) => true,
        }
    }

    /// The variable whose gradient comes by rows where the layer reads a sparse input.
    pub(crate) fn sparse_rows(&self) -> Option<&'static str> {
        match &self.op {
            Op::Builtin(builtin) => Some(builtin.spec.sparse?.rows),
            _ => None,
        }
    }

    /// Whether it may have bounds on its weights.
    pub(crate) fn constrains(&self) -> bool {
        self.has(Kind::Constraint, |inner| inner.constrains)
    }

    /// Whether it may have a penalty on its weights.
    pub(crate) fn regularizes(&self) -> bool {
        self.has(Kind::Regularizer, |inner| inner.regularizes)
    }

    /// Whether an argument of this kind is given, or may be to a layer that is not seen here.
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

    /// Whether a prediction needs working memory of the layer's own.
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

    /// Whether a prediction copies its input.
    pub(crate) fn copies(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.copies,
            // It also stands between a tensor that a call is given twice and its second reader.
            Op::Activation { function, .. } => function.is_identity(),
            Op::Component(_) => false,
        }
    }

    /// Whether a call can compute an activation where it writes its output.
    pub(crate) fn activates(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.activates,
            Op::Activation { .. } => false,
            Op::Component(component) => !component.then.is_empty(),
        }
    }

    /// Whether it is an activation whose backward pass needs its output alone.
    pub(crate) fn needs_output_alone(&self) -> bool {
        let Op::Activation { function, .. } = &self.op else { return false };
        function.spec().is_some_and(|spec| spec.from_output)
    }

    /// Whether a loss may give the gradient of its input instead of that of its output.
    pub(crate) fn may_be_head(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.head,
            // One of the user's own may be.
            Op::Activation { function, .. } => function.spec().is_none_or(|spec| spec.head),
            Op::Component(_) => false,
        }
    }

    /// Keras's name of its type.
    pub(crate) fn kind(&self) -> String {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.name.to_string(),
            Op::Activation { .. } => "Activation".to_string(),
            Op::Component(component) => component.kind.clone(),
        }
    }
}
