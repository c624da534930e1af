//! A forecast: from the sunspots of 24 years, an LSTM forecasts the number of the next year.
//!
//! ```sh
//! cargo run --release --example timeseries
//! ```
//!
//! The numbers are real, one for each year from 1700 to 2008; `examples/data/README.md` names their source. The model
//! trains on the first four fifths. The rest is the test, against the forecast that next year will be like this year.
//! The example writes `out/timeseries.svg`, and shows how to follow a stream step by step without a window. It exits
//! with 1 if its error is more than 85 % of the simple forecast's. A seed as an argument draws other weights.

#[path = "common/outcome.rs"]
mod outcome;

use nn::prelude::*;
use outcome::{Claims, seed};
use plotters::prelude::*;
use std::error::Error;
use std::process::ExitCode;

const WINDOW: usize = 24;

model! {
    /// Forecasts the next value of a series.
    pub struct Forecast;

    // A sequence is (steps, features), here with a single feature.
    let past = Input(shape = [WINDOW, 1]);
    let lstm = LSTM(32)(past);
    let next = Dense(1)(lstm);

    Model(inputs = past, outputs = next)
}

/// An LSTM works best on numbers of about 1; the largest of the series is 190.
const SCALE: f32 = 100.0;

/// A sample has a column for each step.
type Window = SMatrix<f32, 1, WINDOW>;

/// The years and the numbers of sunspots, divided by [`SCALE`].
fn load() -> (Vec<u32>, Vec<f32>) {
    let lines = include_str!("data/sunspots.csv").lines().skip(1);
    lines
        .map(|line| {
            let (year, number) = line.split_once(',').expect("a line has two numbers");
            (year.parse::<u32>().expect("a year"), number.parse::<f32>().expect("a number") / SCALE)
        })
        .unzip()
}

/// The windows before the values from `from` on, and these values.
fn windows(series: &[f32], from: usize) -> (Vec<Window>, Vec<f32>) {
    (from..series.len()).map(|t| (Window::from_column_slice(&series[t - WINDOW..t]), series[t])).unzip()
}

/// The root of the mean squared error, in sunspots.
fn rmse(forecast: impl Iterator<Item = f32>, truth: &[f32]) -> f32 {
    let squares: f32 = forecast.zip(truth).map(|(forecast, truth)| (forecast - truth).powi(2)).sum();
    SCALE * (squares / truth.len() as f32).sqrt()
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (years, series) = load();
    let split = series.len() * 4 / 5;
    let (x_train, y_train) = windows(&series[..split], WINDOW);
    // The first windows reach back into the training years, but all values to forecast are new.
    let (x_test, y_test) = windows(&series, split);
    println!("{}", Forecast::SUMMARY);

    let seed = seed();
    let mut model = Forecast::boxed(&mut StdRng::seed_from_u64(seed)).compile(Adam::new(0.003), MeanSquaredError);
    let history = model.fit(&x_train, &y_train, Fit::new().epochs(150).batch_size(32).seed(seed).verbose(0))?;
    if let Some([first, .., last]) = history.get("loss") {
        println!("{} epochs: the loss went from {first:.4} to {last:.4}", history.epoch.len());
    }

    let forecasts: Vec<f32> = model.predict(&x_test)?.iter().map(|y| y.x).collect();
    let last_values = x_test.iter().map(|window| window[WINDOW - 1]);
    let test_years = &years[split..];
    println!(
        "error of the forecasts for {} to {}, as a root mean square:",
        test_years[0],
        test_years[test_years.len() - 1]
    );
    let (other, ours) = (rmse(last_values, &y_test), rmse(forecasts.iter().copied(), &y_test));
    println!("  as in the year before  {other:5.1} sunspots");
    println!("  the model              {ours:5.1} sunspots");

    // A stream keeps the state and reads every value once, without a heap and without a window. After 24 steps the
    // state equals that of the window.
    let forecast = model.model();
    let mut state = LstmState::default();
    for &value in x_test[0].iter() {
        forecast.lstm.step(&SVector::from([value]), &mut state);
    }
    // `next` is the dense layer; its weights are nalgebra matrices.
    let streamed = forecast.next.kernel * state.h + forecast.next.bias;
    let whole = forecast.call(&x_test[0]);
    assert!((streamed - whole).norm() < 1e-5);
    println!(
        "{}, step by step: {:.4}; from the window at once: {:.4}",
        test_years[0],
        SCALE * streamed.x,
        SCALE * whole.x
    );

    std::fs::create_dir_all("out")?;
    draw("out/timeseries.svg", test_years, &y_test, &forecasts)?;
    println!("picture: out/timeseries.svg");

    let mut claims = Claims::default();
    claims.at_most("error, as a part of that of the other forecast", f64::from(ours / other), 0.85);
    Ok(claims.code())
}

/// Draws the truth, and over it the forecasts, each made from the true numbers of the years before.
fn draw(path: &str, years: &[u32], truth: &[f32], forecasts: &[f32]) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, (1000, 420)).into_drawing_area();
    root.fill(&WHITE)?;
    let (first, last) = (years[0], years[years.len() - 1]);
    let mut chart = ChartBuilder::on(&root)
        .margin(16)
        .caption("Sunspots, each forecast from the 24 years before it", ("sans-serif", 18))
        .x_label_area_size(40)
        .y_label_area_size(52)
        .build_cartesian_2d(first..last, 0.0..220f32)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.1))
        .x_desc("year")
        .y_desc("sunspots")
        .x_label_formatter(&|year| year.to_string())
        .y_label_formatter(&|number| format!("{number:.0}"))
        .label_style(("sans-serif", 13))
        .axis_desc_style(("sans-serif", 14))
        .draw()?;
    let lines = [("truth", truth, RGBColor(90, 90, 90)), ("forecast", forecasts, RGBColor(213, 94, 0))];
    for (label, values, color) in lines {
        let style = color.stroke_width(2);
        let points = years.iter().zip(values).map(|(&year, &value)| (year, SCALE * value));
        chart
            .draw_series(LineSeries::new(points, style))?
            .label(label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.15))
        .label_font(("sans-serif", 13))
        .draw()?;
    root.present()?;
    Ok(())
}
