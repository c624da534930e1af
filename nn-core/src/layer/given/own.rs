//! Checks whether a graph can read the declaration of a user's layer.

use super::Argument;
use crate::spec::code::Code;
use crate::spec::shape::ShapeError;
use crate::spec::text::{Text, ends_with, str_eq};
use crate::spec::{ArgSpec, Folding, Inferred, Kind, LayerSpec, Masking};

/// Asserts that an expansion can tell the kinds of these arguments from their names, which it must for a user's layer,
/// and that it reads all their facts.
///
/// # Panics
/// If an argument or a fact breaks that.
#[track_caller]
pub const fn assert_own(spec: &LayerSpec) {
    let unread = spec.workspace
        || spec.copies
        || spec.sparse.is_some()
        || spec.split_input.is_some()
        || spec.inner.is_some()
        || !spec.call_keywords.is_empty()
        || !matches!(spec.folding, Folding::Nothing);
    assert!(!unread, "of a layer of your own a graph reads the facts `weights`, `inputs`, `masking` and `infer`");
    assert!(
        matches!(spec.masking, Masking::Drops | Masking::Passes | Masking::Reads { passes: None, both: None }),
        "`masking` of a layer of your own is `Masking::Passes` if it hands the mask of its first input on, or \
        `Masking::Reads {{ passes: None, both: None }}` if it reads the mask and ends it"
    );
    let mut i = 0;
    while i < spec.args.len() {
        let ArgSpec { name, kind, field, .. } = &spec.args[i];
        let after = [str_eq(name, "activation"), str_eq(name, "activity_regularizer")];
        assert!(
            after[0] == matches!(kind, Kind::ActivationAfter) && after[1] == matches!(kind, Kind::ActivityAfter),
            "`activation: ActivationAfter` and `activity_regularizer: ActivityAfter` have these names, and nothing else has"
        );
        assert!(
            !matches!(kind, Kind::Axes | Kind::Pairs | Kind::Dims | Kind::Floats),
            "a layer of your own has no argument of kind `Axes`, `Pairs`, `Dims` or `Floats`"
        );
        let named = ends_with(name, "initializer") == matches!(kind, Kind::Initializer)
            && (ends_with(name, "regularizer") && !after[1]) == matches!(kind, Kind::Regularizer)
            && ends_with(name, "constraint") == matches!(kind, Kind::Constraint);
        if !named {
            let message: Text<256> = Text::new().str("`").str(name).str("`: an argument of kind `Initializer`, ");
            let message = message.str("`Regularizer` or `Constraint`, and no other, has a name that ends so: ");
            panic!("{}", message.str("`kernel_initializer`").as_str());
        }
        if !*field && matches!(kind, Kind::Initializer | Kind::Regularizer | Kind::Constraint) {
            let message: Text<256> =
                Text::new().str("`").str(name).str("` must be `pub`: it is a field of the layer, ");
            panic!("{}", message.str("which its start and its training read").as_str());
        }
        assert!(
            !str_eq(name, "name") && !str_eq(name, "trainable"),
            "every layer has the arguments `name` and `trainable` already"
        );
        i += 1;
    }
}

/// Asserts that a cell has no penalty or bound as an argument, because the weights of a cell are its own to penalise
/// and to bound.
///
/// # Panics
/// If it has one.
pub const fn assert_cell(spec: &LayerSpec) {
    let mut i = 0;
    while i < spec.args.len() {
        assert!(
            !matches!(spec.args[i].kind, Kind::Regularizer | Kind::Constraint),
            "a cell has no argument of kind `Regularizer` or `Constraint`: it implements `Cell::penalty` and `Cell::bound`"
        );
        i += 1;
    }
}

/// Asserts that the arguments of the folded layer are the first ones of the layer that folds, because a call gives
/// both the same values.
///
/// # Panics
/// If they are not.
pub const fn assert_form(folds: &[ArgSpec], folded: &[ArgSpec]) {
    let mut i = 0;
    while i < folded.len() {
        assert!(
            i < folds.len() && str_eq(folds[i].name, folded[i].name),
            "the arguments of the layer in a folded model are the first ones of the layer that folds, in the same order"
        );
        i += 1;
    }
}

/// Returns the findings of a model, or an error if an argument is given.
pub const fn of_model(given: &[Argument], outputs: Result<Inferred, ShapeError>) -> Result<Inferred, ShapeError> {
    if given.is_empty() {
        return outputs;
    }
    let message = Text::new().str("it is a model, which has no arguments but `name` and `trainable`");
    Err(match given[0].keyword {
        Some(_) => ShapeError::argument(Code::UnknownArgument, given.len(), message),
        None => ShapeError::argument(Code::TooManyArguments, 0, message),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &[ArgSpec] = &[ArgSpec::new("units", Kind::Size, false), ArgSpec::new("rate", Kind::Float, true)];

    #[test]
    fn a_form_may_have_fewer_arguments() {
        assert_form(LONG, LONG.split_at(1).0);
        assert_form(LONG, &[]);
    }

    #[test]
    #[should_panic(expected = "in the same order")]
    fn a_form_with_another_order_is_refused() {
        assert_form(LONG, LONG.split_at(1).1);
    }
}
