// crsqlite-wasm (SQLite with CR-SQLite, compiled to WebAssembly), in memory: the facts in facts.jsonl are written into one database, and
// what it tells of its changes is applied to another, in transactions of 2,000 facts. Nothing is written to a disk.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// Its program for the browser asks for the WebAssembly by an address.
const fetched = globalThis.fetch;
globalThis.fetch = async (from, ...rest) =>
  String(from).startsWith("file:")
    ? new Response(readFileSync(fileURLToPath(from)), { headers: { "content-type": "application/wasm" } })
    : fetched(from, ...rest);
const { default: initWasm } = await import("@vlcn.io/crsqlite-wasm");

const FACTS_AT_ONCE = 2000;
const columns = ["id", "op", "version", "at", "booking_date", "by", "desk", "payload"];
const facts = readFileSync("facts.jsonl", "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));

const sqlite = await initWasm();
async function open() {
  const db = await sqlite.open();
  await db.exec(
    `create table fact (id text primary key not null, op text, version integer, at integer, booking_date text, "by" text, desk text, payload text)`,
  );
  await db.exec(`select crsql_as_crr('fact')`);
  return db;
}

const from = await open();
await from.tx(async (tx) => {
  const insert = await tx.prepare(`insert into fact values (${columns.map(() => "?").join(", ")})`);
  for (const fact of facts) await insert.run(tx, ...columns.map((column) => fact[column] ?? null));
  await insert.finalize(tx);
});
const changes = await from.execA(
  `select "table", "pk", "cid", "val", "col_version", "db_version", "site_id", "cl", "seq" from crsql_changes`,
);
const perFact = changes.length / facts.length;

const to = await open();
const start = performance.now();
const step = Math.round(FACTS_AT_ONCE * perFact);
for (let i = 0; i < changes.length; i += step) {
  await to.tx(async (tx) => {
    const insert = await tx.prepare(
      `insert into crsql_changes ("table", "pk", "cid", "val", "col_version", "db_version", "site_id", "cl", "seq") values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const change of changes.slice(i, i + step)) await insert.run(tx, ...change);
    await insert.finalize(tx);
  });
}
const seconds = (performance.now() - start) / 1000;
const [[count]] = await to.execA("select count(*) from fact");
if (count !== facts.length) throw new Error(`${count} of ${facts.length} facts`);
console.log(`crsqlite-wasm, in memory: ${(facts.length / seconds).toFixed(0)} facts a second, ${perFact} changes each`);
process.exit(0);
