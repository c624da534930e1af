//! Checks that the tests of the pages share: three steps as in Keras, and the pictures.

use super::Optimizer;
use crate::tensor::scalar::Scalar;
use std::string::{String, ToString};
use std::vec::Vec;

/// Takes three steps and compares the weights after each with Keras's, which this program computed:
///
/// ```python
/// keras.config.set_floatx("float64")
/// w = keras.Variable([1.0, -2.0, 0.5])
/// for g in [[0.5, -1.0, 0.25], [0.25, 2.0, 0.0], [-1.0, 0.5, 0.125]]:
///     optimizer.apply([tf.constant(g, "float64")], [w])
///     print(w.numpy())
/// ```
pub(crate) fn like_keras<O: Optimizer>(optimizer: &O, expected: [[f64; 3]; 3]) {
    // Keras rounds some hyperparameters to float32 even in float64: 0.999 becomes 0.99900001287, which moves 1 - 0.999
    // by 1e-5.
    run::<f64, O>(optimizer, expected, 3e-6);
    run::<f32, O>(optimizer, expected, 1e-5);
}

fn run<T: Scalar, O: Optimizer>(optimizer: &O, expected: [[f64; 3]; 3], tolerance: f64) {
    const GRADIENTS: [[f64; 3]; 3] = [[0.5, -1.0, 0.25], [0.25, 2.0, 0.0], [-1.0, 0.5, 0.125]];
    let mut w = [1.0, -2.0, 0.5].map(T::of);
    let mut state = initial_state(optimizer, w.len());
    for (step, (gradient, expected)) in GRADIENTS.into_iter().zip(expected).enumerate() {
        let mut state: Vec<&mut [T]> = state.iter_mut().map(|slot| &mut slot[..]).collect();
        let rate = optimizer.learning_rate(step as u64);
        optimizer.update(step as u64, rate, &mut w, &gradient.map(T::of), &mut state);
        for (w, expected) in w.iter().zip(expected) {
            assert!((w.to_f64() - expected).abs() < tolerance, "step {step}: expected {expected}, got {w}");
        }
    }
}

fn initial_state<T: Scalar, O: Optimizer>(optimizer: &O, len: usize) -> Vec<Vec<T>> {
    assert!(optimizer.slots().len() <= super::MAX_SLOTS);
    (0..optimizer.state().count()).map(|slot| std::vec![T::of(optimizer.initial(slot)); len]).collect()
}

/// Checks that the page `source` shows `picture` in its documentation.
#[track_caller]
pub(crate) fn page_shows(source: &str, picture: &str) {
    let picture: String =
        picture.lines().map(|line| std::format!("/// {line}").trim_end().to_string() + "\n").collect();
    assert!(source.contains(&picture), "the page must show\n{picture}");
}

/// Returns the slope of the valley of all pages, `½ · x² / 25 + ½ · y²`.
fn slope([x, y]: [f64; 2]) -> [f64; 2] {
    [x / 25.0, y]
}

/// Draws the path down the valley, with a letter for each step.
pub(crate) fn way<O: Optimizer>(optimizer: &O) -> String {
    const WIDTH: usize = 72;
    const HEIGHT: usize = 13;
    // The visible part: x from -10 to 2, y from -1 to 1.
    let place = |w: [f64; 2]| {
        let column = ((w[0] + 10.0) / 12.0 * (WIDTH - 1) as f64).round();
        let row = ((1.0 - w[1]) / 2.0 * (HEIGHT - 1) as f64).round();
        let inside = (0.0..WIDTH as f64).contains(&column) && (0.0..HEIGHT as f64).contains(&row);
        inside.then_some((row as usize, column as usize))
    };
    let mut picture = [[' '; WIDTH]; HEIGHT];
    let mut put = |w: [f64; 2], character: char| {
        if let Some((row, column)) = place(w) {
            picture[row][column] = character;
        }
    };
    let mut w = [-9.0, 0.8];
    let mut state = initial_state(optimizer, w.len());
    put(w, 'S');
    for (step, letter) in ('a'..='z').enumerate() {
        let mut state: Vec<&mut [f64]> = state.iter_mut().map(|slot| &mut slot[..]).collect();
        let (g, rate) = (slope(w), optimizer.learning_rate(step as u64));
        optimizer.update(step as u64, rate, &mut w, &g, &mut state);
        put(w, letter);
    }
    put([0.0, 0.0], '+');
    lines(&picture).trim_matches('\n').into()
}

/// Draws curves from 0 to `highest`, one character each, with a column for each number. Later curves are in front.
pub(crate) fn chart(curves: &[(char, &[f64])], highest: f64) -> String {
    const HEIGHT: usize = 9;
    let mut picture = [[' '; 72]; HEIGHT];
    for (character, values) in curves {
        for (column, value) in values.iter().enumerate() {
            let row = (value / highest * (HEIGHT - 1) as f64).round() as usize;
            picture[HEIGHT - 1 - row][column] = *character;
        }
    }
    let label = |row: usize| match row {
        0 => std::format!("{highest:5} |"),
        row if row == HEIGHT - 1 => "    0 |".into(),
        _ => "      |".into(),
    };
    let text = lines(&picture);
    text.lines().enumerate().map(|(row, line)| label(row) + line + "\n").collect()
}

fn lines<const W: usize>(picture: &[[char; W]]) -> String {
    picture.iter().map(|line| line.iter().collect::<String>().trim_end().to_string() + "\n").collect()
}
