//! Groups whose scalars lie in rows, one group at a time.

use super::groups::{Along, Gradients, Groups, Kept};
use super::sums::{PART, Sum, sums};
use super::walk::LAST;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use core::slice::{Iter, IterMut};

#[inline(always)]
pub(super) fn forward<T: Scalar + Element>(
    groups: &Groups<'_, T>,
    x: &[T],
    y: &mut [T],
    kept: &mut IterMut<'_, Kept<T>>,
) {
    let places = &groups.places;
    let (len, varies) = (places.dims[LAST], places.has_variables(LAST));
    let (mut factors, mut offsets) = ([T::ZERO; PART], [T::ZERO; PART]);
    for (start, first) in places.walk(true, 0) {
        let rows = || places.walk(false, 1 << LAST).map(move |(place, at)| (start + place, first + at));
        let of = moments(groups, rows().filter_map(|(place, _)| x.get(place..)?.get(..len)));
        if let Some(kept) = kept.next() {
            *kept = of;
        }
        let [mean, s] = of;
        let v = if groups.shifts() { mean } else { T::ZERO };
        for (place, at) in rows() {
            let row = (x.get(place..).and_then(|x| x.get(..len)), y.get_mut(place..).and_then(|y| y.get_mut(..len)));
            let (Some(x), Some(y)) = row else { continue };
            let gamma = Along::new(groups.gamma, at, varies, len, T::ONE, &mut factors);
            let beta = Along::new(groups.beta, at, varies, len, T::ZERO, &mut offsets);
            for (i, (x, y)) in x.chunks(PART).zip(y.chunks_mut(PART)).enumerate() {
                // z = (x - v) · s and y = gamma ⊙ z + beta
                let variables = gamma.part(i * PART, x.len()).iter().zip(beta.part(i * PART, x.len()));
                for ((y, &x), (&gamma, &beta)) in y.iter_mut().zip(x).zip(variables) {
                    *y = gamma * ((x - v) * s) + beta;
                }
            }
        }
    }
}

/// Computes `μ` and `s` of one group.
#[inline(always)]
fn moments<'x, T: Scalar + Element>(groups: &Groups<'_, T>, rows: impl Iterator<Item = &'x [T]> + Clone) -> Kept<T> {
    let n = T::of((groups.places.count(false, 0)) as f64);
    let parts = || rows.clone().flat_map(|row| row.chunks(PART));
    let mean = if groups.has_mean() {
        let mut total = Sum::ZERO;
        parts().for_each(|x| total.add(sums(x, x, x, |x, _, _| (x, T::ZERO)).0));
        total.total() / n
    } else {
        T::ZERO
    };
    let (mut total, mut squares) = (Sum::ZERO, Sum::ZERO);
    for x in parts() {
        let (sum, square) = sums(x, x, x, |x, _, _| (x - mean, (x - mean) * (x - mean)));
        total.add(sum);
        squares.add(square);
    }
    groups.finish(mean, total.total(), squares.total(), n)
}

#[inline(always)]
pub(super) fn backward<T: Scalar + Element>(
    groups: &Groups<'_, T>,
    x: &[T],
    dy: &[T],
    kept: &mut Iter<'_, Kept<T>>,
    gradients: Gradients<'_, T>,
) {
    let Gradients { mut dx, dgamma, dbeta } = gradients;
    let places = &groups.places;
    let (len, varies) = (places.dims[LAST], places.has_variables(LAST));
    let n = T::of(places.count(false, 0) as f64);
    let mut factors = [T::ZERO; PART];
    for ((start, first), &[mean, s]) in places.walk(true, 0).zip(kept) {
        let v = if groups.shifts() { mean } else { T::ZERO };
        let rows = || {
            places.walk(false, 1 << LAST).filter_map(move |(place, at)| {
                let (place, at) = (start + place, first + at);
                Some((place, at, x.get(place..)?.get(..len)?, dy.get(place..)?.get(..len)?))
            })
        };
        if let Some(dx) = dx.as_deref_mut() {
            // y = gamma ⊙ z + beta, so g = gamma ⊙ dy, and dx += s · (g - a - x̂ · Σ (g ⊙ z) / n)
            let (mut sum, mut product) = (Sum::ZERO, Sum::ZERO);
            for (_, at, x, dy) in rows() {
                let gamma = Along::new(groups.gamma, at, varies, len, T::ONE, &mut factors);
                for (i, (x, dy)) in x.chunks(PART).zip(dy.chunks(PART)).enumerate() {
                    let gamma = gamma.part(i * PART, x.len());
                    let (g, gz) = sums(x, dy, gamma, |x, dy, gamma| (gamma * dy, gamma * dy * ((x - v) * s)));
                    sum.add(g);
                    product.add(gz);
                }
            }
            let shares = groups.shares(s, n);
            let (a, product) = (sum.total() * shares.0, product.total() * shares.1);
            for (place, at, x, dy) in rows() {
                let Some(dx) = dx.get_mut(place..).and_then(|dx| dx.get_mut(..len)) else { continue };
                let gamma = Along::new(groups.gamma, at, varies, len, T::ONE, &mut factors);
                let parts = x.chunks(PART).zip(dy.chunks(PART)).zip(dx.chunks_mut(PART));
                for (i, ((x, dy), dx)) in parts.enumerate() {
                    let gamma = gamma.part(i * PART, x.len());
                    for (((dx, &x), &dy), &gamma) in dx.iter_mut().zip(x).zip(dy).zip(gamma) {
                        *dx += s * (gamma * dy - a - (x - mean) * s * product);
                    }
                }
            }
        }
        if !dgamma.is_empty() || !dbeta.is_empty() {
            for (_, at, x, dy) in rows() {
                if varies {
                    // y = gamma ⊙ z + beta, so dgamma += dy ⊙ z and dbeta += dy
                    for ((dgamma, &x), &dy) in dgamma.iter_mut().skip(at).zip(x).zip(dy) {
                        *dgamma += dy * ((x - v) * s);
                    }
                    for (dbeta, &dy) in dbeta.iter_mut().skip(at).zip(dy) {
                        *dbeta += dy;
                    }
                    continue;
                }
                let (mut factor, mut offset) = (Sum::ZERO, Sum::ZERO);
                for (x, dy) in x.chunks(PART).zip(dy.chunks(PART)) {
                    let (dyz, dy) = sums(x, dy, dy, |x, dy, _| (dy * ((x - v) * s), dy));
                    factor.add(dyz);
                    offset.add(dy);
                }
                if let Some(dgamma) = dgamma.get_mut(at) {
                    *dgamma += factor.total();
                }
                if let Some(dbeta) = dbeta.get_mut(at) {
                    *dbeta += offset.total();
                }
            }
        }
    }
}
