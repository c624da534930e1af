//! The convolutions and poolings of optimised builds: every level against the formulas, in `f64`.
//!
//! ```sh
//! cargo test --release -p nn-core --features compute,std,testing --test images -- --test-threads=1
//! ```

#![cfg(all(feature = "std", not(debug_assertions)))]

use nalgebra::SMatrix;
use nn_core::kernels::level::{Level, force};
use nn_core::kernels::{Axis, Convolution};
use nn_core::layers::{AveragePooling2D, MaxPooling2D, PoolGeometry};
use nn_core::tensor::storage::Inline;
use nn_core::{Layer, Memory, Pass, Scalar};

/// Runs a check at each level that this machine has.
fn at_each_level(check: impl Fn(Level)) {
    let mut last = None;
    for &level in Level::ALL {
        let level = force(level);
        if last != Some(level) {
            check(level);
        }
        last = Some(level);
    }
    force(Level::Avx512);
}

/// Returns small integers without a short period, so that sums of their products are exact in any order.
fn integers<T: Scalar>(len: usize, seed: usize) -> Vec<T> {
    (0..len).map(|k| T::of(((k * 7 + seed * 5 + k / 13 * 3) % 17) as f64 - 8.0)).collect()
}

fn doubles<T: Scalar>(numbers: &[T]) -> Vec<f64> {
    numbers.iter().map(|number| number.to_f64()).collect()
}

/// Windows along an axis, if they fit.
fn axis(size: usize, window: usize, stride: usize, dilation: usize, before: usize) -> Option<Axis> {
    let extent = (window - 1) * dilation + 1;
    let padded = size + 2 * before;
    (padded >= extent).then(|| Axis {
        size,
        count: (padded - extent) / stride + 1,
        window,
        stride,
        dilation,
        before: before as isize,
    })
}

/// Visits all pairs of a place and a cell in the image: the number of the place, of the pixel and of the cell.
fn each(sizes: &Convolution, samples: usize, mut visit: impl FnMut(usize, usize, usize)) {
    let at = |axis: &Axis, window: usize, cell: usize| {
        let place = (window * axis.stride + cell * axis.dilation) as isize - axis.before;
        (0..axis.size as isize).contains(&place).then_some(place as usize)
    };
    let (rows, columns) = (&sizes.rows, &sizes.columns);
    for (s, r, c) in
        (0..samples).flat_map(|s| (0..rows.count).flat_map(move |r| (0..columns.count).map(move |c| (s, r, c))))
    {
        for (i, j) in (0..rows.window).flat_map(|i| (0..columns.window).map(move |j| (i, j))) {
            if let (Some(y), Some(x)) = (at(rows, r, i), at(columns, c, j)) {
                let place = (s * rows.count + r) * columns.count + c;
                visit(place, (s * rows.size + y) * columns.size + x, i * columns.window + j);
            }
        }
    }
}

fn check<T: Scalar>(sizes: Convolution, level: Level) {
    const SAMPLES: usize = 2;
    let Convolution { rows, columns, channels, filters } = sizes;
    let (pixels, places) = (SAMPLES * rows.size * columns.size, SAMPLES * rows.count * columns.count);
    let (x, dy) = (integers::<T>(pixels * channels, 1), integers::<T>(places * filters, 2));
    let (w, b) = (integers::<T>(rows.window * columns.window * channels * filters, 3), integers::<T>(filters, 4));
    let (mut dx, mut dw, mut added) =
        (integers::<T>(x.len(), 5), integers::<T>(w.len(), 6), integers::<T>(dy.len(), 7));
    let (mut dxs, mut dws, mut ys) = (doubles(&dx), doubles(&dw), vec![0.0; dy.len()]);
    each(&sizes, SAMPLES, |place, pixel, cell| {
        for (k, o) in (0..channels).flat_map(|k| (0..filters).map(move |o| (k, o))) {
            let (x_at, w_at, y_at) = (pixel * channels + k, (cell * channels + k) * filters + o, place * filters + o);
            let (x, w, dy) = (x[x_at].to_f64(), w[w_at].to_f64(), dy[y_at].to_f64());
            ys[y_at] += w * x;
            dxs[x_at] += w * dy;
            dws[w_at] += dy * x;
        }
    });
    let biased: Vec<f64> = ys.iter().enumerate().map(|(k, y)| y + b[k % filters].to_f64()).collect();
    let sums: Vec<f64> = ys.iter().zip(&added).map(|(y, added)| y + added.to_f64()).collect();

    let mut y = vec![T::of(f64::NAN); dy.len()];
    sizes.forward(&w, &b, &x, &mut y, false);
    assert_eq!(doubles(&y), biased, "{sizes:?}, {level:?}");
    sizes.forward(&w, &b, &x, &mut y, true);
    assert_eq!(doubles(&y), biased.iter().map(|y| y.max(0.0)).collect::<Vec<_>>(), "{sizes:?}, {level:?}");
    sizes.forward(&w, &[], &x, &mut y, false);
    assert_eq!(doubles(&y), ys, "{sizes:?}, {level:?}");
    sizes.add_forward(&w, &x, &mut added);
    assert_eq!(doubles(&added), sums, "{sizes:?}, {level:?}");
    sizes.add_image(&w, &dy, &mut dx);
    assert_eq!(doubles(&dx), dxs, "{sizes:?}, {level:?}");
    sizes.add_kernel(&x, &dy, &mut dw);
    assert_eq!(doubles(&dw), dws, "{sizes:?}, {level:?}");
}

/// Windows, strides, dilations and paddings in all combinations, with sizes that leave remainders in every blocking.
#[test]
fn convolutions_match_their_definitions() {
    at_each_level(|level| {
        let mut seen = 0;
        for (height, width) in [(1, 7), (5, 4), (9, 11)] {
            for (tall, wide) in [(1, 1), (3, 3), (2, 3), (1, 4), (5, 5)] {
                for stride in [(1, 1), (2, 2), (1, 3), (3, 2)] {
                    for (dilation, before) in [(1, 0), (1, 1), (2, 2), (1, 4)] {
                        let rows = axis(height, tall, stride.0, dilation, before);
                        let columns = axis(width, wide, stride.1, dilation, before);
                        let (Some(rows), Some(columns)) = (rows, columns) else { continue };
                        for (channels, filters) in [(1, 1), (3, 6), (2, 17), (17, 16), (20, 33), (1, 40)] {
                            let sizes = Convolution { rows, columns, channels, filters };
                            check::<f32>(sizes, level);
                            if channels < 4 {
                                check::<f64>(sizes, level);
                            }
                            seen += 1;
                        }
                    }
                }
            }
        }
        assert!(seen > 1000, "only {seen}");
    });
}

/// More weights than one panel of the gradient of the image has: by filters, and by cells.
#[test]
fn the_gradient_of_the_image_takes_several_panels() {
    at_each_level(|level| {
        let three = |size| axis(size, 3, 1, 1, 1).unwrap();
        check::<f32>(Convolution { rows: three(4), columns: three(5), channels: 18, filters: 130 }, level);
        let rows = axis(40, 40, 1, 1, 20).unwrap();
        let columns = axis(41, 41, 1, 1, 20).unwrap();
        check::<f32>(Convolution { rows, columns, channels: 2, filters: 2 }, level);
    });
}

/// The output for a sample does not depend on the samples beside it, to the last bit.
#[test]
fn bits_do_not_depend_on_the_batch() {
    at_each_level(|level| {
        let sizes = Convolution {
            rows: axis(7, 3, 1, 1, 1).unwrap(),
            columns: axis(6, 3, 1, 1, 1).unwrap(),
            channels: 5,
            filters: 19,
        };
        let root = |n: usize| (0..n).map(|k| ((k * 37 % 101) as f32).sqrt() - 5.0).collect::<Vec<_>>();
        let (w, b, x) = (root(9 * 5 * 19), root(19), root(4 * 7 * 6 * 5));
        let mut all = vec![0.0; 4 * 7 * 6 * 19];
        sizes.forward(&w, &b, &x, &mut all, false);
        for (x, y) in x.chunks_exact(7 * 6 * 5).zip(all.chunks_exact(7 * 6 * 19)) {
            let mut one = vec![0.0; y.len()];
            sizes.forward(&w, &b, x, &mut one, false);
            assert!(one.iter().zip(y).all(|(a, b)| a.to_bits() == b.to_bits()), "{level:?}");
        }
    });
}

/// Poolings of 5 × 7 pixels to 3 × 4 windows with padding, with `C` channels, which fill vectors or not.
fn check_pooling<const C: usize>(level: Level) {
    let x: Vec<f32> = integers(2 * 35 * C, 1);
    let samples = |numbers: &[f32]| -> Vec<SMatrix<f32, C, 35>> {
        numbers.chunks_exact(35 * C).map(SMatrix::from_column_slice).collect()
    };
    let dy: Vec<SMatrix<f32, C, 12>> =
        integers(2 * 12 * C, 2).chunks_exact(12 * C).map(SMatrix::from_column_slice).collect();
    let (mut most, mut mean) =
        ([SMatrix::<f32, C, 12>::repeat(f32::NAN); 2], [SMatrix::<f32, C, 12>::repeat(f32::NAN); 2]);
    let (mut dx_most, mut dx_mean) = ([SMatrix::<f32, C, 35>::zeros(); 2], [SMatrix::<f32, C, 35>::zeros(); 2]);
    let geometry = PoolGeometry {
        input_height: 5,
        input_width: 7,
        output_height: 3,
        output_width: 4,
        window_height: 3,
        window_width: 3,
        stride_height: 2,
        stride_width: 2,
        padding_top: 1,
        padding_left: 1,
    };
    let (maxima, means) = (MaxPooling2D::<12> { geometry }, AveragePooling2D::<12> { geometry });
    let x = samples(&x);
    maxima.forward::<Inline<2>>(&(), &x, &mut most, Pass::inference(&mut ()));
    means.forward::<Inline<2>>(&(), &x, &mut mean, Pass::inference(&mut ()));
    maxima.backward::<Inline<2>>(&(), &x, &most, &dy, Memory::new(&mut ()), Some(&mut dx_most), None);
    means.backward::<Inline<2>>(&(), &x, &mean, &dy, Memory::new(&mut ()), Some(&mut dx_mean), None);
    for (s, c) in (0..2).flat_map(|s| (0..C).map(move |c| (s, c))) {
        let (mut of_most, mut of_mean) = ([0.0f32; 35], [0.0f64; 35]);
        for (row, column) in (0..3).flat_map(|row| (0..4).map(move |column| (row, column))) {
            let cells: Vec<usize> = (0..9)
                .map(|k| ((2 * row + k / 3) as isize - 1, (2 * column + k % 3) as isize - 1))
                .filter(|&(i, j)| (0..5).contains(&i) && (0..7).contains(&j))
                .map(|(i, j)| (i * 7 + j) as usize)
                .collect();
            let (place, at) = (row * 4 + column, |&p: &usize| x[s][(c, p)]);
            let largest = cells.iter().map(at).fold(f32::NEG_INFINITY, f32::max);
            assert_eq!(most[s][(c, place)], largest, "{C} channels, {level:?}");
            let sum = cells.iter().map(at).sum::<f32>() / cells.len() as f32;
            assert_eq!(mean[s][(c, place)], sum, "{C} channels, {level:?}");
            of_most[*cells.iter().find(|&p| at(p) == largest).unwrap()] += dy[s][(c, place)];
            cells.iter().for_each(|&p| of_mean[p] += f64::from(dy[s][(c, place)]) / cells.len() as f64);
        }
        for p in 0..35 {
            assert_eq!(dx_most[s][(c, p)], of_most[p], "{C} channels, {level:?}");
            assert!((f64::from(dx_mean[s][(c, p)]) - of_mean[p]).abs() < 1e-5, "{C} channels, {level:?}");
        }
    }
}

#[test]
fn poolings_match_their_definitions() {
    at_each_level(|level| {
        check_pooling::<1>(level);
        check_pooling::<3>(level);
        check_pooling::<4>(level);
        check_pooling::<6>(level);
        check_pooling::<8>(level);
        check_pooling::<16>(level);
        check_pooling::<21>(level);
    });
}
