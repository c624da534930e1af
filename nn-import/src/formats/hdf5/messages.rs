//! The header of an object: a list of messages.

use super::{Data, Hdf5, length};
use crate::formats::bytes::{Bytes, Damaged, sum, text};

/// A part of the header of an object. Those that no network needs are left out.
#[derive(Clone)]
pub(super) enum Message<'a> {
    Shape(Vec<usize>),
    Type(Type),
    Layout(Layout<'a>),
    Filters,
    Attribute(&'a str, Data<'a>),
    /// Attributes that are not in the header.
    ManyAttributes,
    Group {
        tree: usize,
        heap: usize,
    },
    /// A member of a group, and its address.
    Link(&'a str, usize),
    /// Members of a group that are not in the header.
    ManyLinks,
}

/// The place of the elements of a dataset.
#[derive(Clone, Copy)]
pub(super) enum Layout<'a> {
    Compact(&'a [u8]),
    /// An address and a number of bytes.
    At(usize, usize),
    Chunks,
}

/// The type of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Type {
    /// The kind of number or text.
    pub(crate) class: Class,
    /// The bytes of an element.
    pub(crate) size: usize,
    /// Whether the most significant byte comes first.
    pub(crate) big_endian: bool,
}

/// The kinds of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// A whole number.
    Int,
    /// A number of IEEE 754.
    Float,
    /// Text of a fixed length, with zeros behind it.
    Text,
    /// A reference to text in a heap.
    TextInHeap,
    /// Anything else.
    Other,
}

/// The longest header, in messages.
const MAX_MESSAGES: usize = 1 << 16;

/// Reads the messages of an object.
pub(super) fn messages<'a>(file: &Hdf5<'a>, address: usize) -> Result<Vec<Message<'a>>, Damaged> {
    let bytes = file.bytes;
    let version = bytes.u8(address)?;
    if version != 1 {
        return Err(format!("the header of an object at byte {address} has version {version}; version 1 is read"));
    }
    let count = bytes.u16(sum(address, 2)?)?;
    let mut blocks = vec![(sum(address, 16)?, bytes.u32(sum(address, 8)?)?)];
    let (mut found, mut seen) = (Vec::new(), 0);
    while let Some((start, size)) = blocks.pop() {
        let end = sum(start, size)?;
        let mut at = start;
        while seen < count.min(MAX_MESSAGES) && sum(at, 8)? <= end {
            file.count()?;
            seen += 1;
            let (kind, size, flags) = (bytes.u16(at)?, bytes.u16(at + 2)?, bytes.u8(at + 4)?);
            let body = Bytes(bytes.slice(at + 8, size)?);
            at += 8 + size;
            if kind == 0x10 {
                blocks.push((body.u64(0)?, body.u64(8)?));
                continue;
            }
            // The message is elsewhere; Keras does not write that for what is read here.
            if flags & 2 != 0 {
                return Err("two objects share a part of their headers, which is not read".into());
            }
            found.extend(message(kind, body)?);
        }
    }
    Ok(found)
}

fn message(kind: usize, body: Bytes<'_>) -> Result<Option<Message<'_>>, Damaged> {
    Ok(Some(match kind {
        0x01 => Message::Shape(shape(body)?),
        0x02 => {
            let heap = if body.u8(1)? & 1 == 1 { 10 } else { 2 };
            match address(body, heap)? {
                super::UNDEFINED => return Ok(None),
                _ => Message::ManyLinks,
            }
        }
        0x03 => Message::Type(class(body)?),
        0x06 => return link(body),
        0x08 => Message::Layout(layout(body)?),
        0x0b => Message::Filters,
        0x0c => attribute(body)?,
        0x11 => Message::Group { tree: body.u64(0)?, heap: body.u64(8)? },
        0x15 => Message::ManyAttributes,
        _ => return Ok(None),
    }))
}

/// A member of a group whose names are not all ASCII.
fn link(body: Bytes<'_>) -> Result<Option<Message<'_>>, Damaged> {
    let (version, flags) = (body.u8(0)?, body.u8(1)?);
    if version != 1 {
        return Err(format!("a link has version {version}; version 1 is read"));
    }
    let mut at = 2;
    let mut part = |flag: usize, size: usize| {
        let start = at;
        at += if flags & flag == 0 { 0 } else { size };
        (flags & flag != 0).then_some(start)
    };
    let kind = part(8, 1);
    part(4, 8);
    part(16, 1);
    let length = match flags & 3 {
        0 => body.u8(at)?,
        1 => body.u16(at)?,
        2 => body.u32(at)?,
        _ => body.u64(at)?,
    };
    at += 1 << (flags & 3);
    let name = text(body.slice(at, length)?)?;
    // Other kinds are links to names, which Keras does not write.
    match kind.map_or(Ok(0), |kind| body.u8(kind))? {
        0 => Ok(Some(Message::Link(name, body.u64(sum(at, length)?)?))),
        _ => Ok(None),
    }
}

/// A dataspace: the lengths of the axes.
fn shape(body: Bytes<'_>) -> Result<Vec<usize>, Damaged> {
    let first = match body.u8(0)? {
        1 => 8,
        2 => 4,
        version => return Err(format!("a shape has version {version}; 1 and 2 are read")),
    };
    (0..body.u8(1)?).map(|axis| body.u64(first + 8 * axis)).collect()
}

fn class(body: Bytes<'_>) -> Result<Type, Damaged> {
    let (class, bits, size) = (body.u8(0)? & 15, body.u8(1)?, body.u32(4)?);
    let class = match class {
        0 => Class::Int,
        1 => Class::Float,
        3 => Class::Text,
        9 if bits & 15 == 1 => Class::TextInHeap,
        _ => Class::Other,
    };
    if size == 0 || (class == Class::TextInHeap && size != 16) {
        return Err(format!("elements of {size} bytes"));
    }
    Ok(Type { class, size, big_endian: matches!(class, Class::Int | Class::Float) && bits & 1 == 1 })
}

fn layout(body: Bytes<'_>) -> Result<Layout<'_>, Damaged> {
    match (body.u8(0)?, body.u8(1)?) {
        (3 | 4, 0) => Ok(Layout::Compact(body.slice(4, body.u16(2)?)?)),
        (3 | 4, 1) => Ok(Layout::At(address(body, 2)?, body.u64(10)?)),
        (3 | 4, _) => Ok(Layout::Chunks),
        (version, _) => Err(format!("the place of a dataset has version {version}; 3 and 4 are read")),
    }
}

/// Reads an address, which may be that of nothing.
fn address(body: Bytes<'_>, at: usize) -> Result<usize, Damaged> {
    match body.slice(at, 8)? {
        [255, 255, 255, 255, 255, 255, 255, 255] => Ok(super::UNDEFINED),
        _ => body.u64(at),
    }
}

fn attribute(body: Bytes<'_>) -> Result<Message<'_>, Damaged> {
    let version = body.u8(0)?;
    // Version 1 fills each part up to 8 bytes; version 3 has a byte for the encoding of the name.
    let (first, block) = match version {
        1 => (8, 8),
        2 => (8, 1),
        3 => (9, 1),
        _ => return Err(format!("an attribute has version {version}; 1 to 3 are read")),
    };
    let [name, kind, space] = [body.u16(2)?, body.u16(4)?, body.u16(6)?];
    let at_kind = first + name.next_multiple_of(block);
    let at_space = at_kind + kind.next_multiple_of(block);
    let at_data = at_space + space.next_multiple_of(block);
    let name = body.slice(first, name)?;
    let name = text(name.split(|&byte| byte == 0).next().unwrap_or_default())?;
    let (class, shape) = (class(Bytes(body.slice(at_kind, kind)?))?, shape(Bytes(body.slice(at_space, space)?))?);
    let bytes = body.slice(at_data, length(class, &shape)?)?;
    Ok(Message::Attribute(name, Data { class, shape, bytes }))
}
