//! Senders that stop in the middle.

use crate::support::{GUANDU, QILIN, Session, Site, UploadQuery, WUHUA, World, files, handing_in, new_id, photo};
use domain::{
    Problem,
    operation::{LARGEST_OPERATION, Outcome, Receipt},
    person::Role,
    photo::{LARGEST_PHOTO, PhotoHash},
};
use futures::future::join_all;
use serde_json::Value;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longer than a sender may be silent, and the server may take to notice.
const BOUND: Duration = Duration::from_secs(35);

/// A request of so many bytes, of which this one is the beginning.
async fn begin(world: &World, session: Option<&Session>, request: &str, size: usize) -> TcpStream {
    let host = world.address.trim_start_matches("http://");
    let cookie = session.map(|session| format!("cookie: {}\r\n", session.cookie())).unwrap_or_default();
    let head = format!(
        "{request} HTTP/1.1\r\nhost: {host}\r\nsec-fetch-site: same-origin\r\n{cookie}content-length: {size}\r\n\
         connection: close\r\n\r\n"
    );
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// What a hung request is answered with, within the bound.
async fn answered(mut stream: TcpStream) -> Problem {
    let mut answer = String::new();
    timeout(BOUND, stream.read_to_string(&mut answer)).await.expect("hung for ever").unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn hung_uploads_delay_nobody_else_and_do_not_stop_their_own_sender_for_ever() {
    let world = World::open().await;
    let (site, other) = (Site::open(&world).await, Site::open_at(&world, WUHUA).await);
    let (own, others) = (photo(60), [57, 58, 59].map(photo));
    let address = |picture: &[u8]| format!("/photos/{}", PhotoHash::of(picture));
    site.hand_in(&site.finding(&[PhotoHash::of(&own)])).await;
    other.hand_in(&other.finding(&others.each_ref().map(|photo| PhotoHash::of(photo)))).await;
    let request = format!("PUT {}", address(&own));
    // All but the last byte, over and over: all the memory that one session has for photos.
    let hung = join_all((0..4).map(async |_| {
        let mut upload = begin(&world, Some(&site.inspector), &request, LARGEST_PHOTO).await;
        upload.write_all(&vec![7; LARGEST_PHOTO - 1]).await.unwrap();
        upload
    }));
    let hung = hung.await;
    let fifth = tokio::spawn(site.inspector.put(&address(&own)).body(own.clone()).content::<Value>());
    for picture in others {
        let another = other.inspector.put(&address(&picture)).body(picture.clone()).content::<Value>();
        let stored = timeout(Duration::from_secs(5), another).await.expect("delayed by somebody else");
        assert_eq!(stored["hash"], PhotoHash::of(&picture).to_string());
    }
    let stored = timeout(BOUND, fifth).await.expect("stopped by the others").unwrap();
    assert_eq!(stored["hash"], PhotoHash::of(&own).to_string());
    for problem in join_all(hung.into_iter().map(answered)).await {
        assert_eq!(problem, Problem::Unreachable);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hung_records_take_so_much_memory_and_no_more_and_do_not_stop_another() {
    let world = World::open().await;
    let site = Site::open_at(&world, QILIN).await;
    let mut senders = Vec::new();
    for (role, county) in [
        (Role::Inspector, GUANDU),
        (Role::Inspector, WUHUA),
        (Role::Administrator, GUANDU),
        (Role::Administrator, WUHUA),
    ] {
        senders.push(world.sign_in_as(role, county).await);
    }
    // All but the last byte, each of the four a quarter: all the memory there is for records.
    let hung = join_all((0..32).map(async |number| {
        let request = format!("PUT /operations/{}", new_id());
        let mut upload = begin(&world, Some(&senders[number % 4]), &request, LARGEST_OPERATION).await;
        upload.write_all(&vec![b' '; LARGEST_OPERATION - 1]).await.unwrap();
        upload
    }));
    let hung = hung.await;
    let hand_in = || tokio::spawn(handing_in(&site.inspector, &site.sealed(&site.submission())).answer());
    let mut another = hand_in();
    // What was sent is on its way for a moment.
    let mut left = 6;
    while timeout(Duration::from_secs(2), &mut another).await.is_ok() {
        left -= 1;
        assert!(left > 0, "there is more memory than is said");
        tokio::time::sleep(Duration::from_secs(1)).await;
        another = hand_in();
    }
    let answer = timeout(BOUND, another).await.expect("stopped by the others").unwrap();
    assert_eq!(answer.json::<Receipt>().await.unwrap().outcome, Outcome::Applied);
    for problem in join_all(hung.into_iter().map(answered)).await {
        assert_eq!(problem, Problem::Unreachable);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_go_on_is_given_up_whatever_it_is_and_whoever_sends_it() {
    let world = World::open().await;
    let site = Site::open(&world).await;
    let picture = PhotoHash::of(&photo(61));
    site.hand_in(&site.finding(&[picture])).await;
    let administrator = world.sign_in_as(Role::Administrator, GUANDU).await;
    let photo = format!("PUT /photos/{picture}");
    let operation = format!("PUT /operations/{}", new_id());
    let mut hung = Vec::new();
    for (session, request, problem) in [
        (Some(&site.inspector), photo.as_str(), Problem::Unreachable),
        (Some(&site.inspector), operation.as_str(), Problem::Unreachable),
        (Some(&administrator), "POST /imports/enterprises", Problem::Unreachable),
        // These bodies are not even wanted.
        (None, photo.as_str(), Problem::NotSignedIn),
        (None, "POST /imports/enterprises", Problem::NotSignedIn),
        (None, operation.as_str(), Problem::NotSignedIn),
        (None, "POST /api/enterprises/list", Problem::NotSignedIn),
    ] {
        let mut upload = begin(&world, session, request, 100_000).await;
        upload.write_all(b"the beginning").await.unwrap();
        hung.push((upload, problem));
    }
    // A byte now and then is no progress.
    let dribbling = begin(&world, Some(&site.inspector), &photo, 100_000).await;
    let (reading, mut writing) = dribbling.into_split();
    let dribbling = tokio::spawn(async move {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let mut reading = tokio::io::BufReader::new(reading);
    let mut dribbled = String::new();
    let (given_up, read) = tokio::join!(
        join_all(hung.into_iter().map(async |(upload, problem)| (answered(upload).await, problem))),
        timeout(BOUND, reading.read_to_string(&mut dribbled)),
    );
    for (answer, problem) in given_up {
        assert_eq!(answer, problem);
    }
    // The answer may be lost to a sender that goes on sending; the end of the connection is not.
    drop(read.expect("hung for ever"));
    timeout(BOUND, dribbling).await.expect("hung for ever").unwrap();
    assert_eq!(files(&world.folder.path().join("imports")), [""; 0]);
}
