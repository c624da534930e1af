//! Checks of the arguments that a graph gives to a user's own layer. Only rustc sees the declaration of that layer.
//! Therefore the expansion hands on the arguments as they were written. These functions check them in a `const`: their
//! kinds, their names, and that no required argument is missing.

use crate::spec::code::Code;
use crate::spec::shape::{Blame, MAX_RANK, Shape, ShapeError};
use crate::spec::text::{Text, str_eq};
use crate::spec::{ArgSpec, Default, Inferred, Kind, LayerSpec, Value};
use crate::weights::constraints::Constraint;
use crate::weights::initializers::Initializer;
use crate::weights::regularizers::Regularizer;

mod described;
mod field;
mod near;
mod own;

pub use described::described;
pub use field::Field;
pub use own::{assert_cell, assert_form, assert_own, of_model};

/// An argument as it was written in a graph.
#[derive(Clone, Copy)]
pub struct Argument {
    /// The keyword; `None` for a positional argument.
    pub keyword: Option<&'static str>,
    /// The text of the value, for messages.
    pub text: &'static str,
    /// The value.
    pub value: Written,
}

/// The value of an argument, by the form of its tokens.
#[derive(Clone, Copy)]
pub enum Written {
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// `true` or `false`.
    Flag(bool),
    /// A string, or a single name in lower case.
    Word(&'static str),
    /// A list of whole numbers.
    Ints(&'static [i64]),
    /// The value of a keyword that ends in `initializer`.
    Initializer(Initializer),
    /// The value of a keyword that ends in `regularizer`.
    Regularizer(Regularizer),
    /// The value of a keyword that ends in `constraint`.
    Constraint(Constraint),
    /// An activation or a penalty on the output: the graph adds a layer for it, behind this one.
    After,
    /// `None`: the same as if the argument were not given.
    Nothing,
}

/// A user's expression whose type only rustc knows: `Typed(UNITS).written()`.
pub struct Typed<T>(pub T);

/// Implements `written` for the types that an argument may have.
macro_rules! typed {
    ($($type:ty: |$value:ident| $written:expr,)*) => {
        $(impl Typed<$type> {
            /// Returns the value as an argument.
            ///
            /// # Panics
            /// If a whole number does not fit in `i64`.
            #[track_caller]
            pub const fn written(self) -> Written {
                let $value = self.0;
                $written
            }
        })*
    };
}

typed! {
    usize: |n| if n <= i64::MAX as usize { Written::Int(n as i64) } else { panic!("this number is too large") },
    u32: |n| Written::Int(n as i64),
    i32: |n| Written::Int(n as i64),
    i64: |n| Written::Int(n),
    isize: |n| Written::Int(n as i64),
    f64: |x| Written::Float(x),
    f32: |x| Written::Float(x as f64),
    bool: |flag| Written::Flag(flag),
    &'static str: |text| Written::Word(text),
    &'static [i64]: |numbers| Written::Ints(numbers),
    Initializer: |value| Written::Initializer(value),
    Regularizer: |value| Written::Regularizer(value),
    Constraint: |value| Written::Constraint(value),
}

/// Returns the values that the shape rule of a layer sees: the given arguments, and defaults for the others.
///
/// # Errors
/// If arguments or inputs do not match the specification. A blamed keyword has its place in `given` plus the length.
pub const fn values<const N: usize>(
    spec: &LayerSpec,
    given: &[Argument],
    inputs: usize,
) -> Result<[Value; N], ShapeError> {
    if given.len() > N && given[N].keyword.is_none() {
        let message = match N {
            0 => Text::new().str("it takes no arguments without a keyword"),
            1 => Text::new().str("it takes 1 argument"),
            _ => Text::new().str("it takes at most ").size(N).str(" arguments"),
        };
        return Err(ShapeError::argument(Code::TooManyArguments, N, with_list(message, spec)));
    }
    let (mut values, mut i) = ([Value::Absent; N], 0);
    while i < N {
        if let Default::Is(value) = spec.args[i].default {
            values[i] = value;
        }
        i += 1;
    }
    i = 0;
    while i < given.len() {
        let place = match place(spec, given, i) {
            Ok(place) => place,
            Err(error) => return Err(error),
        };
        if !matches!(given[i].value, Written::Nothing) || is_name(spec.args[place].kind, "None") {
            match value(&spec.args[place], &given[i]) {
                Ok(value) => values[place] = value,
                Err((code, message)) => return Err(ShapeError::argument(code, i, message)),
            }
        }
        i += 1;
    }
    if inputs < spec.inputs.min || inputs > spec.inputs.max {
        let message = Text::new().str("expected ").size(spec.inputs.min);
        let message =
            if spec.inputs.max > spec.inputs.min { message.str(" to ").size(spec.inputs.max) } else { message };
        let message = message.str(if spec.inputs.max == 1 { " input, but got " } else { " inputs, but got " });
        return Err(ShapeError::new(Code::InputCount, message.size(inputs)));
    }
    i = 0;
    while i < N {
        let arg = &spec.args[i];
        let missing = match find(spec, given, arg.name) {
            Some(written) => matches!(written, Written::Nothing),
            None => true,
        };
        if missing && matches!(arg.default, Default::Required) {
            let message = Text::new().str("`").str(spec.name).str("` needs the argument `").str(arg.name);
            let message = message.str("`\n  = help: write `").str(spec.name).str("(").str(arg.name).str(" = ..)`");
            return Err(ShapeError::new(Code::MissingArgument, message));
        }
        i += 1;
    }
    Ok(values)
}

/// Returns the place in the specification of argument `i` of `given`.
const fn place(spec: &LayerSpec, given: &[Argument], i: usize) -> Result<usize, ShapeError> {
    let place = match given[i].keyword {
        None => i,
        Some(keyword) => {
            let place = named(spec, keyword);
            if place >= spec.args.len() {
                let message = Text::new().str("`").str(spec.name).str("` has no argument `").str(keyword).str("`");
                let message = match near::closest(spec, keyword) {
                    Some(name) => message.str("\n  = help: did you mean `").str(name).str("`?"),
                    None => message,
                };
                let message = with_list(message, spec);
                return Err(ShapeError::argument(Code::UnknownArgument, given.len() + i, message));
            }
            place
        }
    };
    let mut before = 0;
    while before < i {
        let same = match given[before].keyword {
            None => before == place,
            Some(keyword) => named(spec, keyword) == place,
        };
        if same {
            let message = Text::new().str("`").str(spec.args[place].name).str("` is given twice");
            return Err(ShapeError::argument(Code::GivenTwice, given.len() + i, message));
        }
        before += 1;
    }
    Ok(place)
}

/// Returns the place of the argument with this name, or the number of arguments if there is none.
const fn named(spec: &LayerSpec, name: &str) -> usize {
    let mut place = 0;
    while place < spec.args.len() && !str_eq(spec.args[place].name, name) {
        place += 1;
    }
    place
}

/// Appends the names of all arguments to the message.
const fn with_list(message: Text<256>, spec: &LayerSpec) -> Text<256> {
    let (mut text, mut i) = (message.str("\n  = note: its arguments are "), 0);
    while i < spec.args.len() {
        text = text.str("`").str(spec.args[i].name).str("`, ");
        i += 1;
    }
    text.str("`name`, `trainable`")
}

/// Returns the value that was given for the argument with this name.
const fn find(spec: &LayerSpec, given: &[Argument], name: &str) -> Option<Written> {
    let (place, mut i) = (named(spec, name), 0);
    while i < given.len() {
        let is = match given[i].keyword {
            None => i == place,
            Some(keyword) => str_eq(keyword, name),
        };
        if is {
            return Some(given[i].value);
        }
        i += 1;
    }
    None
}

/// Whether a choice has this name.
const fn is_name(kind: Kind, name: &str) -> bool {
    let Kind::Choice(names) = kind else { return false };
    let mut i = 0;
    while i < names.len() {
        if str_eq(names[i], name) {
            return true;
        }
        i += 1;
    }
    false
}

/// A code and a message.
type Wrong = (Code, Text<256>);

/// Converts an argument to the value that the shape rule sees.
const fn value(arg: &ArgSpec, given: &Argument) -> Result<Value, Wrong> {
    let expected = match (arg.kind, given.value) {
        (Kind::Size, Written::Int(n)) => {
            return match dimension(arg.name, n) {
                Ok(n) => Ok(Value::Size(n)),
                Err(wrong) => Err(wrong),
            };
        }
        (Kind::Sizes, Written::Int(n)) => return sizes(arg.name, &[n]),
        (Kind::Sizes, Written::Ints(numbers)) => return sizes(arg.name, numbers),
        (Kind::Int, Written::Int(n)) => return Ok(Value::Int(n)),
        (Kind::Ints, Written::Int(n)) => return Ok(Value::ints(&[n])),
        (Kind::Ints, Written::Ints(numbers)) if numbers.len() <= MAX_RANK => return Ok(Value::ints(numbers)),
        (Kind::Ints, Written::Ints(_)) => return Err(too_many(arg.name)),
        (Kind::Float, Written::Int(_) | Written::Float(_)) => return number(arg.name, given),
        (Kind::Flag, Written::Flag(flag)) => return Ok(Value::Flag(flag)),
        (Kind::Choice(names), Written::Word(_) | Written::Nothing) => {
            let word = if let Written::Word(word) = given.value { word } else { "None" };
            let mut i = 0;
            while i < names.len() {
                if str_eq(names[i], word) {
                    return Ok(Value::Choice(i));
                }
                i += 1;
            }
            return Err(no_choice(arg.name, names, given.text));
        }
        (Kind::Choice(names), _) => return Err(no_choice(arg.name, names, given.text)),
        (Kind::Initializer, Written::Initializer(_))
        | (Kind::Regularizer, Written::Regularizer(_))
        | (Kind::Constraint, Written::Constraint(_))
        | (Kind::ActivationAfter | Kind::ActivityAfter, Written::After) => return Ok(Value::Absent),
        (Kind::Size | Kind::Sizes | Kind::Int | Kind::Ints, _) => "a whole number",
        (Kind::Float | Kind::Axes | Kind::Pairs | Kind::Dims | Kind::Floats, _) => "a number",
        (Kind::Flag, _) => "`true` or `false`",
        (Kind::Initializer, _) => "an initializer, by its keyword",
        (Kind::Regularizer | Kind::ActivityAfter, _) => "a regularizer, by its keyword",
        (Kind::Constraint, _) => "a constraint, by its keyword",
        (Kind::ActivationAfter | Kind::Activation(_), _) => "an activation, by its keyword",
        (Kind::Layer, _) => "a layer",
    };
    let message = Text::new().str("`").str(arg.name).str("` expects ").str(expected);
    let message = message.str(", but got `").str(given.text).str("`");
    Err((
        Code::ArgumentType,
        match (arg.kind, given.value) {
            (
                Kind::Initializer | Kind::Regularizer | Kind::Constraint | Kind::ActivationAfter | Kind::ActivityAfter,
                _,
            ) if given.keyword.is_none() => {
                message.str("\n  = help: write `").str(arg.name).str(" = ").str(given.text).str("`")
            }
            (_, Written::Word(word)) if str_eq(word, given.text) => {
                message.str("\n  = help: a constant of this name is written in braces: `{ ").str(word).str(" }`")
            }
            _ => message,
        },
    ))
}

const fn number(name: &str, given: &Argument) -> Result<Value, Wrong> {
    match given.value {
        Written::Int(n) => Ok(Value::Float(n as f64)),
        Written::Float(x) if !x.is_nan() => Ok(Value::Float(x)),
        _ => {
            let message = Text::new().str("`").str(name).str("`: expected a number, but `").str(given.text);
            Err((Code::OutOfRange, message.str("` is NaN")))
        }
    }
}

const fn dimension(name: &str, n: i64) -> Result<usize, Wrong> {
    let message = Text::new().str("`").str(name);
    if n < 1 {
        return Err((Code::NotPositive, message.str("` must be at least 1, but is ").int(n)));
    }
    if n > u32::MAX as i64 {
        return Err((Code::TooLarge, message.str("` is too large: ").int(n)));
    }
    Ok(n as usize)
}

const fn sizes(name: &str, numbers: &[i64]) -> Result<Value, Wrong> {
    if numbers.len() > MAX_RANK {
        return Err(too_many(name));
    }
    let (mut dims, mut i) = ([0; MAX_RANK], 0);
    while i < numbers.len() {
        dims[i] = match dimension(name, numbers[i]) {
            Ok(n) => n,
            Err(wrong) => return Err(wrong),
        };
        i += 1;
    }
    Ok(Value::Sizes(Shape::new(dims.split_at(numbers.len()).0)))
}

const fn too_many(name: &str) -> Wrong {
    (Code::TooManyAxes, Text::new().str("`").str(name).str("` has more than ").size(MAX_RANK).str(" numbers"))
}

const fn no_choice(name: &str, names: &[&str], text: &str) -> Wrong {
    let (mut message, mut i) = (Text::new().str("`").str(name).str("` expects one of "), 0);
    while i < names.len() {
        message = message.str("`").str(names[i]).str("`, ");
        i += 1;
    }
    (Code::NoChoice, message.str("but got `").str(text).str("`"))
}

/// Returns the findings of the shape rule of a user's layer. The rule's error blames an argument by its place in the
/// declaration; the result blames its place in `given`, or the whole call if the argument was not given.
///
/// # Panics
/// If the rule asks for a workspace, because no graph gives one to such a layer.
#[track_caller]
pub const fn found(
    spec: &LayerSpec,
    given: &[Argument],
    inputs: &[Shape],
    found: Result<Inferred, ShapeError>,
) -> Result<Inferred, ShapeError> {
    match found {
        Err(ShapeError { code, blame: Blame::Input(input), message }) if input >= inputs.len() => {
            Err(ShapeError::new(code, message))
        }
        Ok(inferred) => {
            assert!(
                inferred.workspace_size() == 0,
                "a layer of your own has no workspace: keep its memory in `Scratch` and `Cache`"
            );
            Ok(inferred.of_users())
        }
        Err(ShapeError { code, blame: Blame::Argument(place), message }) => {
            let mut i = 0;
            while i < given.len() {
                let is = match given[i].keyword {
                    None => i == place,
                    Some(keyword) => named(spec, keyword) == place,
                };
                if is {
                    return Err(ShapeError::argument(code, i, message));
                }
                i += 1;
            }
            Err(ShapeError::new(code, message))
        }
        Err(error) => Err(error),
    }
}
