//! Neighbouring groups at a time, if their scalars lie apart or in short rows.

use super::groups::{Along, Gradients, Groups, Kept};
use super::sums::Sum;
use super::walk::LAST;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use core::slice::{Iter, IterMut};

/// The maximum number of neighbouring scalars that are computed together.
pub(super) const LANES: usize = 32;

/// The number of rows in a plain sum.
const ROWS: usize = 64;

/// A number for each lane.
type Lanes<T> = [T; LANES];

/// Some groups beside each other.
#[derive(Clone, Copy)]
struct Tile {
    /// The place of its first scalar in a sample, and in a variable.
    start: (usize, usize),
    /// The number of lanes.
    width: usize,
    /// The number of lanes of a group.
    per_group: usize,
}

/// Returns the tiles of a sample, with groups along `axis`.
#[inline(always)]
fn tiles<T: Scalar + Element>(groups: &Groups<'_, T>, axis: usize) -> impl Iterator<Item = Tile> {
    let places = &groups.places;
    // `get`, because the compiler may not know the axis here.
    let dim = |axis: usize| places.dims.get(axis).copied().unwrap_or(1);
    let per_group = if axis == LAST { 1 } else { dim(LAST) };
    let (width, varies) = (dim(axis) * per_group, places.has_variables(axis));
    let most = LANES / per_group.max(1) * per_group;
    places.walk(true, 1 << axis).flat_map(move |(place, at)| {
        // Here, and not before the closure: the compiler then knows that a step of 0, which panics, is impossible.
        let most = most.max(1);
        (0..width).step_by(most).map(move |k| Tile {
            start: (place + k, if varies { at + k } else { at }),
            width: most.min(width - k),
            per_group,
        })
    })
}

/// Returns the places of the rows of a tile, in a sample and in a variable.
#[inline(always)]
fn rows<T: Scalar + Element>(groups: &Groups<'_, T>, axis: usize, tile: Tile) -> impl Iterator<Item = (usize, usize)> {
    let walk = groups.places.walk(false, if axis == LAST { 0 } else { 1 << LAST });
    walk.map(move |(place, at)| (tile.start.0 + place, tile.start.1 + at))
}

/// Adds two terms of every scalar of the rows, in each lane.
#[inline(always)]
fn sums<'x, T: Scalar + Element>(
    rows: impl Iterator<Item = (&'x [T], &'x [T], &'x [T])>,
    width: usize,
    lanes: &[Lanes<T>; 2],
    terms: impl Fn(T, T, T, T, T) -> (T, T),
) -> [Lanes<T>; 2] {
    let width = width.min(LANES);
    let mut totals = [[Sum::ZERO; LANES]; 2];
    let mut parts = [[T::ZERO; LANES]; 2];
    let mut flush = |parts: &mut [Lanes<T>; 2]| {
        for (totals, parts) in totals.iter_mut().zip(parts) {
            for (total, part) in totals.iter_mut().zip(parts).take(width) {
                total.add(*part);
                *part = T::ZERO;
            }
        }
    };
    for (row, (a, b, c)) in rows.enumerate() {
        if row > 0 && row.is_multiple_of(ROWS) {
            flush(&mut parts);
        }
        let [first, second] = &mut parts;
        let scalars = a.iter().zip(b).zip(c).zip(&lanes[0]).zip(&lanes[1]);
        for ((first, second), ((((&a, &b), &c), &v), &s)) in first.iter_mut().zip(second).zip(scalars) {
            let (p, q) = terms(a, b, c, v, s);
            *first += p;
            *second += q;
        }
    }
    flush(&mut parts);
    totals.map(|totals| totals.map(Sum::total))
}

/// Replaces the numbers of the lanes of each group by their sum.
#[inline(always)]
fn fold<T: Scalar + Element>(lanes: &mut Lanes<T>, tile: Tile) {
    if tile.per_group <= 1 {
        return;
    }
    for group in lanes.chunks_mut(tile.per_group) {
        let mut sum = Sum::ZERO;
        group.iter().for_each(|&x| sum.add(x));
        group.fill(sum.total());
    }
}

#[inline(always)]
pub(super) fn forward<T: Scalar + Element>(
    groups: &Groups<'_, T>,
    axis: usize,
    x: &[T],
    y: &mut [T],
    kept: &mut IterMut<'_, Kept<T>>,
) {
    let n = T::of(groups.places.count(false, 0) as f64);
    let varies = groups.places.has_variables(axis);
    let (mut factors, mut offsets) = ([T::ZERO; LANES], [T::ZERO; LANES]);
    for tile in tiles(groups, axis) {
        let width = tile.width;
        let scalars = || {
            rows(groups, axis, tile).filter_map(|(place, _)| {
                let row = x.get(place..)?.get(..width)?;
                Some((row, row, row))
            })
        };
        let mut mean = [T::ZERO; LANES];
        if groups.has_mean() {
            mean = sums(scalars(), width, &[mean, mean], |x, _, _, _, _| (x, T::ZERO))[0];
            fold(&mut mean, tile);
            mean.iter_mut().for_each(|mean| *mean /= n);
        }
        let [mut moved, mut squares] =
            sums(scalars(), width, &[mean, mean], |x, _, _, mean, _| (x - mean, (x - mean) * (x - mean)));
        fold(&mut moved, tile);
        fold(&mut squares, tile);
        let mut s = squares;
        for ((mean, s), &moved) in mean.iter_mut().zip(&mut s).zip(&moved).take(width) {
            [*mean, *s] = groups.finish(*mean, moved, *s, n);
        }
        for (&mean, &s) in mean.iter().zip(&s).take(width).step_by(tile.per_group.max(1)) {
            if let Some(kept) = kept.next() {
                *kept = [mean, s];
            }
        }
        let v = if groups.shifts() { mean } else { [T::ZERO; LANES] };
        for (place, at) in rows(groups, axis, tile) {
            let row =
                (x.get(place..).and_then(|x| x.get(..width)), y.get_mut(place..).and_then(|y| y.get_mut(..width)));
            let (Some(x), Some(y)) = row else { continue };
            let gamma = Along::new(groups.gamma, at, varies, width, T::ONE, &mut factors).part(0, width);
            let beta = Along::new(groups.beta, at, varies, width, T::ZERO, &mut offsets).part(0, width);
            // z = (x - v) · s and y = gamma ⊙ z + beta
            let lanes = v.iter().zip(&s).zip(gamma).zip(beta);
            for ((y, &x), (((&v, &s), &gamma), &beta)) in y.iter_mut().zip(x).zip(lanes) {
                *y = gamma * ((x - v) * s) + beta;
            }
        }
    }
}

#[inline(always)]
pub(super) fn backward<T: Scalar + Element>(
    groups: &Groups<'_, T>,
    axis: usize,
    x: &[T],
    dy: &[T],
    kept: &mut Iter<'_, Kept<T>>,
    gradients: Gradients<'_, T>,
) {
    let Gradients { mut dx, dgamma, dbeta } = gradients;
    let n = T::of(groups.places.count(false, 0) as f64);
    let varies = groups.places.has_variables(axis);
    let mut factors = [T::ZERO; LANES];
    for tile in tiles(groups, axis) {
        let width = tile.width;
        let (mut mean, mut s) = ([T::ZERO; LANES], [T::ZERO; LANES]);
        let per_group = tile.per_group.max(1);
        for (mean, s) in mean.chunks_mut(per_group).zip(s.chunks_mut(per_group)).take(width.div_ceil(per_group)) {
            let Some(kept) = kept.next() else { return };
            mean.fill(kept[0]);
            s.fill(kept[1]);
        }
        let v = if groups.shifts() { mean } else { [T::ZERO; LANES] };
        let scalars = || {
            rows(groups, axis, tile).filter_map(|(place, at)| {
                Some((place, at, x.get(place..)?.get(..width)?, dy.get(place..)?.get(..width)?))
            })
        };
        if let Some(dx) = dx.as_deref_mut() {
            // y = gamma ⊙ z + beta, so g = gamma ⊙ dy, and dx += s · (g - a - x̂ · Σ (g ⊙ z) / n)
            let [mut a, mut product] = if varies {
                let gamma = Along::new(groups.gamma, tile.start.1, true, width, T::ONE, &mut factors).part(0, width);
                let rows = scalars().map(|(_, _, x, dy)| (x, dy, gamma));
                sums(rows, width, &[v, s], |x, dy, gamma, v, s| (gamma * dy, gamma * dy * ((x - v) * s)))
            } else {
                products(groups, scalars(), width, &[v, s])
            };
            fold(&mut a, tile);
            fold(&mut product, tile);
            for ((a, product), &s) in a.iter_mut().zip(&mut product).zip(&s) {
                let shares = groups.shares(s, n);
                *a *= shares.0;
                *product *= shares.1;
            }
            for (place, at, x, dy) in scalars() {
                let Some(dx) = dx.get_mut(place..).and_then(|dx| dx.get_mut(..width)) else { continue };
                let gamma = Along::new(groups.gamma, at, varies, width, T::ONE, &mut factors).part(0, width);
                let lanes = mean.iter().zip(&s).zip(&a).zip(&product).zip(gamma);
                for (((dx, &x), &dy), ((((&mean, &s), &a), &product), &gamma)) in
                    dx.iter_mut().zip(x).zip(dy).zip(lanes)
                {
                    *dx += s * (gamma * dy - a - (x - mean) * s * product);
                }
            }
        }
        if dgamma.is_empty() && dbeta.is_empty() {
            continue;
        }
        for (_, at, x, dy) in scalars() {
            // y = gamma ⊙ z + beta, so dgamma += dy ⊙ z and dbeta += dy
            let terms = x.iter().zip(dy).zip(v.iter().zip(&s));
            if varies {
                for (dgamma, ((&x, &dy), (&v, &s))) in dgamma.iter_mut().skip(at).zip(terms) {
                    *dgamma += dy * ((x - v) * s);
                }
                for (dbeta, &dy) in dbeta.iter_mut().skip(at).zip(dy) {
                    *dbeta += dy;
                }
            } else {
                if let Some(dgamma) = dgamma.get_mut(at) {
                    *dgamma += terms.map(|((&x, &dy), (&v, &s))| dy * ((x - v) * s)).sum::<T>();
                }
                if let Some(dbeta) = dbeta.get_mut(at) {
                    *dbeta += dy.iter().copied().sum::<T>();
                }
            }
        }
    }
}

/// Adds `g` and `g ⊙ z` in each lane, with one gamma for all lanes of a row.
#[inline(always)]
fn products<'x, T: Scalar + Element>(
    groups: &Groups<'_, T>,
    rows: impl Iterator<Item = (usize, usize, &'x [T], &'x [T])>,
    width: usize,
    lanes: &[Lanes<T>; 2],
) -> [Lanes<T>; 2] {
    let mut totals = [[Sum::ZERO; LANES]; 2];
    for (_, at, x, dy) in rows {
        let gamma = groups.gamma.get(at).copied().unwrap_or(T::ONE);
        let [sum, product] = &mut totals;
        let scalars = x.iter().zip(dy).zip(&lanes[0]).zip(&lanes[1]).take(width);
        for ((sum, product), (((&x, &dy), &v), &s)) in sum.iter_mut().zip(product).zip(scalars) {
            sum.add(gamma * dy);
            product.add(gamma * dy * ((x - v) * s));
        }
    }
    totals.map(|totals| totals.map(Sum::total))
}
