//! Learns the distortion of an amplifier from a recording, and plays a sound through the model sample by sample.
//!
//! ```sh
//! cargo run --release --example stream
//! ```
//!
//! A recurrent network is a common model of a guitar amplifier. It trains on short pieces of the recording. Its stream
//! then reads one sample at a time, as a plugin does, and keeps the state between them.
//!
//! ```text
//! low[t] = low[t-1] + 0.3 · (x[t] - low[t-1])    the amplifier: a low-pass filter
//! y[t]   = tanh(4 · low[t])                      and its distortion
//! ```
//!
//! The program writes `stream_clean.wav`, reads it again, and writes `stream_distorted.wav`.
//!
//! Source: Wright, Damskägg and Välimäki, "Real-time black-box modelling with recurrent neural networks", 2019.

#[path = "common/outcome.rs"]
mod outcome;

use nn::prelude::*;
use outcome::{Claims, seed};
use rand::RngExt;
use std::process::ExitCode;
use std::time::Instant;
use std::{fs, io};

/// The samples of a piece.
const PIECE: usize = 64;
/// The samples of a second.
const RATE: usize = 8000;
const SECONDS: usize = 4;

model! {
    /// From the clean sound to the distorted one.
    #[nn(stream)]
    pub struct Amplifier;

    let clean = Input(shape = [PIECE, 1]);
    let h = GRU(8, return_sequences = true)(clean);
    let distorted = Dense(1)(h);

    Model(inputs = clean, outputs = distorted)
}

/// Plucked strings: decaying tones with overtones.
fn strings(rng: &mut StdRng) -> Vec<f32> {
    let mut sound = vec![0.0_f32; RATE * SECONDS];
    for start in (0..sound.len()).step_by(RATE / 4) {
        let (pitch, loudness) = (rng.random_range(80.0..400.0_f32), rng.random_range(0.2..0.6_f32));
        for (t, x) in sound[start..].iter_mut().take(RATE / 2).enumerate() {
            let seconds = t as f32 / RATE as f32;
            let tone: f32 = (1..5).map(|k| (std::f32::consts::TAU * pitch * k as f32 * seconds).sin() / k as f32).sum();
            *x += loudness * tone * (-5.0 * seconds).exp();
        }
    }
    sound.iter().map(|x| x.clamp(-1.0, 1.0)).collect()
}

/// The amplifier that the model imitates.
fn amplifier(x: &[f32]) -> Vec<f32> {
    let mut low = 0.0;
    let sample = |x: &f32| {
        low += 0.3 * (x - low);
        (4.0_f32 * low).tanh()
    };
    x.iter().map(sample).collect()
}

/// A WAV file of one channel with 16 bits.
fn write_wav(path: &str, sound: &[f32]) -> io::Result<()> {
    let (size, rate) = (sound.len() as u32 * 2, RATE as u32);
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(rate.to_le_bytes());
    bytes.extend((2 * rate).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(size.to_le_bytes());
    bytes.extend(sound.iter().flat_map(|x| ((x * 32767.0).round() as i16).to_le_bytes()));
    fs::write(path, bytes)
}

/// The samples of such a file.
fn read_wav(path: &str) -> io::Result<Vec<f32>> {
    let bytes = fs::read(path)?;
    let samples = bytes.get(44..).unwrap_or_default().chunks_exact(2);
    Ok(samples.map(|x| f32::from(i16::from_le_bytes([x[0], x[1]])) / 32767.0).collect())
}

/// Pieces of a sound that overlap by half.
fn pieces(sound: &[f32]) -> Vec<[[f32; 1]; PIECE]> {
    sound.windows(PIECE).step_by(PIECE / 2).map(|piece| std::array::from_fn(|t| [piece[t]])).collect()
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let rng = &mut StdRng::seed_from_u64(seed());
    let recording = strings(rng);
    let (x, y) = (pieces(&recording), pieces(&amplifier(&recording)));
    let mut model = Amplifier::boxed(rng).compile(Adam::new(0.01), MeanSquaredError);
    let start = Instant::now();
    let history = model.fit(&x, &y, Fit::new().epochs(30).batch_size(32).seed(seed()).verbose(0))?;
    let loss = history.get("loss").and_then(<[f64]>::last).copied().unwrap_or(f64::NAN);
    println!("{} pieces, {:.1} s of training, loss {loss:.5}", x.len(), start.elapsed().as_secs_f64());

    // Another sound, from a file.
    write_wav("stream_clean.wav", &strings(rng))?;
    let clean = read_wav("stream_clean.wav")?;
    let mut stream = model.model().stream();
    let start = Instant::now();
    let distorted: Vec<f32> = clean.iter().map(|x| stream.step(x)[0]).collect();
    let seconds = start.elapsed().as_secs_f64();
    write_wav("stream_distorted.wav", &distorted)?;
    println!("wrote stream_clean.wav and stream_distorted.wav");
    println!("{:.0} ns for each sample", seconds * 1e9 / clean.len() as f64);
    println!("{} bytes of state", nn::StreamState::<Amplifier>::BYTES);

    let target = amplifier(&clean);
    let squares = |x: &mut dyn Iterator<Item = f32>| x.map(|x| f64::from(x * x)).sum::<f64>();
    let error = squares(&mut target.iter().zip(&distorted).map(|(y, x)| y - x)) / squares(&mut target.iter().copied());
    // The first piece as a whole gives the same bits.
    let whole = model.model().call(&pieces(&clean)[0]);
    let same = whole.iter().zip(&distorted).filter(|(whole, step)| whole == step).count();

    let mut claims = Claims::default();
    claims.at_most("error, as a part of the signal", error, 0.05);
    claims.at_least("equal samples of the first piece", same as f64, PIECE as f64);
    claims.at_least("times faster than real time", SECONDS as f64 / seconds, 20.0);
    Ok(claims.code())
}
