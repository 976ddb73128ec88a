//! The program itself: `ranan serve`, its metrics, and its end.

use crate::support::{Session, Site, UploadQuery, World, handing_in, new_id};
use domain::{
    Problem,
    operation::{Outcome, Receipt},
};
use std::{
    io::{BufRead, BufReader},
    net::TcpListener as StandardListener,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};
use store::Db;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longer than anything here takes, and shorter than the bounds that the program has without options.
const LONG: Duration = Duration::from_secs(15);

/// A running server of its own; it ends with the value.
struct Program {
    process: Child,
    address: String,
    metrics: String,
    /// What it has said since it told its address.
    said: Arc<Mutex<String>>,
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already where the test came to its end.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Program {
    /// Serves a copy of a world's database, with these options beside.
    fn start(world: &World, options: &[&str]) -> Self {
        let folder = world.folder.path();
        let metrics = StandardListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let place = |name: &str| folder.join(name);
        let mut command = Command::new(env!("CARGO_BIN_EXE_ranan"));
        command.args(["serve", "--demo", "--listen", "127.0.0.1:0", "--metrics-listen", &metrics]);
        command.arg("--database-url").arg(format!("sqlite://{}", place("ranan.db").display()));
        command.arg("--photos").arg(place("photos")).arg("--imports").arg(place("imports"));
        command.arg("--site").arg(place("site")).args(options);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| Some(line.unwrap().split_once("燃安已启动：")?.1.to_owned())).unwrap();
        // What it says later is read too, so that it never waits for a reader.
        let said = Arc::new(Mutex::new(String::new()));
        let hearing = said.clone();
        std::thread::spawn(move || lines.for_each(|line| hearing.lock().unwrap().push_str(&line.unwrap())));
        Self { process, address, metrics: format!("http://{metrics}"), said }
    }

    fn end(&self) {
        let killed = Command::new("kill").arg("-TERM").arg(self.process.id().to_string()).status();
        assert!(killed.unwrap().success());
    }

    /// Waits for the end, which must come within so long.
    async fn ended(mut self, within: Duration) -> ExitStatus {
        let waiting = async {
            loop {
                if let Some(status) = self.process.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(within, waiting).await.expect("does not end")
    }

    /// A connection on which this was sent.
    async fn connect(&self, beginning: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address.trim_start_matches("http://")).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        stream
    }
}

async fn text(address: &str) -> reqwest::Result<String> {
    reqwest::get(address).await?.text().await
}

#[tokio::test]
async fn metrics_are_on_a_listener_of_their_own_and_a_running_request_may_end() {
    let world = World::open().await;
    world.db.close().await;
    let mut program = Program::start(&world, &[]);
    let session = Session::sign_in(reqwest::Client::new(), &program.address, "13000000009").await;

    let told = text(&format!("{}/metrics", program.metrics)).await.unwrap();
    let counted = r#"http_requests_total{method="POST",route="/api/session/sign_in",status="200"} 1"#;
    assert!(told.contains(counted) && told.contains("http_request_duration_seconds_bucket"), "{told}");
    assert!(!told.contains("13000000009"));
    let page = text(&format!("{}/metrics", program.address)).await.unwrap();
    assert!(page.contains("<title>燃安</title>"), "{page}");
    assert!(!text(&program.metrics).await.unwrap().contains("<title>"));

    let host = program.address.trim_start_matches("http://").to_owned();
    let mut upload = TcpStream::connect(&host).await.unwrap();
    let head = format!(
        "POST /imports/people HTTP/1.1\r\nhost: {host}\r\nsec-fetch-site: same-origin\r\ncookie: {}\r\n\
         content-length: 10\r\nconnection: close\r\n\r\nnot ",
        session.cookie()
    );
    upload.write_all(head.as_bytes()).await.unwrap();
    let imports = world.folder.path().join("imports");
    crate::support::until(|| std::fs::read_dir(&imports).unwrap().count() == 1).await;
    program.end();
    while TcpStream::connect(&host).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(program.process.try_wait().unwrap().is_none(), "ended with a request running");
    upload.write_all(b"a book").await.unwrap();
    let mut answer = String::new();
    upload.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 422 "), "{answer}");
    assert!(matches!(serde_json::from_str(body), Ok(Problem::BadWorkbook { .. })), "{answer}");
    let status = program.ended(LONG).await;
    assert!(status.success(), "{status}");
    assert_eq!(std::fs::read_dir(&imports).unwrap().count(), 0);
}

#[tokio::test]
async fn silent_connections_half_requests_and_idle_ones_are_ended_and_keep_nobody_out() {
    let world = World::open().await;
    world.db.close().await;
    let program = Program::start(&world, &["--connections", "3", "--idle-seconds", "1"]);
    let silent = program.connect("").await;
    let half = program.connect("GET / HTTP/1.1\r\nhost: x\r\n").await;
    let mut idle = program.connect("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut first = [0; 15];
    idle.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    // All places are taken: the next one waits for theirs.
    let answer = timeout(LONG, text(&format!("{}/healthz", program.address))).await.expect("kept out").unwrap();
    assert_eq!(answer, "ok");
    for mut stream in [silent, half, idle] {
        let mut rest = Vec::new();
        timeout(LONG, stream.read_to_end(&mut rest)).await.expect("kept open").unwrap();
    }
    program.end();
    let status = program.ended(LONG).await;
    assert!(status.success(), "{status}");
}

/// A connection to a world's server from an address of this machine, if it is answered.
#[cfg(target_os = "linux")]
async fn connected_from(world: &World, address: [u8; 4]) -> Option<TcpStream> {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind((address, 0).into()).unwrap();
    let host = world.address.trim_start_matches("http://").parse().unwrap();
    let mut stream = socket.connect(host).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.ok()?;
    let mut first = [0; 15];
    timeout(LONG, stream.read_exact(&mut first)).await.expect("kept waiting").ok()?;
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    Some(stream)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn one_address_does_not_take_all_connections_unless_it_is_the_proxys() {
    const ONE: [u8; 4] = [127, 0, 0, 1];
    const OTHER: [u8; 4] = [127, 0, 0, 2];
    let world = World::open_with(&["--connections-per-address", "2"]).await;
    let own = [connected_from(&world, ONE).await.unwrap(), connected_from(&world, ONE).await.unwrap()];
    assert!(connected_from(&world, ONE).await.is_none(), "as many as it likes");
    let other = connected_from(&world, OTHER).await;
    assert!(other.is_some(), "others are kept out");
    // Its places are its own again once it lets go of them.
    drop(own);
    crate::support::until_async(async || connected_from(&world, ONE).await.is_some()).await;

    let world = World::open_with(&["--connections-per-address", "2", "--behind-proxy"]).await;
    let mut all = Vec::new();
    for _ in 0..5 {
        all.push(connected_from(&world, ONE).await.expect("the proxy is turned away"));
    }
}

#[tokio::test]
async fn the_program_ends_within_its_bound_whoever_hangs_and_what_it_acknowledged_is_on_disk() {
    let world = World::open().await;
    let database = format!("sqlite://{}", world.folder.path().join("ranan.db").display());
    let site = Site::open(&world).await;
    let submission = site.submission();
    world.db.close().await;
    let program = Program::start(&world, &["--stop-seconds", "1"]);
    let said = program.said.clone();
    let inspector = site.inspector.at(&program.address);
    let receipt: Receipt = handing_in(&inspector, &site.sealed(&submission)).content().await;
    assert_eq!(receipt.outcome, Outcome::Applied);

    let cookie = site.inspector.cookie();
    let hung = format!(
        "PUT /operations/{} HTTP/1.1\r\nhost: x\r\nsec-fetch-site: same-origin\r\ncookie: {cookie}\r\n\
         content-length: 1000\r\n\r\n{{",
        new_id()
    );
    let _upload = program.connect(&hung).await;
    let _half = program.connect("GET / HTTP/1.1\r\nhost: x\r\n").await;
    let _silent = program.connect("").await;
    program.end();
    let status = program.ended(LONG).await;
    assert!(status.success(), "{status}");
    let said = said.lock().unwrap().clone();
    assert!(said.contains("/operations/{id}") && !said.contains('\u{1b}'), "a log with colours, or none: {said}");
    let db = Db::open(&database).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let kept = store::operations::find(&mut tx, submission.id.into()).await.unwrap();
    assert!(kept.is_some());
}

#[tokio::test]
async fn several_servers_may_make_the_same_database_at_once() {
    for _ in 0..3 {
        let folder = tempfile::TempDir::new().unwrap();
        let database = format!("sqlite://{}", folder.path().join("ranan.db").display());
        let migrate = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_ranan"));
            command.args(["migrate", "--database-url", &database]).stdout(Stdio::null());
            command.stderr(Stdio::piped()).spawn().unwrap()
        };
        let racing = [migrate(), migrate(), migrate()];
        for process in racing {
            let ended = process.wait_with_output().unwrap();
            assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        }
    }
}
