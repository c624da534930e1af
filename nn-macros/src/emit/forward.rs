//! The forward pass: one line for each step.

use super::Context;
use super::memory::memory_field;
use super::places::{range, read, write};
use super::tuples::one_or_tuple;
use crate::graph::{LayerId, Node};
use crate::schedule::{Call, CallId, MaskRead, Mode, Place, Program, Read, Step};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use std::collections::BTreeMap;
use syn::Ident;

/// The body of `Layer::forward`, for `n` samples.
pub(crate) fn forward(context: &Context<'_>, train: &Program) -> TokenStream {
    let nn = &context.paths.nn;
    let (inference, training) = (pass(context, context.predict), pass(context, train));
    quote! {
        match pass {
            #nn Pass::Inference(#nn Memory { own: m, .. }) => {
                #inference
            }
            #nn Pass::Training(#nn Memory { own: m, .. }, mut mode) => {
                #training
            }
        }
    }
}

/// The steps of a forward pass for `n` samples, with the memory `m`.
pub(crate) fn pass(context: &Context<'_>, program: &Program) -> TokenStream {
    program.forward.iter().map(|step| self::step(context, program, step)).collect()
}

/// The steps of a prediction, each with the name of its call.
pub(crate) fn predictions<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (String, TokenStream)> + 'a {
    context.predict.forward.iter().map(|step| {
        let (Step::Call(Call { call, .. }) | Step::InPlace(call, _)) = step;
        let name = context.graph.nodes[*call].name.to_string().trim_start_matches("r#").to_string();
        (name, self::step(context, context.predict, step))
    })
}

/// A step of a forward pass.
pub(super) fn step(context: &Context<'_>, program: &Program, step: &Step) -> TokenStream {
    match step {
        Step::InPlace(call, y) => in_place(context, program, *call, y),
        Step::Call(call) => self::call(context, program, call),
    }
}

/// A call. Before it, its tensors are borrowed from the memory that they share with others.
fn call(context: &Context<'_>, program: &Program, call: &Call) -> TokenStream {
    let (nn, arena, node) = (&context.paths.nn, &context.paths.arena, &context.graph.nodes[call.call]);
    let mut parts = Borrows::default();
    let inferred = call.then.is_some() || !names_inputs(context, call.any_inputs);
    let x = call.reads.iter().map(|x| match parts.take(context, program, "x", x) {
        Some(name) if inferred => {
            let sample = context.sample(x.tensor, &quote!(T));
            quote!(#arena samples::<#sample>(#name))
        }
        Some(name) => quote!(#arena samples(#name)),
        None => read(context, x),
    });
    let x = one_or_tuple(x.collect());
    let y = call.writes.iter().map(|y| match parts.take(context, program, "y", y) {
        Some(name) => quote!(#arena samples_mut(#name)),
        None => write(context, y),
    });
    let y = one_or_tuple(y.collect());
    let w = weights(context, call.weights);
    let memory = memory(context, call.memory, node);
    let pass = match call.mode {
        Mode::Predicts => quote!(#nn Pass::inference(#memory)),
        Mode::Learns => quote!(#nn Pass::training(#memory, mode.reborrow())),
        Mode::Frozen => quote!(#nn Pass::training(#memory, mode.frozen())),
        Mode::Flagged(layer) => {
            let (start, count) = context.layers_of(layer);
            quote!(#nn Pass::training(#memory, mode.layer(#start, #count)))
        }
    };
    let workspace = parts.workspace(context, program, call.workspace);
    let masks = parts.masks(context, program, &call.masks);
    let pass = quote!(#pass #workspace #masks);
    let does = match call.then {
        Some(then) => {
            let activation = context.layer_value(&context.graph.nodes[then]);
            let arguments = quote!(#w, #x, #y, #pass, &#activation);
            let (layer, name) = (context.layer_value(node), quote!(forward_activated::<B, _>));
            if names_inputs(context, call.any_inputs) {
                let types = context.samples(&node.inputs, &quote!(T));
                quote!(::nn::layer::Activates::<T, #types>::#name(&#layer, #arguments);)
            } else {
                of_value(layer, name, arguments)
            }
        }
        None => over_batch(context, node, call.any_inputs, quote!(forward::<B>), quote!(#w, #x, #y, #pass)),
    };
    let takes = parts.takes(context);
    quote!(#takes #does)
}

/// The parts of shared memory that a call borrows.
#[derive(Default)]
pub(crate) struct Borrows {
    /// For each field, the names and ranges of the parts.
    takes: BTreeMap<Ident, (Vec<Ident>, Vec<TokenStream>)>,
    taken: Vec<(Place, Ident)>,
}

impl Borrows {
    /// The name of a tensor's part. A part that is read twice, or as two tensors in one place, is borrowed once.
    fn take(&mut self, context: &Context<'_>, program: &Program, prefix: &str, tensor: &Read) -> Option<Ident> {
        let (field, range) = range(context, program, tensor.place)?;
        if let Some((_, name)) = self.taken.iter().find(|(place, _)| *place == tensor.place) {
            return Some(name.clone());
        }
        // Names of tensors could also be the names of the user's constants, so parts are numbered.
        let count = self.taken.iter().filter(|(_, name)| name.to_string().starts_with(prefix)).count();
        let name = format_ident!("{prefix}{count}");
        let (names, ranges) = self.takes.entry(field).or_default();
        names.push(name.clone());
        ranges.push(range);
        self.taken.push((tensor.place, name.clone()));
        Some(name)
    }

    /// Gives a pass its workspace.
    pub(crate) fn workspace(&mut self, context: &Context<'_>, program: &Program, place: Option<Place>) -> TokenStream {
        let Some((field, range)) = place.and_then(|place| range(context, program, place)) else { return quote!() };
        let name = format_ident!("workspace");
        let (names, ranges) = self.takes.entry(field).or_default();
        names.push(name.clone());
        ranges.push(range);
        quote!(.with_workspace(#name))
    }

    /// Gives a pass the masks of its inputs.
    pub(crate) fn masks(
        &mut self,
        context: &Context<'_>,
        program: &Program,
        masks: &[Option<MaskRead>],
    ) -> TokenStream {
        if masks.is_empty() {
            return quote!();
        }
        let masks = masks.iter().map(|mask| match mask {
            None => quote!(None),
            Some(mask) => {
                let scalars = match self.take(context, program, "m", &mask.read) {
                    Some(name) => quote!(&*#name),
                    None => {
                        let mask = read(context, &mask.read);
                        quote!(::nn::tensor::flat(#mask))
                    }
                };
                if_it_exists(context, mask, &scalars, &quote!(None))
            }
        });
        quote!(.with_masks(&[#(#masks),*]))
    }

    pub(crate) fn takes(self, context: &Context<'_>) -> TokenStream {
        let arena = &context.paths.arena;
        let takes = self.takes.into_iter().map(|(field, (names, ranges))| match names.len() {
            1 => quote!(#(let #names = #arena part_mut(&mut m.#field, n, #ranges);)*),
            _ => quote!(let [#(#names),*] = #arena parts(&mut m.#field, n, [#(#ranges),*]);),
        });
        takes.collect()
    }
}

/// A mask, or another expression if a user's own layer does not hand the mask on.
pub(crate) fn if_it_exists(
    context: &Context<'_>,
    mask: &MaskRead,
    scalars: &TokenStream,
    otherwise: &TokenStream,
) -> TokenStream {
    match mask.exists_if.map(|expr| &context.source[expr]) {
        Some(exists) => quote!(if #exists { Some(#scalars) } else { #otherwise }),
        None => quote!(Some(#scalars)),
    }
}

/// An activation in a prediction that overwrites its input.
fn in_place(context: &Context<'_>, program: &Program, call: CallId, y: &Read) -> TokenStream {
    let arena = &context.paths.arena;
    let (field, range) = range(context, program, y.place).expect("an activation in place has shared memory");
    let layer = context.layer_value(&context.graph.nodes[call]);
    let sample = context.sample(y.tensor, &quote!(T));
    quote!(#layer.in_place(#arena samples_mut::<#sample>(#arena part_mut(&mut m.#field, n, #range)));)
}

/// A call over batches: `Dense::<64, 10, 1>::DEFAULT.forward::<B>(..)`. It names the types of its inputs if they do not
/// follow from the layer's type.
pub(crate) fn over_batch(
    context: &Context<'_>,
    node: &Node,
    any_inputs: bool,
    name: TokenStream,
    arguments: TokenStream,
) -> TokenStream {
    if names_inputs(context, any_inputs) {
        method(context, node, name, arguments)
    } else {
        of_value(context.layer_value(node), name, arguments)
    }
}

/// Whether a call has to name the types of its inputs.
fn names_inputs(context: &Context<'_>, any_inputs: bool) -> bool {
    any_inputs || !context.paths.imported
}

/// Calls a method of the value of a layer.
pub(crate) fn of_value(layer: TokenStream, name: TokenStream, arguments: TokenStream) -> TokenStream {
    if layer.to_string().ends_with('}') {
        quote!((#layer).#name(#arguments);)
    } else {
        quote!(#layer.#name(#arguments);)
    }
}

/// Calls a method of a layer, with the types of its inputs.
pub(crate) fn method(context: &Context<'_>, node: &Node, name: TokenStream, arguments: TokenStream) -> TokenStream {
    let (layer, nn) = (context.layer_value(node), &context.paths.nn);
    let (types, interface) = (context.samples(&node.inputs, &quote!(T)), interface(&name));
    quote!(#nn #interface::<T, #types>::#name(&#layer, #arguments);)
}

/// The trait with a method.
fn interface(method: &TokenStream) -> Ident {
    let name = method.clone().into_iter().next().map_or_else(String::new, |name| name.to_string());
    match name.as_str() {
        "update" | "constrain" | "regularize" | "touched" | "activity" | "training_activity" => format_ident!("Train"),
        "backward_from" => format_ident!("Ends"),
        _ => format_ident!("Layer"),
    }
}

/// The weights of a layer.
pub(crate) fn weights(context: &Context<'_>, layer: Option<LayerId>) -> TokenStream {
    match layer {
        Some(layer) => {
            let field = context.ident(&context.graph.layers[layer].name);
            quote!(&w.#field)
        }
        None => quote!(&()),
    }
}

/// The memory of a call's layer, if it has any.
pub(crate) fn memory(context: &Context<'_>, has: bool, node: &Node) -> TokenStream {
    if has {
        let (field, of) = (memory_field(context, node), if node.lasts { quote!(s) } else { quote!(m) });
        quote!(&mut #of.#field)
    } else {
        quote!(&mut ())
    }
}
