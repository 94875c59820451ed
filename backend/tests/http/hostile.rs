//! Hostile text in every field of every request that the OpenAPI document describes. Whatever stands there: an answer or a problem with a known code,
//! never a failure of the server, and it goes on.

use crate::support::{Answer, OK, TestServer};
use axum::body::Body;
use http::{HeaderValue, Request};
use lanterna::clock::hex;
use lanterna::http::state::Settings;
use serde_json::{Map, Value, json};

/// Where a hostile value goes: no value of an example is like this.
const HERE: &str = "@@HERE@@";
const ID: &str = "01890000-0000-7000-8000-000000000001";

/// Values as they are written in JSON, or what is no JSON at all.
fn hostile() -> Vec<String> {
    let text = |text: &str| serde_json::to_string(text).unwrap();
    let mut values = vec![
        text(&"x".repeat(1_000_000)),
        text(&"🕳".repeat(4_001)),
        text("a\0b"),
        text("👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 é\u{301}\u{301}\u{301}"),
        text("\u{202e}gnp.exe\u{2066}\u{200f}\u{feff}"),
        text("'; DROP TABLE report; --"),
        text("\" OR 1=1 UNION SELECT password_hash FROM staff_login"),
        text("<script>alert(1)</script><img src=x onerror=alert(1)>"),
        text("../../../../etc/passwd"),
        text("%s%n%00${jndi:ldap://x}{{7*7}}"),
        text("\r\nSet-Cookie: lanterna_session=1\r\n"),
        text("1e999"),
        text("NaN"),
        text(""),
        text(" "),
    ];
    let bare =
        ["1e999", "-1e999", "1.5", "-1", "0", "9223372036854775808", "18446744073709551616", "true", "null", "[]", "{}", "NaN", "Infinity"];
    values.extend(bare.map(ToOwned::to_owned));
    values.extend([r#""\ud800""#, r#""\udc00\ud800""#, r#""\x""#, "\"\u{1}\"", "'", "{\"a\":1,\"a\":2}"].map(ToOwned::to_owned));
    values.push("[".repeat(20_000));
    values.push(format!("{}{}", "[".repeat(500), "]".repeat(500)));
    values.push("{\"a\":".repeat(20_000));
    values
}

/// Examples of what a schema describes; each variant of a choice is in one of them.
fn examples(schema: &Value, document: &Value, depth: usize) -> Vec<Value> {
    assert!(depth < 40, "a schema without end");
    let inner = |schema: &Value| examples(schema, document, depth + 1);
    if let Some(reference) = schema["$ref"].as_str() {
        return inner(document.pointer(reference.trim_start_matches('#')).unwrap());
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(variants) = schema[choice].as_array() {
            return variants.iter().filter(|variant| variant["type"] != "null").flat_map(inner).collect();
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = Map::new();
        for part in parts {
            whole.extend(inner(part).swap_remove(0).as_object().unwrap().clone());
        }
        return vec![Value::Object(whole)];
    }
    if let Some(value) = schema["enum"].as_array() {
        return vec![value[0].clone()];
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").unwrap(),
        kind => kind,
    };
    match (kind.as_str(), schema["format"].as_str()) {
        (Some("string"), Some("uuid")) => vec![json!(ID)],
        (Some("string"), _) => vec![json!("a".repeat(64))],
        (Some("integer" | "number"), _) => vec![json!(1)],
        (Some("boolean"), _) => vec![json!(true)],
        (Some("array"), _) => inner(&schema["items"]).into_iter().map(|item| json!([item])).collect(),
        _ => {
            let mut whole = vec![Map::new()];
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                for (number, value) in inner(property).into_iter().enumerate() {
                    if whole.len() <= number {
                        whole.push(whole[0].clone());
                    }
                    for (at, example) in whole.iter_mut().enumerate() {
                        if at >= number {
                            example.insert(name.clone(), value.clone());
                        }
                    }
                }
            }
            whole.into_iter().map(Value::Object).collect()
        }
    }
}

/// The example again and again, each time with another of its values marked.
fn marked(example: &Value) -> Vec<Value> {
    match example {
        Value::Object(fields) => {
            let mut all = vec![json!(HERE)];
            for name in fields.keys() {
                all.extend(marked(&fields[name]).into_iter().map(|value| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), value);
                    Value::Object(fields)
                }));
            }
            all
        }
        Value::Array(items) => {
            let mut all = vec![json!(HERE)];
            all.extend(marked(&items[0]).into_iter().map(|value| json!([value])));
            all
        }
        _ => vec![json!(HERE)],
    }
}

/// Whoever may use a route: a device by its secret, staff by a cookie.
struct Callers {
    bearer: String,
    cookie: String,
}

fn may_end_like_this(answer: &Answer, what: &str) {
    if answer.status >= 400 {
        let code = answer.problem();
        assert!(!matches!(code, "internal" | "unavailable"), "{what}: {} {code}", answer.status);
    }
    assert!(answer.status < 500, "{what}: {}", answer.status);
}

async fn start() -> (TestServer, Callers) {
    let settings = Settings { registrations_per_minute: 1_000_000, registrations_burst: 1_000_000, ..Settings::default() };
    let server = TestServer::start_with(settings).await;
    let callers = Callers { bearer: server.device().await.bearer(), cookie: server.log_in("supervisor").await };
    (server, callers)
}

impl Callers {
    fn allow(&self, mut request: http::request::Builder, operation: &Value) -> http::request::Builder {
        let schemes: Vec<_> = operation["security"].as_array().into_iter().flatten().filter_map(Value::as_object).collect();
        if schemes.iter().any(|scheme| scheme.contains_key("device")) {
            request = request.header("authorization", &self.bearer);
        } else if !schemes.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        request
    }
}

/// Every operation of the document.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

fn filled(path: &str) -> String {
    let words = [("{ordinal}", "0"), ("{rendition}", "thumb")];
    let path = words.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
    path.split('/').map(|part| if part.starts_with('{') { ID } else { part }).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn in_no_field_of_any_body_does_hostile_text_break_the_server() {
    let (server, callers) = start().await;
    let document = serde_json::to_value(lanterna::http::document()).unwrap();
    let (mut fields, mut routes) = (0, 0);
    for (method, path, operation) in operations(&document) {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            continue;
        }
        routes += 1;
        let mut seen = std::collections::BTreeSet::new();
        for example in examples(schema, &document, 0) {
            for body in marked(&example).into_iter().map(|body| body.to_string()) {
                if !seen.insert(body.clone()) {
                    continue;
                }
                fields += 1;
                for value in hostile() {
                    // Passwords are hashed on purpose slowly: what is refused before that is enough for most of them.
                    if path == "/v1/session" && value.len() < 130 && fields % 2 == 0 {
                        continue;
                    }
                    let text = body.replace(&format!("\"{HERE}\""), &value);
                    let request = callers.allow(Request::builder().method(method.as_str()).uri(filled(&path)), &operation);
                    let request = request.header("content-type", "application/json").body(Body::from(text)).unwrap();
                    let answer = server.call(request).await;
                    may_end_like_this(&answer, &format!("{method} {path} {body} with {value:.60}"));
                }
                // The same key twice.
                let twice = body.replacen('{', "{\"install\":1,\"install\":2,", 1);
                let request = callers.allow(Request::builder().method(method.as_str()).uri(filled(&path)), &operation);
                let request = request.header("content-type", "application/json").body(Body::from(twice)).unwrap();
                may_end_like_this(&server.call(request).await, &format!("{method} {path} with a key twice"));
            }
        }
        assert_eq!(server.get("/readyz", &[]).await.status, OK, "after {method} {path}");
    }
    assert!(routes >= 4 && fields >= 40, "{fields} fields of {routes} routes: the document is not read");
}

/// Every byte as `%xx`.
fn percent(text: &str) -> String {
    text.bytes().flat_map(|byte| ['%'.to_string(), hex(&[byte])]).collect()
}

#[tokio::test]
async fn in_no_address_and_no_header_does_hostile_text_break_the_server() {
    let (server, callers) = start().await;
    let document = serde_json::to_value(lanterna::http::document()).unwrap();
    let texts =
        ["", " ", "a\0b", "\u{202e}🕳", "'; DROP TABLE report; --", "<script>", "..", "../..", "-1", "1e999", "NaN", "99999999999999999999"];
    let mut tried = 0;
    for (method, path, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            for text in texts.into_iter().map(ToOwned::to_owned).chain(["x".repeat(6_000)]) {
                let uri = match parameter["in"].as_str().unwrap() {
                    "path" => filled(&path.replace(&format!("{{{name}}}"), &percent(&text))),
                    "query" => format!("{}?{name}={}", filled(&path), percent(&text)),
                    _ => filled(&path),
                };
                let mut request = callers.allow(Request::builder().method(method.as_str()).uri(uri), &operation);
                if parameter["in"] == "header" {
                    let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) else { continue };
                    request = request.header(name, value);
                }
                tried += 1;
                let answer = server.call(request.body(Body::empty()).unwrap()).await;
                if method == "HEAD" || answer.status < 400 {
                    assert!(answer.status < 500, "{method} {path} {name}={text:.40}: {}", answer.status);
                } else {
                    may_end_like_this(&answer, &format!("{method} {path} {name}={text:.40}"));
                }
            }
        }
        // What says who it is can be anything, too.
        for (header, text) in
            [("authorization", "Bearer \u{202e}🕳"), ("authorization", "Bearer"), ("cookie", "lanterna_session=\"; ;=;"), ("origin", "\0")]
        {
            let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) else { continue };
            let request = Request::builder().method(method.as_str()).uri(filled(&path)).header(header, value).body(Body::empty()).unwrap();
            let answer = server.call(request).await;
            assert!(answer.status < 500, "{method} {path} {header}: {}", answer.status);
        }
    }
    assert!(tried > 100, "{tried} parameters: the document is not read");
    assert_eq!(server.get("/readyz", &[]).await.status, OK);
}
