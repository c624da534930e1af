//! Samples by shape: nested arrays, and flat memory in row-major order.
//!
//! A sample of shape `(height, width, channels)` has the memory of `[[[f32; channels]; width]; height]`. Programs
//! therefore read and write images and series by `[row][column][channel]` and `[step][feature]`.

use super::wrong::ArrayOf;
use crate::spec::code::Code;
use crate::spec::shape::{MAX_RANK, Shape};
use crate::spec::text::Text;
#[cfg(feature = "alloc")]
use crate::tensor::scalar::Scalar;
use crate::tensor::{Element, Sample};
use bytemuck::Pod;
use core::fmt;
use nalgebra::SMatrix;

/// A sample as plain memory, in row-major order: nested arrays, or a matrix.
///
/// | shape | nested arrays |
/// |---|---|
/// | `(64,)` | `[f32; 64]` |
/// | `(5, 3)`: steps, features | `[[f32; 3]; 5]` |
/// | `(28, 28, 1)`: rows, columns, channels | `[[[f32; 1]; 28]; 28]` |
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a sample",
    note = "a sample is an array of numbers, arrays in an array, or an `SMatrix`: `[[[f32; 3]; 32]; 32]` for the shape \
            `(32, 32, 3)`"
)]
pub trait Block: Pod {
    /// The number type.
    type Element: Element;
    /// The shape: the outermost array is the first axis.
    const SHAPE: Shape;
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Block for $number {
            type Element = $number;
            const SHAPE: Shape = Shape::new(&[]);
        }
    )*};
}
numbers!(f32 f64 u32 u8 i8 i16 i32);

impl<B: Block, const N: usize> Block for [B; N] {
    type Element = B::Element;
    const SHAPE: Shape = within(N, &B::SHAPE);
}

impl<E: Element, const R: usize, const C: usize> Block for SMatrix<E, R, C> {
    type Element = E;
    const SHAPE: Shape = Shape::of_matrix(R, C);
}

/// Returns the shape of `n` blocks.
const fn within(n: usize, inner: &Shape) -> Shape {
    let (mut dims, mut axis) = ([n; MAX_RANK], 0);
    assert!(inner.rank() < MAX_RANK, "a sample has at most 6 axes");
    while axis < inner.rank() {
        dims[axis + 1] = inner.dim(axis);
        axis += 1;
    }
    Shape::new(dims.split_at(inner.rank() + 1).0)
}

/// Fails to compile if blocks and samples have different shapes. A shape has more axes than a matrix, so it fits if the
/// last axes are equal, and the sizes too.
#[track_caller]
const fn assert_fits(array: &Shape, rows: usize, cols: usize) {
    let vector = array.rank() == 1 && cols == 1 && array.size() == rows;
    if vector || (array.rank() > 1 && array.rows() == rows && array.cols() == cols) {
        return;
    }
    let message = Text::<512>::new().str("arrays of shape ").shape(array).str(" where samples of ").size(cols);
    let message = message.str(" positions with ").size(rows).str(" features each are expected");
    let message = match array.rank() {
        0 => message.str("\n  = help: `nn::data::from_flat(&numbers)?` makes arrays of numbers in a row"),
        _ => message
            .str("\n  = help: the innermost array has the last axis of `Input(shape = [..])`: features, channels"),
    };
    panic!("{}", message.str(Code::Samples.note().as_str()).as_str())
}

/// Returns the same memory as nested arrays, such as `[[[f32; 1]; 28]; 28]` for images of shape `(28, 28, 1)`.
///
/// It does not compile if the arrays have another size, or another last axis.
///
/// ```
/// use nalgebra::SMatrix;
/// use nn_core::data;
///
/// # fn predictions() -> Vec<SMatrix<f32, 3, 8>> { vec![SMatrix::from_fn(|channel, place| (place * 10 + channel) as f32)] }
/// // Images of 2 rows, 4 columns and 3 channels.
/// let images: Vec<SMatrix<f32, 3, 8>> = predictions();
/// let pictures: &[[[[f32; 3]; 4]; 2]] = data::arrays(&images);
/// let (row, column, channel) = (1, 2, 0);
/// assert_eq!(pictures[0][row][column][channel], 60.0);
/// ```
pub fn arrays<B: Block, S: Sample<Element = B::Element>>(samples: &[S]) -> &[B] {
    const { assert_fits(&B::SHAPE, S::ROWS, S::COLS) }
    bytemuck::try_cast_slice(samples).unwrap_or(&[])
}

/// Returns the same memory as nested arrays for writing: see [`arrays`].
pub fn arrays_mut<B: Block, S: Sample<Element = B::Element>>(samples: &mut [S]) -> &mut [B] {
    const { assert_fits(&B::SHAPE, S::ROWS, S::COLS) }
    bytemuck::try_cast_slice_mut(samples).unwrap_or(&mut [])
}

/// Returns the memory of one sample as nested arrays: see [`arrays`].
///
/// ```
/// use nalgebra::SMatrix;
/// use nn_core::data;
///
/// // Two steps of three features.
/// let series = SMatrix::<f32, 3, 2>::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// let [first, second]: &[[f32; 3]; 2] = data::array(&series);
/// assert_eq!((first[2], second[0]), (3.0, 4.0));
/// ```
pub fn array<B: Block, S: Sample<Element = B::Element>>(sample: &S) -> &B {
    const { assert_fits(&B::SHAPE, S::ROWS, S::COLS) }
    bytemuck::cast_ref(sample)
}

/// Returns the same memory as samples: the reverse of [`arrays`]. `fit` and `predict` take nested arrays as they are.
///
/// It does not compile if the arrays have another size, or another last axis.
pub fn samples<S: Sample, B: Block<Element = S::Element>>(arrays: &[B]) -> &[S] {
    const { assert_fits(&B::SHAPE, S::ROWS, S::COLS) }
    bytemuck::try_cast_slice(arrays).unwrap_or(&[])
}

/// Returns the memory of nested arrays as one sample: see [`samples`]. `call` takes it.
///
/// ```
/// use nalgebra::SMatrix;
/// use nn_core::data;
///
/// let mut image = [[[0.0_f32; 3]; 4]; 2];
/// image[1][2][0] = 1.0;
/// let sample: &SMatrix<f32, 3, 8> = data::sample(&image);
/// assert_eq!(sample[(0, 1 * 4 + 2)], 1.0);
/// ```
pub fn sample<S: Sample, B: Block<Element = S::Element>>(array: &B) -> &S {
    const { assert_fits(&B::SHAPE, S::ROWS, S::COLS) }
    bytemuck::cast_ref(array)
}

/// Returns numbers in row-major order as blocks, in the same memory.
///
/// # Errors
/// If the number of numbers is not a multiple of the size of a block.
///
/// ```
/// use nn_core::data;
///
/// let numbers: Vec<f32> = (0..24).map(|k| k as f32).collect();
/// let images: &[[[[f32; 3]; 2]; 2]] = data::from_flat(&numbers)?;
/// assert_eq!((images.len(), images[1][0][1][2]), (2, 17.0));
/// let error = data::from_flat::<[f32; 7]>(&numbers).unwrap_err();
/// assert_eq!(error.to_string(), "expected a multiple of 7 numbers, the size of the shape (7,), got 24");
/// # Ok::<(), nn_core::data::LengthError>(())
/// ```
pub fn from_flat<B: Block>(numbers: &[B::Element]) -> Result<&[B], LengthError> {
    check::<B>(numbers.len())?;
    Ok(bytemuck::try_cast_slice(numbers).unwrap_or(&[]))
}

/// Returns the pixels of images, in row-major order, as blocks of numbers `pixel · scale`.
///
/// This is Keras's `Rescaling(scale)`. The rounding is that of a product of two numbers of the block's type.
///
/// # Errors
/// If the number of pixels is not a multiple of the size of a block.
///
/// ```
/// use nn_core::data;
///
/// // The bytes of two pictures of 28 × 28 gray pixels.
/// let bytes = vec![255; 2 * 28 * 28];
/// let images: Vec<[[[f32; 1]; 28]; 28]> = data::from_pixels(&bytes, 1.0 / 255.0)?;
/// assert_eq!((images.len(), images[1][27][27][0]), (2, 1.0));
/// # Ok::<(), nn_core::data::LengthError>(())
/// ```
#[cfg(feature = "alloc")]
pub fn from_pixels<B: Block<Element: Scalar>>(pixels: &[u8], scale: f64) -> Result<alloc::vec::Vec<B>, LengthError> {
    let scale = B::Element::of(scale);
    from_numbers(pixels, |pixel| B::Element::of(f64::from(pixel)) * scale)
}

/// Returns blocks of the numbers `convert(number)`, in row-major order. They are made in place on the heap.
///
/// # Errors
/// If the number of numbers is not a multiple of the size of a block.
///
/// ```
/// use nn_core::data;
///
/// let bytes = [0_u8, 51, 255, 102];
/// let pairs: Vec<[f32; 2]> = data::from_numbers(&bytes, |byte| f32::from(byte) / 255.0)?;
/// assert_eq!(pairs, [[0.0, 0.2], [1.0, 0.4]]);
/// # Ok::<(), nn_core::data::LengthError>(())
/// ```
#[cfg(feature = "alloc")]
pub fn from_numbers<B: Block, N: Copy>(
    numbers: &[N],
    convert: impl FnMut(N) -> B::Element,
) -> Result<alloc::vec::Vec<B>, LengthError> {
    let mut blocks = zeros(check::<B>(numbers.len())?);
    copy_numbers(numbers, &mut blocks, convert)?;
    Ok(blocks)
}

/// Writes the numbers `convert(number)`, in row-major order, to blocks. It needs no heap.
///
/// # Errors
/// If there are not as many numbers as the blocks hold.
///
/// ```
/// use nn_core::data;
///
/// let mut image = [[[[0.0_f32; 1]; 2]; 2]];
/// data::copy_numbers(&[0_u8, 51, 102, 255], &mut image, |byte| f32::from(byte) / 255.0)?;
/// assert_eq!(image[0][1][0][0], 0.4);
/// # Ok::<(), nn_core::data::LengthError>(())
/// ```
pub fn copy_numbers<B: Block, N: Copy>(
    numbers: &[N],
    blocks: &mut [B],
    mut convert: impl FnMut(N) -> B::Element,
) -> Result<(), LengthError> {
    if check::<B>(numbers.len())? != blocks.len() {
        return Err(LengthError { shape: B::SHAPE, blocks: Some(blocks.len()), got: numbers.len() });
    }
    let flat: &mut [B::Element] = bytemuck::try_cast_slice_mut(blocks).unwrap_or(&mut []);
    for (to, &from) in flat.iter_mut().zip(numbers) {
        *to = convert(from);
    }
    Ok(())
}

/// Returns `n` blocks of zeros, made in place on the heap.
///
/// ```
/// let mut images: Vec<[[[f32; 3]; 32]; 32]> = nn_core::data::zeros(100);
/// images[99][31][0][2] = 0.5;
/// ```
#[cfg(feature = "alloc")]
pub fn zeros<B: Block>(n: usize) -> alloc::vec::Vec<B> {
    bytemuck::zeroed_slice_box(n).into_vec()
}

/// Returns the number of blocks that `len` numbers fill.
fn check<B: Block>(len: usize) -> Result<usize, LengthError> {
    match B::SHAPE.size() {
        0 if len == 0 => Ok(0),
        size if size > 0 && len.is_multiple_of(size) => Ok(len / size),
        _ => Err(LengthError { shape: B::SHAPE, blocks: None, got: len }),
    }
}

/// A number of numbers that does not fit the shape of the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthError {
    /// The shape of a sample.
    pub shape: Shape,
    /// The number of samples to fill, if it is known.
    pub blocks: Option<usize>,
    /// The number of numbers.
    pub got: usize,
}

impl fmt::Display for LengthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LengthError { shape, blocks, got } = self;
        match blocks {
            None => {
                write!(f, "expected a multiple of {} numbers, the size of the shape {shape}, got {got}", shape.size())
            }
            Some(blocks) => write!(
                f,
                "expected {} numbers for {blocks} sample(s) of shape {shape}, got {got}",
                shape.size().saturating_mul(*blocks)
            ),
        }
    }
}

impl core::error::Error for LengthError {}

/// Arrays of more than two levels: images, and volumes. A trait cannot multiply their lengths, so the check is a
/// constant.
macro_rules! deep_arrays {
    ($([$($length:ident)*] $item:ty;)*) => {$(
        impl<X, E: Element + Block<Element = E>, const R: usize, const C: usize, const N: usize, $(const $length: usize),*>
            ArrayOf<$item, N, E, R, C> for X
        where
            [$item; N]: Block<Element = E>,
        {
            fn as_samples(items: &[[$item; N]]) -> &[SMatrix<E, R, C>] {
                samples(items)
            }
        }
    )*};
}

deep_arrays! {
    [A] [[E; R]; A];
    [A B] [[[E; R]; A]; B];
    [A B D] [[[[E; R]; A]; B]; D];
    [A B D F] [[[[[E; R]; A]; B]; D]; F];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::data::Batches;
    use std::string::ToString;
    use std::vec::Vec;

    type Image = [[[f32; 3]; 2]; 4];
    type Flat = SMatrix<f32, 3, 8>;

    fn images() -> Vec<Image> {
        let numbers: Vec<f32> = (0..48).map(|k| k as f32).collect();
        from_flat(&numbers).unwrap().to_vec()
    }

    #[test]
    fn arrays_and_samples_are_the_same_memory() {
        let mut images = images();
        let batch: &[Flat] = samples(&images);
        assert_eq!((batch.len(), batch[1][(2, 7)]), (2, 47.0));
        assert_eq!(arrays::<Image, _>(batch), images);
        assert_eq!(array::<Image, _>(sample::<Flat, _>(&images[1]))[3][1][2], 47.0);
        let mut copy = batch.to_vec();
        arrays_mut::<Image, _>(&mut copy)[0][2][1][0] = -1.0;
        images[0][2][1][0] = -1.0;
        assert_eq!(Batches::<Flat>::batches(&images), copy);
    }

    /// Images, and volumes of any rank, are samples for `fit`.
    #[test]
    fn every_rank() {
        fn taken<S: Sample, V: Batches<S>>(given: V) -> usize {
            S::flat(given.batches()).len()
        }
        assert_eq!(taken::<SMatrix<f32, 3, 8>, _>(&images()), 48);
        assert_eq!(taken::<SMatrix<f64, 2, 8>, _>([[[[[0.0_f64; 2]; 2]; 2]; 2]; 5]), 80);
        assert_eq!(taken::<SMatrix<u32, 2, 16>, _>([[[[[[0_u32; 2]; 2]; 2]; 2]; 2]]), 32);
        assert_eq!(taken::<SMatrix<f32, 2, 32>, _>([[[[[[[0.0_f32; 2]; 2]; 2]; 2]; 2]; 2]]), 64);
        // A literal finds its type.
        assert_eq!(taken::<SMatrix<f32, 1, 4>, _>([[[[0.0], [1.0]], [[2.0], [3.0]]]]), 4);
    }

    #[test]
    fn shapes() {
        assert_eq!(Image::SHAPE, Shape::new(&[4, 2, 3]));
        assert_eq!((Flat::SHAPE, <[Flat; 5]>::SHAPE), (Shape::new(&[8, 3]), Shape::new(&[5, 8, 3])));
    }

    #[test]
    fn lengths_are_checked() {
        let error = |error: LengthError| error.to_string();
        assert_eq!(
            from_pixels::<Image>(&[0; 25], 1.0).map_err(error),
            Err("expected a multiple of 24 numbers, the size of the shape (4, 2, 3), got 25".into())
        );
        assert_eq!(
            copy_numbers(&[0_u8; 24], &mut images(), f32::from).map_err(error),
            Err("expected 48 numbers for 2 sample(s) of shape (4, 2, 3), got 24".into())
        );
        assert_eq!(from_flat::<[f32; 0]>(&[]), Ok(&[][..]));
        assert!(from_flat::<[f32; 0]>(&[1.0]).is_err());
        assert!(from_pixels::<Image>(&[], 1.0).unwrap().is_empty());
    }
}
