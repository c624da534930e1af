//! `Import("base.keras")` as a part of a graph. The first call makes its layers; further calls share them.

use super::submodel::Submodel;
use super::{Bound, Resolver};
use crate::front::import::{self, Imported};
use nn_core::Code;
use quote::ToTokens;
use std::cell::RefCell;
use std::rc::Rc;
use syn::ExprCall;

/// A part of a file, and the layers of its first call.
pub(super) struct Part {
    file: Imported,
    made: RefCell<Option<Rc<Submodel>>>,
}

impl Resolver<'_> {
    /// `Import("base.keras", outputs = "pool")`.
    pub(super) fn import(&mut self, call: &ExprCall) -> Bound {
        match import::part(call, self.diagnostics) {
            Some(file) => Bound::Import(Rc::new(Part { file, made: RefCell::default() })),
            None => Bound::Poison,
        }
    }

    pub(super) fn use_import(&mut self, part: &Part, call: &ExprCall) -> Bound {
        let made = part.made.borrow().clone();
        if let Some(made) = made {
            return self.use_submodel(&made, call);
        }
        let Some((tensors, _)) = self.tensors(call) else { return Bound::Poison };
        let inputs = &part.file.inputs;
        if tensors.len() != inputs.len() {
            let message = format!("the network expects {} tensors, but got {}", inputs.len(), tensors.len());
            self.diagnostics.error(Code::InputCount, &call.args.to_token_stream(), message);
            return Bound::Poison;
        }
        let bound = inputs.iter().zip(&tensors);
        let scope = bound.map(|(name, &tensor)| (name.to_string(), (name.clone(), Bound::Tensors(vec![tensor]))));
        let outside = std::mem::replace(&mut self.scope, scope.collect());
        let before = self.graph.layers.len();
        for statement in &part.file.lets {
            self.statement(&statement.names, statement.value.as_ref());
        }
        for layer in &mut self.graph.layers[before..] {
            layer.given_name = layer.given_name.take().or(layer.let_name.take());
        }
        let found = part.file.outputs.iter().map(|name| match self.scope.get(&name.to_string()) {
            Some((_, Bound::Tensors(tensors))) => tensors.first().copied(),
            _ => None,
        });
        let outputs: Option<Vec<_>> = found.collect();
        self.scope = outside;
        let Some(outputs) = outputs else { return Bound::Poison };
        *part.made.borrow_mut() = Some(Rc::new(Submodel { inputs: tensors, outputs: outputs.clone() }));
        Bound::Tensors(outputs)
    }
}
