// crsqlite-wasm (SQLite with CR-SQLite, compiled to WebAssembly), in memory: rows are written into one database, and what it tells of its
// changes is applied to another, in large transactions. Nothing is written to a disk, and there are no indexes besides the keys.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// Its program for the browser asks for the WebAssembly by an address.
const fetched = globalThis.fetch;
globalThis.fetch = async (from, ...rest) =>
  String(from).startsWith("file:")
    ? new Response(readFileSync(fileURLToPath(from)), { headers: { "content-type": "application/wasm" } })
    : fetched(from, ...rest);
const { default: initWasm } = await import("@vlcn.io/crsqlite-wasm");

const lines = (file) =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const quoted = (name) => `"${name}"`;
const change = ["table", "pk", "cid", "val", "col_version", "db_version", "site_id", "cl", "seq"].map(quoted).join(", ");
const sqlite = await initWasm();

async function open(tables) {
  const db = await sqlite.open();
  for (const [table, columns] of tables) {
    await db.exec(`create table ${quoted(table)} ("name" text primary key not null, ${columns.map((c) => quoted(`c_${c}`)).join(", ")})`);
    await db.exec(`select crsql_as_crr('${table}')`);
  }
  return db;
}

// Applies rows, each with its table, its name in it and its columns.
async function measure(what, rows, atOnce) {
  const tables = new Map();
  for (const { table, row } of rows) if (!tables.has(table)) tables.set(table, Object.keys(row));
  const from = await open(tables);
  await from.tx(async (tx) => {
    for (const [table, columns] of tables) {
      const insert = await tx.prepare(`insert into ${quoted(table)} values (?, ${columns.map(() => "?").join(", ")})`);
      for (const row of rows) {
        if (row.table === table) await insert.run(tx, row.name, ...columns.map((column) => row.row[column] ?? null));
      }
      await insert.finalize(tx);
    }
  });
  const changes = await from.execA(`select ${change} from crsql_changes`);
  const to = await open(tables);
  const start = performance.now();
  const step = Math.round((atOnce * changes.length) / rows.length);
  for (let i = 0; i < changes.length; i += step) {
    await to.tx(async (tx) => {
      const insert = await tx.prepare(`insert into crsql_changes (${change}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
      for (const one of changes.slice(i, i + step)) await insert.run(tx, ...one);
      await insert.finalize(tx);
    });
  }
  const seconds = (performance.now() - start) / 1000;
  let count = 0;
  for (const table of tables.keys()) count += (await to.execA(`select count(*) from ${quoted(table)}`))[0][0];
  if (count !== rows.length) throw new Error(`${what}: ${count} of ${rows.length}`);
  const each = (changes.length / rows.length).toFixed(1);
  console.log(`crsqlite-wasm, in memory, ${what}: ${(rows.length / seconds).toFixed(0)} a second, ${each} changes each`);
}

await measure("facts", lines("facts.jsonl").map((row) => ({ table: "fact", name: row.id, row })), 2000);
await measure("rows of all tables", lines("rows.jsonl"), 10000);
process.exit(0);
