//! The arguments of a user's own layer in the description of a graph.

use super::{Argument, Written};
use crate::spec::description::{ARGUMENTS, argument, only_trains};
use crate::spec::text::{Text, str_eq};
use crate::spec::{ArgSpec, Default, Kind, Value};

/// Returns the arguments that differ from their defaults, in the order of the declaration.
#[doc(hidden)]
pub const fn described(arguments: &[ArgSpec], given: &[Argument]) -> Text<ARGUMENTS> {
    let (mut text, mut place) = (Text::new(), 0);
    while place < arguments.len() {
        let arg = &arguments[place];
        let mut i = 0;
        while i < given.len() && !only_trains(arg.name) {
            let is = match given[i].keyword {
                Some(keyword) => str_eq(keyword, arg.name),
                None => i == place,
            };
            if is {
                text.push_str(one(arg, &given[i].value).as_str());
            }
            i += 1;
        }
        place += 1;
    }
    text
}

const fn one(arg: &ArgSpec, written: &Written) -> Text<ARGUMENTS> {
    let default = match arg.default {
        Default::Is(value) => value,
        Default::Layer | Default::Required => Value::Absent,
    };
    let value = match *written {
        Written::Int(n) => Value::Int(n),
        Written::Float(x) => Value::Float(x),
        Written::Flag(flag) => Value::Flag(flag),
        Written::Ints(numbers) if numbers.len() <= crate::spec::shape::MAX_RANK => Value::ints(numbers),
        Written::Word(word) => {
            let usual = match (arg.kind, default) {
                (Kind::Choice(names), Value::Choice(index)) => str_eq(names[index], word),
                _ => false,
            };
            return if usual { Text::new() } else { Text::new().str(" ").str(arg.name).str("=").str(word) };
        }
        _ => Value::Absent,
    };
    argument(arg.name, &value, &default, false)
}
