//! The profile that a configuration asks for.

use super::{ExitBit, Profile, Proof, StatusDialect};
use crate::config::Printer;

/// Why the configuration leads to no profile. Another one would print garbage and call it a receipt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileFault {
    /// No built-in profile of this name.
    #[error("printer.profile: expected one of {}; found {found:?}", Profile::NAMES.join(", "))]
    Unknown {
        /// The name.
        found: String,
    },
    /// `[printer.custom]` lacks a field, has one too many, or one of the wrong kind.
    #[error("printer.custom: {0}")]
    Unreadable(String),
    /// A field of `[printer.custom]` that no printer has.
    #[error("printer.custom.{field}: expected {least} to {most}")]
    OutOfRange {
        /// Name in the file.
        field: &'static str,
        /// Smallest.
        least: u16,
        /// Largest.
        most: u16,
    },
}

impl ProfileFault {
    /// The part of the file that is at fault, for the journal.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "printer.profile",
            Self::Unreadable(_) | Self::OutOfRange { .. } => "printer.custom",
        }
    }
}

impl Profile {
    /// The profile of `[printer]`: its own table where there is one, otherwise the built-in of its name.
    ///
    /// # Errors
    /// There is none that can be used.
    pub fn configured(printer: &Printer) -> Result<Self, ProfileFault> {
        match &printer.custom {
            None => Self::builtin(&printer.profile).ok_or_else(|| ProfileFault::Unknown {
                found: printer.profile.clone(),
            }),
            Some(table) => table
                .clone()
                .try_into()
                .map_err(|error: toml::de::Error| {
                    ProfileFault::Unreadable(error.message().replace('\n', " "))
                })
                .and_then(Self::within_limits),
        }
    }

    /// Sizes that the pen and the sending of jobs are made for.
    ///
    /// # Errors
    /// The first that is not.
    pub fn within_limits(self) -> Result<Self, ProfileFault> {
        let widest = self.width_dots / 12;
        for (field, value, least, most) in [
            ("width-dots", self.width_dots, 240, 1200),
            ("columns", self.columns, 20, widest.max(20)),
            ("buffer-bytes", self.buffer_bytes, 256, 65_535),
            ("max-length-mm", self.max_length_mm, 100, 2000),
        ] {
            if !(least..=most).contains(&value) {
                return Err(ProfileFault::OutOfRange { field, least, most });
            }
        }
        let tells = self.presenter.as_ref().map(|presenter| presenter.tells);
        let full = self.status == StatusDialect::Custom;
        match tells {
            None if self.proof == Proof::Presented => Err(ProfileFault::Unreadable(
                "`proof = \"presented\"` needs a table `presenter`".into(),
            )),
            Some(ExitBit::TicketAtOutput) if !full => Err(ProfileFault::Unreadable(
                "`tells = \"ticket-at-output\"` needs `status = \"custom\"`".into(),
            )),
            Some(ExitBit::SlipNotTorn) if full => Err(ProfileFault::Unreadable(
                "`tells = \"slip-not-torn\"` needs `status = \"epson\"` or `\"snbc\"`".into(),
            )),
            _ => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PRINTER_PROFILES;

    const CUSTOM: &str = "width-dots = 432\ncolumns = 36\nlevel = \"gbk\"\ncutter = \"full\"\nnative-qr = false\n\
        automatic-status = false\nstatus = \"snbc\"\nproof = \"gs-r\"\nbuffer-bytes = 512\nmax-length-mm = 400\n";

    fn printer(profile: &str, custom: Option<&str>) -> Printer {
        Printer {
            port: None,
            baud: 9600,
            profile: profile.into(),
            custom: custom.map(|text| text.parse().expect("TOML")),
            near_end_mm: 0,
            take_s: 30,
        }
    }

    #[test]
    fn the_configuration_knows_the_same_names() {
        assert_eq!(PRINTER_PROFILES, Profile::NAMES);
        for name in PRINTER_PROFILES {
            let chosen = Profile::configured(&printer(name, None));
            assert_eq!(chosen.ok(), Profile::builtin(name), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_a_fault_and_never_another_printer() {
        let fault = |profile: &str, custom: Option<&str>| {
            Profile::configured(&printer(profile, custom)).expect_err("unusable")
        };
        assert_eq!(fault("generic80", None).field(), "printer.profile");
        assert!(
            fault("generic80", None)
                .to_string()
                .contains("generic-gbk-58")
        );
        let torn = fault("epson-tm-t88", Some("width-dots = 576"));
        assert_eq!(torn.field(), "printer.custom");
        assert!(torn.to_string().contains("columns"), "{torn}");
        for (good, bad) in [
            ("width-dots = 432", "width-dots = 0"),
            ("columns = 36", "columns = 0"),
            ("columns = 36", "columns = 37"),
            ("buffer-bytes = 512", "buffer-bytes = 0"),
            ("max-length-mm = 400", "max-length-mm = 0"),
        ] {
            let name = bad.split(' ').next().expect("a name");
            let custom = CUSTOM.replace(good, bad);
            let fault = fault("epson-tm-t88", Some(custom.as_str()));
            assert!(fault.to_string().contains(name), "{fault}");
        }
        let own = Profile::configured(&printer("epson-tm-t88", Some(CUSTOM))).expect("good");
        assert_eq!((own.width_dots, own.columns), (432, 36));
    }

    #[test]
    fn a_presenter_is_data_too_and_must_fit_the_status() {
        let with = |changes: &[(&str, &str)], presenter: &str| {
            let mut custom = CUSTOM.to_owned();
            for (old, new) in changes {
                custom = custom.replace(old, new);
            }
            Profile::configured(&printer("epson-tm-t88", Some(&(custom + presenter))))
        };
        let table = "[presenter]\ntells = \"ticket-at-output\"\npresent = \"1D 65 03 0C\"\neject = \"1D 65 05\"\n";
        let full = ("\"snbc\"", "\"custom\"");
        let exit = ("\"gs-r\"", "\"presented\"");
        let own = with(&[full, exit], table).expect("a presenter");
        let presenter = own.presenter.expect("a presenter");
        assert_eq!(presenter.present.bytes(), [0x1D, 0x65, 3, 0x0C]);
        assert!(presenter.retract.is_none() && presenter.clears());
        let torn = table.replace("ticket-at-output", "slip-not-torn");
        for (changes, presenter, named) in [
            (&[][..], table, "status = \"custom\""),
            (&[full], torn.as_str(), "epson"),
            (&[exit], "", "presenter"),
            (&[full], &table.replace("1D 65 05", "1D6505"), "1D6505"),
        ] {
            let fault = with(changes, presenter).expect_err(named).to_string();
            assert!(fault.contains(named), "{fault}");
        }
    }
}
