//! `peer-escpos COUNT CODE`: a receipt of 24 lines with a QR code of this text, encoded so many times. It knows no
//! GB 18030: the bytes of the text are made here and handed through.

#[path = "../times.rs"]
mod times;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use escpos::driver::Driver;
use escpos::errors::Result;
use escpos::printer::Printer;
use escpos::utils::Protocol;

/// Keeps what it is given.
#[derive(Clone, Default)]
struct Paper(Rc<RefCell<Vec<u8>>>);

impl Driver for Paper {
    fn name(&self) -> String {
        "paper".into()
    }
    fn write(&self, data: &[u8]) -> Result<()> {
        self.0.borrow_mut().extend_from_slice(data);
        Ok(())
    }
    fn read(&self, _: &mut [u8]) -> Result<usize> {
        Ok(0)
    }
    fn flush(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let (count, code) = times::asked();
    let code = code.to_string_lossy();
    let mut all = Vec::with_capacity(count);
    let mut bytes = 0;
    for _ in 0..count {
        let began = Instant::now();
        let paper = Paper::default();
        encode(paper.clone(), &code).expect("a receipt");
        all.push(began.elapsed());
        bytes = paper.0.borrow().len();
    }
    times::say(all, bytes as u64 * count as u64);
}

fn encode(paper: Paper, code: &str) -> Result<()> {
    let mut printer = Printer::new(paper, Protocol::default(), None);
    printer.init()?;
    for at in 0..24 {
        let line = format!("{at:02} 武江区政务服务自助办理回执 W0012\n");
        let (text, _, _) = encoding_rs::GB18030.encode(&line);
        printer.bold(at % 5 == 0)?.custom(&text)?;
    }
    printer.qrcode(code)?.print_cut()?;
    Ok(())
}
