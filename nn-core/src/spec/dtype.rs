//! [`Dtype`]: the type of the numbers in a tensor.

/// The type of the numbers in a tensor, as data: Keras's `dtype`. The Rust types behind it are
/// [`Element`](crate::tensor::Element)s.
///
/// The layout of a tensor is not part of it: a sparse tensor holds [`Float`](Dtype::Float)s too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dtype {
    /// The model's scalar, `f32` or `f64`: the only type that has gradients.
    Float,
    /// `u32`: indices and masks.
    U32,
    /// `i8`: quantized numbers.
    I8,
    /// `u8`: quantized numbers, and bytes such as those of an image.
    U8,
    /// `i16`: quantized numbers.
    I16,
    /// `i32`: sums of products of quantized numbers.
    I32,
}

impl Dtype {
    /// All types. A model has its memory in this order.
    pub const ALL: &'static [Dtype] = &[Dtype::Float, Dtype::U32, Dtype::I8, Dtype::U8, Dtype::I16, Dtype::I32];

    /// Returns the Rust type; `None` for the model's scalar, which is a parameter of the model.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Dtype::Float => None,
            Dtype::U32 => Some("u32"),
            Dtype::I8 => Some("i8"),
            Dtype::U8 => Some("u8"),
            Dtype::I16 => Some("i16"),
            Dtype::I32 => Some("i32"),
        }
    }

    /// Returns the bytes of a number in an `f32` model, for budgets.
    pub const fn bytes(self) -> usize {
        match self {
            Dtype::I8 | Dtype::U8 => 1,
            Dtype::I16 => 2,
            Dtype::Float | Dtype::U32 | Dtype::I32 => 4,
        }
    }
}
