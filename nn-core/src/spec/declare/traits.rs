//! The traits that `layer!` implements: penalties and bounds by name, and defaults that fit most layers.

/// The traits of a declared layer.
#[doc(hidden)]
#[macro_export]
macro_rules! __layer_traits {
    // The traits that the page does not implement itself. Recurrent layers have one implementation.
    (@traits $tag:ident [Cell] $($layer:tt)*) => {};
    (@traits $tag:ident [Recurrent] $($layer:tt)*) => {};
    (@traits page $traits:tt $($layer:tt)*) => {
        $crate::__layer_traits! { @train $traits $($layer)* }
        $crate::__layer_traits! { @ends $traits $($layer)* }
    };
    (@traits own $traits:tt $($layer:tt)*) => {
        $crate::__layer_traits! { @train $traits $($layer)* }
        $crate::__layer_traits! { @ends $traits $($layer)* }
        $crate::__layer_traits! { @activates $traits $($layer)* }
    };
    (@train [Train $($other:ident)*] $($layer:tt)*) => {};
    (@train [$trait:ident $($other:ident)*] $($layer:tt)*) => { $crate::__layer_traits! { @train [$($other)*] $($layer)* } };
    (@train [] $name:ident [$($const:ident)*]
        [$({ $doc:tt $field:ident [$($type:tt)+] $value:tt $said:tt })*]
        [$({ $inner_arg:ident $inner:ident $function:ident })*] [$made:ident $($around:ident)?]
    ) => {
        impl<__T: $crate::Scalar, __X: $crate::Tensors, $($around,)? $(const $const: usize,)* $($inner,)*>
            $crate::layer::Train<__T, __X> for $name<$($around,)? $($const,)* $($inner,)*>
        where
            Self: $crate::layer::Layer<__T, __X>,
        {
            $crate::__layer_traits! { @penalties $([$field $($type)+])* }
        }
    };
    (@penalties) => { const CONSTRAINS: bool = false; };
    (@penalties $([$field:ident $($type:tt)+])+) => {
        const CONSTRAINS: bool = false $(|| $crate::layer::variables::bounds(::core::stringify!($field)))+;

        fn constrain(&self, w: &mut Self::Weights) {
            $($crate::layer::variables::OfVariable::constrain::<__T, Self::Weights>(
                &self.$field,
                const { $crate::layer::variables::variable::<__T, Self::Weights>(::core::stringify!($field)) },
                w,
            );)+
        }

        fn regularize(&self, w: &Self::Weights, mut dw: ::core::option::Option<&mut Self::Weights>) -> __T {
            let mut loss = <__T as $crate::Scalar>::ZERO;
            $(loss += $crate::layer::variables::OfVariable::regularize::<__T, Self::Weights>(
                &self.$field,
                const { $crate::layer::variables::variable::<__T, Self::Weights>(::core::stringify!($field)) },
                w,
                dw.as_deref_mut(),
            );)+
            loss
        }
    };
    (@ends [Ends $($other:ident)*] $($layer:tt)*) => {};
    (@ends [$trait:ident $($other:ident)*] $($layer:tt)*) => { $crate::__layer_traits! { @ends [$($other)*] $($layer)* } };
    (@ends [] $name:ident [$($const:ident)*] $fields:tt
        [$({ $inner_arg:ident $inner:ident $function:ident })*] [$made:ident $($around:ident)?]
    ) => {
        impl<__T: $crate::Scalar, __X: $crate::Tensors, $($around,)? $(const $const: usize,)* $($inner,)*>
            $crate::layer::Ends<__T, __X> for $name<$($around,)? $($const,)* $($inner,)*>
        where
            Self: $crate::layer::Layer<__T, __X>,
        {
        }
    };
    (@activates [Activates $($other:ident)*] $($layer:tt)*) => {};
    (@activates [$trait:ident $($other:ident)*] $($layer:tt)*) => {
        $crate::__layer_traits! { @activates [$($other)*] $($layer)* }
    };
    (@activates [] $name:ident [$($const:ident)*] $fields:tt $types:tt $made:tt) => {
        impl<__T: $crate::Scalar, __X: $crate::Tensors, $(const $const: usize,)*>
            $crate::layer::Activates<__T, __X> for $name<$($const,)*>
        where
            Self: $crate::layer::Layer<__T, __X, Output: $crate::layer::InPlace<__T>>,
        {
        }
    };
}
