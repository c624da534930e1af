//! `CustomRNN`: `yₜ = tanh(W · xₜ + b) + tanh(V · yₜ₋₁ + c)`, with `y₋₁ = 0`. The output is all `yₜ`.

use nn::layer::*;

nn::layer! {
    /// A recurrent layer from `F` to `U` features at each step.
    pub struct CustomRnn<F, U> {
        /// The features of the state.
        units: Size,
    }

    pub const SPEC: LayerSpec { weights: CustomRnnWeights<F, U>, infer: rule!(infer) }
}

nn::weights! {
    pub struct CustomRnnWeights<T, const F: usize, const U: usize> {
        /// `W`
        projection_1: SMatrix<T, U, F> => [F, U],
        /// `b`
        bias_1: SVector<T, U> => [U],
        /// `V`
        projection_2: SMatrix<T, U, U> => [U, U],
        /// `c`
        bias_2: SVector<T, U> => [U],
    }
}

pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let units = Args(args).units();
    Ok(Inferred::new(inputs[0].with_last(units), &Consts { F: inputs[0].rows(), U: units }.list()))
}

impl<T: Scalar, const F: usize, const U: usize, const S: usize> Layer<T, SMatrix<T, F, S>> for CustomRnn<F, U> {
    type Output = SMatrix<T, U, S>;
    type Weights = CustomRnnWeights<T, F, U>;
    type Scratch<B: Storage> = ();
    type Cache<B: Storage> = ();

    fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
        let glorot = nn::initializers::Initializer::GlorotUniform;
        glorot.fill(w.projection_1.as_mut_slice(), &[F, U], Fans::new(F, U), rng);
        glorot.fill(w.projection_2.as_mut_slice(), &[U, U], Fans::new(U, U), rng);
    }

    fn forward<B: Storage>(
        &self,
        w: &Self::Weights,
        x: &[SMatrix<T, F, S>],
        y: &mut [SMatrix<T, U, S>],
        _: Pass<'_, '_, T, (), ()>,
    ) {
        for (x, y) in x.iter().zip(y) {
            let mut state = SVector::<T, U>::zeros();
            for t in 0..S {
                let input = w.projection_1 * x.column(t) + w.bias_1;
                let kept = w.projection_2 * state + w.bias_2;
                state = input.map(|z| z.tanh()) + kept.map(|z| z.tanh());
                y.set_column(t, &state);
            }
        }
    }

    fn backward<B: Storage>(
        &self,
        w: &Self::Weights,
        x: &[SMatrix<T, F, S>],
        y: &[SMatrix<T, U, S>],
        dy: &[SMatrix<T, U, S>],
        _: Memory<'_, T, ()>,
        mut dx: Option<&mut [SMatrix<T, F, S>]>,
        mut dw: Option<&mut Self::Weights>,
    ) {
        for (k, (x, (y, dy))) in x.iter().zip(y.iter().zip(dy)).enumerate() {
            let mut dstate = SVector::<T, U>::zeros();
            for t in (0..S).rev() {
                let before = if t == 0 { SVector::zeros() } else { y.column(t - 1).into_owned() };
                // z = W · x + b, and y = tanh(z) + ..
                let slope = |z: SVector<T, U>| z.map(|z| T::ONE - z.tanh() * z.tanh());
                let dstep = dy.column(t) + dstate;
                let dinput = slope(w.projection_1 * x.column(t) + w.bias_1).component_mul(&dstep);
                let dkept = slope(w.projection_2 * before + w.bias_2).component_mul(&dstep);
                dstate = w.projection_2.tr_mul(&dkept);
                if let Some(dx) = dx.as_deref_mut() {
                    let mut column = dx[k].column_mut(t);
                    column += w.projection_1.tr_mul(&dinput);
                }
                if let Some(dw) = dw.as_deref_mut() {
                    dw.projection_1 += dinput * x.column(t).transpose();
                    dw.bias_1 += dinput;
                    dw.projection_2 += dkept * before.transpose();
                    dw.bias_2 += dkept;
                }
            }
        }
    }
}

#[test]
fn gradients() {
    nn::testing::check_layer::<SMatrix<f64, 3, 4>, _>(&CustomRnn::<3, 5>::DEFAULT);
}
