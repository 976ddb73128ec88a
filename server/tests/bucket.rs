//! Photos in a bucket: S3 on the wire, signatures and all, spoken to a server of its own.

use crate::{
    backup::{Place, hand_in},
    support::{Site, World, files},
};
use bytes::Bytes;
use domain::{Problem, photo::PhotoHash};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use server::photos::Photos;
use tempfile::TempDir;
use tokio::net::TcpListener;

const KEY: &str = "an-access-key";
const SECRET: &str = "a-secret-key";

/// An S3 server with one bucket, `ranan`, in a folder.
struct Bucket {
    folder: TempDir,
    endpoint: String,
}

impl Bucket {
    async fn serve() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("ranan")).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    // A client that goes away is no concern of the test.
                    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { folder, endpoint }
    }

    fn photos(&self, secret: &str) -> Photos {
        Photos::open("s3://ranan/photos", self.variables(secret)).unwrap()
    }

    fn variables(&self, secret: &str) -> [(String, String); 6] {
        let variables = [
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_REGION", "cn-test-1"),
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_ALLOW_HTTP", "true"),
            ("LANG", "of no concern"),
        ];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned()))
    }

    /// The objects of the bucket, by key.
    fn keys(&self) -> Vec<String> {
        files(&self.folder.path().join("ranan"))
    }
}

fn jpeg() -> Bytes {
    let mut bytes = Vec::new();
    let pixels = vec![90_u8; 640 * 480 * 3];
    jpeg_encoder::Encoder::new(&mut bytes, 85).encode(&pixels, 640, 480, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes.into()
}

#[tokio::test]
async fn a_photo_goes_into_the_bucket_and_comes_out_again_whole_and_small() {
    let bucket = Bucket::serve().await;
    let photos = bucket.photos(SECRET);
    let sent = jpeg();
    let hash = PhotoHash::of(&sent);
    let kept = photos.keep(hash, sent.clone()).await.unwrap();
    // A second time changes nothing.
    assert_eq!(photos.keep(hash, sent).await.unwrap(), kept);
    let whole = photos.get(hash).await.unwrap().bytes().await.unwrap();
    assert_eq!((i64::try_from(whole.len()).unwrap(), kept.media_type), (kept.size_bytes, "image/jpeg"));
    assert_eq!(image::load_from_memory(&whole).unwrap().width(), 640);
    let small = photos.thumbnail(hash).await.unwrap();
    assert_eq!(image::load_from_memory(&small).unwrap().width(), 400);
    assert_eq!(photos.thumbnail(hash).await.unwrap(), small);
    let name = hash.to_string();
    let key = format!("photos/{}/{name}", &name[..2]);
    assert_eq!(bucket.keys(), [key.clone(), format!("{key}.thumbnail")]);
}

#[tokio::test]
async fn a_photo_that_is_not_in_the_bucket_is_not_found() {
    let bucket = Bucket::serve().await;
    let hash = PhotoHash::of(b"never sent");
    let photos = bucket.photos(SECRET);
    assert!(matches!(photos.get(hash).await, Err(Problem::NotFound { .. })));
    assert!(matches!(photos.thumbnail(hash).await, Err(Problem::NotFound { .. })));
}

#[tokio::test]
async fn a_bucket_that_can_be_written_is_left_as_it_was_and_a_wrong_key_is_told() {
    let bucket = Bucket::serve().await;
    bucket.photos(SECRET).check_writable().await.unwrap();
    assert_eq!(bucket.keys(), [""; 0]);
    bucket.photos("another-secret").check_writable().await.unwrap_err();
    let sent = jpeg();
    let refused = bucket.photos("another-secret").keep(PhotoHash::of(&sent), sent).await;
    assert!(matches!(refused, Err(Problem::Internal { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_backup_is_restored_into_a_bucket_and_made_of_one() {
    let (world, bucket) = (World::open().await, Bucket::serve().await);
    let here = Place::of(&world);
    hand_in(&Site::open(&world).await, 1).await;
    let dir = |name: &str| world.folder.path().join(name).display().to_string();
    here.succeed(&["backup", &dir("backup")]).await;
    let photos = "s3://ranan/photos".to_owned();
    let there = Place { photos, variables: bucket.variables(SECRET).to_vec(), ..Place::empty(&world, "unused").await };
    there.succeed(&["restore", &dir("backup")]).await;
    assert_eq!(bucket.keys().len(), 1);
    there.is_clean(&world).await;
    let said = there.succeed(&["backup", &dir("again")]).await;
    assert!(said.contains("新增 1 张"), "{said}");
}
