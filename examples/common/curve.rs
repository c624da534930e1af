//! A curve as an SVG file, for examples that have no `History`.

use std::fmt::Write;

/// The size of the picture, and of the margin with the labels.
const SIZE: [f64; 2] = [640.0, 320.0];
const MARGIN: f64 = 50.0;

/// Draws `values` from left to right, from 0 upwards.
pub(crate) fn save(path: &str, title: &str, axis: &str, values: &[f64]) -> std::io::Result<()> {
    let most = values.iter().copied().fold(1e-9, f64::max);
    let [width, height] = SIZE.map(|size| size - 2.0 * MARGIN);
    let mut points = String::new();
    for (k, value) in values.iter().enumerate() {
        let x = MARGIN + width * k as f64 / (values.len().max(2) - 1) as f64;
        let y = MARGIN + height * (1.0 - value / most);
        write!(points, "{x:.1},{y:.1} ").expect("a string takes everything");
    }
    let (right, bottom, middle) = (MARGIN + width, MARGIN + height, MARGIN + width / 2.0);
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <path d=\"M{MARGIN} {MARGIN}V{bottom}H{right}\" fill=\"none\" stroke=\"black\"/>\n\
         <polyline points=\"{points}\" fill=\"none\" stroke=\"#1f77b4\" stroke-width=\"2\"/>\n\
         <text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\" font-size=\"14\">{title}</text>\n\
         <text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{axis} 1 to {}</text>\n\
         <text x=\"{}\" y=\"{MARGIN}\" text-anchor=\"end\">{most:.0}</text>\n\
         <text x=\"{}\" y=\"{bottom}\" text-anchor=\"end\">0</text>\n\
         </svg>\n",
        SIZE[0],
        SIZE[1],
        MARGIN - 20.0,
        SIZE[1] - MARGIN + 25.0,
        values.len(),
        MARGIN - 8.0,
        MARGIN - 8.0,
    );
    std::fs::write(path, svg)
}
