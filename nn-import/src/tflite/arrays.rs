//! Constants of floats: their layout and their values.

use super::model::{Dtype, Tensor};
use crate::network::Numbers;

/// A constant of floats, as it is in the file.
#[derive(Clone, Copy)]
pub(super) struct Array<'m> {
    pub(super) shape: &'m [usize],
    dtype: &'static str,
    /// The length of a number in bytes.
    size: usize,
    bytes: &'m [u8],
}

impl<'m> Array<'m> {
    /// Reads a constant. Its bytes must be as many as its shape says.
    pub(super) fn new(tensor: &'m Tensor<'_>) -> Result<Self, String> {
        let (dtype, size) = match tensor.dtype {
            Dtype::F32 => ("F32", 4),
            Dtype::F16 => ("F16", 2),
            other => return Err(format!("`{}` holds {}, where floats belong", tensor.name, other.name())),
        };
        let bytes = tensor.data.ok_or_else(|| format!("`{}` is no constant, as it must be", tensor.name))?;
        let length = product(&tensor.shape).and_then(|length| length.checked_mul(size));
        if length != Some(bytes.len()) {
            return Err(format!(
                "`{}` has the shape {:?}, but {} bytes of {dtype}",
                tensor.name,
                tensor.shape,
                bytes.len()
            ));
        }
        Ok(Array { shape: &tensor.shape, dtype, size, bytes })
    }

    /// Returns the number of bytes.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the numbers with their axes in another order: axis `i` is the old axis `order[i]`.
    pub(super) fn permuted(&self, order: &[usize]) -> Numbers {
        let shape: Vec<usize> = order.iter().map(|&axis| self.shape[axis]).collect();
        let mut steps = vec![self.size; self.shape.len()];
        for axis in (1..self.shape.len()).rev() {
            steps[axis - 1] = steps[axis] * self.shape[axis];
        }
        let mut bytes = Vec::with_capacity(self.bytes.len());
        let mut place = vec![0; order.len()];
        while bytes.len() < self.bytes.len() {
            let at: usize = place.iter().zip(order).map(|(place, &axis)| place * steps[axis]).sum();
            bytes.extend(&self.bytes[at..at + self.size]);
            for axis in (0..place.len()).rev() {
                place[axis] += 1;
                if place[axis] < shape[axis] {
                    break;
                }
                place[axis] = 0;
            }
        }
        Numbers { shape, dtype: self.dtype, bytes }
    }

    /// Returns the numbers with another shape of as many numbers.
    pub(super) fn reshaped(&self, shape: Vec<usize>) -> Numbers {
        Numbers { shape, dtype: self.dtype, bytes: self.bytes.to_vec() }
    }

    /// Returns the value at an index.
    pub(super) fn value(&self, index: usize) -> Option<f64> {
        let bytes = self.bytes.get(index * self.size..)?.get(..self.size)?;
        match *bytes {
            [a, b, c, d] => Some(f32::from_le_bytes([a, b, c, d]).into()),
            [a, b] => Some(half(u16::from_le_bytes([a, b]))),
            _ => None,
        }
    }

    /// Returns the values.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        (0..self.bytes.len() / self.size).filter_map(|index| self.value(index))
    }
}

/// Returns the value of a float of 16 bits.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff) / 1024.0);
    let size = match exponent {
        0 => fraction * 2f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// Returns the number of elements of a shape, if it is a number that can be in memory.
pub(super) fn product(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |product, &length| product.checked_mul(length)).filter(|&product| product < 1 << 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_move_with_their_numbers() {
        let bytes: Vec<u8> = (0..12u8).flat_map(|n| f32::from(n).to_le_bytes()).collect();
        let array = Array { shape: &[2, 3, 2], dtype: "F32", size: 4, bytes: &bytes };
        let moved = array.permuted(&[1, 2, 0]);
        assert_eq!(moved.shape, [3, 2, 2]);
        let values: Vec<f32> = moved.bytes.as_chunks().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect();
        assert_eq!(values, [0., 6., 1., 7., 2., 8., 3., 9., 4., 10., 5., 11.]);
    }

    #[test]
    fn halves_have_their_values() {
        let found: Vec<f64> = [0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x3555].into_iter().map(half).collect();
        assert_eq!(found, [1.0, -2.0, 2f64.powi(-24), 65504.0, -0.0, 0.333251953125]);
    }
}
