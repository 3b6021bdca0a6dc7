//! Turning the bytes of a text file into characters, strictly.
//!
//! ASCII is passed through until the first other byte; the encoding is decided on the window that
//! begins there. A file that is ASCII for megabytes and GBK after that is therefore read right
//! without going back.

use std::io::Read;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Decoder, DecoderResult, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8};

use super::error::Fault;
use super::source::Bytes;

/// How much is looked at to decide on the encoding, and how much is decoded at a time.
const WINDOW: usize = 64 * 1024;
/// Less text than this before a NUL tells nothing about what follows.
const SOUND_START: usize = 16;
/// Opening bytes of documents that pass for text for a while.
const DOCUMENTS: [(&[u8], &str); 2] = [(b"%PDF", "PDF"), (b"{\\rtf", "RTF")];

enum Mode {
    Start,
    Ascii,
    Decoding(Box<Decoder>),
    /// Nothing more may be asked of the decoder.
    Finished,
}

/// A stream of characters out of a stream of bytes.
pub(super) struct Characters {
    input: Bytes,
    window: Vec<u8>,
    /// Bytes of the file before the window.
    before: u64,
    ended: bool,
    mode: Mode,
    encoding: &'static Encoding,
    /// A fault found behind characters that are still to be handed out.
    pending: Option<Fault>,
}

impl Characters {
    pub(super) fn new(input: Bytes) -> Self {
        Self {
            input,
            window: Vec::with_capacity(WINDOW),
            before: 0,
            ended: false,
            mode: Mode::Start,
            encoding: UTF_8,
            pending: None,
        }
    }

    /// The encoding as far as it is known by now.
    pub(super) fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    /// Appends the next characters to `text`; `false` at the end of the file.
    pub(super) fn read(&mut self, text: &mut String) -> Result<bool, Fault> {
        loop {
            if let Some(fault) = self.pending.take() {
                self.ended = true;
                self.window.clear();
                self.mode = Mode::Finished;
                return Err(fault);
            }
            self.refill()?;
            let length = text.len();
            match &mut self.mode {
                Mode::Start => {
                    self.start();
                    continue;
                }
                Mode::Ascii => self.pass_ascii(text),
                Mode::Decoding(_) => self.decode(text),
                Mode::Finished => return Ok(false),
            }
            self.refuse_controls(text, length);
            if text.len() > length {
                return Ok(true);
            }
            if self.pending.is_none() && self.ended && self.window.is_empty() {
                return Ok(false);
            }
        }
    }

    fn refill(&mut self) -> Result<(), Fault> {
        let missing = WINDOW.saturating_sub(self.window.len());
        if self.ended || missing == 0 {
            return Ok(());
        }
        let read =
            (&mut self.input).take(missing as u64).read_to_end(&mut self.window).map_err(Fault::of_io)?;
        self.ended = read < missing;
        Ok(())
    }

    fn consume(&mut self, count: usize) {
        self.window.drain(..count);
        self.before += count as u64;
    }

    fn start(&mut self) {
        if let Some((encoding, length)) = Encoding::for_bom(&self.window) {
            self.consume(length);
            self.settle(encoding);
            return;
        }
        self.mode = Mode::Ascii;
        let document = DOCUMENTS.iter().find(|(magic, _)| self.window.starts_with(magic));
        if let Some((_, name)) = document {
            self.pending = Some(Fault::Binary { found: (*name).to_owned() });
        } else if let Some(at) = self.window.iter().position(|byte| *byte == 0) {
            // Behind sound text it is met again by [`Self::refuse_controls`], which knows its line.
            let sound = |encoding| valid_length(encoding, &self.window[..at], false) == at;
            if at < SOUND_START || !(sound(UTF_8) || sound(GB18030)) {
                self.pending = Some(Fault::Binary { found: format!("NUL, byte {}", at + 1) });
            }
        }
    }

    fn settle(&mut self, encoding: &'static Encoding) {
        self.encoding = encoding;
        self.mode = Mode::Decoding(Box::new(encoding.new_decoder_without_bom_handling()));
    }

    fn pass_ascii(&mut self, text: &mut String) {
        let plain = Encoding::ascii_valid_up_to(&self.window);
        if plain > 0 {
            text.push_str(&String::from_utf8_lossy(&self.window[..plain]));
            self.consume(plain);
        } else if !self.window.is_empty() {
            match decide(&self.window, self.ended) {
                Ok(encoding) => self.settle(encoding),
                Err(guess) => self.pending = Some(self.fault_at(0, 1, Some(guess))),
            }
        }
    }

    fn decode(&mut self, text: &mut String) {
        let Mode::Decoding(decoder) = &mut self.mode else {
            return;
        };
        let room = decoder.max_utf8_buffer_length_without_replacement(self.window.len()).unwrap_or(WINDOW);
        text.reserve(room);
        let (result, read) = decoder.decode_to_string_without_replacement(&self.window, text, self.ended);
        if let DecoderResult::Malformed(length, beyond) = result {
            let end = read.saturating_sub(usize::from(beyond));
            let start = end.saturating_sub(usize::from(length));
            self.pending = Some(self.fault_at(start, usize::from(length), None));
        } else if self.ended && result == DecoderResult::InputEmpty {
            self.mode = Mode::Finished;
        }
        self.consume(read);
    }

    fn fault_at(&self, start: usize, length: usize, guess: Option<&'static Encoding>) -> Fault {
        let bytes: Vec<String> =
            self.window.iter().skip(start).take(length).map(|byte| format!("{byte:02X}")).collect();
        Fault::Encoding {
            encoding: self.encoding.name(),
            byte: self.before + start as u64 + 1,
            bytes: bytes.join(" "),
            guess: guess.map(Encoding::name),
        }
    }

    /// Control characters mean that this is no table; the text before the first is kept, so that
    /// its line can be named.
    fn refuse_controls(&mut self, text: &mut String, from: usize) {
        let found = text.as_bytes()[from..].iter().position(|byte| is_refused(*byte));
        if let Some(at) = found {
            let code = text.as_bytes()[from + at];
            text.truncate(from + at);
            self.pending = Some(Fault::Binary { found: format!("U+{code:04X}") });
        }
    }
}

/// Tabs and line breaks belong to tables; page and line feeds, the DOS end mark and escapes occur
/// in exports of old programs.
fn is_refused(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0B | 0x0C | 0x1A | 0x1B)
}

/// The encoding of text that begins with a byte beyond ASCII; the error names the foreign
/// encoding the text seems to be in.
fn decide(window: &[u8], whole: bool) -> Result<&'static Encoding, &'static Encoding> {
    let as_utf8 = valid_length(UTF_8, window, whole);
    if as_utf8 == window.len() {
        return Ok(UTF_8);
    }
    let as_gb = valid_length(GB18030, window, whole);
    if let Some(foreign) = foreign_guess(window, whole) {
        return Err(foreign);
    }
    // Neither may fit to the end; strict decoding then reports the place where the better one
    // stops.
    Ok(if as_gb == window.len() || as_gb > as_utf8 { GB18030 } else { UTF_8 })
}

/// Text of Taiwan, Japan or Korea often happens to be valid GB18030 and would come out as garbage.
fn foreign_guess(window: &[u8], whole: bool) -> Option<&'static Encoding> {
    /// Share of characters outside GB 2312 (in percent) that no mainland text reaches.
    const SUSPICIOUS: usize = 20;
    /// Fewer of them may be the rare characters of a few names.
    const FEW: usize = 10;
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(window, whole);
    let foreign = |guess| [BIG5, SHIFT_JIS, EUC_KR, EUC_JP].contains(&guess).then_some(guess);
    // The hint settles close calls in favour of the encodings of mainland offices.
    let hinted = detector.guess(Some(b"cn"), Utf8Detection::Allow);
    let (pairs, rare) = count_pairs(window);
    foreign(hinted).or_else(|| {
        (rare > FEW && rare * 100 > pairs * SUSPICIOUS)
            .then(|| foreign(detector.guess(None, Utf8Detection::Allow)))
            .flatten()
    })
}

/// Two-byte characters, and how many of them lie outside the everyday set of GB 2312.
fn count_pairs(window: &[u8]) -> (usize, usize) {
    let (mut pairs, mut rare) = (0, 0);
    let mut bytes = window.iter();
    while let Some(lead) = bytes.next() {
        if *lead < 0x80 {
            continue;
        }
        let trail = bytes.next().copied().unwrap_or(0xFF);
        pairs += 1;
        rare += usize::from(*lead < 0xA1 || trail < 0xA1);
    }
    (pairs, rare)
}

fn valid_length(encoding: &'static Encoding, window: &[u8], whole: bool) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut scratch = vec![0; 4 * 1024];
    let mut done = 0;
    loop {
        let (result, read, _) =
            decoder.decode_to_utf8_without_replacement(&window[done..], &mut scratch, whole);
        done += read;
        match result {
            DecoderResult::InputEmpty => return window.len(),
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(length, beyond) => {
                return done.saturating_sub(usize::from(length) + usize::from(beyond));
            }
        }
    }
}
