//! Arguments of layers as values for shape rules.

use super::Printer;
use crate::graph::Arg;
use crate::literal;
use crate::source::ExprId;
use nn_core::spec::{ArgSpec, Kind, Value};
use proc_macro2::TokenStream;
use quote::quote;

impl Printer<'_> {
    /// An argument for a shape rule: an expression of type `Value`.
    pub(super) fn argument(self, spec: &ArgSpec, arg: &Arg) -> TokenStream {
        let Some(asked) = &arg.asked else { return value(arg.value.unwrap_or(Value::Absent)) };
        let written = asked.iter().map(|&expr| &self.source[expr]);
        match spec.kind {
            Kind::Size => {
                let what = format!("`{}`", spec.name);
                let sizes = asked.iter().map(|&expr| self.dimension(&what, expr));
                quote!(::nn::spec::Value::Size(#(#sizes)*))
            }
            Kind::Sizes => {
                let what = format!("a dimension of `{}`", spec.name);
                let sizes = asked.iter().map(|&expr| self.dimension(&what, expr));
                quote!(::nn::spec::Value::Sizes(::nn::Shape::new(&[#(#sizes),*])))
            }
            Kind::Dims => {
                let (count, what) = (asked.len(), format!("a dimension of `{}`", spec.name));
                let zeros = (count..nn_core::shape::MAX_RANK).map(|_| quote!(0));
                let sizes = asked.iter().map(|&expr| self.dimension(&what, expr));
                quote!(::nn::spec::Value::Ints([#((#sizes) as i64,)* #(#zeros),*], #count))
            }
            Kind::Floats => {
                let list = self.slice(asked[0]);
                quote!(::nn::spec::Value::Floats(#list.len()))
            }
            Kind::Ints | Kind::Axes | Kind::Pairs => {
                let count = asked.len();
                let zeros = (count..nn_core::shape::MAX_RANK).map(|_| quote!(0));
                let numbers = written.map(|expr| match literal::integer(expr) {
                    Some(_) => quote!(#expr),
                    None => quote!((#expr) as i64),
                });
                quote!(::nn::spec::Value::Ints([#(#numbers,)* #(#zeros),*], #count))
            }
            // Constants of dimensions are `usize`.
            Kind::Int => quote!(::nn::spec::Value::Int(#((#written) as i64)*)),
            Kind::Flag => quote!(::nn::spec::Value::Flag(#(#written)*)),
            _ => quote!(::nn::spec::Value::Float(#(#written)*)),
        }
    }

    /// An expression that is a number or a list of numbers, as a slice.
    pub(crate) fn slice(self, expr: ExprId) -> TokenStream {
        let written = &self.source[expr];
        quote!(const { &::nn::settings::Numbers(#written) }.list())
    }
}

/// An expression of type `Value`.
pub(super) fn value(value: Value) -> TokenStream {
    match value {
        Value::Size(n) => quote!(::nn::spec::Value::Size(#n)),
        Value::Sizes(shape) => {
            let dims = shape.dims();
            quote!(::nn::spec::Value::Sizes(::nn::Shape::new(&[#(#dims),*])))
        }
        Value::Int(n) => quote!(::nn::spec::Value::Int(#n)),
        Value::Ints(all, count) => quote!(::nn::spec::Value::Ints([#(#all),*], #count)),
        Value::Flag(flag) => quote!(::nn::spec::Value::Flag(#flag)),
        Value::Float(x) if x.is_finite() => quote!(::nn::spec::Value::Float(#x)),
        Value::Floats(count) => quote!(::nn::spec::Value::Floats(#count)),
        Value::Choice(index) => quote!(::nn::spec::Value::Choice(#index)),
        // The inner layer has a constant of its own, which stands in the rule.
        Value::Float(_) | Value::Layer(_) | Value::Absent => quote!(::nn::spec::Value::Absent),
    }
}
