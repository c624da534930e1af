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
    let _: [SVector<f64, 1>; 2] = [line.call(&2.0), line.call(&[2.0])];
}
