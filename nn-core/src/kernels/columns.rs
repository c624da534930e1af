//! Sums over some columns: a matrix times a vector of zeros and ones, given by the places of its ones.

#[cfg(all(feature = "std", not(debug_assertions)))]
use self::leveled::run;
use crate::tensor::scalar::Scalar;

/// Computes `y += Σ W[:, k]` over the places `k`, for one sample. The columns of `w` have `O` scalars. Places behind
/// the last column are ignored.
#[inline]
pub fn add_columns<T: Scalar, const O: usize>(w: &[T], places: &[u32], y: &mut [T; O]) {
    run(Sum { columns: w.as_chunks::<O>().0, places, y });
}

/// Computes `dW[:, k] += dy` for the places `k`, for one sample.
#[inline]
pub fn add_to_columns<T: Scalar, const O: usize>(dw: &mut [T], places: &[u32], dy: &[T; O]) {
    run(Spread { columns: dw.as_chunks_mut::<O>().0, places, dy });
}

/// Work on blocks of rows: `WIDE` scalars fit into the registers, and stay there over all places.
trait Blocks {
    type Scalar: Scalar;

    fn run<const WIDE: usize>(self);
}

struct Sum<'a, T, const O: usize> {
    columns: &'a [[T; O]],
    places: &'a [u32],
    y: &'a mut [T; O],
}

impl<T: Scalar, const O: usize> Blocks for Sum<'_, T, O> {
    type Scalar = T;

    #[inline(always)]
    fn run<const WIDE: usize>(self) {
        let (blocks, rest) = self.y.as_chunks_mut::<WIDE>();
        for (block, y) in blocks.iter_mut().enumerate() {
            let mut sums = *y;
            for column in self.places.iter().filter_map(|&k| self.columns.get(k as usize)) {
                if let Some(column) = column.as_chunks::<WIDE>().0.get(block) {
                    for l in 0..WIDE {
                        sums[l] += column[l];
                    }
                }
            }
            *y = sums;
        }
        if !rest.is_empty() {
            for column in self.places.iter().filter_map(|&k| self.columns.get(k as usize)) {
                add(rest, column.as_chunks::<WIDE>().1);
            }
        }
    }
}

struct Spread<'a, T, const O: usize> {
    columns: &'a mut [[T; O]],
    places: &'a [u32],
    dy: &'a [T; O],
}

impl<T: Scalar, const O: usize> Blocks for Spread<'_, T, O> {
    type Scalar = T;

    #[inline(always)]
    fn run<const WIDE: usize>(self) {
        let (blocks, rest) = self.dy.as_chunks::<WIDE>();
        for &k in self.places {
            let Some(column) = self.columns.get_mut(k as usize) else { continue };
            let (columns, end) = column.as_chunks_mut::<WIDE>();
            for (column, dy) in columns.iter_mut().zip(blocks) {
                for l in 0..WIDE {
                    column[l] += dy[l];
                }
            }
            add(end, rest);
        }
    }
}

/// Computes `to += from`.
#[inline(always)]
fn add<T: Scalar>(to: &mut [T], from: &[T]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to += from;
    }
}

#[cfg(any(not(feature = "std"), debug_assertions))]
fn run<B: Blocks>(blocks: B) {
    blocks.run::<8>();
}

#[cfg(all(feature = "std", not(debug_assertions)))]
mod leveled {
    use super::super::level::{Kernel, dispatch};
    use super::super::vector::Vector;
    use super::Blocks;

    /// Runs the work at the level of this machine.
    #[inline(always)]
    pub(super) fn run<B: Blocks>(blocks: B) {
        dispatch::<B::Scalar, _>(Leveled(blocks));
    }

    struct Leveled<B>(B);

    impl<B: Blocks> Kernel<B::Scalar> for Leveled<B> {
        type Output = ();

        #[inline(always)]
        fn run<V: Vector<B::Scalar>, const R: usize, const C: usize, const WIDE: usize>(self) {
            // Four to eight vectors, so that no addition waits for the previous one.
            match V::LANES {
                8.. => self.0.run::<64>(),
                4.. => self.0.run::<32>(),
                _ => self.0.run::<16>(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 70 rows are a block of any width and a remainder.
    fn check<const O: usize>() {
        let w: std::vec::Vec<f32> = (0..O * 4).map(|k| k as f32).collect();
        let mut y = [1.0; O];
        add_columns(&w, &[0, 3, 9], &mut y);
        assert!((0..O).all(|o| y[o] == 1.0 + w[o] + w[3 * O + o]));
        let mut dw = w.clone();
        add_to_columns(&mut dw, &[3, 1, 4], &y);
        assert!((0..4 * O).all(|i| dw[i] == w[i] + if i / O % 2 == 1 { y[i % O] } else { 0.0 }));
    }

    #[test]
    fn columns_are_added() {
        check::<70>();
        check::<64>();
        check::<3>();
    }
}
