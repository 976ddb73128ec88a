//! `ranan doctor`: what is set, whether it works, and what to do where it does not.

use crate::{
    backup::check,
    cli::{Doctor, PhotoPlace, Serve, SmsProvider},
    commands::{gateway, make_folder, open_photos},
    photos::Photos,
};
use anyhow::bail;
use domain::photo::PhotoHash;
use futures::{StreamExt, stream};
use store::{
    Db,
    photos::KeptPhoto,
    verify::{self, Fault},
};

/// Photos that are looked at at the same time.
const AT_ONCE: usize = 8;
/// Photos of one page.
const PAGE: u32 = 500;

/// Shows the effective settings, without secrets, and checks each; where it is asked for, every record and photo too.
///
/// # Errors
/// When a check failed.
pub async fn examine(options: &Doctor) -> anyhow::Result<()> {
    let Doctor { serve: options, verify } = options;
    println!("配置：");
    for (name, value) in settings(options) {
        println!("  {name:<30} {value}");
    }
    println!("检查：");
    let checks = [
        ("数据库", database(&options.database.url).await, "检查 DATABASE_URL；首次使用先运行 ranan migrate"),
        ("照片", photos(&options.photos).await, "检查 RANAN_PHOTOS 指向的文件夹或桶是否存在、可写"),
        ("导入文件夹", folder(&options.imports), "检查 RANAN_IMPORTS 指向的文件夹是否可写"),
        ("网页", site(options), "运行 make build，或用 RANAN_SITE 指向已构建的网页"),
        ("短信", gateway(&options.sms).map(drop), "补全 RANAN_ALIYUN_* 配置，或改用 RANAN_SMS=log"),
    ];
    let mut failed = 0;
    for (name, result, advice) in checks {
        match result {
            Ok(()) => println!("  正常  {name}"),
            Err(error) => {
                failed += 1;
                println!("  异常  {name}：{error:#}\n        {advice}");
            }
        }
    }
    if options.sms.gateway == SmsProvider::Log && !options.demo {
        println!("  注意  短信通道为 log：验证码只打印在终端，正式使用请配置 RANAN_SMS=aliyun");
    }
    if *verify {
        failed += verify_all(options).await?;
    }
    if failed > 0 {
        bail!("{failed} 项检查未通过");
    }
    Ok(())
}

fn settings(options: &Serve) -> Vec<(&'static str, String)> {
    let secret = |value: &Option<String>| if value.is_some() { "（已设置）" } else { "（未设置）" }.to_owned();
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "（未设置）".to_owned());
    vec![
        ("RANAN_LISTEN", options.listen.to_string()),
        ("RANAN_METRICS_LISTEN", options.metrics_listen.to_string()),
        ("DATABASE_URL", without_password(&options.database.url)),
        ("RANAN_PHOTOS", options.photos.place.clone()),
        ("RANAN_IMPORTS", options.imports.display().to_string()),
        ("RANAN_SITE", options.site.display().to_string()),
        ("RANAN_DEMO", options.demo.to_string()),
        ("RANAN_BEHIND_PROXY", options.behind_proxy.to_string()),
        ("RANAN_PROXIES", options.proxies.to_string()),
        ("RANAN_CODES_PER_HOUR", options.codes_per_hour.to_string()),
        ("RANAN_SIGN_INS_PER_HOUR", options.sign_ins_per_hour.to_string()),
        ("RANAN_DISK_RESERVE_MB", options.disk_reserve_mb.to_string()),
        ("RANAN_CONNECTIONS", options.connections.to_string()),
        (
            "RANAN_CONNECTIONS_PER_ADDRESS",
            options.per_address().map_or_else(|| "不限（由反向代理限制）".to_owned(), |most| most.to_string()),
        ),
        ("RANAN_IDLE_SECONDS", options.idle_seconds.to_string()),
        ("RANAN_STOP_SECONDS", options.stop_seconds.to_string()),
        ("RANAN_SMS", format!("{:?}", options.sms.gateway).to_lowercase()),
        ("RANAN_ALIYUN_ENDPOINT", options.sms.aliyun_endpoint.clone()),
        ("RANAN_ALIYUN_ACCESS_KEY_ID", secret(&options.sms.aliyun_access_key_id)),
        ("RANAN_ALIYUN_ACCESS_KEY_SECRET", secret(&options.sms.aliyun_access_key_secret)),
        ("RANAN_ALIYUN_SIGN_NAME", shown(&options.sms.aliyun_sign_name)),
        ("RANAN_ALIYUN_TEMPLATE_CODE", shown(&options.sms.aliyun_template_code)),
    ]
}

/// `postgres://user:***@host/name`; a password in the query is hidden with the whole query.
fn without_password(url: &str) -> String {
    let bare = url.split('?').next().unwrap_or_default();
    match bare.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
        Some((scheme, (account, place))) => {
            let user = account.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:***@{place}")
        }
        None => bare.to_owned(),
    }
}

async fn database(url: &str) -> anyhow::Result<()> {
    let db = Db::open(url).await?;
    let mut tx = db.read().await?;
    store::dictionary::departments(&mut tx).await?;
    Ok(())
}

async fn photos(place: &PhotoPlace) -> anyhow::Result<()> {
    Ok(open_photos(place)?.check_writable().await?)
}

/// Looks at every record, every reference and every photo, and names what is wrong: how much that is.
async fn verify_all(options: &Serve) -> anyhow::Result<u32> {
    println!("核对：");
    let mut faults = 0;
    let mut tell = |Fault { what, id, why }: Fault| {
        faults += 1;
        println!("  异常  {what} {id}：{why}");
    };
    let db = Db::open(&options.database.url).await?;
    let mut tx = verify::begin(&db).await?;
    verify::engine(&mut tx, &mut tell).await?;
    let (traces, subjects) = verify::audit(&mut tx, &mut tell).await?;
    let operations = verify::operations(&mut tx, &subjects, &mut tell).await?;
    let (hazards, events) = verify::hazards(&mut tx, &mut tell).await?;
    verify::sums(&mut tx, &mut tell).await?;
    let links = verify::links(&mut tx, &mut tell).await?;
    drop(tx);
    let photos = verify_photos(options, &db, &mut tell).await?;
    db.close().await;
    println!("  已核对：上传记录 {operations} 条，隐患 {hazards} 条（经过 {events} 条），操作日志 {traces} 条，");
    println!("          关联 {links} 种，照片 {photos} 张；{}", if faults == 0 { "没有问题" } else { "问题见上" });
    Ok(faults)
}

/// Every photo: it is there, and it is what was kept. A page at a time, each in a transaction of its own.
async fn verify_photos(options: &Serve, db: &Db, tell: verify::Tell<'_>) -> anyhow::Result<u64> {
    let place = open_photos(&options.photos)?;
    let (mut after, mut seen) = (None, 0);
    loop {
        let page = store::photos::page(&mut db.read().await?, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(seen) };
        after = Some(last.hash);
        seen += page.len() as u64;
        let mut looks = stream::iter(page).map(|photo| look(&place, photo)).buffered(AT_ONCE);
        while let Some(looked) = looks.next().await {
            if let (hash, Some(why)) = looked? {
                tell(Fault { what: "照片", id: hash.to_string(), why: why.to_owned() });
            }
        }
    }
}

fn folder(folder: &std::path::Path) -> anyhow::Result<()> {
    make_folder(folder)?;
    tempfile::tempfile_in(folder)?;
    Ok(())
}

fn site(options: &Serve) -> anyhow::Result<()> {
    std::fs::metadata(options.site.join("index.html"))?;
    Ok(())
}

/// What is wrong with a photo, if anything is.
async fn look(place: &Photos, photo: KeptPhoto) -> anyhow::Result<(PhotoHash, Option<&'static str>)> {
    let bytes = place.bytes(photo.hash).await?;
    Ok((photo.hash, check(bytes, photo.size_bytes, photo.kept_hash).err()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(without_password("postgres://ranan:s3cret@db:5432/ranan"), "postgres://ranan:***@db:5432/ranan");
        assert_eq!(without_password("postgres://db/ranan?user=a&password=s3cret"), "postgres://db/ranan");
        assert_eq!(without_password("sqlite://data/ranan.db"), "sqlite://data/ranan.db");
    }
}
