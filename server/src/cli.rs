//! The command line. Every option is also an environment variable.

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::region::RegionCode;
use std::{
    fmt,
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    path::{Path, PathBuf},
};

/// 燃安 on the command line.
#[derive(Debug, Parser)]
#[command(name = "ranan", version, about = "燃安：燃气安全隐患排查整治系统")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What is logged.
    #[arg(
        long,
        global = true,
        env = "RANAN_LOG",
        default_value = "info",
        help = "日志级别，如 info 或 info,sqlx=debug"
    )]
    pub log: String,
    /// How it is logged.
    #[arg(long, global = true, env = "RANAN_LOG_FORMAT", default_value = "pretty", help = "日志格式")]
    pub log_format: LogFormat,
}

/// The form of a line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people: lines of text.
    Pretty,
    /// For programs: an object of JSON on each line.
    Json,
}

/// What `ranan` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the site and its metrics, and does the jobs.
    #[command(about = "启动服务")]
    Serve(Box<Serve>),
    /// Brings the database up to date.
    #[command(about = "建立或升级数据库")]
    Migrate(Database),
    /// Makes the first administrator.
    #[command(about = "开通管理员（首个管理员只能由此开通）")]
    CreateAdmin(CreateAdmin),
    /// Fills an empty database with invented data.
    #[command(about = "向空数据库写入虚构的演示数据")]
    Seed(Seed),
    /// Shows the effective settings and checks them; with `--verify`, every record and every photo too.
    #[command(about = "显示生效的配置并逐项检查；--verify 另核对每条记录和每张照片")]
    Doctor(Box<Doctor>),
    /// Copies the database and the photos into a folder.
    #[command(about = "把数据库和照片备份到一个文件夹（服务可以照常运行；再次备份只复制新照片）")]
    Backup(Copying),
    /// Restores what a folder holds, into an empty database and an empty place for photos.
    #[command(about = "把备份恢复到空数据库和空的照片存放处，逐一校验")]
    Restore(Copying),
}

/// The database, by its URL.
#[derive(Clone, Debug, Args)]
pub struct Database {
    /// Its URL.
    #[arg(
        long = "database-url",
        env = "DATABASE_URL",
        default_value = "sqlite://data/ranan.db",
        hide_env_values = true,
        help = "数据库：sqlite://文件 或 postgres://用户:密码@主机/库"
    )]
    pub url: String,
}

/// What is copied, and the folder that holds the copy.
#[derive(Clone, Debug, Args)]
pub struct Copying {
    /// For a backup missing, empty or an older backup's; for a restore a backup's.
    #[arg(value_name = "DIR", help = "备份文件夹")]
    pub folder: PathBuf,
    /// Copied by a backup, filled by a restore.
    #[command(flatten)]
    pub database: Database,
    /// Where photos are kept.
    #[command(flatten)]
    pub photos: PhotoPlace,
}

/// What to look at.
#[derive(Clone, Debug, Args)]
pub struct Doctor {
    /// Those that `serve` would start with.
    #[command(flatten)]
    pub serve: Serve,
    /// Proves every record, photo and reference too.
    #[arg(long, help = "另核对每条记录、每张照片、每处关联，逐一列出有问题的")]
    pub verify: bool,
}

/// Where photos are kept.
#[derive(Clone, Debug, Args)]
pub struct PhotoPlace {
    /// A folder, or a bucket.
    #[arg(
        long = "photos",
        env = "RANAN_PHOTOS",
        default_value = "data/photos",
        help = "照片存放处：文件夹，或 s3://桶/前缀"
    )]
    pub place: String,
}

impl PhotoPlace {
    /// Which folder, if it is one.
    pub fn folder(&self) -> Option<&Path> {
        (!self.place.contains("://")).then(|| Path::new(&self.place))
    }
}

/// How to serve.
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// Address of the site.
    #[arg(long, env = "RANAN_LISTEN", default_value = "127.0.0.1:3000", help = "网站监听地址")]
    pub listen: SocketAddr,
    /// Address of the metrics.
    #[arg(long, env = "RANAN_METRICS_LISTEN", default_value = "127.0.0.1:9464", help = "指标监听地址，off 关闭")]
    pub metrics_listen: Listen,
    /// Brought up to date at the start.
    #[command(flatten)]
    pub database: Database,
    /// Where photos are kept.
    #[command(flatten)]
    pub photos: PhotoPlace,
    /// Where workbooks wait for 确认导入.
    #[arg(long, env = "RANAN_IMPORTS", default_value = "data/imports", help = "待确认的导入文件存放的文件夹")]
    pub imports: PathBuf,
    /// The built site.
    #[arg(long, env = "RANAN_SITE", default_value = "target/site", help = "已构建的网页所在文件夹")]
    pub site: PathBuf,
    /// Demonstration: an empty database is filled, and the login page shows the code.
    #[arg(long, env = "RANAN_DEMO", help = "演示模式：空库写入演示数据，登录页显示验证码")]
    pub demo: bool,
    /// A proxy is in front.
    #[arg(
        long,
        env = "RANAN_BEHIND_PROXY",
        help = "前面有可信的反向代理（采信 X-Forwarded-For 与 X-Forwarded-Proto）"
    )]
    pub behind_proxy: bool,
    /// Proxies in a row.
    #[arg(long, env = "RANAN_PROXIES", default_value = "1", help = "可信反向代理的层数（与 --behind-proxy 同用）")]
    pub proxies: NonZeroUsize,
    /// Codes per hour and address.
    #[arg(long, env = "RANAN_CODES_PER_HOUR", default_value = "30", help = "同一地址每小时可获取验证码的次数")]
    pub codes_per_hour: NonZeroU32,
    /// Tries per hour and address.
    #[arg(long, env = "RANAN_SIGN_INS_PER_HOUR", default_value = "60", help = "同一地址每小时可尝试登录的次数")]
    pub sign_ins_per_hour: NonZeroU32,
    /// What is left free on the disk.
    #[arg(
        long,
        env = "RANAN_DISK_RESERVE_MB",
        default_value = "512",
        help = "磁盘保留空间（MB）：不足时暂停接收照片和导入，记录仍可保存；不足两倍时预警"
    )]
    pub disk_reserve_mb: u64,
    /// Connections at once.
    #[arg(long, env = "RANAN_CONNECTIONS", default_value = "4096", help = "同时保持的连接数上限，超出的排队等候")]
    pub connections: NonZeroUsize,
    /// Connections at once from one address.
    #[arg(
        long,
        env = "RANAN_CONNECTIONS_PER_ADDRESS",
        help = "同一地址同时保持的连接数上限，超出的不接（默认为总数的四分之一，至少 64；在反向代理之后不限）"
    )]
    pub connections_per_address: Option<NonZeroUsize>,
    /// Seconds of silence. A proxy should let go of an idle connection sooner, lest it sends into one that just ended.
    #[arg(
        long,
        env = "RANAN_IDLE_SECONDS",
        default_value = "75",
        help = "连接空闲或请求头未传完时，最多等待的秒数（应大于反向代理的空闲时间）"
    )]
    pub idle_seconds: u64,
    /// Seconds to end.
    #[arg(long, env = "RANAN_STOP_SECONDS", default_value = "20", help = "停止服务时，等待进行中的请求完成的秒数")]
    pub stop_seconds: u64,
    /// How codes leave the state.
    #[command(flatten)]
    pub sms: Sms,
}

impl Serve {
    /// How many connections one address may have: a quarter of all unless the operator says so. Where a proxy stands for all
    /// clients, it counts them.
    pub fn per_address(&self) -> Option<NonZeroUsize> {
        let quarter = NonZeroUsize::new(self.connections.get() / 4).unwrap_or(FEW_CONNECTIONS).max(FEW_CONNECTIONS);
        (!self.behind_proxy).then(|| self.connections_per_address.unwrap_or(quarter))
    }
}

/// Connections that an address may have on the smallest server: of an office that shares one.
const FEW_CONNECTIONS: NonZeroUsize = NonZeroUsize::new(64).expect("no zero");

/// Which SMS gateway, and its account.
#[derive(Clone, Debug, Args)]
pub struct Sms {
    /// The gateway.
    #[arg(
        long = "sms",
        env = "RANAN_SMS",
        default_value = "log",
        help = "短信通道：log 打印在终端，aliyun 阿里云短信"
    )]
    pub gateway: SmsProvider,
    /// Aliyun's address.
    #[arg(
        long,
        env = "RANAN_ALIYUN_ENDPOINT",
        default_value = crate::sms::aliyun::ENDPOINT,
        help = "阿里云短信接口地址"
    )]
    pub aliyun_endpoint: String,
    /// AccessKey ID, from the console of Aliyun; needed there.
    #[arg(long, env = "RANAN_ALIYUN_ACCESS_KEY_ID", hide_env_values = true, help = "阿里云 AccessKey ID")]
    pub aliyun_access_key_id: Option<String>,
    /// AccessKey Secret, which signs each request; needed there.
    #[arg(long, env = "RANAN_ALIYUN_ACCESS_KEY_SECRET", hide_env_values = true, help = "阿里云 AccessKey Secret")]
    pub aliyun_access_key_secret: Option<String>,
    /// 短信签名
    #[arg(long, env = "RANAN_ALIYUN_SIGN_NAME", help = "已审核的短信签名")]
    pub aliyun_sign_name: Option<String>,
    /// 短信模板
    #[arg(long, env = "RANAN_ALIYUN_TEMPLATE_CODE", help = "已审核的短信模板编号，模板变量为 code")]
    pub aliyun_template_code: Option<String>,
}

/// Who sends the codes of sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SmsProvider {
    /// Nobody: the code is printed on the terminal.
    Log,
    /// Aliyun's short message service.
    Aliyun,
}

/// An administrator to be made.
#[derive(Clone, Debug, Args)]
pub struct CreateAdmin {
    #[command(flatten)]
    pub database: Database,
    /// The phone number.
    #[arg(long, help = "手机号")]
    pub phone: String,
    /// The real name.
    #[arg(long, help = "姓名")]
    pub name: String,
    /// The region of the post, of any level.
    #[arg(long, help = "区划代码，如 530111；全国为 000000")]
    pub region: RegionCode,
    /// Name or code of an entry of the dictionary.
    #[arg(long, default_value = "住房城乡建设", help = "人员归属部门的名称或代码")]
    pub department: String,
}

/// How much to invent.
#[derive(Clone, Debug, Args)]
pub struct Seed {
    /// One in use already is left as it is.
    #[command(flatten)]
    pub database: Database,
    /// How many hazards; all else is in proportion.
    #[arg(long, default_value_t = services::seed::DEMO_HAZARDS, help = "隐患条数，其余数据按比例生成")]
    pub scale: u32,
}

/// An address to listen on, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listen {
    /// At this address and port.
    On(SocketAddr),
    /// Not at all.
    Off,
}

impl std::str::FromStr for Listen {
    type Err = std::net::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" { Ok(Self::Off) } else { text.parse().map(Self::On) }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(address) => address.fmt(f),
            Self::Off => f.write_str("off"),
        }
    }
}
