//! The weights of the recurrent layers: kernel, recurrent kernel and bias, and the types of the activations.

/// Defines the weights of a recurrent layer, with `G` rows for all gates and a bias of `B` columns.
///
/// Weights hold nothing but scalars, so the activations `A` are types only. Because of them, `step` of the weights
/// uses the activations of the graph, and the layer of another graph does not accept the weights.
macro_rules! recurrent_weights {
    (
        $(#[$meta:meta])*
        pub struct $name:ident<T; $($constant:ident),*; $($activation:ident = $default:ident),*> {
            $(#[$kernel:meta])* kernel: SMatrix<T, $g:ident, $f:ident>,
            $(#[$recurrent:meta])* recurrent_kernel: SMatrix<T, $g2:ident, $u:ident>,
            $(#[$bias:meta])* bias: SMatrix<T, $g3:ident, $b:ident> => $shape:expr,
        }
    ) => {
        $(#[$meta])*
        #[repr(C)]
        pub struct $name<T, $(const $constant: usize,)* $($activation = $default),*> {
            $(#[$kernel])*
            pub kernel: SMatrix<T, $g, $f>,
            $(#[$recurrent])*
            pub recurrent_kernel: SMatrix<T, $g, $u>,
            $(#[$bias])*
            pub bias: SMatrix<T, $g, $b>,
            activations: core::marker::PhantomData<fn() -> ($($activation,)*)>,
        }

        // By hand, because a derive would require `Clone` of the activations.
        impl<T: Clone, $(const $constant: usize,)* $($activation),*> Clone for $name<T, $($constant,)* $($activation),*> {
            fn clone(&self) -> Self {
                const { $crate::weights::assert_clone::<Self>() }
                $name {
                    kernel: self.kernel.clone(),
                    recurrent_kernel: self.recurrent_kernel.clone(),
                    bias: self.bias.clone(),
                    activations: core::marker::PhantomData,
                }
            }

            fn clone_from(&mut self, source: &Self) {
                $crate::weights::copy(&source.kernel, &mut self.kernel);
                $crate::weights::copy(&source.recurrent_kernel, &mut self.recurrent_kernel);
                $crate::weights::copy(&source.bias, &mut self.bias);
            }
        }

        impl<T: core::fmt::Debug, $(const $constant: usize,)* $($activation),*> core::fmt::Debug
            for $name<T, $($constant,)* $($activation),*>
        {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("kernel", &self.kernel)
                    .field("recurrent_kernel", &self.recurrent_kernel)
                    .field("bias", &self.bias)
                    .finish()
            }
        }

        impl<T: PartialEq, $(const $constant: usize,)* $($activation),*> PartialEq
            for $name<T, $($constant,)* $($activation),*>
        {
            fn eq(&self, other: &Self) -> bool {
                self.kernel == other.kernel
                    && self.recurrent_kernel == other.recurrent_kernel
                    && self.bias == other.bias
            }
        }

        // SAFETY: `repr(C)`; the fields are matrices of `T`, and one field has no size and an alignment of 1.
        unsafe impl<T: $crate::Scalar, $(const $constant: usize,)* $($activation: 'static),*> $crate::Weights<T>
            for $name<T, $($constant,)* $($activation),*>
        {
            const PARTS: &'static [$crate::weights::Part] = &[
                $crate::weights::Part::new("kernel", $crate::Shape::new(&[$f, $g])).when($f > 0),
                $crate::weights::Part::new("recurrent_kernel", $crate::Shape::new(&[$u, $g])),
                $crate::weights::Part::new("bias", $shape).when($b > 0),
            ];
        }

        impl<T: $crate::Scalar, $(const $constant: usize,)* $($activation: 'static),*> $crate::weights::fold::Affine<T>
            for $name<T, $($constant,)* $($activation),*>
        {
            const LAYOUT: $crate::weights::fold::Layout = $crate::weights::fold::Layout::new($f, $g);

            fn affine(&self, _: usize) -> (&[T], &[T]) {
                let bias = self.bias.as_slice();
                (self.kernel.as_slice(), &bias[..bias.len().min($g)])
            }

            fn affine_mut(&mut self, _: usize) -> (&mut [T], &mut [T]) {
                let bias = self.bias.as_mut_slice();
                let length = bias.len().min($g);
                (self.kernel.as_mut_slice(), &mut bias[..length])
            }
        }

        impl<T: $crate::Scalar, $(const $constant: usize,)* $($activation: 'static),*> $crate::weights::fold::Pointwise<T>
            for $name<T, $($constant,)* $($activation),*>
        {
            fn apply(&self, x: &[T], y: &mut [T]) {
                let (kernel, bias) = $crate::weights::fold::Affine::affine(self, 0);
                $crate::kernels::affine::<T, $f, $g>(kernel, bias, x, y);
            }
        }

        impl<T: $crate::Scalar, $(const $constant: usize,)* $($activation: 'static),*>
            $name<T, $($constant,)* $($activation),*>
        {
            /// Returns the penalties on kernel, recurrent kernel and bias, and adds their gradients to `dw`.
            fn penalty(&self, penalties: [&$crate::weights::regularizers::Regularizer; 3], dw: Option<&mut Self>) -> T {
                let (dkernel, rest) = dw
                    .map(|dw| (dw.kernel.as_mut_slice(), (dw.recurrent_kernel.as_mut_slice(), dw.bias.as_mut_slice())))
                    .unzip();
                let (drecurrent, dbias) = rest.unzip();
                penalties[0].apply(self.kernel.as_slice(), dkernel)
                    + penalties[1].apply(self.recurrent_kernel.as_slice(), drecurrent)
                    + penalties[2].apply(self.bias.as_slice(), dbias)
            }
        }
    };
}
pub(in super::super) use recurrent_weights;
