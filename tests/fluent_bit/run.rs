//! One Fluent Bit at work, from its start to its end.
//!
//! A [`Site`] is a directory of its own, in which one executable runs, if need be several times.
//! Whatever is waited for is polled until it is there; when the process ends too early, or nothing
//! comes, the test fails with the log.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::events::Event;
use crate::hosts::Host;
use crate::http::Post;
use crate::pipeline::Pipeline;
use crate::plugin::plugin;

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// The parser that in_tail is told to use.
const PARSERS: &str = "[PARSER]\n    name json\n    format json\n";

pub(crate) struct Site {
    pub(crate) host: Host,
    dir: PathBuf,
}

impl Site {
    pub(crate) fn new(host: &Host) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("fluent-bit-{}-{}-{number}", host.version, std::process::id());
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&dir).expect("a scratch directory");
        let site = Self { host: host.clone(), dir };
        site.write("parsers.conf", PARSERS);
        site
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("a file of the test's own");
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_default()
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.read(name)).into_owned()
    }

    /// The events that out_file has written, whole lines only.
    pub(crate) fn events(&self, name: &str) -> Vec<Event> {
        let text = self.text(name);
        let end = text.rfind('\n').map_or(0, |end| end + 1);
        text[..end].lines().map(Event::read).collect()
    }

    /// The executable with arguments of the test's choice; its output goes to files.
    pub(crate) fn command<A: AsRef<std::ffi::OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
    ) -> Command {
        let mut command = Command::new(&self.host.path);
        command.current_dir(&self.dir).args(args).stdin(Stdio::null());
        self.logged(command)
    }

    /// The same command with its output to the files `stdout` and `log`.
    pub(crate) fn logged(&self, mut command: Command) -> Command {
        let file = |name| File::options().create(true).append(true).open(self.path(name));
        command.stdout(file("stdout").expect("stdout"));
        command.stderr(file("log").expect("a log"));
        command
    }

    /// The usual arguments: the plugin, the parsers and a configuration file.
    pub(crate) fn configured(&self, config: &str, more: &[&str]) -> Command {
        let mut command = self.command(more);
        command.arg("-e").arg(plugin()).args(["-R", "parsers.conf", "-c", config]);
        command
    }

    pub(crate) fn classic(&self, pipeline: &Pipeline) -> Running<'_> {
        self.write("fluent-bit.conf", pipeline.classic());
        self.spawn(self.configured("fluent-bit.conf", &[]))
    }

    pub(crate) fn yaml(&self, pipeline: &Pipeline) -> Running<'_> {
        self.write("fluent-bit.yaml", pipeline.yaml());
        self.spawn(self.configured("fluent-bit.yaml", &[]))
    }

    pub(crate) fn spawn(&self, mut command: Command) -> Running<'_> {
        let child = command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        Running { site: self, child, command: format!("{command:?}") }
    }

    /// The lines of the log, without their times, of this plugin's instances.
    pub(crate) fn plugin_log(&self) -> Vec<String> {
        self.log().into_iter().filter(|line| line.contains("[filter:cloudflare_dns:")).collect()
    }

    /// The lines of the log, without their times: `[level] text`.
    pub(crate) fn log(&self) -> Vec<String> {
        let text = self.text("log");
        let lines = text.lines().filter(|line| line.starts_with("[20"));
        lines.filter_map(|line| Some(line.split_once("] ")?.1.to_owned())).collect()
    }
}

/// A scenario whose log is whole: each instance that told of its start tells of its end. Logging is
/// asynchronous, and a process that ends may take its last lines with it; then it is run again.
pub(crate) fn with_whole_log(scenario: impl Fn() -> Site) -> Site {
    for _ in 0..20 {
        let site = scenario();
        let log = site.plugin_log();
        let lines = |what: &str| log.iter().filter(|line| line.contains(what)).count();
        if lines("] version ") == lines("] records: ") {
            return site;
        }
    }
    panic!("no whole log in twenty");
}

impl Drop for Site {
    /// What a failed test leaves behind is of use.
    fn drop(&mut self) {
        if !thread::panicking() {
            drop(fs::remove_dir_all(&self.dir));
        }
    }
}

pub(crate) struct Running<'a> {
    pub(crate) site: &'a Site,
    child: Child,
    command: String,
}

impl Running<'_> {
    pub(crate) fn pid(&self) -> libc::pid_t {
        libc::pid_t::try_from(self.child.id()).expect("a process id")
    }

    pub(crate) fn signal(&self, signal: libc::c_int) {
        // SAFETY: the process is a child that was not waited for, so the id is its own.
        let sent = unsafe { libc::kill(self.pid(), signal) };
        assert_eq!(sent, 0, "{}", io::Error::last_os_error());
    }

    /// Waits until `look` finds something.
    pub(crate) fn until<T>(&mut self, what: &str, look: impl FnMut(&Site) -> Option<T>) -> T {
        let found = self.comes(what, look);
        found.unwrap_or_else(|| panic!("waited in vain for {what}\n{self}"))
    }

    /// Waits for something that may not come at all.
    pub(crate) fn comes<T>(
        &mut self,
        what: &str,
        mut look: impl FnMut(&Site) -> Option<T>,
    ) -> Option<T> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(self.site) {
                return Some(found);
            }
            if let Some(status) = self.child.try_wait().expect("a child's status") {
                panic!("ended with {status} before {what}\n{self}");
            }
            if Instant::now() >= deadline {
                return None;
            }
            thread::sleep(BETWEEN_LOOKS);
        }
    }

    /// Waits for that many lines in a file of out_file's.
    pub(crate) fn until_lines(&mut self, name: &str, count: usize) {
        self.until(&format!("{count} lines in {name}"), |site| {
            let lines = site.read(name).iter().filter(|&&byte| byte == b'\n').count();
            (lines >= count).then_some(())
        });
    }

    /// Sends a request, as soon as somebody listens, and expects it to be accepted.
    pub(crate) fn post(&mut self, port: u16, post: &Post<'_>) {
        let status = self.until("an open port", |_| match post.send(port) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => None,
            answer => Some(answer),
        });
        let accepted = matches!(&status, Ok(status) if (200..300).contains(status));
        assert!(accepted, "{status:?}\n{self}");
    }

    /// Asks it to end, and expects it to do so in good order.
    pub(crate) fn stop(mut self) {
        self.signal(libc::SIGTERM);
        let status = self.wait();
        assert!(status.success(), "ended with {status}\n{self}");
    }

    /// Expects it not to start, and not to crash either.
    pub(crate) fn refuses(mut self) {
        let status = self.wait();
        let orderly = status.signal().is_none() && !status.success();
        assert!(orderly, "ended with {status}\n{self}");
    }

    /// Expects it to end well, by itself.
    pub(crate) fn ends(mut self) {
        let status = self.wait();
        assert!(status.success(), "ended with {status}\n{self}");
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child's status") {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end\n{self}");
            thread::sleep(BETWEEN_LOOKS);
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

impl std::fmt::Display for Running<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let log = self.site.log();
        let last = log[log.len().saturating_sub(60)..].join("\n");
        write!(f, "{} in {}\n{last}", self.command, self.site.dir.display())
    }
}
