//! A table of a user's own layer that does not report its rows. A step takes all rows, as with any other variable.

#![allow(missing_docs)]

use nn::Weights;
use nn::prelude::*;

mod my {
    use nn::layer::{Layer, Memory, Pass, Shape, ShapeError, Storage};
    use nn::prelude::*;
    use nn::spec::{Inferred, LayerSpec, Value, rule};

    /// An embedding whose table has its gradient by rows or as a whole.
    macro_rules! tables {
        ($($doc:literal $name:ident $weights:ident $spec:ident [$($rows:ident)?] $rule:ident;)*) => {$(
            nn::layer! {
                #[doc = $doc]
                pub struct $name<V, D, P> {
                    /// The rows of the table.
                    vocabulary: Size,
                    /// The features of a row.
                    features: Size,
                    /// A penalty on the table.
                    pub table_regularizer: Regularizer,
                }

                pub const $spec: LayerSpec { weights: $weights<V, D>, infer: rule!($rule) }
            }

            nn::weights! {
                #[doc = $doc]
                pub struct $weights<T, const V: usize, const D: usize> {
                    /// A column for each index.
                    $($rows)? table: SMatrix<T, D, V> => [V, D],
                }
            }

            /// A row for each index.
            #[allow(unreachable_pub)]
            pub const fn $rule(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
                let (args, steps) = ($spec::Args(args), inputs[0].dim(0));
                let consts = $spec::Consts { V: args.vocabulary(), D: args.features(), P: steps };
                Ok(Inferred::new(Shape::new(&[steps, args.features()]), &consts.list()))
            }

            impl<T: Scalar, const V: usize, const D: usize, const P: usize> Layer<T, SMatrix<u32, P, 1>> for $name<V, D, P> {
                type Output = SMatrix<T, D, P>;
                type Weights = $weights<T, V, D>;
                type Scratch<B: Storage> = ();
                type Cache<B: Storage> = ();

                fn init(&self, w: &mut Self::Weights, _: &mut dyn Rng) {
                    w.table.fill(T::ONE);
                }

                fn forward<B: Storage>(
                    &self,
                    w: &Self::Weights,
                    x: &[SMatrix<u32, P, 1>],
                    y: &mut [SMatrix<T, D, P>],
                    _: Pass<'_, '_, T, (), ()>,
                ) {
                    for (x, y) in x.iter().zip(y) {
                        (0..P).for_each(|p| y.set_column(p, &w.table.column(x[p] as usize)));
                    }
                }

                fn backward<B: Storage>(
                    &self,
                    _: &Self::Weights,
                    x: &[SMatrix<u32, P, 1>],
                    _: &[SMatrix<T, D, P>],
                    dy: &[SMatrix<T, D, P>],
                    _: Memory<'_, T, ()>,
                    _: Option<&mut [SMatrix<u32, P, 1>]>,
                    dw: Option<&mut Self::Weights>,
                ) {
                    let Some(dw) = dw else { return };
                    for (x, dy) in x.iter().zip(dy) {
                        for p in 0..P {
                            let mut row = dw.table.column_mut(x[p] as usize);
                            row += dy.column(p);
                        }
                    }
                }
            }
        )*};
    }

    tables! {
        "Its table has a gradient by rows." Rows RowsWeights ROWS [rows] of_rows;
        "Its table is a variable as any other." Plain PlainWeights PLAIN [] of_plain;
    }
}

model! {
    pub struct ByRows;

    let x = Input(shape = [2], dtype = u32);
    let y = my::Rows(4, 3, name = "table", table_regularizer = l2(0.01))(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Whole;

    let x = Input(shape = [2], dtype = u32);
    let y = my::Plain(4, 3, name = "table", table_regularizer = l2(0.01))(x);

    Model(inputs = x, outputs = y)
}

#[test]
fn a_table_learns_though_its_layer_names_no_rows() {
    macro_rules! trained {
        ($model:ident) => {{
            let x: Vec<_> = (0..4).map(|k| SMatrix::<u32, 2, 1>::new(k % 3, 1)).collect();
            let y = vec![SMatrix::<f64, 3, 2>::zeros(); 4];
            let sgd = Sgd { learning_rate: 0.1, momentum: 0.5, ..Sgd::default() };
            let mut model = $model::<f64>::boxed(&mut StdRng::seed_from_u64(1)).compile(sgd, MeanSquaredError);
            model.fit(&x, &y, Fit::new().verbose(0).epochs(3)).unwrap();
            model.model().as_slice().to_vec()
        }};
    }
    let (rows, whole) = (trained!(ByRows), trained!(Whole));
    assert_eq!(rows, whole);
    assert!(rows.iter().all(|&w| w < 1.0), "{rows:?}");
}
