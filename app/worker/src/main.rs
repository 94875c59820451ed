//! Spike.
use wasm_bindgen::prelude::*;
use sqlite_wasm_vfs::sahpool::{install, OpfsSAHPoolCfgBuilder};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn now() -> f64;
}

/// x
#[wasm_bindgen]
pub async fn spike() -> Result<String, JsValue> {
    let e = |e: &dyn std::fmt::Display| JsValue::from_str(&e.to_string());
    let t0 = now();
    let cfg = OpfsSAHPoolCfgBuilder::new().vfs_name("lanterna").directory("lanterna/db").initial_capacity(4).build();
    let pool = install::<sqlite_wasm_rs::WasmOsCallback>(&cfg, true).await.map_err(|x| e(&x))?;
    let t1 = now();
    let db = rusqlite::Connection::open("lanterna.db").map_err(|x| e(&x))?;
    let mode: String = db.query_row("PRAGMA journal_mode", [], |r| r.get(0)).map_err(|x| e(&x))?;
    let sync: i64 = db.query_row("PRAGMA synchronous", [], |r| r.get(0)).map_err(|x| e(&x))?;
    let v: String = db.query_row("SELECT sqlite_version()", [], |r| r.get(0)).map_err(|x| e(&x))?;
    db.execute_batch("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, v TEXT NOT NULL) STRICT").map_err(|x| e(&x))?;
    let before: i64 = db.query_row("SELECT count(*) FROM t", [], |r| r.get(0)).map_err(|x| e(&x))?;
    let t2 = now();
    for i in 0..100 { db.execute("INSERT INTO t(v) VALUES (?1)", [format!("row {i}")]).map_err(|x| e(&x))?; }
    let t3 = now();
    {
        let tx = db.unchecked_transaction().map_err(|x| e(&x))?;
        { let mut s = tx.prepare("INSERT INTO t(v) VALUES (?1)").map_err(|x| e(&x))?;
        for i in 0..10_000 { s.execute([format!("bulk {i}")]).map_err(|x| e(&x))?; } }
        tx.commit().map_err(|x| e(&x))?;
    }
    let t4 = now();
    db.close().map_err(|(_, x)| e(&x))?;
    let t5 = now();
    pool.pause().map_err(|x| e(&x))?;
    let t6 = now();
    Ok(format!("sqlite {v} {mode} sync={sync} before={before} install={:.1}ms open={:.1} 100commits={:.1} 10k={:.1} close={:.1} pause={:.1}", t1-t0, t2-t1, t3-t2, t4-t3, t5-t4, t6-t5))
}

fn main() {}
