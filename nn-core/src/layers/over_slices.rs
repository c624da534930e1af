//! `over_slices!`: the traits of a layer without weights and memory, from its two passes over the scalars of a batch.

/// Implements `Layer` for a layer that has only hyperparameters. `C` and `P` are the features and the places of the
/// input; the output has the same features.
///
/// ```ignore
/// over_slices! {
///     impl Layer for ZeroPadding2D<const Q>: (C, P) -> Q {
///         work: 0,
///         forward: |layer, x, y| layer.frame.pad(C, x, y),
///         backward: |layer, _x, _y, dy, dx| layer.frame.add_cropped(C, dy, dx),
///     }
/// }
/// ```
macro_rules! over_slices {
    (
        impl Layer for $layer:ident $(<$(const $size:ident),+>)?: ($channels:ident, $places:ident) -> $to:tt {
            $(macs: $macs:expr,)?
            work: $work:expr,
            forward: |$self:pat_param, $x:pat_param, $y:pat_param| $forward:expr,
            backward: |$of:pat_param, $bx:pat_param, $by:pat_param, $dy:pat_param, $dx:pat_param| $backward:expr,
        }
    ) => {
        impl<
            T: $crate::tensor::scalar::Scalar + $crate::tensor::Element,
            const $channels: usize,
            const $places: usize,
            $($(const $size: usize),+)?
        > $crate::layer::Layer<T, nalgebra::SMatrix<T, $channels, $places>> for $layer $(<$($size),+>)?
        {
            type Output = nalgebra::SMatrix<T, $channels, $to>;
            type Weights = ();
            type Scratch<S: $crate::tensor::storage::Storage> = ();
            type Cache<S: $crate::tensor::storage::Storage> = ();
            $(const MACS: usize = $macs;)?
            const WORK: $crate::layer::Work = $crate::layer::Work::BySample($work);

            fn forward<S: $crate::tensor::storage::Storage>(
                &self,
                _: &(),
                x: &[nalgebra::SMatrix<T, $channels, $places>],
                y: &mut [nalgebra::SMatrix<T, $channels, $to>],
                _: $crate::layer::Pass<'_, '_, T, (), ()>,
            ) {
                let ($self, $x, $y) = (self, $crate::tensor::flat(x), $crate::tensor::flat_mut(y));
                $forward;
            }

            fn backward<S: $crate::tensor::storage::Storage>(
                &self,
                _: &(),
                x: &[nalgebra::SMatrix<T, $channels, $places>],
                y: &[nalgebra::SMatrix<T, $channels, $to>],
                dy: &[nalgebra::SMatrix<T, $channels, $to>],
                _: $crate::layer::Memory<'_, T, ()>,
                dx: Option<&mut [nalgebra::SMatrix<T, $channels, $places>]>,
                _: Option<&mut ()>,
            ) {
                let Some(dx) = dx else { return };
                let ($of, $bx, $by) = (self, $crate::tensor::flat(x), $crate::tensor::flat(y));
                let ($dy, $dx) = ($crate::tensor::flat(dy), $crate::tensor::flat_mut(dx));
                $backward;
            }
        }
    };
}
pub(in crate::layers) use over_slices;
