//! What messages to customers say at first: by kind, in English and French, by mail and as text messages.
//!
//! A line whose blanks are all empty is left out.

use farthing_api::{Contact, Letter, MessageKind};

/// A kind's words in one language.
struct Words {
    kind: MessageKind,
    language: &'static str,
    subject: &'static str,
    mail: &'static str,
    phone: &'static str,
}

/// The words of a kind in a language (`fr`, or English for every other) by a channel.
pub(crate) fn original(kind: MessageKind, language: &str, channel: Contact) -> Letter {
    let language = if language == "fr" { "fr" } else { "en" };
    let found = WORDS.iter().find(|w| w.kind == kind && w.language == language);
    match (found, channel) {
        (Some(words), Contact::Email) => Letter {
            subject: words.subject.into(),
            text: words.mail.into(),
        },
        (Some(words), Contact::Phone) => Letter {
            subject: String::new(),
            text: words.phone.into(),
        },
        (None, _) => Letter::default(),
    }
}

const WORDS: &[Words] = &[
    Words {
        kind: MessageKind::DueSoon,
        language: "en",
        subject: "{amount} due on {date}",
        mail: "Hello {customer},\n\nan installment of {loan} falls due on {date}.\n\nAmount due: {amount}\n\
               Due date: {date}\nOutstanding: {outstanding}\n\nIf you have paid already, there is nothing to do.\n\n{organisation}, {branch}",
        phone: "{organisation}: {amount} for {loan} is due on {date}. If you have paid already, there is nothing to do.",
    },
    Words {
        kind: MessageKind::DueSoon,
        language: "fr",
        subject: "{amount} à payer le {date}",
        mail: "Bonjour {customer},\n\nune échéance de {loan} arrive le {date}.\n\nMontant à payer : {amount}\n\
               Échéance : {date}\nRestant dû : {outstanding}\n\nSi vous avez déjà payé, vous n’avez rien à faire.\n\n{organisation}, {branch}",
        phone: "{organisation} : {amount} à payer le {date} pour {loan}. Si vous avez déjà payé, vous n’avez rien à faire.",
    },
    Words {
        kind: MessageKind::DueToday,
        language: "en",
        subject: "{amount} due today",
        mail: "Hello {customer},\n\nan installment of {loan} falls due today.\n\nAmount due: {amount}\n\
               Due date: {date}\nOutstanding: {outstanding}\n\nIf you have paid already, there is nothing to do.\n\n{organisation}, {branch}",
        phone: "{organisation}: {amount} for {loan} is due today. If you have paid already, there is nothing to do.",
    },
    Words {
        kind: MessageKind::DueToday,
        language: "fr",
        subject: "{amount} à payer aujourd’hui",
        mail: "Bonjour {customer},\n\nune échéance de {loan} arrive aujourd’hui.\n\nMontant à payer : {amount}\n\
               Échéance : {date}\nRestant dû : {outstanding}\n\nSi vous avez déjà payé, vous n’avez rien à faire.\n\n{organisation}, {branch}",
        phone: "{organisation} : {amount} à payer aujourd’hui pour {loan}. Si vous avez déjà payé, vous n’avez rien à faire.",
    },
    Words {
        kind: MessageKind::Overdue,
        language: "en",
        subject: "{amount} was due on {date}",
        mail: "Hello {customer},\n\nan installment of {loan} was due on {date} and is not paid yet.\n\nAmount unpaid: {amount}\n\
               Days past due: {days}\nOutstanding: {outstanding}\n\nPlease pay, or talk to your branch if you can't. If you have paid \
               already, there is nothing to do.\n\n{organisation}, {branch}",
        phone: "{organisation}: {amount} for {loan} was due on {date} and is not paid yet. Please pay, or talk to your branch.",
    },
    Words {
        kind: MessageKind::Overdue,
        language: "fr",
        subject: "{amount} étaient à payer le {date}",
        mail: "Bonjour {customer},\n\nune échéance de {loan} du {date} n’est pas encore payée.\n\nMontant impayé : {amount}\n\
               Jours de retard : {days}\nRestant dû : {outstanding}\n\nVeuillez payer, ou parlez à votre agence si vous ne le pouvez \
               pas. Si vous avez déjà payé, vous n’avez rien à faire.\n\n{organisation}, {branch}",
        phone: "{organisation} : {amount} pour {loan}, à payer le {date}, ne sont pas encore payés. Veuillez payer, ou parlez à votre agence.",
    },
    Words {
        kind: MessageKind::Receipt,
        language: "en",
        subject: "Receipt {receipt} from {organisation}",
        mail: "Hello {customer},\n\n{organisation} has received your payment.\n\nReceipt: {receipt}\nLoan: {loan}\n\
               Amount received: {amount}\nDate: {date}\nOutstanding: {outstanding}\nNext installment: {next_amount} on {next_date}\n\n\
               If a figure here differs from your printed receipt, bring the receipt to your branch.\n\n{organisation}, {branch}",
        phone: "{organisation} received {amount} for {loan}, receipt {receipt}. Outstanding: {outstanding}.",
    },
    Words {
        kind: MessageKind::Receipt,
        language: "fr",
        subject: "Reçu {receipt} de {organisation}",
        mail: "Bonjour {customer},\n\n{organisation} a reçu votre paiement.\n\nReçu : {receipt}\nPrêt : {loan}\n\
               Montant reçu : {amount}\nDate : {date}\nRestant dû : {outstanding}\nProchaine échéance : {next_amount} le {next_date}\n\n\
               Si l’un de ces chiffres ne correspond pas à votre reçu imprimé, apportez-le à votre agence.\n\n{organisation}, {branch}",
        phone: "{organisation} a reçu {amount} pour {loan}, reçu {receipt}. Restant dû : {outstanding}.",
    },
    Words {
        kind: MessageKind::Approved,
        language: "en",
        subject: "Your application {loan} is approved",
        mail: "Hello {customer},\n\nyour application {loan} for {amount} ({product}) is approved. Come to your branch with your id \
               document to receive the money.\n\n{organisation}, {branch}",
        phone: "{organisation}: your application {loan} for {amount} is approved. Come to your branch with your id document.",
    },
    Words {
        kind: MessageKind::Approved,
        language: "fr",
        subject: "Votre demande {loan} est acceptée",
        mail: "Bonjour {customer},\n\nvotre demande {loan} de {amount} ({product}) est acceptée. Venez à votre agence avec votre \
               pièce d’identité pour recevoir l’argent.\n\n{organisation}, {branch}",
        phone: "{organisation} : votre demande {loan} de {amount} est acceptée. Venez à votre agence avec votre pièce d’identité.",
    },
    Words {
        kind: MessageKind::Rejected,
        language: "en",
        subject: "Your application {loan}",
        mail: "Hello {customer},\n\nyour application {loan} for {amount} ({product}) was not approved.\n\nReason: {reason}\n\n\
               Your branch will gladly explain what you can do.\n\n{organisation}, {branch}",
        phone: "{organisation}: your application {loan} for {amount} was not approved. Your branch will gladly explain.",
    },
    Words {
        kind: MessageKind::Rejected,
        language: "fr",
        subject: "Votre demande {loan}",
        mail: "Bonjour {customer},\n\nvotre demande {loan} de {amount} ({product}) n’a pas été acceptée.\n\nMotif : {reason}\n\n\
               Votre agence vous expliquera volontiers ce que vous pouvez faire.\n\n{organisation}, {branch}",
        phone: "{organisation} : votre demande {loan} de {amount} n’a pas été acceptée. Votre agence vous l’expliquera volontiers.",
    },
    Words {
        kind: MessageKind::ContactChanged,
        language: "en",
        subject: "Your contact at {organisation} was changed",
        mail: "Hello {customer},\n\n{organisation} reaches you at another address or phone from now on: {contact}.\n\nIf that was you, \
               there is nothing to do. If it was not, take it back with this code until {date}, on the sign-in screen under \
               “Undo a change”:\n\n{code}\n\n{organisation}, {branch}",
        phone: "{organisation} reaches you at {contact} from now on. If that was not you, undo it on the sign-in screen until {date} \
                with the code {code}",
    },
    Words {
        kind: MessageKind::ContactChanged,
        language: "fr",
        subject: "Vos coordonnées chez {organisation} ont changé",
        mail: "Bonjour {customer},\n\n{organisation} vous joint désormais à une autre adresse ou à un autre numéro : {contact}.\n\nSi \
               c’était vous, vous n’avez rien à faire. Sinon, annulez-le jusqu’au {date} avec ce code, à l’écran de connexion \
               sous « Annuler un changement » :\n\n{code}\n\n{organisation}, {branch}",
        phone: "{organisation} vous joint désormais à {contact}. Si ce n’était pas vous, annulez-le à l’écran de connexion jusqu’au \
                {date} avec le code {code}",
    },
];
