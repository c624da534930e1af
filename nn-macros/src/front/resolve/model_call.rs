//! The end of a graph: `Model(inputs = .., outputs = ..)` or `Sequential([..])`.

use super::connect::Inputs;
use super::{Bound, Resolver};
use crate::front::parse::end::suggested;
use crate::front::values::arguments;
use crate::literal;
use crate::source::text;
use nn_core::Code;
use quote::ToTokens;
use syn::{Expr, ExprCall};

impl Resolver<'_> {
    /// The two lists in `Model(inputs = .., outputs = ..)`; `None` after an error.
    pub(super) fn model_call(&mut self, call: &ExprCall) -> Option<(Expr, Expr)> {
        let (mut inputs, mut outputs) = (None, None);
        let written = arguments(call);
        for (position, (keyword, value)) in written.clone().into_iter().enumerate() {
            let word = keyword.as_ref().map_or_else(|| value.to_token_stream(), ToTokens::to_token_stream);
            let keyword = match (keyword, position) {
                (Some(keyword), _) => keyword.to_string(),
                (None, 0) => "inputs".to_string(),
                (None, 1) => "outputs".to_string(),
                (None, _) if literal::string(&value).is_some() => "name".to_string(),
                _ => String::new(),
            };
            match keyword.as_str() {
                "inputs" => inputs = Some(value),
                "outputs" => outputs = Some(value),
                "name" => {
                    self.diagnostics
                        .error(Code::UnknownArgument, &word, "`Model` has no argument `name`")
                        .help(format!("a model is called as its struct is: `{}`", self.own));
                }
                // `Model(x, y, z)`
                "" => {
                    self.diagnostics
                        .error(Code::TooManyArguments, &word, "`Model` takes its inputs and its outputs")
                        .help("several of them are a list: `Model(inputs = [a, b], outputs = y)`");
                    return None;
                }
                _ => {
                    let values: Vec<String> = written.iter().map(|(_, value)| text(value)).collect();
                    let help = match &values[..] {
                        // Older versions of Keras: `Model(input = x, output = y)`.
                        [x, y] => format!("write `Model(inputs = {x}, outputs = {y})`"),
                        _ => "write `Model(inputs = [a, b], outputs = y)`".to_string(),
                    };
                    self.diagnostics
                        .error(Code::UnknownArgument, &word, format!("`Model` has no argument `{keyword}`"))
                        .help(help);
                    return None;
                }
            }
        }
        let (Some(inputs), Some(outputs)) = (inputs, outputs) else {
            self.diagnostics
                .error(Code::EmptyModel, call, "`Model` needs its inputs and outputs")
                .help("write `Model(inputs = [a, b], outputs = y)`");
            return None;
        };
        for (list, what) in [(&inputs, "inputs"), (&outputs, "outputs")] {
            if literal::list(list).is_some_and(|list| list.is_empty()) {
                self.diagnostics
                    .error(Code::EmptyModel, list, format!("`{what}` lists no tensor"))
                    .help(format!("list tensors: `{what} = [a, b]`"));
                return None;
            }
        }
        Some((inputs, outputs))
    }

    /// Reports an end that is neither `Model(..)` nor `Sequential(..)`.
    pub(super) fn another_end(&mut self, end: &Expr) {
        let message = match end {
            Expr::Path(path) => match path.path.get_ident().and_then(|name| self.scope.get(&name.to_string())) {
                Some((_, Bound::Poison)) => return,
                Some((name, Bound::Tensors(_))) => {
                    format!("the graph ends with the tensor `{name}`, and not with its `Model(..)`")
                }
                Some((name, _)) => format!("the graph ends with `{name}`, and not with its `Model(..)`"),
                None => "the graph has no `Model(..)` at its end".to_string(),
            },
            Expr::Return(_) => "a graph has no `return`".to_string(),
            _ => {
                "expected `Model(inputs = .., outputs = ..)` or `Sequential([..])` at the end of the graph".to_string()
            }
        };
        let help = format!("end it with `{}`, without a semicolon", suggested(self.lets));
        self.diagnostics.error(Code::NoEnd, end, message).help(help);
    }

    pub(super) fn model(&mut self, call: &ExprCall) {
        let Some((inputs, outputs)) = self.model_call(call) else { return };
        let (inputs, outputs) = (self.tensor_list(&inputs), self.tensor_list(&outputs));
        let (Some((inputs, input_exprs)), Some((outputs, output_exprs))) = (inputs, outputs) else { return };
        self.graph.inputs = inputs;
        self.graph.input_exprs = input_exprs;
        self.graph.outputs = outputs;
        self.graph.output_exprs = output_exprs;
        self.graph.complete = true;
    }

    pub(super) fn sequential(&mut self, call: &ExprCall) {
        let elements: Vec<&Expr> = match &call.args.iter().collect::<Vec<_>>()[..] {
            [list] if literal::list(list).is_some() => literal::list(list).unwrap_or_default(),
            _ => {
                self.diagnostics
                    .error(Code::EmptyModel, call, "`Sequential` expects a list of layers")
                    .help("write `Sequential([Input(shape = [64]), Dense(10)])`");
                return;
            }
        };
        let mut elements = elements.into_iter();
        let Some(first) = elements.next() else {
            self.diagnostics.error(Code::EmptyModel, call, "`Sequential` has no layers");
            return;
        };
        let mut tensor = match self.eval(first) {
            Bound::Tensors(tensors) => tensors[0],
            Bound::Layer(_) | Bound::Template(_) | Bound::Submodel(_) | Bound::Import(_) | Bound::Stack(_) => {
                self.diagnostics
                    .error(Code::EmptyModel, first, "a `Sequential` starts with an `Input`")
                    .help("write `Sequential([Input(shape = [64]), ..])`; the batch is not counted");
                return;
            }
            Bound::Value(_) | Bound::Poison => {
                // Later layers may still have errors of their own.
                elements.for_each(|element| {
                    self.eval(element);
                });
                return;
            }
        };
        let input_expr = self.expr(first);
        let (input, mut failed, mut last) = (tensor, false, input_expr);
        for element in elements {
            match self.eval(element) {
                Bound::Layer(layer) if !failed => {
                    let whole = ExprCall {
                        attrs: Vec::new(),
                        func: Box::new(element.clone()),
                        paren_token: call.paren_token,
                        args: std::iter::once(element.clone()).collect(),
                    };
                    let inputs = Inputs { tensors: vec![tensor], exprs: vec![last], mask: None };
                    match self.connect(layer, inputs, &whole) {
                        Bound::Tensors(tensors) => tensor = tensors[0],
                        _ => failed = true,
                    }
                    last = self.expr(element);
                }
                Bound::Layer(_) => {}
                Bound::Template(_) | Bound::Submodel(_) | Bound::Import(_) | Bound::Stack(_) => {
                    failed = true;
                    self.diagnostics.error(
                        Code::TensorForLayer,
                        element,
                        "expected a layer, but this is a part of a graph",
                    );
                }
                Bound::Tensors(_) => {
                    failed = true;
                    self.diagnostics
                        .error(Code::TensorForLayer, element, "expected a layer, but this is a tensor")
                        .help("a `Sequential` calls its layers itself");
                }
                Bound::Value(_) | Bound::Poison => failed = true,
            }
        }
        if failed {
            return;
        }
        if tensor == input {
            self.diagnostics
                .error(Code::EmptyModel, first, "this `Sequential` has no layers")
                .help("list them after the input: `Sequential([Input(shape = [64]), Dense(10)])`");
            return;
        }
        self.graph.inputs = vec![input];
        self.graph.input_exprs = vec![input_expr];
        self.graph.outputs = vec![tensor];
        self.graph.output_exprs = vec![last];
        self.graph.complete = true;
    }
}
