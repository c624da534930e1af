//! Masking: leaves out the steps of a sequence that hold nothing but `mask_value`.
//!
//! ```text
//! m[t] = 1 if x[t, f] ≠ mask_value for any f, else 0
//! y[t] = m[t] · x[t]
//!
//! dx[t] += m[t] · dy[t]
//! ```
//!
//! Shapes: output as input, `(.., features)`; `m` has one number for each position. The mask goes along with the output
//! through layers that keep its steps, to the recurrent layers and poolings that read it; see
//! [`Masking`](crate::spec::Masking).
//!
//! Source: <https://keras.io/api/layers/core_layers/masking/>

use crate::code::Code;
use crate::shape::{Shape, ShapeError};
use crate::spec::{self, ArgSpec, Arity, Dtype, Inferred, LayerSpec, Value, rule};
use crate::text::Text;

/// `Masking(mask_value)`
pub const SPEC: LayerSpec = LayerSpec {
    name: "Masking",
    module: "masking",
    args: &[ArgSpec::float("mask_value", 0.0)],
    masking: spec::Masking::Makes { flag: None, by: &DIFFERS },
    infer: rule!(infer),
    ..LayerSpec::BASE
};

/// `m` alone: the mask that [`SPEC`] makes. A graph has no name for it.
pub const DIFFERS: LayerSpec = LayerSpec {
    name: "Differs",
    module: "masking",
    args: &[ArgSpec::float("mask_value", 0.0)],
    writes: Dtype::U32,
    infer: rule!(positions),
    ..LayerSpec::BASE
};

/// The mask of a merge: a step counts if it counts in any input. A graph has no name for it.
pub const ANY: LayerSpec = LayerSpec {
    name: "AnyMask",
    module: "masking",
    inputs: Arity::MANY,
    reads: Dtype::U32,
    writes: Dtype::U32,
    infer: rule!(equal),
    ..LayerSpec::BASE
};

/// The masks of sequences that are put one behind the other. A graph has no name for it.
pub const JOIN: LayerSpec = LayerSpec {
    name: "JoinMasks",
    module: "masking",
    inputs: Arity::MANY,
    reads: Dtype::U32,
    writes: Dtype::U32,
    consts: 1,
    infer: rule!(sum),
    ..LayerSpec::BASE
};

/// The shape stays.
pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    if inputs[0].rank() < 2 {
        let message = Text::new().str("expected a sequence of shape (steps, features), but got ").shape(&inputs[0]);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    Ok(Inferred::new(inputs[0], &[]))
}

/// All axes but the last.
pub const fn positions(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    if inputs[0].rank() == 0 {
        return Err(ShapeError::input(
            Code::WrongRank,
            0,
            Text::new().str("expected at least one axis, but the input is a scalar"),
        ));
    }
    Ok(Inferred::new(Shape::new(inputs[0].dims().split_at(inputs[0].rank() - 1).0), &[]))
}

/// The shape of all masks.
pub const fn equal(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let mut i = 1;
    while i < inputs.len() {
        if !inputs[i].equals(&inputs[0]) {
            let message = Text::new().str("expected masks of one shape, but got ").shape(&inputs[0]);
            return Err(ShapeError::new(Code::ShapeMismatch, message.str(" and ").shape(&inputs[i])));
        }
        i += 1;
    }
    Ok(Inferred::new(inputs[0], &[]))
}

/// As many steps as all together; the type is `JoinMasks<steps>`.
pub const fn sum(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (mut steps, mut i) = (0, 0);
    while i < inputs.len() {
        if inputs[i].rank() != 1 {
            let message = Text::new().str("expected masks of shape (steps,), but got ").shape(&inputs[i]);
            return Err(ShapeError::input(Code::WrongRank, i, message));
        }
        steps += inputs[i].dim(0);
        i += 1;
    }
    Ok(Inferred::new(Shape::new(&[steps]), &[steps]))
}

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::layer::{Layer, Pass, Work};
    use crate::scalar::Scalar;
    use crate::storage::Storage;
    use crate::tensor::{Element, Sample, flat, flat_mut};
    use nalgebra::{SMatrix, SVector};

    /// Leaves out the positions that hold nothing but `mask_value`.
    #[derive(Clone, Copy, Debug)]
    pub struct Masking {
        /// What a position that does not count is filled with; 0 by default.
        pub mask_value: f64,
    }

    impl Masking {
        /// Keras's default.
        pub const DEFAULT: Self = Masking { mask_value: 0.0 };
    }

    /// Whether a position counts.
    fn counts<T: Scalar>(x: &[T], mask_value: f64) -> bool {
        let value = T::of(mask_value);
        x.iter().any(|&x| x != value)
    }

    impl<T: Scalar + Element, const F: usize, const P: usize> Layer<T, SMatrix<T, F, P>> for Masking {
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
            _: Pass<'_, '_, (), ()>,
        ) {
            // y[t] = m[t] · x[t]
            for (x, y) in flat(x).chunks_exact(F).zip(flat_mut(y).chunks_exact_mut(F)) {
                if counts(x, self.mask_value) {
                    y.copy_from_slice(x);
                } else {
                    y.fill(T::ZERO);
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, F, P>],
            _: &[SMatrix<T, F, P>],
            dy: &[SMatrix<T, F, P>],
            _: &mut (),
            dx: Option<&mut [SMatrix<T, F, P>]>,
            _: Option<&mut ()>,
        ) {
            // y[t] = m[t] · x[t], so dx[t] += m[t] · dy[t]
            let Some(dx) = dx else { return };
            let positions = flat(x).chunks_exact(F).zip(flat(dy).chunks_exact(F)).zip(flat_mut(dx).chunks_exact_mut(F));
            for ((x, dy), dx) in positions {
                if counts(x, self.mask_value) {
                    dx.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx += dy);
                }
            }
        }
    }

    /// The mask of [`Masking`].
    #[derive(Clone, Copy, Debug)]
    pub struct Differs {
        /// What a position that does not count is filled with; 0 by default.
        pub mask_value: f64,
    }

    impl Differs {
        /// Keras's default.
        pub const DEFAULT: Self = Differs { mask_value: 0.0 };
    }

    impl<T: Scalar + Element, const F: usize, const P: usize> Layer<T, SMatrix<T, F, P>> for Differs {
        type Output = SVector<u32, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, F, P>],
            m: &mut [SVector<u32, P>],
            _: Pass<'_, '_, (), ()>,
        ) {
            for (x, m) in flat(x).chunks_exact(F).zip(flat_mut(m)) {
                *m = u32::from(counts(x, self.mask_value));
            }
        }

        /// A mask has no gradient.
        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, F, P>],
            _: &[SVector<u32, P>],
            _: &[SVector<u32, P>],
            _: &mut (),
            _: Option<&mut [SMatrix<T, F, P>]>,
            _: Option<&mut ()>,
        ) {
        }
    }

    /// The mask of a merge: 1 where any of the masks is.
    #[derive(Clone, Copy, Debug)]
    pub struct AnyMask;

    impl AnyMask {
        /// The only value.
        pub const DEFAULT: Self = AnyMask;
    }

    /// The masks of sequences that are put one behind the other: `P` steps in all.
    #[derive(Clone, Copy, Debug)]
    pub struct JoinMasks<const P: usize>;

    impl<const P: usize> JoinMasks<P> {
        /// The only value.
        pub const DEFAULT: Self = JoinMasks;
    }

    macro_rules! of_masks {
        ($(($name:ident $index:tt $second:ident))+) => {
            impl<T: Scalar, $($name: Sample<Element = u32>),+> Layer<T, ($($name,)+)> for AnyMask {
                // All are of one type: that of the first.
                type Output = A;
                type Weights = ();
                type Scratch<Z: Storage> = ();
                type Cache<Z: Storage> = ();
                const WORK: Work = Work::BySample(0);

                fn forward<Z: Storage>(&self, _: &(), x: ($(&[$name],)+), m: &mut [A], _: Pass<'_, '_, (), ()>) {
                    let m = flat_mut(m);
                    m.fill(0);
                    $(m.iter_mut().zip(flat(x.$index)).for_each(|(m, x)| *m |= u32::from(*x != 0));)+
                }

                of_masks!(@backward ($($name),+) A);
            }

            impl<T: Scalar, $($name: Sample<Element = u32>,)+ const P: usize> Layer<T, ($($name,)+)> for JoinMasks<P> {
                type Output = SVector<u32, P>;
                type Weights = ();
                type Scratch<Z: Storage> = ();
                type Cache<Z: Storage> = ();
                const WORK: Work = Work::BySample(0);

                fn forward<Z: Storage>(
                    &self,
                    _: &(),
                    x: ($(&[$name],)+),
                    m: &mut [SVector<u32, P>],
                    _: Pass<'_, '_, (), ()>,
                ) {
                    const { assert!(P == 0 $(+ $name::SIZE)+, "the steps of all masks together") }
                    for (n, m) in m.iter_mut().enumerate() {
                        let (m, mut start) = (m.as_mut_slice(), 0);
                        $(
                            let steps = $name::SIZE;
                            m[start..start + steps].copy_from_slice(&flat(x.$index)[n * steps..(n + 1) * steps]);
                            start += steps;
                        )+
                        debug_assert_eq!(start, P);
                    }
                }

                of_masks!(@backward ($($name),+) SVector<u32, P>);
            }
        };
        (@backward ($($name:ident),+) $output:ty) => {
            /// A mask has no gradient.
            fn backward<Z: Storage>(
                &self,
                _: &(),
                _: ($(&[$name],)+),
                _: &[$output],
                _: &[$output],
                _: &mut (),
                _: ($(Option<&mut [$name]>,)+),
                _: Option<&mut ()>,
            ) {
            }
        };
    }
    crate::tensor::for_each_arity!(of_masks);

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::storage::Inline;
        use crate::testing::check_layer;

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&Masking::DEFAULT);
        }

        #[test]
        fn positions_of_the_value_are_left_out() {
            // Three positions of two features; one of them holds the value only in part.
            let x = [SMatrix::<f32, 2, 3>::new(7., 7., 1., 7., 2., 3.)];
            let (mut y, mut m) = ([SMatrix::<f32, 2, 3>::repeat(9.)], [SVector::<u32, 3>::repeat(9)]);
            Masking { mask_value: 7. }.forward::<Inline<1>>(&(), &x, &mut y, Pass::Inference(&mut ()));
            Layer::<f32, SMatrix<f32, 2, 3>>::forward::<Inline<1>>(
                &Differs { mask_value: 7. },
                &(),
                &x,
                &mut m,
                Pass::Inference(&mut ()),
            );
            assert_eq!(y, [SMatrix::<f32, 2, 3>::new(0., 7., 1., 0., 2., 3.)]);
            assert_eq!(m[0].as_slice(), [0, 1, 1]);
            let mut dx = [SMatrix::<f32, 2, 3>::repeat(1.)];
            let dy = [SMatrix::<f32, 2, 3>::repeat(2.)];
            Masking { mask_value: 7. }.backward::<Inline<1>>(&(), &x, &y, &dy, &mut (), Some(&mut dx), None);
            assert_eq!(dx[0].as_slice(), [1., 1., 3., 3., 3., 3.]);
        }

        #[test]
        fn a_merge_counts_what_counts_anywhere() {
            let (a, b) = ([SVector::<u32, 3>::new(0, 1, 0)], [SVector::<u32, 3>::new(0, 0, 1)]);
            let mut m = [SVector::<u32, 3>::repeat(9)];
            type X = (SVector<u32, 3>, SVector<u32, 3>);
            Layer::<f32, X>::forward::<Inline<1>>(&AnyMask, &(), (&a, &b), &mut m, Pass::Inference(&mut ()));
            assert_eq!(m[0].as_slice(), [0, 1, 1]);
        }

        #[test]
        fn steps_one_behind_the_other() {
            let a = [SVector::<u32, 2>::new(0, 1), SVector::<u32, 2>::new(1, 0)];
            let b = [SVector::<u32, 3>::new(1, 1, 0), SVector::<u32, 3>::new(0, 0, 1)];
            let mut m = [SVector::<u32, 5>::repeat(9); 2];
            type X = (SVector<u32, 2>, SVector<u32, 3>);
            let pass = Pass::Inference(&mut ());
            Layer::<f32, X>::forward::<Inline<2>>(&JoinMasks::<5>, &(), (&a, &b), &mut m, pass);
            assert_eq!((m[0].as_slice(), m[1].as_slice()), (&[0, 1, 1, 1, 0][..], &[1, 0, 0, 0, 1][..]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let x = Shape::new(&[5, 3]);
        assert_eq!(infer(&[Value::Float(0.)], &[x]).unwrap().output(0), x);
        assert_eq!(positions(&[], &[x]).unwrap().output(0), Shape::new(&[5]));
        assert!(infer(&[Value::Float(0.)], &[Shape::new(&[5])]).is_err());
        assert!(equal(&[], &[Shape::new(&[5]), Shape::new(&[4])]).is_err());
        assert_eq!(sum(&[], &[Shape::new(&[5]), Shape::new(&[4])]).unwrap().output(0), Shape::new(&[9]));
    }
}
