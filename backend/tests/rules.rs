//! The commands for routing rules, as somebody types them.

#![expect(clippy::unwrap_used, reason = "what is unexpected ends the test")]

use lanterna::clock::{SystemClock, entropy, hex};
use lanterna::demo;
use lanterna::store::batch::{Device, OpBatch, PreparedOp};
use lanterna::store::sqlite::SqliteStore;
use lanterna::store::{NewDevice, Store};
use lanterna_shared::id::{InstallId, JurisdictionId, Lineage, OpId, ReportId, SubjectId};
use lanterna_shared::report::Channel;
use lanterna_shared::time::Timestamp;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Output};

/// A Thursday at nine in the morning in Genoa.
const NOW: Timestamp = Timestamp::from_millis(1_795_680_000_000);

struct Desk {
    data: PathBuf,
}

impl Desk {
    /// A data folder with the demo city and reports about `services` on Piazza De Ferrari.
    async fn with(services: &[&str]) -> Self {
        let data = std::env::temp_dir().join(format!("lanterna-rules-{}", hex(&entropy::<8>().unwrap())));
        std::fs::create_dir_all(&data).unwrap();
        let store =
            SqliteStore::open(&data.join("lanterna.db"), JurisdictionId::mint(NOW, [1; 10]), lanterna::metrics::Metrics::default().store)
                .unwrap();
        demo::seed(&store, &SystemClock).await.unwrap();
        let (install, subject) = (InstallId::mint(NOW, [2; 10]), SubjectId::mint(NOW, [3; 10]));
        store.register_device(NewDevice { install, secret_sha256: [4; 32], channel: Channel::App, subject }, NOW).await.unwrap();
        let ops = services.iter().map(|service| {
            let content = json!({ "report": ReportId::mint(NOW, entropy().unwrap()), "receipt": "0000-0000-00", "service": service, "sent_at": 0,
                "position": { "lat": 444_072_000, "lon": 89_340_000, "acc": 8, "src": "gps" }, "answers": { "count": "3" } });
            let op = json!({ "id": OpId::mint(NOW, entropy().unwrap()), "seq": 1, "at": 0, "up": 5, "do": { "create_report": content } });
            PreparedOp::read(&to_raw_value(&op).unwrap()).unwrap()
        });
        let device = Device { install, subject, channel: Channel::App };
        let batch = OpBatch { device, lineage: Lineage::mint(NOW, [5; 10]), device_now: NOW, ops: ops.collect() };
        assert!(store.apply_ops(batch, NOW).await.unwrap().iter().all(|reply| reply.verdict.is_done()));
        store.close().await;
        Self { data }
    }

    fn file(&self, text: &str) -> String {
        let path = self.data.join("rules.json");
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_lanterna")).args(args).arg("--data").arg(&self.data).output().unwrap()
    }

    /// What was printed, when it was done.
    fn says(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.says(&[args, &["--json"]].concat())).unwrap()
    }

    /// Why it was not done.
    fn refused(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    }
}

#[tokio::test]
async fn what_is_exported_is_imported_as_the_same_version() {
    let desk = Desk::with(&[]).await;
    let exported = desk.says(&["export", "rules"]);
    let again = desk.json(&["import", "rules", &desk.file(&exported)]);
    assert_eq!((&again["version"], &again["changed"]), (&json!(1), &json!(false)));
    let other = exported.replacen("\"hours\": 4", "\"hours\": 5", 1);
    assert_ne!(other, exported);
    assert_eq!(desk.json(&["import", "rules", &desk.file(&other)])["version"], 2);
    assert_eq!(desk.says(&["export", "rules", "--version", "1"]), exported);
    assert!(desk.refused(&["export", "rules", "--version", "3"]).contains("choose one of 1 to 2"));
}

#[tokio::test]
async fn a_bad_file_is_refused_with_its_lines_and_nothing_changes() {
    let desk = Desk::with(&[]).await;
    let before = desk.says(&["export", "rules"]);
    let file =
        desk.file("{\n\"rules\": [\n{ \"owner\": \"roads\" },\n{ \"when\": [{ \"service\": [\"comet\"] }],\n\"owner\": \"army\" }\n] }");
    let said = desk.refused(&["import", "rules", &file]);
    assert!(said.contains("rules.json, line 4: rule 2, when[1].service[1]: there is no service comet"), "{said}");
    assert!(said.contains("rules.json, line 4: rule 2, owner: there is no department army"), "{said}");
    assert!(desk.refused(&["import", "rules", &desk.file("{\"rules\": [\n{]")]).contains("line 2"));
    assert!(desk.refused(&["import", "rules", "nowhere.json"]).contains("cannot be read"));
    assert_eq!(desk.says(&["export", "rules"]), before);
}

#[tokio::test]
async fn route_says_who_and_why() {
    let desk = Desk::with(&[]).await;
    let args = ["route", "--service", "waste", "--lat", "44.385", "--lon", "9.04", "--accuracy", "20", "--at", "2026-08-15T23:30"];
    let routed = desk.json(&args);
    assert_eq!((&routed["owner"], &routed["area"], &routed["priority"]), (&json!("waste"), &json!("municipio-9"), &json!("high")));
    assert_eq!(routed["service_level"], json!({ "working_days": 1 }));
    let explained = desk.says(&[&args[..], &["--explain", "--language", "it"]].concat());
    assert!(explained.contains("la categoria è un'altra (vale se la categoria è Perdita d'acqua)"), "{explained}");
    assert!(explained.contains("corrisponde e decide: va a AMIU"), "{explained}");
    // The same in winter, and by answers and channel.
    let winter = ["route", "--service", "waste", "--lat", "44.385", "--lon", "9.04", "--at", "2026-12-15T12:00"];
    assert_eq!(desk.json(&winter)["priority"], "medium");
    let burst = desk.json(&["route", "--service", "water_leak", "--answer", "flow=floods"]);
    assert_eq!((&burst["priority"], &burst["rule"]), (&json!("urgent"), &json!(1)));
    let night = desk.json(&["route", "--service", "pothole", "--channel", "phone", "--at", "2026-11-26T23:00"]);
    assert_eq!(night["priority"], "high");
    let triage = desk.says(&["route", "--service", "graffiti"]);
    assert!(triage.contains("to triage"), "{triage}");
    // Piazza De Ferrari with a circle that reaches three other municipi.
    let unsure = desk.says(&["route", "--service", "graffiti", "--lat", "44.4072", "--lon", "8.934", "--accuracy", "5000"]);
    assert!(unsure.contains("Here: Centro Est → Direzione Ambiente. Beyond: Centro Ovest → triage"), "{unsure}");
    for (wrong, why) in [
        (vec!["--service", "comet"], "choose one of"),
        (vec!["--service", "tree", "--channel", "pigeon"], "choose one of app"),
        (vec!["--service", "tree", "--lat", "44.4"], "both --lat and --lon"),
        (vec!["--service", "tree", "--lat", "NaN", "--lon", "8.9"], "not a place on earth"),
        (vec!["--service", "tree", "--at", "yesterday"], "no moment"),
        (vec!["--service", "tree", "--answer", "deep"], "--answer depth=12"),
    ] {
        let said = desk.refused(&[vec!["route"], wrong].concat());
        assert!(said.contains(why), "{said}");
    }
}

#[tokio::test]
async fn check_lists_what_can_never_match_and_what_nobody_covers() {
    let desk = Desk::with(&[]).await;
    let demo = desk.says(&["rules", "check"]);
    assert!(demo.contains("No rule covers: ") && !demo.contains("never"), "{demo}");
    assert!(demo.contains("category: Graffiti"), "{demo}");
    let shadowed = desk.file(r#"{"rules":[{"owner":"roads"},{"when":[{"service":["tree"]}],"owner":"waste"}]}"#);
    let output = desk.run(&["rules", "check", &shadowed]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("Rule 2 can never match: before it, rule 1 always decides."), "{said}");
    let all = desk.says(&["rules", "check", &desk.file(r#"{"rules":[{"owner":"roads"}]}"#)]);
    assert!(all.contains("every report has an owner"), "{all}");
}

#[tokio::test]
async fn replay_tells_what_would_move_and_moves_nothing() {
    let desk = Desk::with(&["pothole", "pothole", "tree", "graffiti", "waste"]).await;
    let same = desk.says(&["export", "rules"]);
    assert_eq!(desk.json(&["rules", "replay", &desk.file(&same)])["would_move"], 0);
    let file = desk.file(
        r#"{"rules":[{"when":[{"number":{"question":"count","below":5}},{"service":["pothole","tree"]}],"owner":"waste"},
        {"when":[{"service":["waste"]}],"owner":"waste","priority":"urgent"}]}"#,
    );
    let said = desk.says(&["rules", "replay", &file]);
    assert!(said.contains("5 cases tried: 4 cases would move."), "{said}");
    assert!(said.contains("3 cases would move from Aster to AMIU\n  2 Pothole\n  1 Tree or green area"), "{said}");
    assert!(said.contains("1 case would move from Direzione Ambiente to triage\n  1 Graffiti"), "{said}");
    assert!(said.contains("1 case would get another priority"), "{said}");
    assert_eq!(desk.json(&["rules", "replay", &file])["cases"], 5);
    assert_eq!(desk.says(&["export", "rules"]), same);
    assert!(desk.run(&["check"]).status.success());
}
