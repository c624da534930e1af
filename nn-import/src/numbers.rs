//! Numbers of a file as those of safetensors, and safetensors itself.

use crate::formats::bytes::Damaged;
use crate::formats::hdf5::{Class, Data};
use crate::network::{Network, Numbers};
use std::fmt::Write;

/// Returns the numbers of a dataset.
pub(crate) fn numbers(data: &Data<'_>) -> Result<Numbers, Damaged> {
    let dtype = match (data.class.class, data.class.size) {
        (Class::Float, 4) => "F32",
        (Class::Float, 8) => "F64",
        (Class::Float, 2) => "F16",
        // The number of samples that a Normalization has seen.
        (Class::Int, 4 | 8) if data.shape.is_empty() && !data.class.big_endian => {
            let mut bytes = [0; 8];
            bytes[..data.bytes.len()].copy_from_slice(data.bytes);
            let bytes = (u64::from_le_bytes(bytes) as f32).to_le_bytes().to_vec();
            return Ok(Numbers { shape: vec![], dtype: "F32", bytes });
        }
        (_, size) => {
            return Err(format!("weights are of a type of {size} bytes that is not read; floats of 2, 4 and 8 are"));
        }
    };
    let mut bytes = data.bytes.to_vec();
    if data.class.big_endian {
        bytes.chunks_exact_mut(data.class.size).for_each(<[u8]>::reverse);
    }
    Ok(Numbers { shape: data.shape.clone(), dtype, bytes })
}

impl Network {
    /// Returns the trained variables as a safetensors file, with the names that weight files of this library have.
    pub fn safetensors(&self) -> Vec<u8> {
        let mut header = String::from("{");
        let mut end = 0;
        for (place, (name, numbers)) in self.tensors().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let start = end;
            end += numbers.bytes.len();
            let Numbers { shape, dtype, .. } = numbers;
            write!(
                header,
                "{comma}\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":{shape:?},\"data_offsets\":[{start},{end}]}}"
            )
            .expect("text has room for more");
        }
        header.push('}');
        // The numbers begin at a multiple of 8.
        header.push_str(&" ".repeat(header.len().next_multiple_of(8) - header.len()));
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend(header.as_bytes());
        self.tensors().for_each(|(_, numbers)| file.extend(&numbers.bytes));
        file
    }
}
