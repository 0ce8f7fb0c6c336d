//! What the display shows, read from the file that the display keeps its picture in: nobody has to be asked for it.

use crate::program::Running;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a screen may take to show what it will show.
const PATIENCE: Duration = Duration::from_secs(30);
/// A screen that has shown something for so long will not change by itself.
const SETTLED: Duration = Duration::from_secs(8);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(1);
/// Of what a picture shows, this part may differ.
const TOLERATED: usize = 10;
/// A letter is smoothed a little otherwise each time: a channel of a pixel may be off by this.
const SHADE: u8 = 80;
/// A screen on which colours change less often shows nothing.
const LEAST: usize = 100;
/// Every so many-th line is looked at.
const EVERY: u32 = 4;

/// The display's picture: an XWD file, the lines one after another.
pub(crate) struct Screen {
    file: File,
    /// Where the first line begins.
    start: u64,
    /// Bytes of a line.
    line: u64,
    /// How many lines.
    height: u64,
}

/// What a program's screen shows in the end, line by line, without what blinks.
pub(crate) struct Picture {
    lines: Vec<Line>,
    /// So many pixels may differ by more than a shade.
    tolerated: usize,
}

struct Line {
    number: u64,
    bytes: Vec<u8>,
    /// Where it never changed.
    still: Vec<bool>,
}

impl Screen {
    /// A folder in memory for the picture.
    pub(crate) fn folder() -> TempDir {
        tempfile::tempdir_in("/dev/shm").unwrap()
    }

    /// The picture of the display that was started on a folder.
    pub(crate) fn open(folder: &Path) -> Screen {
        let file = File::open(folder.join("Xvfb_screen0")).expect("the display keeps its picture in a file");
        // The header: numbers of four bytes, the largest first; a name; the colours of twelve bytes each.
        let number = |place: u64| {
            let mut bytes = [0; 4];
            file.read_exact_at(&mut bytes, place * 4).unwrap();
            u64::from(u32::from_be_bytes(bytes))
        };
        let (header, height, line, colours) = (number(0), number(5), number(12), number(19));
        Screen {
            start: header + colours * 12,
            line,
            height,
            file,
        }
    }

    fn line(&self, number: u64) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(self.line).unwrap()];
        self.file
            .read_exact_at(&mut bytes, self.start + number * self.line)
            .unwrap();
        bytes
    }

    fn lines(&self) -> Vec<Vec<u8>> {
        (0..self.height)
            .step_by(usize::try_from(EVERY).unwrap_or(1))
            .map(|n| self.line(n))
            .collect()
    }

    /// Whether nothing is on it.
    pub(crate) fn is_empty(&self) -> bool {
        (0..self.height)
            .step_by(64)
            .all(|n| self.line(n).iter().all(|byte| *byte == 0))
    }

    /// Learns what a program's screen shows once it is left alone.
    pub(crate) fn learn(&self, name: &str, running: Running) -> Picture {
        let shown = |lines: &[Vec<u8>]| lines.iter().map(|line| changes(line)).sum::<usize>();
        let end = running.started + PATIENCE;
        while shown(&self.lines()) <= LEAST {
            assert!(Instant::now() < end, "{name} shows nothing");
            thread::sleep(PAUSE);
        }
        thread::sleep(SETTLED);
        let last = self.lines();
        let mut still: Vec<Vec<bool>> = last.iter().map(|line| vec![true; line.len()]).collect();
        for _ in 0..40 {
            thread::sleep(Duration::from_millis(75));
            for ((now, then), still) in self.lines().iter().zip(&last).zip(&mut still) {
                for ((now, then), still) in now.iter().zip(then).zip(still) {
                    *still &= now == then;
                }
            }
        }
        drop(running);
        let lines = last.into_iter().zip(still).zip(0..);
        let mut lines: Vec<Line> = lines
            .map(|((bytes, still), n)| Line {
                number: n * u64::from(EVERY),
                bytes,
                still,
            })
            .collect();
        // The lines that show most come first: a picture that is not there yet is known by them at once.
        lines.sort_by_key(|line| std::cmp::Reverse(line.changes()));
        Picture {
            tolerated: lines.iter().map(Line::changes).sum::<usize>() / TOLERATED,
            lines,
        }
    }

    fn shows(&self, picture: &Picture) -> bool {
        let mut differing = 0;
        picture.lines.iter().all(|line| {
            differing += line.differing(&self.line(line.number));
            differing <= picture.tolerated
        })
    }

    /// Which lines differ from the picture, and by how many pixels.
    pub(crate) fn differing(&self, picture: &Picture) -> Vec<(u64, usize)> {
        let mut lines: Vec<_> = picture
            .lines
            .iter()
            .map(|line| (line.number, line.differing(&self.line(line.number))))
            .filter(|(_, pixels)| *pixels > 0)
            .collect();
        lines.sort_unstable();
        lines
    }

    /// Waits until the screen shows the picture; how long after the program's start. None where it never does.
    pub(crate) fn wait_for(&self, picture: &Picture, running: &Running) -> Option<Duration> {
        let end = running.started + PATIENCE;
        while !self.shows(picture) {
            if Instant::now() > end {
                return None;
            }
            thread::sleep(PAUSE);
        }
        Some(running.started.elapsed())
    }
}

impl Line {
    /// How often the colour changes along it.
    fn changes(&self) -> usize {
        changes(&self.bytes)
    }

    /// How many pixels are not as they will be.
    fn differing(&self, now: &[u8]) -> usize {
        let pixels = now.chunks_exact(4).zip(self.bytes.chunks_exact(4));
        let differs = |((now, then), still): &((&[u8], &[u8]), &[bool])| {
            let mut bytes = now.iter().zip(*then).zip(*still);
            bytes.any(|((now, then), still)| now.abs_diff(*then) > SHADE && *still)
        };
        pixels.zip(self.still.chunks_exact(4)).filter(differs).count()
    }
}

/// How often the colour changes along a line.
fn changes(line: &[u8]) -> usize {
    let pixels = line.chunks_exact(4).zip(line[4..].chunks_exact(4));
    pixels.filter(|(a, b)| a != b).count()
}
