// What rustc can only say of a declaration when it has evaluated it: each layer has one mistake.

use nn::prelude::*;

/// A layer with this declaration that copies its input.
macro_rules! copies {
    ($module:ident $name:ident [$($args:tt)*] [$($facts:tt)*] $found:expr) => {
        mod $module {
            use nn::{layer::{Layer, Memory, Pass, Shape, ShapeError, Storage}, prelude::*};
            use nn::spec::{Inferred, LayerSpec, Masking, Value, rule};

            nn::layer! {
                pub struct $name { $($args)* }

                pub const SPEC: LayerSpec { $($facts)* infer: rule!(same) }
            }

            pub const fn same(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
                let _ = Masking::Drops;
                $found(inputs[0])
            }

            impl<T: Scalar, const F: usize> Layer<T, SVector<T, F>> for $name {
                type Output = SVector<T, F>;
                type Weights = ();
                type Scratch<B: Storage> = ();
                type Cache<B: Storage> = ();

                fn forward<B: Storage>(
                    &self,
                    _: &(),
                    _: &[SVector<T, F>],
                    _: &mut [SVector<T, F>],
                    _: Pass<'_, '_, T, (), ()>,
                ) {
                }

                fn backward<B: Storage>(
                    &self,
                    _: &(),
                    _: &[SVector<T, F>],
                    _: &[SVector<T, F>],
                    _: &[SVector<T, F>],
                    _: Memory<'_, T, ()>,
                    _: Option<&mut [SVector<T, F>]>,
                    _: Option<&mut ()>,
                ) {
                }
            }
        }
    };
}

const fn same(input: nn::Shape) -> Result<nn::spec::Inferred, nn::ShapeError> {
    Ok(nn::spec::Inferred::new(input, &[]))
}

const fn with_workspace(input: nn::Shape) -> Result<nn::spec::Inferred, nn::ShapeError> {
    Ok(nn::spec::Inferred::new(input, &[]).workspace(9))
}

copies! { not_public_initializer A [kernel_initializer: Initializer = Zeros,] [] super::same }
copies! { not_public_regularizer B [kernel_regularizer: Regularizer,] [] super::same }
copies! { not_public_constraint C [kernel_constraint: Constraint,] [] super::same }
copies! { another_name D [pub penalty: Regularizer,] [] super::same }
copies! { another_kind E [kernel_constraint: Flag = true,] [] super::same }
copies! { has_a_name L [name: Size,] [] super::same }
copies! { reads G [] [masking: Masking::Reads { passes: Some(0), both: None },] super::same }
copies! { another_fact H [] [copies: true,] super::same }
copies! { workspace I [] [] super::with_workspace }
copies! { activation_after J [activation: Flag = true,] [] super::same }

model! { pub struct Workspace; let a = Input(shape = [4]); let y = workspace::I()(a); Model(inputs = a, outputs = y) }

fn main() {}
