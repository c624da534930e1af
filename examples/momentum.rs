//! Momentum: a ball rolls down a loss curve with a local minimum.
//!
//! ```sh
//! cargo run --release --example momentum
//! ```
//!
//! Plain gradient descent stops in the first dip, because the gradient is zero there. With momentum the ball arrives
//! with speed, rolls over the hill and finds the lower minimum. The example writes `out/momentum.svg`.

#[path = "common/outcome.rs"]
mod outcome;

use nn::prelude::*;
use outcome::Claims;
use plotters::prelude::*;
use std::error::Error;
use std::process::ExitCode;

/// The loss of a model with a single weight. It has a dip at -0.94 with a loss of 1.10, and a deeper one at 1.05 with
/// 0.60.
fn loss(w: f64) -> f64 {
    0.6 * (w * w - 1.0).powi(2) - 0.25 * w + 0.86
}

fn gradient(w: f64) -> f64 {
    2.4 * w * (w * w - 1.0) - 0.25
}

const START: f64 = -1.7;
const STEPS: u64 = 60;

/// The path of the weight. An optimizer works on flat slices, here of one weight. The caller keeps its memory between
/// steps, here a velocity.
///
/// Many courses print this form of momentum, with an error:
///
/// ```text
/// velocity = past_velocity * momentum + learning_rate * gradient
/// w = w + momentum * velocity - learning_rate * gradient
/// ```
///
/// The sign of the gradient in the first line is wrong: this velocity points uphill, and the second line adds it. With
/// `- learning_rate * gradient` in both lines it is Nesterov's form, `Sgd { nesterov: true, .. }`.
fn roll(optimizer: &Sgd) -> Vec<f64> {
    let (mut w, mut velocity) = ([START], [0.0]);
    let mut way = vec![START];
    for step in 0..STEPS {
        let slots: &mut [&mut [f64]] = if optimizer.slots().is_empty() { &mut [] } else { &mut [&mut velocity] };
        let g = [gradient(w[0])];
        optimizer.step(step, optimizer.learning_rate, &mut w, &g, slots);
        way.push(w[0]);
    }
    way
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let plain = Sgd::new(0.02);
    let momentum = Sgd { momentum: 0.9, ..plain };
    let ways = [("plain", roll(&plain)), ("momentum 0.9", roll(&momentum))];

    println!("step {}", ways.iter().map(|(name, _)| format!("{name:>14}: w    loss")).collect::<String>());
    for step in (0..=STEPS as usize).filter(|&step| step <= 10 && step % 2 == 0 || step % 10 == 0) {
        println!(
            "{step:4} {}",
            ways.iter().map(|(_, way)| format!("{:17.3} {:7.3}", way[step], loss(way[step]))).collect::<String>()
        );
    }
    print_curve(&ways);
    let [(_, plain), (_, momentum)] = &ways;
    let (stuck, found) = (plain[plain.len() - 1], momentum[momentum.len() - 1]);
    println!("plain gradient descent is stuck at w = {stuck:.2} with a loss of {:.2};", loss(stuck));
    println!("with momentum the ball ends at w = {found:.2} with a loss of {:.2}.", loss(found));

    std::fs::create_dir_all("out")?;
    draw("out/momentum.svg", &ways)?;
    println!("picture: out/momentum.svg");

    let mut claims = Claims::default();
    claims.at_most("way from the dip at -0.94 to where plain descent ends", (stuck + 0.94).abs(), 0.02);
    claims.at_most("way from the dip at 1.05 to where the ball ends", (found - 1.05).abs(), 0.05);
    claims.at_most("distance of the loss in the first dip from 1.10", (loss(-0.94) - 1.10).abs(), 0.005);
    claims.at_most("distance of the loss in the second dip from 0.60", (loss(1.05) - 0.60).abs(), 0.005);
    Ok(claims.code())
}

/// The visible part of the curve.
const FROM: f64 = -1.8;
const TO: f64 = 1.8;
const HIGHEST: f64 = 4.5;

/// The curve in characters, with the last place of each ball.
fn print_curve(ways: &[(&str, Vec<f64>)]) {
    const WIDTH: usize = 76;
    const HEIGHT: usize = 16;
    let column = |w: f64| ((w - FROM) / (TO - FROM) * (WIDTH - 1) as f64).round() as usize;
    let row = |w: f64| HEIGHT - 1 - (loss(w) / HIGHEST * (HEIGHT - 1) as f64).round().min((HEIGHT - 1) as f64) as usize;
    let mut picture = [[' '; WIDTH]; HEIGHT];
    let at = |x: usize| FROM + (TO - FROM) * x as f64 / (WIDTH - 1) as f64;
    for x in 0..WIDTH {
        // Draws down to the next column, so that the slope has no gaps.
        let (here, next) = (row(at(x)), row(at(x + 1)));
        for line in &mut picture[here.min(next)..=here.max(next)] {
            line[x] = '·';
        }
    }
    picture[row(START)][column(START)] = 'S';
    for (name, way) in ways {
        let w = way[way.len() - 1];
        picture[row(w)][column(w)] = if *name == "plain" { 'P' } else { 'M' };
    }
    println!();
    for line in picture.iter().filter(|line| line.iter().any(|&c| c != ' ')) {
        println!("{}", line.iter().collect::<String>().trim_end());
    }
    println!("\nS start, P end of plain gradient descent, M end with momentum\n");
}

/// The curve as a picture, with the ball after every step; later steps are darker.
fn draw(path: &str, ways: &[(&str, Vec<f64>)]) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, (1000, 380)).into_drawing_area();
    root.fill(&WHITE)?;
    let colors = [RGBColor(213, 94, 0), RGBColor(0, 114, 178)];
    for ((area, (name, way)), color) in root.split_evenly((1, ways.len())).iter().zip(ways).zip(colors) {
        let end = way[way.len() - 1];
        let mut chart = ChartBuilder::on(area)
            .margin(16)
            .caption(format!("{name}: ends at w = {end:.2}"), ("sans-serif", 18))
            .x_label_area_size(40)
            .y_label_area_size(48)
            .build_cartesian_2d(FROM..TO, 0.0..HIGHEST)?;
        chart
            .configure_mesh()
            .disable_mesh()
            .x_desc("weight")
            .y_desc("loss")
            .x_labels(5)
            .y_labels(6)
            .label_style(("sans-serif", 13))
            .axis_desc_style(("sans-serif", 14))
            .draw()?;
        let curve = (0..=400).map(|x| FROM + (TO - FROM) * f64::from(x) / 400.0).map(|w| (w, loss(w)));
        chart.draw_series(LineSeries::new(curve.filter(|&(_, y)| y <= HIGHEST), BLACK.mix(0.6).stroke_width(2)))?;
        let balls = way.iter().enumerate().map(|(step, &w)| {
            let age = (step as f64 / 30.0).min(1.0);
            Circle::new((w, loss(w)), 6, color.mix(0.15 + 0.35 * age).filled())
        });
        chart.draw_series(balls)?;
        chart.draw_series([Circle::new((end, loss(end)), 7, color.filled())])?;
        let label = |w: f64, text: String, offset: (i32, i32)| {
            EmptyElement::at((w, loss(w))) + Text::new(text, offset, ("sans-serif", 14))
        };
        chart.draw_series([
            label(START, "start".into(), (10, -6)),
            label(end, format!("after {STEPS} steps"), (-45, 14)),
        ])?;
    }
    root.present()?;
    Ok(())
}
