//! Activations that Keras also has as layers.

/// Implements the layer for a type that is [`Elementwise`](crate::activations::Elementwise).
macro_rules! elementwise_layer {
    ($name:ident) => {
        impl<T: $crate::Scalar + $crate::Element, const R: usize, const P: usize>
            $crate::Layer<T, nalgebra::SMatrix<T, R, P>> for $name
        {
            type Output = nalgebra::SMatrix<T, R, P>;
            type Weights = ();
            type Scratch<B: $crate::Storage> = ();
            type Cache<B: $crate::Storage> = ();
            const WORK: $crate::layer::Work = $crate::layer::Work::BySample(0);

            #[inline]
            fn forward<B: $crate::Storage>(
                &self,
                _: &(),
                x: &[Self::Output],
                y: &mut [Self::Output],
                _: $crate::Pass<'_, '_, T, (), ()>,
            ) {
                use $crate::tensor::{flat, flat_mut};
                $crate::activations::Activation::forward(self, R, flat(x), flat_mut(y));
            }

            #[inline]
            fn backward<B: $crate::Storage>(
                &self,
                _: &(),
                x: &[Self::Output],
                y: &[Self::Output],
                dy: &[Self::Output],
                _: $crate::layer::Memory<'_, T, ()>,
                dx: Option<&mut [Self::Output]>,
                _: Option<&mut ()>,
            ) {
                use $crate::tensor::{flat, flat_mut};
                if let Some(dx) = dx {
                    $crate::activations::Activation::backward(self, R, flat(x), flat(y), flat(dy), flat_mut(dx));
                }
            }
        }
    };
}
pub(super) use elementwise_layer;
