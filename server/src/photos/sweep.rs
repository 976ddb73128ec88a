//! What a kill leaves: the folder's keeper writes beside a photo, under its name with `#` and a number, and renames.

use std::{fs, io, path::Path, time::Duration};

/// A file that is younger may still be written.
const LEFTOVER_AGE: Duration = Duration::from_hours(1);

/// Removes leftovers below a folder.
///
/// # Errors
/// When a folder cannot be read.
pub fn leftovers(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            leftovers(&path)?;
        } else if is_leftover(&path) && crate::workbooks::age(&path).is_ok_and(|age| age > LEFTOVER_AGE) {
            // What is gone meanwhile, another server swept.
            drop(fs::remove_file(&path));
            tracing::info!(file = %path.display(), "removed what was left of a photo");
        }
    }
    Ok(())
}

fn is_leftover(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.split_once('#').is_some_and(|(_, number)| number.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs::File, time::SystemTime};

    #[test]
    fn what_a_kill_left_of_a_photo_is_removed_and_photos_are_not() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("ab")).expect("a folder");
        let write = |name: &str, is_old: bool| {
            let file = File::create(folder.path().join("ab").join(name)).expect("a file");
            if is_old {
                file.set_modified(SystemTime::UNIX_EPOCH).expect("an old file");
            }
        };
        write("ab01", true);
        write("ab01.thumbnail", true);
        write("ab02#1", true);
        write("ab03.thumbnail#12", true);
        write("ab04#1", false);
        leftovers(folder.path()).expect("a folder that can be read");
        let left = fs::read_dir(folder.path().join("ab")).expect("a folder");
        let mut left: Vec<_> = left.map(|entry| entry.expect("a file").file_name()).collect();
        left.sort();
        assert_eq!(left, ["ab01", "ab01.thumbnail", "ab04#1"]);
    }
}
