//! Balances a pole on a cart by reinforcement learning (REINFORCE): a loss that no target describes.
//!
//! ```sh
//! cargo run --release --example cartpole
//! ```
//!
//! The policy plays a few episodes, and each action then gets an advantage: the discounted return from there on,
//! normalised over the batch. The gradient of the outputs follows from it by hand, and a tape takes it back to the
//! weights.
//!
//! ```text
//! p  = softmax(z)                                  the policy, from logits z
//! dz = (p - onehot(action)) · advantage / n        the gradient of -log p(action) · advantage
//! ```
//!
//! Sources: Williams, "Simple statistical gradient-following algorithms", 1992; the cart of Barto, Sutton and Anderson,
//! 1983, with the constants of Gymnasium's `CartPole-v1`.

#[path = "common/curve.rs"]
mod curve;
#[path = "common/outcome.rs"]
mod outcome;

use nn::prelude::*;
use outcome::{Claims, seed};
use rand::RngExt;
use std::process::ExitCode;
use std::time::Instant;

model! {
    /// Chooses between a push to the left and one to the right.
    pub struct Policy;

    let state = Input(shape = [4]);
    let x = Dense(32, activation = tanh)(state);
    let push = Dense(2)(x);

    Model(inputs = state, outputs = push)
}

/// Position and velocity of the cart, angle and angular velocity of the pole.
type State = [f32; 4];

/// The steps of an episode, if the pole does not fall.
const MOST_STEPS: usize = 500;

/// A pole on a cart.
struct Cart {
    state: State,
    steps: usize,
}

impl Cart {
    fn new(rng: &mut impl Rng) -> Self {
        Cart { state: std::array::from_fn(|_| rng.random_range(-0.05..0.05)), steps: 0 }
    }

    /// Pushes the cart for 0.02 s, and returns whether the episode goes on.
    fn push(&mut self, right: bool) -> bool {
        const GRAVITY: f32 = 9.8;
        const CART: f32 = 1.0;
        const POLE: f32 = 0.1;
        const HALF_LENGTH: f32 = 0.5;
        const SECONDS: f32 = 0.02;
        let [x, v, angle, turn] = self.state;
        let force = if right { 10.0 } else { -10.0 };
        let (sin, cos) = angle.sin_cos();
        let pushed = (force + POLE * HALF_LENGTH * turn * turn * sin) / (CART + POLE);
        let bend = (GRAVITY * sin - cos * pushed) / (HALF_LENGTH * (4.0 / 3.0 - POLE * cos * cos / (CART + POLE)));
        let slide = pushed - POLE * HALF_LENGTH * bend * cos / (CART + POLE);
        self.state = [x + SECONDS * v, v + SECONDS * slide, angle + SECONDS * turn, turn + SECONDS * bend];
        self.steps += 1;
        self.state[0].abs() <= 2.4 && self.state[2].abs() <= 12_f32.to_radians() && self.steps < MOST_STEPS
    }
}

/// The probabilities of the pushes.
fn softmax(z: &SVector<f32, 2>) -> [f32; 2] {
    let right = 1.0 / (1.0 + (z[0] - z[1]).exp());
    [1.0 - right, right]
}

/// Plays an episode. Returns its states, and whether each push went to the right.
fn play(policy: &Policy, rng: &mut StdRng) -> (Vec<State>, Vec<bool>) {
    let (mut cart, mut states, mut pushes) = (Cart::new(rng), Vec::new(), Vec::new());
    loop {
        let right = rng.random::<f32>() < softmax(&policy.call(&cart.state))[1];
        states.push(cart.state);
        pushes.push(right);
        if !cart.push(right) {
            return (states, pushes);
        }
    }
}

/// Plays episodes with the better push each time, and returns their mean number of steps.
fn judge(policy: &Policy, episodes: usize, rng: &mut StdRng) -> f64 {
    let steps = |rng: &mut StdRng| {
        let mut cart = Cart::new(rng);
        while {
            let z = policy.call(&cart.state);
            cart.push(z[1] > z[0])
        } {}
        cart.steps
    };
    (0..episodes).map(|_| steps(rng)).sum::<usize>() as f64 / episodes as f64
}

/// The discount of a reward for each step that passes until then.
const DISCOUNT: f32 = 0.99;
/// The episodes of a batch.
const EPISODES: usize = 16;
/// The most batches.
const BATCHES: usize = 200;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let seed = seed();
    let mut rng = StdRng::seed_from_u64(seed);
    let mut model = Policy::boxed(&mut rng).compile(Adam::new(0.01), ());
    let mut tape = model.tape(EPISODES * MOST_STEPS);
    let (mut returns, mut pushed, mut learning) = (Vec::new(), 0, 0.0);
    for batch in 1..=BATCHES {
        let (mut states, mut pushes, mut advantages) = (Vec::new(), Vec::new(), Vec::new());
        let mut all = 0;
        for _ in 0..EPISODES {
            let (visited, chosen) = play(model.model(), &mut rng);
            all += visited.len();
            // Every step is worth 1; a sum from the last step back.
            let mut to_go: Vec<f32> = Vec::new();
            for _ in &visited {
                to_go.push(1.0 + DISCOUNT * to_go.last().unwrap_or(&0.0));
            }
            advantages.extend(to_go.iter().rev());
            states.extend(visited);
            pushes.extend(chosen);
        }
        let n = states.len() as f32;
        let mean = advantages.iter().sum::<f32>() / n;
        let deviation = (advantages.iter().map(|a| (a - mean).powi(2)).sum::<f32>() / n).sqrt().max(1e-6);

        let start = Instant::now();
        let logits = tape.forward(model.model(), &states, &mut rng);
        let dy: Vec<[f32; 2]> = logits
            .iter()
            .zip(&pushes)
            .zip(&advantages)
            .map(|((z, &right), advantage)| {
                let (p, advantage) = (softmax(z), (advantage - mean) / deviation / n);
                [p[0] - f32::from(u8::from(!right)), p[1] - f32::from(u8::from(right))].map(|d| d * advantage)
            })
            .collect();
        let gradient = tape.backward(model.model(), &dy);
        model.apply_gradient(&gradient)?;
        learning += start.elapsed().as_secs_f64();
        pushed += states.len();

        returns.push(all as f64 / EPISODES as f64);
        if batch % 20 == 0 {
            println!("batch {batch}: {:.0} steps", returns[batch - 1]);
        }
        // Solved: the last five batches almost always reach the end.
        let last = &returns[batch.saturating_sub(5)..];
        if last.iter().sum::<f64>() / 5.0 > 475.0 {
            println!("solved after {batch} batches");
            break;
        }
    }
    println!("{:.2} µs of learning for each push", learning * 1e6 / pushed as f64);
    curve::save("cartpole.svg", "steps in an episode", "batch", &returns)?;
    println!("wrote cartpole.svg");

    let mut claims = Claims::default();
    claims.at_least("mean steps of 100 episodes", judge(model.model(), 100, &mut rng), 475.0);
    Ok(claims.code())
}
