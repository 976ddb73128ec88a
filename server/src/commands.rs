//! What the commands do.

use crate::{
    backup,
    body::Budget,
    cli::{Command, CreateAdmin, Database, Listen, PhotoPlace, Seed, Serve, Sms, SmsProvider},
    connections::{self, Bounds},
    doctor,
    guard::pace::Pace,
    health::Health,
    jobs::{Bell, Worker},
    metrics,
    photos::Photos,
    router::{AppState, Settings, router},
    share::Shares,
    sms::{Aliyun, Log, aliyun::Account},
    workbooks::Workbooks,
};
use anyhow::{Context, bail};
use domain::{operation::LARGEST_OPERATION, time::Timestamp};
use services::{Clock, Config, Gate, seed::DemoAccount, sms::SmsGateway, space::Reserve};
use std::{
    fs::DirBuilder,
    future::Future,
    net::SocketAddr,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use store::Db;
use tokio::{net::TcpListener, signal::unix::SignalKind, sync::watch, time::timeout};

/// The most memory that records and calls on their way in may take together, in bytes: thirty-two of the largest records, or
/// a thousand usual ones.
const MOST_MEMORY: usize = 32 * LARGEST_OPERATION;
/// How long jobs and the database may take to end, once requests have.
const CLOSING: Duration = Duration::from_secs(5);

/// Runs a command to its end.
///
/// # Errors
/// With what stands in the way, in words for the operator.
pub async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(options) => serve(*options).await,
        Command::Migrate(database) => {
            open(&database).await?;
            println!("数据库已是最新版本。");
            Ok(())
        }
        Command::CreateAdmin(options) => create_admin(options).await,
        Command::Seed(options) => seed(options).await,
        Command::Doctor(options) => doctor::examine(&options).await,
        Command::Backup(options) => backup::backup(&options, now()).await,
        Command::Restore(options) => backup::restore(&options).await,
    }
}

/// Everything that serves, ready for a listener; also what the tests start.
///
/// # Errors
/// When the database, the photos or the gateway cannot be opened.
pub async fn open_state(options: &Serve) -> anyhow::Result<(AppState, Db)> {
    let db = open(&options.database).await?;
    let settings = Settings {
        site: options.site.clone(),
        is_behind_proxy: options.behind_proxy,
        proxies: options.proxies,
        pace: Pace::new(options.codes_per_hour, options.sign_ins_per_hour),
        connections: Bounds {
            most: options.connections,
            per_address: options.per_address(),
            idle: Duration::from_secs(options.idle_seconds),
            stopping: Duration::from_secs(options.stop_seconds),
        },
    };
    make_folder(&options.imports)?;
    let reserve = Reserve::new(folders(options), options.disk_reserve_mb * 1_048_576);
    let config = Config { is_demo: options.demo, imports: options.imports.clone(), reserve };
    let gate = Gate::new(db.clone(), clock(), gateway(&options.sms)?, config);
    let photos = open_photos(&options.photos)?;
    let workbooks = Workbooks::new(options.imports.clone());
    let (bell, health) = (Bell::default(), Health::default());
    let (memory, filing, settings) = (Budget::new(MOST_MEMORY), Shares::new(1), Arc::new(settings));
    Ok((AppState { gate, photos, memory, filing, bell, health, workbooks, settings }, db))
}

/// The folders that fill up: of the workbooks, the photos and the database, as far as they are folders.
fn folders(options: &Serve) -> Vec<PathBuf> {
    let mut folders = vec![options.imports.clone()];
    folders.extend(options.photos.folder().map(Path::to_owned));
    folders.extend(sqlite_path(&options.database.url).and_then(|path| Some(path.parent()?.to_owned())));
    folders
}

/// Opens the place of the photos; a folder is made when missing.
pub(crate) fn open_photos(photos: &PhotoPlace) -> anyhow::Result<Photos> {
    if let Some(folder) = photos.folder() {
        make_folder(folder)?;
    }
    Photos::open(&photos.place, std::env::vars()).context("照片存放处打不开，请检查 RANAN_PHOTOS")
}

/// The file of an embedded database.
pub(crate) fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?.trim_start_matches("//").split('?').next()?;
    Some(PathBuf::from(path))
}

/// Serves until `stop` is done, then lets running requests end, for as long as they may.
///
/// # Errors
/// When the listener cannot be set up.
pub async fn answer(
    listener: TcpListener,
    state: AppState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let worker = Worker { gate: state.gate.clone(), photos: state.photos.clone(), bell: state.bell.clone() };
    let (ending, is_ending) = watch::channel(false);
    let counting = tokio::spawn(worker.clone().count());
    let working = tokio::spawn(worker.run(is_ending));
    let bounds = state.settings.connections;
    let served = connections::serve(listener, router(state), bounds, stop).await;
    // What the last requests asked for waits for the next start; what has begun is ended.
    ending.send_replace(true);
    counting.abort();
    if let Ok(outcome) = timeout(CLOSING, working).await {
        outcome.context("the worker panicked")?;
    } else {
        // Its claim runs out, and the job is done again.
        tracing::warn!("a job that did not end in time is cut off");
    }
    Ok(served?)
}

async fn serve(options: Serve) -> anyhow::Result<()> {
    connections::raise_open_files(options.connections);
    let (state, db) = open_state(&options).await?;
    if let Listen::On(address) = options.metrics_listen {
        metrics::start(address, state.gate.config().reserve.clone())?;
    }
    let accounts =
        if options.demo { services::seed::run(&db, services::seed::DEMO_HAZARDS, now()).await? } else { Vec::new() };
    let listener = TcpListener::bind(options.listen).await;
    let listener = listener.with_context(|| format!("不能监听 {}，端口可能已被占用", options.listen))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, database = db.engine_name(), photos = %options.photos.place, "serving");
    announce(address, &options, &accounts);
    answer(listener, state, stop_signal()?).await?;
    if timeout(CLOSING, db.close()).await.is_err() {
        tracing::warn!("a transaction that did not end in time is rolled back");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Tells the person at the terminal where to go.
fn announce(address: SocketAddr, options: &Serve, accounts: &[DemoAccount]) {
    println!("\n燃安已启动：http://{address}");
    if !options.site.join("index.html").exists() {
        println!("网页尚未构建（{} 中没有 index.html），请先运行 make build。", options.site.display());
    }
    if !accounts.is_empty() {
        println!("演示账号（验证码显示在登录页）：");
        for DemoAccount { title, name, phone } in accounts {
            println!("  {phone}  {name}  {title}");
        }
    }
    println!();
}

async fn create_admin(options: CreateAdmin) -> anyhow::Result<()> {
    let CreateAdmin { database, phone, name, region, department } = options;
    let db = open(&database).await?;
    let config = Config { is_demo: false, imports: std::env::temp_dir(), reserve: Reserve::default() };
    let gate = Gate::new(db, clock(), Arc::new(Log), config);
    let person = services::people::create_administrator(&gate, &phone, &name, region, &department).await?;
    let titles: Vec<_> = person.posts.iter().map(domain::person::Post::title).collect();
    println!("{}（{}）可以登录了，岗位：{}", person.name, person.phone_masked, titles.join("、"));
    Ok(())
}

async fn seed(options: Seed) -> anyhow::Result<()> {
    let db = open(&options.database).await?;
    services::seed::run(&db, options.scale, now()).await?;
    db.close().await;
    println!("演示数据已就绪。");
    Ok(())
}

/// Opens the database, making its folder, and brings it up to date.
pub(crate) async fn open(database: &Database) -> anyhow::Result<Db> {
    make_database_folder(database)?;
    let db = Db::open(&database.url).await.context("数据库打不开，请检查 DATABASE_URL")?;
    store::dictionary::prepare(&db).await.context("数据库升级失败")?;
    Ok(db)
}

/// Makes the folder of an embedded database.
pub(crate) fn make_database_folder(database: &Database) -> anyhow::Result<()> {
    match sqlite_path(&database.url).as_deref().and_then(Path::parent) {
        Some(folder) => make_folder(folder),
        None => Ok(()),
    }
}

/// For the database and what waits to be imported: other users of the machine may not look into it.
pub(crate) fn make_folder(folder: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("不能建立文件夹 {}", folder.display()))
}

/// The gateway that was chosen.
pub(crate) fn gateway(sms: &Sms) -> anyhow::Result<Arc<dyn SmsGateway>> {
    if sms.gateway == SmsProvider::Log {
        return Ok(Arc::new(Log));
    }
    let (Some(access_key_id), Some(access_key_secret), Some(sign_name), Some(template_code)) = (
        sms.aliyun_access_key_id.clone(),
        sms.aliyun_access_key_secret.clone(),
        sms.aliyun_sign_name.clone(),
        sms.aliyun_template_code.clone(),
    ) else {
        bail!("阿里云短信需要四项配置：RANAN_ALIYUN_ACCESS_KEY_ID、…_ACCESS_KEY_SECRET、…_SIGN_NAME、…_TEMPLATE_CODE");
    };
    let endpoint = sms.aliyun_endpoint.clone();
    let account = Account { endpoint, access_key_id, access_key_secret, sign_name, template_code };
    Ok(Arc::new(Aliyun::new(account, clock())?))
}

fn clock() -> Clock {
    Arc::new(now)
}

#[expect(clippy::disallowed_methods, reason = "the one place where time enters the server")]
fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_microsecond())
}

/// Done when the operator (INT) or the system (TERM) asks to stop.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = tokio::signal::unix::signal(SignalKind::interrupt())?;
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping: running requests may end");
    })
}
