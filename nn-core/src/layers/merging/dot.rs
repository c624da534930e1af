//! Dot: the dot product of two inputs along an axis, or their cosine.
//!
//! ```text
//! y[m, n] = Σₖ a[m, k] · b[n, k]        k runs along the axis; m and n over all other axes of a and of b
//!
//! da[m, k] += Σₙ dy[m, n] · b[n, k]
//! db[n, k] += Σₘ dy[m, n] · a[m, k]
//!
//! normalize:  y[m, n] = uₘ · vₙ · Σₖ a[m, k] · b[n, k]
//!             uₘ = 1 / √max(Σₖ a[m, k]², ε²), and vₙ likewise from b; ε = 1e-7
//!
//! da[m, k] += uₘ · (Σₙ dy[m, n] · vₙ · b[n, k] - uₘ · a[m, k] · Σₙ dy[m, n] · y[m, n])
//!             without the second term where ε² is the larger; db likewise
//! ```
//!
//! Shapes: the output has the axes of the first input without its summed axis, then those of the second. Two vectors
//! give `(1,)`. As in Keras, `axes` counts the batch: 1 is the first axis of a sample, -1 the last. One number holds
//! for both inputs. `dot([..])` without `axes` takes -1; so does `Dot()`, for which Keras has no default.
//!
//! Source: <https://keras.io/api/layers/merging_layers/dot/>

use crate::spec::code::Code;
use crate::spec::shape::{MAX_RANK, Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Arity, Inferred, LayerSpec, Value, layer, rule};

layer! {
    /// The dot product of two inputs along an axis, or their cosine.
    #[example = "let y = Dot(axes = 1)([a, b]); // [8], [8] → [1]"]
    #[example = "let y = dot([a, b], axes = [2, 1], normalize = true); // [3, 8], [8, 5] → [3, 5]"]
    /// The axis has `K` scalars, which lie `SA` apart in the first input and `SB` in the second. The output is `R × P`.
    /// `NORMALIZE` is 1 for the cosine, else 0.
    #[doc(alias = "matmul")]
    #[doc(alias = "bmm")]
    pub struct Dot<R, P, K, SA, SB, NORMALIZE> {
        /// The axis of both inputs, or one of each.
        axes: Ints = [-1],
        /// Divides each row by its length first, which gives the cosine.
        normalize: Flag = false,
    }

    pub const SPEC: LayerSpec {
        function: Some("dot"),
        inputs: Arity::TWO,
        infer: rule!(infer),
    }
}

/// Returns the axes of both inputs without the two summed ones.
///
/// The type is `Dot<rows, cols, K, SA, SB, NORMALIZE>`: the length of the summed axes, and the distances of neighbours
/// along them in `a` and in `b`.
///
/// # Errors
/// If an axis does not exist, if their lengths differ, or if the output would have too many axes.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    let [first, second] = match args.axes() {
        [axis] => [*axis, *axis],
        [first, second] => [*first, *second],
        _ => {
            return Err(ShapeError::argument(
                Code::OutOfRange,
                arg::axes,
                Text::new().str("expected one axis, or two: one for each input"),
            ));
        }
    };
    let (a, b) = (inputs[0], inputs[1]);
    let Some(axis_a) = a.axis(first) else { return Err(ShapeError::no_axis(arg::axes, first, &a)) };
    let Some(axis_b) = b.axis(second) else { return Err(ShapeError::no_axis(arg::axes, second, &b)) };
    let k = a.dim(axis_a);
    if k != b.dim(axis_b) {
        let message =
            Text::new().str("expected axes of one length, but axis ").int(first).str(" of ").shape(&a).str(" has ");
        let message =
            message.size(k).str(" and axis ").int(second).str(" of ").shape(&b).str(" has ").size(b.dim(axis_b));
        return Err(ShapeError::input(Code::ShapeMismatch, 1, message));
    }
    if a.rank() + b.rank() - 2 > MAX_RANK {
        return Err(ShapeError::new(Code::TooManyAxes, Text::new().str("the output would have more than 6 axes")));
    }
    let (mut dims, mut rank, mut i) = ([1; MAX_RANK], 0, 0);
    while i < a.rank() + b.rank() {
        let (shape, axis, without) = if i < a.rank() { (a, i, axis_a) } else { (b, i - a.rank(), axis_b) };
        if axis != without {
            dims[rank] = shape.dim(axis);
            rank += 1;
        }
        i += 1;
    }
    let output = Shape::new(dims.split_at(if rank == 0 { 1 } else { rank }).0);
    let consts = Consts {
        R: output.rows(),
        P: output.cols(),
        K: k,
        SA: a.stride(axis_a),
        SB: b.stride(axis_b),
        NORMALIZE: args.normalize() as usize,
    };
    Ok(Inferred::new(output, &consts.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Dot;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::SMatrix;

    /// Returns the places of the `k` scalars `x[m, ..]`, which are `stride` apart.
    #[inline(always)]
    fn row(m: usize, k: usize, stride: usize) -> impl Iterator<Item = usize> + Clone {
        let start = m / stride * stride * k + m % stride;
        (0..k).map(move |i| start + i * stride)
    }

    /// Returns `u` of the scalars at `row`, and whether `u` depends on them.
    #[inline(always)]
    fn scale<T: Scalar>(x: &[T], row: impl Iterator<Item = usize>) -> (T, bool) {
        let (squares, least): (T, T) = (row.map(|i| x[i] * x[i]).sum(), T::of(1e-14));
        if squares >= least { (T::ONE / squares.sqrt(), true) } else { (T::ONE / least.sqrt(), false) }
    }

    impl<
        T: Scalar + Element,
        const R: usize,
        const P: usize,
        const K: usize,
        const SA: usize,
        const SB: usize,
        const NORMALIZE: usize,
        const RA: usize,
        const PA: usize,
        const RB: usize,
        const PB: usize,
    > Layer<T, (SMatrix<T, RA, PA>, SMatrix<T, RB, PB>)> for Dot<R, P, K, SA, SB, NORMALIZE>
    {
        type Output = SMatrix<T, R, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const MACS: usize = R * P * K;
        const WORK: Work = Work::BySample(R * P * K);

        fn forward<B: Storage>(
            &self,
            _: &(),
            (a, b): (&[SMatrix<T, RA, PA>], &[SMatrix<T, RB, PB>]),
            y: &mut [SMatrix<T, R, P>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            let (m, n) = (RA * PA / K, RB * PB / K);
            let samples = flat(a).chunks_exact(RA * PA).zip(flat(b).chunks_exact(RB * PB));
            for ((a, b), y) in samples.zip(flat_mut(y).chunks_exact_mut(m * n)) {
                // y[m, n] = Σₖ a[m, k] · b[n, k]
                for i in 0..m {
                    for j in 0..n {
                        y[i * n + j] = row(i, K, SA).zip(row(j, K, SB)).map(|(p, q)| a[p] * b[q]).sum();
                    }
                }
                if NORMALIZE == 1 {
                    // y[m, n] *= uₘ · vₙ
                    for i in 0..m {
                        let u = scale(a, row(i, K, SA)).0;
                        y[i * n..(i + 1) * n].iter_mut().for_each(|y| *y *= u);
                    }
                    for j in 0..n {
                        let v = scale(b, row(j, K, SB)).0;
                        y[j..].iter_mut().step_by(n).for_each(|y| *y *= v);
                    }
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            (a, b): (&[SMatrix<T, RA, PA>], &[SMatrix<T, RB, PB>]),
            y: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            _: Memory<'_, T, ()>,
            (da, db): (Option<&mut [SMatrix<T, RA, PA>]>, Option<&mut [SMatrix<T, RB, PB>]>),
            _: Option<&mut ()>,
        ) {
            // y[m, n] = Σₖ a[m, k] · b[n, k], so da[m, k] += Σₙ dy[m, n] · b[n, k]. For b, the same with y and dy
            // transposed.
            let (m, n) = (RA * PA / K, RB * PB / K);
            let (a, b, y, dy) = (flat(a), flat(b), flat(y), flat(dy));
            let samples = || y.chunks_exact(m * n).zip(dy.chunks_exact(m * n));
            if let Some(da) = da {
                let inputs = a.chunks_exact(RA * PA).zip(b.chunks_exact(RB * PB));
                for (((a, b), (y, dy)), da) in inputs.zip(samples()).zip(flat_mut(da).chunks_exact_mut(RA * PA)) {
                    add_gradient::<T, K, SA, SB>(NORMALIZE == 1, [m, n], [n, 1], a, b, y, dy, da);
                }
            }
            if let Some(db) = db {
                let inputs = a.chunks_exact(RA * PA).zip(b.chunks_exact(RB * PB));
                for (((a, b), (y, dy)), db) in inputs.zip(samples()).zip(flat_mut(db).chunks_exact_mut(RB * PB)) {
                    add_gradient::<T, K, SB, SA>(NORMALIZE == 1, [n, m], [1, n], b, a, y, dy, db);
                }
            }
        }
    }

    /// Adds the gradient to `da`; `y[i, j]` lies at `i * step[0] + j * step[1]`.
    #[inline(always)]
    fn add_gradient<T: Scalar, const K: usize, const SA: usize, const SB: usize>(
        normalize: bool,
        [m, n]: [usize; 2],
        step: [usize; 2],
        a: &[T],
        b: &[T],
        y: &[T],
        dy: &[T],
        da: &mut [T],
    ) {
        let at = |i: usize, j: usize| i * step[0] + j * step[1];
        for i in 0..m {
            let (u, depends) = if normalize { scale(a, row(i, K, SA)) } else { (T::ONE, false) };
            for j in 0..n {
                let v = if normalize { scale(b, row(j, K, SB)).0 } else { T::ONE };
                let factor = u * v * dy[at(i, j)];
                for (p, q) in row(i, K, SA).zip(row(j, K, SB)) {
                    da[p] += factor * b[q];
                }
            }
            if depends {
                let sum: T = (0..n).map(|j| dy[at(i, j)] * y[at(i, j)]).sum();
                for p in row(i, K, SA) {
                    da[p] -= u * u * sum * a[p];
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::tensor::storage::Inline;
        use nalgebra::SVector;

        #[test]
        fn gradients() {
            type Vectors = (SVector<f64, 5>, SVector<f64, 5>);
            check_layer::<Vectors, _>(&Dot::<1, 1, 5, 1, 1, 0>);
            check_layer::<Vectors, _>(&Dot::<1, 1, 5, 1, 1, 1>);
            // (2, 3) and (5, 3) along the last axes; (3, 2) and (3, 5) along the first; (2, 3) and (3,).
            check_layer::<(SMatrix<f64, 3, 2>, SMatrix<f64, 3, 5>), _>(&Dot::<5, 2, 3, 1, 1, 1>);
            check_layer::<(SMatrix<f64, 2, 3>, SMatrix<f64, 5, 3>), _>(&Dot::<5, 2, 3, 2, 5, 0>);
            check_layer::<(SMatrix<f64, 2, 3>, SMatrix<f64, 5, 3>), _>(&Dot::<5, 2, 3, 2, 5, 1>);
            check_layer::<(SMatrix<f64, 3, 2>, SVector<f64, 3>), _>(&Dot::<2, 1, 3, 1, 1, 0>);
            // (2, 3, 7) along its middle axis and (5, 3): (2, 7, 5).
            check_layer::<(SMatrix<f64, 7, 6>, SMatrix<f64, 3, 5>), _>(&Dot::<5, 14, 3, 7, 1, 0>);
        }

        #[test]
        fn the_gradient_of_a_short_vector_is_finite() {
            let (a, b) = ([SVector::<f64, 2>::zeros()], [SVector::<f64, 2>::new(3., 4.)]);
            let mut da = a;
            let layer = Dot::<1, 1, 2, 1, 1, 1>;
            let (y, dy) = ([SVector::<f64, 1>::zeros()], [SVector::<f64, 1>::new(1.0)]);
            layer.backward::<Inline<1>>(&(), (&a, &b), &y, &dy, Memory::new(&mut ()), (Some(&mut da), None), None);
            assert!((da[0] * 1e-7 - SVector::<f64, 2>::new(0.6, 0.8)).norm() < 1e-12, "{da:?}");
        }

        fn call<const RA: usize, const PA: usize, const RB: usize, const PB: usize, L, const R: usize, const P: usize>(
            layer: L,
            a: SMatrix<f64, RA, PA>,
            b: SMatrix<f64, RB, PB>,
        ) -> SMatrix<f64, R, P>
        where
            L: Layer<
                    f64,
                    (SMatrix<f64, RA, PA>, SMatrix<f64, RB, PB>),
                    Output = SMatrix<f64, R, P>,
                    Weights = (),
                    Scratch<Inline<1>> = (),
                >,
        {
            let mut y = [SMatrix::repeat(f64::NAN)];
            layer.forward::<Inline<1>>(&(), (&[a], &[b]), &mut y, Pass::inference(&mut ()));
            y[0]
        }

        #[test]
        fn vectors() {
            let (a, b) = (SVector::<f64, 2>::new(3., 4.), SVector::<f64, 2>::new(4., 3.));
            assert_eq!(call(Dot::<1, 1, 2, 1, 1, 0>, a, b)[0], 24.0);
            assert!((call(Dot::<1, 1, 2, 1, 1, 1>, a, b)[0] - 24.0 / 25.0).abs() < 1e-12);
            assert_eq!(call(Dot::<1, 1, 2, 1, 1, 1>, a, SVector::<f64, 2>::zeros())[0], 0.0);
        }

        #[test]
        fn matrices() {
            // Keras's example: (5, 2) and (2, 5) along axes (1, 2) give (2, 2).
            let a = SMatrix::<f64, 2, 5>::from_fn(|r, c| (2 * c + r) as f64);
            let b = SMatrix::<f64, 5, 2>::from_fn(|r, c| (10 + 5 * c + r) as f64);
            let y = call(Dot::<2, 2, 5, 2, 1, 0>, a, b);
            assert_eq!(y.as_slice(), [260., 360., 320., 445.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn rule(axes: &[i64], a: &[usize], b: &[usize]) -> Result<Inferred, String> {
        let args = SPEC.with(&[(arg::axes, Value::ints(axes))]);
        infer(&args, &[Shape::new(a), Shape::new(b)]).map_err(|error| error.to_string())
    }

    #[test]
    fn shapes() {
        assert_eq!(rule(&[1], &[5], &[5]).unwrap(), Inferred::new(Shape::new(&[1]), &[1, 1, 5, 1, 1, 0]));
        assert_eq!(
            rule(&[1, 2], &[3, 5], &[10, 3]).unwrap(),
            Inferred::new(Shape::new(&[5, 10]), &[10, 5, 3, 5, 1, 0])
        );
        assert_eq!(rule(&[-1], &[2, 3], &[3]).unwrap(), Inferred::new(Shape::new(&[2]), &[2, 1, 3, 1, 1, 0]));
        let inferred = rule(&[2, 2], &[2, 3, 7], &[5, 3]).unwrap();
        assert_eq!(inferred, Inferred::new(Shape::new(&[2, 7, 5]), &[5, 14, 3, 7, 1, 0]));
        assert_eq!(
            rule(&[-1], &[4, 3], &[5]).unwrap_err(),
            "expected axes of one length, but axis -1 of (4, 3) has 3 and axis -1 of (5,) has 5"
        );
        assert!(rule(&[0, 1], &[3], &[3]).unwrap_err().contains("counts the batch"));
        assert!(rule(&[1, 1, 1], &[3], &[3]).unwrap_err().contains("or two"));
    }
}
