//! Every number and name in files of HDF5, compared with another reader.

use super::fixtures;
use crate::formats::hdf5::{Hdf5, Object};
use crate::numbers::numbers;
use hdf5_pure::File;

#[test]
fn hdf5_agrees_with_another_reader() {
    let mut compared = 0;
    let mut files: Vec<(String, Vec<u8>)> = fixtures().into_iter().filter(|(name, _)| name.ends_with("h5")).collect();
    let material = std::env::var("NN_MATERIAL")
        .unwrap_or_else(|_| format!("{}/../../shared/material", env!("CARGO_MANIFEST_DIR")));
    for folder in ["mlperf_tiny", "tinymaix"] {
        let Ok(entries) = std::fs::read_dir(format!("{material}/{folder}")) else {
            println!("skipped: {material}/{folder} is not there");
            continue;
        };
        for path in
            entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "h5"))
        {
            files.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    for (name, bytes) in &files {
        if name.contains("beyond_ascii_many") {
            continue;
        }
        let other = File::from_bytes(bytes.clone()).unwrap();
        let file = Hdf5::open(bytes).unwrap();
        compare(name, "", &file.root().unwrap(), &other, &mut compared);
    }
    assert!(compared > 500, "{compared}");
}

fn compare(name: &str, path: &str, object: &Object<'_>, other: &File, compared: &mut usize) {
    if let Some(data) = object.data().unwrap() {
        let other = other.dataset(path).unwrap();
        let shape: Vec<usize> = other.shape().unwrap().iter().map(|&axis| axis as usize).collect();
        assert_eq!(shape, data.shape, "{name}: {path}");
        if let Ok(found) = numbers(&data)
            && found.dtype == "F32"
            && data.class.size == 4
        {
            let theirs: Vec<u8> = other.read_f32().unwrap().iter().flat_map(|x| x.to_le_bytes()).collect();
            assert!(theirs == found.bytes, "{name}: {path}");
            *compared += 1;
        }
        return;
    }
    for member in object.names().unwrap() {
        let path = if path.is_empty() { member.to_owned() } else { format!("{path}/{member}") };
        compare(name, &path, &object.member(member).unwrap().unwrap(), other, compared);
    }
}
