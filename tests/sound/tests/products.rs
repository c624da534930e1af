//! The kernels are public. Inside the library they read slices unchecked after an earlier check; here the slices have
//! any length.
#![forbid(unsafe_code)]
#![allow(missing_docs, unreachable_pub)]

use nn::kernels::{self, Features, Simd, WithSimd, rows};
use nn_sound::{Numbers, survives};

struct Three;

impl Features<3> for Three {
    const INPUTS: [usize; 3] = [3, 0, 14];
}

/// Every product on slices of any length.
fn products<const I: usize, const O: usize>(numbers: &mut Numbers) {
    // The right length, or a few too many or too few.
    let mut len = |right: usize| match numbers.below(3) {
        0 => right,
        1 => right.saturating_sub(numbers.below(20)),
        _ => right + numbers.below(20),
    };
    let n = [0, 1, 2, 5, 40][len(0) % 5];
    let (w, b, x, y) = (len(I * O), len(O), len(n * I), len(n * O));
    let [w, b, x, y] = [w, b, x, y].map(|len| numbers.floats(len));
    survives(|| kernels::affine::<f32, I, O>(&w, &b, &x, &mut y.clone()));
    survives(|| kernels::affine::<f32, I, O>(&w, &[], &x, &mut y.clone()));
    survives(|| kernels::affine_rectified::<f32, I, O>(&w, &b, &x, &mut y.clone()));
    survives(|| kernels::add_outer::<f32, I, O>(&mut w.clone(), &x, &y));
    survives(|| kernels::add_transposed::<f32, I, O>(&w, &y, &mut x.clone()));
    survives(|| kernels::add_rows::<f32, O>(&mut b.clone(), &y));
    survives(|| _ = kernels::dot(&w, &x));
    let doubles = |floats: &[f32]| floats.iter().map(|&x| f64::from(x)).collect::<Box<[f64]>>();
    let (w, b, x, y) = (doubles(&w), doubles(&b), doubles(&x), doubles(&y));
    survives(|| kernels::affine::<f64, I, O>(&w, &b, &x, &mut y.clone()));
    survives(|| kernels::add_outer::<f64, I, O>(&mut w.clone(), &x, &y));
    survives(|| kernels::add_transposed::<f64, I, O>(&w, &y, &mut x.clone()));
}

#[test]
fn products_of_slices_of_any_length() {
    let mut numbers = Numbers(1);
    for _ in 0..60 {
        products::<0, 3>(&mut numbers);
        products::<3, 0>(&mut numbers);
        products::<1, 1>(&mut numbers);
        products::<3, 5>(&mut numbers);
        products::<17, 7>(&mut numbers);
        products::<16, 16>(&mut numbers);
        products::<33, 67>(&mut numbers);
        products::<200, 130>(&mut numbers);
    }
}

#[test]
fn joined_slices_of_any_length() {
    let mut numbers = Numbers(2);
    for _ in 0..200 {
        let n = numbers.below(40);
        let mut floats = |right: usize| {
            let len = right + numbers.below(8);
            numbers.floats(len.saturating_sub(4))
        };
        let (w, b, x, y) = (floats(17 * 9), floats(9), [floats(3 * n), floats(0), floats(14 * n)], floats(9 * n));
        let [first, second, third] = &x;
        let x = [&**first, &**second, &**third];
        survives(|| kernels::affine_split::<f32, Three, 3, 17, 9>(&w, &b, x, &mut y.clone(), n.is_multiple_of(2)));
    }
}

/// A computation that hands on whatever it has.
struct Steps<'a> {
    w: &'a [f32],
    x: &'a [f32],
    y: &'a mut [f32],
    room: &'a mut [f32],
    stride: usize,
}

impl WithSimd<f32> for Steps<'_> {
    type Output = f32;

    fn run<M: Simd<f32>>(self, simd: M) -> f32 {
        let Steps { w, x, y, room, stride } = self;
        simd.add_product::<7, 21>(w, x, y, stride, room);
        simd.exp(y);
        let lanes = simd.part(x);
        simd.set_part(lanes, y);
        rows::max(simd, w) + rows::sum(simd, w) + rows::dot(simd, w, x)
    }
}

#[test]
fn walks_over_slices_of_any_length() {
    let mut numbers = Numbers(3);
    for _ in 0..300 {
        let mut floats = |right: usize| {
            let len = (right + numbers.below(30)).saturating_sub(15);
            numbers.floats(len)
        };
        let (w, x, mut y, mut room) = (floats(7 * 21), floats(14), floats(42), floats(42));
        let stride = [0, 1, 20, 21, 40, usize::MAX][numbers.below(6)];
        survives(|| _ = kernels::with_simd(Steps { w: &w, x: &x, y: &mut y, room: &mut room, stride }));
        let mut row = numbers.floats(1 + w.len() % 20);
        survives(|| kernels::with_simd(Row(&mut row)));
    }
}

struct Row<'a>(&'a mut [f32]);

impl WithSimd<f32> for Row<'_> {
    type Output = ();

    fn run<M: Simd<f32>>(self, simd: M) {
        rows::softmax(simd, self.0);
    }
}

#[test]
fn functions_columns_and_memory_ahead() {
    let mut numbers = Numbers(4);
    for len in 0..70 {
        let x = numbers.floats(len);
        let mut y = numbers.floats(numbers.0 as usize % 70);
        kernels::exp_all(&mut y);
        kernels::prefetch(&x);
        let places: Vec<u32> =
            (0..9).map(|_| (numbers.below(12) as u32).wrapping_mul(400_000_000)).chain([0, 3, 4]).collect();
        let mut sums = [0.0; 21];
        kernels::add_columns(&x, &places, &mut sums);
        kernels::add_to_columns(&mut y, &places, &sums);
    }
    kernels::prefetch(&[(); 5]);
    kernels::prefetch(&[[0_u8; 1000]; 2]);
}
