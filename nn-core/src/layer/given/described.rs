//! The arguments of a user's own layer in the description of a graph.

use super::{Argument, Written};
use crate::spec::description::{ARGUMENTS, Number, argument, only_trains, written};
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
                one(&mut text, arg, &given[i].value);
            }
            i += 1;
        }
        place += 1;
    }
    text
}

/// Appends an argument, unless it has its default.
const fn one(text: &mut Text<ARGUMENTS>, arg: &ArgSpec, given: &Written) {
    let default = match arg.default {
        Default::Is(value) => value,
        Default::Layer | Default::Required => Value::Absent,
    };
    let value = match *given {
        Written::Int(n) => Number::Int(n),
        Written::Float(x) => Number::Float(x),
        Written::Flag(flag) => Number::Flag(flag),
        Written::Ints(numbers) => Number::Ints(numbers),
        Written::Word(word) => {
            let usual = match (arg.kind, default) {
                (Kind::Choice(names), Value::Choice(index)) => str_eq(names[index], word),
                _ => false,
            };
            if !usual {
                text.push_str(" ");
                text.push_str(arg.name);
                text.push_str("=");
                text.push_str(word);
            }
            return;
        }
        _ => Number::Absent,
    };
    argument(text, arg.name, &value, written(&Number::of(&default), false).as_str(), false);
}
