//! Every form of a graph, with the gradients of the whole model checked.

#![allow(missing_docs, unreachable_pub)]

use nn::prelude::*;
use nn_core::tensor::FloatTensors;
use nn_core::testing::check_layer;

/// Checks that a model overwrites its outputs, and compares all gradients with central differences.
fn check<M: Model<Scalar = f64, Inputs: FloatTensors<f64>, Outputs: FloatTensors<f64>>>() {
    check_layer::<M::Inputs, M::Graph>(&<M::Graph as nn::Graph<f64, M::Inputs>>::NEW);
}

/// The paths of all variables; those that training does not change are in parentheses.
fn variables<M: Model>() -> Vec<String> {
    let mut names = Vec::new();
    M::variables(&nn::Path::ROOT, &mut |variable| {
        let path = variable.path.to_string();
        names.push(if variable.trainable { path } else { format!("({path})") });
    });
    names
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

mod functional;

mod sequential;

mod several_inputs_and_outputs;

mod shared_weights;

mod models_as_layers;

mod const_expressions;

mod own_parts;

mod the_struct;

mod arguments;

mod layers;
