//! The summary of a model: Keras's table, as text that rustc writes.

use crate::shape::Shape;
use crate::text::{Text, chars};

/// A row of the table: one call of a layer.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name of the layer.
    pub name: &'static str,
    /// Its type: `Dense`.
    pub kind: &'static str,
    /// The shape of its output, without the batch.
    pub output: Shape,
    /// How many weights it has; 0 where a shared layer was counted in a row above.
    pub parameters: usize,
    /// The names of the layers that it is called on.
    pub inputs: &'static [&'static str],
}

/// The table, in Keras's form. `N` is found by a first pass with `N = 0`.
pub const fn table<const N: usize>(
    model: &str,
    rows: &[Row],
    non_trainable: usize,
    parameters: usize,
    scalar: usize,
) -> Text<N> {
    let mut widths = [14, 14, 9, 14];
    let mut i = 0;
    while i < rows.len() {
        let cells = cells(&rows[i]);
        let mut column = 0;
        while column < 4 {
            let width = chars(cells[column].as_str()) + 2;
            if width > widths[column] {
                widths[column] = width;
            }
            column += 1;
        }
        i += 1;
    }
    let mut text = Text::new().str("Model: \"").str(model).str("\"\n");
    text = rule(text, &widths, ["┏", "━", "┳", "┓\n"]);
    text = text.str("┃");
    text = cell(text, "Layer (type)", widths[0], false).str("┃");
    text = cell(text, "Output Shape", widths[1], false).str("┃");
    text = cell(text, "Param #", widths[2], true).str("┃");
    text = cell(text, "Connected to", widths[3], false).str("┃\n");
    text = rule(text, &widths, ["┡", "━", "╇", "┩\n"]);
    i = 0;
    while i < rows.len() {
        if i > 0 {
            text = rule(text, &widths, ["├", "─", "┼", "┤\n"]);
        }
        let cells = cells(&rows[i]);
        let mut column = 0;
        while column < 4 {
            text = cell(text.str("│"), cells[column].as_str(), widths[column], column == 2);
            column += 1;
        }
        text = text.str("│\n");
        i += 1;
    }
    text = rule(text, &widths, ["└", "─", "┴", "┘\n"]);
    text = total(text.str(" Total params: "), parameters, scalar);
    text = total(text.str(" Trainable params: "), parameters - non_trainable, scalar);
    total(text.str(" Non-trainable params: "), non_trainable, scalar)
}

const fn cells(row: &Row) -> [Text<160>; 4] {
    let mut shape = Text::new().str("(None");
    let mut axis = 0;
    while axis < row.output.rank() {
        shape = shape.str(", ").size(row.output.dim(axis));
        axis += 1;
    }
    let mut inputs = Text::new();
    let mut i = 0;
    while i < row.inputs.len() {
        if i > 0 {
            inputs = inputs.str(", ");
        }
        inputs = inputs.str(row.inputs[i]);
        i += 1;
    }
    if row.inputs.is_empty() {
        inputs = inputs.str("-");
    }
    [
        Text::new().str(row.name).str(" (").str(row.kind).str(")"),
        shape.str(")"),
        Text::new().grouped(row.parameters),
        inputs,
    ]
}

const fn rule<const N: usize>(mut text: Text<N>, widths: &[usize; 4], strokes: [&str; 4]) -> Text<N> {
    let mut column = 0;
    while column < 4 {
        text = text.str(if column == 0 { strokes[0] } else { strokes[2] }).repeat(strokes[1], widths[column]);
        column += 1;
    }
    text.str(strokes[3])
}

const fn cell<const N: usize>(text: Text<N>, content: &str, width: usize, right: bool) -> Text<N> {
    let space = width - 2 - chars(content);
    if right {
        text.str(" ").repeat(" ", space).str(content).str(" ")
    } else {
        text.str(" ").str(content).repeat(" ", space).str(" ")
    }
}

/// `9,002 (35.16 KB)`, with Keras's units of 1024 bytes.
const fn total<const N: usize>(text: Text<N>, count: usize, scalar: usize) -> Text<N> {
    let text = text.grouped(count).str(" (");
    let (mut unit, mut scale) = (0, 1usize);
    while unit < 4 && count * scalar >= scale * 1024 {
        scale *= 1024;
        unit += 1;
    }
    // Hundredths, rounded to the nearest.
    let hundredths = (count * scalar * 100 + scale / 2) / scale;
    let text = text.size(hundredths / 100).str(".");
    let text = if hundredths % 100 < 10 { text.str("0") } else { text };
    text.size(hundredths % 100).str([" B)\n", " KB)\n", " MB)\n", " GB)\n", " TB)\n"][unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_small_model() {
        const ROWS: &[Row] = &[
            Row { name: "pixels", kind: "InputLayer", output: Shape::new(&[64]), parameters: 0, inputs: &[] },
            Row { name: "digit", kind: "Dense", output: Shape::new(&[10]), parameters: 650, inputs: &["pixels"] },
        ];
        const LEN: usize = table::<0>("Digits", ROWS, 0, 650, 4).len();
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
}
