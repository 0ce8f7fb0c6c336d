//! The sync protocol, without sockets, clock or randomness: both ends as values that a host drives.
//!
//! **The server's host** (crates/server over PostgreSQL, a simulator over a model), for a push, in one transaction:
//! 1. loads the [`intake::Machine`] of the device that signed the [`wire::Letter`] and locks it; loads the hashes of its
//!    commands from [`intake::first_of`] on;
//! 2. [`intake::check`] says which commands are new, or what to answer;
//! 3. locks the aggregates of [`authority::reads`] of all of them in key order, and decides them one after the other by
//!    [`authority::decide_one`], which folds the facts into the aggregates;
//! 4. keeps commands, outcomes, facts and aggregates; takes the heads of [`authority::scopes_of`] last, in that order, and
//!    [`authority::list`]s the facts there; moves the machine to the last command; commits; answers
//!    [`wire::PushAnswer::Kept`].
//!
//! A customer's own machine is treated alike, but its commands are decided by [`authority::decide_for`], and it is granted what
//! [`scope::granted_to`] says: each fact that is about a customer with such a machine is listed for them a second time, in the form of
//! [`own::for_customer`].
//!
//! For a pull it reads, from one snapshot, the entries after each cursor of the scopes that are [`scope::granted`] and the
//! outcomes of the device's commands, and puts them into one page by [`pull::merge`]. What is far back it cuts into chunks by
//! [`snapshot::cut`], once for all desks, and a new desk asks for those.
//!
//! **The desk's host** keeps a [`device::Position`], its log of commands, which of them wait, and a provisional layer.
//! - A command is decided at once by `farthing_office::decide`, and its facts stand in the provisional layer.
//! - To send: [`device::Position::push`] with the commands after `sent`; the answer through [`device::Position::pushed`].
//!   A lost answer costs nothing: the same commands are sent again.
//! - To fetch: [`device::Position::pull`]; the page through [`device::Position::news`]. Then, in one transaction: the
//!   provisional layer is taken away; the facts are applied, those that the book has left out; `cursors` become those of
//!   the news; each outcome ends a command's waiting (a refusal goes to "needs attention"), and `decided` becomes the last
//!   outcome's place; the commands that still wait are decided again in their order, in the circumstances that were kept with
//!   them, except one whose facts came with this page.
//!
//! - Where the news say that the server lost commands ([`device::News::lacks`]), or that another copy's stand in their places
//!   ([`device::displaced`]), those wait again and are sent. Where it tells another history
//!   ([`device::Broken::Anew`]), the desk asks from [`device::Position::anew`] on, and the pages, put together by
//!   [`device::News::goes_on`], take the place of everything that was decided.
//!
//! Each end says by [`versions::Versions`] what it understands: a command that is newer than the server waits at its desk, a fact that is
//! newer than a desk stops what it applies, not what it records and sends.
//!
//! - A desk that is far behind asks for chunks: [`device::Position::next_chunk`] says with which it goes on, [`snapshot::SentChunk::open`]
//!   makes a page of one. Where one does not fit, pages bring the same.
//!
//! Nothing else is needed after a crash: what was not committed is asked for or sent again.

pub mod authority;
pub mod day;
pub mod device;
pub mod escrow;
pub mod health;
pub mod intake;
pub mod join;
pub mod own;
pub mod pull;
pub mod revoke;
pub mod scope;
pub mod snapshot;
pub mod versions;
pub mod wire;
