//! The real server on a fresh database, which is killed and started again.

use crate::disk::Disk;
use anyhow::{Context, Result, bail};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::{path::PathBuf, process::Stdio, time::Duration};
use tokio::{
    process::{Child, Command},
    sync::Mutex,
};
use uuid::Uuid;

/// On which database the server runs.
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

/// The running server.
pub struct Server {
    pub port: u16,
    database: String,
    folder: PathBuf,
    is_postgres: bool,
    process: Mutex<Child>,
}

impl Server {
    /// Seeds a fresh database and serves it.
    pub async fn start(engine: &Engine, disk: &Disk) -> Result<Self> {
        let folder = disk.path().to_owned();
        let database = match engine {
            Engine::Sqlite => format!("sqlite://{}/faults.db", folder.display()),
            Engine::Postgres(url) => make_database(url).await?,
        };
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let seeded = Command::new(binary())
            .args(["seed", "--scale", "300", "--database-url", &database])
            .stdout(Stdio::null())
            .status()
            .await?;
        if !seeded.success() {
            bail!("`ranan seed` failed");
        }
        let process = Mutex::new(spawn(port, &database, &folder)?);
        let server = Self { port, database, folder, is_postgres: matches!(engine, Engine::Postgres(_)), process };
        server.wait().await?;
        Ok(server)
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends it as a power cut would, and starts it again.
    pub async fn kill(&self) -> Result<()> {
        let mut process = self.process.lock().await;
        process.kill().await?;
        *process = spawn(self.port, &self.database, &self.folder)?;
        Ok(())
    }

    /// Stops PostgreSQL at once, without letting anything end, and starts it again; `false` for the embedded engine.
    pub async fn stop_database(&self) -> Result<bool> {
        if !self.is_postgres {
            return Ok(false);
        }
        let done = Command::new("end2end/postgres.sh").arg("crash").stdout(Stdio::null()).status().await?;
        if !done.success() {
            bail!("postgres.sh could not stop and start the database");
        }
        Ok(true)
    }

    /// Until it answers and can write.
    pub async fn wait(&self) -> Result<()> {
        for _ in 0..600 {
            let health = reqwest::get(format!("{}/healthz", self.address())).await;
            if health.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            {
                let mut process = self.process.lock().await;
                if process.try_wait()?.is_some() {
                    *process = spawn(self.port, &self.database, &self.folder)?;
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the server did not come up")
    }

    /// Signs in with a demonstration account and gives the cookie.
    pub async fn sign_in(&self, phone: &str) -> Result<String> {
        let http = Client::new();
        let asked = http.post(format!("{}/api/session/request_code", self.address()));
        let asked = asked.json(&json!({ "phone": phone })).send().await?.error_for_status()?;
        // A code is good for the browser that asked for it.
        let browser = given_cookie(&asked, "__Host-ranan-browser=")?;
        let sent: Value = asked.json().await?;
        let code = sent["demo_code"].as_str().context("the demonstration shows the code")?;
        let answer = http
            .post(format!("{}/api/session/sign_in", self.address()))
            .header("cookie", browser)
            .header("sec-fetch-site", "same-origin")
            .json(&json!({ "phone": phone, "code": code }))
            .send()
            .await?;
        given_cookie(&answer, "__Host-ranan=")
    }

    /// Calls a server function, past the proxy.
    pub async fn call(&self, http: &Client, cookie: &str, endpoint: &str, body: &Value) -> Result<Value> {
        let request = http.post(format!("{}/api/{endpoint}", self.address())).json(body);
        let request = if cookie.is_empty() { request } else { request.header("cookie", cookie) };
        let answer = request.header("sec-fetch-site", "same-origin").send().await?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        if !status.is_success() {
            bail!("{endpoint}: {status}: {}", String::from_utf8_lossy(&body));
        }
        serde_json::from_slice(&body).with_context(|| format!("{endpoint}: {}", String::from_utf8_lossy(&body)))
    }
}

fn given_cookie(answer: &Response, beginning: &str) -> Result<String> {
    let cookies = answer.headers().get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
    let mut pairs = cookies.filter_map(|cookie| cookie.split(';').next());
    let pair = pairs.find(|pair| pair.starts_with(beginning));
    Ok(pair.with_context(|| format!("no cookie {beginning}"))?.to_owned())
}

fn binary() -> String {
    std::env::var("RANAN").unwrap_or_else(|_| "target/release/ranan".to_owned())
}

fn spawn(port: u16, database: &str, folder: &std::path::Path) -> Result<Child> {
    let log = std::fs::OpenOptions::new().create(true).append(true).open("target/faults.log")?;
    let process = Command::new(binary())
        .args(["serve", "--demo", "--metrics-listen", "off", "--database-url", database])
        .args(["--codes-per-hour", "100000", "--sign-ins-per-hour", "100000"])
        .arg("--listen")
        .arg(format!("127.0.0.1:{port}"))
        .arg("--photos")
        .arg(folder.join("photos"))
        .arg("--imports")
        .arg(folder.join("imports"))
        .env("RANAN_LOG", "warn")
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()?;
    Ok(process)
}

async fn make_database(url: &str) -> Result<String> {
    let name = format!("faults_{}", Uuid::new_v4().simple());
    let made = Command::new("psql").arg(url).arg("-qc").arg(format!("create database {name}")).status().await?;
    if !made.success() {
        bail!("psql could not create a database");
    }
    let (server, _) = url.rsplit_once('/').context("the address names a database")?;
    Ok(format!("{server}/{name}"))
}
