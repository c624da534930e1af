use nn::prelude::*;

model! {
    pub struct Reader;

    let question = Input(shape = [8]);
    let context = Input(shape = [4], name = "background");
    let both = concatenate([question, context]);
    let answer = Dens(10)(both);
    let score = Dense(1, activation = sigmod)(both);

    Model(inputs = [question, context], outputs = [answer, score])
}

fn main() -> nn::Result<()> {
    let questions = vec![SVector::repeat(0.0); 10];
    let contexts = vec![SVector::repeat(0.0); 10];
    let answers = vec![SVector::repeat(0.0); 10];
    let scores = vec![SVector::repeat(0.0); 10];
    let mut reader = Reader::boxed(&mut StdRng::seed_from_u64(1))
        .compile(
            Adam::default(),
            ReaderOutputs { answer: CategoricalCrossentropy::default(), score: BinaryCrossentropy::default() },
        )
        .loss_weights(ReaderOutputs { answer: 1.0, score: 0.2 });
    reader.fit(
        ReaderInputs { question: &questions, context: &contexts },
        ReaderOutputs { answer: &answers, score: &scores },
        Fit::new(),
    )?;
    let ReaderOutputs { answer, score } = reader.predict((&questions, &contexts))?;
    println!("{} {}", answer.len(), score.len());
    Ok(())
}
