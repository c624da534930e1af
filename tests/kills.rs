//! If a program is killed during a save, the file is the old one or the new one. The next save removes the leftovers.
//!
//! The test runs for `NN_KILLS_SECONDS` seconds, two by default; `.ci/run kills` gives it a minute.

#![cfg(all(feature = "std", unix))]
#![allow(missing_docs)]

use nn::Compiled;
use nn::prelude::*;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

model! {
    /// 0.6 MB, so a kill often comes in the middle of a file.
    pub struct Wide;

    let x = Input(shape = [400]);
    let y = Dense(400, kernel_initializer = zeros)(x);

    Model(inputs = x, outputs = y)
}

type Trained = Compiled<Wide, Sgd, MeanSquaredError>;

fn wide(value: f32) -> Trained {
    let optimizer = Sgd { momentum: 0.9, ..Sgd::default() };
    let mut model = Wide::boxed(&mut StdRng::seed_from_u64(1)).compile(optimizer, MeanSquaredError);
    fill(&mut model, value);
    model
}

/// All weights are the same number, so that a mixture of two files would show.
fn fill(model: &mut Trained, value: f32) {
    model.model_mut().as_mut_slice().fill(value);
}

const FILES: [&str; 2] = ["weights.safetensors", "checkpoint.safetensors"];

fn save(model: &mut Trained, folder: &Path) -> nn::Result<()> {
    model.save_weights(folder.join(FILES[0]))?;
    model.save_checkpoint(folder.join(FILES[1]))
}

/// The program that is killed.
#[test]
fn saves_until_it_is_killed() -> nn::Result<()> {
    let Ok(folder) = std::env::var("NN_KILLS_FOLDER") else { return Ok(()) };
    let mut model = wide(0.0);
    for number in 1.. {
        fill(&mut model, number as f32);
        save(&mut model, Path::new(&folder))?;
        if number == 1 {
            println!("{READY}");
        }
    }
    Ok(())
}

/// The program's output after its first save.
const READY: &str = "ready";

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "saves_until_it_is_killed", "--nocapture"])
        .env("NN_KILLS_FOLDER", folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn wait_until_ready(program: &mut Child) {
    let lines = BufReader::new(program.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains(READY)), "a program did not save");
}

fn temporary(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !FILES.contains(&name.as_str())).collect()
}

#[test]
fn no_kill_damages_a_file() -> nn::Result<()> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kills");
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).unwrap();
    let seconds = std::env::var("NN_KILLS_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(2);
    let (until, mut rng) = (Instant::now() + Duration::from_secs(seconds), StdRng::seed_from_u64(1));
    let (mut kills, mut left, mut model) = (0, 0, wide(0.0));
    save(&mut model, &folder)?;
    while Instant::now() < until {
        // Two programs at once, like two containers with a common volume.
        let mut programs = [start(&folder), start(&folder)];
        programs.iter_mut().for_each(wait_until_ready);
        std::thread::sleep(Duration::from_micros(rng.next_u64() % 30_000));
        for program in &mut programs {
            program.kill().unwrap();
            assert!(!program.wait().unwrap().success(), "a program ended before it was killed");
            kills += 1;
        }
        left += temporary(&folder).len();
        for (file, load) in
            [(FILES[0], Trained::load_weights as fn(&mut _, _) -> _), (FILES[1], Trained::load_checkpoint)]
        {
            fill(&mut model, f32::NAN);
            load(&mut model, folder.join(file))?;
            let weights = model.model().as_slice();
            assert!(
                weights[0] >= 0.0 && weights.iter().all(|weight| *weight == weights[0]),
                "{file} after {kills} kills"
            );
        }
        save(&mut model, &folder)?;
        assert_eq!(temporary(&folder), [""; 0], "after {kills} kills");
    }
    println!("{kills} kills, {left} temporary files left and removed, no file damaged");
    Ok(())
}
