//! From answers to the cases that are committed: one for an item, several for a bundle.

use crate::case::{
    Applicant, ApplicantKind, BundlePart, Consent, Delivery, DeviceId, Draft, Form, Material,
    MaterialForm, MaterialSource, PaperWay, Private, Signature,
};
use crate::domain::form::{Answer, sub_cases};
use crate::domain::world::{Line, World};
use crate::item::{Exempt, Item, MaterialForm as ItemForm, QuestionKind};

use super::Visit;
use super::act::cert_type;
use super::delivery::{ADDRESS, DELIVERY, MAIL_CARD, MAIL_OTHER};
use super::questions::CANVAS;

impl Visit {
    /// The cases of this visit, ready to be committed together; empty when something is missing.
    #[must_use]
    pub(crate) fn drafts(&self, world: &World) -> Vec<Draft> {
        let (Some(item), Some(who)) = (self.item(), self.who.as_deref()) else {
            return Vec::new();
        };
        let cases = sub_cases(item, &self.answers, &self.context(world));
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
        let signature = Signature::new(&scaled).ok();
        cases
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
                    task_name: case.task_name.get(self.lang).to_owned(),
                    dept: case.dept_code,
                    applicant: Applicant {
                        name: Private::new(who.name.clone()),
                        cert_type: cert_type(who.kind).to_owned(),
                        cert_no: Private::new(who.number.clone()),
                        kind: ApplicantKind::Person,
                    },
                    mobile: self.mobile(item),
                    form: Form::new(case.form),
                    materials: materials(item),
                    delivery: self.delivery_of(who),
                    consent: Consent {
                        version: format!("{}", item.version),
                        items: vec!["notice".into()],
                    },
                    signature: signature.clone(),
                    device: DeviceId {
                        id: world.machine.id.clone(),
                        town_code: world.machine.town_code.clone(),
                    },
                    catalogue: world.catalogue.version.clone(),
                    offline: world.line == Line::Down,
                    bundle: (of > 1).then(|| BundlePart {
                        id: String::new(),
                        parent_code: item.task_code.clone(),
                        parent_name: item.task_name.get(self.lang).to_owned(),
                        position: (at + 1) as u8,
                        of: of as u8,
                    }),
                }
            })
            .collect()
    }

    fn mobile(&self, item: &Item) -> Option<Private> {
        let question = item
            .form
            .iter()
            .find(|question| question.kind == QuestionKind::Mobile)?;
        match self.answers.get(&question.id)? {
            Answer::Mobile(number) => Some(Private::new(number.clone())),
            _ => None,
        }
    }

    /// How the result is handed over, and where to in words.
    pub(crate) fn delivery_of(&self, who: &crate::document::IdentityDocument) -> Delivery {
        let way = match self.answers.get(DELIVERY) {
            Some(Answer::Choice(way)) => way.as_str(),
            _ => "",
        };
        match way {
            MAIL_CARD => Delivery {
                way: PaperWay::Post,
                address: Some(Private::new(who.address.clone())),
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
