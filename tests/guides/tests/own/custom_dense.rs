//! `CustomDense`: `y = W · x + b`.

use nn::layer::*;

nn::layer! {
    /// A fully connected layer from `I` to `O` features.
    pub struct CustomDense<I, O> {
        /// The features of the output.
        units: Size = 32,
        /// The initial values of the kernel.
        pub w_initializer: Initializer = GlorotUniform,
    }

    pub const SPEC: LayerSpec { weights: CustomDenseWeights<I, O>, infer: rule!(infer) }
}

nn::weights! {
    pub struct CustomDenseWeights<T, const I: usize, const O: usize> {
        /// `W`
        w: SMatrix<T, O, I> => [I, O],
        /// `b`
        b: SVector<T, O> => [O],
    }
}

pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let units = Args(args).units();
    Ok(Inferred::new(inputs[0].with_last(units), &Consts { I: inputs[0].rows(), O: units }.list()))
}

impl<T: Scalar, const I: usize, const O: usize> Layer<T, SVector<T, I>> for CustomDense<I, O> {
    type Output = SVector<T, O>;
    type Weights = CustomDenseWeights<T, I, O>;
    type Scratch<B: Storage> = ();
    type Cache<B: Storage> = ();

    fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
        self.w_initializer.fill(w.w.as_mut_slice(), &[I, O], Fans::new(I, O), rng);
    }

    fn forward<B: Storage>(
        &self,
        w: &Self::Weights,
        x: &[SVector<T, I>],
        y: &mut [SVector<T, O>],
        _: Pass<'_, '_, T, (), ()>,
    ) {
        x.iter().zip(y).for_each(|(x, y)| *y = w.w * x + w.b);
    }

    fn backward<B: Storage>(
        &self,
        w: &Self::Weights,
        x: &[SVector<T, I>],
        _: &[SVector<T, O>],
        dy: &[SVector<T, O>],
        _: Memory<'_, T, ()>,
        dx: Option<&mut [SVector<T, I>]>,
        dw: Option<&mut Self::Weights>,
    ) {
        for (dx, dy) in dx.into_iter().flatten().zip(dy) {
            *dx += w.w.tr_mul(dy);
        }
        if let Some(dw) = dw {
            for (x, dy) in x.iter().zip(dy) {
                dw.w += dy * x.transpose();
                dw.b += dy;
            }
        }
    }
}

#[test]
fn gradients() {
    nn::testing::check_layer::<SVector<f64, 3>, _>(&CustomDense::<3, 5>::DEFAULT);
}
