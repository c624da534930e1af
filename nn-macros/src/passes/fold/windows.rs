//! Folds of convolutions: the padding before them, and their two kernels.

use super::rewrite::Rewrite;
use crate::front::values;
use crate::graph::{Arg, Computed, ConstId, Facts, LayerId, Op, Origin};
use nn_core::layers::Geometry;
use nn_core::spec::{Composed, Filters, Folding, Inferred, Value};

/// Replaces layers with two kernels by layers with one, if that is faster and has no more weights, and therefore no
/// more products.
pub(super) fn compose(rewrite: &mut Rewrite) {
    for layer in 0..rewrite.alone.len() {
        if let Folding::Filters { form: Filters::Separable(composed), .. } = rewrite.folding(layer) {
            rewrite.compose(layer, composed);
        }
    }
}

impl Rewrite {
    /// Replaces a layer with two kernels, if all sizes are known.
    fn compose(&mut self, layer: LayerId, to: &'static Composed) -> Option<()> {
        let calls = self.calls(layer);
        let Op::Builtin(builtin) = &self.graph.layers[layer].op else { return None };
        let given = |name| builtin.spec.args.iter().position(|arg| arg.name == name);
        let args = to.layer.args.iter().map(|spec| match given(spec.name) {
            Some(place) => builtin.args[place].clone(),
            None => values::default(spec),
        });
        let args: Vec<Arg> = args.collect();
        let known: Vec<Value> = args.iter().map(|arg| arg.value).collect::<Option<_>>()?;
        let constant = |place| self.constant_of(layer, layer, place)?.known();
        let [cells, products, filters] = [to.cells, to.products, to.filters].map(constant);
        let (cells, products, filters) = (cells?, products?, filters?);
        let channels = self.shape(self.graph.nodes[*calls.first()?].inputs[0])?.rows();
        // The vectors of a product run over the filters. With one result for each channel, only a few filters have no
        // more weights, and their vectors would be nearly empty.
        let is_fast = cells == 1 || products > channels;
        if !is_fast || cells * channels * filters > products * (cells + filters) {
            return None;
        }
        // Not every layer with one kernel exists: it has no strides with a dilation.
        let find = |&call: &usize| (to.layer.infer.find)(&known, &[self.shape(self.graph.nodes[call].inputs[0])?]).ok();
        let found: Vec<Inferred> = calls.iter().map(find).collect::<Option<_>>()?;
        for (&call, &found) in calls.iter().zip(&found) {
            self.graph.nodes[call].facts = Some(Facts::Known(Box::new(found)));
        }
        if let Op::Builtin(builtin) = &mut self.graph.layers[layer].op {
            builtin.inferred = found.first().map(|&found| Facts::Known(Box::new(found)));
            (builtin.spec, builtin.args) = (to.layer, args);
        }
        self.origins.push((layer, Origin::Composed));
        Some(())
    }

    /// Hands a padding to the convolutions that read it, if nobody else does.
    pub(super) fn pad(&mut self, call: usize) -> bool {
        let node = &self.graph.nodes[call];
        let ([input], [output], Some(padding)) = (&node.inputs[..], &node.outputs[..], node.facts.clone()) else {
            return false;
        };
        let (input, output) = (*input, *output);
        let readers = self.readers(output);
        if self.gone[call]
            || self.folding(node.layer) != Folding::Padding
            || self.graph.outputs.contains(&output)
            || readers.is_empty()
            || !readers.iter().all(|&reader| self.slides(reader))
        {
            return false;
        }
        for reader in readers {
            let layer = self.graph.nodes[reader].layer;
            let Some(facts) = self.graph.nodes[reader].facts.take() else { continue };
            self.set_facts(reader, layer, facts.padded(&padding));
            self.graph.nodes[reader].inputs[0] = input;
        }
        self.gone[call] = true;
        self.pads = true;
        true
    }

    /// Whether windows slide over the input of a call.
    fn slides(&self, call: usize) -> bool {
        let node = &self.graph.nodes[call];
        let slides = |form| !matches!(form, Filters::Transposed);
        node.facts.is_some() && matches!(self.folding(node.layer), Folding::Filters { form, .. } if slides(form))
    }

    /// Whether each output of a call is the same sum over the input: no window reaches over a border.
    pub(super) fn stays_inside(&self, call: usize) -> bool {
        let node = &self.graph.nodes[call];
        let (Op::Builtin(builtin), Some(facts)) = (&self.graph.layers[node.layer].op, &node.facts) else {
            return false;
        };
        let Folding::Filters { padding, kernel_size, strides, form, .. } = builtin.spec.folding else { return true };
        let is_one = |place: usize| match builtin.args[place].value {
            Some(Value::Sizes(sizes)) => sizes.size() == 1,
            _ => false,
        };
        match (form, facts) {
            (Filters::Transposed, _) => is_one(kernel_size) && is_one(strides),
            (_, Facts::Known(found)) => !Geometry::found(found).has_border(),
            _ => {
                let valid = matches!(builtin.args[padding].value, Some(Value::Choice(0)));
                (valid || is_one(kernel_size)) && !self.is_padded(facts)
            }
        }
    }

    /// Whether a convolution has the padding that was before it.
    fn is_padded(&self, facts: &Facts) -> bool {
        let of_constant = |id: &ConstId| match &self.graph.constant(*id).value {
            Computed::Facts(facts) => self.is_padded(facts),
            _ => false,
        };
        match facts {
            Facts::Known(_) => false,
            Facts::Const(id) => of_constant(id),
            Facts::Changed(before, _) => self.is_padded(before),
            Facts::Padded(_) => true,
        }
    }
}
