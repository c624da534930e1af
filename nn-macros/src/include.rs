//! `include_weights!`: a file of weights becomes a value of a model's type. The macro reads the names, shapes and types
//! of the tensors. rustc compares them with the model, because only it knows the model (`nn_core::include`).

mod halves;
mod header;

use crate::diagnostics::Diagnostics;
use crate::front::depth::is_too_deep;
use crate::front::{import, library, path};
use halves::Kept;
use header::Tensor;
use nn_core::Code;
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, Ident, LitStr, Token, Type};

/// Expands to the value, or to errors.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let input = if is_too_deep(&input, &mut diagnostics) { TokenStream::new() } else { input };
    let mut library = None;
    let read = match (|input: ParseStream<'_>| parse(input, &mut library)).parse2(input) {
        Err(_) if diagnostics.any() => None,
        Ok((model, path, kept)) => read(&model, &path, kept, &mut diagnostics),
        Err(error) => {
            diagnostics
                .error_at(Code::Syntax, error.span(), error.to_string())
                .help("`include_weights!(Digits, \"digits.safetensors\")`: a model, then the path of a file, and then perhaps `f16` or `bf16`");
            None
        }
    };
    let read = read.map(|tokens| match &library {
        Some(path) => library::moved(tokens, path),
        None => tokens,
    });
    read.unwrap_or_else(|| {
        // The value of the last error has any type.
        let errors = diagnostics.into_compile_errors();
        quote!({ #(#errors);* })
    })
}

fn parse(input: ParseStream<'_>, library: &mut Option<TokenStream>) -> syn::Result<(Type, Expr, Option<Kept>)> {
    if input.peek(Token![crate]) && input.peek2(Token![=]) {
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        *library = Some(library::path(input)?);
        input.parse::<Token![,]>()?;
    }
    if input.is_empty() || input.peek(LitStr) {
        return Err(input.error("expected a model before the path"));
    }
    let model = input.parse()?;
    input.parse::<Token![,]>()?;
    let path = input.parse()?;
    let mut kept = None;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    if !input.is_empty() {
        let name: Ident = input.parse()?;
        kept = Kept::from_name(&name);
        if kept.is_none() {
            return Err(syn::Error::new(name.span(), "expected `f16` or `bf16`"));
        }
        input.parse::<Option<Token![,]>>()?;
    }
    if input.is_empty() { Ok((model, path, kept)) } else { Err(input.error("expected nothing more")) }
}

fn read(model: &Type, literal: &Expr, kept: Option<Kept>, diagnostics: &mut Diagnostics) -> Option<TokenStream> {
    let written = path::written(literal, diagnostics)?;
    let path = path::find(&written, literal.span());
    let bytes = match path::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("the weights `{written}` cannot be read: {error}");
            diagnostics
                .error(Code::NoWeightFile, literal, message)
                .help("the path starts at the folder of this file, or else at that of Cargo.toml");
            return None;
        }
    };
    // A network's file is read as the file of weights that it would be.
    let converted = import::weights(&bytes, literal, &written, diagnostics)?;
    let bytes = converted.as_deref().unwrap_or(&bytes);
    let (tensors, graph) = match header::parse(bytes) {
        Ok(read) => read,
        Err(problem) => {
            let message = format!("`{written}` is not a valid safetensors file: {problem}");
            diagnostics
                .error(Code::NotSafetensors, literal, message)
                .help("`save_weights` writes such a file, and Python's `safetensors.numpy.save_file`");
            return None;
        }
    };
    let path = path.to_string_lossy();
    let file = match &converted {
        Some(bytes) => Literal::byte_string(bytes).into_token_stream(),
        None => quote!(READ),
    };
    let count: usize = tensors.iter().map(|tensor| tensor.shape.iter().product::<usize>()).sum();
    let tensors: Vec<_> =
        tensors.iter().filter_map(|tensor| value(tensor, bytes, kept, literal, diagnostics)).collect();
    if diagnostics.any() {
        return None;
    }
    // rustc reports its errors at the path. Other tensors say more than another graph, so they come first.
    let span = literal.span();
    let checked = |made: TokenStream| match &graph {
        Some(graph) => {
            let graph = quote_spanned!(span=> ::nn::__private::include::graph::<#model>(#graph));
            quote_spanned!(span=> ::nn::__private::include::checked(#made, #graph))
        }
        None => made,
    };
    let made = match kept.map(Kept::path) {
        None => {
            let made = checked(quote_spanned!(span=> ::nn::__private::include::model::<#model>(TENSORS)));
            quote_spanned!(span=> const { #made })
        }
        Some(half) => {
            let halves = quote_spanned!(span=> ::nn::__private::include::halves::<#model, #half, #count>(TENSORS));
            let made = checked(halves);
            quote_spanned!(span=> ::nn::Packed::<#model, #half>::new(const { &#made }))
        }
    };
    Some(quote! {
        {
            // Tells rustc that the file was read.
            const READ: &[u8] = ::core::include_bytes!(#path);
            // The file that holds the tensors.
            const FILE: &[u8] = #file;
            const TENSORS: &[::nn::__private::include::Tensor] = &[#(#tensors),*];
            #made
        }
    })
}

/// A tensor as a constant. It is an error if a number is not finite, or too large for the type that keeps it. If that
/// type differs from the file's, the macro converts the tensor, which is faster than in rustc.
fn value(
    tensor: &Tensor,
    file: &[u8],
    kept: Option<Kept>,
    literal: &Expr,
    diagnostics: &mut Diagnostics,
) -> Option<TokenStream> {
    let Tensor { name, dtype, shape, range } = tensor;
    if let Some((place, number)) = halves::not_finite(dtype, &file[range.clone()]) {
        let message = format!("tensor `{name}`: expected finite numbers, got {number} at place {place}");
        diagnostics
            .error(Code::TensorNotFinite, literal, message)
            .help("the training that wrote the file has diverged: `TerminateOnNaN` ends such a run");
        return None;
    }
    let numbers = || halves::numbers(dtype, &file[range.clone()]);
    let made = match kept {
        Some(kept) if dtype != kept.dtype() => match numbers().map(|numbers| kept.round(&numbers)).transpose() {
            Ok(made) => made.map(|bytes| (kept.dtype(), bytes)),
            Err(number) => {
                too_large(name, number, kept, literal, diagnostics);
                return None;
            }
        },
        None if halves::are(dtype) => {
            numbers().map(|numbers| ("F32", numbers.into_iter().flat_map(f32::to_le_bytes).collect()))
        }
        _ => None,
    };
    let (dtype, bytes) = match made {
        Some((dtype, bytes)) => {
            let bytes = Literal::byte_string(&bytes);
            (dtype, quote!(#bytes))
        }
        // A tensor of another type stays as it is, and rustc reports it.
        None => {
            let (start, length) = (range.start, range.len());
            (dtype.as_str(), quote!(FILE.split_at(#start).1.split_at(#length).0))
        }
    };
    Some(quote! {
        ::nn::__private::include::Tensor { name: #name, dtype: #dtype, shape: &[#(#shape),*], bytes: #bytes }
    })
}

fn too_large(tensor: &str, number: f32, kept: Kept, literal: &Expr, diagnostics: &mut Diagnostics) {
    let message =
        format!("tensor `{tensor}`: {number:?} is too large for {}, which ends at {:?}", kept.name(), kept.max());
    let error = diagnostics.error(Code::TensorRange, literal, message);
    if kept == Kept::F16 {
        error.help("`bf16` has the range of f32, with 8 bits of precision instead of 11");
    }
}
