use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [X]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

model! {
    pub struct Line;

    Sequential([Input(shape = [1]), Dense(1)])
}

mod two {
    // Without the prelude: the shapes are constants of the model.
    nn::model! {
        pub struct Two;

        let a = Input(shape = [4]);
        let b = Input(shape = [2, 3]);
        let y = Dense(1)(concatenate([a, Flatten()(b)]));

        Model(inputs = [a, b], outputs = y)
    }

    pub const SHAPES: [&[nn::Shape]; 2] = [Two::<f32>::INPUT_SHAPES, Two::<f32>::OUTPUT_SHAPES];
}

/// A constant with the name of a type parameter.
const X: usize = 64;

// A matrix, an array of literals, and references to them, as arguments of `call`.
fn main() {
    let mut rng = StdRng::seed_from_u64(1);
    let digits = Digits::boxed(&mut rng);
    let sample = SVector::<f32, 64>::zeros();
    let boxed = Box::new(sample);
    let _ = (digits.call(&sample), digits.call(&[0.0; 64]), digits.call(&boxed), digits.call(&&sample));
    let _ = (digits.call(&SVector::zeros()), digits.call(&SVector::from([0.5; 64])), digits.call(&(sample / 16.0)));
    let samples = vec![sample; 3];
    let _ = samples.iter().filter(|x| digits.call(x)[0] > 0.5).map(|x| digits.call(x)).count();
    let _ = digits.call_in(&[0.0; 64], &mut nn::Arena::new());
    let line = Line::<f64>::boxed(&mut rng);
    let two = two::Two::boxed(&mut rng);
    let (a, b) = (SVector::from([0.0; 4]), SMatrix::<f32, 3, 2>::zeros());
    let _ = (two.call((&a, &b)), two.call((&[0.0; 4], &[[0.0; 3]; 2])), two.call((&a, &[[0.5; 3]; 2])));
    let _ = (two.call(two::TwoInputs { a: &a, b: &b }), two.call((&Box::new(a), &SMatrix::zeros())));
    let _ = two.call_in((&[0.0; 4], &b), &mut nn::Arena::new());
    assert_eq!(two::SHAPES.map(<[nn::Shape]>::len), [2, 1]);
    let _: [SVector<f64, 1>; 2] = [line.call(&2.0), line.call(&[2.0])];
}
