//! Runs the C hosts with the plugin.
//!
//! A [`Run`] is one process of one host; what it wrote comes back as an [`Outcome`]. Nothing in
//! here knows what the plugin ought to do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::built::{hosts, plugin_that_panics};
use crate::plugin::plugin;

/// A directory of its own for each process, gone with the outcome.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("harness-{}-{number}", std::process::id());
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&dir).expect("a scratch directory");
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_default()
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).expect("the harness writes UTF-8")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// One process of one host, about to start.
pub(crate) struct Run {
    host: &'static str,
    scratch: Scratch,
    args: Vec<String>,
    tool: Tool,
    /// Where the plugin is to panic, in a build of it that can.
    panic_in: Option<&'static str>,
    /// Whether another copy of the plugin is in the process already.
    preloaded: bool,
}

/// What a host runs under.
#[derive(Clone, Copy)]
enum Tool {
    Nothing,
    Memcheck,
    Strace,
    Callgrind,
}

impl Run {
    pub(crate) fn new(host: &'static str) -> Self {
        let everywhere = std::env::var_os("MEMCHECK").is_some();
        let tool = if everywhere { Tool::Memcheck } else { Tool::Nothing };
        Self {
            host,
            scratch: Scratch::new(),
            args: Vec::new(),
            tool,
            panic_in: None,
            preloaded: false,
        }
    }

    pub(crate) fn args<S: AsRef<str>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Properties, `key=value` each.
    pub(crate) fn with(self, properties: &[&str]) -> Self {
        let pairs: Vec<_> = properties.iter().flat_map(|&pair| ["-p", pair]).collect();
        self.args(pairs)
    }

    pub(crate) fn form(self, words: &str) -> Self {
        self.args(["--event-form", words])
    }

    fn input(self, option: &str, bytes: &[u8]) -> Self {
        let path = self.scratch.path("input");
        fs::write(&path, bytes).expect("the input");
        self.args([option, &path.display().to_string()])
    }

    fn output(self, option: &str, name: &str) -> Self {
        let path = self.scratch.path(name);
        self.args([option, &path.display().to_string()])
    }

    pub(crate) fn ndjson(self, lines: &str) -> Self {
        self.input("--ndjson", lines.as_bytes()).outputs()
    }

    pub(crate) fn chunk(self, bytes: &[u8]) -> Self {
        self.input("--chunk", bytes).outputs()
    }

    fn outputs(self) -> Self {
        self.output("--out-json", "events")
            .output("--out-raw", "raw")
            .output("--out-chunk", "chunk")
            .output("--stats", "stats")
    }

    /// A call for each of the chunks; nothing is decoded, so they may hold anything.
    pub(crate) fn frames<B: AsRef<[u8]>>(self, chunks: impl IntoIterator<Item = B>) -> Self {
        let mut bytes = Vec::new();
        for chunk in chunks {
            let chunk = chunk.as_ref();
            let size = u32::try_from(chunk.len()).expect("a small chunk");
            bytes.extend(size.to_le_bytes());
            bytes.extend(chunk);
        }
        self.input("--frames", &bytes)
    }

    pub(crate) fn under_memcheck(mut self) -> Self {
        self.tool = Tool::Memcheck;
        self
    }

    /// System calls are told by [`Outcome::system_calls`].
    pub(crate) fn under_strace(mut self) -> Self {
        self.tool = Tool::Strace;
        self
    }

    /// What the calls of `cb_filter` took is told by [`Outcome::instructions`].
    pub(crate) fn under_callgrind(mut self) -> Self {
        self.tool = Tool::Callgrind;
        self
    }

    /// A place, or the nth time that it is passed (`INJECT_PANIC` in `src/inject_panic.rs`).
    pub(crate) fn panics_in(mut self, place: &'static str) -> Self {
        self.panic_in = Some(place);
        self
    }

    /// As `LD_PRELOAD` puts it there.
    pub(crate) fn beside_a_preloaded_copy(mut self) -> Self {
        self.preloaded = true;
        self
    }

    fn command(&self) -> Command {
        let host = hosts().join(self.host);
        let runner = std::env::var_os("HARNESS_RUNNER");
        let mut command = match (self.tool, &runner) {
            (Tool::Nothing, None) => Command::new(&host),
            (Tool::Nothing, Some(runner)) => Command::new(runner),
            (Tool::Memcheck | Tool::Callgrind, _) => Command::new("valgrind"),
            (Tool::Strace, _) => Command::new("strace"),
        };
        // Another file: of the same one the loader keeps one copy.
        if self.preloaded {
            let copy = self.scratch.path("preloaded.so");
            fs::copy(plugin(), &copy).expect("a copy of the plugin");
            match &runner {
                None => command.env("LD_PRELOAD", copy),
                // qemu hands it on, and does not load the copy itself.
                Some(_) => command.env("QEMU_SET_ENV", format!("LD_PRELOAD={}", copy.display())),
            };
        }
        match self.tool {
            Tool::Nothing if runner.is_some() => command.arg(host),
            Tool::Nothing => &mut command,
            Tool::Memcheck => command.args(MEMCHECK).arg(host),
            Tool::Callgrind => {
                let out = self.scratch.path("callgrind").display().to_string();
                command.args(CALLGRIND).arg(format!("--callgrind-out-file={out}")).arg(host)
            }
            Tool::Strace => command.args(STRACE).arg(self.scratch.path("strace")).arg(host),
        };
        match self.panic_in {
            Some(place) => command.arg(plugin_that_panics()).env("INJECT_PANIC", place),
            None => command.arg(plugin()),
        };
        command.args(&self.args);
        command
    }

    pub(crate) fn go(self) -> Outcome {
        let run = self
            .output("--log", "log")
            .output("--out-frames", "frames")
            .output("--count-allocs", "allocations")
            .output("--metrics", "metrics");
        let mut command = run.command();
        let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        Outcome {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("the harness writes UTF-8"),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            command: format!("{command:?}"),
            scratch: run.scratch,
        }
    }

    /// A run that has to go well: exit 0, and not a word on stderr.
    pub(crate) fn well(self) -> Outcome {
        let outcome = self.go();
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
        outcome
    }

    /// A run whose host has to refuse to start, in an orderly way.
    pub(crate) fn refused(self) -> Outcome {
        let outcome = self.go();
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(1), ""), "{outcome}");
        outcome
    }
}

const MEMCHECK: &[&str] = &[
    "--quiet",
    "--error-exitcode=99",
    "--leak-check=full",
    "--keep-debuginfo=yes",
    "--show-leak-kinds=all",
    "--errors-for-leak-kinds=all",
    // leave the harness's malloc in place, so that it can still make one fail
    "--soname-synonyms=somalloc=nouserintercepts",
    concat!("--suppressions=", env!("CARGO_MANIFEST_DIR"), "/tests/harness/memcheck.supp"),
];

/// The calls of `cb_filter` alone, by the host's function around them.
const CALLGRIND: &[&str] = &["--quiet", "--tool=callgrind", "--toggle-collect=plugin_call_filter"];

/// All threads and children, whole strings, into a file.
const STRACE: &[&str] = &["-f", "-s", "4096", "-o"];

/// What one process wrote.
pub(crate) struct Outcome {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    command: String,
    scratch: Scratch,
}

/// One call of `cb_filter`: was the chunk modified, and what stands now.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) modified: bool,
    pub(crate) bytes: Vec<u8>,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let answer = if self.modified { "modified" } else { "not touched" };
        write!(f, "{answer}: {}", self.bytes.escape_ascii())
    }
}

impl Outcome {
    /// The resulting events as text, one line each.
    pub(crate) fn events(&self) -> String {
        self.scratch.text("events")
    }

    pub(crate) fn raw(&self) -> Vec<u8> {
        self.scratch.read("raw")
    }

    /// The input as the host encoded it.
    pub(crate) fn chunk(&self) -> Vec<u8> {
        self.scratch.read("chunk")
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.scratch.text("log").lines().map(str::to_owned).collect()
    }

    pub(crate) fn stat(&self, name: &str) -> u64 {
        let stats: Value = serde_json::from_str(&self.scratch.text("stats")).expect("stats");
        stats[name].as_u64().unwrap_or_else(|| panic!("no {name} in {stats}"))
    }

    /// The instructions that callgrind has counted.
    pub(crate) fn instructions(&self) -> u64 {
        let text = String::from_utf8_lossy(&self.scratch.read("callgrind")).into_owned();
        let total = text.lines().find_map(|line| line.strip_prefix("summary: "));
        total.and_then(|total| total.trim().parse().ok()).unwrap_or_else(|| panic!("none: {self}"))
    }

    /// The lines of strace, without the thread's number.
    pub(crate) fn system_calls(&self) -> Vec<String> {
        let text = self.scratch.text("strace");
        let calls = text.lines().map(|line| line.split_once(char::is_whitespace));
        calls.map(|call| call.expect("a thread and its call").1.trim_start().to_owned()).collect()
    }

    /// What the plugin allocated inside each call.
    pub(crate) fn allocations(&self) -> Vec<Value> {
        json_lines(&self.scratch.text("allocations"))
    }

    /// What the instances have counted in the host's metrics.
    pub(crate) fn metrics(&self) -> Vec<Value> {
        let lines = json_lines(&self.scratch.text("metrics"));
        lines.into_iter().filter(|line| line["look_ups"].is_null()).collect()
    }

    /// How often the host has looked a counter's labels up, for all instances.
    pub(crate) fn look_ups(&self) -> u64 {
        let lines = json_lines(&self.scratch.text("metrics"));
        lines.iter().filter_map(|line| line["look_ups"].as_u64()).sum()
    }

    pub(crate) fn frames(&self) -> Vec<Frame> {
        let bytes = self.scratch.read("frames");
        let mut rest = bytes.as_slice();
        let mut frames = Vec::new();
        while let Some((head, tail)) = rest.split_first_chunk::<5>() {
            let size = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
            let (chunk, tail) = tail.split_at(usize::try_from(size).expect("a small chunk"));
            frames.push(Frame { modified: head[0] == 1, bytes: chunk.to_vec() });
            rest = tail;
        }
        frames
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { command, status, stdout, stderr, .. } = self;
        let log = self.log().join("\n");
        write!(f, "{command}\nexit {status:?}\n{stdout}\n-- stderr\n{stderr}\n-- log\n{log}")
    }
}

/// Whether two runs of bytes are the same; if not, from where on.
#[track_caller]
pub(crate) fn assert_bytes(
    left: impl AsRef<[u8]>,
    right: impl AsRef<[u8]>,
    context: impl std::fmt::Display,
) {
    let (left, right) = (left.as_ref(), right.as_ref());
    let same = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let show = |bytes: &[u8]| {
        let from = same.saturating_sub(40);
        bytes[from..bytes.len().min(same + 200)].escape_ascii().to_string()
    };
    assert!(
        left == right,
        "{} bytes and {} bytes, the same up to {same}:\n left: {}\nright: {}\n{context}",
        left.len(),
        right.len(),
        show(left),
        show(right),
    );
}

pub(crate) fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
}

/// The events of some lines as a host encodes them, without the plugin having a say.
pub(crate) fn encode(lines: &str, form: &str, more: &[&str]) -> Vec<u8> {
    let run = Run { tool: Tool::Nothing, ..Run::new("gen4raw") };
    run.args(more).form(form).ndjson(lines).well().chunk()
}
