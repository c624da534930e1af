//! [`Code`]: the catalogue of errors. Every error message of this library has a code, and a page in `nn::errors` for
//! the code.
//!
//! Codes are stable: a number never moves to another error. They are grouped by the kind of mistake:
//!
//! | codes | mistakes in |
//! |---|---|
//! | `nn0001` .. | syntax |
//! | `nn0101` .. | names |
//! | `nn0201` .. | arguments |
//! | `nn0301` .. | the graph |
//! | `nn0401` .. | shapes |
//! | `nn0501` .. | training |
//! | `nn0601` .. | memory |
//! | `nn0701` .. | files of weights |

use crate::spec::text::Text;
use core::fmt;

macro_rules! codes {
    ($($(#[doc = $title:literal])* $name:ident = $number:literal,)*) => {
        /// The kind of an error. The page `nn::errors::nn0401` explains the code 401.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $title])* $name = $number,)*
        }

        impl Code {
            /// All codes, in order.
            pub const ALL: &[Code] = &[$(Code::$name),*];

            /// Returns its meaning in a few words: the title of its page.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Code::$name => concat!($($title),*).trim_ascii(),)*
                }
            }
        }
    };
}

codes! {
    /// Rust cannot read these tokens
    Syntax = 1,
    /// a graph does not start with its struct
    NoStruct = 2,
    /// a graph has no `Model(..)` at its end
    NoEnd = 3,
    /// a statement is no `let`
    NotALet = 4,
    /// a `let` binds something else than names
    NotAName = 5,
    /// an expression is neither a tensor nor a layer
    NotInAGraph = 6,
    /// this is Python
    Python = 7,
    /// a template is not one
    Template = 8,
    /// a graph is not rejected as it should be
    NotRejected = 9,
    /// a graph is nested too deeply
    TooDeep = 10,

    /// unknown layer
    UnknownLayer = 101,
    /// unknown activation
    UnknownActivation = 102,
    /// unknown initializer
    UnknownInitializer = 103,
    /// unknown regularizer
    UnknownRegularizer = 104,
    /// unknown constraint
    UnknownConstraint = 105,
    /// undefined tensor
    UndefinedTensor = 106,
    /// a name is used before it is bound
    UsedBeforeBound = 107,
    /// two layers or inputs have one name
    SameName = 108,
    /// this cannot be a name
    ReservedName = 109,
    /// a name is in quotes
    Quotes = 110,
    /// unknown lint
    UnknownLint = 111,
    /// an attribute that weights cannot have
    Attribute = 112,

    /// unknown argument
    UnknownArgument = 201,
    /// an argument is missing
    MissingArgument = 202,
    /// an argument is given twice
    GivenTwice = 203,
    /// too many arguments
    TooManyArguments = 204,
    /// an argument has another type
    ArgumentType = 205,
    /// a dimension is zero or negative
    NotPositive = 206,
    /// a dimension is too large
    TooLarge = 207,
    /// an argument is out of range
    OutOfRange = 208,
    /// an argument is none of its choices
    NoChoice = 209,
    /// unknown dtype
    UnknownDtype = 210,
    /// what Keras can do and this library cannot
    Unsupported = 211,

    /// a layer stands where a tensor is expected
    LayerForTensor = 301,
    /// a tensor stands where a layer is expected
    TensorForLayer = 302,
    /// wrong number of inputs
    InputCount = 303,
    /// wrong number of outputs
    OutputCount = 304,
    /// an input of the model was not made by `Input`
    NotAnInput = 305,
    /// an input is not connected
    NotConnected = 306,
    /// graph disconnected: an input is not listed
    Disconnected = 307,
    /// a layer reaches no output
    ReachesNoOutput = 308,
    /// a layer is never called
    NeverCalled = 309,
    /// a tensor is listed twice
    ListedTwice = 310,
    /// an output that no layer computes
    NotComputed = 311,
    /// a model without inputs, outputs or layers
    EmptyModel = 312,
    /// a model contains itself
    Recursion = 313,
    /// an output depends on none of the inputs
    NoInput = 314,
    /// more than the library has room for
    TooMany = 315,
    /// a layer cannot stand inside of another
    LayerInside = 316,

    /// shapes do not fit together
    ShapeMismatch = 401,
    /// wrong number of axes
    WrongRank = 402,
    /// there is no such axis
    NoSuchAxis = 403,
    /// another number of elements
    ElementCount = 404,
    /// shared weights meet other features
    SharedWeights = 405,
    /// a model as a layer is called on other shapes
    ModelShape = 406,
    /// indices stand where numbers are expected, or the reverse
    WrongDtype = 407,
    /// a sample would have too many axes
    TooManyAxes = 408,
    /// a sparse input where it cannot be
    SparseInput = 409,

    /// these are not the samples of the model
    Samples = 501,
    /// this gives no loss to the outputs
    NoLoss = 502,
    /// this cannot measure the outputs
    NoMetric = 503,
    /// this is not an optimizer
    NotAnOptimizer = 504,
    /// this is not a schedule
    NotASchedule = 505,
    /// this is neither a model nor a layer
    NotAComponent = 506,
    /// a folded model is trained
    Folded = 507,

    /// a model is too large to be moved by value
    ByValue = 601,
    /// activations are too large for a stack
    Arena = 602,
    /// a budget is exceeded
    Budget = 603,

    /// a file of weights cannot be read
    NoWeightFile = 701,
    /// a file of weights is not one
    NotSafetensors = 702,
    /// a file of weights lacks a variable of the model
    MissingTensor = 703,
    /// a file of weights has a tensor that the model has not
    SurplusTensor = 704,
    /// a tensor of a file has another shape
    TensorShape = 705,
    /// a tensor of a file has another type
    TensorType = 706,
    /// a number of a file is too large for 16 bits
    TensorRange = 707,
    /// a number of a file is NaN or infinite
    TensorNotFinite = 708,
}

/// The text before the code in a message.
const BEFORE: &str = "\n  = note: explained in nn::errors::";

impl Code {
    /// Returns the code as text: `nn0401`.
    pub const fn text(self) -> Text<6> {
        let number = self as usize;
        let zeros = if number < 10 {
            3
        } else if number < 100 {
            2
        } else {
            (number < 1000) as usize
        };
        Text::new().str("nn").repeat("0", zeros).size(number)
    }

    /// Returns the last line of every message, which names the page about the error.
    pub const fn note(self) -> Text<64> {
        Text::new().str(BEFORE).str(self.text().as_str())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_code_has_four_digits() {
        assert_eq!(Code::Syntax.to_string(), "nn0001");
        assert_eq!(Code::ShapeMismatch.note().as_str(), "\n  = note: explained in nn::errors::nn0401");
    }

    #[test]
    fn codes_stand_in_order() {
        assert!(Code::ALL.windows(2).all(|pair| (pair[0] as usize) < pair[1] as usize));
        assert_eq!(Code::UnknownLayer.title(), "unknown layer");
    }
}
