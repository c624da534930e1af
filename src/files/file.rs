//! Files that are replaced as a whole, and read up to a limit.
//!
//! A writer makes a temporary file in the same folder and then renames it. Its name is random and it must not exist, so
//! two programs never share one, even with equal process ids (containers with a common volume). A killed program leaves
//! its temporary file, and the next writer of the same file removes it. A lock on the temporary file tells living
//! writers from killed ones.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Replaces the content of a file. After an interruption the old or the new file is there, never a part.
///
/// A link is followed, and permissions stay. A folder, device, pipe or socket is refused.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let old = match fs::metadata(path) {
        Ok(old) if !old.is_file() => return Err(irregular(&old)),
        Ok(old) => Some(old),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let path = follow(path)?;
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(ErrorKind::InvalidInput, "this is not the name of a file"));
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let prefix = prefix(name);
    remove_stale(folder, &prefix);
    let mut temporary = Temporary::new(folder, &prefix, old.is_some())?;
    temporary.file.write_all(bytes)?;
    if let Some(old) = &old {
        keep_owner(&temporary.file, old);
        temporary.file.set_permissions(old.permissions())?;
    }
    temporary.file.sync_all()?;
    fs::rename(&temporary.path, &path)?;
    temporary.renamed = true;
    sync_folder(folder)
}

/// Reads a file of at most `limit` bytes. It refuses other than regular files, because they may never end.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for a writer.
    let found = fs::metadata(path)?;
    if !found.is_file() {
        return Err(irregular(&found));
    }
    let too_large = |length: u64| {
        let text = format!("the file has {length} bytes or more, and one of this model at most {limit}");
        io::Error::new(ErrorKind::FileTooLarge, text)
    };
    if found.len() > limit {
        return Err(too_large(found.len()));
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(found.len()).unwrap_or(usize::MAX))?;
    // The file may grow in the meantime.
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(too_large(bytes.len() as u64)) } else { Ok(bytes) }
}

/// Refuses a pipe, because opening it would wait for a reader.
pub(crate) fn check_pipe(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if is_pipe(&found) => Err(irregular(&found)),
        _ => Ok(()),
    }
}

fn irregular(found: &fs::Metadata) -> io::Error {
    match found.is_dir() {
        true => io::Error::new(ErrorKind::IsADirectory, "this is a folder"),
        false => io::Error::new(ErrorKind::InvalidInput, "this is no regular file"),
    }
}

#[cfg(unix)]
fn is_pipe(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    found.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: &fs::Metadata) -> bool {
    false
}

/// Follows the links of a path. The last file need not exist.
fn follow(path: &Path) -> io::Result<PathBuf> {
    /// The limit of Linux.
    const LINKS: usize = 40;
    let mut path = path.to_path_buf();
    for _ in 0..LINKS {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => {
                let to = fs::read_link(&path)?;
                path = path.parent().unwrap_or(Path::new("")).join(to);
            }
            _ => return Ok(path),
        }
    }
    Err(io::Error::other("too many links lead from one to the next"))
}

/// Returns the prefix of temporary files for this name. It is short and ASCII, so that it works for long names and for
/// names that are not UTF-8.
fn prefix(name: &OsStr) -> String {
    // FNV-1a: the same in every program, so that the next one finds these files.
    let hash = crate::spec::description::hash(name.as_encoded_bytes());
    format!(".nn-{hash:016x}-")
}

const SUFFIX: &str = ".tmp";

/// A temporary file. Dropping it removes it, unless it was renamed.
struct Temporary {
    path: PathBuf,
    file: File,
    renamed: bool,
}

impl Temporary {
    /// Makes a new file. If it will replace a file, only its owner may read it until its permissions are set.
    fn new(folder: &Path, prefix: &str, private: bool) -> io::Result<Self> {
        /// Two random names collide once in 2^64.
        const TRIES: usize = 16;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        set_private(&mut options, private);
        let mut last = ErrorKind::AlreadyExists.into();
        for _ in 0..TRIES {
            let path = folder.join(format!("{prefix}{:016x}{SUFFIX}", random()));
            let file = match options.open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    last = error;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let temporary = Temporary { path, file, renamed: false };
            match temporary.file.try_lock() {
                // Another writer takes the file for a stale one, because it had no lock yet.
                Err(TryLockError::WouldBlock) => {}
                Ok(()) if !temporary.path.exists() => {}
                // Some file systems have no locks. Then the age of a file tells whether it is stale.
                Ok(()) | Err(TryLockError::Error(_)) => return Ok(temporary),
            }
        }
        Err(last)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // An error is fine: the file may be gone.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Returns a random number from the hasher of the standard library, which is seeded at random.
fn random() -> u64 {
    RandomState::new().hash_one(std::time::SystemTime::now())
}

/// Removes the temporary files of killed programs. A failure is ignored, because the file does no harm.
fn remove_stale(folder: &Path, prefix: &str) {
    let Ok(files) = fs::read_dir(folder) else { return };
    for file in files.flatten() {
        let name = file.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(SUFFIX));
        // The lock is held until the file is gone. A writer that made this file and has no lock yet takes another name.
        if ours
            && file.file_type().is_ok_and(|kind| kind.is_file())
            && let Some(_locked) = stale(&file.path())
        {
            let _ = fs::remove_file(file.path());
        }
    }
}

/// Locks a temporary file that no writer uses any more.
fn stale(path: &Path) -> Option<File> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let file = File::open(path).ok()?;
    let stale = match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => {
            let age = file.metadata().and_then(|found| found.modified()).map(|modified| modified.elapsed());
            age.is_ok_and(|age| age.is_ok_and(|age| age > DAY))
        }
    };
    stale.then_some(file)
}

#[cfg(unix)]
fn set_private(options: &mut OpenOptions, private: bool) {
    use std::os::unix::fs::OpenOptionsExt;
    if private {
        options.mode(0o600);
    }
}

#[cfg(not(unix))]
fn set_private(_: &mut OpenOptions, _: bool) {}

/// Gives the new file the owner of the replaced one, if the system allows it.
#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let Ok(new) = file.metadata() else { return };
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        let _ = fchown(file, Some(old.uid()), Some(old.gid())).or_else(|_| fchown(file, None, Some(old.gid())));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

/// Makes a rename survive a loss of power.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // An error is fine: not every file system can do it, and a folder may be writable but not readable.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
            ) =>
        {
            Ok(())
        }
        synced => synced,
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
