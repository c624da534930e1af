//! A lock around a model in `par_iter`: a thread that holds it must not take on work that waits for the lock.

#![allow(missing_docs)]

use nn::Compiled;
use nn::prelude::*;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, RwLock};
use std::thread;
use std::time::Duration;

model! {
    /// A batch of 64 samples is divided into two parts.
    pub struct Wide;

    Sequential([Input(shape = [256]), Dense(256, activation = relu), Dense(256, activation = tanh), Dense(4, activation = softmax)])
}

type Trained = Compiled<Wide, Sgd, SparseCategoricalCrossentropy, Accuracy>;

fn compiled() -> Trained {
    let model = Wide::boxed(&mut StdRng::seed_from_u64(1));
    model.compile(Sgd::default(), SparseCategoricalCrossentropy::default()).metrics(Accuracy).inference_batch_size(64)
}

fn samples(seed: usize) -> Vec<SVector<f32, 256>> {
    (0..64).map(|k| SVector::from_fn(|i, _| ((seed + k * 31 + i * 7) % 101) as f32 / 50.0 - 1.0)).collect()
}

fn labels() -> Vec<u32> {
    (0..64).map(|k| k % 4).collect()
}

/// The result of `work`. Panics after two minutes, which mean a deadlock.
fn in_time<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, wait) = channel();
    thread::spawn(move || done.send(work()));
    wait.recv_timeout(Duration::from_secs(120)).expect("a deadlock")
}

/// Runs on its own pool, twice, because the assignment to threads is random.
fn on_eight_threads<R: Send + 'static>(work: impl Fn() -> R + Send + Sync + 'static) -> R {
    in_time(move || {
        let pool = ThreadPoolBuilder::new().num_threads(8).build().expect("a pool");
        pool.install(&work);
        pool.install(&work)
    })
}

#[test]
fn a_mutex_around_predictions() {
    let model = Arc::new(Mutex::new(compiled()));
    let x = samples(3);
    let expected = compiled().predict(&x).unwrap();
    let all = on_eight_threads(move || {
        (0..8).into_par_iter().map(|_| model.lock().unwrap().predict(&x).unwrap()).collect::<Vec<_>>()
    });
    assert!(all.len() == 8 && all.iter().all(|y| *y == expected));
}

#[test]
fn a_lock_around_evaluations() {
    let model = Arc::new(RwLock::new(compiled()));
    let (x, y) = (samples(5), labels());
    let expected = compiled().evaluate(&x, &y).unwrap();
    let all = on_eight_threads(move || {
        let one = |k: usize| match k % 4 {
            // An occasional write.
            0 => model.write().unwrap().test_on_batch(&x, &y).unwrap().loss,
            _ => model.read().unwrap().evaluate(&x, &y).unwrap().loss,
        };
        (0..8).into_par_iter().map(one).collect::<Vec<_>>()
    });
    assert!(all.iter().all(|loss| *loss == expected.loss));
}

/// The thread that holds the lock does not belong to rayon, and all of rayon's threads wait for it.
#[test]
fn a_lock_that_the_pool_waits_for() {
    in_time(|| {
        let model = Arc::new(Mutex::new(compiled()));
        let x = samples(7);
        let held = model.lock().unwrap();
        let others = thread::spawn({
            let (model, x) = (Arc::clone(&model), x.clone());
            move || (0..8).into_par_iter().for_each(|_| _ = model.lock().unwrap().predict(&x).unwrap())
        });
        thread::sleep(Duration::from_millis(100));
        for _ in 0..4 {
            held.predict(&x).unwrap();
        }
        drop(held);
        others.join().unwrap();
    });
}

/// Without a lock: predictions need no exclusive reference.
#[test]
fn a_shared_reference() {
    let (x, y) = (samples(9), labels());
    let expected = (compiled().predict(&x).unwrap(), compiled().evaluate(&x, &y).unwrap().loss);
    let model = compiled();
    let all = on_eight_threads(move || {
        let one = |_| (model.predict(&x).unwrap(), model.evaluate(&x, &y).unwrap().loss);
        (0..8).into_par_iter().map(one).collect::<Vec<_>>()
    });
    assert!(all.iter().all(|result| *result == expected));
}
