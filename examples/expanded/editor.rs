// What `model!` writes for this graph. `BLESS=1 cargo test -p nn-macros` writes it anew.
//
// pub struct Seen;
//
// let pixels = Input(shape = [2, 4]);
// let ids = Input(shape = [3], dtype = u32);
// let tower = Dense(8, kernel_initializer = he_normal, kernel_regularizer = l2(0.01));
// let branch = |x| {
//     let h = Dense(8, activation = leaky_relu(negative_slope = SLOPE))(x);
//     tower(h)
// };
// let h = Embedding(50, 8)(ids);
// let (h, state) = GRU(8, return_state = true)(h);
// let both = add([tower(h), branch(state)]);
// let flat = Flatten()(pixels);
// let end = Dense(3, activation = softmax)(concatenate([both, relu(flat)]));
//
// Model(inputs = [pixels, ids], outputs = end)

const _: () = {
    #[allow(warnings, clippy::all)]
    fn graph() {
        use ::nn::words::calls::*;
        let pixels: ::nn::words::Tensor2<f32, 2, 4> = {
            use ::nn::words::Input as _;
            ::nn::__private::any()
        };

        let ids: ::nn::words::Tensor1<u32, 3> = {
            use ::nn::words::Input as _;
            ::nn::__private::any()
        };

        let tower: ::nn::layers::Dense<8, 8, 1> = {
            use ::nn::layers::Dense as _;
            use ::nn::initializers::Initializer::HeNormal as _;
            use ::nn::regularizers::Regularizer as _;
            ::nn::__private::any()
        };

        let branch: ::nn::words::Unknown = {
            {
                let x: ::nn::words::Unknown = ::nn::__private::any();
                let h: ::nn::words::Unknown = {
                    use ::nn::layers::Dense as _;
                    use ::nn::activations::names::leaky_relu as _;
                    let _ = SLOPE;
                    let _ = &x;
                    ::nn::__private::any()
                };

                let _ = &tower;
                let _ = &h;
            }

            ::nn::__private::any()
        };

        let h: ::nn::words::Tensor2<f32, 3, 8> = {
            use ::nn::layers::Embedding as _;
            let _ = &ids;
            ::nn::__private::any()
        };

        let (h, state): (::nn::words::Tensor1<f32, 8>, ::nn::words::Tensor1<f32, 8>) = {
            use ::nn::layers::GRU as _;
            let _ = &h;
            ::nn::__private::any()
        };

        let both: ::nn::words::Tensor1<f32, 8> = {
            use ::nn::words::calls::add as _;
            let _ = &tower;
            let _ = &h;
            let _ = &branch;
            let _ = &state;
            ::nn::__private::any()
        };

        let flat: ::nn::words::Tensor1<f32, 8> = {
            use ::nn::layers::Flatten as _;
            let _ = &pixels;
            ::nn::__private::any()
        };

        let end: ::nn::words::Tensor1<f32, 3> = {
            use ::nn::layers::Dense as _;
            use ::nn::activations::names::softmax as _;
            use ::nn::words::calls::concatenate as _;
            let _ = &both;
            use ::nn::activations::names::relu as _;
            let _ = &flat;
            ::nn::__private::any()
        };

        use ::nn::words::Model as _;
        let _ = &pixels;
        let _ = &ids;
        let _ = &end;
    }
};
