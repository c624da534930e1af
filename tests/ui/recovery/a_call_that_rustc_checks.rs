use nn::prelude::*;

model! {
    pub struct Tower;

    let x = Input(shape = [64]);
    let y = Dense(8)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Digits;

    let image = Input(shape = [63]);
    let tower = Tower();
    let digit = tower(image);

    Model(inputs = image, outputs = digit)
}

fn main() -> nn::Result<()> {
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    let images = vec![SVector::repeat(0.0); 10];
    let labels: Vec<SVector<f32, 8>> = vec![SVector::repeat(0.0); 10];
    digits.fit(&images, &labels, Fit::new().epochs(2))?;
    digits.model().call(&images[0]);
    println!("{}", Digits::SUMMARY);
    Ok(())
}
