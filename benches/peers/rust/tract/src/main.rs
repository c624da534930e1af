//! The predictions of a model that the script wrote as ONNX. Tract has one thread here.

use peer::headline::{ADDITIONAL, WORDS};
use peer::{Request, batches};
use tract_onnx::prelude::*;

fn main() -> TractResult<()> {
    let request = &Request::from_arguments();
    assert_eq!(request.work, "predict", "tract only predicts");
    let size = request.size;
    let mut model = tract_onnx::onnx().model_for_path(request.path("model.onnx"))?;
    let (facts, samples): (Vec<InferenceFact>, Vec<TVec<TValue>>) = if request.model == "headline" {
        let (words, additional) = (request.integers("words"), request.floats("additional"));
        let words = batches(&words, WORDS, size).map(|words| -> TractResult<TValue> {
            let words: Vec<i32> = words.iter().map(|word| *word as i32).collect();
            Ok(Tensor::from_shape(&[size, WORDS], &words)?.into())
        });
        let additional = batches(&additional, ADDITIONAL, size).map(|additional| -> TractResult<TValue> {
            Ok(Tensor::from_shape(&[size, ADDITIONAL], additional)?.into())
        });
        let facts = vec![i32::fact([size, WORDS]).into(), f32::fact([size, ADDITIONAL]).into()];
        let samples = words.zip(additional).map(|(words, additional)| Ok(tvec![words?, additional?]));
        (facts, samples.collect::<TractResult<_>>()?)
    } else {
        let (inputs, x) = (request.sizes()[0], request.floats("x"));
        let samples = batches(&x, inputs, size).map(|x| Ok(tvec![Tensor::from_shape(&[size, inputs], x)?.into()]));
        (vec![f32::fact([size, inputs]).into()], samples.collect::<TractResult<_>>()?)
    };
    for (k, fact) in facts.into_iter().enumerate() {
        model = model.with_input_fact(k, fact)?;
    }
    let model = model.into_optimized()?.into_runnable()?;
    request.predictions(&samples, |sample| {
        let outputs = model.run(sample.clone()).expect("it takes these inputs");
        outputs
            .iter()
            .flat_map(|output| {
                output.to_plain_array_view::<f32>().expect("outputs are floats").iter().copied().collect::<Vec<_>>()
            })
            .collect()
    });
    Ok(())
}
