//! `ranan backup DIR` and `ranan restore DIR`: the database as it was at one moment, then every photo that it knows of. A
//! photo is on disk before the database says so, hence this order; and photos never change, so one that is in the folder
//! need not come again.
//!
//! The folder holds `manifest.jsonl`, the database's file that it names, and `photos/`. The manifest is put in place last:
//! a run that was cut off leaves the folder as the last whole run left it, with more photos.

mod manifest;
mod restore;

use crate::{
    cli::Copying,
    commands::{make_folder, open_photos},
    photos::Photos,
};
use anyhow::{Context, bail};
use bytes::Bytes;
use domain::{photo::PhotoHash, time::Timestamp};
use futures::{StreamExt, stream};
use manifest::{DatabaseFile, Head, PhotoEntry, Writing};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};
use store::{
    Db, StoreError,
    copy::{self, Engine},
    photos::KeptPhoto,
};

pub use restore::restore;

/// Held by the one run that writes the folder; it also says that a folder is ours.
const LOCK: &str = "ranan-backup.lock";
/// The beginning of the names of files that are being written.
const PARTIAL: &str = "partial-";
/// Photos that are asked for at the same time.
const AT_ONCE: usize = 8;
/// Photos of one page.
const PAGE: u32 = 500;

/// Copies the database and the photos into a folder, and tells what it did.
///
/// # Errors
/// When something could not be copied; where single photos are missing or damaged, after all others were.
pub async fn backup(options: &Copying, begun_at: Timestamp) -> anyhow::Result<()> {
    let folder = &options.folder;
    let engine = Engine::of(&options.database.url)?;
    let _lock = lock(folder)?;
    let source = open_photos(&options.photos)?;
    let target = folder.join("photos");
    make_folder(&target)?;
    if let Some(own) = options.photos.folder()
        && fs::canonicalize(own)? == fs::canonicalize(&target)?
    {
        bail!("{} 就是正在使用的照片文件夹，备份要放到别处", target.display());
    }
    let target = Photos::open(path_text(&target)?, std::iter::empty())?;

    let database = copy_database(options, engine, begun_at).await?;
    println!("数据库：{}，{}，存为 {}", engine.name(), megabytes(database.size_bytes), database.file);
    let file = database.file.clone();
    let mut writing = Writing::begin(folder, Head::new(engine, begun_at, database))?;
    let db = Db::open(&options.database.url).await.context("数据库打不开，请检查 DATABASE_URL")?;
    let tally = copy_photos(&db, &source, &target, &mut writing).await?;
    db.close().await;
    let total = writing.publish(folder)?;
    remove(folder, |name| name.starts_with("database-") && name != file)?;

    println!("照片：新增 {} 张（{}），已有 {} 张", tally.new, megabytes(tally.new_bytes), tally.known);
    println!("备份完成：{}，共 {} 张照片（{}）", folder.display(), total.photos, megabytes(total.bytes));
    match total.absent {
        0 => Ok(()),
        absent => bail!("{absent} 张照片没有备份成功（见上），其余都已备份"),
    }
}

/// Makes the folder, where there is none, and takes it for this run.
fn lock(folder: &Path) -> anyhow::Result<File> {
    make_folder(folder)?;
    let path = folder.join(LOCK);
    if !path.exists() && fs::read_dir(folder)?.next().is_some() {
        bail!("{} 不是空文件夹，也不是备份文件夹，请换一个", folder.display());
    }
    let lock = File::create(&path).with_context(|| format!("不能写入 {}", folder.display()))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!("另一个备份正在写入 {}", folder.display()),
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    // What a run left that was cut off.
    remove(folder, |name| name.starts_with(PARTIAL))?;
    Ok(lock)
}

/// Removes files of the folder that are not needed any more.
fn remove(folder: &Path, is_meant: impl Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(&is_meant) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

async fn copy_database(options: &Copying, engine: Engine, begun_at: Timestamp) -> anyhow::Result<DatabaseFile> {
    let name = format!("database-{}.{}", begun_at.0, engine.extension());
    let partial = options.folder.join(format!("{PARTIAL}{name}"));
    copy::write(&options.database.url, &partial).await.map_err(in_words).context("数据库没有备份成功")?;
    let (sha256, size_bytes) = hash_file(partial.clone()).await?;
    fs::rename(&partial, options.folder.join(&name))?;
    Ok(DatabaseFile { file: name, size_bytes, sha256 })
}

/// What was done with photos.
#[derive(Default)]
struct Copied {
    new: u64,
    new_bytes: u64,
    known: u64,
}

async fn copy_photos(db: &Db, source: &Photos, target: &Photos, writing: &mut Writing) -> anyhow::Result<Copied> {
    let (mut after, mut copied) = (None, Copied::default());
    loop {
        // A reading transaction for each page: one that lasted would keep the log of a busy database from ending.
        let page = store::photos::page(&mut db.read().await?, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(copied) };
        after = Some(last.hash);
        let mut done = stream::iter(page).map(|photo| copy_photo(source, target, photo)).buffered(AT_ONCE);
        while let Some(done) = done.next().await {
            let (photo, done) = done?;
            let size_bytes = photo.size_bytes;
            match &done {
                Done::New => {
                    copied.new += 1;
                    copied.new_bytes += size_bytes;
                }
                Done::Known => copied.known += 1,
                Done::Absent(why) => println!("  异常  照片 {}：{why}", photo.hash),
            }
            let is_absent = matches!(done, Done::Absent(_));
            writing.add(PhotoEntry { hash: photo.hash, size_bytes, sha256: photo.kept_hash, is_absent })?;
        }
    }
}

enum Done {
    New,
    Known,
    Absent(&'static str),
}

/// Copies a photo that is not in the folder yet.
async fn copy_photo(source: &Photos, target: &Photos, photo: KeptPhoto) -> anyhow::Result<(KeptPhoto, Done)> {
    if target.size(photo.hash).await? == Some(photo.size_bytes) {
        return Ok((photo, Done::Known));
    }
    let done = match check(source.bytes(photo.hash).await.context("照片读不出")?, photo.size_bytes, photo.kept_hash)
    {
        Err(why) => Done::Absent(why),
        Ok(bytes) => {
            target.put_copy(photo.hash, bytes).await.context("照片写不进备份文件夹")?;
            Done::New
        }
    };
    Ok((photo, done))
}

/// The bytes, if they are there and the right ones.
pub(crate) fn check(bytes: Option<Bytes>, size_bytes: u64, hash: PhotoHash) -> Result<Bytes, &'static str> {
    match bytes {
        None => Err("文件不存在"),
        Some(bytes) if bytes.len() as u64 != size_bytes => Err("文件大小不对"),
        Some(bytes) if PhotoHash::of(&bytes) != hash => Err("文件已损坏，校验值不符"),
        Some(bytes) => Ok(bytes),
    }
}

/// The hash of a file, and its size.
async fn hash_file(path: PathBuf) -> anyhow::Result<(String, u64)> {
    let hashing = tokio::task::spawn_blocking(move || {
        let mut hash = Sha256::new();
        let size = io::copy(&mut File::open(path)?, &mut hash)?;
        Ok::<_, io::Error>((hex::encode(hash.finalize()), size))
    });
    Ok(hashing.await??)
}

/// The failures that an operator can mend, in Chinese.
fn in_words(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::NoProgram { program } => {
            anyhow::anyhow!("本机没有 {program}，请安装 PostgreSQL 的客户端程序（如 postgresql-client）")
        }
        other => other.into(),
    }
}

fn path_text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("文件夹名 {} 无法识别", path.display()))
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}
