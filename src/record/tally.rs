//! What was read, in numbers.

/// Counts of what the reader made of the input. Adds up in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Bytes read (decompressed).
    pub bytes: u64,
    /// Physical lines that are not blank.
    pub lines: u64,
    /// Lines that name columns or describe the file: used, and no records.
    pub headers: u64,
    /// Records.
    pub records: u64,
    /// Records that name a trace.
    pub with_trace: u64,
    /// Records without a time, from themselves or their wrapper.
    pub without_time: u64,
    /// Records of a single line in which nothing was recognised.
    pub unparsed: u64,
    /// Records that were cut because they have too many lines: the rest stands by itself.
    pub cut_records: u64,
    /// Records by format; sorted by name.
    by_format: Vec<(&'static str, u64)>,
}

impl Tally {
    /// Adds one record of this format.
    pub(crate) fn count_format(&mut self, format: &'static str) {
        self.add_format(format, 1);
    }

    fn add_format(&mut self, format: &'static str, count: u64) {
        // A handful of formats: the pointer comparison nearly always hits first.
        for (name, known) in &mut self.by_format {
            if std::ptr::eq(*name, format) || *name == format {
                *known += count;
                return;
            }
        }
        let at = self.by_format.partition_point(|(name, _)| *name < format);
        self.by_format.insert(at, (format, count));
    }

    /// Adds the counts of another part of the input.
    pub fn merge(&mut self, other: &Tally) {
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.headers += other.headers;
        self.records += other.records;
        self.with_trace += other.with_trace;
        self.without_time += other.without_time;
        self.unparsed += other.unparsed;
        self.cut_records += other.cut_records;
        for (format, count) in &other.by_format {
            self.add_format(format, *count);
        }
    }

    /// Records by format, sorted by the format's name.
    pub fn by_format(&self) -> &[(&'static str, u64)] {
        &self.by_format
    }
}
