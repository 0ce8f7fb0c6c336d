//! Passwords: what makes a good one, and argon2id over it.

use crate::breached::is_breached;
use crate::{IdentityError, random};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error as HashError, PasswordVerifier};
use argon2::{Algorithm, Argon2, CustomizedPasswordHasher, Params, Version};
use farthing_api::{ApiError, Code, ErrorKind, Secret};
use serde::{Deserialize, Serialize};
use std::sync::{Condvar, Mutex, PoisonError};
use sysinfo::{MemoryRefreshKind, RefreshKind, System};
use zeroize::Zeroizing;

/// The most characters of a password.
const LONGEST: usize = 128;
/// What this program is called.
const PROGRAM: &str = "farthing";
/// No stored hash or slot is worked out that asks for more memory than this, in MiB.
const MOST_MEMORY_MIB: u32 = 512;
/// No stored hash or slot is worked out that asks for more passes than this.
const MOST_PASSES: u32 = 10;
/// No stored hash or slot is worked out that asks for more lanes than this.
const MOST_LANES: u32 = 16;

/// How much work one try at a password is (argon2id, RFC 9106).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Memory in MiB.
    pub memory_mib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// The cost of a desktop's slots: 256 MiB and 3 passes; 128 MiB on a machine with 4 GB of memory or less.
    pub fn desktop() -> Cost {
        #[cfg(feature = "test-hooks")]
        if std::env::var_os("FARTHING_TEST_CHEAP_ARGON2").is_some_and(|value| value == "1") {
            return Cost {
                memory_mib: 8,
                passes: 1,
                lanes: 1,
            };
        }
        Cost::with_memory(memory())
    }

    /// The cost of a desktop's slots on a machine with so many bytes of memory, where the system says.
    fn with_memory(bytes: Option<u64>) -> Cost {
        // What a machine sold with 4 GB has left beside the firmware's part.
        let small = bytes.is_some_and(|bytes| bytes <= 4 << 30);
        Cost {
            memory_mib: if small { 128 } else { 256 },
            passes: 3,
            lanes: 1,
        }
    }

    /// The cost of a server's hashes, where many sign in at once: 64 MiB and 3 passes.
    pub const fn server() -> Cost {
        Cost {
            memory_mib: 64,
            passes: 3,
            lanes: 1,
        }
    }

    /// The cost of what people keep on paper, of which ten are made at once: that of a server's hashes.
    pub fn codes() -> Cost {
        match cfg!(feature = "test-hooks") && Cost::desktop().memory_mib < Cost::server().memory_mib {
            true => Cost::desktop(),
            false => Cost::server(),
        }
    }

    /// Whether this is no more than what is ever worked out.
    pub(crate) const fn is_bearable(self) -> bool {
        self.memory_mib <= MOST_MEMORY_MIB && self.passes <= MOST_PASSES && self.lanes <= MOST_LANES
    }

    fn params(self) -> Result<Params, IdentityError> {
        if !self.is_bearable() {
            return Err(IdentityError::Hash("its cost is above what this machine grants".into()));
        }
        Params::new(self.memory_mib * 1024, self.passes, self.lanes, Some(32))
            .map_err(|e| IdentityError::Hash(e.to_string()))
    }
}

/// The machine's memory in bytes, where the system says.
fn memory() -> Option<u64> {
    let ram = MemoryRefreshKind::nothing().with_ram();
    let system = System::new_with_specifics(RefreshKind::nothing().with_memory(ram));
    Some(system.total_memory()).filter(|bytes| *bytes > 0)
}

/// Whether a password may be used: 15 characters, or 12 where a second factor stands beside it, 128 at most, and hard
/// to guess (zxcvbn's score of 3 or more, which knows common passwords, names, keyboard walks and dates). `related`
/// holds what a guesser would try first: the person's name, email, phone, the organisation; the program's name is one more.
/// No other rule of composition.
///
/// # Errors
/// What the form says; the caller adds the field's name.
pub fn check_password(password: &Secret, with_second_factor: bool, related: &[&str]) -> Result<(), ApiError> {
    let no = |code| ApiError::new(ErrorKind::Input, code);
    let text = password.reveal();
    let length = text.chars().count();
    let shortest = if with_second_factor { 12 } else { 15 };
    if length < shortest {
        return Err(no(Code::PasswordShort).with("length", length).with("least", shortest));
    }
    if length > LONGEST {
        return Err(no(Code::PasswordLong).with("length", length).with("most", LONGEST));
    }
    if is_breached(text) {
        return Err(no(Code::PasswordBreached));
    }
    // A name or two don't make a password; what stands beside them must be hard to guess alone.
    let mut own = Secret::new(text.to_lowercase());
    let related = [related, &[PROGRAM]].concat();
    for part in related
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
    {
        if part.chars().count() >= 3 {
            own = Secret::new(own.reveal().replace(&part.to_lowercase(), ""));
        }
    }
    let score = |text: &str| u8::from(zxcvbn::zxcvbn(text, &related).score());
    if score(text).min(score(own.reveal())) < 3 {
        return Err(no(Code::PasswordWeak));
    }
    Ok(())
}

/// The password's hash as a PHC string (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`) over a random salt of 16 bytes.
///
/// # Errors
/// Where the system gives no random numbers or no memory, or the cost is above the limits.
pub fn hash_password(password: &Secret, cost: Cost) -> Result<String, IdentityError> {
    let salt: [u8; 16] = random::bytes()?;
    let params = cost.params()?;
    let _turn = Turn::take();
    argon2(params.clone())
        .hash_password_customized(password.reveal().as_bytes(), &salt, None, None, params)
        .map(|hash: PasswordHash| hash.to_string())
        .map_err(|e| IdentityError::Hash(e.to_string()))
}

/// What a stored hash costs.
///
/// # Errors
/// [`IdentityError::Hash`] where the text is not an argon2id hash or asks for more than 512 MiB, 10 passes or 16 lanes.
pub fn cost_of(phc: &str) -> Result<Cost, IdentityError> {
    let hash = PasswordHash::new(phc).map_err(|e| IdentityError::Hash(e.to_string()))?;
    let (cost, _) = parts(&hash)?;
    Ok(cost)
}

fn parts(hash: &PasswordHash) -> Result<(Cost, Params), IdentityError> {
    if hash.algorithm.as_str() != "argon2id" {
        return Err(IdentityError::Hash("it is not an argon2id hash".into()));
    }
    let params = Params::try_from(hash).map_err(|e: HashError| IdentityError::Hash(e.to_string()))?;
    let asked = Cost {
        memory_mib: params.m_cost().div_ceil(1024),
        passes: params.t_cost(),
        lanes: params.p_cost(),
    };
    asked.params()?;
    Ok((asked, params))
}

/// Whether the password is the one of the hash. The comparison takes the same time wherever the hashes differ.
///
/// # Errors
/// [`IdentityError::Hash`] where the text is not an argon2id hash or asks for more than 512 MiB, 10 passes or 16 lanes;
/// nothing is worked out then.
pub fn verify_password(password: &Secret, phc: &str) -> Result<bool, IdentityError> {
    let refused = |e: HashError| IdentityError::Hash(e.to_string());
    let hash = PasswordHash::new(phc).map_err(|e| IdentityError::Hash(e.to_string()))?;
    let (_, params) = parts(&hash)?;
    let _turn = Turn::take();
    match argon2(params).verify_password(password.reveal().as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(HashError::PasswordInvalid) => Ok(false),
        Err(e) => Err(refused(e)),
    }
}

/// Whether a hash was made at another cost than this one, so that it should be made anew at the next sign-in.
pub fn needs_rehash(phc: &str, cost: Cost) -> bool {
    let current = cost.params().ok();
    let stored = PasswordHash::new(phc)
        .ok()
        .and_then(|hash| Params::try_from(&hash).ok());
    match (current, stored) {
        (Some(a), Some(b)) => (a.m_cost(), a.t_cost(), a.p_cost()) != (b.m_cost(), b.t_cost(), b.p_cost()),
        _ => true,
    }
}

/// 32 bytes of argon2id, from which a slot's key is derived.
pub(crate) fn stretch(password: &Secret, salt: &[u8], cost: Cost) -> Result<Zeroizing<[u8; 32]>, IdentityError> {
    let params = cost.params()?;
    let mut out = Zeroizing::new([0; 32]);
    let _turn = Turn::take();
    argon2(params)
        .hash_password_into(password.reveal().as_bytes(), salt, &mut *out)
        .map_err(|e| IdentityError::Hash(e.to_string()))?;
    Ok(out)
}

fn argon2(params: Params) -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

static RUNNING: Mutex<usize> = Mutex::new(0);
static FREE: Condvar = Condvar::new();

/// One of as many turns as there are processor cores: more at once would only fill the memory.
struct Turn;

impl Turn {
    fn take() -> Turn {
        #[cfg(feature = "test-hooks")]
        crate::work::derived();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        while *running >= cores {
            running = FREE.wait(running).unwrap_or_else(PoisonError::into_inner);
        }
        *running += 1;
        Turn
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        FREE.notify_one();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use argon2::{AssociatedData, ParamsBuilder};

    const CHEAP: Cost = Cost {
        memory_mib: 1,
        passes: 1,
        lanes: 1,
    };

    fn secret(text: &str) -> Secret {
        Secret::new(text)
    }

    /// RFC 9106, section 5.3.
    #[test]
    fn argon2id_of_the_rfc() {
        let params = ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(AssociatedData::new(&[4; 12]).unwrap())
            .output_len(32)
            .build()
            .unwrap();
        let mut tag = [0; 32];
        Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params)
            .unwrap()
            .hash_password_into(&[1; 32], &[2; 16], &mut tag)
            .unwrap();
        assert_eq!(
            hex::encode(tag),
            "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
        );
    }

    /// What the slots and hashes rest on, without the secret and the data of the RFC's example: a vector of the reference
    /// implementation (its `test.c`, argon2id of version 19 with 64 MiB and 2 passes).
    #[test]
    fn argon2id_of_the_reference_implementation() {
        const TAG: &str = "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7";
        const PHC: &str = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let cost = Cost {
            memory_mib: 64,
            passes: 2,
            lanes: 1,
        };
        let stretched = stretch(&secret("password"), b"somesalt", cost).unwrap();
        assert_eq!(hex::encode(*stretched), TAG);
        assert_eq!(cost_of(PHC).unwrap(), cost);
        assert!(verify_password(&secret("password"), PHC).unwrap());
        assert!(!verify_password(&secret("passwort"), PHC).unwrap());
    }

    #[test]
    fn costs_are_those_of_the_policy() {
        let cost = |memory_mib| Cost {
            memory_mib,
            passes: 3,
            lanes: 1,
        };
        assert_eq!(Cost::server(), cost(64));
        assert_eq!(Cost::with_memory(None), cost(256));
        assert_eq!(Cost::with_memory(Some(8 << 30)), cost(256));
        assert_eq!(Cost::with_memory(Some(4 << 30)), cost(128));
        assert!(memory().is_some_and(|bytes| bytes > 256 << 20), "the system says");
        assert_eq!((MOST_MEMORY_MIB, MOST_PASSES), (512, 10));
        let asks = |memory_mib, passes| {
            let cost = Cost {
                memory_mib,
                passes,
                lanes: 1,
            };
            cost.is_bearable()
        };
        assert!(asks(512, 10) && !asks(513, 10) && !asks(512, 11));
    }

    #[test]
    fn no_more_at_once_than_cores() {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let most = Mutex::new(0);
        std::thread::scope(|scope| {
            for _ in 0..cores * 4 {
                scope.spawn(|| {
                    let _turn = Turn::take();
                    let now = *RUNNING.lock().unwrap();
                    let mut most = most.lock().unwrap();
                    *most = now.max(*most);
                });
            }
        });
        assert!((1..=cores).contains(&*most.lock().unwrap()));
    }

    #[test]
    fn hashes_and_verifies() {
        let phc = hash_password(&secret("correct horse"), CHEAP).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=1024,t=1,p=1$"), "{phc}");
        assert!(verify_password(&secret("correct horse"), &phc).unwrap());
        assert!(!verify_password(&secret("correct hors"), &phc).unwrap());
        assert_ne!(phc, hash_password(&secret("correct horse"), CHEAP).unwrap());
        assert!(!needs_rehash(&phc, CHEAP));
        assert!(needs_rehash(&phc, Cost::server()));
    }

    #[test]
    fn refuses_hashes_that_cost_too_much_or_are_something_else() {
        let phc = hash_password(&secret("correct horse"), CHEAP).unwrap();
        for bad in [
            phc.replace("m=1024", "m=524289"),
            phc.replace("t=1", "t=11"),
            phc.replace("p=1", "p=17"),
            phc.replace("argon2id", "argon2i"),
            phc.replace("v=19", "v=16").replace("$m", "x$m"),
            String::new(),
        ] {
            assert!(verify_password(&secret("correct horse"), &bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn breached_passwords_are_refused_by_name() {
        for bad in ["Correct Horse, Battery Staple", "manchester-united"] {
            let refused = check_password(&secret(bad), true, &[]).unwrap_err();
            assert_eq!(refused.code, Code::PasswordBreached, "{bad}");
        }
    }

    /// The name of the program is as easy to think of as that of the organisation.
    #[test]
    fn nothing_rests_on_the_name_of_the_program() {
        assert!(check_password(&secret("plum vexed kiln"), false, &[]).is_ok());
        assert!(check_password(&secret("farthing plum vq"), false, &[]).is_err());
    }

    #[test]
    fn judges_passwords() {
        let check =
            |text: &str, second| check_password(&secret(text), second, &["Amina Odhiambo", "amina@lakeside.org"]);
        assert!(check("copper-lantern-outgrows-tides", false).is_ok());
        assert!(check("vexed quill 8", true).is_ok());
        assert!(check("vexed quill 8", false).unwrap_err().message.contains("needs 15"));
        assert!(check(&"kite ".repeat(40), false).unwrap_err().message.contains("128"));
        for (easy, why) in [
            ("password1234567", Code::PasswordBreached),
            ("aaaaaaaaaaaaaaaa", Code::PasswordBreached),
            ("qwertyuiopasdfgh", Code::PasswordBreached),
            ("aminaodhiambolakeside", Code::PasswordWeak),
        ] {
            assert_eq!(check(easy, false).unwrap_err().code, why, "{easy}");
        }
    }
}
