//! Mistakes in the types of data: a trait for each, with the message and the cure. Nothing implements them, but for the
//! twins of vectors at the top.

use super::wrong::Given;

/// Traits of wrong types, which nothing implements.
macro_rules! mistakes {
    ($($(#[$attribute:meta])* $name:ident<$($parameter:ident),*; $($size:ident),*>;)*) => {$(
        $(#[$attribute])*
        pub trait $name<$($parameter,)* $(const $size: usize),*> {}
    )*};
}

impl<X, G, E> Classes<G, E, 1, 1> for X where for<'a> Given: WholeNumbers<G, E> {}

/// Mistakes in the place of vectors, whose messages say `SVector`.
macro_rules! vectors {
    ($($matrix:ident $vector:ident;)*) => {$(
        impl<X, E, const R: usize> $matrix<E, R, 1> for X where for<'a> Given: $vector<E, R> {}
    )*};
}

vectors! {
    Rows VectorRows;
    DynamicSamples DynamicVectors;
    Tuples VectorTuples;
    SeveralSamples SeveralVectors;
}

mistakes! {
    /// Numbers of a float type that is not the model's.
    #[diagnostic::on_unimplemented(
        message = "expected numbers `{E}`, but got `{G}`",
        label = "these are `{G}`",
        note = "`.iter().map(|&x| x as {E}).collect::<Vec<_>>()` converts them",
        note = "a model `Digits` computes in `{G}` as `Digits<{G}>`, made by `Digits::<{G}>::boxed(..)`",
        note = "explained in nn::errors::nn0501"
    )]
    Floats<G, E; >;

    /// Classes where samples of several numbers are expected.
    #[diagnostic::on_unimplemented(
        message = "expected {R} numbers `{E}` for each sample, but got single numbers `{G}`",
        label = "these are `{G}`",
        note = "class labels have a sparse loss: compile with `SparseCategoricalCrossentropy::new()`, which takes them as `u32`: \
                `.iter().map(|&y| y as u32).collect::<Vec<_>>()`",
        note = "inputs, and the targets of any other loss, are arrays `[{E}; {R}]` or matrices, one for each sample",
        note = "explained in nn::errors::nn0501"
    )]
    Classes<G, E; R, C>;

    /// Whole numbers where other numbers are expected.
    #[diagnostic::on_unimplemented(
        message = "expected numbers `{E}`, but got `{G}`",
        label = "these are `{G}`",
        note = "`.iter().map(|&y| y as {E}).collect::<Vec<_>>()` converts them",
        note = "labels of three classes or more have a sparse loss and an output for each class: `Dense(3, activation = softmax)` \
                with `SparseCategoricalCrossentropy::new()`",
        note = "explained in nn::errors::nn0501"
    )]
    WholeNumbers<G, E; >;

    /// Arrays of numbers that are not of the model's type.
    #[diagnostic::on_unimplemented(
        message = "expected arrays of numbers `{E}`, but got arrays of `{G}`",
        label = "these hold `{G}`",
        note = "`.iter().map(|x| x.map(|x| x as {E})).collect::<Vec<_>>()` converts them; arrays in arrays have a `map` each",
        note = "`nn::data::from_pixels(&bytes, 1.0 / 255.0)?` makes images of bytes, and `nn::data::from_numbers` arrays of any \
                numbers",
        note = "explained in nn::errors::nn0501"
    )]
    OtherNumbers<G, E; >;

    /// One-hot vectors where classes are expected.
    #[diagnostic::on_unimplemented(
        message = "expected classes `u32`, but got {N} numbers for each sample",
        label = "these are not classes",
        note = "one-hot targets have the dense loss: compile with `CategoricalCrossentropy::new()` instead of the sparse one",
        note = "a sparse loss takes the number of the class, such as 0, 1 or 2: for a one-hot `SVector`, `y.imax() as u32`",
        note = "explained in nn::errors::nn0501"
    )]
    OneHot<; N>;

    /// Truth values where numbers are expected.
    #[diagnostic::on_unimplemented(
        message = "expected numbers `{E}`, but got `bool`",
        label = "these are `bool`",
        note = "`.iter().map(|&y| {E}::from(y)).collect::<Vec<_>>()` converts them to 0 and 1",
        note = "explained in nn::errors::nn0501"
    )]
    Flags<E; >;

    /// Whole numbers where weights are expected.
    #[diagnostic::on_unimplemented(
        message = "expected weights `f32` or `f64`, but got `{G}`",
        label = "these are `{G}`",
        note = "`.iter().map(|&w| w as f32).collect::<Vec<_>>()` converts them; a literal needs a point: `1.0`, not `1`",
        note = "explained in nn::errors::nn0501"
    )]
    WholeWeights<G; >;

    /// Truth values where weights are expected.
    #[diagnostic::on_unimplemented(
        message = "expected weights `f32` or `f64`, but got `{G}`",
        label = "these are `{G}`",
        note = "`.iter().map(|&w| f64::from(w)).collect::<Vec<_>>()` converts them to 0 and 1",
        note = "explained in nn::errors::nn0501"
    )]
    Flagged<G; >;

    /// Classes of another type.
    #[diagnostic::on_unimplemented(
        message = "expected classes or indices `u32`, but got `{G}`",
        label = "these are `{G}`",
        note = "`.iter().map(|&y| y as u32).collect::<Vec<_>>()` converts them",
        note = "explained in nn::errors::nn0501"
    )]
    Indices<G; >;

    /// Numbers where classes are expected.
    #[diagnostic::on_unimplemented(
        message = "expected classes or indices `u32`, but got `{G}`",
        label = "these are `{G}`",
        note = "`.iter().map(|&y| y as u32).collect::<Vec<_>>()` converts them; a loss that is not a sparse one takes targets \
                of the output's shape",
        note = "explained in nn::errors::nn0501"
    )]
    FloatClasses<G; >;

    /// Names of classes.
    #[diagnostic::on_unimplemented(
        message = "expected numbers `{E}`, but got texts",
        label = "these are texts",
        note = "classes have numbers: `.map(|y| names.iter().position(|name| *name == y).unwrap() as {E})` gives them with a \
                list `names` of all classes",
        note = "explained in nn::errors::nn0501"
    )]
    Names<E; >;

    /// Rows whose length is known at run time.
    #[diagnostic::on_unimplemented(
        message = "expected samples `SMatrix<{E}, {R}, {C}>`, but got rows of a length that only the program knows",
        label = "rows without a fixed length",
        note = "`.iter().map(|row| SMatrix::<{E}, {R}, {C}>::from_column_slice(row)).collect::<Vec<_>>()` makes samples of rows \
                of {E}; it panics if a row has another length",
        note = "explained in nn::errors::nn0501"
    )]
    Rows<E; R, C>;

    /// Vectors whose length is known at run time.
    #[diagnostic::on_unimplemented(
        message = "expected samples `SMatrix<{E}, {R}, {C}>`, but got a `DVector` or `DMatrix` for each",
        label = "samples without a fixed size",
        note = "`.iter().map(|x| SMatrix::<{E}, {R}, {C}>::from_column_slice(x.as_slice())).collect::<Vec<_>>()` makes samples \
                of them; it panics if one has another size",
        note = "explained in nn::errors::nn0501"
    )]
    DynamicSamples<E; R, C>;

    /// References to samples.
    #[diagnostic::on_unimplemented(
        message = "expected samples, but got references to samples",
        label = "references to samples",
        note = "`.iter().map(|x| **x).collect::<Vec<_>>()` copies them",
        note = "explained in nn::errors::nn0501"
    )]
    References<E; >;

    /// Tuples for samples.
    #[diagnostic::on_unimplemented(
        message = "expected samples `SMatrix<{E}, {R}, {C}>`, but got a tuple for each",
        label = "tuples",
        note = "an array of numbers is a sample, and a tuple of numbers is none: `[a, b]`, not `(a, b)`",
        note = "inputs and targets are given apart: `fit(&x, &y, ..)`; several inputs are a tuple of slices, not a slice of tuples",
        note = "explained in nn::errors::nn0501"
    )]
    Tuples<E; R, C>;

    /// One sample where several are expected.
    #[diagnostic::on_unimplemented(
        message = "expected several samples, but got a single one",
        label = "a single sample",
        note = "a single sample goes into brackets: `[x]`, or `core::slice::from_ref(x)` for a reference",
        note = "`model.call(&x)` computes the outputs for a single sample",
        note = "explained in nn::errors::nn0501"
    )]
    OneSample<T; >;

    /// Several samples where one is expected.
    #[diagnostic::on_unimplemented(
        message = "`call` takes one sample, but got several, or a sample whose size only the program knows",
        label = "not one sample",
        note = "`predict` computes the outputs for several samples",
        note = "one sample of this input is `SMatrix<{E}, {R}, {C}>`: `SMatrix::<{E}, {R}, {C}>::from_column_slice(&x)` makes \
                one of {R} × {C} numbers, and panics if there are fewer",
        note = "explained in nn::errors::nn0501"
    )]
    SeveralSamples<E; R, C>;

    /// A matrix of all samples.
    #[diagnostic::on_unimplemented(
        message = "expected a `Vec`, a slice or an array of samples, but got a `DMatrix` or `DVector`",
        label = "not a slice of samples",
        note = "with a sample in each column, `x.column_iter().map(|x| SVector::<{T}, 64>::from_iterator(x.iter().copied()))` \
                makes samples of 64 numbers; with a sample in each row, it is `row_iter`",
        note = "explained in nn::errors::nn0501"
    )]
    DynamicMatrix<T; >;

    /// Rows whose length is known at run time, where vectors are expected.
    #[diagnostic::on_unimplemented(
        message = "expected samples `SVector<{E}, {R}>`, but got rows of a length that only the program knows",
        label = "rows without a fixed length",
        note = "`.iter().map(|row| SVector::<{E}, {R}>::from_column_slice(row)).collect::<Vec<_>>()` makes samples of rows of \
                {E}; it panics if a row has another length",
        note = "explained in nn::errors::nn0501"
    )]
    VectorRows<E; R>;

    /// Vectors whose length is known at run time, where vectors of a fixed one are expected.
    #[diagnostic::on_unimplemented(
        message = "expected samples `SVector<{E}, {R}>`, but got a `DVector` or `DMatrix` for each",
        label = "samples without a fixed size",
        note = "`.iter().map(|x| SVector::<{E}, {R}>::from_column_slice(x.as_slice())).collect::<Vec<_>>()` makes samples of \
                them; it panics if one has another size",
        note = "explained in nn::errors::nn0501"
    )]
    DynamicVectors<E; R>;

    /// Tuples for vectors.
    #[diagnostic::on_unimplemented(
        message = "expected samples `SVector<{E}, {R}>`, but got a tuple for each",
        label = "tuples",
        note = "an array of numbers is a sample, and a tuple of numbers is none: `[a, b]`, not `(a, b)`",
        note = "inputs and targets are given apart: `fit(&x, &y, ..)`; several inputs are a tuple of slices, not a slice of tuples",
        note = "explained in nn::errors::nn0501"
    )]
    VectorTuples<E; R>;

    /// Several vectors where one is expected.
    #[diagnostic::on_unimplemented(
        message = "`call` takes one sample, but got several, or a sample whose size only the program knows",
        label = "not one sample",
        note = "`predict` computes the outputs for several samples",
        note = "one sample of this input is `SVector<{E}, {R}>`: `SVector::<{E}, {R}>::from_column_slice(&x)` makes one of {R} \
                numbers, and panics if there are fewer",
        note = "explained in nn::errors::nn0501"
    )]
    SeveralVectors<E; R>;

    /// Something else for the tuple of several tensors.
    #[diagnostic::on_unimplemented(
        message = "expected a tuple with the samples of each tensor, since there are several",
        label = "not a tuple of as many",
        note = "several inputs are `(&a, &b)`, in the order of `Model(inputs = [a, b], ..)`, or the model's `…Inputs` struct; \
                targets have the order of the outputs, or are in the `…Outputs` struct",
        note = "explained in nn::errors::nn0501"
    )]
    Several<X; >;
}

#[cfg(feature = "alloc")]
mistakes! {
    /// Dense samples for a sparse input.
    #[diagnostic::on_unimplemented(
        message = "the input is sparse: expected samples `MultiHot<{N}>`",
        label = "dense samples",
        note = "`MultiHot::<{N}>::new(indices)?` makes a sample of the places where it is 1; `Input(shape = [{N}])` without \
                `sparse = true` takes dense samples",
        note = "explained in nn::errors::nn0501"
    )]
    DenseSamples<E; N>;

    /// Sparse samples for a dense input.
    #[diagnostic::on_unimplemented(
        message = "expected samples `SMatrix<{E}, {R}, {C}>`, but got sparse ones",
        label = "these are `MultiHot<{N}>`",
        note = "an input takes sparse samples if it is declared so: `Input(shape = [{N}], sparse = true)`",
        note = "explained in nn::errors::nn0501"
    )]
    SparseSamples<E; N, R, C>;
}
