//! What Node writes of what nobody caught is one record, plain and behind those who carry it. As Node 20 wrote it.

use super::cases::Cases;
use crate::domain::log::Level;

const AT: Cases = Cases(0);

/// The blocks, each with what was thrown.
const BLOCKS: &[(&str, &str)] = &[
    (
        "/app/c.js:2\n\
         \x20 throw new Error(\"x\")\n\
         \x20 ^\n\
         \n\
         Error: x\n\
         \x20   at foo (/app/c.js:2:9)\n\
         \x20   at Object.<anonymous> (/app/c.js:4:1)\n\
         \x20   at Module._compile (node:internal/modules/cjs/loader:1521:14)\n\
         \x20   at node:internal/main/run_main_module:28:49\n\
         \n\
         Node.js v20.20.2",
        "Error: x",
    ),
    (
        "/app/d.js:1\n\
         const e=new Error(\"no\\nreally\"); e.code=\"E1\"; e.info={a:[1]}; e.cause=new TypeError(\"why\"); Promise.reject(e)\n\
         \x20       ^\n\
         \n\
         Error: no\n\
         really\n\
         \x20   at Object.<anonymous> (/app/d.js:1:9)\n\
         \x20   at Module._compile (node:internal/modules/cjs/loader:1521:14)\n\
         \x20   ... 4 lines matching cause stack trace ...\n\
         \x20   at node:internal/main/run_main_module:28:49 {\n\
         \x20 code: 'E1',\n\
         \x20 info: { a: [ 1 ] },\n\
         \x20 cause: TypeError: why\n\
         \x20     at Object.<anonymous> (/app/d.js:1:71)\n\
         \x20     at Module._compile (node:internal/modules/cjs/loader:1521:14)\n\
         \x20     at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)\n\
         \x20     at Module.load (node:internal/modules/cjs/loader:1266:32)\n\
         \x20     at Module._load (node:internal/modules/cjs/loader:1091:12)\n\
         \x20     at node:internal/main/run_main_module:28:49\n\
         }\n\
         \n\
         Node.js v20.20.2",
        "Error: no",
    ),
    (
        "node:internal/process/promises:389\n\
         \x20     new UnhandledPromiseRejection(reason);\n\
         \x20     ^\n\
         \n\
         UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason \"3\".\n\
         \x20   at throwUnhandledRejectionsMode (node:internal/process/promises:389:7)\n\
         \x20   at processPromiseRejections (node:internal/process/promises:470:17)\n\
         \x20   at process.processTicksAndRejections (node:internal/process/task_queues:96:32) {\n\
         \x20 code: 'ERR_UNHANDLED_REJECTION'\n\
         }\n\
         \n\
         Node.js v20.20.2",
        "UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason \"3\".",
    ),
    (
        "/app/f.js:1\n\
         throw {a:1}\n\
         ^\n\
         { a: 1 }\n\
         \n\
         Node.js v20.20.2",
        "{ a: 1 }",
    ),
    (
        "node:internal/modules/cjs/loader:1210\n\
         \x20 throw err;\n\
         \x20 ^\n\
         \n\
         Error: Cannot find module './nope'\n\
         Require stack:\n\
         - /app/h.js\n\
         \x20   at require (node:internal/modules/helpers:182:18)\n\
         \x20   at Object.<anonymous> (/app/h.js:1:1)\n\
         \x20   at Module._compile (node:internal/modules/cjs/loader:1521:14)\n\
         \x20 code: 'MODULE_NOT_FOUND',\n\
         \x20 requireStack: [ '/app/h.js' ]\n\
         }\n\
         \n\
         Node.js v20.20.2",
        "Error: Cannot find module './nope'",
    ),
    (
        "node:internal/modules/esm/resolve:283\n\
         \x20   throw new ERR_MODULE_NOT_FOUND(\n\
         \x20         ^\n\
         \n\
         Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/app/nope.mjs' imported from /app/i.mjs\n\
         \x20   at finalizeResolution (node:internal/modules/esm/resolve:283:11)\n\
         \x20   at moduleResolve (node:internal/modules/esm/resolve:952:10)\n\
         \x20   at defaultResolve (node:internal/modules/esm/resolve:1188:11)\n\
         \x20   at ModuleLoader.defaultResolve (node:internal/modules/esm/loader:708:12)\n\
         \x20   at #cachedDefaultResolve (node:internal/modules/esm/loader:657:25)\n\
         \x20   at ModuleLoader.resolve (node:internal/modules/esm/loader:640:38)\n\
         \x20   at ModuleLoader.getModuleJobForImport (node:internal/modules/esm/loader:264:38)\n\
         \x20   at ModuleJob._link (node:internal/modules/esm/module_job:168:49) {\n\
         \x20 code: 'ERR_MODULE_NOT_FOUND',\n\
         \x20 url: 'file:///app/nope.mjs'\n\
         }\n\
         \n\
         Node.js v20.20.2",
        "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/app/nope.mjs' imported from /app/i.mjs",
    ),
    (
        "node:events:502\n\
         \x20     throw er; // Unhandled 'error' event\n\
         \x20     ^\n\
         \n\
         Error: boo\n\
         \x20   at Object.<anonymous> (/app/j.js:1:41)\n\
         \x20   at Module._compile (node:internal/modules/cjs/loader:1521:14)\n\
         \x20   at node:internal/main/run_main_module:28:49\n\
         Emitted 'error' event at:\n\
         \x20   at Object.<anonymous> (/app/j.js:1:27)\n\
         \x20   at Module._compile (node:internal/modules/cjs/loader:1521:14)\n\
         \x20   [... lines matching original stack trace ...]\n\
         \x20   at node:internal/main/run_main_module:28:49\n\
         \n\
         Node.js v20.20.2",
        "Error: boo",
    ),
    (
        "/app/l.js:1\n\
         throw \"boo\"\n\
         ^\n\
         boo\n\
         (Use `node --trace-uncaught ...` to show where the exception was thrown)\n\
         \n\
         Node.js v20.20.2",
        "boo",
    ),
    (
        "/app/t.js:2\n\
         function f(){ throw new TypeError(\"bad\\nthing\") }\n\
         \x20             ^\n\
         \n\
         TypeError: bad\n\
         thing\n\
         \x20   at Timeout.f [as _onTimeout] (/app/t.js:2:21)\n\
         \x20   at listOnTimeout (node:internal/timers:581:17)\n\
         \x20   at process.processTimers (node:internal/timers:519:7)\n\
         \n\
         Node.js v20.20.2",
        "TypeError: bad",
    ),
];

/// Who carries lines, and how each of them looks then.
type Carrier = (&'static str, fn(&str) -> String);

fn carriers() -> Vec<Carrier> {
    vec![
        ("plain", str::to_owned),
        ("compose", |line| format!("web-1  | {line}")),
        ("compose -t", |line| format!("web-1  | 2026-11-26T20:00:00.123456789Z {line}")),
        ("kubectl --prefix", |line| format!("[pod/web-7d8f9c6b5-x2x4z/app] {line}")),
        ("docker logs -t", |line| format!("2026-11-26T20:00:00.123456789Z {line}")),
        ("syslog", |line| format!("Nov 26 20:00:00 h web[12]: {line}")),
        ("cri", |line| format!("2026-11-26T20:00:00.123456789Z stderr F {line}")),
        ("docker", |line| {
            let log = format!("{line}\n");
            serde_json::json!({"log": log, "stream": "stderr", "time": "2026-11-26T20:00:00.123456789Z"}).to_string()
        }),
    ]
}

#[test]
fn what_nobody_caught_in_node_is_one_record_whoever_carries_it() {
    for (carrier, front) in carriers() {
        for (block, thrown) in BLOCKS {
            // Told twice: a supervisor begins it anew.
            let text = format!("INFO up\n{block}\n{block}\nINFO next");
            let text: Vec<_> = text.lines().map(front).collect();
            let lines = AT.records(&text.join("\n"));
            let told: Vec<_> =
                lines.iter().map(|line| (line.level, line.message.trim_start_matches("INFO "))).collect();
            let one = (Level::Error, *thrown);
            assert_eq!(told, [(Level::Info, "up"), one, one, (Level::Info, "next")], "{carrier}: {block}");
            let (first, rest) = block.split_once('\n').unwrap();
            for line in &lines[1..3] {
                assert_eq!(line.error(), Some(rest), "{carrier}");
                assert!(line.fields.iter().any(|(key, told)| &**key == "caller" && **told == *first), "{carrier}");
            }
        }
    }
}

#[test]
fn a_place_alone_and_what_follows_it_without_the_mark_are_lines() {
    for text in [
        "/app/server.js:12\nready\nINFO next",
        "/app/server.js:12\n  ^\nINFO next",
        "file:///app/a.mjs:3\nERROR boom\n    at f (/app/a.js:1:2)",
        "/app/server.js:12\n{\"level\":\"info\",\"msg\":\"up\"}\n^ here",
        "/app/a.py:3\n\nnext",
    ] {
        for (carrier, front) in carriers() {
            let framed: Vec<_> = text.lines().map(front).collect();
            let lines = AT.records(&framed.join("\n"));
            let wanted = text.lines().filter(|line| !line.is_empty() && !line.starts_with("    at")).count();
            assert_eq!(
                lines.iter().filter(|line| !line.message.is_empty()).count(),
                wanted,
                "{carrier}: {text}: {lines:#?}"
            );
        }
    }
}
