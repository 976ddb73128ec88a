//! Search gives what a comparison of the texts themselves would give, on both engines.

use crate::support::{
    date, enterprise, entry, found_at, fresh_id, inspect, item, noon, on_each_engine, person, uscc, within,
};
use domain::{
    enterprise::EnterpriseFilter,
    fold::clean_lines,
    hazard::Severity,
    id::{EnterpriseId, HazardId, PersonId},
    inspection::{InspectionFilter, NewHazard},
    ledger::HazardFilter,
    search::{Query, folded},
};
use proptest::{prelude::Strategy, strategy::ValueTree, test_runner::TestRunner};
use store::{Tx, enterprises, ledger};

/// An enterprise in 官渡区 with one hazard of this description.
async fn record(tx: &mut Tx, author: PersonId, number: u32, name: &str, address: &str, text: &str) -> EnterpriseId {
    let id = enterprise(tx, "530111", &entry(name, address, &uscc(number))).await;
    let inspection = inspect(tx, "530111", id, author, noon("2026-11-02")).await;
    let place = store::hazards::FoundAt {
        name,
        address,
        found_at: noon("2026-11-02").plus_seconds(i64::from(number)),
        ..found_at(inspection, id, "530111", author, "2026-11-02")
    };
    let hazard = NewHazard {
        id: HazardId(fresh_id()),
        item: item().code,
        description: clean_lines(text),
        severity: Severity::Major,
        severity_reason: None,
        officer: author,
        due_on: date("2026-12-02"),
        photos: Vec::new(),
    };
    store::hazards::insert(tx, &[(&hazard, &item())], &place).await.unwrap();
    id
}

/// The names of the enterprises whose hazards the ledger finds; its sums and export lines are as many.
async fn hazards(tx: &mut Tx, scope: &str, text: &str) -> Vec<String> {
    let filter = HazardFilter { text: text.to_owned(), ..HazardFilter::default() };
    let (scope, today) = (within(scope), date("2026-11-24"));
    let rows = ledger::page(tx, scope, &filter, today, None, 1000).await.unwrap().rows;
    let lines = ledger::lines(tx, scope, &filter, today, None, 1000).await.unwrap().rows;
    let sum = ledger::summary(tx, scope, &filter, today).await.unwrap().total;
    assert_eq!((lines.len(), usize::try_from(sum).unwrap()), (rows.len(), rows.len()), "{text}");
    rows.into_iter().map(|row| row.enterprise_name).collect()
}

/// The names of the enterprises that the register finds.
async fn register(tx: &mut Tx, scope: &str, text: &str) -> Vec<String> {
    let filter = EnterpriseFilter { text: text.to_owned(), ..EnterpriseFilter::default() };
    let rows = enterprises::page(tx, within(scope), &filter, None, 1000).await.unwrap().rows;
    rows.into_iter().map(|row| row.name).collect()
}

#[tokio::test]
async fn a_renamed_enterprise_is_found_in_the_ledger_by_its_new_name_and_address_only() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        let id = record(&mut tx, author, 1, "老街米线", "中心路 1 号", "软管老化").await;
        assert_eq!(hazards(&mut tx, "530000", "老街").await, ["老街米线"]);
        assert_eq!(hazards(&mut tx, "530000", "中心路").await, ["老街米线"]);
        enterprises::update(&mut tx, id, &entry("翠湖饵丝", "华山街道 8 号", &uscc(1)), noon("2026-11-02"))
            .await
            .unwrap();
        for (text, is_found) in
            [("老街", false), ("中心路", false), ("翠湖", true), ("华山街道", true), ("翠湖 软管", true)]
        {
            assert_eq!(hazards(&mut tx, "530000", text).await.len(), usize::from(is_found), "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn one_character_finds_it_anywhere_and_digits_only_in_their_order() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        record(&mut tx, author, 1, "甲店", "编号 100123", "软管老化").await;
        record(&mut tx, author, 2, "乙站", "编号 10 01 12 23 00", "KFC 后厨").await;
        for (text, names) in [
            ("店", vec!["甲店"]),
            ("甲", vec!["甲店"]),
            ("老", vec!["甲店"]),
            ("号", vec!["乙站", "甲店"]),
            ("100123", vec!["甲店"]),
            ("1001", vec!["甲店"]),
            ("0010", vec![]),
            ("10 12", vec!["乙站", "甲店"]),
            ("kfc", vec!["乙站"]),
            ("ＫＦＣ", vec!["乙站"]),
            ("%", vec!["乙站", "甲店"]),
            ("_店", vec!["甲店"]),
            ("' or 1=1 --\u{0}", vec![]),
        ] {
            assert_eq!(hazards(&mut tx, "530111", text).await, names, "{text}");
            if !["老", "kfc", "ＫＦＣ"].contains(&text) {
                assert_eq!(register(&mut tx, "530111", text).await, names, "{text}");
            }
        }
        let filter = InspectionFilter { text: "100123".to_owned(), ..InspectionFilter::default() };
        let found = store::inspections::page(&mut tx, within("530111"), &filter, None, 10).await.unwrap().rows;
        assert_eq!(found.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_what_a_comparison_of_all_texts_finds() {
    on_each_engine(async |db| {
        let mut tx = db.write().await.unwrap();
        let author = person(&mut tx, "王海", "13900000001").await;
        let mut random = TestRunner::deterministic();
        let text = "[甲乙丙aB１2店（）é -]{2,12}";
        let mut some = |pattern: &str| {
            let strategy = proptest::string::string_regex(pattern).unwrap();
            strategy.new_tree(&mut random).unwrap().current()
        };
        let mut texts = Vec::new();
        for number in 0..60 {
            let [name, address, description] = [some(text), some(text), some(text)].map(|text| format!("店{text}"));
            record(&mut tx, author, number, &name, &address, &description).await;
            texts.push([folded(&name), folded(&address), folded(&description)]);
        }
        for round in 0..300 {
            if let (200, Tx::Sqlite(tx)) = (round, &mut tx) {
                // From here on the word that all have is a frequent one: rows are walked and compared.
                let sql = "with recursive n (n) as (select 1000000 union all select n + 1 from n where n < 1005000)
                    insert into hazard_words (rowid, words) select n, 'r5301 r530111 店' from n";
                sqlx::query(sql).execute(&mut **tx).await.unwrap();
            }
            let query = some("[甲乙丙aB１2店（é -]{0,5}") + if round % 2 == 0 { " 店" } else { "" };
            let terms = Query::parse(&query).terms;
            let fits = |texts: &[String]| terms.iter().all(|term| texts.iter().any(|text| text.contains(term)));
            for scope in ["530111", "530000", "000000"] {
                let found = hazards(&mut tx, scope, &query).await.len();
                assert_eq!(found, texts.iter().filter(|texts| fits(&texts[..])).count(), "{query:?} in {scope}");
            }
            let digits = terms.iter().any(|term| term.chars().all(|c| c.is_ascii_alphanumeric()));
            if !digits {
                // Codes are letters and digits too; the other terms are of name and address.
                let found = register(&mut tx, "530111", &query).await.len();
                assert_eq!(found, texts.iter().filter(|texts| fits(&texts[..2])).count(), "{query:?}");
            }
        }
    })
    .await;
}
