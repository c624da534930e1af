//! HDF5 as h5py writes it for Keras: superblock 0, groups as symbol tables, contiguous or compact data without filters.
//!
//! Source: HDF5 File Format Specification Version 3.0,
//! <https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html>.

mod messages;

use super::bytes::{Bytes, Damaged, sum, text};
pub(crate) use messages::{Class, Type};
use messages::{Layout, Message, messages};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";
/// The address of nothing.
const UNDEFINED: usize = usize::MAX;
/// More parts than any file of a network has. Links of a damaged file can form loops.
const MAX_PARTS: usize = 1 << 20;

/// A file.
#[derive(Clone)]
pub(crate) struct Hdf5<'a> {
    bytes: Bytes<'a>,
    root: usize,
    parts: Rc<Cell<usize>>,
    /// The bytes of the datasets that were read.
    taken: Rc<Cell<usize>>,
    /// The groups that were read, by the addresses of their headers.
    groups: Rc<RefCell<HashMap<usize, Group<'a>>>>,
}

/// The addresses of the members of a group.
type Group<'a> = Rc<HashMap<&'a str, usize>>;

/// A group or a dataset.
#[derive(Clone)]
pub(crate) struct Object<'a> {
    file: Hdf5<'a>,
    address: usize,
    messages: Vec<Message<'a>>,
}

/// Numbers or text with a shape, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Data<'a> {
    /// The type of an element.
    pub(crate) class: Type,
    /// The lengths of the axes.
    pub(crate) shape: Vec<usize>,
    /// The elements.
    pub(crate) bytes: &'a [u8],
}

impl<'a> Hdf5<'a> {
    /// Returns whether the bytes look like a file of HDF5.
    pub(crate) fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(SIGNATURE)
    }

    /// Opens a file.
    pub(crate) fn open(file: &'a [u8]) -> Result<Self, Damaged> {
        let bytes = Bytes(file);
        bytes.expect(0, SIGNATURE, "signature of HDF5")?;
        match bytes.u8(8)? {
            0 => {}
            version => {
                return Err(format!(
                    "its superblock has version {version}; version 0 is read, which h5py writes unless `libver` is set"
                ));
            }
        }
        if [bytes.u8(13)?, bytes.u8(14)?] != [8, 8] {
            return Err("its addresses do not have 8 bytes".into());
        }
        if bytes.u64(24)? != 0 {
            return Err("it begins inside another file".into());
        }
        Ok(Hdf5 { bytes, root: bytes.u64(64)?, parts: Rc::default(), taken: Rc::default(), groups: Rc::default() })
    }

    /// Returns the group that contains all others.
    pub(crate) fn root(&self) -> Result<Object<'a>, Damaged> {
        self.object(self.root)
    }

    fn object(&self, address: usize) -> Result<Object<'a>, Damaged> {
        Ok(Object { file: self.clone(), address, messages: messages(self, address)? })
    }

    /// Counts a part that is read, so that reading ends.
    fn count(&self) -> Result<(), Damaged> {
        self.parts.set(self.parts.get() + 1);
        if self.parts.get() > MAX_PARTS {
            Err("it has too many parts, or parts that contain each other".into())
        } else {
            Ok(())
        }
    }

    /// Returns the text of a reference into a global heap.
    fn heap_text(&self, reference: Bytes<'a>) -> Result<&'a str, Damaged> {
        let (length, heap, index) = (reference.u32(0)?, reference.u64(4)?, reference.u32(12)?);
        if length == 0 {
            return Ok("");
        }
        self.bytes.expect(heap, b"GCOL", "heap")?;
        let end = sum(heap, self.bytes.u64(sum(heap, 8)?)?)?;
        let mut at = sum(heap, 16)?;
        while at < end {
            self.count()?;
            let (found, size) = (self.bytes.u16(at)?, self.bytes.u64(at + 8)?);
            if found == index {
                if length > size {
                    break;
                }
                return text(self.bytes.slice(at + 16, length)?);
            }
            if found == 0 {
                break;
            }
            at = sum(at, sum(16, size)?.checked_next_multiple_of(8).ok_or("an object is too large")?)?;
        }
        Err(format!("the text {index} of the heap at byte {heap} is missing"))
    }
}

impl<'a> Object<'a> {
    /// Returns the addresses of the members of a group; none for a dataset.
    fn members(&self) -> Result<Group<'a>, Damaged> {
        if let Some(group) = self.file.groups.borrow().get(&self.address) {
            return Ok(Rc::clone(group));
        }
        let mut found = HashMap::new();
        for message in &self.messages {
            match *message {
                Message::Group { tree, heap } => {
                    self.file.bytes.expect(heap, b"HEAP", "heap of names")?;
                    let names = self.file.bytes.u64(sum(heap, 24)?)?;
                    self.tree(tree, names, u8::MAX.into(), &mut found)?;
                }
                Message::Link(name, address) => {
                    self.file.count()?;
                    found.entry(name).or_insert(address);
                }
                Message::ManyLinks => {
                    return Err("the names in a group are stored in a heap, which is not read. HDF5 does that if a \
                                name has letters beyond ASCII: rename the layer, or save the model as `.keras`"
                        .into());
                }
                _ => {}
            }
        }
        let group = Rc::new(found);
        self.file.groups.borrow_mut().insert(self.address, Rc::clone(&group));
        Ok(group)
    }

    /// Adds the members below a node of a tree.
    fn tree(
        &self,
        node: usize,
        names: usize,
        level: usize,
        found: &mut HashMap<&'a str, usize>,
    ) -> Result<(), Damaged> {
        let bytes = self.file.bytes;
        self.file.count()?;
        bytes.expect(node, b"TREE", "node of a group")?;
        let (own, children) = (bytes.u8(sum(node, 5)?)?, bytes.u16(node + 6)?);
        if own >= level {
            return Err("the nodes of a group contain each other".into());
        }
        for child in 0..children {
            let child = bytes.u64(sum(node, 32 + 16 * child)?)?;
            if own > 0 {
                self.tree(child, names, own, found)?;
                continue;
            }
            bytes.expect(child, b"SNOD", "list of members")?;
            for member in 0..bytes.u16(sum(child, 6)?)? {
                self.file.count()?;
                let entry = child + 8 + 40 * member;
                let name = bytes.from(sum(names, bytes.u64(entry)?)?)?.0;
                let length = name.iter().position(|&byte| byte == 0).ok_or("a name has no end")?;
                // Type 2 is a symbolic link, which Keras does not write.
                if bytes.u32(sum(entry, 16)?)? != 2 {
                    found.entry(text(&name[..length])?).or_insert(bytes.u64(entry + 8)?);
                }
            }
        }
        Ok(())
    }

    /// Returns the names of the members of a group, in the order of the alphabet.
    pub(crate) fn names(&self) -> Result<Vec<&'a str>, Damaged> {
        let mut names: Vec<&str> = self.members()?.keys().copied().collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Returns the member at a path of names with `/` between them.
    pub(crate) fn member(&self, path: &str) -> Result<Option<Object<'a>>, Damaged> {
        let mut object = self.clone();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let address = object.members()?.get(name).copied();
            match address {
                Some(address) => object = object.file.object(address)?,
                None => return Ok(None),
            }
        }
        Ok(Some(object))
    }

    /// Returns the numbers of a dataset; `None` for a group.
    pub(crate) fn data(&self) -> Result<Option<Data<'a>>, Damaged> {
        let (mut class, mut shape, mut layout) = (None, None, None);
        for message in &self.messages {
            match message {
                Message::Type(found) => class = Some(*found),
                Message::Shape(found) => shape = Some(found),
                Message::Layout(found) => layout = Some(*found),
                Message::Filters => {
                    return Err("a dataset is packed, which is not read: save it without compression".into());
                }
                _ => {}
            }
        }
        let (Some(class), Some(shape), Some(layout)) = (class, shape, layout) else { return Ok(None) };
        let length = length(class, shape)?;
        let bytes = match layout {
            Layout::Compact(bytes) => bytes.get(..length).ok_or("a dataset is shorter than its shape")?,
            Layout::At(UNDEFINED, _) if length == 0 => &[],
            Layout::At(UNDEFINED, _) => return Err("a dataset was never written".into()),
            Layout::At(address, size) if size >= length => self.file.bytes.slice(address, length)?,
            Layout::At(..) => return Err("a dataset is shorter than its shape".into()),
            Layout::Chunks => return Err("a dataset is stored in chunks, which is not read: save it contiguous".into()),
        };
        // Datasets that share their bytes would need more memory than the file has.
        self.file.taken.set(sum(self.file.taken.get(), length)?);
        if self.file.taken.get() > self.file.bytes.0.len() {
            return Err("its datasets overlap".into());
        }
        Ok(Some(Data { class, shape: shape.clone(), bytes }))
    }

    /// Returns the texts of an attribute, if there is one of this name.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<&'a str>>, Damaged> {
        let Some(data) = self.attribute(name)? else { return Ok(None) };
        let texts = data.bytes.chunks_exact(data.class.size).map(|bytes| match data.class.class {
            Class::Text => text(bytes.split(|&byte| byte == 0).next().unwrap_or_default()),
            Class::TextInHeap => self.file.heap_text(Bytes(bytes)),
            _ => Err(format!("the attribute `{name}` is not text")),
        });
        texts.collect::<Result<_, _>>().map(Some)
    }

    fn attribute(&self, name: &str) -> Result<Option<&Data<'a>>, Damaged> {
        let found = self.messages.iter().find_map(|message| match message {
            Message::Attribute(found, data) if *found == name => Some(data),
            Message::ManyAttributes => None,
            _ => None,
        });
        match found {
            None if self.messages.iter().any(|message| matches!(message, Message::ManyAttributes)) => Err(
                "its attributes are stored in a heap, which is not read: save it with Keras, or h5py without `libver`"
                    .into(),
            ),
            found => Ok(found),
        }
    }
}

/// Returns the number of bytes of a dataset or of an attribute.
fn length(class: Type, shape: &[usize]) -> Result<usize, Damaged> {
    shape
        .iter()
        .try_fold(class.size, |length, &axis| length.checked_mul(axis))
        .ok_or_else(|| "a dataset is too large".into())
}
