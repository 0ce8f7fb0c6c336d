//! What is known of a command before it is decided: its word, what it takes, and what it looks at.

use crate::decide::task_of;
use crate::permission::Permission;
use crate::{Command, Key, ResetHow};
use farthing_api::CustomerId;

/// How many keys every command reads, at the beginning of [`Command::reads`].
const OF_EVERY: usize = 3;

impl Command {
    /// Its stable word, with which its payload begins.
    pub const fn kind(&self) -> &'static str {
        match self {
            Command::SetUp { .. } => "set_up",
            Command::AddUser { .. } => "add_user",
            Command::AskForAccess { .. } => "ask_for_access",
            Command::AnswerInvitation { .. } => "answer_invitation",
            Command::InviteUser { .. } => "invite_user",
            Command::AdmitUser { .. } => "admit_user",
            Command::SetUserAccess { .. } => "set_user_access",
            Command::RecordPasswordChange { .. } => "record_password_change",
            Command::RecordSecondFactor { .. } => "record_second_factor",
            Command::SaveProduct { .. } => "save_product",
            Command::SaveGoods { .. } => "save_goods",
            Command::RegisterCustomer { .. } => "register_customer",
            Command::RegisterMyself { .. } => "register_myself",
            Command::ChangeCustomer { .. } => "change_customer",
            Command::ConfirmContact { .. } => "confirm_contact",
            Command::RecordDocument { .. } => "record_document",
            Command::Vouch { .. } => "vouch",
            Command::OpenAccess { .. } => "open_access",
            Command::ApplyForLoan { .. } => "apply_for_loan",
            Command::DecideLoan { .. } => "decide_loan",
            Command::Disburse { .. } => "disburse",
            Command::DisbursePart { .. } => "disburse_part",
            Command::ReceivePayment { .. } => "receive_payment",
            Command::ReversePayment { .. } => "reverse_payment",
            Command::Foreclose { .. } => "foreclose",
            Command::Refund { .. } => "refund",
            Command::Sell { .. } => "sell",
            Command::WaiveDues { .. } => "waive_dues",
            Command::ChangeTerms { .. } => "change_terms",
            Command::WriteOff { .. } => "write_off",
            Command::SettleSuspense { .. } => "settle_suspense",
            Command::SetLatenessRules { .. } => "set_lateness_rules",
            Command::SetEligibilityRules { .. } => "set_eligibility_rules",
            Command::SetDaysOff { .. } => "set_days_off",
            Command::SetSecondPersonRules { .. } => "set_second_person_rules",
            Command::DecideRequest { .. } => "decide_request",
            Command::AssessPenalties { .. } => "assess_penalties",
            Command::FollowRates { .. } => "follow_rates",
            Command::CloseDay { .. } => "close_day",
            Command::GiveNotice { .. } => "give_notice",
            Command::ResetPassword { .. } => "reset_password",
            Command::ChangeAccount { .. } => "change_account",
            Command::MoveContact { .. } => "move_contact",
            Command::TellPhone { .. } => "tell_phone",
            Command::EraseCustomer { .. } => "erase_customer",
            Command::SettleTask { .. } => "settle_task",
        }
    }

    /// The permission that it takes; none for what the authority itself does and for one's own password.
    pub fn permission(&self) -> Option<Permission> {
        use Permission as P;
        Some(match self {
            Command::SetUp { .. }
            | Command::AskForAccess { .. }
            | Command::RegisterMyself { .. }
            | Command::AnswerInvitation { .. }
            | Command::AssessPenalties { .. }
            | Command::FollowRates { .. }
            | Command::CloseDay { .. }
            | Command::RecordSecondFactor { on: true, .. }
            | Command::ChangeAccount { .. }
            | Command::MoveContact { .. }
            | Command::TellPhone { .. }
            | Command::EraseCustomer { .. }
            | Command::RecordPasswordChange { .. } => return None,
            Command::ResetPassword { how, .. } if *how != ResetHow::Administrator => return None,
            Command::ResetPassword { .. } => P::ManageUsers,
            Command::AddUser { .. }
            | Command::InviteUser { .. }
            | Command::AdmitUser { .. }
            | Command::SetUserAccess { .. }
            | Command::RecordSecondFactor { on: false, .. } => P::ManageUsers,
            Command::SaveProduct { .. } => P::ManageProducts,
            Command::SaveGoods { .. } => P::ManageGoods,
            Command::RegisterCustomer { .. }
            | Command::ChangeCustomer { .. }
            | Command::ConfirmContact { .. }
            | Command::RecordDocument { .. }
            | Command::OpenAccess { .. } => P::RegisterCustomers,
            Command::Vouch { .. } => P::Vouch,
            Command::ApplyForLoan { .. } => P::Apply,
            Command::DecideLoan { .. } => P::Approve,
            Command::Disburse { .. } | Command::DisbursePart { .. } => P::Disburse,
            Command::ReceivePayment { .. } => P::Receive,
            Command::ReversePayment { .. } => P::Reverse,
            Command::Foreclose { .. } => P::Foreclose,
            Command::Refund { .. } => P::Refund,
            Command::WaiveDues { .. } => P::Waive,
            Command::ChangeTerms { .. } => P::ChangeTerms,
            Command::WriteOff { .. } => P::WriteOff,
            Command::SettleSuspense { .. } => P::SettleSuspense,
            Command::SetLatenessRules { .. }
            | Command::SetEligibilityRules { .. }
            | Command::SetDaysOff { .. }
            | Command::SetSecondPersonRules { .. } => P::ManageRules,
            // The second person needs what the first one needed.
            Command::DecideRequest { command, .. } => return command.permission(),
            Command::Sell { .. } => P::Sell,
            Command::GiveNotice { .. } => P::GiveNotice,
            Command::SettleTask { .. } => P::SettleTasks,
        })
    }

    /// Whether it says what physically happened: it is recorded whatever became of its author's role since.
    pub const fn is_observation(&self) -> bool {
        matches!(self, Command::ReceivePayment { .. } | Command::RecordDocument { .. })
    }

    /// Whether a customer's own machine may send it: it is about their own things, moves no money, and proves nothing that
    /// another has to rely on, such as a code that came back.
    pub const fn is_of_customers(&self) -> bool {
        matches!(
            self,
            Command::ApplyForLoan { .. }
                | Command::GiveNotice { .. }
                | Command::ChangeAccount { .. }
                | Command::TellPhone { .. }
                | Command::EraseCustomer { .. }
        )
    }

    /// Whose sign-in it may change without naming it: a host that loads only what a decision [`reads`](Self::reads) loads
    /// this customer's user too.
    pub const fn sign_in_of(&self) -> Option<CustomerId> {
        match self {
            Command::OpenAccess { customer, .. } | Command::EraseCustomer { customer, .. } => Some(*customer),
            _ => None,
        }
    }

    /// Whether money leaves with it that nobody could take back, so that two desks must not do it at once.
    pub fn spends(&self) -> bool {
        match self {
            Command::Disburse { .. }
            | Command::DisbursePart { .. }
            | Command::ChangeTerms { .. }
            | Command::Refund { .. }
            | Command::SettleSuspense { into: None, .. } => true,
            Command::DecideRequest { command, approve, .. } => *approve && command.spends(),
            _ => false,
        }
    }

    /// Whether only the authority itself may issue it.
    pub const fn is_system(&self) -> bool {
        matches!(
            self,
            Command::AssessPenalties { .. } | Command::FollowRates { .. } | Command::CloseDay { .. }
        )
    }

    /// Every aggregate that [`crate::decide`] may look at, the desk's own included.
    pub fn reads(&self, desk: &str) -> Vec<Key> {
        let mut keys = vec![Key::Organisation, Key::Day, Key::Desk(desk.to_string())];
        match self {
            Command::SetUp { sign_in, .. }
            | Command::AddUser { sign_in, .. }
            | Command::AskForAccess { sign_in, .. }
            | Command::RegisterMyself { sign_in, .. }
            | Command::InviteUser { sign_in, .. } => keys.push(Key::SignIn(sign_in.clone())),
            Command::AdmitUser { user, sign_in, .. } => {
                keys.extend([Key::User(*user), Key::SignIn(sign_in.clone())]);
            }
            Command::SetUserAccess { user, .. }
            | Command::AnswerInvitation { user }
            | Command::RecordPasswordChange { user, .. }
            | Command::ResetPassword { user, .. }
            | Command::RecordSecondFactor { user, .. } => keys.push(Key::User(*user)),
            Command::SaveProduct { id, .. } => keys.extend(id.map(Key::Product)),
            Command::SaveGoods { id, .. } => keys.extend(id.map(Key::Goods)),
            Command::RegisterCustomer { .. } => {}
            Command::ChangeCustomer { customer, .. }
            | Command::ConfirmContact { customer, .. }
            | Command::RecordDocument { customer, .. }
            | Command::TellPhone { customer, .. }
            | Command::Vouch { customer } => keys.push(Key::Customer(*customer)),
            Command::OpenAccess { customer, sign_in, .. } => {
                keys.extend([Key::Customer(*customer), Key::SignIn(sign_in.clone())]);
            }
            Command::ApplyForLoan { customer, product, .. } => {
                keys.extend([Key::Customer(*customer), Key::Product(*product)]);
            }
            Command::Disburse {
                loan,
                customer,
                product,
                ..
            } => {
                keys.extend([Key::Loan(*loan), Key::Customer(*customer)]);
                keys.extend(product.map(Key::Product));
            }
            Command::FollowRates { product, loans } => {
                keys.push(Key::Product(*product));
                keys.extend(loans.iter().copied().map(Key::Loan));
            }
            Command::DecideLoan { loan, .. }
            | Command::ReceivePayment { loan, .. }
            | Command::Foreclose { loan, .. }
            | Command::Refund { loan, .. }
            | Command::WaiveDues { loan, .. }
            | Command::ChangeTerms { loan, .. }
            | Command::DisbursePart { loan, .. }
            | Command::WriteOff { loan, .. }
            | Command::GiveNotice { loan, .. } => keys.push(Key::Loan(*loan)),
            Command::Sell { customer, goods, .. } => keys.extend([Key::Customer(*customer), Key::Goods(*goods)]),
            Command::AssessPenalties { loans, .. } => keys.extend(loans.iter().copied().map(Key::Loan)),
            Command::ReversePayment { loan, payment, .. } => {
                keys.extend([Key::Loan(*loan), Key::Task(task_of(*payment))]);
            }
            Command::SettleSuspense {
                loan, payment, into, ..
            } => {
                keys.extend([Key::Loan(*loan), Key::Task(task_of(*payment))]);
                keys.extend(into.map(Key::Loan));
            }
            Command::CloseDay { products, .. } => keys.extend(products.iter().map(|p| Key::Portfolio(p.product))),
            Command::SetLatenessRules { .. }
            | Command::SetEligibilityRules { .. }
            | Command::SetDaysOff { .. }
            | Command::SetSecondPersonRules { .. } => {}
            Command::ChangeAccount { user, customer, .. } => {
                keys.push(Key::User(*user));
                keys.extend(customer.map(Key::Customer));
            }
            Command::MoveContact {
                user,
                customer,
                sign_in,
                ..
            } => {
                keys.push(Key::User(*user));
                keys.extend(customer.map(Key::Customer));
                keys.extend(sign_in.clone().map(Key::SignIn));
            }
            Command::EraseCustomer { customer, loans } => {
                keys.push(Key::Customer(*customer));
                keys.extend(loans.iter().copied().map(Key::Loan));
            }
            Command::DecideRequest {
                request,
                maker,
                command,
                ..
            } => {
                keys.extend([Key::Request(*request), Key::User(*maker)]);
                keys.extend(command.reads(desk).into_iter().skip(OF_EVERY));
            }
            Command::SettleTask { task, .. } => keys.push(Key::Task(*task)),
        }
        keys
    }

    /// The aggregates that it is about, those of every command left out.
    pub fn about(&self, desk: &str) -> Vec<Key> {
        self.reads(desk).split_off(OF_EVERY)
    }
}
