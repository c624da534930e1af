//! `include_weights!`: compares the tensors of a file with the parts of a model and makes the model, at compile time.

use crate::layer::model::Model;
use crate::spec::code::Code;
use crate::spec::half::Half;
use crate::spec::shape::Shape;
use crate::spec::text::{Text, str_eq};
use crate::weights::{Part, assert_layout};
use core::mem::MaybeUninit;

/// A tensor of a file.
#[derive(Clone, Copy, Debug)]
pub struct Tensor {
    /// The name: `dense.kernel`.
    pub name: &'static str,
    /// The type, as safetensors writes it. Halves are `F32` by now. If the caller asked for halves, both halves and
    /// `F32` are halves of that type by now.
    pub dtype: &'static str,
    /// The shape.
    pub shape: &'static [usize],
    /// The scalars, in little-endian order.
    pub bytes: &'static [u8],
}

/// The maximum length of a name with all its prefixes, in bytes.
const NAME: usize = 256;

/// A name with its prefixes.
type Name = Text<NAME>;

/// A message. The longest one holds a few names.
type Message = Text<2048>;

/// Returns the model whose variables are the tensors of a file.
///
/// # Panics
/// If the tensors are not exactly the variables, by name, shape and type. The message names the first difference.
#[track_caller]
pub const fn model<M: Model>(tensors: &[Tensor]) -> M {
    // SAFETY: by the contract of `Weights`, zeroed bytes are a valid `M`, and so is any bit pattern of its scalars.
    unsafe { values::<M, M>(tensors, Scalars { dtype: expected::<M>(), width: size_of::<M::Scalar>() }).assume_init() }
}

/// Checks that the graph of a file is the graph of the model.
///
/// # Panics
/// If it is another one. The message has the first lines that differ.
#[track_caller]
pub const fn graph<M: Model>(file: &str) {
    let (mut own, mut file) = (M::DESCRIPTION, file);
    if own.is_empty() {
        return;
    }
    while !own.is_empty() || !file.is_empty() {
        let (a, b) = (line(own), line(file));
        if !str_eq(a.0, b.0) {
            let message = Message::new().str("the weights are of another graph: `").str(M::NAME).str("` has `");
            fail(message.str(a.0).str("`, the file has `").str(b.0).str("`"), Code::OtherGraph);
        }
        (own, file) = (a.1, b.1);
    }
}

/// Returns a value that was made before a check.
pub const fn checked<V>(value: V, (): ()) -> V {
    value
}

/// Returns the first line of a text, without spaces before it, and the other lines.
const fn line(text: &str) -> (&str, &str) {
    let mut end = 0;
    while end < text.len() && text.as_bytes()[end] != b'\n' {
        end += 1;
    }
    let (first, rest) = text.split_at(end);
    (first.trim_ascii(), if rest.is_empty() { rest } else { rest.split_at(1).1 })
}

/// Returns the `N` scalars of all tensors as halves, in the order of the model's flat slice. The tensors hold halves.
///
/// # Panics
/// If the tensors are not exactly the variables, as in [`model`], or if the model's scalar is `f64`.
#[track_caller]
pub const fn halves<M: Model, H: Half, const N: usize>(tensors: &[Tensor]) -> [H; N] {
    if size_of::<M::Scalar>() != 4 {
        let message = Message::new().str("`").str(M::NAME).str("` is over f64, and ").str(H::DTYPE);
        fail(message.str(" is for weights of models over f32"), Code::TensorType);
    }
    // SAFETY: any 16 bits are an `H`; the trait is sealed, so there is no other.
    unsafe { values::<M, [H; N]>(tensors, Scalars { dtype: H::DTYPE, width: size_of::<H>() }).assume_init() }
}

/// The kind of scalars that tensors hold.
#[derive(Clone, Copy)]
struct Scalars {
    dtype: &'static str,
    /// Bytes of one scalar.
    width: usize,
}

/// Copies the scalars of the tensors into a `V`, in the order of the model. They fill all bytes of the `V`.
#[track_caller]
const fn values<M: Model, V>(tensors: &[Tensor], kept: Scalars) -> MaybeUninit<V> {
    const { assert_layout::<M::Scalar, M>() }
    let mut bytes = MaybeUninit::<V>::zeroed();
    let (end, read) = write::<M, V>(M::PARTS, &Name::new(), tensors, kept, &mut bytes, 0);
    if read < tensors.len() {
        surplus::<M>(tensors);
    }
    assert!(end == size_of::<V>(), "the parts of a model are all its scalars");
    bytes
}

/// Returns the type of tensors whose scalars are the model's scalars.
const fn expected<M: Model>() -> &'static str {
    if size_of::<M::Scalar>() == 4 { "F32" } else { "F64" }
}

/// Writes the tensors of these parts to the bytes of `values`, from `start` on. Returns the end and the number of
/// tensors.
#[track_caller]
const fn write<M: Model, V>(
    parts: &[Part],
    prefix: &Name,
    tensors: &[Tensor],
    kept: Scalars,
    values: &mut MaybeUninit<V>,
    start: usize,
) -> (usize, usize) {
    let (mut at, mut count, mut i) = (start, 0, 0);
    while i < parts.len() {
        match &parts[i] {
            Part::Variable { name, shape, .. } => {
                let bytes = find::<M>(&prefix.str(name), shape, tensors, kept.dtype).bytes;
                assert!(bytes.len() <= size_of::<V>() - at, "the parts of a model are no more than its scalars");
                // SAFETY: `bytes` fit between `at` and the end of the values, which the borrow has to itself.
                unsafe { copy(bytes, values.as_mut_ptr().cast::<u8>().add(at), kept.width) }
                (at, count) = (at + bytes.len(), count + 1);
            }
            Part::Layer { name, parts, .. } => {
                let (end, read) = write::<M, V>(parts, &prefix.str(name).str("."), tensors, kept, values, at);
                (at, count) = (end, count + read);
            }
            Part::Nothing => {}
        }
        i += 1;
    }
    (at, count)
}

/// Copies little-endian scalars of `width` bytes into the byte order of the target.
///
/// # Safety
/// `to` is valid for writes of `bytes.len()` bytes.
const unsafe fn copy(bytes: &[u8], to: *mut u8, width: usize) {
    if cfg!(target_endian = "little") {
        // SAFETY: by the caller's promise; a shared slice and memory for writing do not overlap.
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) }
        return;
    }
    let mut i = 0;
    while i < bytes.len() {
        // SAFETY: both offsets are below the length, which is a multiple of `width`.
        unsafe { *to.add(i) = bytes[i - i % width + width - 1 - i % width] }
        i += 1;
    }
}

/// Returns the tensor of a variable, with the right shape and scalars of type `dtype`.
#[track_caller]
const fn find<M: Model>(name: &Name, shape: &Shape, tensors: &[Tensor], dtype: &str) -> Tensor {
    let name = name.as_str();
    let mut i = 0;
    while i < tensors.len() {
        let tensor = tensors[i];
        i += 1;
        if !str_eq(tensor.name, name) {
            continue;
        }
        if !same(tensor.shape, shape.dims()) {
            let message = Message::new().str("tensor `").str(name).str("`: `").str(M::NAME).str("` expects shape ");
            let message = dims(dims(message, shape.dims()).str(", the file has "), tensor.shape);
            fail(message, Code::TensorShape);
        }
        if !str_eq(tensor.dtype, dtype) {
            let message = Message::new().str("tensor `").str(name).str("`: `").str(M::NAME).str("` expects type ");
            fail(message.str(expected::<M>()).str(", the file has ").str(tensor.dtype), Code::TensorType);
        }
        return tensor;
    }
    let message = Message::new().str("tensor `").str(name).str("` of `").str(M::NAME).str("` is not in the file");
    fail(near::<M>(message, name, tensors), Code::MissingTensor)
}

/// Panics with the name of the first tensor that is not a variable.
#[track_caller]
const fn surplus<M: Model>(tensors: &[Tensor]) -> ! {
    let mut i = 0;
    while i < tensors.len() {
        let name = tensors[i].name;
        if !is_variable(M::PARTS, &Name::new(), name) {
            let message = Message::new().str("the file has a tensor `").str(name).str("`, and `").str(M::NAME);
            let mut message = message.str("` no such variable");
            let before = tensors[i].name.as_bytes();
            if before.len() > 9 && str_eq("optimizer", str_of(before.split_at(9).0)) {
                message = message.str("\n  = help: this is a checkpoint: `save_weights` writes the weights alone");
            }
            fail(message, Code::SurplusTensor);
        }
        i += 1;
    }
    panic!("a tensor is listed twice")
}

/// Whether one of the parts is a variable of this name.
const fn is_variable(parts: &[Part], prefix: &Name, tensor: &str) -> bool {
    let mut i = 0;
    while i < parts.len() {
        let found = match &parts[i] {
            Part::Variable { name, .. } => str_eq(prefix.str(name).as_str(), tensor),
            Part::Layer { name, parts, .. } => is_variable(parts, &prefix.str(name).str("."), tensor),
            Part::Nothing => false,
        };
        if found {
            return true;
        }
        i += 1;
    }
    false
}

/// The most names of a file in a message.
const NAMED: usize = 6;

/// Adds the names of the tensors without a variable to the message, the closest first.
const fn near<M: Model>(mut message: Message, name: &str, tensors: &[Tensor]) -> Message {
    let (mut closest, mut count, mut i) = ([(usize::MAX, ""); NAMED], 0, 0);
    while i < tensors.len() {
        let other = tensors[i].name;
        if !is_variable(M::PARTS, &Name::new(), other) {
            // Each moves the names behind it by one place.
            let (mut next, mut place) = ((distance(name, other), other), 0);
            while place < NAMED {
                if next.0 < closest[place].0 || closest[place].1.is_empty() {
                    (closest[place], next) = (next, closest[place]);
                }
                place += 1;
            }
            count += 1;
        }
        i += 1;
    }
    if count == 0 {
        return message.str("\n  = help: the file has no tensor for it under another name");
    }
    message = message.str("\n  = help: the file has ");
    let mut place = 0;
    while place < NAMED && place < count {
        message = message.str(if place > 0 { ", `" } else { "`" }).str(closest[place].1).str("`");
        place += 1;
    }
    if count > NAMED { message.str(" and ").size(count - NAMED).str(" more") } else { message }
}

/// Returns the edit distance of two names: the least number of letters to insert, delete or replace.
const fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if b.len() >= NAME {
        return usize::MAX;
    }
    let mut row = [0; NAME];
    let mut j = 0;
    while j <= b.len() {
        row[j] = j;
        j += 1;
    }
    let mut i = 0;
    while i < a.len() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        j = 0;
        while j < b.len() {
            let changed = diagonal + (a[i] != b[j]) as usize;
            let moved = 1 + if row[j] < row[j + 1] { row[j] } else { row[j + 1] };
            diagonal = row[j + 1];
            row[j + 1] = if changed < moved { changed } else { moved };
            j += 1;
        }
        i += 1;
    }
    row[b.len()]
}

const fn str_of(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

const fn same(a: &[usize], b: &[usize]) -> bool {
    let (mut equal, mut i) = (a.len() == b.len(), 0);
    while equal && i < a.len() {
        equal = a[i] == b[i];
        i += 1;
    }
    equal
}

/// Appends a shape. A shape from a file may have any number of axes.
const fn dims(mut message: Message, dims: &[usize]) -> Message {
    message = message.str("(");
    let mut i = 0;
    while i < dims.len() {
        message = message.str(if i > 0 { ", " } else { "" }).size(dims[i]);
        i += 1;
    }
    message.str(if dims.len() == 1 { ",)" } else { ")" })
}

#[track_caller]
const fn fail(message: Message, code: Code) -> ! {
    panic!("{}", message.str(code.note().as_str()).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_near() {
        assert_eq!((distance("kernel", "kernel"), distance("kernel", "kernal"), distance("", "abc")), (0, 1, 3));
        assert_eq!((distance("dense.bias", "dens.bias"), distance("flaw", "lawn")), (1, 2));
    }

    #[test]
    fn shapes_of_any_rank() {
        let text = |shape: &[usize]| std::string::String::from(dims(Message::new(), shape).as_str());
        assert_eq!((text(&[]), text(&[3]), text(&[2, 3])), ("()".into(), "(3,)".into(), "(2, 3)".into()));
    }
}
