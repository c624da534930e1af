//! Needs of a board beside the passes: a trainer in a `static`, trained weights in flash, and sensors that fail.

use nn::optimizers::Ema;
use nn::prelude::*;
use nn::snapshot::{self, Damaged};
use nn::{Arena, StepError, Trainer};
use std::sync::Mutex;

model! {
    /// One of everything that keeps memory.
    struct Small;

    let words = Input(shape = [3], dtype = u32);
    let more = Input(shape = [4]);
    let x = Embedding(9, 5, mask_zero = true)(words);
    let x = Bidirectional(GRU(4, return_sequences = true, dropout = 0.1))(x);
    let x = TimeDistributed(Dense(3, activation = relu))(x);
    let x = LSTM(4)(x);
    let x = concatenate([x, more]);
    let x = BatchNormalization()(x);
    let class = Dense(3, activation = softmax)(x);

    Model(inputs = [words, more], outputs = class)
}

model! {
    struct Other;
    let x = Input(shape = [4]);
    let class = Dense(3, activation = softmax)(x);
    Model(inputs = x, outputs = class)
}

const N: usize = 5;
type Learner = Trainer<Small, N, 3>;

static TRAINER: Mutex<Learner> = Mutex::new(Trainer::ZEROED);
static ARENA: Mutex<Arena<Small>> = Mutex::new(Arena::ZEROED);

fn optimizer() -> impl Optimizer {
    Adam::default().ema(Ema::default())
}

const LOSS: SparseCategoricalCrossentropy = SparseCategoricalCrossentropy::DEFAULT;

fn samples(step: usize) -> ([SVector<u32, 3>; N], [SVector<f32, 4>; N], [u32; N]) {
    (
        core::array::from_fn(|k| SVector::from_fn(|i, _| ((k * 3 + i * 5 + step) % 9) as u32)),
        core::array::from_fn(|k| SVector::from_fn(|i, _| ((k * 4 + i + step) % 7) as f32 / 7.0)),
        core::array::from_fn(|k| ((k + step) % 3) as u32),
    )
}

/// Takes some steps with a trainer that is ready.
fn train(trainer: &mut Learner, from: usize, rng: &mut dyn Rng) {
    for step in from..from + 4 {
        let (words, more, class) = samples(step);
        trainer.step(&optimizer(), &LOSS, (&words, &more), &class, rng).unwrap();
    }
}

fn fresh() -> Learner {
    Learner::new(Small::new(&mut Xoshiro128PlusPlus::seed_from_u64(1)), &optimizer()).unwrap()
}

#[test]
fn in_a_static_it_learns_the_same() {
    let mut expected = fresh();
    train(&mut expected, 0, &mut Xoshiro128PlusPlus::seed_from_u64(2));
    let mut trainer = TRAINER.lock().unwrap();
    // The second time starts from the beginning.
    for _ in 0..2 {
        trainer.init(&optimizer(), &mut Xoshiro128PlusPlus::seed_from_u64(1)).unwrap();
        assert_eq!(trainer.steps(), 0);
        train(&mut trainer, 0, &mut Xoshiro128PlusPlus::seed_from_u64(2));
        assert_eq!((&trainer.model, trainer.steps()), (&expected.model, 4));
    }
    // From given weights.
    trainer.model.as_mut_slice().copy_from_slice(fresh().model.as_slice());
    trainer.restart(&optimizer()).unwrap();
    train(&mut trainer, 0, &mut Xoshiro128PlusPlus::seed_from_u64(2));
    assert_eq!(trainer.model, expected.model);

    let (words, more, _) = samples(1);
    let inputs = (&words[0], &more[0]);
    assert_eq!(expected.model.call_in(inputs, &mut ARENA.lock().unwrap()), expected.model.call(inputs));

    static FEW: Mutex<Trainer<Other, 2>> = Mutex::new(Trainer::ZEROED);
    let refused = FEW.lock().unwrap().init(&Adam::default(), &mut Xoshiro256PlusPlus::seed_from_u64(1));
    assert_eq!(refused, Err(StepError::Slots { needed: 2, room: 0 }));
}

#[test]
fn what_it_learnt_comes_back_from_flash() {
    let mut trainer = fresh();
    train(&mut trainer, 0, &mut Xoshiro128PlusPlus::seed_from_u64(2));
    let mut flash = vec![0xFF; Learner::SAVED_BYTES + 7];
    trainer.save(&optimizer(), &mut flash).unwrap();
    assert!(flash[Learner::SAVED_BYTES..].iter().all(|&byte| byte == 0xFF));
    let mut again = fresh();
    again.restore(&optimizer(), &flash).unwrap();
    assert_eq!((&again.model, again.steps()), (&trainer.model, 4));
    // The slots are restored too.
    train(&mut again, 4, &mut Xoshiro128PlusPlus::seed_from_u64(3));
    train(&mut trainer, 4, &mut Xoshiro128PlusPlus::seed_from_u64(3));
    assert_eq!(again.model, trainer.model);

    // The weights alone.
    let mut weights = vec![0; snapshot::bytes::<Small>(1)];
    snapshot::save(&trainer.model, &mut weights).unwrap();
    let mut model = Small::new(&mut Xoshiro128PlusPlus::seed_from_u64(9));
    snapshot::restore(&mut model, &weights).unwrap();
    assert_eq!(model, trainer.model);
}

#[test]
fn damage_is_found_and_changes_nothing() {
    let trainer = fresh();
    let mut flash = vec![0; Learner::SAVED_BYTES];
    trainer.save(&optimizer(), &mut flash).unwrap();
    let mut other = Learner::new(Small::new(&mut Xoshiro128PlusPlus::seed_from_u64(7)), &optimizer()).unwrap();
    let before = other.model.clone();
    let mut refuses = |bytes: &[u8]| {
        let refused = other.restore(&optimizer(), bytes).unwrap_err();
        assert_eq!((&other.model, other.steps()), (&before, 0));
        refused
    };
    // Every bit of the header and of the checksum, some of the scalars, and as many lengths.
    let length = flash.len();
    for place in (0..length).filter(|place| *place < 24 || place % 41 == 0 || place + 4 >= length) {
        for bit in if place < 24 { 0..8 } else { place % 8..place % 8 + 1 } {
            flash[place] ^= 1 << bit;
            refuses(&flash);
            flash[place] ^= 1 << bit;
        }
        refuses(&flash[..place]);
    }
    assert_eq!(refuses(&vec![0xFF; flash.len()]), Damaged::Nothing);
    assert_eq!(refuses(&[]), Damaged::Room { needed: flash.len(), got: 0 });
    flash[100] ^= 1;
    assert_eq!(refuses(&flash), Damaged::Checksum);
    flash[100] ^= 1;

    // Another optimizer, other slots, another model, and too little room.
    assert_eq!(other.restore(&RmsProp::default(), &flash), Err(Damaged::Other));
    let (mut fewer, mut another) = (Trainer::<Small, N, 2>::ZEROED, Trainer::<Other, N, 3>::ZEROED);
    assert_eq!(fewer.restore(&optimizer(), &flash), Err(Damaged::Other));
    assert_eq!(another.restore(&optimizer(), &flash), Err(Damaged::Other));
    let needed = Learner::SAVED_BYTES;
    assert_eq!(trainer.save(&optimizer(), &mut flash[1..]), Err(Damaged::Room { needed, got: needed - 1 }));
    // The failures left it unchanged.
    other.restore(&optimizer(), &flash).unwrap();
    assert_eq!(other.model, trainer.model);
}

#[test]
fn the_newer_of_two_snapshots_is_found() {
    let mut trainer = fresh();
    let (mut a, mut b) = (vec![0xFF; Learner::SAVED_BYTES], vec![0xFF; Learner::SAVED_BYTES + 3]);
    assert_eq!(
        (snapshot::steps::<Small>(&a), snapshot::steps::<Small>(&[])),
        (Err(Damaged::Nothing), Err(Damaged::Room { needed: snapshot::bytes::<Small>(1), got: 0 }))
    );
    train(&mut trainer, 0, &mut Xoshiro128PlusPlus::seed_from_u64(2));
    trainer.save(&optimizer(), &mut a).unwrap();
    train(&mut trainer, 4, &mut Xoshiro128PlusPlus::seed_from_u64(2));
    trainer.save(&optimizer(), &mut b).unwrap();
    assert_eq!((snapshot::steps::<Small>(&a), snapshot::steps::<Small>(&b)), (Ok(4), Ok(8)));
    // The weights alone have no steps, and the two forms do not read each other.
    let mut weights = vec![0; snapshot::bytes::<Small>(1)];
    snapshot::save(&trainer.model, &mut weights).unwrap();
    assert_eq!(snapshot::steps::<Small>(&weights), Ok(0));
    assert_eq!(trainer.restore(&optimizer(), &weights), Err(Damaged::Other));
    assert_eq!(snapshot::restore(&mut trainer.model, &a), Err(Damaged::Other));
    // Another model, and every kind of damage.
    assert_eq!(snapshot::steps::<Other>(&a), Err(Damaged::Other));
    assert_eq!(snapshot::steps::<Small>(&a[..a.len() - 1]), Err(Damaged::Room { needed: a.len(), got: a.len() - 1 }));
    let length = a.len();
    for place in (0..length).filter(|place| *place < 24 || place % 41 == 0 || place + 4 >= length) {
        for bit in 0..8 {
            a[place] ^= 1 << bit;
            assert!(snapshot::steps::<Small>(&a).is_err(), "bit {bit} of byte {place}");
            a[place] ^= 1 << bit;
        }
    }
    a[12..16].fill(0xFF);
    assert!(snapshot::steps::<Small>(&a).is_err());
    a[12..16].fill(0);
    assert!(snapshot::steps::<Small>(&a).is_err());
}

#[test]
fn a_sensor_that_fails_changes_nothing() {
    let mut trainer = fresh();
    let (words, more, class) = samples(0);
    let mut step = |words: &[SVector<u32, 3>], more: &[SVector<f32, 4>], class: &[u32]| {
        let mut rng = Xoshiro128PlusPlus::seed_from_u64(1);
        trainer.step_checked(&optimizer(), &LOSS, (words, more), class, &mut rng)
    };
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut failed = more;
        failed[3][1] = bad;
        assert_eq!(step(&words, &failed, &class), Err(StepError::NotFinite { sample: 3 }));
    }
    let mut outside = words;
    outside[2][1] = 9;
    assert_eq!(step(&outside, &more, &class), Err(StepError::Index { sample: 2 }));
    let mut wrong = class;
    wrong[4] = 3;
    assert_eq!(step(&words, &more, &wrong), Err(StepError::Target { sample: 4 }));
    assert_eq!(step(&words, &more[..2], &class), Err(StepError::Lengths { expected: 5, got: 2 }));
    let loss = step(&words, &more, &class).unwrap();
    let mut plain = fresh();
    let mut rng = Xoshiro128PlusPlus::seed_from_u64(1);
    assert_eq!(plain.step(&optimizer(), &LOSS, (&words, &more), &class, &mut rng), Ok(loss));
    assert_eq!((&trainer.model, trainer.steps()), (&plain.model, 1));
}

/// The programs in `kinds` prove for every layer that firmware cannot panic.
#[test]
fn every_layer_is_in_the_proof_of_firmware() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware/src/bin/kinds");
    let pages = std::fs::read_dir(folder).unwrap().map(|page| std::fs::read_to_string(page.unwrap().path()).unwrap());
    let text: String = pages.collect();
    for layer in nn_core::layers::LAYERS {
        let (name, function) = (format!("{}(", layer.name), format!("{}(", layer.name.to_lowercase()));
        assert!(text.contains(&name) || text.contains(&function), "firmware/src/bin/kinds has no {}", layer.name);
    }
}
