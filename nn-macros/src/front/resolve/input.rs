//! `Input(shape = [64])`, an input of the model.

use super::{Bound, Resolver};
use crate::front::values::{self, arguments};
use crate::graph::{Producer, Shaped};
use crate::literal;
use crate::source::{Name, text};
use nn_core::Code;
use nn_core::spec::Dtype;
use quote::ToTokens;
use syn::{Expr, ExprCall, Ident};

impl Resolver<'_> {
    pub(super) fn input(&mut self, ident: &Ident, call: &ExprCall) -> Bound {
        let (mut shape, mut integer, mut sparse, mut name, mut failed) = (None, None, false, None, false);
        let sizes = arguments(call);
        let is_size = |(keyword, value): &(Option<Ident>, Expr)| keyword.is_none() && literal::integer(value).is_some();
        if sizes.len() > 1 && sizes[..2].iter().all(is_size) {
            let list: Vec<String> = sizes.iter().filter(|size| is_size(size)).map(|(_, size)| text(size)).collect();
            self.diagnostics
                .error(Code::ArgumentType, call, "a shape is a list")
                .help(format!("write `Input(shape = [{}])`", list.join(", ")));
            return Bound::Poison;
        }
        for (position, (keyword, value)) in sizes.into_iter().enumerate() {
            let word = keyword.as_ref().map_or_else(|| value.to_token_stream(), ToTokens::to_token_stream);
            let keyword = keyword.map_or_else(
                || ["shape", "dtype", "name"].get(position).copied().unwrap_or("").to_string(),
                |k| k.to_string(),
            );
            match keyword.as_str() {
                "shape" => {
                    let elements = literal::sizes(&value).unwrap_or_else(|| vec![&value]);
                    if elements.iter().any(|element| is_left_open(element)) {
                        // The shape of a pasted graph, which has its error already.
                        if !self.diagnostics.any() {
                            self.diagnostics
                                .error(Code::ArgumentType, &value, "`..` stands for the sizes of your samples")
                                .help("write them: `Input(shape = [28, 28, 1])` for grey images of 28 by 28 pixels");
                        }
                        return Bound::Poison;
                    }
                    let dims = values::shape("shape", &value, &elements, self.diagnostics);
                    failed |= dims.is_none();
                    let rank = elements.len();
                    let dims = match dims.flatten() {
                        Some(shape) => Shaped::Known(shape),
                        None => Shaped::Written(elements.into_iter().map(|element| self.expr(element)).collect()),
                    };
                    shape = Some((dims, rank, value));
                }
                "dtype" => match value.to_token_stream().to_string().as_str() {
                    "u32" => integer = Some(value),
                    "f32" | "f64" => {}
                    other => {
                        failed = true;
                        self.diagnostics
                            .error(Code::UnknownDtype, &value, format!("unknown dtype `{other}`"))
                            .help("`u32` for indices; numbers have the type of the model, which needs no dtype");
                    }
                },
                "sparse" => match literal::flag(&value) {
                    Some(flag) => sparse = flag,
                    None => {
                        failed = true;
                        self.diagnostics.error(Code::ArgumentType, &value, "`sparse` expects `true` or `false`");
                    }
                },
                "name" => name = self.given_name(&value),
                "batch_shape" | "batch_input_shape"
                    if let Some([_, sizes @ ..]) = literal::sizes(&value).as_deref() =>
                {
                    failed = true;
                    let sizes: Vec<String> = sizes.iter().map(|size| size.to_token_stream().to_string()).collect();
                    self.diagnostics
                        .error(Code::UnknownArgument, &word, format!("`Input` has no argument `{keyword}`"))
                        .help(format!("write `shape = [{}]`: a shape does not count the batch", sizes.join(", ")));
                }
                _ => {
                    failed = true;
                    self.diagnostics
                        .error(Code::UnknownArgument, &word, format!("`Input` has no argument `{keyword}`"))
                        .keras_or(&keyword, ["shape", "dtype", "name", "sparse"].into_iter())
                        .note("its arguments are `shape`, `dtype`, `name`, `sparse`");
                }
            }
        }
        let Some((shape, rank, written)) = shape else {
            if !failed {
                self.diagnostics
                    .error(Code::MissingArgument, ident, "`Input` needs a shape")
                    .help("write `Input(shape = [64])`; the batch is not counted");
            }
            return Bound::Poison;
        };
        failed |= sparse && !self.may_be_sparse(rank, &written, integer.as_ref());
        let span = self.span(ident.span());
        let tensor = self.tensor(Producer::Input, span);
        self.graph.tensors[tensor].named = name.is_some();
        self.graph.tensors[tensor].name = name.unwrap_or_else(|| Name::new("input_layer", span));
        self.graph.tensors[tensor].shape = if failed { Shaped::Unknown } else { shape };
        self.graph.tensors[tensor].sparse = sparse;
        self.graph.tensors[tensor].dtype = if integer.is_some() { Dtype::U32 } else { Dtype::Float };
        self.graph.declared.push(tensor);
        Bound::Tensors(vec![tensor])
    }

    /// Checks that an input may have `sparse = true`: it has one axis and no `dtype = u32`.
    fn may_be_sparse(&mut self, rank: usize, shape: &Expr, integer: Option<&Expr>) -> bool {
        if rank != 1 {
            let message = format!("a sparse input has one axis, but this shape has {rank}");
            let help = "its samples are lists of the places that are 1: `Input(shape = [10_000], sparse = true)`";
            self.diagnostics.error(Code::SparseInput, shape, message).help(help);
        }
        if let Some(dtype) = integer {
            let message = "a sparse input holds ones and zeros of the model's type, not indices";
            let help = "leave `dtype` out: a sample is made of the indices of its ones, `MultiHot::new([3, 17])`";
            self.diagnostics.error(Code::SparseInput, dtype, message).help(help);
        }
        rank == 1 && integer.is_none()
    }
}

/// Whether this is `..`, as in `Input(shape = [..])`.
fn is_left_open(expr: &Expr) -> bool {
    matches!(expr, Expr::Range(range) if range.start.is_none() && range.end.is_none())
}
