//! `named!`: the implementations for structs with names of inputs and outputs (`HeadlineOutputs`).

/// Implements the traits of the tuple of its fields for a struct with one field per input or output.
///
/// These are [`Batches`](crate::train::data::Batches), [`Losses`](crate::train::losses::Losses),
/// [`LossWeights`](crate::train::data::LossWeights), [`Metrics`](crate::train::metrics::Metrics), and conversions from
/// and to the tuple.
///
/// Expansions of `model!` call it as `named!(HeadlineOutputs { main_output: A SA TA, aux_output: B SB TB });`. The
/// identifiers after a field are its type parameter and names for the types of its sample and target; all must differ.
/// The struct must be in scope, have these type parameters in this order, and derive `Clone`. A struct with one field
/// behaves as that field alone.
///
/// An attribute before the name goes on the implementations that rustc would otherwise list after a mistake.
#[doc(hidden)]
#[macro_export]
macro_rules! named {
    ($(#[$hint:meta])? $name:ident { $field:ident: $letter:ident $sample:ident $target:ident $(,)? }) => {
        impl<$letter> ::core::convert::From<$letter> for $name<$letter> {
            fn from($field: $letter) -> Self {
                $name { $field }
            }
        }

        $(#[$hint])?
        impl<$letter: $crate::train::data::Column> $crate::train::data::Column for $name<$letter> {
            type Item = <$letter as $crate::train::data::Column>::Item;

            fn items(&self) -> &[Self::Item] {
                $crate::train::data::Column::items(&self.$field)
            }
        }

        $(#[$hint])?
        impl<$sample: $crate::Sample, $target: $crate::Sample, $letter> $crate::train::metrics::Metrics<$sample, $target>
            for $name<$letter>
        where
            $letter: $crate::train::metrics::Metrics<$sample, $target>,
            $name<$letter>: ::core::clone::Clone,
        {
            type State = <$letter as $crate::train::metrics::Metrics<$sample, $target>>::State;

            fn update(
                &self,
                state: &mut Self::State,
                targets: &[$target],
                predictions: &[$sample],
                weighting: $crate::train::losses::Weighting<'_>,
            ) {
                $crate::train::metrics::Metrics::<$sample, $target>::update(&self.$field, state, targets, predictions, weighting)
            }

            fn results(&self, state: &Self::State, visit: &mut dyn ::core::ops::FnMut(::core::primitive::usize, &'static ::core::primitive::str, ::core::primitive::f64)) {
                $crate::train::metrics::Metrics::<$sample, $target>::results(&self.$field, state, visit)
            }
        }

        $crate::named! { @delegate $(#[$hint])? $name [$letter] [$letter] [$field] }
    };
    ($(#[$hint:meta])? $name:ident { $($field:ident: $letter:ident $sample:ident $target:ident),+ $(,)? }) => {
        impl<$($letter),+> ::core::convert::From<($($letter,)+)> for $name<$($letter),+> {
            fn from(($($field,)+): ($($letter,)+)) -> Self {
                $name { $($field),+ }
            }
        }

        impl<$($letter),+> ::core::convert::From<$name<$($letter),+>> for ($($letter,)+) {
            fn from(named: $name<$($letter),+>) -> Self {
                ($(named.$field,)+)
            }
        }

        impl<$($sample: $crate::train::data::BatchesFrom<$letter>,)+ $($letter),+>
            $crate::train::data::BatchesFrom<$name<$($letter),+>> for ($($sample,)+)
        {
            fn batches_from(given: &$name<$($letter),+>) -> Self::Batch<'_> {
                ($(<$sample as $crate::train::data::BatchesFrom<$letter>>::batches_from(&given.$field),)+)
            }
        }

        impl<$($sample: $crate::train::data::BatchesFrom<$letter>,)+ $($letter),+>
            $crate::train::data::BatchesFrom<&$name<$($letter),+>> for ($($sample,)+)
        {
            fn batches_from<'batch>(given: &'batch &$name<$($letter),+>) -> Self::Batch<'batch> {
                <Self as $crate::train::data::BatchesFrom<$name<$($letter),+>>>::batches_from(*given)
            }
        }

        impl<$($letter: $crate::train::data::SampleWeight),+> $crate::train::data::SampleWeight for $name<$($letter),+> {
            const TOGETHER: ::core::primitive::bool = false;

            fn columns(&self, visit: &mut dyn ::core::ops::FnMut(::core::primitive::usize, &mut dyn ::core::iter::Iterator<Item = ::core::primitive::f64>)) {
                $($crate::train::data::SampleWeight::columns(&self.$field, visit);)+
            }
        }

        impl<'sample, $($sample: $crate::tensor::Tensor + $crate::train::data::SampleFrom<$letter>,)+ $($letter: ?::core::marker::Sized),+>
            $crate::train::data::OneOfEach<'sample, ($($sample,)+)> for $name<$(&'sample $letter),+>
        {
            #[inline(always)]
            fn batches(self) -> ($(&'sample [$sample],)+) {
                ($(<$sample as $crate::train::data::SampleFrom<$letter>>::samples(self.$field),)+)
            }
        }

        $(#[$hint])?
        impl<$($sample: $crate::Sample, $target: $crate::Sample,)+ $($letter),+>
            $crate::train::metrics::Metrics<($($sample,)+), ($($target,)+)> for $name<$($letter),+>
        where
            $($letter: $crate::train::metrics::Metrics<$sample, $target>,)+
            $name<$($letter),+>: ::core::clone::Clone,
        {
            type State = ($(<$letter as $crate::train::metrics::Metrics<$sample, $target>>::State,)+);

            fn update(
                &self,
                ($($field,)+): &mut Self::State,
                targets: ($(&[$target],)+),
                predictions: ($(&[$sample],)+),
                weighting: $crate::train::losses::Weighting<'_>,
            ) {
                let mut outputs = 0..;
                let states = ($($field,)+);
                let ($($field,)+) = $crate::train::metrics::Zip::zip($crate::train::metrics::Zip::zip(states, targets), predictions);
                $({
                    let ((state, targets), predictions) = $field;
                    let output = outputs.next().unwrap_or(0);
                    $crate::train::metrics::Metrics::<$sample, $target>::update(
                        &self.$field,
                        state,
                        targets,
                        predictions,
                        weighting.only(output),
                    );
                })+
            }

            fn results(&self, ($($field,)+): &Self::State, visit: &mut dyn ::core::ops::FnMut(::core::primitive::usize, &'static ::core::primitive::str, ::core::primitive::f64)) {
                let mut outputs = 0..;
                $(
                    let output = outputs.next().unwrap_or(0);
                    $crate::train::metrics::Metrics::<$sample, $target>::results(&self.$field, $field, &mut |_, name, value| {
                        visit(output, name, value)
                    });
                )+
            }
        }

        $crate::named! { @delegate $(#[$hint])? $name [$($letter)+] [($($letter,)+)] [$($field)+] }
    };
    // `$tuple` is the tuple of the fields, or the only field.
    (@delegate $(#[$hint:meta])? $name:ident [$($letter:ident)+] [$tuple:ty] [$($field:ident)+]) => {
        $(#[$hint])?
        impl<Outputs: $crate::Tensors, $($letter: ::core::clone::Clone + $crate::tensor::storage::Shareable),+> $crate::train::losses::Losses<Outputs> for $name<$($letter),+>
        where
            $tuple: $crate::train::losses::Losses<Outputs>,
        {
            type Targets = <$tuple as $crate::train::losses::Losses<Outputs>>::Targets;

            fn evaluate(
                &self,
                targets: <Self::Targets as $crate::Tensors>::Batch<'_>,
                predictions: Outputs::Batch<'_>,
                logits: Outputs::Optional<'_>,
                heads: &[$crate::activations::Head],
                weighting: $crate::train::losses::Weighting<'_>,
                gradients: ::core::option::Option<Outputs::BatchMut<'_>>,
                losses: &mut [::core::primitive::f64],
            ) -> $crate::train::losses::LogitMask {
                let tuple: $tuple = ($(self.$field.clone()),+);
                tuple.evaluate(targets, predictions, logits, heads, weighting, gradients, losses)
            }

            fn check(
                &self,
                targets: <Self::Targets as $crate::Tensors>::Batch<'_>,
                weighting: $crate::train::losses::Weighting<'_>,
                report: &mut dyn ::core::ops::FnMut(::core::primitive::usize, ::core::primitive::usize, $crate::spec::text::Text<96>),
            ) {
                let tuple: $tuple = ($(self.$field.clone()),+);
                tuple.check(targets, weighting, report)
            }

            fn count(
                &self,
                targets: <Self::Targets as $crate::Tensors>::Batch<'_>,
                masks: &[::core::option::Option<&[::core::primitive::u32]>],
                samples: ::core::primitive::usize,
                counted: &mut [::core::primitive::usize],
            ) {
                let tuple: $tuple = ($(self.$field.clone()),+);
                tuple.count(targets, masks, samples, counted)
            }

            fn labels(
                &self,
                targets: <Self::Targets as $crate::Tensors>::Batch<'_>,
                visit: &mut dyn ::core::ops::FnMut(::core::primitive::usize, &dyn $crate::train::losses::domain::Labels),
            ) {
                let tuple: $tuple = ($(self.$field.clone()),+);
                tuple.labels(targets, visit)
            }

            fn settings(&self, output: ::core::primitive::usize, visit: &mut dyn ::core::ops::FnMut($crate::spec::settings::Setting)) {
                let tuple: $tuple = ($(self.$field.clone()),+);
                $crate::train::losses::Losses::<Outputs>::settings(&tuple, output, visit)
            }

            fn judges(&self, output: ::core::primitive::usize) -> ::core::primitive::bool {
                let tuple: $tuple = ($(self.$field.clone()),+);
                tuple.judges(output)
            }

            fn about(&self, output: ::core::primitive::usize) -> $crate::train::losses::About {
                let tuple: $tuple = ($(self.$field.clone()),+);
                tuple.about(output)
            }
        }

        impl<Outputs: $crate::Tensors, $($letter: ::core::clone::Clone),+> $crate::train::data::LossWeights<Outputs> for $name<$($letter),+>
        where
            $tuple: $crate::train::data::LossWeights<Outputs>,
        {
            fn numbers(&self) -> [::core::primitive::f64; $crate::spec::MAX_INPUTS] {
                let tuple: $tuple = ($(self.$field.clone()),+);
                tuple.numbers()
            }
        }
    };
}

#[cfg(test)]
mod tests;
