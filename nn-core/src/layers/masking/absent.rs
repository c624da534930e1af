//! Fill values for the steps that do not count, so that a merge ignores these steps.

use crate::layers::merging::merge;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Arity, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// `y = x` where a position counts, else a neutral value of the merge: 0, 1, -∞ or ∞ for `VALUE` from 0 to 3. A
    /// graph has no name for it.
    pub struct Fill<VALUE> {}

    pub const ZERO_ELSE: LayerSpec {
        masking: Masking::Reads { passes: None, both: None },
        streaming: Streaming::Steps,
        infer: rule!(zero_else),
    }
}

/// The layer that returns `x` where it counts, else 1.
pub const ONE_ELSE: LayerSpec = LayerSpec { infer: rule!(one_else), ..ZERO_ELSE };

/// The layer that returns `x` where it counts, else -∞.
pub const LOWEST_ELSE: LayerSpec = LayerSpec { infer: rule!(lowest_else), ..ZERO_ELSE };

/// The layer that returns `x` where it counts, else ∞.
pub const HIGHEST_ELSE: LayerSpec = LayerSpec { infer: rule!(highest_else), ..ZERO_ELSE };

layer! {
    /// `y = x` where a position counts, else the second input `z`. It is repeated as in a merge of both; the output is
    /// `R × P`. A graph has no name for it.
    pub struct OrElse<R, P, A = 1, B = 1, C = 1, ONES = 0> {}

    pub const OR_ELSE: LayerSpec {
        inputs: Arity::TWO,
        masking: Masking::Reads { passes: None, both: None },
        streaming: Streaming::Steps,
        infer: rule!(or_else),
    }
}

/// Returns the shape of the input; the type is `Fill<0>`.
pub const fn zero_else(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &ZERO_ELSE::Consts { VALUE: 0 }.list()))
}

/// Returns the shape of the input; the type is `Fill<1>`.
pub const fn one_else(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &ZERO_ELSE::Consts { VALUE: 1 }.list()))
}

/// Returns the shape of the input; the type is `Fill<2>`.
pub const fn lowest_else(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &ZERO_ELSE::Consts { VALUE: 2 }.list()))
}

/// Returns the shape of the input; the type is `Fill<3>`.
pub const fn highest_else(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &ZERO_ELSE::Consts { VALUE: 3 }.list()))
}

/// Returns the shape of the first input; the type is that of a merge of both.
pub const fn or_else(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    merge::infer(args, inputs)
}

#[cfg(feature = "compute")]
pub(super) mod compute {
    pub use super::{OR_ELSE::OrElse, ZERO_ELSE::Fill};
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::layers::merging::merge::{groups, strides};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, Sample, add, flat, flat_mut};
    use nalgebra::SMatrix;

    impl<T: Scalar + Element, const F: usize, const P: usize, const VALUE: usize> Layer<T, SMatrix<T, F, P>>
        for Fill<VALUE>
    {
        type Output = SMatrix<T, F, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, F, P>],
            y: &mut [SMatrix<T, F, P>],
            pass: Pass<'_, '_, T, (), ()>,
        ) {
            let Some(m) = pass.mask(0) else { return y.iter_mut().zip(x).for_each(|(y, x)| *y = *x) };
            let value = T::of(const { [0.0, 1.0, f64::NEG_INFINITY, f64::INFINITY][VALUE] });
            for ((x, y), &m) in flat(x).chunks_exact(F).zip(flat_mut(y).chunks_exact_mut(F)).zip(m) {
                if m != 0 {
                    y.copy_from_slice(x);
                } else {
                    y.fill(value);
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, F, P>],
            _: &[SMatrix<T, F, P>],
            dy: &[SMatrix<T, F, P>],
            memory: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, F, P>]>,
            _: Option<&mut ()>,
        ) {
            // y = x where m ≠ 0, so dx += dy there
            let Some(dx) = dx else { return };
            let Some(m) = memory.mask(0) else { return add(dx, dy) };
            for ((dx, dy), &m) in flat_mut(dx).chunks_exact_mut(F).zip(flat(dy).chunks_exact(F)).zip(m) {
                if m != 0 {
                    dx.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx += dy);
                }
            }
        }
    }

    impl<
        T: Scalar + Element,
        Z: Sample<Element = T>,
        const R: usize,
        const P: usize,
        const A: usize,
        const B: usize,
        const C: usize,
        const ONES: usize,
    > Layer<T, (SMatrix<T, R, P>, Z)> for OrElse<R, P, A, B, C, ONES>
    {
        type Output = SMatrix<T, R, P>;
        type Weights = ();
        type Scratch<S: Storage> = ();
        type Cache<S: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn forward<S: Storage>(
            &self,
            _: &(),
            (x, z): (&[SMatrix<T, R, P>], &[Z]),
            y: &mut [SMatrix<T, R, P>],
            pass: Pass<'_, '_, T, (), ()>,
        ) {
            let Some(m) = pass.mask(0) else { return y.iter_mut().zip(x).for_each(|(y, x)| *y = *x) };
            let at = strides(groups(R * P, A, B, C), ONES, 1);
            let samples = flat(x).chunks_exact(R * P).zip(flat(z).chunks_exact(Z::SIZE)).zip(m.chunks_exact(P));
            for (y, ((x, z), m)) in flat_mut(y).chunks_exact_mut(R * P).zip(samples) {
                for (k, (y, &x)) in y.iter_mut().zip(x).enumerate() {
                    *y =
                        if m.get(k / R).is_none_or(|&m| m != 0) { x } else { z.get(at.place(k)).copied().unwrap_or(x) };
                }
            }
        }

        fn backward<S: Storage>(
            &self,
            _: &(),
            _: (&[SMatrix<T, R, P>], &[Z]),
            _: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            memory: Memory<'_, T, ()>,
            (mut dx, mut dz): (Option<&mut [SMatrix<T, R, P>]>, Option<&mut [Z]>),
            _: Option<&mut ()>,
        ) {
            let Some(m) = memory.mask(0) else { return dx.map_or((), |dx| add(dx, dy)) };
            // y = x where m ≠ 0, else z, so dy is the gradient of the chosen input
            let at = strides(groups(R * P, A, B, C), ONES, 1);
            for (s, (dy, m)) in flat(dy).chunks_exact(R * P).zip(m.chunks_exact(P)).enumerate() {
                for (k, &dy) in dy.iter().enumerate() {
                    let slot = match (m.get(k / R).is_none_or(|&m| m != 0), &mut dx, &mut dz) {
                        (true, Some(dx), _) => flat_mut(dx).get_mut(s * R * P + k),
                        (false, _, Some(dz)) => flat_mut(dz).get_mut(s * Z::SIZE + at.place(k)),
                        _ => None,
                    };
                    if let Some(slot) = slot {
                        *slot += dy;
                    }
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::tensor::storage::Inline;
        use nalgebra::SVector;

        type X = SMatrix<f64, 2, 3>;
        type Pair = (X, SVector<f64, 2>);
        /// Three steps, of which the second one does not count.
        const MASKS: &[Option<&[u32]>] = &[Some(&[1, 0, 1])];

        #[test]
        fn steps_that_do_not_count() {
            let x = [X::new(1., 2., 3., 4., 5., 6.)];
            let mut y = [X::repeat(f64::NAN)];
            fn fill<const VALUE: usize>(x: &[X; 1], y: &mut [X; 1]) {
                Fill::<VALUE>.forward::<Inline<1>>(&(), x, y, Pass::inference(&mut ()).with_masks(MASKS));
            }
            fill::<0>(&x, &mut y);
            assert_eq!(y[0], X::new(1., 0., 3., 4., 0., 6.));
            fill::<1>(&x, &mut y);
            assert_eq!(y[0], X::new(1., 1., 3., 4., 1., 6.));
            fill::<2>(&x, &mut y);
            assert_eq!(y[0].column(1).as_slice(), [f64::NEG_INFINITY; 2]);
            fill::<3>(&x, &mut y);
            assert_eq!(y[0].column(1).as_slice(), [f64::INFINITY; 2]);
            let mut dx = [X::repeat(1.)];
            let dy = [X::repeat(2.)];
            let mut none = ();
            let memory = Memory::new(&mut none).with_masks(MASKS);
            Fill::<3>.backward::<Inline<1>>(&(), &x, &y, &dy, memory, Some(&mut dx), None);
            assert_eq!(dx[0], X::new(3., 1., 3., 3., 1., 3.));
        }

        /// Three steps, or one step that is repeated.
        #[test]
        fn the_first_input_where_nothing_counts() {
            let x = [X::new(1., 2., 3., 4., 5., 6.)];
            let (z, one) = ([X::repeat(7.)], [SVector::<f64, 2>::new(8., 9.)]);
            let (mut y, dy) = ([X::repeat(f64::NAN)], [X::new(1., 2., 3., 4., 5., 6.)]);
            let (mut dx, mut dz) = ([X::repeat(1.)], [X::repeat(1.)]);
            let (mut of_pass, mut of_memory) = ((), ());
            let pass = Pass::inference(&mut of_pass).with_masks(MASKS);
            let layer = OrElse::<2, 3>;
            Layer::<f64, (X, X)>::forward::<Inline<1>>(&layer, &(), (&x, &z), &mut y, pass);
            assert_eq!(y[0], X::new(1., 7., 3., 4., 7., 6.));
            let gradients = (Some(&mut dx[..]), Some(&mut dz[..]));
            let memory = Memory::new(&mut of_memory).with_masks(MASKS);
            Layer::<f64, (X, X)>::backward::<Inline<1>>(&layer, &(), (&x, &z), &y, &dy, memory, gradients, None);
            assert_eq!((dx[0], dz[0]), (X::new(2., 1., 4., 5., 1., 7.), X::new(1., 3., 1., 1., 6., 1.)));

            let layer = OrElse::<2, 3, 1, 1, 3, 0b0100_0000>;
            let pass = Pass::inference(&mut of_pass).with_masks(MASKS);
            Layer::<f64, Pair>::forward::<Inline<1>>(&layer, &(), (&x, &one), &mut y, pass);
            assert_eq!(y[0], X::new(1., 8., 3., 4., 9., 6.));
            let mut d_one = [SVector::<f64, 2>::new(1., 1.)];
            let gradients = (None, Some(&mut d_one[..]));
            let memory = Memory::new(&mut of_memory).with_masks(MASKS);
            Layer::<f64, Pair>::backward::<Inline<1>>(&layer, &(), (&x, &one), &y, &dy, memory, gradients, None);
            assert_eq!(d_one[0], SVector::<f64, 2>::new(3., 6.));
        }
    }
}
