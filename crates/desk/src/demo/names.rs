//! Names and places of demo customers.

use super::story::Dice;
use farthing_api::CustomerForm;

const FIRST: &[&str] = &[
    "Thị Mai Lan", "Esteban", "Thandiwe", "Halldóra", "Oluwaseun", "Rajalakshmi", "Şebnem", "Kwabena", "Siobhán", "Farida", "Wanjiru",
    "Fatou", "Łukasz", "Yusuf", "Sok", "Amina", "Diego", "Chiamaka", "Nikolai", "Leilani", "Ananya", "Ibrahim", "Hélène", "Kwame", "Ioana",
    "Zanele", "Mateo", "Noor", "Priya", "Tomás", "Grace", "Emeka", "Lucía", "Abdou", "Mercy", "Ravi", "Aylin", "Joseph", "Mariam", "Hassan",
    "Beatriz", "Samuel", "Nomsa", "Carlos", "Adaeze", "Minh", "Elif", "Daniel", "Awa", "Peter", "Sunita", "Omar", "Rosa", "Chidi", "Lakshmi",
];

const LAST: &[&str] = &[
    "Nguyễn", "Quispe Mamani", "Dlamini", "Þórsdóttir", "Adébáyọ̀", "Venkataraman", "Yıldız", "Osei-Mensah", "Ní Bhriain", "Rahmani", "Kamau",
    "Diagne", "Brzęczyk", "Baguma", "Chanthy", "Hussein", "Fernández", "Okafor", "Petrov", "Akana", "Bhattacharya", "Hassan", "Marchand",
    "Asante", "Pătrașcu", "Nkosi", "Gutiérrez", "Siddiqui", "Sharma", "Herrera", "Wambui", "Eze", "Morales", "Diop", "Achieng", "Kumar",
    "Demir", "Otieno", "Traoré", "Ali", "Costa", "Mwangi", "Khumalo", "Ramírez", "Nwosu", "Trần", "Kaya", "Okello", "Sow", "Banda", "Patel",
    "Farouk", "Silva", "Obi", "Iyer", "Ndlovu", "Castillo", "Bello", "Pham", "Yılmaz",
];

const STREETS: &[&str] = &["Harbour Street", "Hill Road", "Market Lane", "Station Road", "Old Mill Way", "Palm Avenue", "Church Street"];
const EMPLOYERS: &[&str] = &["Delta Mills", "Harbour Fish Co.", "Self-employed", "City Council", "Oak & Iron", "Sunrise Bakery", "Green Valley Farm"];

/// The form of one demo customer. The first has the sign-in customer@demo.test.
pub(super) fn customer(n: u32, dice: &mut Dice) -> CustomerForm {
    let (first, last) = (dice.pick(FIRST), dice.pick(LAST));
    let email = match n {
        0 => "customer@demo.test".to_string(),
        _ => format!("customer{n}@demo.test"),
    };
    CustomerForm {
        first_name: (*first).to_string(),
        last_name: (*last).to_string(),
        email,
        phone: format!("+254 7{:08}", 10_000_000 + n),
        document_id: format!("ID-{:07}", 1_000_000 + n),
        born_on: format!("{}-{:02}-{:02}", 1955 + dice.below(45), 1 + dice.below(12), 1 + dice.below(28)),
        address: format!("{} {}", 1 + dice.below(180), dice.pick(STREETS)),
        employer: (*dice.pick(EMPLOYERS)).to_string(),
        monthly_income: format!("{}.00", 400 + 50 * dice.below(60)),
        other_installments: format!("{}.00", 10 * dice.below(12)),
    }
}
