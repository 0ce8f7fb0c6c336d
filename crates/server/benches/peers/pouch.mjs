// PouchDB and express-pouchdb, both over LevelDB (native code): the documents in facts.jsonl and in rows.jsonl are pulled into new
// databases, those in commands.jsonl and in pushed.jsonl pushed from one, over HTTP on this machine. All of it once as PouchDB opens LevelDB,
// which leaves it to the system when a write reaches the disk, and once with each write on the disk before it is answered.
import express from "express";
import expressPouch from "express-pouchdb";
import leveldown from "leveldown";
import PouchDB from "pouchdb";
import { mkdirSync, readFileSync, rmSync } from "node:fs";

const SINGLE = 200;
const folder = "pouch";
rmSync(folder, { recursive: true, force: true });

function synced(location) {
  const level = leveldown(location);
  const always = (options) => ({ ...options, sync: true });
  for (const name of ["_put", "_batch", "_del"]) {
    const write = level[name].bind(level);
    level[name] = (...args) => write(...args.slice(0, -2), always(args.at(-2)), args.at(-1));
  }
  return level;
}

const documents = (file, id) =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map((value) => ({ _id: String(value[id]), ...value }));
const ofRows = (file) => documents(file, "name").map(({ _id, row }) => ({ _id, row }));

const facts = documents("facts.jsonl", "id");
const commands = documents("commands.jsonl", "op");
const rows = ofRows("rows.jsonl");
const pushed = ofRows("pushed.jsonl");

async function measure(durability, options) {
  const of = (name) => {
    mkdirSync(`${folder}/${durability}/${name}`, { recursive: true });
    return PouchDB.defaults({ prefix: `${folder}/${durability}/${name}/`, ...options });
  };
  const [Server, Desk] = [of("server"), of("desk")];
  const app = express();
  app.use("/db", expressPouch(Server, { mode: "minimumForPouchDB", inMemoryConfig: true, logPath: `${folder}/log.txt` }));
  const listening = await new Promise((done) => {
    const server = app.listen(0, "127.0.0.1", () => done(server));
  });
  const at = `http://127.0.0.1:${listening.address().port}/db`;

  const say = (what, count, seconds) =>
    console.log(`PouchDB with express-pouchdb, ${durability}, ${what}: ${(count / seconds).toFixed(0)} documents a second`);
  async function timed(count, work) {
    const start = performance.now();
    const done = await work();
    if (done.docs_written !== count) throw new Error(`${done.docs_written} of ${count} documents`);
    return (performance.now() - start) / 1000;
  }

  await new Server("facts").bulkDocs(facts);
  await new Server("rows").bulkDocs(rows);
  const [mine, tables, single] = [new Desk("commands"), new Desk("pushed"), new Desk("single")];
  await mine.bulkDocs(commands);
  await tables.bulkDocs(pushed);
  // Larger batches than its own 100 are faster.
  for (const batch_size of [100, 1000]) {
    const pull = async (what, name, count) => {
      const into = new Desk(`${name}-${batch_size}`);
      const seconds = await timed(count, () => into.replicate.from(`${at}/${name}`, { batch_size }));
      say(`${what} by ${batch_size}`, count, seconds);
    };
    const push = async (what, from, count) => {
      const seconds = await timed(count, () => from.replicate.to(`${at}/${what.replaceAll(" ", "-")}-${batch_size}`, { batch_size }));
      say(`${what} by ${batch_size}`, count, seconds);
    };
    await pull("pull", "facts", facts.length);
    await pull("pull of the rows of all tables", "rows", rows.length);
    await push("push", mine, commands.length);
    await push("push of the rows of all tables", tables, pushed.length);
  }
  let seconds = 0;
  for (const command of commands.slice(0, SINGLE)) {
    await single.put(command);
    seconds += await timed(1, () => single.replicate.to(`${at}/single`));
  }
  say("pushed one by one", SINGLE, seconds);
}

await measure("as it is", {});
await measure("on the disk", { db: synced });
process.exit(0);
