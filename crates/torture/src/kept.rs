//! What the server keeps, as the database itself has it.

use crate::Outcome;
use crate::database::Database;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// A command as the server has it.
#[derive(Debug)]
pub struct Command {
    /// The machine that recorded it.
    pub device: String,
    /// Its place there.
    pub dev_seq: i64,
    /// Its operation.
    pub op: String,
    /// What was asked for, word for word.
    pub payload: String,
    /// In which circumstances, word for word.
    pub context: String,
    /// Why it was not done.
    pub refusal: Option<String>,
}

/// A decided fact.
#[derive(Debug)]
pub struct Fact {
    op: String,
    body: Value,
}

/// Everything that counts here.
#[derive(Debug)]
pub struct Kept {
    /// The commands.
    pub commands: Vec<Command>,
    /// The facts.
    pub facts: Vec<Fact>,
    /// The last entry of each scope that those who work here see, and its hash.
    pub heads: BTreeMap<String, (i64, String)>,
    by_tag: HashMap<String, Vec<usize>>,
    by_op: HashMap<String, Vec<usize>>,
    by_kind: HashMap<String, Vec<usize>>,
}

impl Fact {
    /// A text of its body; empty where there is none.
    pub fn text(&self, at: &str) -> String {
        let found = self.body.pointer(at).and_then(Value::as_str);
        found.unwrap_or_default().to_string()
    }

    fn kind(&self) -> &str {
        self.body.get("kind").and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it takes money in, to its loan or aside.
    pub fn takes_money(&self) -> bool {
        matches!(self.kind(), "payment_received" | "money_set_aside")
    }

    /// The receipt's number of money that came in.
    pub fn receipt(&self) -> &str {
        let found = self.body.pointer("/payment/receipt").and_then(Value::as_str);
        found.unwrap_or_default()
    }

    /// How much came in, in minor units.
    pub fn amount(&self) -> i64 {
        let found = self.body.pointer("/payment/amount").and_then(Value::as_i64);
        found.unwrap_or_default()
    }
}

impl Kept {
    /// Reads everything.
    ///
    /// # Errors
    /// What the database says, or what is not as it should be.
    pub fn read(database: &dyn Database) -> Outcome<Kept> {
        let rows = |sql: &str| -> Outcome<Vec<Value>> {
            let said = database.ask(sql)?;
            Ok(said.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
        };
        let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).map(str::to_string);
        let mut commands = Vec::new();
        for row in rows(
            "select json_build_object('device', device, 'dev_seq', dev_seq, 'op', op_id, 'payload', payload, 'context', context,
             'refusal', refusal) from command order by device, epoch, dev_seq",
        )? {
            commands.push(Command {
                device: text(&row, "device").ok_or("a command without a machine")?,
                dev_seq: row.get("dev_seq").and_then(Value::as_i64).ok_or("a command without a place")?,
                op: text(&row, "op").ok_or("a command without an operation")?,
                payload: text(&row, "payload").ok_or("a command without a payload")?,
                context: text(&row, "context").ok_or("a command without a context")?,
                refusal: text(&row, "refusal"),
            });
        }
        let mut facts = Vec::new();
        for row in rows(
            "select json_build_object('op', op_id, 'payload', payload) from fact where safe_of is null order by ordinal",
        )? {
            facts.push(Fact {
                op: text(&row, "op").ok_or("a fact without an operation")?,
                body: serde_json::from_str(&text(&row, "payload").ok_or("a fact without a payload")?)?,
            });
        }
        let mut heads = BTreeMap::new();
        for row in rows(
            "select json_build_object('scope', scope, 'seq', seq, 'hash', encode(hash, 'hex')) from scope_head
             where scope not like 'customer:%'",
        )? {
            let seq = row.get("seq").and_then(Value::as_i64).ok_or("a scope without an end")?;
            let head = (seq, text(&row, "hash").ok_or("a scope without a hash")?);
            heads.insert(text(&row, "scope").ok_or("a scope without a name")?, head);
        }
        let mut kept = Kept {
            commands,
            facts,
            heads,
            by_tag: HashMap::new(),
            by_op: HashMap::new(),
            by_kind: HashMap::new(),
        };
        kept.list()?;
        Ok(kept)
    }

    fn list(&mut self) -> Outcome {
        for (n, command) in self.commands.iter().enumerate() {
            let payload: Value = serde_json::from_str(&command.payload)?;
            let named = ["reference", "purpose", "reason"]
                .iter()
                .find_map(|name| payload.get(*name)?.as_str());
            if let Some(tag) = named.filter(|tag| !tag.is_empty()) {
                self.by_tag.entry(tag.to_string()).or_default().push(n);
            }
        }
        for (n, fact) in self.facts.iter().enumerate() {
            self.by_op.entry(fact.op.clone()).or_default().push(n);
            self.by_kind.entry(fact.kind().to_string()).or_default().push(n);
        }
        Ok(())
    }

    /// The facts that came of an operation.
    pub fn facts_of(&self, op: &str) -> Vec<&Fact> {
        self.by_op
            .get(op)
            .into_iter()
            .flatten()
            .map(|n| &self.facts[*n])
            .collect()
    }

    /// The commands that carry a name.
    pub fn named(&self, tag: &str) -> Vec<&Command> {
        self.by_tag
            .get(tag)
            .into_iter()
            .flatten()
            .map(|n| &self.commands[*n])
            .collect()
    }

    /// The facts of a kind with a text at a place of their bodies.
    pub fn about(&self, kind: &str, at: &str, text: &str) -> Vec<&Fact> {
        let of_kind = self.by_kind.get(kind).into_iter().flatten().map(|n| &self.facts[*n]);
        of_kind
            .filter(|fact| fact.body.pointer(at).and_then(Value::as_str) == Some(text))
            .collect()
    }

    /// The facts by which money came in under a name.
    pub fn payments(&self, tag: &str) -> Vec<&Fact> {
        let mut facts = self.about("payment_received", "/payment/reference", tag);
        facts.extend(self.about("money_set_aside", "/payment/reference", tag));
        facts
    }

    /// The facts by which a payment was taken back.
    pub fn taken_back(&self, payment: &str) -> Vec<&Fact> {
        let mut facts = self.about("payment_reversed", "/payment", payment);
        let aside = self.about("aside_settled", "/payment", payment);
        facts.extend(
            aside
                .into_iter()
                .filter(|fact| fact.body.get("into").is_none_or(Value::is_null)),
        );
        facts
    }

    /// The loans that were applied for under a name.
    pub fn named_loans(&self, tag: &str) -> Vec<String> {
        let applied = self.about("loan_applied", "/loan/purpose", tag);
        applied.iter().map(|fact| fact.text("/loan/id")).collect()
    }
}
