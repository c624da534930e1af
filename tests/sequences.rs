//! Layers over the steps of a sequence, and layers around other layers, through `model!`.

use nn::Model;
use nn::prelude::*;

fn variables<M: Model>() -> Vec<String> {
    let mut names = Vec::new();
    M::variables(&nn::Path::ROOT, &mut |variable| names.push(format!("{} {}", variable.path, variable.shape)));
    names
}

model! {
    /// A model as the layer of a step.
    pub struct Step;

    let x = Input(shape = [3]);
    let h = Dense(4, activation = tanh)(x);
    let y = Dense(2)(h);

    Model(inputs = x, outputs = y)
}

mod distributed {
    use super::*;

    model! {
        pub struct Distributed;

        let x = Input(shape = [5, 3]);
        let h = TimeDistributed(Dense(6, activation = relu))(x);
        let steps = TimeDistributed(Step())(x);
        let both = concatenate([h, steps]);
        let y = GlobalAveragePooling1D()(both);

        Model(inputs = x, outputs = y)
    }

    #[test]
    fn weights_have_the_name_of_the_wrapper() {
        assert_eq!(
            variables::<Distributed>(),
            [
                "h.kernel (3, 6)",
                "h.bias (6,)",
                "steps.h.kernel (3, 4)",
                "steps.h.bias (4,)",
                "steps.y.kernel (4, 2)",
                "steps.y.bias (2,)"
            ]
        );
        assert_eq!(Distributed::MACS, 5 * (18 + 12 + 8));
    }

    #[test]
    fn every_step_is_a_call() {
        let model = Distributed::new(&mut StdRng::seed_from_u64(1));
        let x = SMatrix::<f32, 3, 5>::from_fn(|r, c| (r * 3 + c) as f32 / 7.0);
        let steps: SVector<f32, 2> =
            (0..5).map(|t| model.steps.call(&x.column(t).into_owned())).sum::<SVector<f32, 2>>() / 5.0;
        let y = model.call(&x);
        assert!((y.fixed_rows::<2>(6) - steps).norm() < 1e-6, "{y} {steps}");
    }
}

mod masks {
    use super::*;

    model! {
        pub struct Masked;

        let x = Input(shape = [4, 2]);
        let m = Masking(mask_value = -1.0)(x);
        let h = Dense(3)(m);
        let y = GlobalAveragePooling1D()(h);

        Model(inputs = x, outputs = y)
    }

    #[test]
    fn steps_that_do_not_count_are_left_out() {
        let model = Masked::new(&mut StdRng::seed_from_u64(1));
        let x = SMatrix::<f32, 2, 4>::new(1., -1., 2., -1., 3., -1., 5., -1.);
        let expected = model.h.kernel * SVector::<f32, 2>::new(1.5, 4.0) + model.h.bias;
        assert!((model.call(&x) - expected).norm() < 1e-6);
    }
}

const STEPS: usize = 7;

mod unknown_shapes {
    use super::*;

    model! {
        pub struct Unknown;

        let x = Input(shape = [STEPS, 3]);
        let h = TimeDistributed(Dense(STEPS))(x);
        let h = TimeDistributed(Step())(TimeDistributed(Dense(3))(h));
        let y = GlobalMaxPooling1D()(h);

        Model(inputs = x, outputs = y)
    }

    #[test]
    fn rustc_finds_them() {
        assert_eq!(Unknown::PARAMETERS, 3 * 7 + 7 + 7 * 3 + 3 + (12 + 4 + 8 + 2));
        let _: SVector<f32, 2> = Unknown::new(&mut StdRng::seed_from_u64(1)).call(&SMatrix::zeros());
    }
}
