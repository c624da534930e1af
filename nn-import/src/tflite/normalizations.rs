//! A rewrite: normalizations, which TensorFlow writes with up to ten operators, become one.

use super::links::{Links, input, inputs, is_array, is_plain, scalar};
use super::model::{Formula, Made, Model, Normalization};
use super::operators as op;
use super::whole::Whole;

pub(super) fn rewrite(model: &mut Model<'_, '_>) {
    let links = Links::new(model);
    // A normalization without a factor is a part of one with a factor, so those that read are first.
    for place in (0..model.operators.len()).rev() {
        let finder = Finder { model, links: &links };
        let found = match model.operators[place].code {
            op::ADD => finder.standard(place),
            op::MUL => finder.root(place).or_else(|| finder.length(place)),
            _ => None,
        };
        if let Some((tensor, found)) = found.filter(|_| is_plain(model, place)) {
            model.operators[place].inputs =
                [Some(tensor), found.gamma, found.beta].into_iter().filter(Option::is_some).collect();
            model.operators[place].made = Some(Made::Normalization(found));
        }
    }
}

struct Finder<'f, 'a, 'b> {
    model: &'f Model<'a, 'b>,
    links: &'f Links,
}

type Found = Option<(usize, Normalization)>;

impl Finder<'_, '_, '_> {
    /// Returns the factors of a product that is this tensor, in both orders.
    fn factors(&self, tensor: usize) -> Option<[(usize, usize); 2]> {
        let product = self.links.maker(self.model, tensor, op::MUL)?;
        inputs(self.model, product).filter(|_| is_plain(self.model, product))
    }

    /// Returns the tensor and the constant in `tensor ∘ constant`.
    fn with_constant(&self, tensor: usize, code: i32) -> Option<(usize, usize)> {
        let operator = self.links.maker(self.model, tensor, code).filter(|&place| is_plain(self.model, place))?;
        inputs(self.model, operator)?.into_iter().find(|&(_, constant)| is_array(self.model, constant))
    }

    /// Returns the tensor and the axes of a sum or a mean that keeps its axes.
    fn reduced(&self, tensor: usize, code: i32) -> Option<(usize, Vec<i64>)> {
        let operator = self.links.maker(self.model, tensor, code)?;
        let keeps = self.model.operators[operator].options.flag(0) == Ok(true);
        let axes = Whole::constant(&self.model.tensors[input(self.model, operator, 1)?])?.values;
        keeps.then(|| input(self.model, operator, 0).map(|tensor| (tensor, axes))).flatten()
    }

    fn of(&self, tensor: usize, code: i32) -> Option<usize> {
        input(self.model, self.links.maker(self.model, tensor, code)?, 0)
    }

    /// Returns `v`, the axes and `e` in `1 / √(mean(v) + e)`.
    fn inverse(&self, tensor: usize) -> Option<(usize, Vec<i64>, f64)> {
        let (mean, constant) = self.with_constant(self.of(tensor, op::RSQRT)?, op::ADD)?;
        let (squares, axes) = self.reduced(mean, op::MEAN)?;
        Some((squares, axes, scalar(self.model, constant)?))
    }

    /// Returns `x` and its mean in `(x - mean)²`.
    fn deviation(&self, squares: usize) -> Option<(usize, usize)> {
        let difference = self.links.maker(self.model, squares, op::SQUARED_DIFFERENCE).or_else(|| {
            let difference = self.of(squares, op::SQUARE)?;
            self.links.maker(self.model, difference, op::SUB).filter(|&place| is_plain(self.model, place))
        })?;
        input(self.model, difference, 0).zip(input(self.model, difference, 1))
    }

    /// `x g + (β - μ g)`, where `g = γ / √(σ² + e)`
    fn standard(&self, add: usize) -> Found {
        inputs(self.model, add)?.into_iter().find_map(|(product, rest)| {
            self.factors(product)?.into_iter().find_map(|(x, g)| {
                let (inverse, gamma) = match self.with_constant(g, op::MUL) {
                    Some((inverse, gamma)) => (inverse, Some(gamma)),
                    None => (g, None),
                };
                let (squares, axes, epsilon) = self.inverse(inverse)?;
                let (of, mean) = self.deviation(squares)?;
                let (moved, beta) = match self.with_constant(rest, op::ADD) {
                    Some((moved, beta)) => (moved, Some(beta)),
                    None => (rest, None),
                };
                let moved = self
                    .factors(moved)?
                    .into_iter()
                    .any(|(minus, factor)| factor == g && self.of(minus, op::NEG) == Some(mean));
                let fits = moved && of == x && self.reduced(mean, op::MEAN)? == (x, axes.clone());
                fits.then_some((x, Normalization { formula: Formula::Standard, axes, epsilon, gamma, beta }))
            })
        })
    }

    /// `x γ / √(mean(x²) + e)`
    fn root(&self, product: usize) -> Found {
        let tensor = *self.model.operators[product].outputs.first()?;
        let (scaled, gamma) = self.with_constant(tensor, op::MUL)?;
        self.factors(scaled)?.into_iter().find_map(|(x, inverse)| {
            let (squares, axes, epsilon) = self.inverse(inverse)?;
            let fits = self.of(squares, op::SQUARE)? == x;
            fits.then_some((x, Normalization { formula: Formula::Root, axes, epsilon, gamma: Some(gamma), beta: None }))
        })
    }

    /// `x min(1 / √(Σ x²), 10¹²)`
    fn length(&self, product: usize) -> Found {
        inputs(self.model, product)?.into_iter().find_map(|(x, inverse)| {
            let least = self.links.maker(self.model, inverse, op::MINIMUM)?;
            let (root, most) = (input(self.model, least, 0)?, input(self.model, least, 1)?);
            let (squares, axes) = self.reduced(self.of(root, op::RSQRT)?, op::SUM)?;
            let bound = scalar(self.model, most)? == f64::from(1e12f32);
            let fits = bound && self.of(squares, op::SQUARE)? == x;
            let found = Normalization { formula: Formula::Length, axes, epsilon: 0.0, gamma: None, beta: None };
            fits.then_some((x, found))
        })
    }
}
