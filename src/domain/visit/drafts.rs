//! From answers to the cases that are committed: one for an item, several for a bundle.

use crate::case::{
    Applicant, ApplicantKind, BundlePart, Consent, Delivery, DeviceId, Draft, Form, Material,
    MaterialForm, MaterialSource, PaperWay, Private, Signature,
};
use crate::document::{IdentityDocument, Kind};
use crate::domain::form::{Answer, sub_cases};
use crate::domain::world::{Line, World};
use crate::item::{Exempt, Item, MaterialForm as ItemForm};
use crate::text::Text;

use super::Visit;
use super::answering::CANVAS;
use super::delivery::{ADDRESS, DELIVERY, MAIL_CARD, MAIL_OTHER};

impl Visit {
    /// The cases of this visit, ready to be committed together, and their names for the person; none when something
    /// is missing. The authority gets the official names, whatever language the person reads.
    #[must_use]
    pub(crate) fn drafts(&self, world: &World) -> (Vec<Draft>, Vec<Text>) {
        let (Some(item), Some(who)) = (self.item(), self.who.as_deref()) else {
            return Default::default();
        };
        let cases = sub_cases(item, &self.answers, &self.context(world));
        let names = cases.iter().map(|case| case.task_name.clone()).collect();
        let of = cases.len();
        let scaled: Vec<Vec<(f32, f32)>> = self
            .signature
            .iter()
            .map(|stroke| {
                stroke
                    .iter()
                    .map(|(x, y)| (x * CANVAS.0, y * CANVAS.1))
                    .collect()
            })
            .collect();
        // Each case of a bundle carries it for itself: its copy is readable as long as that case, and no longer.
        let signature = Signature::new(&scaled).ok().map(|s| s.content());
        let drafts = cases
            .into_iter()
            .enumerate()
            .map(|(at, mut case)| {
                // The questions every item has go into fields of their own.
                if let Some(form) = case.form.as_object_mut() {
                    form.retain(|id, _| !id.starts_with('_'));
                }
                Draft {
                    task_code: case.task_code,
                    task_handle_item: None,
                    task_name: case.task_name.zh,
                    dept: case.dept_code,
                    applicant: Applicant {
                        name: Private::new(who.display_name()),
                        cert_type: cert_type(who.kind).to_owned(),
                        cert_no: Private::new(who.number.clone()),
                        kind: ApplicantKind::Person,
                    },
                    mobile: self.mobile(item),
                    form: Form::new(case.form),
                    materials: materials(item),
                    contents: signature.iter().cloned().collect(),
                    delivery: self.delivery_of(who),
                    consent: Consent {
                        version: format!("{}", item.version),
                        items: self.agreed(),
                    },
                    signature: signature.as_ref().map(|s| s.attachment().digest),
                    device: DeviceId {
                        id: world.machine.id.clone(),
                        town_code: world.machine.town_code.clone(),
                    },
                    catalogue: world.catalogue.version.clone(),
                    offline: world.line == Line::Down,
                    bundle: (of > 1).then(|| BundlePart {
                        id: String::new(),
                        parent_code: item.task_code.clone(),
                        parent_name: item.task_name.zh.clone(),
                        position: (at + 1) as u8,
                        of: of as u8,
                    }),
                    corrects: self.correction(),
                }
            })
            .collect();
        (drafts, names)
    }

    /// Names of the points agreed to.
    fn agreed(&self) -> Vec<String> {
        let mut points = vec!["notice".to_owned()];
        if self.agreed_sensitive && self.gives_sensitive() {
            points.push("sensitive".to_owned());
        }
        points
    }

    fn mobile(&self, item: &Item) -> Option<Private> {
        // An item may ask for other people's numbers first; the applicant's own comes last.
        let answers = item
            .form
            .iter()
            .rev()
            .filter_map(|q| self.answers.get(&q.id));
        answers
            .filter_map(|answer| match answer {
                Answer::Mobile(number) => Some(Private::new(number.clone())),
                _ => None,
            })
            .next()
    }

    /// How the result is handed over, and where to in words.
    pub(crate) fn delivery_of(&self, who: &IdentityDocument) -> Delivery {
        let way = match self.answers.get(DELIVERY) {
            Some(Answer::Choice(way)) => way.as_str(),
            _ => "",
        };
        match way {
            MAIL_CARD => Delivery {
                way: PaperWay::Post,
                address: Some(Private::new(who.current_address())),
            },
            MAIL_OTHER => Delivery {
                way: PaperWay::Post,
                address: self.mail_address(),
            },
            _ => Delivery {
                way: PaperWay::Collect,
                address: None,
            },
        }
    }

    fn mail_address(&self) -> Option<Private> {
        match self.answers.get(ADDRESS)? {
            Answer::Address { place, detail, .. } => Some(Private::new(format!("{place}{detail}"))),
            _ => None,
        }
    }
}

fn materials(item: &Item) -> Vec<Material> {
    item.materials
        .iter()
        .map(|material| Material {
            seq: material.seq.clone(),
            name: material.name.zh.clone(),
            form: match material.form {
                ItemForm::Paper => MaterialForm::Paper,
                ItemForm::Electronic | ItemForm::Read | ItemForm::Form => MaterialForm::Electronic,
            },
            source: match (material.exempt, material.form) {
                (Some(Exempt::ELicence | Exempt::IdCard), _) => MaterialSource::Licence,
                (Some(Exempt::DataSharing), _) => MaterialSource::SharedData,
                (Some(Exempt::Commitment), _) | (None, ItemForm::Form) => MaterialSource::Promise,
                (None, ItemForm::Read) => MaterialSource::Scanned,
                (None, ItemForm::Electronic) => MaterialSource::Licence,
                (None, ItemForm::Paper) => MaterialSource::Counter,
            },
        })
        .collect()
}

/// SQRZJLX of a document: `10` is the resident identity card; the others are the codes used in the contract.
#[must_use]
pub fn cert_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Resident => "10",
        Kind::HkMacaoTaiwan => "11",
        Kind::Foreigner2017 | Kind::Foreigner2023 => "12",
    }
}
