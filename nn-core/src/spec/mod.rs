//! The knowledge of the macro: shapes, specifications of layers, plans of memory, codes and lints, as plain data.
//!
//! Rule: `const fn` and data. `nn-macros` reads these tables on the host, so nothing here has a dependency. A layer's
//! page states its [`LayerSpec`]; nothing about a single layer is written in the macro, but that an `activation` stands
//! for an `Activate` and an `activity_regularizer` for an `ActivityRegularization`.

pub mod arena;
pub mod budget;
pub mod code;
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

pub use arguments::{ArgSpec, Default, Kind, Value};
pub use call::*;
pub(crate) use declare::layer;
#[doc(hidden)]
pub use declare::{leading, page};
pub use dtype::Dtype;
pub use folding::Folding;
pub use inferred::{Inferred, MAX_CONSTS, MAX_FIELDS, MAX_OUTPUTS};

use crate::spec::shape::{Shape, ShapeError};

/// The [`Rule`] that is the function of this name in the module where it is written. The name and the function cannot
/// differ, and one that is not public does not compile.
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
    /// Keras's name of the layer, which is also the name of its type: `Dense`.
    pub name: &'static str,
    /// Keras's function form, where it has one: `concatenate`.
    pub function: Option<&'static str>,
    /// The module of the page, which is also Keras's automatic name: `batch_normalization`.
    pub module: &'static str,
    /// Lines of a graph that call it, with the shapes in a comment: `let y = Dense(10)(x); // [64] → [10]`. Its page
    /// shows them, and a test expands them.
    pub examples: &'static [&'static str],
    /// Its arguments in Keras's order.
    pub args: &'static [ArgSpec],
    /// How many tensors it is called on.
    pub inputs: Arity,
    /// What may follow the inputs in a call, by keyword: `LSTM(32)(x, initial_state = [h, c])`.
    pub call_keywords: &'static [&'static str],
    /// The types of numbers that its inputs may hold.
    pub reads: &'static [Dtype],
    /// The type of the numbers that its outputs hold.
    pub writes: Dtype,
    /// How it treats the mask of its inputs.
    pub masking: Masking,
    /// How many constants its type has: as many as the shape rule gives.
    pub consts: usize,
    /// The fields of its struct whose values the shape rule finds, for example a stride and the padding that follows
    /// from it. They take no constant of the type.
    pub fields: &'static [&'static str],
    /// Whether the shape rule may ask for a workspace: memory that a call has for itself, in both passes.
    pub workspace: bool,
    /// How many of its leading constants its weights have; `None` for a layer without weights. By convention the
    /// weights of `Dense::<I, O, B>` are `DenseWeights<T, I, O, B>`.
    pub weight_consts: Option<usize>,
    /// Whether some of its variables are tables whose gradient comes by rows: see
    /// [`Train::touched`](crate::layer::Train::touched).
    pub has_rows: bool,
    /// For a layer that can also be called on a sparse input: how.
    pub sparse: Option<SparseCall>,
    /// For a layer that can also be called on parts of its input that stand beside each other along the last axis: the
    /// type that the expansion of a folded model writes around it, `SplitInput`.
    pub split_input: Option<&'static str>,
    /// Whether arguments decide how many outputs it has, as `return_state` does.
    pub has_states: bool,
    /// Whether it leaves something in memory between a training pass and its backward pass.
    pub has_cache: bool,
    /// Whether a prediction needs working memory of the layer's own.
    pub has_scratch: bool,
    /// Whether a prediction copies its input: the same scalars in the same order, perhaps in another shape. It then
    /// costs nothing, unless the output is one of the model.
    pub copies: bool,
    /// Whether it is an [`Activates`](crate::layer::Activates): it can compute an activation where it writes its
    /// output. The expansion asks it to if nobody else reads the output before the activation.
    pub activates: bool,
    /// Whether it may be a [`Head`](crate::activations::Head): its output has the shape of its input, and a loss may
    /// give the gradient of that instead. For an activation see [`ValueSpec::head`].
    pub head: bool,
    /// What a folded model can make of it.
    pub folding: Folding,
    /// The shape rule.
    pub infer: Rule,
    /// For a layer around another one (its argument of [`Kind::Layer`]): the shapes that the other one is called on, as
    /// the outputs of the result. The shape rule then finds what the other one gives in [`Value::Layer`].
    pub inner: Option<Rule>,
    /// The names of the layers that it can be wrapped around; none for all with one input.
    pub around: &'static [&'static str],
}

/// The same layer: names are unique in a module.
impl PartialEq for LayerSpec {
    fn eq(&self, other: &Self) -> bool {
        (self.module, self.name) == (other.module, other.name)
    }
}

impl core::fmt::Debug for LayerSpec {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name)
    }
}

impl LayerSpec {
    /// What most layers have in common; a page states the rest.
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
        workspace: false,
        weight_consts: None,
        has_rows: false,
        sparse: None,
        split_input: None,
        has_states: false,
        has_cache: false,
        has_scratch: false,
        copies: false,
        activates: false,
        head: false,
        folding: Folding::Nothing,
        infer: rule!(unruled),
        inner: None,
        around: &[],
    };

    /// The arguments for a test of the shape rule: these, by their places, and the defaults of the others.
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

/// The rule of [`LayerSpec::BASE`], in whose place every layer has its own.
#[doc(hidden)]
pub const fn unruled(_: &[Value], _: &[Shape]) -> Result<Inferred, ShapeError> {
    panic!("this layer has no shape rule")
}

/// A shape rule: a public `const fn`, and where it is. The macro calls it where all dimensions are literals, and names
/// it in a `const` where they are not, so it exists once. `rule!` makes one.
#[derive(Clone, Copy)]
pub struct Rule {
    /// The path of its module, in this crate: `nn_core::layers::dense`.
    pub module: &'static str,
    /// Its name: `infer`.
    pub name: &'static str,
    /// The function of that name.
    pub find: fn(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError>,
}

/// How a layer treats masks. The mask of a sequence says which of its steps count: a tensor of its own, `u32` 0 or 1
/// for every step, which the graph carries along.
#[derive(Clone, Copy)]
pub enum Masking {
    /// The output has none.
    Drops,
    /// The output has the mask of the input; of several inputs that all have one, a step counts where it counts in any.
    /// A layer of your own hands on the mask of its first input.
    Passes,
    /// The output has the masks of the inputs one behind the other, if the axis that this argument gives is that of the
    /// steps; else as [`Passes`](Self::Passes).
    Joins {
        /// The index of the argument.
        axis: usize,
    },
    /// As [`Passes`](Self::Passes), and an input counts only in the steps of its own mask.
    Merges {
        /// The layer that gives an input another value where it does not count.
        absent: &'static LayerSpec,
        /// The output where no input counts.
        nothing: Nothing,
    },
    /// It reads the mask of the first input. The output has the same mask if the flag of this index is set
    /// (`return_sequences`).
    Reads {
        /// The index of the argument.
        passes: Option<usize>,
        /// The argument and the choice of it under which the second output has the mask of the first
        /// (`merge_mode = None`).
        both: Option<(usize, usize)>,
    },
    /// It reads the mask of the first input in a training pass alone. The output has the same mask.
    Trains,
    /// The layer inside is called with the mask of each step, if it reads one. The output has the mask, or, if the
    /// layer inside does not keep the positions of a step, what this other layer makes of both.
    Around {
        /// The layer that makes the mask.
        outside: &'static LayerSpec,
    },
    /// Its output has a mask that this other layer makes of the same inputs, if the flag of this index is set, or
    /// always.
    Makes {
        /// The index of the argument.
        flag: Option<usize>,
        /// The layer that makes the mask. Its arguments are those of the same names.
        by: &'static LayerSpec,
    },
}

/// What a merge gives where no input counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// 0.
    Zero,
    /// The first input.
    First,
}

/// How many tensors a layer is called on.
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

/// The largest number of tensors that a layer or a model takes or gives.
pub const MAX_INPUTS: usize = 12;

/// How a layer is called on a sparse input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SparseCall {
    /// The type that the expansion writes around the layer: `Sparse`.
    pub around: &'static str,
    /// The variable whose gradient comes by rows.
    pub rows: &'static str,
}

/// A name that stands for a value with numbers: an activation, an initializer, a regularizer.
///
/// `random_normal(stddev = 0.1)` is emitted as the path with its fields, defaults filled in:
/// `Initializer::RandomNormal { mean: 0.0, stddev: 0.1 }`.
#[derive(Debug, PartialEq)]
pub struct ValueSpec {
    /// The names it can be written by; Keras's first.
    pub names: &'static [&'static str],
    /// The path that it expands to, relative to the crate's hidden door.
    pub path: &'static str,
    /// Its fields, with their defaults.
    pub fields: &'static [(&'static str, f64)],
    /// For an activation: whether its derivative is the same if it is given the output in place of the input. Then
    /// nobody needs the input after a training pass, and the output may overwrite it.
    pub from_output: bool,
    /// For an activation: whether its output is its input.
    pub identity: bool,
    /// For an activation: whether it is a [`Head`](crate::activations::Head), so that a loss may give the gradient of
    /// its input.
    pub head: bool,
}

impl ValueSpec {
    /// What most have in common; a page states the rest.
    pub const BASE: ValueSpec =
        ValueSpec { names: &[], path: "", fields: &[], from_output: false, identity: false, head: false };
}
