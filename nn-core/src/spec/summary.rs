//! The summary of a model: Keras's table as text from rustc, and the costs of the layers, which a program can print.

use crate::spec::shape::Shape;
use crate::spec::text::{Text, chars};
use core::fmt;

/// A row of the table: a layer with all of its calls, or an input.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name of the layer.
    pub name: &'static str,
    /// The type: `Dense`.
    pub kind: &'static str,
    /// The shape of the first output of its first call, without the batch.
    pub output: Shape,
    /// The number of weights; 0 if a shared layer was counted in an earlier row.
    pub parameters: usize,
    /// The names of the layers whose outputs it reads.
    pub inputs: &'static [&'static str],
    /// The multiply-accumulates of a prediction, in all calls.
    pub macs: usize,
    /// The bytes of working memory in a prediction over `f32`, in all calls, and the bytes of other outputs than the
    /// first.
    pub memory: usize,
}

/// The cost of each layer in a prediction. It prints as a table: bytes of weights (in firmware, flash), bytes of RAM
/// for the output and for working memory, and multiply-accumulates.
///
/// ```text
/// layer              flash           RAM             MACs
/// h (Dense)          8,320           128            2,048
/// digit (Dense)      1,320            40              320
/// together           9,640           168            2,368
/// ```
///
/// A layer without products in sums, such as a pooling or an activation, has 0 multiply-accumulates.
///
/// The RAM total (`ARENA_BYTES`) can be smaller than the sum: layers that are not active at the same time share memory.
/// The output buffer belongs to the caller. The number of instructions of a layer depends on the machine: on a
/// Cortex-M4F this model takes 6,798 for its 2,368 multiply-accumulates (`firmware/`).
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// The layers and inputs.
    pub rows: &'static [Row],
    /// The bytes of a scalar.
    pub scalar: usize,
    /// The bytes of RAM of all layers together.
    pub arena: usize,
}

impl Costs {
    /// Returns flash, RAM and multiply-accumulates of a row.
    pub const fn of(&self, row: &Row) -> [usize; 3] {
        let memory = row.memory / 4 * self.scalar;
        [row.parameters * self.scalar, row.output.size() * self.scalar + memory, row.macs]
    }
}

impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layers = || self.rows.iter().filter(|row| row.kind != "InputLayer");
        let width = layers().map(|row| chars(row.name) + chars(row.kind) + 3).fold(8, usize::max);
        let mut sum = [0, self.arena, 0];
        write!(f, "{:width$} {:>13} {:>13} {:>16}", "layer", "flash", "RAM", "MACs")?;
        for row in layers() {
            let costs @ [flash, _, macs] = self.of(row);
            (sum[0], sum[2]) = (sum[0] + flash, sum[2] + macs);
            let space = width - chars(row.name) - chars(row.kind) - 3;
            write!(f, "\n{} ({}){:space$}", row.name, row.kind, "")?;
            numbers(f, costs)?;
        }
        write!(f, "\n{:width$}", "together")?;
        numbers(f, sum)
    }
}

fn numbers(f: &mut fmt::Formatter<'_>, [flash, ram, macs]: [usize; 3]) -> fmt::Result {
    let text = |n| Text::<32>::new().grouped(n);
    write!(f, " {:>13} {:>13} {:>16}", text(flash).as_str(), text(ram).as_str(), text(macs).as_str())
}

/// Returns a length that is enough for the table with any scalar.
pub const fn length(model: &str, rows: &[Row]) -> usize {
    let widths = widths(rows);
    let line = widths[0] + widths[1] + widths[2] + widths[3];
    let (mut bytes, mut i) = (0, 0);
    while i < rows.len() {
        // A rule of strokes of 3 bytes, and a line of cells, in which names may have characters of up to 4 bytes.
        bytes += 3 * (line + 5) + 1 + line + 3 * 5 + 1 + rows[i].bytes();
        i += 1;
    }
    // Above and below the rows: four lines, the name, and three totals.
    bytes + 4 * (3 * (line + 5) + 1) + model.len() + 4 * 100
}

impl Row {
    /// Creates the row of an input.
    pub const fn input(name: &'static str, output: Shape) -> Self {
        Row { name, kind: "InputLayer", output, parameters: 0, inputs: &[], macs: 0, memory: 0 }
    }

    /// Returns the bytes of its names, at least the number of their characters.
    const fn bytes(&self) -> usize {
        let (mut bytes, mut i) = (self.name.len() + self.kind.len(), 0);
        while i < self.inputs.len() {
            bytes += self.inputs[i].len();
            i += 1;
        }
        bytes
    }

    /// Returns the characters of its cells.
    const fn widths(&self) -> [usize; 4] {
        let (mut shape, mut axis) = (6, 0);
        while axis < self.output.rank() {
            shape += 2 + digits(self.output.dim(axis));
            axis += 1;
        }
        let (mut inputs, mut i) = (0, 0);
        while i < self.inputs.len() {
            inputs += chars(self.inputs[i]) + if i > 0 { 2 } else { 0 };
            i += 1;
        }
        let number = digits(self.parameters);
        let inputs = if self.inputs.is_empty() { 1 } else { inputs };
        [chars(self.name) + chars(self.kind) + 3, shape, number + (number - 1) / 3, inputs]
    }
}

const fn digits(n: usize) -> usize {
    if n < 10 { 1 } else { 1 + digits(n / 10) }
}

/// Returns the characters of each column, including the spaces around them.
const fn widths(rows: &[Row]) -> [usize; 4] {
    let mut widths = [14, 14, 9, 14];
    let mut i = 0;
    while i < rows.len() {
        let row = rows[i].widths();
        let mut column = 0;
        while column < 4 {
            if row[column] + 2 > widths[column] {
                widths[column] = row[column] + 2;
            }
            column += 1;
        }
        i += 1;
    }
    widths
}

/// The length of the runs below: appending many characters at once is cheaper for the compiler than one at a time.
const RUN: usize = 32;
const HEAVY: &str = "━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━";
const LIGHT: &str = "────────────────────────────────";
const SPACES: &str = "                                ";

/// Appends the first character of a run `times` times.
const fn fill<const N: usize>(text: &mut Text<N>, run: &str, mut times: usize) {
    while times > RUN {
        text.push_str(run);
        times -= RUN;
    }
    text.push_str(run.split_at(run.len() / RUN * times).0);
}

/// Returns the table, in Keras's form; `N` is its [`length`].
pub const fn table<const N: usize>(
    model: &str,
    rows: &[Row],
    non_trainable: usize,
    parameters: usize,
    scalar: usize,
) -> Text<N> {
    let widths = widths(rows);
    let mut text = Text::new();
    text.push_str("Model: \"");
    text.push_str(model);
    text.push_str("\"\n");
    rule(&mut text, &widths, ["┏", HEAVY, "┳", "┓\n"]);
    let head = ["Layer (type)", "Output Shape", "Param #", "Connected to"];
    let mut column = 0;
    while column < 4 {
        text.push_str("┃ ");
        let space = widths[column] - 2 - head[column].len();
        fill(&mut text, SPACES, if column == 2 { space } else { 0 });
        text.push_str(head[column]);
        fill(&mut text, SPACES, if column == 2 { 1 } else { space + 1 });
        column += 1;
    }
    text.push_str("┃\n");
    rule(&mut text, &widths, ["┡", HEAVY, "╇", "┩\n"]);
    // The line between rows is always the same. It is made once, unless it is wider than any terminal.
    let mut between = Text::<1024>::new();
    rule(&mut between, &widths, ["├", LIGHT, "┼", "┤\n"]);
    let mut i = 0;
    while i < rows.len() {
        if i > 0 && between.len() <= 1024 {
            text.push_str(between.as_str());
        } else if i > 0 {
            rule(&mut text, &widths, ["├", LIGHT, "┼", "┤\n"]);
        }
        line(&mut text, &rows[i], &widths);
        i += 1;
    }
    rule(&mut text, &widths, ["└", LIGHT, "┴", "┘\n"]);
    total(&mut text, " Total params: ", parameters, scalar);
    total(&mut text, " Trainable params: ", parameters - non_trainable, scalar);
    total(&mut text, " Non-trainable params: ", non_trainable, scalar);
    text
}

const fn rule<const N: usize>(text: &mut Text<N>, widths: &[usize; 4], strokes: [&str; 4]) {
    let mut column = 0;
    while column < 4 {
        text.push_str(if column == 0 { strokes[0] } else { strokes[2] });
        fill(text, strokes[1], widths[column]);
        column += 1;
    }
    text.push_str(strokes[3]);
}

/// Appends the cells of a layer.
const fn line<const N: usize>(text: &mut Text<N>, row: &Row, widths: &[usize; 4]) {
    let own = row.widths();
    text.push_str("│ ");
    text.push_str(row.name);
    text.push_str(" (");
    text.push_str(row.kind);
    text.push_str(")");
    fill(text, SPACES, widths[0] - own[0] - 1);
    text.push_str("│ (None");
    let mut axis = 0;
    while axis < row.output.rank() {
        text.push_str(", ");
        text.push_size(row.output.dim(axis));
        axis += 1;
    }
    text.push_str(")");
    fill(text, SPACES, widths[1] - own[1] - 1);
    text.push_str("│");
    fill(text, SPACES, widths[2] - own[2] - 1);
    text.push_grouped(row.parameters);
    text.push_str(" │ ");
    let mut i = 0;
    while i < row.inputs.len() {
        if i > 0 {
            text.push_str(", ");
        }
        text.push_str(row.inputs[i]);
        i += 1;
    }
    if row.inputs.is_empty() {
        text.push_str("-");
    }
    fill(text, SPACES, widths[3] - own[3] - 1);
    text.push_str("│\n");
}

/// Appends ` Total params: 9,002 (35.16 KB)`, with Keras's units of 1024 bytes.
const fn total<const N: usize>(text: &mut Text<N>, name: &str, count: usize, scalar: usize) {
    text.push_str(name);
    text.push_grouped(count);
    text.push_str(" (");
    let (mut unit, mut scale) = (0, 1usize);
    while unit < 4 && count * scalar >= scale * 1024 {
        scale *= 1024;
        unit += 1;
    }
    // Hundredths, rounded to the nearest.
    let hundredths = (count * scalar * 100 + scale / 2) / scale;
    text.push_size(hundredths / 100);
    text.push_str(if hundredths % 100 < 10 { ".0" } else { "." });
    text.push_size(hundredths % 100);
    text.push_str([" B)\n", " KB)\n", " MB)\n", " GB)\n", " TB)\n"][unit]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_small_model() {
        const ROWS: &[Row] = &[
            Row {
                name: "pixels",
                kind: "InputLayer",
                output: Shape::new(&[64]),
                parameters: 0,
                inputs: &[],
                macs: 0,
                memory: 0,
            },
            Row {
                name: "digit",
                kind: "Dense",
                output: Shape::new(&[10]),
                parameters: 650,
                inputs: &["pixels"],
                macs: 640,
                memory: 0,
            },
        ];
        const LEN: usize = length("Digits", ROWS);
        const TEXT: Text<LEN> = table("Digits", ROWS, 0, 650, 4);
        let expected = "\
Model: \"Digits\"
┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┳━━━━━━━━━━━━━━┓
┃ Layer (type)        ┃ Output Shape ┃ Param # ┃ Connected to ┃
┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━╇━━━━━━━━━━━━━━┩
│ pixels (InputLayer) │ (None, 64)   │       0 │ -            │
├─────────────────────┼──────────────┼─────────┼──────────────┤
│ digit (Dense)       │ (None, 10)   │     650 │ pixels       │
└─────────────────────┴──────────────┴─────────┴──────────────┘
 Total params: 650 (2.54 KB)
 Trainable params: 650 (2.54 KB)
 Non-trainable params: 0 (0.00 B)
";
        assert_eq!(TEXT.to_string(), expected);
    }

    #[test]
    fn costs() {
        let row = |name, kind, output, parameters, macs, memory| Row {
            name,
            kind,
            output: Shape::new(output),
            parameters,
            inputs: &[],
            macs,
            memory,
        };
        let rows = [
            row("pixels", "InputLayer", &[64], 0, 0, 0),
            row("größer", "LSTM", &[32], 4_352, 1_000_000, 512),
            row("digit", "Dense", &[10], 330, 320, 0),
        ];
        let rows: &'static [Row] = std::boxed::Box::leak(std::boxed::Box::new(rows));
        let expected = "\
layer                 flash           RAM             MACs
größer (LSTM)        34,816         1,280        1,000,000
digit (Dense)         2,640            80              320
together             37,456         1,300        1,000,320";
        assert_eq!(Costs { rows, scalar: 8, arena: 1_300 }.to_string(), expected);
    }

    #[test]
    fn wide_tables_fit() {
        const NAME: &str =
            "größer_größer_größer_größer_größer_größer_größer_größer_größer_größer_größer_größer_größer_größer";
        const ROWS: &[Row] = &[
            Row {
                name: "x",
                kind: "InputLayer",
                output: Shape::new(&[2, 3, 5, 7, 11, 13]),
                parameters: 0,
                inputs: &[],
                macs: 0,
                memory: 0,
            },
            Row {
                name: NAME,
                kind: NAME,
                output: Shape::new(&[]),
                parameters: 1 << 50,
                inputs: &[NAME; 5],
                macs: 0,
                memory: 0,
            },
            Row {
                name: "y",
                kind: "Dense",
                output: Shape::new(&[1]),
                parameters: 1000,
                inputs: &[NAME],
                macs: 0,
                memory: 0,
            },
        ];
        const LEN: usize = length(NAME, ROWS);
        for trainable in [0, 1000] {
            let text = table::<LEN>(NAME, ROWS, trainable, 1 << 50, 8);
            assert!(text.len() <= LEN);
            let lines: std::vec::Vec<_> = text.as_str().lines().skip(1).take(9).collect();
            assert!(lines.iter().all(|line| chars(line) == chars(lines[0])), "{text}");
            assert!(lines[3].contains(" (None, 2, 3, 5, 7, 11, 13) │"), "{text}");
            assert!(lines[7].ends_with(" │"), "{text}");
        }
    }
}
