//! `ranan restore DIR`: into an empty database and an empty place for photos, and nowhere else.

use super::{AT_ONCE, check, hash_file, in_words, manifest, path_text};
use crate::{cli::Copying, commands, photos::Photos};
use anyhow::{Context, bail};
use futures::{StreamExt, stream};
use manifest::PhotoEntry;
use store::copy::{self, Engine};

/// Restores what a folder holds, and proves it on the way. The photos come first, so that no database is there that names
/// photos which are not.
///
/// # Errors
/// When the place is not empty, or the backup is not whole; where single photos are damaged, after all others came.
pub async fn restore(options: &Copying) -> anyhow::Result<()> {
    let folder = &options.folder;
    let (head, entries) = manifest::read(folder)?;
    let engine = Engine::of(&options.database.url)?;
    if head.engine != engine.name() {
        bail!("此备份来自 {}，只能恢复到 {}，而 DATABASE_URL 是 {}", head.engine, head.engine, engine.name());
    }
    if !copy::is_empty(&options.database.url).await.context("数据库打不开，请检查 DATABASE_URL")? {
        bail!("数据库不是空的。只恢复到空数据库，以免覆盖现有数据：请换一个新库，或先移走原有的库");
    }
    let target = commands::open_photos(&options.photos)?;
    if !target.is_empty().await.context("照片存放处读不出，请检查 RANAN_PHOTOS")? {
        bail!("照片存放处（RANAN_PHOTOS）不是空的：请换一处，或先移走原有的照片；上次恢复中断时，清空后再来");
    }
    let file = folder.join(&head.database.file);
    let hash = hash_file(file.clone()).await.with_context(|| format!("读不出 {}", file.display()))?;
    if hash != (head.database.sha256, head.database.size_bytes) {
        bail!("{} 已损坏，校验值与备份时不符", file.display());
    }
    let source = Photos::open(path_text(&folder.join("photos"))?, std::iter::empty())?;
    let (total, mut restored, mut lost) = (entries.len(), 0, 0);
    let mut putting = stream::iter(entries).map(|entry| put(&source, &target, entry)).buffer_unordered(AT_ONCE);
    while let Some(done) = putting.next().await {
        match done? {
            Ok(()) => restored += 1,
            Err(why) => {
                println!("  异常  {why}");
                lost += 1;
            }
        }
    }
    println!("照片：共 {total} 张，已恢复 {restored} 张，逐张校验");
    commands::make_database_folder(&options.database)?;
    copy::read(&options.database.url, &file).await.map_err(in_words).context("数据库没有恢复成功")?;
    // A backup of an earlier version becomes one of this.
    commands::open(&options.database).await?.close().await;
    println!("数据库：{}，已恢复，校验无误", engine.name());
    match lost {
        0 => {
            println!("恢复完成。请运行 ranan doctor --verify 核对，再启动服务。");
            Ok(())
        }
        lost => bail!("{lost} 张照片没有恢复（见上），其余都已恢复"),
    }
}

/// Puts a photo back; what is wrong with it instead, where it cannot be.
async fn put(source: &Photos, target: &Photos, entry: PhotoEntry) -> anyhow::Result<Result<(), String>> {
    let PhotoEntry { hash, size_bytes, sha256, is_absent } = entry;
    if is_absent {
        return Ok(Err(format!("照片 {hash}：备份时就已缺失或损坏")));
    }
    match check(source.bytes(hash).await.context("备份中的照片读不出")?, size_bytes, sha256) {
        Ok(bytes) => Ok(Ok(target.put_copy(hash, bytes).await.context("照片写不进去")?)),
        Err(why) => Ok(Err(format!("照片 {hash}：备份中的{why}"))),
    }
}
