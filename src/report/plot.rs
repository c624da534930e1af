//! [`History::plot`]: learning curves as an SVG file.

use crate::files::file;
use crate::report::history::History;
use crate::{Error, Result};
use plotters::coord::Shift;
use plotters::prelude::*;
use std::ops::Range;
use std::path::Path;

/// Colours that the colour-blind can tell apart. Source: Okabe and Ito, *Color Universal Design* (2008).
const COLORS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];
const GRAY: RGBColor = RGBColor(90, 90, 90);
const PANEL: (u32, u32) = (560, 380);

impl History {
    /// Writes the learning curves to an SVG file: the losses and, beside them, the metrics. Lines are the training,
    /// dashes the validation.
    ///
    /// # Errors
    /// If the history has no epoch, or the file cannot be written.
    pub fn plot(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        file::replace(path, self.to_svg()?.as_bytes()).map_err(Error::io(path))
    }

    /// Returns the learning curves as the text of an SVG file: see [`plot`](Self::plot).
    ///
    /// # Errors
    /// If the history has no epoch.
    pub fn to_svg(&self) -> Result<String> {
        if self.epoch.is_empty() {
            return Err(Error::Plot("the history has no epochs".into()));
        }
        let (losses, metrics): (Vec<_>, Vec<_>) = self.points().partition(|(name, _)| name.ends_with("loss"));
        let panels = [("loss", losses), ("metrics", metrics)];
        let panels: Vec<_> = panels.into_iter().filter(|(_, series)| !series.is_empty()).collect();
        let mut svg = String::new();
        {
            let size = (PANEL.0 * panels.len() as u32, PANEL.1);
            let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            let drawn = root.fill(&WHITE).map_err(|error| error.to_string()).and_then(|()| {
                for (area, (title, series)) in root.split_evenly((1, panels.len())).iter().zip(&panels) {
                    panel(area, title, series, self.epoch.len()).map_err(|error| error.to_string())?;
                }
                root.present().map_err(|error| error.to_string())
            });
            drawn.map_err(Error::Plot)?;
        }
        Ok(svg)
    }
}

/// A name with its values and the places of their epochs.
type Series<'a> = (&'a str, Vec<(usize, f64)>);

/// Splits a name into the name without `val_`, and whether it had it.
fn base(name: &str) -> (&str, bool) {
    name.strip_prefix("val_").map_or((name, false), |name| (name, true))
}

fn panel(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    title: &str,
    series: &[Series<'_>],
    epochs: usize,
) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let last = epochs as f64;
    // A single epoch is a point in the middle.
    let x = if epochs == 1 { 0.5..1.5 } else { 1.0..last };
    let (y, unit) = extent(series);
    let mut chart = ChartBuilder::on(area)
        .margin(18)
        .margin_right(28)
        .caption(title, ("sans-serif", 18).into_font().color(&BLACK))
        .x_label_area_size(44)
        .y_label_area_size(60)
        .build_cartesian_2d(x, y.clone())?;
    let digits = decimals(&y);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.1))
        .axis_style(GRAY)
        .x_labels(epochs.min(10))
        .y_labels(6)
        .x_label_formatter(&|x| if x.fract() == 0.0 { format!("{x}") } else { String::new() })
        .y_label_formatter(&|y| match unit {
            0 => format!("{y:.digits$}"),
            power => format!("{y:.digits$}e{power}"),
        })
        .label_style(("sans-serif", 13).into_font().color(&GRAY))
        .axis_desc_style(("sans-serif", 14).into_font().color(&BLACK))
        .x_desc("epoch")
        .y_desc(title)
        .draw()?;

    let mut bases: Vec<&str> = Vec::new();
    for (name, values) in series {
        let (base, validation) = base(name);
        let place = bases.iter().position(|&other| other == base).unwrap_or_else(|| {
            bases.push(base);
            bases.len() - 1
        });
        let style = COLORS[place % COLORS.len()].stroke_width(2);
        let finite = values.iter().filter(|(_, y)| y.is_finite());
        let points = finite.map(|&(k, y)| ((k + 1) as f64, y / 10_f64.powi(unit)));
        if epochs == 1 {
            // A disc is the training, a ring the validation.
            let style = if validation { style } else { style.filled() };
            chart.draw_series(points.clone().map(|point| Circle::new(point, 4, style)))?;
        }
        let drawn = if validation {
            chart.draw_series(DashedLineSeries::new(points, 6, 4, style))?
        } else {
            chart.draw_series(LineSeries::new(points, style))?
        };
        // 22 pixels in the legend: one line, or two dashes.
        let middle = if validation { 9 } else { 11 };
        let label = if validation { format!("{base} (validation)") } else { base.to_string() };
        drawn.label(label).legend(move |(x, y)| {
            let dash = |from: i32, to: i32| PathElement::new(vec![(x + from, y), (x + to, y)], style);
            EmptyElement::at((0, 0)) + dash(0, middle) + dash(22 - middle, 22)
        });
    }
    let position = if title == "loss" { SeriesLabelPosition::UpperRight } else { SeriesLabelPosition::LowerRight };
    chart
        .configure_series_labels()
        .position(position)
        .margin(8)
        .legend_area_size(30)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.15))
        .label_font(("sans-serif", 13))
        .draw()?;
    Ok(())
}

/// Returns the range of the values with a margin, and a power of ten as its unit: 0 if plain numbers are short.
///
/// plotters finds labels in a loop. It does not end if the range is not finite, or too small for a step to change a
/// number.
fn extent(series: &[Series<'_>]) -> (Range<f64>, i32) {
    let values =
        series.iter().flat_map(|(_, values)| values.iter().map(|&(_, value)| value)).filter(|value| value.is_finite());
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
    if low > high {
        return (0.0..1.0, 0);
    }
    let largest = low.abs().max(high.abs());
    let plain = largest == 0.0 || (1e-4..1e7).contains(&largest);
    // Smaller powers are 0 or have few digits.
    let unit = if plain { 0 } else { (largest.log10().floor() as i32).max(-300) };
    let scaled = |value: f64| value / 10_f64.powi(unit);
    let (low, high, largest) = (scaled(low), scaled(high), scaled(largest));
    let margin = if high > low { 0.05 * (high - low) } else { (0.1 * high.abs()).max(1e-3) };
    let margin = margin.max(1e-9 * largest);
    (low - margin..high + margin, unit)
}

/// Returns the decimals that tell six labels of a range apart.
fn decimals(range: &Range<f64>) -> usize {
    let step = (range.end - range.start) / 6.0;
    (1.0 - step.log10()).ceil().clamp(0.0, 12.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::history::{Params, with_validation};
    use crate::report::values::{Names, Report};

    /// A history with typical curves.
    fn history(epochs: usize) -> History {
        let names = Names::new(vec![], vec!["accuracy".into()]);
        let mut history = History::new(Params { epochs, steps: 45 });
        for epoch in 0..epochs {
            let t = epoch as f64;
            let report = |lag: f64| {
                let loss = 0.04 * lag + 2.0 * (-t / 4.0).exp() * lag;
                Report::new(loss, &names, vec![1.0 - 0.3 * loss])
            };
            history.push(epoch, with_validation(&report(1.0), Some(&report(1.2))));
        }
        history
    }

    #[test]
    fn shows_axes_legend_and_both_panels() {
        let svg = history(20).to_svg().unwrap();
        for text in ["epoch", "loss", "loss (validation)", "metrics", "accuracy", "accuracy (validation)"] {
            assert!(svg.contains(&format!("\n{text}\n")), "`{text}` is missing");
        }
        assert_eq!(svg.matches("<svg ").count(), 1);
    }

    #[test]
    fn odd_histories_are_drawn_or_refused() {
        assert!(matches!(History::default().to_svg(), Err(Error::Plot(_))));
        assert!(history(1).to_svg().unwrap().contains("<circle"));
        let mut diverged = History::new(Params { epochs: 2, steps: 1 });
        let report = Report::new(f64::NAN, &Names::new(vec![], vec![]), vec![]);
        diverged.push(0, with_validation(&report, None));
        diverged.push(1, with_validation(&report, None));
        assert!(diverged.to_svg().is_ok());
    }

    /// Draws pairs of losses from the whole range of `f64`. A chart that takes too long would never end.
    #[test]
    fn charts_of_all_ranges_are_drawn() {
        let sizes = [
            0.0,
            5e-324,
            1e-310,
            2.3e-308,
            1e-300,
            1e-160,
            1e-17,
            2e-16,
            1e-12,
            1e-5,
            9e-5,
            0.3,
            1.0,
            1.0 + f64::EPSILON,
            1.0 + 1e-12,
            3.0,
            9_999_999.0,
            1e7,
            1e15,
            1e15 + 1.0,
            1e16,
            1e17,
            1e100,
            1e154,
            1e300,
            1e308,
            f64::MAX,
        ];
        let numbers: Vec<_> = sizes.into_iter().flat_map(|size| [size, -size]).collect();
        let (done, wait) = std::sync::mpsc::channel();
        let pairs = numbers.len() * numbers.len();
        std::thread::spawn(move || {
            for &first in &numbers {
                for &second in &numbers {
                    let mut history = History::new(Params { epochs: 2, steps: 1 });
                    history.push(0, [("loss".to_string(), first)]);
                    history.push(1, [("loss".to_string(), second), ("val_loss".to_string(), f64::INFINITY)]);
                    done.send((first, second, history.to_svg().map_err(|error| error.to_string()))).unwrap();
                }
            }
        });
        for number in 0..pairs {
            let drawn = wait.recv_timeout(std::time::Duration::from_secs(30));
            let (first, second, svg) = drawn.unwrap_or_else(|error| panic!("chart {number}: {error}"));
            let svg = svg.unwrap();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{first} and {second}");
            assert!(svg.len() < 100_000, "{first} and {second}: {} bytes", svg.len());
        }
    }

    #[test]
    fn labels_of_large_and_small_numbers_have_an_exponent() {
        let svg = |values: [f64; 2]| {
            let mut history = History::new(Params { epochs: 2, steps: 1 });
            values.iter().enumerate().for_each(|(k, value)| history.push(k, [("loss".to_string(), *value)]));
            history.to_svg().unwrap()
        };
        assert!(svg([2e9, 4e9]).contains("\n3.00e9\n"));
        assert!(svg([2e-9, 4e-9]).contains("\n3.00e-9\n"));
        assert!(svg([2.0, 4.0]).contains("\n3.00\n"));
    }
}
