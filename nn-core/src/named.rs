//! [`named!`](crate::named): what the structs with names of inputs and outputs (`HeadlineOutputs`) can do.

/// Implements, for a struct with one field per input or output, what the tuple of its fields can do:
/// [`Batches`](crate::data::Batches), [`Losses`](crate::losses::Losses), [`LossWeights`](crate::data::LossWeights),
/// [`Metrics`](crate::metrics::Metrics), and conversion from and to the tuple.
///
/// Expansions of `model!` call it as `named!(HeadlineOutputs { main_output: A a S0 T0, aux_output: B b S1 T1 });` the
/// identifiers after a field are its type parameter and names for the types of its sample and target. A struct with one
/// field behaves as that field alone.
#[doc(hidden)]
#[macro_export]
macro_rules! named {
    ($name:ident { $field:ident: $letter:ident $sample:ident $target:ident $(,)? }) => {
        impl<$letter> From<$letter> for $name<$letter> {
            fn from($field: $letter) -> Self {
                $name { $field }
            }
        }

        impl<$sample: $crate::Sample, $letter> $crate::data::Batches<$sample> for $name<$letter>
        where
            $letter: $crate::data::Column<Item: $crate::data::Items<$sample>>,
        {
            fn batches(&self) -> &[$sample] {
                $crate::data::Batches::<$sample>::batches(&self.$field)
            }
        }

        $crate::named! { @delegate $name [$letter] [$letter] [$field] }
    };
    ($name:ident { $($field:ident: $letter:ident $sample:ident $target:ident),+ $(,)? }) => {
        impl<$($letter),+> From<($($letter,)+)> for $name<$($letter),+> {
            fn from(($($field,)+): ($($letter,)+)) -> Self {
                $name { $($field),+ }
            }
        }

        impl<$($letter),+> From<$name<$($letter),+>> for ($($letter,)+) {
            fn from(named: $name<$($letter),+>) -> Self {
                ($(named.$field,)+)
            }
        }

        impl<$($sample: $crate::Sample,)+ $($letter),+> $crate::data::Batches<($($sample,)+)> for $name<$($letter),+>
        where
            $($letter: $crate::data::Column<Item: $crate::data::Items<$sample>>,)+
        {
            fn batches(&self) -> ($(&[$sample],)+) {
                ($($crate::data::Batches::<$sample>::batches(&self.$field),)+)
            }
        }

        $crate::named! { @delegate $name [$($letter)+] [($($letter,)+)] [$($field)+] }
    };
    // `$tuple` is the tuple of the fields, or the only field.
    (@delegate $name:ident [$($letter:ident)+] [$tuple:ty] [$($field:ident)+]) => {
        impl<Outputs: $crate::Tensors, $($letter: Clone),+> $crate::losses::Losses<Outputs> for $name<$($letter),+>
        where
            $tuple: $crate::losses::Losses<Outputs>,
        {
            type Targets = <$tuple as $crate::losses::Losses<Outputs>>::Targets;

            fn evaluate(
                &self,
                targets: <Self::Targets as $crate::Tensors>::Batch<'_>,
                predictions: Outputs::Batch<'_>,
                logits: Outputs::Optional<'_>,
                heads: &[$crate::activations::Head],
                weighting: $crate::losses::Weighting<'_>,
                gradients: Option<Outputs::BatchMut<'_>>,
                losses: &mut [f64],
            ) -> $crate::losses::Seeds {
                let tuple: $tuple = ($(self.$field.clone()),+);
                tuple.evaluate(targets, predictions, logits, heads, weighting, gradients, losses)
            }

            fn check(
                &self,
                targets: <Self::Targets as $crate::Tensors>::Batch<'_>,
                report: &mut dyn FnMut(usize, usize, $crate::text::Text<96>),
            ) {
                let tuple: $tuple = ($(self.$field.clone()),+);
                tuple.check(targets, report)
            }
        }

        impl<Outputs: $crate::Tensors, $($letter: Clone),+> $crate::data::LossWeights<Outputs> for $name<$($letter),+>
        where
            $tuple: $crate::data::LossWeights<Outputs>,
        {
            fn numbers(&self) -> [f64; $crate::spec::MAX_INPUTS] {
                let tuple: $tuple = ($(self.$field.clone()),+);
                tuple.numbers()
            }
        }
    };
}
