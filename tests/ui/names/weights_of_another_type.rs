use nn::{SMatrix, SVector};

nn::weights! {
    /// The padding behind `a` would be read.
    pub struct Mixed<T, const N: usize> {
        a: SVector<T, N> => [N],
        b: SVector<f64, 1> => [1],
    }
}

nn::weights! {
    pub struct Halved<T, const N: usize> {
        a: SMatrix<f32, N, 1> => [N],
    }
}

nn::weights! {
    /// A matrix is what is behind the pointer.
    pub struct Pointer<T, const N: usize> {
        a: Box<SVector<T, N>> => [N],
    }
}

nn::weights! {
    pub struct NoMatrix<T, const N: usize> {
        a: SVector<T, N> => [N],
        b: bool => [],
    }
}

// The arms that the macro calls itself, around the list of attributes.
nn::weights! {
    @fields [#[cfg(any())]] [pub] Swapped [N] [] a: SVector<T, N> => [N],
}

/// Its name is that of the weights.
#[derive(Debug, PartialEq)]
pub struct Swapped<T, const N: usize> {
    a: Option<SVector<T, N>>,
}

fn main() {}
