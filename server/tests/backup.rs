//! `ranan backup`, `ranan restore` and `ranan doctor --verify`, the program itself, while people are at work.

use crate::support::{Site, UploadQuery, World, commented_photo, files, on_each_engine, until};
use domain::{
    id::OperationId,
    operation::{Outcome, Receipt},
    photo::PhotoHash,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};
use store::{Db, Tx};

/// Where something is served from: the database, and the photos.
pub struct Place {
    pub database: String,
    pub photos: String,
    /// What the program is told besides.
    pub variables: Vec<(String, String)>,
}

impl Place {
    /// A world's own.
    pub fn of(world: &World) -> Self {
        Self::at(world.database.clone(), &world.folder.path().join("photos"))
    }

    /// An empty one.
    pub async fn empty(world: &World, name: &str) -> Self {
        Self::at(world.empty_database().await, &world.folder.path().join(name))
    }

    fn at(database: String, photos: &Path) -> Self {
        Self { database, photos: photos.display().to_string(), variables: Vec::new() }
    }

    /// A command of the program for this place.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ranan"));
        command.args(words).args(["--database-url", &self.database, "--photos", &self.photos]);
        command.envs(self.variables.clone());
        command
    }

    /// Runs it to its end: what it said, on both channels, and whether it went well.
    pub async fn run(&self, words: &[&str]) -> (bool, String) {
        let mut command = self.command(words);
        let Output { status, stdout, stderr } =
            tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let said = [stdout, stderr].concat();
        (status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// The same, and it goes well.
    pub async fn succeed(&self, words: &[&str]) -> String {
        let (is_well, said) = self.run(words).await;
        assert!(is_well, "{words:?}: {said}");
        said
    }

    /// The same, and it does not.
    pub async fn fail(&self, words: &[&str]) -> String {
        let (is_well, said) = self.run(words).await;
        assert!(!is_well, "{words:?}: {said}");
        said
    }

    /// Looks at everything; the site and the imports are a world's.
    async fn verify(&self, world: &World) -> (bool, String) {
        let place = |name: &str| world.folder.path().join(name).display().to_string();
        self.run(&["doctor", "--verify", "--demo", "--site", &place("site"), "--imports", &place("imports")]).await
    }

    /// Nothing is wrong with anything.
    pub async fn is_clean(&self, world: &World) {
        let (is_clean, said) = self.verify(world).await;
        assert!(is_clean && said.contains("没有问题"), "{said}");
    }
}

/// Hands in an inspection with a hazard and its photo, both acknowledged.
pub async fn hand_in(site: &Site, number: u32) -> (OperationId, PhotoHash) {
    let picture = commented_photo(number);
    let hash = PhotoHash::of(&picture);
    let submission = site.finding(&[hash]);
    let receipt: Receipt = site.hand_in(&submission).await;
    assert_eq!(receipt.outcome, Outcome::Applied);
    site.inspector.put(&format!("/photos/{hash}")).body(picture).content::<serde_json::Value>().await;
    (receipt.operation, hash)
}

/// People at work: what was acknowledged, until they are told to stop.
struct Load {
    acknowledged: Mutex<Vec<(OperationId, PhotoHash)>>,
    next: AtomicU32,
    is_over: AtomicBool,
}

impl Load {
    async fn work(&self, site: &Site) {
        while !self.is_over.load(Ordering::Relaxed) {
            let done = hand_in(site, self.next.fetch_add(1, Ordering::Relaxed)).await;
            self.acknowledged.lock().unwrap().push(done);
        }
    }

    fn so_far(&self) -> Vec<(OperationId, PhotoHash)> {
        self.acknowledged.lock().unwrap().clone()
    }
}

/// The photos that a folder's manifest names.
fn copied(folder: &Path) -> usize {
    let manifest = fs::read_to_string(folder.join("manifest.jsonl")).unwrap();
    manifest.lines().filter(|line| line.contains(r#""line":"photo""#)).count()
}

#[tokio::test]
async fn what_was_acknowledged_before_a_backup_under_load_is_there_after_a_restore_elsewhere() {
    on_each_engine(async |world| {
        let (here, there) = (Place::of(world), Place::empty(world, "restored").await);
        let site = Site::open(world).await;
        let folder = world.folder.path().join("backup");
        let dir = folder.display().to_string();
        let load = Load { acknowledged: Mutex::default(), next: AtomicU32::new(0), is_over: AtomicBool::new(false) };
        let copying = async {
            until(|| load.so_far().len() > 5).await;
            let before = load.so_far();
            let said = here.succeed(&["backup", &dir]).await;
            let meanwhile = load.so_far().len() - before.len();
            here.is_clean(world).await;
            load.is_over.store(true, Ordering::Relaxed);
            (before, said, meanwhile)
        };
        let ((before, said, meanwhile), ..) =
            tokio::join!(copying, load.work(&site), load.work(&site), load.work(&site));
        assert!(meanwhile > 0, "nobody was at work");
        let first = copied(&folder);
        assert!(said.contains(&format!("新增 {first} 张")) && said.contains("已有 0 张"), "{said}");

        there.succeed(&["restore", &dir]).await;
        there.is_clean(world).await;
        let db = Db::open(&there.database).await.unwrap();
        let mut tx = db.read().await.unwrap();
        for (operation, hash) in before {
            let filed = store::operations::find(&mut tx, operation).await.unwrap().unwrap();
            assert_eq!(filed.outcome, Outcome::Applied);
            assert_eq!(store::operations::photos(&mut tx, operation).await.unwrap(), (vec![hash], vec![]));
        }
        drop(tx);
        db.close().await;

        // Once more: only what came meanwhile.
        let all = load.so_far().len();
        let said = here.succeed(&["backup", &dir]).await;
        assert!(said.contains(&format!("新增 {} 张", all - first)), "{said}");
        assert!(said.contains(&format!("已有 {first} 张")), "{said}");
        assert_eq!(files(&folder).iter().filter(|name| name.starts_with("database-")).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_broken_photo_and_a_broken_row_are_named_and_a_damaged_backup_is_not_believed() {
    on_each_engine(async |world| {
        let here = Place::of(world);
        let site = Site::open(world).await;
        let mut photos = Vec::new();
        for number in 0..3 {
            photos.push(hand_in(&site, number).await.1);
        }
        here.is_clean(world).await;
        let folder = world.folder.path().join("backup");
        let dir = folder.display().to_string();
        here.succeed(&["backup", &dir]).await;
        let refused = here.fail(&["restore", &dir]).await;
        assert!(refused.contains("数据库不是空的"), "{refused}");
        let full = Place { photos: here.photos.clone(), ..Place::empty(world, "unused").await };
        let refused = full.fail(&["restore", &dir]).await;
        assert!(refused.contains("不是空的") && refused.contains("RANAN_PHOTOS"), "{refused}");
        let refused = here.fail(&["backup", &world.folder.path().join("site").display().to_string()]).await;
        assert!(refused.contains("不是空文件夹"), "{refused}");

        let file = |photos: &Path, hash: PhotoHash| photos.join(&hash.to_string()[..2]).join(hash.to_string());
        let ours = PathBuf::from(&here.photos);
        let damage = |path: PathBuf| {
            let mut bytes = fs::read(&path).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(path, bytes).unwrap();
        };
        damage(file(&ours, photos[0]));
        fs::remove_file(file(&ours, photos[1])).unwrap();
        let mut tx = world.db.write().await.unwrap();
        let sql = "select id from hazards order by seq desc limit 1";
        let (hazard,): (uuid::Uuid,) = match &mut tx {
            Tx::Sqlite(tx) => sqlx::query_as(sql).fetch_one(&mut **tx).await.unwrap(),
            Tx::Postgres(tx) => sqlx::query_as(sql).fetch_one(&mut **tx).await.unwrap(),
        };
        let sql = "update hazards set due_on = '2031-01-01' where id = $1";
        match &mut tx {
            Tx::Sqlite(tx) => sqlx::query(sql).bind(hazard).execute(&mut **tx).await.map(drop),
            Tx::Postgres(tx) => sqlx::query(sql).bind(hazard).execute(&mut **tx).await.map(drop),
        }
        .unwrap();
        tx.commit().await.unwrap();
        let (is_clean, said) = here.verify(world).await;
        assert!(!is_clean, "{said}");
        let wrong: Vec<_> = said.lines().filter(|line| line.contains("异常")).collect();
        assert_eq!(wrong.len(), 3, "{said}");
        assert!(said.contains(&format!("隐患 {hazard}：整改期限为 2031-01-01，")), "{said}");
        assert!(said.contains(&format!("照片 {}：文件已损坏", photos[0])), "{said}");
        assert!(said.contains(&format!("照片 {}：文件不存在", photos[1])), "{said}");

        // A fresh backup tells what it could not copy, and copies the rest; one with a damaged photo restores the rest.
        let other = world.folder.path().join("other");
        let said = here.fail(&["backup", &other.display().to_string()]).await;
        assert!(said.contains("2 张照片没有备份成功"), "{said}");
        damage(file(&folder.join("photos"), photos[2]));
        let there = Place::empty(world, "restored").await;
        let said = there.fail(&["restore", &dir]).await;
        assert!(said.contains(&photos[2].to_string()) && said.contains("1 张照片没有恢复"), "{said}");
        let (_, said) = there.verify(world).await;
        assert!(said.contains(&format!("照片 {}：文件不存在", photos[2])), "{said}");

        let database = files(&folder).into_iter().find(|name| name.starts_with("database-")).unwrap();
        damage(folder.join(database));
        let there = Place::empty(world, "elsewhere").await;
        let said = there.fail(&["restore", &dir]).await;
        assert!(said.contains("已损坏"), "{said}");
        assert!(store::copy::is_empty(&there.database).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_backup_that_is_killed_half_way_never_looks_complete() {
    on_each_engine(async |world| {
        let here = Place::of(world);
        let site = Site::open(world).await;
        hand_in(&site, 1).await;
        let folder = world.folder.path().join("backup");
        let dir = folder.display().to_string();
        // A bucket that never answers: the run hangs after the database and before the first photo.
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", silent.local_addr().unwrap());
        let mut stuck = Place { photos: "s3://ranan/photos".to_owned(), ..Place::of(world) };
        stuck.variables = [
            ("AWS_ACCESS_KEY_ID", "a-key"),
            ("AWS_SECRET_ACCESS_KEY", "a-secret"),
            ("AWS_REGION", "cn-test-1"),
            ("AWS_ENDPOINT_URL", &endpoint),
            ("AWS_ALLOW_HTTP", "true"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let kill_half_way = async || {
            let mut run = stuck.command(&["backup", &dir]).spawn().unwrap();
            let asked = tokio::time::timeout(Duration::from_mins(1), silent.accept()).await;
            let (_socket, _) = asked.expect("it never asked for a photo").unwrap();
            run.kill().unwrap();
            run.wait().unwrap();
        };
        kill_half_way().await;
        assert!(files(&folder).iter().any(|name| name.starts_with("database-")), "it was not half way");
        let refused = Place::empty(world, "none").await.fail(&["restore", &dir]).await;
        assert!(refused.contains("没有完成的备份"), "{refused}");

        here.succeed(&["backup", &dir]).await;
        let whole = fs::read(folder.join("manifest.jsonl")).unwrap();
        // Without a new photo it would have nothing to ask for.
        hand_in(&site, 2).await;
        kill_half_way().await;
        assert_eq!(fs::read(folder.join("manifest.jsonl")).unwrap(), whole);
        let there = Place::empty(world, "restored").await;
        there.succeed(&["restore", &dir]).await;
        there.is_clean(world).await;
        // The next run clears away what was left.
        here.succeed(&["backup", &dir]).await;
        let left: Vec<_> = files(&folder).into_iter().filter(|name| !name.starts_with("photos/")).collect();
        assert_eq!(left.len(), 3, "{left:?}");
    })
    .await;
}
