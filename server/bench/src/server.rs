//! A server of our own under test: the release binary on a fresh database, and clients signed in to it.

use anyhow::{Context, Result, bail};
use reqwest::{Client, RequestBuilder, Response};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{collections::HashMap, process::Stdio, time::Duration};
use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    sync::Mutex,
};
use uuid::Uuid;

/// Accounts of the demonstration, in 官渡区 and above (`services::seed`).
pub const PROVINCE_ADMINISTRATOR: &str = "13000000003";
pub const COUNTY_ADMINISTRATOR: &str = "13000000009";
pub const COUNTY_INSPECTOR: &str = "13000000010";

/// On which database the measured server runs.
pub enum Engine {
    Sqlite,
    /// With the address of a server on which databases may be made.
    Postgres(String),
}

impl Engine {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// How it is asked for on the command line.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }
}

/// A running server; it and its files go with the value.
pub struct Server {
    process: Child,
    pub address: String,
    pub engine: &'static str,
    sessions: Mutex<HashMap<String, Session>>,
    _folder: TempDir,
}

/// Someone signed in.
#[derive(Clone)]
pub struct Session {
    http: Client,
    address: String,
    cookie: String,
}

const BINARY: &str = "target/release/ranan";

impl Server {
    /// Seeds a fresh database with `hazards` hazards and serves it.
    pub async fn start(engine: &Engine, hazards: u32) -> Result<Self> {
        let folder = tempfile::tempdir_in("target")?;
        let database = match engine {
            Engine::Sqlite => format!("sqlite://{}/bench.db", folder.path().display()),
            Engine::Postgres(url) => make_database(url).await?,
        };
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let listen = format!("127.0.0.1:{port}");
        let photos = folder.path().join("photos");
        let command = |what: &str| {
            let mut command = Command::new(BINARY);
            command.arg(what).env("RANAN_LOG", "warn").kill_on_drop(true);
            command.arg("--database-url").arg(&database);
            command
        };
        let seeded = command("seed").arg("--scale").arg(hazards.to_string()).stdout(Stdio::null()).status().await?;
        if !seeded.success() {
            bail!("`ranan seed` failed");
        }
        let mut serve = command("serve");
        serve.arg("--demo").arg("--listen").arg(&listen).arg("--photos").arg(&photos);
        serve
            .arg("--metrics-listen")
            .arg("off")
            .arg("--codes-per-hour")
            .arg("100000")
            .arg("--sign-ins-per-hour")
            .arg("100000");
        serve.arg("--imports").arg(folder.path().join("imports"));
        let process = serve.stdout(Stdio::null()).spawn()?;
        let server = Self {
            process,
            address: format!("http://{listen}"),
            engine: engine.name(),
            sessions: Mutex::default(),
            _folder: folder,
        };
        server.wait().await?;
        Ok(server)
    }

    async fn wait(&self) -> Result<()> {
        for _ in 0..600 {
            if reqwest::get(format!("{}/healthz", self.address)).await.is_ok_and(|answer| answer.status().is_success())
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the server did not come up")
    }

    fn status(&self, field: &str) -> Result<f64> {
        let id = self.process.id().context("the server ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find(|line| line.starts_with(field)).context("no such field")?;
        let kilobytes: f64 = line.split_whitespace().nth(1).context("no value")?.parse()?;
        Ok(kilobytes / 1024.0)
    }

    /// Resident memory now, in MiB.
    pub fn resident_mb(&self) -> Result<f64> {
        self.status("VmRSS")
    }

    /// Forgets the peak of resident memory so far.
    pub fn reset_peak(&self) -> Result<()> {
        let id = self.process.id().context("the server ended")?;
        Ok(std::fs::write(format!("/proc/{id}/clear_refs"), "5")?)
    }

    /// The peak of resident memory since the last reset, in MiB.
    pub fn peak_mb(&self) -> Result<f64> {
        self.status("VmHWM")
    }

    /// The processor time that the server took so far, in milliseconds: unlike the clock's, it is little longer on a machine
    /// that is shared. PostgreSQL's is not in it.
    pub fn processor_ms(&self) -> Result<f64> {
        let id = self.process.id().context("the server ended")?;
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        // Behind the name, which may hold anything, the times are the twelfth and thirteenth word, in hundredths of a second.
        let (_, words) = stat.rsplit_once(')').context("no name")?;
        let hundredths = words.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        Ok(hundredths.sum::<Result<f64, _>>()? * 10.0)
    }

    /// Signs in with a demonstration account; once each, for a number gets one code a minute.
    pub async fn sign_in(&self, phone: &str) -> Result<Session> {
        let mut sessions = self.sessions.lock().await;
        if let Some(session) = sessions.get(phone) {
            return Ok(session.clone());
        }
        let http = Client::builder().pool_max_idle_per_host(64).tcp_nodelay(true).build()?;
        let mut session = Session { http, address: self.address.clone(), cookie: String::new() };
        let asked = session.request("/api/session/request_code").json(&json!({ "phone": phone })).send().await?;
        // A code is good for the browser that asked for it.
        session.cookie = given_cookie(&asked)?;
        let sent: Value = asked.error_for_status()?.json().await?;
        let code = sent["demo_code"].as_str().context("the demonstration shows the code")?;
        let answer =
            session.request("/api/session/sign_in").json(&json!({ "phone": phone, "code": code })).send().await?;
        session.cookie = given_cookie(&answer)?;
        sessions.insert(phone.to_owned(), session.clone());
        Ok(session)
    }
}

fn given_cookie(answer: &Response) -> Result<String> {
    let cookie = answer.headers().get("set-cookie").context("a cookie")?.to_str()?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

async fn make_database(url: &str) -> Result<String> {
    let name = format!("bench_{}", Uuid::new_v4().simple());
    let made = Command::new("psql").arg(url).arg("-qc").arg(format!("create database {name}")).status().await?;
    if !made.success() {
        bail!("psql could not create a database");
    }
    let (server, _) = url.rsplit_once('/').context("the address names a database")?;
    Ok(format!("{server}/{name}"))
}

impl Session {
    fn own(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("cookie", &self.cookie).header("origin", &self.address).header("sec-fetch-site", "same-origin")
    }

    /// A POST to this path.
    pub fn request(&self, path: &str) -> RequestBuilder {
        self.own(self.http.post(format!("{}{path}", self.address)))
    }

    /// A PUT to this path.
    pub fn put(&self, path: &str) -> RequestBuilder {
        self.own(self.http.put(format!("{}{path}", self.address)))
    }

    /// A GET of this path.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.own(self.http.get(format!("{}{path}", self.address)))
    }

    /// Calls a server function.
    pub async fn call<T: DeserializeOwned>(&self, endpoint: &str, body: &impl Serialize) -> Result<T> {
        let answer = self.request(&format!("/api/{endpoint}")).json(body).send().await?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        if !status.is_success() {
            bail!("{endpoint}: {status}: {}", String::from_utf8_lossy(&body));
        }
        serde_json::from_slice(&body).with_context(|| format!("{endpoint}: {}", String::from_utf8_lossy(&body)))
    }
}
