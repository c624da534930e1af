//! Damaged files: reading ends with an error or a network, and never panics.

use super::fixtures;
use crate::{Wanted, read, weights};
use serde_json::{Value as Json, json};
use std::time::{Duration, Instant};

/// Files of all kinds, small ones first.
const FILES: [&str; 8] = [
    "compiled.keras",
    "sequential_late.h5",
    "frozen.keras",
    "names_beyond_ascii.h5",
    "nested.h5",
    "masks.keras",
    "legacy_lambdas.h5",
    "distributed_model.keras",
];

fn wanted() -> Vec<Wanted> {
    let variables = vec![("kernel".to_owned(), vec![4, 3]), ("bias".to_owned(), vec![3])];
    vec![Wanted { name: "dense".into(), class: "Dense".into(), variables }]
}

fn all(file: &[u8]) {
    if let Ok(network) = read(file) {
        let _ = network.graph();
        let _ = network.safetensors();
    }
    let _ = weights(file, &wanted());
}

/// The generator of Steele and others, with a state of 64 bits.
fn random(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ mixed >> 31) as usize
}

#[test]
fn truncated_files_end() {
    let files = fixtures();
    for name in ["compiled.keras", "frozen.npz", "names_beyond_ascii.h5"] {
        let file = &files[name];
        // Every length near the ends, and some between them.
        for length in (0..file.len()).filter(|at| *at < 1200 || file.len() - at < 600 || at % 53 == 0) {
            all(&file[..length]);
        }
    }
}

#[test]
fn changed_bytes_end() {
    let files = fixtures();
    let mut state = 1;
    // All of them once a week.
    let rounds = if std::env::var_os("NN_EXHAUSTIVE").is_some() { 20_000 } else { 2_500 };
    for round in 0..rounds {
        let file = &files[FILES[round % FILES.len()]];
        let mut changed = file.clone();
        for _ in 0..1 + random(&mut state) % 4 {
            // The parts that say where everything is are at the beginning of a file of HDF5.
            let end = if random(&mut state) & 1 == 0 { 4096.min(file.len()) } else { file.len() };
            let at = random(&mut state) % end;
            changed[at] = match random(&mut state) % 4 {
                0 => 0xff,
                1 => 0,
                2 => changed[at] ^ 1 << (random(&mut state) % 8),
                _ => random(&mut state) as u8,
            };
        }
        all(&changed);
    }
}

/// An archive for a configuration. Entries are stored, and checksums hold, so that the reader comes to the graph.
fn archive(config: &Json) -> Vec<u8> {
    let weights = fixtures().remove("sequential_late.weights.h5").unwrap_or_else(|| {
        let file = fixtures().remove("sequential_late.h5");
        file.unwrap_or_default()
    });
    crate::formats::zip::pack(&[
        ("metadata.json", br#"{"keras_version": "3.15.1"}"#),
        ("config.json", config.to_string().as_bytes()),
        ("model.weights.h5", &weights),
    ])
}

fn configuration(name: &str) -> Json {
    let file = fixtures().remove(name).unwrap();
    let zip = crate::formats::zip::Zip::open(&file).unwrap();
    serde_json::from_slice(&zip.file("config.json").unwrap().unwrap()).unwrap()
}

/// Changes one value of a document.
fn change(json: &mut Json, target: usize, seen: &mut usize, new: &Json) {
    if *seen == target {
        *seen += 1;
        *json = new.clone();
        return;
    }
    *seen += 1;
    match json {
        Json::Array(list) => list.iter_mut().for_each(|part| change(part, target, seen, new)),
        Json::Object(fields) => fields.values_mut().for_each(|part| change(part, target, seen, new)),
        _ => {}
    }
}

#[test]
fn changed_configurations_end() {
    let new = [
        json!(null),
        json!(-1),
        json!(0),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!("relu"),
        json!([]),
        json!({}),
        json!([[[1]]]),
        json!(true),
        json!({"class_name": "Dense", "config": "x"}),
        json!(["a", 0, 0]),
        json!(["dense", u64::MAX, 1]),
        json!([null, null]),
    ];
    for name in ["nested.keras", "masks.keras", "bidirectional.keras", "operators.keras", "recurrent.keras"] {
        let config = configuration(name);
        let mut values = 0;
        change(&mut config.clone(), usize::MAX, &mut values, &Json::Null);
        for target in 0..values {
            let mut changed = config.clone();
            change(&mut changed, target, &mut 0, &new[target % new.len()]);
            let problems = crate::keras::graph(&changed, if target % 3 == 0 { "2.4.0" } else { "3.15.1" });
            assert!(problems.is_ok() || problems.is_err());
        }
    }
}

fn layer(class: &str, name: &str, config: Json, from: &[Json]) -> Json {
    let mut config = config;
    config["name"] = json!(name);
    let nodes: Vec<Json> = from
        .iter()
        .map(|from| json!({"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": from}}], "kwargs": {}}))
        .collect();
    json!({"class_name": class, "config": config, "name": name, "inbound_nodes": nodes})
}

/// A model that calls a model inside twice, which does the same, and so on.
#[test]
fn models_inside_models_end() {
    for (depth, calls) in [(31, 2), (40, 1), (120, 1), (3, 9)] {
        let mut inner = layer("Dense", "dense", json!({"units": 4, "trainable": true, "dtype": "float32"}), &[]);
        for level in 0..depth {
            let name = format!("inner_{level}");
            let callee = inner["name"].as_str().unwrap().to_owned();
            let mut nodes = vec![json!(["x", 0, 0])];
            nodes.extend((1..calls).map(|call| json!([callee, call - 1, 0])));
            let again = layer("", "", json!({}), &nodes);
            inner["inbound_nodes"] = again["inbound_nodes"].clone();
            let input = layer("InputLayer", "x", json!({"batch_shape": [null, 4], "dtype": "float32"}), &[]);
            inner = layer(
                "Functional",
                &name,
                json!({"layers": [input, inner], "input_layers": ["x", 0, 0], "output_layers": [callee, if level == 0 { calls - 1 } else { calls }, 0]}),
                &[],
            );
        }
        let start = Instant::now();
        let found = crate::keras::graph(&inner, "3.15.1");
        assert!(start.elapsed() < Duration::from_secs(20), "depth {depth}");
        match depth {
            3 => assert_eq!(found.unwrap().calls.len(), 729),
            _ => assert!(found.is_err(), "depth {depth}"),
        }
    }
}

#[test]
fn very_many_layers_end() {
    let start = Instant::now();
    let dense = |index: usize| {
        let before = if index == 0 { "x".to_owned() } else { format!("dense_{}", index - 1) };
        layer("Dense", &format!("dense_{index}"), json!({"units": 4, "trainable": true}), &[json!([before, 0, 0])])
    };
    for count in [4_000, 100_000] {
        let mut layers = vec![layer("InputLayer", "x", json!({"batch_shape": [null, 4]}), &[])];
        // The last is listed first, the worst order.
        layers.extend((0..count).rev().map(dense));
        let last = format!("dense_{}", count - 1);
        let model = layer(
            "Functional",
            "many",
            json!({"layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [[last, 0, 0]]}),
            &[],
        );
        let found = crate::keras::graph(&model, "3.15.1");
        match count {
            4_000 => assert_eq!(found.unwrap().graph().unwrap().lines().count(), 4_002),
            _ => assert!(found.unwrap_err().to_string().contains("more than 8192 layers")),
        }
    }
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_graph_without_weights_is_refused() {
    let problem = read(&archive(&configuration("nested.keras"))).unwrap_err().to_string();
    assert!(problem.contains("the file has no weights at `layers/"), "{problem}");
}
