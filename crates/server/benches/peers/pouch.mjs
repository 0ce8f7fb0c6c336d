// PouchDB and express-pouchdb, both over LevelDB (native code): the documents in facts.jsonl and in rows.jsonl are pulled into new
// databases, those in commands.jsonl pushed from one, over HTTP on this machine. LevelDB as PouchDB opens it does not sync each write to the disk.
import express from "express";
import expressPouch from "express-pouchdb";
import PouchDB from "pouchdb";
import { mkdirSync, readFileSync, rmSync } from "node:fs";

const folder = "pouch";
rmSync(folder, { recursive: true, force: true });
mkdirSync(`${folder}/server`, { recursive: true });
mkdirSync(`${folder}/desk`);
const Server = PouchDB.defaults({ prefix: `${folder}/server/` });
const Desk = PouchDB.defaults({ prefix: `${folder}/desk/` });

const documents = (file, id) =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map((value) => ({ _id: String(value[id]), ...value }));

const app = express();
app.use("/db", expressPouch(Server, { mode: "minimumForPouchDB", inMemoryConfig: true, logPath: `${folder}/log.txt` }));
const listening = await new Promise((done) => {
  const server = app.listen(0, "127.0.0.1", () => done(server));
});
const at = `http://127.0.0.1:${listening.address().port}/db`;

async function timed(what, count, work) {
  const start = performance.now();
  const done = await work();
  const seconds = (performance.now() - start) / 1000;
  if (done.docs_written !== count) throw new Error(`${what}: ${done.docs_written} of ${count} documents`);
  console.log(`PouchDB with express-pouchdb, ${what}: ${(count / seconds).toFixed(0)} documents a second`);
}

const facts = documents("facts.jsonl", "id");
const commands = documents("commands.jsonl", "op");
const there = new Server("facts");
await there.bulkDocs(facts);
const rows = documents("rows.jsonl", "name").map(({ _id, row }) => ({ _id, row }));
const tables = new Server("rows");
await tables.bulkDocs(rows);
const mine = new Desk("commands");
await mine.bulkDocs(commands);
// Larger batches than its own 100 are faster.
for (const batch_size of [100, 1000]) {
  const pulled = new Desk(`facts-${batch_size}`);
  await timed(`pull by ${batch_size}`, facts.length, () => pulled.replicate.from(`${at}/facts`, { batch_size }));
  const tabled = new Desk(`rows-${batch_size}`);
  await timed(`pull of the rows of all tables by ${batch_size}`, rows.length, () => tabled.replicate.from(`${at}/rows`, { batch_size }));
  await timed(`push by ${batch_size}`, commands.length, () => mine.replicate.to(`${at}/commands-${batch_size}`, { batch_size }));
}
process.exit(0);
