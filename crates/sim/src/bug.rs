//! Bugs that are planted into the hosts, to see that the checkers find them.

/// What is done wrong in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A server numbers facts before it commits them, and a desk that has seen a later number never asks again.
    NaiveCursor,
    /// A desk keeps its cursors in one transaction and the facts in the next.
    CursorBeforeFacts,
    /// A desk forgets a command that the server refused.
    DropOnReject,
    /// A server takes no more of a payment than what is owed.
    ClampOverpayment,
    /// A desk numbers a command after the last one that the server has, and not after its last one.
    ReuseOfPlace,
    /// A desk's hybrid clock begins anew when the program does.
    ForgottenClock,
    /// A desk says "saved" before the disk has it.
    SavedBeforeSync,
    /// A desk takes a torn transaction for a whole one.
    TornAccepted,
    /// A desk takes a disk that is full for one that has saved.
    FullIsSaved,
    /// A desk takes a sync that failed for one that has saved.
    FailedSyncIsSaved,
    /// A desk ends a command's waiting when the server has it, before its facts are here.
    EndsWithPush,
    /// A desk applies a fact again that it has already.
    AppliesTwice,
    /// A desk does not decide anew what still waits.
    NotDerivedAgain,
    /// A desk leaves provisional facts where decided ones come.
    LayerStays,
    /// A desk counts a command as sent before the server has answered.
    SentBeforeAnswer,
    /// A desk does not go back where the server says that it lacks commands.
    BehindIgnored,
    /// A desk goes on with what it had asked for before, not with what it stands at.
    RefusalBlocks,
    /// A desk takes notice of outcomes only where facts come with them.
    OutcomeWithoutFactsLost,
    /// A desk does not say which numbers it has given.
    NumbersUnsaid,
    /// A desk forgets which numbers it has given where what they were given to is refused.
    NumbersForgotten,
    /// A server sends outcomes with the first page, before all facts are there.
    OutcomesFirst,
    /// A server trusts the role that the desk names.
    TrustsRole,
    /// A server trusts a clock that is far ahead.
    TrustsClock,
    /// A server does not look whether it has a command already.
    DecidesTwice,
    /// A server lets money go whose command it refuses.
    RefusedMoneyLost,
    /// A server moves a machine on before it keeps what the machine brought.
    MachineBeforeFacts,
    /// A server answers before its database has committed.
    AnswersBeforeCommit,
    /// A server shows one organisation's facts to another.
    LeaksOrganisation,
    /// A server's day is closed by whichever process comes, each under an id of its own.
    DayClosedTwice,
    /// A server that is restored from a backup says that nothing happened.
    HistoryKept,
    /// A server decides what comes from a machine whose access has ended as if nothing had happened.
    RevokedStillDecides,
    /// A desk whose access has ended deletes its book before the server has everything.
    LeavesAtOnce,
    /// A server makes no use of what it locked: it decides on aggregates as they were some time ago.
    StaleAggregates,
    /// A desk that is restored from its backup goes on under the epoch of the backup.
    EpochKept,
    /// A desk that is restored from its backup counts its commands from the beginning.
    CountsAnew,
    /// A desk leaves out the facts that it does not understand.
    NewerSkipped,
    /// A desk applies facts that it does not understand.
    NewerApplied,
    /// A desk that needs an update sends nothing any more.
    UpdateBlocks,
    /// A desk takes an older server's answer for one that has everything.
    OlderDrops,
    /// A desk fetches nothing while its commands wait for a newer server.
    WaitBlocks,
    /// A server decides on commands that it does not understand.
    NewerDecided,
    /// A server tells a customer what it tells the office.
    OwnUnshortened,
    /// A server takes the machine of a customer who signs in no more for one of the office.
    OwnWithoutAccess,
    /// A server decides what comes from a customer's machine as what comes from a desk.
    OwnDecidedAsStaff,
    /// A server begins a customer's scope with what is decided from then on.
    OwnBeginsEmpty,
    /// A server begins a customer's scope while something is decided of them, which is listed nowhere.
    OwnMissesUnderWay,
    /// A server begins a customer's scope again with each of their machines.
    OwnBeginsAgain,
    /// A server does not tell a customer what it does by itself.
    OwnDayUntold,
    /// A server hands the office's chunks to a customer's machine.
    OwnGetsChunks,
    /// A server keeps the key of a customer whose data was destroyed.
    ErasedKeyKept,
    /// A book that is let in anew offers only what it records from then on.
    AnewFromHere,
    /// A book that is let in anew says that it recorded by its new name what it recorded by its former one.
    AnewAsOwn,
    /// A server does not tell what became of a command to the second one who brought it.
    AgainUntold,
    /// A server takes what it has from another machine for a copy's, though it is the same.
    AgainIsIncident,
}

/// Every planted bug with its word and what it is.
pub const BUGS: &[(Bug, &str)] = &[
    (Bug::NaiveCursor, "naive cursor"),
    (Bug::CursorBeforeFacts, "cursor before facts"),
    (Bug::DropOnReject, "refused command dropped"),
    (Bug::ClampOverpayment, "overpayment clamped"),
    (Bug::ReuseOfPlace, "place in the log used again"),
    (Bug::ForgottenClock, "hybrid clock not persisted"),
    (Bug::SavedBeforeSync, "saved before the sync"),
    (Bug::TornAccepted, "torn transaction accepted"),
    (Bug::FullIsSaved, "full disk taken for saved"),
    (Bug::FailedSyncIsSaved, "failed sync taken for saved"),
    (Bug::EndsWithPush, "waiting ends with the push"),
    (Bug::AppliesTwice, "fact applied twice"),
    (Bug::NotDerivedAgain, "provisional layer not derived again"),
    (Bug::LayerStays, "provisional layer not taken away"),
    (Bug::SentBeforeAnswer, "sent before the answer"),
    (Bug::BehindIgnored, "server behind ignored"),
    (Bug::RefusalBlocks, "refusal blocks the queue"),
    (Bug::OutcomeWithoutFactsLost, "outcome without facts lost"),
    (Bug::NumbersUnsaid, "given numbers not said"),
    (Bug::NumbersForgotten, "given numbers forgotten"),
    (Bug::OutcomesFirst, "outcomes before their facts"),
    (Bug::TrustsRole, "role of the desk trusted"),
    (Bug::TrustsClock, "clock of the desk trusted"),
    (Bug::DecidesTwice, "repeated push decided again"),
    (Bug::RefusedMoneyLost, "money of a refused command lost"),
    (Bug::MachineBeforeFacts, "machine moved on before its facts"),
    (Bug::AnswersBeforeCommit, "answer before the commit"),
    (Bug::LeaksOrganisation, "other organisation's facts shown"),
    (Bug::DayClosedTwice, "day closed twice"),
    (Bug::HistoryKept, "restored without another history"),
    (Bug::RevokedStillDecides, "machine without access decided for"),
    (Bug::LeavesAtOnce, "book deleted before it was handed over"),
    (Bug::StaleAggregates, "decided on old aggregates"),
    (Bug::EpochKept, "restored under the same epoch"),
    (Bug::CountsAnew, "restored and counted anew"),
    (Bug::NewerSkipped, "newer fact left out"),
    (Bug::NewerApplied, "newer fact applied"),
    (Bug::UpdateBlocks, "nothing sent before the update"),
    (Bug::OlderDrops, "command dropped at an older server"),
    (Bug::WaitBlocks, "nothing fetched from an older server"),
    (Bug::NewerDecided, "newer command decided"),
    (Bug::OwnUnshortened, "customer told as the office is"),
    (Bug::OwnWithoutAccess, "customer without access taken for a desk"),
    (Bug::OwnDecidedAsStaff, "customer decided for as a desk"),
    (Bug::OwnBeginsEmpty, "customer's scope begun without a past"),
    (Bug::OwnMissesUnderWay, "customer's scope begun while decided"),
    (Bug::OwnBeginsAgain, "customer's scope begun again"),
    (Bug::OwnDayUntold, "customer not told of the day's end"),
    (Bug::OwnGetsChunks, "customer given the office's chunks"),
    (Bug::ErasedKeyKept, "key of an erased customer kept"),
    (Bug::AnewFromHere, "let in anew from here on"),
    (Bug::AnewAsOwn, "let in anew as if it were its own"),
    (Bug::AgainUntold, "outcome untold to the second one"),
    (Bug::AgainIsIncident, "brought again taken for an incident"),
];
