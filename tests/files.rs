//! Files are replaced whole or not at all, and no other file is touched.

#![cfg(all(feature = "std", unix))]
#![allow(missing_docs)]

use nn::callbacks::{Callback, CsvLogger, TerminateOnNaN};
use nn::prelude::*;
use nn::{Compiled, History};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

model! {
    pub struct Line;

    let x = Input(shape = [1]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

type Trained = Compiled<Line, Sgd, MeanSquaredError>;

fn line() -> Trained {
    Line::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError)
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("files").join(name);
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn fit(model: &mut Trained, callback: impl Callback) -> nn::Result<History> {
    model.fit([1.0_f32], [2.0_f32], Fit::new().verbose(0).callback(callback))
}

/// All functions that write a file.
const WRITERS: [(&str, fn(&Path) -> nn::Result<()>); 6] = [
    ("weights", |path| line().save_weights(path)),
    ("checkpoint", |path| line().save_checkpoint(path)),
    ("plot", |path| line().fit([1.0_f32], [2.0_f32], Fit::new().verbose(0))?.plot(path)),
    ("checkpoints of a callback", |path| fit(&mut line(), ModelCheckpoint::new(path)).map(drop)),
    ("weights of a callback", |path| fit(&mut line(), ModelCheckpoint::new(path).save_weights_only(true)).map(drop)),
    ("log", |path| fit(&mut line(), CsvLogger::new(path)).map(drop)),
];

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn mkfifo(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn links_are_followed() -> nn::Result<()> {
    for (what, write) in WRITERS {
        let folder = folder("links");
        fs::create_dir(folder.join("far")).unwrap();
        let target = folder.join("far/target");
        fs::write(&target, "old").unwrap();
        // Links: relative, absolute, to a link, to a folder, and to a missing file.
        symlink("far/target", folder.join("relative")).unwrap();
        symlink(&target, folder.join("absolute")).unwrap();
        symlink("relative", folder.join("again")).unwrap();
        symlink("far", folder.join("folder")).unwrap();
        symlink("far/new", folder.join("dangling")).unwrap();
        let before = names(&folder);
        for link in ["relative", "absolute", "again", "folder/target"] {
            fs::write(&target, "old").unwrap();
            write(&folder.join(link))?;
            assert!(fs::read(&target).unwrap().len() > 3, "{what} to {link}");
            if link != "folder/target" {
                assert!(fs::symlink_metadata(folder.join(link)).unwrap().is_symlink(), "{what} to {link}");
            }
        }
        write(&folder.join("dangling"))?;
        assert_eq!(
            (names(&folder), names(&folder.join("far"))),
            (before, vec!["new".into(), "target".into()]),
            "{what}"
        );
        // Links with no destination.
        symlink("round", folder.join("round")).unwrap();
        assert!(write(&folder.join("round")).is_err(), "{what}");
    }
    Ok(())
}

#[test]
fn permissions_stay() -> nn::Result<()> {
    let folder = folder("permissions");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    let usual = {
        fs::write(folder.join("usual"), "").unwrap();
        mode(&folder.join("usual"))
    };
    for (what, write) in WRITERS {
        let path = folder.join("file");
        fs::remove_file(&path).ok();
        write(&path)?;
        assert_eq!(mode(&path), usual, "{what}");
        for expected in [0o600, 0o640, 0o755, 0o666] {
            fs::set_permissions(&path, fs::Permissions::from_mode(expected)).unwrap();
            let owner = fs::metadata(&path).unwrap().uid();
            write(&path)?;
            assert_eq!((mode(&path), fs::metadata(&path).unwrap().uid()), (expected, owner), "{what}");
        }
    }
    assert_eq!(names(&folder), ["file", "usual"]);
    Ok(())
}

#[test]
fn only_files_are_replaced() -> nn::Result<()> {
    let folder = folder("kinds");
    let (pipe, inner) = (folder.join("pipe"), folder.join("inner"));
    mkfifo(&pipe);
    symlink("pipe", folder.join("link")).unwrap();
    fs::create_dir(&inner).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(folder.join("socket"));
    let before = names(&folder);
    for (what, write) in WRITERS {
        for name in ["pipe", "link", "inner", "socket"] {
            let error = write(&folder.join(name)).map_err(|error| error.to_string());
            assert!(error.as_ref().is_err_and(|error| error.contains(name)), "{what} to {name}: {error:?}");
        }
        // A log may go to a device; nothing replaces the device.
        let null = write(Path::new("/dev/null"));
        assert_eq!(null.is_ok(), what == "log", "{what}: {null:?}");
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        assert!(write(Path::new("/")).is_err() && write(Path::new("")).is_err(), "{what}");
        assert!(write(&folder.join("missing/file")).is_err() || what.contains("callback"), "{what}");
        fs::remove_dir_all(folder.join("missing")).ok();
    }
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(names(&folder), before);
    drop(socket);
    Ok(())
}

#[test]
fn names_of_all_kinds_work_or_are_errors() -> nn::Result<()> {
    for (what, write) in WRITERS {
        let folder = folder("names");
        for length in [200, 250, 255] {
            write(&folder.join("n".repeat(length)))?;
        }
        assert!(write(&folder.join("n".repeat(256))).is_err(), "{what}");
        write(&folder.join("ünïcode 名"))?;
        assert_eq!(names(&folder).len(), 4, "{what}");
        let odd = folder.join(OsStr::from_bytes(b"odd \xff\xfe.safetensors"));
        match write(&odd) {
            // A path with placeholders is text.
            Err(error) => {
                assert!(error.to_string().contains("UTF-8") && what.contains("callback"), "{what}: {error}");
                assert_eq!(names(&folder).len(), 4, "{what}");
            }
            Ok(()) => assert!(odd.exists() && !what.contains("callback"), "{what}"),
        }
    }
    // The files can be read again.
    let path = folder("names").join(OsStr::from_bytes(b"\xff"));
    let (mut first, mut second) = (line(), line());
    fit(&mut first, TerminateOnNaN::new())?;
    first.save_weights(&path)?;
    second.load_weights(&path)?;
    assert_eq!(first.model(), second.model());
    Ok(())
}

#[test]
fn what_never_ends_is_not_read() -> nn::Result<()> {
    let folder = folder("endless");
    let pipe = folder.join("pipe");
    mkfifo(&pipe);
    let huge = folder.join("huge");
    fs::File::create(&huge).unwrap().set_len(1 << 42).unwrap();
    for path in [&pipe, &huge, Path::new("/dev/zero"), Path::new("/dev/null"), &folder] {
        assert!(line().load_weights(path).is_err(), "{path:?}");
        assert!(line().load_checkpoint(path).is_err(), "{path:?}");
    }
    // A header that claims to be huge.
    let lies = folder.join("lies");
    for length in [u64::MAX, u64::MAX - 7, 1 << 62, 99_999_999] {
        fs::write(&lies, length.to_le_bytes()).unwrap();
        assert!(line().load_weights(&lies).is_err());
    }
    Ok(())
}

#[test]
fn a_run_that_does_not_begin_leaves_its_files() -> nn::Result<()> {
    let folder = folder("not_begun");
    let log = folder.join("log.csv");
    fit(&mut line(), CsvLogger::new(&log))?;
    let before = fs::read(&log).unwrap();
    let refused = Fit::new().verbose(0).callback(CsvLogger::new(&log)).callback(EarlyStopping::new());
    assert!(line().fit([1.0_f32], [2.0_f32], refused).is_err());
    assert_eq!(fs::read(&log).unwrap(), before);
    Ok(())
}

#[test]
fn what_a_killed_program_left_is_removed() -> nn::Result<()> {
    let folder = folder("stale");
    let (path, other) = (folder.join("line.safetensors"), folder.join("other.safetensors"));
    // The name of a temporary file, observed during the write. A save into a read-only folder would not show it.
    let temporary =
        |path: &Path| {
            let hash =
                path.file_name().unwrap().as_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                    (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
                });
            folder.join(format!(".nn-{hash:016x}-0123456789abcdef.tmp"))
        };
    fs::write(temporary(&path), "left behind").unwrap();
    fs::write(temporary(&other), "of another file").unwrap();
    fs::write(folder.join(".nn-notes.tmp"), "of somebody else").unwrap();
    line().save_weights(&path)?;
    assert_eq!(names(&folder).len(), 3, "{:?}", names(&folder));
    assert!(!temporary(&path).exists());
    // A temporary file of a running save is left alone.
    let writing = fs::File::create(temporary(&path)).unwrap();
    writing.lock().unwrap();
    line().save_weights(&path)?;
    assert!(temporary(&path).exists());
    drop(writing);
    line().save_weights(&path)?;
    line().save_weights(&other)?;
    assert_eq!(names(&folder), [".nn-notes.tmp", "line.safetensors", "other.safetensors"]);
    Ok(())
}

/// Many threads save the same file: all succeed, and the file is whole.
#[test]
fn saves_at_the_same_time() {
    let folder = folder("together");
    let path = folder.join("line.safetensors");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    line().save_weights(&path).unwrap();
                    line().load_weights(&path).unwrap();
                }
            });
        }
    });
    assert_eq!(names(&folder), ["line.safetensors"]);
}
