//! The data that the macro knows: shapes, specifications of layers, plans of memory, codes and lints.
//!
//! Rule: `const fn` and data. `nn-macros` reads these tables on the host, so nothing here has a dependency. A layer's
//! page states its [`LayerSpec`]. The macro contains nothing about single layers, with two exceptions: an `activation`
//! stands for an `Activate`, and an `activity_regularizer` for an `ActivityRegularization`.

pub mod arena;
pub mod budget;
pub mod code;
pub mod description;
pub(crate) mod half;
pub mod lints;
#[doc(hidden)]
pub mod locals;
pub mod settings;
pub mod shape;
pub mod summary;
pub mod text;

mod arguments;
mod call;
mod declare;
mod dtype;
mod folding;
mod inferred;
mod kinds;
mod own;
mod streaming;

pub use arguments::{ArgSpec, Default, Kind, Value};
pub use call::*;
pub(crate) use declare::{fields, layer};
#[doc(hidden)]
pub use declare::{leading, page};
pub use dtype::Dtype;
pub use folding::{Composed, Filters, Folding};
pub(crate) use inferred::found;
pub use inferred::{Inferred, MAX_CONSTS, MAX_FIELDS, MAX_OUTPUTS, MAX_OWN_CONSTS};
pub use streaming::Streaming;

use crate::spec::shape::{Shape, ShapeError};

/// Makes the [`Rule`] of the function with this name in the current module. Name and function cannot differ, and a
/// function that is not public does not compile.
#[doc(hidden)]
#[macro_export]
macro_rules! __rule {
    ($name:ident) => {{
        #[allow(unreachable_pub)]
        pub use self::$name as public;
        $crate::spec::Rule { module: ::core::module_path!(), name: ::core::stringify!($name), find: public }
    }};
}
pub use crate::__rule as rule;

/// A layer, as the graph sees it.
pub struct LayerSpec {
    /// Keras's name of the layer, and the name of its type: `Dense`.
    pub name: &'static str,
    /// Keras's function form, if it exists: `concatenate`.
    pub function: Option<&'static str>,
    /// The module of the page, and Keras's automatic name: `batch_normalization`.
    pub module: &'static str,
    /// Lines of a graph that call it, with the shapes in a comment: `let y = Dense(10)(x); // [64] → [10]`. Its page
    /// shows them, and a test expands them.
    pub examples: &'static [&'static str],
    /// The arguments in Keras's order.
    pub args: &'static [ArgSpec],
    /// The number of tensors in a call.
    pub inputs: Arity,
    /// The keywords that may follow the inputs in a call: `LSTM(32)(x, initial_state = [h, c])`.
    pub call_keywords: &'static [&'static str],
    /// The types of numbers that the inputs may hold.
    pub reads: &'static [Dtype],
    /// The type of numbers that the outputs hold.
    pub writes: Dtype,
    /// The layer's treatment of masks.
    pub masking: Masking,
    /// The number of constants of the type: the shape rule finds as many.
    pub consts: usize,
    /// The fields of the struct whose values the shape rule finds, for example a stride and the padding that follows
    /// from it. They take no constant of the type.
    pub fields: &'static [&'static str],
    /// Fields that are structs, whose values the shape rule finds. They come after [`fields`](Self::fields).
    pub groups: &'static [FieldGroup],
    /// Whether the shape rule may ask for a workspace: memory for a single call, in both passes.
    pub workspace: bool,
    /// The number of leading constants that the weights have; `None` for a layer without weights. By convention the
    /// weights of `Dense::<I, O, B>` are `DenseWeights<T, I, O, B>`.
    pub weight_consts: Option<usize>,
    /// Whether some of its variables are tables whose gradient comes by rows: see
    /// [`Train::touched`](crate::layer::Train::touched).
    pub has_rows: bool,
    /// The form of a call on a sparse input, if the layer has it.
    pub sparse: Option<SparseCall>,
    /// The type that the expansion of a folded model writes around the layer: `SplitInput`. Only for layers that can be
    /// called on parts of their input, beside each other along the last axis.
    pub split_input: Option<&'static str>,
    /// Whether arguments decide the number of outputs, as `return_state` does.
    pub has_states: bool,
    /// Whether a training pass leaves memory for its backward pass.
    pub has_cache: bool,
    /// Whether `adapt` gives it mean and variance of its input. It is then updated even if it is frozen.
    pub adapts: bool,
    /// Whether it adds a tensor to the loss. A call then needs no reader.
    pub adds_loss: bool,
    /// Whether a prediction needs working memory of the layer's own.
    pub has_scratch: bool,
    /// Whether a prediction copies its input: the same scalars in the same order, perhaps in another shape. It then
    /// costs nothing, unless its output is an output of the model.
    pub copies: bool,
    /// Whether it is an [`Activates`](crate::layer::Activates): it can compute an activation where it writes its
    /// output. The expansion uses that if nothing else reads the output before the activation.
    pub activates: bool,
    /// Whether it may be a [`Head`](crate::activations::Head): its output has the shape of its input, and a loss may
    /// give the input's gradient instead of the output's. For activations see [`ValueSpec::head`].
    pub head: bool,
    /// The way in which a folded model can fold it.
    pub folding: Folding,
    /// The way in which a stream computes it.
    pub streaming: Streaming,
    /// The shape rule.
    pub infer: Rule,
    /// The rule for the input shapes of an inner layer (the argument of [`Kind::Layer`]), as the outputs of the result.
    /// The shape rule then finds the inner layer's result in [`Value::Layer`].
    pub inner: Option<Rule>,
    /// The names of the layers around which it can be wrapped; empty for all layers with one input.
    pub around: &'static [&'static str],
}

/// A field of a layer that is a struct of `usize`, which several layers share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldGroup {
    /// The field of the layer.
    pub field: &'static str,
    /// The name of its type, beside the layers.
    pub name: &'static str,
    /// The fields of the type. The shape rule gives a value for each.
    pub fields: &'static [&'static str],
}

impl FieldGroup {
    /// Creates a group from the names of the field and of its type.
    pub const fn new([field, name]: [&'static str; 2], fields: &'static [&'static str]) -> Self {
        FieldGroup { field, name, fields }
    }
}

/// Specifications are the same layer if their names are equal; names are unique in a module.
impl PartialEq for LayerSpec {
    fn eq(&self, other: &Self) -> bool {
        (self.module, self.name) == (other.module, other.name)
    }
}

impl Eq for LayerSpec {}

impl core::fmt::Debug for LayerSpec {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name)
    }
}

impl LayerSpec {
    /// The defaults that most layers share; a page states the rest.
    pub const BASE: LayerSpec = LayerSpec {
        name: "",
        function: None,
        module: "",
        examples: &[],
        args: &[],
        inputs: Arity::ONE,
        call_keywords: &[],
        reads: &[Dtype::Float],
        writes: Dtype::Float,
        masking: Masking::Drops,
        consts: 0,
        fields: &[],
        groups: &[],
        workspace: false,
        weight_consts: None,
        has_rows: false,
        sparse: None,
        split_input: None,
        has_states: false,
        has_cache: false,
        adapts: false,
        adds_loss: false,
        has_scratch: false,
        copies: false,
        activates: false,
        head: false,
        folding: Folding::Nothing,
        streaming: Streaming::Refuses("it reads all steps of a sequence"),
        infer: rule!(unruled),
        inner: None,
        around: &[],
    };

    /// Returns the arguments for a test of the shape rule: these, by their places, and the defaults of the others.
    #[cfg(test)]
    pub(crate) fn with(&self, given: &[(usize, Value)]) -> std::vec::Vec<Value> {
        let default = |arg: &ArgSpec| match arg.default {
            Default::Is(value) => value,
            Default::Layer | Default::Required => Value::Absent,
        };
        let mut values: std::vec::Vec<Value> = self.args.iter().map(default).collect();
        given.iter().for_each(|&(place, value)| values[place] = value);
        values
    }
}

/// The rule of [`LayerSpec::BASE`]; every layer replaces it.
#[doc(hidden)]
pub const fn unruled(_: &[Value], _: &[Shape]) -> Result<Inferred, ShapeError> {
    panic!("this layer has no shape rule")
}

/// A shape rule: a public `const fn` and its path. The macro calls it if all dimensions are literals, and otherwise
/// names it in a `const`, so it exists once. `rule!` makes one.
#[derive(Clone, Copy)]
pub struct Rule {
    /// The path of its module, in this crate: `nn_core::layers::dense`.
    pub module: &'static str,
    /// Its name: `infer`.
    pub name: &'static str,
    /// The function of that name.
    pub find: fn(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError>,
}

/// The treatment of masks. The mask of a sequence says which of its steps count. It is a tensor of its own, `u32` 0 or
/// 1 for every step, which the graph carries along.
#[derive(Clone, Copy)]
pub enum Masking {
    /// The output has no mask.
    Drops,
    /// The output has the mask of the input. If several inputs have masks, a step counts if it counts in any of them.
    /// A layer of your own hands on the mask of its first input.
    Passes,
    /// The output has the masks of the inputs behind each other, if the axis in this argument is the axis of the
    /// steps; otherwise as [`Passes`](Self::Passes).
    Joins {
        /// The index of the argument.
        axis: usize,
    },
    /// As [`Passes`](Self::Passes), but an input counts only in the steps of its own mask.
    Merges {
        /// The layer that replaces an input's value where it does not count.
        absent: &'static LayerSpec,
        /// The output where no input counts.
        nothing: Nothing,
    },
    /// The layer reads the mask of the first input. The output has the same mask if the flag with this index is set
    /// (`return_sequences`).
    Reads {
        /// The index of the argument.
        passes: Option<usize>,
        /// The argument and its choice for which the second output has the mask of the first (`merge_mode = None`).
        both: Option<(usize, usize)>,
    },
    /// The layer reads the mask of the first input only in a training pass. The output has the same mask.
    Trains,
    /// The layer inside is called with the mask of each step, if it reads one. The output has the mask. If the layer
    /// inside does not keep the positions of a step, the layer `outside` makes the mask from both.
    Around {
        /// The layer that makes the mask.
        outside: &'static LayerSpec,
    },
    /// The output has a mask, made by another layer from the same inputs, if the flag with this index is set, or
    /// always.
    Makes {
        /// The index of the argument.
        flag: Option<usize>,
        /// The layer that makes the mask. Its arguments are those with the same names.
        by: &'static LayerSpec,
    },
}

/// The output of a merge where no input counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// 0.
    Zero,
    /// The first input.
    First,
}

/// The number of tensors that a layer is called on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arity {
    /// At least this many.
    pub min: usize,
    /// At most this many.
    pub max: usize,
}

impl Arity {
    /// Exactly one input.
    pub const ONE: Arity = Arity { min: 1, max: 1 };
    /// Exactly two inputs.
    pub const TWO: Arity = Arity { min: 2, max: 2 };
    /// Two inputs or more.
    pub const MANY: Arity = Arity { min: 2, max: MAX_INPUTS };
}

/// The maximum number of inputs or outputs of a layer, and of inputs of a model: the length of the longest tuple.
pub const MAX_INPUTS: usize = 12;

/// The maximum number of outputs of a model. More than [`MAX_INPUTS`] are a tuple of tuples, and such a model only
/// predicts.
pub const MAX_MODEL_OUTPUTS: usize = 32;

/// The form of a call on a sparse input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SparseCall {
    /// The type that the expansion writes around the layer: `Sparse`.
    pub around: &'static str,
    /// The variable whose gradient comes by rows.
    pub rows: &'static str,
}

/// A name for a value with numbers: an activation, an initializer, a regularizer.
///
/// `random_normal(stddev = 0.1)` becomes the path with its fields, including defaults:
/// `Initializer::RandomNormal { mean: 0.0, stddev: 0.1 }`.
#[derive(Debug, PartialEq)]
pub struct ValueSpec {
    /// The names in a graph; Keras's name first.
    pub names: &'static [&'static str],
    /// The path in an expansion, relative to the crate's hidden door.
    pub path: &'static str,
    /// The fields, with their defaults.
    pub fields: &'static [(&'static str, f64)],
    /// Whether the derivative of an activation is the same if it gets the output in place of the input. The input is
    /// then not needed after a training pass, and the output may overwrite it.
    pub from_output: bool,
    /// Whether the output of an activation is its input.
    pub identity: bool,
    /// Whether an activation is a [`Head`](crate::activations::Head), so that a loss may give its input's gradient.
    pub head: bool,
}

impl ValueSpec {
    /// The defaults that most values share; a page states the rest.
    pub const BASE: ValueSpec =
        ValueSpec { names: &[], path: "", fields: &[], from_output: false, identity: false, head: false };
}
