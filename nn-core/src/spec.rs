//! What the macro knows of a layer: its names, arguments, arity and shape rule, as plain data.
//!
//! `nn-macros` reads these tables on the host, so this module has no dependency. A layer's page states its [`LayerSpec`];
//! nothing about a single layer is written in the macro, but that an `activation` stands for an `Activate` and an
//! `activity_regularizer` for an `ActivityRegularization`.

use crate::code::Code;
use crate::shape::{Blame, Shape, ShapeError};
use crate::text::Text;

/// A layer, as the graph sees it.
pub struct LayerSpec {
    /// Keras's name of the layer, which is also the name of its type: `Dense`.
    pub name: &'static str,
    /// Keras's function form, where it has one: `concatenate`.
    pub function: Option<&'static str>,
    /// The module of the page, which is also Keras's automatic name: `batch_normalization`.
    pub module: &'static str,
    /// Its arguments in Keras's order.
    pub args: &'static [ArgSpec],
    /// How many tensors it is called on.
    pub inputs: Arity,
    /// What may follow the inputs in a call, by keyword: `LSTM(32)(x, initial_state = [h, c])`.
    pub call_keywords: &'static [&'static str],
    /// What its inputs hold.
    pub reads: Dtype,
    /// What its outputs hold.
    pub writes: Dtype,
    /// How it treats the mask of its inputs.
    pub masking: Masking,
    /// How many constants its type has: as many as the shape rule gives.
    pub consts: usize,
    /// How many of its leading constants its weights have; `None` for a layer without weights. By convention the weights
    /// of `Dense::<I, O, B>` are `DenseWeights<T, I, O, B>`.
    pub weight_consts: Option<usize>,
    /// Whether some of its variables are tables whose gradient comes by rows: see [`Layer::touched`](crate::layer::Layer::touched).
    pub has_rows: bool,
    /// Whether it leaves something in memory between a training pass and its backward pass.
    pub has_cache: bool,
    /// Whether a prediction needs working memory of the layer's own.
    pub has_scratch: bool,
    /// Whether it may be a [`Head`](crate::activations::Head): its output has the shape of its input, and a loss may give
    /// the gradient of that instead. An activation always may.
    pub head: bool,
    /// The shape rule. It is called by the macro where all dimensions are literals and named in a `const` where they
    /// are not, so it exists once.
    pub infer: fn(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError>,
    /// For a layer around another one (its argument of [`Kind::Layer`]): the shapes that the other one is called on, as the
    /// outputs of the result. The shape rule then finds what the other one gives in [`Value::Layer`].
    pub inner: Option<fn(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError>>,
    /// The names of the layers that it can be wrapped around; none for all with one input.
    pub around: &'static [&'static str],
}

impl LayerSpec {
    /// What most layers have in common; a page states the rest.
    pub const BASE: LayerSpec = LayerSpec {
        name: "",
        function: None,
        module: "",
        args: &[],
        inputs: Arity::ONE,
        call_keywords: &[],
        reads: Dtype::Float,
        writes: Dtype::Float,
        masking: Masking::Drops,
        consts: 0,
        weight_consts: None,
        has_rows: false,
        has_cache: false,
        has_scratch: false,
        head: false,
        infer: unruled,
        inner: None,
        around: &[],
    };
}

const fn unruled(_: &[Value], _: &[Shape]) -> Result<Inferred, ShapeError> {
    panic!("this layer has no shape rule")
}

/// How a layer treats masks. The mask of a sequence says which of its steps count: a tensor of its own, `u32` 0 or 1 for
/// every step, which the graph carries along.
#[derive(Clone, Copy)]
pub enum Masking {
    /// The output has none.
    Drops,
    /// The output has the mask of the input; of several inputs that all have one, a step counts where it counts in any.
    Passes,
    /// It is called with the mask as one more input, the last. The output has the same mask if the flag of this index is
    /// set (`return_sequences`).
    Reads {
        /// The index of the argument.
        passes: Option<usize>,
    },
    /// Its output has a mask that this other layer makes of the same inputs, if the flag of this index is set, or always.
    Makes {
        /// The index of the argument.
        flag: Option<usize>,
        /// The layer that makes the mask. Its arguments are those of the same names.
        by: &'static LayerSpec,
    },
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

/// What a tensor holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// The model's scalar, `f32` or `f64`.
    Float,
    /// Indices.
    U32,
    /// Either.
    Any,
}

/// An argument of a layer.
#[derive(Clone, Copy)]
pub struct ArgSpec {
    /// Keras's name: `use_bias`.
    pub name: &'static str,
    /// What is accepted.
    pub kind: Kind,
    /// What holds if it is not given.
    pub default: Default,
    /// Whether it is a field of the layer's struct (a number used when the model runs) rather than only read by the
    /// shape rule.
    pub field: bool,
}

/// What an argument accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A dimension: a positive const expression.
    Size,
    /// A dimension, or a list of them.
    Sizes,
    /// A whole number, for example an axis.
    Int,
    /// A whole number, or a list of them.
    Ints,
    /// A number.
    Float,
    /// `true` or `false`.
    Flag,
    /// An activation that follows the layer: `Dense(64, activation = relu)` is `Dense(64)` followed by `Activation(relu)`.
    ActivationAfter,
    /// An initializer.
    Initializer,
    /// A regularizer.
    Regularizer,
    /// A constraint.
    Constraint,
    /// A penalty on the output of the layer and its activation: an `ActivityRegularization` that follows them.
    ActivityAfter,
    /// An activation inside of the layer: a field of it, whose type is a type argument of the layer, after its constants.
    /// The name is that of the default's type.
    Activation(&'static str),
    /// One of some names; the shape rule sees its index.
    Choice(&'static [&'static str]),
    /// A layer, which this one is wrapped around: the first type argument.
    Layer,
}

/// The default of an argument.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)] // Made when a model compiles, without a heap.
pub enum Default {
    /// It must be given.
    Required,
    /// This value.
    Is(Value),
    /// What the layer's own `DEFAULT` says; the shape rule sees [`Value::Absent`].
    Layer,
}

/// The value of an argument, as a shape rule sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)] // Made when a model compiles, without a heap.
pub enum Value {
    /// A dimension.
    Size(usize),
    /// Dimensions.
    Sizes(Shape),
    /// A whole number.
    Int(i64),
    /// Whole numbers (at most [`MAX_RANK`](crate::shape::MAX_RANK)), with their count.
    Ints([i64; crate::shape::MAX_RANK], usize),
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Float(f64),
    /// Which of the names of a [`Kind::Choice`].
    Choice(usize),
    /// What the shape rule of the layer inside found.
    Layer(Inferred),
    /// Not given, or nothing that a shape depends on.
    Absent,
}

impl Value {
    /// The dimension.
    ///
    /// # Panics
    /// If it is of another kind; the macro has checked that.
    pub const fn as_size(&self) -> usize {
        match self {
            Value::Size(n) => *n,
            _ => panic!("a dimension was expected"),
        }
    }

    /// The dimensions.
    ///
    /// # Panics
    /// If it is of another kind; the macro has checked that.
    pub const fn as_sizes(&self) -> Shape {
        match self {
            Value::Sizes(shape) => *shape,
            Value::Size(n) => Shape::new(&[*n]),
            _ => panic!("dimensions were expected"),
        }
    }

    /// The whole number.
    ///
    /// # Panics
    /// If it is of another kind; the macro has checked that.
    pub const fn as_int(&self) -> i64 {
        match self {
            Value::Int(n) => *n,
            _ => panic!("a whole number was expected"),
        }
    }

    /// The flag.
    ///
    /// # Panics
    /// If it is of another kind; the macro has checked that.
    pub const fn as_flag(&self) -> bool {
        match self {
            Value::Flag(flag) => *flag,
            _ => panic!("`true` or `false` was expected"),
        }
    }

    /// The index of the name.
    ///
    /// # Panics
    /// If it is of another kind; the macro has checked that.
    pub const fn as_choice(&self) -> usize {
        match self {
            Value::Choice(index) => *index,
            _ => panic!("a name was expected"),
        }
    }

    /// What the layer inside gives.
    ///
    /// # Panics
    /// If it is of another kind; the macro has checked that.
    pub const fn as_layer(&self) -> Inferred {
        match self {
            Value::Layer(inferred) => *inferred,
            _ => panic!("a layer was expected"),
        }
    }

    /// The number, if it is known.
    pub const fn as_float(&self) -> Option<f64> {
        match self {
            Value::Float(x) => Some(*x),
            _ => None,
        }
    }
}

impl ArgSpec {
    /// A required dimension that the shape rule reads.
    pub const fn size(name: &'static str) -> Self {
        ArgSpec { name, kind: Kind::Size, default: Default::Required, field: false }
    }

    /// A required list of dimensions that the shape rule reads.
    pub const fn sizes(name: &'static str) -> Self {
        ArgSpec { name, kind: Kind::Sizes, default: Default::Required, field: false }
    }

    /// A flag that the shape rule reads.
    pub const fn flag(name: &'static str, default: bool) -> Self {
        ArgSpec { name, kind: Kind::Flag, default: Default::Is(Value::Flag(default)), field: false }
    }

    /// A whole number that the shape rule reads.
    pub const fn int(name: &'static str, default: i64) -> Self {
        ArgSpec { name, kind: Kind::Int, default: Default::Is(Value::Int(default)), field: false }
    }

    /// A number that is a field of the layer.
    pub const fn float(name: &'static str, default: f64) -> Self {
        ArgSpec { name, kind: Kind::Float, default: Default::Is(Value::Float(default)), field: true }
    }

    /// A number that must be given and is a field of the layer.
    pub const fn required_float(name: &'static str) -> Self {
        ArgSpec { name, kind: Kind::Float, default: Default::Required, field: true }
    }

    /// An activation inside of the layer, whose type is `default` if none is given.
    pub const fn inner_activation(name: &'static str, default: &'static str) -> Self {
        ArgSpec { name, kind: Kind::Activation(default), default: Default::Layer, field: true }
    }

    /// One of some names, the first by default.
    pub const fn choice(name: &'static str, names: &'static [&'static str]) -> Self {
        ArgSpec { name, kind: Kind::Choice(names), default: Default::Is(Value::Choice(0)), field: false }
    }

    /// The layer that this one is wrapped around.
    pub const fn layer() -> Self {
        ArgSpec { name: "layer", kind: Kind::Layer, default: Default::Required, field: false }
    }

    /// A flag that is a field of the layer.
    pub const fn flag_field(name: &'static str, default: bool) -> Self {
        ArgSpec { name, kind: Kind::Flag, default: Default::Is(Value::Flag(default)), field: true }
    }

    /// The activation that follows the layer; none by default.
    pub const fn activation() -> Self {
        ArgSpec { name: "activation", kind: Kind::ActivationAfter, default: Default::Layer, field: false }
    }

    /// An initializer, a field of the layer.
    pub const fn initializer(name: &'static str) -> Self {
        ArgSpec { name, kind: Kind::Initializer, default: Default::Layer, field: true }
    }

    /// A constraint, a field of the layer; none by default.
    pub const fn constraint(name: &'static str) -> Self {
        ArgSpec { name, kind: Kind::Constraint, default: Default::Layer, field: true }
    }

    /// The penalty on the output of the layer and its activation; none by default.
    pub const fn activity_regularizer() -> Self {
        ArgSpec { name: "activity_regularizer", kind: Kind::ActivityAfter, default: Default::Layer, field: false }
    }

    /// A regularizer, a field of the layer; none by default.
    pub const fn regularizer(name: &'static str) -> Self {
        ArgSpec { name, kind: Kind::Regularizer, default: Default::Layer, field: true }
    }
}

/// The most constants that a layer's type has.
pub const MAX_CONSTS: usize = 8;
/// The most outputs that a layer has.
pub const MAX_OUTPUTS: usize = MAX_INPUTS;

/// What a shape rule finds: the shapes of the outputs and the constants of the layer's type, `Dense::<64, 10, 1>`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inferred {
    outputs: [Shape; MAX_OUTPUTS],
    output_count: usize,
    consts: [usize; MAX_CONSTS],
    const_count: usize,
}

impl Inferred {
    /// One output, and the constants of the type.
    pub const fn new(output: Shape, consts: &[usize]) -> Self {
        Inferred::many(&[output], consts)
    }

    /// Several outputs, and the constants of the type.
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

    /// The shapes of the outputs.
    pub const fn outputs(&self) -> &[Shape] {
        self.outputs.split_at(self.output_count).0
    }

    /// The shape of output `i`.
    pub const fn output(&self, i: usize) -> Shape {
        self.outputs()[i]
    }

    /// The constants of the layer's type.
    pub const fn consts(&self) -> &[usize] {
        self.consts.split_at(self.const_count).0
    }

    /// Constant `i` of the layer's type.
    pub const fn constant(&self, i: usize) -> usize {
        self.consts()[i]
    }
}

/// A call whose shapes only rustc knows, in a `const` of an expansion: there an error has to be a panic.
///
/// rustc shows the panic where the function is called, so an expansion asks for everything that may be to blame with the
/// token of that input or argument as the place of the question: `inferred(input(argument(call, 0), 0))`.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The layer's name.
    pub layer: &'a str,
    /// What was written for each input, and what that is: `("x", "an input")`.
    pub inputs: &'a [(&'a str, &'a str)],
    /// The shapes of the inputs.
    pub shapes: &'a [Shape],
    /// What the shape rule found.
    pub found: Result<Inferred, ShapeError>,
}

impl Call<'_> {
    /// The same, unless input `input` is to blame.
    ///
    /// # Panics
    /// With the message of the error, if it is.
    #[track_caller]
    pub const fn input(self, input: usize) -> Self {
        if let Err(ShapeError { blame: Blame::Input(blamed), .. }) = &self.found
            && *blamed == input
        {
            self.inferred();
        }
        self
    }

    /// The same, unless argument `argument` is to blame.
    ///
    /// # Panics
    /// With the message of the error, if it is.
    #[track_caller]
    pub const fn argument(self, argument: usize) -> Self {
        if let Err(ShapeError { blame: Blame::Argument(blamed), .. }) = &self.found
            && *blamed == argument
        {
            self.inferred();
        }
        self
    }

    /// What the shape rule found.
    ///
    /// # Panics
    /// With the message of the error, if it found one, or if an output has a dimension of 0 or too many scalars.
    #[track_caller]
    pub const fn inferred(self) -> Inferred {
        let start = Text::<1024>::new().str("`").str(self.layer).str("`: ");
        match &self.found {
            Ok(inferred) => {
                let mut i = 0;
                while i < inferred.output_count {
                    let (output, size) = (&inferred.outputs[i], inferred.outputs[i].size());
                    if size == 0 {
                        self.fail(Code::NotPositive, start.str("a dimension of the output is 0: ").shape(output));
                    }
                    if size > MAX_SCALARS {
                        self.fail(Code::TooLarge, start.str("the output has too many scalars: ").shape(output));
                    }
                    i += 1;
                }
                *inferred
            }
            Err(error) => self.fail(error.code, start.str(error.message.as_str())),
        }
    }

    #[track_caller]
    const fn fail(&self, code: Code, mut message: Text<1024>) -> ! {
        let mut i = 0;
        // A number such as a rate is wrong whatever the shapes are.
        while i < self.inputs.len() && i < self.shapes.len() && !matches!(code, Code::OutOfRange) {
            let (written, origin) = self.inputs[i];
            message = message.str("\n  = note: `").str(written).str("` has the shape ").shape(&self.shapes[i]);
            message = message.str(": ").str(origin);
            i += 1;
        }
        panic!("{}", message.str(code.note().as_str()).as_str())
    }
}

/// What a shape rule found, where nothing is known of the inputs but their shapes.
///
/// # Panics
/// As [`Call::inferred`].
#[track_caller]
pub const fn expect(layer: &str, found: Result<Inferred, ShapeError>) -> Inferred {
    Call { layer, inputs: &[], shapes: &[], found }.inferred()
}

/// The most scalars of a sample. Shape rules need not think of overflow below it.
pub const MAX_SCALARS: usize = u32::MAX as usize;

/// What the rule of a layer with one output found.
pub const fn one(output: Result<Shape, ShapeError>) -> Result<Inferred, ShapeError> {
    match output {
        Ok(output) => Ok(Inferred::new(output, &[])),
        Err(error) => Err(error),
    }
}

/// The shape of an input.
///
/// # Panics
/// If it has too many scalars.
#[track_caller]
pub const fn input_shape(name: &str, shape: Shape) -> Shape {
    if shape.size() > MAX_SCALARS {
        let message = Text::<512>::new().str("the input `").str(name).str("` has too many scalars: its shape is ");
        panic!("{}", message.shape(&shape).str(Code::TooLarge.note().as_str()).as_str())
    }
    shape
}

/// A dimension, which messages call `what`: `` `units` ``.
///
/// # Panics
/// If it is 0.
#[track_caller]
pub const fn dimension(what: &str, size: usize) -> usize {
    if size == 0 {
        let message = Text::<256>::new().str(what).str(" must be at least 1, but is 0");
        panic!("{}", message.str(Code::NotPositive.note().as_str()).as_str())
    }
    size
}

/// What was found for a call, if the call has as many names as outputs.
///
/// # Panics
/// If it has not.
#[track_caller]
pub const fn outputs_named(layer: &str, names: usize, found: Inferred) -> Inferred {
    if found.output_count != names {
        let message = Text::<512>::new().str("`").str(layer).str("` gives ").size(found.output_count);
        let message = message.str(if found.output_count == 1 { " tensor, but has " } else { " tensors, but has " });
        let message = message.size(names).str(if names == 1 { " name here" } else { " names here" });
        panic!("{}", message.str(Code::OutputCount.note().as_str()).as_str())
    }
    found
}

/// What was found for a call with the same weights as an earlier one, if it has the same constants as these.
///
/// # Panics
/// If it has not.
#[track_caller]
pub const fn weights_shared(layer: &str, consts: &[usize], before: Shape, now: Shape, found: Inferred) -> Inferred {
    let mut i = 0;
    while i < consts.len() {
        if consts[i] != found.constant(i) {
            let message =
                Text::<512>::new().str("`").str(layer).str("` shares its weights between calls, but is called ");
            let message = message.str("on the shapes ").shape(&before).str(" and ").shape(&now);
            let message =
                message.str("\n  = help: its inputs may differ in positions, not in features; make a second ");
            panic!("{}", message.str("layer for other features").str(Code::SharedWeights.note().as_str()).as_str())
        }
        i += 1;
    }
    found
}

/// The outputs of a model that is called as a layer, if these are the shapes of its inputs.
pub const fn model_outputs(
    name: &str,
    expected: &[Shape],
    outputs: &[Shape],
    inputs: &[Shape],
) -> Result<Inferred, ShapeError> {
    if inputs.len() != expected.len() {
        let message = Text::new().str("`").str(name).str("` expects ").size(expected.len());
        let message = message.str(if expected.len() == 1 { " input, but got " } else { " inputs, but got " });
        return Err(ShapeError::new(Code::InputCount, message.size(inputs.len())));
    }
    let mut i = 0;
    while i < inputs.len() {
        if !inputs[i].equals(&expected[i]) {
            let message = Text::new().str("`").str(name).str("` expects an input of shape ").shape(&expected[i]);
            return Err(ShapeError::input(Code::ModelShape, i, message.str(", but got ").shape(&inputs[i])));
        }
        i += 1;
    }
    Ok(Inferred::many(outputs, &[]))
}

/// The only output of a model that is called as a layer.
pub const fn only_output(name: &str, outputs: Result<Inferred, ShapeError>) -> Result<Shape, ShapeError> {
    match outputs {
        Ok(inferred) if inferred.output_count == 1 => Ok(inferred.outputs[0]),
        Ok(inferred) => {
            let message = Text::new().str("`").str(name).str("` has ").size(inferred.output_count);
            Err(ShapeError::new(Code::OutputCount, message.str(" outputs: name them all, `let (a, b) = ..;`")))
        }
        Err(error) => Err(error),
    }
}

/// A name that stands for a value with numbers: an activation, an initializer, a regularizer.
///
/// `random_normal(stddev = 0.1)` is emitted as the path with its fields, defaults filled in:
/// `Initializer::RandomNormal { mean: 0.0, stddev: 0.1 }`.
pub struct ValueSpec {
    /// The names it can be written by; Keras's first.
    pub names: &'static [&'static str],
    /// The path that it expands to, relative to the crate's hidden door.
    pub path: &'static str,
    /// Its fields, with their defaults.
    pub fields: &'static [(&'static str, f64)],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(
        expected = "`dense`: expected 3\n  = note: `x` has the shape (4,): an input\n  = note: explained in"
    )]
    fn a_failed_rule_panics_with_the_layer_the_message_and_the_inputs() {
        let found = Err(ShapeError::input(Code::ShapeMismatch, 0, Text::new().str("expected 3")));
        let call = Call { layer: "dense", inputs: &[("x", "an input")], shapes: &[Shape::new(&[4])], found };
        call.input(1).argument(0).input(0);
    }
}
