// What `model!` writes for this graph. `BLESS=1 cargo test -p nn-macros` writes it anew.
//
// /// Indices: a table whose rows a batch touches, one more in a model inside, and a mask.
// pub struct Words;
//
// let words = Input(shape = [6], dtype = u32);
// let table = Embedding(100, 8, mask_zero = true)(words);
// let mean = GlobalAveragePooling1D()(table);
// let kind = Dense(3, activation = softmax)(mean);
// let title = Titles()(words);
//
// Model(inputs = words, outputs = [kind, title])

/// Indices: a table whose rows a batch touches, one more in a model inside, and a mask.
///
/// ```mermaid
/// flowchart TD
///     words(["words<br/>(6,)"])
///     table["Embedding(100, 8, mask_zero = true)<br/>(6, 8)"]
///     mean["GlobalAveragePooling1D()<br/>(8,)"]
///     kind["Dense(3, activation = softmax)<br/>(3,)"]
///     title["Titles()<br/>(..)"]
///     words --> table
///     table --> mean
///     mean --> kind
///     words --> title
///     kind --> out_kind(["kind"])
///     title --> out_title(["title"])
/// ```
#[derive(Debug, PartialEq)]
#[repr(C)]
pub struct Words<T: ::nn::Scalar = f32> {
    /// `Embedding(100, 8, mask_zero = true)` on `(6,)`.
    pub table: ::nn::layers::EmbeddingWeights<T, 100, 8>,
    /// `Dense(3, activation = softmax)` on `(8,)`.
    pub kind: ::nn::layers::DenseWeights<T, 8, 3, 1>,
    /// `Titles()` on `(6,)`.
    pub title: <WordsTitleLayer as ::nn::Layer<T, ::nn::SVector<u32, 6>>>::Weights,
}

/// The inputs of [`Words`] by name.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(dead_code)]
pub struct WordsInputs<A> {
    /// Shape `(6,)`.
    pub words: A,
}

/// One value for each output of [`Words`] by name: losses, loss weights, targets, metrics or predictions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(dead_code)]
pub struct WordsOutputs<A, B> {
    /// Shape `(3,)`.
    pub kind: A,
    /// Shape `(..)`.
    pub title: B,
}

#[doc(hidden)]
pub type WordsTitleLayer =
    <::nn::__private::Called<Titles, { !WordsGraph::TITLE.outputs().is_empty() }> as ::nn::Component>::Layer;

/// The graph of [`Words`]: what it computes, without its weights.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
pub struct WordsGraph;

#[allow(dead_code)]
impl WordsGraph {
    const TITLE: ::nn::spec::Inferred = ({ ::nn::spec::Call::inferred })(({ ::nn::spec::Call::input })(
        ::nn::spec::Call {
            layer: "title",
            inputs: &[("words", "an input")],
            shapes: &[::nn::Shape::new(&[6])],
            found: ::nn::spec::one(<<Titles as ::nn::Component>::Layer>::output_shape(&[::nn::Shape::new(&[6])])),
        },
        0usize,
    ));
    const INPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[6])];
    const OUTPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[3]), WordsGraph::TITLE.output(0usize)];
    /// The graph as a layer of another one.
    pub const fn new() -> Self {
        WordsGraph
    }

    /// The shapes of its outputs, if these are the shapes of its inputs.
    pub const fn output_shapes(
        inputs: &[::nn::Shape],
    ) -> ::core::result::Result<::nn::spec::Inferred, ::nn::ShapeError> {
        ::nn::spec::model_outputs("Words", WordsGraph::INPUT_SHAPES, WordsGraph::OUTPUT_SHAPES, inputs)
    }

    /// The shape of its only output, if these are the shapes of its inputs.
    pub const fn output_shape(inputs: &[::nn::Shape]) -> ::core::result::Result<::nn::Shape, ::nn::ShapeError> {
        ::nn::spec::only_output("Words", Self::output_shapes(inputs))
    }
}

#[allow(dead_code, non_upper_case_globals)]
impl WordsGraph {
    const rows: &'static [::nn::summary::Row] = &[
        ::nn::summary::Row {
            name: "words",
            kind: "InputLayer",
            output: ::nn::Shape::new(&[6]),
            parameters: 0,
            inputs: &[],
            macs: 0,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "table",
            kind: "Embedding",
            output: ::nn::Shape::new(&[6, 8]),
            parameters: <::nn::layers::EmbeddingWeights<f32, 100, 8> as ::nn::Weights<f32>>::COUNT,
            inputs: &["words"],
            macs: <::nn::layers::Embedding<100, 8, 6> as ::nn::Layer<f32, ::nn::SVector<u32, 6>>>::MACS,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "mean",
            kind: "GlobalAveragePooling1D",
            output: ::nn::Shape::new(&[8]),
            parameters: 0,
            inputs: &["table"],
            macs: <::nn::layers::GlobalAveragePooling1D as ::nn::Layer<
                f32,
                (::nn::SMatrix<f32, 8, 6>, ::nn::SVector<u32, 6>),
            >>::MACS,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "kind",
            kind: "Dense",
            output: ::nn::Shape::new(&[3]),
            parameters: <::nn::layers::DenseWeights<f32, 8, 3, 1> as ::nn::Weights<f32>>::COUNT,
            inputs: &["mean"],
            macs: <::nn::layers::Dense<8, 3, 1> as ::nn::Layer<f32, ::nn::SVector<f32, 8>>>::MACS,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "title",
            kind: "Titles",
            output: WordsGraph::TITLE.output(0usize),
            parameters:
                <<WordsTitleLayer as ::nn::Layer<f32, ::nn::SVector<u32, 6>>>::Weights as ::nn::Weights<f32>>::COUNT,
            inputs: &["words"],
            macs: <WordsTitleLayer as ::nn::Layer<f32, ::nn::SVector<u32, 6>>>::MACS,
            memory: ::core::mem::size_of::<
                <WordsTitleLayer as ::nn::Layer<f32, ::nn::SVector<u32, 6>>>::Scratch<::nn::Inline<1>>,
            >(),
        },
    ];
    const summary_length: usize = ::nn::summary::length("Words", WordsGraph::rows);
}

#[allow(dead_code)]
impl Words<f32> {
    /// A table of the layers, as Keras prints it.
    pub const SUMMARY: &'static str = <Self as ::nn::Model>::SUMMARY;
    /// How many weights it has.
    pub const PARAMETERS: usize = <Self as ::nn::Model>::PARAMETERS;
    /// How many bytes its weights take.
    pub const PARAMETER_BYTES: usize = <Self as ::nn::Model>::PARAMETER_BYTES;
    /// How many bytes of activations one prediction needs, beside its inputs and outputs.
    pub const ARENA_BYTES: usize = <Self as ::nn::Model>::ARENA_BYTES;
    /// How many bytes a training step needs for each sample, beside weights, inputs and outputs.
    pub const TRAIN_BYTES: usize = <Self as ::nn::Model>::TRAIN_BYTES;
    /// Multiply-accumulates of one prediction.
    pub const MACS: usize = <Self as ::nn::Model>::MACS;
    /// What each layer costs in a prediction: a table of flash, RAM and multiply-accumulates.
    pub const COSTS: ::nn::summary::Costs = <Self as ::nn::Model>::COSTS;
    /// The graph for Graphviz.
    pub const fn dot() -> &'static str {
        <Self as ::nn::Model>::DOT
    }

    ::nn::__with_heap! {
        #[doc = r" Fresh weights, made in place on the heap."] pub fn boxed(rng : & mut
        dyn ::nn::__private::Rng) -> ::nn::__private::Box < Self > { < Self as
        ::nn::Model > ::boxed(rng) }
    }

    /// Fresh weights, by value. Refused at compile time for a model that is too large for a stack.
    pub fn new(rng: &mut dyn ::nn::__private::Rng) -> Self {
        <Self as ::nn::Model>::new(rng)
    }
}

#[allow(dead_code)]
impl<T: ::nn::Scalar> Words<T> {
    /// The prediction for one sample. Nothing is allocated; the activations (`ARENA_BYTES`) are on the stack, and a
    /// model with more than a stack should hold is refused at compile time: use `predict`, or `call_in`.
    #[inline]
    pub fn call(
        &self,
        x: &::nn::SVector<u32, 6>,
    ) -> WordsOutputs<
        ::nn::SVector<T, 3>,
        ::nn::SMatrix<T, { WordsGraph::TITLE.output(0usize).rows() }, { WordsGraph::TITLE.output(0usize).cols() }>,
    > {
        const { ::nn::model::assert_arena::<Self>() }
        self.call_in(x, &mut ::nn::Arena::new())
    }

    /// The prediction for one sample, with the activations in memory that the caller keeps.
    #[inline]
    pub fn call_in(
        &self,
        x: &::nn::SVector<u32, 6>,
        arena: &mut ::nn::Arena<Self>,
    ) -> WordsOutputs<
        ::nn::SVector<T, 3>,
        ::nn::SMatrix<T, { WordsGraph::TITLE.output(0usize).rows() }, { WordsGraph::TITLE.output(0usize).cols() }>,
    > {
        const {
            ::nn::model::assert_outputs::<(
                ::nn::SVector<T, 3>,
                ::nn::SMatrix<
                    T,
                    { WordsGraph::TITLE.output(0usize).rows() },
                    { WordsGraph::TITLE.output(0usize).cols() },
                >,
            )>()
        }

        let mut y0 = ::nn::tensor::zeroed::<::nn::SVector<T, 3>>();
        let mut y1 = ::nn::tensor::zeroed::<
            ::nn::SMatrix<T, { WordsGraph::TITLE.output(0usize).rows() }, { WordsGraph::TITLE.output(0usize).cols() }>,
        >();
        ::nn::model::call_in::<Self>(
            &WordsGraph,
            self,
            ::core::slice::from_ref(x),
            (::core::slice::from_mut(&mut y0), ::core::slice::from_mut(&mut y1)),
            arena,
        );
        WordsOutputs { kind: y0, title: y1 }
    }
}
