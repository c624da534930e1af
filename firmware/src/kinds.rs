//! A small model for every kind of layer, loss and optimizer. Each is predicted and trained, so that the linker can
//! prove for all of them that no panic is reachable. A page of `src/bin/kinds` is a program with some of them, because
//! cargo builds several programs at the same time.

use nn::SMatrix;

/// A kind: its name, and the function that predicts, trains and returns a number for the bits of the results.
pub type Kind = (&'static str, fn() -> u32);

/// A sample of made-up numbers.
pub trait Made {
    /// The numbers of a sample in a step.
    fn made(sample: usize, step: u32) -> Self;
}

impl<const R: usize, const C: usize> Made for SMatrix<f32, R, C> {
    /// Numbers from -1 to 1. Some columns are zero, for the masks.
    fn made(sample: usize, step: u32) -> Self {
        let mut made = Self::zeros();
        for (c, mut column) in made.column_iter_mut().enumerate() {
            for (r, number) in column.iter_mut().enumerate() {
                let k = (7 * r + 5 * c + 3 * sample) as u32 + step;
                *number = if (c + sample) % 4 == 3 { 0.0 } else { (k % 11) as f32 / 5.0 - 1.0 };
            }
        }
        made
    }
}

impl<const R: usize, const C: usize> Made for SMatrix<u32, R, C> {
    /// Indices from 0 to 2.
    fn made(sample: usize, step: u32) -> Self {
        let mut made = Self::zeros();
        for (k, number) in made.iter_mut().enumerate() {
            *number = (k as u32 + sample as u32 + step) % 3;
        }
        made
    }
}

/// Defines kinds: the types of a sample and of its target, the loss, the optimizer with the number of its slots, and
/// the graph. Kinds without a graph share the model `Net` of the page.
#[macro_export]
macro_rules! kinds {
    (@program $($name:ident)*) => {
        /// The kinds of this page.
        const ALL: &[nn_firmware::kinds::Kind] = &[$((stringify!($name), $name::run)),*];

        nn_firmware::program!({
            for (name, run) in ALL {
                nn_firmware::say!("kinds: ", *name, " ", run());
            }
            true
        });
    };
    ($($name:ident: $x:ty => $y:ty, $loss:ty, $optimizer:expr, $slots:literal;)*) => {
        $crate::kinds!(@program $($name)*);
        $($crate::kinds!(@kind $name: $x, $y, $loss, $optimizer, $slots,);)*
    };
    ($($name:ident: $x:ty => $y:ty, $loss:ty, $optimizer:expr, $slots:literal { $($graph:tt)* })*) => {
        $crate::kinds!(@program $($name)*);
        $($crate::kinds!(@kind $name: $x, $y, $loss, $optimizer, $slots,
            model! {
                /// The model of this kind.
                pub struct Net;
                $($graph)*
            }
        );)*
    };
    (@kind $name:ident: $x:ty, $y:ty, $loss:ty, $optimizer:expr, $slots:literal, $($model:item)?) => {
        // The graphs have all kinds of layers, and need no sense.
        #[allow(deprecated)]
        mod $name {
            use super::*;
            use nn_firmware::kinds::Made;
            use nn_firmware::{NO_PRINT, fingerprint};

            $($model)?

            /// Predicts a sample, and trains with batches of one to eight samples.
            pub(super) fn run() -> u32 {
                let mut rng = Xoshiro128PlusPlus::seed_from_u64(7);
                let mut print = of_arrays::<1>(NO_PRINT, &mut rng);
                print = of_arrays::<2>(print, &mut rng);
                print = of_slices::<3>(print, &mut rng);
                of_slices::<8>(print, &mut rng)
            }

            /// Trains with batches of `N` samples.
            #[inline(never)]
            fn of_arrays<const N: usize>(print: u32, rng: &mut Xoshiro128PlusPlus) -> u32 {
                let mut trainer = nn::Trainer::<Net, N, $slots>::ZEROED;
                let _ = trainer.init(&$optimizer, rng);
                for step in 0..2 {
                    let (mut x, mut y) = ([<$x>::zeros(); N], [<$y>::zeros(); N]);
                    for (k, (x, y)) in x.iter_mut().zip(&mut y).enumerate() {
                        (*x, *y) = (Made::made(k, step), Made::made(k + 1, step));
                    }
                    let _ = trainer.step(&$optimizer, &<$loss>::DEFAULT, &x, &y, rng);
                }
                predicted(&trainer.model, print)
            }

            /// Trains with batches whose number of samples, up to `N`, is known at run time only.
            #[inline(never)]
            fn of_slices<const N: usize>(print: u32, rng: &mut Xoshiro128PlusPlus) -> u32 {
                let mut trainer = nn::Trainer::<Net, N, $slots>::ZEROED;
                let _ = trainer.init(&$optimizer, rng);
                for step in 0..2 {
                    let (mut x, mut y) = ([<$x>::zeros(); N], [<$y>::zeros(); N]);
                    for (k, (x, y)) in x.iter_mut().zip(&mut y).enumerate() {
                        (*x, *y) = (Made::made(k, step), Made::made(k + 1, step));
                    }
                    let n = core::hint::black_box(N - step as usize);
                    let (x, y) = (x.get(..n).unwrap_or_default(), y.get(..n).unwrap_or_default());
                    let _ = trainer.step_checked(&$optimizer, &<$loss>::DEFAULT, x, y, rng);
                }
                predicted(&trainer.model, print)
            }

            /// A number for the bits of the weights and of a prediction.
            fn predicted(net: &Net, print: u32) -> u32 {
                let y = net.call(&<$x>::made(1, 1));
                fingerprint(y.as_slice(), fingerprint(net.as_slice(), print))
            }
        }
    };
}
