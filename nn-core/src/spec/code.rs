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
//! | `nn0801` .. | files of networks |

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
    /// invalid syntax
    Syntax = 1,
    /// missing struct at the start of a graph
    NoStruct = 2,
    /// missing `Model(..)` at the end of a graph
    NoEnd = 3,
    /// statement without `let`
    NotALet = 4,
    /// invalid pattern in a `let`
    NotAName = 5,
    /// expression that is neither a tensor nor a layer
    NotInAGraph = 6,
    /// Python syntax
    Python = 7,
    /// invalid template
    Template = 8,
    /// failed `model_rejects!`
    NotRejected = 9,
    /// graph nested too deeply
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
    /// name used before it is bound
    UsedBeforeBound = 107,
    /// duplicate name
    SameName = 108,
    /// invalid name
    ReservedName = 109,
    /// name in quotes
    Quotes = 110,
    /// unknown lint
    UnknownLint = 111,
    /// misplaced or unsupported attribute
    Attribute = 112,

    /// unknown argument
    UnknownArgument = 201,
    /// missing argument
    MissingArgument = 202,
    /// duplicate argument
    GivenTwice = 203,
    /// too many arguments
    TooManyArguments = 204,
    /// argument of the wrong type
    ArgumentType = 205,
    /// zero or negative dimension
    NotPositive = 206,
    /// dimension too large
    TooLarge = 207,
    /// argument out of range
    OutOfRange = 208,
    /// unknown choice
    NoChoice = 209,
    /// unknown dtype
    UnknownDtype = 210,
    /// unsupported feature of Keras
    Unsupported = 211,

    /// layer in the place of a tensor
    LayerForTensor = 301,
    /// tensor in the place of a layer
    TensorForLayer = 302,
    /// wrong number of inputs
    InputCount = 303,
    /// wrong number of outputs
    OutputCount = 304,
    /// model input that is not an `Input`
    NotAnInput = 305,
    /// unconnected input
    NotConnected = 306,
    /// disconnected graph: unlisted input
    Disconnected = 307,
    /// layer that reaches no output
    ReachesNoOutput = 308,
    /// layer that is never called
    NeverCalled = 309,
    /// duplicate tensor in a list
    ListedTwice = 310,
    /// output that no layer computes
    NotComputed = 311,
    /// model without inputs, outputs or layers
    EmptyModel = 312,
    /// model that contains itself
    Recursion = 313,
    /// output that depends on no input
    NoInput = 314,
    /// graph beyond a limit of the library
    TooMany = 315,
    /// unsupported layer inside a wrapper
    LayerInside = 316,
    /// layer that needs all steps of a sequence
    NotStreamable = 317,

    /// mismatched shapes
    ShapeMismatch = 401,
    /// wrong number of axes
    WrongRank = 402,
    /// axis out of range
    NoSuchAxis = 403,
    /// wrong number of elements
    ElementCount = 404,
    /// shared weights on inputs with different features
    SharedWeights = 405,
    /// model called on inputs of other shapes
    ModelShape = 406,
    /// indices in the place of numbers, or the reverse
    WrongDtype = 407,
    /// sample with too many axes
    TooManyAxes = 408,
    /// misplaced sparse input
    SparseInput = 409,

    /// wrong type of samples or targets
    Samples = 501,
    /// wrong losses for the outputs
    NoLoss = 502,
    /// wrong metrics for the outputs
    NoMetric = 503,
    /// invalid optimizer
    NotAnOptimizer = 504,
    /// invalid schedule
    NotASchedule = 505,
    /// type that is neither a model nor a layer
    NotAComponent = 506,
    /// training of a folded model
    Folded = 507,
    /// model without streams
    NoStream = 508,

    /// model too large for a move by value
    ByValue = 601,
    /// activations too large for a stack
    Arena = 602,
    /// exceeded budget
    Budget = 603,

    /// unreadable weight file
    NoWeightFile = 701,
    /// invalid weight file
    NotSafetensors = 702,
    /// missing variable in a weight file
    MissingTensor = 703,
    /// unexpected tensor in a weight file
    SurplusTensor = 704,
    /// tensor of the wrong shape
    TensorShape = 705,
    /// tensor of the wrong type
    TensorType = 706,
    /// number too large for 16 bits
    TensorRange = 707,
    /// NaN or infinity in a weight file
    TensorNotFinite = 708,
    /// weights of another graph
    OtherGraph = 709,

    /// unreadable network file
    NoNetwork = 801,
    /// unsupported part of a network
    NetworkPart = 802,
    /// impossible part of a network
    NetworkCut = 803,
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
