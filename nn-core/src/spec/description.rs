//! The description of a graph: all that decides the meaning of its weights, as text. Weight files hold it.
//!
//! Two graphs with equal descriptions compute the same predictions from the same weights. The macro writes the parts
//! that it knows, and rustc the others. Both use the functions of this page, so a literal and a constant of the same
//! value give the same text.

use crate::spec::Value;
use crate::spec::shape::Shape;
use crate::spec::text::{Text, str_eq};

/// A part of a description.
#[derive(Clone, Copy)]
pub enum Piece {
    /// Text that the macro knows.
    Known(&'static str),
    /// A shape: ` (64,)`.
    Shape(Shape),
    /// An argument: ` units=64`. The default writes nothing.
    Argument {
        /// The name.
        name: &'static str,
        /// The value.
        value: Number<'static>,
        /// The text of the value if it is not given.
        default: &'static str,
        /// Whether several equal numbers mean the same as one of them.
        uniform: bool,
    },
    /// Numbers, after the text before them.
    Numbers(&'static [f64]),
    /// The arguments of a user's own layer, and the description of a model.
    Component {
        /// The name of a layer, without constants.
        kind: &'static str,
        /// The arguments of a layer.
        arguments: &'static str,
        /// The description of a model; empty for a layer.
        graph: &'static str,
    },
}

/// A number or numbers. It is smaller than a [`Value`], of which rustc would copy kilobytes.
#[derive(Clone, Copy)]
pub enum Number<'a> {
    /// A dimension.
    Size(usize),
    /// Dimensions.
    Sizes(Shape),
    /// A whole number.
    Int(i64),
    /// Whole numbers.
    Ints(&'a [i64]),
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Float(f64),
    /// Not given.
    Absent,
}

impl<'a> Number<'a> {
    /// Returns the number of a value, if it has one.
    pub const fn of(value: &'a Value) -> Self {
        match value {
            Value::Size(n) | Value::Choice(n) => Number::Size(*n),
            Value::Sizes(shape) => Number::Sizes(*shape),
            Value::Int(n) => Number::Int(*n),
            Value::Ints(..) => Number::Ints(value.as_ints()),
            Value::Flag(flag) => Number::Flag(*flag),
            Value::Float(x) => Number::Float(*x),
            Value::Floats(_) | Value::Layer(_) | Value::Absent => Number::Absent,
        }
    }
}

/// The maximum length of the arguments of a user's own layer.
pub const ARGUMENTS: usize = 512;

/// The largest list of numbers that is written out. Of a longer one, the description has a hash.
const WRITTEN: usize = 8;

/// Whether an argument decides only how a layer learns, or how it computes the same numbers.
pub const fn only_trains(argument: &str) -> bool {
    const NAMES: [&str; 8] = [
        "dropout",
        "recurrent_dropout",
        "seed",
        "momentum",
        "synchronized",
        "unit_forget_bias",
        "unroll",
        "input_length",
    ];
    let mut i = 0;
    while i < NAMES.len() {
        if str_eq(NAMES[i], argument) {
            return true;
        }
        i += 1;
    }
    false
}

/// Returns the length of a description.
pub const fn length(pieces: &[Piece]) -> usize {
    text::<0>(pieces).len()
}

/// Returns a description; `N` is its [`length`].
pub const fn text<const N: usize>(pieces: &[Piece]) -> Text<N> {
    let (mut text, mut i) = (Text::new(), 0);
    while i < pieces.len() {
        match &pieces[i] {
            Piece::Known(known) => text.push_str(known),
            Piece::Shape(shape) => text.push_str(Text::<160>::new().str(" ").shape(shape).as_str()),
            Piece::Argument { name, value, default, uniform } => {
                argument(&mut text, name, value, default, *uniform);
            }
            Piece::Numbers(list) => text.push_str(numbers(list).as_str()),
            Piece::Component { kind, arguments, graph } if graph.is_empty() => {
                text.push_str(kind);
                text.push_str(arguments);
            }
            Piece::Component { graph, .. } => nested(&mut text, graph),
        }
        i += 1;
    }
    text
}

/// Appends the description of a model inside another one: each line with two spaces before it.
const fn nested<const N: usize>(text: &mut Text<N>, graph: &str) {
    text.push_str("model\n  ");
    let bytes = graph.as_bytes();
    let (mut start, mut i) = (0, 0);
    // The last line has no end.
    while i < bytes.len() {
        if bytes[i] == b'\n' {
            text.push_str(part(graph, start, i + 1));
            text.push_str("  ");
            start = i + 1;
        }
        i += 1;
    }
    text.push_str(part(graph, start, bytes.len()));
    text.push_str("\n ");
}

const fn part(text: &str, start: usize, end: usize) -> &str {
    text.split_at(end).0.split_at(start).1
}

/// Appends an argument, or nothing for the default, which is given as text.
pub const fn argument<const N: usize>(
    text: &mut Text<N>,
    name: &str,
    value: &Number<'_>,
    default: &str,
    uniform: bool,
) {
    let value = written(value, uniform);
    if !value.is_empty() && !str_eq(value.as_str(), default) {
        text.push_str(" ");
        text.push_str(name);
        text.push_str("=");
        text.push_str(value.as_str());
    }
}

/// Returns numbers as text; nothing if they are not given. With `uniform`, several equal ones are written as one.
pub const fn written(number: &Number<'_>, uniform: bool) -> Text<192> {
    let text = Text::new();
    match number {
        Number::Size(n) => text.size(*n),
        Number::Int(n) => text.int(*n),
        Number::Flag(flag) => text.str(if *flag { "true" } else { "false" }),
        Number::Float(x) => text.str(self::number(*x).as_str()),
        // The same number for each axis may be written once.
        Number::Sizes(shape) if same(shape.dims()) => text.size(shape.dim(0)),
        Number::Sizes(shape) => text.shape(shape),
        Number::Ints(all) => {
            let (mut text, mut i, mut equal) = (text, 1, uniform && !all.is_empty());
            while i < all.len() {
                equal = equal && all[i] == all[0];
                i += 1;
            }
            if equal {
                return text.int(all[0]);
            }
            (text, i) = (text.str("["), 0);
            while i < all.len() {
                text = text.str(if i > 0 { "," } else { "" }).int(all[i]);
                i += 1;
            }
            text.str("]")
        }
        Number::Absent => text,
    }
}

const fn same(dims: &[usize]) -> bool {
    let mut i = 1;
    while i < dims.len() {
        if dims[i] != dims[0] {
            return false;
        }
        i += 1;
    }
    !dims.is_empty()
}

/// Returns a list of numbers; of a long one its length and a hash.
pub const fn numbers(list: &[f64]) -> Text<ARGUMENTS> {
    let (mut text, mut hash, mut i) = (Text::new().str("["), BASIS, 0);
    while i < list.len() {
        hash = add(hash, &list[i].to_bits().to_le_bytes());
        if list.len() <= WRITTEN {
            text = text.str(if i > 0 { "," } else { "" }).str(number(list[i]).as_str());
        }
        i += 1;
    }
    if list.len() > WRITTEN {
        text = text.size(list.len()).str(" numbers, ").str(hex(hash).as_str());
    }
    text.str("]")
}

/// Returns a number as the shortest decimal of at most 15 places that means it, or its bits.
pub const fn number(x: f64) -> Text<40> {
    let (text, positive) = if x.is_sign_negative() { (Text::new().str("-"), -x) } else { (Text::new(), x) };
    if x.is_nan() {
        return Text::new().str("NaN");
    }
    if positive == f64::INFINITY {
        return text.str("inf");
    }
    let (mut places, mut scale) = (0, 1_u64);
    while places <= 15 {
        let scaled = positive * scale as f64 + 0.5;
        // Both are exact below 2^53, so the division is the number that the decimal means.
        let whole = scaled as u64;
        if scaled < 9e15 && whole as f64 / scale as f64 == positive {
            let (integer, mut rest, mut text) = (whole / scale, whole % scale, text);
            text.push_size(integer as usize);
            text.push_str(if places > 0 { "." } else { "" });
            while scale > 1 {
                scale /= 10;
                text.push_size((rest / scale) as usize);
                rest %= scale;
            }
            return text;
        }
        (places, scale) = (places + 1, scale * 10);
    }
    text.str("0x").str(hex(positive.to_bits()).as_str())
}

/// Returns 16 hexadecimal digits.
pub const fn hex(n: u64) -> Text<16> {
    const DIGITS: &str = "0123456789abcdef";
    let (mut text, mut place) = (Text::new(), 16);
    while place > 0 {
        place -= 1;
        let digit = (n >> (4 * place) & 15) as usize;
        text.push_str(part(DIGITS, digit, digit + 1));
    }
    text
}

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

const fn add(mut hash: u64, mut bytes: &[u8]) -> u64 {
    while let [byte, rest @ ..] = bytes {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        bytes = rest;
    }
    hash
}

/// Returns the FNV-1a hash of bytes, which is the same in every program.
pub const fn hash(bytes: &[u8]) -> u64 {
    add(BASIS, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn numbers_as_the_shortest_decimal() {
        let cases = [(0.2, "0.2"), (-1.5, "-1.5"), (3.0, "3"), (1e-7, "0.0000001"), (0.1 + 0.2, "0x3fd3333333333334")];
        for (x, expected) in cases {
            assert_eq!(number(x).to_string(), expected);
        }
        let special = [f64::INFINITY, f64::NEG_INFINITY, -0.0, 1e300, f64::NAN, 123_456.789];
        let texts = special.map(|x| number(x).to_string());
        assert_eq!(texts, ["inf", "-inf", "-0", "0x7e37e43c8800759c", "NaN", "123456.789"]);
        assert_eq!(numbers(&[1.0, 0.5]).to_string(), "[1,0.5]");
        assert!(numbers(&[0.0; 9]).as_str().starts_with("[9 numbers, "));
    }

    #[test]
    fn hashes_are_those_of_the_reference() {
        // From the test vectors of the authors of FNV.
        assert_eq!((hash(b""), hash(b"a"), hash(b"foobar")), (BASIS, 0xaf63_dc4c_8601_ec8c, 0x8594_4171_f739_67e8));
    }

    #[test]
    fn arguments_without_their_defaults() {
        let of = |value, default, uniform| {
            let mut text = Text::<80>::new();
            argument(&mut text, "n", &Number::of(&value), written(&Number::of(&default), uniform).as_str(), uniform);
            text.to_string()
        };
        assert_eq!(of(Value::Flag(true), Value::Flag(true), false), "");
        assert_eq!(of(Value::Absent, Value::Absent, false), "");
        assert_eq!(of(Value::Sizes(Shape::new(&[3, 3])), Value::Absent, false), " n=3");
        assert_eq!(of(Value::Sizes(Shape::new(&[3, 5])), Value::Absent, false), " n=(3, 5)");
        assert_eq!(of(Value::ints(&[1, 1]), Value::ints(&[1]), true), "");
        assert_eq!(of(Value::ints(&[1, -1]), Value::ints(&[1]), false), " n=[1,-1]");
    }

    #[test]
    fn a_model_inside_another_one() {
        let component = Piece::Component { kind: "Tower", arguments: "", graph: "a\nb" };
        let pieces = [Piece::Known("tower: "), component, Piece::Known(" of Input#1")];
        assert_eq!(text::<80>(&pieces).as_str(), "tower: model\n  a\n  b\n  of Input#1");
        assert_eq!(length(&pieces), 33);
    }
}
