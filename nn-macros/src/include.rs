//! `include_weights!`: a file of weights becomes a value of a model's type. The names, shapes and types of its tensors are
//! read here; rustc compares them with the model, which only it knows (`nn_core::include`).

mod half;
mod header;

use crate::diagnostics::Diagnostics;
use header::Tensor;
use nn_core::Code;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use std::fs;
use std::path::{Path, PathBuf};
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token, Type};

/// The value, or errors.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let read = match parse.parse2(input) {
        Ok((model, path)) => read(&model, &path, &mut diagnostics),
        Err(error) => {
            diagnostics
                .error_at(Code::Syntax, error.span(), error.to_string())
                .help("`include_weights!(Digits, \"digits.safetensors\")`: a model, then the path of a file");
            None
        }
    };
    read.unwrap_or_else(|| {
        // There is one, and as the only expression it has any type.
        let errors = diagnostics.into_compile_errors();
        quote!(#(#errors)*)
    })
}

fn parse(input: ParseStream<'_>) -> syn::Result<(Type, LitStr)> {
    if input.is_empty() || input.peek(LitStr) {
        return Err(input.error("expected a model before the path"));
    }
    let model = input.parse()?;
    input.parse::<Token![,]>()?;
    let path = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    if input.is_empty() { Ok((model, path)) } else { Err(input.error("expected nothing more")) }
}

fn read(model: &Type, literal: &LitStr, diagnostics: &mut Diagnostics) -> Option<TokenStream> {
    let path = find(literal);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("the weights `{}` cannot be read: {error}", literal.value());
            diagnostics
                .error(Code::NoWeightFile, literal, message)
                .help("the path starts at the folder of this file, or else at that of Cargo.toml");
            return None;
        }
    };
    let tensors = match header::parse(&bytes) {
        Ok(tensors) => tensors,
        Err(problem) => {
            let message = format!("`{}` is not a valid safetensors file: {problem}", literal.value());
            diagnostics
                .error(Code::NotSafetensors, literal, message)
                .help("`save_weights` writes such a file, and Python's `safetensors.numpy.save_file`");
            return None;
        }
    };
    let path = path.to_string_lossy();
    let tensors = tensors.iter().map(|tensor| value(tensor, &bytes));
    // What rustc finds wrong is said at the path.
    let made = quote_spanned!(literal.span()=> const { ::nn::__private::include::model::<#model>(TENSORS) });
    Some(quote! {
        {
            // By this rustc knows that the file is read, and the tensors are parts of it.
            const FILE: &[u8] = ::core::include_bytes!(#path);
            const TENSORS: &[::nn::__private::include::Tensor] = &[#(#tensors),*];
            #made
        }
    })
}

/// A tensor as a constant. One of halves is made of `F32` here, which is quicker than to let rustc compute it.
fn value(tensor: &Tensor, file: &[u8]) -> TokenStream {
    let Tensor { name, dtype, shape, range } = tensor;
    let widened = half::widen(dtype, &file[range.clone()]);
    let (dtype, bytes) = match widened {
        Some(bytes) => {
            let bytes = Literal::byte_string(&bytes);
            ("F32", quote!(#bytes))
        }
        None => {
            let (start, length) = (range.start, range.len());
            (dtype.as_str(), quote!(FILE.split_at(#start).1.split_at(#length).0))
        }
    };
    quote! {
        ::nn::__private::include::Tensor { name: #name, dtype: #dtype, shape: &[#(#shape),*], bytes: #bytes }
    }
}

/// The absolute path of a file: beside the file that names it, or in the folder of the package.
fn find(literal: &LitStr) -> PathBuf {
    let written = PathBuf::from(literal.value());
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let beside = source(literal.span()).and_then(|file| file.parent().map(Path::to_path_buf));
    let candidates: Vec<_> = beside.into_iter().chain([package]).map(|folder| folder.join(&written)).collect();
    let found = candidates.iter().find(|path| path.is_file()).unwrap_or(&candidates[0]);
    std::path::absolute(found).unwrap_or_else(|_| found.clone())
}

/// The file that a token stands in.
fn source(span: Span) -> Option<PathBuf> {
    if !proc_macro::is_available() {
        return None;
    }
    span.unwrap().local_file()
}
