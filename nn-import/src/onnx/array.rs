//! [`Array`]: the constants of a file.

use super::wire::Tensor;
use crate::network::Numbers;
use nn_core::{Bf16, F16};

/// Numbers with a shape, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Array {
    pub(super) shape: Vec<usize>,
    pub(super) data: Data,
    /// Whether the numbers have more digits than `f32`.
    pub(super) wide: bool,
}

/// The numbers. A single one stands for all.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    Floats(Vec<f64>),
    Ints(Vec<i64>),
}

/// The most numbers that a computed constant may have.
const MAX: usize = 1 << 22;

impl Array {
    pub(super) fn ints(shape: Vec<usize>, numbers: Vec<i64>) -> Self {
        Array { shape, data: Data::Ints(numbers), wide: false }
    }

    pub(super) fn floats(shape: Vec<usize>, numbers: Vec<f64>) -> Self {
        Array { shape, data: Data::Floats(numbers), wide: false }
    }

    /// Reads a tensor of a file.
    pub(super) fn read(tensor: &Tensor<'_>) -> Result<Array, String> {
        if tensor.external {
            return Err(format!(
                "the numbers of `{}` are in another file; export with all weights in one file",
                tensor.name
            ));
        }
        let shape: Option<Vec<usize>> = tensor.shape.iter().map(|&length| usize::try_from(length).ok()).collect();
        let shape = shape.ok_or_else(|| format!("the shape of `{}` has negative lengths", tensor.name))?;
        let count = product(&shape).ok_or_else(|| format!("`{}` is too large", tensor.name))?;
        let data = match tensor.raw {
            Some(raw) => data_of_bytes(raw, tensor.dtype),
            None => match tensor.dtype {
                1 | 11 => Some(Data::Floats(tensor.floats.clone())),
                10 => Some(Data::Floats(tensor.ints.iter().map(|&bits| half(bits as u16)).collect())),
                16 => Some(Data::Floats(tensor.ints.iter().map(|&bits| bfloat(bits as u16)).collect())),
                2..=7 | 9 | 12 | 13 => Some(Data::Ints(tensor.ints.clone())),
                _ => None,
            },
        };
        let data = data.ok_or_else(|| format!("the numbers of `{}` are of a type that is not read", tensor.name))?;
        let array = Array { shape, data, wide: tensor.dtype == 11 };
        match array.stored() == count {
            true => Ok(array),
            false => Err(format!("`{}` has {} numbers, and its shape {count}", tensor.name, array.stored())),
        }
    }

    fn stored(&self) -> usize {
        match &self.data {
            Data::Floats(numbers) => numbers.len(),
            Data::Ints(numbers) => numbers.len(),
        }
    }

    /// Returns the number of numbers.
    pub(super) fn count(&self) -> usize {
        product(&self.shape).unwrap_or(usize::MAX)
    }

    pub(super) fn is_float(&self) -> bool {
        matches!(self.data, Data::Floats(_))
    }

    /// Returns the number at a place in row-major order.
    pub(super) fn float(&self, place: usize) -> f64 {
        match &self.data {
            Data::Floats(numbers) => pick(numbers, place).unwrap_or(f64::NAN),
            Data::Ints(numbers) => pick(numbers, place).unwrap_or(0) as f64,
        }
    }

    pub(super) fn int(&self, place: usize) -> i64 {
        match &self.data {
            Data::Floats(numbers) => pick(numbers, place).unwrap_or(f64::NAN) as i64,
            Data::Ints(numbers) => pick(numbers, place).unwrap_or(0),
        }
    }

    /// Returns the one number, whatever the shape.
    pub(super) fn single(&self) -> Option<f64> {
        if self.count() == 0 {
            return None;
        }
        let first = self.float(0);
        (0..self.stored()).all(|place| self.float(place) == first).then_some(first)
    }

    /// Returns all numbers.
    pub(super) fn all_ints(&self) -> Result<Vec<i64>, String> {
        self.limited()?;
        Ok((0..self.count()).map(|place| self.int(place)).collect())
    }

    /// Returns all numbers.
    pub(super) fn all_floats(&self) -> Result<Vec<f64>, String> {
        self.limited()?;
        Ok((0..self.count()).map(|place| self.float(place)).collect())
    }

    fn limited(&self) -> Result<(), String> {
        match self.stored() == self.count() || self.count() <= MAX {
            true => Ok(()),
            false => Err(format!("a constant of the shape {:?} is too large", self.shape)),
        }
    }

    /// Returns the same numbers with another shape.
    pub(super) fn reshaped(&self, shape: &[usize]) -> Result<Array, String> {
        match product(shape) == product(&self.shape) {
            true => Ok(Array { shape: shape.to_vec(), ..self.clone() }),
            false => Err(format!("a constant of the shape {:?} does not fit {shape:?}", self.shape)),
        }
    }

    /// Makes an array whose number at each place is that at a place of this one.
    pub(super) fn gathered(&self, shape: Vec<usize>, place: impl Fn(&[usize]) -> usize) -> Result<Array, String> {
        let count = product(&shape).filter(|&count| self.stored() == 1 || count <= MAX.max(self.stored()));
        let count = count.ok_or_else(|| format!("a constant of the shape {shape:?} is too large"))?;
        if self.stored() == 1 || count == 0 {
            return Ok(Array { shape, ..self.clone() });
        }
        let mut index = vec![0; shape.len()];
        let mut places = Vec::with_capacity(count);
        for _ in 0..count {
            places.push(place(&index));
            for axis in (0..shape.len()).rev() {
                index[axis] += 1;
                if index[axis] < shape[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
        let data = match &self.data {
            Data::Floats(_) => Data::Floats(places.iter().map(|&place| self.float(place)).collect()),
            Data::Ints(_) => Data::Ints(places.iter().map(|&place| self.int(place)).collect()),
        };
        Ok(Array { shape, data, wide: self.wide })
    }

    /// Puts the axes in another order: axis `i` of the result is axis `order[i]`.
    pub(super) fn transposed(&self, order: &[usize]) -> Result<Array, String> {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..self.shape.len()) {
            return Err(format!("a constant of the shape {:?} has not the axes {order:?}", self.shape));
        }
        let strides = self.strides();
        let shape = order.iter().map(|&axis| self.shape[axis]).collect();
        self.gathered(shape, |index| index.iter().zip(order).map(|(&i, &axis)| i * strides[axis]).sum())
    }

    /// Returns the distance of neighbours along each axis.
    pub(super) fn strides(&self) -> Vec<usize> {
        let mut strides = vec![1usize; self.shape.len()];
        for axis in (1..self.shape.len()).rev() {
            strides[axis - 1] = strides[axis].saturating_mul(self.shape[axis]);
        }
        strides
    }

    /// Applies a function to every number.
    pub(super) fn map(&self, function: impl Fn(f64) -> f64) -> Array {
        let numbers = (0..self.stored()).map(|place| function(self.float(place))).collect();
        Array { shape: self.shape.clone(), data: Data::Floats(numbers), wide: self.wide }
    }

    /// Returns a part along one axis.
    pub(super) fn part(&self, axis: usize, from: usize, length: usize) -> Result<Array, String> {
        let strides = self.strides();
        let mut shape = self.shape.clone();
        let whole = shape.get(axis).copied().unwrap_or(0);
        if from.checked_add(length).is_none_or(|end| end > whole) {
            return Err(format!("a constant of the shape {shape:?} has no part {from}..{from}+{length}"));
        }
        shape[axis] = length;
        self.gathered(shape, |index| {
            index.iter().zip(&strides).map(|(i, stride)| i * stride).sum::<usize>() + from * strides[axis]
        })
    }

    /// Returns the numbers of a variable.
    pub(super) fn numbers(&self) -> Result<Numbers, String> {
        let numbers = self.all_floats()?;
        let (dtype, bytes) = match self.wide {
            false => ("F32", numbers.iter().flat_map(|&number| (number as f32).to_le_bytes()).collect()),
            true => ("F64", numbers.iter().flat_map(|number| number.to_le_bytes()).collect()),
        };
        Ok(Numbers { shape: self.shape.clone(), dtype, bytes })
    }
}

fn pick<N: Copy>(numbers: &[N], place: usize) -> Option<N> {
    if let [one] = numbers { Some(*one) } else { numbers.get(place).copied() }
}

/// Returns the number of places of a shape.
pub(super) fn product(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |product, &length| product.checked_mul(length))
}

fn half(bits: u16) -> f64 {
    f64::from(F16::from_bits(bits).to_f32())
}

fn bfloat(bits: u16) -> f64 {
    f64::from(Bf16::from_bits(bits).to_f32())
}

fn data_of_bytes(raw: &[u8], dtype: i64) -> Option<Data> {
    fn all<const N: usize, R>(raw: &[u8], read: impl Fn([u8; N]) -> R) -> Option<Vec<R>> {
        let (numbers, rest) = raw.as_chunks::<N>();
        rest.is_empty().then(|| numbers.iter().map(|&bytes| read(bytes)).collect())
    }
    Some(match dtype {
        1 => Data::Floats(all(raw, |bytes| f64::from(f32::from_le_bytes(bytes)))?),
        2 | 9 => Data::Ints(all(raw, |[byte]| i64::from(byte))?),
        3 => Data::Ints(all(raw, |bytes| i64::from(i8::from_le_bytes(bytes)))?),
        4 => Data::Ints(all(raw, |bytes| i64::from(u16::from_le_bytes(bytes)))?),
        5 => Data::Ints(all(raw, |bytes| i64::from(i16::from_le_bytes(bytes)))?),
        6 => Data::Ints(all(raw, |bytes| i64::from(i32::from_le_bytes(bytes)))?),
        7 | 13 => Data::Ints(all(raw, i64::from_le_bytes)?),
        10 => Data::Floats(all(raw, |bytes| half(u16::from_le_bytes(bytes)))?),
        11 => Data::Floats(all(raw, f64::from_le_bytes)?),
        12 => Data::Ints(all(raw, |bytes| i64::from(u32::from_le_bytes(bytes)))?),
        16 => Data::Floats(all(raw, |bytes| bfloat(u16::from_le_bytes(bytes)))?),
        _ => return None,
    })
}
