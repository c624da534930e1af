//! The walk over the operators: each becomes layers, or another view of a tensor.

use super::arrays::{Array, product};
use super::flow::{Flow, Made, Wrong, list, sample};
use super::model::{Dtype, Model, Operator};
use super::operators as op;
use super::whole::{self, Whole};
use super::{composed, convolution, dense, elementwise, names, pooling, sequences, shapes, slices};
use crate::names::{Names, snake};
use crate::network::{Call, Input, Kind, Layer, Network, Tensor, Variable};
use crate::problem::{Error, Problem};
use std::cell::Cell;
use std::collections::HashMap;

/// A tensor of the file, as far as it is known.
#[derive(Clone)]
enum Known {
    /// The network computes it.
    Flow(Flow),
    /// It is a constant of floats: that of this tensor.
    Array(usize),
    /// It is these numbers.
    Whole(Whole),
    /// The operator that makes it has a problem, which is reported.
    Failed,
}

pub(super) struct Reader<'m, 'a, 'b> {
    pub(super) model: &'m Model<'a, 'b>,
    known: Vec<Option<Known>>,
    network: Network,
    names: Names,
    /// Tensors in the shapes that layers need.
    views: HashMap<(Tensor, Vec<usize>), Tensor>,
    /// Layers by what they are and by their constants, so that several calls share one.
    layers: HashMap<String, usize>,
    /// The bytes of weights that a file of this length may still make, and those that may still be read.
    left: usize,
    unread: Cell<usize>,
}

/// A file may have weights of this many times its length, since several layers can be of one constant.
const SHARES: usize = 4;

/// Constants may be read this many times the length of the file, since one layer can be called often.
const READS: usize = 256;

impl<'m, 'a, 'b> Reader<'m, 'a, 'b> {
    pub(super) fn new(model: &'m Model<'a, 'b>, length: usize) -> Self {
        let network = Network { name: model.name.clone(), ..Network::default() };
        Reader {
            model,
            known: vec![None; model.tensors.len()],
            network,
            names: Names::default(),
            views: HashMap::new(),
            layers: HashMap::new(),
            left: length.saturating_mul(SHARES),
            unread: Cell::new(length.saturating_mul(READS)),
        }
    }

    /// Reads the graph.
    pub(super) fn network(mut self) -> Result<Network, Error> {
        let mut problems: Vec<Problem> = Vec::new();
        for &input in &self.model.inputs {
            if let Err(problem) = self.input(input) {
                problems.push(problem);
            }
        }
        if !problems.is_empty() {
            return Err(Error { problems });
        }
        for operator in &self.model.operators {
            if let Err(Wrong(message, help)) = self.operator(operator) {
                operator.outputs.iter().for_each(|&output| self.known[output] = Some(Known::Failed));
                let problem = Problem::of(&names::label(self.model, operator), &operator.class(), message);
                problems.push(help.map_or(problem.clone(), |help| problem.help(help)));
            }
        }
        if problems.is_empty() {
            for &output in &self.model.outputs {
                match self.output(output) {
                    Ok(tensor) => self.network.outputs.push(tensor),
                    Err(Wrong(message, _)) => {
                        problems.push(Problem::of(self.model.tensors[output].name, "output", message));
                    }
                }
            }
        }
        if problems.is_empty() && self.model.outputs.is_empty() {
            problems.push(Problem::new("the graph has no output"));
        }
        if let Some(name) = self.both() {
            let problem = Problem::of(&name, "input", "it is read as indices and as numbers");
            problems.push(problem.help("an input is read by tables only, or by other layers only"));
        }
        if problems.is_empty() { Ok(self.network) } else { Err(Error { problems }) }
    }

    /// Returns an input that tables and other layers read.
    fn both(&self) -> Option<String> {
        let network = &self.network;
        let others = network.calls.iter().filter(|call| network.layers[call.layer].kind.class != "Embedding");
        let inputs = others.flat_map(|call| &call.inputs).filter_map(|tensor| match tensor {
            Tensor::Input(input) => network.inputs.get(*input),
            Tensor::Output(..) => None,
        });
        inputs.filter(|input| input.whole).map(|input| input.name.clone()).next()
    }

    fn input(&mut self, index: usize) -> Result<(), Problem> {
        let tensor = &self.model.tensors[index];
        let problem = |message: String| Problem::of(tensor.name, "input", message);
        let whole = match tensor.dtype {
            Dtype::F32 => false,
            Dtype::I32 | Dtype::I64 => true,
            other => return Err(problem(format!("it is of {}; `float32` and `int32` are read", other.name()))),
        };
        if let Some(open) = tensor.signature.iter().skip(1).position(Option::is_none) {
            let problem = problem(format!("the file leaves the length of axis {} open", open + 1));
            return Err(problem.help("convert the model with an input of a fixed shape"));
        }
        let (Some(1), true) = (tensor.shape.first(), tensor.shape.len() > 1) else {
            let problem = problem(format!("it has the shape {:?}; the first axis must be a batch of 1", tensor.shape));
            return Err(problem.help("convert the model with a batch of 1, or with an open batch"));
        };
        if product(&tensor.shape).is_none_or(|elements| elements == 0) {
            return Err(problem(format!("it has the shape {:?}", tensor.shape)));
        }
        let source = names::layer(tensor.name, &[]);
        let source = source.or_else(|| Some(tensor.name.strip_prefix("serving_default_")?.to_owned()));
        let source = source.unwrap_or_default();
        let name = self.names.identifier(source.split(':').next().unwrap_or_default(), "input");
        let (view, shape) = (tensor.shape.clone(), tensor.shape[1..].to_vec());
        let number = Tensor::Input(self.network.inputs.len());
        self.network.inputs.push(Input { name, shape: shape.iter().copied().map(Some).collect(), whole });
        self.known[index] = Some(Known::Flow(Flow { tensor: number, shape, view, whole }));
        Ok(())
    }

    fn output(&mut self, index: usize) -> Result<Tensor, Wrong> {
        let flow = match self.known(index) {
            Some(Known::Flow(flow)) if !flow.whole => flow,
            _ => return Err("it does not depend on an input, or is no tensor of floats".into()),
        };
        let shape = sample(&flow.view).to_vec();
        let tensor = self.shaped(&flow, &shape);
        if !matches!(tensor, Tensor::Input(_)) && !self.network.outputs.contains(&tensor) {
            return Ok(tensor);
        }
        // An output is that of a layer, and no other output.
        self.layer(None, Made::new("Identity", vec![]), &[tensor])
    }

    fn operator(&mut self, operator: &'m Operator<'a, 'b>) -> Result<(), Wrong> {
        let inputs: Vec<Option<Known>> =
            operator.inputs.iter().map(|input| input.and_then(|input| self.known(input))).collect();
        if inputs.iter().any(|input| matches!(input, Some(Known::Failed))) {
            operator.outputs.iter().for_each(|&output| self.known[output] = Some(Known::Failed));
            return Ok(());
        }
        if operator.outputs.is_empty() {
            return Err("it has no output".into());
        }
        if operator.made.is_some() {
            return composed::read(self, operator);
        }
        let flows = inputs.iter().any(|input| matches!(input, Some(Known::Flow(_))));
        if operator.code == op::SHAPE {
            let flow = self.flow(operator, 0)?;
            let lengths: Option<Vec<i64>> = flow.view.iter().map(|&length| i64::try_from(length).ok()).collect();
            let lengths = Whole::row(lengths.ok_or("an axis is too long")?);
            self.known[operator.outputs[0]] = Some(Known::Whole(lengths));
            return Ok(());
        }
        if !flows {
            return self.constant(operator, &inputs);
        }
        match operator.code {
            op::CONV_2D | op::DEPTHWISE_CONV_2D | op::TRANSPOSE_CONV => convolution::read(self, operator),
            op::FULLY_CONNECTED | op::BATCH_MATMUL => dense::read(self, operator),
            op::AVERAGE_POOL_2D | op::MAX_POOL_2D | op::MEAN | op::REDUCE_MAX => pooling::read(self, operator),
            op::RESIZE_BILINEAR | op::RESIZE_NEAREST_NEIGHBOR => pooling::resize(self, operator),
            op::UNIDIRECTIONAL_SEQUENCE_LSTM | op::UNIDIRECTIONAL_SEQUENCE_RNN | op::GATHER => {
                sequences::read(self, operator)
            }
            op::RESHAPE | op::SQUEEZE | op::EXPAND_DIMS | op::TRANSPOSE | op::TILE | op::CAST => {
                shapes::read(self, operator)
            }
            op::PAD | op::PADV2 | op::STRIDED_SLICE | op::SLICE | op::SPLIT | op::UNPACK => {
                slices::read(self, operator)
            }
            op::CONCATENATION | op::PACK => slices::join(self, operator),
            op::SPACE_TO_BATCH_ND | op::BATCH_TO_SPACE_ND => {
                Err("it is read around a convolution, as TensorFlow writes a dilated one, but not elsewhere".into())
            }
            op::LESS | op::SELECT_V2 => {
                Err("it is read where an Embedding checks its indices, but not elsewhere".into())
            }
            _ => elementwise::read(self, operator),
        }
    }

    /// Reads an operator on constants.
    fn constant(&mut self, operator: &Operator<'_, '_>, inputs: &[Option<Known>]) -> Result<(), Wrong> {
        let [output] = operator.outputs[..] else { return Err("it computes constants".into()) };
        let numbers: Vec<Option<Whole>> = inputs
            .iter()
            .map(|input| if let Some(Known::Whole(numbers)) = input { Some(numbers.clone()) } else { None })
            .collect();
        let computed = whole::compute(operator, &numbers).ok_or("it computes constants, in a way that is not read")?;
        self.known[output] = Some(Known::Whole(computed));
        Ok(())
    }

    /// Whether an operator reads a tensor, or it is an output of the graph.
    pub(super) fn is_used(&self, tensor: usize) -> bool {
        self.model.outputs.contains(&tensor)
            || self.model.operators.iter().any(|operator| operator.inputs.contains(&Some(tensor)))
    }

    fn known(&self, index: usize) -> Option<Known> {
        let tensor = &self.model.tensors[index];
        self.known[index].clone().or_else(|| match tensor.dtype {
            _ if tensor.data.is_none() => None,
            Dtype::F32 | Dtype::F16 => Some(Known::Array(index)),
            _ => Whole::constant(tensor).map(Known::Whole),
        })
    }

    /// Returns an input that the network computes.
    pub(super) fn flow(&self, operator: &Operator<'_, '_>, place: usize) -> Result<Flow, Wrong> {
        match self.operand(operator, place) {
            Some(Known::Flow(flow)) => Ok(flow),
            None => Err(format!("input {place} is made by no operator").into()),
            Some(_) => Err(format!("input {place} is a constant, where it is read only as a tensor").into()),
        }
    }

    /// Returns an input that holds floats that the network computes.
    pub(super) fn floats(&self, operator: &Operator<'_, '_>, place: usize) -> Result<Flow, Wrong> {
        let flow = self.flow(operator, place)?;
        if flow.whole { Err("it computes with whole numbers".into()) } else { Ok(flow) }
    }

    /// Returns an input that is a constant of floats, and the tensor that holds it. `None` if it is left out.
    pub(super) fn array(&self, operator: &Operator<'_, '_>, place: usize) -> Result<Option<(usize, Array<'m>)>, Wrong> {
        let Some(&Some(index)) = operator.inputs.get(place) else { return Ok(None) };
        match self.known(index) {
            Some(Known::Array(from)) => {
                let array = Array::new(&self.model.tensors[from])?;
                let left =
                    self.unread.get().checked_sub(array.len()).ok_or("too many operators share their constants")?;
                self.unread.set(left);
                Ok(Some((from, array)))
            }
            _ => Err(format!("`{}` is no constant, as it must be", self.model.tensors[index].name).into()),
        }
    }

    /// Whether an input is a constant of floats.
    pub(super) fn is_array(&self, operator: &Operator<'_, '_>, place: usize) -> bool {
        matches!(self.operand(operator, place), Some(Known::Array(_)))
    }

    /// Returns an input that is whole numbers.
    pub(super) fn whole(&self, operator: &Operator<'_, '_>, place: usize) -> Option<Vec<i64>> {
        match self.operand(operator, place) {
            Some(Known::Whole(numbers)) => Some(numbers.values),
            _ => None,
        }
    }

    fn operand(&self, operator: &Operator<'_, '_>, place: usize) -> Option<Known> {
        operator.inputs.get(place).copied().flatten().and_then(|index| self.known(index))
    }

    /// Says what an output is. The file's own shape must agree where it states one.
    pub(super) fn set(&mut self, operator: &Operator<'_, '_>, place: usize, flow: Flow) -> Result<(), Wrong> {
        let &output = operator.outputs.get(place).ok_or_else(|| format!("it has no output {place}"))?;
        let stated = &self.model.tensors[output].signature;
        // The shapes of whole numbers inside an Embedding say nothing.
        let agrees = stated.len() == flow.view.len()
            && stated.iter().zip(&flow.view).all(|(stated, &length)| stated.is_none_or(|stated| stated == length));
        if !agrees {
            return Err(
                format!("the file says that its output has the shape {stated:?}, but it has {:?}", flow.view).into()
            );
        }
        self.known[output] = Some(Known::Flow(flow));
        Ok(())
    }

    /// Returns a tensor in another shape of as many elements.
    pub(super) fn shaped(&mut self, flow: &Flow, shape: &[usize]) -> Tensor {
        if flow.shape == shape {
            return flow.tensor;
        }
        let key = (flow.tensor, shape.to_vec());
        if let Some(&found) = self.views.get(&key) {
            return found;
        }
        let made = match shape {
            [_] => Made::new("Flatten", vec![]),
            _ => Made::new("Reshape", vec![("target_shape", list(shape))]),
        };
        let tensor = self.new_layer(None, made, &[flow.tensor]);
        self.views.insert(key, tensor);
        tensor
    }

    /// Calls a layer, and returns its output. Layers of the same constants and arguments are one layer.
    pub(super) fn layer(
        &mut self,
        operator: Option<&Operator<'_, '_>>,
        made: Made,
        inputs: &[Tensor],
    ) -> Result<Tensor, Wrong> {
        if made.variables.is_empty() {
            return Ok(self.new_layer(operator, made, inputs));
        }
        let key = format!("{} {:?} {:?}", made.class, made.arguments, made.constants);
        if let Some(&layer) = self.layers.get(&key) {
            // The same constants can be in another layout.
            let same = self.network.layers[layer].variables.iter().map(|variable| &variable.numbers);
            if same.eq(made.variables.iter().map(|(_, numbers)| numbers)) {
                return Ok(self.call(layer, inputs));
            }
        }
        let bytes: usize = made.variables.iter().map(|(_, numbers)| numbers.bytes.len()).sum();
        self.left = self.left.checked_sub(bytes).ok_or("too many layers share their weights")?;
        let tensor = self.new_layer(operator, made, inputs);
        self.layers.insert(key, self.network.layers.len() - 1);
        Ok(tensor)
    }

    fn new_layer(&mut self, operator: Option<&Operator<'_, '_>>, made: Made, inputs: &[Tensor]) -> Tensor {
        let class = made.class.to_owned();
        let output = operator
            .map_or("", |operator| operator.outputs.first().map_or("", |&output| self.model.tensors[output].name));
        let named = made.constants.first().map(|&constant| self.model.tensors[constant].name);
        let named = named.map(|name| if made.words.is_empty() { name.to_owned() } else { format!("{name};{output}") });
        let source = named.and_then(|name| names::layer(&name, made.words));
        let source = source.or_else(|| names::layer(output, made.words)).unwrap_or_else(|| snake(&class));
        let name = self.names.identifier(&source, "layer");
        let arguments = made.arguments.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let variables = made.variables.into_iter();
        let variables = variables.map(|(name, numbers)| Variable { name: name.into(), numbers }).collect();
        let source = if output.is_empty() { source } else { output.to_owned() };
        self.network.layers.push(Layer { name, source, kind: Kind { class, arguments }, variables });
        self.call(self.network.layers.len() - 1, inputs)
    }

    fn call(&mut self, layer: usize, inputs: &[Tensor]) -> Tensor {
        self.network.calls.push(Call { layer, inputs: inputs.to_vec(), keywords: vec![], outputs: 1 });
        Tensor::Output(self.network.calls.len() - 1, 0)
    }

    /// Marks an input of the network as one that holds indices.
    pub(super) fn mark_whole(&mut self, tensor: Tensor) -> Result<(), Wrong> {
        match tensor {
            Tensor::Input(input) => self.network.inputs[input].whole = true,
            Tensor::Output(..) => return Err("its indices are computed; they are read from an input only".into()),
        }
        Ok(())
    }
}
