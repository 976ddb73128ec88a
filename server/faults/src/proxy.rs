//! A network that fails: in front of the server, one request a connection.

use anyhow::Result;
use rand::Rng;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It is passed on as it is.
    None,
    /// It arrives late.
    Late,
    /// It never arrives, and nobody says so.
    Hang,
    /// A gateway answers with a page.
    BadGateway,
    /// A captive portal answers everything with 200 and a page.
    Portal,
    /// The server acts, and its answer is lost.
    ReplyLost,
    /// The answer breaks off.
    ReplyCut,
    /// It arrives twice.
    Twice,
    /// It breaks off on its way.
    RequestCut,
}

const FAULTS: [(Fault, &str, u32); 9] = [
    (Fault::None, "none", 700),
    (Fault::Late, "late", 60),
    (Fault::Hang, "hung", 6),
    (Fault::BadGateway, "502 page", 40),
    (Fault::Portal, "captive portal", 40),
    (Fault::ReplyLost, "reply lost", 60),
    (Fault::ReplyCut, "reply cut", 30),
    (Fault::Twice, "twice", 40),
    (Fault::RequestCut, "request cut", 40),
];

const PAGE: &str = "<!doctype html><title>登录网络</title><p>请先认证</p>";

/// The running proxy.
pub struct Proxy {
    port: u16,
    counts: Arc<[AtomicU64; FAULTS.len()]>,
}

impl Proxy {
    pub async fn start(server: u16) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let counts: Arc<[AtomicU64; FAULTS.len()]> = Arc::new(std::array::from_fn(|_| AtomicU64::new(0)));
        let counted = counts.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let counts = counted.clone();
                tokio::spawn(async move {
                    let fault = choose(&counts);
                    // An error is one more fault of this network.
                    let _ = pass(client, server, fault).await;
                });
            }
        });
        Ok(Self { port, counts })
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How often each fault was met.
    pub fn tally(&self) -> String {
        let told = FAULTS.iter().zip(self.counts.iter()).skip(1);
        told.map(|((_, name, _), count)| format!("{name} {}", count.load(Ordering::Relaxed)))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn choose(counts: &[AtomicU64; FAULTS.len()]) -> Fault {
    let all: u32 = FAULTS.iter().map(|(_, _, weight)| weight).sum();
    let mut drawn = rand::rng().random_range(0..all);
    for ((fault, _, weight), count) in FAULTS.iter().zip(counts) {
        if drawn < *weight {
            count.fetch_add(1, Ordering::Relaxed);
            return *fault;
        }
        drawn -= weight;
    }
    Fault::None
}

async fn pass(mut client: TcpStream, server: u16, fault: Fault) -> io::Result<()> {
    let request = read_request(&mut client).await?;
    let half = request.len() / 2;
    match fault {
        Fault::None => client.write_all(&ask(server, &request).await?).await?,
        Fault::Late => {
            let wait = rand::rng().random_range(100..3_000);
            tokio::time::sleep(Duration::from_millis(wait)).await;
            client.write_all(&ask(server, &request).await?).await?;
        }
        Fault::Hang => tokio::time::sleep(Duration::from_mins(1)).await,
        Fault::BadGateway => client.write_all(page("502 Bad Gateway").as_bytes()).await?,
        Fault::Portal => client.write_all(page("200 OK").as_bytes()).await?,
        Fault::ReplyLost => drop(ask(server, &request).await?),
        Fault::ReplyCut => {
            let reply = ask(server, &request).await?;
            client.write_all(&reply[..reply.len() / 2]).await?;
        }
        Fault::Twice => {
            let (first, second) = tokio::join!(ask(server, &request), ask(server, &request));
            drop(first);
            client.write_all(&second?).await?;
        }
        Fault::RequestCut => {
            let mut upstream = TcpStream::connect(("127.0.0.1", server)).await?;
            upstream.write_all(&request[..half]).await?;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    client.shutdown().await
}

fn page(status: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{PAGE}",
        PAGE.len()
    )
}

/// Sends the request to the server and reads the whole answer, which ends with the connection.
async fn ask(server: u16, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut upstream = TcpStream::connect(("127.0.0.1", server)).await?;
    upstream.write_all(request).await?;
    let mut reply = Vec::new();
    upstream.read_to_end(&mut reply).await?;
    Ok(reply)
}

/// A whole request, its header saying that the connection ends with the answer.
async fn read_request(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if client.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")).and_then(|n| n.trim().parse().ok());
    let length: usize = length.unwrap_or(0);
    while bytes.len() < head + length {
        if client.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let line_end = bytes.windows(2).position(|two| two == b"\r\n").unwrap_or(0) + 2;
    bytes.splice(line_end..line_end, *b"connection: close\r\n");
    Ok(bytes)
}
