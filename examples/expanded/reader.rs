// What `model!` writes for this graph. `BLESS=1 cargo test -p nn-macros` writes it anew.
//
// /// Two inputs, two outputs, and an output that is also read inside.
// pub struct Reader;
//
// let question = Input(shape = [8]);
// let text = Input(shape = [12]);
// let both = concatenate([question, text]);
// let hidden = Dense(16, activation = relu, kernel_regularizer = l2(0.01))(both);
// let hidden = Dropout(0.2)(hidden);
// let answer = Dense(10, activation = softmax)(hidden);
// let certain = Dense(1, activation = sigmoid)(concatenate([answer, question]));
//
// Model(inputs = [question, text], outputs = [answer, certain])

/// Two inputs, two outputs, and an output that is also read inside.
///
/// ```mermaid
/// flowchart TD
///     question(["question<br/>(8,)"])
///     text(["text<br/>(12,)"])
///     both["concatenate([question, text])<br/>(20,)"]
///     dense["Dense(16, activation = relu, kernel_regularizer = l2(0.01))<br/>(16,)"]
///     dropout["Dropout(0.2)<br/>(16,)"]
///     answer["Dense(10, activation = softmax)<br/>(10,)"]
///     concatenate["concatenate([answer, question])<br/>(18,)"]
///     certain["Dense(1, activation = sigmoid)<br/>(1,)"]
///     question --> both
///     text --> both
///     both --> dense
///     dense --> dropout
///     dropout --> answer
///     answer --> concatenate
///     question --> concatenate
///     concatenate --> certain
///     answer --> out_answer(["answer"])
///     certain --> out_certain(["certain"])
/// ```
#[derive(Debug, PartialEq)]
#[repr(C)]
pub struct Reader<T: ::nn::Scalar = f32> {
    /// `Dense(16, activation = relu, kernel_regularizer = l2(0.01))` on `(20,)`.
    pub dense: ::nn::layers::DenseWeights<T, 20, 16, 1>,
    /// `Dense(10, activation = softmax)` on `(16,)`.
    pub answer: ::nn::layers::DenseWeights<T, 16, 10, 1>,
    /// `Dense(1, activation = sigmoid)` on `(18,)`.
    pub certain: ::nn::layers::DenseWeights<T, 18, 1, 1>,
}

/// The inputs of [`Reader`] by name.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(dead_code)]
pub struct ReaderInputs<A, B> {
    /// Shape `(8,)`.
    pub question: A,
    /// Shape `(12,)`.
    pub text: B,
}

/// One value for each output of [`Reader`] by name: losses, loss weights, targets, metrics or predictions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(dead_code)]
pub struct ReaderOutputs<A, B> {
    /// Shape `(10,)`.
    pub answer: A,
    /// Shape `(1,)`.
    pub certain: B,
}

/// The graph of [`Reader`]: what it computes, without its weights.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
pub struct ReaderGraph;

#[allow(dead_code)]
impl ReaderGraph {
    const INPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[8]), ::nn::Shape::new(&[12])];
    const OUTPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[10]), ::nn::Shape::new(&[1])];
    /// The graph as a layer of another one.
    pub const fn new() -> Self {
        ReaderGraph
    }

    /// The shapes of its outputs, if these are the shapes of its inputs.
    pub const fn output_shapes(
        inputs: &[::nn::Shape],
    ) -> ::core::result::Result<::nn::spec::Inferred, ::nn::ShapeError> {
        ::nn::spec::model_outputs("Reader", ReaderGraph::INPUT_SHAPES, ReaderGraph::OUTPUT_SHAPES, inputs)
    }

    /// The shape of its only output, if these are the shapes of its inputs.
    pub const fn output_shape(inputs: &[::nn::Shape]) -> ::core::result::Result<::nn::Shape, ::nn::ShapeError> {
        ::nn::spec::only_output("Reader", Self::output_shapes(inputs))
    }
}

#[allow(dead_code, non_upper_case_globals)]
impl ReaderGraph {
    const rows: &'static [::nn::summary::Row] = &[
        ::nn::summary::Row {
            name: "question",
            kind: "InputLayer",
            output: ::nn::Shape::new(&[8]),
            parameters: 0,
            inputs: &[],
            macs: 0,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "text",
            kind: "InputLayer",
            output: ::nn::Shape::new(&[12]),
            parameters: 0,
            inputs: &[],
            macs: 0,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "both",
            kind: "Concatenate",
            output: ::nn::Shape::new(&[20]),
            parameters: 0,
            inputs: &["question", "text"],
            macs: <::nn::layers::Concatenate<1, 20, 1> as ::nn::Layer<
                f32,
                (::nn::SVector<f32, 8>, ::nn::SVector<f32, 12>),
            >>::MACS,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "dense",
            kind: "Dense",
            output: ::nn::Shape::new(&[16]),
            parameters: <::nn::layers::DenseWeights<f32, 20, 16, 1> as ::nn::Weights<f32>>::COUNT,
            inputs: &["both"],
            macs: <::nn::layers::Dense<20, 16, 1> as ::nn::Layer<f32, ::nn::SVector<f32, 20>>>::MACS,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "dropout",
            kind: "Dropout",
            output: ::nn::Shape::new(&[16]),
            parameters: 0,
            inputs: &["dense"],
            macs: <::nn::layers::Dropout as ::nn::Layer<f32, ::nn::SVector<f32, 16>>>::MACS,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "answer",
            kind: "Dense",
            output: ::nn::Shape::new(&[10]),
            parameters: <::nn::layers::DenseWeights<f32, 16, 10, 1> as ::nn::Weights<f32>>::COUNT,
            inputs: &["dropout"],
            macs: <::nn::layers::Dense<16, 10, 1> as ::nn::Layer<f32, ::nn::SVector<f32, 16>>>::MACS,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "concatenate",
            kind: "Concatenate",
            output: ::nn::Shape::new(&[18]),
            parameters: 0,
            inputs: &["answer", "question"],
            macs: <::nn::layers::Concatenate<1, 18, 1> as ::nn::Layer<
                f32,
                (::nn::SVector<f32, 10>, ::nn::SVector<f32, 8>),
            >>::MACS,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "certain",
            kind: "Dense",
            output: ::nn::Shape::new(&[1]),
            parameters: <::nn::layers::DenseWeights<f32, 18, 1, 1> as ::nn::Weights<f32>>::COUNT,
            inputs: &["concatenate"],
            macs: <::nn::layers::Dense<18, 1, 1> as ::nn::Layer<f32, ::nn::SVector<f32, 18>>>::MACS,
            memory: 0,
        },
    ];
    const summary_length: usize = ::nn::summary::length("Reader", ReaderGraph::rows);
}

#[allow(dead_code)]
impl Reader<f32> {
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
impl<T: ::nn::Scalar> Reader<T> {
    /// The prediction for one sample. Nothing is allocated; the activations (`ARENA_BYTES`) are on the stack, and a
    /// model with more than a stack should hold is refused at compile time: use `predict`, or `call_in`.
    #[inline]
    pub fn call<'x>(
        &self,
        x: impl ::core::convert::Into<ReaderInputs<&'x ::nn::SVector<T, 8>, &'x ::nn::SVector<T, 12>>>,
    ) -> ReaderOutputs<::nn::SVector<T, 10>, ::nn::SVector<T, 1>> {
        const { ::nn::model::assert_arena::<Self>() }
        self.call_in(x, &mut ::nn::Arena::new())
    }

    /// The prediction for one sample, with the activations in memory that the caller keeps.
    #[inline]
    pub fn call_in<'x>(
        &self,
        x: impl ::core::convert::Into<ReaderInputs<&'x ::nn::SVector<T, 8>, &'x ::nn::SVector<T, 12>>>,
        arena: &mut ::nn::Arena<Self>,
    ) -> ReaderOutputs<::nn::SVector<T, 10>, ::nn::SVector<T, 1>> {
        const { ::nn::model::assert_outputs::<(::nn::SVector<T, 10>, ::nn::SVector<T, 1>)>() }

        let x = ::core::convert::Into::into(x);
        let mut y0 = ::nn::tensor::zeroed::<::nn::SVector<T, 10>>();
        let mut y1 = ::nn::tensor::zeroed::<::nn::SVector<T, 1>>();
        ::nn::model::call_in::<Self>(
            &ReaderGraph,
            self,
            (::core::slice::from_ref(x.question), ::core::slice::from_ref(x.text)),
            (::core::slice::from_mut(&mut y0), ::core::slice::from_mut(&mut y1)),
            arena,
        );
        ReaderOutputs { answer: y0, certain: y1 }
    }
}
