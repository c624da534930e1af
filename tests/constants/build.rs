//! Writes the graphs of all tests and examples twice: unchanged, and with every size as a named constant.
//!
//! `NN_CONSTANTS=all` writes all graphs. The default is enough graphs to have every layer.
//!
//! Each test or example is a module of the file. The module has the graphs and the items that they name: a user's own
//! layers, constants, functions.

#[path = "build/collect.rs"]
mod collect;
#[path = "build/rename.rs"]
mod rename;

use collect::{Part, Parts};
use nn_core::layers::LAYERS;
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use rename::Numbers;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The folders of tests and examples.
const FOLDERS: [&str; 4] = ["tests", "tests/sweeps/tests", "tests/optimised/tests", "examples"];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // For all graphs rustc takes some minutes and much memory.
    println!("cargo::rerun-if-env-changed=NN_CONSTANTS");
    let all = env::var_os("NN_CONSTANTS").is_some_and(|which| which == "all");
    let mut modules: Vec<(Ident, Parts)> = files(&root).iter().map(|file| (name(file), collect::file(file))).collect();
    if !all {
        collect::choose(modules.iter_mut().map(|(_, parts)| parts));
    }
    modules.iter_mut().for_each(|(_, parts)| collect::keep_what_graphs_need(parts));
    modules.retain(|(_, parts)| !parts.is_empty());
    // A layer without a graph would be untested.
    let missing: Vec<&str> = LAYERS.iter().map(|spec| spec.name).filter(|&name| !uses(&modules, name)).collect();
    assert!(missing.is_empty(), "no graph of the tests has the layers {missing:?}");
    println!("cargo::rerun-if-changed=build");
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
    }

    let mut numbers = Numbers::default();
    let literal: TokenStream =
        modules.iter().map(|(name, parts)| rooted(module(name, parts, None), &quote!(crate::literal::#name))).collect();
    let constant: TokenStream = modules
        .iter()
        .map(|(name, parts)| rooted(module(name, parts, Some(&mut numbers)), &quote!(crate::constant::#name)))
        .collect();
    let constants = numbers.definitions();
    let mut paths = Vec::new();
    for (name, parts) in &modules {
        models(parts, &mut vec![name.clone()], &mut paths);
    }
    let tests = paths.iter().map(|path| {
        let test = path.iter().map(ToString::to_string).collect::<Vec<_>>().join("_").to_lowercase();
        let test = format_ident!("{test}");
        quote! {
            #[test]
            fn #test() {
                crate::same::<crate::literal #(::#path)* <f64>, crate::constant #(::#path)* <f64>>();
            }
        }
    });
    let count = paths.len();
    let file = quote! {
        pub mod numbers { #constants }
        pub mod literal { #literal }
        pub mod constant { #constant }
        #[cfg(test)]
        mod tests { #(#tests)* }
        const GRAPHS: usize = #count;
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("graphs.rs"), file.to_string()).expect("the file can be written");
}

/// Whether some graph has a layer, by its name or as a function.
fn uses(modules: &[(Ident, Parts)], layer: &str) -> bool {
    let function = LAYERS.iter().find(|spec| spec.name == layer).and_then(|spec| spec.function);
    let mut words = HashSet::new();
    modules.iter().for_each(|(_, parts)| collect::words(parts, &mut words));
    words.contains(layer) || function.is_some_and(|function| words.contains(function))
}

/// The root files of tests and examples.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        for entry in fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|end| end == "rs") {
                files.push(path);
            } else if path.join("main.rs").exists() {
                files.push(path.join("main.rs"));
            }
        }
    }
    files.sort();
    files
}

/// `forms` for `tests/forms/main.rs`, `example_digits` for `examples/digits.rs`.
fn name(file: &Path) -> Ident {
    let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let folder = file.parent().expect("a folder");
    match stem(file).as_str() {
        "main" => format_ident!("{}", stem(folder)),
        other if folder.ends_with("examples") => format_ident!("example_{other}"),
        other => format_ident!("{other}"),
    }
}

/// A module. If `numbers` is given, sizes become constants.
fn module(name: &Ident, parts: &Parts, mut numbers: Option<&mut Numbers>) -> TokenStream {
    let mut inside = TokenStream::new();
    for part in parts {
        inside.extend(match part {
            Part::Item(item) => quote!(#item),
            Part::Module(name, parts) => module(name, parts, numbers.as_deref_mut()),
            Part::Graph(graph) => {
                let body = numbers.as_mut().map_or_else(|| graph.body.clone(), |numbers| numbers.rename(&graph.body));
                let (attributes, name) = (&graph.attributes, &graph.name);
                quote!(::nn::model! { #(#attributes)* pub struct #name; #body })
            }
        });
    }
    let constants = numbers.map(|_| {
        quote!(
            #[allow(unused_imports)]
            use NUMBERS::*;
        )
    });
    quote!(pub mod #name { #constants #inside })
}

/// The tokens of a crate, moved into a module.
fn rooted(tokens: TokenStream, root: &TokenStream) -> TokenStream {
    let mut done = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Ident(name) if name == "crate" => done.extend(root.clone()),
            TokenTree::Ident(name) if name == "NUMBERS" => done.extend(quote!(crate::numbers)),
            TokenTree::Group(group) => {
                let inside = rooted(group.stream(), root);
                done.extend([TokenTree::Group(Group::new(group.delimiter(), inside))]);
            }
            other => done.extend([other]),
        }
    }
    done
}

/// The paths of all models.
fn models(parts: &Parts, path: &mut Vec<Ident>, found: &mut Vec<Vec<Ident>>) {
    for part in parts {
        match part {
            Part::Graph(graph) => found.push(path.iter().chain([&graph.name]).cloned().collect()),
            Part::Module(name, parts) => {
                path.push(name.clone());
                models(parts, path, found);
                path.pop();
            }
            Part::Item(_) => {}
        }
    }
}
